//! Ask for Permission: the stored call, once, by its owner.

use std::time::Duration;

use domain::approval::ApprovalState;
use domain::audit::Kind;
use domain::id::ApprovalId;
use domain::permission::Level;
use serde_json::{Value, json};

use crate::house::{House, Pair};

fn event(title: &str) -> Value {
    json!({"title": title, "start": "2031-03-04T10:00", "duration_minutes": 30, "attendees": ["kim@other.example"]})
}

async fn asked(house: &House, pair: &Pair, title: &str) -> ApprovalId {
    let answer = house
        .call(pair, "create_event", event(title))
        .await
        .expect("asks");
    assert_eq!(answer.body["status"], "approval_required");
    ApprovalId::parse(answer.body["approval_id"].as_str().expect("an id")).expect("an id")
}

#[tokio::test]
async fn a10_nothing_reaches_microsoft_and_nothing_is_told_before_the_person_has_said_yes() {
    let house = House::new().await;
    let pair = house
        .connected(
            1,
            &[("create_event", Level::Ask), ("search_events", Level::Ask)],
        )
        .await;
    let id = asked(&house, &pair, "Waits").await;
    let read = house.call(&pair, "search_events", json!({})).await;
    let told = read.expect("asks").body;
    let mut words: Vec<_> = told.as_object().expect("an object").keys().collect();
    words.sort();
    let expected = [
        "approval_id",
        "expires",
        "link",
        "message",
        "reason",
        "status",
        "summary",
    ];
    assert_eq!(words, expected, "not even a count: {told}");
    assert_eq!(house.sim.log().len(), 0);
    let view = house.approve(&pair.person, &id).await.expect("approves");
    assert_eq!(view.state, ApprovalState::Done);
    assert_eq!(house.events(&pair.login, "Waits"), 1);
}

#[tokio::test]
async fn a6_a_thousand_approvals_of_one_call_make_one_event() {
    let house = House::new().await;
    let pair = house.connected(1, &[("create_event", Level::Ask)]).await;
    let id = asked(&house, &pair, "Once").await;
    let requests: Vec<_> = (0..1_000).map(|_| house.request()).collect();
    let card = house
        .engine
        .open_approval(&pair.person, &id, &house.request())
        .await
        .expect("hers");
    let results = futures_util::future::join_all(requests.iter().map(|request| {
        house
            .engine
            .approve(&pair.person, &id, &card.digest, request)
    }))
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(
        results
            .iter()
            .filter_map(|result| result.as_ref().err())
            .all(|error| error.code == "already_decided")
    );
    assert_eq!(house.events(&pair.login, "Once"), 1);
}

#[tokio::test]
async fn a_no_is_a_no_until_the_agent_asks_something_else() {
    let house = House::new().await;
    let pair = house.connected(1, &[("create_event", Level::Ask)]).await;
    let id = asked(&house, &pair, "Refused").await;
    house
        .engine
        .decline(&pair.person, &id, &house.request())
        .await
        .expect("declines");
    assert_eq!(
        house.word(&pair, "create_event", event("Refused")).await,
        "declined"
    );
    assert_eq!(
        house
            .word(&pair, "check_approval", json!({"approval_id": id.as_str()}))
            .await,
        "declined"
    );
    assert_eq!(
        house.word(&pair, "create_event", event("Another")).await,
        "approval_required"
    );
    let again = house
        .approve(&pair.person, &id)
        .await
        .map(|_| ())
        .map_err(|error| error.code);
    assert_eq!(again, Err("already_decided"));
    assert_eq!(house.events(&pair.login, "Refused"), 0);
}

#[tokio::test]
async fn what_changed_meanwhile_voids_the_yes() {
    let house = House::new().await;
    let pair = house.connected(1, &[("create_event", Level::Ask)]).await;
    let id = asked(&house, &pair, "Too late").await;
    house.set(&[("create_event", Level::Deny)]).await;
    let result = house
        .approve(&pair.person, &id)
        .await
        .map(|view| view.state);
    assert!(
        matches!(result, Ok(ApprovalState::Void) | Err(_)),
        "{:?}",
        result.is_ok()
    );
    assert_eq!(house.events(&pair.login, "Too late"), 0);
    assert_eq!(house.graph_requests().len(), 0);
}

#[tokio::test]
async fn nobody_but_the_owner_decides_or_sees_it() {
    let house = House::new().await;
    let (pair, other) = (
        house.connected(1, &[("create_event", Level::Ask)]).await,
        house.connected(2, &[]).await,
    );
    let id = asked(&house, &pair, "Mine").await;
    let administrator = house.signed_in(0).await;
    for stranger in [&other.person, &administrator] {
        assert_eq!(
            house
                .engine
                .approval(stranger, &id)
                .await
                .map(|_| ())
                .map_err(|error| error.code),
            Err("not_found")
        );
        assert_eq!(
            house
                .approve(stranger, &id)
                .await
                .map(|_| ())
                .map_err(|error| error.code),
            Err("not_found")
        );
        assert_eq!(
            house
                .engine
                .decline(stranger, &id, &house.request())
                .await
                .map(|_| ())
                .map_err(|error| error.code),
            Err("not_found")
        );
    }
    assert_eq!(
        house
            .word(
                &other,
                "check_approval",
                json!({"approval_id": id.as_str()})
            )
            .await,
        "not_found"
    );
    assert_eq!(
        house
            .engine
            .approval(&pair.person, &id)
            .await
            .expect("hers")
            .state,
        ApprovalState::Pending
    );
}

#[tokio::test]
async fn the_card_says_what_will_run() {
    let house = House::new().await;
    let pair = house.connected(1, &[("create_event", Level::Ask)]).await;
    let id = asked(&house, &pair, "Shown").await;
    let view = house
        .engine
        .approval(&pair.person, &id)
        .await
        .expect("hers");
    assert_eq!(view.card.title.as_deref(), Some("Shown"));
    assert_eq!((view.card.mailed, view.card.outside), (1, 1));
    assert_eq!(view.card.attendees[0].address, "kim@other.example");
    assert_eq!(view.card.zone.as_deref(), Some("Europe/Berlin"));
    assert_eq!(view.agent_name, "Test agent");
}

#[tokio::test]
async fn what_an_approved_read_told_is_not_told_after_disconnect_or_deny() {
    let house = House::new().await;
    let pair = house.connected(1, &[("search_events", Level::Ask)]).await;
    let answer = house
        .call(&pair, "search_events", json!({}))
        .await
        .expect("asks");
    let id = ApprovalId::parse(answer.body["approval_id"].as_str().expect("an id")).expect("an id");
    house.approve(&pair.person, &id).await.expect("approves");
    let told = house
        .engine
        .agent_approval(&pair.agent, id.as_str())
        .await
        .expect("told");
    assert!(told.body["events"].is_array());
    house.set(&[("search_events", Level::Deny)]).await;
    let told = house
        .engine
        .agent_approval(&pair.agent, id.as_str())
        .await
        .expect("told");
    assert!(told.body["events"].is_null(), "{}", told.body);
    house.set(&[("search_events", Level::Ask)]).await;
    house
        .engine
        .disconnect(&pair.person, &house.request())
        .await
        .expect("disconnects");
    let told = house
        .engine
        .agent_approval(&pair.agent, id.as_str())
        .await
        .expect("told");
    assert!(told.body["events"].is_null(), "{}", told.body);
}

#[tokio::test]
async fn a20_what_nobody_decided_is_on_record_once_with_what_was_asked() {
    let house = House::limited(engine::Limits::all(1_000)).await;
    let pair = house.connected(1, &[("create_event", Level::Ask)]).await;
    let late = asked(&house, &pair, "Too late").await;
    house.engine.record_undecided().await.expect("on record");
    house.clock.advance(Duration::from_secs(16 * 60));
    let void = asked(&house, &pair, "Void").await;
    house.set(&[("create_event", Level::Deny)]).await;
    for _ in 0..2 {
        let (one, other) = tokio::join!(
            house.engine.record_undecided(),
            house.engine.record_undecided()
        );
        one.and(other).expect("on record");
    }
    let entries = house.entries(&pair, &[Kind::ApprovalEnded]).await;
    let ended: Vec<_> = entries
        .into_iter()
        .map(|entry| (entry.record.approval, entry.record.outcome))
        .collect();
    let of = |id: &ApprovalId, word: &str| (Some(id.clone()), Some(word.to_owned()));
    assert_eq!(ended, [of(&void, "void"), of(&late, "expired")]);
}

#[tokio::test]
async fn what_an_approved_read_told_is_told_for_a_day_and_then_forgotten() {
    let house = House::limited(engine::Limits::all(1_000)).await;
    let pair = house.connected(1, &[("search_events", Level::Ask)]).await;
    let answer = house.call(&pair, "search_events", json!({})).await;
    let asked = answer.expect("asks").body["approval_id"].clone();
    let id = ApprovalId::parse(asked.as_str().expect("an id")).expect("an id");
    house.approve(&pair.person, &id).await.expect("approves");
    let told = async || {
        let told = house.engine.agent_approval(&pair.agent, id.as_str());
        told.await.expect("told").body
    };
    house.clock.advance(Duration::from_secs(24 * 3600 - 60));
    house.engine.forget_outcomes().await.expect("forgets");
    assert!(told().await["events"].is_array());
    house.clock.advance(Duration::from_secs(120));
    let late = told().await;
    assert_eq!(
        (&late["status"], &late["events"]),
        (&json!("done"), &json!(null))
    );
    assert!(late["message"].is_string(), "{late}");
    house.engine.forget_outcomes().await.expect("forgets");
    let shown = house
        .engine
        .approval(&pair.person, &id)
        .await
        .expect("hers");
    assert!(shown.outcome.is_none());
}

#[tokio::test]
async fn an_approval_never_outlives_the_start_of_its_event_and_repeats_are_one_card() {
    let house = House::new().await;
    let pair = house.connected(1, &[("create_event", Level::Ask)]).await;
    let soon =
        jiff::Timestamp::from_millisecond(house.now().as_millisecond() + 120_000).expect("soon");
    let arguments = json!({"title": "Soon", "start": soon.to_string(), "duration_minutes": 30});
    let first = house
        .call(&pair, "create_event", arguments.clone())
        .await
        .expect("asks")
        .body;
    let again = house
        .call(&pair, "create_event", arguments)
        .await
        .expect("asks")
        .body;
    assert_eq!(first["approval_id"], again["approval_id"]);
    let id = ApprovalId::parse(first["approval_id"].as_str().expect("an id")).expect("an id");
    let view = house
        .engine
        .approval(&pair.person, &id)
        .await
        .expect("hers");
    assert!(view.expires <= soon);
    let entries = house
        .entries(&pair, &[domain::audit::Kind::ApprovalRequested])
        .await;
    assert_eq!(
        entries
            .iter()
            .map(|logged| logged.record.approval.clone())
            .collect::<Vec<_>>(),
        [Some(id)]
    );
}
