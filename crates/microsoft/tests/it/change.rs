//! Changing, cancelling and answering: once, whatever happens on the way, and never repeated without a look.

use domain::calendar::{Event, EventId, NewEvent, Span};
use domain::change::{Change, Reply, ReplyWord, Settled};
use domain::people::Address;
use domain::random::Random;
use domain::time::Zone;
use microsoft::Kind;
use microsoft::graph::Graph;
use sim::{Fault, FaultAnswer, Surface, When};

use crate::office::{Office, status};

async fn made(office: &Office, graph: &Graph<'_>, online: bool) -> Event {
    let time = |text: &str| text.parse().expect("a time");
    let new = NewEvent {
        title: "Visit of the harbour".into(),
        span: Span::Timed {
            start: time("2026-03-30T08:00:00Z"),
            end: time("2026-03-30T09:30:00Z"),
        },
        zone: Zone::named("Europe/Berlin").expect("bundled"),
        location: None,
        body: Some("See you there.".into()),
        required: vec![Address::parse(&office.sim.people()[2].login).expect("an address")],
        optional: vec![],
        online,
        show_as: None,
        sensitivity: None,
        reminder: None,
        categories: vec![],
        transaction_id: Random::operating_system().uuid(),
        recurrence: None,
    };
    graph.create_event(&new).await.expect("made")
}

fn lost(office: &Office, method: &str, times: u32, when: When, answer: FaultAnswer) {
    office.sim.fault(Fault {
        surface: Surface::Graph,
        method: Some(method.into()),
        times: Some(times),
        when,
        answer,
        ..Fault::default()
    });
}

fn titled(title: &str) -> Change {
    Change {
        title: Some(title.into()),
        ..Change::default()
    }
}

fn sent(office: &Office, method: &str) -> usize {
    office
        .sim
        .log()
        .iter()
        .filter(|entry| entry.surface == "graph" && entry.method == method)
        .count()
}

macro_rules! graph {
    ($office:ident, $graph:ident) => {
        let $office = Office::open().await;
        let lena = $office.lena_connected().await;
        let token = lena.token().await;
        let $graph = $office
            .microsoft
            .graph(&lena.permit(), &token)
            .expect("fits");
    };
}

#[tokio::test]
async fn a_change_whose_answer_is_lost_is_seen_and_not_sent_again() {
    for answer in [FaultAnswer::Drop, FaultAnswer::Html, status(503, "")] {
        graph!(office, graph);
        let event = made(&office, &graph, false).await;
        let before = graph.whole_event(&event.id).await.expect("there");
        office.sim.clear_log();
        lost(&office, "PATCH", 1, When::After, answer);
        let settled = graph.change_event(&before, &titled("Moved")).await;
        assert_eq!(settled.expect("happened"), Settled::Seen);
        assert_eq!(sent(&office, "PATCH"), 1, "it is not sent again");
        assert_eq!(graph.event(&event.id).await.expect("there").title, "Moved");
    }
}

#[tokio::test]
async fn a_change_that_was_seen_not_to_have_happened_is_sent_again() {
    graph!(office, graph);
    let event = made(&office, &graph, false).await;
    let before = graph.whole_event(&event.id).await.expect("there");
    office.sim.clear_log();
    lost(&office, "PATCH", 1, When::Before, FaultAnswer::Drop);
    let settled = graph.change_event(&before, &titled("Moved")).await;
    assert_eq!(settled.expect("happened"), Settled::Confirmed);
    assert_eq!((sent(&office, "PATCH"), sent(&office, "GET")), (2, 1));
}

#[tokio::test]
async fn a_change_that_never_happens_is_said_not_to_have_happened() {
    graph!(office, graph);
    let event = made(&office, &graph, false).await;
    let before = graph.whole_event(&event.id).await.expect("there");
    lost(&office, "PATCH", 9, When::Before, FaultAnswer::Html);
    let error = graph.change_event(&before, &titled("Moved")).await;
    assert_eq!(error.expect_err("not done").kind(), Kind::Trouble);
}

#[tokio::test]
async fn only_when_looking_fails_too_the_outcome_is_unknown() {
    graph!(office, graph);
    let event = made(&office, &graph, false).await;
    let before = graph.whole_event(&event.id).await.expect("there");
    lost(&office, "PATCH", 9, When::After, FaultAnswer::Drop);
    lost(&office, "GET", 9, When::Before, FaultAnswer::Drop);
    let error = graph.change_event(&before, &titled("Moved")).await;
    assert_eq!(
        error.expect_err("nobody knows").kind(),
        Kind::UnknownOutcome
    );
    assert_eq!(sent(&office, "PATCH"), 1);
}

#[tokio::test]
async fn a_version_that_is_no_longer_there_is_not_changed() {
    graph!(office, graph);
    let event = made(&office, &graph, false).await;
    let before = graph.whole_event(&event.id).await.expect("there");
    graph
        .change_event(&before, &titled("First"))
        .await
        .expect("changed");
    let error = graph.change_event(&before, &titled("Second")).await;
    assert_eq!(error.expect_err("stale").kind(), Kind::Conflict);
    assert_eq!(graph.event(&event.id).await.expect("there").title, "First");
}

#[tokio::test]
async fn new_words_keep_what_joins_an_online_meeting() {
    graph!(office, graph);
    let event = made(&office, &graph, true).await;
    let before = graph.whole_event(&event.id).await.expect("there");
    assert!(before.joinable_text && before.words.contains("See you there."));
    let change = Change {
        text: Some("Bring <boots> & rope.".into()),
        ..Change::default()
    };
    graph.change_event(&before, &change).await.expect("changed");
    let after = graph.whole_event(&event.id).await.expect("there");
    assert!(after.joinable_text && after.event.join_url == before.event.join_url);
    assert!(after.words.contains("Bring <boots> & rope.") && !after.words.contains("See you"));
}

#[tokio::test]
async fn a_cancellation_whose_answer_is_lost_is_seen() {
    for (when, requests) in [(When::After, 1), (When::Before, 2)] {
        graph!(office, graph);
        let event = made(&office, &graph, false).await;
        office.sim.clear_log();
        lost(&office, "POST", 1, when, FaultAnswer::Drop);
        graph
            .cancel_event(&event.id, "Not today.")
            .await
            .expect("cancelled");
        assert_eq!(sent(&office, "POST"), requests);
        let gone = graph.event(&event.id).await.err().expect("gone");
        assert_eq!(gone.kind(), Kind::NotFound);
    }
}

#[tokio::test]
async fn what_is_gone_already_is_not_called_cancelled() {
    graph!(office, graph);
    let event = made(&office, &graph, false).await;
    graph.delete_event(&event).await.expect("deleted");
    let again = graph.cancel_event(&event.id, "").await;
    assert_eq!(again.expect_err("gone").kind(), Kind::NotFound);
    let again = graph.delete_event(&event).await;
    assert_eq!(again.expect_err("gone").kind(), Kind::NotFound);
}

#[tokio::test]
async fn an_answer_whose_confirmation_is_lost_is_seen_and_sent_once() {
    for word in [ReplyWord::Accept, ReplyWord::Tentative, ReplyWord::Decline] {
        graph!(office, graph);
        let invitation = office
            .sim
            .events_of(&office.lena().login)
            .into_iter()
            .find(|event| {
                event["isOrganizer"] == false
                    && event["isCancelled"] == false
                    && event["type"] == "singleInstance"
            })
            .expect("the company has invitations");
        let id = EventId::new(invitation["id"].as_str().expect("an id").to_owned());
        let before = graph.whole_event(&id).await.expect("there");
        office.sim.clear_log();
        lost(&office, "POST", 1, When::After, FaultAnswer::Drop);
        let reply = Reply {
            word,
            comment: None,
            proposed: None,
            notify: true,
        };
        let settled = graph.respond_to_event(&before, &reply).await;
        assert_eq!(settled.expect("answered"), Settled::Seen, "{word:?}");
        assert_eq!(sent(&office, "POST"), 1, "{word:?}");
    }
}

#[tokio::test]
async fn a_success_that_is_not_graphs_is_not_believed() {
    graph!(office, graph);
    let event = made(&office, &graph, false).await;
    let before = graph.whole_event(&event.id).await.expect("there");
    lost(&office, "PATCH", 1, When::Before, FaultAnswer::Garbage);
    let settled = graph.change_event(&before, &titled("Moved")).await;
    assert_eq!(settled.expect("the second time"), Settled::Confirmed);
    assert_eq!(graph.event(&event.id).await.expect("there").title, "Moved");
    lost(&office, "POST", 9, When::Before, FaultAnswer::Garbage);
    let error = graph.cancel_event(&event.id, "").await;
    assert_eq!(error.expect_err("never done").kind(), Kind::Trouble);
    assert!(!graph.event(&event.id).await.expect("there").cancelled);
}
