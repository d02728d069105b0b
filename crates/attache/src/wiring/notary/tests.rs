//! What is signed, when, and what never is.

use std::fs;
use std::path::PathBuf;

use domain::clock::Clock;
use domain::id::{CallId, TenantId};
use domain::random::Random;
use store::{KeyEncryptionKey, Keyring, audit::AuditFilter};

use super::*;

/// A database with one organisation, a key, and a folder where checkpoints go.
struct House {
    folder: tempfile::TempDir,
    clock: Clock,
    random: Random,
    sealing: String,
    store: Store,
    organisation: OrganisationId,
}

impl House {
    async fn new() -> Self {
        let random = Random::seeded(21);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = Clock::manual(Clock::system().now());
        Store::migrate(&settings(&folder)).await.expect("migrates");
        let sealing = KeyEncryptionKey::generate(&random).1;
        let store = opened(&folder, &sealing, &clock, &random).await;
        let tenant = TenantId::parse(&random.uuid()).expect("a GUID");
        let organisation = store.organisation_for(&tenant).await.expect("made");
        let house = Self {
            folder,
            clock,
            random,
            sealing,
            store,
            organisation,
        };
        house.new_key();
        house
    }

    /// The same database, opened again, as by another start of the program.
    async fn opened_again(&mut self) {
        self.store = opened(&self.folder, &self.sealing, &self.clock, &self.random).await;
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The operator puts another signing key into the file.
    fn new_key(&self) -> VerifyingKey {
        let made = SigningKey::generate("attache.example", &self.random);
        let (key, text) = made.expect("a name");
        let file = self.path("audit.key");
        let _ = fs::remove_file(&file);
        fs::write(&file, text.as_str()).expect("written");
        let owner = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(&file, owner).expect("set");
        key.public().clone()
    }

    fn notary(&self) -> Notary {
        let settings = Audit {
            signing_key_file: Some(self.path("audit.key")),
            checkpoint_entries: 1_000,
            checkpoint_every: Duration::from_secs(60),
            directory: Some(self.path("outside")),
            file: None,
            syslog: None,
            retention_days: 30,
        };
        let notary = Notary::new(&settings, self.store.clone()).expect("the key is readable");
        let mut notary = notary.expect("there is a key");
        notary.clock = self.clock.clone();
        notary
    }

    async fn entries(&self, number: usize) {
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..number {
            let (now, organisation) = (self.clock.now(), self.organisation.clone());
            let mut record = Record::new(now, Kind::CallBegun, organisation);
            record.call = Some(CallId::random(&self.random));
            let store = self.store.clone();
            writers.spawn(async move { store.record(record).await.expect("recorded") });
        }
        writers.join_all().await;
    }

    async fn head(&self) -> i64 {
        let head = self.store.head(&self.organisation).await;
        head.expect("there").sequence
    }

    /// Up to which entry it is signed.
    async fn signed(&self) -> i64 {
        let last = self.store.last_checkpoint(&self.organisation, i64::MAX);
        last.await.expect("readable").map_or(0, |last| last.size)
    }

    /// Which checkpoints are outside.
    fn outside(&self) -> Vec<i64> {
        let folder = self.path("outside").join(self.organisation.as_str());
        let Ok(entries) = fs::read_dir(folder) else {
            return Vec::new();
        };
        let names = entries.map(|entry| entry.expect("readable").file_name());
        let names = names.filter_map(|name| name.into_string().ok());
        let sizes = names.filter_map(|name| name.strip_suffix(".checkpoint")?.parse().ok());
        let mut sizes: Vec<i64> = sizes.collect();
        sizes.sort_unstable();
        sizes
    }

    /// How often the record says that it is broken.
    async fn said_broken(&self) -> usize {
        let filter = AuditFilter {
            kinds: vec![Kind::RecordBroken],
            limit: 100,
            ..AuditFilter::default()
        };
        let found = self.store.entries(&self.organisation, &filter).await;
        let found = found.expect("readable");
        assert!(
            found
                .iter()
                .all(|logged| logged.record.severity == Some(Severity::High))
        );
        found.len()
    }

    async fn sql(&self, statement: &str) {
        use sqlx::Connection as _;
        sqlx::any::install_default_drivers();
        let connected = sqlx::AnyConnection::connect(&settings(&self.folder).url).await;
        let mut connection = connected.expect("the database");
        let statement = sqlx::AssertSqlSafe(statement.to_owned());
        let done = sqlx::raw_sql(statement).execute(&mut connection).await;
        done.expect("it is written");
        connection.close().await.expect("closed");
    }

    /// Everything back to its first so many entries, in all tables, as in an older copy of the database.
    async fn put_back(&self, entries: i64) {
        self.sql(&format!(
            "DELETE FROM audit_entries WHERE sequence > {entries};
             DELETE FROM audit_checkpoints WHERE size > {entries};
             UPDATE audit_heads SET sequence = {entries},
                 hash = (SELECT hash FROM audit_entries WHERE sequence = {entries})"
        ))
        .await;
    }

    async fn round(&self, notary: &mut Notary) {
        let (entries, every) = (notary.entries, notary.every);
        notary.round(entries, every).await.expect("a round");
    }
}

fn settings(folder: &tempfile::TempDir) -> store::Settings {
    store::Settings {
        url: format!("sqlite:{}", folder.path().join("a.db").display()),
        max_connections: 2,
    }
}

#[expect(clippy::disallowed_methods, reason = "the test is the wiring")]
async fn opened(folder: &tempfile::TempDir, key: &str, clock: &Clock, random: &Random) -> Store {
    let key = KeyEncryptionKey::parse_file(key).expect("our own form");
    let keys = Keyring::new(key, Vec::new()).expect("one key");
    let opened = Store::open(&settings(folder), keys, clock.clone(), random.clone()).await;
    let (store, writer) = opened.expect("it opens");
    tokio::spawn(writer.run());
    store
}

#[tokio::test]
async fn l3_a_thousand_entries_a_minute_and_the_end_are_each_signed() {
    let house = House::new().await;
    let mut notary = house.notary();
    house.entries(1).await;
    house.round(&mut notary).await;
    let first = house.signed().await;
    assert_eq!(first, 2, "the entry, and the one that names the key");

    house.entries(999).await;
    house.round(&mut notary).await;
    assert_eq!(house.signed().await, first, "neither so many nor so long");
    house.entries(1).await;
    house.round(&mut notary).await;
    assert_eq!(house.signed().await, first + 1_000);

    house.entries(1).await;
    house.clock.advance(Duration::from_secs(59));
    house.round(&mut notary).await;
    assert_eq!(house.signed().await, first + 1_000);
    house.clock.advance(Duration::from_secs(1));
    house.round(&mut notary).await;
    assert_eq!(house.signed().await, first + 1_001);

    let working = notary.start();
    house.entries(7).await;
    working.finish(Duration::from_secs(20)).await;
    assert_eq!(
        house.signed().await,
        house.head().await,
        "signed at the end"
    );
    assert_eq!(house.outside().last(), Some(&house.head().await));
}

#[tokio::test]
async fn l3_an_older_copy_of_the_database_gets_no_second_history() {
    let mut house = House::new().await;
    let mut notary = house.notary();
    for _ in 0..3 {
        house.entries(10).await;
        notary.sign(&house.organisation).await.expect("signed");
        notary.hand_on().await.expect("handed on");
    }
    let whole = house.outside();
    assert_eq!(whole, [11, 21, 31]);

    // While it runs, and after a start: then only the folder outside knows.
    house.put_back(21).await;
    for start in [false, true] {
        if start {
            house.opened_again().await;
            notary = house.notary();
        }
        for _ in 0..3 {
            house.entries(15).await;
            let signed = notary.sign(&house.organisation).await.expect("looked at");
            assert_eq!(signed, None, "nothing is signed any more");
            notary.hand_on().await.expect("nothing to hand on");
        }
        assert_eq!(
            notary.found_broken(),
            std::slice::from_ref(&house.organisation)
        );
        assert_eq!(house.outside(), whole);
        assert_eq!(
            house.said_broken().await,
            if start { 2 } else { 1 },
            "once for each start"
        );
    }

    // The operator knows that it was she who put it back, and puts away what was signed of the other history.
    let folder = house.path("outside").join(house.organisation.as_str());
    fs::rename(folder, house.path("put-away")).expect("moved");
    let mut notary = house.notary();
    let signed = notary.sign(&house.organisation).await.expect("looked at");
    assert_eq!(signed.map(|kept| kept.size), Some(house.head().await));
}

#[tokio::test]
async fn l3_what_follows_from_a_forged_checkpoint_is_not_signed() {
    for forgery in [
        // What the next one grows from, without the signature.
        "UPDATE audit_checkpoints SET peaks = REPLACE(peaks, '0', '1'), hash = (SELECT hash FROM audit_entries WHERE sequence = size)",
        // Another text, with the signature of the true one.
        "UPDATE audit_checkpoints SET note = REPLACE(note, 'attache.example/', 'attache.forged/')",
    ] {
        let house = House::new().await;
        let mut notary = house.notary();
        house.entries(10).await;
        notary.sign(&house.organisation).await.expect("signed");
        house.sql(forgery).await;
        house.entries(10).await;
        let signed = notary.sign(&house.organisation).await.expect("looked at");
        assert_eq!((signed, house.said_broken().await), (None, 1), "{forgery}");
    }
}

#[tokio::test]
async fn l3_what_cannot_be_handed_on_is_kept_first_holds_up_nothing_and_goes_later() {
    let house = House::new().await;
    let mut notary = house.notary();
    house.entries(10).await;
    // Where the folder should be is something else.
    notary
        .sign(&house.organisation)
        .await
        .expect("nothing is there yet");
    fs::write(house.path("outside"), "no folder").expect("written");
    let error = notary.hand_on().await.expect_err("there is no folder");
    assert!(
        format!("{error:#}").contains("audit.checkpoint_directory"),
        "{error:#}"
    );
    assert_eq!(house.signed().await, 11, "it is kept all the same");
    house.entries(10).await;
    assert_eq!(house.head().await, 21, "the record goes on");
    notary.sign(&house.organisation).await.expect("signed");
    fs::remove_file(house.path("outside")).expect("removed");
    notary.hand_on().await.expect("handed on");
    assert_eq!(house.outside(), [11, 21], "nothing was left out");
}

#[tokio::test]
async fn l5_a_new_key_leaves_the_old_one_in_the_record_for_as_long_as_it_has_signed_what_is_left() {
    let house = House::new().await;
    let first = house.notary().key.public().clone();
    house.entries(10).await;
    house
        .notary()
        .round(1, Duration::ZERO)
        .await
        .expect("a round");
    house.entries(10).await;
    house
        .notary()
        .round(1, Duration::ZERO)
        .await
        .expect("a round");
    let second = house.new_key();
    assert_ne!(first, second);
    for _ in 0..2 {
        house.entries(10).await;
        house
            .notary()
            .round(1, Duration::ZERO)
            .await
            .expect("a round");
    }
    let named = async || {
        let keys = house.store.named_keys(&house.organisation).await;
        let keys = keys.expect("readable").into_iter();
        keys.map(|(_, key)| key.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(named().await, [second.to_string(), first.to_string()]);

    // With the naming of the first key its first segment goes; the rest that it has signed is still told from a forgery.
    house.clock.advance(Duration::from_secs(31 * 24 * 3_600));
    let kept = house.store.checkpoints(&house.organisation, 0, 100).await;
    for kept in &kept.expect("readable")[1..] {
        let later = house.clock.now().as_millisecond();
        house
            .sql(&format!(
                "UPDATE audit_checkpoints SET at_ms = {later} WHERE size = {}",
                kept.size
            ))
            .await;
    }
    house
        .notary()
        .round(1, Duration::ZERO)
        .await
        .expect("a round");
    let beginning = house
        .store
        .beginning(&house.organisation)
        .await
        .expect("there");
    assert_eq!(beginning.sequence, 11, "the first segment is gone");
    assert_eq!(named().await, [first.to_string(), second.to_string()]);
    let mut signers = house
        .store
        .signers(&house.organisation)
        .await
        .expect("there");
    for kept in house
        .store
        .checkpoints(&house.organisation, 0, 100)
        .await
        .expect("readable")
    {
        signers.beside(kept.size, Note::parse(&kept.note).expect("a note"));
    }
    assert_eq!(signers.unsigned(), None);
}

#[tokio::test]
async fn l9_a_checkpoint_is_one_line_for_a_collector() {
    let house = House::new().await;
    house.entries(3).await;
    let kept = house.notary().sign(&house.organisation).await;
    let kept = kept.expect("signed").expect("something new");
    assert!(kept.note.contains('\n'));
    let line = sinks::line(&kept);
    assert!(!line.contains(char::is_control), "{line:?}");
    let (_, json) = line.split_once(" - checkpoint - ").expect("a message");
    let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
    assert_eq!(json["checkpoint"], kept.note);
}
