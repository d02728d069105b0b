//! R1: how much agents may do in how long.

use std::time::Duration;

use domain::approval::ApprovalState;
use domain::audit::Kind;
use domain::id::ApprovalId;
use domain::permission::Level;
use engine::{ErrorKind, Limits};
use serde_json::{Value, json};

use crate::house::{House, Pair};

const MANY: Limits = Limits::all(1_000_000);

fn event(title: &str, attendees: &[&str]) -> Value {
    json!({"title": title, "start": "2031-03-04T10:00", "duration_minutes": 30, "attendees": attendees})
}

async fn refused(house: &House, pair: &Pair, tool: &str, arguments: Value, code: &str) -> Duration {
    let error = house.call(pair, tool, arguments).await.expect_err(code);
    assert_eq!((error.kind, error.code), (ErrorKind::Limited, code));
    error.retry_after.unwrap_or_default()
}

/// The reasons of the refusals on record, the oldest first.
async fn on_record(house: &House, pair: &Pair) -> Vec<String> {
    let hits = house.entries(pair, &[Kind::LimitHit]).await;
    let reason = |hit: &store::audit::Logged| hit.record.reason.clone().unwrap_or_default();
    hits.iter().rev().map(reason).collect()
}

#[tokio::test]
async fn r1_a_change_too_many_in_a_minute_is_refused_on_record_and_works_when_the_time_is_over() {
    let limits = Limits {
        writes_per_minute: 3,
        ..MANY
    };
    let house = House::limited(limits).await;
    let levels = [
        ("create_event", Level::AlwaysAllow),
        ("search_events", Level::AlwaysAllow),
    ];
    let pair = house.connected(1, &levels).await;
    let other = house.connected(2, &[]).await;
    for title in ["One", "Two", "Three"] {
        let made = house.call(&pair, "create_event", event(title, &[])).await;
        assert_eq!(made.expect("it fits").body["status"], "done");
    }
    house.sim.clear_log();
    let over = event("Too many", &[]);
    let wait = refused(
        &house,
        &pair,
        "create_event",
        over.clone(),
        "too_many_writes",
    )
    .await;
    assert!(
        wait > Duration::ZERO && wait <= Duration::from_secs(61),
        "{wait:?}"
    );
    assert_eq!(
        house.sim.log().len(),
        0,
        "neither Entra nor Graph was asked"
    );
    assert_eq!(on_record(&house, &pair).await, ["too_many_writes"]);
    // Reads and others are not held up.
    assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
    assert_eq!(
        house.word(&other, "create_event", over.clone()).await,
        "done"
    );

    house.clock.advance(wait);
    assert_eq!(house.word(&pair, "create_event", over).await, "done");
}

#[tokio::test]
async fn of_changes_at_once_over_two_instances_exactly_as_many_as_may_reach_graph() {
    let limits = Limits {
        writes_per_minute: 5,
        ..MANY
    };
    let house = House::limited(limits).await;
    let pair = house
        .connected(1, &[("create_event", Level::AlwaysAllow)])
        .await;
    let (beside, pair) = (house.beside().await, &pair);
    let calls = (0..20).map(|number| {
        let house = if number % 2 == 0 { &house } else { &beside };
        let title = format!("At once {number}");
        async move { house.word(pair, "create_event", event(&title, &[])).await }
    });
    let words = futures_util::future::join_all(calls).await;
    let count = |word: &str| words.iter().filter(|one| *one == word).count();
    assert_eq!(
        (count("done"), count("too_many_writes")),
        (5, 15),
        "{words:?}"
    );
    let titles = (0..20).map(|number| format!("At once {number}"));
    let made: usize = titles.map(|title| house.events(&pair.login, &title)).sum();
    assert_eq!(made, 5);
}

#[tokio::test]
async fn r1_people_outside_are_counted_for_a_day_and_those_inside_are_not() {
    let limits = Limits {
        invitations_per_day: 3,
        ..MANY
    };
    let house = House::limited(limits).await;
    let levels = [
        ("create_event", Level::AlwaysAllow),
        ("update_event", Level::AlwaysAllow),
    ];
    let pair = house.connected(1, &levels).await;
    let inside = house.sim.people()[2].login.clone();
    let create = |attendees: &[&str]| ("create_event", event("Visit", attendees));
    let code = "too_many_invitations";
    // More than ever fits: waiting does not help.
    let (tool, four) = create(&["a@x.example", "b@x.example", "c@x.example", "d@x.example"]);
    assert_eq!(
        refused(&house, &pair, tool, four, code).await,
        Duration::ZERO
    );
    let (tool, two) = create(&["a@x.example", "b@x.example", &inside]);
    let made = house.call(&pair, tool, two.clone()).await.expect("two fit");
    let day = refused(&house, &pair, tool, two, code).await;
    assert!(
        day > Duration::from_secs(86_300) && day < Duration::from_secs(86_500),
        "{day:?}"
    );
    // Of a change, what it adds: one fits.
    let more = json!({"id": made.body["event"]["id"], "add_attendees": ["c@x.example"]});
    assert_eq!(house.word(&pair, "update_event", more).await, "done");
    let more = json!({"id": made.body["event"]["id"], "add_optional": ["d@x.example"]});
    refused(&house, &pair, "update_event", more, code).await;
    let (tool, nobody) = create(&[&inside]);
    assert_eq!(house.word(&pair, tool, nobody).await, "done");
    assert_eq!(on_record(&house, &pair).await, [code; 3]);
}

/// A8.
#[tokio::test]
async fn what_was_approved_is_within_the_limits_when_it_runs_or_waits_on() {
    let limits = Limits {
        writes_per_minute: 1,
        ..MANY
    };
    let house = House::limited(limits).await;
    let levels = [
        ("create_event", Level::AlwaysAllow),
        ("update_event", Level::Ask),
    ];
    let pair = house.connected(1, &levels).await;
    let made = house
        .call(&pair, "create_event", event("Before", &[]))
        .await;
    let id = made.expect("made").body["event"]["id"].clone();
    let change = json!({"id": id, "title": "Approved"});
    // Nobody is asked about what could not be done anyway.
    let wait = refused(
        &house,
        &pair,
        "update_event",
        change.clone(),
        "too_many_writes",
    )
    .await;
    house.clock.advance(wait);
    let asked = house.call(&pair, "update_event", change).await;
    let asked = asked.expect("asks").body["approval_id"].clone();
    let asked = ApprovalId::parse(asked.as_str().expect("an id")).expect("an id");
    let made = house
        .word(&pair, "create_event", event("Faster", &[]))
        .await;
    assert_eq!(made, "done");
    let approve = || house.approve(&pair.person, &asked);
    let error = approve().await.expect_err("the minute is used up");
    assert_eq!(error.code, "too_many_writes");
    let view = house.engine.approval(&pair.person, &asked).await;
    assert_eq!(view.expect("hers").state, ApprovalState::Pending);
    assert_eq!(house.events(&pair.login, "Approved"), 0);
    house.clock.advance(error.retry_after.expect("a time"));
    assert_eq!(
        approve().await.expect("approves").state,
        ApprovalState::Done
    );
    assert_eq!(house.events(&pair.login, "Approved"), 1);
}

#[tokio::test]
async fn r1_an_organisation_has_limits_too_which_all_its_people_share() {
    let limits = Limits {
        organisation_writes_per_minute: 2,
        ..MANY
    };
    let house = House::limited(limits).await;
    let one = house
        .connected(1, &[("create_event", Level::AlwaysAllow)])
        .await;
    let other = house.connected(2, &[]).await;
    for pair in [&one, &other] {
        let made = house.word(pair, "create_event", event("Fits", &[])).await;
        assert_eq!(made, "done");
    }
    refused(
        &house,
        &one,
        "create_event",
        event("Over", &[]),
        "too_many_writes",
    )
    .await;
    refused(
        &house,
        &other,
        "create_event",
        event("Over", &[]),
        "too_many_writes",
    )
    .await;
}

#[tokio::test]
async fn r1_an_agent_that_calls_too_often_is_told_to_wait_and_is_on_record_once() {
    let limits = Limits {
        calls_per_minute: 4,
        ..MANY
    };
    let house = House::limited(limits).await;
    let pair = house
        .connected(1, &[("search_events", Level::AlwaysAllow)])
        .await;
    for _ in 0..4 {
        assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
    }
    house.sim.clear_log();
    let code = "too_many_calls";
    let wait = refused(&house, &pair, "search_events", json!({}), code).await;
    assert!(wait <= Duration::from_secs(15), "{wait:?}");
    // Whatever it calls, and however often.
    for tool in ["no_such_tool", "check_approval", "create_event"] {
        refused(&house, &pair, tool, json!({}), code).await;
    }
    assert_eq!(house.sim.log().len(), 0);
    assert_eq!(on_record(&house, &pair).await, [code]);
    house.clock.advance(wait);
    assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
}
