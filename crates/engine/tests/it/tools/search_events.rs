//! *Search Events*: which events a window shows, and what is said when there are none.

use std::net::TcpListener;

use domain::permission::Level;
use serde_json::{Value, json};
use sim::{Fault, FaultAnswer, Surface};

use super::reader::{Reader, post};
use crate::house::House;

const LEVELS: &[(&str, Level)] = &[("search_events", Level::AlwaysAllow)];

async fn reader() -> Reader {
    Reader::new(House::new().await, 1, LEVELS).await
}

/// Makes a timed event on the clocks of a zone.
async fn timed(reader: &Reader, title: &str, zone: &str, start: &str, end: &str, more: Value) {
    let mut event = json!({
        "subject": title,
        "start": {"dateTime": start, "timeZone": zone},
        "end": {"dateTime": end, "timeZone": zone},
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        event[name] = value.clone();
    }
    post(&reader.house, &reader.pair.login, "me/events", event).await;
}

async fn daily(reader: &Reader, title: &str, zone: &str, first: &str, count: u32) {
    let more = json!({"recurrence": {
        "pattern": {"type": "daily", "interval": 1},
        "range": {"type": "numbered", "startDate": first, "numberOfOccurrences": count},
    }});
    let (start, end) = (format!("{first}T09:00:00"), format!("{first}T09:30:00"));
    timed(reader, title, zone, &start, &end, more).await;
}

/// Titles and starts (or days) of what a search shows.
fn shown(answer: &Value) -> Vec<String> {
    let events = answer["events"].as_array().expect("a list");
    let text = |event: &Value| {
        let when = event["start"].as_str().or(event["all_day"].as_str());
        format!(
            "{} {} {}",
            event["title"].as_str().unwrap_or_default(),
            event["day"].as_str().unwrap_or_default(),
            when.unwrap_or_default()
        )
    };
    events.iter().map(text).collect()
}

async fn check(reader: &Reader, arguments: Value, expected: &[&str]) {
    let answer = reader.done("search_events", arguments.clone()).await;
    assert_eq!(shown(&answer), expected, "{arguments}");
}

#[tokio::test]
async fn series_keep_their_wall_time_when_clocks_change_and_where_they_do_not() {
    let reader = reader().await;
    // Which title, the series' zone, the zone that looks, from, to, and the starts of the two days around the change.
    for (title, zone, looks, first, one, other) in [
        (
            "Berlin spring",
            "Europe/Berlin",
            "Europe/Berlin",
            "2031-03-29",
            "Sat 2031-03-29T09:00+01:00",
            "Sun 2031-03-30T09:00+02:00",
        ),
        (
            "Berlin autumn",
            "Europe/Berlin",
            "Europe/Berlin",
            "2031-10-25",
            "Sat 2031-10-25T09:00+02:00",
            "Sun 2031-10-26T09:00+01:00",
        ),
        (
            "York spring",
            "America/New_York",
            "America/New_York",
            "2031-03-08",
            "Sat 2031-03-08T09:00-05:00",
            "Sun 2031-03-09T09:00-04:00",
        ),
        (
            "York autumn",
            "America/New_York",
            "America/New_York",
            "2031-11-01",
            "Sat 2031-11-01T09:00-04:00",
            "Sun 2031-11-02T09:00-05:00",
        ),
        (
            "York from Berlin",
            "America/New_York",
            "Europe/Berlin",
            "2031-03-08",
            "Sat 2031-03-08T15:00+01:00",
            "Sun 2031-03-09T14:00+01:00",
        ),
        (
            "Paulo autumn",
            "America/Sao_Paulo",
            "America/Sao_Paulo",
            "2031-02-15",
            "Sat 2031-02-15T09:00-03:00",
            "Sun 2031-02-16T09:00-03:00",
        ),
        (
            "Paulo spring",
            "America/Sao_Paulo",
            "America/Sao_Paulo",
            "2031-11-01",
            "Sat 2031-11-01T09:00-03:00",
            "Sun 2031-11-02T09:00-03:00",
        ),
    ] {
        daily(&reader, title, zone, first, 2).await;
        let last = if first == "2031-03-29" {
            "2031-03-30".to_owned()
        } else {
            let day: jiff::civil::Date = first.parse().expect("a day");
            day.tomorrow().expect("a day").to_string()
        };
        let arguments = json!({"from": first, "to": last, "zone": looks, "text": title});
        check(
            &reader,
            arguments,
            &[&format!("{title} {one}"), &format!("{title} {other}")],
        )
        .await;
    }
}

#[tokio::test]
async fn a_window_shows_what_overlaps_it_to_the_minute() {
    let reader = reader().await;
    timed(
        &reader,
        "Edge",
        "Europe/Berlin",
        "2031-05-06T10:00:00",
        "2031-05-06T11:00:00",
        Value::Null,
    )
    .await;
    timed(
        &reader,
        "Edge: moment",
        "Europe/Berlin",
        "2031-05-06T12:00:00",
        "2031-05-06T12:00:00",
        Value::Null,
    )
    .await;
    timed(
        &reader,
        "Edge: night",
        "Europe/Berlin",
        "2031-05-06T23:00:00",
        "2031-05-07T01:00:00",
        Value::Null,
    )
    .await;
    let edge = "Edge Tue 2031-05-06T10:00+02:00";
    let moment = "Edge: moment Tue 2031-05-06T12:00+02:00";
    let night = "Edge: night Tue 2031-05-06T23:00+02:00";
    for (from, to, expected) in [
        ("2031-05-06", "2031-05-06", vec![edge, moment, night]),
        ("2031-05-07", "2031-05-07", vec![night]),
        ("2031-05-06T11:00", "2031-05-06T11:30", vec![]),
        ("2031-05-06T10:59", "2031-05-06T11:30", vec![edge]),
        ("2031-05-06T09:00", "2031-05-06T10:00", vec![]),
        ("2031-05-06T09:00", "2031-05-06T10:01", vec![edge]),
        ("2031-05-06T12:00", "2031-05-06T12:30", vec![moment]),
        ("2031-05-06T11:30", "2031-05-06T12:00", vec![]),
        ("2031-05-06T08:00:00Z", "2031-05-06T08:30:00Z", vec![edge]),
        (
            "2031-05-06T17:30[Asia/Tokyo]",
            "2031-05-06T18:30[Asia/Tokyo]",
            vec![edge],
        ),
    ] {
        // The zone of the first bracket is the one that answers.
        let arguments = json!({"from": from, "to": to, "text": "Edge"});
        let answer = reader.done("search_events", arguments).await;
        let titles: Vec<_> = shown(&answer);
        let names = |all: &[String]| -> Vec<String> {
            all.iter()
                .map(|line| line.split(" Tue").next().unwrap_or_default().to_owned())
                .collect()
        };
        let expected: Vec<String> = expected.iter().map(|line| (*line).to_owned()).collect();
        assert_eq!(names(&titles), names(&expected), "{from} {to}");
    }
}

#[tokio::test]
async fn whole_days_are_on_their_own_dates_in_every_zone() {
    let reader = reader().await;
    let more = json!({"isAllDay": true});
    timed(
        &reader,
        "Fair",
        "Europe/Berlin",
        "2031-06-10T00:00:00",
        "2031-06-12T00:00:00",
        more,
    )
    .await;
    for zone in [
        "Pacific/Kiritimati",
        "Pacific/Auckland",
        "Asia/Tokyo",
        "Asia/Kathmandu",
        "Europe/Berlin",
        "UTC",
        "America/Sao_Paulo",
        "America/New_York",
        "America/Los_Angeles",
        "Pacific/Pago_Pago",
    ] {
        for (day, there) in [
            ("2031-06-09", false),
            ("2031-06-10", true),
            ("2031-06-11", true),
            ("2031-06-12", false),
        ] {
            let arguments = json!({"from": day, "to": day, "zone": zone, "text": "Fair"});
            let expected: &[&str] = if there {
                &["Fair Tue 2031-06-10/2031-06-11"]
            } else {
                &[]
            };
            check(&reader, arguments, expected).await;
        }
    }
}

#[tokio::test]
async fn a_series_shows_its_days_as_they_were_changed() {
    let reader = reader().await;
    daily(&reader, "Round", "Europe/Berlin", "2031-04-07", 4).await;
    let id = reader.graph_id("Round", "2031-04-08").await;
    let moved = json!({
        "subject": "Round, later",
        "start": {"dateTime": "2031-04-08T15:00:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2031-04-08T15:30:00", "timeZone": "Europe/Berlin"},
    });
    reader.patch(&format!("me/events/{id}"), moved).await;
    let id = reader.graph_id("Round", "2031-04-09").await;
    reader.delete(&format!("me/events/{id}")).await;
    check(
        &reader,
        json!({"from": "2031-04-07", "to": "2031-04-10", "text": "round"}),
        &[
            "Round Mon 2031-04-07T09:00+02:00",
            "Round, later Tue 2031-04-08T15:00+02:00",
            "Round Thu 2031-04-10T09:00+02:00",
        ],
    )
    .await;
}

#[tokio::test]
async fn each_filter_lets_through_what_it_says() {
    let reader = reader().await;
    let person = |address: &str, name: &str| json!([{"type": "required", "emailAddress": {"address": address, "name": name}}]);
    let at = |hour: u32| {
        (
            format!("2031-07-01T{hour:02}:00:00"),
            format!("2031-07-01T{hour:02}:30:00"),
        )
    };
    for (hour, title, more) in [
        (8, "Alone", json!({})),
        (
            9,
            "With Anna",
            json!({"attendees": person("anna.berger@nordwind.example", "Anna Berger"), "location": {"displayName": "Blue Room"}}),
        ),
        (
            10,
            "Outside",
            json!({"attendees": person("susan@glf.example", "Susan Miller"), "isOnlineMeeting": true, "onlineMeetingProvider": "teamsForBusiness"}),
        ),
    ] {
        let (start, end) = at(hour);
        timed(&reader, title, "Europe/Berlin", &start, &end, more).await;
    }
    let markus = reader.house.sim.people()[4].login.clone();
    let invited = json!({
        "subject": "From Markus", "attendees": person(&reader.pair.login, "Lena Hoffmann"),
        "start": {"dateTime": "2031-07-01T11:00:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2031-07-01T11:30:00", "timeZone": "Europe/Berlin"},
    });
    post(&reader.house, &markus, "me/events", invited).await;
    for (filter, expected) in [
        (
            json!({}),
            vec!["Alone", "With Anna", "Outside", "From Markus"],
        ),
        (json!({"text": "ANNA"}), vec!["With Anna"]),
        (json!({"text": "blue room"}), vec!["With Anna"]),
        (json!({"text": "nothing like it"}), vec![]),
        (
            json!({"person": "anna.berger@nordwind.example"}),
            vec!["With Anna"],
        ),
        (
            json!({"person": "ANNA.BERGER@NORDWIND.EXAMPLE"}),
            vec!["With Anna"],
        ),
        (json!({"person": "berger@nordwind.example"}), vec![]),
        (json!({"person": "susan"}), vec!["Outside"]),
        (json!({"person": "markus"}), vec!["From Markus"]),
        (
            json!({"organizer": "me"}),
            vec!["Alone", "With Anna", "Outside"],
        ),
        (json!({"organizer": "Markus Keller"}), vec!["From Markus"]),
        (json!({"organizer": markus}), vec!["From Markus"]),
        (json!({"online": true}), vec!["Outside"]),
        (
            json!({"online": false}),
            vec!["Alone", "With Anna", "From Markus"],
        ),
        (json!({"answer": "not_answered"}), vec!["From Markus"]),
        (
            json!({"answer": "organizer"}),
            vec!["Alone", "With Anna", "Outside"],
        ),
        (json!({"answer": "accepted"}), vec![]),
        (json!({"answer": "not_answered", "organizer": "me"}), vec![]),
        (json!({"online": true, "person": "susan"}), vec!["Outside"]),
    ] {
        let mut arguments = json!({"from": "2031-07-01", "to": "2031-07-01"});
        for (name, value) in filter.as_object().expect("an object") {
            arguments[name] = value.clone();
        }
        let answer = reader.done("search_events", arguments).await;
        let events = answer["events"].as_array().expect("a list");
        let titles: Vec<_> = events
            .iter()
            .map(|event| event["title"].as_str().unwrap_or_default())
            .collect();
        assert_eq!(titles, expected, "{filter}");
    }
}

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
async fn no_access_no_calendar_and_no_events_are_told_apart() {
    let reader = reader().await;
    for (calendar, expected) in [
        ("anna.berger@nordwind.example", "done"),
        ("Anna Berger", "done"),
        ("anna berger", "done"),
        ("lena.hoffmann@nordwind.example", "done"),
        ("Kalender", "done"),
        ("anna.brandt@nordwind.example", "calendar_not_shared"),
        ("nobody@nordwind.example", "calendar_not_found"),
        ("somebody@elsewhere.example", "calendar_not_found"),
        ("Nobody's calendar", "calendar_not_found"),
        ("not an@ address", "invalid_address"),
    ] {
        let arguments = json!({"calendar": calendar, "from": "2026-01-01", "to": "2026-12-31"});
        assert_eq!(
            reader.word("search_events", arguments).await,
            expected,
            "{calendar}"
        );
    }
    let nothing = json!({"calendar": "Anna Berger", "from": "2034-01-01", "to": "2034-01-02"});
    let answer = reader.done("search_events", nothing).await;
    assert_eq!(
        (&answer["status"], &answer["events"]),
        (&json!("done"), &json!([]))
    );
    // The same calendar by name and by address.
    let window = |calendar: &str| json!({"calendar": calendar, "from": "2026-01-01", "to": "2027-12-31", "limit": 50});
    let by_name = reader.done("search_events", window("Anna Berger")).await;
    let by_address = reader
        .done("search_events", window("anna.berger@nordwind.example"))
        .await;
    assert_eq!(shown(&by_name), shown(&by_address));
    assert!(!shown(&by_name).is_empty());
    assert_eq!(by_name["read_only"], true);
    let own = reader.done("search_events", window("Kalender")).await;
    assert!(own["read_only"].is_null(), "{own}");
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

#[tokio::test]
async fn a_listing_is_one_request_and_small() {
    let reader = reader().await;
    let arguments = json!({"from": "2026-11-01", "to": "2027-03-31", "limit": 25});
    let twenty_five = reader.done("search_events", arguments).await;
    assert_eq!(twenty_five["events"].as_array().map(Vec::len), Some(25));
    assert_eq!(reader.requests().len(), 1);
    let size = twenty_five.to_string().chars().count();
    assert!(size <= 6_000, "{size} characters");
    let three = reader
        .done(
            "search_events",
            json!({"from": "2026-11-01", "to": "2027-03-31", "limit": 3}),
        )
        .await;
    let size = three.to_string().chars().count();
    assert!(size <= 760, "{size} characters: {three}");
}

#[tokio::test]
async fn a_mailbox_with_a_zone_of_its_own_is_searched_like_any_other() {
    let house = House::new().await;
    let who = house
        .sim
        .people()
        .iter()
        .position(|person| person.login.starts_with("michael.carter"));
    let reader = Reader::new(house, who.expect("he is there"), LEVELS).await;
    timed(
        &reader,
        "Custom",
        "Europe/Berlin",
        "2031-05-06T10:00:00",
        "2031-05-06T11:00:00",
        Value::Null,
    )
    .await;
    check(
        &reader,
        json!({"from": "2031-05-06", "to": "2031-05-06"}),
        &["Custom Tue 2031-05-06T10:00+02:00"],
    )
    .await;
}
