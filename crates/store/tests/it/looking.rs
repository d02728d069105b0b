//! What was seen for a card: kept while it waits, and a yes is for one look (A1, A6, A9).

use domain::approval::ApprovalState;
use serde_json::json;
use store::Store;
use tokio::task::JoinSet;

use crate::fixture::Fixture;
use crate::on_both;

on_both! {
    async fn what_was_seen_replaces_the_card_and_a_yes_to_an_earlier_one_takes_nothing(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        let id = store.ask(&world.call(fixture, "Lunch")).await.expect("stored").id;
        let seen = json!({"title": "Lunch with Zoë"});
        assert!(store.keep_look(anna, &id, &seen, Some("W/\"1\"")).await.expect("an answer"));
        let stored = store.approval(anna, &id).await.expect("an answer").expect("there");
        assert_eq!((stored.card, stored.etag.as_deref(), stored.looks), (seen, Some("W/\"1\""), 1));
        assert_eq!(stored.looked, Some(fixture.now()));
        assert_eq!(store.claim_approval(anna, &id, 0).await.expect("an answer"), None, "the card before the look");
        assert!(store.keep_look(anna, &id, &json!({"title": "Dinner"}), Some("W/\"2\"")).await.expect("an answer"));
        assert_eq!(store.claim_approval(anna, &id, 1).await.expect("an answer"), None, "the card before this look");
        let waits = store.approval(anna, &id).await.expect("an answer").expect("there");
        assert_eq!(waits.state, ApprovalState::Pending);
        assert!(store.claim_approval(anna, &id, 2).await.expect("an answer").is_some());
        assert!(!store.keep_look(anna, &id, &json!({}), None).await.expect("an answer"), "it does not wait any more");
    }

    async fn nobody_keeps_a_look_for_somebody_else_and_disconnecting_forgets_it(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        let id = store.ask(&world.call(fixture, "Lunch")).await.expect("stored").id;
        let bruno = fixture.person(store, &world.tenant, "Bruno Costa").await;
        assert!(!store.keep_look(&bruno.id, &id, &json!({}), None).await.expect("an answer"));
        let seen = json!({"title": "Secret dinner"});
        assert!(store.keep_look(anna, &id, &seen, Some("W/\"1\"")).await.expect("an answer"));
        store.disconnect(anna, domain::connection::Integration::OutlookCalendar).await.expect("it disconnects");
        let stored = store.approval(anna, &id).await.expect("an answer").expect("there");
        assert_eq!((stored.card, stored.etag), (json!({}), None));
    }

    async fn a_thousand_who_approve_one_call_at_once_execute_it_once(fixture: &Fixture) {
        let world = fixture.world().await;
        let id = world.store.ask(&world.call(fixture, "Lunch")).await.expect("stored").id;
        let mut claims = JoinSet::new();
        for _ in 0..1_000 {
            let (store, person, id): (Store, _, _) = (world.store.clone(), world.anna.id.clone(), id.clone());
            claims.spawn(async move { store.claim_approval(&person, &id, 0).await.expect("an answer").is_some() });
        }
        assert_eq!(claims.join_all().await.into_iter().filter(|won| *won).count(), 1);
    }

    async fn what_is_asked_afresh_takes_the_place_of_what_was_taken_and_nothing_else_does(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        let call = world.call(fixture, "Lunch");
        let old = store.ask(&call).await.expect("stored").id;
        let why = json!({"code": "changed_meanwhile"});
        assert!(store.ask_afresh(&call, &old, &why).await.expect("an answer").is_none(), "it was not taken");
        store.claim_approval(anna, &old, 0).await.expect("an answer").expect("taken");
        let new = store.ask_afresh(&call, &old, &why).await.expect("an answer").expect("asked");
        assert_ne!(new.id, old);
        assert_eq!((new.state, new.looks), (ApprovalState::Pending, 0));
        let void = store.approval(anna, &old).await.expect("an answer").expect("there");
        assert_eq!(void.state, ApprovalState::Void);
        assert_eq!(void.outcome, Some(json!({"code": "changed_meanwhile", "replaced_by": new.id.as_str()})));
    }

    async fn asking_afresh_counts_as_asking(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        let call = world.call(fixture, "Lunch");
        let old = store.ask(&call).await.expect("stored").id;
        store.claim_approval(anna, &old, 0).await.expect("an answer").expect("taken");
        for number in 0..5 {
            store.ask(&world.call(fixture, &format!("Other {number}"))).await.expect("stored");
        }
        let refused = store.ask_afresh(&call, &old, &json!({})).await;
        assert!(matches!(refused, Err(store::Error::TooManyPending)), "{refused:?}");
        let left = store.approval(anna, &old).await.expect("an answer").expect("there");
        assert_eq!(left.state, ApprovalState::Executing, "its executor ends it");
    }
}
