//! Answering invitations, case by case: what Outlook and the organiser hold afterwards.

mod cases;

use reqwest::Method;
use serde_json::{Value, json};

use super::cancel_event::daily;
use super::desk::{ANNA, Desk, LENA, handle};

async fn check(desk: &Desk, id: &str, extra: Value, expected: Value) -> Value {
    desk.check("respond_to_event", id, &extra, &expected).await
}

/// Anna invites Lena; the title and Lena's handle.
async fn invited(desk: &Desk, start: &str, extra: &Value) -> (String, String) {
    let mut body = json!({"attendees": desk.guests(&[&desk.login(LENA)])});
    body.as_object_mut()
        .expect("an object")
        .extend(extra.as_object().expect("an object").clone());
    let event = desk.made(ANNA, start, &body).await;
    let title = event["subject"].as_str().expect("a title").to_owned();
    let id = desk.handle(LENA, &title);
    (title, id)
}

fn heard(desk: &Desk, title: &str) -> Value {
    desk.copies(ANNA, title)[0]["attendees"][0]["status"]["response"].clone()
}

#[tokio::test]
async fn an_answer_is_what_outlook_and_the_organiser_hold_afterwards() {
    let desk = Desk::new().await;
    let anna = desk.login(ANNA);
    for (word, answer, held) in [
        ("accept", "accepted", Some("accepted")),
        ("tentative", "tentative", Some("tentativelyAccepted")),
        ("decline", "declined", None),
    ] {
        for notify in [true, false] {
            let (title, id) = invited(&desk, "2031-03-04T10:00:00", &json!({})).await;
            let mailed = if notify { json!([anna]) } else { json!([]) };
            check(
                &desk,
                &id,
                json!({"answer": word, "notify": notify}),
                json!({"status": "done", "answer": answer, "verified": true, "mailed": mailed}),
            )
            .await;
            let copy = desk.copies(LENA, &title);
            assert_eq!(
                copy.first()
                    .and_then(|copy| copy["responseStatus"]["response"].as_str()),
                held
            );
            let expected = match (notify, word) {
                (false, _) => "none",
                (true, "accept") => "accepted",
                (true, "tentative") => "tentativelyAccepted",
                (true, _) => "declined",
            };
            assert_eq!(heard(&desk, &title), expected, "{word} {notify}");
            // Cleared away, so that the next one overlaps nothing.
            for copy in copy {
                let path = format!("/me/events/{}", copy["id"].as_str().expect("an id"));
                desk.graph(LENA, Method::DELETE, &path, None).await;
            }
        }
    }
}

#[tokio::test]
async fn the_same_answer_again_sends_nothing_and_says_so() {
    let desk = Desk::new().await;
    let (_, id) = invited(&desk, "2031-03-04T10:00:00", &json!({})).await;
    check(
        &desk,
        &id,
        json!({"answer": "accept"}),
        json!({"status": "done"}),
    )
    .await;
    desk.house.sim.clear_log();
    check(
        &desk,
        &id,
        json!({"answer": "accept"}),
        json!({"status": "unchanged", "mailed": [], "verified": true}),
    )
    .await;
    assert!(
        desk.house
            .graph_requests()
            .iter()
            .all(|request| request.method == "GET")
    );
    check(
        &desk,
        &id,
        json!({"answer": "tentative"}),
        json!({"status": "done", "answer": "tentative"}),
    )
    .await;
}

#[tokio::test]
async fn a_time_is_proposed_where_that_is_allowed() {
    let desk = Desk::new().await;
    let (title, id) = invited(&desk, "2031-03-04T10:00:00", &json!({})).await;
    let answer = check(
        &desk,
        &id,
        json!({"answer": "tentative", "propose_start": "2031-03-05T14:00", "comment": "Later?"}),
        json!({"status": "done", "proposed": {"day": "Wed", "start": "2031-03-05T14:00+01:00", "end": "2031-03-05T15:00+01:00"}}),
    )
    .await;
    assert_eq!(answer["verified"], true);
    let proposed = &desk.copies(ANNA, &title)[0]["attendees"][0]["proposedNewTime"];
    assert_eq!(
        proposed["start"]["dateTime"]
            .as_str()
            .map(|text| &text[..16]),
        Some("2031-03-05T13:00")
    );

    let (title, id) = invited(
        &desk,
        "2031-03-06T10:00:00",
        &json!({"allowNewTimeProposals": false}),
    )
    .await;
    check(
        &desk,
        &id,
        json!({"answer": "decline", "propose_start": "2031-03-07T14:00"}),
        json!({"status": "proposals_not_allowed"}),
    )
    .await;
    assert_eq!(
        (heard(&desk, &title), desk.copies(LENA, &title).len()),
        (json!("none"), 1)
    );
}

#[tokio::test]
async fn what_needs_no_answer_is_told_so() {
    let desk = Desk::new().await;
    let own = desk.made(LENA, "2031-03-04T10:00:00", &json!({})).await;
    check(
        &desk,
        &handle(&own),
        json!({"answer": "accept"}),
        json!({"status": "is_organizer"}),
    )
    .await;

    let (title, id) = invited(&desk, "2031-03-04T12:00:00", &json!({})).await;
    let event = &desk.copies(ANNA, &title)[0];
    let path = format!("/me/events/{}/cancel", event["id"].as_str().expect("an id"));
    desk.graph(ANNA, Method::POST, &path, Some(&json!({})))
        .await;
    check(
        &desk,
        &id,
        json!({"answer": "accept"}),
        json!({"status": "already_cancelled"}),
    )
    .await;
    check(
        &desk,
        &id,
        json!({"answer": "accept", "scope": "all"}),
        json!({"status": "already_cancelled"}),
    )
    .await;

    let (_, id) = invited(&desk, "2031-03-04T13:00:00", &json!({})).await;
    check(
        &desk,
        &id,
        json!({"answer": "decline"}),
        json!({"status": "done"}),
    )
    .await;
    check(
        &desk,
        &id,
        json!({"answer": "accept"}),
        json!({"status": "event_not_found"}),
    )
    .await;
}

#[tokio::test]
async fn one_occurrence_is_answered_or_the_whole_series() {
    let desk = Desk::new().await;
    let (title, _) = invited(
        &desk,
        "2031-03-28T10:00:00",
        &json!({"recurrence": daily()}),
    )
    .await;
    let days = || desk.occurrences(LENA, &title, "2031-03-27", "2031-04-03");
    let answers = async || -> Vec<String> {
        days()
            .await
            .iter()
            .map(|day| {
                day["responseStatus"]["response"]
                    .as_str()
                    .expect("a word")
                    .to_owned()
            })
            .collect()
    };
    let ids: Vec<String> = days().await.iter().map(handle).collect();
    check(
        &desk,
        &ids[1],
        json!({"answer": "accept"}),
        json!({"status": "done", "scope": "this", "verified": true}),
    )
    .await;
    assert_eq!(
        answers().await,
        [
            "notResponded",
            "accepted",
            "notResponded",
            "notResponded",
            "notResponded"
        ]
    );
    check(
        &desk,
        &ids[2],
        json!({"answer": "decline"}),
        json!({"status": "done", "scope": "this", "verified": true}),
    )
    .await;
    assert_eq!(answers().await.len(), 4);
    check(
        &desk,
        &ids[0],
        json!({"answer": "tentative", "scope": "all"}),
        json!({"status": "done", "scope": "all", "verified": true}),
    )
    .await;
    assert_eq!(answers().await, ["tentativelyAccepted"; 4]);
    check(
        &desk,
        &ids[0],
        json!({"answer": "decline", "scope": "all"}),
        json!({"status": "done", "scope": "all", "verified": true}),
    )
    .await;
    assert_eq!(desk.copies(LENA, &title).len(), 0);
}

#[tokio::test]
async fn whoever_accepts_hears_what_it_overlaps_with() {
    let desk = Desk::new().await;
    let other = desk.made(LENA, "2031-03-04T10:30:00", &json!({})).await;
    let (_, id) = invited(&desk, "2031-03-04T10:00:00", &json!({})).await;
    let expected =
        json!({"status": "done", "conflicts": {"count": 1, "titles": [other["subject"]]}});
    check(&desk, &id, json!({"answer": "accept"}), expected).await;
}
