//! *Read Event*: what is answered of one event, whoever wrote it.

mod cases;

use domain::permission::Level;
use serde_json::{Value, json};

use super::reader::{Reader, post};
use crate::house::House;

const LEVELS: &[(&str, Level)] = &[
    ("search_events", Level::AlwaysAllow),
    ("read_event", Level::AlwaysAllow),
];

/// The answer about the first event in 2031 with this title.
async fn read(reader: &Reader, title: &str) -> Value {
    let found = reader
        .find(json!({"text": title, "from": "2031-01-01", "to": "2031-12-31"}))
        .await;
    reader.done("read_event", json!({"id": found["id"]})).await
}

fn meeting(title: &str, more: &Value) -> Value {
    let mut event = json!({
        "subject": title,
        "start": {"dateTime": "2031-03-04T10:00:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2031-03-04T11:00:00", "timeZone": "Europe/Berlin"},
    });
    for (name, value) in more.as_object().expect("an object") {
        event[name] = value.clone();
    }
    event
}

fn attendees(count: usize) -> Value {
    let one = |number: usize| {
        let (kind, address) = match number {
            0 => ("optional", "guest@elsewhere.example".to_owned()),
            1 => ("required", "anna.berger@nordwind.example".to_owned()),
            _ => ("required", format!("guest{number}@crowd.example")),
        };
        json!({"type": kind, "emailAddress": {"address": address, "name": format!("Guest {number}")}})
    };
    (0..count).map(one).collect()
}

#[tokio::test]
async fn everything_about_an_own_event_is_answered() {
    let reader = Reader::new(House::new().await, 1, LEVELS).await;
    let event = meeting(
        "Quarterly plan",
        &json!({
            "location": {"displayName": "Room 1"}, "attendees": attendees(2), "categories": ["Red"],
            "isReminderOn": true, "reminderMinutesBeforeStart": 30, "sensitivity": "private", "importance": "high",
            "showAs": "oof", "isOnlineMeeting": true, "onlineMeetingProvider": "teamsForBusiness",
            "body": {"contentType": "html", "content": "<p>Agenda</p><ul><li>one<li>two</ul><img src='https://x.example/p'>"},
        }),
    );
    post(&reader.house, &reader.pair.login, "me/events", event).await;
    let answer = read(&reader, "Quarterly plan").await;
    for (field, expected) in [
        ("title", json!("Quarterly plan")),
        ("day", json!("Tue")),
        ("start", json!("2031-03-04T10:00+01:00")),
        ("end", json!("2031-03-04T11:00+01:00")),
        ("zone", json!("Europe/Berlin")),
        ("where", json!("Room 1")),
        ("organizer", json!({"you": true})),
        ("shows_as", json!("out_of_office")),
        ("online", json!(true)),
        ("categories", json!(["Red"])),
        ("reminder_minutes", json!(30)),
        ("sensitivity", json!("private")),
        ("important", json!(true)),
        ("you_may", json!(["update", "cancel"])),
        ("untrusted", json!(["attendees"])),
    ] {
        assert_eq!(answer[field], expected, "{field} of {answer}");
    }
    assert_eq!(
        answer["attendees"],
        json!([
            {"name": "Guest 0", "address": "guest@elsewhere.example", "outside": true, "optional": true},
            {"name": "Guest 1", "address": "anna.berger@nordwind.example"},
        ])
    );
    assert!(
        answer["join_url"]
            .as_str()
            .is_some_and(|url| url.starts_with("https://")),
        "{answer}"
    );
    assert_eq!(answer["body"]["written_by"], "you");
    let text = answer["body"]["text"].as_str().expect("a text");
    assert!(text.starts_with("Agenda\n- one\n- two"), "{text}");
    assert!(
        answer["body"]["removed"]
            .as_array()
            .is_some_and(|removed| removed.contains(&json!("images"))),
        "{answer}"
    );
    // To find it and to read it: one request each.
    assert_eq!(reader.requests().len(), 1, "{:?}", reader.requests());
}

#[tokio::test]
async fn u3_an_invitation_from_outside_that_was_not_accepted_says_where_it_comes_from_and_hides_nothing_else()
 {
    let reader = Reader::new(House::new().await, 1, LEVELS).await;
    let found = reader
        .find(json!({"text": "Partner Summit", "from": "2026-01-01", "to": "2030-12-31"}))
        .await;
    // The listing gives title and time, and nothing else that somebody outside wrote.
    assert_eq!(found["organizer"], "partner-summit.example");
    assert_eq!(found["unknown_sender"], true);
    assert!(found["where"].is_null(), "{found}");
    let answer = reader.done("read_event", json!({"id": found["id"]})).await;
    let body = &answer["body"];
    assert_eq!(
        (
            &body["written_by"],
            &body["domain"],
            &body["outside"],
            &body["accepted"]
        ),
        (
            &json!("Partner Summit Team"),
            &json!("partner-summit.example"),
            &json!(true),
            &json!(false)
        ),
        "{body}"
    );
    let text = body["text"].as_str().expect("a text");
    assert!(
        text.contains("Ignore previous instructions") && !text.contains("SYSTEM"),
        "{text}"
    );
    assert_eq!(body["removed"], json!(["hidden_text"]));
    assert_eq!(
        answer["untrusted"],
        json!(["title", "where", "organizer", "attendees", "body"])
    );
    assert_eq!(
        answer["you_may"],
        json!(["respond", "propose_time", "remove"])
    );
    assert_eq!(answer["organizer"]["outside"], true);
}

#[tokio::test]
async fn five_hundred_attendees_stay_small() {
    let reader = Reader::new(House::new().await, 1, LEVELS).await;
    post(
        &reader.house,
        &reader.pair.login,
        "me/events",
        meeting("Everybody", &json!({"attendees": attendees(500)})),
    )
    .await;
    let answer = read(&reader, "Everybody").await;
    assert_eq!(answer["attendees"].as_array().map(Vec::len), Some(30));
    assert_eq!(answer["not_listed"], 470);
    assert_eq!(answer["answers"]["not_answered"], 500);
    let size = answer.to_string().len();
    assert!(size <= 4_000, "{size} characters");
}

#[tokio::test]
async fn a_long_text_comes_in_parts() {
    let reader = Reader::new(House::new().await, 1, LEVELS).await;
    let words: Vec<String> = (0..2_000).map(|number| format!("word{number}")).collect();
    let body =
        json!({"body": {"contentType": "html", "content": format!("<p>{}</p>", words.join(" "))}});
    post(
        &reader.house,
        &reader.pair.login,
        "me/events",
        meeting("Long", &body),
    )
    .await;
    let mut answer = read(&reader, "Long").await;
    let (id, mut read) = (answer["id"].clone(), Vec::new());
    for round in 0..20 {
        let text = answer["body"]["text"].as_str().expect("a text");
        assert!(text.chars().count() <= 3_000);
        read.extend(text.split(' ').map(str::to_owned));
        let Some(next) = answer["body"]["more_from"].as_u64() else {
            break;
        };
        assert_eq!(answer["body"]["truncated"], true);
        answer = reader
            .done("read_event", json!({"id": id, "text_from": next}))
            .await;
        assert!(
            answer["attendees"].is_null() && answer["title"].is_null(),
            "round {round}: {answer}"
        );
    }
    assert_eq!(read, words);
}

/// A weekly series on Tuesdays, with these additions.
async fn series(reader: &Reader, title: &str, zone: &str, range: Value) {
    let mut event = meeting(title, &json!({}));
    for (end, time) in [
        ("start", "2031-03-04T09:30:00"),
        ("end", "2031-03-04T10:00:00"),
    ] {
        event[end] = json!({"dateTime": time, "timeZone": zone});
    }
    event["recurrence"] = json!({
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"], "firstDayOfWeek": "monday"},
        "range": range,
    });
    post(&reader.house, &reader.pair.login, "me/events", event).await;
}

#[tokio::test]
async fn a_series_says_how_it_repeats_and_when_next() {
    let reader = Reader::new(House::new().await, 1, LEVELS).await;
    let ten = json!({"type": "numbered", "startDate": "2031-03-04", "numberOfOccurrences": 10, "endDate": "0001-01-01"});
    series(&reader, "Ten times", "Europe/Berlin", ten).await;
    let answer = read(&reader, "Ten times").await;
    assert_eq!(
        answer["series"],
        json!({
            "repeats": "every Tuesday, 10 times", "first": "2031-03-04", "last": "2031-05-06", "count": 10,
            "next_by_pattern": "2031-03-04T09:30+01:00",
        })
    );
    assert_eq!(reader.requests().len(), 2, "{:?}", reader.requests());
    // On the clocks of its organiser: New York changes three weeks before Berlin.
    let endless = json!({"type": "noEnd", "startDate": "2031-03-04"});
    series(&reader, "Endless", "America/New_York", endless).await;
    let answer = read(&reader, "Endless").await;
    assert_eq!(
        answer["organizer_time"],
        "2031-03-04T09:30-05:00 America/New_York"
    );
    assert_eq!(answer["start"], "2031-03-04T15:30+01:00");
    assert!(
        answer["series"]["count"].is_null() && answer["series"]["last"].is_null(),
        "{answer}"
    );
    // One day of it, moved on its own.
    let found = reader
        .find(json!({"text": "Ten times", "from": "2031-03-11", "to": "2031-03-11"}))
        .await;
    let id = reader.graph_id("Ten times", "2031-03-11").await;
    let moved = json!({
        "start": {"dateTime": "2031-03-12T16:00:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2031-03-12T17:00:00", "timeZone": "Europe/Berlin"},
    });
    reader.patch(&format!("me/events/{id}"), moved).await;
    let gone = reader.word("read_event", json!({"id": found["id"]})).await;
    assert_eq!(gone, "event_not_found");
    let found = reader
        .find(json!({"text": "Ten times", "from": "2031-03-12", "to": "2031-03-12"}))
        .await;
    let answer = reader.done("read_event", json!({"id": found["id"]})).await;
    assert_eq!(answer["moved_from"], "2031-03-11T09:30+01:00");
    assert_eq!(answer["series"]["this_one_differs"], true);
    assert_eq!(
        answer["series"]["next_by_pattern"],
        "2031-03-04T09:30+01:00"
    );
}

#[tokio::test]
async fn what_cannot_be_read_says_why() {
    let reader = Reader::new(House::new().await, 1, LEVELS).await;
    let anna = reader
        .find(json!({"calendar": "anna.berger@nordwind.example", "from": "2026-01-01", "to": "2028-01-01"}))
        .await;
    for (arguments, expected) in [
        (json!({"id": "AAMkAGI1AAAt9AHjAAA="}), "invalid_event_id"),
        (json!({"id": "ev_0000000000000000"}), "event_not_found"),
        // Of a colleague's calendar it is found there, and only there.
        (json!({"id": anna["id"]}), "event_not_found"),
        (
            json!({"id": anna["id"], "calendar": "anna.berger@nordwind.example"}),
            "done",
        ),
        (
            json!({"id": anna["id"], "calendar": "anna.brandt@nordwind.example"}),
            "calendar_not_shared",
        ),
        (
            json!({"id": anna["id"], "calendar": "nobody@nordwind.example"}),
            "calendar_not_found",
        ),
        (
            json!({"id": anna["id"], "calendar": "nobody@"}),
            "invalid_address",
        ),
        (json!({"id": anna["id"], "body": true}), "invalid_arguments"),
        (json!({}), "invalid_arguments"),
    ] {
        assert_eq!(
            reader.word("read_event", arguments.clone()).await,
            expected,
            "{arguments}"
        );
    }
    let answer = reader
        .done(
            "read_event",
            json!({"id": anna["id"], "calendar": "anna.berger@nordwind.example"}),
        )
        .await;
    assert_eq!(answer["you_may"], json!([]));
}

#[test]
fn the_listing_of_each_reading_tool_stays_small() {
    for (name, most) in [
        ("search_events", 1_650),
        ("read_event", 650),
        ("read_profile", 400),
    ] {
        let all = engine::tools::all();
        let tool = all
            .iter()
            .find(|tool| tool.name.as_str() == name)
            .expect("a tool");
        let mut listed = serde_json::to_value(tool).expect("JSON");
        listed.as_object_mut().expect("an object").remove("effect");
        let size = listed.to_string().len();
        assert!(size <= most, "{name}: {size} characters");
    }
}
