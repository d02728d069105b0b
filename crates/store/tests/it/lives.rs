//! Lives of a connection: after its end, connecting begins with nothing of the one before, and nothing of it counts.

use std::time::Duration;

use domain::approval::ApprovalState;
use domain::connection::{ConnectionState, RevokedWhy};
use domain::id::{ApprovalId, ObjectId};
use domain::secret::RefreshToken;
use domain::tool::Scope;
use serde_json::json;
use store::Kind;
use store::approvals::{Earlier, WhyParked};
use store::connections::{Connection, Failure, InstanceId, Others, Outcome, Turn};

use crate::fixture::{CALENDAR, Fixture, World};
use crate::on_both;

const LEASE: Duration = Duration::from_secs(30);

/// How a life ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Disconnected,
    Revoked,
    Damaged,
    /// Damaged or revoked, and then an administrator disconnects it as well.
    Both,
    OtherAccount,
}

async fn now(world: &World) -> Connection {
    let found = world.store.connection(&world.anna.id, CALENDAR).await;
    found.expect("an answer").expect("it is there")
}

async fn change(world: &World, state: &ConnectionState) {
    let (person, connection) = (&world.anna.id, now(world).await);
    let (id, version) = (&connection.id, connection.version);
    let changed = world.store.set_connection_state(person, id, state, version);
    assert!(changed.await.expect("an answer"));
}

async fn state_of(world: &World, id: &ApprovalId) -> ApprovalState {
    let stored = world.store.approval(&world.anna.id, id).await;
    stored.expect("an answer").expect("it is there").state
}

/// The sealed grant as it lies in its row.
async fn sealed(fixture: &Fixture) -> (String, String) {
    let texts = fixture
        .texts("SELECT wrapped_key || ' ' || sealed FROM grants")
        .await;
    let (key, sealed) = texts[0].split_once(' ').expect("two");
    (key.to_owned(), sealed.to_owned())
}

async fn ends(fixture: &Fixture, world: &World, end: End) {
    let disconnect = async || {
        let ended = world.store.disconnect(&world.anna.id, CALENDAR).await;
        assert!(ended.expect("an answer").is_some());
    };
    match end {
        End::OtherAccount => {}
        End::Disconnected => disconnect().await,
        End::Revoked => {
            let why = RevokedWhy::EndedAtMicrosoft;
            change(world, &ConnectionState::Revoked { why }).await;
        }
        End::Damaged | End::Both => {
            fixture.sql("UPDATE grants SET sealed = 'AAAA'").await;
            let read = world
                .store
                .open_grant(&world.anna.id, &world.connection.id)
                .await;
            assert_eq!(read.expect_err("it stays shut").kind(), Kind::Damaged);
            if end == End::Both {
                disconnect().await;
            }
        }
    }
}

/// A life with everything that can be left of one.
struct Lived {
    world: World,
    /// Stored calls: one that waits for a decision, one for a sign-in, one that is being executed.
    waits: ApprovalId,
    parked: ApprovalId,
    runs: ApprovalId,
    instance: InstanceId,
    fence: i64,
    /// The connection just before its end, and its sealed grant.
    connection: Connection,
    sealed: (String, String),
}

async fn lived(fixture: &Fixture, end: End) -> Lived {
    let world = fixture.world().await;
    let (store, anna, connection) = (&world.store, &world.anna.id, &world.connection);
    let ask = async |title: &str| {
        let asked = store.ask(&world.call(fixture, title)).await;
        asked.expect("it is stored").id
    };
    let (waits, runs, ran) = (ask("waits").await, ask("runs").await, ask("ran").await);
    for id in [&runs, &ran] {
        let claimed = store.claim_approval(anna, id, 0).await;
        claimed.expect("an answer").expect("it waits");
    }
    let done = json!({"status": "done"});
    let finished = store.finish_approval(anna, &ran, ApprovalState::Done, &done);
    assert!(finished.await.expect("an answer"));
    let parked = store.park(&world.call(fixture, "parked")).await;
    let parked = parked.expect("it is stored").id;
    let mailbox = store.set_mailbox(
        connection,
        Some("anna@nordwind.example"),
        Some("Asia/Tokyo"),
    );
    assert!(mailbox.await.expect("an answer"));
    let instance = InstanceId::random(&fixture.random);
    let (since, id) = (connection.connected_at, &connection.id);
    let others = Others::PassOver(&instance);
    let turn = store.refresh_turn(anna, id, since, others, 9, LEASE).await;
    let Turn::Mine(mine) = turn.expect("an answer") else {
        panic!("nobody else has it")
    };
    let handover = store.ask_others(id, &instance, b"a public key").await;
    let handover = handover.expect("an answer");
    let answered = store.answer(&handover, b"an encrypted token").await;
    answered.expect("an answer");
    if end != End::OtherAccount {
        let (claims, code) = (Some("{\"access_token\":{}}".into()), Some(50_076));
        change(&world, &ConnectionState::NeedsSignIn { claims, code }).await;
    }
    Lived {
        connection: now(&world).await,
        sealed: sealed(fixture).await,
        fence: mine.fence,
        world,
        waits,
        parked,
        runs,
        instance,
    }
}

/// Fills a life, ends it, connects again, and looks for what is left.
async fn lived_and_ended(fixture: &Fixture, end: End) {
    let lived = lived(fixture, end).await;
    let (world, before) = (&lived.world, &lived.connection);
    ends(fixture, world, end).await;
    fixture.clock.advance(Duration::from_secs(1));
    let account = match end {
        End::OtherAccount => ObjectId::parse(&fixture.random.uuid()).expect("a GUID"),
        _ => world.anna.identity.object.clone(),
    };
    let grant = RefreshToken::new("another grant".to_owned());
    let (anna, scopes) = (&world.anna, &[Scope::ContactsRead]);
    let (organisation, person) = (&anna.organisation, &anna.id);
    let again = world
        .store
        .store_grant(organisation, person, CALENDAR, scopes, &account, &grant);
    let again = again.await.expect("a connection");

    let after = sealed(fixture).await;
    let anew = lived.sealed.0 != after.0 && lived.sealed.1 != after.1;
    assert!(anew, "{end:?}: sealed anew, under a key of its own");
    assert!(again.version > before.version, "{end:?}");
    assert_eq!(again.life, before.life + 1, "{end:?}");
    assert_eq!(
        (&again.scopes[..], again.connected_at),
        (&scopes[..], fixture.now())
    );
    let mailbox = (&again.mailbox_address, &again.mailbox_zone);
    assert_eq!(mailbox, (&None, &None), "{end:?}");
    let left = fixture
        .texts("SELECT state || lease_until_ms || failures || COALESCE(failure, '') || retry_ms || account FROM connections")
        .await;
    let nothing = format!("{{\"state\":\"connected\"}}000{account}");
    assert_eq!(left, [nothing], "{end:?}");
    let answers = fixture.texts("SELECT answer FROM token_asks").await;
    assert!(answers.is_empty(), "{end:?}");
    nothing_waits(fixture, &lived, end).await;
    the_turn_counts_no_more(fixture, &lived, &again, end).await;
    let (opened, _) = world
        .store
        .open_grant(person, &again.id)
        .await
        .expect("it opens");
    assert_eq!(opened.expose(), "another grant");
}

/// No stored call of an earlier life waits, runs or says anything.
async fn nothing_waits(fixture: &Fixture, lived: &Lived, end: End) {
    let (world, runs) = (&lived.world, &lived.runs);
    let (store, anna) = (&world.store, &world.anna.id);
    for id in [&lived.waits, &lived.parked] {
        assert_eq!(state_of(world, id).await, ApprovalState::Void, "{end:?}");
        assert_eq!(
            store.claim_approval(anna, id, 0).await.expect("an answer"),
            None
        );
        assert_eq!(store.claim_parked(anna, id).await.expect("an answer"), None);
    }
    let parked = store.parked(None, 9).await.expect("a list");
    assert!(parked.is_empty(), "{end:?}");
    let parks = store.park_again(anna, runs, WhyParked::Interrupted).await;
    assert!(
        !parks.expect("an answer"),
        "{end:?}: nothing of an earlier life waits in this one"
    );
    assert_eq!(state_of(world, runs).await, ApprovalState::Void, "{end:?}");
    let content = fixture
        .texts("SELECT arguments || card || summary || COALESCE(outcome, '') FROM approvals")
        .await;
    assert!(
        content.iter().all(|text| text == "{}{}"),
        "{end:?}: {content:?}"
    );
}

/// Whoever had the turn comes late, and leaves nothing behind.
async fn the_turn_counts_no_more(fixture: &Fixture, lived: &Lived, again: &Connection, end: End) {
    let (store, anna, id) = (&lived.world.store, &again.person, &again.id);
    let why = "microsoft_trouble".to_owned();
    let until = fixture.now() + Duration::from_secs(300);
    let failed = Outcome::Failed(Failure { why, until });
    let others = Others::PassOver(&lived.instance);
    let ended = store.end_turn(anna, id, others, lived.fence, &failed).await;
    assert!(!ended.expect("an answer"), "{end:?}");
    let turn = store.refresh_turn(anna, id, again.connected_at, Others::None, 9, LEASE);
    assert!(
        matches!(turn.await.expect("an answer"), Turn::Mine(_)),
        "{end:?}"
    );
}

on_both! {
    async fn after_a_disconnect_a_connection_begins_with_nothing_of_the_one_before(fixture: &Fixture) {
        lived_and_ended(fixture, End::Disconnected).await;
    }

    async fn after_a_revocation_a_connection_begins_with_nothing_of_the_one_before(fixture: &Fixture) {
        lived_and_ended(fixture, End::Revoked).await;
    }

    async fn after_damage_a_connection_begins_with_nothing_of_the_one_before(fixture: &Fixture) {
        lived_and_ended(fixture, End::Damaged).await;
    }

    async fn a_damaged_connection_that_is_disconnected_begins_with_nothing_of_the_one_before(fixture: &Fixture) {
        lived_and_ended(fixture, End::Both).await;
    }

    async fn another_account_begins_with_nothing_of_the_one_before(fixture: &Fixture) {
        lived_and_ended(fixture, End::OtherAccount).await;
    }

    async fn a_sign_in_that_renews_a_connection_goes_on_with_what_waits(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna);
        let mailbox = store.set_mailbox(&world.connection, Some("anna@nordwind.example"), Some("Asia/Tokyo"));
        assert!(mailbox.await.expect("an answer"));
        let waits = store.ask(&world.call(fixture, "waits")).await.expect("it is stored").id;
        let parked = store.park(&world.call(fixture, "parked")).await.expect("it is stored").id;
        change(&world, &ConnectionState::NeedsSignIn { claims: None, code: None }).await;
        let again = fixture.connect(store, anna, "renewed").await;
        assert_eq!((again.life, again.mailbox_zone.as_deref()), (world.connection.life, Some("Asia/Tokyo")));
        assert!(store.claim_approval(&anna.id, &waits, 0).await.expect("an answer").is_some());
        assert!(store.claim_parked(&anna.id, &parked).await.expect("an answer").is_some());
        assert!(store.park_again(&anna.id, &parked, WhyParked::NotBegun).await.expect("an answer"));
    }

    async fn a_call_that_began_in_a_life_that_is_over_stores_nothing(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna);
        let new = world.call(fixture, "late");
        store.disconnect(&anna.id, CALENDAR).await.expect("an answer");
        assert_eq!(store.ask(&new).await.expect_err("it is over").kind(), Kind::NoGrant);
        assert_eq!(store.park(&new).await.expect_err("it is over").kind(), Kind::NoGrant);
        fixture.connect(store, anna, "another grant").await;
        assert_eq!(store.ask(&new).await.expect_err("another life").kind(), Kind::NoGrant);
        let learned = store.set_mailbox(&world.connection, Some("late@nordwind.example"), None);
        assert!(!learned.await.expect("an answer"));
        assert_eq!(now(&world).await.mailbox_address, None);
    }

    async fn an_answer_of_one_life_answers_no_call_of_the_next(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna);
        let (new, since) = (world.call(fixture, "Lunch"), fixture.now());
        let asked = store.ask(&new).await.expect("it is stored").id;
        assert!(store.decline_approval(&anna.id, &asked).await.expect("an answer"));
        let earlier = async |connection: &Connection| {
            let found = store.earlier_call(&world.agent.id, connection, &new.tool, &new.digest, Earlier::Any, since);
            found.await.expect("an answer").map(|found| found.id)
        };
        assert_eq!(earlier(&world.connection).await, Some(asked));
        store.disconnect(&anna.id, CALENDAR).await.expect("an answer");
        let again = fixture.connect(store, anna, "another grant").await;
        assert_eq!(earlier(&again).await, None);
    }
}
