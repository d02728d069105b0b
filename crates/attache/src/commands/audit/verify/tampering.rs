//! Ten thousand times somebody changes one thing in an export, and as often in a database: an entry, a checkpoint, a
//! signature, an end. Each time it is found. Whoever checks has the public key, and what was handed on.

use std::fs;
use std::path::Path;

use domain::audit::{Beginning, Entry, Head, Kind, Record};
use domain::canonical::Digest;
use domain::clock::Clock;
use domain::id::{CallId, OrganisationId, TenantId};
use domain::random::Random;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _};
use store::audit::{Made, SigningKey};
use store::{KeyEncryptionKey, Keyring, Store};

use super::known::Known;
use super::{Checked, file, stored};

/// How often something is changed.
const TIMES: usize = 10_000;
const ENTRIES: i64 = 24;

/// A record with checkpoints, what left the machine of it, and the key.
struct House {
    folder: tempfile::TempDir,
    store: Store,
    organisation: OrganisationId,
    key: SigningKey,
    random: Random,
}

impl House {
    #[expect(clippy::disallowed_methods, reason = "the test is the wiring")]
    async fn new(seed: u64) -> Self {
        let random = Random::seeded(seed);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let settings = store::Settings {
            url: format!("sqlite:{}", folder.path().join("a.db").display()),
            max_connections: 2,
        };
        Store::migrate(&settings).await.expect("it migrates");
        let keys = KeyEncryptionKey::generate(&random).0;
        let keys = Keyring::new(keys, vec![]).expect("one key");
        let opened = Store::open(&settings, keys, Clock::system(), random.clone()).await;
        let (store, writer) = opened.expect("it opens");
        tokio::spawn(writer.run());
        let tenant = TenantId::parse(&random.uuid()).expect("a GUID");
        let organisation = store.organisation_for(&tenant).await.expect("made");
        let key = SigningKey::generate("attache.example", &random);
        let house = Self {
            folder,
            store,
            organisation,
            key: key.expect("a name").0,
            random,
        };
        let outside = house.path("outside");
        fs::create_dir(&outside).expect("made");
        for number in 1..=ENTRIES {
            let kind = if number % 2 == 0 {
                Kind::CallFinished
            } else {
                Kind::CallBegun
            };
            let mut record = Record::new(Clock::system().now(), kind, house.organisation.clone());
            record.call = Some(CallId::random(&house.random));
            house.store.record(record).await.expect("recorded");
            if number % 8 == 0 {
                let made = house
                    .store
                    .make_checkpoint(&house.organisation, &house.key, None)
                    .await;
                let Ok(Made::Checkpoint(kept)) = made else {
                    panic!("a checkpoint")
                };
                fs::write(outside.join(format!("{number}.checkpoint")), kept.note)
                    .expect("written");
            }
        }
        house
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn known(&self) -> Known {
        let mut known = Known::new(&[self.key.public().to_string()]).expect("a key");
        known.read(&[self.path("outside")]).expect("signed");
        known
    }

    fn below(&self, bound: usize) -> usize {
        let number = u64::from_le_bytes(self.random.bytes());
        usize::try_from(number % bound as u64).expect("below a usize")
    }
}

/// Whether what was checked is whole; anything else is a finding.
fn whole(checked: anyhow::Result<Vec<Checked>>, known: Known) -> bool {
    let Ok(checked) = checked else { return false };
    let one = checked.len() == 1 && checked.iter().all(|one| one.found.is_ok());
    one && known.left().next().is_none()
}

fn of_file(house: &House, file: &Path) -> bool {
    let mut known = house.known();
    whole(file::check(file, &mut known), known)
}

async fn of_database(house: &House) -> bool {
    let mut known = house.known();
    whole(stored::check(&house.store, &mut known).await, known)
}

/// What the words of an export mean, so that the same meaning in other letters is no change.
fn meaning(text: &str) -> Vec<serde_json::Value> {
    let line = |line: &str| {
        let mut value: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        if let Some(hash) = value.get("hash").and_then(|hash| hash.as_str()) {
            value["hash"] = hash.to_lowercase().into();
        }
        value
    };
    text.lines().map(line).collect()
}

/// An export in which one thing is not as it was: a line gone, doubled, moved, replaced or altered, or all that follow gone.
fn tampered(house: &House, whole: &str) -> String {
    let mut lines: Vec<String> = whole.lines().map(str::to_owned).collect();
    let (at, other) = (house.below(lines.len()), house.below(lines.len()));
    match house.below(7) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(other, lines[at].clone()),
        2 => lines.swap(at, other),
        3 => lines.truncate(at),
        4 => {
            let line = lines[at].clone();
            lines[other] = line;
        }
        5 => {
            let line = lines.remove(at);
            lines.insert(other.min(lines.len()), line);
        }
        _ => {
            let mut bytes = lines[at].clone().into_bytes();
            let place = house.below(bytes.len());
            bytes[place] = b' ' + u8::try_from(house.below(95)).expect("a letter");
            lines[at] = String::from_utf8_lossy(&bytes).into_owned();
        }
    }
    lines.join("\n")
}

#[tokio::test]
async fn l4_ten_thousand_changes_of_an_export_are_all_found() {
    let house = House::new(7).await;
    let organisation = &house.organisation;
    let head = house.store.head(organisation).await.expect("a head");
    let beginning = Beginning::default();
    let first = json!({"organisation": organisation, "sequence": head.sequence, "hash": head.hash, "beginning": beginning});
    let mut text = first.to_string();
    let kept = house.store.checkpoints(organisation, 0, 100).await;
    for kept in kept.expect("read") {
        text.push_str(&format!("\n{}", json!({"checkpoint": kept.note})));
    }
    let entries = house.store.chain(organisation, 1, 100).await;
    for entry in entries.expect("read") {
        let line = serde_json::to_string(&entry).expect("JSON");
        text.push_str(&format!("\n{line}"));
    }
    let file = house.path("log.jsonl");
    fs::write(&file, &text).expect("written");
    assert!(of_file(&house, &file), "nothing is changed");
    let mut changes = 0;
    while changes < TIMES {
        let tampered = tampered(&house, &text);
        if meaning(&tampered) == meaning(&text) {
            continue;
        }
        changes += 1;
        fs::write(&file, &tampered).expect("written");
        let found = !of_file(&house, &file);
        assert!(found, "change {changes} was not found:\n{tampered}");
    }
}

/// Who can write to the database, and knows everything but the signing key.
struct Intruder {
    connection: sqlx::AnyConnection,
    entries: Vec<Entry>,
}

/// What is kept aside of the tables, to put it back after each change.
const TABLES: [(&str, &str); 3] = [
    ("audit_entries", "e"),
    ("audit_heads", "h"),
    ("audit_checkpoints", "c"),
];

impl Intruder {
    async fn new(house: &House) -> Self {
        sqlx::any::install_default_drivers();
        let url = format!("sqlite:{}", house.path("a.db").display());
        let connected = sqlx::AnyConnection::connect(&url).await;
        let entries = house.store.chain(&house.organisation, 1, 100).await;
        let mut intruder = Self {
            connection: connected.expect("it connects"),
            entries: entries.expect("read"),
        };
        intruder.change("PRAGMA synchronous = OFF").await;
        for (table, copy) in TABLES {
            let statement = format!("CREATE TABLE {copy} AS SELECT * FROM {table}");
            intruder.change(&statement).await;
        }
        intruder
    }

    async fn change(&mut self, statement: &str) {
        let query = sqlx::raw_sql(AssertSqlSafe(statement.to_owned()));
        let done = query.execute(&mut self.connection).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    /// Everything as it was.
    async fn put_back(&mut self) {
        let mut statement = String::from("BEGIN;");
        for (table, copy) in TABLES {
            statement.push_str(&format!(
                "DELETE FROM {table}; INSERT INTO {table} SELECT * FROM {copy};"
            ));
        }
        self.change(&format!("{statement} COMMIT")).await;
    }

    /// The entries from `at` on with another text or one fewer, chained anew up to the head, so that they fit.
    fn rewritten(&self, house: &House, at: i64, cut: bool) -> String {
        let before = |entry: &&Entry| entry.sequence < at;
        let mut head = self
            .entries
            .iter()
            .take_while(before)
            .last()
            .map_or(Head::START, |entry| Head {
                sequence: entry.sequence,
                hash: entry.hash,
            });
        let mut statement = String::from("BEGIN;");
        for entry in self
            .entries
            .iter()
            .skip_while(|entry| entry.sequence < at + i64::from(cut))
        {
            let text = if entry.sequence == at {
                entry.text.replacen("\"at\":\"2", "\"at\":\"1", 1)
            } else {
                entry.text.clone()
            };
            head = head.after(&house.organisation, &text);
            statement.push_str(&format!(
                "UPDATE audit_entries SET hash = '{}', (text, at_ms, kind, call) =
                     (SELECT REPLACE(text, '\"at\":\"2', '\"at\":\"{}'), at_ms, kind, call FROM e WHERE sequence = {})
                 WHERE sequence = {};",
                head.hash, if entry.sequence == at { 1 } else { 2 }, entry.sequence, head.sequence
            ));
        }
        let (end, hash) = (head.sequence, head.hash);
        statement.push_str(&format!(
            "DELETE FROM audit_entries WHERE sequence > {end};
             UPDATE audit_heads SET sequence = {end}, hash = '{hash}';
             DELETE FROM audit_checkpoints WHERE size >= {at}; COMMIT"
        ));
        statement
    }

    /// One change, to one thing.
    fn tampering(&self, house: &House) -> String {
        let (at, other) = (house.below(24) + 1, house.below(24) + 1);
        let sequence = i64::try_from(at).expect("small");
        let size = at.div_ceil(8) * 8;
        let garbage = Digest::of("garbage", &[&house.random.bytes::<8>()]);
        let entry = format!("WHERE sequence = {at}");
        let checkpoint = format!("WHERE size = {size}");
        match house.below(18) {
            // Change.
            0 => format!("UPDATE audit_entries SET hash = '{garbage}' {entry}"),
            1 => format!("UPDATE audit_entries SET text = REPLACE(text, 'call_', 'coll_') {entry}"),
            2 => format!("UPDATE audit_entries SET kind = 'signed_out' {entry}"),
            3 => format!("UPDATE audit_entries SET at_ms = at_ms + 1, person = 'p' {entry}"),
            4 => format!("UPDATE audit_heads SET hash = '{garbage}'"),
            5 => format!("UPDATE audit_heads SET removed = {at}"),
            6 => self.rewritten(house, sequence, false),
            // Removal, and cutting off the end with everything that says so.
            7 => format!("DELETE FROM audit_entries {entry}"),
            8 => self.rewritten(house, sequence, true),
            9 => format!(
                "DELETE FROM audit_entries WHERE sequence >= {at}; DELETE FROM audit_checkpoints WHERE size >= {at};
                 UPDATE audit_heads SET sequence = {before}, hash = COALESCE((SELECT hash FROM e WHERE sequence = {before}), '{}')",
                Digest::ZERO, before = at - 1
            ),
            // Insertion and duplication.
            10 => format!("INSERT INTO audit_entries SELECT organisation, 24 + {other}, at_ms, kind, person, tool, call, text, hash FROM e {entry}"),
            11 => format!(
                "BEGIN; DELETE FROM audit_entries; UPDATE audit_heads SET sequence = 25;
                 INSERT INTO audit_entries SELECT organisation, sequence + (sequence > {at}), at_ms, kind, person, tool, call, text, hash FROM e;
                 INSERT INTO audit_entries SELECT organisation, {at} + 1, at_ms, kind, person, tool, call, text, hash FROM e WHERE sequence = {other}; COMMIT"
            ),
            12 => format!("INSERT INTO audit_checkpoints SELECT organisation, size + {at}, at_ms, hash, peaks, note, published FROM c WHERE size = 8 AND {at} % 8 <> 0 UNION ALL SELECT organisation, size + 1, at_ms, hash, peaks, note, published FROM c WHERE size = 8 AND {at} % 8 = 0"),
            // Reordering: two entries, two checkpoints.
            13 if at != other => format!(
                "UPDATE audit_entries SET (at_ms, kind, call, text, hash) = (SELECT at_ms, kind, call, text, hash FROM e
                     WHERE e.sequence = {at} + {other} - audit_entries.sequence) WHERE sequence IN ({at}, {other})"
            ),
            14 => "UPDATE audit_checkpoints SET note = (SELECT note FROM c WHERE c.size = 24 - audit_checkpoints.size) WHERE size IN (8, 16)".to_owned(),
            // What is signed, and the signature.
            15 => format!("DELETE FROM audit_checkpoints {checkpoint}"),
            16 => format!("UPDATE audit_checkpoints SET hash = '{garbage}' {checkpoint}"),
            _ => {
                let place = 1 + house.below(170);
                format!("UPDATE audit_checkpoints SET note = SUBSTR(note, 1, {place} - 1) || CASE SUBSTR(note, {place}, 1) WHEN 'A' THEN 'B' ELSE 'A' END || SUBSTR(note, {place} + 1) {checkpoint}")
            }
        }
    }
}

#[tokio::test]
async fn l4_ten_thousand_changes_of_a_database_are_all_found() {
    let house = House::new(8).await;
    let mut intruder = Intruder::new(&house).await;
    assert!(of_database(&house).await, "nothing is changed");
    for number in 0..TIMES {
        let statement = intruder.tampering(&house);
        intruder.change(&statement).await;
        let found = !of_database(&house).await;
        assert!(found, "change {number} was not found: {statement}");
        intruder.put_back().await;
    }
    assert!(of_database(&house).await, "everything is put back");
}
