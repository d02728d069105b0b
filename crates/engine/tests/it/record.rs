//! The record: nothing without an entry, and entries that say what happened.

use domain::audit::{Beginning, Kind, Verifier};
use domain::permission::Level;
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn a_denied_tool_is_unknown_and_unlisted() {
    let house = House::new().await;
    let pair = house
        .connected(
            1,
            &[
                ("search_events", Level::AlwaysAllow),
                ("create_event", Level::Deny),
            ],
        )
        .await;
    let names: Vec<_> = house
        .engine
        .tools(&pair.agent)
        .await
        .expect("a list")
        .iter()
        .map(|tool| tool.name.as_str())
        .collect();
    assert_eq!(names, ["search_events"]);
    // Denied, unset and invented sound the same, whatever the arguments.
    for (tool, arguments) in [
        ("create_event", json!({"title": 5})),
        ("create_event", json!({})),
        ("read_profile", json!({})),
        ("no_such_tool", json!({})),
        ("Search_Events", json!({})),
    ] {
        assert_eq!(
            house.word(&pair, tool, arguments).await,
            "unknown_tool",
            "{tool}"
        );
    }
    assert_eq!(house.graph_requests().len(), 0);
    let denied = house.entries(&pair, &[Kind::CallDenied]).await;
    let reasons: Vec<_> = denied
        .iter()
        .rev()
        .map(|logged| {
            (
                logged.record.tool.as_deref(),
                logged.record.reason.as_deref(),
            )
        })
        .collect();
    let levels = Some("level_denies");
    assert_eq!(
        reasons,
        [
            (Some("create_event"), levels),
            (Some("create_event"), levels),
            (Some("read_profile"), levels),
            (None, Some("unknown_tool")),
            (None, Some("unknown_tool"))
        ]
    );
}

#[tokio::test]
async fn without_an_audit_log_nothing_is_sent() {
    let house = House::new().await;
    let pair = house
        .connected(
            1,
            &[
                ("search_events", Level::AlwaysAllow),
                ("create_event", Level::AlwaysAllow),
            ],
        )
        .await;
    assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
    house.sim.clear_log();
    house.writer.abort();
    while !house.writer.is_finished() {
        tokio::task::yield_now().await;
    }
    for tool in ["search_events", "create_event", "no_such_tool"] {
        let arguments = if tool == "create_event" {
            json!({"title": "Never", "start": "2031-03-04T10:00", "duration_minutes": 30})
        } else {
            json!({})
        };
        assert_eq!(
            house.word(&pair, tool, arguments).await,
            "unavailable",
            "{tool}"
        );
    }
    assert_eq!(
        house.sim.log().len(),
        0,
        "neither Entra nor Graph was asked"
    );
    assert_eq!(house.events(&pair.login, "Never"), 0);
}

#[tokio::test]
async fn a_call_leaves_two_entries_with_microsofts_ids_and_the_chain_verifies() {
    let house = House::new().await;
    let pair = house
        .connected(1, &[("create_event", Level::AlwaysAllow)])
        .await;
    let arguments =
        json!({"title": "On record", "start": "2031-03-04T10:00", "duration_minutes": 30});
    assert_eq!(house.word(&pair, "create_event", arguments).await, "done");
    let calls = house
        .entries(&pair, &[Kind::CallBegun, Kind::CallFinished])
        .await;
    let [finished, begun] = calls.as_slice() else {
        panic!("two entries")
    };
    assert_eq!(
        (begun.record.kind, finished.record.kind),
        (Kind::CallBegun, Kind::CallFinished)
    );
    assert_eq!(begun.record.call, finished.record.call);
    assert_eq!(finished.record.outcome.as_deref(), Some("done"));
    assert!(finished.record.target.is_some());
    let sent: Vec<_> = house
        .sim
        .log()
        .into_iter()
        .filter_map(|entry| entry.client_request_id)
        .collect();
    assert!(
        finished.record.upstream.len() >= 3
            && finished.record.upstream.iter().all(|request| sent
                .contains(&request.client_request_id)
                && request.status.is_some())
    );
    assert!(
        !begun.record.to_text().contains("On record")
            && !finished.record.to_text().contains("On record")
    );
    let organisation = pair.person.organisation();
    let entries = house
        .store
        .chain(organisation, 1, 1_000)
        .await
        .expect("readable");
    let head = house.store.head(organisation).await.expect("readable");
    let mut verifier =
        Verifier::new(organisation, Beginning::default(), Vec::new()).expect("an empty beginning");
    for entry in &entries {
        assert_eq!(verifier.add(entry), Ok(()));
    }
    assert_eq!(verifier.finish(Some(head)), Ok(head));
}

#[tokio::test]
async fn a_call_ends_properly_even_if_the_agent_hangs_up() {
    let house = House::new().await;
    let pair = house
        .connected(1, &[("create_event", Level::AlwaysAllow)])
        .await;
    let arguments =
        json!({"title": "Hung up", "start": "2031-03-04T10:00", "duration_minutes": 30});
    {
        let request = house.request();
        let call = house
            .engine
            .call(&pair.agent, &request, "create_event", arguments);
        tokio::pin!(call);
        // Polled once, then dropped: the caller is gone before anything can have been answered.
        assert!(futures_util::FutureExt::now_or_never(&mut call).is_none());
    }
    assert!(house.engine.drain(std::time::Duration::from_secs(20)).await);
    assert_eq!(house.events(&pair.login, "Hung up"), 1);
    assert_eq!(house.entries(&pair, &[Kind::CallFinished]).await.len(), 1);
    assert_eq!(
        house.word(&pair, "create_event", json!({})).await,
        "restarting"
    );
}
