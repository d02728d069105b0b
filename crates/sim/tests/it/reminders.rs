//! Reminders, and what else hangs on one event.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::{App, lena, simulator};

const DAY: &str = "/me/reminderView(StartDateTime='2026-05-04T00:00:00.0000000',EndDateTime='2026-05-05T00:00:00.0000000')";

fn series() -> Value {
    json!({
        "subject": "Serie",
        "start": { "dateTime": "2026-05-04T09:00:00", "timeZone": "UTC" },
        "end": { "dateTime": "2026-05-04T10:00:00", "timeZone": "UTC" },
        "location": { "displayName": "Raum 3" },
        "recurrence": {
            "pattern": { "type": "daily", "interval": 1 },
            "range": { "type": "noEnd", "startDate": "2026-05-04" },
        },
    })
}

#[tokio::test]
async fn reminders_are_due_before_their_events_until_they_are_put_off_or_away() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    app.post("/me/events", &series()).await;
    let ours = async || -> Vec<Value> {
        let due = app.get(DAY).await;
        assert_eq!(due.status, StatusCode::OK, "{}", due.body);
        due.items()
            .iter()
            .filter(|item| item["eventSubject"] == "Serie")
            .cloned()
            .collect()
    };
    let due = ours().await;
    assert_eq!(due.len(), 1);
    assert_eq!(
        due[0]["reminderFireTime"],
        json!({ "dateTime": "2026-05-04T08:45:00.0000000", "timeZone": "UTC" })
    );
    assert_eq!(due[0]["eventLocation"]["displayName"], "Raum 3");
    let id = due[0]["eventId"].as_str().expect("an id").to_owned();
    let later = json!({ "NewReminderTime": { "dateTime": "2026-05-04T11:50:00", "timeZone": "Europe/Berlin" } });
    let snoozed = app
        .post(&format!("/me/events/{id}/snoozeReminder"), &later)
        .await;
    assert_eq!(
        (snoozed.status, snoozed.body),
        (StatusCode::OK, Value::Null)
    );
    assert_eq!(
        ours().await[0]["reminderFireTime"]["dateTime"],
        "2026-05-04T09:50:00.0000000"
    );
    let url = format!("/me/events/{id}/microsoft.graph.dismissReminder");
    let dismissed = app.call(Method::POST, &url, &[], None).await;
    assert_eq!(dismissed.status, StatusCode::OK);
    assert!(ours().await.is_empty());
    let next = app
        .get(&DAY.replace("05-05", "05-06").replace("05-04", "05-05"))
        .await;
    assert!(
        next.texts("eventSubject").contains(&"Serie"),
        "only that day was put away"
    );
    let event = app.get(&format!("/me/events/{id}")).await;
    assert_eq!(
        event.body["type"], "occurrence",
        "a reminder is no change of the day"
    );
    let empty = app
        .post(&format!("/me/events/{id}/snoozeReminder"), &json!({}))
        .await;
    assert_eq!(empty.code(), "ErrorPropertyValidationFailure");
    let wrong = app
        .get("/me/reminderView(StartDateTime='now',EndDateTime='2026-05-05T00:00:00')")
        .await;
    assert_eq!(
        (wrong.status, wrong.code()),
        (StatusCode::BAD_REQUEST, "ErrorInvalidParameter")
    );
}

#[tokio::test]
async fn a_series_shows_its_missing_and_its_different_days_when_asked() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let created = app.post("/me/events", &series()).await;
    let id = created.body["id"].as_str().expect("an id").to_owned();
    let days = app.get(&format!("/me/events/{id}/instances?startDateTime=2026-05-04T00:00:00Z&endDateTime=2026-05-07T00:00:00Z")).await;
    let url = |index: usize| format!("/me/events/{}", days.texts("id")[index]);
    app.call(
        Method::PATCH,
        &url(0),
        &[],
        Some(&json!({ "subject": "Anders" })),
    )
    .await;
    app.call(Method::DELETE, &url(1), &[], None).await;
    let plain = app.get(&format!("/me/events/{id}")).await;
    assert!(
        plain.body.get("cancelledOccurrences").is_none()
            && plain.body.get("exceptionOccurrences").is_none()
    );
    let path = format!(
        "/me/events/{id}?$select=subject,cancelledOccurrences,exceptionOccurrences&$expand=exceptionOccurrences"
    );
    let asked = app.get(&path).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
    assert_eq!(
        asked.body["cancelledOccurrences"],
        json!([format!("OID.{id}.2026-05-05")])
    );
    let different = asked.body["exceptionOccurrences"]
        .as_array()
        .expect("a list");
    assert_eq!(
        (different.len(), &different[0]["subject"]),
        (1, &json!("Anders"))
    );
    let photo = app.get(&format!("/me/events/{id}?$expand=photo")).await;
    assert_eq!(
        (photo.status, photo.code()),
        (StatusCode::BAD_REQUEST, "ExpandNotSupported")
    );
}

#[tokio::test]
async fn an_event_leads_to_its_calendar_and_to_its_attachments() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let calendars = app.get("/me/calendars").await;
    let created = app.post("/me/events", &series()).await;
    let id = created.body["id"].as_str().expect("an id").to_owned();
    let calendar = app.get(&format!("/me/events/{id}/calendar")).await;
    assert_eq!(calendar.body["id"], calendars.items()[0]["id"]);
    let shared = calendars.items()[1]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let theirs = app
        .get(&format!("/me/calendars/{shared}/events?$top=1"))
        .await;
    let calendar = app
        .get(&format!("/me/events/{}/calendar", theirs.texts("id")[0]))
        .await;
    assert_eq!(calendar.body["id"], json!(shared));
    let attachments = app.get(&format!("/me/events/{id}/attachments")).await;
    assert_eq!(
        (attachments.status, attachments.items()),
        (StatusCode::OK, [].as_slice())
    );
}
