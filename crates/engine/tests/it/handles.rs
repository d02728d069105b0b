//! Handles of people: what a search leaves, and what a tool makes of it.

use std::time::Duration;

use domain::clock::Clock;
use domain::permission::Level::{AlwaysAllow as Allow, Ask};
use serde_json::{Value, json};
use sim::Options;

use crate::house::{Database, House, Pair};

const SEARCH: &str = "search_contacts";
const CREATE: &str = "create_event";

fn event(title: &str, field: &str, people: &[&str]) -> Value {
    json!({"title": title, "start": "2027-03-04T10:00", "duration_minutes": 30, field: people})
}

/// Searches and gives the handle and the address of the first.
async fn found(house: &House, pair: &Pair, query: &str) -> (String, String) {
    let answer = house.call(pair, SEARCH, json!({"query": query})).await;
    let first = &answer.expect("an answer").body["people"][0];
    let text = |field: &str| first[field].as_str().expect("a text").to_owned();
    (text("handle"), text("address"))
}

/// The addresses that are invited to the events of this title.
fn invited(house: &House, pair: &Pair, title: &str) -> Vec<String> {
    let events = house.sim.events_of(&pair.login);
    let invited = events
        .iter()
        .filter(|event| event["subject"] == title)
        .flat_map(|event| event["attendees"].as_array().into_iter().flatten())
        .filter_map(|attendee| attendee["emailAddress"]["address"].as_str());
    invited.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_write_takes_an_address_or_a_handle_of_a_search_and_never_a_bare_name() {
    let house = House::new().await;
    let pair = house
        .connected(1, &[(SEARCH, Allow), (CREATE, Allow)])
        .await;
    house.untainted(&[CREATE]).await;
    let (handle, address) = found(&house, &pair, "Anna Berger").await;
    assert!(handle.len() == 18 && handle.starts_with("p_"), "{handle}");
    for field in ["attendees", "optional_attendees"] {
        let call = event(field, field, &[&handle, "giulia.rossi@portotrade.example"]);
        assert_eq!(house.word(&pair, CREATE, call).await, "done");
        let expected = [address.as_str(), "giulia.rossi@portotrade.example"];
        assert_eq!(invited(&house, &pair, field), expected);
    }
    for name in ["Anna Berger", "Anna", "anna.berger", ""] {
        let call = event("Nobody", "attendees", &["tom@x.example", name]);
        let error = house.call(&pair, CREATE, call).await.expect_err("refused");
        let what = (error.code, error.field.as_deref());
        assert_eq!(
            what,
            ("attendee_not_an_address", Some("attendees[1]")),
            "{name}"
        );
    }
    assert_eq!(house.events(&pair.login, "Nobody"), 0);
}

#[tokio::test]
async fn a_handle_of_somebody_else_or_of_nobody_is_unknown_and_names_its_field() {
    let house = House::new().await;
    let lena = house
        .connected(1, &[(SEARCH, Allow), (CREATE, Allow)])
        .await;
    let anna = house.connected(2, &[]).await;
    let (handle, _) = found(&house, &lena, "Giulia Rossi").await;
    for handle in [
        handle.as_str(),
        "p_0123456789abcdef",
        "p_",
        "p_Giulia Rossi",
    ] {
        let call = event("Nobody", "optional_attendees", &["tom@x.example", handle]);
        let error = house.call(&anna, CREATE, call).await.expect_err("refused");
        let what = (error.code, error.field.as_deref());
        assert_eq!(
            what,
            ("unknown_handle", Some("optional_attendees[1]")),
            "{handle}"
        );
        assert!(
            error.message.contains("search_contacts"),
            "{}",
            error.message
        );
    }
    assert!(
        house
            .graph_requests()
            .iter()
            .all(|request| request.method == "GET" || !request.path.ends_with("/events"))
    );
}

#[tokio::test]
async fn a_handle_expires_a_day_after_it_was_last_shown_or_used() {
    let clock = Clock::manual(Clock::system().now());
    let database = Database::sqlite();
    let linger = Duration::from_secs(60);
    let house = House::one_of_several(Options::default(), database, clock.clone(), linger).await;
    let pair = house
        .connected(1, &[(SEARCH, Allow), (CREATE, Allow)])
        .await;
    let (handle, _) = found(&house, &pair, "Anna Berger").await;
    let day = Duration::from_secs(24 * 60 * 60);
    let use_it = async |title: &str| {
        let call = event(title, "attendees", &[&handle]);
        house.word(&pair, CREATE, call).await
    };
    for title in ["one", "two", "three"] {
        house.sim.advance(day - Duration::from_secs(60));
        clock.advance(day - Duration::from_secs(60));
        assert_eq!(use_it(title).await, "done", "{title}");
    }
    house.sim.advance(day);
    clock.advance(day);
    assert_eq!(use_it("four").await, "handle_expired");
    assert_eq!(found(&house, &pair, "Anna Berger").await.0, handle);
    assert_eq!(use_it("five").await, "done");
}

#[tokio::test]
async fn what_is_stored_of_a_call_is_the_address_and_a_repetition_meets_it() {
    let house = House::new().await;
    let pair = house.connected(1, &[(SEARCH, Allow), (CREATE, Ask)]).await;
    let (handle, address) = found(&house, &pair, "Anna Berger").await;
    let call = event("Budget", "attendees", &[&handle]);
    let first = house
        .call(&pair, CREATE, call.clone())
        .await
        .expect("asked")
        .body;
    assert_eq!(first["status"], "approval_required");
    let stored = house
        .engine
        .approvals(&pair.person, &engine::ApprovalFilter::default(), None, 10)
        .await
        .expect("a list");
    assert_eq!(stored.items.len(), 1);
    assert_eq!(stored.items[0].card.attendees[0].address, address);
    // Neither a new search nor the address instead makes another one.
    found(&house, &pair, "anna berger").await;
    let by_address = event("Budget", "attendees", &[&address]);
    for again in [call.clone(), by_address] {
        let again = house.call(&pair, CREATE, again).await.expect("asked").body;
        assert_eq!(again["approval_id"], first["approval_id"]);
    }
    let id = &stored.items[0].id;
    house.approve(&pair.person, id).await.expect("approved");
    let done = house.call(&pair, CREATE, call).await.expect("done").body;
    assert_eq!(
        (&done["status"], &done["approval_id"]),
        (&json!("done"), &first["approval_id"])
    );
    assert_eq!(invited(&house, &pair, "Budget"), [address]);
}

#[tokio::test]
async fn after_disconnecting_no_handle_is_left() {
    let house = House::new().await;
    let pair = house
        .connected(1, &[(SEARCH, Allow), (CREATE, Allow)])
        .await;
    found(&house, &pair, "Anna Berger").await;
    house
        .engine
        .disconnect(&pair.person, &house.request())
        .await
        .expect("disconnected");
    assert_eq!(
        house
            .store
            .handles(pair.person.id())
            .await
            .expect("readable"),
        []
    );
}
