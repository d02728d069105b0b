//! Subscriptions: the handshake, what is told of changes, and what is refused.

use reqwest::StatusCode;
use serde_json::{Value, json};
use sim::Simulator;

use crate::browser::{App, client, lena, simulator};

/// A subscription to one's own events, told to this address.
fn wanted(address: &str) -> Value {
    json!({
        "changeType": "created,updated,deleted",
        "resource": "me/events",
        "notificationUrl": address,
        "expirationDateTime": "2026-03-27T08:00:00Z",
        "clientState": "a secret of the subscriber's",
    })
}

fn inbox(simulator: &Simulator) -> String {
    format!("{}/_sim/notifications", simulator.base())
}

/// The notifications that have come, as soon as there are so many.
async fn told(simulator: &Simulator, count: usize) -> Vec<Value> {
    for _ in 0..5_000 {
        let answer = client().get(inbox(simulator)).send().await;
        let came: Vec<Value> = answer.expect("an answer").json().await.expect("a list");
        if came.len() >= count {
            return came.iter().map(|one| one["value"][0].clone()).collect();
        }
    }
    panic!("no {count} notifications came");
}

#[tokio::test]
async fn a_subscriber_is_told_what_was_created_updated_and_deleted() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let made = app
        .post("/subscriptions", &wanted(&inbox(&simulator)))
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let id = made.body["id"].as_str().expect("an id").to_owned();

    let event = json!({
        "subject": "Told",
        "start": { "dateTime": "2026-03-26T06:00:00", "timeZone": "UTC" },
        "end": { "dateTime": "2026-03-26T06:30:00", "timeZone": "UTC" },
    });
    let event = app.post("/me/events", &event).await.body;
    let path = format!("/me/events/{}", event["id"].as_str().expect("an id"));
    let created = told(&simulator, 1).await.remove(0);
    assert_eq!(created["changeType"], "created");
    assert_eq!(created["subscriptionId"], json!(id));
    assert_eq!(created["clientState"], "a secret of the subscriber's");
    assert_eq!(created["tenantId"], json!(simulator.tenant_id()));
    assert_eq!(created["resourceData"]["id"], event["id"]);
    assert_eq!(created["resourceData"]["@odata.etag"], event["@odata.etag"]);

    let url = format!("{}{path}", simulator.graph());
    let change = json!({ "subject": "Told again" });
    let patched = client()
        .patch(&url)
        .bearer_auth(&app.access_token)
        .json(&change)
        .send()
        .await;
    assert_eq!(patched.expect("an answer").status(), StatusCode::OK);
    assert_eq!(told(&simulator, 2).await[1]["changeType"], "updated");
    let deleted = client()
        .delete(&url)
        .bearer_auth(&app.access_token)
        .send()
        .await;
    assert_eq!(deleted.expect("an answer").status(), StatusCode::NO_CONTENT);
    let last = told(&simulator, 3).await.remove(2);
    assert_eq!(
        (&last["changeType"], &last["resourceData"]["id"]),
        (&json!("deleted"), &event["id"])
    );
}

#[tokio::test]
async fn a_subscription_is_listed_renewed_within_its_limits_and_removed_by_its_owner() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let made = app
        .post("/subscriptions", &wanted(&inbox(&simulator)))
        .await;
    let path = format!(
        "/subscriptions/{}",
        made.body["id"].as_str().expect("an id")
    );
    let again = app
        .post("/subscriptions", &wanted(&inbox(&simulator)))
        .await;
    assert_eq!(again.status, StatusCode::CONFLICT);

    let url = format!("{}{path}", simulator.graph());
    let renew = async |until: &str| {
        let body = json!({ "expirationDateTime": until });
        let answer = client()
            .patch(&url)
            .bearer_auth(&app.access_token)
            .json(&body)
            .send()
            .await;
        let answer = answer.expect("an answer");
        let status = answer.status();
        let body: Value = answer.json().await.expect("JSON");
        (status, body["expirationDateTime"].clone())
    };
    let (status, end) = renew("2026-03-30T08:00:00Z").await;
    assert_eq!(
        (status, end),
        (StatusCode::OK, json!("2026-03-30T08:00:00Z"))
    );
    // Less than 45 minutes is raised to that; a week is too long.
    let (_, end) = renew("2026-03-25T08:00:00Z").await;
    assert!(
        end.as_str()
            .is_some_and(|end| end.starts_with("2026-03-25T09:45:")),
        "{end}"
    );
    assert_eq!(
        renew("2026-04-10T08:00:00Z").await.0,
        StatusCode::BAD_REQUEST
    );

    let colleague = App::connected(&simulator, &simulator.people()[2]).await;
    assert_eq!(colleague.get(&path).await.status, StatusCode::NOT_FOUND);
    let others = colleague.get("/subscriptions").await;
    assert_eq!(others.body["value"], json!([]));
    assert_eq!(
        app.get("/subscriptions").await.body["value"][0]["id"],
        made.body["id"]
    );
    let removed = client()
        .delete(&url)
        .bearer_auth(&app.access_token)
        .send()
        .await;
    assert_eq!(removed.expect("an answer").status(), StatusCode::NO_CONTENT);
    assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_is_subscribed_who_does_not_answer_the_handshake_or_asks_for_what_is_not_theirs() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let log = format!("{}/_sim/log", simulator.base());
    // The log answers, but not with the token; the second is not of this machine and is never asked.
    for address in [
        log.as_str(),
        "https://calendar.example/hook",
        "not an address",
    ] {
        let refused = app.post("/subscriptions", &wanted(address)).await;
        let found = (refused.status, refused.code());
        assert_eq!(
            found,
            (StatusCode::BAD_REQUEST, "ValidationError"),
            "{address}"
        );
    }
    let mut both = wanted(&inbox(&simulator));
    both["lifecycleNotificationUrl"] = json!(log);
    let refused = app.post("/subscriptions", &both).await;
    assert_eq!(refused.code(), "ValidationError");

    let mut theirs = wanted(&inbox(&simulator));
    theirs["resource"] = json!("users/anna.berger@nordwind.example/events");
    let refused = app.post("/subscriptions", &theirs).await;
    assert_eq!(
        (refused.status, refused.code()),
        (StatusCode::FORBIDDEN, "ExtensionError")
    );
    let mut state = wanted(&inbox(&simulator));
    state["clientState"] = json!("s".repeat(129));
    let refused = app.post("/subscriptions", &state).await;
    assert_eq!(refused.code(), "InvalidRequest");
    assert_eq!(app.get("/subscriptions").await.body["value"], json!([]));
}
