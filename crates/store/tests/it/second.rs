//! Two integrations of one person: what ends one leaves every byte of the other, and what waits for it.

use std::time::Duration;

use domain::approval::ApprovalState;
use domain::connection::{ConnectionState, Integration, RevokedWhy};
use domain::secret::RefreshToken;
use domain::tool::Scope;
use store::connections::Connection;

use crate::fixture::{CALENDAR, Fixture, World};
use crate::on_both;

/// Anna's second connection, with a call that waits for it.
async fn second(fixture: &Fixture, world: &World) -> Connection {
    let grant = RefreshToken::new("the grant of the second".to_owned());
    let (anna, scopes) = (&world.anna, &[Scope::UserRead]);
    let account = &anna.identity.object;
    let (organisation, person) = (&anna.organisation, &anna.id);
    let stored = world.store.store_grant(
        organisation,
        person,
        Integration::Second,
        scopes,
        account,
        &grant,
    );
    let second = stored.await.expect("a connection");
    let mut new = world.call(fixture, "of the second");
    (new.connection, new.life) = (second.id.clone(), second.life);
    world.store.ask(&new).await.expect("it is stored");
    second
}

/// Every stored byte of a connection, its grant, and what waits for it.
async fn bytes(fixture: &Fixture, connection: &Connection) -> Vec<String> {
    let id = &connection.id;
    let mut all = Vec::new();
    for query in [
        format!(
            "SELECT id || organisation || person || integration || state || scopes || account ||
                COALESCE(mailbox_address, '') || COALESCE(mailbox_zone, '') || connected_ms || ' ' || refreshed_ms || ' ' ||
                version || ' ' || sealed_version || ' ' || life || ' ' || lease_fence || ' ' || lease_until_ms || asked ||
                failures || COALESCE(failure, '') || retry_ms
             FROM connections WHERE id = '{id}'"
        ),
        format!(
            "SELECT record_version || key_id || wrapped_key || sealed FROM grants WHERE connection = '{id}'"
        ),
        format!(
            "SELECT id || state || arguments || card || summary || created_ms || COALESCE(decided_ms, 0) || approved || parked
             FROM approvals WHERE connection = '{id}'"
        ),
    ] {
        let texts = fixture.texts(&query).await;
        assert_eq!(texts.len(), 1, "{query}");
        all.extend(texts);
    }
    all
}

on_both! {
    async fn ending_one_integration_in_any_way_leaves_every_byte_of_the_other(fixture: &Fixture) {
        let mut world = fixture.world().await;
        let (store, anna) = (&world.store.clone(), &world.anna.clone());
        let second = second(fixture, &world).await;
        let before = bytes(fixture, &second).await;
        for end in ["disconnected", "revoked", "damaged", "needs_sign_in"] {
            let waits = store.ask(&world.call(fixture, end)).await.expect("it is stored").id;
            fixture.clock.advance(Duration::from_secs(1));
            match end {
                "disconnected" => drop(store.disconnect(&anna.id, CALENDAR).await.expect("an answer")),
                "damaged" => {
                    fixture.sql(&format!("UPDATE grants SET sealed = 'AAAA' WHERE connection = '{}'", world.connection.id)).await;
                    store.open_grant(&anna.id, &world.connection.id).await.expect_err("it stays shut");
                }
                _ => {
                    let revoked = ConnectionState::Revoked { why: RevokedWhy::Expired };
                    let sign_in = ConnectionState::NeedsSignIn { claims: None, code: None };
                    let state = if end == "revoked" { revoked } else { sign_in };
                    let changed = store.set_connection_state(&anna.id, &world.connection.id, &state, world.connection.version);
                    assert!(changed.await.expect("an answer"));
                }
            }
            assert_eq!(bytes(fixture, &second).await, before, "{end}");
            let ended = store.approval(&anna.id, &waits).await.expect("an answer").expect("it is there").state;
            let goes_on = end == "needs_sign_in";
            assert_eq!(ended, if goes_on { ApprovalState::Pending } else { ApprovalState::Void }, "{end}");
            world.connection = fixture.connect(store, anna, end).await;
            assert_eq!(bytes(fixture, &second).await, before, "connected again after {end}");
        }
        let outlook = fixture.texts("SELECT sealed FROM grants ORDER BY connection").await;
        store.disconnect(&anna.id, Integration::Second).await.expect("an answer");
        let left = fixture.texts("SELECT sealed FROM grants").await;
        assert!(left.len() == 1 && outlook.contains(&left[0]));
        let (grant, _) = store.open_grant(&anna.id, &world.connection.id).await.expect("it opens");
        assert_eq!(grant.expose(), "needs_sign_in");
    }

    async fn idle_connections_are_listed_for_the_integration_whose_way_renews_them(fixture: &Fixture) {
        let world = fixture.world().await;
        let second = second(fixture, &world).await;
        fixture.clock.advance(Duration::from_secs(70 * 86_400));
        for (integration, expected) in [(CALENDAR, &world.connection), (Integration::Second, &second)] {
            let idle = world.store.idle_connections(integration, fixture.now(), 9).await.expect("a list");
            let ids: Vec<_> = idle.iter().map(|connection| &connection.id).collect();
            assert_eq!(ids, [&expected.id]);
        }
    }
}
