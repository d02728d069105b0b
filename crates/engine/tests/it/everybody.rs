//! An administrator ends the connections of everybody while agents work.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use domain::audit::Kind;
use domain::connection::Integration;
use domain::id::{Identity, ObjectId, TenantId};
use domain::permission::Level;
use domain::secret::RefreshToken;
use domain::tool::Scope;
use serde_json::json;
use sim::{Company, Options};
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
