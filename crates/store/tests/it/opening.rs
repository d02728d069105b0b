//! Opening: migrated first, by its owner only, and never without being able to write.

use std::os::unix::fs::PermissionsExt as _;

use domain::id::TenantId;
use store::{Error, Kind, Settings, Store};

use crate::fixture::Fixture;
use crate::on_both;

on_both! {
    async fn a_database_is_migrated_once_and_not_by_opening_it(fixture: &Fixture) {
        let names = match fixture.open(fixture.keys()).await {
            Err(Error::NotMigrated { pending }) => pending,
            other => panic!("{other:?}"),
        };
        assert_eq!(names.first().map(String::as_str), Some("0001_start"));
        assert_eq!(Store::migrate(&fixture.settings).await.expect("it migrates"), names);
        assert!(Store::migrate(&fixture.settings).await.expect("it migrates").is_empty());
        let store = fixture.open(fixture.keys()).await.expect("it opens");
        store.ready().await.expect("it can be written");
    }

    async fn the_database_of_a_newer_release_still_opens(fixture: &Fixture) {
        drop(fixture.world().await);
        fixture.sql(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'later', TRUE, '', 0)"
        ).await;
        assert!(Store::migrate(&fixture.settings).await.expect("nothing to do").is_empty());
        fixture.open(fixture.keys()).await.expect("it opens");
    }

    async fn a_migration_that_was_altered_afterwards_is_refused(fixture: &Fixture) {
        drop(fixture.store().await);
        fixture.sql("UPDATE _sqlx_migrations SET checksum = ''").await;
        let error = Store::migrate(&fixture.settings).await.expect_err("it is refused");
        assert!(matches!(error, Error::Migration(_)), "{error:?}");
    }
}

#[tokio::test]
async fn all_files_of_a_database_are_for_its_owner_only() {
    let fixture = Fixture::sqlite();
    let _world = fixture.world().await;
    let folder = fixture.folder.as_ref().expect("SQLite has one").path();
    let mut files = 0;
    for file in std::fs::read_dir(folder).expect("it can be listed") {
        let file = file.expect("a file");
        let mode = file.metadata().expect("its mode").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", file.file_name());
        files += 1;
    }
    assert_eq!(files, 3, "the database, its log and the log's index");
}

#[tokio::test]
async fn a_path_may_have_spaces_and_letters_of_any_language() {
    let mut fixture = Fixture::sqlite();
    let folder = fixture.folder.as_ref().expect("SQLite has one").path();
    let folder = folder.join("Größe und Maß");
    std::fs::create_dir(&folder).expect("it is made");
    let file = folder.join("attache.db");
    fixture.settings.url = format!("sqlite:{}", file.display());
    drop(fixture.store().await);
    assert!(file.exists());
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_said_to_be_so() {
    let fixture = Fixture::sqlite();
    let folder = fixture.folder.as_ref().expect("SQLite has one").path();
    std::fs::write(folder.join("file"), "").expect("it is written");
    for place in ["no such folder/attache.db", "file/attache.db", "."] {
        let settings = Settings {
            url: format!("sqlite:{}", folder.join(place).display()),
            max_connections: 1,
        };
        let error = Store::migrate(&settings).await.expect_err("it is refused");
        assert!(matches!(error, Error::NotWritable { .. }), "{error:?}");
        assert_eq!(error.kind(), Kind::Unavailable);
    }
}

#[tokio::test]
async fn a_database_that_can_only_be_read_is_not_opened() {
    let mut fixture = Fixture::sqlite();
    drop(fixture.store().await);
    fixture.settings.url.push_str("?mode=ro");
    let error = fixture
        .open(fixture.keys())
        .await
        .expect_err("it is refused");
    assert!(matches!(error, Error::NotWritable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_log_that_cannot_be_written_is_said_at_once() {
    let fixture = Fixture::sqlite();
    fixture.migrate().await;
    let folder = fixture.folder.as_ref().expect("SQLite has one").path();
    let log = folder.join("attache.db-wal");
    assert!(!log.exists(), "migrating ends with everything in one file");
    std::fs::create_dir(log).expect("it is made");
    let error = fixture
        .open(fixture.keys())
        .await
        .expect_err("it is refused");
    assert!(matches!(error, Error::NotWritable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_said_to_be_none() {
    let fixture = Fixture::sqlite();
    let folder = fixture.folder.as_ref().expect("SQLite has one").path();
    std::fs::write(folder.join("attache.db"), "a letter, ".repeat(100)).expect("it is written");
    for error in [
        Store::migrate(&fixture.settings)
            .await
            .expect_err("it is refused"),
        fixture
            .open(fixture.keys())
            .await
            .expect_err("it is refused"),
    ] {
        assert_eq!(error.kind(), Kind::Setup);
        let message = error.to_string();
        assert!(message.contains("file is not a database"), "{message}");
    }
}

#[tokio::test]
async fn a_postgres_that_is_not_there_is_said_to_be_unreachable() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its number").port();
    drop(taken);
    let settings = Settings {
        url: format!("postgres://someone:marked@127.0.0.1:{port}/attache"),
        max_connections: 1,
    };
    let error = Store::migrate(&settings).await.expect_err("it is refused");
    assert_eq!(error.kind(), Kind::Setup);
    let message = format!("{error} {error:?}");
    assert!(message.contains("Connection refused"), "{message}");
    assert!(!message.contains("marked"));
}

#[tokio::test]
async fn after_a_clean_stop_the_file_alone_is_a_backup() {
    let fixture = Fixture::sqlite();
    fixture.migrate().await;
    let (clock, random) = (fixture.clock.clone(), fixture.random.clone());
    let (store, writer) = Store::open(&fixture.settings, fixture.keys(), clock, random)
        .await
        .expect("it opens");
    let tenant = TenantId::parse(&fixture.random.uuid()).expect("a GUID");
    let working = async {
        fixture.person(&store, &tenant, "Anna Berger").await;
        drop(store);
    };
    tokio::join!(working, writer.run());
    let mut backup = Fixture::sqlite();
    backup.key.clone_from(&fixture.key);
    let file = |fixture: &Fixture, name: &str| {
        let folder = fixture.folder.as_ref().expect("SQLite has one");
        folder.path().join(name)
    };
    assert!(!file(&fixture, "attache.db-wal").exists());
    std::fs::copy(file(&fixture, "attache.db"), file(&backup, "attache.db")).expect("it is copied");
    assert_eq!(
        backup.texts("SELECT name FROM persons").await,
        ["Anna Berger"]
    );
    backup.open(backup.keys()).await.expect("it opens");
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_without_repeating_it() {
    for url in [
        "",
        "mysql://someone:marked@localhost/x",
        "sqlite::memory:",
        "attache.db",
        "postgres://someone:marked@:x",
    ] {
        let settings = Settings {
            url: url.to_owned(),
            max_connections: 1,
        };
        let error = Store::migrate(&settings).await.expect_err("it is refused");
        assert!(matches!(error, Error::Settings(_)), "{error:?}");
        assert!(!format!("{error} {error:?} {settings:?}").contains("marked"));
    }
}
