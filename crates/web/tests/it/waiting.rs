//! A write that waits for a sign-in: what an agent is told over each surface, and what its person reads.

use axum::http::Method;
use serde_json::{Value, json};
use sim::{FaultAnswer, Surface};

use crate::app::App;
use crate::mcp::{legacy, modern};
use crate::stack::Stack;

fn event() -> Value {
    json!({"title": "Site <visit>", "start": "2031-03-04T10:00:00+01:00", "duration_minutes": 30})
}

async fn rest(app: &App) -> (u16, Value) {
    let asked = app
        .ask(Method::POST, "/api/v1/tools/create_event")
        .with_key();
    let answer = asked.json(&event()).send().await;
    (answer.status, answer.json())
}

async fn page(app: &App, path: &str, language: &str) -> String {
    let asked = app.ask(Method::GET, path).signed_in();
    asked.header("accept-language", language).send().await.body
}

#[tokio::test]
async fn the_agent_gets_one_id_and_a_link_over_every_surface_and_the_person_sees_what_waits() {
    let stack = Stack::new().await;
    let administrator = stack.administrator_who_allows("create_event").await;
    let seat = stack.connected(1).await;
    stack.answers(Surface::Token, FaultAnswer::Aadsts(50_076));
    let (status, told) = rest(&seat.app).await;
    assert_eq!(
        (status, &told["status"]),
        (202, &json!("sign_in_required")),
        "{told}"
    );
    let id = told["approval_id"].as_str().expect("an id");
    assert!(
        told["link"]
            .as_str()
            .is_some_and(|link| link.ends_with("/integrations/outlook-calendar"))
    );
    for member in ["summary", "expires", "message"] {
        assert!(
            told[member].as_str().is_some_and(|text| !text.is_empty()),
            "{told} lacks {member}"
        );
    }
    let call = json!({"name": "create_event", "arguments": event()});
    let check = json!({"name": "check_approval", "arguments": {"approval_id": id}});
    for answer in [
        legacy(&seat.app, "tools/call", call.clone()).await,
        modern(&seat.app, "tools/call", call).await,
        legacy(&seat.app, "tools/call", check.clone()).await,
        modern(&seat.app, "tools/call", check).await,
    ] {
        let result = &answer.json()["result"];
        assert_ne!(result["isError"], true, "{}", answer.body);
        assert_eq!(result["structuredContent"], told, "{}", answer.body);
    }
    let read = seat
        .app
        .ask(Method::GET, &format!("/api/v1/approvals/{id}"))
        .with_key()
        .send()
        .await;
    assert_eq!((read.status, read.json()), (202, told.clone()));
    assert_eq!(
        stack.token_requests("refresh_token"),
        1,
        "nobody asked Microsoft again"
    );

    let card = format!("/approvals/{id}");
    for (language, waits, nothing, stop) in [
        (
            "en",
            "This goes on by itself once you have signed in:",
            "It waits for you to sign in at Microsoft",
            "Do not do it",
        ),
        (
            "de",
            "Nach Ihrer Anmeldung geht das von selbst weiter:",
            "Es wartet auf Ihre Anmeldung bei Microsoft",
            "Nicht ausführen",
        ),
    ] {
        let outlook = page(&seat.app, "/integrations/outlook-calendar", language).await;
        assert!(
            outlook.contains(waits) && outlook.contains(&card),
            "{outlook}"
        );
        assert!(
            outlook.contains("Site &#60;visit&#62;"),
            "as text: {outlook}"
        );
        let shown = page(&seat.app, &card, language).await;
        assert!(shown.contains(nothing) && shown.contains(stop), "{shown}");
        assert!(
            page(&seat.app, "/approvals?state=all", language)
                .await
                .contains(&card)
        );
        assert!(
            !page(&administrator.app, &card, language)
                .await
                .contains("visit"),
            "it is hers alone"
        );
    }
    let token = seat.app.form_token().await;
    let stop = seat
        .app
        .ask(Method::POST, &format!("{card}/decline"))
        .form(&token, &[]);
    assert_eq!(
        stop.header("sec-fetch-site", "same-origin")
            .send()
            .await
            .status,
        303
    );
    let read = seat
        .app
        .ask(Method::GET, &format!("/api/v1{card}"))
        .with_key()
        .send()
        .await;
    assert_eq!(
        (read.status, &read.json()["status"]),
        (200, &json!("declined"))
    );
}
