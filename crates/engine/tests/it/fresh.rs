//! What wants a sign-in of a moment ago: a session that was left open, or taken, does not reach it.

use std::time::Duration;

use domain::audit::Kind;
use domain::permission::Level;
use engine::{
    AdministratorCaller, Error, Finished, LevelChange, Limits, RecordFilter, RecordFormat,
};

use crate::house::House;

const LATER: Duration = Duration::from_secs(16 * 60);

/// The same address without a parameter: she uses another account after all.
fn without(location: &str, name: &str) -> String {
    let mut url = url::Url::parse(location).expect("an address");
    let kept: Vec<_> = url.query_pairs().filter(|(key, _)| key != name).collect();
    let kept = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .finish();
    url.set_query(Some(&kept));
    url.into()
}

async fn administrator(house: &House, finished: Finished) -> AdministratorCaller {
    let Finished::SignedIn { session, .. } = finished else {
        panic!("signing in does not connect")
    };
    let person = house.engine.person_caller(&session).await;
    let person = person.expect("a session");
    house
        .engine
        .administrator_caller(person)
        .expect("she is one")
}

/// What each of them says, in turn.
async fn tried(house: &House, chief: &AdministratorCaller) -> [Result<(), &'static str>; 4] {
    let (engine, request) = (&house.engine, house.request());
    let code = |error: Error| error.code;
    let levels = engine.levels(chief).await.expect("readable");
    let set = levels
        .iter()
        .find(|view| view.definition.name.as_str() == "search_events");
    let from = set.and_then(|view| view.set_at.map(|_| view.level));
    let change = |from, to| LevelChange {
        tool: "search_events".to_owned(),
        from,
        to,
    };
    let narrower = [change(from, Level::Ask)];
    let narrower = engine.set_levels(chief, &narrower, &request).await;
    let wider = [change(Some(Level::Ask), Level::AlwaysAllow)];
    let wider = engine.set_levels(chief, &wider, &request).await;
    let filter = RecordFilter::default();
    let export = engine
        .export_record(chief, &filter, RecordFormat::JsonLines, &request)
        .await;
    let everybody = engine.disconnect_everybody(chief, &request).await;
    [
        narrower.map(drop).map_err(code),
        wider.map(drop).map_err(code),
        export.map(drop).map_err(code),
        everybody.map(drop).map_err(code),
    ]
}

#[tokio::test]
async fn w11_allowing_more_ending_everybody_and_taking_the_record_want_a_fresh_sign_in() {
    let house = House::limited(Limits::all(1_000_000)).await;
    let begun = house.engine.begin_sign_in("/").await.expect("begins");
    let signed_in = house.come_back(&begun, 0, None).await.expect("signs in");
    let chief = administrator(&house, signed_in).await;
    assert_eq!(tried(&house, &chief).await, [Ok(()); 4]);

    let pass = |by| {
        house.clock.advance(by);
        house.sim.advance(by);
    };
    pass(LATER);
    let stale = Err("sign_in_again");
    // Less may always be allowed.
    assert_eq!(tried(&house, &chief).await, [Ok(()), stale, stale, stale]);
    let filter = store::audit::AuditFilter {
        kinds: vec![Kind::AuditExported],
        limit: 10,
        ..store::audit::AuditFilter::default()
    };
    let exported = house.store.entries(chief.organisation(), &filter).await;
    assert_eq!(exported.expect("readable").len(), 1, "the one before");

    // The password is asked for, whoever is signed in at Microsoft; and only her own counts.
    let engine = &house.engine;
    let again = engine.begin_sign_in_again(&chief, "/x").await;
    let again = again.expect("begins");
    assert!(
        again.location.contains("prompt=login"),
        "{}",
        again.location
    );
    let mut other = again;
    other.location = without(&other.location, "login_hint");
    let other = house.come_back(&other, 1, Some(&chief)).await;
    assert_eq!(other.err().map(|error| error.code), Some("account_differs"));
    let again = engine.begin_sign_in_again(&chief, "/x").await;
    let again = again.expect("begins");
    let signed_in = house.come_back(&again, 0, Some(&chief)).await;
    let chief = administrator(&house, signed_in.expect("signs in")).await;
    assert_eq!(tried(&house, &chief).await, [Ok(()); 4]);

    // A proof that Microsoft says is older than the question is none.
    pass(LATER);
    house.clock.advance(Duration::from_secs(6 * 60));
    let again = engine.begin_sign_in_again(&chief, "/x").await;
    let again = again.expect("begins");
    let old = house.come_back(&again, 0, Some(&chief)).await;
    assert_eq!(old.err().map(|error| error.code), Some("sign_in_again"));
}
