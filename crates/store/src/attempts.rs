//! Attempts to sign in or to connect, between our redirect to Microsoft and the way back. Each comes back once.

use std::fmt;

use domain::id::{PersonId, SessionId};
use domain::secret::SecretHash;
use jiff::Timestamp;

use crate::Store;
use crate::error::Error;
use crate::row::Row;

/// How long an attempt may take.
const LIFE_MS: i64 = 10 * 60 * 1_000;

/// How many people may be on their way to sign in at once. Who begins one needs to be nobody, so a further one takes the place
/// of the oldest: a flood of them costs the database no more, and who comes back within seconds still finds her own.
const MOST_SIGN_INS: i64 = 5_000;

/// What an attempt is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Signing in here.
    SignIn,
    /// Connecting the calendar.
    Connect,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Connect => "connect",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::SignIn, Self::Connect]
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
    }
}

/// What is remembered while the person is at Microsoft.
#[derive(Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What it is for.
    pub purpose: Purpose,
    /// Who connects; nobody is known yet when signing in.
    pub person: Option<PersonId>,
    /// In which session.
    pub session: Option<SessionId>,
    /// The page of ours to show afterwards.
    pub return_to: String,
    /// When it began; it works for ten minutes.
    pub created: Timestamp,
    /// The issuer the person was sent to, which must be the one that answers.
    pub issuer: String,
    /// The claims challenge that was passed on, if there was one.
    pub claims: Option<String>,
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("purpose", &self.purpose)
            .field("person", &self.person)
            .field("session", &self.session)
            .field("created", &self.created)
            .finish_non_exhaustive()
    }
}

/// What came of taking an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakenAttempt {
    /// Here it is; it is used up now.
    Found(Attempt),
    /// Another browser began it. It stays for that one.
    WrongBrowser,
    /// It never was, was used, or took too long.
    Unknown,
}

impl Store {
    /// Remembers an attempt under the hash of its state, for the browser with the secret of this hash.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_attempt(
        &self,
        state: &SecretHash,
        browser: &SecretHash,
        attempt: &Attempt,
    ) -> Result<(), Error> {
        let doing = "remember an attempt";
        let mut write = self.database().write().await?;
        let expired = sqlx::query("DELETE FROM attempts WHERE created_ms <= $1");
        write
            .execute(doing, expired.bind(self.now_ms() - LIFE_MS))
            .await?;
        let query = sqlx::query(
            "INSERT INTO attempts
                (state_hash, browser_hash, purpose, person, session, return_to, created_ms, issuer, claims)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        );
        let query = query
            .bind(state.as_str())
            .bind(browser.as_str())
            .bind(attempt.purpose.as_str())
            .bind(attempt.person.as_ref().map(PersonId::as_str))
            .bind(attempt.session.as_ref().map(SessionId::as_str))
            .bind(attempt.return_to.as_str())
            .bind(attempt.created.as_millisecond())
            .bind(attempt.issuer.as_str())
            .bind(attempt.claims.as_deref());
        write.execute(doing, query).await?;
        let too_many = sqlx::query(
            "DELETE FROM attempts WHERE purpose = 'sign_in' AND created_ms < (
                SELECT created_ms FROM attempts WHERE purpose = 'sign_in'
                 ORDER BY created_ms DESC LIMIT 1 OFFSET $1)",
        );
        write
            .execute(doing, too_many.bind(MOST_SIGN_INS - 1))
            .await?;
        write.commit(doing).await
    }

    /// Takes an attempt out, for its own browser only. Of many who try at once, one finds it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_attempt(
        &self,
        state: &SecretHash,
        browser: &SecretHash,
    ) -> Result<TakenAttempt, Error> {
        let doing = "take an attempt";
        let oldest = self.now_ms() - LIFE_MS;
        let mut write = self.database().write().await?;
        let find = sqlx::query(
            "SELECT browser_hash FROM attempts WHERE state_hash = $1 AND created_ms > $2",
        );
        let find = find.bind(state.as_str()).bind(oldest);
        let Some(row) = write.optional(doing, find).await? else {
            return Ok(TakenAttempt::Unknown);
        };
        if SecretHash::from_stored(row.text("browser_hash")?) != *browser {
            return Ok(TakenAttempt::WrongBrowser);
        }
        let take = sqlx::query(
            "DELETE FROM attempts WHERE state_hash = $1 AND browser_hash = $2
             RETURNING purpose, person, session, return_to, created_ms, issuer, claims",
        );
        let take = take.bind(state.as_str()).bind(browser.as_str());
        let taken = match write.optional(doing, take).await? {
            Some(row) => TakenAttempt::Found(from_row(&row)?),
            None => TakenAttempt::Unknown,
        };
        write.commit(doing).await?;
        Ok(taken)
    }
}

fn from_row(row: &Row) -> Result<Attempt, Error> {
    Ok(Attempt {
        purpose: row.parsed("purpose", Purpose::parse)?,
        person: row.maybe_id("person")?,
        session: row.maybe_id("session")?,
        return_to: row.text("return_to")?,
        created: row.moment("created_ms")?,
        issuer: row.text("issuer")?,
        claims: row.maybe_text("claims")?,
    })
}
