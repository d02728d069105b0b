//! Microsoft Graph for the numbers: as little work as possible, so that it does not hide what the servers cost.
//!
//! The calendar is one text made at start: 25 events with the fields that attache selects, about 57 KB. What attache asks
//! once about a mailbox is answered too. Tokens are not looked at; those come from the simulator.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use crate::server;

/// How many events there are.
pub(crate) const EVENTS: usize = 25;
const OTHERS: usize = 7;

#[derive(Clone)]
struct Calendar {
    page: Bytes,
    /// How long an answer takes, in milliseconds.
    delay: Arc<AtomicU64>,
}

/// Serves until the parent is gone. `POST /delay/50` makes every later answer take 50 ms.
pub(crate) async fn serve() {
    let calendar = Calendar {
        page: page().to_string().into(),
        delay: Arc::default(),
    };
    let router = Router::new()
        .route("/v1.0/me/calendarView", get(calendar_view))
        .route("/v1.0/me", get(me))
        .route("/v1.0/me/calendar/getSchedule", post(schedule))
        .route("/delay/{milliseconds}", post(delay))
        .with_state(calendar);
    server::serve(router).await;
}

async fn calendar_view(State(calendar): State<Calendar>) -> impl IntoResponse {
    let delay = calendar.delay.load(Ordering::Relaxed);
    if delay > 0 {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    let headers = [
        (CONTENT_TYPE.as_str(), "application/json"),
        ("request-id", "0f9c0b3a-6f0e-4d2b-9a51-0f6d2f3b7c11"),
    ];
    (headers, calendar.page)
}

async fn delay(State(calendar): State<Calendar>, Path(milliseconds): Path<u64>) {
    calendar.delay.store(milliseconds, Ordering::Relaxed);
}

async fn me() -> impl IntoResponse {
    axum::Json(json!({
        "id": "7c1f2f0e-52f4-4b3d-9e0c-1c2a5a0b9d10",
        "displayName": "Jonas Weber",
        "mail": "jonas.weber@nordwind.example",
        "userPrincipalName": "jonas.weber@nordwind.example",
    }))
}

async fn schedule() -> impl IntoResponse {
    let hours = json!({"timeZone": {"name": "W. Europe Standard Time"}});
    axum::Json(
        json!({"value": [{"scheduleId": "jonas.weber@nordwind.example", "workingHours": hours}]}),
    )
}

/// Events of an hour, four hours apart from now on: all of them within the week that attache lists.
fn page() -> Value {
    #[expect(
        clippy::disallowed_methods,
        reason = "the events must lie in attache's week, which begins now"
    )]
    let now = Timestamp::now();
    let events: Vec<Value> = (0..EVENTS).map(|number| event(now, number)).collect();
    json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users('jonas.weber')/calendarView",
        "value": events,
    })
}

fn event(now: Timestamp, number: usize) -> Value {
    let hours = i64::try_from(number).expect("small") * 4 + 1;
    let time = |moment: Timestamp| json!({"dateTime": moment.strftime("%Y-%m-%dT%H:00:00.0000000").to_string(), "timeZone": "UTC"});
    let mailbox = |name: &str, at: &str| json!({"name": name, "address": format!("{}@{at}", name.to_lowercase().replace(' ', "."))});
    let attendees: Vec<Value> = (0..OTHERS)
        .map(|other| {
            json!({
                "type": if other == 0 { "optional" } else { "required" },
                "status": {"response": "accepted", "time": "2026-11-02T09:14:31.2374512Z"},
                "emailAddress": mailbox(&format!("Lena Fischer {other}"), "nordwind.example"),
            })
        })
        .collect();
    let start = now + hours.hours();
    json!({
        "@odata.etag": "W/\"ePuNnbnc2kGPHNFmhHAQHwAAdWzRkg==\"",
        "id": format!("AAMkAGI1AAAt9AHjAAA{}{number:04}", "Q2FsZW5kYXIgaXRlbSBpZGVudGlmaWVy".repeat(4)),
        "subject": format!("Northern region review {number}"),
        "start": time(start),
        "end": time(start + 1.hours()),
        "isAllDay": false,
        "location": {
            "displayName": "Room Kopenhagen",
            "locationType": "conferenceRoom",
            "uniqueId": "kopenhagen@nordwind.example",
            "uniqueIdType": "directory",
            "address": {},
            "coordinates": {},
        },
        "organizer": {"emailAddress": mailbox("Anna Lindqvist", "nordwind.example")},
        "isOrganizer": false,
        "attendees": attendees,
        "responseStatus": {"response": "accepted", "time": "2026-11-02T09:14:31.2374512Z"},
        "showAs": "busy",
        "sensitivity": "normal",
        "isCancelled": false,
        "type": "singleInstance",
        "isOnlineMeeting": true,
        "onlineMeeting": {"joinUrl": format!("https://teams.example/l/meetup-join/{}", "19%3ameeting".repeat(12))},
    })
}
