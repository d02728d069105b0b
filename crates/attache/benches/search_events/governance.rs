//! What makes a floor governed, at its cheapest: key by hash, level and sealed token from memory, and one audit row, durable
//! before the answer. attache itself reads the first three from its database and writes two rows.

use std::collections::HashMap;
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use serde::Serialize;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

/// The one key that works.
pub(crate) const KEY: &str = "attache_key_of_the_governed_floor_00000000000";
const TOGETHER: usize = 256;

/// Who may do what.
pub(crate) struct Governance {
    people: HashMap<Vec<u8>, Person>,
    levels: HashMap<String, bool>,
    seal: LessSafeKey,
    entries: mpsc::Sender<Submission>,
}

struct Person {
    id: String,
    sealed: Vec<u8>,
}

/// A call that may go on.
pub(crate) struct Admitted {
    person: String,
    /// The unsealed token.
    pub(crate) token: String,
}

#[derive(Serialize)]
struct Entry {
    at_ms: i64,
    person: String,
    tool: String,
}

struct Submission {
    entry: Entry,
    written: oneshot::Sender<()>,
}

impl Governance {
    /// Seals a token, opens the record, and starts its writer.
    pub(crate) async fn start(folder: &Path) -> Self {
        let seal = UnboundKey::new(&AES_256_GCM, &[7; 32]).expect("32 bytes");
        let seal = LessSafeKey::new(seal);
        let mut sealed = b"an access token as long as Microsoft's ".repeat(40);
        let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
        seal.seal_in_place_append_tag(nonce, Aad::empty(), &mut sealed)
            .expect("short enough");
        let id = "8f14e45f-ceea-467f-a0e6-1b1b1e1c1a11".to_owned();
        let (entries, submissions) = mpsc::channel(1024);
        let record = open(folder).await;
        #[expect(
            clippy::disallowed_methods,
            reason = "the writer ends with the process"
        )]
        tokio::spawn(write(record, submissions));
        Self {
            people: HashMap::from([(hash(KEY), Person { id, sealed })]),
            levels: HashMap::from([("search_events".to_owned(), true)]),
            seal,
            entries,
        }
    }

    /// Finds the person of a key, asks the policy, and opens the token.
    pub(crate) fn admit(&self, key: &str, tool: &str) -> Option<Admitted> {
        let person = self.people.get(&hash(key))?;
        self.levels.get(tool).filter(|allowed| **allowed)?;
        let mut opened = person.sealed.clone();
        let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
        let token = self.seal.open_in_place(nonce, Aad::empty(), &mut opened);
        Some(Admitted {
            person: person.id.clone(),
            token: String::from_utf8(token.ok()?.to_vec()).ok()?,
        })
    }

    /// Returns when the entry is on disk.
    pub(crate) async fn record(&self, admitted: &Admitted, tool: &str) {
        #[expect(
            clippy::disallowed_methods,
            reason = "a floor takes the moment of the entry, as attache's clock does"
        )]
        let at_ms = Timestamp::now().as_millisecond();
        let entry = Entry {
            at_ms,
            person: admitted.person.clone(),
            tool: tool.to_owned(),
        };
        let (written, done) = oneshot::channel();
        let sent = self.entries.send(Submission { entry, written }).await;
        assert!(sent.is_ok() && done.await.is_ok(), "the writer has stopped");
    }
}

fn hash(key: &str) -> Vec<u8> {
    digest(&SHA256, key.as_bytes()).as_ref().to_vec()
}

async fn open(folder: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(folder.join("governed-floor.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging();
    let mut record = options.connect().await.expect("a database");
    sqlx::raw_sql("CREATE TABLE entries (sequence INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, person TEXT NOT NULL, tool TEXT NOT NULL)")
        .execute(&mut record)
        .await
        .expect("a table");
    record
}

/// Group commit: whatever waits is one statement, and so one transaction.
async fn write(mut record: SqliteConnection, mut submissions: mpsc::Receiver<Submission>) {
    let mut waiting = Vec::with_capacity(TOGETHER);
    while submissions.recv_many(&mut waiting, TOGETHER).await > 0 {
        let (entries, written): (Vec<_>, Vec<_>) = waiting
            .drain(..)
            .map(|submission| (submission.entry, submission.written))
            .unzip();
        let rows = serde_json::to_string(&entries).expect("plain values");
        sqlx::query("INSERT INTO entries (at_ms, person, tool) SELECT value ->> 'at_ms', value ->> 'person', value ->> 'tool' FROM json_each($1)")
            .bind(rows)
            .execute(&mut record)
            .await
            .expect("the record is writable");
        for written in written {
            let _ = written.send(());
        }
    }
}
