//! Windows in every zone, filtered by everything that can be asked for: the whole listing, by a rule of the test's own.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::desk::{ANNA, Desk, LENA, PAUL};
use super::super::said;
use super::super::stage::{DAYS, SERIES, SINGLES, staged, turn};

/// A calendar with events of every shape: Lena's own, Anna's and Paul's invitations, answered or not.
async fn filled(desk: &Desk) {
    let lena = desk.login(LENA);
    let hands = [LENA, ANNA, PAUL, ANNA];
    let answers = [None, Some("accept"), Some("tentativelyAccept"), None];
    let mut number = 0;
    for day in DAYS {
        for shape in SINGLES.iter().chain(&SERIES[..2]) {
            let organizer = turn(&hands, number);
            let guests: Vec<&str> = match organizer {
                LENA if number % 3 == 0 => vec!["kim@outside.example"],
                LENA => vec![],
                _ => vec![&lena, "kim@outside.example"],
            };
            let extra = json!({
                "attendees": desk.guests(&guests), "location": {"displayName": turn(&["Pier 3", "", "Hall"], number)},
                "isOnlineMeeting": number % 4 == 1, "onlineMeetingProvider": "teamsForBusiness",
                "sensitivity": turn(&["normal", "normal", "private"], number),
                "showAs": turn(&["busy", "tentative", "free"], number / 2),
            });
            let mut event = staged(desk, organizer, shape, day, &extra).await;
            if organizer != LENA
                && let Some(action) = turn(&answers, number / 4)
            {
                event.act(desk, LENA, action).await;
            }
            number += 1;
        }
    }
}

/// What can be asked for beside a window.
fn filters(desk: &Desk) -> Vec<Value> {
    let anna = desk.login(ANNA);
    let mut filters = vec![
        json!({}),
        json!({"text": "pier"}),
        json!({"text": "CASE 1"}),
        json!({"text": "nothing has this"}),
        json!({"person": anna}),
        json!({"person": "berger"}),
        json!({"person": "kim@outside.example"}),
        json!({"person": "Guest"}),
        json!({"organizer": "me"}),
        json!({"organizer": anna}),
        json!({"organizer": "paul"}),
        json!({"online": true}),
        json!({"online": false}),
    ];
    for answer in [
        "organizer",
        "accepted",
        "tentative",
        "declined",
        "not_answered",
    ] {
        filters.push(json!({"answer": answer}));
        filters.push(json!({"answer": answer, "text": "pier"}));
        filters.push(json!({"answer": answer, "online": true}));
    }
    filters.push(json!({"organizer": anna, "online": false, "text": "hall"}));
    filters.push(json!({"person": "kim@outside.example", "answer": "accepted"}));
    filters
}

fn fits(event: &Value, filter: &Value, anna: &str) -> bool {
    let lower = |value: &Value| value.as_str().unwrap_or_default().to_lowercase();
    let response = event["responseStatus"]["response"]
        .as_str()
        .expect("a word");
    let hers = event["isOrganizer"] == true;
    let is = |mailbox: &Value, wanted: &str| {
        if wanted.contains('@') {
            lower(&mailbox["address"]) == wanted
        } else {
            lower(&mailbox["name"]).contains(wanted)
        }
    };
    let organizer = &event["organizer"]["emailAddress"];
    let text = filter["text"].as_str().map(str::to_lowercase);
    let says = text.is_none_or(|text| {
        lower(&event["subject"]).contains(&text)
            || lower(&event["location"]["displayName"]).contains(&text)
    });
    let person = filter["person"].as_str().map(str::to_lowercase);
    let with = person.is_none_or(|person| {
        let mut all = event["attendees"].as_array().expect("a list").iter();
        is(organizer, &person) || all.any(|guest| is(&guest["emailAddress"], &person))
    });
    let by = match filter["organizer"].as_str() {
        None => true,
        Some("me") => hers,
        Some(whom) if whom == anna => is(organizer, anna),
        Some(whom) => is(organizer, whom),
    };
    let online = filter["online"].is_null() || filter["online"] == event["isOnlineMeeting"];
    let answered = match filter["answer"].as_str() {
        None => true,
        Some("organizer") => hers,
        Some("not_answered") => !hers && ["none", "notResponded"].contains(&response),
        Some(word) => said::answer_word(response) == Some(word),
    };
    says && with && by && online && answered
}

/// The line of a listing. Of an invitation from outside that was not accepted, nothing but title and time, and the domain.
fn line(event: &Value, zone: &str) -> Value {
    let mut line = said::line(event, zone);
    let address = event["organizer"]["emailAddress"]["address"].as_str();
    let (_, domain) = address
        .and_then(|text| text.split_once('@'))
        .unwrap_or_default();
    let response = event["responseStatus"]["response"]
        .as_str()
        .expect("a word");
    let unknown =
        event["isOrganizer"] == false && domain != "nordwind.example" && response != "accepted";
    if unknown {
        line["organizer"] = domain.into();
        line["unknown_sender"] = true.into();
        line.as_object_mut().expect("an object").remove("where");
    }
    line
}

/// Whether an event touches a window of days of a zone; a whole day is a day there.
fn touches(event: &Value, (from, to): (Timestamp, Timestamp), zone: &str) -> bool {
    let (start, end) = (said::moment(event, "start"), said::moment(event, "end"));
    let there = |at: Timestamp| {
        let midnight = said::date(at, "UTC").in_tz(zone).expect("a day there");
        midnight.timestamp()
    };
    let (start, end) = if event["isAllDay"] == true {
        (there(start), there(end))
    } else {
        (start, end)
    };
    start < to && end > from
}

#[tokio::test]
async fn every_window_and_filter_gives_the_listing_of_the_rule() {
    let desk = Desk::new().await;
    filled(&desk).await;
    let anna = desk.login(ANNA);
    let mut number = 0;
    for (first, last, zone) in [
        ("2031-03-04", "2031-03-04", "Europe/Berlin"),
        ("2031-03-30", "2031-03-30", "Europe/Berlin"),
        ("2031-10-26", "2031-10-26", "Europe/Berlin"),
        ("2031-03-09", "2031-03-09", "America/New_York"),
        ("2031-11-02", "2031-11-02", "America/New_York"),
        ("2031-11-02", "2031-11-03", "America/Sao_Paulo"),
        ("2028-02-28", "2028-03-01", "Asia/Tokyo"),
        ("2030-12-31", "2031-01-01", "Pacific/Kiritimati"),
    ] {
        let day = |text: &str| text.parse::<Date>().expect("a day");
        let at = |day: Date| day.in_tz(zone).expect("a day there").timestamp();
        let window = (at(day(first)), at(day(last).tomorrow().expect("a day")));
        let wide = SignedDuration::from_hours(48);
        let seen = desk
            .viewed(
                LENA,
                "/me",
                &said::date(window.0 - wide, "UTC").to_string(),
                &said::date(window.1 + wide, "UTC").to_string(),
            )
            .await;
        for filter in filters(&desk) {
            let mut arguments = filter.clone();
            arguments["from"] = first.into();
            arguments["to"] = last.into();
            arguments["zone"] = zone.into();
            arguments["limit"] = 50.into();
            let answer = desk.call("search_events", arguments.clone()).await;
            let lines: Vec<Value> = seen
                .iter()
                .filter(|event| touches(event, window, zone) && fits(event, &filter, &anna))
                .map(|event| line(event, zone))
                .collect();
            let expected = json!({"status": "done", "zone": zone, "events": lines});
            assert_eq!(answer, expected, "{arguments}");
            number += 1;
        }
    }
    assert_eq!(number, 240);
}
