//! *Create Event*, case by case: what is answered, and what Outlook then holds.

mod repeating;
mod shapes;
mod times;
mod troubled;

use domain::permission::Level;
use serde_json::{Value, json};

use crate::house::{House, Pair};

/// Somebody who may create events, at a company of her own.
pub(super) struct Desk {
    pub(super) house: House,
    pub(super) pair: Pair,
}

impl Desk {
    pub(super) async fn open() -> Self {
        let house = House::new().await;
        let levels = [
            ("create_event", Level::AlwaysAllow),
            ("search_events", Level::AlwaysAllow),
            ("read_event", Level::AlwaysAllow),
        ];
        let pair = house.connected(1, &levels).await;
        // What an agent has read has a suite of its own.
        house.untainted(&["create_event"]).await;
        // What is learned once per connection is learned before.
        assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
        house.sim.clear_log();
        Self { house, pair }
    }

    /// What is answered; a refusal by its code and its field.
    pub(super) async fn create(&self, arguments: &Value) -> Value {
        let called = self
            .house
            .call(&self.pair, "create_event", arguments.clone())
            .await;
        match called {
            Ok(answer) => answer.body,
            Err(error) => json!({"error": error.code, "field": error.field}),
        }
    }

    /// The first events of this title that Outlook holds, complete.
    pub(super) fn held(&self, title: &str) -> Vec<Value> {
        let events = self.house.sim.events_of(&self.pair.login);
        let titled = events.into_iter().filter(|event| event["subject"] == title);
        titled.collect()
    }

    /// One case: what is asked for, what the answer says among other things, and what Outlook holds among other things.
    pub(super) async fn check(&self, arguments: Value, told: Value, held: Value) -> Value {
        let answer = self.create(&arguments).await;
        assert_part(&answer, &told, &arguments);
        assert_eq!(answer["verified"], true, "{arguments}: {answer}");
        let title = arguments["title"].as_str().expect("a title");
        let stored = self.held(title);
        assert_eq!(stored.len(), 1, "{arguments}");
        assert_part(&stored[0], &held, &arguments);
        answer
    }
}

/// Whether everything of `part` is in `whole`; lists must be equal.
fn assert_part(whole: &Value, part: &Value, case: &Value) {
    match part {
        Value::Object(fields) => {
            for (name, value) in fields {
                assert_part(&whole[name], value, case);
            }
        }
        part => assert_eq!(whole, part, "{case}"),
    }
}

/// An event of half an hour with a title of its own.
pub(super) fn event(title: &str, more: Value) -> Value {
    let mut event = json!({"title": title, "start": "2031-03-04T10:00", "duration_minutes": 30});
    if let (Some(event), Value::Object(more)) = (event.as_object_mut(), more) {
        event.extend(more);
    }
    event
}

#[tokio::test]
async fn everything_that_can_be_set_is_held_and_told() {
    let desk = Desk::open().await;
    let anna = desk.house.sim.people()[2].login.clone();
    for (title, more, told, held) in [
        (
            "plain",
            json!({}),
            json!({"mailed": [], "event": {"title": "plain"}}),
            json!({"showAs": "busy", "sensitivity": "normal", "isReminderOn": true, "attendees": []}),
        ),
        (
            "free",
            json!({"show_as": "free"}),
            json!({"event": {"shows_as": "free"}}),
            json!({"showAs": "free"}),
        ),
        (
            "perhaps",
            json!({"show_as": "tentative"}),
            json!({"event": {"shows_as": "tentative"}}),
            json!({"showAs": "tentative"}),
        ),
        (
            "busy",
            json!({"show_as": "busy"}),
            json!({}),
            json!({"showAs": "busy"}),
        ),
        (
            "away",
            json!({"show_as": "out_of_office"}),
            json!({"event": {"shows_as": "out_of_office"}}),
            json!({"showAs": "oof"}),
        ),
        (
            "elsewhere",
            json!({"show_as": "working_elsewhere"}),
            json!({}),
            json!({"showAs": "workingElsewhere"}),
        ),
        (
            "normal",
            json!({"sensitivity": "normal"}),
            json!({"sensitivity": "normal"}),
            json!({"sensitivity": "normal"}),
        ),
        (
            "personal",
            json!({"sensitivity": "personal"}),
            json!({"sensitivity": "personal"}),
            json!({"sensitivity": "personal"}),
        ),
        (
            "private",
            json!({"sensitivity": "private"}),
            json!({"sensitivity": "private", "event": {"private": true}}),
            json!({"sensitivity": "private"}),
        ),
        (
            "secret",
            json!({"sensitivity": "confidential"}),
            json!({"sensitivity": "confidential"}),
            json!({"sensitivity": "confidential"}),
        ),
        (
            "no reminder",
            json!({"reminder_minutes": -1}),
            json!({"reminder_minutes": -1}),
            json!({"isReminderOn": false}),
        ),
        (
            "at the start",
            json!({"reminder_minutes": 0}),
            json!({"reminder_minutes": 0}),
            json!({"isReminderOn": true, "reminderMinutesBeforeStart": 0}),
        ),
        (
            "a day before",
            json!({"reminder_minutes": 1440}),
            json!({"reminder_minutes": 1440}),
            json!({"isReminderOn": true, "reminderMinutesBeforeStart": 1440}),
        ),
        (
            "labels",
            json!({"categories": ["Travel", "Hafenwerk"]}),
            json!({"categories": ["Travel", "Hafenwerk"]}),
            json!({"categories": ["Travel", "Hafenwerk"]}),
        ),
        (
            "place",
            json!({"location": "Pier 3"}),
            json!({"event": {"where": "Pier 3"}}),
            json!({"location": {"displayName": "Pier 3"}}),
        ),
        (
            "text",
            json!({"body": "Hello <b>you</b>,\n\n  see you & bye. ß"}),
            json!({}),
            json!({}),
        ),
        (
            "online",
            json!({"online": true, "body": "Hello"}),
            json!({"event": {"online": true}}),
            json!({"isOnlineMeeting": true}),
        ),
        (
            "one",
            json!({"attendees": [anna.to_uppercase()]}),
            json!({"event": {"attendees": 1}}),
            json!({}),
        ),
        (
            "two",
            json!({"attendees": [anna], "optional_attendees": ["kim@outside.example", anna]}),
            json!({"event": {"attendees": 2}, "mailed": [anna, "kim@outside.example"]}),
            json!({}),
        ),
        (
            "herself",
            json!({"attendees": [desk.pair.login.to_uppercase()]}),
            json!({"mailed": []}),
            json!({"attendees": []}),
        ),
    ] {
        let answer = desk.check(event(title, more), told, held).await;
        assert_eq!(answer.get("differs"), None, "{title}");
    }
    let online = &desk.held("online")[0];
    assert!(online["onlineMeeting"]["joinUrl"].is_string());
    let invited = desk.held("two")[0]["attendees"].as_array().map(|list| {
        list.iter()
            .map(|one| one["type"].clone())
            .collect::<Vec<_>>()
    });
    assert_eq!(invited, Some(vec![json!("required"), json!("optional")]));
    let text = desk.held("text")[0]["body"]["content"].to_string();
    assert!(
        text.contains("&lt;b&gt;you&lt;/b&gt;") || text.contains("<b>you</b>"),
        "{text}"
    );
}

#[tokio::test]
async fn what_does_not_fit_is_refused_by_name_and_nothing_is_sent() {
    let desk = Desk::open().await;
    let many = |count: usize| {
        (0..count)
            .map(|n| format!("p{n}@x.example"))
            .collect::<Vec<_>>()
    };
    for (more, code, field) in [
        (json!({"title": " "}), "invalid_arguments", "title"),
        (json!({"title": "x".repeat(256)}), "too_long", "title"),
        (json!({"start": "soon"}), "invalid_time", "start"),
        (
            json!({"start": "2031-03-30T02:30"}),
            "time_does_not_exist",
            "start",
        ),
        (
            json!({"start": "2020-03-04T10:00"}),
            "starts_in_the_past",
            "start",
        ),
        (
            json!({"start": "2020-03-04", "duration_minutes": null}),
            "starts_in_the_past",
            "start",
        ),
        (json!({"zone": "Mars/Olympus"}), "unknown_time_zone", "zone"),
        (
            json!({"duration_minutes": 0}),
            "invalid_arguments",
            "duration_minutes",
        ),
        (
            json!({"attendees": ["Anna"]}),
            "attendee_not_an_address",
            "attendees[0]",
        ),
        (
            json!({"attendees": many(501)}),
            "too_many_attendees",
            "attendees",
        ),
        (
            json!({"show_as": "sleeping"}),
            "invalid_arguments",
            "show_as",
        ),
        (
            json!({"sensitivity": "secret"}),
            "invalid_arguments",
            "sensitivity",
        ),
        (
            json!({"reminder_minutes": -2}),
            "invalid_arguments",
            "reminder_minutes",
        ),
        (
            json!({"reminder_minutes": 40_321}),
            "invalid_arguments",
            "reminder_minutes",
        ),
        (
            json!({"categories": [""]}),
            "invalid_arguments",
            "categories",
        ),
        (
            json!({"categories": many(26)}),
            "invalid_arguments",
            "categories",
        ),
        (json!({"body": "x".repeat(8_001)}), "too_long", "body"),
        (
            json!({"recurrence": "now and then"}),
            "invalid_recurrence",
            "recurrence",
        ),
        (
            json!({"recurrence": "FREQ=HOURLY"}),
            "recurrence_not_possible",
            "recurrence",
        ),
        (
            json!({"recurrence": "monthly on the 1st and the 15th"}),
            "recurrence_not_possible",
            "recurrence",
        ),
        (
            json!({"recurrence": "every Wednesday"}),
            "start_not_on_pattern",
            "recurrence",
        ),
        (
            json!({"recurrence": "daily until 2031-03-03"}),
            "recurrence_ends_before_start",
            "recurrence",
        ),
        (
            json!({"start": "2031-10-26T02:30+01:00", "zone": "Europe/Berlin", "recurrence": "weekly"}),
            "time_comes_twice",
            "start",
        ),
        (json!({"organizer": "me"}), "invalid_arguments", "organizer"),
    ] {
        let answer = desk.create(&event("Refused", more.clone())).await;
        assert_eq!(
            (&answer["error"], &answer["field"]),
            (&json!(code), &json!(field)),
            "{more}"
        );
    }
    assert!(
        desk.house.sim.log().is_empty(),
        "nothing was asked of Microsoft"
    );
}

#[tokio::test]
async fn five_hundred_are_invited_and_the_answer_stays_small() {
    let desk = Desk::open().await;
    let people: Vec<String> = (0..500)
        .map(|n| format!("guest.{n}@partner.example"))
        .collect();
    let answer = desk
        .check(
            event("Everybody", json!({"attendees": people})),
            json!({"mailed_count": 500, "event": {"attendees": 500}}),
            json!({}),
        )
        .await;
    assert_eq!(answer["mailed"].as_array().map(Vec::len), Some(20));
    assert!(answer.to_string().len() < 1_500, "{answer}");
    assert_eq!(
        desk.held("Everybody")[0]["attendees"]
            .as_array()
            .map(Vec::len),
        Some(500)
    );
}

#[tokio::test]
async fn three_requests_make_an_event() {
    let desk = Desk::open().await;
    for more in [json!({}), json!({"recurrence": "weekly, 5 times"})] {
        desk.house.sim.clear_log();
        let answer = desk.create(&event(&more.to_string(), more)).await;
        assert_eq!(answer["status"], "done");
        let asked: Vec<_> = desk
            .house
            .graph_requests()
            .iter()
            .map(|entry| entry.method.clone())
            .collect();
        assert_eq!(asked, ["GET", "POST", "GET"], "look, create, read back");
    }
}

#[tokio::test]
async fn what_is_in_the_way_is_told() {
    let desk = Desk::open().await;
    let at = |title: &str, start: &str, more: Value| {
        let mut event = event(title, json!({"start": start}));
        if let (Some(event), Value::Object(more)) = (event.as_object_mut(), more) {
            event.extend(more);
        }
        event
    };
    for (event, conflicts) in [
        (at("first", "2031-05-06T10:00", json!({})), json!(null)),
        (at("beside", "2031-05-06T10:30", json!({})), json!(null)),
        (
            at("over both", "2031-05-06T10:15", json!({})),
            json!({"count": 2}),
        ),
        (
            at(
                "free itself",
                "2031-05-06T10:00",
                json!({"show_as": "free"}),
            ),
            json!(null),
        ),
        (
            at(
                "not the free one",
                "2031-05-06T09:45",
                json!({"duration_minutes": 20}),
            ),
            json!({"count": 1}),
        ),
        (
            json!({"title": "the whole day", "start": "2031-05-06"}),
            json!({"count": 4}),
        ),
        (
            json!({"title": "the day after", "start": "2031-05-07"}),
            json!(null),
        ),
        (
            json!({"title": "the day before in Tokyo", "start": "2031-05-05", "zone": "Asia/Tokyo"}),
            json!(null),
        ),
    ] {
        let answer = desk.create(&event).await;
        assert_eq!(
            answer["conflicts"]["count"], conflicts["count"],
            "{event}: {answer}"
        );
    }
    let answer = desk
        .create(&at("last", "2031-05-06T10:20", json!({})))
        .await;
    let shown = answer["conflicts"]["titles"].as_array().expect("a list");
    assert_eq!(shown.len(), 3, "{answer}");
}

#[tokio::test]
async fn the_same_event_is_made_once_unless_it_is_wanted_twice() {
    let desk = Desk::open().await;
    let people = desk.house.sim.people();
    let (anna, other) = (people[2].login.clone(), people[3].login.clone());
    let visit = event("Visit", json!({"attendees": [anna]}));
    let first = desk.create(&visit).await;
    assert_eq!(first["status"], "done");
    for (change, status) in [
        (json!({}), "already_exists"),
        (json!({"title": " VISIT "}), "already_exists"),
        (
            json!({"location": "Elsewhere", "body": "x", "online": true}),
            "already_exists",
        ),
        (
            json!({"attendees": [], "optional_attendees": [anna.to_uppercase()]}),
            "already_exists",
        ),
        (
            json!({"zone": "America/New_York", "start": "2031-03-04T04:00"}),
            "already_exists",
        ),
        (json!({"recurrence": "weekly"}), "already_exists"),
        (json!({"attendees": [anna, other]}), "done"),
        (json!({"attendees": []}), "done"),
        (json!({"title": "Visit 2"}), "done"),
        (json!({"duration_minutes": 31}), "done"),
        (json!({"start": "2031-03-04T10:01"}), "done"),
    ] {
        let mut again = visit.clone();
        if let (Some(again), Value::Object(change)) = (again.as_object_mut(), change.clone()) {
            again.extend(change);
        }
        let before = desk.house.sim.events_of(&desk.pair.login).len();
        let answer = desk.create(&again).await;
        let made = desk.house.sim.events_of(&desk.pair.login).len() - before;
        assert_eq!(answer["status"], status, "{change}: {answer}");
        assert_eq!(made, usize::from(status == "done"), "{change}");
        if status == "already_exists" {
            assert_eq!(
                (&answer["event"]["id"], &answer["mailed"]),
                (&first["event"]["id"], &json!([]))
            );
        }
    }
    let mut again = visit;
    again["even_if_exists"] = json!(true);
    assert_eq!(desk.create(&again).await["status"], "done");
}

/// Who invited me to this, with these people, at this time, has made it already.
#[tokio::test]
async fn an_invitation_to_the_same_is_the_same_event() {
    let desk = Desk::open().await;
    let other = desk.house.connected(2, &[]).await;
    let invite = event("Plan", json!({"attendees": [desk.pair.login]}));
    assert_eq!(
        desk.house.word(&other, "create_event", invite).await,
        "done"
    );
    let mine = event("Plan", json!({"attendees": [other.login]}));
    assert_eq!(desk.create(&mine).await["status"], "already_exists");
    assert_eq!(desk.held("Plan").len(), 1);
}
