//! Lost answers and bad weather: an event is made once or not at all, and what is said of it is true.

use serde_json::json;
use sim::{Fault, FaultAnswer, Framing, Surface, When};

use super::{Desk, event};

fn fault(method: &str, path: &str, when: When, times: Option<u32>, answer: FaultAnswer) -> Fault {
    Fault {
        surface: Surface::Graph,
        method: Some(method.into()),
        path_contains: Some(path.into()),
        when,
        times,
        answer,
        ..Fault::default()
    }
}

fn status(status: u16, code: &str) -> FaultAnswer {
    FaultAnswer::Status {
        status,
        headers: vec![("content-type".into(), "application/json".into())],
        body: format!(r#"{{"error":{{"code":"{code}","message":"x"}}}}"#),
    }
}

/// Whatever happens between the write and its answer: the event is there once, and the answer is verified.
#[tokio::test]
async fn an_answer_that_is_lost_loses_nothing_and_doubles_nothing() {
    let desk = Desk::open().await;
    let truncated = |framing| FaultAnswer::Truncate { keep: 40, framing };
    for (number, (when, times, answer)) in [
        (When::After, Some(1), FaultAnswer::Drop),
        (When::After, Some(1), FaultAnswer::Reset),
        (When::After, Some(1), FaultAnswer::Html),
        (When::After, Some(1), FaultAnswer::Garbage),
        (When::After, Some(1), status(500, "InternalServerError")),
        (When::After, Some(1), status(503, "ServiceUnavailable")),
        (When::After, Some(2), status(504, "GatewayTimeout")),
        (When::After, Some(1), truncated(Framing::Length)),
        (When::After, Some(1), truncated(Framing::Chunked)),
        (When::After, Some(1), FaultAnswer::StallBody { keep: 10 }),
        (
            When::After,
            Some(1),
            FaultAnswer::Throttle { retry_after: 0 },
        ),
        // The token is refused after the fact: the call begins again, and finds its own event.
        (
            When::After,
            Some(1),
            status(401, "InvalidAuthenticationToken"),
        ),
        (When::Before, Some(1), FaultAnswer::Drop),
        (When::Before, Some(2), status(500, "InternalServerError")),
        // Three attempts are lost; then the calendar is looked at, and the event is there, or is made.
        (When::After, None, FaultAnswer::Drop),
        (When::After, None, status(500, "InternalServerError")),
        (When::Before, Some(3), FaultAnswer::Drop),
    ]
    .into_iter()
    .enumerate()
    {
        let title = format!("Lost {number}: {when:?} {answer:?}");
        desk.house
            .sim
            .fault(fault("POST", "/events", when, times, answer));
        let start = format!("2031-06-{:02}T10:00", number + 1);
        let answer = desk
            .create(&event(
                &title,
                json!({"start": start, "categories": ["Travel"]}),
            ))
            .await;
        desk.house.sim.clear_faults();
        assert_eq!(
            (&answer["status"], &answer["verified"]),
            (&json!("done"), &json!(true)),
            "{title}: {answer}"
        );
        assert_eq!(desk.held(&title).len(), 1, "{title}");
    }
}

#[tokio::test]
async fn when_looking_fails_too_the_outcome_is_said_to_be_unknown() {
    let desk = Desk::open().await;
    for (number, when) in [When::After, When::Before].into_iter().enumerate() {
        let title = format!("Unknown {when:?}");
        desk.house
            .sim
            .fault(fault("POST", "/events", when, None, FaultAnswer::Drop));
        let look = Fault {
            skip: 1,
            ..fault(
                "GET",
                "/calendarView",
                When::Before,
                None,
                FaultAnswer::Drop,
            )
        };
        desk.house.sim.fault(look);
        let start = format!("2031-07-{:02}T10:00", number + 1);
        let answer = desk.create(&event(&title, json!({"start": start}))).await;
        desk.house.sim.clear_faults();
        assert_eq!(answer["error"], "outcome_unknown", "{title}");
        assert_eq!(
            desk.held(&title).len(),
            usize::from(when == When::After),
            "{title}"
        );
        // Until somebody has looked, the same call is told so, and nothing is sent.
        let again = desk.create(&event(&title, json!({"start": start}))).await;
        assert_eq!(
            (&again["status"], desk.held(&title).len()),
            (&json!("outcome_unknown"), usize::from(when == When::After)),
            "{title}"
        );
    }
}

#[tokio::test]
async fn without_a_look_nothing_is_made() {
    let desk = Desk::open().await;
    for (answer, code) in [
        (FaultAnswer::Drop, "microsoft_unreachable"),
        (status(403, "ErrorAccessDenied"), "microsoft_forbidden"),
        (status(500, "InternalServerError"), "microsoft_trouble"),
    ] {
        desk.house
            .sim
            .fault(fault("GET", "/calendarView", When::Before, None, answer));
        let told = desk.create(&event("Blind", json!({}))).await;
        desk.house.sim.clear_faults();
        assert_eq!(told["error"], code);
        assert!(desk.held("Blind").is_empty(), "{code}");
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_read_back_is_done_but_not_verified() {
    let desk = Desk::open().await;
    desk.house.sim.fault(fault(
        "GET",
        "/me/events/",
        When::Before,
        None,
        FaultAnswer::Drop,
    ));
    let answer = desk.create(&event("Unread", json!({}))).await;
    desk.house.sim.clear_faults();
    assert_eq!(
        (&answer["status"], &answer["verified"]),
        (&json!("done"), &json!(false))
    );
    assert!(
        answer["note"]
            .as_str()
            .is_some_and(|note| note.contains("reading it back failed"))
    );
    assert_eq!(desk.held("Unread").len(), 1);
}

/// Seeded bad weather over every request of a call: never two events, never a false word.
#[tokio::test]
async fn whatever_the_weather_there_is_one_event_or_none_and_the_answer_knows() {
    let desk = Desk::open().await;
    let answers = [
        FaultAnswer::Drop,
        FaultAnswer::Reset,
        FaultAnswer::Html,
        FaultAnswer::Garbage,
        status(500, "InternalServerError"),
        status(503, "ServiceUnavailable"),
        FaultAnswer::Truncate {
            keep: 25,
            framing: Framing::Length,
        },
    ];
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |most: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % 1_000_003).expect("small") % most
    };
    for run in 0..60 {
        let title = format!("Weather {run}");
        for _ in 0..=next(2) {
            let method = ["GET", "POST", "POST"][next(3)];
            let when = if next(3) == 0 {
                When::Before
            } else {
                When::After
            };
            let times = Some(u32::try_from(next(4)).expect("small") + 1);
            let answer = answers[next(answers.len())].clone();
            desk.house
                .sim
                .fault(fault(method, "/me/", when, times, answer));
        }
        let start = format!("2032-{:02}-{:02}T10:00", run / 28 + 1, run % 28 + 1);
        let answer = desk.create(&event(&title, json!({"start": start}))).await;
        let weather = desk.house.sim.faults();
        desk.house.sim.clear_faults();
        let held = desk.held(&title).len();
        let true_word = match (answer["status"].as_str(), answer["error"].as_str()) {
            (Some("done"), _) => held == 1,
            (_, Some("outcome_unknown")) => held <= 1,
            (_, Some(_)) => held == 0,
            (_, _) => false,
        };
        assert!(true_word, "{title}: {held} events, {answer}, {weather:?}");
    }
}
