//! *Search Events*: which events a window shows, and what is said when there are none.

mod cases;
mod paging;

use domain::permission::Level;
use serde_json::{Value, json};

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

#[tokio::test]
async fn p11_two_people_who_ask_the_same_get_what_each_was_granted() {
    let house = House::new().await;
    let lena = house
        .connected(1, &[("search_events", Level::AlwaysAllow)])
        .await;
    let other = house.connected(3, &[]).await;
    let shared = json!({"calendar": "anna.berger@nordwind.example", "from": "2026-01-01", "to": "2027-12-31"});
    let own = json!({"from": "2026-01-01", "to": "2027-12-31"});
    let mut mine = Vec::new();
    // Again and again, one after the other and at once: what one was given is never kept for the other.
    for _ in 0..3 {
        let (hers, theirs) = tokio::join!(
            house.call(&lena, "search_events", shared.clone()),
            house.word(&other, "search_events", shared.clone()),
        );
        let hers = hers.expect("Anna shares it with her").body;
        assert!(!hers["events"].as_array().expect("a list").is_empty());
        assert_eq!(theirs, "calendar_not_shared");
        let hers = house.call(&lena, "search_events", own.clone()).await;
        let theirs = house.call(&other, "search_events", own.clone()).await;
        let [hers, theirs] = [hers, theirs].map(|answer| answer.expect("her own").body);
        assert_ne!(hers["events"], theirs["events"]);
        mine.push([hers["events"].clone(), theirs["events"].clone()]);
    }
    assert!(mine.iter().all(|events| *events == mine[0]));
}
