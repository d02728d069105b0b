//! Following what changes in a calendar.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::{Answer, App, lena, simulator};

const WEEK: &str = "startDateTime=2026-03-23T00:00:00Z&endDateTime=2026-03-30T00:00:00Z";

fn link<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.body[format!("@odata.{name}")].as_str()
}

/// Reads a round to its end: the items of all pages, and the link for the next round.
async fn round(app: &App, path: &str, headers: &[(&str, &str)]) -> (Vec<Value>, String, usize) {
    let (mut items, mut next, mut pages) = (Vec::new(), path.to_owned(), 0);
    loop {
        let page = app.get_with(&next, headers).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        items.extend_from_slice(page.items());
        pages += 1;
        match (link(&page, "nextLink"), link(&page, "deltaLink")) {
            (Some(more), None) => next = more.to_owned(),
            (None, Some(delta)) => return (items, delta.to_owned(), pages),
            links => panic!("one link, not {links:?}"),
        }
    }
}

fn ids(items: &[Value]) -> Vec<&str> {
    items
        .iter()
        .filter_map(|item| item["id"].as_str())
        .collect()
}

fn appointment(day: &str) -> Value {
    json!({
        "subject": "Termin",
        "start": { "dateTime": format!("{day}T12:00:00"), "timeZone": "UTC" },
        "end": { "dateTime": format!("{day}T13:00:00"), "timeZone": "UTC" },
    })
}

#[tokio::test]
async fn the_first_round_has_everything_of_the_window_and_the_next_one_only_what_changed() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let view = app
        .get(&format!("/me/calendarView?{WEEK}&$top=200&$select=subject"))
        .await;
    let prefer = [("Prefer", "odata.maxpagesize=7")];
    let (first, delta, pages) =
        round(&app, &format!("/me/calendarView/delta?{WEEK}"), &prefer).await;
    let (mut seen, mut all) = (ids(&first), view.texts("id"));
    seen.sort_unstable();
    all.sort_unstable();
    assert_eq!(seen, all);
    assert_eq!(pages, all.len().div_ceil(7));
    assert!(
        delta.contains("/me/calendarView/delta?$deltatoken="),
        "{delta}"
    );
    assert!(first.iter().all(|item| item["type"] != "seriesMaster"));
    let (quiet, delta, _) = round(&app, &delta, &[]).await;
    assert_eq!(quiet, Vec::<Value>::new());

    let created = app.post("/me/events", &appointment("2026-03-25")).await;
    app.post("/me/events", &appointment("2026-05-25")).await;
    let removed = all[0].to_owned();
    let url = format!("/me/events/{removed}");
    app.call(Method::DELETE, &url, &[], None).await;
    let (news, after, _) = round(&app, &delta, &[]).await;
    assert_eq!(news.len(), 2, "{news:#?}");
    let gone = news
        .iter()
        .find(|item| item["id"] == json!(removed))
        .expect("the removed one");
    assert_eq!(gone["@removed"], json!({ "reason": "deleted" }));
    let new = news
        .iter()
        .find(|item| item["id"] == created.body["id"])
        .expect("the new one");
    assert_eq!(new["subject"], "Termin");
    let url = format!("/me/events/{}", created.body["id"].as_str().expect("an id"));
    let away = json!({ "start": appointment("2026-04-20")["start"], "end": appointment("2026-04-20")["end"] });
    app.call(Method::PATCH, &url, &[], Some(&away)).await;
    let (moved, _, _) = round(&app, &after, &[]).await;
    assert_eq!(
        (moved.len(), &moved[0]["@removed"]["reason"]),
        (1, &json!("deleted"))
    );
    let (again, _, _) = round(&app, &delta, &[]).await;
    assert_eq!(again.len(), 1, "a link can be followed twice: {again:#?}");
}

#[tokio::test]
async fn one_changed_day_of_a_series_is_one_change() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let (first, delta, _) = round(
        &app,
        &format!("/me/calendar/calendarView/microsoft.graph.delta()?{WEEK}"),
        &[],
    )
    .await;
    let day = first
        .iter()
        .find(|item| item["type"] == "occurrence")
        .expect("an occurrence");
    let url = format!("/me/events/{}", day["id"].as_str().expect("an id"));
    app.call(
        Method::PATCH,
        &url,
        &[],
        Some(&json!({ "subject": "Anders" })),
    )
    .await;
    let (news, delta, _) = round(&app, &delta, &[]).await;
    assert_eq!(
        (news.len(), &news[0]["type"], &news[0]["subject"]),
        (1, &json!("exception"), &json!("Anders"))
    );
    app.call(Method::DELETE, &url, &[], None).await;
    let (news, _, _) = round(&app, &delta, &[]).await;
    assert_eq!(news.len(), 1, "{news:#?}");
    assert_eq!(
        (&news[0]["id"], &news[0]["@removed"]["reason"]),
        (&day["id"], &json!("deleted"))
    );
}

#[tokio::test]
async fn events_are_followed_without_a_window_as_series_and_single_events() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let all = app.get("/me/events?$top=500&$select=subject").await;
    let headers = [("Prefer", "odata.maxpagesize=500, IdType=\"ImmutableId\"")];
    let (first, delta, pages) = round(&app, "/me/events/delta", &headers).await;
    assert_eq!((first.len(), pages), (all.items().len(), 1));
    assert!(first.iter().any(|item| item["type"] == "seriesMaster"));
    assert!(ids(&first).iter().all(|id| id.starts_with("AAkALg")));
    app.call(
        Method::DELETE,
        &format!("/me/events/{}", ids(&first)[0]),
        &[],
        None,
    )
    .await;
    let (news, _, _) = round(&app, &delta, &headers).await;
    assert_eq!(ids(&news), [ids(&first)[0]]);
}

#[tokio::test]
async fn a_shared_calendar_is_followed_without_its_private_words() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let calendars = app.get("/me/calendars").await;
    let shared = calendars.items()[1]["id"].as_str().expect("an id");
    let path = format!(
        "/me/calendars/{shared}/calendarView/delta?startDateTime=2026-03-16T00:00:00Z&endDateTime=2026-04-06T00:00:00Z"
    );
    let (items, _, _) = round(&app, &path, &[]).await;
    let subjects: Vec<&str> = items
        .iter()
        .filter_map(|item| item["subject"].as_str())
        .collect();
    assert!(
        subjects.contains(&"Private Appointment") && !subjects.contains(&"Personalgespräch"),
        "{subjects:?}"
    );
}

#[tokio::test]
async fn a_dead_token_a_strange_one_and_what_delta_cannot_do_are_refused() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    for token in ["$deltatoken=gone", "$skiptoken=gone"] {
        let answer = app.get(&format!("/me/calendarView/delta?{token}")).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::GONE, "SyncStateNotFound")
        );
    }
    let (_, delta, _) = round(&app, &format!("/me/calendarView/delta?{WEEK}"), &[]).await;
    let token = delta.split('?').nth(1).expect("a query");
    let elsewhere = app.get(&format!("/me/events/delta?{token}")).await;
    assert_eq!(
        (elsewhere.status, elsewhere.code()),
        (StatusCode::BAD_REQUEST, "SyncStateInvalid")
    );
    for option in [
        "$select=subject",
        "$top=5",
        "$filter=subject%20eq%20'x'",
        "%24orderby=subject",
        "$search=x",
        "$expand=calendar",
        "$skip=1",
    ] {
        let answer = app
            .get(&format!("/me/calendarView/delta?{WEEK}&{option}"))
            .await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, "ErrorInvalidUrlQuery"),
            "{option}"
        );
    }
    let windowless = app.get("/me/calendarView/delta").await;
    assert_eq!(windowless.code(), "ErrorInvalidParameter");
    for _ in 0..200 {
        app.get_with("/me/events/delta", &[("Prefer", "odata.maxpagesize=1")])
            .await;
    }
    let late = app.get(&delta).await;
    assert_eq!(
        (late.status, late.code()),
        (StatusCode::GONE, "SyncStateNotFound")
    );
}
