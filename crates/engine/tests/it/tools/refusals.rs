//! What each tool says when it cannot: by Microsoft's answers, by what the calendar holds, by what the calendar is.

use reqwest::Method;
use serde_json::{Value, json};
use sim::{Fault, FaultAnswer, Surface, When};

use super::cancel_event::daily;
use super::desk::{ANNA, Desk, LENA, handle};

fn status(status: u16, code: &str, retry: Option<&str>) -> FaultAnswer {
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    headers.extend(retry.map(|seconds| ("retry-after".to_owned(), seconds.to_owned())));
    FaultAnswer::Status {
        status,
        headers,
        body: format!(r#"{{"error":{{"code":"{code}","message":"x"}}}}"#),
    }
}

fn fault(method: Option<&str>, path: &str, answer: FaultAnswer) -> Fault {
    Fault {
        surface: Surface::Graph,
        method: method.map(str::to_owned),
        path_contains: Some(path.to_owned()),
        when: When::Before,
        answer,
        ..Fault::default()
    }
}

/// Everything of Graph answers so, and the code of a call then; find_times and search_contacts tell it of each source.
fn answers() -> Vec<(&'static str, FaultAnswer, &'static str)> {
    vec![
        ("lost", FaultAnswer::Drop, "microsoft_unreachable"),
        ("reset", FaultAnswer::Reset, "microsoft_unreachable"),
        ("garbage", FaultAnswer::Garbage, "microsoft_trouble"),
        ("a page", FaultAnswer::Html, "microsoft_trouble"),
        (
            "500",
            status(500, "InternalServerError", None),
            "microsoft_trouble",
        ),
        (
            "503",
            status(503, "ServiceUnavailable", None),
            "microsoft_trouble",
        ),
        (
            "503 later",
            status(503, "ServiceUnavailable", Some("90")),
            "microsoft_throttled",
        ),
        (
            "429",
            status(429, "ApplicationThrottled", Some("90")),
            "microsoft_throttled",
        ),
        (
            "403",
            status(403, "ErrorAccessDenied", None),
            "microsoft_forbidden",
        ),
        (
            "400",
            status(400, "ErrorInvalidRequest", None),
            "microsoft_refused",
        ),
        ("404", status(404, "ErrorItemNotFound", None), "not_found"),
        ("410", status(410, "ResyncRequired", None), "not_found"),
        ("418", status(418, "ErrorTeapot", None), "internal"),
    ]
}

#[tokio::test]
async fn whatever_microsoft_answers_each_tool_tells_it_by_its_code_and_does_nothing() {
    let desk = Desk::new().await;
    let lena = desk.login(LENA);
    let own = desk.made(LENA, "2031-03-04T10:00:00", &json!({})).await;
    let invited = desk
        .made(
            ANNA,
            "2031-03-05T10:00:00",
            &json!({"attendees": desk.guests(&[&lena])}),
        )
        .await;
    let invited = desk.handle(LENA, invited["subject"].as_str().expect("a title"));
    let own = handle(&own);
    let window = json!({"from": "2031-03-01", "to": "2031-03-31"});
    let tools = [
        ("search_events", window.clone()),
        ("read_event", json!({"id": own})),
        (
            "create_event",
            json!({"title": "Never", "start": "2031-03-06T10:00", "duration_minutes": 30}),
        ),
        ("update_event", json!({"id": own, "title": "Never"})),
        ("cancel_event", json!({"id": own})),
        (
            "respond_to_event",
            json!({"id": invited, "answer": "accept"}),
        ),
        ("read_profile", json!({})),
    ];
    // What is learned once is learned before.
    assert_eq!(desk.call("read_profile", json!({})).await["status"], "done");
    let before = desk.house.sim.events_of(&lena);
    for (name, answer, code) in answers() {
        for (tool, arguments) in &tools {
            desk.house.sim.fault(fault(None, "/", answer.clone()));
            let told = desk.call(tool, arguments.clone()).await;
            desk.house.sim.clear_faults();
            assert_eq!(told["status"], code, "{tool} and {name}: {told}");
            assert!(told["message"].as_str().is_some_and(|text| text.len() > 20));
        }
    }
    assert_eq!(desk.house.sim.events_of(&lena), before);
}

#[tokio::test]
async fn find_times_and_search_contacts_tell_of_each_source_what_it_did_not_answer() {
    let desk = Desk::new().await;
    let anna = desk.login(ANNA);
    for (name, answer, _) in answers() {
        desk.house.sim.fault(fault(None, "/people", answer.clone()));
        let told = desk.call("search_contacts", json!({"query": "Anna"})).await;
        desk.house.sim.clear_faults();
        assert_eq!(told["status"], "ambiguous", "{name}: {told}");
        desk.house
            .sim
            .fault(fault(None, "/getSchedule", answer.clone()));
        let told = desk
            .call(
                "find_times",
                json!({"attendees": [anna], "duration_minutes": 30}),
            )
            .await;
        desk.house.sim.clear_faults();
        let told_of = told["no_access"] == json!([anna]) || told["status"] != "done";
        assert!(
            told_of,
            "{name}: nothing is known of Anna, and that must be said: {told}"
        );
    }
}

/// What the write itself is answered, how each of the four writes tells it, and that nothing was done.
#[tokio::test]
async fn whatever_a_write_is_answered_its_tool_tells_it_by_its_code() {
    let desk = Desk::new().await;
    let lena = desk.login(LENA);
    let writes = [
        ("create_event", "POST", "/me/events"),
        ("update_event", "PATCH", "/me/events/"),
        ("cancel_event", "DELETE", "/me/events/"),
        ("respond_to_event", "POST", "/accept"),
    ];
    for (name, answer, [create, update, cancel, respond]) in [
        (
            "403",
            status(403, "ErrorAccessDenied", None),
            ["microsoft_forbidden"; 4],
        ),
        (
            "400",
            status(400, "ErrorPropertyValidationFailure", None),
            ["microsoft_refused"; 4],
        ),
        (
            "404",
            status(404, "ErrorItemNotFound", None),
            [
                "not_found",
                "event_not_found",
                "event_not_found",
                "event_not_found",
            ],
        ),
        (
            "412",
            status(412, "ErrorIrresolvableConflict", None),
            ["changed_meanwhile"; 4],
        ),
        (
            "429",
            status(429, "ApplicationThrottled", Some("90")),
            ["microsoft_throttled"; 4],
        ),
        // These leave open what was done; a look shows that nothing was.
        (
            "500",
            status(500, "InternalServerError", None),
            ["microsoft_trouble"; 4],
        ),
        ("lost", FaultAnswer::Drop, ["microsoft_trouble"; 4]),
    ] {
        for ((tool, method, path), code) in
            writes.into_iter().zip([create, update, cancel, respond])
        {
            let guests = json!({"attendees": desk.guests(&[&lena])});
            let event = match tool {
                "respond_to_event" => desk.made(ANNA, "2031-03-05T10:00:00", &guests).await,
                _ => desk.made(LENA, "2031-03-05T10:00:00", &json!({})).await,
            };
            let id = desk.handle(LENA, event["subject"].as_str().expect("a title"));
            let arguments = match tool {
                "create_event" => {
                    json!({"title": "Never", "start": "2031-03-06T10:00", "duration_minutes": 30})
                }
                "update_event" => json!({"id": id, "title": "Never"}),
                "respond_to_event" => json!({"id": id, "answer": "accept"}),
                _ => json!({"id": id}),
            };
            let before = desk.house.sim.events_of(&lena);
            desk.house
                .sim
                .fault(fault(Some(method), path, answer.clone()));
            let told = desk.call(tool, arguments).await;
            desk.house.sim.clear_faults();
            assert_eq!(told["status"], code, "{tool} and {name}: {told}");
            assert_eq!(desk.house.sim.events_of(&lena), before, "{tool} and {name}");
        }
    }
}

#[tokio::test]
async fn a_calendar_that_makes_no_online_meetings_is_told_as_it_is() {
    let desk = Desk::new().await;
    desk.control(LENA, &json!({"online_meetings": false})).await;
    let (_, calendar) = desk.graph(LENA, Method::GET, "/me/calendar", None).await;
    assert_eq!(calendar["allowedOnlineMeetingProviders"], json!([]));
    let note = "This calendar does not make online meetings: the event has no link to join.";
    let asked = json!({"title": "Offline", "start": "2031-03-04T10:00", "duration_minutes": 30, "online": true});
    let answer = desk.call("create_event", asked).await;
    for (name, expected) in [
        ("status", json!("done")),
        ("verified", json!(false)),
        ("differs", json!(["online"])),
        ("note", json!(note)),
        ("join", Value::Null),
    ] {
        assert_eq!(answer[name], expected, "{name} of {answer}");
    }
    assert!(answer["event"]["online"].is_null(), "{answer}");
    let held = &desk.copies(LENA, "Offline")[0];
    assert_eq!(held["isOnlineMeeting"], false);

    let change = json!({"id": answer["event"]["id"], "online": true, "location": "Pier 3"});
    let answer = desk.call("update_event", change).await;
    for (name, expected) in [
        ("status", json!("done")),
        ("verified", json!(false)),
        ("differs", json!(["online"])),
    ] {
        assert_eq!(answer[name], expected, "{name} of {answer}");
    }
    let note = answer["note"].as_str().unwrap_or_default();
    assert!(note.contains("does not make online meetings"), "{answer}");
    assert_eq!(
        answer["changes"]["online"],
        json!({"before": false, "after": false})
    );

    desk.control(LENA, &json!({"online_meetings": true})).await;
    let change = json!({"id": answer["event"]["id"], "online": true});
    let answer = desk.call("update_event", change).await;
    assert_eq!(
        (&answer["status"], &answer["verified"]),
        (&json!("done"), &json!(true))
    );
}

#[tokio::test]
async fn a_name_that_means_several_calendars_is_asked_about() {
    let desk = Desk::new().await;
    for name in ["Team Nord", "Team Süd"] {
        let (status, _) = desk
            .graph(
                LENA,
                Method::POST,
                "/me/calendars",
                Some(&json!({"name": name})),
            )
            .await;
        assert_eq!(status, 201);
    }
    let own = desk.made(LENA, "2031-03-04T10:00:00", &json!({})).await;
    for (name, expected) in [
        ("team", "calendar_ambiguous"),
        ("team nord", "done"),
        ("Team Süd", "done"),
        ("süd", "done"),
        ("Team West", "calendar_not_found"),
    ] {
        let window = json!({"calendar": name, "from": "2031-03-01", "to": "2031-03-31"});
        let answer = desk.call("search_events", window).await;
        assert_eq!(answer["status"], expected, "{name}: {answer}");
        let answer = desk
            .call("read_event", json!({"id": handle(&own), "calendar": name}))
            .await;
        // It is in her first calendar, in none of these.
        let expected = if expected == "done" {
            "event_not_found"
        } else {
            expected
        };
        assert_eq!(answer["status"], expected, "{name}: {answer}");
    }
}

#[tokio::test]
async fn a_series_is_cut_only_where_and_if_it_can_be() {
    let desk = Desk::new().await;
    let weekly = json!({"recurrence": {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"], "firstDayOfWeek": "monday"},
        "range": {"type": "numbered", "startDate": "2031-03-04", "numberOfOccurrences": 5},
    }});
    let event = desk.made(LENA, "2031-03-04T10:00:00", &weekly).await;
    let title = event["subject"].as_str().expect("a title").to_owned();
    let days = desk
        .occurrences(LENA, &title, "2031-03-01", "2031-04-30")
        .await;
    let path = format!("/me/events/{}", days[2]["id"].as_str().expect("an id"));
    let day = |end: &str| json!({"dateTime": format!("2031-03-20T{end}"), "timeZone": "UTC"});
    let moved = json!({"start": day("09:00:00"), "end": day("10:00:00")});
    let (status, moved) = desk.graph(LENA, Method::PATCH, &path, Some(&moved)).await;
    assert_eq!(status, 200, "{moved}");
    let daily = desk
        .made(LENA, "2031-03-28T10:00:00", &json!({"recurrence": daily()}))
        .await;
    let title = daily["subject"].as_str().expect("a title");
    let later = desk
        .occurrences(LENA, title, "2031-03-27", "2031-04-04")
        .await;
    for (tool, extra) in [
        ("cancel_event", json!({})),
        ("update_event", json!({"location": "Hall"})),
    ] {
        let call = async |event: &Value| {
            let mut arguments = extra.clone();
            arguments["id"] = handle(event).into();
            arguments["scope"] = "following".into();
            desk.call(tool, arguments).await
        };
        let answer = call(&moved).await;
        assert_eq!(
            answer["status"], "occurrence_off_its_day",
            "{tool}: {answer}"
        );
        // A pattern of a calendar that nobody here knows.
        let master = daily["id"].as_str().expect("an id");
        let body = json!({"id": master, "recurrence": {
            "pattern": {"type": "lunarMonthly", "interval": 1},
            "range": {"type": "noEnd", "startDate": "2031-03-28"},
        }});
        desk.house.sim.fault(Fault {
            skip: 1,
            ..fault(
                Some("GET"),
                master.trim_end_matches('='),
                FaultAnswer::Status {
                    status: 200,
                    headers: vec![("content-type".into(), "application/json".into())],
                    body: body.to_string(),
                },
            )
        });
        let answer = call(&later[2]).await;
        desk.house.sim.clear_faults();
        assert_eq!(
            answer["status"], "series_not_understood",
            "{tool}: {answer}"
        );
    }
    assert_eq!(later.len(), 5);
}
