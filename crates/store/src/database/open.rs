//! Opening a database: addresses, files, and what each new connection is told.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AnyConnection, ConnectOptions as _, Connection as _};
use tokio::sync::Mutex;

use super::{Database, Product};
use crate::Settings;
use crate::error::Error;

/// The oldest SQLite without the race that can corrupt a write-ahead log used by several connections.
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

/// How long a connection may take to be had.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection that has rested this long is asked for a sign of life before it is used.
const RESTED: Duration = Duration::from_secs(20);

const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 5000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;";

const POSTGRES_SETTINGS: &str = "SET statement_timeout = '30s';
    SET lock_timeout = '10s';
    SET idle_in_transaction_session_timeout = '60s';";

impl Database {
    /// Opens a database that exists; where SQLite's file does not, every migration is still to come.
    pub(crate) async fn open(settings: &Settings) -> Result<Self, Error> {
        if product(&settings.url)? == Product::Sqlite && !sqlite_file(&settings.url)?.exists() {
            return Err(Error::NotMigrated {
                pending: super::migrations::names(),
            });
        }
        Self::connect(settings).await
    }

    /// Opens a database, creating SQLite's file where there is none, readable by its owner only.
    pub(crate) async fn create(settings: &Settings) -> Result<Self, Error> {
        if let Product::Sqlite = product(&settings.url)? {
            create_file(&sqlite_file(&settings.url)?)?;
        }
        Self::connect(settings).await
    }

    async fn connect(settings: &Settings) -> Result<Self, Error> {
        sqlx::any::install_default_drivers();
        let product = product(&settings.url)?;
        let options = AnyConnectOptions::from_str(&settings.url)
            .map_err(|_| Error::Settings("it cannot be read as a URL"))?
            .disable_statement_logging();
        let first = first_connection(&options, product).await?;
        let pool = AnyPoolOptions::new()
            .max_connections(settings.max_connections.max(1))
            .acquire_timeout(PATIENCE)
            // Asking before every use would double the work of a small query.
            .test_before_acquire(false)
            .before_acquire(|connection, resting| {
                Box::pin(async move {
                    // SQLite ends a transaction by itself when the disk is full; its connection never learns of that and
                    // would refuse every further one.
                    let stuck = connection.is_in_transaction();
                    Ok(!stuck && (resting.idle_for < RESTED || connection.ping().await.is_ok()))
                })
            })
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    prepare(connection, product).await?;
                    refuse_read_only(connection, product).await
                })
            });
        let pool = match product {
            Product::Sqlite => pool.idle_timeout(None).max_lifetime(None),
            Product::Postgres => pool,
        };
        let pool = pool.connect_with(options).await;
        let database = Self {
            pool: pool.map_err(|error| Error::database("open", &error))?,
            product,
            turn: Arc::new(Mutex::new(())),
        };
        let closed = first.close().await;
        closed.map_err(|error| Error::database("close a connection", &error))?;
        database.check_version().await?;
        Ok(database)
    }

    async fn check_version(&self) -> Result<(), Error> {
        if self.product == Product::Postgres {
            return Ok(());
        }
        let query = sqlx::query("SELECT sqlite_version() AS version");
        let row = self.optional("read its version", query).await?;
        let found = row.map(|row| row.text("version")).transpose()?;
        let found = found.unwrap_or_default();
        match is_safe(&found) {
            true => Ok(()),
            false => Err(Error::SqliteTooOld { found }),
        }
    }
}

/// A pool tries again until its time is over and forgets why; this one says at once what the trouble is.
async fn first_connection(
    options: &AnyConnectOptions,
    product: Product,
) -> Result<AnyConnection, Error> {
    let connecting = async {
        let mut connection = options.connect().await?;
        prepare(&mut connection, product).await?;
        Ok(connection)
    };
    let connected = match product {
        // Nothing but a disk to wait for, which after a crash may have much to read.
        Product::Sqlite => connecting.await,
        Product::Postgres => match tokio::time::timeout(PATIENCE, connecting).await {
            Ok(connected) => connected,
            Err(_) => {
                return Err(Error::NotOpened {
                    why: "it does not answer".to_owned(),
                });
            }
        },
    };
    connected.map_err(|error: sqlx::Error| Error::opening(&error))
}

async fn prepare(connection: &mut AnyConnection, product: Product) -> Result<(), sqlx::Error> {
    let settings = match product {
        Product::Sqlite => SQLITE_SETTINGS,
        Product::Postgres => POSTGRES_SETTINGS,
    };
    for setting in settings.split_inclusive(';') {
        sqlx::raw_sql(setting).execute(&mut *connection).await?;
    }
    Ok(())
}

/// SQLite opens a file that cannot be written for reading, without a word, and such a connection would stay in the pool
/// when the file can be written again.
async fn refuse_read_only(
    connection: &mut AnyConnection,
    product: Product,
) -> Result<(), sqlx::Error> {
    if product == Product::Postgres {
        return Ok(());
    }
    let begun = sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut *connection);
    match begun.await {
        Ok(_) => sqlx::raw_sql("ROLLBACK")
            .execute(connection)
            .await
            .map(drop),
        Err(error) if matches!(Error::database("open", &error), Error::NotWritable { .. }) => {
            Err(error)
        }
        // Somebody else writes for long: that is no fault of this connection.
        Err(_) => Ok(()),
    }
}

fn product(url: &str) -> Result<Product, Error> {
    match url.split_once(':') {
        Some(("sqlite", _)) => Ok(Product::Sqlite),
        Some(("postgres" | "postgresql", _)) => Ok(Product::Postgres),
        Some(_) | None => Err(Error::Settings("it must begin with sqlite: or postgres://")),
    }
}

pub(super) fn sqlite_file(url: &str) -> Result<std::path::PathBuf, Error> {
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(Error::Settings(
            "a database in memory would be lost, and not be shared between connections",
        ));
    }
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|_| Error::Settings("it is not sqlite: with the path of a file"))?;
    let file = options.get_filename().to_path_buf();
    match file.as_os_str().is_empty() {
        true => Err(Error::Settings("it names no file")),
        false => Ok(file),
    }
}

/// SQLite gives its side files the mode of the database file, so this one call covers them all.
fn create_file(file: &Path) -> Result<(), Error> {
    let made = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(file);
    match made {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::NotWritable {
            why: format!("{}: {error}", file.display()),
        }),
    }
}

/// Like [`create_file`], for a file that must not exist yet.
pub(super) fn create_new_file(file: &Path) -> Result<(), Error> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file);
    match made {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::NotWritable {
            why: format!("{}: {error}", file.display()),
        }),
    }
}

fn is_safe(version: &str) -> bool {
    let numbers: Vec<u32> = version
        .split('.')
        .filter_map(|number| number.parse().ok())
        .collect();
    numbers.as_slice() >= OLDEST_SQLITE.as_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_with_the_log_race_is_not_safe() {
        for (version, safe) in [
            ("3.51.2", false),
            ("3.46.0", false),
            ("", false),
            ("nonsense", false),
            ("3.51.3", true),
            ("3.100.0", true),
            ("4.0.0", true),
        ] {
            assert_eq!(is_safe(version), safe, "{version}");
        }
    }

    #[tokio::test]
    async fn every_connection_to_sqlite_is_durable_and_forgets_what_is_deleted() {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = Settings {
            url: format!("sqlite:{}", folder.path().join("attache.db").display()),
            max_connections: 2,
        };
        let database = Database::create(&settings).await.expect("it opens");
        let mut connections = Vec::new();
        for _ in 0..2 {
            connections.push(database.pool.acquire().await.expect("a connection"));
        }
        for connection in &mut connections {
            for (pragma, expected) in [
                ("PRAGMA synchronous", 2),
                ("PRAGMA foreign_keys", 1),
                ("PRAGMA secure_delete", 1),
                ("PRAGMA busy_timeout", 5_000),
            ] {
                let found: i64 = sqlx::query_scalar(pragma)
                    .fetch_one(&mut **connection)
                    .await
                    .expect("an answer");
                assert_eq!(found, expected, "{pragma}");
            }
            let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
                .fetch_one(&mut **connection)
                .await
                .expect("an answer");
            assert_eq!(mode, "wal");
        }
    }

    #[test]
    fn only_files_and_postgres_are_accepted() {
        assert!(sqlite_file("sqlite::memory:").is_err());
        assert!(sqlite_file("sqlite:").is_err());
        assert!(product("mysql://localhost/attache").is_err());
        assert_eq!(
            sqlite_file("sqlite:/var/attache.db?mode=rw").expect("a file"),
            Path::new("/var/attache.db")
        );
    }
}
