//! Activity: what was done in a person's name, which she finds again and nobody else sees.

use axum::http::Method;
use domain::audit::Kind;
use serde_json::json;

use crate::stack::{Seat, Stack};

async fn page(seat: &Seat, query: &str) -> (u16, String) {
    let place = format!("/activity{query}");
    let answer = seat.app.ask(Method::GET, &place).signed_in().send().await;
    (answer.status, answer.body)
}

async fn call(seat: &Seat, tool: &str) {
    let asked = seat.app.ask(Method::POST, &format!("/api/v1/tools/{tool}"));
    asked.with_key().json(&json!({})).send().await;
}

#[tokio::test]
async fn a_person_finds_what_was_done_by_tool_agent_outcome_and_day() {
    let stack = Stack::new().await;
    let _chief = stack.administrator_who_allows("search_events").await;
    let anna = stack.connected(1).await;
    for tool in ["search_events", "search_events", "create_event"] {
        call(&anna, tool).await;
    }
    let kinds = [
        Kind::CallFinished,
        Kind::CallDenied,
        Kind::ConnectionStateChanged,
    ];
    let calls = stack.entries(&anna, &kinds).await;
    let agent = calls[0].record.agent.clone().expect("an agent's call");
    let many_of = |tool: &str, outcome: &str| {
        let fits = |it: &&store::audit::Logged| {
            let (of, ended) = (it.record.tool.as_deref(), it.record.outcome.as_deref());
            of == Some(tool) && ended == Some(outcome)
        };
        calls.iter().filter(fits).count()
    };
    let search = calls
        .iter()
        .find(|it| it.record.tool.as_deref() == Some("search_events"));
    let ended = search.and_then(|it| it.record.outcome.clone());
    let ended = ended.expect("a search has ended");
    let searches = many_of("search_events", &ended);
    assert!(searches > 0 && calls.len() > searches, "{calls:?}");
    let many = |html: &str| html.matches("<p class=\"entry-what\">").count();
    let check = async |query: &str, expected: usize| {
        let (status, html) = page(&anna, query).await;
        assert_eq!((status, many(&html)), (200, expected), "{query}: {html}");
    };
    check(&format!("?tool=search_events&outcome={ended}"), searches).await;
    check(
        "?tool=create_event&outcome=denied",
        many_of("create_event", "denied"),
    )
    .await;
    check(&format!("?agent={agent}"), calls.len()).await;
    check("?agent=nobody", 0).await;
    check(
        &format!("?agent={agent}&since=2020-01-01&until=2100-01-01"),
        calls.len(),
    )
    .await;
    check("?since=2100-01-01", 0).await;
    check("?until=2020-01-01", 0).await;
    assert_eq!(page(&anna, "?before=nonsense").await.0, 400);
}

#[tokio::test]
async fn one_entry_of_hers_shows_what_is_on_record_and_nobody_elses_is_there() {
    let stack = Stack::new().await;
    let chief = stack.administrator_who_allows("search_events").await;
    let anna = stack.connected(1).await;
    call(&anna, "search_events").await;
    let finished = stack.entries(&anna, &[Kind::CallFinished]).await;
    let entry = finished.first().expect("it was called");
    let path = format!("/{}", entry.sequence);
    let (status, html) = page(&anna, &path).await;
    assert_eq!(status, 200, "{html}");
    let call = entry.record.call.clone().expect("a call");
    let mut shown = vec![call.to_string()];
    for request in &entry.record.upstream {
        shown.push(request.client_request_id.clone());
        shown.extend(request.request_id.clone());
    }
    for words in shown {
        assert!(html.contains(&words), "{words}: {html}");
    }
    // An administrator has the audit log; what she is shown here is what was done in her own name.
    assert_eq!(page(&chief, &path).await.0, 404);
    let begun = stack.entries(&anna, &[Kind::CallBegun]).await;
    let begun = format!("/{}", begun[0].sequence);
    for nothing in [&begun, "/0", "/99999", "/x"] {
        assert_eq!(page(&anna, nothing).await.0, 404, "{nothing}");
    }
}
