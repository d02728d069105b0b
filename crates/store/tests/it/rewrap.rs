//! Moving grants to another key: all of them, none lost, whoever works meanwhile.

use std::time::Duration;

use domain::connection::ConnectionState;
use domain::id::ConnectionId;
use domain::random::Random;
use domain::secret::RefreshToken;
use store::connections::Connection;
use store::people::Person;
use store::{Error, KeyEncryptionKey, Store};

use crate::fixture::{CALENDAR, Fixture, World, ring};
use crate::on_both;

fn another(seed: u64) -> String {
    KeyEncryptionKey::generate(&Random::seeded(seed)).1
}

fn id(key: &str) -> &str {
    key.split(':').next().expect("an id")
}

/// Anna and so many more, each with a token that is her name.
async fn crowd(fixture: &Fixture, world: &World, more: usize) -> Vec<(Person, Connection)> {
    let mut people = Vec::new();
    for number in 0..more {
        let name = format!("Person {number}");
        let person = fixture.person(&world.store, &world.tenant, &name).await;
        let connection = fixture.connect(&world.store, &person, &name).await;
        people.push((person, connection));
    }
    people
}

/// Steps until nothing is left; answers how many grants moved and how many were found to be damaged.
async fn rewrap_all(store: &Store, limit: u32) -> Result<(usize, usize), Error> {
    let (mut moved, mut damaged) = (0, 0);
    let mut after: Option<ConnectionId> = None;
    loop {
        let step = store.rewrap(after.as_ref(), limit).await?;
        assert!(step.moved.len() + step.damaged.len() <= limit as usize);
        moved += step.moved.len();
        damaged += step.damaged.len();
        match step.next {
            Some(next) => after = Some(next),
            None => return Ok((moved, damaged)),
        }
    }
}

async fn opens(store: &Store, person: &Person, connection: &Connection) -> Result<String, Error> {
    let opened = store.open_grant(&person.id, &connection.id).await;
    opened.map(|(token, _)| token.expose().to_owned())
}

on_both! {
    async fn every_grant_moves_once_and_nothing_else_of_its_connection_changes(fixture: &Fixture) {
        let world = fixture.world().await;
        let people = crowd(fixture, &world, 15).await;
        let newer = another(2);
        let store = fixture.open(ring(&newer, &[&fixture.key])).await.expect("both keys are there");
        let connections = "SELECT id || state || CAST(version AS TEXT) || CAST(sealed_version AS TEXT) FROM connections ORDER BY 1";
        let before = fixture.texts(connections).await;
        assert_eq!(rewrap_all(&store, 4).await.expect("it moves"), (16, 0));
        assert_eq!(rewrap_all(&store, 4).await.expect("nothing to do"), (0, 0));
        assert_eq!(fixture.texts("SELECT DISTINCT key_id FROM grants").await, [id(&newer)]);
        assert_eq!(fixture.texts(connections).await, before);
        let usage = store.keys_in_use().await.expect("a count");
        assert_eq!((usage.len(), usage[0].grants, usage[0].damaged), (1, 16, 0));
        let alone = fixture.open(ring(&newer, &[])).await.expect("the older key may go");
        for (person, connection) in &people {
            assert_eq!(opens(&alone, person, connection).await.expect("it opens"), person.name);
        }
        // Whoever was refreshing has the version that still counts.
        let (person, connection) = &people[0];
        let late = RefreshToken::new("later".into());
        let kept = alone.commit_grant(&person.id, &connection.id, connection.version, Some(&late), &[]).await;
        assert!(kept.expect("an answer"));
    }

    async fn a_server_with_the_older_key_alone_says_so_and_damages_nothing(fixture: &Fixture) {
        let world = fixture.world().await;
        let newer = another(2);
        let store = fixture.open(ring(&newer, &[&fixture.key])).await.expect("both keys are there");
        rewrap_all(&store, 100).await.expect("it moves");
        match opens(&world.store, &world.anna, &world.connection).await {
            Err(Error::KeyMissing { key_id }) => assert_eq!(key_id, id(&newer)),
            other => panic!("{other:?}"),
        }
        let after = store.connection(&world.anna.id, CALENDAR).await.expect("an answer").expect("it is there");
        assert_eq!(after.state, ConnectionState::Connected);
    }

    async fn what_servers_commit_while_grants_move_is_never_lost(fixture: &Fixture) {
        let world = fixture.world().await;
        let newer = another(2);
        let forth = fixture.open(ring(&newer, &[&fixture.key])).await.expect("both keys are there");
        let back = fixture.open(ring(&fixture.key, &[&newer])).await.expect("both keys are there");
        let people = crowd(fixture, &world, 3).await;
        let refreshing = async {
            let mut rounds = tokio::task::JoinSet::new();
            for (number, (person, connection)) in people.iter().cloned().enumerate() {
                let store = if number % 2 == 0 { forth.clone() } else { back.clone() };
                rounds.spawn(async move {
                    for round in 0..40 {
                        let (before, version) = store.open_grant(&person.id, &connection.id).await.expect("it opens");
                        let expected = if round == 0 { person.name.clone() } else { format!("{} {round}", person.name) };
                        assert_eq!(before.expose(), expected);
                        let token = RefreshToken::new(format!("{} {}", person.name, round + 1));
                        let kept = store.commit_grant(&person.id, &connection.id, version, Some(&token), &connection.scopes).await;
                        assert!(kept.expect("an answer"), "nobody else refreshes");
                    }
                });
            }
            rounds.join_all().await;
        };
        let moving = async {
            let mut moved = 0;
            loop {
                let (one, other) = tokio::join!(rewrap_all(&forth, 2), rewrap_all(&back, 2));
                moved += one.expect("it moves").0 + other.expect("it moves").0;
                tokio::task::yield_now().await;
                if moved > 1_000_000 { break moved; }
            }
        };
        tokio::select! {
            () = refreshing => {}
            moved = moving => panic!("{moved} moves and no end"),
        }
        rewrap_all(&forth, 100).await.expect("it moves");
        let alone = fixture.open(ring(&newer, &[])).await.expect("the older key may go");
        for (person, connection) in &people {
            let last = format!("{} 40", person.name);
            assert_eq!(opens(&alone, person, connection).await.expect("it opens"), last);
        }
    }

    async fn a_damaged_grant_is_kept_named_once_and_needs_its_key_no_longer(fixture: &Fixture) {
        let world = fixture.world().await;
        let people = crowd(fixture, &world, 2).await;
        fixture.clock.advance(Duration::from_secs(60));
        let broken = &world.connection.id;
        fixture.sql(&format!("UPDATE grants SET sealed = wrapped_key WHERE connection = '{broken}'")).await;
        let newer = another(2);
        let store = fixture.open(ring(&newer, &[&fixture.key])).await.expect("both keys are there");
        let step = store.rewrap(None, 100).await.expect("it moves the others");
        assert_eq!(step.moved.len(), 2);
        assert_eq!(step.damaged.len(), 1);
        assert_eq!((&step.damaged[0].1, &step.damaged[0].2), (&world.anna.id, broken));
        assert_eq!(rewrap_all(&store, 100).await.expect("nothing to do"), (0, 0));
        let usage = store.keys_in_use().await.expect("a count");
        let old: Vec<_> = usage.iter().filter(|usage| usage.key_id == id(&fixture.key)).collect();
        assert_eq!((old.len(), old[0].grants, old[0].damaged), (1, 1, 1));
        let alone = fixture.open(ring(&newer, &[])).await.expect("the older key may go");
        let read = opens(&alone, &world.anna, &world.connection).await;
        assert!(matches!(read, Err(Error::Damaged { .. })), "the person must connect again, not wait for a key");
        for (person, connection) in &people {
            assert_eq!(opens(&alone, person, connection).await.expect("it opens"), person.name);
        }
        fixture.connect(&alone, &world.anna, "again").await;
        assert_eq!(opens(&alone, &world.anna, &world.connection).await.expect("it opens"), "again");
    }
}
