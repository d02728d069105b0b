//! Reading the calendar.

use std::time::Duration;

use domain::calendar::{EventId, Span};
use domain::id::PersonId;
use domain::random::Random;
use microsoft::Kind;
use microsoft::graph::View;
use sim::{FaultAnswer, When};

use crate::office::{Office, start, status};

fn fortnight(top: u32) -> View<'static> {
    let week = Duration::from_secs(7 * 86_400);
    View {
        from: start() - week,
        to: start() + week,
        top,
        next: None,
    }
}

#[tokio::test]
async fn a_calendar_is_read_page_by_page_in_order_and_nothing_twice() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    let whole = graph.calendar_view(fortnight(200)).await.expect("a page");
    assert!(whole.next.is_none() && whole.items.len() > 20);
    let mut paged = Vec::new();
    let mut link = None;
    loop {
        let view = View {
            next: link.as_ref(),
            ..fortnight(7)
        };
        let page = graph.calendar_view(view).await.expect("a page");
        assert!(page.items.len() <= 7);
        paged.extend(page.items);
        let Some(next) = page.next else { break };
        // A link survives being kept as text.
        link = Some(office.microsoft.next_link(next.as_str()).expect("ours"));
    }
    let ids = |events: &[domain::calendar::Event]| {
        events
            .iter()
            .map(|event| event.id.as_str().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&paged), ids(&whole.items));
    let starts: Vec<_> = whole
        .items
        .iter()
        .map(|event| event.span.anchor())
        .collect();
    assert!(starts.is_sorted());
    assert!(
        whole
            .items
            .iter()
            .any(|event| matches!(event.span, Span::Days { .. }))
    );
    assert!(whole.items.iter().any(|event| event.private));
    assert!(
        whole
            .items
            .iter()
            .all(|event| event.etag.is_some() && event.organizer.is_some())
    );
}

#[tokio::test]
async fn an_event_reads_the_same_alone_as_in_the_list() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    for listed in graph
        .calendar_view(fortnight(30))
        .await
        .expect("a page")
        .items
    {
        assert!(
            graph.event(&listed.id).await.expect("there") == listed,
            "{:?}",
            listed.id
        );
    }
}

#[tokio::test]
async fn a_missing_event_is_not_found_even_with_an_id_that_looks_like_a_path() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    for id in ["AAMkAGI1AAAt9AHjAAA=", "../../users", "a/b+c=="] {
        let error = graph
            .event(&EventId::new(id.into()))
            .await
            .err()
            .expect("not there");
        assert!(
            matches!(error.kind(), Kind::NotFound | Kind::Invalid { .. }),
            "{id}: {error}"
        );
    }
}

#[tokio::test]
async fn a_link_to_another_host_is_neither_given_nor_followed() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    office.graph_fault("calendarView", Some(1), When::Before, status(200, r#"{"value":[],"@odata.nextLink":"https://evil.example/v1.0/me/calendarView?$skip=10"}"#));
    assert_eq!(
        graph
            .calendar_view(fortnight(10))
            .await
            .err()
            .expect("refused")
            .kind(),
        Kind::ForeignLink
    );
    assert_eq!(
        office
            .microsoft
            .next_link("https://evil.example/v1.0/x")
            .expect_err("refused")
            .kind(),
        Kind::ForeignLink
    );
}

#[tokio::test]
async fn a_window_that_is_too_long_is_refused_by_its_code() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    let view = View {
        to: start() + Duration::from_secs(2_000 * 86_400),
        ..fortnight(10)
    };
    let error = graph.calendar_view(view).await.err().expect("refused");
    assert_eq!(
        error.kind(),
        Kind::Invalid {
            code: "ErrorInvalidRequest".into()
        }
    );
}

#[tokio::test]
async fn both_request_ids_are_kept_for_the_record_and_given_once() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    office.sim.clear_log();
    graph.me().await.expect("there");
    graph.calendar_view(fortnight(3)).await.expect("a page");
    office.graph_fault(
        "/me",
        Some(1),
        When::Before,
        FaultAnswer::Throttle { retry_after: 3600 },
    );
    assert!(graph.me().await.is_err());
    let sent = graph.take_upstream();
    let logged: Vec<_> = office
        .sim
        .log()
        .into_iter()
        .filter_map(|entry| entry.client_request_id)
        .collect();
    assert_eq!(
        sent.iter()
            .map(|upstream| upstream.client_request_id.clone())
            .collect::<Vec<_>>(),
        logged
    );
    assert_eq!(
        sent.iter()
            .map(|upstream| upstream.status)
            .collect::<Vec<_>>(),
        [Some(200), Some(200), Some(429)]
    );
    assert!(
        sent[..2]
            .iter()
            .all(|upstream| upstream.request_id.is_some())
    );
    assert!(graph.take_upstream().is_empty());
}

#[tokio::test]
async fn a_permit_of_somebody_else_opens_nothing() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let other = office.permit(&PersonId::random(&Random::operating_system()));
    let result = office.microsoft.graph(&other, &token);
    assert_eq!(
        result.err().expect("refused").kind(),
        Kind::PermitDoesNotFit
    );
}
