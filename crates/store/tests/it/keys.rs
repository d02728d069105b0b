//! The keys: what happens at the start when one is missing, wrong, old or retired.

use domain::connection::Integration;
use domain::id::TenantId;
use domain::random::Random;
use store::{Error, KeyEncryptionKey};

use crate::fixture::{Fixture, ring};
use crate::on_both;

/// Another key file.
fn another(seed: u64) -> String {
    KeyEncryptionKey::generate(&Random::seeded(seed)).1
}

/// Everything that opening could change.
async fn snapshot(fixture: &Fixture) -> Vec<String> {
    let queries = [
        "SELECT key_id || ' ' || check_value FROM key_checks ORDER BY 1",
        "SELECT sealed || wrapped_key || key_id FROM grants ORDER BY 1",
        "SELECT id || state || CAST(version AS TEXT) FROM connections ORDER BY 1",
        "SELECT CAST(at_ms AS TEXT) FROM heartbeat",
    ];
    let mut all = Vec::new();
    for query in queries {
        all.extend(fixture.texts(query).await);
    }
    all
}

/// Opens with these keys a minute later, and shows that a refusal changed nothing.
async fn refusal(fixture: &Fixture, active: &str, decrypt_only: &[&str]) -> Error {
    let before = snapshot(fixture).await;
    fixture.clock.advance(std::time::Duration::from_secs(60));
    let refused = fixture.open(ring(active, decrypt_only)).await;
    assert_eq!(snapshot(fixture).await, before);
    refused.expect_err("it is refused")
}

on_both! {
    async fn a_missing_key_is_named_and_nothing_changes(fixture: &Fixture) {
        drop(fixture.world().await);
        let id = fixture.key.split(':').next().expect("an id");
        match refusal(fixture, &another(2), &[]).await {
            Error::KeyMissing { key_id } => assert_eq!(key_id, id),
            other => panic!("{other:?}"),
        }
    }

    async fn a_wrong_key_under_the_right_id_is_found_out_and_nothing_changes(fixture: &Fixture) {
        drop(fixture.world().await);
        let id = fixture.key.split(':').next().expect("an id");
        let wrong = format!("{id}:{}", Random::seeded(3).token());
        for (active, older) in [(&wrong, vec![]), (&another(2), vec![wrong.as_str()])] {
            match refusal(fixture, active, &older).await {
                Error::KeyWrong { key_id } => assert_eq!(key_id, id),
                other => panic!("{other:?}"),
            }
        }
    }

    async fn a_wrong_key_is_found_out_before_anything_is_sealed(fixture: &Fixture) {
        drop(fixture.store().await);
        let id = fixture.key.split(':').next().expect("an id");
        let wrong = format!("{id}:{}", Random::seeded(3).token());
        assert!(matches!(refusal(fixture, &wrong, &[]).await, Error::KeyWrong { .. }));
    }

    async fn a_check_value_that_was_removed_is_not_made_anew_over_sealed_grants(fixture: &Fixture) {
        drop(fixture.world().await);
        fixture.sql("DELETE FROM key_checks").await;
        assert!(matches!(refusal(fixture, &fixture.key, &[]).await, Error::KeyWrong { .. }));
    }

    async fn an_older_key_opens_what_it_sealed_and_the_active_one_seals_what_is_new(fixture: &Fixture) {
        let world = fixture.world().await;
        let newer = another(2);
        let store = fixture.open(ring(&newer, &[&fixture.key])).await.expect("both keys are there");
        let (anna, connection) = (&world.anna.id, &world.connection);
        let (grant, version) = store.open_grant(anna, &connection.id).await.expect("it opens");
        assert_eq!(grant.expose(), "anna's token");
        let kept = store.commit_grant(anna, &connection.id, version, Some(&grant), &connection.scopes).await;
        assert!(kept.expect("an answer"));
        let id = newer.split(':').next().expect("an id");
        assert_eq!(fixture.texts("SELECT key_id FROM grants").await, [id]);
        // Nothing needs the older key any more.
        fixture.open(ring(&newer, &[])).await.expect("the older key may go");
    }

    async fn a_grant_sealed_by_another_instance_with_a_newer_key_is_not_called_damaged(fixture: &Fixture) {
        let world = fixture.world().await;
        let newer = fixture.open(ring(&another(2), &[&fixture.key])).await.expect("both keys are there");
        let bruno = fixture.person(&newer, &world.tenant, "Bruno Costa").await;
        let connection = fixture.connect(&newer, &bruno, "bruno's token").await;
        let opened = world.store.open_grant(&bruno.id, &connection.id).await;
        assert!(matches!(opened, Err(Error::KeyMissing { .. })));
        let after = newer.connection(&bruno.id, Integration::OutlookCalendar).await.expect("an answer");
        assert_eq!(after.expect("it is there").state, connection.state);
    }

    async fn many_instances_may_start_at_once_on_a_new_database(fixture: &Fixture) {
        fixture.migrate().await;
        let (a, b, c) = tokio::join!(
            fixture.open(fixture.keys()), fixture.open(fixture.keys()), fixture.open(fixture.keys())
        );
        let tenant = TenantId::parse(&fixture.random.uuid()).expect("a GUID");
        let organisations = tokio::join!(
            async { a.expect("it opens").organisation_for(&tenant).await.expect("one") },
            async { b.expect("it opens").organisation_for(&tenant).await.expect("one") },
            async { c.expect("it opens").organisation_for(&tenant).await.expect("one") },
        );
        assert_eq!(organisations.0, organisations.1);
        assert_eq!(organisations.1, organisations.2);
    }
}
