//! Two servers on one PostgreSQL behind a balancer that knows no sessions.

use std::time::{Duration, Instant};

use sim::Rotation;

use crate::another::{Another, mcp, rest};
use crate::database::Database;
use crate::house::House;

fn token_requests(house: &House) -> usize {
    let refreshes = |entry: &sim::LogEntry| entry.grant_type.as_deref() == Some("refresh_token");
    house
        .sim
        .log()
        .iter()
        .filter(|entry| refreshes(entry))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_calls_to_two_servers_in_turn_are_one_token_request_and_no_error() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let house = House::build(database, Rotation::Strict, 2).await;
    let another = Another::start(&house, &[]).await;
    for person in 0..2 {
        house.sim.clear_log();
        let calls = (0..500).map(|number| {
            let base = if number % 2 == 0 {
                &house.base
            } else {
                &another.base
            };
            let house = &house;
            async move {
                match number % 4 {
                    0 | 3 => rest(house, base, person).await,
                    _ => mcp(house, base, person).await,
                }
            }
        });
        let words = futures_util::future::join_all(calls).await;
        assert!(
            words.iter().all(|word| word == "done"),
            "{words:?}: {}",
            house.remarks()
        );
        assert_eq!(token_requests(&house), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_with_a_token_keeps_nobody_waiting_for_long() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let house = House::build(database, Rotation::Strict, 1).await;
    let mut another = Another::start(&house, &[]).await;
    assert_eq!(rest(&house, &another.base, 0).await, "done");
    another.kill();
    house.sim.clear_log();
    let began = Instant::now();
    assert_eq!(rest(&house, &house.base, 0).await, "done");
    // Two seconds by design; the rest is for a machine that is busy.
    assert!(began.elapsed() < Duration::from_secs(15));
    assert_eq!(token_requests(&house), 1);
}
