//! Calendars, views and free/busy times.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::browser::{App, lena, simulator};

/// Before and after the change of the clocks on 29 March 2026.
const TWO_WEEKS: &str =
    "startDateTime=2026-03-23T00:00:00%2B01:00&endDateTime=2026-04-06T00:00:00%2B02:00";
const BERLIN: (&str, &str) = ("Prefer", "outlook.timezone=\"Europe/Berlin\"");

#[tokio::test]
async fn a_series_keeps_its_wall_time_when_the_clocks_change() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let path = format!(
        "/me/calendarView?{TWO_WEEKS}&$top=100&$filter=startswith(subject,'Wochenstart')&$orderby=start/dateTime"
    );
    let utc = app.get(&path).await;
    let starts = |answer: &crate::browser::Answer| -> Vec<String> {
        answer
            .items()
            .iter()
            .map(|item| item["start"]["dateTime"].as_str().expect("text").to_owned())
            .collect()
    };
    assert_eq!(
        starts(&utc),
        ["2026-03-23T08:30:00.0000000", "2026-03-30T07:30:00.0000000"]
    );
    let local = app.get_with(&path, &[BERLIN]).await;
    assert_eq!(
        starts(&local),
        ["2026-03-23T09:30:00.0000000", "2026-03-30T09:30:00.0000000"]
    );
    assert_eq!(local.items()[0]["start"]["timeZone"], "Europe/Berlin");
    assert_eq!(
        local.headers["preference-applied"],
        "outlook.timezone=\"Europe/Berlin\""
    );
    assert!(
        local
            .items()
            .iter()
            .all(|item| item["type"] == "occurrence" && item["seriesMasterId"].is_string())
    );
    let one = app
        .get(&format!(
            "/me/events/{}",
            local.items()[1]["id"].as_str().expect("an id")
        ))
        .await;
    assert_eq!(one.body["start"]["dateTime"], "2026-03-30T07:30:00.0000000");
}

#[tokio::test]
async fn a_view_pages_by_ten_through_absolute_links() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let first = app
        .get(&format!("/me/calendarView?{TWO_WEEKS}&$count=true"))
        .await;
    assert_eq!(first.items().len(), 10);
    let total = first.body["@odata.count"].as_u64().expect("a count");
    assert!(total >= 25, "{total}");
    let mut ids: Vec<String> = Vec::new();
    let mut page = first;
    loop {
        ids.extend(page.texts("id").into_iter().map(str::to_owned));
        let Some(next) = page.body["@odata.nextLink"].as_str().map(str::to_owned) else {
            break;
        };
        assert!(
            next.starts_with(&simulator.graph()) && next.contains("startDateTime"),
            "{next}"
        );
        page = app.get(&next).await;
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len() as u64, total);
}

#[tokio::test]
async fn a_selection_keeps_the_id_and_hides_the_join_link_without_its_flag() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let window = format!("{TWO_WEEKS}&$top=100&$filter=startswith(subject,'Demo')");
    let view = app
        .get(&format!(
            "/me/calendarView?{window}&$select=subject,onlineMeeting"
        ))
        .await;
    let item = view.items()[0].as_object().expect("an object");
    assert_eq!(item.len(), 4, "{item:?}");
    assert_eq!(item["onlineMeeting"], Value::Null);
    let view = app
        .get(&format!(
            "/me/calendarView?{window}&$select=onlineMeeting,isOnlineMeeting"
        ))
        .await;
    assert!(view.items()[0]["onlineMeeting"]["joinUrl"].is_string());
}

#[tokio::test]
async fn a_window_is_needed_understood_and_limited() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    assert_eq!(
        app.get("/me/calendarView").await.code(),
        "ErrorInvalidParameter"
    );
    let wide = app
        .get("/me/calendarView?startDateTime=2020-01-01T00:00:00Z&endDateTime=2026-01-01T00:00:00Z")
        .await;
    assert_eq!(
        (wide.status, wide.code()),
        (StatusCode::BAD_REQUEST, "ErrorInvalidRequest")
    );
    let zone = ("Prefer", "outlook.timezone=\"Middle Earth Standard Time\"");
    let unknown = app
        .get_with(&format!("/me/calendarView?{TWO_WEEKS}"), &[zone])
        .await;
    assert_eq!(unknown.code(), "TimeZoneNotSupportedException");
}

#[tokio::test]
async fn a_window_of_1825_days_is_the_largest_and_its_edges_are_half_open() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let widest = "startDateTime=2024-01-01T00:00:00Z&endDateTime=2028-12-30T00:00:00";
    let wide = app.get(&format!("/me/calendarView?{widest}&$top=1")).await;
    assert_eq!(wide.status, StatusCode::OK, "{}", wide.body);
    let over = app
        .get(&format!("/me/calendarView?{widest}.001&$top=1"))
        .await;
    assert_eq!(
        (over.code(), over.body["error"]["message"].as_str()),
        (
            "ErrorInvalidRequest",
            Some(
                "Your request can't be completed. The range between the start and end dates is greater than the allowed range. Maximum number of days: 1825"
            )
        )
    );
    let body = json!({
        "subject": "Kante",
        "start": { "dateTime": "2027-05-04T09:00:00", "timeZone": "UTC" },
        "end": { "dateTime": "2027-05-04T10:00:00", "timeZone": "UTC" },
    });
    app.post("/me/events", &body).await;
    for (from, until, inside) in [
        ("08:00:00Z", "09:00:00Z", false),
        ("08:00:00Z", "09:00:01Z", true),
        ("10:00:00Z", "11:00:00Z", false),
        // An offset counts, and no offset is UTC whatever zone is preferred.
        ("11:59:59%2B02:00", "13:00:00%2B02:00", true),
        ("12:00:00%2B02:00", "13:00:00%2B02:00", false),
        ("09:59:59", "10:30:00", true),
    ] {
        let path = format!(
            "/me/calendarView?startDateTime=2027-05-04T{from}&endDateTime=2027-05-04T{until}"
        );
        let view = app.get_with(&path, &[BERLIN]).await;
        assert_eq!(
            view.texts("subject").contains(&"Kante"),
            inside,
            "{from} {until}"
        );
    }
}

#[tokio::test]
async fn a_view_gives_its_dates_of_change_only_when_nothing_is_selected() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let whole = app
        .get(&format!("/me/calendarView?{TWO_WEEKS}&$top=1"))
        .await;
    assert!(whole.items()[0]["createdDateTime"].is_string());
    let some = app
        .get(&format!(
            "/me/calendarView?{TWO_WEEKS}&$top=1&$select=subject,createdDateTime"
        ))
        .await;
    assert!(some.items()[0].get("createdDateTime").is_none());
    let events = app.get("/me/events?$top=1&$select=createdDateTime").await;
    assert!(events.items()[0]["createdDateTime"].is_string());
}

#[tokio::test]
async fn an_all_day_event_is_in_the_window_of_its_utc_day() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let day = |date: &str, zone: &str| json!({ "dateTime": format!("{date}T00:00:00"), "timeZone": zone });
    let body = json!({
        "subject": "Feiertag", "isAllDay": true,
        "start": day("2027-05-04", "Tokyo Standard Time"), "end": day("2027-05-05", "Asia/Tokyo"),
    });
    let created = app.post("/me/events", &body).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    // The day after, as it is in Tokyo, begins at 15:00 UTC of this one.
    for (window, inside) in [
        (
            "startDateTime=2027-05-04T15:00:00Z&endDateTime=2027-05-05T15:00:00Z",
            true,
        ),
        (
            "startDateTime=2027-05-05T00:00:00Z&endDateTime=2027-05-06T00:00:00Z",
            false,
        ),
        (
            "startDateTime=2027-05-03T15:00:00Z&endDateTime=2027-05-04T00:00:00Z",
            false,
        ),
    ] {
        let view = app.get(&format!("/me/calendarView?{window}")).await;
        assert_eq!(
            view.texts("subject").contains(&"Feiertag"),
            inside,
            "{window}"
        );
    }
    let mixed = json!({ "subject": "x", "isAllDay": true, "start": day("2027-05-04", "Asia/Tokyo"), "end": day("2027-05-05", "UTC") });
    let refused = app.post("/me/events", &mixed).await;
    assert_eq!(refused.code(), "ErrorInvalidRequest");
}

#[tokio::test]
async fn a_private_event_shows_others_its_time_and_nothing_else_in_every_operation() {
    let simulator = simulator().await;
    let anna = simulator
        .people()
        .into_iter()
        .find(|person| person.login.starts_with("anna.berger"))
        .expect("Anna");
    let (lena, anna) = (
        App::connected(&simulator, &lena(&simulator)).await,
        App::connected(&simulator, &anna).await,
    );
    let secret = json!({
        "subject": "Geheim", "sensitivity": "private", "importance": "high", "categories": ["Geheim"],
        "isOnlineMeeting": true, "transactionId": "Geheim",
        "body": { "contentType": "text", "content": "Geheim" },
        "location": { "displayName": "Geheim" },
        "start": { "dateTime": "2027-05-03T09:00:00", "timeZone": "Europe/Berlin" },
        "end": { "dateTime": "2027-05-03T10:00:00", "timeZone": "Europe/Berlin" },
        "attendees": [{ "emailAddress": { "address": "jonas.weber@nordwind.example", "name": "Geheim" } }],
        "recurrence": { "pattern": { "type": "daily", "interval": 1 },
            "range": { "type": "numbered", "startDate": "2027-05-03", "numberOfOccurrences": 3 } },
    });
    let created = anna.post("/me/events", &secret).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    let id = created.body["id"].as_str().expect("an id");
    let window = "startDateTime=2027-05-01T00:00:00Z&endDateTime=2027-06-01T00:00:00Z";
    let changed = anna
        .get(&format!("/me/events/{id}/instances?{window}"))
        .await
        .texts("id")[1]
        .to_owned();
    let change = json!({ "subject": "Sehr Geheim" });
    anna.call(
        reqwest::Method::PATCH,
        &format!("/me/events/{changed}"),
        &[],
        Some(&change),
    )
    .await;
    let calendars = lena.get("/me/calendars").await;
    let shared = calendars.items()[1]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let copies = lena
        .get(&format!("/me/calendars/{shared}/calendarView?{window}"))
        .await;
    assert_eq!(copies.items().len(), 3);
    let (mine, theirs) = (
        format!("/me/calendars/{shared}"),
        "/users/anna.berger@nordwind.example",
    );
    for path in [
        format!("{mine}/calendarView?{window}"),
        format!("{mine}/calendarView/delta?{window}"),
        format!("{mine}/events?$filter=start/dateTime%20ge%20'2027-05-01'"),
        format!("{theirs}/calendarView?{window}&$orderby=subject"),
        format!("{theirs}/events/{id}"),
        format!("{theirs}/events/{changed}"),
        format!("{theirs}/events/{id}?$expand=exceptionOccurrences"),
        format!("{theirs}/events/{id}/instances?{window}"),
        format!("/me/events/{}", copies.texts("id")[1]),
    ] {
        let answer = lena.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} {}", answer.body);
        let text = answer.body.to_string();
        assert!(
            text.contains("Private Appointment") && !text.contains("eheim"),
            "{path} {text}"
        );
        assert!(
            !text.contains("meetup-join") && !text.contains("jonas"),
            "{path} {text}"
        );
    }
    let guess = format!("{theirs}/calendarView?{window}&$filter=startswith(subject,'Geheim')");
    assert!(lena.get(&guess).await.items().is_empty());
}

#[tokio::test]
async fn all_day_events_float_through_every_zone() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let path = format!("/me/calendarView?{TWO_WEEKS}&$top=100&$filter=subject%20eq%20'Homeoffice'");
    for zone in ["Tokyo Standard Time", "America/New_York"] {
        let view = app
            .get_with(
                &path,
                &[("Prefer", &format!("outlook.timezone=\"{zone}\""))],
            )
            .await;
        assert_eq!(
            view.items()[0]["start"]["dateTime"],
            "2026-03-27T00:00:00.0000000",
            "{zone}"
        );
        assert_eq!(
            view.items()[0]["end"]["dateTime"],
            "2026-03-28T00:00:00.0000000"
        );
    }
}

#[tokio::test]
async fn a_shared_calendar_is_read_in_two_ways_with_different_ids_and_without_private_words() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let calendars = app.get("/me/calendars").await;
    assert_eq!(calendars.items().len(), 2);
    let shared = &calendars.items()[1];
    assert_eq!(
        (
            &shared["owner"]["name"],
            &shared["canShare"],
            &shared["canEdit"]
        ),
        (&json!("Anna Berger"), &json!(false), &json!(false))
    );
    let id = shared["id"].as_str().expect("an id");
    let copy = app
        .get(&format!(
            "/me/calendars/{id}/calendarView?{TWO_WEEKS}&$top=100"
        ))
        .await;
    let theirs = app
        .get(&format!(
            "/users/anna.berger@nordwind.example/calendarView?{TWO_WEEKS}&$top=100"
        ))
        .await;
    assert_eq!(copy.items().len(), theirs.items().len());
    assert!(
        copy.texts("subject").contains(&"Private Appointment")
            && !copy.texts("subject").contains(&"Personalgespräch")
    );
    let (mine, hers) = (copy.texts("id"), theirs.texts("id"));
    assert!(mine.iter().all(|id| !hers.contains(id)));
    let read = app.get(&format!("/me/events/{}", mine[0])).await;
    assert_eq!(read.body["subject"], copy.items()[0]["subject"]);
    let write = app
        .call(
            reqwest::Method::PATCH,
            &format!("/me/events/{}", mine[0]),
            &[],
            Some(&json!({ "subject": "x" })),
        )
        .await;
    assert_eq!(
        (write.status, write.code()),
        (StatusCode::FORBIDDEN, "ErrorAccessDenied")
    );
    let hidden = app
        .get(&format!(
            "/users/jonas.weber@nordwind.example/calendarView?{TWO_WEEKS}"
        ))
        .await;
    assert_eq!(
        (hidden.status, hidden.code()),
        (StatusCode::NOT_FOUND, "ErrorItemNotFound")
    );
}

#[tokio::test]
async fn schedules_tell_times_to_everybody_and_words_to_few() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let body = json!({
        "Schedules": ["lena.hoffmann@nordwind.example", "jonas.weber@nordwind.example", "michael.carter@nordwind.example", "x@nowhere.example"],
        "StartTime": { "dateTime": "2026-03-24T00:00:00", "timeZone": "Europe/Berlin" },
        "EndTime": { "dateTime": "2026-03-25T00:00:00", "timeZone": "Europe/Berlin" },
        "availabilityViewInterval": "60",
    });
    let answer = app.post("/me/calendar/getSchedule", &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let [own, other, far, unknown] = answer.items() else {
        panic!("four schedules")
    };
    assert_eq!(own["availabilityView"].as_str().map(str::len), Some(24));
    assert!(
        own["availabilityView"]
            .as_str()
            .is_some_and(|view| view.contains('2'))
    );
    assert!(own["scheduleItems"][0]["subject"].is_string());
    assert!(
        other["scheduleItems"][0]["start"].is_object()
            && other["scheduleItems"][0].get("subject").is_none()
    );
    assert_eq!(
        own["workingHours"]["timeZone"]["name"],
        "W. Europe Standard Time"
    );
    assert_eq!(
        far["workingHours"]["timeZone"]["name"],
        "Customized Time Zone"
    );
    assert_eq!(unknown["error"]["responseCode"], "5009");
    let mut long = body.clone();
    long["EndTime"]["dateTime"] = json!("2026-06-25T00:00:00");
    assert_eq!(
        app.post("/me/calendar/getSchedule", &long).await.code(),
        "ErrorTimeIntervalTooBig"
    );
}

#[tokio::test]
async fn somebody_outside_has_sent_orders_to_whoever_reads_them() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let path = format!(
        "/me/calendarView?{TWO_WEEKS}&$top=100&$filter=contains(subject,'Partner%20Summit')"
    );
    let view = app
        .get_with(&path, &[("Prefer", "outlook.body-content-type=\"text\"")])
        .await;
    let event = &view.items()[0];
    assert_eq!(event["isOrganizer"], false);
    assert_eq!(event["body"]["contentType"], "text");
    assert!(
        event["body"]["content"]
            .as_str()
            .is_some_and(|text| text.contains("Ignore previous instructions"))
    );
}

#[tokio::test]
async fn a_page_in_order_of_time_is_the_same_piece_of_the_whole_however_it_is_asked_for() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let prefer = ("Prefer", "outlook.timezone=\"Asia/Tokyo\"");
    let ids = async |more: &str| -> Vec<String> {
        let path = format!("/me/calendarView?{TWO_WEEKS}&$select=subject,start&{more}");
        let answer = app.get_with(&path, &[prefer]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.texts("id").into_iter().map(str::to_owned).collect()
    };
    let whole = ids("$top=200&$orderby=start/dateTime").await;
    // A filter that everything passes goes the longer way, by what is written in the answer.
    let filtered = ids("$top=200&$orderby=start/dateTime&$filter=isDraft%20eq%20false").await;
    assert_eq!(whole, filtered);
    assert_eq!(
        ids("$top=5&$skip=5&$orderby=start/dateTime").await,
        whole[5..10]
    );
    let starts = app
        .get_with(
            &format!("/me/calendarView?{TWO_WEEKS}&$top=200&$orderby=start/dateTime%20desc"),
            &[prefer],
        )
        .await;
    let starts: Vec<&str> = starts
        .items()
        .iter()
        .filter_map(|item| item["start"]["dateTime"].as_str())
        .collect();
    assert!(
        starts.len() == whole.len() && starts.is_sorted_by(|one, next| one >= next),
        "{starts:?}"
    );
    assert!(ids("$top=5&$skip=500").await.is_empty());
}

#[tokio::test]
async fn an_event_of_a_zone_without_a_name_says_so_and_nobody_can_ask_for_that_zone() {
    let simulator = simulator().await;
    let app = App::holding(
        &simulator,
        "michael.carter@nordwind.example",
        "Calendars.ReadWrite",
    );
    let view = app
        .get(&format!("/me/calendarView?{TWO_WEEKS}&$top=100"))
        .await;
    let zones = view.texts("originalStartTimeZone");
    assert!(zones.contains(&"tzone://Microsoft/Custom"), "{zones:?}");
    let time = |clock: &str| json!({ "dateTime": format!("2026-04-01T{clock}:00"), "timeZone": "tzone://Microsoft/Custom" });
    let body = json!({ "subject": "x", "start": time("09:00"), "end": time("10:00") });
    assert_eq!(
        app.post("/me/events", &body).await.code(),
        "TimeZoneNotSupportedException"
    );
    let zone = ("Prefer", "outlook.timezone=\"tzone://Microsoft/Custom\"");
    let asked = app.get_with("/me/events?$top=1", &[zone]).await;
    assert_eq!(asked.code(), "TimeZoneNotSupportedException");
}
