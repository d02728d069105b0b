use serde_json::{Value, json};

use domain::canonical::Digest;
use domain::time::Zone;

use super::*;
use crate::tools::input;

#[expect(
    clippy::needless_pass_by_value,
    reason = "a table of literals reads better"
)]
fn check(arguments: Value, expected: &str) {
    let setting = Setting {
        zone: Zone::named("Europe/Berlin").ok(),
        address: None,
        home: vec!["nordwind.example".into()],
        asker: Digest::ZERO,
        now: "2026-11-23T08:00:00Z".parse().expect("a time"),
    };
    let got = match input::parse(&arguments).and_then(|input: Input| {
        CreateEvent::check(&input).and_then(|()| CreateEvent::resolve(input, &setting))
    }) {
        Ok((input, card, summary)) => format!(
            "{summary} | {} to {} | {} mailed, {} outside",
            input.start,
            input.end.unwrap_or_default(),
            card.mailed,
            card.outside
        ),
        Err(error) => format!("{} {}", error.code, error.field.unwrap_or_default()),
    };
    assert_eq!(got, expected, "{arguments}");
}

#[test]
fn arguments_become_what_they_mean() {
    check(
        json!({"title": "Plan", "start": "2026-11-24T10:00", "duration_minutes": 30, "attendees": ["anna@nordwind.example", "kim@other.example"]}),
        "Create \"Plan\", Tue 2026-11-24 10:00 (Europe/Berlin) | 2026-11-24T10:00+01:00[Europe/Berlin] to 2026-11-24T10:30+01:00[Europe/Berlin] | 2 mailed, 1 outside",
    );
    check(
        json!({"title": "Call", "start": "2026-11-24T10:00", "end": "2026-11-24T11:00", "zone": "America/New_York"}),
        "Create \"Call\", Tue 2026-11-24 10:00 (America/New_York) | 2026-11-24T10:00-05:00[America/New_York] to 2026-11-24T11:00-05:00[America/New_York] | 0 mailed, 0 outside",
    );
    check(
        json!({"title": "Plan", "start": "2026-11-24T10:00", "duration_minutes": 30, "recurrence": "jeden Dienstag, 10 Mal"}),
        "Create \"Plan\", Tue 2026-11-24 10:00 (Europe/Berlin), every Tuesday, 10 times | 2026-11-24T10:00+01:00[Europe/Berlin] to 2026-11-24T10:30+01:00[Europe/Berlin] | 0 mailed, 0 outside",
    );
    check(
        json!({"title": "Fair", "start": "2026-11-24", "end": "2026-11-26"}),
        "Create \"Fair\", Tue 2026-11-24 (Europe/Berlin) | 2026-11-24 to 2026-11-26 | 0 mailed, 0 outside",
    );
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let base = |extra: Value| {
        let mut arguments =
            json!({"title": "Plan", "start": "2026-11-24T10:00", "end": "2026-11-24T11:00"});
        arguments
            .as_object_mut()
            .expect("an object")
            .extend(extra.as_object().expect("an object").clone());
        arguments
    };
    check(
        base(json!({"end": "2026-11-24T09:00"})),
        "ends_before_start end",
    );
    check(
        base(json!({"end": "2026-11-24T10:00"})),
        "ends_before_start end",
    );
    check(
        base(json!({"zone": "Europe/Atlantis"})),
        "unknown_time_zone zone",
    );
    check(
        base(json!({"attendees": ["Anna"]})),
        "attendee_not_an_address attendees[0]",
    );
    check(
        base(json!({"attendees": ["a@x.example", "Anna Berger"]})),
        "attendee_not_an_address attendees[1]",
    );
    check(base(json!({"start": "tomorrow"})), "invalid_time start");
    check(
        base(json!({"start": "2026-03-29T02:30", "end": "2026-03-29T04:00"})),
        "time_does_not_exist start",
    );
    check(
        base(json!({"duration_minutes": 5})),
        "invalid_arguments duration_minutes",
    );
    check(base(json!({"end": "2026-11-25"})), "invalid_arguments end");
    check(
        base(json!({"title": " \u{200b} "})),
        "invalid_arguments title",
    );
    check(base(json!({"title": 5})), "invalid_arguments title");
    check(
        base(json!({"organizer": "me"})),
        "invalid_arguments organizer",
    );
    check(json!({"title": "Plan"}), "invalid_arguments start");
    check(
        json!({"title": "Plan", "start": "2026-11-24T10:00"}),
        "invalid_arguments end",
    );
    check(json!([]), "invalid_arguments ");
}

#[test]
fn resolving_what_is_resolved_changes_nothing() {
    let setting = |zone: &str| Setting {
        zone: Zone::named(zone).ok(),
        address: None,
        home: vec![],
        asker: Digest::ZERO,
        now: "2026-11-23T08:00:00Z".parse().expect("a time"),
    };
    for arguments in [
        json!({"title": "Plan", "start": "2026-11-24T10:00", "duration_minutes": 30, "body": "x"}),
        json!({"title": "Plan", "start": "2026-10-25T02:30", "end": "2026-10-25T05:00"}),
        json!({"title": "Fair", "start": "2026-11-24"}),
        json!({"title": "Plan", "start": "2026-11-24T10:00", "duration_minutes": 30, "recurrence": "weekly for 6 weeks"}),
        json!({"title": "Plan", "start": "2026-11-29T23:30", "duration_minutes": 30, "recurrence": "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,WE;UNTIL=20270331T210000Z"}),
        json!({"title": "Plan", "start": "2026-11-24", "recurrence": "every 3rd month on the last Tuesday", "end": "2026-11-25"}),
    ] {
        let first = CreateEvent::resolve(
            input::parse(&arguments).expect("fits"),
            &setting("Europe/Berlin"),
        )
        .expect("resolves")
        .0;
        let first = input::exact(&first);
        let again =
            CreateEvent::resolve(input::parse(&first).expect("fits"), &setting("Asia/Tokyo"))
                .expect("resolves")
                .0;
        assert_eq!(first, input::exact(&again));
    }
}

#[test]
fn without_a_known_zone_only_times_that_need_one_are_refused() {
    let nowhere = Setting {
        zone: None,
        address: None,
        home: vec![],
        asker: Digest::ZERO,
        now: "2026-11-23T08:00:00Z".parse().expect("a time"),
    };
    let try_with = |start: &str| {
        let arguments = json!({"title": "Plan", "start": start, "duration_minutes": 30});
        let input: Input = input::parse(&arguments).expect("fits");
        CreateEvent::resolve(input, &nowhere)
            .map(|(input, ..)| input.start)
            .map_err(|error| error.code)
    };
    assert_eq!(
        try_with("2026-11-24T10:00:00+01:00").as_deref(),
        Ok("2026-11-24T09:00+00:00[UTC]")
    );
    assert_eq!(
        try_with("2026-11-24T10:00").as_deref(),
        Err(&"zone_unknown")
    );
}

#[test]
fn one_call_is_one_transaction() {
    assert_eq!(transaction_id("cal_a"), transaction_id("cal_a"));
    assert_ne!(transaction_id("cal_a"), transaction_id("cal_b"));
}

/// What somebody says yes to is what the card has: each thing that can be set is on it.
#[test]
fn everything_that_is_set_is_on_the_card() {
    let setting = Setting {
        zone: Zone::named("Europe/Berlin").ok(),
        address: None,
        home: vec![],
        asker: Digest::ZERO,
        now: "2026-11-23T08:00:00Z".parse().expect("a time"),
    };
    let arguments = json!({
        "title": "Plan", "start": "2026-11-24T10:00", "duration_minutes": 30, "recurrence": "every Tuesday, 10 times",
        "location": "Pier 3", "body": "Hello", "online": true, "show_as": "free", "sensitivity": "private",
        "reminder_minutes": -1, "categories": ["A", "B"], "attendees": ["a@x.example"],
    });
    let card = CreateEvent::resolve(input::parse(&arguments).expect("fits"), &setting)
        .expect("resolves")
        .1;
    let card = serde_json::to_value(&card).expect("JSON");
    assert_eq!(
        card["series"],
        json!({"rule": "FREQ=WEEKLY;BYDAY=TU;COUNT=10", "first": "2026-11-24", "last": "2027-01-26", "events": 10})
    );
    assert_eq!(
        card["changes"],
        json!([
            {"field": "show_as", "to": "free"}, {"field": "sensitivity", "to": "private"},
            {"field": "reminder", "to": "none"}, {"field": "categories", "to": "A, B"},
        ])
    );
    assert_eq!(
        (&card["location"], &card["body"], &card["online"]),
        (&json!("Pier 3"), &json!("Hello"), &json!(true))
    );
    // An argument that is not on the card is a mistake of this test or of the card.
    let shown = [
        "title",
        "start",
        "end",
        "duration_minutes",
        "zone",
        "recurrence",
        "attendees",
        "optional_attendees",
        "location",
        "body",
        "online",
        "show_as",
        "sensitivity",
        "reminder_minutes",
        "categories",
        "even_if_exists",
    ];
    let known = input::schema::<Input>()["properties"]
        .as_object()
        .map(|fields| {
            fields
                .keys()
                .cloned()
                .collect::<std::collections::BTreeSet<_>>()
        });
    assert_eq!(known, Some(shown.into_iter().map(str::to_owned).collect()));
}

#[test]
fn the_listing_entry_is_within_its_share() {
    let size = serde_json::to_string(&crate::tools::Tool::offered(&CreateEvent))
        .expect("JSON")
        .len();
    assert!(size <= 2_300, "{size} characters");
}
