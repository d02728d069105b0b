//! What is left after disconnecting: nothing.

use std::collections::HashSet;
use std::path::PathBuf;

use domain::approval::ApprovalState;
use domain::audit::{Kind, Record};
use domain::connection::ConnectionState;
use domain::id::{ObjectId, TenantId};
use domain::secret::RefreshToken;
use domain::tool::Scope;
use serde_json::json;
use store::Error;

use crate::fixture::{CALENDAR, Fixture, World};
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
        assert_eq!(waiting.state, ApprovalState::Void);
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

    async fn what_was_asked_and_done_does_not_outlive_the_connection(fixture: &Fixture) {
        for way in 0..3 {
            let world = fixture.world().await;
            let (store, anna) = (&world.store, &world.anna.id);
            let asked = asked_and_done(fixture, &world).await;
            let contents = "SELECT COALESCE(outcome, '') || arguments || card || summary FROM approvals ORDER BY created_ms";
            assert!(fixture.texts(contents).await.iter().any(|text| text.contains("marked")));
            match way {
                0 => assert!(store.disconnect(anna, CALENDAR).await.expect("it disconnects").is_some()),
                1 => {
                    let ended = ConnectionState::Revoked { why: domain::connection::RevokedWhy::EndedAtMicrosoft };
                    let version = world.connection.version;
                    let done = store.set_connection_state(anna, &world.connection.id, &ended, version).await;
                    assert!(done.expect("an answer"));
                }
                _ => {
                    let mut other = world.anna.clone();
                    other.identity.object = ObjectId::parse(&fixture.random.uuid()).expect("a GUID");
                    fixture.connect(store, &other, "another account").await;
                }
            }
            let left = fixture.texts(contents).await;
            assert!(left.iter().all(|text| text == "{}{}"), "{way}: {left:?}");
            let states = [ApprovalState::Done, ApprovalState::Executing, ApprovalState::Void];
            for (id, expected) in asked.iter().zip(states) {
                let read = store.approval(anna, id).await.expect("an answer").expect("that it was stays");
                assert_eq!(read.state, expected);
            }
            if way == 0 {
                // The one that was executing ends after the connection.
                let outcome = json!({"subject": "marked"});
                let done = store.finish_approval(anna, &asked[1], ApprovalState::Done, &outcome).await;
                assert!(done.expect("an answer"));
                assert!(fixture.texts(contents).await.iter().all(|text| text == "{}{}"));
            }
            fixture.sql("DELETE FROM approvals").await;
        }
    }
}

/// Three approvals about a marked text: one done, one executing, one waiting.
async fn asked_and_done(fixture: &Fixture, world: &World) -> Vec<domain::id::ApprovalId> {
    let (store, anna) = (&world.store, &world.anna.id);
    let mut asked = Vec::new();
    for title in ["marked done", "marked executing", "marked waiting"] {
        let stored = store.ask(&world.call(fixture, title)).await;
        asked.push(stored.expect("it is stored").id);
    }
    for id in &asked[..2] {
        let claimed = store.claim_approval(anna, id, 0).await;
        claimed.expect("an answer").expect("it waits");
    }
    let outcome = json!({"subject": "a marked outcome"});
    let done = store.finish_approval(anna, &asked[0], ApprovalState::Done, &outcome);
    assert!(done.await.expect("an answer"));
    asked
}

#[tokio::test]
async fn disconnecting_leaves_no_byte_of_an_outcome_in_the_file_or_its_log() {
    let fixture = Fixture::sqlite();
    let world = fixture.world().await;
    asked_and_done(&fixture, &world).await;
    let marked = || {
        let folder = fixture.folder.as_ref().expect("SQLite has one");
        let files = std::fs::read_dir(folder.path()).expect("it can be listed");
        files
            .map(|file| std::fs::read(file.expect("a file").path()).expect("it can be read"))
            .map(|bytes| {
                let pieces = bytes.windows("marked".len());
                pieces.filter(|piece| piece == b"marked").count()
            })
            .sum::<usize>()
    };
    assert!(marked() > 0, "the search finds what is there");
    let gone = world.store.disconnect(&world.anna.id, CALENDAR).await;
    assert!(gone.expect("it disconnects").is_some());
    assert_eq!(marked(), 0);
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

pub(crate) fn token_of_length(fixture: &Fixture, length: usize) -> String {
    let mut token = String::new();
    while token.len() < length {
        token.push_str(&fixture.random.token());
    }
    token.truncate(length);
    token
}

/// How many places of the database's files begin a piece of one of the texts.
pub(crate) fn found(fixture: &Fixture, texts: &[String]) -> usize {
    let folder = fixture.folder.as_ref().expect("SQLite has one");
    let files = std::fs::read_dir(folder.path()).expect("it can be listed");
    let files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    pieces_in(&files, texts)
}

/// The same for these files.
pub(crate) fn pieces_in(files: &[PathBuf], texts: &[String]) -> usize {
    let pieces: HashSet<&[u8]> = texts
        .iter()
        .flat_map(|text| text.split([' ', '.']))
        .filter(|part| part.len() > 2 * PIECE)
        // Every eighth is enough to see a rest of 32 bytes.
        .flat_map(|secret| secret.as_bytes().windows(PIECE).step_by(8))
        .collect();
    files
        .iter()
        .map(|file| std::fs::read(file).expect("it can be read"))
        .map(|bytes| {
            bytes
                .windows(PIECE)
                .filter(|piece| pieces.contains(piece))
                .count()
        })
        .sum()
}
