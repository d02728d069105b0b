//! Checkpoints: what is signed is true, is never contradicted, and stands for entries whose time is over.

use std::time::Duration;

use domain::audit::{Broken, Checkpoint, Kind, Note, Record, Verifier};
use domain::id::{CallId, OrganisationId};
use store::Store;
use store::audit::{Kept, Made, SigningKey};
use tokio::task::JoinSet;

use crate::fixture::Fixture;
use crate::on_both;

async fn entries(fixture: &Fixture, store: &Store, organisation: &OrganisationId, number: usize) {
    let mut writers = JoinSet::new();
    for _ in 0..number {
        let mut record = Record::new(fixture.now(), Kind::CallBegun, organisation.clone());
        record.call = Some(CallId::random(&fixture.random));
        let store = store.clone();
        writers.spawn(async move { store.record(record).await.expect("it is recorded") });
    }
    writers.join_all().await;
}

fn key(fixture: &Fixture) -> SigningKey {
    let key = SigningKey::generate("attache.example", &fixture.random);
    key.expect("a name").0
}

async fn made(store: &Store, organisation: &OrganisationId, key: &SigningKey) -> Kept {
    match store.make_checkpoint(organisation, key, None).await {
        Ok(Made::Checkpoint(kept)) => kept,
        other => panic!("a checkpoint, not {other:?}"),
    }
}

fn said(kept: &Kept, key: &SigningKey) -> Checkpoint {
    let note = Note::parse(&kept.note).expect("a note");
    assert!(key.public().has_signed(&note));
    Checkpoint::parse(&note.text).expect("a checkpoint")
}

/// Everything that is left, checked against these checkpoints.
async fn verified(
    store: &Store,
    organisation: &OrganisationId,
    checkpoints: Vec<Checkpoint>,
) -> Result<i64, Broken> {
    let beginning = store.beginning(organisation).await.expect("a beginning");
    let from = beginning.sequence + 1;
    let mut verifier = Verifier::new(organisation, beginning, checkpoints)?;
    let chain = store
        .chain(organisation, from, 10_000)
        .await
        .expect("a chain");
    chain.iter().try_for_each(|entry| verifier.add(entry))?;
    let head = store.head(organisation).await.expect("a head");
    verifier.finish(Some(head)).map(|head| head.sequence)
}

on_both! {
    async fn checkpoints_are_signed_grow_from_each_other_and_are_true(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, organisation) = (&world.store, &world.anna.organisation);
        let key = key(fixture);
        assert_eq!(store.make_checkpoint(organisation, &key, None).await.expect("asked"), Made::Nothing);
        let mut checkpoints = Vec::new();
        for number in [1, 6, 30] {
            entries(fixture, store, organisation, number).await;
            checkpoints.push(said(&made(store, organisation, &key).await, &key));
        }
        assert_eq!(store.make_checkpoint(organisation, &key, None).await.expect("asked"), Made::Nothing);
        let sizes: Vec<i64> = checkpoints.iter().map(|checkpoint| checkpoint.size).collect();
        assert_eq!(sizes, [1, 7, 37]);
        assert_eq!(checkpoints[0].organisation().as_ref(), Some(organisation));
        assert_eq!(verified(store, organisation, checkpoints).await, Ok(37));
    }

    async fn what_was_altered_after_it_was_signed_is_never_signed_again(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, organisation) = (&world.store, &world.anna.organisation);
        let key = key(fixture);
        entries(fixture, store, organisation, 5).await;
        let outside = said(&made(store, organisation, &key).await, &key);
        // Somebody who can write the database cuts the record, and its head with it.
        fixture.sql("DELETE FROM audit_entries WHERE sequence > 3").await;
        fixture.sql("UPDATE audit_heads SET sequence = 3, hash = (SELECT hash FROM audit_entries WHERE sequence = 3)").await;
        let refused = store.make_checkpoint(organisation, &key, None).await.expect("asked");
        assert_eq!(refused, Made::Refused(Broken::Head(5)));
        assert_eq!(verified(store, organisation, vec![]).await, Ok(3), "the record itself does not show it");
        assert_eq!(verified(store, organisation, vec![outside]).await, Err(Broken::Checkpoint(5)));
        // And goes on as if nothing had happened.
        entries(fixture, store, organisation, 9).await;
        let refused = store.make_checkpoint(organisation, &key, None).await.expect("asked");
        assert!(matches!(refused, Made::Refused(Broken::Hash(6))), "{refused:?}");
    }

    async fn l3_two_instances_at_once_never_contradict_each_other(fixture: &Fixture) {
        let world = fixture.world().await;
        let other = fixture.open(fixture.keys()).await.expect("it opens");
        let organisation = &world.anna.organisation;
        let key = key(fixture);
        let mut checkpoints = Vec::new();
        for _ in 0..8 {
            let (one, two, ()) = tokio::join!(
                world.store.make_checkpoint(organisation, &key, None),
                other.make_checkpoint(organisation, &key, None),
                entries(fixture, &world.store, organisation, 11)
            );
            for made in [one.expect("asked"), two.expect("asked")] {
                match made {
                    Made::Checkpoint(kept) => checkpoints.push(said(&kept, &key)),
                    Made::Nothing => {}
                    Made::Refused(broken) => panic!("{broken:?}"),
                }
            }
        }
        assert!(!checkpoints.is_empty());
        assert_eq!(verified(&world.store, organisation, checkpoints).await, Ok(88));
    }

    async fn a_checkpoint_is_due_after_so_many_entries_or_so_long(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, organisation) = (&world.store, &world.anna.organisation);
        let due = async |entries, age| store.checkpoints_due(entries, age).await.expect("asked");
        let (long, none) = (Duration::from_secs(60), Duration::ZERO);
        assert_eq!(due(10, none).await, [], "nothing is on record yet");
        entries(fixture, store, organisation, 3).await;
        made(store, organisation, &key(fixture)).await;
        assert_eq!(due(10, none).await, []);
        entries(fixture, store, organisation, 3).await;
        assert_eq!(due(10, long).await, []);
        assert_eq!(due(10, none).await, std::slice::from_ref(organisation));
        entries(fixture, store, organisation, 7).await;
        assert_eq!(due(10, long).await, std::slice::from_ref(organisation));
    }

    async fn l10_only_what_a_published_checkpoint_stands_for_can_go_and_the_rest_still_verifies(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, organisation) = (&world.store, &world.anna.organisation);
        let key = key(fixture);
        let late = fixture.now() + jiff::SignedDuration::from_hours(1);
        let mut checkpoints = Vec::new();
        for _ in 0..3 {
            entries(fixture, store, organisation, 10).await;
            checkpoints.push(made(store, organisation, &key).await);
        }
        entries(fixture, store, organisation, 4).await;
        assert_eq!(store.removable(organisation, late).await.expect("asked"), None, "nothing has left the machine");
        for kept in store.checkpoints_to_publish(2).await.expect("asked") {
            store.checkpoint_published(&kept).await.expect("noted");
        }
        let early = fixture.now() - jiff::SignedDuration::from_hours(1);
        assert_eq!(store.removable(organisation, early).await.expect("asked"), None, "nothing is old enough");
        let upto = store.removable(organisation, late).await.expect("asked").expect("twenty can go");
        assert_eq!(upto.size, 20);
        store.remove_entries(&upto).await.expect("removed");
        assert_eq!(store.removable(organisation, late).await.expect("asked"), None);
        assert_eq!(store.chain(organisation, 1, 1_000).await.expect("a chain").len(), 14);
        let known: Vec<Checkpoint> = checkpoints.iter().map(|kept| said(kept, &key)).collect();
        assert_eq!(verified(store, organisation, known.clone()).await, Ok(34));
        entries(fixture, store, organisation, 6).await;
        made(store, organisation, &key).await;
        assert_eq!(verified(store, organisation, known).await, Ok(40));
        fixture.sql("UPDATE audit_entries SET text = REPLACE(text, 'call_begun', 'call_denied') WHERE sequence = 25").await;
        assert_eq!(verified(store, organisation, vec![]).await, Err(Broken::Hash(25)));
    }
}
