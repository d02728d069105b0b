//! Changing series, case by case: one occurrence, all of them, or this and all later ones.

use serde_json::{Value, json};
use sim::{Fault, FaultAnswer, Surface};

use super::cancel_event::daily;
use super::desk::{ANNA, Desk, LENA, handle};
use super::update_event::{check, held, title};

#[tokio::test]
async fn of_a_series_one_occurrence_changes_or_all_keep_their_days() {
    let desk = Desk::new().await;
    let event = desk
        .made(LENA, "2031-03-28T10:00:00", &json!({"recurrence": daily()}))
        .await;
    let name = title(&event).to_owned();
    let starts = async || -> Vec<String> {
        let days = desk
            .occurrences(LENA, &name, "2031-03-27", "2031-04-04")
            .await;
        days.iter().map(|day| held(day).0).collect()
    };
    let days = desk
        .occurrences(LENA, &name, "2031-03-27", "2031-04-04")
        .await;
    assert_eq!(days.len(), 5);
    let expected = json!({"status": "done", "scope": "this", "verified": true});
    check(
        &desk,
        &handle(&days[1]),
        json!({"start": "2031-03-29T11:00"}),
        expected,
    )
    .await;
    assert_eq!(
        starts().await,
        [
            "2031-03-28T09:00",
            "2031-03-29T10:00",
            "2031-03-30T08:00",
            "2031-03-31T08:00",
            "2031-04-01T08:00"
        ]
    );
    check(
        &desk,
        &handle(&days[2]),
        json!({"move_days": 1}),
        json!({"status": "crosses_neighbour"}),
    )
    .await;
    // All: the local time of day, on both sides of the change of the clocks; the one that was moved goes along.
    let answer = check(
        &desk,
        &handle(&days[3]),
        json!({"start": "2031-03-31T14:00", "duration_minutes": 30, "scope": "all"}),
        json!({"status": "done", "scope": "all", "verified": true}),
    )
    .await;
    assert_eq!(answer["event"]["start"], "2031-03-31T14:00+02:00");
    let after = starts().await;
    assert_eq!(
        (after.len(), &after[0], &after[2], &after[4]),
        (
            5,
            &"2031-03-28T13:00".to_owned(),
            &"2031-03-30T12:00".to_owned(),
            &"2031-04-01T12:00".to_owned()
        )
    );
    let days = desk
        .occurrences(LENA, &name, "2031-03-27", "2031-04-04")
        .await;
    check(
        &desk,
        &handle(&days[3]),
        json!({"start": "2031-04-01T14:00", "scope": "all"}),
        json!({"status": "series_on_other_days"}),
    )
    .await;
    check(
        &desk,
        &handle(&days[3]),
        json!({"title": "Renamed", "scope": "all"}),
        json!({"status": "done", "verified": true}),
    )
    .await;
    assert_eq!(
        desk.occurrences(LENA, "Renamed", "2031-03-27", "2031-04-04")
            .await
            .len(),
        5
    );
}

/// A weekly series on Mondays and Thursdays over the change of the clocks, with a guest; its occurrences.
async fn weekly(desk: &Desk, extra: &Value) -> (String, Vec<Value>) {
    let mut body = json!({
        "attendees": desk.guests(&[&desk.login(ANNA)]), "location": {"displayName": "Pier 3"}, "showAs": "tentative",
        "body": {"contentType": "html", "content": "<b>Agenda</b> as always"},
        "recurrence": {
            "pattern": {"type": "weekly", "interval": 2, "daysOfWeek": ["monday", "thursday"], "firstDayOfWeek": "monday"},
            "range": {"type": "numbered", "startDate": "2031-03-17", "numberOfOccurrences": 8},
        },
    });
    body.as_object_mut()
        .expect("an object")
        .extend(extra.as_object().expect("an object").clone());
    let event = desk.made(LENA, "2031-03-17T10:00:00", &body).await;
    let title = title(&event).to_owned();
    let days = desk
        .occurrences(LENA, &title, "2031-03-01", "2031-06-30")
        .await;
    assert_eq!(days.len(), 8);
    (title, days)
}

#[tokio::test]
async fn this_and_all_later_ones_become_a_series_of_their_own() {
    let desk = Desk::new().await;
    let (name, days) = weekly(&desk, &json!({})).await;
    let answer = check(
        &desk,
        &handle(&days[3]),
        json!({"scope": "following", "start": "2031-04-03T15:00", "location": "Hall"}),
        json!({
            "status": "done", "scope": "following", "verified": true, "series_ends_before": "2031-04-03",
            "mailed": [desk.login(ANNA)], "series": {"first": "2031-04-03", "last": "2031-05-01"},
        }),
    )
    .await;
    assert_eq!(answer["event"]["start"], "2031-04-03T15:00+02:00");
    let starts = |days: &[Value]| days.iter().map(|day| held(day).0).collect::<Vec<_>>();
    let expected = [
        "2031-03-17T09:00",
        "2031-03-20T09:00",
        "2031-03-31T08:00",
        "2031-04-03T13:00",
        "2031-04-14T13:00",
        "2031-04-17T13:00",
        "2031-04-28T13:00",
        "2031-05-01T13:00",
    ];
    for who in [LENA, ANNA] {
        assert_eq!(
            starts(
                &desk
                    .occurrences(who, &name, "2031-03-01", "2031-06-30")
                    .await
            ),
            expected,
            "nothing is lost or doubled"
        );
    }
    let copies = desk.copies(LENA, &name);
    assert_eq!(copies.len(), 2);
    let new = copies
        .iter()
        .find(|copy| copy["location"]["displayName"] == "Hall")
        .expect("the new one");
    assert_eq!(new["showAs"], "tentative");
    assert!(
        new["body"]["content"]
            .as_str()
            .is_some_and(|text| text.contains("<b>Agenda</b> as always")),
        "{new}"
    );
    // The handle that was told leads to the new series.
    let id = answer["event"]["id"].as_str().expect("an id");
    check(
        &desk,
        id,
        json!({"title": "Alone"}),
        json!({"status": "done", "scope": "this"}),
    )
    .await;
}

#[tokio::test]
async fn a_series_that_cannot_be_ended_is_said_to_be_there_twice_and_never_to_be_done() {
    let desk = Desk::new().await;
    let (name, days) = weekly(&desk, &json!({})).await;
    desk.house.sim.fault(Fault {
        surface: Surface::Graph,
        method: Some("PATCH".into()),
        answer: FaultAnswer::GraphError("ErrorIrresolvableConflict".into()),
        ..Fault::default()
    });
    let answer = check(
        &desk,
        &handle(&days[3]),
        json!({"scope": "following", "start": "2031-04-03T15:00"}),
        json!({"status": "partly_done", "verified": false, "differs": ["series_end"]}),
    )
    .await;
    assert!(
        answer["note"]
            .as_str()
            .is_some_and(|note| note.contains("may hold both"))
    );
    desk.house.sim.clear_faults();
    assert_eq!(
        desk.occurrences(LENA, &name, "2031-03-01", "2031-06-30")
            .await
            .len(),
        8 + 5
    );
    // What the note advises puts it right.
    let ended = desk
        .call(
            "cancel_event",
            json!({"id": handle(&days[3]), "scope": "following"}),
        )
        .await;
    assert_eq!(
        (&ended["status"], &ended["verified"]),
        (&json!("done"), &json!(true))
    );
    assert_eq!(
        desk.occurrences(LENA, &name, "2031-03-01", "2031-06-30")
            .await
            .len(),
        8
    );
}

#[tokio::test]
async fn from_the_first_on_is_all_and_a_part_of_somebody_elses_series_is_refused() {
    let desk = Desk::new().await;
    let (name, days) = weekly(&desk, &json!({"isOnlineMeeting": true})).await;
    let change = json!({"scope": "following", "location": "Hall"});
    check(
        &desk,
        &handle(&days[0]),
        change.clone(),
        json!({"status": "done", "scope": "all", "verified": true}),
    )
    .await;
    assert_eq!(desk.copies(LENA, &name).len(), 1);
    check(
        &desk,
        &handle(&days[4]),
        change.clone(),
        json!({"status": "unchanged"}),
    )
    .await;
    let renamed = json!({"scope": "following", "title": "Online"});
    let answer = check(
        &desk,
        &handle(&days[4]),
        renamed,
        json!({"status": "done", "verified": true}),
    )
    .await;
    assert_eq!(answer["event"]["online"], true);

    let theirs = json!({"attendees": desk.guests(&[&desk.login(LENA)]), "recurrence": daily()});
    let event = desk.made(ANNA, "2031-03-28T10:00:00", &theirs).await;
    let days = desk
        .occurrences(LENA, title(&event), "2031-03-27", "2031-04-04")
        .await;
    check(
        &desk,
        &handle(&days[2]),
        change,
        json!({"status": "not_organizer"}),
    )
    .await;
}
