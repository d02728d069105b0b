//! Requests at and beyond every limit: refused in Microsoft's shape or answered, and either at once.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::browser::{App, client, lena, simulator};

/// With much to spare for a slow build on a busy machine; what does not scale takes minutes.
const AT_ONCE: Duration = Duration::from_secs(30);
const WINDOW: &str = "startDateTime=2026-03-23T00:00:00Z&endDateTime=2026-04-03T00:00:00Z";

fn in_time(began: Instant, what: &str) {
    let took = began.elapsed();
    assert!(took < AT_ONCE, "{what} took {took:?}");
}

#[tokio::test]
async fn the_largest_numbers_and_pages_are_answered_at_once() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let began = Instant::now();
    for top in [
        "4294967295",
        "18446744073709551615",
        "99999999999999999999",
        "-1",
        "0",
        "1.5",
        "%20",
        "",
    ] {
        for skip in ["0", "18446744073709551615"] {
            let answer = app
                .get(&format!(
                    "/me/calendarView?{WINDOW}&$top={top}&$skip={skip}"
                ))
                .await;
            let fine = answer.status == StatusCode::OK || answer.status == StatusCode::BAD_REQUEST;
            assert!(fine, "{top} {skip}: {}", answer.status);
        }
    }
    in_time(began, "sixteen pages");
}

#[tokio::test]
async fn a_series_without_end_costs_no_more_than_its_window() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let began = Instant::now();
    let last = [
        json!({ "type": "noEnd", "startDate": "1601-01-01" }),
        json!({ "type": "endDate", "startDate": "1601-01-01", "endDate": "9999-12-31" }),
        json!({ "type": "numbered", "startDate": "1601-01-01", "numberOfOccurrences": 2_147_483_647 }),
    ];
    let mut made = 0;
    for range in last {
        let series = json!({
            "subject": "For ever",
            "start": { "dateTime": "1601-01-01T10:00:00", "timeZone": "Europe/Berlin" },
            "end": { "dateTime": "1601-01-01T10:05:00", "timeZone": "Europe/Berlin" },
            "recurrence": { "pattern": { "type": "daily", "interval": 1 }, "range": range },
        });
        let answer = app.post("/me/events", &series).await;
        if answer.status != StatusCode::CREATED {
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
            continue;
        }
        made += 1;
        let id = answer.body["id"].as_str().expect("an id");
        for (from, to) in [
            ("2026-01-01", "2030-12-29"),
            ("9995-01-02", "9999-12-29"),
            ("0001-01-01", "0005-12-30"),
        ] {
            let window = format!("startDateTime={from}T00:00:00&endDateTime={to}T00:00:00");
            for path in [
                "/me/calendarView".to_owned(),
                format!("/me/events/{id}/instances"),
            ] {
                let page = app.get(&format!("{path}?{window}&$top=1000")).await;
                assert_eq!(
                    page.status,
                    StatusCode::OK,
                    "{path} {window}: {}",
                    page.body
                );
            }
        }
    }
    assert!(
        made > 0,
        "no long series was accepted, so nothing was measured"
    );
    in_time(began, "series of centuries");
}

#[tokio::test]
async fn a_large_body_is_read_and_a_larger_one_refused_as_graph_and_entra_refuse() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let event = |length: usize| {
        json!({
            "subject": "Large", "body": { "contentType": "text", "content": "a".repeat(length) },
            "start": { "dateTime": "2026-03-26T10:00:00", "timeZone": "UTC" },
            "end": { "dateTime": "2026-03-26T11:00:00", "timeZone": "UTC" },
        })
    };
    let began = Instant::now();
    let answer = app.post("/me/events", &event(3_900_000)).await;
    assert!(
        answer.status == StatusCode::CREATED || answer.status.is_client_error(),
        "{}",
        answer.status
    );
    let answer = app.post("/me/events", &event(4_300_000)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.code(), "RequestEntityTooLarge");
    let refused = client()
        .post(format!("{}/oauth2/v2.0/token", simulator.authority()))
        .body("a".repeat(4_300_000))
        .send()
        .await
        .expect("an answer");
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let body: Value = refused.json().await.expect("JSON");
    assert_eq!(body["error_codes"][0], 9_002_313);
    in_time(began, "three large bodies");
}

#[tokio::test]
async fn nesting_and_chains_without_end_are_refused_and_not_followed() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let chained = vec!["subject eq 'a'"; 1_000].join(" and ");
    let nested = format!("{}subject eq 'a'{}", "(".repeat(3_000), ")".repeat(3_000));
    for filter in [chained, nested] {
        let answer = app.get(&format!("/me/events?$filter={filter}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.code(), "ErrorInvalidUrlQueryFilter");
    }
    let deep = client()
        .post(format!("{}/me/events", simulator.graph()))
        .bearer_auth(&app.access_token)
        .header("content-type", "application/json")
        .body("[".repeat(1_000_000))
        .send()
        .await
        .expect("an answer");
    assert_eq!(deep.status(), StatusCode::BAD_REQUEST);
    let body: Value = deep.json().await.expect("JSON");
    assert_eq!(body["error"]["code"], "BadRequest");
}
