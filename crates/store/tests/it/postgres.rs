//! One PostgreSQL for the whole run: given, started, or absent.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

/// A cluster in which tests may create databases.
pub(crate) struct Cluster {
    /// The URL of a database to connect to for creating others.
    pub(crate) url: String,
    /// Held so that its standard input stays open for as long as the tests run.
    #[expect(dead_code, reason = "dropping it would end the cluster")]
    keeper: Option<Child>,
}

static CLUSTER: LazyLock<Option<Cluster>> = LazyLock::new(|| {
    let cluster = given().or_else(start);
    if cluster.is_none() {
        // Not by a macro: what those print, the test harness keeps to itself when a test passes.
        let _ = writeln!(
            std::io::stderr(),
            "no initdb and no ATTACHE_TEST_POSTGRES: all runs on PostgreSQL are SKIPPED, SQLite only"
        );
    }
    cluster
});

/// The cluster of this run, if there is one.
pub(crate) fn cluster() -> Option<&'static Cluster> {
    CLUSTER.as_ref()
}

#[expect(
    clippy::disallowed_methods,
    reason = "where the test database is, is for whoever runs the tests to say"
)]
fn given() -> Option<Cluster> {
    let url = std::env::var("ATTACHE_TEST_POSTGRES").ok()?;
    (!url.is_empty()).then_some(Cluster { url, keeper: None })
}

fn start() -> Option<Cluster> {
    let mut keeper = Command::new("sh")
        .arg("-c")
        .arg(include_str!("postgres.sh"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("there is a shell");
    let mut line = String::new();
    let output = keeper.stdout.take().expect("its output is piped");
    BufReader::new(output)
        .read_line(&mut line)
        .expect("the script speaks UTF-8");
    match line.trim() {
        "absent" => None,
        "" => panic!("there is an initdb, but PostgreSQL did not start"),
        url => Some(Cluster {
            url: url.to_owned(),
            keeper: Some(keeper),
        }),
    }
}
