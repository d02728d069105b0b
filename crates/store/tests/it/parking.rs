//! Calls that wait for a sign-in: kept like approvals, taken once, interrupted twice at most.

use std::time::Duration;

use domain::approval::ApprovalState;
use domain::connection::ConnectionState;
use domain::id::ApprovalId;
use serde_json::json;
use store::approvals::WhyParked;
use tokio::task::JoinSet;

use crate::fixture::{CALENDAR, Fixture, World};
use crate::on_both;

async fn state(world: &World, id: &ApprovalId) -> ApprovalState {
    let parked = world
        .store
        .approval(&world.anna.id, id)
        .await
        .expect("an answer");
    parked.expect("it is there").state
}

/// The connection waits for a sign-in from now on.
async fn interrupted(world: &World) {
    let connection = world.store.connection(&world.anna.id, CALENDAR).await;
    let connection = connection.expect("an answer").expect("it is there");
    let state = ConnectionState::NeedsSignIn {
        claims: None,
        code: None,
    };
    let store = &world.store;
    assert!(
        store
            .set_connection_state(&world.anna.id, &connection.id, &state, connection.version)
            .await
            .expect("an answer")
    );
}

async fn park(world: &World, fixture: &Fixture, title: &str) -> ApprovalId {
    world
        .store
        .park(&world.call(fixture, title))
        .await
        .expect("it is stored")
        .id
}

on_both! {
    async fn a_parked_call_is_taken_once_and_only_when_its_connection_works(fixture: &Fixture) {
        let world = fixture.world().await;
        interrupted(&world).await;
        let id = park(&world, fixture, "Lunch").await;
        assert_eq!(park(&world, fixture, "Lunch").await, id, "the same call waits once");
        assert_eq!(state(&world, &id).await, ApprovalState::Parked);
        assert_eq!(world.store.claim_parked(&world.anna.id, &id).await.expect("an answer"), None);
        assert!(world.store.parked(None, 10).await.expect("a list").is_empty());
        assert_eq!(world.store.claim_approval(&world.anna.id, &id, 0).await.expect("an answer"), None, "a sign-in is no yes");
        fixture.connect(&world.store, &world.anna, "a newer grant").await;
        let listed = world.store.parked(Some(&world.anna.id), 10).await.expect("a list");
        assert!(listed.iter().map(|parked| &parked.id).eq([&id]));
        let mut claims = JoinSet::new();
        for _ in 0..50 {
            let (store, person, id) = (world.store.clone(), world.anna.id.clone(), id.clone());
            claims.spawn(async move { store.claim_parked(&person, &id).await.expect("an answer").is_some() });
        }
        assert_eq!(claims.join_all().await.into_iter().filter(|won| *won).count(), 1);
        let outcome = json!({"status": "done"});
        let finished = world.store.finish_approval(&world.anna.id, &id, ApprovalState::Done, &outcome);
        assert!(finished.await.expect("an answer"));
    }

    async fn a_call_is_interrupted_twice_at_most_and_a_yes_is_kept(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        let id = store.ask(&world.call(fixture, "Lunch")).await.expect("it is stored").id;
        let approval = store.claim_approval(anna, &id, 0).await.expect("an answer").expect("claimed");
        for _ in 0..2 {
            assert!(store.park_again(anna, &id, WhyParked::Interrupted).await.expect("an answer"));
            let resumed = store.claim_parked(anna, &id).await.expect("an answer").expect("taken");
            assert_eq!(resumed.approval.as_ref(), Some(&approval));
        }
        assert!(!store.park_again(anna, &id, WhyParked::Interrupted).await.expect("an answer"));
        assert_eq!(state(&world, &id).await, ApprovalState::Executing);
        assert!(store.park_again(anna, &id, WhyParked::NotBegun).await.expect("an answer"), "it did not begin");
        assert_eq!(store.claim_parked(anna, &id).await.expect("an answer").expect("taken").approval, Some(approval));
    }

    async fn one_that_nobody_approved_can_become_an_approval(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        let id = park(&world, fixture, "Lunch").await;
        let later = fixture.now() + Duration::from_secs(600);
        assert!(!store.ask_instead(anna, &id, later).await.expect("an answer"), "not before it is taken");
        assert_eq!(store.claim_parked(anna, &id).await.expect("an answer").expect("taken").approval, None);
        assert!(store.ask_instead(anna, &id, later).await.expect("an answer"));
        assert_eq!(state(&world, &id).await, ApprovalState::Pending);
        assert!(store.claim_approval(anna, &id, 0).await.expect("an answer").is_some());
    }

    async fn what_ends_a_connection_or_an_agent_voids_and_forgets_what_waits(fixture: &Fixture) {
        let mut world = fixture.world().await;
        let (store, anna) = (&world.store.clone(), &world.anna.id.clone());
        interrupted(&world).await;
        let id = park(&world, fixture, "Lunch").await;
        store.disconnect(anna, CALENDAR).await.expect("an answer");
        let ended = store.approval(anna, &id).await.expect("an answer").expect("it is there");
        assert_eq!((ended.state, ended.summary.as_str(), &ended.arguments), (ApprovalState::Void, "", &json!({})));
        world.connection = fixture.connect(store, &world.anna, "another grant").await;
        let id = park(&world, fixture, "Dinner").await;
        assert!(store.revoke_agent(anna, &world.agent.id).await.expect("an answer"));
        assert_eq!(state(&world, &id).await, ApprovalState::Void);
    }
}
