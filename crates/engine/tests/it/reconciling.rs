//! A change whose end is not known is looked after, on any instance, once, and nothing is sent a second time.

use std::time::Duration;

use domain::approval::ApprovalState;
use domain::audit::{Kind, Record};
use domain::clock::Clock;
use domain::connection::Integration;
use domain::id::ApprovalId;
use domain::permission::Level;
use serde_json::{Value, json};
use sim::{ChallengeForm, Fault, FaultAnswer, Options, Surface, When};
use store::connections::InstanceId;

use crate::house::{Database, House, Pair};

const LEVELS: [(&str, Level); 5] = [
    ("search_events", Level::AlwaysAllow),
    ("create_event", Level::AlwaysAllow),
    ("update_event", Level::AlwaysAllow),
    ("cancel_event", Level::AlwaysAllow),
    ("respond_to_event", Level::AlwaysAllow),
];

/// Two instances and somebody with an agent; nothing waits for real.
async fn two() -> (House, House, Pair) {
    let clock = Clock::manual(Clock::system().now());
    let (database, linger) = (Database::sqlite(), Duration::from_secs(60));
    let a = House::one_of_several(Options::default(), database, clock, linger).await;
    a.sim.freeze_clock(true);
    a.sim.set_clock(a.now());
    let b = a.beside().await;
    let pair = a.connected(1, &LEVELS).await;
    // What an agent has read has a suite of its own.
    a.untainted(&[
        "create_event",
        "update_event",
        "cancel_event",
        "respond_to_event",
    ])
    .await;
    assert_eq!(a.word(&pair, "search_events", json!({})).await, "done");
    (a, b, pair)
}

fn pass(house: &House, seconds: u64) {
    let by = Duration::from_secs(seconds);
    house.clock.advance(by);
    house.sim.advance(by);
}

fn event(title: &str) -> Value {
    json!({"title": title, "start": "2031-03-04T10:00", "duration_minutes": 30})
}

/// After so many requests nothing that Graph says arrives any more, whether it does what it is asked or not.
fn silence(house: &House, skip: u32, when: When) {
    house.sim.clear_faults();
    house.sim.fault(Fault {
        surface: Surface::Graph,
        skip,
        when,
        answer: FaultAnswer::Drop,
        ..Fault::default()
    });
}

fn writes(house: &House) -> usize {
    let requests = house.graph_requests();
    let writes = requests.iter().filter(|entry| entry.method != "GET");
    writes
        .filter(|entry| !entry.path.contains("getSchedule"))
        .count()
}

/// Both instances look at once.
async fn both_look(a: &House, b: &House) {
    let (one, other) = tokio::join!(a.engine.reconcile(), b.engine.reconcile());
    one.and(other).expect("they look");
}

async fn reconciled(house: &House, pair: &Pair) -> Vec<Record> {
    let entries = house.entries(pair, &[Kind::CallReconciled]).await;
    entries.into_iter().map(|entry| entry.record).collect()
}

async fn checked(house: &House, pair: &Pair, id: &str) -> Value {
    let answer = house.call(pair, "check_approval", json!({"approval_id": id}));
    answer.await.expect("an answer").body
}

/// Makes a call whose answer is lost, and answers where it is told what became of it.
async fn lost(
    house: &House,
    pair: &Pair,
    tool: &str,
    arguments: &Value,
    skip: u32,
    when: When,
) -> String {
    silence(house, skip, when);
    let error = house.call(pair, tool, arguments.clone()).await;
    house.sim.clear_faults();
    let error = error.expect_err("nobody knows");
    assert_eq!(error.code, "outcome_unknown", "{tool}");
    let link = error.link.expect("its page");
    link.rsplit('/').next().expect("an id").to_owned()
}

#[tokio::test]
async fn a19_a_lost_answer_is_found_out_within_a_minute_by_looking_and_told_to_agent_and_person() {
    for (when, found) in [(When::After, "done"), (When::Before, "failed")] {
        let (a, b, pair) = two().await;
        let id = lost(&a, &pair, "create_event", &event("Lost"), 1, when).await;
        let sent = writes(&a);
        // Whoever repeats it meanwhile is told so, and nothing is sent.
        let again = b
            .call(&pair, "create_event", event("Lost"))
            .await
            .expect("told");
        assert!(again.pending, "{}", again.body);
        assert_eq!(
            (&again.body["status"], &again.body["approval_id"]),
            (&json!("outcome_unknown"), &json!(id))
        );
        for _ in 0..6 {
            pass(&a, 5);
            both_look(&a, &b).await;
        }
        assert_eq!(writes(&a), sent, "{when:?}: nothing was sent by looking");
        let entries = reconciled(&a, &pair).await;
        assert_eq!(entries.len(), 1, "{when:?}: once");
        assert_eq!(entries[0].outcome.as_deref(), Some(found));
        assert!(
            !entries[0].upstream.is_empty(),
            "its requests are on record"
        );
        let told = checked(&b, &pair, &id).await;
        assert_eq!(told["status"], found, "{told}");
        let parsed = ApprovalId::parse(&id).expect("an id");
        let view = a
            .engine
            .approval(&pair.person, &parsed)
            .await
            .expect("hers");
        assert_eq!(view.state.as_str(), found);
        assert!(!view.summary.is_empty());
        // The same call again: what was done is told, what was not done can be tried anew.
        let again = a
            .call(&pair, "create_event", event("Lost"))
            .await
            .expect("an answer")
            .body;
        assert_eq!(again["status"], "done", "{again}");
        assert_eq!(
            again["approval_id"] == json!(id),
            when == When::After,
            "{again}"
        );
        assert_eq!(a.events(&pair.login, "Lost"), 1, "{when:?}");
    }
}

#[tokio::test]
async fn what_a_dead_process_had_begun_is_looked_after_by_another_and_not_sent_by_who_repeats_it() {
    let (a, b, pair) = two().await;
    let id = lost(
        &a,
        &pair,
        "create_event",
        &event("Template"),
        1,
        When::Before,
    )
    .await;
    let parsed = ApprovalId::parse(&id).expect("an id");
    let stored = a
        .store
        .approval(pair.person.id(), &parsed)
        .await
        .expect("read")
        .expect("there");
    let connection = a
        .store
        .connection(pair.person.id(), Integration::OutlookCalendar);
    let connection = connection.await.expect("read").expect("there");
    for _ in 0..6 {
        pass(&a, 5);
        both_look(&a, &b).await;
    }
    // Another process has put the same on record as begun, and died before it sent anything.
    let dead = store::writes::NewWrite {
        organisation: stored.organisation.clone(),
        person: stored.person.clone(),
        connection: connection.id.clone(),
        life: connection.life,
        agent: stored.agent.clone(),
        surface: stored.surface,
        tool: stored.tool.clone(),
        arguments: stored.arguments.clone(),
        digest: stored.digest,
        approval: None,
        call: domain::id::CallId::random(&a.random),
    };
    let mut begun = Record::new(a.now(), Kind::CallBegun, stored.organisation.clone());
    begun.person = Some(stored.person.clone());
    begun.call = Some(dead.call.clone());
    let instance = InstanceId::random(&a.random);
    a.store
        .begin_write(begun, &dead, &instance)
        .await
        .expect("begun");
    let sent = writes(&a);
    let again = b
        .call(&pair, "create_event", event("Template"))
        .await
        .expect("told")
        .body;
    assert_eq!(again["status"], "running", "{again}");
    let id = again["approval_id"].as_str().expect("an id").to_owned();
    let mut waited = 0;
    while checked(&b, &pair, &id).await["status"] == "running" {
        pass(&a, 5);
        waited += 5;
        both_look(&a, &b).await;
        assert!(waited < 60, "within a minute");
    }
    assert_eq!(checked(&b, &pair, &id).await["code"], "not_done");
    assert_eq!((writes(&a), a.events(&pair.login, "Template")), (sent, 0));
    let ends = reconciled(&a, &pair).await;
    assert!(ends.iter().any(|end| end.call.as_ref() == Some(&dead.call)));
}

#[tokio::test]
async fn changes_and_cancellations_are_found_out_by_what_the_event_holds_now() {
    for when in [When::After, When::Before] {
        let (a, b, pair) = two().await;
        let found = if when == When::After {
            "done"
        } else {
            "failed"
        };
        let make = |title: &'static str, day: u32| {
            let start = format!("2031-04-{day:02}T10:00");
            a.call(
                &pair,
                "create_event",
                json!({"title": title, "start": start, "duration_minutes": 30}),
            )
        };
        let id_of = |answer: engine::Answer| {
            answer.body["event"]["id"]
                .as_str()
                .expect("an id")
                .to_owned()
        };
        let renamed = id_of(make("Old name", 1).await.expect("made"));
        let moved = id_of(make("Moved", 2).await.expect("made"));
        let gone = id_of(make("Gone", 3).await.expect("made"));
        let cases = [
            (
                "update_event",
                json!({"id": renamed, "title": "New name", "location": "Room 2"}),
            ),
            ("update_event", json!({"id": moved, "move_days": 1})),
            ("cancel_event", json!({"id": gone})),
        ];
        for (tool, arguments) in cases {
            let id = lost(&a, &pair, tool, &arguments, 2, when).await;
            let sent = writes(&a);
            for _ in 0..6 {
                pass(&a, 5);
                both_look(&a, &b).await;
            }
            let told = checked(&a, &pair, &id).await;
            assert_eq!(told["status"], found, "{when:?} {tool} {arguments}: {told}");
            assert_eq!(writes(&a), sent);
        }
        assert_eq!(reconciled(&a, &pair).await.len(), 3);
    }
}

/// Somebody's meeting that the pair's person is invited to; its id for her agent.
async fn invited(house: &House, by: &Pair, pair: &Pair, day: u32) -> String {
    let mut meeting = event("Harbour");
    meeting["start"] = format!("2031-05-{day:02}T10:00").into();
    meeting["attendees"] = json!([pair.login]);
    assert_eq!(house.word(by, "create_event", meeting).await, "done");
    let day = format!("2031-05-{day:02}");
    let window = json!({"from": day, "to": day});
    let found = house.call(pair, "search_events", window).await;
    let found = found.expect("found").body;
    found["events"][0]["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn an_answer_is_found_out_by_what_is_held_and_what_was_said_with_it_by_when_it_was_given() {
    let accept = json!({"answer": "accept"});
    let words = json!({"answer": "tentative", "comment": "Ten minutes late"});
    // Whether the same answer is there already, what is answered, what is told when it arrived and when it did not.
    let cases = [
        (false, &accept, "done", "failed"),
        (false, &words, "done", "failed"),
        (true, &words, "done", "outcome_unknown"),
    ];
    for when in [When::After, When::Before] {
        let (a, b, pair) = two().await;
        let host = a.connected(2, &LEVELS).await;
        for ((already, answer, arrived, lost_on_the_way), day) in cases.into_iter().zip(1..) {
            let id = invited(&a, &host, &pair, day).await;
            if already {
                let bare = json!({"id": id, "answer": answer["answer"]});
                assert_eq!(a.word(&pair, "respond_to_event", bare).await, "done");
                pass(&a, 60);
            }
            let mut arguments = answer.clone();
            arguments["id"] = id.into();
            let id = lost(&a, &pair, "respond_to_event", &arguments, 2, when).await;
            let sent = writes(&a);
            for _ in 0..6 {
                pass(&a, 5);
                both_look(&a, &b).await;
            }
            let told = checked(&a, &pair, &id).await;
            let expected = match when {
                When::After => arrived,
                When::Before => lost_on_the_way,
            };
            assert_eq!(told["status"], expected, "{when:?} {arguments}: {told}");
            assert_eq!(writes(&a), sent);
        }
        assert_eq!(reconciled(&a, &pair).await.len(), cases.len());
    }
}

#[tokio::test]
async fn a_connection_that_needs_a_sign_in_keeps_it_waiting_and_then_it_is_found() {
    let (a, b, pair) = two().await;
    let id = lost(&a, &pair, "create_event", &event("Later"), 1, When::After).await;
    a.sim.fault(Fault {
        surface: Surface::Graph,
        answer: FaultAnswer::Challenge {
            form: ChallengeForm::Plain,
            claims: Some(
                json!({"access_token": {"acrs": {"essential": true, "value": "c1"}}}).to_string(),
            ),
        },
        ..Fault::default()
    });
    for _ in 0..20 {
        pass(&a, 60);
        both_look(&a, &b).await;
    }
    assert_eq!(checked(&a, &pair, &id).await["status"], "outcome_unknown");
    assert!(reconciled(&a, &pair).await.is_empty(), "it waits");
    a.sim.clear_faults();
    let begun = a
        .engine
        .begin_connect(&pair.person, None)
        .await
        .expect("begins");
    a.come_back(&begun, 1, Some(&pair.person))
        .await
        .expect("signs in");
    pass(&a, 900);
    both_look(&a, &b).await;
    assert_eq!(checked(&a, &pair, &id).await["status"], "done");
    assert_eq!(
        (
            reconciled(&a, &pair).await.len(),
            a.events(&pair.login, "Later")
        ),
        (1, 1)
    );
}

#[tokio::test]
async fn what_may_not_be_looked_for_is_given_up_after_three_days_and_the_person_is_told_to_look_herself()
 {
    let (a, b, pair) = two().await;
    let id = lost(&a, &pair, "create_event", &event("Denied"), 1, When::After).await;
    a.set(&[("create_event", Level::Deny)]).await;
    let requests = a.graph_requests().len();
    for _ in 0..71 {
        pass(&a, 3_600);
        both_look(&a, &b).await;
    }
    assert!(reconciled(&a, &pair).await.is_empty(), "not yet");
    pass(&a, 3_600);
    both_look(&a, &b).await;
    assert_eq!(
        a.graph_requests().len(),
        requests,
        "a denied tool reads nothing"
    );
    let entries = reconciled(&a, &pair).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].outcome.as_deref(), entries[0].reason.as_deref()),
        (Some("unknown"), Some("level_denies"))
    );
    let told = checked(&a, &pair, &id).await;
    assert_eq!(told["status"], "outcome_unknown");
    assert!(
        told["message"]
            .as_str()
            .is_some_and(|text| text.contains("look in her calendar")),
        "{told}"
    );
}

#[tokio::test]
async fn a_connection_that_has_ended_is_not_looked_into_and_nothing_of_the_change_is_kept() {
    let (a, b, pair) = two().await;
    let id = lost(&a, &pair, "create_event", &event("Ended"), 1, When::After).await;
    a.engine
        .disconnect(&pair.person, &a.request())
        .await
        .expect("disconnects");
    let requests = a.graph_requests().len();
    pass(&a, 5);
    both_look(&a, &b).await;
    let entries = reconciled(&a, &pair).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].reason.as_deref(), Some("connection_ended"));
    assert_eq!(a.graph_requests().len(), requests);
    let parsed = ApprovalId::parse(&id).expect("an id");
    let stored = a
        .store
        .approval(pair.person.id(), &parsed)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(stored.state, ApprovalState::Unknown);
    assert_eq!((stored.arguments, stored.outcome), (json!({}), None));
}

#[tokio::test]
async fn a_yes_whose_process_died_before_anything_began_waits_for_its_person_again() {
    let (a, b, pair) = two().await;
    a.set(&[("create_event", Level::Ask)]).await;
    let asked = a
        .call(&pair, "create_event", event("Asked"))
        .await
        .expect("asks")
        .body;
    let id = ApprovalId::parse(asked["approval_id"].as_str().expect("an id")).expect("an id");
    let stored = a
        .store
        .approval(pair.person.id(), &id)
        .await
        .expect("read")
        .expect("there");
    // Another instance takes it and dies.
    take(&a, &pair, &stored).await;
    assert_eq!(checked(&b, &pair, id.as_str()).await["status"], "running");
    pass(&a, 25);
    both_look(&a, &b).await;
    assert_eq!(
        checked(&b, &pair, id.as_str()).await["status"],
        "approval_required"
    );
    let view = b.approve(&pair.person, &id).await.expect("approves");
    assert_eq!(
        (view.state, b.events(&pair.login, "Asked")),
        (ApprovalState::Done, 1)
    );
    assert!(reconciled(&a, &pair).await.is_empty());
}

async fn take(house: &House, pair: &Pair, stored: &store::approvals::StoredApproval) {
    let taken = house
        .store
        .claim_approval(pair.person.id(), &stored.id, stored.looks);
    taken.await.expect("an answer").expect("it waits");
}
