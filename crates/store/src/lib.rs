//! What attache keeps: people, connections, levels, approvals and the record, in SQLite or PostgreSQL.
//!
//! **For:** every query of the program, one file for each kind of thing, each named for what it does; and the seal
//! around Microsoft's refresh tokens. One SQL text serves both databases.
//! **Never:** no secret is stored readable. A refresh token is sealed for exactly one row; sessions, keys and states
//! are stored as hashes. Nothing here decides whether something is allowed, and no error holds content of a calendar,
//! a name or an address.
//! **Start reading** at `seal.rs`, then [`connections`] and its grants, then [`approvals`] and [`audit`].

pub mod connections;
pub mod keyring;
mod seal;

pub mod approvals;
pub mod audit;
pub mod levels;
pub mod limits;
pub mod writes;

pub mod agents;
pub mod attempts;
pub mod handles;
pub mod people;
pub mod sessions;
pub mod taint;
pub mod trouble;

mod bootstrap;
mod organisations;

mod database;
mod error;
mod row;

use std::sync::Arc;

use domain::clock::Clock;
use domain::random::Random;
use tokio::sync::mpsc;

pub use crate::audit::AuditWriter;
pub use crate::error::{Error, Kind};
pub use crate::keyring::{KeyEncryptionKey, KeyService, Keyring, ServiceKey};

use crate::database::Database;

/// Where the database is.
#[derive(Clone)]
pub struct Settings {
    /// `sqlite:/path/attache.db` or `postgres://…`. May hold a password, so it is never printed.
    pub url: String,
    /// How many connections may be open at once; at least one is.
    pub max_connections: u32,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}

/// The one door to the database. Clones share everything.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    database: Database,
    keys: Keyring,
    clock: Clock,
    random: Random,
    audit: mpsc::Sender<audit::Submission>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Opens a migrated database, checks that it can be written and that every key it needs is there and right.
    ///
    /// The [`AuditWriter`] must be run for as long as the store is used: without it [`Store::record`] does not return.
    ///
    /// # Errors
    /// When the address is not usable, the library is too old, migrations are pending, a key is missing or wrong (then
    /// nothing has been changed), or the database cannot be reached or written.
    pub async fn open(
        settings: &Settings,
        keys: Keyring,
        clock: Clock,
        random: Random,
    ) -> Result<(Self, AuditWriter), Error> {
        let database = Database::open(settings).await?;
        let pending = database.pending_migrations().await?;
        if !pending.is_empty() {
            return Err(Error::NotMigrated { pending });
        }
        keyring::check(&database, &keys, &random).await?;
        let (audit, writer) = AuditWriter::new(database.clone());
        let store = Self(Arc::new(Inner {
            database,
            keys,
            clock,
            random,
            audit,
        }));
        store.ready().await?;
        // Whoever was killed between destroying a grant and wiping its bytes from the log left that to us.
        if let Err(error) = store.database().wipe_log().await {
            tracing::warn!(%error, "SQLite's log is being read and was not emptied at the start");
        }
        Ok((store, writer))
    }

    /// Applies the migrations that are pending, creating a SQLite file (readable by its owner only) where there is none.
    /// Answers the names of those it applied.
    ///
    /// # Errors
    /// When the address is not usable, the database cannot be reached or written, or a migration that was applied
    /// earlier has been altered since.
    pub async fn migrate(settings: &Settings) -> Result<Vec<String>, Error> {
        let database = Database::create(settings).await?;
        let applied = database.migrate().await;
        database.close().await;
        applied
    }

    /// Copies a SQLite database that may be in use into a new file, readable by its owner only, and checks the copy. Keys
    /// are neither needed nor copied.
    ///
    /// # Errors
    /// [`Error::NotSqlite`] on PostgreSQL, or when the database cannot be read or the file cannot be written.
    pub async fn back_up(settings: &Settings, file: &std::path::Path) -> Result<(), Error> {
        let database = Database::open(settings).await?;
        let copied = database.copy_to(file).await;
        database.close().await;
        copied
    }

    /// Copies a SQLite database that has migrations to come, to a file beside it that is named for the first of them. `None`
    /// when there is nothing to migrate or to lose, and on PostgreSQL. A copy of an earlier try stays as it is.
    ///
    /// # Errors
    /// When the database cannot be read or the copy cannot be written.
    pub async fn back_up_before_migrating(
        settings: &Settings,
    ) -> Result<Option<std::path::PathBuf>, Error> {
        let database = match Database::open(settings).await {
            Ok(database) => database,
            // There is no database yet.
            Err(Error::NotMigrated { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let copied = database.copy_before_migrating(settings).await;
        database.close().await;
        copied
    }

    /// How many bytes [`Store::back_up`] will write, about.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn size(settings: &Settings) -> Result<u64, Error> {
        let database = Database::open(settings).await?;
        let size = database.size().await;
        database.close().await;
        size
    }

    /// Whether the database can be written, found out by writing.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn ready(&self) -> Result<(), Error> {
        let doing = "write a heartbeat";
        let mut write = self.database().write().await?;
        let heartbeat = sqlx::query(
            "INSERT INTO heartbeat (slot, at_ms) VALUES (1, $1)
             ON CONFLICT (slot) DO UPDATE SET at_ms = excluded.at_ms",
        );
        write.execute(doing, heartbeat.bind(self.now_ms())).await?;
        write.commit(doing).await
    }

    /// One statement in a transaction of its own. Answers whether it changed anything.
    async fn change(&self, doing: &'static str, query: database::Query<'_>) -> Result<bool, Error> {
        let mut write = self.database().write().await?;
        let changed = write.execute(doing, query).await?;
        write.commit(doing).await?;
        Ok(changed > 0)
    }

    fn database(&self) -> &Database {
        &self.0.database
    }

    fn keys(&self) -> &Keyring {
        &self.0.keys
    }

    fn random(&self) -> &Random {
        &self.0.random
    }

    fn now_ms(&self) -> i64 {
        self.0.clock.now().as_millisecond()
    }
}
