//! What somebody who can write to the database, but has no key, gets out of a hundred people's grants: nothing.

use std::fmt::Write as _;

use domain::connection::ConnectionState;
use domain::secret::RefreshToken;
use store::connections::Connection;
use store::people::Person;
use store::{Kind, Store};

use crate::fixture::{CALENDAR, Fixture, World};
use crate::on_both;

const PEOPLE: usize = 100;
const COLUMNS: &str = "record_version, key_id, wrapped_key, sealed";

struct Crowd {
    world: World,
    people: Vec<(Person, Connection)>,
}

impl Crowd {
    /// A hundred people, connected and refreshed up to three times, and a copy of their grants.
    async fn new(fixture: &Fixture) -> Self {
        let world = fixture.world().await;
        let mut people = vec![(world.anna.clone(), world.connection.clone())];
        for number in 1..PEOPLE {
            let name = format!("Person {number}");
            let person = fixture.person(&world.store, &world.tenant, &name).await;
            let mut connection = fixture.connect(&world.store, &person, &name).await;
            for _ in 0..number % 4 {
                refresh(&world.store, &person, &mut connection, &name).await;
            }
            people.push((person, connection));
        }
        fixture
            .sql("CREATE TABLE kept AS SELECT * FROM grants")
            .await;
        Self { world, people }
    }

    /// How many grants open.
    async fn open(&self) -> usize {
        let mut open = 0;
        for (person, connection) in &self.people {
            let opened = self.world.store.open_grant(&person.id, &connection.id);
            match opened.await {
                Ok(_) => open += 1,
                Err(error) => assert_eq!(error.kind(), Kind::Damaged, "{error}"),
            }
        }
        open
    }

    /// How many connections are damaged.
    async fn damaged(&self) -> usize {
        let mut damaged = 0;
        for (person, _) in &self.people {
            let connection = self.world.store.connection(&person.id, CALENDAR).await;
            let connection = connection.expect("an answer").expect("it is there");
            damaged += usize::from(connection.state == ConnectionState::Damaged);
        }
        damaged
    }
}

async fn refresh(store: &Store, person: &Person, connection: &mut Connection, token: &str) {
    let token = RefreshToken::new(token.to_owned());
    let (version, scopes) = (connection.version, &connection.scopes);
    let kept = store
        .commit_grant(&person.id, &connection.id, version, Some(&token), scopes)
        .await;
    assert!(kept.expect("an answer"));
    connection.version += 1;
}

/// Who changes places with whom in a round of a tournament: over 99 rounds everybody meets everybody once.
fn partner(player: usize, round: usize) -> usize {
    let last = PEOPLE - 1;
    if player == last {
        // The one who sits still meets the player that would meet itself.
        return (0..last)
            .find(|&one| (2 * one) % last == round % last)
            .expect("an odd number of others has a half");
    }
    let other = (round + last - player) % last;
    if other == player { last } else { other }
}

/// Puts the kept columns of each person into the row of her partner.
async fn swap(fixture: &Fixture, crowd: &Crowd, round: usize, columns: &str) {
    let mut pairs = String::new();
    for player in 0..PEOPLE {
        let other = partner(player, round);
        assert_eq!(partner(other, round), player);
        let separator = if player == 0 { "" } else { ", " };
        let id = |at: usize| &crowd.people[at].1.id;
        write!(pairs, "{separator}('{}', '{}')", id(player), id(other)).expect("written");
    }
    let assigned: Vec<String> = columns
        .split(", ")
        .map(|column| {
            format!(
                "{column} = (SELECT k.{column} FROM kept k JOIN pairs p ON p.other = k.connection
                    WHERE p.connection = grants.connection)"
            )
        })
        .collect();
    let assigned = assigned.join(", ");
    fixture
        .sql(&format!(
            "CREATE TABLE pairs (connection TEXT PRIMARY KEY, other TEXT);
             INSERT INTO pairs VALUES {pairs};
             UPDATE grants SET {assigned};
             DROP TABLE pairs"
        ))
        .await;
}

async fn put_back(fixture: &Fixture) {
    let columns: Vec<String> = COLUMNS
        .split(", ")
        .map(|column| {
            format!(
                "{column} = (SELECT k.{column} FROM kept k WHERE k.connection = grants.connection)"
            )
        })
        .collect();
    let columns = columns.join(", ");
    fixture.sql(&format!("UPDATE grants SET {columns}")).await;
}

on_both! {
    async fn no_pair_of_a_hundred_people_opens_each_others_grants(fixture: &Fixture) {
        let crowd = Crowd::new(fixture).await;
        assert_eq!((crowd.open().await, crowd.damaged().await), (PEOPLE, 0));
        for round in 0..PEOPLE - 1 {
            swap(fixture, &crowd, round, COLUMNS).await;
            assert_eq!(crowd.open().await, 0, "round {round}");
        }
        assert_eq!(crowd.damaged().await, PEOPLE);
        let kept = "SELECT connection || ' ' || sealed FROM grants ORDER BY 1";
        assert_eq!(fixture.texts(kept).await.len(), PEOPLE, "the rows are kept");
        for (round, columns) in ["sealed", "wrapped_key", "wrapped_key, sealed"].iter().enumerate() {
            put_back(fixture).await;
            assert_eq!(crowd.open().await, PEOPLE, "what was moved was whole");
            swap(fixture, &crowd, round * 31, columns).await;
            assert_eq!(crowd.open().await, 0, "{columns}");
        }
    }

    async fn no_grant_opens_with_one_bit_changed_in_any_column(fixture: &Fixture) {
        let crowd = Crowd::new(fixture).await;
        for column in COLUMNS.split(", ") {
            put_back(fixture).await;
            assert_eq!(crowd.open().await, PEOPLE);
            let query = format!("SELECT CAST({column} AS TEXT) FROM grants ORDER BY connection");
            let texts = fixture.texts(&query).await;
            let ids = fixture.texts("SELECT connection FROM grants ORDER BY connection").await;
            let mut changes = String::new();
            for (number, (id, text)) in ids.iter().zip(texts).enumerate() {
                let changed = match text.parse::<i64>() {
                    Ok(version) => (version ^ (1 << (number % 40))).to_string(),
                    Err(_) => {
                        // Every part of the text has its turn, and every bit of a character.
                        let mut bytes = text.into_bytes();
                        let at = number * (bytes.len() - 1) / (PEOPLE - 1);
                        bytes[at] ^= 1 << (number % 7);
                        let text = String::from_utf8(bytes).expect("seven bits stay ASCII");
                        format!("'{}'", text.replace('\'', "''"))
                    }
                };
                writeln!(changes, "UPDATE grants SET {column} = {changed} WHERE connection = '{id}';").expect("written");
            }
            fixture.sql(&changes).await;
            assert_eq!(crowd.open().await, 0, "{column}");
            assert_eq!(crowd.damaged().await, PEOPLE, "{column}");
        }
    }

    async fn an_older_grant_does_not_open_even_with_its_version(fixture: &Fixture) {
        let mut crowd = Crowd::new(fixture).await;
        for (person, connection) in &mut crowd.people {
            refresh(&crowd.world.store, person, connection, "newer").await;
        }
        assert_eq!(crowd.open().await, PEOPLE);
        put_back(fixture).await;
        assert_eq!(crowd.open().await, 0);
        assert_eq!(crowd.damaged().await, PEOPLE);
    }

    async fn an_older_grant_does_not_open_after_another_sign_in_either(fixture: &Fixture) {
        let crowd = Crowd::new(fixture).await;
        for (person, _) in &crowd.people {
            fixture.connect(&crowd.world.store, person, "newer").await;
        }
        put_back(fixture).await;
        assert_eq!(crowd.open().await, 0);
    }

    async fn grants_of_a_release_that_did_not_keep_the_version_twice_go_on_opening(fixture: &Fixture) {
        let world = fixture.world().await;
        let (anna, mut connection) = (&world.anna, world.connection.clone());
        refresh(&world.store, anna, &mut connection, "second").await;
        fixture.sql("CREATE TABLE kept AS SELECT * FROM grants").await;
        fixture.sql(
            "ALTER TABLE connections DROP COLUMN sealed_version;
             DELETE FROM _sqlx_migrations WHERE description = 'sealed_version'"
        ).await;
        assert_eq!(Store::migrate(&fixture.settings).await.expect("it migrates"), ["0002_sealed_version"]);
        let store = fixture.open(fixture.keys()).await.expect("it opens");
        let (grant, version) = store.open_grant(&anna.id, &connection.id).await.expect("it opens");
        assert_eq!((grant.expose(), version), ("second", connection.version));
        // A process of that release goes on for a while, and does not know of the column.
        refresh(&store, anna, &mut connection, "third").await;
        fixture.sql("UPDATE connections SET sealed_version = sealed_version - 1").await;
        let (grant, _) = store.open_grant(&anna.id, &connection.id).await.expect("it opens");
        assert_eq!(grant.expose(), "third");
        fixture.sql("UPDATE connections SET sealed_version = sealed_version + 1").await;
        put_back(fixture).await;
        let read = store.open_grant(&anna.id, &connection.id).await.expect_err("an older one");
        assert_eq!(read.kind(), Kind::Damaged);
    }
}

#[test]
fn everybody_meets_everybody() {
    let mut met = std::collections::HashSet::new();
    for round in 0..PEOPLE - 1 {
        for player in 0..PEOPLE {
            let other = partner(player, round);
            assert_ne!(other, player);
            met.insert((player, other));
        }
    }
    assert_eq!(met.len(), PEOPLE * (PEOPLE - 1));
}
