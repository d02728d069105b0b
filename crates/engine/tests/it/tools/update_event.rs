//! Changing events, case by case: what Outlook holds afterwards, who is mailed, and what stays as it was.

mod cases;

use reqwest::Method;
use serde_json::{Value, json};
use sim::{Fault, FaultAnswer, Surface};

use super::desk::{ANNA, Desk, LENA, handle};

/// Changes an event of Lena's and compares members of the answer.
pub(super) async fn check(desk: &Desk, id: &str, extra: Value, expected: Value) -> Value {
    desk.check("update_event", id, &extra, &expected).await
}

pub(super) fn title(event: &Value) -> &str {
    event["subject"].as_str().expect("a title")
}

/// Start and end as Outlook holds them, in UTC, to the minute.
pub(super) fn held(event: &Value) -> (String, String) {
    let time = |name: &str| {
        let text = event[name]["dateTime"].as_str().expect("a time");
        text[..16].to_owned()
    };
    (time("start"), time("end"))
}

async fn get(desk: &Desk, event: &Value) -> Value {
    let path = format!("/me/events/{}", event["id"].as_str().expect("an id"));
    desk.graph(LENA, Method::GET, &path, None).await.1
}

#[tokio::test]
async fn each_field_is_changed_as_asked_and_nothing_else_is() {
    let desk = Desk::new().await;
    let anna = desk.login(ANNA);
    for (change, member, value, mails) in [
        (
            json!({"location": "Pier 3"}),
            "/location/displayName",
            json!("Pier 3"),
            true,
        ),
        (
            json!({"location": ""}),
            "/location/displayName",
            json!(""),
            false,
        ),
        (json!({"show_as": "free"}), "/showAs", json!("free"), false),
        (
            json!({"show_as": "out_of_office"}),
            "/showAs",
            json!("oof"),
            false,
        ),
        (
            json!({"sensitivity": "private"}),
            "/sensitivity",
            json!("private"),
            true,
        ),
        (
            json!({"reminder_minutes": 45}),
            "/reminderMinutesBeforeStart",
            json!(45),
            false,
        ),
        (
            json!({"reminder_minutes": -1}),
            "/isReminderOn",
            json!(false),
            false,
        ),
        (
            json!({"categories": ["Red", "Visit"]}),
            "/categories",
            json!(["Red", "Visit"]),
            false,
        ),
        (
            json!({"body": "Bring <boots>."}),
            "/bodyPreview",
            json!("Bring <boots>."),
            true,
        ),
        (
            json!({"online": true}),
            "/isOnlineMeeting",
            json!(true),
            true,
        ),
        (
            json!({"duration_minutes": 30}),
            "/end/dateTime",
            json!("2031-03-04T09:30:00.0000000"),
            true,
        ),
        (
            json!({"end": "2031-03-04T12:00"}),
            "/end/dateTime",
            json!("2031-03-04T11:00:00.0000000"),
            true,
        ),
        (
            json!({"start": "2031-03-04T12:00"}),
            "/end/dateTime",
            json!("2031-03-04T12:00:00.0000000"),
            true,
        ),
        (
            json!({"start": "2031-03-05"}),
            "/isAllDay",
            json!(true),
            true,
        ),
        (
            json!({"move_days": 1}),
            "/start/dateTime",
            json!("2031-03-05T09:00:00.0000000"),
            true,
        ),
        (
            json!({"move_minutes": -90}),
            "/start/dateTime",
            json!("2031-03-04T07:30:00.0000000"),
            true,
        ),
    ] {
        let guests = json!({"attendees": desk.guests(&[&anna])});
        let event = desk.made(LENA, "2031-03-04T10:00:00", &guests).await;
        let before = get(&desk, &event).await;
        let unchanged = before.pointer(member) == Some(&value);
        let answer = check(&desk, &handle(&event), change.clone(), json!({})).await;
        let status = if unchanged { "unchanged" } else { "done" };
        assert_eq!(answer["status"], status, "{change}: {answer}");
        assert_eq!(answer["verified"], true, "{change}: {answer}");
        let mailed = if mails && !unchanged {
            json!([anna])
        } else {
            json!([])
        };
        assert_eq!(answer["mailed"], mailed, "{change}");
        let after = get(&desk, &event).await;
        assert_eq!(after.pointer(member), Some(&value), "{change}");
        for same in ["subject", "type", "organizer", "importance", "recurrence"] {
            assert_eq!(before[same], after[same], "{same} after {change}");
        }
        let path = format!("/me/events/{}", event["id"].as_str().expect("an id"));
        desk.graph(LENA, Method::DELETE, &path, None).await;
    }
}

#[tokio::test]
async fn a_change_tells_what_was_and_what_is() {
    let desk = Desk::new().await;
    let event = desk.made(LENA, "2031-03-04T10:00:00", &json!({})).await;
    let answer = check(
        &desk,
        &handle(&event),
        json!({"title": "Another", "start": "2031-03-05T14:00"}),
        json!({"status": "done", "verified": true}),
    )
    .await;
    assert_eq!(
        answer["changes"],
        json!({
            "title": {"before": title(&event), "after": "Another"},
            "time": {"before": "Tue 2031-03-04T10:00+01:00/2031-03-04T11:00+01:00", "after": "Wed 2031-03-05T14:00+01:00/2031-03-05T15:00+01:00"},
        })
    );
    assert_eq!(answer["event"]["start"], "2031-03-05T14:00+01:00");
    // The new handle leads to it, the old one does not.
    let id = answer["event"]["id"].as_str().expect("an id");
    check(
        &desk,
        id,
        json!({"title": "Third"}),
        json!({"status": "done"}),
    )
    .await;
    check(
        &desk,
        &handle(&event),
        json!({"title": "Fourth"}),
        json!({"status": "event_not_found"}),
    )
    .await;
}

#[tokio::test]
async fn guests_are_merged_and_keep_their_answers() {
    let desk = Desk::new().await;
    let (anna, katrin) = (desk.login(ANNA), desk.login(0));
    let mut guests = desk.guests(&[&anna, "kim@outside.example"]);
    guests.as_array_mut().expect("a list").push(json!({"type": "resource", "emailAddress": {"address": "beamer@outside.example", "name": "Beamer"}}));
    let event = desk
        .made(LENA, "2031-03-04T10:00:00", &json!({"attendees": guests}))
        .await;
    let theirs = desk.copies(ANNA, title(&event));
    let path = format!(
        "/me/events/{}/accept",
        theirs[0]["id"].as_str().expect("an id")
    );
    desk.graph(ANNA, Method::POST, &path, Some(&json!({})))
        .await;

    let answer = check(
        &desk,
        &handle(&event),
        json!({"add_optional": [katrin], "remove_attendees": ["KIM@outside.example"]}),
        json!({"status": "done", "verified": true, "mailed": [katrin, "kim@outside.example"]}),
    )
    .await;
    assert_eq!(answer["changes"]["added"], json!([katrin]));
    assert_eq!(answer["changes"]["removed"], json!(["kim@outside.example"]));
    let after = get(&desk, &event).await;
    let people: Vec<_> = after["attendees"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| {
            (
                one["emailAddress"]["address"]
                    .as_str()
                    .expect("an address")
                    .to_owned(),
                one["type"].as_str().expect("a type").to_owned(),
                one["status"]["response"]
                    .as_str()
                    .expect("a word")
                    .to_owned(),
            )
        })
        .collect();
    let is = |address: &str, kind: &str, answer: &str| {
        (address.to_owned(), kind.to_owned(), answer.to_owned())
    };
    assert_eq!(
        people,
        [
            is(&anna, "required", "accepted"),
            is("beamer@outside.example", "resource", "none"),
            is(&katrin, "optional", "none")
        ]
    );
    check(
        &desk,
        &handle(&event),
        json!({"add_attendees": [anna]}),
        json!({"status": "unchanged", "mailed": []}),
    )
    .await;
    check(
        &desk,
        &handle(&event),
        json!({"remove_attendees": ["nobody@outside.example"]}),
        json!({"status": "not_invited"}),
    )
    .await;
}

#[tokio::test]
async fn five_hundred_guests_can_be_changed_and_one_more_is_refused() {
    let desk = Desk::new().await;
    let addresses: Vec<String> = (0..500)
        .map(|n| format!("guest{n}@outside.example"))
        .collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let event = desk
        .made(
            LENA,
            "2031-03-04T10:00:00",
            &json!({"attendees": desk.guests(&addresses)}),
        )
        .await;
    let id = handle(&event);
    check(
        &desk,
        &id,
        json!({"add_attendees": ["one@outside.example"]}),
        json!({"status": "too_many_attendees"}),
    )
    .await;
    let swap = json!({"add_attendees": ["one@outside.example"], "remove_attendees": ["guest7@outside.example"]});
    check(&desk, &id, swap, json!({"status": "done", "verified": true, "mailed": ["one@outside.example", "guest7@outside.example"]})).await;
    let answer = check(
        &desk,
        &id,
        json!({"location": "Hall"}),
        json!({"status": "done", "verified": true, "mailed_count": 500}),
    )
    .await;
    assert!(
        answer.to_string().len() < 2_500,
        "{}",
        answer.to_string().len()
    );
}

#[tokio::test]
async fn new_words_keep_the_link_of_an_online_meeting() {
    let desk = Desk::new().await;
    let online = json!({"isOnlineMeeting": true, "onlineMeetingProvider": "teamsForBusiness", "body": {"contentType": "text", "content": "Old words"}});
    let event = desk.made(LENA, "2031-03-04T10:00:00", &online).await;
    let link = event["onlineMeeting"]["joinUrl"]
        .as_str()
        .expect("a link")
        .to_owned();
    check(
        &desk,
        &handle(&event),
        json!({"body": "New words\nin two lines"}),
        json!({"status": "done", "verified": true}),
    )
    .await;
    let after = get(&desk, &event).await;
    let text = after["body"]["content"].as_str().expect("a text");
    assert!(
        text.contains("New words<br>")
            && !text.contains("Old words")
            && text.contains("Join the meeting now"),
        "{text}"
    );
    assert_eq!(
        (
            &after["isOnlineMeeting"],
            after["onlineMeeting"]["joinUrl"].as_str()
        ),
        (&json!(true), Some(link.as_str()))
    );
    check(
        &desk,
        &handle(&event),
        json!({"online": true}),
        json!({"status": "unchanged"}),
    )
    .await;
}

#[tokio::test]
async fn a_day_later_is_the_same_local_time_over_every_change_of_the_clocks() {
    let desk = Desk::new().await;
    for (zone, at, local, days, expected) in [
        // Berlin: an hour lost on 30 March 2031, one won on 26 October 2031.
        (
            "W. Europe Standard Time",
            "2031-03-29T09:00:00",
            "2031-03-29T10:00:00",
            1,
            "2031-03-30T08:00",
        ),
        (
            "W. Europe Standard Time",
            "2031-10-25T08:00:00",
            "2031-10-25T10:00:00",
            1,
            "2031-10-26T09:00",
        ),
        (
            "W. Europe Standard Time",
            "2031-10-26T09:00:00",
            "2031-10-26T10:00:00",
            -1,
            "2031-10-25T08:00",
        ),
        // New York: 9 March and 2 November 2031.
        (
            "Eastern Standard Time",
            "2031-03-08T15:00:00",
            "2031-03-08T10:00:00",
            1,
            "2031-03-09T14:00",
        ),
        (
            "Eastern Standard Time",
            "2031-11-01T14:00:00",
            "2031-11-01T10:00:00",
            1,
            "2031-11-02T15:00",
        ),
        // São Paulo has none.
        (
            "E. South America Standard Time",
            "2031-03-29T13:00:00",
            "2031-03-29T10:00:00",
            1,
            "2031-03-30T13:00",
        ),
    ] {
        let time = |text: &str| json!({"dateTime": text, "timeZone": zone});
        let begin: jiff::civil::DateTime = local.parse().expect("a time");
        let end = (begin + jiff::Span::new().minutes(45)).to_string();
        let event = desk
            .made(
                LENA,
                local,
                &json!({"start": time(local), "end": time(&end)}),
            )
            .await;
        let seen = get(&desk, &event).await;
        assert_eq!(held(&seen).0, at[..16], "{zone}");
        check(
            &desk,
            &handle(&seen),
            json!({"move_days": days}),
            json!({"status": "done", "verified": true}),
        )
        .await;
        let after = get(&desk, &event).await;
        assert_eq!(held(&after).0, expected, "{zone} {at} {days}");
        assert_eq!(
            after["originalStartTimeZone"], zone,
            "it stays an event of that zone"
        );
    }
}

#[tokio::test]
async fn whole_days_stay_whole_days() {
    let desk = Desk::new().await;
    let time = |text: &str| json!({"dateTime": text, "timeZone": "Tokyo Standard Time"});
    for (change, expected) in [
        (
            json!({"move_days": 2}),
            ("2031-03-06T00:00", "2031-03-08T00:00"),
        ),
        (
            json!({"start": "2031-03-10"}),
            ("2031-03-10T00:00", "2031-03-12T00:00"),
        ),
        (
            json!({"end": "2031-03-08"}),
            ("2031-03-04T00:00", "2031-03-09T00:00"),
        ),
        (
            json!({"start": "2031-03-10", "end": "2031-03-10"}),
            ("2031-03-10T00:00", "2031-03-11T00:00"),
        ),
    ] {
        let days = json!({"isAllDay": true, "start": time("2031-03-04T00:00:00"), "end": time("2031-03-06T00:00:00")});
        let event = desk.made(LENA, "2031-03-04T00:00:00", &days).await;
        let shown = json!({"id": event["id"], "start": {"dateTime": "2031-03-04T00:00:00"}});
        check(
            &desk,
            &handle(&shown),
            change.clone(),
            json!({"status": "done", "verified": true}),
        )
        .await;
        let (start, end) = held(&get(&desk, &event).await);
        assert_eq!((start.as_str(), end.as_str()), expected, "{change}");
    }
    let event = desk.made(LENA, "2031-03-14T00:00:00", &json!({"isAllDay": true, "start": time("2031-03-14T00:00:00"), "end": time("2031-03-15T00:00:00")})).await;
    let shown = handle(&json!({"id": event["id"], "start": {"dateTime": "2031-03-14T00:00:00"}}));
    for (change, field) in [
        (json!({"move_minutes": 30}), "invalid_arguments"),
        (json!({"duration_minutes": 30}), "invalid_arguments"),
        (json!({"start": "2031-03-14T10:00"}), "invalid_arguments"),
        (json!({"end": "2031-03-13"}), "ends_before_start"),
        (
            json!({"start": "2031-03-14T10:00", "duration_minutes": 30}),
            "done",
        ),
    ] {
        check(&desk, &shown, change, json!({"status": field})).await;
    }
}

#[tokio::test]
async fn of_somebody_elses_meeting_only_the_own_copy_changes_and_that_is_said() {
    let desk = Desk::new().await;
    let event = desk
        .made(
            ANNA,
            "2031-03-04T10:00:00",
            &json!({"attendees": desk.guests(&[&desk.login(LENA)])}),
        )
        .await;
    let id = desk.handle(LENA, title(&event));
    let answer = check(
        &desk,
        &id,
        json!({"location": "My desk"}),
        json!({"status": "done", "verified": true, "mailed": []}),
    )
    .await;
    assert!(
        answer["note"]
            .as_str()
            .is_some_and(|note| note.contains("only her own copy")),
        "{answer}"
    );
    let place = |who| desk.copies(who, title(&event))[0]["location"]["displayName"].clone();
    assert_eq!((place(LENA), place(ANNA)), (json!("My desk"), json!("")));
    for change in [
        json!({"add_attendees": ["kim@outside.example"]}),
        json!({"online": true}),
    ] {
        check(&desk, &id, change, json!({"status": "not_organizer"})).await;
    }
}

#[tokio::test]
async fn a_change_by_somebody_else_in_between_is_never_overwritten() {
    let desk = Desk::new().await;
    let event = desk.made(LENA, "2031-03-04T10:00:00", &json!({})).await;
    desk.house.sim.fault(Fault {
        surface: Surface::Graph,
        method: Some("PATCH".into()),
        times: Some(1),
        answer: FaultAnswer::GraphError("ErrorIrresolvableConflict".into()),
        ..Fault::default()
    });
    check(
        &desk,
        &handle(&event),
        json!({"location": "Here"}),
        json!({"status": "changed_meanwhile"}),
    )
    .await;
    assert_eq!(get(&desk, &event).await["location"]["displayName"], "");
    check(
        &desk,
        &handle(&event),
        json!({"location": "Here"}),
        json!({"status": "done", "verified": true}),
    )
    .await;
}

#[tokio::test]
async fn a_new_time_says_what_it_overlaps_with() {
    let desk = Desk::new().await;
    let other = desk.made(LENA, "2031-03-05T10:30:00", &json!({})).await;
    let event = desk.made(LENA, "2031-03-04T10:00:00", &json!({})).await;
    let expected = json!({"status": "done", "conflicts": {"count": 1, "titles": [title(&other)]}});
    let answer = check(&desk, &handle(&event), json!({"move_days": 1}), expected).await;
    let id = answer["event"]["id"].as_str().expect("an id");
    let answer = check(
        &desk,
        id,
        json!({"move_days": 1}),
        json!({"status": "done"}),
    )
    .await;
    assert!(answer.get("conflicts").is_none());
}

#[tokio::test]
async fn an_event_that_is_gone_or_cancelled_is_not_changed() {
    let desk = Desk::new().await;
    let event = desk
        .made(
            ANNA,
            "2031-03-04T10:00:00",
            &json!({"attendees": desk.guests(&[&desk.login(LENA)])}),
        )
        .await;
    let id = desk.handle(LENA, title(&event));
    let path = format!("/me/events/{}/cancel", event["id"].as_str().expect("an id"));
    desk.graph(ANNA, Method::POST, &path, Some(&json!({})))
        .await;
    check(
        &desk,
        &id,
        json!({"location": "x"}),
        json!({"status": "already_cancelled"}),
    )
    .await;
    let own = desk.made(LENA, "2031-03-04T10:00:00", &json!({})).await;
    let path = format!("/me/events/{}", own["id"].as_str().expect("an id"));
    desk.graph(LENA, Method::DELETE, &path, None).await;
    check(
        &desk,
        &handle(&own),
        json!({"location": "x"}),
        json!({"status": "event_not_found"}),
    )
    .await;
}
