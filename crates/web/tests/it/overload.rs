//! More agents than attache serves at once.

use axum::http::Method;
use domain::permission::Level;
use serde_json::json;

use crate::app::{Answer, App};
use crate::stack::{AGENTS_AT_ONCE, Stack};

async fn page(app: &App) -> Answer {
    app.ask(Method::GET, "/approvals").signed_in().send().await
}

async fn tools(app: &App) -> Answer {
    app.ask(Method::GET, "/api/v1/tools")
        .with_key()
        .send()
        .await
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "they wait beside the test, and end with what they wait for"
)]
async fn r4_an_agent_too_many_is_refused_at_once_and_people_still_decide() {
    let stack = Stack::new().await;
    let administrator = stack.administrator_who_allows("search_events").await;
    stack.set("create_event", Level::Ask, &administrator).await;
    let seat = stack.connected(1).await;
    let event =
        json!({"title": "Visit", "start": "2031-03-04T10:00:00+01:00", "duration_minutes": 30});
    let asked = seat
        .app
        .ask(Method::POST, "/api/v1/tools/create_event")
        .with_key();
    let waits = asked.json(&event).send().await.json();
    let card = format!(
        "/approvals/{}",
        waits["approval_id"].as_str().expect("an id")
    );

    // As many as are served at once wait for the person.
    let waiting: Vec<_> = (0..AGENTS_AT_ONCE)
        .map(|_| {
            let path = format!("/api/v1{card}?wait_seconds=50");
            let asked = seat.app.ask(Method::GET, &path).with_key();
            tokio::spawn(asked.send())
        })
        .collect();
    let before = stack.sim.log().len();
    // All of them have begun before this one goes on.
    tokio::task::yield_now().await;
    let refused = tools(&seat.app).await;
    assert_eq!(refused.status, 503, "{}", refused.body);
    assert_eq!(refused.json()["error"]["code"], "overloaded");
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.header("connection"), Some("close"));
    assert_eq!(stack.sim.log().len(), before);

    assert_eq!(page(&seat.app).await.status, 200);
    let probe = seat.app.ask(Method::GET, "/livez").send().await;
    assert_eq!(probe.status, 200);
    let token = seat.app.form_token().await;
    let decline = seat
        .app
        .ask(Method::POST, &format!("{card}/decline"))
        .form(&token, &[]);
    let declined = decline.header("sec-fetch-site", "same-origin").send().await;
    assert_eq!(declined.status, 303);

    // That ends what they waited for, and there is room again.
    for waited in waiting {
        let answer = waited.await.expect("an answer");
        assert_eq!(answer.json()["status"], "declined");
    }
    assert_eq!(tools(&seat.app).await.status, 200);
}
