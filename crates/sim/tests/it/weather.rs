//! Connections and answers that go wrong: slow, stalled, cut, reset, unavailable; and for whom.

use reqwest::StatusCode;
use serde_json::json;
use sim::{Fault, FaultAnswer, Framing, LogFilter, Simulator, StatusFilter, Surface, When};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::browser::{App, client, lena, refresh, simulator};

fn graph(answer: FaultAnswer) -> Fault {
    Fault {
        surface: Surface::Graph,
        answer,
        ..Fault::default()
    }
}

/// What is read from a connection of its own until it ends.
async fn raw(simulator: &Simulator, app: &App, path: &str) -> std::io::Result<String> {
    let address = simulator.base().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await?;
    let request = format!(
        "GET /v1.0{path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\r\n",
        app.access_token
    );
    stream.write_all(request.as_bytes()).await?;
    let mut read = Vec::new();
    stream.read_to_end(&mut read).await?;
    Ok(String::from_utf8_lossy(&read).into_owned())
}

#[tokio::test]
async fn a_slow_answer_is_the_ordinary_one_and_the_log_knows_how_long_it_took() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    simulator.fault(Fault {
        delay_ms: 40,
        times: Some(1),
        ..graph(FaultAnswer::Ordinary)
    });
    assert_eq!(app.get("/me").await.status, StatusCode::OK);
    let entry = simulator.log().pop().expect("an entry");
    assert!(entry.duration_us >= 40_000, "{entry:?}");
    assert_eq!(entry.fault, Some("ordinary"));
}

#[tokio::test]
async fn a_waiting_request_keeps_nobody_else_waiting_and_the_fifth_at_a_mailbox_is_refused() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let app = App::connected(&simulator, &person).await;
    let anna = simulator.people().swap_remove(2);
    let other = App::connected(&simulator, &anna).await;
    simulator.fault(Fault {
        login: Some(person.login.clone()),
        times: Some(4),
        ..graph(FaultAnswer::Stall)
    });
    let mut stalled = tokio::task::JoinSet::new();
    let url = format!("{}/me/calendars", simulator.graph());
    for _ in 0..4 {
        let request = client().get(&url).bearer_auth(&app.access_token);
        stalled.spawn(async move { request.send().await });
    }
    let none = LogFilter {
        status: Some(StatusFilter::Exactly(0)),
        ..LogFilter::default()
    };
    while simulator.log_of(&none).len() < 4 {
        tokio::task::yield_now().await;
    }
    let fifth = app.get("/me/calendars").await;
    assert_eq!(
        (fifth.status, fifth.code()),
        (StatusCode::TOO_MANY_REQUESTS, "ApplicationThrottled")
    );
    assert_eq!(fifth.headers["retry-after"], "1");
    assert_eq!(other.get("/me/calendars").await.status, StatusCode::OK);
    stalled.shutdown().await;
    while app.get("/me/calendars").await.status != StatusCode::OK {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_connection_is_closed_or_reset_and_what_was_asked_has_happened() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    simulator.fault(Fault {
        times: Some(1),
        ..graph(FaultAnswer::Drop)
    });
    let closed = raw(&simulator, &app, "/me").await.expect("an orderly end");
    assert_eq!(closed, "");
    simulator.fault(Fault {
        times: Some(1),
        when: When::After,
        ..graph(FaultAnswer::Reset)
    });
    let reset = raw(&simulator, &app, "/me").await.expect_err("a reset");
    assert_eq!(reset.kind(), std::io::ErrorKind::ConnectionReset);
    let entry = simulator.log().pop().expect("an entry");
    assert_eq!((entry.status, entry.fault), (0, Some("reset")));
    assert!(entry.person.is_some(), "it was served before the reset");
}

#[tokio::test]
async fn an_answer_can_end_in_the_middle_in_both_framings() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let cut = |framing| Fault {
        times: Some(1),
        ..graph(FaultAnswer::Truncate { keep: 20, framing })
    };
    simulator.fault(cut(Framing::Length));
    let short = raw(&simulator, &app, "/me").await.expect("an end");
    let (head, body) = short.split_once("\r\n\r\n").expect("head and body");
    assert_eq!(body.len(), 20);
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    assert!(
        length.is_some_and(|length| length.parse::<usize>().expect("a number") > 20),
        "{head}"
    );
    simulator.fault(cut(Framing::Chunked));
    let chunks = raw(&simulator, &app, "/me").await.expect("an end");
    assert!(chunks.contains("transfer-encoding: chunked"), "{chunks}");
    assert!(
        chunks.contains("\r\n14\r\n{") && !chunks.ends_with("0\r\n\r\n"),
        "{chunks}"
    );
}

#[tokio::test]
async fn an_answer_can_stop_in_the_middle_without_an_end() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    simulator.fault(graph(FaultAnswer::StallBody { keep: 5 }));
    let request = client().get(format!("{}/me", simulator.graph()));
    let mut answer = request
        .bearer_auth(&app.access_token)
        .send()
        .await
        .expect("a head");
    let first = answer.chunk().await.expect("a part").expect("bytes");
    assert_eq!(first.len(), 5);
    let more = tokio::time::timeout(std::time::Duration::from_millis(50), answer.chunk()).await;
    assert!(more.is_err(), "nothing follows, and nothing ends");
}

#[tokio::test]
async fn a_burst_of_unavailability_says_what_it_was_told_to_say() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let unavailable = |status, retry_after, html| Fault {
        surface: Surface::Any,
        times: Some(1),
        answer: FaultAnswer::Unavailable {
            status,
            retry_after,
            html,
        },
        ..Fault::default()
    };
    simulator.fault(unavailable(503, Some(9), false));
    let busy = app.get("/me").await;
    assert_eq!(
        (busy.status.as_u16(), busy.code()),
        (503, "serviceNotAvailable")
    );
    assert_eq!(busy.headers["retry-after"], "9");
    simulator.fault(unavailable(504, None, false));
    let late = app.get("/me").await;
    assert_eq!((late.status.as_u16(), late.code()), (504, "UnknownError"));
    assert!(!late.headers.contains_key("retry-after"));
    simulator.fault(unavailable(503, None, false));
    let (status, body) = refresh(&simulator, &app.refresh_token, &[]).await;
    assert_eq!(
        (status.as_u16(), &body["error"]),
        (503, &json!("temporarily_unavailable"))
    );
    simulator.fault(unavailable(500, None, true));
    let request = client().get(format!("{}/me", simulator.graph()));
    let page = request.send().await.expect("an answer");
    assert_eq!(page.status().as_u16(), 500);
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
}

#[tokio::test]
async fn throttling_without_a_hint_wrong_types_and_errors_inside_a_success() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let once = |answer| Fault {
        times: Some(1),
        surface: Surface::Any,
        answer,
        ..Fault::default()
    };
    simulator.fault(once(FaultAnswer::ThrottleWithoutHint));
    let throttled = app.get("/me").await;
    assert_eq!(throttled.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!throttled.headers.contains_key("retry-after"));
    simulator.fault(once(FaultAnswer::ThrottleWithoutHint));
    let (status, body) = refresh(&simulator, &app.refresh_token, &[]).await;
    assert_eq!(
        (status, &body["error_codes"]),
        (StatusCode::TOO_MANY_REQUESTS, &json!([90_055]))
    );
    simulator.fault(once(FaultAnswer::Mislabelled {
        content_type: "text/plain".to_owned(),
    }));
    let plain = app.get("/me").await;
    assert_eq!(plain.headers["content-type"], "text/plain");
    assert!(plain.body["displayName"].is_string());
    simulator.fault(once(FaultAnswer::ErrorInside));
    let request = client().get(format!("{}/me/calendars", simulator.graph()));
    let inside = request.bearer_auth(&app.access_token).send();
    let inside: serde_json::Value = inside.await.expect("an answer").json().await.expect("JSON");
    assert_eq!(inside["value"][0]["error"]["code"], "UnknownError");
}

#[tokio::test]
async fn a_fault_can_be_for_one_person_one_application_and_the_requests_after_the_first_ones() {
    let simulator = simulator().await;
    let (person, anna) = (lena(&simulator), simulator.people().swap_remove(2));
    let app = App::connected(&simulator, &person).await;
    let other = App::connected(&simulator, &anna).await;
    let busy = FaultAnswer::Throttle { retry_after: 1 };
    simulator.fault(Fault {
        surface: Surface::Any,
        login: Some(anna.login.to_uppercase()),
        app: Some(simulator.client_id().to_owned()),
        skip: 1,
        ..graph(busy.clone())
    });
    assert_eq!(app.get("/me").await.status, StatusCode::OK);
    assert_eq!(other.get("/me").await.status, StatusCode::OK);
    assert_eq!(other.get("/me").await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(app.get("/me").await.status, StatusCode::OK);
    let (status, _) = refresh(&simulator, &other.refresh_token, &[]).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    simulator.clear_faults();
    simulator.fault(Fault {
        app: Some("another".to_owned()),
        ..graph(busy)
    });
    assert_eq!(other.get("/me").await.status, StatusCode::OK);
    assert_eq!(simulator.faults().len(), 1);
}

#[tokio::test]
async fn chance_is_the_same_in_each_run() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let simulator = simulator().await;
        let app = App::connected(&simulator, &lena(&simulator)).await;
        simulator.fault(Fault {
            percent: Some(50),
            ..graph(FaultAnswer::ThrottleWithoutHint)
        });
        let mut run = Vec::new();
        for _ in 0..20 {
            run.push(app.get("/me").await.status.as_u16());
        }
        runs.push(run);
    }
    assert_eq!(runs[0], runs[1]);
    assert!(runs[0].contains(&200) && runs[0].contains(&429));
}
