//! What is left of a grant that was destroyed, while others read and write, and in what is copied afterwards: nothing.

use std::sync::atomic::{AtomicBool, Ordering};

use domain::audit::{Kind, Record};
use domain::connection::{ConnectionState, RevokedWhy};
use domain::id::TenantId;
use domain::secret::RefreshToken;
use store::audit::AuditFilter;
use store::connections::Connection;
use store::people::Person;
use store::{Error, Store};

use crate::fixture::{CALENDAR, Fixture};
use crate::on_both;
use crate::wiping::{found, pieces_in, token_of_length};

struct Member {
    person: Person,
    connection: Connection,
    /// Everything that was ever sealed for her.
    sealed: Vec<String>,
}

/// So many people, each refreshed twice.
async fn members(fixture: &Fixture, store: &Store, many: usize) -> Vec<Member> {
    let tenant = TenantId::parse(&fixture.random.uuid()).expect("a GUID");
    let mut members = Vec::new();
    for number in 0..many {
        let person = fixture
            .person(store, &tenant, &format!("Person {number}"))
            .await;
        let connection = fixture
            .connect(store, &person, &token_of_length(fixture, 1_000))
            .await;
        let mut member = Member {
            person,
            connection,
            sealed: Vec::new(),
        };
        for _ in 0..2 {
            member.sealed.extend(sealed_now(fixture, &member).await);
            refresh(fixture, store, &mut member).await;
        }
        member.sealed.extend(sealed_now(fixture, &member).await);
        members.push(member);
    }
    members
}

async fn sealed_now(fixture: &Fixture, member: &Member) -> Vec<String> {
    let query = format!(
        "SELECT sealed || ' ' || wrapped_key FROM grants WHERE connection = '{}'",
        member.connection.id
    );
    fixture.texts(&query).await
}

async fn refresh(fixture: &Fixture, store: &Store, member: &mut Member) {
    let token = RefreshToken::new(token_of_length(fixture, 1_300));
    let Member {
        person, connection, ..
    } = member;
    let version = connection.version;
    let kept = store.commit_grant(&person.id, &connection.id, version, Some(&token), &[]);
    assert!(kept.await.expect("an answer"));
    connection.version += 1;
}

async fn end(store: &Store, member: &Member, number: usize) {
    let Member {
        person, connection, ..
    } = member;
    if number.is_multiple_of(2) {
        let gone = store.disconnect(&person.id, CALENDAR).await;
        assert_eq!(gone.expect("it disconnects").as_ref(), Some(&connection.id));
        return;
    }
    let revoked = ConnectionState::Revoked {
        why: RevokedWhy::EndedAtMicrosoft,
    };
    let done = store
        .set_connection_state(&person.id, &connection.id, &revoked, connection.version)
        .await;
    assert!(done.expect("it is revoked"));
}

/// Reads and writes of other people's rows until it is told to stop.
async fn traffic(fixture: &Fixture, store: &Store, others: &mut [Member], stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        for member in &mut *others {
            refresh(fixture, store, member).await;
            let organisation = member.person.organisation.clone();
            let record = Record::new(fixture.now(), Kind::TokenRefreshed, organisation.clone());
            store.record(record).await.expect("it is recorded");
            let filter = AuditFilter {
                limit: 50,
                ..AuditFilter::default()
            };
            let reads = (
                store.open_grant(&member.person.id, &member.connection.id),
                store.entries(&organisation, &filter),
                store.connections(&organisation, "", None, 50),
            );
            let (grant, entries, connections) = tokio::join!(reads.0, reads.1, reads.2);
            grant.expect("it opens");
            entries.expect("readable");
            connections.expect("readable");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_in_any_file_or_backup_while_others_read_and_write() {
    let fixture = Fixture::sqlite();
    let store = fixture.store().await;
    let ending = members(&fixture, &store, 10).await;
    let mut others = members(&fixture, &store, 3).await;
    let sealed: Vec<String> = ending.iter().flat_map(|one| one.sealed.clone()).collect();
    assert!(
        found(&fixture, &sealed) > 1_000,
        "the search finds what is there"
    );
    let backups = tempfile::tempdir().expect("a folder elsewhere");
    let early = backups.path().join("early.db");
    Store::back_up(&fixture.settings, &early)
        .await
        .expect("it is copied");
    assert!(
        pieces_in(&[early], &sealed) > 500,
        "a backup made before has them"
    );
    let stop = AtomicBool::new(false);
    let ending_all = async {
        for (number, member) in ending.iter().enumerate() {
            end(&store, member, number).await;
            assert_eq!(found(&fixture, &member.sealed), 0, "{number}");
            if number % 4 == 0 {
                let copy = backups.path().join(format!("copy {number}.db"));
                let copied = Store::back_up(&fixture.settings, &copy).await;
                copied.expect("it is copied while others write");
                assert_eq!(pieces_in(&[copy], &member.sealed), 0, "{number}");
            }
        }
        stop.store(true, Ordering::SeqCst);
    };
    let busy = traffic(&fixture, &store, &mut others, &stop);
    tokio::join!(ending_all, busy);
    assert_eq!(found(&fixture, &sealed), 0);
    let mut staying = Vec::new();
    for other in &others {
        staying.extend(sealed_now(&fixture, other).await);
    }
    assert!(
        found(&fixture, &staying) > 100,
        "the others are still connected"
    );
}

#[tokio::test]
async fn what_a_killed_process_left_in_the_log_is_wiped_by_the_next_one() {
    let fixture = Fixture::sqlite();
    let store = fixture.store().await;
    let member = members(&fixture, &store, 1).await.remove(0);
    // Everything but the last step: the grant is destroyed, and the process is gone before it has wiped the log.
    fixture
        .sql("PRAGMA secure_delete = ON; DELETE FROM grants")
        .await;
    assert!(found(&fixture, &member.sealed) > 0, "the log still has it");
    let next = fixture.open(fixture.keys()).await.expect("it opens");
    assert_eq!(found(&fixture, &member.sealed), 0);
    drop((store, next));
}

on_both! {
    async fn after_the_end_nothing_that_can_be_read_from_the_database_holds_it(fixture: &Fixture) {
        let store = fixture.store().await;
        let ended = members(fixture, &store, 4).await;
        let staying = members(fixture, &store, 1).await;
        for (number, member) in ended.iter().enumerate() {
            end(&store, member, number).await;
        }
        let dump = dump(fixture).await;
        let holds = |member: &Member| {
            let texts = member.sealed.iter().flat_map(|both| both.split([' ', '.']));
            let mut secrets = texts.filter(|part| part.len() > 40);
            secrets.any(|secret| dump.iter().any(|row| row.contains(secret)))
        };
        assert!(holds(&staying[0]), "the dump has what is there");
        assert!(!ended.iter().any(holds));
    }

    async fn only_sqlite_is_copied_by_us(fixture: &Fixture) {
        drop(fixture.store().await);
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("copy.db");
        let copied = Store::back_up(&fixture.settings, &file).await;
        match fixture.folder {
            Some(_) => assert!(copied.is_ok() && file.exists()),
            None => assert!(matches!(copied, Err(Error::NotSqlite)) && !file.exists()),
        }
    }
}

/// A fixture whose database is a copy, with the key of the original.
fn at(original: &Fixture, copy: &std::path::Path) -> Fixture {
    let mut fixture = Fixture::sqlite();
    fixture.key.clone_from(&original.key);
    fixture.settings.url = format!("sqlite:{}", copy.display());
    fixture
}

#[tokio::test]
async fn a_backup_works_in_another_place_with_its_key_and_not_without() {
    let original = Fixture::sqlite();
    let store = original.store().await;
    let member = members(&original, &store, 1).await.remove(0);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let file = elsewhere.path().join("copy.db");
    let copied = Store::back_up(&original.settings, &file).await;
    copied.expect("it is copied");
    let bytes = std::fs::read(&file).expect("the copy");
    let key = original.key.split(':').next_back().expect("the key");
    let holds = bytes
        .windows(key.len())
        .any(|piece| piece == key.as_bytes());
    assert!(!holds, "the key is not in it");
    let copy = at(&original, &file);
    let (_, stranger) = store::KeyEncryptionKey::generate(&domain::random::Random::seeded(9));
    let refused = copy.open(crate::fixture::ring(&stranger, &[])).await;
    assert!(matches!(refused, Err(Error::KeyMissing { .. })));
    let restored = copy.open(copy.keys()).await.expect("it opens");
    let grant = restored
        .open_grant(&member.person.id, &member.connection.id)
        .await;
    assert_eq!(grant.expect("it opens").1, member.connection.version);
}

#[tokio::test]
async fn what_a_migration_will_change_is_copied_before() {
    let fixture = Fixture::sqlite();
    let before = async || Store::back_up_before_migrating(&fixture.settings).await;
    assert_eq!(before().await.expect("nothing is there"), None);
    let store = fixture.store().await;
    let member = members(&fixture, &store, 1).await.remove(0);
    drop(store);
    assert_eq!(before().await.expect("nothing to migrate"), None);
    fixture
        .sql(
            "ALTER TABLE connections DROP COLUMN sealed_version;
             DELETE FROM _sqlx_migrations WHERE description = 'sealed_version'",
        )
        .await;
    let copy = before()
        .await
        .expect("it is copied")
        .expect("there is something to lose");
    let name = copy.file_name().expect("a name").to_string_lossy();
    assert_eq!(name, "attache.db.before-0002_sealed_version");
    fixture.migrate().await;
    assert_eq!(before().await.expect("nothing to migrate any more"), None);
    // Going back is taking the copy.
    let copy = at(&fixture, &copy);
    let columns = "SELECT name FROM pragma_table_info('connections') WHERE name = 'sealed_version'";
    assert!(copy.texts(columns).await.is_empty());
    assert_eq!(fixture.texts(columns).await.len(), 1);
    copy.migrate().await;
    let store = copy.open(copy.keys()).await.expect("it opens");
    let grant = store
        .open_grant(&member.person.id, &member.connection.id)
        .await;
    grant.expect("it opens");
}

/// Every row of every table as text, as a logical backup has it.
async fn dump(fixture: &Fixture) -> Vec<String> {
    let (tables, columns) = match fixture.folder {
        Some(_) => (
            "SELECT name FROM sqlite_master WHERE type = 'table'",
            "SELECT group_concat('COALESCE(CAST(\"' || name || '\" AS TEXT), '''')', ' || '' '' || ')
             FROM pragma_table_info('TABLE')",
        ),
        None => (
            "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public'",
            "SELECT string_agg('COALESCE(CAST(\"' || column_name || '\" AS TEXT), '''')', ' || '' '' || ')
             FROM information_schema.columns WHERE table_name = 'TABLE'",
        ),
    };
    let mut rows = Vec::new();
    for table in fixture.texts(tables).await {
        // The library's own, with bytes that are no text.
        if table == "_sqlx_migrations" {
            continue;
        }
        let columns = fixture.texts(&columns.replace("TABLE", &table)).await;
        let columns = columns.first().expect("a table has columns");
        rows.extend(
            fixture
                .texts(&format!("SELECT {columns} FROM \"{table}\""))
                .await,
        );
    }
    rows
}
