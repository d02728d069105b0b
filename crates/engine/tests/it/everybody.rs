//! An administrator ends the connections of everybody while agents work.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use domain::audit::{Kind, Record};
use domain::connection::{ConnectionState, Integration};
use domain::id::{Identity, ObjectId, TenantId};
use domain::permission::Level;
use domain::secret::RefreshToken;
use domain::tool::Scope;
use engine::PeopleFilter;
use serde_json::json;
use sim::{Company, Options};
use sqlx::Connection as _;
use store::audit::AuditFilter;

use crate::house::House;

/// So many have agents that call all the time; the others only have connections.
const BUSY: usize = 40;
const ALL: usize = 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn when_a_thousand_people_are_disconnected_under_load_nothing_of_theirs_reaches_microsoft_any_more()
 {
    let company = Company {
        more_people: BUSY,
        ..Company::default()
    };
    let options = Options {
        company,
        ..Options::default()
    };
    let house = House::with(options, Duration::from_secs(60)).await;
    let mut busy = Vec::new();
    for who in 1..=BUSY {
        busy.push(
            house
                .connected(who, &[("search_events", Level::AlwaysAllow)])
                .await,
        );
    }
    let organisation = busy[0].person.organisation().clone();
    for number in BUSY..ALL {
        let identity = Identity {
            tenant: TenantId::parse(house.sim.tenant_id()).expect("a GUID"),
            object: ObjectId::parse(&format!("00000000-0000-4000-8000-{number:012}"))
                .expect("a GUID"),
        };
        let person =
            house
                .engine
                .seed_person(&identity, "Somebody", "somebody@nordwind.example", false);
        let person = person.await.expect("a person");
        let grant = RefreshToken::new(format!("grant {number}"));
        let stored = house.store.store_grant(
            &organisation,
            &person,
            Integration::OutlookCalendar,
            &Scope::ALL,
            &identity.object,
            &grant,
        );
        stored.await.expect("a connection");
    }
    let administrator = house.signed_in(0).await;
    let administrator = house
        .engine
        .administrator_caller(administrator)
        .expect("she is one");

    let (over, done) = (AtomicBool::new(false), AtomicUsize::new(0));
    let load = busy.iter().map(async |pair| {
        while !over.load(Ordering::Relaxed) {
            match house
                .word(pair, "search_events", json!({"limit": 1}))
                .await
                .as_str()
            {
                "done" => _ = done.fetch_add(1, Ordering::Relaxed),
                word => assert_eq!(word, "not_connected"),
            }
        }
    });
    let ending = async {
        while done.load(Ordering::Relaxed) < 2 * BUSY {
            tokio::task::yield_now().await;
        }
        let ended = house
            .engine
            .disconnect_everybody(&administrator, &house.request())
            .await;
        assert_eq!(ended.expect("ended"), ALL);
        house.sim.clear_log();
        let before = done.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(500)).await;
        over.store(true, Ordering::Relaxed);
        assert_eq!(
            done.load(Ordering::Relaxed),
            before,
            "no call works any more"
        );
    };
    tokio::join!(futures_util::future::join_all(load), ending);
    assert!(
        house.sim.log().is_empty(),
        "nothing reached Microsoft after the answer"
    );

    assert_eq!(
        house
            .engine
            .live_connections(&administrator)
            .await
            .expect("counted"),
        0
    );
    let filter = AuditFilter {
        kinds: vec![Kind::Disconnected],
        limit: 5_000,
        ..AuditFilter::default()
    };
    let entries = house
        .store
        .entries(&organisation, &filter)
        .await
        .expect("readable");
    let said = |outcome: &str| {
        let fits = entries
            .iter()
            .filter(|it| it.record.outcome.as_deref() == Some(outcome));
        fits.count()
    };
    assert_eq!((said("begun"), said("done")), (ALL, ALL));
}

#[tokio::test]
async fn whoever_could_not_be_disconnected_is_told_is_on_record_and_ends_the_next_time() {
    let house = House::new().await;
    let mut pairs = Vec::new();
    for who in 1..=3 {
        pairs.push(house.connected(who, &[]).await);
    }
    let administrator = house.signed_in(0).await;
    let administrator = house.engine.administrator_caller(administrator);
    let administrator = administrator.expect("she is one");
    let ending = async || house.engine.ending(&administrator).await.expect("known");
    assert_eq!(ending().await, None, "nothing was begun");

    let stubborn = pairs[1].person.id();
    behind_its_back(
        &house,
        &format!(
            "CREATE TRIGGER stubborn BEFORE UPDATE ON connections
             WHEN NEW.person = '{stubborn}' AND NEW.state LIKE '%disconnected%' BEGIN SELECT RAISE(ABORT, 'no'); END"
        ),
    )
    .await;
    let all = async || {
        let request = house.request();
        house
            .engine
            .disconnect_everybody(&administrator, &request)
            .await
    };
    all().await.expect_err("one is left");
    let left = ending().await.expect("not all");
    assert_eq!((left.of, left.left, left.stopped), (3, 1, true));
    behind_its_back(&house, "DROP TRIGGER stubborn").await;
    assert_eq!(all().await.expect("ended"), 1);
    assert_eq!(ending().await, None);

    let filter = AuditFilter {
        kinds: vec![Kind::EverybodyDisconnected],
        limit: 9,
        ..AuditFilter::default()
    };
    let organisation = pairs[0].person.organisation();
    let entries = house.store.entries(organisation, &filter).await;
    let said: Vec<_> = entries
        .expect("readable")
        .into_iter()
        .rev()
        .map(|it| {
            (
                it.record.outcome.expect("one"),
                it.record.count,
                it.record.actor,
            )
        })
        .collect();
    let by = Some(administrator.id().clone());
    let entry = |outcome: &str, count| (outcome.to_owned(), Some(count), by.clone());
    let expected = [
        entry("begun", 3),
        entry("stopped", 1),
        entry("begun", 1),
        entry("done", 1),
    ];
    assert_eq!(said, expected);
}

#[tokio::test]
async fn an_ending_that_died_on_its_way_is_seen_to_be_unfinished() {
    let house = House::new().await;
    let pair = house.connected(1, &[]).await;
    let administrator = house.signed_in(0).await;
    let administrator = house.engine.administrator_caller(administrator);
    let administrator = administrator.expect("she is one");
    let organisation = pair.person.organisation().clone();
    let mut begun = Record::new(house.now(), Kind::EverybodyDisconnected, organisation);
    begun.outcome = Some("begun".to_owned());
    begun.count = Some(800);
    house.store.record(begun).await.expect("recorded");
    let left = house.engine.ending(&administrator).await.expect("known");
    let left = left.expect("unfinished");
    assert_eq!((left.of, left.left, left.stopped), (800, 1, false));
}

#[tokio::test]
async fn people_are_filtered_by_states_that_there_are_and_by_no_others() {
    let house = House::new().await;
    house.connected(1, &[]).await;
    let administrator = house.signed_in(0).await;
    let administrator = house.engine.administrator_caller(administrator);
    let administrator = administrator.expect("she is one");
    let found = async |state: &str| {
        let filter = PeopleFilter {
            state: Some(state.to_owned()),
            limit: 50,
            ..PeopleFilter::default()
        };
        let listed = house.engine.people(&administrator, &filter).await;
        listed
            .map(|listed| listed.items.len())
            .map_err(|error| error.code)
    };
    for word in ConnectionState::WORDS {
        let expected = usize::from(word == "connected");
        assert_eq!(found(word).await, Ok(expected), "{word}");
    }
    assert_eq!(found("never").await, Ok(1));
    for word in ["", "Connected", "connecte_", "%", "connected\",\"x"] {
        assert_eq!(found(word).await, Err("unknown_state"), "{word}");
    }
}

async fn behind_its_back(house: &House, statement: &str) {
    let database = sqlx::SqliteConnection::connect(&house.database()).await;
    let mut database = database.expect("a connection");
    let done = sqlx::raw_sql(sqlx::AssertSqlSafe(statement));
    done.execute(&mut database).await.expect("it runs");
}
