//! Cards that look: what the owner sees before she decides, and that her yes is for exactly that (A1, A2, A9, A10, A20).

use domain::approval::ApprovalState;
use domain::audit::Kind;
use domain::calendar::Answer;
use domain::canonical::Digest;
use domain::id::ApprovalId;
use domain::permission::Level;
use engine::{ApprovalView, CardMails, CardSpan, ErrorKind};
use reqwest::Method;
use serde_json::{Value, json};
use sim::{Fault, FaultAnswer, Surface};

use crate::tools::desk::{ANNA, Desk, LENA, handle};

const ASK: &[(&str, Level)] = &[
    ("create_event", Level::Ask),
    ("update_event", Level::Ask),
    ("cancel_event", Level::Ask),
    ("respond_to_event", Level::Ask),
    ("search_events", Level::Ask),
];

async fn asking() -> Desk {
    let desk = Desk::new().await;
    desk.house.set(ASK).await;
    desk
}

async fn asked(desk: &Desk, tool: &str, arguments: &Value) -> ApprovalId {
    let answer = desk.call(tool, arguments.clone()).await;
    assert_eq!(answer["status"], "approval_required", "{answer}");
    id_of(&answer)
}

fn id_of(answer: &Value) -> ApprovalId {
    ApprovalId::parse(answer["approval_id"].as_str().expect("an id")).expect("an id")
}

async fn opened(desk: &Desk, id: &ApprovalId) -> ApprovalView {
    let (house, person) = (&desk.house, &desk.lena.person);
    let request = house.request();
    let view = house.engine.open_approval(person, id, &request).await;
    view.expect("hers")
}

/// What Graph was asked for since, without the test's own hands.
fn methods(desk: &Desk) -> Vec<String> {
    let requests = desk.house.graph_requests();
    requests.into_iter().map(|entry| entry.method).collect()
}

async fn stored_state(desk: &Desk, id: &ApprovalId) -> ApprovalState {
    let view = desk.house.engine.approval(&desk.lena.person, id).await;
    view.expect("hers").state
}

/// Somebody else's program changes an event of Lena's.
async fn changed(desk: &Desk, event: &Value, change: &Value) {
    let path = format!("/me/events/{}", event["id"].as_str().expect("an id"));
    let (status, _) = desk.graph(LENA, Method::PATCH, &path, Some(change)).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn nobody_but_the_owner_makes_attache_look_and_she_only_by_opening_the_card() {
    let desk = asking().await;
    let event = desk.made(LENA, "2031-03-04T10:00:00", &json!({})).await;
    let change = json!({"id": handle(&event), "location": "Pier 3"});
    desk.house.sim.clear_log();
    let id = asked(&desk, "update_event", &change).await;
    // The agent repeats and waits; others try; the owner reads her list.
    asked(&desk, "update_event", &change).await;
    desk.call("check_approval", json!({"approval_id": id.as_str()}))
        .await;
    let house = &desk.house;
    for stranger in [house.signed_in(0).await, house.signed_in(ANNA).await] {
        let refused = house
            .engine
            .open_approval(&stranger, &id, &house.request())
            .await;
        assert_eq!(
            refused.map(|_| ()).map_err(|e| e.kind),
            Err(ErrorKind::NotFound)
        );
    }
    let listed = house
        .engine
        .approvals(
            &desk.lena.person,
            &engine::ApprovalFilter::default(),
            None,
            10,
        )
        .await;
    assert_eq!(listed.expect("a list").items.len(), 1);
    house
        .engine
        .approval(&desk.lena.person, &id)
        .await
        .expect("hers");
    assert_eq!(house.graph_requests().len(), 0);
    assert_eq!(house.token_requests(), 0);

    let view = opened(&desk, &id).await;
    assert_eq!(view.trouble, None);
    assert_eq!(view.card.title.as_deref(), event["subject"].as_str());
    let seen = methods(&desk);
    assert!(!seen.is_empty() && seen.len() <= 6, "{seen:?}");
    let writes = ["PATCH", "PUT", "DELETE"];
    assert!(!seen.iter().any(|method| writes.contains(&method.as_str())));
    // Again within the minute: nothing is asked.
    let again = opened(&desk, &id).await;
    assert_eq!(
        (methods(&desk).len(), again.digest),
        (seen.len(), view.digest)
    );
}

#[tokio::test]
async fn a_look_is_on_record_before_and_after_with_the_requests_it_made() {
    let desk = asking().await;
    let event = desk.made(LENA, "2031-03-04T10:00:00", &json!({})).await;
    let id = asked(&desk, "cancel_event", &json!({"id": handle(&event)})).await;
    opened(&desk, &id).await;
    let entries = desk
        .house
        .entries(&desk.lena, &[Kind::LookBegun, Kind::LookFinished])
        .await;
    let [finished, begun] = &entries[..] else {
        panic!("{}", entries.len())
    };
    assert_eq!(begun.record.kind, Kind::LookBegun);
    assert_eq!(finished.record.outcome.as_deref(), Some("done"));
    assert!(!finished.record.upstream.is_empty());
    for logged in &entries {
        assert_eq!(logged.record.approval.as_ref(), Some(&id));
        assert_eq!(logged.record.surface, Some(domain::caller::Surface::Page));
    }
}

#[tokio::test]
async fn a_change_is_shown_before_and_after_with_who_stays_who_is_mailed_and_what_is_in_the_way() {
    let desk = asking().await;
    let anna = desk.login(ANNA);
    let guests = desk.guests(&[&anna, "kim@outside.example"]);
    let extra = json!({"attendees": guests, "location": {"displayName": "Pier 1"}});
    let event = desk.made(LENA, "2031-03-04T10:00:00", &extra).await;
    let other = desk.made(LENA, "2031-03-05T14:00:00", &json!({})).await;
    let change = json!({
        "id": handle(&event), "title": "New name", "start": "2031-03-05T14:30", "location": "Pier 3",
        "add_attendees": ["max@outside.example"], "remove_attendees": ["kim@outside.example"],
    });
    let id = asked(&desk, "update_event", &change).await;
    let card = opened(&desk, &id).await.card;
    let before_after: Vec<_> = card
        .changes
        .iter()
        .map(|change| (change.from.clone().unwrap_or_default(), change.to.clone()))
        .collect();
    let title = event["subject"].as_str().expect("a title").to_owned();
    assert_eq!(
        before_after,
        [
            (title, "New name".to_owned()),
            ("Pier 1".into(), "Pier 3".into())
        ]
    );
    let span = |start: &str, end: &str| CardSpan::Timed {
        start: start.to_owned(),
        end: end.to_owned(),
    };
    assert_eq!(
        card.span,
        Some(span("2031-03-04T10:00+01:00", "2031-03-04T11:00+01:00"))
    );
    assert_eq!(
        card.moved_to,
        Some(span("2031-03-05T14:30+01:00", "2031-03-05T15:30+01:00"))
    );
    let addresses = |people: &[engine::CardAttendee]| {
        people
            .iter()
            .map(|one| one.address.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(addresses(&card.attendees), ["max@outside.example"]);
    assert_eq!(addresses(&card.removed), ["kim@outside.example"]);
    assert_eq!(addresses(&card.invited), [anna]);
    assert_eq!(card.invited[0].name.as_deref(), Some("Guest"));
    assert!(matches!(
        card.invited[0].answer,
        Some(Answer::None | Answer::NotAnswered)
    ));
    assert_eq!((card.mailed, card.outside, card.mails), (3, 2, None));
    let conflicts = card.conflicts.expect("looked at");
    assert_eq!(conflicts.count, 1);
    assert_eq!(
        Some(conflicts.first[0].title.as_str()),
        other["subject"].as_str()
    );
}

#[tokio::test]
async fn what_is_cancelled_or_answered_is_named_with_its_organiser_and_its_guests() {
    let desk = asking().await;
    let (lena, anna) = (desk.login(LENA), desk.login(ANNA));
    let own = desk
        .made(
            LENA,
            "2031-03-04T10:00:00",
            &json!({"attendees": desk.guests(&[&anna])}),
        )
        .await;
    let id = asked(
        &desk,
        "cancel_event",
        &json!({"id": handle(&own), "comment": "Sorry"}),
    )
    .await;
    let card = opened(&desk, &id).await.card;
    assert_eq!(card.title.as_deref(), own["subject"].as_str());
    assert_eq!((card.mailed, card.organizer, card.mails), (1, None, None));

    let invitation = desk
        .made(
            ANNA,
            "2031-03-04T10:30:00",
            &json!({"attendees": desk.guests(&[&lena])}),
        )
        .await;
    let title = invitation["subject"].as_str().expect("a title");
    let answer = json!({"id": desk.handle(LENA, title), "answer": "accept"});
    let id = asked(&desk, "respond_to_event", &answer).await;
    let card = opened(&desk, &id).await.card;
    assert_eq!(card.title.as_deref(), Some(title));
    assert_eq!(card.organizer.map(|who| who.address), Some(anna));
    assert_eq!(card.mails, Some(CardMails::Organizer));
    assert_eq!(card.conflicts.map(|found| found.count), Some(1));
}

#[tokio::test]
async fn a_series_is_told_in_its_pattern_and_the_number_that_is_meant() {
    let desk = asking().await;
    let recurrence = json!({
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"], "firstDayOfWeek": "monday"},
        "range": {"type": "numbered", "startDate": "2031-03-04", "numberOfOccurrences": 6},
    });
    let event = desk
        .made(
            LENA,
            "2031-03-04T10:00:00",
            &json!({"recurrence": recurrence}),
        )
        .await;
    let title = event["subject"].as_str().expect("a title").to_owned();
    let third = &desk
        .occurrences(LENA, &title, "2031-03-17", "2031-03-20")
        .await[0];
    for (scope, expected) in [("this", None), ("following", Some(4)), ("all", Some(6))] {
        let arguments = json!({"id": handle(third), "scope": scope, "location": "Pier 3"});
        let id = asked(&desk, "update_event", &arguments).await;
        let view = opened(&desk, &id).await;
        let events = view.card.series.and_then(|series| series.events);
        assert_eq!((events, view.trouble), (expected, None), "{scope}");
    }
}

#[tokio::test]
async fn a_new_event_is_shown_with_what_else_is_at_its_time() {
    let desk = asking().await;
    let there = desk.made(LENA, "2031-03-04T10:00:00", &json!({})).await;
    let new = json!({"title": "Beside", "start": "2031-03-04T10:30", "duration_minutes": 30});
    let id = asked(&desk, "create_event", &new).await;
    let view = opened(&desk, &id).await;
    let conflicts = view.card.conflicts.expect("looked at");
    assert_eq!(
        Some(conflicts.first[0].title.as_str()),
        there["subject"].as_str()
    );
    let done = desk
        .house
        .approve(&desk.lena.person, &id)
        .await
        .expect("approves");
    assert_eq!(done.state, ApprovalState::Done);
}

#[tokio::test]
async fn what_is_there_already_is_said_and_so_is_that_it_is_wanted_twice() {
    let desk = asking().await;
    let there = desk.made(LENA, "2031-03-04T10:00:00", &json!({})).await;
    let new =
        json!({"title": there["subject"], "start": "2031-03-04T10:00", "duration_minutes": 60});
    let mut again = new.clone();
    again["even_if_exists"] = true.into();
    for (arguments, so, twice) in [(&new, true, false), (&again, false, true)] {
        let id = asked(&desk, "create_event", arguments).await;
        let card = opened(&desk, &id).await.card;
        assert_eq!(
            (card.already_so, card.even_if_exists),
            (so, twice),
            "{arguments}"
        );
    }
}

#[tokio::test]
async fn a_read_is_never_looked_at() {
    let desk = asking().await;
    desk.house.sim.clear_log();
    let id = asked(&desk, "search_events", &json!({})).await;
    let view = opened(&desk, &id).await;
    assert_eq!((desk.house.graph_requests().len(), view.trouble), (0, None));
    assert!(view.can_approve);
}

#[tokio::test]
async fn a_yes_to_another_card_than_the_present_one_runs_nothing() {
    let desk = asking().await;
    let (house, person) = (&desk.house, &desk.lena.person);
    let event = desk.made(LENA, "2031-03-04T10:00:00", &json!({})).await;
    let id = asked(&desk, "cancel_event", &json!({"id": handle(&event)})).await;
    let unlooked = house.engine.approval(person, &id).await.expect("hers");
    assert!(!unlooked.can_approve, "no look, no yes");
    let refused = house
        .engine
        .approve(person, &id, &unlooked.digest, &house.request())
        .await;
    assert_eq!(
        refused.map(|_| ()).map_err(|e| e.code),
        Err("not_looked_at")
    );

    let shown = opened(&desk, &id).await;
    // Another tab looks again and sees something else.
    let card = json!({"title": "Something else"});
    assert!(
        house
            .store
            .keep_look(person.id(), &id, &card, Some("W/\"other\""))
            .await
            .expect("kept")
    );
    let forged = Digest::of("t", &[b"forged"]);
    for digest in [&unlooked.digest, &shown.digest, &forged] {
        let refused = house
            .engine
            .approve(person, &id, digest, &house.request())
            .await;
        assert_eq!(refused.map(|_| ()).map_err(|e| e.code), Err("card_changed"));
    }
    assert_eq!(stored_state(&desk, &id).await, ApprovalState::Pending);
    assert_eq!(
        desk.copies(LENA, event["subject"].as_str().expect("a title"))
            .len(),
        1
    );
    let decided = house.entries(&desk.lena, &[Kind::ApprovalDecided]).await;
    assert!(decided.is_empty(), "nothing was decided");
}

#[tokio::test]
async fn the_record_of_a_yes_has_the_digest_of_the_card_that_was_shown() {
    let desk = asking().await;
    let event = desk.made(LENA, "2031-03-04T10:00:00", &json!({})).await;
    let id = asked(&desk, "cancel_event", &json!({"id": handle(&event)})).await;
    let shown = opened(&desk, &id).await;
    desk.house
        .approve(&desk.lena.person, &id)
        .await
        .expect("approves");
    let decided = desk
        .house
        .entries(&desk.lena, &[Kind::ApprovalDecided])
        .await;
    assert_eq!(decided[0].record.target, Some(shown.digest));
}

/// Shows a call, has the event changed behind its back, approves it: nothing is sent, and the same is asked anew.
async fn asked_anew(desk: &Desk, tool: &str, event: &Value, arguments: Value) -> ApprovalView {
    let (house, person) = (&desk.house, &desk.lena.person);
    let id = asked(desk, tool, &arguments).await;
    let shown = opened(desk, &id).await;
    assert!(shown.can_approve, "{tool}: {:?}", shown.trouble);
    changed(desk, event, &json!({"subject": "Another name"})).await;
    house.sim.clear_log();
    let void = house
        .engine
        .approve(person, &id, &shown.digest, &house.request())
        .await;
    let void = void.expect("decided");
    assert_eq!(void.state, ApprovalState::Void, "{tool}");
    let next = void.replaced_by.expect("asked anew");
    assert_ne!(next, id);
    let sent = methods(desk);
    assert!(
        sent.iter().all(|method| method == "GET"),
        "{tool}: {sent:?}"
    );
    // The agent that waits or repeats is led to the new question.
    let told = desk
        .call("check_approval", json!({"approval_id": id.as_str()}))
        .await;
    assert_eq!(
        (told["status"].as_str(), id_of(&told)),
        (Some("approval_required"), next.clone())
    );
    assert_eq!(asked(desk, tool, &arguments).await, next);
    // A second yes to the old one does nothing.
    let again = house
        .engine
        .approve(person, &id, &shown.digest, &house.request())
        .await;
    assert_eq!(
        again.map(|_| ()).map_err(|e| e.code),
        Err("already_decided")
    );
    let fresh = opened(desk, &next).await;
    assert_eq!(fresh.card.title.as_deref(), Some("Another name"), "{tool}");
    house.approve(person, &next).await.expect("decided")
}

#[tokio::test]
async fn a9_an_event_that_changed_after_it_was_shown_is_asked_about_anew_and_not_touched() {
    let desk = asking().await;
    let anna = desk.login(ANNA);
    let extra = json!({"attendees": desk.guests(&[&anna])});
    let event = desk.made(LENA, "2031-03-04T10:00:00", &extra).await;
    let change = json!({"id": handle(&event), "location": "Pier 3"});
    let done = asked_anew(&desk, "update_event", &event, change).await;
    assert_eq!(done.state, ApprovalState::Done);
    let held = &desk.copies(LENA, "Another name")[0];
    assert_eq!(held["location"]["displayName"], "Pier 3");

    let event = desk.made(LENA, "2031-03-06T10:00:00", &extra).await;
    let done = asked_anew(&desk, "cancel_event", &event, json!({"id": handle(&event)})).await;
    assert_eq!(done.state, ApprovalState::Done);

    let invitation = json!({"attendees": desk.guests(&[&desk.login(LENA)])});
    let event = desk.made(ANNA, "2031-03-07T10:00:00", &invitation).await;
    let copy = desk.copies(LENA, event["subject"].as_str().expect("a title"))[0].clone();
    let answer = json!({"id": handle(&copy), "answer": "accept"});
    let done = asked_anew(&desk, "respond_to_event", &copy, answer).await;
    assert_eq!(done.state, ApprovalState::Done);
}

#[tokio::test]
async fn a9_a_412_at_the_last_moment_voids_the_yes_and_asks_anew_without_sending_it_again() {
    let desk = asking().await;
    let event = desk.made(LENA, "2031-03-04T10:00:00", &json!({})).await;
    let change = json!({"id": handle(&event), "location": "Pier 3"});
    let id = asked(&desk, "update_event", &change).await;
    let shown = opened(&desk, &id).await;
    desk.house.sim.fault(Fault {
        surface: Surface::Graph,
        method: Some("PATCH".into()),
        times: Some(1),
        answer: FaultAnswer::GraphError("ErrorIrresolvableConflict".into()),
        ..Fault::default()
    });
    desk.house.sim.clear_log();
    let (house, person) = (&desk.house, &desk.lena.person);
    let void = house
        .engine
        .approve(person, &id, &shown.digest, &house.request())
        .await;
    let void = void.expect("decided");
    assert_eq!(void.state, ApprovalState::Void);
    assert!(void.replaced_by.is_some());
    let patches = methods(&desk)
        .into_iter()
        .filter(|method| method == "PATCH");
    assert_eq!(patches.count(), 1, "no blind resend");
}

#[tokio::test]
async fn the_version_that_was_shown_is_the_one_that_is_sent() {
    let desk = asking().await;
    let event = desk.made(LENA, "2031-03-04T10:00:00", &json!({})).await;
    let change = json!({"id": handle(&event), "location": "Pier 3"});
    let id = asked(&desk, "update_event", &change).await;
    opened(&desk, &id).await;
    desk.house.sim.clear_log();
    desk.house
        .approve(&desk.lena.person, &id)
        .await
        .expect("approves");
    let patch = desk
        .house
        .graph_requests()
        .into_iter()
        .find(|entry| entry.method == "PATCH");
    let sent = patch.expect("sent").request_headers;
    assert_eq!(
        sent.get("if-match").map(String::as_str),
        event["@odata.etag"].as_str()
    );
}

#[tokio::test]
async fn when_microsoft_cannot_be_reached_the_card_says_so_and_only_a_new_event_can_be_approved() {
    let desk = asking().await;
    let event = desk.made(LENA, "2031-03-04T10:00:00", &json!({})).await;
    let cancel = asked(&desk, "cancel_event", &json!({"id": handle(&event)})).await;
    let new = json!({"title": "New", "start": "2031-03-04T15:00", "duration_minutes": 30});
    let create = asked(&desk, "create_event", &new).await;
    desk.house.sim.fault(Fault {
        surface: Surface::Graph,
        answer: FaultAnswer::Unavailable {
            status: 503,
            retry_after: Some(120),
            html: false,
        },
        ..Fault::default()
    });
    for (id, possible) in [(&cancel, false), (&create, true)] {
        let view = opened(&desk, id).await;
        let trouble = view.trouble.expect("it could not look");
        assert!(trouble.may_pass, "{}", trouble.code);
        assert_eq!(view.can_approve, possible);
    }
    desk.house.sim.clear_faults();
    let view = opened(&desk, &cancel).await;
    assert_eq!((view.trouble, view.can_approve), (None, true));
}

#[tokio::test]
async fn a_call_that_could_not_run_says_so_on_its_card_and_cannot_be_approved() {
    let desk = asking().await;
    let invitation = json!({"attendees": desk.guests(&[&desk.login(LENA)])});
    let event = desk.made(ANNA, "2031-03-04T10:00:00", &invitation).await;
    let id = desk.handle(LENA, event["subject"].as_str().expect("a title"));
    let cancel = asked(&desk, "cancel_event", &json!({"id": id})).await;
    let view = opened(&desk, &cancel).await;
    let trouble = view.trouble.expect("it would be refused");
    assert_eq!((trouble.code, trouble.may_pass), ("not_organizer", false));
    assert!(!view.can_approve);
}
