use domain::calendar::{EventHandle, EventId};
use serde_json::{Value, json};

use super::*;
use crate::tools::input;

fn setting() -> Setting {
    Setting {
        zone: Zone::named("Europe/Berlin").ok(),
        address: None,
        home: vec!["nordwind.example".into()],
        asker: domain::canonical::Digest::ZERO,
        now: "2026-11-23T08:00:00Z".parse().expect("a time"),
    }
}

fn read(extra: &Value) -> Result<(Input, Card, String), Error> {
    let start = "2026-11-24T09:00:00Z".parse().expect("a time");
    let id = EventHandle::of(&EventId::new("x".into()), start).to_string();
    let mut arguments = json!({"id": id});
    arguments
        .as_object_mut()
        .expect("an object")
        .extend(extra.as_object().expect("an object").clone());
    input::parse(&arguments).and_then(|input: Input| {
        UpdateEvent::check(&input)?;
        UpdateEvent::resolve(input, &setting())
    })
}

fn check(extra: &Value, expected: &str) {
    let got = match read(extra) {
        Ok((_, card, _)) => {
            let changes: Vec<_> = card
                .changes
                .iter()
                .map(|change| format!("{:?} {}", change.field, change.to))
                .collect();
            let mails = card
                .mails
                .map_or_else(|| card.mailed.to_string(), |mails| format!("{mails:?}"));
            format!("{} | {mails} {}", changes.join(", "), card.outside)
        }
        Err(error) => format!("{} {}", error.code, error.field.unwrap_or_default()),
    };
    assert_eq!(got, expected, "{extra}");
}

#[test]
fn the_card_shows_the_new_values_and_who_is_mailed() {
    check(&json!({"title": "New"}), "Title New | Everybody 0");
    check(
        &json!({"start": "2026-11-25T10:00"}),
        "Start 2026-11-25T10:00+01:00 | Everybody 0",
    );
    check(
        &json!({"start": "2026-11-25", "end": "2026-11-26"}),
        "Start 2026-11-25, End 2026-11-26 | Everybody 0",
    );
    check(
        &json!({"move_days": 1, "show_as": "free"}),
        "MoveDays 1, ShowAs free | Everybody 0",
    );
    check(
        &json!({"reminder_minutes": -1, "categories": ["A", "B"]}),
        "Reminder none, Categories A, B | Nobody 0",
    );
    check(
        &json!({"add_attendees": ["kim@other.example"], "remove_attendees": ["anna@nordwind.example"]}),
        " | 2 1",
    );
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    for (extra, expected) in [
        (json!({}), "invalid_arguments id"),
        (json!({"title": " "}), "invalid_arguments title"),
        (json!({"title": "x".repeat(256)}), "too_long title"),
        (json!({"show_as": "away"}), "invalid_arguments show_as"),
        (
            json!({"sensitivity": "secret"}),
            "invalid_arguments sensitivity",
        ),
        (
            json!({"reminder_minutes": -2}),
            "invalid_arguments reminder_minutes",
        ),
        (json!({"categories": [""]}), "invalid_arguments categories"),
        (
            json!({"add_attendees": ["Anna"]}),
            "attendee_not_an_address add_attendees[0]",
        ),
        (
            json!({"add_attendees": ["a@x.example"], "remove_attendees": ["A@x.example"]}),
            "invalid_arguments remove_attendees",
        ),
        (
            json!({"move_days": 1, "start": "2026-11-25T10:00"}),
            "invalid_arguments move_days",
        ),
        (
            json!({"end": "2026-11-25T10:00", "duration_minutes": 5}),
            "invalid_arguments duration_minutes",
        ),
        (
            json!({"duration_minutes": 0}),
            "invalid_arguments duration_minutes",
        ),
        (json!({"move_days": 4000}), "invalid_arguments move_days"),
        (
            json!({"start": "2026-11-25", "end": "2026-11-25T10:00"}),
            "invalid_arguments end",
        ),
        (
            json!({"start": "2026-11-25", "duration_minutes": 5}),
            "invalid_arguments duration_minutes",
        ),
        (json!({"start": "tomorrow"}), "invalid_time start"),
        (
            json!({"start": "2026-03-29T02:30"}),
            "time_does_not_exist start",
        ),
        (
            json!({"title": "x", "zone": "Mars"}),
            "unknown_time_zone zone",
        ),
        (
            json!({"title": "x", "organizer": "me"}),
            "invalid_arguments organizer",
        ),
        (
            json!({"title": "x", "scope": "some"}),
            "invalid_arguments scope",
        ),
    ] {
        check(&extra, expected);
    }
}

#[test]
fn resolving_what_is_resolved_changes_nothing() {
    for extra in [
        json!({"start": "2026-11-25T10:00", "duration_minutes": 30}),
        json!({"start": "2026-11-25", "end": "2026-11-26"}),
        json!({"move_days": 1, "title": "x", "zone": "America/New_York"}),
    ] {
        let first = input::exact(&read(&extra).expect("resolves").0);
        let elsewhere = Setting {
            zone: Zone::named("Asia/Tokyo").ok(),
            ..setting()
        };
        let again = UpdateEvent::resolve(input::parse(&first).expect("fits"), &elsewhere);
        assert_eq!(first, input::exact(&again.expect("resolves").0));
    }
}
