//! Sealed grants: they open in their own row, for their own person, and change hands by version.

use std::time::Duration;

use domain::connection::ConnectionState;
use domain::secret::RefreshToken;
use domain::tool::Scope;
use store::connections::Connection;
use store::people::Person;
use store::{Error, Kind, Store};

use crate::fixture::{CALENDAR, Fixture};
use crate::on_both;

async fn token(store: &Store, person: &Person, connection: &Connection) -> Result<String, Error> {
    let opened = store.open_grant(&person.id, &connection.id).await;
    opened.map(|(token, _)| token.expose().to_owned())
}

async fn state(store: &Store, person: &Person) -> ConnectionState {
    let connection = store
        .connection(&person.id, CALENDAR)
        .await
        .expect("an answer");
    connection.expect("it is there").state
}

on_both! {
    async fn a_grant_comes_back_to_its_own_person_and_to_nobody_else(fixture: &Fixture) {
        let world = fixture.world().await;
        let bruno = fixture.person(&world.store, &world.tenant, "Bruno Costa").await;
        let read = token(&world.store, &world.anna, &world.connection).await;
        assert_eq!(read.expect("it opens"), "anna's token");
        let read = token(&world.store, &bruno, &world.connection).await;
        assert_eq!(read.expect_err("not his").kind(), Kind::NoGrant);
        let stored = fixture.texts("SELECT sealed || wrapped_key FROM grants").await.concat();
        assert!(!stored.contains("anna"), "nothing of it is readable");
    }

    async fn a_sealed_grant_in_anybody_elses_row_does_not_open(fixture: &Fixture) {
        let world = fixture.world().await;
        let store = &world.store;
        let mut people = vec![(world.anna.clone(), world.connection.clone())];
        for name in ["Bruno", "Chiara", "David", "Emma"] {
            let person = fixture.person(store, &world.tenant, name).await;
            let connection = fixture.connect(store, &person, name).await;
            people.push((person, connection));
        }
        for (at, (owner, into)) in people.iter().enumerate() {
            for (_, from) in people.iter().skip(at + 1) {
                for columns in ["sealed", "sealed, wrapped_key", "wrapped_key", "sealed, wrapped_key, record_version"] {
                    let swap = format!(
                        "UPDATE grants SET ({columns}) = (SELECT {columns} FROM grants WHERE connection = '{}')
                         WHERE connection = '{}'",
                        from.id, into.id
                    );
                    // Both databases want one column without brackets.
                    let swap = match columns.contains(',') {
                        true => swap,
                        false => swap.replace(&format!("({columns})"), columns),
                    };
                    fixture.sql(&swap).await;
                    let read = token(store, owner, into).await;
                    assert_eq!(read.expect_err("it stays shut").kind(), Kind::Damaged);
                    fixture.connect(store, owner, "again").await;
                }
            }
        }
    }

    async fn an_altered_grant_damages_its_connection_and_its_row_is_kept(fixture: &Fixture) {
        let world = fixture.world().await;
        for (column, place) in [("sealed", 30), ("wrapped_key", 30), ("sealed", 60), ("sealed", 2)] {
            let connection = fixture.connect(&world.store, &world.anna, "a token").await;
            fixture.sql(&format!(
                "UPDATE grants SET {column} = substr({column}, 1, {place}) ||
                    CASE substr({column}, {place} + 1, 1) WHEN 'A' THEN 'B' ELSE 'A' END || substr({column}, {place} + 2)"
            )).await;
            let before = fixture.texts("SELECT sealed || wrapped_key FROM grants").await;
            let read = token(&world.store, &world.anna, &connection).await;
            assert_eq!(read.expect_err("it stays shut").kind(), Kind::Damaged);
            assert_eq!(state(&world.store, &world.anna).await, ConnectionState::Damaged);
            assert_eq!(fixture.texts("SELECT sealed || wrapped_key FROM grants").await, before);
            let again = token(&world.store, &world.anna, &connection).await;
            assert_eq!(again.expect_err("it stays so").kind(), Kind::Damaged);
        }
        let connection = fixture.connect(&world.store, &world.anna, "new").await;
        let read = token(&world.store, &world.anna, &connection).await;
        assert_eq!(read.expect("connecting again heals it"), "new");
    }

    async fn an_older_grant_put_back_does_not_open(fixture: &Fixture) {
        let world = fixture.world().await;
        let (anna, connection) = (&world.anna, &world.connection);
        fixture.sql("CREATE TABLE kept AS SELECT * FROM grants").await;
        let newer = RefreshToken::new("newer".into());
        let kept = world.store.commit_grant(&anna.id, &connection.id, 1, Some(&newer), &connection.scopes).await;
        assert!(kept.expect("an answer"));
        fixture.sql(
            "UPDATE grants SET sealed = (SELECT sealed FROM kept), wrapped_key = (SELECT wrapped_key FROM kept)"
        ).await;
        let read = token(&world.store, anna, connection).await;
        assert_eq!(read.expect_err("it stays shut").kind(), Kind::Damaged);
    }

    async fn of_two_who_refresh_the_slower_one_keeps_nothing(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna, connection) = (&world.store, &world.anna, &world.connection);
        let (first, second) = (RefreshToken::new("first".into()), RefreshToken::new("second".into()));
        let commit = |token| store.commit_grant(&anna.id, &connection.id, connection.version, token, &connection.scopes);
        assert!(commit(Some(&first)).await.expect("an answer"));
        assert!(!commit(Some(&second)).await.expect("an answer"));
        assert!(!commit(None).await.expect("an answer"));
        assert_eq!(token(store, anna, connection).await.expect("it opens"), "first");
    }

    async fn a_refresh_without_a_new_token_keeps_the_old_one_open(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna, connection) = (&world.store, &world.anna, &world.connection);
        fixture.clock.advance(Duration::from_secs(3_600));
        let scopes = [Scope::UserRead];
        assert!(store.commit_grant(&anna.id, &connection.id, 1, None, &scopes).await.expect("an answer"));
        let (grant, version) = store.open_grant(&anna.id, &connection.id).await.expect("it opens");
        assert_eq!((grant.expose(), version), ("anna's token", 2));
        let after = store.connection(&anna.id, CALENDAR).await.expect("an answer").expect("it is there");
        assert_eq!(after.scopes, scopes);
        assert_eq!(after.refreshed_at, fixture.now());
        assert_eq!(after.connected_at, connection.connected_at);
    }

    async fn a_refresh_that_ends_after_disconnecting_brings_nothing_back(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna, connection) = (&world.store, &world.anna, &world.connection);
        store.disconnect(&anna.id, CALENDAR).await.expect("it disconnects");
        let late = RefreshToken::new("late".into());
        for version in 0..5 {
            let kept = store.commit_grant(&anna.id, &connection.id, version, Some(&late), &connection.scopes).await;
            assert!(!kept.expect("an answer"));
        }
        assert_eq!(state(store, anna).await, ConnectionState::Disconnected);
        assert!(fixture.texts("SELECT sealed FROM grants").await.is_empty());
    }

    async fn a_state_changes_for_those_who_know_the_version(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna, connection) = (&world.store, &world.anna, &world.connection);
        let state_now = ConnectionState::NeedsSignIn { claims: Some("{}".into()), code: Some(50_076) };
        let change = |version| store.set_connection_state(&anna.id, &connection.id, &state_now, version);
        assert!(!change(7).await.expect("an answer"));
        assert!(change(connection.version).await.expect("an answer"));
        assert_eq!(state(store, anna).await, state_now);
        let again = fixture.connect(store, anna, "again").await;
        assert_eq!((again.id.clone(), again.state, again.version), (connection.id.clone(), ConnectionState::Connected, 3));
    }

    async fn what_is_known_of_a_mailbox_stays_with_its_account(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna, connection) = (&world.store, &world.anna, &world.connection);
        let mailbox = |address, zone| store.set_mailbox(connection, address, zone);
        assert!(mailbox(Some("anna@nordwind.example"), None).await.expect("an answer"));
        assert!(mailbox(None, Some("Europe/Berlin")).await.expect("an answer"));
        let same = fixture.connect(store, anna, "again").await;
        assert_eq!(same.mailbox_address.as_deref(), Some("anna@nordwind.example"));
        assert_eq!(same.mailbox_zone.as_deref(), Some("Europe/Berlin"));
        assert!(!format!("{same:?}").contains("nordwind"));
        let other = domain::id::ObjectId::parse(&fixture.random.uuid()).expect("a GUID");
        let waiting = store.ask(&world.call(fixture, "Lunch")).await.expect("it is stored");
        let token = RefreshToken::new("other account".into());
        let other = store.store_grant(&anna.organisation, &anna.id, CALENDAR, &[], &other, &token).await;
        assert_eq!(other.expect("a connection").mailbox_address, None);
        let waiting = store.approval(&anna.id, &waiting.id).await.expect("an answer").expect("it stays");
        assert_eq!(waiting.state, domain::approval::ApprovalState::Void);
    }

    async fn administrators_page_through_the_connections_of_their_people(fixture: &Fixture) {
        let world = fixture.world().await;
        let store = &world.store;
        for name in ["Zoe Adams", "Bruno Costa"] {
            let person = fixture.person(store, &world.tenant, name).await;
            fixture.connect(store, &person, name).await;
        }
        let organisation = &world.anna.organisation;
        let first = store.connections(organisation, "", None, 2).await.expect("a page");
        assert_eq!(first.len(), 2);
        assert_eq!(first[0].id, world.connection.id);
        let rest = store.connections(organisation, "", Some(&first[1].id), 2).await.expect("a page");
        assert_eq!(rest.len(), 1);
        let found = store.connections(organisation, "zoe", None, 9).await.expect("a page");
        assert_eq!(found, rest);
    }
}
