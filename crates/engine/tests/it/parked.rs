//! A write that Microsoft interrupts by a claims challenge waits for its person's sign-in and then runs, once.

use std::time::Duration;

use domain::approval::ApprovalState;
use domain::audit::Kind;
use domain::connection::ConnectionState;
use domain::id::ApprovalId;
use domain::permission::Level;
use engine::{Engine, Limits};
use serde_json::{Value, json};
use sim::{ChallengeForm, Fault, FaultAnswer, Surface};

use crate::causes::serving;
use crate::house::{House, Pair};

fn event(title: &str) -> Value {
    json!({"title": title, "start": "2031-03-04T10:00", "duration_minutes": 30})
}

/// Graph wants a sign-in in this context, so often, or always.
fn challenge(house: &House, times: Option<u32>, context: &str) {
    house.sim.clear_faults();
    house.sim.fault(Fault {
        surface: Surface::Graph,
        times,
        answer: FaultAnswer::Challenge {
            form: ChallengeForm::Plain,
            claims: Some(
                json!({"access_token": {"acrs": {"essential": true, "value": context}}})
                    .to_string(),
            ),
        },
        ..Fault::default()
    });
}

async fn pair(house: &House, level: Level) -> Pair {
    let levels = [
        ("create_event", level),
        ("search_events", Level::AlwaysAllow),
    ];
    let pair = house.connected(1, &levels).await;
    assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
    house.sim.clear_log();
    pair
}

/// Makes a call that is interrupted, and answers under which id it waits.
async fn interrupted(house: &House, pair: &Pair, title: &str) -> ApprovalId {
    let answer = house
        .call(pair, "create_event", event(title))
        .await
        .expect("waits");
    assert_eq!(answer.body["status"], "sign_in_required", "{}", answer.body);
    assert!(answer.pending);
    id_of(&answer.body)
}

fn id_of(body: &Value) -> ApprovalId {
    ApprovalId::parse(body["approval_id"].as_str().expect("an id")).expect("an id")
}

async fn signs_in(house: &House, pair: &Pair) {
    let begun = house
        .engine
        .begin_connect(&pair.person, None)
        .await
        .expect("begins");
    house
        .come_back(&begun, 1, Some(&pair.person))
        .await
        .expect("signs in");
}

/// Waits as an agent does, until there is an answer.
async fn checked(house: &House, pair: &Pair, id: &ApprovalId) -> Value {
    let arguments = json!({"approval_id": id.as_str(), "wait_seconds": 50});
    let answer = house.call(pair, "check_approval", arguments).await;
    answer.expect("an answer").body
}

async fn state(house: &House, pair: &Pair, id: &ApprovalId) -> ApprovalState {
    let view = house.engine.approval(&pair.person, id).await;
    view.expect("hers").state
}

#[tokio::test]
async fn an_interrupted_write_waits_for_the_sign_in_with_exactly_the_claims_and_runs_once() {
    let house = House::new().await;
    let pair = pair(&house, Level::AlwaysAllow).await;
    challenge(&house, Some(1), "c1");
    let id = interrupted(&house, &pair, "Interrupted").await;
    assert_eq!(house.events(&pair.login, "Interrupted"), 0);

    // Asking again costs Microsoft nothing and makes nothing new; another call is told what is missing.
    let asked = house.token_requests();
    for _ in 0..10 {
        assert_eq!(interrupted(&house, &pair, "Interrupted").await, id);
        let other = house.word(&pair, "create_event", event("Another")).await;
        assert_eq!(other, "needs_sign_in");
        assert_eq!(
            house.word(&pair, "search_events", json!({})).await,
            "needs_sign_in"
        );
    }
    assert_eq!((asked, house.token_requests()), (1, 1), "no loop");
    let view = house.engine.connection(&pair.person).await.expect("a view");
    let waiting: Vec<_> = view.waiting.iter().map(|view| view.id.clone()).collect();
    assert_eq!(
        waiting,
        std::slice::from_ref(&id),
        "her page says what waits"
    );

    // Stored, not remembered: it would be the same after a restart.
    let begun = another_engine(&house)
        .begin_connect(&pair.person, None)
        .await
        .expect("begins");
    let location = url::Url::parse(&begun.location).expect("an address");
    let sent = |name: &str| {
        location
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let claims: Value = serde_json::from_str(&sent("claims").expect("claims")).expect("JSON");
    assert_eq!(
        claims,
        json!({"access_token": {"acrs": {"essential": true, "values": ["c1"]}, "xms_cc": {"values": ["cp1"]}}})
    );
    assert_eq!(
        (sent("login_hint"), sent("prompt")),
        (Some(pair.login.clone()), None)
    );

    let answer = tokio::join!(checked(&house, &pair, &id), signs_in(&house, &pair)).0;
    assert_eq!(
        (&answer["status"], id_of(&answer)),
        (&json!("done"), id.clone()),
        "{answer}"
    );
    assert_eq!(house.events(&pair.login, "Interrupted"), 1);
    let again = house
        .call(&pair, "create_event", event("Interrupted"))
        .await
        .expect("told");
    assert_eq!(
        (&again.body["status"], id_of(&again.body)),
        (&json!("done"), id.clone())
    );
    assert_eq!(house.events(&pair.login, "Interrupted"), 1);
    let location = house
        .engine
        .begin_connect(&pair.person, None)
        .await
        .expect("begins")
        .location;
    assert!(
        !location.contains("acrs"),
        "claims that were met are forgotten"
    );

    let parked = house.entries(&pair, &[Kind::CallParked]).await;
    assert_eq!(parked.len(), 1);
    assert_eq!(parked[0].record.approval, Some(id));
    let begun = house.entries(&pair, &[Kind::CallBegun]).await;
    let calls = begun
        .iter()
        .filter(|entry| entry.record.call == parked[0].record.call);
    assert_eq!(calls.count(), 2, "it is one call, begun twice");
}

#[tokio::test]
async fn a_challenge_that_a_newer_token_meets_is_met_without_anybody() {
    let house = House::new().await;
    let pair = pair(&house, Level::AlwaysAllow).await;
    house.sim.fault(Fault {
        surface: Surface::Graph,
        times: Some(1),
        answer: FaultAnswer::ClaimsChallenge,
        ..Fault::default()
    });
    assert_eq!(
        house.word(&pair, "create_event", event("Newer")).await,
        "done"
    );
    assert_eq!(
        (house.token_requests(), house.events(&pair.login, "Newer")),
        (1, 1)
    );
}

#[tokio::test]
async fn a_second_factor_that_an_administrator_demands_by_now_is_given_at_that_sign_in() {
    let house = House::new().await;
    let pair = pair(&house, Level::AlwaysAllow).await;
    #[expect(clippy::disallowed_methods, reason = "the administrator's own client")]
    let client = reqwest::Client::new();
    let url = format!("{}/_sim/people/{}", house.sim.base(), pair.login);
    let set = client
        .post(url)
        .json(&json!({"mfa": "required"}))
        .send()
        .await;
    assert!(set.expect("an answer").status().is_success());
    let id = interrupted(&house, &pair, "With two factors").await;
    let view = house.engine.connection(&pair.person).await.expect("a view");
    let Some(ConnectionState::NeedsSignIn {
        claims: Some(claims),
        code: Some(50_076),
    }) = view.state
    else {
        panic!("{:?}", view.state)
    };
    assert!(
        claims.contains("acrs"),
        "the token endpoint's claims are the newest: {claims}"
    );
    signs_in(&house, &pair).await;
    assert_eq!(checked(&house, &pair, &id).await["status"], "done");
    assert_eq!(house.events(&pair.login, "With two factors"), 1);
}

#[tokio::test]
async fn a_challenge_that_never_ends_parks_a_call_twice_and_then_it_has_failed() {
    let house = House::new().await;
    let pair = pair(&house, Level::AlwaysAllow).await;
    challenge(&house, None, "c1");
    let id = interrupted(&house, &pair, "Never").await;
    signs_in(&house, &pair).await;
    settled(&house, &pair).await;
    assert_eq!(state(&house, &pair, &id).await, ApprovalState::Parked);
    signs_in(&house, &pair).await;
    settled(&house, &pair).await;
    let answer = checked(&house, &pair, &id).await;
    assert_eq!(
        (&answer["status"], &answer["code"]),
        (&json!("failed"), &json!("needs_sign_in")),
        "{answer}"
    );
    let asked = house.token_requests();
    assert!(asked <= 6, "{asked} token requests");
    for _ in 0..10 {
        house.word(&pair, "create_event", event("Never")).await;
    }
    assert_eq!(house.token_requests(), asked, "no loop");
    assert_eq!(house.events(&pair.login, "Never"), 0);
}

/// What the sign-in has let go on has ended.
async fn settled(house: &House, pair: &Pair) {
    house.engine.resume_parked(None).await.expect("looks");
    for _ in 0..500 {
        let executing = engine::ApprovalFilter::in_state(ApprovalState::Executing);
        let running = house.engine.approvals(&pair.person, &executing, None, 1);
        if running.await.expect("a list").items.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a parked call does not end")
}

#[tokio::test]
async fn a_yes_that_meets_a_challenge_is_kept_and_needs_no_second_one() {
    let house = House::new().await;
    let pair = pair(&house, Level::Ask).await;
    let asked = house
        .call(&pair, "create_event", event("Approved"))
        .await
        .expect("asks");
    let id = id_of(&asked.body);
    challenge(&house, Some(1), "c1");
    let view = house.approve(&pair.person, &id).await.expect("approves");
    assert_eq!(view.state, ApprovalState::Parked);
    assert!(view.decided.is_some(), "her yes stands");
    let answer = tokio::join!(checked(&house, &pair, &id), signs_in(&house, &pair)).0;
    assert_eq!(answer["status"], "done", "{answer}");
    assert_eq!(house.events(&pair.login, "Approved"), 1);
    let decided = house.entries(&pair, &[Kind::ApprovalDecided]).await;
    assert_eq!(decided.len(), 1);
}

#[tokio::test]
async fn what_went_on_is_decided_anew_deny_voids_it_and_ask_asks() {
    let house = House::new().await;
    let pair = pair(&house, Level::AlwaysAllow).await;
    challenge(&house, Some(1), "c1");
    let id = interrupted(&house, &pair, "Now to be asked").await;
    house.set(&[("create_event", Level::Ask)]).await;
    signs_in(&house, &pair).await;
    settled(&house, &pair).await;
    assert_eq!(state(&house, &pair, &id).await, ApprovalState::Pending);
    assert_eq!(house.events(&pair.login, "Now to be asked"), 0);
    let view = house.approve(&pair.person, &id).await.expect("approves");
    assert_eq!(view.state, ApprovalState::Done);
    assert_eq!(house.events(&pair.login, "Now to be asked"), 1);

    house.set(&[("create_event", Level::AlwaysAllow)]).await;
    challenge(&house, Some(1), "c2");
    let id = interrupted(&house, &pair, "Now denied").await;
    house.set(&[("create_event", Level::Deny)]).await;
    let told = house.word(&pair, "create_event", event("Now denied")).await;
    assert_eq!(
        told, "unknown_tool",
        "a denied tool does not exist, whatever waits"
    );
    signs_in(&house, &pair).await;
    settled(&house, &pair).await;
    assert_eq!(state(&house, &pair, &id).await, ApprovalState::Void);
    assert_eq!(house.events(&pair.login, "Now denied"), 0);
}

#[tokio::test]
async fn disconnecting_and_a_persons_no_stop_what_waits_for_her_sign_in() {
    let house = House::new().await;
    let pair = pair(&house, Level::AlwaysAllow).await;
    challenge(&house, Some(1), "c1");
    let id = interrupted(&house, &pair, "Stopped").await;
    house
        .engine
        .decline(&pair.person, &id, &house.request())
        .await
        .expect("stops");
    signs_in(&house, &pair).await;
    settled(&house, &pair).await;
    assert_eq!(state(&house, &pair, &id).await, ApprovalState::Declined);
    challenge(&house, Some(1), "c2");
    let id = interrupted(&house, &pair, "Ended").await;
    house
        .engine
        .disconnect(&pair.person, &house.request())
        .await
        .expect("ends");
    assert_eq!(state(&house, &pair, &id).await, ApprovalState::Void);
    signs_in(&house, &pair).await;
    settled(&house, &pair).await;
    assert_eq!(state(&house, &pair, &id).await, ApprovalState::Void);
    for title in ["Stopped", "Ended"] {
        assert_eq!(house.events(&pair.login, title), 0, "{title}");
    }
}

#[tokio::test]
async fn a_call_whose_instance_died_after_the_sign_in_is_taken_up_by_one_of_the_others() {
    let house = House::new().await;
    let pair = pair(&house, Level::AlwaysAllow).await;
    challenge(&house, Some(1), "c1");
    let id = interrupted(&house, &pair, "Taken up").await;
    let begun = house
        .engine
        .begin_connect(&pair.person, None)
        .await
        .expect("begins");
    // From now on this instance takes the sign-in, but runs nothing any more.
    house.engine.drain(Duration::ZERO).await;
    house
        .come_back(&begun, 1, Some(&pair.person))
        .await
        .expect("signs in");
    let others: Vec<_> = (0..8).map(|_| another_engine(&house)).collect();
    let resumed = others.iter().map(|engine| engine.resume_parked(None));
    for resumed in futures_util::future::join_all(resumed).await {
        resumed.expect("looks");
    }
    assert_eq!(state(&house, &pair, &id).await, ApprovalState::Done);
    assert_eq!(house.events(&pair.login, "Taken up"), 1);
}

#[tokio::test]
async fn many_writes_that_meet_one_challenge_ask_for_few_tokens_and_all_run_once() {
    let house = House::new().await;
    let pair = pair(&house, Level::AlwaysAllow).await;
    challenge(&house, Some(20), "c1");
    let titles: Vec<_> = (0..20).map(|number| format!("Many {number}")).collect();
    let calls = titles
        .iter()
        .map(|title| house.word(&pair, "create_event", event(title)));
    let words = futures_util::future::join_all(calls).await;
    house.sim.clear_faults();
    let waiting = words
        .iter()
        .filter(|word| *word == "sign_in_required")
        .count();
    assert!(
        words.iter().all(
            |word| ["sign_in_required", "needs_sign_in", "microsoft_throttled"]
                .contains(&word.as_str())
        ),
        "{words:?}"
    );
    assert_eq!(waiting, 5, "five may wait for one agent: {words:?}");
    let asked = house.token_requests();
    assert!(asked <= 9, "{asked} token requests");
    signs_in(&house, &pair).await;
    settled(&house, &pair).await;
    let made = titles.iter().map(|title| house.events(&pair.login, title));
    assert_eq!(made.sum::<usize>(), waiting);
}

/// One more instance on the same store.
fn another_engine(house: &House) -> Engine {
    let tenant = house.sim.tenant_id();
    serving(house, tenant, &[tenant])
}

#[tokio::test]
async fn a_challenge_of_the_look_after_a_write_leaves_the_event_and_the_answer_says_so() {
    let house = House::new().await;
    let pair = pair(&house, Level::AlwaysAllow).await;
    house.sim.fault(Fault {
        surface: Surface::Graph,
        method: Some("GET".into()),
        path_contains: Some("/events/".into()),
        answer: FaultAnswer::Challenge {
            form: ChallengeForm::Plain,
            claims: Some(
                json!({"access_token": {"acrs": {"essential": true, "value": "c1"}}}).to_string(),
            ),
        },
        ..Fault::default()
    });
    let answer = house
        .call(&pair, "create_event", event("seen by nobody"))
        .await;
    let body = answer.expect("it was created").body;
    assert_eq!(
        (&body["status"], &body["verified"]),
        (&json!("done"), &json!(false)),
        "{body}"
    );
    let note = body["note"].as_str().unwrap_or_default();
    assert!(
        note.contains("accepted") && note.contains("reading it back failed"),
        "{note}"
    );
    assert_eq!(
        house.events(&pair.login, "seen by nobody"),
        1,
        "once, and not again"
    );
    let writes = house
        .graph_requests()
        .into_iter()
        .filter(|entry| entry.method == "POST");
    assert_eq!(
        writes
            .filter(|entry| entry.path.ends_with("/events"))
            .count(),
        1
    );
    let finished = house.entries(&pair, &[Kind::CallFinished]).await;
    assert_eq!(finished[0].record.outcome.as_deref(), Some("done"));
    let parked = house.entries(&pair, &[Kind::CallParked]).await;
    assert!(parked.is_empty(), "nothing waits that has happened");
    assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
}

#[tokio::test]
async fn a_waiting_call_that_is_over_its_limit_is_on_record_once_however_often_it_is_looked_at() {
    let house = House::limited(Limits {
        writes_per_minute: 1,
        ..Limits::all(1_000_000)
    })
    .await;
    let pair = pair(&house, Level::AlwaysAllow).await;
    challenge(&house, Some(1), "c1");
    // Its first try has used what a minute allows.
    let id = interrupted(&house, &pair, "Later").await;
    signs_in(&house, &pair).await;
    for _ in 0..5 {
        settled(&house, &pair).await;
        assert_eq!(state(&house, &pair, &id).await, ApprovalState::Parked);
    }
    let hits = house.entries(&pair, &[Kind::LimitHit]).await;
    let reasons: Vec<_> = hits
        .iter()
        .map(|hit| hit.record.reason.as_deref())
        .collect();
    assert_eq!(reasons, [Some("too_many_writes")]);

    house.clock.advance(Duration::from_secs(61));
    settled(&house, &pair).await;
    assert_eq!(checked(&house, &pair, &id).await["status"], "done");
    assert_eq!(house.events(&pair.login, "Later"), 1);
}
