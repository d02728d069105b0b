//! Operations: one burst, one token.

use std::time::Duration;

use domain::permission::Level;
use serde_json::json;
use sim::Options;

use crate::house::House;

#[tokio::test]
async fn a_burst_of_calls_asks_for_one_token() {
    let house = House::new().await;
    let pair = house
        .connected(1, &[("search_events", Level::AlwaysAllow)])
        .await;
    let calls = (0..40).map(|_| house.word(&pair, "search_events", json!({"limit": 3})));
    let words = futures_util::future::join_all(calls).await;
    assert!(words.iter().all(|word| word == "done"), "{words:?}");
    assert_eq!(house.token_requests(), 1);
}

#[tokio::test]
async fn no_setting_makes_entra_refuse_us_for_asking_too_often() {
    let house = House::with(Options::default(), Duration::ZERO).await;
    let pair = house
        .connected(1, &[("search_events", Level::AlwaysAllow)])
        .await;
    for _ in 0..30 {
        assert_eq!(
            house
                .word(&pair, "search_events", json!({"limit": 3}))
                .await,
            "done"
        );
    }
    let asked = house.token_requests();
    assert!((2..10).contains(&asked), "{asked} token requests");
}

#[tokio::test]
async fn a_listing_is_one_request() {
    let house = House::new().await;
    let pair = house
        .connected(1, &[("search_events", Level::AlwaysAllow)])
        .await;
    assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
    house.sim.clear_log();
    assert_eq!(
        house
            .word(&pair, "search_events", json!({"limit": 25}))
            .await,
        "done"
    );
    assert_eq!(house.sim.log().len(), 1);
}

#[tokio::test]
async fn pages_of_a_listing_join_without_gap_or_repeat() {
    let house = House::new().await;
    let pair = house
        .connected(1, &[("search_events", Level::AlwaysAllow)])
        .await;
    let window = json!({"from": "2026-01-01", "to": "2026-12-31"});
    let list = |limit: u32, cursor: Option<String>| {
        let mut arguments = window.clone();
        arguments["limit"] = limit.into();
        if let Some(cursor) = cursor {
            arguments["cursor"] = cursor.into();
        }
        house.call(&pair, "search_events", arguments)
    };
    let whole = list(50, None).await.expect("a listing").body;
    let ids = |body: &serde_json::Value| {
        body["events"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|event| event["id"].as_str().unwrap_or("?").to_owned())
            .collect::<Vec<_>>()
    };
    let (mut joined, mut cursor) = (Vec::new(), None);
    while joined.len() < 48 {
        let page = list(7, cursor.clone()).await.expect("a page").body;
        joined.extend(ids(&page));
        match page["cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    joined.truncate(ids(&whole).len());
    assert!(joined.len() > 20);
    assert_eq!(joined[..], ids(&whole)[..joined.len()]);
}

#[tokio::test]
async fn one_rejected_token_is_renewed_once_for_all_who_had_it() {
    let house = House::new().await;
    let pair = house
        .connected(1, &[("search_events", Level::AlwaysAllow)])
        .await;
    assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
    house.sim.clear_log();
    // For Microsoft the token is too old, for us it is not: every call is rejected, and one of them asks anew.
    house.sim.advance(Duration::from_secs(30 * 3600));
    let calls = (0..4).map(|_| house.word(&pair, "search_events", json!({"limit": 3})));
    let words = futures_util::future::join_all(calls).await;
    assert!(words.iter().all(|word| word == "done"), "{words:?}");
    assert_eq!(house.token_requests(), 1);
}
