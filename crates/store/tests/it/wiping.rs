//! What is left after disconnecting: nothing.

use std::collections::HashSet;

use domain::audit::{Kind, Record};
use domain::connection::ConnectionState;
use domain::id::TenantId;
use domain::secret::RefreshToken;
use domain::tool::Scope;
use store::Error;

use crate::fixture::{CALENDAR, Fixture};
use crate::on_both;

/// How long a piece of a sealed text may not be found.
const PIECE: usize = 24;

on_both! {
    async fn after_disconnecting_there_is_no_grant_and_nothing_waits(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        let waiting = store.ask(&world.call(fixture, "Lunch")).await.expect("it is stored");
        let gone = store.disconnect(anna, CALENDAR).await.expect("it disconnects");
        assert_eq!(gone, Some(world.connection.id.clone()));
        let connection = store.connection(anna, CALENDAR).await.expect("an answer").expect("its row stays");
        assert_eq!(connection.state, ConnectionState::Disconnected);
        assert!(connection.scopes.is_empty());
        let opened = store.open_grant(anna, &connection.id).await;
        assert!(matches!(opened, Err(Error::NoGrant { .. })));
        let waiting = store.approval(anna, &waiting.id).await.expect("an answer").expect("it stays");
        assert_eq!(waiting.state, domain::approval::ApprovalState::Void);
        assert!(fixture.texts("SELECT sealed FROM grants").await.is_empty());
        assert_eq!(store.disconnect(anna, CALENDAR).await.expect("nothing to do"), None);
    }

    async fn a_revoked_connection_loses_its_grant_too(fixture: &Fixture) {
        let world = fixture.world().await;
        let revoked = ConnectionState::Revoked { why: domain::connection::RevokedWhy::EndedAtMicrosoft };
        let (anna, connection) = (&world.anna.id, &world.connection);
        let done = world.store.set_connection_state(anna, &connection.id, &revoked, connection.version).await;
        assert!(done.expect("an answer"));
        assert!(fixture.texts("SELECT sealed FROM grants").await.is_empty());
    }
}

/// Many people, several refreshes each, tokens of many lengths, other rows in between: pages split, merge and move. Then
/// every other one disconnects, and no piece of what was ever sealed for them is in any file.
#[tokio::test]
async fn disconnecting_leaves_no_byte_of_a_sealed_grant_in_the_file_or_its_log() {
    let fixture = Fixture::sqlite();
    let store = fixture.store().await;
    let tenant = TenantId::parse(&fixture.random.uuid()).expect("a GUID");
    let mut people = Vec::new();
    for number in 0..20 {
        let person = fixture
            .person(&store, &tenant, &format!("Person {number}"))
            .await;
        let token = token_of_length(&fixture, 900 + number * 37);
        let connection = fixture.connect(&store, &person, &token).await;
        people.push((person, connection));
    }
    let (mut sealed, mut staying) = (Vec::new(), Vec::new());
    for round in 0..3 {
        for (at, (person, connection)) in people.iter_mut().enumerate() {
            let token = token_of_length(&fixture, 600 + (at * 131 + round * 977) % 2_500);
            let token = RefreshToken::new(token);
            let scopes = [Scope::CalendarsReadWrite];
            let done = store.commit_grant(
                &person.id,
                &connection.id,
                connection.version,
                Some(&token),
                &scopes,
            );
            assert!(done.await.expect("an answer"));
            connection.version += 1;
            let record = Record::new(
                fixture.now(),
                Kind::TokenRefreshed,
                person.organisation.clone(),
            );
            store.record(record).await.expect("it is recorded");
            let both = format!(
                "SELECT sealed || ' ' || wrapped_key FROM grants WHERE connection = '{}'",
                connection.id
            );
            let both = fixture.texts(&both).await;
            if at % 2 == 0 {
                &mut sealed
            } else {
                &mut staying
            }
            .extend(both);
        }
    }
    assert!(
        found(&fixture, &sealed) > 1_000,
        "the search finds what is there"
    );
    for (person, _) in people.iter().step_by(2) {
        store
            .disconnect(&person.id, CALENDAR)
            .await
            .expect("it disconnects");
    }
    assert_eq!(found(&fixture, &sealed), 0);
    assert!(
        found(&fixture, &staying) > 1_000,
        "the others are still connected"
    );
}

fn token_of_length(fixture: &Fixture, length: usize) -> String {
    let mut token = String::new();
    while token.len() < length {
        token.push_str(&fixture.random.token());
    }
    token.truncate(length);
    token
}

/// How many places of the database's files begin a piece of one of the texts.
fn found(fixture: &Fixture, texts: &[String]) -> usize {
    let pieces: HashSet<&[u8]> = texts
        .iter()
        .flat_map(|text| text.split([' ', '.']))
        .filter(|part| part.len() > 2 * PIECE)
        // Every eighth is enough to see a rest of 32 bytes.
        .flat_map(|secret| secret.as_bytes().windows(PIECE).step_by(8))
        .collect();
    let folder = fixture.folder.as_ref().expect("SQLite has one");
    let files = std::fs::read_dir(folder.path()).expect("it can be listed");
    files
        .map(|file| std::fs::read(file.expect("a file").path()).expect("it can be read"))
        .map(|bytes| {
            bytes
                .windows(PIECE)
                .filter(|piece| pieces.contains(piece))
                .count()
        })
        .sum()
}
