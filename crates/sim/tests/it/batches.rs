//! `$batch` over HTTP.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Answer, App, lena, simulator};

async fn batch(app: &App, requests: Value) -> Answer {
    app.post("/$batch", &json!({ "requests": requests })).await
}

fn part<'a>(answer: &'a Answer, id: &str) -> &'a Value {
    let responses = answer.body["responses"].as_array().expect("responses");
    let found = responses.iter().find(|response| response["id"] == id);
    found.expect("an answer to each request")
}

fn event() -> Value {
    json!({
        "subject": "From a batch",
        "start": { "dateTime": "2026-03-26T10:00:00", "timeZone": "UTC" },
        "end": { "dateTime": "2026-03-26T11:00:00", "timeZone": "UTC" },
    })
}

#[tokio::test]
async fn each_request_of_a_batch_is_answered_as_if_it_had_come_alone() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let answer = batch(&app, json!([
        { "id": "1", "method": "GET", "url": "/me?$select=displayName" },
        { "id": "2", "method": "post", "url": "me/events", "headers": { "content-type": "application/json" }, "body": event() },
        { "id": "3", "method": "GET", "url": "/me/drive/root:/{file}:/content" },
        { "id": "4", "method": "GET", "url": "/me/calendarView?startDateTime=2026-03-26&endDateTime=2026-03-27&$filter=subject eq 'From a batch'",
          "headers": { "Prefer": "outlook.timezone=\"Europe/Berlin\"" }, "dependsOn": ["2"] },
        { "id": "5", "method": "GET", "url": "/me/mailboxSettings" },
    ])).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(part(&answer, "1")["body"]["displayName"], "Lena Hoffmann");
    assert_eq!(part(&answer, "2")["status"], 201);
    assert_eq!(part(&answer, "3")["status"], 400);
    let seen = &part(&answer, "4")["body"]["value"][0];
    assert_eq!(seen["start"]["timeZone"], "Europe/Berlin");
    // The token of the batch is the token of each request, and allows what it allows.
    assert_eq!(part(&answer, "5")["status"], 403);
    assert_eq!(
        part(&answer, "5")["body"]["error"]["code"],
        "ErrorAccessDenied"
    );
}

#[tokio::test]
async fn what_depends_on_a_failed_request_is_not_done() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let before = simulator.events_of(&lena(&simulator).login).len();
    let answer = batch(&app, json!([
        { "id": "b", "method": "POST", "url": "/me/events", "headers": { "Content-Type": "application/json" }, "body": event(), "dependsOn": ["a"] },
        { "id": "c", "method": "GET", "url": "/me/calendar", "dependsOn": ["b"] },
        { "id": "a", "method": "GET", "url": "/me/nothing" },
        { "id": "d", "method": "GET", "url": "/me/calendar" },
    ])).await;
    let statuses = ["a", "b", "c", "d"].map(|id| part(&answer, id)["status"].as_u64());
    assert_eq!(statuses, [Some(400), Some(424), Some(424), Some(200)]);
    assert_eq!(simulator.events_of(&lena(&simulator).login).len(), before);
}

#[tokio::test]
async fn a_batch_that_cannot_be_read_is_refused_whole() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let get = |id: &str| json!({ "id": id, "method": "GET", "url": "/me" });
    let many: Vec<Value> = (0..21).map(|id| get(&id.to_string())).collect();
    let circle = json!([
        { "id": "1", "method": "GET", "url": "/me", "dependsOn": ["2"] },
        { "id": "2", "method": "GET", "url": "/me", "dependsOn": ["1"] },
    ]);
    let bare = json!([{ "id": "1", "method": "POST", "url": "/me/events", "body": event() }]);
    for requests in [
        json!([]),
        json!(many),
        json!([get("1"), get("1")]),
        circle,
        bare,
        json!([{ "id": "1" }]),
        json!(7),
    ] {
        let answer = batch(&app, requests.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{requests}");
        assert_eq!(answer.code(), "BadRequest");
    }
    // A batch in a batch is refused where it stands.
    let nested = json!([{ "id": "1", "method": "POST", "url": "/$batch", "headers": { "Content-Type": "application/json" },
        "body": { "requests": [get("1")] } }]);
    assert_eq!(part(&batch(&app, nested).await, "1")["status"], 400);
}
