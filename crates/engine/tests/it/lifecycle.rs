//! L7: what happens beside calls is on record too.

use domain::audit::{Kind, Record};
use domain::canonical::Digest;
use domain::permission::Level;
use engine::{Build, RecordFilter};
use jiff::SignedDuration;

use crate::house::{House, Pair, callback, copy};

async fn entries(house: &House, pair: &Pair, kind: Kind) -> Vec<Record> {
    let filter = store::audit::AuditFilter {
        kinds: vec![kind],
        limit: 9,
        ..Default::default()
    };
    let found = house.store.entries(pair.person.organisation(), &filter);
    let found = found.await.expect("readable");
    found.into_iter().map(|entry| entry.record).collect()
}

#[tokio::test]
async fn l7_starts_stops_and_a_clock_that_was_set_are_on_record() {
    let house = House::new().await;
    let pair = house.connected(1, &[]).await;
    let build = Build {
        version: "1.2.3",
        program: Digest::of("test", &[b"program"]),
        settings: Digest::of("test", &[b"settings"]),
    };
    house.engine.record_start(&build).await.expect("on record");
    let jump = house.engine.record_jump(SignedDuration::from_secs(-3600));
    jump.await.expect("on record");
    house.engine.record_stop().await.expect("on record");
    let started = &entries(&house, &pair, Kind::Started).await[0];
    assert_eq!(started.reason.as_deref(), Some("1.2.3"));
    assert_eq!(started.target, Some(build.program));
    assert_eq!(started.arguments, Some(build.settings));
    let jumped = &entries(&house, &pair, Kind::ClockJumped).await[0];
    assert_eq!(jumped.reason.as_deref(), Some("back"));
    assert_eq!(jumped.duration_ms, Some(3_600_000));
    assert_eq!(entries(&house, &pair, Kind::Stopped).await.len(), 1);
}

#[tokio::test]
async fn l7_what_an_agent_is_shown_is_on_record_when_it_changes() {
    let house = House::new().await;
    let pair = house
        .connected(1, &[("search_events", Level::AlwaysAllow)])
        .await;
    for _ in 0..3 {
        house.engine.tools(&pair.agent).await.expect("a list");
    }
    let listed = entries(&house, &pair, Kind::ToolsListed).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].fields, ["search_events"]);
    assert_eq!(listed[0].agent.as_ref(), Some(pair.agent.agent()));
    house.set(&[("read_event", Level::Ask)]).await;
    house.engine.tools(&pair.agent).await.expect("a list");
    let listed = entries(&house, &pair, Kind::ToolsListed).await;
    assert_eq!(listed.len(), 2);
    assert_eq!(
        listed[0].fields,
        ["search_events", "read_event", "check_approval"]
    );
}

#[tokio::test]
async fn l7_a_sign_in_that_fails_is_on_record_and_strangers_cannot_fill_it() {
    let house = House::new().await;
    let pair = house.connected(1, &[]).await;
    for _ in 0..40 {
        let begun = house.engine.begin_sign_in("/").await.expect("begins");
        let state = url::Url::parse(&begun.location).expect("an address");
        let state = state.query_pairs().find(|(name, _)| name == "state");
        let state = state.expect("a state").1.into_owned();
        let back = format!("http://127.0.0.1:9/?error=access_denied&state={state}");
        let browser = copy(&begun.browser);
        let request = house.request();
        let finished = house
            .engine
            .finish(callback(&back), Some(&browser), None, &request);
        assert!(finished.await.is_err());
    }
    let filter = store::audit::AuditFilter {
        kinds: vec![Kind::SignInFailed],
        limit: 99,
        ..Default::default()
    };
    let failed = house.store.entries(pair.person.organisation(), &filter);
    let failed = failed.await.expect("readable");
    assert_eq!(failed.len(), 30);
    let failed = &failed[0].record;
    assert_eq!(failed.outcome.as_deref(), Some("failed"));
    assert!(failed.reason.is_some() && failed.person.is_none());
}

#[tokio::test]
async fn l7_who_reads_the_record_is_on_record() {
    let house = House::new().await;
    let pair = house.connected(1, &[]).await;
    let administrator = house.signed_in(0).await;
    let who = administrator.id().clone();
    let administrator = house.engine.administrator_caller(administrator);
    let administrator = administrator.expect("the first is one");
    let filter = RecordFilter {
        limit: 1,
        ..RecordFilter::default()
    };
    let first = house.engine.record(&administrator, &filter).await;
    let next = RecordFilter {
        before: first.expect("a page").next,
        ..filter
    };
    house
        .engine
        .record(&administrator, &next)
        .await
        .expect("a page");
    let read = entries(&house, &pair, Kind::AuditRead).await;
    assert_eq!(read.len(), 1, "once for all pages");
    assert_eq!(read[0].actor, Some(who));
}
