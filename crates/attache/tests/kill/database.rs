//! The database of a house, seen from outside: what is in it, and keeping others from writing it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::{AnyConnection, Connection as _, Row as _};
use tempfile::TempDir;

/// A fresh database.
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) folder: TempDir,
}

/// One person's connection as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) version: i64,
    /// The name of the state.
    pub(crate) state: String,
    pub(crate) has_grant: bool,
}

/// Holds everybody else's writes back until it is dropped.
pub(crate) struct Held {
    connection: AnyConnection,
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("attache.db").display());
        Self { url, folder }
    }

    /// A new database in a throwaway cluster; `None`, said aloud, where there is no PostgreSQL.
    pub(crate) async fn postgres() -> Option<Self> {
        static NAMES: AtomicUsize = AtomicUsize::new(0);
        sqlx::any::install_default_drivers();
        let cluster = CLUSTER.as_ref().map(|(url, _)| url.clone())?;
        let number = NAMES.fetch_add(1, Ordering::Relaxed);
        let name = format!("attache_kill_{}_{number}", std::process::id());
        let mut connection = AnyConnection::connect(&cluster).await.expect("a server");
        let create = format!("CREATE DATABASE {name}");
        let create = sqlx::raw_sql(sqlx::AssertSqlSafe(create));
        create.execute(&mut connection).await.expect("created");
        let (server, query) = cluster.split_once('?').unwrap_or((&cluster, ""));
        let (server, _) = server.rsplit_once('/').expect("the URL names a database");
        Some(Self {
            url: format!("{server}/{name}?{query}"),
            folder: tempfile::tempdir().expect("a folder"),
        })
    }

    fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    pub(crate) async fn open(&self) -> AnyConnection {
        AnyConnection::connect(&self.url).await.expect("opens")
    }

    /// Keeps everybody else from changing connections.
    pub(crate) async fn hold(&self) -> Held {
        let lock = if self.is_sqlite() {
            "BEGIN IMMEDIATE"
        } else {
            "BEGIN; LOCK TABLE connections, grants IN SHARE ROW EXCLUSIVE MODE"
        };
        let mut connection = self.open().await;
        // The program may be writing at this very moment.
        for _ in 0..2_000 {
            if sqlx::raw_sql(lock).execute(&mut connection).await.is_ok() {
                return Held { connection };
            }
            let _ = sqlx::raw_sql("ROLLBACK").execute(&mut connection).await;
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        panic!("the database is never free");
    }
}

impl Held {
    pub(crate) async fn release(mut self) {
        let rollback = sqlx::raw_sql("ROLLBACK").execute(&mut self.connection);
        rollback.await.expect("released");
    }
}

/// The connection of the person with that object id, if there ever was one.
pub(crate) async fn stored(connection: &mut AnyConnection, object: &str) -> Option<Stored> {
    let query = "SELECT c.version, c.state, (SELECT count(*) FROM grants g WHERE g.connection = c.id) AS grants
         FROM connections c JOIN persons p ON p.id = c.person WHERE p.object = $1";
    let row = sqlx::query(query).bind(object);
    let row = row.fetch_optional(connection).await.expect("readable")?;
    let state: serde_json::Value =
        serde_json::from_str(&row.get::<String, _>("state")).expect("JSON");
    Some(Stored {
        version: row.get("version"),
        state: state["state"].as_str().expect("a word").to_owned(),
        has_grant: row.get::<i64, _>("grants") == 1,
    })
}

/// How many grants there are under that key, and how many under others.
pub(crate) async fn sealed(connection: &mut AnyConnection, key: &str) -> (i64, i64) {
    let query = "SELECT count(CASE WHEN key_id = $1 THEN 1 END) AS this, count(CASE WHEN key_id <> $1 THEN 1 END) AS others FROM grants";
    let row = sqlx::query(query).bind(key).fetch_one(connection);
    let row = row.await.expect("readable");
    (row.get("this"), row.get("others"))
}

/// What the record says last of that person's connection, denied calls aside: two entries.
pub(crate) async fn said(connection: &mut AnyConnection, object: &str) -> Vec<String> {
    let query = "SELECT e.kind FROM audit_entries e JOIN persons p ON p.id = e.person
         WHERE p.object = $1 AND e.kind NOT LIKE 'call_%' ORDER BY e.sequence DESC LIMIT 2";
    let rows = sqlx::query(query).bind(object).fetch_all(connection);
    let kinds = rows.await.expect("readable").into_iter().rev();
    kinds.map(|row| row.get("kind")).collect()
}

static CLUSTER: LazyLock<Option<(String, Option<Child>)>> = LazyLock::new(|| {
    let cluster = given().map(|url| (url, None)).or_else(start);
    if cluster.is_none() {
        let _ = writeln!(
            std::io::stderr(),
            "no initdb and no ATTACHE_TEST_POSTGRES: nothing is killed on PostgreSQL, SKIPPED"
        );
    }
    cluster
});

#[expect(
    clippy::disallowed_methods,
    reason = "where the test database is, is for whoever runs the tests to say"
)]
fn given() -> Option<String> {
    let url = std::env::var("ATTACHE_TEST_POSTGRES").ok()?;
    (!url.is_empty()).then_some(url)
}

/// A cluster that ends with this process, because the script waits for the end of its standard input.
fn start() -> Option<(String, Option<Child>)> {
    let script = include_str!("../../../store/tests/it/postgres.sh");
    let mut keeper = Command::new("sh")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("there is a shell");
    let mut line = String::new();
    let output = keeper.stdout.take().expect("piped");
    BufReader::new(output).read_line(&mut line).expect("text");
    match line.trim() {
        "absent" => None,
        "" => panic!("there is an initdb, but PostgreSQL did not start"),
        url => Some((url.to_owned(), Some(keeper))),
    }
}
