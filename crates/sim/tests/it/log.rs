//! The request log: what it holds, what it never shows, and how to find something in it.

use reqwest::StatusCode;
use serde_json::{Value, json};
use sim::{LogFilter, Options, Simulator};

use crate::browser::{App, client, lena, simulator};

async fn log(simulator: &Simulator, query: &str) -> (StatusCode, Vec<Value>, String) {
    let url = format!("{}/_sim/log{query}", simulator.base());
    let answer = client().get(url).send().await.expect("an answer");
    let (status, count) = (
        answer.status(),
        answer.headers().get("x-total-count").cloned(),
    );
    let count = count.map(|count| count.to_str().expect("text").to_owned());
    let body: Value = answer.json().await.expect("JSON");
    (
        status,
        body.as_array().cloned().unwrap_or_default(),
        count.unwrap_or_default(),
    )
}

#[tokio::test]
async fn an_entry_has_both_bodies_the_ids_and_the_time_it_took() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let body = json!({
        "subject": "Seen in the log",
        "start": { "dateTime": "2026-03-27T10:00:00", "timeZone": "Europe/Berlin" },
        "end": { "dateTime": "2026-03-27T11:00:00", "timeZone": "Europe/Berlin" },
    });
    let answer = app.post("/me/events", &body).await;
    let (_, entries, _) = log(&simulator, "?path=/ME/EVENTS&status=2xx").await;
    let [entry] = entries.as_slice() else {
        panic!("{entries:?}");
    };
    let holds = |member: &str| {
        let text = entry[member].as_str().expect("text");
        text.contains("Seen in the log")
    };
    assert!(holds("request_body") && holds("response_body"));
    assert_eq!(entry["status"], 201);
    assert_eq!(
        entry["request_id"].as_str(),
        answer.headers["request-id"].to_str().ok()
    );
    assert!(entry["duration_us"].is_u64() && entry["number"].is_u64());
    assert_eq!(
        entry["response_headers"]["content-type"],
        "application/json; charset=utf-8"
    );
}

#[tokio::test]
async fn the_answers_of_entra_are_kept_without_what_they_issue() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let (_, entries, _) = log(&simulator, "?path=/token").await;
    let token: Value = serde_json::from_str(entries[0]["response_body"].as_str().expect("text"))
        .expect("still JSON");
    assert_eq!(token["access_token"], "[secret]");
    assert_eq!(token["refresh_token"], "[secret]");
    assert_eq!(token["id_token"], "[secret]");
    assert_eq!(token["token_type"], "Bearer");
    let (_, entries, _) = log(&simulator, "?status=302").await;
    let location = entries[0]["response_headers"]["location"].as_str();
    assert!(location.is_some_and(|location| location.contains("code=%5Bsecret%5D")));
    let all = serde_json::to_string(&log(&simulator, "").await.1).expect("JSON");
    for secret in simulator.issued_secrets() {
        assert!(!all.contains(&secret));
    }
    assert!(!all.contains(&app.access_token));
    assert!(!all.contains(&lena(&simulator).password));
}

#[tokio::test]
async fn entries_are_found_by_surface_person_status_and_time_and_come_in_pages() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let app = App::connected(&simulator, &person).await;
    for _ in 0..3 {
        app.get("/me").await;
    }
    app.get("/me/nowhere").await;
    let (_, entries, count) = log(&simulator, "?surface=graph&top=2&skip=1").await;
    let paths: Vec<_> = entries.iter().map(|entry| &entry["path"]).collect();
    assert_eq!(paths, ["/v1.0/me", "/v1.0/me"]);
    assert_eq!(count, "4");
    let (_, entries, _) = log(&simulator, &format!("?person={}&status=4xx", person.login)).await;
    assert_eq!(entries.len(), 1);
    let (_, later, _) = log(&simulator, "?since=2030-01-01T00:00:00Z").await;
    assert_eq!(later.len(), 0);
    let number = entries[0]["number"].as_u64().expect("a number");
    let (_, newer, _) = log(&simulator, &format!("?after={}", number - 1)).await;
    assert_eq!(newer.len(), 1);
    for wrong in [
        "?status=often",
        "?since=yesterday",
        "?top=-1",
        "?colour=red",
    ] {
        assert_eq!(
            log(&simulator, wrong).await.0,
            StatusCode::BAD_REQUEST,
            "{wrong}"
        );
    }
    let graph = LogFilter {
        surface: Some("graph".to_owned()),
        ..LogFilter::default()
    };
    assert_eq!(simulator.log_of(&graph).len(), 4);
}

#[tokio::test]
async fn a_log_can_be_switched_off() {
    let options = Options {
        log: 0,
        ..Options::default()
    };
    let simulator = sim::start(options).await.expect("started");
    App::connected(&simulator, &lena(&simulator)).await;
    assert_eq!(simulator.log(), []);
}
