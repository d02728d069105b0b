//! Opening: migrated first, by its owner only, and never without being able to write.

use std::os::unix::fs::PermissionsExt as _;

use store::{Error, Kind, Settings, Store};

use crate::fixture::Fixture;
use crate::on_both;

on_both! {
    async fn a_database_is_migrated_once_and_not_by_opening_it(fixture: &Fixture) {
        let names = ["0001_start".to_owned()];
        match fixture.open(fixture.keys()).await {
            Err(Error::NotMigrated { pending }) => assert_eq!(pending, names),
            other => panic!("{other:?}"),
        }
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
