//! Connections that nobody uses: kept alive in time, or their person told.

use std::time::Duration;

use domain::audit::Kind;
use domain::clock::Clock;
use domain::permission::Level;
use serde_json::json;
use sim::{Fault, FaultAnswer, Options, Rotation, Surface};

use crate::house::{Database, House, Pair};

const DAY: u64 = 24 * 3600;

/// An instance whose clock is the simulator's, and somebody who has connected.
async fn connected() -> (House, Pair) {
    let options = Options {
        rotation: Rotation::Strict,
        ..Options::default()
    };
    let clock = Clock::manual(Clock::system().now());
    let linger = Duration::from_secs(60);
    let house = House::one_of_several(options, Database::sqlite(), clock, linger).await;
    house.sim.freeze_clock(true);
    house.sim.set_clock(house.now());
    let pair = house
        .connected(1, &[("search_events", Level::AlwaysAllow)])
        .await;
    (house, pair)
}

fn pass(house: &House, days: u64) {
    let by = Duration::from_secs(days * DAY);
    house.clock.advance(by);
    house.sim.advance(by);
}

async fn word(house: &House, pair: &Pair) -> String {
    house.word(pair, "search_events", json!({"limit": 1})).await
}

#[tokio::test]
async fn without_keeping_it_alive_a_connection_ends_on_day_90() {
    let (house, pair) = connected().await;
    pass(&house, 91);
    assert_eq!(word(&house, &pair).await, "connection_revoked");
}

#[tokio::test]
async fn an_idle_connection_is_renewed_before_it_ends_by_one_instance_without_reaching_a_calendar()
{
    let (house, pair) = connected().await;
    let beside = house.beside().await;
    let round = async |house: &House| house.engine.keep_alive_round().await.expect("a round");
    pass(&house, 59);
    assert_eq!(round(&house).await, 0, "it is too early");
    for _ in 0..4 {
        pass(&house, 17);
        house.sim.clear_log();
        tokio::join!(round(&house), round(&beside));
        assert_eq!(house.token_requests(), 1);
        assert_eq!(round(&house).await, 0, "it was done");
        pass(&house, 59);
    }
    assert_eq!(house.graph_requests().len(), 0);
    let kept = house.entries(&pair, &[Kind::TokenRefreshed]).await;
    assert_eq!(kept.len(), 4);
    assert!(
        kept.iter()
            .all(|entry| entry.record.reason.as_deref() == Some("idle"))
    );
    assert_eq!(word(&house, &pair).await, "done");
}

#[tokio::test]
async fn a_connection_that_cannot_be_kept_alive_is_tried_with_pauses_and_its_person_is_told() {
    let (house, pair) = connected().await;
    house.sim.fault(Fault {
        surface: Surface::Token,
        answer: FaultAnswer::Html,
        ..Fault::default()
    });
    pass(&house, 76);
    house.sim.clear_log();
    for _ in 0..3 {
        house.engine.keep_alive_round().await.expect("a round");
    }
    assert_eq!(
        house.token_requests(),
        2,
        "tried once, and once more at once"
    );
    let ends = async || {
        house
            .engine
            .connection(&pair.person)
            .await
            .expect("a view")
            .ends_at
    };
    assert_eq!(ends().await, None);
    pass(&house, 5);
    house.engine.keep_alive_round().await.expect("a round");
    let view = house.engine.connection(&pair.person).await.expect("a view");
    assert_eq!(
        view.state.map(|state| state.as_str().to_owned()).as_deref(),
        Some("connected")
    );
    let left = view
        .ends_at
        .expect("she is told")
        .duration_since(house.now());
    assert_eq!(left.as_hours(), 9 * 24);
    house.sim.clear_faults();
    pass(&house, 1);
    house.engine.keep_alive_round().await.expect("a round");
    assert_eq!(ends().await, None);
}

#[tokio::test]
async fn what_ended_at_microsoft_is_noticed_while_nobody_calls() {
    let (house, pair) = connected().await;
    house.sim.revoke_sessions(&pair.login);
    pass(&house, 76);
    house.engine.keep_alive_round().await.expect("a round");
    let view = house.engine.connection(&pair.person).await.expect("a view");
    assert_eq!(
        view.state.map(|state| state.as_str().to_owned()).as_deref(),
        Some("revoked")
    );
    house.sim.clear_log();
    house.engine.keep_alive_round().await.expect("a round");
    assert_eq!(house.token_requests(), 0, "once");
}
