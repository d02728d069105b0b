//! Approvals: stored as asked, decided once, void when what they rest on changes.

use std::time::Duration;

use domain::approval::ApprovalState;
use domain::audit::{Kind, Record};
use domain::id::ApprovalId;
use domain::permission::Level;
use serde_json::json;
use store::approvals::{ApprovalFilter, Earlier};
use store::audit::AuditFilter;
use store::{Error, Store};
use tokio::task::JoinSet;

use crate::fixture::{Fixture, World};
use crate::on_both;

async fn state(world: &World, id: &ApprovalId) -> ApprovalState {
    let approval = world
        .store
        .approval(&world.anna.id, id)
        .await
        .expect("an answer");
    approval.expect("it is there").state
}

async fn ask(world: &World, fixture: &Fixture, title: &str) -> Result<ApprovalId, Error> {
    let asked = world.store.ask(&world.call(fixture, title)).await;
    asked.map(|approval| approval.id)
}

on_both! {
    async fn what_ended_without_a_decision_is_put_on_record_once(fixture: &Fixture) {
        let world = fixture.world().await;
        let store = &world.store;
        let void = ask(&world, fixture, "Void").await.expect("an id");
        fixture.clock.advance(Duration::from_secs(1));
        let late = ask(&world, fixture, "Late").await.expect("an id");
        assert_eq!(store.undecided(9).await.expect("readable"), []);
        assert!(store.void_approval(&world.anna.id, &void).await.expect("an answer"));
        fixture.clock.advance(Duration::from_secs(601));
        let waits = ask(&world, fixture, "Waits").await.expect("an id");
        let ended: Vec<_> = store.undecided(9).await.expect("readable").into_iter().map(|one| (one.id, one.state)).collect();
        assert_eq!(ended, [(void.clone(), ApprovalState::Void), (late.clone(), ApprovalState::Expired)]);
        for (id, is_news) in [(&void, true), (&late, true), (&void, false), (&waits, false)] {
            let record = Record::new(fixture.now(), Kind::ApprovalEnded, world.anna.organisation.clone());
            assert_eq!(store.record_undecided(record, id).await.expect("an answer"), is_news);
        }
        assert_eq!(store.undecided(9).await.expect("readable"), []);
        let filter = AuditFilter { kinds: vec![Kind::ApprovalEnded], limit: 9, ..AuditFilter::default() };
        assert_eq!(store.entries(&world.anna.organisation, &filter).await.expect("readable").len(), 2);
    }

    async fn what_is_stored_is_what_was_asked(fixture: &Fixture) {
        let world = fixture.world().await;
        let new = world.call(fixture, "Lunch with Zoë 🌞");
        let stored = world.store.ask(&new).await.expect("it is stored");
        let read = world.store.approval(&world.anna.id, &stored.id).await.expect("an answer").expect("it is there");
        assert_eq!(read, stored);
        assert_eq!((read.arguments, read.card, read.summary), (new.arguments, new.card, new.summary));
        assert_eq!((read.digest, read.call, read.expires), (new.digest, new.call, new.expires));
        assert_eq!((read.state, read.created), (ApprovalState::Pending, fixture.now()));
        assert!(!format!("{stored:?}").contains("Lunch"));
        let bruno = fixture.person(&world.store, &world.tenant, "Bruno Costa").await;
        assert_eq!(world.store.approval(&bruno.id, &stored.id).await.expect("an answer"), None);
        assert_eq!(world.store.claim_approval(&bruno.id, &stored.id, 0).await.expect("an answer"), None);
        assert!(!world.store.decline_approval(&bruno.id, &stored.id).await.expect("an answer"));
    }

    async fn asking_the_same_again_answers_the_one_that_waits(fixture: &Fixture) {
        let world = fixture.world().await;
        let first = ask(&world, fixture, "Lunch").await.expect("it is stored");
        assert_eq!(ask(&world, fixture, "Lunch").await.expect("an answer"), first);
        assert!(world.store.decline_approval(&world.anna.id, &first).await.expect("an answer"));
        assert_ne!(ask(&world, fixture, "Lunch").await.expect("a new one"), first);
    }

    async fn a6_of_a_thousand_who_claim_an_approval_at_once_one_executes_it(fixture: &Fixture) {
        let world = fixture.world().await;
        let id = ask(&world, fixture, "Lunch").await.expect("it is stored");
        let mut claims = JoinSet::new();
        for number in 0..1_000 {
            let (store, person, id): (Store, _, _) = (world.store.clone(), world.anna.id.clone(), id.clone());
            claims.spawn(async move {
                match number % 10 {
                    // Some change their mind at the same moment.
                    0 => store.decline_approval(&person, &id).await.expect("an answer"),
                    _ => store.claim_approval(&person, &id, 0).await.expect("an answer").is_some(),
                }
            });
        }
        assert_eq!(claims.join_all().await.into_iter().filter(|won| *won).count(), 1);
    }

    async fn a_claim_is_for_what_was_shown_and_ends_once(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        let new = world.call(fixture, "Lunch");
        let stored = store.ask(&new).await.expect("it is stored");
        let fine = json!({"fine": true});
        let finish = |state| store.finish_approval(anna, &stored.id, state, &fine);
        assert!(!finish(ApprovalState::Done).await.expect("an answer"), "nobody executes it yet");
        let claimed = store.claim_approval(anna, &stored.id, 0).await.expect("an answer").expect("it waits");
        assert_eq!((claimed.id, claimed.person), (stored.id.clone(), anna.clone()));
        assert_eq!((claimed.tool, claimed.arguments, claimed.expires), (new.tool, new.digest, new.expires));
        assert!(!finish(ApprovalState::Pending).await.expect("an answer"), "that is no end");
        assert!(finish(ApprovalState::Unknown).await.expect("an answer"));
        assert!(!finish(ApprovalState::Done).await.expect("an answer"));
        let read = store.approval(anna, &stored.id).await.expect("an answer").expect("it is there");
        assert_eq!((read.state, read.outcome.as_ref()), (ApprovalState::Unknown, Some(&fine)));
        assert_eq!(read.decided, Some(fixture.now()));
    }

    async fn nobody_decides_after_the_time(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        let id = ask(&world, fixture, "Lunch").await.expect("it is stored");
        fixture.clock.advance(Duration::from_secs(600));
        assert_eq!(store.claim_approval(anna, &id, 0).await.expect("an answer"), None);
        assert!(!store.decline_approval(anna, &id).await.expect("an answer"));
        let waiting = store.approvals(anna, &ApprovalFilter::in_state(ApprovalState::Pending), None, 9).await.expect("a list");
        assert!(waiting.is_empty());
        let expired = store.approvals(anna, &ApprovalFilter::in_state(ApprovalState::Expired), None, 9).await.expect("a list");
        assert_eq!(expired.len(), 1);
        assert_eq!(fixture.texts("SELECT state FROM approvals").await, ["pending"]);
        assert_eq!(state(&world, &id).await, ApprovalState::Expired);
        assert_eq!(fixture.texts("SELECT state FROM approvals").await, ["expired"]);
    }

    async fn what_a_crash_left_executing_is_unknown_after_five_minutes(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        let new = world.call(fixture, "Lunch");
        let id = store.ask(&new).await.expect("it is stored").id;
        store.claim_approval(anna, &id, 0).await.expect("an answer").expect("it waits");
        world.begin(fixture, &new, Some(&id)).await.expect("it begins");
        fixture.clock.advance(Duration::from_secs(300));
        assert_eq!(state(&world, &id).await, ApprovalState::Executing);
        fixture.clock.advance(Duration::from_secs(1));
        let executing = store.approvals(anna, &ApprovalFilter::in_state(ApprovalState::Executing), None, 9).await.expect("a list");
        assert!(executing.is_empty());
        let unknown = json!({"code": "outcome_unknown"});
        let listed = store.approvals(anna, &ApprovalFilter::in_state(ApprovalState::Unknown), None, 9).await.expect("a list");
        assert_eq!(listed.first().and_then(|approval| approval.outcome.as_ref()), Some(&unknown));
        let since = new.expires - Duration::from_secs(600);
        let recent = store.earlier_call(&world.agent.id, &world.connection, &new.tool, &new.digest, Earlier::Any, since);
        assert_eq!(recent.await.expect("an answer").expect("it is there").state, ApprovalState::Unknown);
        assert!(!store.release_approval(anna, &id).await.expect("an answer"), "nobody is sending it any more");
        assert_eq!(fixture.texts("SELECT state FROM approvals").await, ["executing"]);
        let read = store.approval(anna, &id).await.expect("an answer").expect("it is there");
        assert_eq!((read.state, read.outcome), (ApprovalState::Unknown, Some(unknown)));
        assert_eq!(fixture.texts("SELECT state || outcome FROM approvals").await, [r#"unknown{"code":"outcome_unknown"}"#]);
        let late = store.finish_approval(anna, &id, ApprovalState::Done, &json!({})).await;
        assert!(!late.expect("an answer"));
    }

    async fn a_call_that_could_not_be_sent_waits_again(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        let id = ask(&world, fixture, "Lunch").await.expect("it is stored");
        let release = || store.release_approval(anna, &id);
        assert!(!release().await.expect("an answer"), "nobody executes it");
        store.claim_approval(anna, &id, 0).await.expect("an answer").expect("it waits");
        let bruno = fixture.person(store, &world.tenant, "Bruno Costa").await;
        assert!(!store.release_approval(&bruno.id, &id).await.expect("an answer"), "it is not his");
        assert!(release().await.expect("an answer"));
        let read = store.approval(anna, &id).await.expect("an answer").expect("it is there");
        assert_eq!((read.state, read.decided), (ApprovalState::Pending, None));
        fixture.clock.advance(Duration::from_secs(599));
        store.claim_approval(anna, &id, 0).await.expect("an answer").expect("it waits");
        fixture.clock.advance(Duration::from_secs(1));
        assert!(!release().await.expect("an answer"), "its time is over");
        assert_eq!(state(&world, &id).await, ApprovalState::Expired);
    }

    async fn a_no_that_is_taken_back_leaves_the_call_as_it_was(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        let id = ask(&world, fixture, "Lunch").await.expect("it is stored");
        let take_back = |before| store.take_back_decline(anna, &id, before);
        assert!(!take_back(ApprovalState::Pending).await.expect("an answer"), "there is no no");
        assert!(store.decline_approval(anna, &id).await.expect("an answer"));
        let bruno = fixture.person(store, &world.tenant, "Bruno Costa").await;
        let his = store.take_back_decline(&bruno.id, &id, ApprovalState::Pending).await;
        assert!(!his.expect("an answer"), "it is not his");
        assert!(!take_back(ApprovalState::Executing).await.expect("an answer"), "nothing waits so");
        assert!(take_back(ApprovalState::Pending).await.expect("an answer"));
        let read = store.approval(anna, &id).await.expect("an answer").expect("it is there");
        assert_eq!((read.state, read.decided), (ApprovalState::Pending, None));
        assert!(store.claim_approval(anna, &id, 0).await.expect("an answer").is_some());
    }

    async fn a_call_is_not_released_to_a_connection_that_has_ended_or_began_later(fixture: &Fixture) {
        let mut world = fixture.world().await;
        let (store, anna) = (&world.store.clone(), &world.anna.id.clone());
        for again in [false, true] {
            let id = ask(&world, fixture, &again.to_string()).await.expect("it is stored");
            store.claim_approval(anna, &id, 0).await.expect("an answer").expect("it waits");
            store.disconnect(anna, crate::fixture::CALENDAR).await.expect("it disconnects");
            fixture.clock.advance(Duration::from_secs(1));
            if again {
                fixture.connect(store, &world.anna, "another token").await;
            }
            assert!(!store.release_approval(anna, &id).await.expect("an answer"));
            assert_eq!(state(&world, &id).await, ApprovalState::Void);
            world.connection = fixture.connect(store, &world.anna, "another token").await;
        }
    }

    async fn one_that_must_not_be_decided_is_voided(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        let id = ask(&world, fixture, "Lunch").await.expect("it is stored");
        let bruno = fixture.person(store, &world.tenant, "Bruno Costa").await;
        assert!(!store.void_approval(&bruno.id, &id).await.expect("an answer"), "it is not his");
        assert!(store.void_approval(anna, &id).await.expect("an answer"));
        assert_eq!(state(&world, &id).await, ApprovalState::Void);
        assert!(!store.void_approval(anna, &id).await.expect("an answer"));
        assert_eq!(store.claim_approval(anna, &id, 0).await.expect("an answer"), None);
    }

    async fn five_may_wait_of_one_agent_and_ten_of_one_person(fixture: &Fixture) {
        let mut world = fixture.world().await;
        for round in 0..2 {
            for number in 0..5 {
                ask(&world, fixture, &format!("{round} {number}")).await.expect("it is stored");
            }
            let sixth = ask(&world, fixture, "one more").await;
            assert!(matches!(sixth, Err(Error::TooManyPending)));
            (world.agent, _) = fixture.agent(&world.store, &world.anna).await;
        }
        let eleventh = ask(&world, fixture, "one more").await;
        assert!(matches!(eleventh, Err(Error::TooManyPending)));
        fixture.clock.advance(Duration::from_secs(600));
        ask(&world, fixture, "one more").await.expect("those that expired do not count");
    }

    async fn many_who_ask_at_once_stay_within_the_limit(fixture: &Fixture) {
        let world = fixture.world().await;
        let mut asking = JoinSet::new();
        for number in 0..30 {
            let (store, new) = (world.store.clone(), world.call(fixture, &number.to_string()));
            asking.spawn(async move { store.ask(&new).await.is_ok() });
        }
        assert_eq!(asking.join_all().await.into_iter().filter(|stored| *stored).count(), 5);
    }

    async fn a_changed_level_or_a_revoked_key_voids_what_waits(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna);
        let set = |level| store.set_level(&anna.organisation, "create_event", level, &anna.id);
        set(Level::Ask).await.expect("it is set");
        let first = ask(&world, fixture, "Lunch").await.expect("it is stored");
        set(Level::Ask).await.expect("it is set");
        assert_eq!(state(&world, &first).await, ApprovalState::Pending, "nothing changed");
        set(Level::Deny).await.expect("it is set");
        assert_eq!(state(&world, &first).await, ApprovalState::Void);
        let second = ask(&world, fixture, "Lunch").await.expect("it is stored");
        assert!(store.revoke_agent(&anna.id, &world.agent.id).await.expect("an answer"));
        assert_eq!(state(&world, &second).await, ApprovalState::Void);
    }

    async fn a_list_is_paged_from_the_newest(fixture: &Fixture) {
        let world = fixture.world().await;
        let mut asked = Vec::new();
        for number in 0..5 {
            asked.push(ask(&world, fixture, &number.to_string()).await.expect("it is stored"));
            fixture.clock.advance(Duration::from_secs(if number % 2 == 1 { 1 } else { 0 }));
        }
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let page = world.store.approvals(&world.anna.id, &ApprovalFilter::default(), before, 2).await.expect("a page");
            let Some(last) = page.last() else { break };
            before = Some((last.created, last.id.clone()));
            seen.extend(page.into_iter().map(|approval| approval.id));
        }
        assert_eq!(seen.first(), asked.last());
        seen.sort();
        asked.sort();
        assert_eq!(seen, asked);
    }

    async fn a_list_holds_what_its_filter_says(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna);
        let mut other = world.call(fixture, "Lunch");
        other.tool = "update_event".to_owned();
        let other = store.ask(&other).await.expect("it is stored").id;
        let declined = ask(&world, fixture, "Dinner").await.expect("it is stored");
        store.decline_approval(&anna.id, &declined).await.expect("an answer");
        let (second, _) = fixture.agent(store, anna).await;
        let mut third = world.call(fixture, "Breakfast");
        third.agent = second.id.clone();
        let third = store.ask(&third).await.expect("it is stored").id;
        let check = async |filter: ApprovalFilter, expected: &[&ApprovalId]| {
            let mut listed: Vec<_> = store.approvals(&anna.id, &filter, None, 9).await.expect("a list")
                .into_iter().map(|one| one.id).collect();
            let mut expected: Vec<_> = expected.iter().map(|id| (*id).clone()).collect();
            listed.sort();
            expected.sort();
            assert_eq!(listed, expected, "{filter:?}");
        };
        let tool = |name: &str| ApprovalFilter { tool: Some(name.to_owned()), ..ApprovalFilter::default() };
        let agent = |of: &domain::id::AgentId| ApprovalFilter { agent: Some(of.clone()), ..ApprovalFilter::default() };
        check(ApprovalFilter::default(), &[&other, &declined, &third]).await;
        check(tool("update_event"), &[&other]).await;
        check(tool("search_events"), &[]).await;
        check(agent(&second.id), &[&third]).await;
        check(agent(&world.agent.id), &[&other, &declined]).await;
        check(ApprovalFilter { state: Some(ApprovalState::Declined), ..agent(&world.agent.id) }, &[&declined]).await;
        check(ApprovalFilter { state: Some(ApprovalState::Declined), ..tool("update_event") }, &[]).await;
    }

    async fn a_decision_is_told_with_the_time_since_its_card_was_opened_first(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        let begin = fixture.now();
        let approved = ask(&world, fixture, "Lunch").await.expect("it is stored");
        store.note_opened(anna, &approved).await.expect("noted");
        fixture.clock.advance(Duration::from_secs(3));
        // Opening it again begins nothing anew.
        store.note_opened(anna, &approved).await.expect("noted");
        fixture.clock.advance(Duration::from_secs(4));
        store.claim_approval(anna, &approved, 0).await.expect("an answer").expect("claimed");
        let declined = ask(&world, fixture, "Dinner").await.expect("it is stored");
        store.decline_approval(anna, &declined).await.expect("an answer");
        ask(&world, fixture, "Breakfast").await.expect("it is stored");
        let organisation = &world.anna.organisation;
        let mut told: Vec<_> = store.decisions(organisation, begin).await.expect("readable")
            .into_iter().map(|one| (one.approved, one.took)).collect();
        told.sort();
        assert_eq!(told, [(None, None), (Some(false), None), (Some(true), Some(Duration::from_secs(7)))]);
        fixture.clock.advance(Duration::from_secs(60));
        assert_eq!(store.decisions(organisation, fixture.now()).await.expect("readable"), []);
    }

    async fn the_newest_decision_about_a_call_is_found(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, new) = (&world.store, world.call(fixture, "Lunch"));
        let begin = fixture.now();
        let (agent, connection, tool) = (&world.agent.id, &world.connection, new.tool.as_str());
        let find = |since| store.earlier_call(agent, connection, tool, &new.digest, Earlier::Any, since);
        assert_eq!(find(begin).await.expect("an answer"), None);
        let first = store.ask(&new).await.expect("it is stored").id;
        store.decline_approval(&world.anna.id, &first).await.expect("an answer");
        fixture.clock.advance(Duration::from_secs(5));
        let second = store.ask(&new).await.expect("it is stored").id;
        let found = find(begin).await.expect("an answer").expect("it is there");
        assert_eq!((found.id, found.state), (second, ApprovalState::Pending));
        assert_eq!(find(fixture.now() + Duration::from_secs(1)).await.expect("an answer"), None);
    }
}
