//! When an event is: wall times around every change of the clocks, and whole days, in several zones.

use serde_json::json;

use super::{Desk, event};

/// Wall times in the zone they were meant in, on both days on which clocks change, and where they never do.
#[tokio::test]
async fn an_event_is_at_the_wall_time_it_was_meant_for() {
    let desk = Desk::open().await;
    for (zone, start, end, told_start, told_end, utc) in [
        (
            "Europe/Berlin",
            "2031-03-30T01:30",
            "2031-03-30T03:30",
            "2031-03-30T01:30+01:00",
            "2031-03-30T03:30+02:00",
            "2031-03-30T00:30",
        ),
        (
            "Europe/Berlin",
            "2031-03-30T10:00",
            "2031-03-30T11:00",
            "2031-03-30T10:00+02:00",
            "2031-03-30T11:00+02:00",
            "2031-03-30T08:00",
        ),
        (
            "Europe/Berlin",
            "2031-10-26T02:30",
            "2031-10-26T04:00",
            "2031-10-26T02:30+02:00",
            "2031-10-26T04:00+01:00",
            "2031-10-26T00:30",
        ),
        (
            "Europe/Berlin",
            "2031-10-26T02:30+01:00",
            "2031-10-26T04:00",
            "2031-10-26T02:30+01:00",
            "2031-10-26T04:00+01:00",
            "2031-10-26T01:30",
        ),
        (
            "America/New_York",
            "2031-03-09T01:30",
            "2031-03-09T04:00",
            "2031-03-09T01:30-05:00",
            "2031-03-09T04:00-04:00",
            "2031-03-09T06:30",
        ),
        (
            "America/New_York",
            "2031-03-09T10:00",
            "2031-03-09T11:00",
            "2031-03-09T10:00-04:00",
            "2031-03-09T11:00-04:00",
            "2031-03-09T14:00",
        ),
        (
            "America/New_York",
            "2031-11-02T01:30",
            "2031-11-02T03:00",
            "2031-11-02T01:30-04:00",
            "2031-11-02T03:00-05:00",
            "2031-11-02T05:30",
        ),
        (
            "America/New_York",
            "2031-03-15T23:30",
            "2031-03-16T00:30",
            "2031-03-15T23:30-04:00",
            "2031-03-16T00:30-04:00",
            "2031-03-16T03:30",
        ),
        (
            "America/Sao_Paulo",
            "2031-10-19T00:30",
            "2031-10-19T01:00",
            "2031-10-19T00:30-03:00",
            "2031-10-19T01:00-03:00",
            "2031-10-19T03:30",
        ),
        (
            "America/Sao_Paulo",
            "2031-02-16T10:00",
            "2031-02-16T11:00",
            "2031-02-16T10:00-03:00",
            "2031-02-16T11:00-03:00",
            "2031-02-16T13:00",
        ),
        (
            "Asia/Kolkata",
            "2031-06-01T09:00",
            "2031-06-01T09:45",
            "2031-06-01T09:00+05:30",
            "2031-06-01T09:45+05:30",
            "2031-06-01T03:30",
        ),
        (
            "Europe/Vienna",
            "2031-06-02T09:00",
            "2031-06-02T09:45",
            "2031-06-02T09:00+02:00",
            "2031-06-02T09:45+02:00",
            "2031-06-02T07:00",
        ),
        (
            "UTC",
            "2031-06-03T09:00",
            "2031-06-03T09:45",
            "2031-06-03T09:00+00:00",
            "2031-06-03T09:45+00:00",
            "2031-06-03T09:00",
        ),
    ] {
        desk.check(
            json!({"title": format!("{zone} {start}"), "start": start, "end": end, "zone": zone}),
            json!({"status": "done", "zone": zone, "event": {"start": told_start, "end": told_end}}),
            json!({"isAllDay": false, "start": {"dateTime": format!("{utc}:00.0000000"), "timeZone": "UTC"}}),
        )
        .await;
    }
    // Without a zone, the person's own counts.
    desk.check(
        event("Own zone", json!({})),
        json!({"zone": "Europe/Berlin", "event": {"day": "Tue", "start": "2031-03-04T10:00+01:00", "end": "2031-03-04T10:30+01:00"}}),
        json!({"originalStartTimeZone": "W. Europe Standard Time"}),
    )
    .await;
}

/// Each hour of each day around each change of the clocks: the wall time that was asked for is the one that is held.
#[tokio::test]
async fn around_every_change_of_the_clocks_each_hour_is_held_as_it_was_meant() {
    let desk = Desk::open().await;
    let mut cases = 0;
    for (zone, days, skipped) in [
        (
            "Europe/Berlin",
            ["2031-03-30", "2031-10-26"],
            "2031-03-30T02:",
        ),
        (
            "America/New_York",
            ["2031-03-09", "2031-11-02"],
            "2031-03-09T02:",
        ),
        ("America/Sao_Paulo", ["2031-02-16", "2031-10-19"], "none"),
    ] {
        for (day, hour) in days
            .into_iter()
            .flat_map(|day| (0..24).map(move |hour| (day, hour)))
        {
            let start = format!("{day}T{hour:02}:15");
            let title = format!("{zone} {start}");
            let arguments =
                json!({"title": title, "start": start, "duration_minutes": 25, "zone": zone});
            if start.starts_with(skipped) {
                assert_eq!(
                    desk.create(&arguments).await["error"],
                    "time_does_not_exist",
                    "{arguments}"
                );
                assert!(desk.held(&title).is_empty());
                continue;
            }
            let answer = desk
                .check(
                    arguments,
                    json!({"status": "done", "zone": zone}),
                    json!({}),
                )
                .await;
            let told: jiff::Timestamp = answer["event"]["start"]
                .as_str()
                .and_then(|text| text.parse().ok())
                .expect("a time");
            assert!(
                answer["event"]["start"]
                    .as_str()
                    .is_some_and(|text| text.starts_with(&start)),
                "{answer}"
            );
            let held = format!(
                "{}Z",
                desk.held(&title)[0]["start"]["dateTime"]
                    .as_str()
                    .expect("a time")
            );
            assert_eq!(held.parse::<jiff::Timestamp>().ok(), Some(told), "{title}");
            cases += 1;
        }
    }
    assert_eq!(cases, 6 * 24 - 2);
}

#[tokio::test]
async fn whole_days_are_the_days_that_were_named_in_every_zone() {
    let desk = Desk::open().await;
    for (zone, start, end, told, held_start, held_end) in [
        (
            "Europe/Berlin",
            "2031-03-30",
            "2031-03-30",
            "2031-03-30",
            "2031-03-30",
            "2031-03-31",
        ),
        (
            "Pacific/Auckland",
            "2031-05-01",
            "2031-05-01",
            "2031-05-01",
            "2031-05-01",
            "2031-05-02",
        ),
        (
            "America/Los_Angeles",
            "2031-05-02",
            "2031-05-04",
            "2031-05-02/2031-05-04",
            "2031-05-02",
            "2031-05-05",
        ),
        (
            "America/Sao_Paulo",
            "2031-10-19",
            "2031-10-20",
            "2031-10-19/2031-10-20",
            "2031-10-19",
            "2031-10-21",
        ),
    ] {
        desk.check(
            json!({"title": format!("Days {zone}"), "start": start, "end": end, "zone": zone}),
            json!({"event": {"all_day": told}}),
            json!({
                "isAllDay": true,
                "start": {"dateTime": format!("{held_start}T00:00:00.0000000")},
                "end": {"dateTime": format!("{held_end}T00:00:00.0000000")},
            }),
        )
        .await;
    }
}
