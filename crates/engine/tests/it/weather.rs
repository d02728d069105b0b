//! Bad weather at Microsoft: each kind gets its clear answer, and nothing is lost, doubled or pretended.

use domain::connection::ConnectionState;
use domain::permission::Level;
use serde_json::{Value, json};
use sim::{Fault, FaultAnswer, Surface, When};

use crate::house::{House, Pair};

fn fault(surface: Surface, times: Option<u32>, when: When, answer: FaultAnswer) -> Fault {
    Fault {
        surface,
        times,
        when,
        answer,
        ..Fault::default()
    }
}

fn status(status: u16, body: &str) -> FaultAnswer {
    FaultAnswer::Status {
        status,
        headers: vec![("content-type".into(), "application/json".into())],
        body: body.into(),
    }
}

fn event(title: &str) -> Value {
    json!({"title": title, "start": "2031-03-04T10:00", "duration_minutes": 30})
}

async fn ready(house: &House) -> Pair {
    let pair = house
        .connected(
            1,
            &[
                ("search_events", Level::AlwaysAllow),
                ("create_event", Level::AlwaysAllow),
            ],
        )
        .await;
    // What is learned once per connection is learned in good weather.
    assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
    pair
}

#[tokio::test]
async fn every_failure_of_graph_has_its_own_answer_and_the_connection_stays() {
    let house = House::new().await;
    let pair = ready(&house).await;
    let denied =
        r#"{"error":{"code":"ErrorAccessDenied","message":"Access is denied.","innerError":{}}}"#;
    let table: [(FaultAnswer, &str); 6] = [
        (status(403, denied), "microsoft_forbidden"),
        (
            FaultAnswer::Throttle { retry_after: 120 },
            "microsoft_throttled",
        ),
        (
            status(
                500,
                r#"{"error":{"code":"InternalServerError","message":"x"}}"#,
            ),
            "microsoft_trouble",
        ),
        (FaultAnswer::Html, "microsoft_trouble"),
        (FaultAnswer::Garbage, "microsoft_trouble"),
        (FaultAnswer::Drop, "microsoft_unreachable"),
    ];
    for (answer, expected) in table {
        let shown = format!("{answer:?}");
        house
            .sim
            .fault(fault(Surface::Graph, None, When::Before, answer));
        assert_eq!(
            house.word(&pair, "search_events", json!({})).await,
            expected,
            "{shown}"
        );
        house.sim.clear_faults();
    }
    assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
}

#[tokio::test]
async fn throttling_says_how_long_and_a_short_wait_is_simply_waited() {
    let house = House::new().await;
    let pair = ready(&house).await;
    house.sim.fault(fault(
        Surface::Graph,
        None,
        When::Before,
        FaultAnswer::Throttle { retry_after: 120 },
    ));
    let error = house
        .call(&pair, "search_events", json!({}))
        .await
        .expect_err("throttled");
    assert_eq!(error.retry_after.map(|wait| wait.as_secs()), Some(120));
    house.sim.clear_faults();
    house.sim.fault(fault(
        Surface::Graph,
        Some(1),
        When::Before,
        FaultAnswer::Throttle { retry_after: 1 },
    ));
    assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
}

#[tokio::test]
async fn a_rejected_token_is_renewed_once_and_never_in_a_loop() {
    let house = House::new().await;
    let pair = ready(&house).await;
    let unauthorized = r#"{"error":{"code":"InvalidAuthenticationToken","message":"x"}}"#;
    house.sim.clear_log();
    house.sim.fault(fault(
        Surface::Graph,
        Some(1),
        When::Before,
        status(401, unauthorized),
    ));
    assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
    assert_eq!(house.token_requests(), 1);
    house.sim.clear_log();
    house.sim.fault(fault(
        Surface::Graph,
        None,
        When::Before,
        FaultAnswer::ClaimsChallenge,
    ));
    assert_eq!(
        house.word(&pair, "search_events", json!({})).await,
        "needs_sign_in"
    );
    assert_eq!(
        (house.token_requests(), house.graph_requests().len()),
        (1, 2)
    );
    house.sim.clear_faults();
    let state = house
        .engine
        .connection(&pair.person)
        .await
        .expect("a view")
        .state;
    assert!(
        matches!(
            state,
            Some(ConnectionState::NeedsSignIn {
                claims: Some(_),
                ..
            })
        ),
        "{state:?}"
    );
    assert_eq!(
        house.word(&pair, "search_events", json!({})).await,
        "needs_sign_in"
    );
    assert_eq!(house.graph_requests().len(), 2, "nothing more was sent");
}

#[tokio::test]
async fn a_lost_answer_to_a_write_makes_neither_two_events_nor_none() {
    let house = House::new().await;
    let pair = ready(&house).await;
    let lost = Fault {
        method: Some("POST".into()),
        ..fault(Surface::Graph, Some(1), When::After, FaultAnswer::Drop)
    };
    house.sim.fault(lost);
    assert_eq!(
        house
            .word(&pair, "create_event", event("Answer lost"))
            .await,
        "done"
    );
    assert_eq!(house.events(&pair.login, "Answer lost"), 1);
    let never = Fault {
        method: Some("POST".into()),
        ..fault(Surface::Graph, None, When::After, FaultAnswer::Drop)
    };
    house.sim.fault(never);
    assert_eq!(
        house
            .word(&pair, "create_event", event("Never answered"))
            .await,
        "done",
        "looking tells"
    );
    house.sim.clear_faults();
    assert_eq!(house.events(&pair.login, "Never answered"), 1);
    // After the look before the write, nothing is answered any more.
    let silence = Fault {
        skip: 1,
        ..fault(Surface::Graph, None, When::After, FaultAnswer::Drop)
    };
    house.sim.fault(silence);
    assert_eq!(
        house.word(&pair, "create_event", event("Silence")).await,
        "outcome_unknown"
    );
    house.sim.clear_faults();
    assert_eq!(house.events(&pair.login, "Silence"), 1);
}

#[tokio::test]
async fn a_refused_refresh_changes_the_state_as_the_decision_order_says() {
    let entra = |code: u32, error: &str, suberror: Option<&str>| FaultAnswer::EntraError {
        code,
        error: error.into(),
        suberror: suberror.map(Into::into),
        claims: None,
    };
    let table = [
        (
            entra(50173, "invalid_grant", Some("bad_token")),
            "connection_revoked",
            "revoked",
        ),
        (
            entra(700_082, "invalid_grant", Some("token_expired")),
            "connection_revoked",
            "revoked",
        ),
        (
            entra(65001, "invalid_grant", Some("consent_required")),
            "needs_admin",
            "needs_admin",
        ),
        (
            entra(53003, "invalid_grant", Some("message_only")),
            "needs_admin",
            "needs_admin",
        ),
        (
            entra(50076, "interaction_required", Some("basic_action")),
            "needs_sign_in",
            "needs_sign_in",
        ),
        (
            entra(50076, "invalid_grant", Some("basic_action")),
            "needs_sign_in",
            "needs_sign_in",
        ),
        (
            entra(50196, "invalid_grant", None),
            "microsoft_throttled",
            "connected",
        ),
        (
            entra(90033, "temporarily_unavailable", None),
            "microsoft_unreachable",
            "connected",
        ),
        (
            entra(7_000_215, "invalid_client", None),
            "installation_refused",
            "connected",
        ),
        (
            entra(7_000_112, "unauthorized_client", None),
            "needs_admin",
            "needs_admin",
        ),
    ];
    for (answer, expected, state) in table {
        let house = House::new().await;
        let pair = house
            .connected(1, &[("search_events", Level::AlwaysAllow)])
            .await;
        let shown = format!("{answer:?}");
        house
            .sim
            .fault(fault(Surface::Token, None, When::Before, answer));
        assert_eq!(
            house.word(&pair, "search_events", json!({})).await,
            expected,
            "{shown}"
        );
        let view = house.engine.connection(&pair.person).await.expect("a view");
        assert_eq!(
            view.state.map(|state| state.as_str().to_owned()).as_deref(),
            Some(state),
            "{shown}"
        );
        assert_eq!(house.graph_requests().len(), 0, "{shown}");
        assert!(house.token_requests() <= 2, "{shown}");
    }
}

#[tokio::test]
async fn revoked_sessions_are_noticed_at_the_next_call() {
    let house = House::new().await;
    let pair = ready(&house).await;
    house.sim.revoke_sessions(&pair.login);
    let word = house.word(&pair, "search_events", json!({})).await;
    assert_eq!(word, "connection_revoked");
    assert_eq!(
        house
            .engine
            .connection(&pair.person)
            .await
            .expect("a view")
            .state
            .map(|state| state.as_str().to_owned())
            .as_deref(),
        Some("revoked")
    );
}

#[tokio::test]
async fn a_mailbox_that_does_not_tell_its_zone_keeps_no_tool_from_working() {
    let house = House::new().await;
    let levels = [
        ("search_contacts", Level::AlwaysAllow),
        ("search_events", Level::AlwaysAllow),
    ];
    let pair = house.connected(1, &levels).await;
    let denied = status(
        403,
        r#"{"error":{"code":"ErrorAccessDenied","message":"x"}}"#,
    );
    let schedule = Fault {
        path_contains: Some("getSchedule".into()),
        ..fault(Surface::Graph, None, When::Before, denied)
    };
    house.sim.fault(schedule);
    assert_eq!(
        house
            .word(&pair, "search_contacts", json!({"query": "Anna Berger"}))
            .await,
        "done"
    );
    house.sim.clear_log();
    assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
    assert_eq!(house.graph_requests().len(), 1, "it is not asked again");
}
