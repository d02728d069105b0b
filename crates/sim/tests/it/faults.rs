//! Misbehaviour on request.

use reqwest::StatusCode;
use serde_json::json;
use sim::{Fault, FaultAnswer, Surface, When};

use crate::browser::{App, Browser, TEN, authorize_url, client, lena, refresh, simulator};

fn fault(surface: Surface, answer: FaultAnswer) -> Fault {
    Fault {
        surface,
        times: Some(1),
        answer,
        ..Fault::default()
    }
}

#[tokio::test]
async fn throttling_says_how_long_and_passes() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    simulator.fault(fault(
        Surface::Graph,
        FaultAnswer::Throttle { retry_after: 7 },
    ));
    let answer = app.get("/me").await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::TOO_MANY_REQUESTS, "ApplicationThrottled")
    );
    assert_eq!(answer.headers["retry-after"], "7");
    assert_eq!(app.get("/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_event_was_created() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let app = App::connected(&simulator, &person).await;
    let before = simulator.events_of(&person.login).len();
    let lost = Fault {
        method: Some("post".to_owned()),
        path_contains: Some("/me/events".to_owned()),
        when: When::After,
        ..fault(Surface::Graph, FaultAnswer::Drop)
    };
    simulator.fault(lost);
    let body = json!({
        "subject": "Lost",
        "start": { "dateTime": "2026-03-27T10:00:00", "timeZone": "Europe/Berlin" },
        "end": { "dateTime": "2026-03-27T11:00:00", "timeZone": "Europe/Berlin" },
    });
    let request = client()
        .post(format!("{}/me/events", simulator.graph()))
        .bearer_auth(&app.access_token)
        .json(&body);
    assert!(
        request.send().await.is_err(),
        "the connection closed without an answer"
    );
    assert_eq!(simulator.events_of(&person.login).len(), before + 1);
    assert_eq!(simulator.log().last().map(|entry| entry.status), Some(0));
}

#[tokio::test]
async fn entra_errors_can_be_asked_for_at_the_token_endpoint_and_by_redirect() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let blocked = FaultAnswer::EntraError {
        code: 53_003,
        error: "interaction_required".to_owned(),
        suberror: Some("message_only".to_owned()),
        claims: Some(
            "{\"access_token\":{\"capolids\":{\"essential\":true,\"values\":[\"p\"]}}}".to_owned(),
        ),
    };
    simulator.fault(fault(Surface::Token, blocked.clone()));
    let (status, body) = refresh(&simulator, &app.refresh_token, &[]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        (&body["error"], &body["suberror"]),
        (&json!("interaction_required"), &json!("message_only"))
    );
    assert!(body["claims"].is_string());
    simulator.fault(fault(Surface::Authorize, blocked));
    let page = Browser::new(&simulator)
        .open(&authorize_url(&simulator, TEN, &[]))
        .await;
    assert_eq!(
        page.answer("error").as_deref(),
        Some("interaction_required")
    );
}

#[tokio::test]
async fn answers_can_be_garbage_pages_and_challenges() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let get = || {
        client()
            .get(format!("{}/me", simulator.graph()))
            .bearer_auth(&app.access_token)
            .send()
    };
    simulator.fault(fault(Surface::Any, FaultAnswer::Garbage));
    let garbage = get().await.expect("an answer");
    assert!(garbage.status().is_success() && garbage.json::<serde_json::Value>().await.is_err());
    simulator.fault(fault(Surface::Graph, FaultAnswer::Html));
    assert_eq!(
        get().await.expect("an answer").status(),
        StatusCode::BAD_GATEWAY
    );
    simulator.fault(fault(Surface::Graph, FaultAnswer::ClaimsChallenge));
    let challenged = get().await.expect("an answer");
    assert!(
        challenged.headers()["www-authenticate"]
            .to_str()
            .expect("text")
            .contains("insufficient_claims")
    );
    simulator.fault(fault(Surface::Token, FaultAnswer::ClaimsChallenge));
    simulator.clear_faults();
    assert_eq!(
        refresh(&simulator, &app.refresh_token, &[]).await.0,
        StatusCode::OK
    );
}
