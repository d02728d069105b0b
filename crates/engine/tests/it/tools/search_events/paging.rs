//! Page after page: cursors, long windows, waiting, and links that lead elsewhere.

use std::net::TcpListener;

use serde_json::{Value, json};
use sim::{Fault, FaultAnswer, Surface};

use super::super::reader::Reader;
use super::{daily, reader, shown, timed};

/// Every page of a search, until there is no cursor.
async fn pages(reader: &Reader, arguments: Value) -> Vec<Vec<String>> {
    let (mut arguments, mut pages) = (arguments, Vec::new());
    loop {
        let answer = reader.done("search_events", arguments.clone()).await;
        pages.push(shown(&answer));
        assert!(pages.len() < 200, "it goes round in circles");
        match answer["cursor"].as_str() {
            Some(cursor) => arguments["cursor"] = cursor.into(),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn a_cursor_goes_on_exactly_where_the_page_ended() {
    let reader = reader().await;
    daily(&reader, "Daily", "Europe/Berlin", "2031-09-01", 30).await;
    // Several that start in one minute, one that runs over all of them, and whole days.
    for number in 0..7 {
        timed(
            &reader,
            &format!("Same {number}"),
            "Europe/Berlin",
            "2031-09-10T09:00:00",
            "2031-09-10T10:00:00",
            Value::Null,
        )
        .await;
    }
    timed(
        &reader,
        "Long",
        "Europe/Berlin",
        "2031-08-31T00:00:00",
        "2031-10-05T00:00:00",
        Value::Null,
    )
    .await;
    timed(
        &reader,
        "Days",
        "Europe/Berlin",
        "2031-09-09T00:00:00",
        "2031-09-12T00:00:00",
        json!({"isAllDay": true}),
    )
    .await;
    let window = json!({"from": "2031-09-01", "to": "2031-09-30", "limit": 50});
    let whole = reader.done("search_events", window.clone()).await;
    assert!(whole["cursor"].is_null());
    let whole = shown(&whole);
    assert_eq!(whole.len(), 39);
    for limit in [1, 2, 3, 4, 5, 7, 13, 38, 39] {
        let mut arguments = window.clone();
        arguments["limit"] = limit.into();
        let pages = pages(&reader, arguments).await;
        assert!(
            pages.iter().rev().skip(1).all(|page| page.len() == limit),
            "{limit}: {pages:?}"
        );
        assert_eq!(pages.concat(), whole, "{limit}");
    }
}

#[tokio::test]
async fn a_cursor_of_another_search_is_refused() {
    let reader = reader().await;
    let first = json!({"from": "2026-01-01", "to": "2026-12-31", "limit": 1});
    let cursor = reader.done("search_events", first.clone()).await["cursor"].clone();
    for (name, value, expected) in [
        ("limit", json!(5), "done"),
        ("zone", json!("Europe/Berlin"), "done"),
        ("text", json!("plan"), "invalid_cursor"),
        ("person", json!("anna"), "invalid_cursor"),
        ("organizer", json!("me"), "invalid_cursor"),
        ("online", json!(true), "invalid_cursor"),
        ("answer", json!("accepted"), "invalid_cursor"),
        (
            "calendar",
            json!("anna.berger@nordwind.example"),
            "invalid_cursor",
        ),
        ("from", json!("2026-01-02"), "invalid_cursor"),
        ("to", json!("2026-12-30"), "invalid_cursor"),
        ("zone", json!("Asia/Tokyo"), "invalid_cursor"),
        ("cursor", json!("c100"), "invalid_cursor"),
        ("cursor", json!(""), "invalid_cursor"),
        (
            "cursor",
            json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            "invalid_cursor",
        ),
    ] {
        let mut arguments = first.clone();
        arguments["cursor"] = cursor.clone();
        arguments[name] = value;
        assert_eq!(
            reader.word("search_events", arguments.clone()).await,
            expected,
            "{arguments}"
        );
    }
    // Without times the window is the one that was now then.
    let first = reader.done("search_events", json!({"limit": 1})).await;
    let cursor = first["cursor"].clone();
    let next = json!({"limit": 1, "cursor": cursor});
    let next = reader.done("search_events", next).await;
    // Its first half is the window.
    let window = |answer: &Value| {
        answer["cursor"]
            .as_str()
            .map(|cursor| cursor[..16].to_owned())
    };
    assert!(window(&first).is_some());
    assert_eq!(window(&next), window(&first));
}

#[tokio::test]
async fn five_years_are_searched_in_bounded_steps() {
    let reader = reader().await;
    daily(&reader, "Every day", "Europe/Berlin", "2028-01-01", 999).await;
    timed(
        &reader,
        "Needle",
        "Europe/Berlin",
        "2032-12-31T23:00:00",
        "2033-01-01T01:00:00",
        Value::Null,
    )
    .await;
    // 1,827 days: more than Microsoft shows at once.
    let five = json!({"from": "2028-01-01", "to": "2032-12-31", "text": "needle"});
    let (mut arguments, mut rounds) = (five.clone(), 0);
    let answer = loop {
        let answer = reader.done("search_events", arguments.clone()).await;
        assert!(
            reader.requests().len() <= 8,
            "{} requests",
            reader.requests().len()
        );
        rounds += 1;
        match answer["cursor"].as_str() {
            Some(cursor) => {
                assert!(
                    answer["searched_to"].is_string() && answer["note"].is_string(),
                    "{answer}"
                );
                arguments["cursor"] = cursor.into();
            }
            None => break answer,
        }
    };
    assert_eq!(shown(&answer), ["Needle Fri 2032-12-31T23:00+01:00"]);
    assert!(rounds >= 2);
    let found = pages(
        &reader,
        json!({"from": "2028-01-01", "to": "2032-12-31", "text": "every day", "limit": 50}),
    )
    .await;
    assert_eq!(found.concat().len(), 999);
    for (to, expected) in [("2033-01-03", "done"), ("2033-01-10", "window_too_long")] {
        let arguments = json!({"from": "2028-01-01", "to": to, "text": "none"});
        assert_eq!(
            reader.word("search_events", arguments).await,
            expected,
            "{to}"
        );
    }
}

#[tokio::test]
async fn throttling_between_two_pages_is_waited_for() {
    let reader = reader().await;
    daily(&reader, "Busy", "Europe/Berlin", "2031-01-01", 250).await;
    reader.house.sim.fault(Fault {
        surface: Surface::Graph,
        path_contains: Some("calendarView".into()),
        skip: 1,
        times: Some(1),
        answer: FaultAnswer::Throttle { retry_after: 1 },
        ..Fault::default()
    });
    let begun = std::time::Instant::now();
    let arguments = json!({"from": "2031-01-01", "to": "2031-12-31", "text": "no such title"});
    let answer = reader.done("search_events", arguments).await;
    assert_eq!(answer["events"], json!([]));
    assert!(answer["cursor"].is_null());
    let statuses: Vec<_> = reader.requests().iter().map(|entry| entry.status).collect();
    assert_eq!(statuses, [200, 429, 200, 200]);
    assert!(begun.elapsed().as_millis() >= 1_000, "it did not wait");
}

#[tokio::test]
async fn a_link_to_another_host_is_never_followed() {
    let reader = reader().await;
    let elsewhere = TcpListener::bind("127.0.0.1:0").expect("a free port");
    elsewhere.set_nonblocking(true).expect("it can");
    let address = elsewhere.local_addr().expect("bound");
    for host in [
        format!("{address}"),
        format!("localhost:{}", address.port()),
    ] {
        let link = format!("http://{host}/v1.0/me/calendarView?$skip=10");
        reader.house.sim.fault(Fault {
            surface: Surface::Graph,
            path_contains: Some("calendarView".into()),
            times: Some(1),
            answer: FaultAnswer::Status {
                status: 200,
                headers: vec![("content-type".into(), "application/json".into())],
                body: json!({"value": [], "@odata.nextLink": link}).to_string(),
            },
            ..Fault::default()
        });
        assert_eq!(
            reader.word("search_events", json!({"text": "x"})).await,
            "internal"
        );
        let nobody = elsewhere.accept().expect_err("nobody came");
        assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock);
    }
}
