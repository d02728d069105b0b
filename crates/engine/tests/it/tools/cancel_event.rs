//! Cancelling, case by case: who is told, what goes, and what is said of what was gone already.

mod cases;

use reqwest::Method;
use serde_json::{Value, json};

use super::desk::{ANNA, Desk, LENA, handle};

/// Calls the tool on Lena's copy and compares a few members of the answer.
async fn check(desk: &Desk, id: &str, extra: Value, expected: Value) -> Value {
    desk.check("cancel_event", id, &extra, &expected).await
}

#[tokio::test]
async fn a_meeting_of_ones_own_is_cancelled_and_everybody_hears_of_it() {
    let desk = Desk::new().await;
    let anna = desk.login(ANNA);
    for (comment, at) in [
        (None, "2031-03-04T10:00:00"),
        (Some("Not today."), "2031-03-05T10:00:00"),
    ] {
        let guests = json!({"attendees": desk.guests(&[&anna, "kim@outside.example"])});
        let event = desk.made(LENA, at, &guests).await;
        let title = event["subject"].as_str().expect("a title");
        let extra = comment.map_or(json!({}), |comment| json!({"comment": comment}));
        let answer = check(
            &desk,
            &handle(&event),
            extra,
            json!({"status": "done", "what": "cancelled", "verified": true, "mailed": [anna, "kim@outside.example"]}),
        )
        .await;
        assert!(
            answer["event"].get("id").is_none(),
            "what is gone has no id"
        );
        assert_eq!(desk.copies(LENA, title).len(), 0);
        let theirs = &desk.copies(ANNA, title)[0];
        assert_eq!(theirs["isCancelled"], true);
        let text = theirs["body"]["content"].as_str().expect("a text");
        assert_eq!(
            comment.is_some_and(|comment| text.contains(comment)),
            comment.is_some()
        );
    }
}

#[tokio::test]
async fn an_event_without_guests_is_removed_and_nobody_is_mailed() {
    let desk = Desk::new().await;
    for extra in [
        json!({}),
        json!({"isAllDay": true, "start": {"dateTime": "2031-03-06T00:00:00", "timeZone": "UTC"}, "end": {"dateTime": "2031-03-07T00:00:00", "timeZone": "UTC"}}),
    ] {
        let event = desk.made(LENA, "2031-03-06T10:00:00", &extra).await;
        let expected = json!({"status": "done", "what": "removed", "verified": true, "mailed": []});
        check(&desk, &handle(&event), json!({}), expected).await;
        assert_eq!(
            desk.copies(LENA, event["subject"].as_str().expect("a title"))
                .len(),
            0
        );
    }
}

#[tokio::test]
async fn somebody_elses_meeting_is_not_cancelled_and_only_the_own_copy_goes_if_that_is_said() {
    let desk = Desk::new().await;
    let lena = desk.login(LENA);
    let event = desk
        .made(
            ANNA,
            "2031-03-04T11:00:00",
            &json!({"attendees": desk.guests(&[&lena])}),
        )
        .await;
    let title = event["subject"].as_str().expect("a title");
    let id = desk.handle(LENA, title);
    check(&desk, &id, json!({}), json!({"status": "not_organizer"})).await;
    assert_eq!(desk.copies(LENA, title).len(), 1, "nothing was done");
    let expected =
        json!({"status": "done", "what": "own_copy_removed", "verified": true, "mailed": []});
    let answer = check(&desk, &id, json!({"own_copy": true}), expected).await;
    assert!(
        answer["note"]
            .as_str()
            .is_some_and(|note| note.contains("still takes place"))
    );
    assert_eq!(
        (
            desk.copies(LENA, title).len(),
            desk.copies(ANNA, title).len()
        ),
        (0, 1)
    );
    let theirs = &desk.copies(ANNA, title)[0];
    assert_eq!(
        (
            &theirs["isCancelled"],
            &theirs["attendees"][0]["status"]["response"]
        ),
        (&json!(false), &json!("none"))
    );
}

#[tokio::test]
async fn the_organiser_cannot_remove_only_her_own_copy() {
    let desk = Desk::new().await;
    let event = desk.made(LENA, "2031-03-04T12:00:00", &json!({})).await;
    check(
        &desk,
        &handle(&event),
        json!({"own_copy": true}),
        json!({"status": "is_organizer"}),
    )
    .await;
    assert_eq!(
        desk.copies(LENA, event["subject"].as_str().expect("a title"))
            .len(),
        1
    );
}

#[tokio::test]
async fn what_is_gone_or_cancelled_already_is_not_called_done() {
    let desk = Desk::new().await;
    let event = desk.made(LENA, "2031-03-04T13:00:00", &json!({})).await;
    let path = format!("/me/events/{}", event["id"].as_str().expect("an id"));
    desk.graph(LENA, Method::DELETE, &path, None).await;
    check(
        &desk,
        &handle(&event),
        json!({}),
        json!({"status": "event_not_found"}),
    )
    .await;

    let lena = desk.login(LENA);
    let event = desk
        .made(
            ANNA,
            "2031-03-04T14:00:00",
            &json!({"attendees": desk.guests(&[&lena])}),
        )
        .await;
    let path = format!("/me/events/{}/cancel", event["id"].as_str().expect("an id"));
    desk.graph(ANNA, Method::POST, &path, Some(&json!({"comment": "Off"})))
        .await;
    let id = desk.handle(LENA, event["subject"].as_str().expect("a title"));
    check(
        &desk,
        &id,
        json!({}),
        json!({"status": "already_cancelled"}),
    )
    .await;
    check(
        &desk,
        &id,
        json!({"own_copy": true}),
        json!({"status": "done", "what": "own_copy_removed"}),
    )
    .await;
}

/// A daily series over the change of the clocks in Berlin on 30 March 2031, of five days.
pub(crate) fn daily() -> Value {
    json!({
        "pattern": {"type": "daily", "interval": 1},
        "range": {"type": "numbered", "startDate": "2031-03-28", "numberOfOccurrences": 5},
    })
}

#[tokio::test]
async fn of_a_series_one_occurrence_goes_or_all_of_them() {
    let desk = Desk::new().await;
    let anna = desk.login(ANNA);
    let series = json!({"recurrence": daily(), "attendees": desk.guests(&[&anna])});
    let event = desk.made(LENA, "2031-03-28T10:00:00", &series).await;
    let title = event["subject"].as_str().expect("a title");
    let days = desk
        .occurrences(LENA, title, "2031-03-27", "2031-04-03")
        .await;
    assert_eq!(days.len(), 5);
    let expected = json!({"status": "done", "what": "cancelled", "scope": "this", "verified": true, "mailed": [anna]});
    let answer = check(&desk, &handle(&days[2]), json!({}), expected).await;
    assert_eq!(
        answer["event"]["start"], "2031-03-30T10:00+02:00",
        "after the change of the clocks"
    );
    assert_eq!(
        desk.occurrences(LENA, title, "2031-03-27", "2031-04-03")
            .await
            .len(),
        4
    );
    check(
        &desk,
        &handle(&days[2]),
        json!({}),
        json!({"status": "event_not_found"}),
    )
    .await;
    let expected = json!({"status": "done", "what": "cancelled", "scope": "all", "verified": true, "mailed": [anna]});
    check(
        &desk,
        &handle(&days[1]),
        json!({"scope": "all", "comment": "Off"}),
        expected,
    )
    .await;
    assert_eq!(desk.copies(LENA, title).len(), 0);
}

#[tokio::test]
async fn five_hundred_guests_are_told_by_number() {
    let desk = Desk::new().await;
    let addresses: Vec<String> = (0..500)
        .map(|n| format!("guest{n}@outside.example"))
        .collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let event = desk
        .made(
            LENA,
            "2031-03-04T15:00:00",
            &json!({"attendees": desk.guests(&addresses)}),
        )
        .await;
    let answer = check(
        &desk,
        &handle(&event),
        json!({}),
        json!({"status": "done", "mailed_count": 500}),
    )
    .await;
    assert_eq!(answer["mailed"].as_array().map(Vec::len), Some(20));
}

#[tokio::test]
async fn this_and_all_later_ones_end_the_series_before_it() {
    let desk = Desk::new().await;
    let anna = desk.login(ANNA);
    let series = json!({"recurrence": daily(), "attendees": desk.guests(&[&anna])});
    let event = desk.made(LENA, "2031-03-28T10:00:00", &series).await;
    let title = event["subject"].as_str().expect("a title");
    let days = desk
        .occurrences(LENA, title, "2031-03-27", "2031-04-03")
        .await;
    let following = json!({"scope": "following"});
    let commented = json!({"scope": "following", "comment": "Off"});
    check(
        &desk,
        &handle(&days[3]),
        commented,
        json!({"status": "comment_not_sent"}),
    )
    .await;
    let expected = json!({
        "status": "done", "what": "cancelled", "scope": "following", "series_ends_before": "2031-03-31", "verified": true, "mailed": [anna],
    });
    check(&desk, &handle(&days[3]), following.clone(), expected).await;
    for who in [LENA, ANNA] {
        let left = desk
            .occurrences(who, title, "2031-03-27", "2031-04-03")
            .await;
        assert_eq!(left.len(), 3);
    }
    // From the first one on is all of them.
    let expected = json!({"status": "done", "scope": "all", "verified": true});
    check(&desk, &handle(&days[0]), following, expected).await;
    assert_eq!(desk.copies(LENA, title).len(), 0);
}
