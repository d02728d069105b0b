//! Sessions of signed-in browsers. The secret itself is only in the cookie.

use std::time::Duration;

use domain::id::{PersonId, SessionId};
use domain::secret::SecretHash;
use jiff::Timestamp;

use crate::Store;
use crate::error::Error;
use crate::people::Person;

/// How long a use goes without being noted again, so that reading does not mean writing.
pub(crate) const NOTED_EVERY_MS: i64 = 60_000;

/// One signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Our id; not the secret.
    pub id: SessionId,
    /// Who signed in.
    pub person: PersonId,
    /// When it began.
    pub created: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen: Timestamp,
    /// When it ends, used or not.
    pub expires: Timestamp,
    /// When the person last proved who they are at Microsoft.
    pub authenticated_at: Timestamp,
}

impl Store {
    /// Begins a session that ends `idle` after its last use, and `absolute` from now at the latest, of somebody who proved at
    /// Microsoft at that moment who she is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn create_session(
        &self,
        person: &PersonId,
        secret_hash: &SecretHash,
        authenticated_at: Timestamp,
        idle: Duration,
        absolute: Duration,
    ) -> Result<Session, Error> {
        let doing = "begin a session";
        let id = SessionId::random(self.random());
        let now = self.now_ms();
        let expires = now.saturating_add(whole_ms(absolute));
        let mut write = self.database().write().await?;
        let ended = sqlx::query("DELETE FROM sessions WHERE expires_ms <= $1");
        write.execute(doing, ended.bind(now)).await?;
        let query = sqlx::query(
            "INSERT INTO sessions
                (id, person, secret_hash, created_ms, last_seen_ms, idle_ms, expires_ms, authenticated_ms)
             VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
        );
        let query = query
            .bind(id.as_str())
            .bind(person.as_str())
            .bind(secret_hash.as_str())
            .bind(now)
            .bind(whole_ms(idle))
            .bind(expires)
            .bind(authenticated_at.as_millisecond());
        write.execute(doing, query).await?;
        write.commit(doing).await?;
        let now = domain::clock::from_ms(now);
        Ok(Session {
            id,
            person: person.clone(),
            created: now,
            last_seen: now,
            expires: domain::clock::from_ms(expires),
            authenticated_at,
        })
    }

    /// The session with this secret, if it has not ended, and whose it is. Notes its use, at most once a minute.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session(&self, hash: &SecretHash) -> Result<Option<(Session, Person)>, Error> {
        let now = self.now_ms();
        let query = sqlx::query(
            "SELECT s.id AS session, s.created_ms, s.last_seen_ms, s.expires_ms, s.authenticated_ms,
                p.id AS person, p.organisation, p.tenant, p.object, p.name AS person_name, p.login, p.administrator,
                p.language, p.browser_zone
             FROM sessions s JOIN persons p ON p.id = s.person
             WHERE s.secret_hash = $1 AND s.expires_ms > $2 AND s.last_seen_ms + s.idle_ms > $2",
        );
        let query = query.bind(hash.as_str()).bind(now);
        let Some(row) = self.database().optional("find a session", query).await? else {
            return Ok(None);
        };
        let session = Session {
            id: row.id("session")?,
            person: row.id("person")?,
            created: row.moment("created_ms")?,
            last_seen: row.moment("last_seen_ms")?,
            expires: row.moment("expires_ms")?,
            authenticated_at: row.moment("authenticated_ms")?,
        };
        let person = Person::from_row(&row)?;
        if now - session.last_seen.as_millisecond() >= NOTED_EVERY_MS {
            let note = sqlx::query(
                "UPDATE sessions SET last_seen_ms = $2 WHERE id = $1 AND last_seen_ms < $2",
            );
            let note = note.bind(session.id.as_str()).bind(now);
            self.change("note the use of a session", note).await?;
        }
        Ok(Some((session, person)))
    }

    /// Ends one session. Answers whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&self, id: &SessionId) -> Result<bool, Error> {
        let query = sqlx::query("DELETE FROM sessions WHERE id = $1");
        self.change("end a session", query.bind(id.as_str())).await
    }

    /// Ends all sessions of a person. Answers whether there were any.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_sessions_of(&self, person: &PersonId) -> Result<bool, Error> {
        let query = sqlx::query("DELETE FROM sessions WHERE person = $1");
        self.change("end sessions", query.bind(person.as_str()))
            .await
    }
}

pub(crate) fn whole_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
