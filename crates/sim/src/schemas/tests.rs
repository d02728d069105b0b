use axum::body::Bytes;
use axum::http::HeaderMap;
use serde_json::json;

use super::*;

fn ask(method: &Method, path: &str, body: &Value) -> Ask {
    let uri = path.parse().expect("an address");
    let body = Bytes::from(body.to_string());
    Ask::new(method.clone(), &uri, HeaderMap::new(), body)
}

/// What the layer says about an answer, `None` when Microsoft's types are not here.
fn verdict(method: &Method, path: &str, status: u16, body: &Value) -> Option<Result<(), String>> {
    asked(&ask(method, path, &Value::Null), status, body)
}

fn asked(ask: &Ask, status: u16, body: &Value) -> Option<Result<(), String>> {
    PUBLISHED.as_ref()?;
    let status = StatusCode::from_u16(status).expect("a status");
    let answer = if body.is_null() {
        Answer::empty(status)
    } else {
        Answer::json(status, body)
    };
    let mut violations = Violations::default();
    let given = violations.held(ask, answer);
    Some(match violations.found() {
        [] => {
            assert_eq!(given.status, status);
            Ok(())
        }
        [found] => {
            assert_eq!(given.status, StatusCode::INTERNAL_SERVER_ERROR);
            Err(found.clone())
        }
        more => panic!("one answer, {} violations", more.len()),
    })
}

fn accepted(verdict: Option<Result<(), String>>) {
    assert_eq!(verdict.unwrap_or(Ok(())), Ok(()));
}

fn refused(verdict: Option<Result<(), String>>, because: &str) {
    match verdict {
        Some(Err(problem)) => assert!(problem.contains(because), "{problem}"),
        Some(Ok(())) => panic!("accepted, in spite of: {because}"),
        None => {}
    }
}

#[test]
fn an_invented_property_is_a_violation() {
    let get = |body: Value| verdict(&Method::GET, "/v1.0/me/events/AAMk", 200, &body);
    accepted(get(json!({ "@odata.etag": "W/\"1\"", "subject": "x" })));
    refused(get(json!({ "subjekt": "x" })), "subjekt");
    refused(get(json!({ "isAllDay": "true" })), "isAllDay");
    refused(
        get(json!({ "createdDateTime": "2026-03-02T08:00:00" })),
        "createdDateTime",
    );
}

#[test]
fn an_address_has_its_own_type_in_every_spelling() {
    let collection = json!({ "value": [{ "subject": "x" }] });
    for path in [
        "/v1.0/me/calendarView",
        "/v1.0/me/calendar/calendarview",
        "/v1.0/me/calendars/AAMk/calendarView",
        "/v1.0/users/anna@example.com/events",
        "/v1.0/users('anna@example.com')/events",
        "/v1.0/me/calendarView/microsoft.graph.delta()",
        "/v1.0/me/events/AAMk/instances",
        "/v1.0/users/anna@example.com/events/AAMk/instances",
        "/v1.0/me/calendarGroups/AAMk/calendars/AAMk/events",
    ] {
        accepted(verdict(&Method::GET, path, 200, &collection));
        refused(
            verdict(
                &Method::GET,
                path,
                200,
                &json!({ "value": [{ "displayName": "x" }] }),
            ),
            "displayName",
        );
    }
    let zones = "/v1.0/me/outlook/supportedTimeZones(TimeZoneStandard=microsoft.graph.timeZoneStandard'Iana')";
    let body = json!({ "value": [{ "alias": "UTC", "displayName": "UTC" }] });
    accepted(verdict(&Method::GET, zones, 200, &body));
    let reminders = "/v1.0/me/reminderView(startDateTime='2026-01-01',endDateTime='2026-01-02')";
    refused(
        verdict(&Method::GET, reminders, 200, &collection),
        "subject",
    );
}

#[test]
fn a_status_that_is_not_documented_is_a_violation() {
    let event = json!({ "subject": "x" });
    refused(
        verdict(&Method::POST, "/v1.0/me/events", 200, &event),
        "201",
    );
    let cancel = "/v1.0/me/events/AAMk/cancel";
    accepted(verdict(&Method::POST, cancel, 202, &Value::Null));
    refused(verdict(&Method::POST, cancel, 204, &Value::Null), "202");
    refused(
        verdict(&Method::POST, cancel, 202, &event),
        "a body where none",
    );
    refused(
        verdict(&Method::GET, "/v1.0/me/events", 200, &Value::Null),
        "without a body",
    );
}

#[test]
fn an_error_has_the_one_shape_at_any_address() {
    let error = json!({ "error": { "code": "BadRequest", "message": "No.", "innerError": {} } });
    accepted(verdict(&Method::GET, "/v1.0/me/nothing", 400, &error));
    let bare = json!({ "code": "BadRequest" });
    refused(
        verdict(&Method::GET, "/v1.0/me/nothing", 400, &bare),
        "error",
    );
    refused(
        verdict(&Method::GET, "/v1.0/me/nothing", 200, &error),
        "no such operation",
    );
}

#[test]
fn an_answer_inside_a_batch_is_held_like_any_other() {
    let requests = json!({ "requests": [
        { "id": "1", "method": "GET", "url": "/me/events?$top=1" },
        { "id": "2", "method": "DELETE", "url": "/me/events/AAMk" },
    ] });
    let batch = ask(&Method::POST, "/v1.0/$batch", &requests);
    let answer = |body: Value| {
        json!({ "responses": [
            { "id": "2", "status": 204 },
            { "id": "1", "status": 200, "headers": { "Content-Type": "application/json" }, "body": body },
        ] })
    };
    accepted(asked(
        &batch,
        200,
        &answer(json!({ "value": [{ "subject": "x" }] })),
    ));
    refused(
        asked(
            &batch,
            200,
            &answer(json!({ "value": [{ "subjekt": "x" }] })),
        ),
        "subjekt",
    );
    let stranger = json!({ "responses": [{ "id": "3", "status": 204 }] });
    refused(asked(&batch, 200, &stranger), "nobody asked");
}
