//! Ten thousand times somebody changes one thing, in an export and in a database; each time it is found.

use std::fs;
use std::path::Path;

use domain::audit::{Beginning, Kind, Record};
use domain::canonical::Digest;
use domain::clock::Clock;
use domain::id::{CallId, OrganisationId, TenantId};
use domain::random::Random;
use sqlx::{AssertSqlSafe, Connection as _};
use store::audit::{Made, SigningKey};
use store::{KeyEncryptionKey, Keyring, Store};

use super::known::Known;
use super::{Checked, file, stored};

/// How often in an export, and how often in a database, where it takes longer.
const TIMES: (usize, usize) = (8_000, 2_000);
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
                    .make_checkpoint(&house.organisation, &house.key)
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

/// Everything verification says; a change that leaves it as it was has not been found.
fn said(checked: &[Checked], known: Known) -> String {
    let mut said: String = checked
        .iter()
        .map(|one| one.as_json().to_string())
        .collect();
    for (_, size) in known.left() {
        said.push_str(&format!("missing {size}"));
    }
    said
}

fn of_file(house: &House, file: &Path) -> String {
    let mut known = house.known();
    match file::check(file, &mut known) {
        Ok(checked) => said(&checked, known),
        Err(error) => format!("{error:#}"),
    }
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

fn tampered(house: &House, whole: &str) -> String {
    let mut lines: Vec<String> = whole.lines().map(str::to_owned).collect();
    let (at, other) = (house.below(lines.len()), house.below(lines.len()));
    match house.below(6) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(other, lines[at].clone()),
        2 => lines.swap(at, other),
        3 => lines.truncate(at),
        4 => {
            let line = lines[at].clone();
            lines[other] = line;
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
async fn eight_thousand_changes_of_an_export_are_all_found() {
    let house = House::new(7).await;
    let beginning = Beginning::default();
    let head = house.store.head(&house.organisation).await.expect("a head");
    let mut text = serde_json::json!({"organisation": house.organisation, "sequence": head.sequence, "hash": head.hash, "beginning": beginning}).to_string();
    for kept in house
        .store
        .checkpoints(&house.organisation, 0, 100)
        .await
        .expect("read")
    {
        text.push_str(&format!(
            "\n{}",
            serde_json::json!({"checkpoint": kept.note})
        ));
    }
    for entry in house
        .store
        .chain(&house.organisation, 1, 100)
        .await
        .expect("read")
    {
        text.push_str(&format!(
            "\n{}",
            serde_json::to_string(&entry).expect("JSON")
        ));
    }
    let file = house.path("log.jsonl");
    fs::write(&file, &text).expect("written");
    let whole = of_file(&house, &file);
    assert!(whole.contains(&format!("\"entries\":{ENTRIES}")), "{whole}");
    let mut changes = 0;
    while changes < TIMES.0 {
        let tampered = tampered(&house, &text);
        if meaning(&tampered) == meaning(&text) {
            continue;
        }
        changes += 1;
        fs::write(&file, &tampered).expect("written");
        assert_ne!(
            of_file(&house, &file),
            whole,
            "change {changes} was not found:\n{tampered}"
        );
    }
}

#[tokio::test]
async fn two_thousand_changes_of_the_database_are_all_found() {
    let house = House::new(8).await;
    let of_database = async || {
        let mut known = house.known();
        match stored::check(&house.store, &mut known).await {
            Ok(checked) => said(&checked, known),
            Err(error) => format!("{error:#}"),
        }
    };
    let whole = of_database().await;
    sqlx::any::install_default_drivers();
    let url = format!("sqlite:{}", house.path("a.db").display());
    let mut intruder = sqlx::AnyConnection::connect(&url)
        .await
        .expect("it connects");
    let mut change = async |statement: String| {
        let done = sqlx::raw_sql(AssertSqlSafe(statement.clone()))
            .execute(&mut intruder)
            .await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"))
            .rows_affected()
    };
    change("PRAGMA synchronous = OFF; CREATE TABLE e AS SELECT * FROM audit_entries; CREATE TABLE h AS SELECT * FROM audit_heads; CREATE TABLE c AS SELECT * FROM audit_checkpoints".into()).await;
    for number in 0..TIMES.1 {
        let (at, other) = (house.below(24) + 1, house.below(24) + 1);
        let garbage = Digest::of("garbage", &[&house.random.bytes::<8>()]);
        let statement = match house.below(8) {
            0 => format!("DELETE FROM audit_entries WHERE sequence = {at}"),
            1 => format!("UPDATE audit_entries SET hash = '{garbage}' WHERE sequence = {at}"),
            2 => format!("UPDATE audit_entries SET text = REPLACE(text, 'call_', 'coll_') WHERE sequence = {at}"),
            3 => format!("DELETE FROM audit_entries WHERE sequence > {}; UPDATE audit_heads SET sequence = {}, hash = (SELECT hash FROM e WHERE sequence = {})", at - 1, at - 1, at - 1).replace("hash = (SELECT hash FROM e WHERE sequence = 0)", &format!("hash = '{}'", Digest::ZERO)),
            4 if at != other => format!("UPDATE audit_entries SET (text, hash) = (SELECT text, hash FROM e WHERE sequence = {other}) WHERE sequence = {at}"),
            5 => format!("UPDATE audit_heads SET hash = '{garbage}'"),
            6 => format!("UPDATE audit_heads SET removed = {at}"),
            _ => format!("UPDATE audit_checkpoints SET note = REPLACE(note, char(10) || size || char(10), char(10) || (size + 1) || char(10)), hash = '{garbage}' WHERE size = {}", at.div_ceil(8) * 8),
        };
        change(statement.clone()).await;
        assert_ne!(
            of_database().await,
            whole,
            "change {number} was not found: {statement}"
        );
        change("DELETE FROM audit_entries; INSERT INTO audit_entries SELECT * FROM e; DELETE FROM audit_heads; INSERT INTO audit_heads SELECT * FROM h; DELETE FROM audit_checkpoints; INSERT INTO audit_checkpoints SELECT * FROM c".into()).await;
    }
    assert_eq!(of_database().await, whole);
}
