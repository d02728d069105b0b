//! The record: every entry in its place, durable, and verifiable without us.

use domain::audit::{Beginning, Broken, Entry, Head, Kind, Record, Verifier};
use domain::id::{CallId, OrganisationId, TenantId};
use store::Error;
use store::audit::AuditFilter;
use tokio::task::JoinSet;

use crate::fixture::Fixture;
use crate::on_both;

/// A whole chain, as far as it is known to go.
fn verify(
    organisation: &OrganisationId,
    chain: &[Entry],
    known: Option<Head>,
) -> Result<Head, Broken> {
    let mut verifier = Verifier::new(organisation, Beginning::default(), Vec::new())?;
    chain.iter().try_for_each(|entry| verifier.add(entry))?;
    verifier.finish(known)
}

on_both! {
    async fn entries_of_many_callers_make_one_chain_in_each_organisation(fixture: &Fixture) {
        let store = fixture.store().await;
        // A second instance writes to the same chains.
        let other = fixture.open(fixture.keys()).await.expect("it opens");
        let mut organisations = Vec::new();
        for _ in 0..3 {
            let tenant = TenantId::parse(&fixture.random.uuid()).expect("a GUID");
            organisations.push(store.organisation_for(&tenant).await.expect("an organisation"));
        }
        let mut writers = JoinSet::new();
        for number in 0..600 {
            let store = if number % 3 == 0 { other.clone() } else { store.clone() };
            let mut record = Record::new(fixture.now(), Kind::CallBegun, organisations[number % 2].clone());
            record.call = Some(CallId::random(&fixture.random));
            record.reason = Some(format!("{number}"));
            writers.spawn(async move {
                let text = record.to_text();
                (record.organisation.clone(), store.record(record).await.expect("it is recorded"), text)
            });
        }
        let written = writers.join_all().await;
        for (at, organisation) in organisations.iter().enumerate() {
            let chain = store.chain(organisation, 1, 1_000).await.expect("a chain");
            assert_eq!(chain.len(), [300, 300, 0][at]);
            for (_, sequence, text) in written.iter().filter(|(of, ..)| of == organisation) {
                let place = usize::try_from(*sequence - 1).expect("a place");
                assert_eq!(chain[place].text, *text);
            }
            let head = store.head(organisation).await.expect("a head");
            assert_eq!(verify(organisation, &chain, Some(head)), Ok(head));
        }
    }

    async fn an_entry_that_was_altered_in_the_database_breaks_the_chain(fixture: &Fixture) {
        let world = fixture.world().await;
        let organisation = &world.anna.organisation;
        for _ in 0..4 {
            let record = Record::new(fixture.now(), Kind::CallBegun, organisation.clone());
            world.store.record(record).await.expect("it is recorded");
        }
        fixture.sql("UPDATE audit_entries SET text = REPLACE(text, 'call_begun', 'call_denied') WHERE sequence = 3").await;
        let chain = world.store.chain(organisation, 1, 100).await.expect("a chain");
        assert_eq!(verify(organisation, &chain, None), Err(Broken::Hash(3)));
        fixture.sql("DELETE FROM audit_entries WHERE sequence >= 3").await;
        let chain = world.store.chain(organisation, 1, 100).await.expect("a chain");
        let head = world.store.head(organisation).await.expect("a head");
        assert_eq!(verify(organisation, &chain, Some(head)), Err(Broken::Head(2)));
    }

    async fn a_record_that_cannot_be_written_is_an_error_for_everybody_who_waits(fixture: &Fixture) {
        let world = fixture.world().await;
        let organisation = &world.anna.organisation;
        fixture.sql("ALTER TABLE audit_entries RENAME TO gone").await;
        let mut writers = JoinSet::new();
        for _ in 0..20 {
            let (store, organisation) = (world.store.clone(), organisation.clone());
            let record = Record::new(fixture.now(), Kind::CallBegun, organisation);
            writers.spawn(async move { store.record(record).await });
        }
        for result in writers.join_all().await {
            assert!(matches!(result, Err(Error::NotRecorded(_))), "{result:?}");
        }
        fixture.sql("ALTER TABLE gone RENAME TO audit_entries").await;
        let record = Record::new(fixture.now(), Kind::CallBegun, organisation.clone());
        assert_eq!(world.store.record(record).await.expect("it is recorded"), 1, "no number was lost");
    }

    async fn an_entry_of_an_organisation_that_is_not_there_holds_up_no_other(fixture: &Fixture) {
        let world = fixture.world().await;
        let nowhere = OrganisationId::random(&fixture.random);
        let nowhere = world.store.record(Record::new(fixture.now(), Kind::KeyCreated, nowhere));
        let here = world.store.record(Record::new(fixture.now(), Kind::KeyCreated, world.anna.organisation.clone()));
        let (nowhere, here) = tokio::join!(nowhere, here);
        assert!(matches!(nowhere, Err(Error::NoOrganisation(_))));
        assert_eq!(here.expect("it is recorded"), 1);
    }

    async fn entries_are_found_by_what_they_are_about(fixture: &Fixture) {
        let world = fixture.world().await;
        let organisation = &world.anna.organisation;
        let call = CallId::random(&fixture.random);
        let kinds = [Kind::SignedIn, Kind::CallBegun, Kind::CallFinished, Kind::SignedOut];
        for kind in kinds {
            let mut record = Record::new(fixture.now(), kind, organisation.clone());
            if kind != Kind::SignedOut {
                record.person = Some(world.anna.id.clone());
            }
            if matches!(kind, Kind::CallBegun | Kind::CallFinished) {
                record.call = Some(call.clone());
                record.tool = Some("create_event".to_owned());
            }
            world.store.record(record).await.expect("it is recorded");
        }
        let check = async |filter: AuditFilter, expected: &[i64]| {
            let found = world.store.entries(organisation, &filter).await.expect("entries");
            let numbers: Vec<i64> = found.iter().map(|entry| entry.sequence).collect();
            assert_eq!(numbers, expected);
            for entry in found {
                assert_eq!(entry.record.kind, kinds[usize::try_from(entry.sequence - 1).expect("a place")]);
            }
        };
        let all = || AuditFilter { limit: 100, ..AuditFilter::default() };
        check(all(), &[4, 3, 2, 1]).await;
        check(AuditFilter { limit: 2, ..all() }, &[4, 3]).await;
        check(AuditFilter { before: Some(3), ..all() }, &[2, 1]).await;
        check(AuditFilter { person: Some(world.anna.id.clone()), ..all() }, &[3, 2, 1]).await;
        check(AuditFilter { kinds: vec![Kind::SignedIn, Kind::SignedOut], ..all() }, &[4, 1]).await;
        check(AuditFilter { call: Some(call.clone()), ..all() }, &[3, 2]).await;
        check(AuditFilter {
            person: Some(world.anna.id.clone()),
            kinds: vec![Kind::CallBegun],
            tool: Some("create_event".to_owned()),
            call: Some(call),
            since: None,
            until: None,
            before: Some(9),
            limit: 5,
        }, &[2]).await;
        let bruno = fixture.person(&world.store, &world.tenant, "Bruno Costa").await;
        check(AuditFilter { person: Some(bruno.id), ..all() }, &[]).await;
    }
}

#[tokio::test]
async fn the_writer_ends_when_the_last_store_is_gone() {
    let fixture = Fixture::sqlite();
    fixture.migrate().await;
    let (clock, random) = (fixture.clock.clone(), fixture.random.clone());
    let opened = store::Store::open(&fixture.settings, fixture.keys(), clock, random).await;
    let (store, writer) = opened.expect("it opens");
    let mut running = JoinSet::new();
    running.spawn(writer.run());
    let tenant = TenantId::parse(&fixture.random.uuid()).expect("a GUID");
    let organisation = store
        .organisation_for(&tenant)
        .await
        .expect("an organisation");
    let clone = store.clone();
    drop(store);
    let record = Record::new(fixture.now(), Kind::SignedOut, organisation);
    assert_eq!(clone.record(record).await.expect("it is recorded"), 1);
    drop(clone);
    running.join_all().await;
}
