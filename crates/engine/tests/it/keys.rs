//! Grants that do not open: what the agent hears, what is on record, and that nobody else is asked.

use std::time::Duration;

use domain::audit::{Kind, Severity};
use domain::connection::{ConnectionState, Integration};
use domain::permission::Level;
use serde_json::json;
use sim::Options;
use sqlx::{AnyConnection, Connection as _};
use store::{KeyEncryptionKey, Keyring, Store};

use crate::house::{House, Pair};

async fn sql(house: &House, statement: &'static str) {
    sqlx::any::install_default_drivers();
    let connection = AnyConnection::connect(&house.database()).await;
    let mut connection = connection.expect("a connection");
    let done = sqlx::raw_sql(statement).execute(&mut connection).await;
    done.expect("it runs");
    connection.close().await.expect("it closes");
}

async fn state(house: &House, pair: &Pair) -> ConnectionState {
    let calendar = Integration::OutlookCalendar;
    let connection = house.store.connection(pair.person.id(), calendar).await;
    connection.expect("an answer").expect("it is there").state
}

/// A house in which no token outlives its call, so that each call opens the grant.
async fn house() -> House {
    House::with(Options::default(), Duration::ZERO).await
}

#[tokio::test]
async fn a_grant_of_somebody_else_damages_the_connection_and_reaches_neither_entra_nor_graph() {
    let house = house().await;
    let levels = [("search_events", Level::AlwaysAllow)];
    let (anna, bruno) = (
        house.connected(1, &levels).await,
        house.connected(2, &levels).await,
    );
    for pair in [&anna, &bruno] {
        assert_eq!(house.word(pair, "search_events", json!({})).await, "done");
    }
    house.sim.clear_log();
    // Both rows change places, with everything that is in them.
    sql(
        &house,
        "CREATE TABLE kept AS SELECT * FROM grants;
         UPDATE grants SET (record_version, key_id, wrapped_key, sealed) =
            (SELECT record_version, key_id, wrapped_key, sealed FROM kept WHERE kept.connection <> grants.connection)",
    )
    .await;
    for pair in [&anna, &bruno] {
        for _ in 0..3 {
            let word = house.word(pair, "search_events", json!({})).await;
            assert_eq!(word, "connection_damaged");
        }
        assert_eq!(state(&house, pair).await, ConnectionState::Damaged);
        let entries = house.entries(pair, &[Kind::ConnectionStateChanged]).await;
        let entries: Vec<_> = entries
            .iter()
            .map(|logged| (logged.record.outcome.as_deref(), logged.record.severity))
            .collect();
        assert_eq!(entries, [(Some("damaged"), Some(Severity::High))]);
    }
    assert_eq!(house.sim.log().len(), 0, "nobody was asked anything");
}

#[tokio::test]
async fn an_earlier_grant_put_back_is_damaged_and_not_tried_at_entra() {
    let house = house().await;
    let pair = house
        .connected(1, &[("search_events", Level::AlwaysAllow)])
        .await;
    sql(&house, "CREATE TABLE kept AS SELECT * FROM grants").await;
    assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
    sql(
        &house,
        "DELETE FROM grants; INSERT INTO grants SELECT * FROM kept",
    )
    .await;
    house.sim.clear_log();
    let word = house.word(&pair, "search_events", json!({})).await;
    assert_eq!(word, "connection_damaged");
    assert_eq!(house.sim.log().len(), 0, "nobody was asked anything");
    assert_eq!(state(&house, &pair).await, ConnectionState::Damaged);
}

#[tokio::test]
async fn an_instance_without_the_newest_key_asks_to_try_again_and_damages_nothing() {
    let house = house().await;
    let pair = house
        .connected(1, &[("search_events", Level::AlwaysAllow)])
        .await;
    house.sim.clear_log();
    let kept = house.grant_under_a_newer_key(&pair).await;
    assert_eq!(
        house.word(&pair, "search_events", json!({})).await,
        "unavailable"
    );
    assert_eq!(state(&house, &pair).await, ConnectionState::Connected);
    assert_eq!(house.sim.log().len(), 0, "nobody was asked anything");
    assert_eq!(
        house.entries(&pair, &[Kind::ConnectionStateChanged]).await,
        []
    );
    drop(kept);
}

impl House {
    /// Another instance, with a newer key, keeps a grant. This one does not have that key.
    async fn grant_under_a_newer_key(&self, pair: &Pair) -> Store {
        let settings = store::Settings {
            url: self.database(),
            max_connections: 2,
        };
        let (newer, older) = (
            KeyEncryptionKey::generate(&self.random).0,
            KeyEncryptionKey::parse_file(&self.key).expect("its own text"),
        );
        let keys = Keyring::new(newer, vec![older]).expect("a ring");
        let clock = domain::clock::Clock::system();
        let opened = Store::open(&settings, keys, clock, self.random.clone()).await;
        let (store, _writer) = opened.expect("it opens");
        assert_eq!(
            store.rewrap(None, 10).await.expect("it moves").moved.len(),
            1
        );
        let calendar = Integration::OutlookCalendar;
        let connection = store.connection(pair.person.id(), calendar).await;
        let connection = connection.expect("an answer").expect("it is there");
        let opened = store.open_grant(pair.person.id(), &connection.id).await;
        opened.expect("it opens where the key is");
        store
    }
}
