//! Audit: what an administrator sees of the record, takes with her and has checked, and what stands on record of that.

use std::time::Duration;

use axum::http::Method;
use domain::audit::Kind;
use domain::clock::Clock;
use domain::secret::SessionSecret;
use serde_json::{Value, json};

use crate::app::App;
use crate::stack::{Seat, Stack};

const PLACE: &str = "/administration/audit";

async fn page(seat: &Seat, query: &str) -> (u16, String) {
    let path = format!("{PLACE}{query}");
    let answer = seat.app.ask(Method::GET, &path).signed_in().send().await;
    (answer.status, answer.body)
}

/// Sends a form of the page; the body, or the place a redirect leads to.
async fn send(seat: &Seat, what: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let token = seat.app.form_token().await;
    let asked = seat.app.ask(Method::POST, &format!("{PLACE}/{what}"));
    let answer = asked.form(&token, fields).send().await;
    let to = answer.header("location").map(str::to_owned);
    (answer.status, to.unwrap_or(answer.body))
}

async fn call(seat: &Seat, tool: &str) {
    let asked = seat.app.ask(Method::POST, &format!("/api/v1/tools/{tool}"));
    asked.with_key().json(&json!({})).send().await;
}

/// An administrator, and somebody whose agent read twice and was denied once.
async fn lived() -> (Stack, Seat, Seat) {
    let stack = Stack::new().await;
    let chief = stack.administrator_who_allows("search_events").await;
    let anna = stack.connected(1).await;
    for tool in ["search_events", "search_events", "create_event"] {
        call(&anna, tool).await;
    }
    (stack, chief, anna)
}

/// L10.
#[tokio::test]
async fn an_administrator_looks_through_the_record_by_person_kind_outcome_reason_and_day() {
    let (stack, chief, anna) = lived().await;
    let kinds = [Kind::CallBegun, Kind::CallFinished, Kind::CallDenied];
    let calls = stack.entries(&anna, &kinds).await;
    let searched = |it: &&store::audit::Logged| it.record.tool.as_deref() == Some("search_events");
    let searched = calls.iter().filter(searched).count();
    let denied = |it: &&store::audit::Logged| it.record.reason.as_deref() == Some("level_denies");
    let denied = calls.iter().filter(denied).count();
    let calls = calls.len();
    assert!(denied > 0 && searched > 0 && calls > searched);
    let many = |html: &str| html.matches("<p class=\"entry-what\">").count();
    let check = async |query: &str, expected: usize| {
        let (status, html) = page(&chief, query).await;
        assert_eq!((status, many(&html)), (200, expected), "{query}: {html}");
    };
    check("?group=calls", calls).await;
    check("?group=calls&tool=search_events", searched).await;
    check("?outcome=denied&reason=level_denies", denied).await;
    check("?outcome=denied&reason=elsewhere", 0).await;
    check(&format!("?group=calls&person={}", anna.person), calls).await;
    check("?group=calls&person=nobody-of-this-name", 0).await;
    check("?group=calls&agent=nobody", 0).await;
    check("?group=calls&since=2020-01-01&until=2100-01-01", calls).await;
    check("?group=calls&since=2100-01-01", 0).await;
    check("?group=calls&until=2020-01-01", 0).await;
    assert_eq!(page(&chief, "?before=nonsense").await.0, 400);
    assert_eq!(page(&anna, "").await.0, 403);
}

/// L11.
#[tokio::test]
async fn one_entry_shows_everything_that_is_on_record_and_the_ids_that_microsoft_has_too() {
    let (stack, chief, anna) = lived().await;
    let finished = stack.entries(&anna, &[Kind::CallFinished]).await;
    let entry = finished.first().expect("it was called");
    let (status, html) = page(&chief, &format!("/{}", entry.sequence)).await;
    assert_eq!(status, 200, "{html}");
    let call = entry.record.call.clone().expect("a call");
    let request = entry.record.request.clone().expect("a request");
    let mut shown = vec![call.to_string(), request.to_string()];
    for request in &entry.record.upstream {
        shown.push(request.client_request_id.clone());
        shown.extend(request.request_id.clone());
    }
    for words in shown {
        assert!(html.contains(&words), "{words}: {html}");
    }
    for nothing in ["/0", "/99999", "/x"] {
        assert_eq!(page(&chief, nothing).await.0, 404, "{nothing}");
    }
    let path = format!("/{}", entry.sequence);
    assert_eq!(page(&anna, &path).await.0, 403);
}

/// L7, L8, L9.
#[tokio::test]
async fn an_export_holds_what_was_filtered_a_line_each_and_is_on_record_first() {
    let (stack, chief, anna) = lived().await;
    let fields = |format| {
        [
            ("format", format),
            ("group", "calls"),
            ("reason", "level_denies"),
        ]
    };
    let (status, lines) = send(&chief, "export", &fields("jsonl")).await;
    assert_eq!(status, 200, "{lines}");
    let entries: Vec<domain::audit::Entry> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("an entry"))
        .collect();
    assert_eq!(entries.len(), 1);
    assert!(entries[0].text.contains("create_event"), "{lines}");
    let (_, lines) = send(&chief, "export", &fields("ocsf")).await;
    let events: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let classes: Vec<_> = events
        .iter()
        .map(|event| event["class_uid"].as_u64())
        .collect();
    assert_eq!(classes, [Some(6003)]);
    let exported = stack.entries(&chief, &[Kind::AuditExported]).await;
    let reasons: Vec<_> = exported
        .iter()
        .map(|it| it.record.reason.as_deref())
        .collect();
    assert_eq!(reasons, [Some("ocsf"), Some("jsonl")]);
    assert_eq!(send(&anna, "export", &fields("jsonl")).await.0, 403);
}

#[tokio::test]
async fn w11_an_export_with_an_old_sign_in_is_refused_and_leads_to_a_new_one() {
    let (stack, chief, _anna) = lived().await;
    let session = SessionSecret::random(&stack.random);
    let (now, hour) = (Clock::system().now(), Duration::from_secs(3_600));
    let hash = session.hash();
    let old = stack
        .store
        .create_session(&chief.person, &hash, now - hour, hour, hour);
    old.await.expect("a session");
    let (key, secret) = ("no key".to_owned(), session.expose().to_owned());
    let old = Seat {
        app: App::at(stack.router.clone(), key, secret),
        person: chief.person.clone(),
    };
    let (status, html) = send(&old, "export", &[("format", "jsonl")]).await;
    let link = "/?again=1&amp;return_to=/administration/audit";
    assert!(status == 403 && html.contains("Sign in again"), "{html}");
    assert!(
        html.contains(link) || html.contains(&link.replace("&amp;", "&#38;")),
        "{html}"
    );
    let exported = stack.entries(&chief, &[Kind::AuditExported]).await;
    assert_eq!(exported.len(), 0);
    let place = "/?again=1&return_to=/administration/audit";
    let page = old.app.ask(Method::GET, place).signed_in().send().await;
    assert!(page.body.contains("name=\"again\""), "{}", page.body);
}

/// L4.
#[tokio::test]
async fn a_check_says_on_record_that_the_record_is_whole() {
    let (stack, chief, anna) = lived().await;
    let (status, to) = send(&chief, "verify", &[]).await;
    assert_eq!(status, 303);
    let (status, html) = page(&chief, to.trim_start_matches(PLACE)).await;
    assert!(status == 200 && html.contains("whole"), "{html}");
    let checked = stack.entries(&chief, &[Kind::AuditVerified]).await;
    let record = &checked.first().expect("it is on record").record;
    assert!(record.count.is_some_and(|count| count >= 6), "{record:?}");

    assert_eq!(send(&anna, "verify", &[]).await.0, 403);
}
