//! What being asked may cost a person, how long a question lives, what is on record of it, and what administrators see.

use std::time::Duration;

use domain::approval::ApprovalState;
use domain::audit::Kind;
use domain::caller::Surface;
use domain::canonical::Digest;
use domain::id::ApprovalId;
use domain::permission::Level;
use engine::{AgentCaller, ApprovalFilter, Limits, Suggestion};
use serde_json::{Value, json};

use crate::house::{House, Pair};

fn event(title: &str) -> Value {
    json!({"title": title, "start": "2031-03-04T10:00", "duration_minutes": 30})
}

/// A house whose clock moves only when told.
async fn house() -> (House, Pair) {
    let house = House::limited(Limits::all(1_000_000)).await;
    let pair = house.connected(1, &[("create_event", Level::Ask)]).await;
    (house, pair)
}

/// How a call of that agent ends, and the approval it is about.
async fn ask(house: &House, agent: &AgentCaller, title: &str) -> (String, Option<ApprovalId>) {
    let answer = house
        .engine
        .call(agent, &house.request(), "create_event", event(title))
        .await;
    match answer {
        Ok(answer) => {
            let id = answer.body["approval_id"].as_str().expect("an id");
            let word = answer.body["status"].as_str().expect("a word");
            (word.to_owned(), ApprovalId::parse(id).ok())
        }
        Err(error) => (error.code.to_owned(), None),
    }
}

async fn another_agent(house: &House, pair: &Pair) -> AgentCaller {
    let request = house.request();
    let key = house
        .engine
        .create_key(&pair.person, "Another", Some(30), &request);
    let (key, _) = key.await.expect("a key");
    let agent = house.engine.agent_caller(&key, Surface::Rest).await;
    agent.expect("a live key")
}

#[tokio::test]
async fn a7_a_yes_after_the_time_of_a_question_is_over_runs_nothing() {
    let (house, pair) = house().await;
    let (_, late) = ask(&house, &pair.agent, "Too late").await;
    let late = late.expect("it waits");
    let card = house
        .engine
        .open_approval(&pair.person, &late, &house.request())
        .await;
    let card = card.expect("hers").digest;
    house.sim.clear_log();
    house.clock.advance(Duration::from_secs(899));
    let view = house
        .engine
        .approval(&pair.person, &late)
        .await
        .expect("hers");
    assert_eq!(view.state, ApprovalState::Pending);
    house.clock.advance(Duration::from_secs(1));
    let yes = house
        .engine
        .approve(&pair.person, &late, &card, &house.request())
        .await;
    assert_eq!(
        yes.map(|_| ()).map_err(|error| error.code),
        Err("already_decided")
    );
    let view = house
        .engine
        .approval(&pair.person, &late)
        .await
        .expect("hers");
    assert_eq!(view.state, ApprovalState::Expired);
    let check = house
        .word(
            &pair,
            "check_approval",
            json!({"approval_id": late.as_str()}),
        )
        .await;
    assert_eq!(check, "expired");
    assert_eq!(
        (
            house.graph_requests().len(),
            house.events(&pair.login, "Too late")
        ),
        (0, 0)
    );
}

/// What can change between a question and its yes.
#[derive(Debug, Clone, Copy)]
enum Change {
    Nothing,
    LevelDenied,
    OwnLevelDenied,
    KeyRevoked,
    Disconnected,
    ConnectedAnew,
    RevokedAtMicrosoft,
}

impl Change {
    async fn happens(self, house: &House, pair: &Pair) {
        let request = house.request();
        match self {
            Self::Nothing => {}
            Self::LevelDenied => house.set(&[("create_event", Level::Deny)]).await,
            Self::OwnLevelDenied => {
                let own = [("create_event".to_owned(), Level::Deny)];
                let set = house
                    .engine
                    .set_own_levels(&pair.person, None, &own, &request);
                set.await.expect("set");
            }
            Self::KeyRevoked => {
                let keys = house.engine.keys(&pair.person).await.expect("keys");
                for key in keys {
                    let revoke = house.engine.revoke_key(&pair.person, &key.id, &request);
                    revoke.await.expect("revoked");
                }
            }
            Self::Disconnected => {
                let end = house.engine.disconnect(&pair.person, &request);
                end.await.expect("disconnects");
            }
            Self::ConnectedAnew => {
                let end = house.engine.disconnect(&pair.person, &request);
                end.await.expect("disconnects");
                house.connected(1, &[]).await;
            }
            Self::RevokedAtMicrosoft => {
                house.clock.advance(Duration::from_secs(700));
                house.sim.revoke_sessions(&pair.login);
            }
        }
    }
}

#[tokio::test]
async fn a8_a_yes_runs_nothing_when_what_it_rests_on_has_changed() {
    for change in [
        Change::Nothing,
        Change::LevelDenied,
        Change::OwnLevelDenied,
        Change::KeyRevoked,
        Change::Disconnected,
        Change::ConnectedAnew,
        Change::RevokedAtMicrosoft,
    ] {
        let (house, pair) = house().await;
        let (_, id) = ask(&house, &pair.agent, "Too late").await;
        let id = id.expect("it waits");
        let card = house
            .engine
            .open_approval(&pair.person, &id, &house.request())
            .await;
        let card = card.expect("hers").digest;
        change.happens(&house, &pair).await;
        let yes = house
            .engine
            .approve(&pair.person, &id, &card, &house.request())
            .await;
        let ran = yes.is_ok_and(|view| view.state == ApprovalState::Done);
        let may = matches!(change, Change::Nothing);
        assert_eq!(ran, may, "{change:?}");
        let made = house.events(&pair.login, "Too late");
        assert_eq!(made, usize::from(may), "{change:?}");
        let view = house
            .engine
            .approval(&pair.person, &id)
            .await
            .expect("hers");
        assert_ne!(view.state, ApprovalState::Executing, "{change:?}");
    }
}

#[tokio::test]
async fn a15_a_refused_call_is_not_asked_again_for_ten_minutes() {
    let (house, pair) = house().await;
    let (_, id) = ask(&house, &pair.agent, "No").await;
    let id = id.expect("it waits");
    let no = house
        .engine
        .decline(&pair.person, &id, &house.request())
        .await;
    assert_eq!(no.expect("declines").state, ApprovalState::Declined);
    house.clock.advance(Duration::from_secs(599));
    assert_eq!(
        ask(&house, &pair.agent, "No").await,
        ("declined".to_owned(), Some(id.clone()))
    );
    let every = ApprovalFilter::default();
    let all = house.engine.approvals(&pair.person, &every, None, 10);
    assert_eq!(all.await.expect("a list").items.len(), 1);
    house.clock.advance(Duration::from_secs(2));
    let (word, anew) = ask(&house, &pair.agent, "No").await;
    assert!(word == "approval_required" && anew != Some(id), "{word}");
}

#[tokio::test]
async fn a15_five_questions_of_an_agent_and_ten_to_a_person_wait_at_most_and_the_same_is_one() {
    let (house, pair) = house().await;
    let second = another_agent(&house, &pair).await;
    let third = another_agent(&house, &pair).await;
    for (agent, fits) in [(&pair.agent, 5), (&second, 5), (&third, 0)] {
        for number in 0..7 {
            let expected = if number < fits {
                "approval_required"
            } else {
                "too_many_pending"
            };
            let (word, id) = ask(&house, agent, &format!("Question {number}")).await;
            assert_eq!(word, expected, "{number}");
            // The same is the same, however full it is.
            assert_eq!(
                ask(&house, agent, &format!("Question {number}")).await,
                (word, id)
            );
        }
    }
    let every = ApprovalFilter::default();
    let all = house.engine.approvals(&pair.person, &every, None, 50);
    assert_eq!(all.await.expect("a list").items.len(), 10);
    assert_eq!(
        house
            .engine
            .pending_count(&pair.person)
            .await
            .expect("counted"),
        10
    );
}

#[tokio::test]
async fn a20_question_decision_and_run_are_on_record_with_the_digests_of_call_and_card() {
    let (house, pair) = house().await;
    let (_, yes) = ask(&house, &pair.agent, "Yes").await;
    let (_, no) = ask(&house, &pair.agent, "No").await;
    let (yes, no) = (yes.expect("it waits"), no.expect("it waits"));
    let card = async |id: &ApprovalId| {
        let card = house
            .engine
            .open_approval(&pair.person, id, &house.request())
            .await;
        card.expect("hers").digest
    };
    let cards = [card(&yes).await, card(&no).await];
    let request = house.request();
    let approve = house
        .engine
        .approve(&pair.person, &yes, &cards[0], &request);
    assert_eq!(approve.await.expect("approves").state, ApprovalState::Done);
    let decline = house.engine.decline(&pair.person, &no, &request);
    assert_eq!(
        decline.await.expect("declines").state,
        ApprovalState::Declined
    );

    let kinds = [
        Kind::ApprovalRequested,
        Kind::LookBegun,
        Kind::LookFinished,
        Kind::ApprovalDecided,
        Kind::CallBegun,
        Kind::CallFinished,
    ];
    let entries = house.entries(&pair, &kinds).await;
    for (id, card, outcome, steps) in [
        (&yes, &cards[0], "approved", &kinds[..]),
        (&no, &cards[1], "declined", &kinds[..4]),
    ] {
        let stored = house
            .store
            .approval(pair.person.id(), id)
            .await
            .expect("readable");
        let stored = stored.expect("it is there");
        assert_eq!(
            stored.digest,
            Digest::of_json("attache arguments", &stored.arguments)
        );
        let of_it: Vec<_> = entries
            .iter()
            .rev()
            .map(|entry| &entry.record)
            .filter(|record| record.approval.as_ref() == Some(id))
            .collect();
        assert_eq!(
            of_it.iter().map(|record| record.kind).collect::<Vec<_>>(),
            steps
        );
        for record in &of_it {
            assert_eq!(record.arguments, Some(stored.digest), "{:?}", record.kind);
        }
        let decided = of_it[3];
        assert_eq!(
            (decided.target, decided.outcome.as_deref()),
            (Some(*card), Some(outcome))
        );
        assert_eq!(decided.surface, Some(Surface::Page));
    }
}

#[tokio::test]
async fn a17_administrators_see_how_fast_people_decide_and_what_may_be_better() {
    let (house, pair) = house().await;
    for number in 0..21 {
        let (_, id) = ask(&house, &pair.agent, &format!("Question {number}")).await;
        let id = id.expect("it waits");
        // The time before she opens it does not count, nor does opening it again.
        house.clock.advance(Duration::from_secs(30));
        let card = house
            .engine
            .open_approval(&pair.person, &id, &house.request())
            .await;
        house.clock.advance(Duration::from_millis(if number < 15 {
            1_500
        } else {
            9_000
        }));
        if number == 20 {
            let no = house
                .engine
                .decline(&pair.person, &id, &house.request())
                .await;
            no.expect("declines");
        } else {
            let card = card.expect("hers").digest;
            let yes = house
                .engine
                .approve(&pair.person, &id, &card, &house.request())
                .await;
            assert_eq!(yes.expect("approves").state, ApprovalState::Done);
        }
    }
    ask(&house, &pair.agent, "Still open").await;
    let administrator = house.signed_in(0).await;
    let administrator = house
        .engine
        .administrator_caller(administrator)
        .expect("the first is one");
    let asked = house.engine.asked(&administrator).await.expect("counted");
    let [asked] = asked.as_slice() else {
        panic!("one tool was asked about: {asked:?}")
    };
    assert_eq!(asked.definition.name.as_str(), "create_event");
    assert_eq!(
        (asked.requests, asked.decided, asked.approved),
        (22, 21, 20)
    );
    assert_eq!(
        (asked.median, asked.quick),
        (Some(Duration::from_millis(1_500)), 71)
    );
    assert_eq!(asked.suggestion, Some(Suggestion::AllowWithRules));
    house.clock.advance(Duration::from_secs(91 * 24 * 3_600));
    assert!(
        house
            .engine
            .asked(&administrator)
            .await
            .expect("counted")
            .is_empty()
    );
}
