//! Creating, changing and deleting events.
//! Long because what may be said of one event is told in one place.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sim::Simulator;

use crate::browser::{Answer, App, lena, simulator};

fn lunch() -> Value {
    json!({
        "@odata.type": "#microsoft.graph.event",
        "subject": "Mittagessen",
        "body": { "contentType": "HTML", "content": "Um <b>zwölf</b>?" },
        "start": { "dateTime": "2026-03-30T12:00:00", "timeZone": "W. Europe Standard Time" },
        "end": { "dateTime": "2026-03-30T13:00:00", "timeZone": "Europe/Berlin" },
        "location": { "displayName": "Café Leise" },
        "attendees": [{ "emailAddress": { "address": "anna.brandt@nordwind.example", "name": "Anna Brandt" }, "type": "Required" }],
    })
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

fn copies(simulator: &Simulator, login: &str, uid: &Value) -> Vec<Value> {
    simulator
        .events_of(login)
        .into_iter()
        .filter(|event| event["iCalUId"] == *uid)
        .collect()
}

async fn patch(app: &App, id: &str, headers: &[(&str, &str)], body: Value) -> Answer {
    app.call(
        Method::PATCH,
        &format!("/me/events/{id}"),
        headers,
        Some(&body),
    )
    .await
}

async fn delete(app: &App, id: &str) -> Answer {
    app.call(Method::DELETE, &format!("/me/events/{id}"), &[], None)
        .await
}

fn id(answer: &Answer) -> String {
    answer.body["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_new_event_has_microsofts_defaults_and_arrives_with_its_attendees() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let created = app.post("/me/events", &lunch()).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    let event = &created.body;
    assert_eq!(
        event["start"],
        json!({ "dateTime": "2026-03-30T10:00:00.0000000", "timeZone": "UTC" })
    );
    assert_eq!(
        (&event["showAs"], &event["type"], &event["isOrganizer"]),
        (&json!("busy"), &json!("singleInstance"), &json!(true))
    );
    assert_eq!(event["originalStartTimeZone"], "W. Europe Standard Time");
    assert_eq!(event["bodyPreview"], "Um zwölf?");
    assert_eq!(event["locations"][0]["displayName"], "Café Leise");
    let copies = copies(
        &simulator,
        "anna.brandt@nordwind.example",
        &event["iCalUId"],
    );
    assert_eq!(copies.len(), 1);
    assert_ne!(copies[0]["id"], event["id"]);
    assert_eq!(
        (
            &copies[0]["isOrganizer"],
            &copies[0]["responseStatus"]["response"]
        ),
        (&json!(false), &json!("notResponded"))
    );
    assert_eq!(
        copies[0]["organizer"]["emailAddress"]["address"],
        "lena.hoffmann@nordwind.example"
    );
}

#[tokio::test]
async fn the_same_creation_is_the_same_event_and_another_one_is_refused() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let body = with(lunch(), "transactionId", json!("t-1"));
    let first = app.post("/me/events", &body).await;
    let again = app.post("/me/events", &body).await;
    assert_eq!(again.status, StatusCode::CREATED);
    assert_eq!(first.body["id"], again.body["id"]);
    assert_eq!(first.body["transactionId"], "t-1");
    let other = app
        .post("/me/events", &with(body, "subject", json!("Abendessen")))
        .await;
    assert_eq!(
        (other.status, other.code()),
        (StatusCode::BAD_REQUEST, "ErrorDuplicateTransactionId")
    );
    assert_eq!(
        other.body["error"]["@event.existingEventId"],
        first.body["id"]
    );
}

#[tokio::test]
async fn what_cannot_be_an_event_is_refused_with_the_right_code() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let before = simulator.events_of(&lena(&simulator).login).len();
    let time = |text: &str, zone: &str| json!({ "dateTime": text, "timeZone": zone });
    let cases = [
        (
            with(lunch(), "end", time("2026-03-30T11:00:00", "Europe/Berlin")),
            "ErrorPropertyValidationFailure",
        ),
        (
            with(lunch(), "start", time("2026-03-30T12:00:00", "Mordor")),
            "TimeZoneNotSupportedException",
        ),
        (
            with(lunch(), "isAllDay", json!(true)),
            "ErrorInvalidRequest",
        ),
        (
            with(
                lunch(),
                "attendees",
                json!([{ "emailAddress": { "address": "nobody" } }]),
            ),
            "ErrorPropertyValidationFailure",
        ),
        (with(lunch(), "showAs", json!("asleep")), "RequestBodyRead"),
        (with(lunch(), "colour", json!("red")), "RequestBodyRead"),
        (
            json!({ "subject": "no times" }),
            "ErrorPropertyValidationFailure",
        ),
        (json!([]), "BadRequest"),
    ];
    for (body, expected) in cases {
        let answer = app.post("/me/events", &body).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, expected),
            "{body}"
        );
    }
    assert_eq!(simulator.events_of(&lena(&simulator).login).len(), before);
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_replaces_the_attendees() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let created = app.post("/me/events", &lunch()).await;
    let (id, uid) = (id(&created), created.body["iCalUId"].clone());
    let stale = ("If-Match", "W/\"old\"");
    let refused = patch(&app, &id, &[stale], json!({ "subject": "Brunch" })).await;
    assert_eq!(
        (refused.status, refused.code()),
        (StatusCode::PRECONDITION_FAILED, "ErrorIrresolvableConflict")
    );
    let etag = created.body["@odata.etag"].as_str().expect("an etag");
    let attendees = json!([{ "emailAddress": { "address": "jonas.weber@nordwind.example" } }]);
    let changed = patch(
        &app,
        &id,
        &[("If-Match", etag)],
        json!({ "subject": "Brunch", "attendees": attendees }),
    )
    .await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_eq!(
        (&changed.body["subject"], &changed.body["start"]),
        (&json!("Brunch"), &created.body["start"])
    );
    assert_ne!(changed.body["@odata.etag"], created.body["@odata.etag"]);
    assert_eq!(
        copies(&simulator, "jonas.weber@nordwind.example", &uid)[0]["subject"],
        "Brunch"
    );
    assert_eq!(
        copies(&simulator, "anna.brandt@nordwind.example", &uid)[0]["isCancelled"],
        true
    );
}

#[tokio::test]
async fn deleting_cancels_for_everybody_and_a_second_time_finds_nothing() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let created = app.post("/me/events", &lunch()).await;
    let id = id(&created);
    assert_eq!(delete(&app, &id).await.status, StatusCode::NO_CONTENT);
    assert_eq!(
        copies(
            &simulator,
            "anna.brandt@nordwind.example",
            &created.body["iCalUId"]
        )[0]["isCancelled"],
        true
    );
    let again = delete(&app, &id).await;
    assert_eq!(
        (again.status, again.code()),
        (StatusCode::NOT_FOUND, "ErrorItemNotFound")
    );
    assert_eq!(
        app.get("/me/events/short").await.code(),
        "ErrorInvalidIdMalformed"
    );
}

#[tokio::test]
async fn a_series_repeats_and_one_day_of_it_can_differ_or_go() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let recurrence = json!({
        "pattern": { "type": "Weekly", "interval": 1, "daysOfWeek": ["Monday"] },
        "range": { "type": "numbered", "startDate": "2026-03-30", "numberOfOccurrences": 3 },
    });
    let created = app
        .post("/me/events", &with(lunch(), "recurrence", recurrence))
        .await;
    assert_eq!(created.body["type"], "seriesMaster", "{}", created.body);
    assert_eq!(created.body["recurrence"]["pattern"]["index"], "first");
    let instances = format!(
        "/me/events/{}/instances?startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-06-01T00:00:00Z",
        id(&created)
    );
    let days = app.get(&instances).await;
    assert_eq!(days.items().len(), 3);
    let (second, third) = (
        days.texts("id")[1].to_owned(),
        days.texts("id")[2].to_owned(),
    );
    let changed = patch(
        &app,
        &second,
        &[],
        json!({ "subject": "Mittagessen mit Kuchen" }),
    )
    .await;
    assert_eq!(changed.body["type"], "exception");
    assert_eq!(delete(&app, &third).await.status, StatusCode::NO_CONTENT);
    let days = app.get(&instances).await;
    assert_eq!(days.texts("type"), ["occurrence", "exception"]);
    assert_eq!(days.texts("subject")[1], "Mittagessen mit Kuchen");
    let wrong = json!({ "pattern": { "type": "weekly", "interval": 1, "daysOfWeek": ["monday"] },
        "range": { "type": "noEnd", "startDate": "2026-03-31" } });
    assert_eq!(
        app.post("/me/events", &with(lunch(), "recurrence", wrong))
            .await
            .code(),
        "ErrorPropertyValidationFailure"
    );
}

#[tokio::test]
async fn an_immutable_id_is_another_name_of_the_same_event() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let created = app.post("/me/events", &lunch()).await;
    let path = format!("/me/events/{}?$select=subject", id(&created));
    let immutable = app
        .get_with(&path, &[("Prefer", "IdType=\"ImmutableId\"")])
        .await;
    assert_ne!(immutable.body["id"], created.body["id"]);
    assert_eq!(
        immutable.headers["preference-applied"],
        "IdType=ImmutableId"
    );
    assert_eq!(
        app.get(&format!("/me/events/{}", id(&immutable)))
            .await
            .body["id"],
        created.body["id"]
    );
}

#[tokio::test]
async fn events_lists_series_and_single_events_but_no_occurrence() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let all = app.get("/me/events?$top=200&$select=type,subject").await;
    assert!(
        all.texts("type").contains(&"seriesMaster") && !all.texts("type").contains(&"occurrence")
    );
    let recent = app.get("/me/events?$filter=start/dateTime%20ge%20'2026-03-25T00:00'&$orderby=start/dateTime&$top=3").await;
    assert_eq!(recent.items().len(), 3);
    assert!(recent.items().iter().all(|item| {
        item["start"]["dateTime"]
            .as_str()
            .is_some_and(|start| start >= "2026-03-25")
    }));
}

#[tokio::test]
async fn somebody_elses_meeting_changes_in_ones_own_copy_only() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let created = app.post("/me/events", &lunch()).await;
    let uid = created.body["iCalUId"].clone();
    let anna = simulator
        .people()
        .into_iter()
        .find(|person| person.login.starts_with("anna.brandt"))
        .expect("Anna");
    let hers = App::connected(&simulator, &anna).await;
    let copy = copies(&simulator, &anna.login, &uid)[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    patch(&hers, &copy, &[], json!({ "subject": "Meins" })).await;
    assert_eq!(
        copies(&simulator, &lena(&simulator).login, &uid)[0]["subject"],
        "Mittagessen"
    );
    assert_eq!(delete(&hers, &copy).await.status, StatusCode::NO_CONTENT);
    assert_eq!(
        copies(&simulator, &lena(&simulator).login, &uid)[0]["isCancelled"],
        false
    );
}

#[tokio::test]
async fn a_pattern_is_looked_at_whole_even_where_it_does_not_apply() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let pattern = json!({ "type": "daily", "interval": 1 });
    let range = json!({ "type": "noEnd", "startDate": "2026-03-30" });
    let zone = json!("Middle Earth Standard Time");
    let cases = [
        (
            with(pattern.clone(), "index", json!("fifth")),
            range.clone(),
            "RequestBodyRead",
        ),
        (
            with(pattern.clone(), "firstDayOfWeek", json!("someday")),
            range.clone(),
            "RequestBodyRead",
        ),
        (
            with(pattern.clone(), "daysOfWeek", json!(["montag"])),
            range.clone(),
            "RequestBodyRead",
        ),
        (
            with(pattern.clone(), "dayOfMonth", json!(32)),
            range.clone(),
            "ErrorPropertyValidationFailure",
        ),
        (
            with(pattern.clone(), "month", json!(13)),
            range.clone(),
            "ErrorPropertyValidationFailure",
        ),
        (
            with(pattern.clone(), "interval", json!(0)),
            range.clone(),
            "ErrorPropertyValidationFailure",
        ),
        (
            with(pattern.clone(), "type", json!("weekly")),
            range.clone(),
            "ErrorPropertyValidationFailure",
        ),
        (
            pattern.clone(),
            with(range.clone(), "numberOfOccurrences", json!(-1)),
            "ErrorPropertyValidationFailure",
        ),
        (
            pattern.clone(),
            with(range.clone(), "endDate", json!("never")),
            "ErrorPropertyValidationFailure",
        ),
        (
            pattern.clone(),
            with(range.clone(), "type", json!("numbered")),
            "ErrorPropertyValidationFailure",
        ),
        (
            pattern.clone(),
            with(range.clone(), "startDate", json!("2026-03-31")),
            "ErrorPropertyValidationFailure",
        ),
        (
            pattern.clone(),
            with(range.clone(), "recurrenceTimeZone", zone),
            "TimeZoneNotSupportedException",
        ),
        (
            pattern.clone(),
            with(
                with(range.clone(), "type", json!("endDate")),
                "endDate",
                json!("4501-01-01"),
            ),
            "ErrorRecurrenceEndDateTooBig",
        ),
        (
            with(
                with(pattern.clone(), "type", json!("weekly")),
                "daysOfWeek",
                json!(["friday"]),
            ),
            with(
                with(range.clone(), "type", json!("endDate")),
                "endDate",
                json!("2026-03-31"),
            ),
            "ErrorRecurrenceHasNoOccurrence",
        ),
    ];
    for (pattern, range, code) in cases {
        let recurrence = json!({ "pattern": pattern, "range": range });
        let answer = app
            .post(
                "/me/events",
                &with(lunch(), "recurrence", recurrence.clone()),
            )
            .await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, code),
            "{recurrence}"
        );
    }
    let loose = json!({ "pattern": with(pattern, "month", json!("0")), "range": with(range, "recurrenceTimeZone", json!("Europe/Berlin")) });
    let answer = app
        .post("/me/events", &with(lunch(), "recurrence", loose))
        .await;
    assert_eq!(
        answer.body["recurrence"]["range"],
        json!({ "type": "noEnd", "startDate": "2026-03-30", "endDate": "0001-01-01",
            "recurrenceTimeZone": "Europe/Berlin", "numberOfOccurrences": 0 })
    );
}

#[tokio::test]
async fn five_hundred_attendees_are_the_most() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let crowd = |count: usize| -> Value {
        let one = |number| json!({ "emailAddress": { "address": format!("guest{number}@elsewhere.example") } });
        (0..count).map(one).collect()
    };
    let full = app
        .post("/me/events", &with(lunch(), "attendees", crowd(500)))
        .await;
    assert_eq!(full.status, StatusCode::CREATED);
    let over = app
        .post("/me/events", &with(lunch(), "attendees", crowd(501)))
        .await;
    assert_eq!(over.code(), "ErrorPropertyValidationFailure");
}

#[tokio::test]
async fn in_the_hour_that_is_skipped_or_comes_twice_an_occurrence_is_where_it_is_written_down() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let starts = async |day: &str, from: &str, until: &str| -> Vec<(String, String)> {
        let time = |clock: &str| json!({ "dateTime": format!("{day}T{clock}:00"), "timeZone": "Europe/Berlin" });
        let body = json!({
            "subject": "Nachts", "start": time(from), "end": time(until),
            "recurrence": { "pattern": { "type": "daily", "interval": 1 }, "range": { "type": "numbered", "startDate": day, "numberOfOccurrences": 3 } },
        });
        let created = app.post("/me/events", &body).await;
        let days = app.get(&format!("/me/events/{}/instances?startDateTime=2026-01-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z", id(&created))).await;
        let clock = |item: &Value, end: &str| {
            item[end]["dateTime"].as_str().expect("a time")[5..16].to_owned()
        };
        days.items()
            .iter()
            .map(|item| (clock(item, "start"), clock(item, "end")))
            .collect()
    };
    let texts = |pairs: [(&str, &str); 3]| {
        pairs
            .map(|(start, end)| (start.to_owned(), end.to_owned()))
            .to_vec()
    };
    // 02:30 does not exist on the 29th: it is 03:30 there, and half an hour long although 03:00 exists.
    assert_eq!(
        starts("2026-03-28", "02:30", "03:00").await,
        texts([
            ("03-28T01:30", "03-28T02:00"),
            ("03-29T01:30", "03-29T02:00"),
            ("03-30T00:30", "03-30T01:00")
        ])
    );
    // 02:30 exists twice on the 25th of October: it is the first of the two.
    assert_eq!(
        starts("2026-10-24", "02:30", "02:45").await,
        texts([
            ("10-24T00:30", "10-24T00:45"),
            ("10-25T00:30", "10-25T00:45"),
            ("10-26T01:30", "10-26T01:45")
        ])
    );
}

#[tokio::test]
async fn an_immutable_id_works_wherever_an_id_does_and_outlives_every_change() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let prefer = ("Prefer", "IdType=\"ImmutableId\"");
    let created = app
        .call(Method::POST, "/me/events", &[prefer], Some(&lunch()))
        .await;
    let immutable = id(&created);
    let changed = patch(&app, &immutable, &[prefer], json!({ "subject": "Brunch" })).await;
    assert_eq!(
        (changed.status, id(&changed)),
        (StatusCode::OK, immutable.clone())
    );
    let plain = app.get(&format!("/me/events/{immutable}")).await;
    assert_ne!(id(&plain), immutable);
    let ids = json!({ "inputIds": [id(&plain)], "sourceIdType": "restId", "targetIdType": "restImmutableEntryId" });
    let translated = app.post("/me/translateExchangeIds", &ids).await;
    assert_eq!(translated.items()[0]["targetId"], json!(immutable));
    let first = app.get_with("/me/events?$top=5", &[prefer]).await;
    let next = first.body["@odata.nextLink"]
        .as_str()
        .expect("more")
        .to_owned();
    let (with, without) = (app.get_with(&next, &[prefer]).await, app.get(&next).await);
    assert!(with.texts("id").iter().all(|id| id.starts_with("AAkALg")));
    assert!(
        without
            .texts("id")
            .iter()
            .all(|id| id.starts_with("AAMkAD"))
    );
    let cancelled = app
        .post(&format!("/me/events/{immutable}/cancel"), &json!({}))
        .await;
    assert_eq!(cancelled.status, StatusCode::ACCEPTED);
    assert_eq!(
        app.get(&format!("/me/events/{immutable}")).await.code(),
        "ErrorItemNotFound"
    );
    let lower = app
        .get(&format!("/me/events/{}", immutable.to_ascii_lowercase()))
        .await;
    assert_eq!(lower.code(), "ErrorInvalidIdMalformed");
}

#[tokio::test]
async fn a_precondition_holds_for_deleting_too_and_any_version_passes_a_star() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let created = app
        .post("/me/events", &with(lunch(), "transactionId", json!("t-9")))
        .await;
    let (id, etag) = (
        id(&created),
        created.body["@odata.etag"]
            .as_str()
            .expect("an etag")
            .to_owned(),
    );
    let changed = patch(
        &app,
        &id,
        &[("If-Match", "*")],
        json!({ "subject": "Neu", "transactionId": "t-10" }),
    )
    .await;
    assert_eq!(
        (changed.status, &changed.body["transactionId"]),
        (StatusCode::OK, &json!("t-9"))
    );
    let url = format!("/me/events/{id}");
    let stale = app
        .call(Method::DELETE, &url, &[("If-Match", &etag)], None)
        .await;
    assert_eq!(
        (stale.status, stale.code()),
        (StatusCode::PRECONDITION_FAILED, "ErrorIrresolvableConflict")
    );
    let etag = changed.body["@odata.etag"]
        .as_str()
        .expect("an etag")
        .to_owned();
    let gone = app
        .call(Method::DELETE, &url, &[("If-Match", &etag)], None)
        .await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_change_of_a_series_reaches_its_different_days_in_what_was_not_changed_about_them() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let recurrence = json!({
        "pattern": { "type": "daily", "interval": 1 },
        "range": { "type": "numbered", "startDate": "2026-03-30", "numberOfOccurrences": 3 },
    });
    let master = id(&app
        .post("/me/events", &with(lunch(), "recurrence", recurrence))
        .await);
    let instances = format!(
        "/me/events/{master}/instances?startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-06-01T00:00:00Z"
    );
    let days = app.get(&instances).await;
    let (first, third) = (
        days.texts("id")[0].to_owned(),
        days.texts("id")[2].to_owned(),
    );
    patch(&app, &first, &[], json!({ "subject": "Anders" })).await;
    delete(&app, &third).await;
    let place = json!({ "subject": "Mittag", "location": { "displayName": "Kantine" } });
    patch(&app, &master, &[], place).await;
    let days = app.get(&instances).await;
    assert_eq!(days.texts("subject"), ["Anders", "Mittag"]);
    assert!(
        days.items()
            .iter()
            .all(|day| day["location"]["displayName"] == "Kantine")
    );
    let later = json!({
        "start": { "dateTime": "2026-03-30T13:00:00", "timeZone": "Europe/Berlin" },
        "end": { "dateTime": "2026-03-30T14:00:00", "timeZone": "Europe/Berlin" },
    });
    patch(&app, &master, &[], later).await;
    let days = app.get(&instances).await;
    assert_eq!(days.texts("subject"), ["Mittag", "Mittag", "Mittag"]);
    assert_eq!(
        days.items()[2]["start"]["dateTime"],
        "2026-04-01T11:00:00.0000000"
    );
    let set = json!({ "recurrence": { "pattern": { "type": "daily", "interval": 1 }, "range": { "type": "noEnd", "startDate": "2026-03-30" } } });
    let refused = patch(&app, days.texts("id")[0], &[], set).await;
    assert_eq!(refused.code(), "ErrorInvalidRequest");
    let single = patch(&app, &master, &[], json!({ "recurrence": null })).await;
    assert_eq!(
        (&single.body["type"], &single.body["recurrence"]),
        (&json!("singleInstance"), &Value::Null)
    );
}
