//! Which instance has an access token of which connection, and the requests between them.
//!
//! No token is here. An instance that needs one another has leaves the public key of a key pair it keeps in memory; the
//! other leaves the token encrypted to it. Key and answer are sealed besides, so that only an instance can have left
//! either. An instance keeps a hold for as long as it has a token, so that disconnecting can wait until all have let go.

use std::time::Duration;

use domain::id::ConnectionId;
use domain::random::Random;
use zeroize::Zeroizing;

use crate::Store;
use crate::database::Write;
use crate::error::Error;
use crate::seal::{self, Shut};
use crate::sessions::whole_ms;

/// An instance that has not been heard of for so long is dead.
const ALIVE: Duration = Duration::from_secs(8);
/// No token is waited for longer. Afterwards nobody answers any more, and an answer that nobody fetched is deleted.
const SHARE: Duration = Duration::from_secs(15);
/// Nor is letting go.
const LET_GO: Duration = Duration::from_secs(30);
/// How many requests are taken up at a time.
const AT_A_TIME: i64 = 1000;

/// A running process, made at its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceId(String);

impl InstanceId {
    /// A new one.
    pub fn random(random: &Random) -> Self {
        Self(random.uuid())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A request to share a token.
#[derive(Debug)]
pub struct Ask {
    /// Its id.
    pub id: String,
    /// Of which connection.
    pub connection: ConnectionId,
}

/// What another instance wants of this one.
#[derive(Debug)]
pub enum Asked {
    /// The token of a connection, encrypted to this public key.
    Share(Ask, Vec<u8>),
    /// That the token of a connection be given up and its running calls ended.
    LetGo(ConnectionId),
}

impl Store {
    /// Leaves a request for the others to share the token of a connection.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ask_others(
        &self,
        connection: &ConnectionId,
        instance: &InstanceId,
        public_key: &[u8],
    ) -> Result<Ask, Error> {
        let ask = Ask {
            id: self.random().uuid(),
            connection: connection.clone(),
        };
        let sealed = seal::seal_note(self.keys(), self.random(), &asks(&ask), public_key)
            .await
            .map_err(Error::key)?;
        let query = sqlx::query(
            "INSERT INTO token_asks (id, connection, instance, version, sealed_key, expires_ms)
             VALUES ($1, $2, $3, 0, $4, $5)",
        );
        let query = query
            .bind(ask.id.as_str())
            .bind(connection.as_str())
            .bind(instance.as_str())
            .bind(sealed)
            .bind(self.now_ms().saturating_add(whole_ms(SHARE)));
        self.change("ask other instances for a token", query)
            .await?;
        Ok(ask)
    }

    /// The answer to a request, once there is one.
    ///
    /// # Errors
    /// When the database fails. An answer that no instance can have given is none.
    pub async fn answer_to(&self, ask: &Ask) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let query = sqlx::query("SELECT answer FROM token_asks WHERE id = $1");
        let query = query.bind(ask.id.as_str());
        let row = self.database().optional("read an answer", query).await?;
        let answer = match row {
            Some(row) => row.maybe_text("answer")?,
            None => None,
        };
        let Some(text) = answer else { return Ok(None) };
        let opened = seal::open_note(self.keys(), &answers(ask), &text).await;
        Ok(opened.ok())
    }

    /// Takes a request back, answered or not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_back(&self, ask: &Ask) -> Result<(), Error> {
        let query = sqlx::query("DELETE FROM token_asks WHERE id = $1");
        let query = query.bind(ask.id.as_str());
        self.change("take a request back", query).await.map(drop)
    }

    /// What others want of this instance now. A request that no instance can have made is passed over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn asked_of(&self, instance: &InstanceId) -> Result<Vec<Asked>, Error> {
        let query = sqlx::query(
            "SELECT a.id, a.connection, a.sealed_key FROM token_asks a
             JOIN token_holds h ON h.connection = a.connection AND h.instance = $1
             WHERE a.instance <> $1 AND a.answer IS NULL AND a.expires_ms > $2
                AND (a.sealed_key <> '' OR h.version < a.version)
             LIMIT $3",
        );
        let query = query
            .bind(instance.as_str())
            .bind(self.now_ms())
            .bind(AT_A_TIME);
        let rows = self.database().rows("read requests", query).await?;
        let mut asked = Vec::with_capacity(rows.len());
        for row in rows {
            let (id, connection) = (row.text("id")?, row.id("connection")?);
            let sealed = row.text("sealed_key")?;
            if sealed.is_empty() {
                asked.push(Asked::LetGo(connection));
                continue;
            }
            let ask = Ask { id, connection };
            match seal::open_note(self.keys(), &asks(&ask), &sealed).await {
                Ok(key) => asked.push(Asked::Share(ask, key.to_vec())),
                Err(Shut::Damaged) => {
                    tracing::error!(connection.id = %ask.connection, "A request for a token was not made by an instance; it is ignored");
                }
                Err(shut) => {
                    tracing::warn!(connection.id = %ask.connection, reason = ?shut, "A request of another instance cannot be opened");
                }
            }
        }
        Ok(asked)
    }

    /// Answers a request, if it is still waited for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answer(&self, ask: &Ask, encrypted: &[u8]) -> Result<(), Error> {
        let sealed = seal::seal_note(self.keys(), self.random(), &answers(ask), encrypted)
            .await
            .map_err(Error::key)?;
        let query = sqlx::query(
            "UPDATE token_asks SET answer = $2 WHERE id = $1 AND answer IS NULL AND expires_ms > $3",
        );
        let query = query.bind(ask.id.as_str()).bind(sealed).bind(self.now_ms());
        self.change("answer a request", query).await.map(drop)
    }

    /// Notes that this instance has the token of a connection at a version. `false` when the connection is at another
    /// version: the token belongs to nothing any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hold_token(
        &self,
        connection: &ConnectionId,
        instance: &InstanceId,
        version: i64,
    ) -> Result<bool, Error> {
        let doing = "hold a token";
        let mut write = self.database().write().await?;
        // The row's lock: whoever ends the connection either sees the hold or is seen by it.
        let lock =
            sqlx::query("UPDATE connections SET version = version WHERE id = $1 AND version = $2");
        let lock = lock.bind(connection.as_str()).bind(version);
        if write.execute(doing, lock).await? == 0 {
            return Ok(false);
        }
        hold(&mut write, connection, instance, self.now_ms()).await?;
        write.commit(doing).await?;
        Ok(true)
    }

    /// Notes that this instance has no token of a connection and no call of it running.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn let_go_token(
        &self,
        connection: &ConnectionId,
        instance: &InstanceId,
    ) -> Result<(), Error> {
        let doing = "let go of a token";
        let mut write = self.database().write().await?;
        let_go(&mut write, connection, instance).await?;
        write.commit(doing).await
    }

    /// Asks the others to let go of the token of a connection that has just been changed; `None` when nobody has one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_elsewhere(
        &self,
        connection: &ConnectionId,
        instance: &InstanceId,
    ) -> Result<Option<Ask>, Error> {
        let doing = "end a token elsewhere";
        let now = self.now_ms();
        let ask = Ask {
            id: self.random().uuid(),
            connection: connection.clone(),
        };
        let mut write = self.database().write().await?;
        if !held_by_others(&mut write, connection, instance, i64::MIN, now).await? {
            return Ok(None);
        }
        let query = sqlx::query(
            "INSERT INTO token_asks (id, connection, instance, version, sealed_key, expires_ms)
             SELECT $1, c.id, $3, c.version, '', $4 FROM connections c WHERE c.id = $2",
        );
        let query = query
            .bind(ask.id.as_str())
            .bind(connection.as_str())
            .bind(instance.as_str())
            .bind(now.saturating_add(whole_ms(LET_GO)));
        write.execute(doing, query).await?;
        write.commit(doing).await?;
        Ok(Some(ask))
    }

    /// Whether a living instance other than this one has a token of a version before that of the connection.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outlived(
        &self,
        connection: &ConnectionId,
        instance: &InstanceId,
    ) -> Result<bool, Error> {
        let query = sqlx::query(
            "SELECT h.instance FROM token_holds h JOIN instances i ON i.id = h.instance
             JOIN connections c ON c.id = h.connection
             WHERE h.connection = $1 AND h.instance <> $2 AND i.until_ms > $3 AND h.version < c.version LIMIT 1",
        );
        let query = query
            .bind(connection.as_str())
            .bind(instance.as_str())
            .bind(self.now_ms());
        let row = self.database().optional("look for tokens", query).await?;
        Ok(row.is_some())
    }

    /// Says that this instance is alive, and forgets what the dead have left.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stay_alive(&self, instance: &InstanceId) -> Result<(), Error> {
        let doing = "say that an instance is alive";
        let now = self.now_ms();
        let mut write = self.database().write().await?;
        alive(&mut write, instance, now).await?;
        // Long after the last sign of life: clocks may differ.
        let long_ago = now.saturating_sub(60_000);
        let holds = sqlx::query(
            "DELETE FROM token_holds WHERE instance IN (SELECT id FROM instances WHERE until_ms < $1)",
        );
        write.execute(doing, holds.bind(long_ago)).await?;
        let dead = sqlx::query("DELETE FROM instances WHERE until_ms < $1");
        write.execute(doing, dead.bind(long_ago)).await?;
        write.commit(doing).await
    }

    /// Deletes requests, and tokens on their way, that nobody waits for any more: whoever asked has died. Answers whether
    /// there were any.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_old_asks(&self) -> Result<bool, Error> {
        let query = sqlx::query("DELETE FROM token_asks WHERE expires_ms <= $1");
        let query = query.bind(self.now_ms());
        self.change("forget old requests", query).await
    }

    /// How many instances hold access tokens now, as they say themselves.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn holding_instances(&self) -> Result<u64, Error> {
        let query = sqlx::query("SELECT COUNT(*) AS number FROM instances WHERE until_ms > $1");
        let query = query.bind(self.now_ms());
        let row = self.database().optional("count instances", query).await?;
        row.map_or(Ok(0), |row| Ok(row.number("number")?.unsigned_abs()))
    }

    /// Says that this instance has ended, with everything it held.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_instance(&self, instance: &InstanceId) -> Result<(), Error> {
        let doing = "end an instance";
        let mut write = self.database().write().await?;
        let holds = sqlx::query("DELETE FROM token_holds WHERE instance = $1");
        write.execute(doing, holds.bind(instance.as_str())).await?;
        let itself = sqlx::query("DELETE FROM instances WHERE id = $1");
        write.execute(doing, itself.bind(instance.as_str())).await?;
        write.commit(doing).await
    }
}

fn asks(ask: &Ask) -> String {
    format!("ask {} {}", ask.id, ask.connection)
}

fn answers(ask: &Ask) -> String {
    format!("answer {} {}", ask.id, ask.connection)
}

async fn alive(write: &mut Write, instance: &InstanceId, now: i64) -> Result<(), Error> {
    let query = sqlx::query(
        "INSERT INTO instances (id, until_ms) VALUES ($1, $2)
         ON CONFLICT (id) DO UPDATE SET until_ms = excluded.until_ms",
    );
    let query = query
        .bind(instance.as_str())
        .bind(now.saturating_add(whole_ms(ALIVE)));
    write
        .execute("say that an instance is alive", query)
        .await?;
    Ok(())
}

/// Notes that an instance holds or is asking for a token, and that it is alive.
pub(super) async fn hold(
    write: &mut Write,
    connection: &ConnectionId,
    instance: &InstanceId,
    now: i64,
) -> Result<(), Error> {
    alive(write, instance, now).await?;
    let query = sqlx::query(
        "INSERT INTO token_holds (connection, instance, version)
         SELECT id, $2, version FROM connections WHERE id = $1
         ON CONFLICT (connection, instance) DO UPDATE SET version = excluded.version",
    );
    let query = query.bind(connection.as_str()).bind(instance.as_str());
    write.execute("note a hold", query).await?;
    Ok(())
}

pub(super) async fn holds_version(
    write: &mut Write,
    connection: &ConnectionId,
    instance: &InstanceId,
    version: i64,
) -> Result<(), Error> {
    let query =
        sqlx::query("UPDATE token_holds SET version = $3 WHERE connection = $1 AND instance = $2");
    let query = query
        .bind(connection.as_str())
        .bind(instance.as_str())
        .bind(version);
    write.execute("note a hold", query).await?;
    Ok(())
}

pub(super) async fn let_go(
    write: &mut Write,
    connection: &ConnectionId,
    instance: &InstanceId,
) -> Result<(), Error> {
    let query = sqlx::query("DELETE FROM token_holds WHERE connection = $1 AND instance = $2");
    let query = query.bind(connection.as_str()).bind(instance.as_str());
    write.execute("let go of a token", query).await?;
    Ok(())
}

/// Deletes tokens on their way from one instance to another, and requests for them. Requests to let go stay: they are
/// about the past.
pub(super) async fn forget_handovers(
    write: &mut Write,
    connection: &ConnectionId,
) -> Result<(), Error> {
    let query = sqlx::query("DELETE FROM token_asks WHERE connection = $1 AND sealed_key <> ''");
    let query = query.bind(connection.as_str());
    write.execute("forget tokens on their way", query).await?;
    Ok(())
}

pub(super) async fn held_by_others(
    write: &mut Write,
    connection: &ConnectionId,
    instance: &InstanceId,
    above: i64,
    now: i64,
) -> Result<bool, Error> {
    let query = sqlx::query(
        "SELECT h.instance FROM token_holds h JOIN instances i ON i.id = h.instance
         WHERE h.connection = $1 AND h.instance <> $2 AND i.until_ms > $3 AND h.version > $4 LIMIT 1",
    );
    let query = query
        .bind(connection.as_str())
        .bind(instance.as_str())
        .bind(now)
        .bind(above);
    Ok(write.optional("look for holds", query).await?.is_some())
}
