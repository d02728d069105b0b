//! By example: which times are found, around what is in calendars and clock changes.

use serde_json::{Value, json};

use super::company::{ABSENT, ADA, CUSTOM, FULL, JONAS, LENA, MIKE, PRIYA, SOFIA, house};
use super::{ALLOWED, ask, schedules, starts};

#[tokio::test]
async fn times_are_what_they_should_be_case_by_case() {
    let house = house("2026-10-19T06:00:00Z").await;
    let lena = house.connected(LENA, &ALLOWED).await;
    let day = |from: &str, to: &str, more: Value| {
        let mut arguments = json!({"duration_minutes": 60, "from": from, "to": to, "limit": 2});
        arguments
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        arguments
    };
    let cases = [
        // Alone, around what is in her own calendar.
        (
            day("2026-10-19", "2026-10-19", json!({})),
            "Mon 19 08:00, Mon 19 12:00",
        ),
        (
            day("2026-10-19", "2026-10-19", json!({"notice_minutes": 61})),
            "Mon 19 11:00, Mon 19 12:00",
        ),
        (
            day(
                "2026-10-19",
                "2026-10-19",
                json!({"buffer_minutes": 15, "between": "09:00-12:15"}),
            ),
            "Mon 19 11:15",
        ),
        (
            day("2026-10-19", "2026-10-19", json!({"between": "morning"})),
            "Mon 19 08:00, Mon 19 09:00",
        ),
        (
            day(
                "2026-10-19",
                "2026-10-19",
                json!({"between": "13:30-15:00"}),
            ),
            "Mon 19 13:30",
        ),
        (
            day(
                "2026-10-19",
                "2026-10-25",
                json!({"days": ["Sat", "sunday"]}),
            ),
            "no_slot",
        ),
        (
            day(
                "2026-10-24",
                "2026-10-24",
                json!({"outside_hours": true, "between": "afternoon"}),
            ),
            "Sat 24 12:00, Sat 24 13:00",
        ),
        (
            day(
                "2026-10-21",
                "2026-10-21",
                json!({"between": "13:00-15:00"}),
            ),
            "Wed 21 14:00, Wed 21 13:00",
        ),
        (
            day(
                "2026-10-21",
                "2026-10-21",
                json!({"between": "13:00-14:00"}),
            ),
            "Wed 21 13:00",
        ),
        (
            day(
                "2026-10-21",
                "2026-10-21",
                json!({"between": "13:00-14:00", "also_busy": ["tentative"]}),
            ),
            "no_slot",
        ),
        (
            day("2026-10-20", "2026-10-20", json!({})),
            "Tue 20 08:00, Tue 20 12:00",
        ),
        (
            day(
                "2026-10-20",
                "2026-10-20",
                json!({"also_busy": ["elsewhere"]}),
            ),
            "no_slot",
        ),
        // With somebody of the same zone, who is busy, then out of office.
        (
            day("2026-10-20", "2026-10-20", json!({"attendees": [JONAS]})),
            "Tue 20 08:00, Tue 20 12:00",
        ),
        (
            day(
                "2026-10-20",
                "2026-10-20",
                json!({"attendees": [JONAS], "duration_minutes": 90}),
            ),
            "Tue 20 12:00, Tue 20 13:30",
        ),
        (
            day("2026-10-28", "2026-10-29", json!({"attendees": [JONAS]})),
            "no_slot",
        ),
        (
            day(
                "2026-10-28",
                "2026-10-29",
                json!({"optional_attendees": [JONAS]}),
            ),
            "Wed 28 08:00, Wed 28 12:00",
        ),
        // New York: six hours, five between the changes of the two, six again.
        (
            day("2026-10-22", "2026-10-22", json!({"attendees": [MIKE]})),
            "Thu 22 14:00, Thu 22 15:00",
        ),
        (
            day("2026-10-26", "2026-10-26", json!({"attendees": [MIKE]})),
            "Mon 26 13:00, Mon 26 16:00",
        ),
        (
            day("2026-10-27", "2026-10-27", json!({"attendees": [MIKE]})),
            "no_slot",
        ),
        (
            day("2026-11-02", "2026-11-02", json!({"attendees": [MIKE]})),
            "Mon 02 14:00, Mon 02 15:00",
        ),
        (
            day("2026-11-02", "2026-11-02", json!({"attendees": [CUSTOM]})),
            "Mon 02 14:00, Mon 02 15:00",
        ),
        (
            day("2026-10-30", "2026-10-30", json!({"attendees": [CUSTOM]})),
            "Fri 30 13:00, Fri 30 14:00",
        ),
        // São Paulo has no change of its own: five hours, then four.
        (
            day("2026-10-22", "2026-10-22", json!({"attendees": [SOFIA]})),
            "Thu 22 13:00, Thu 22 14:00",
        ),
        (
            day("2026-10-30", "2026-10-30", json!({"attendees": [SOFIA]})),
            "Fri 30 12:00, Fri 30 13:00",
        ),
        // Half hours: the day in India ends at 13:30, then at 12:30.
        (
            day(
                "2026-10-22",
                "2026-10-22",
                json!({"attendees": [PRIYA], "between": "12:00-18:00"}),
            ),
            "Thu 22 12:00",
        ),
        (
            day(
                "2026-10-30",
                "2026-10-30",
                json!({"attendees": [PRIYA], "between": "11:15-18:00"}),
            ),
            "Fri 30 11:15",
        ),
        (
            day(
                "2026-10-22",
                "2026-10-22",
                json!({"attendees": [PRIYA, MIKE]}),
            ),
            "no_slot",
        ),
        (
            day(
                "2026-10-22",
                "2026-10-22",
                json!({"attendees": [PRIYA, MIKE], "outside_hours": true, "between": "14:00-15:00"}),
            ),
            "Thu 22 14:00",
        ),
        // The asker's zone may be another: the same moment, on other clocks.
        (
            day(
                "2026-10-22",
                "2026-10-22",
                json!({"attendees": [MIKE], "zone": "America/New_York"}),
            ),
            "Thu 22 08:00, Thu 22 09:00",
        ),
        // A series keeps its wall time over the change.
        (
            day(
                "2026-10-26",
                "2026-10-26",
                json!({"attendees": [ADA], "between": "08:30-10:00", "duration_minutes": 30}),
            ),
            "Mon 26 08:30, Mon 26 09:15",
        ),
        // Nobody knows when he works, so only her hours count.
        (
            day("2026-10-22", "2026-10-22", json!({"attendees": [ABSENT]})),
            "Thu 22 08:00, Thu 22 12:00",
        ),
        // More than a thousand entries in two months are asked in halves.
        (
            day(
                "2026-10-22",
                "2026-12-10",
                json!({"attendees": [FULL], "days": ["Wed"], "limit": 1}),
            ),
            "Wed 28 13:00",
        ),
    ];
    let mut wrong = Vec::new();
    for (arguments, expected) in &cases {
        let found = starts(&ask(&house, &lena, arguments).await);
        if found != *expected {
            wrong.push(format!("{arguments}: {found}; expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Of the last case: both people, then the one with too many entries, in two halves.
    house.sim.clear_log();
    ask(&house, &lena, &cases[cases.len() - 1].0).await;
    assert_eq!(schedules(&house), [2, 1, 1]);
}

#[tokio::test]
async fn clocks_that_go_forward_are_followed_too() {
    let house = house("2026-03-02T07:00:00Z").await;
    let lena = house.connected(LENA, &ALLOWED).await;
    for (day, with, expected) in [
        ("2026-03-05", MIKE, "Thu 05 14:00"),
        ("2026-03-12", MIKE, "Thu 12 13:00"),
        ("2026-04-02", MIKE, "Thu 02 14:00"),
        ("2026-03-26", SOFIA, "Thu 26 12:00"),
        ("2026-04-02", SOFIA, "Thu 02 13:00"),
        ("2026-03-12", CUSTOM, "Thu 12 13:00"),
    ] {
        let arguments = json!({"attendees": [with], "duration_minutes": 60, "from": day, "to": day, "limit": 1});
        assert_eq!(
            starts(&ask(&house, &lena, &arguments).await),
            expected,
            "{arguments}"
        );
    }
    // The night in which an hour is missing, and the window that ends in it.
    let night = json!({"duration_minutes": 30, "from": "2026-03-29T01:00", "to": "2026-03-29T04:00", "outside_hours": true, "limit": 9});
    assert_eq!(
        starts(&ask(&house, &lena, &night).await),
        "Sun 29 01:00, Sun 29 01:30, Sun 29 03:00, Sun 29 03:30"
    );
}
