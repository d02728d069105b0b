//! The record: nothing without an entry, and entries that say what happened.

use domain::approval::ApprovalState;
use domain::audit::{Beginning, Kind, Verifier};
use domain::caller::{Client, Surface};
use domain::id::ApprovalId;
use domain::permission::Level;
use serde_json::json;
use sqlx::Connection as _;
use store::audit::Logged;

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

/// L1.
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

/// Whether entries can be added, which an administrator of the database decides behind the store's back; everything else
/// can be written all the time.
async fn entries_can_be_added(house: &House, yes: bool) {
    let database = sqlx::SqliteConnection::connect(&house.database()).await;
    let mut database = database.expect("it opens");
    let statement = match yes {
        true => "DROP TRIGGER full",
        false => {
            "CREATE TRIGGER full BEFORE INSERT ON audit_entries
             BEGIN SELECT RAISE(ABORT, 'no room'); END"
        }
    };
    let done = sqlx::raw_sql(statement).execute(&mut database).await;
    done.expect("it is done");
}

/// L1: reads, writes, questions and decisions.
#[tokio::test]
async fn l1_while_no_entry_can_be_added_nothing_is_sent_and_afterwards_everything_works_by_itself()
{
    let house = House::new().await;
    let levels = [
        ("search_events", Level::AlwaysAllow),
        ("create_event", Level::AlwaysAllow),
        ("update_event", Level::Ask),
    ];
    let pair = house.connected(1, &levels).await;
    let create =
        |title: &str| json!({"title": title, "start": "2031-03-04T10:00", "duration_minutes": 30});
    let made = house.call(&pair, "create_event", create("Before")).await;
    let event = made.expect("made").body["event"]["id"].clone();
    let change = |title: &str| json!({"id": event, "title": title});
    let asked = house.call(&pair, "update_event", change("Approved")).await;
    let asked = asked.expect("asks").body;
    let id = ApprovalId::parse(asked["approval_id"].as_str().expect("an id")).expect("an id");
    let opening = house.request();
    let card = house
        .engine
        .open_approval(&pair.person, &id, &opening)
        .await
        .expect("hers");
    house.sim.clear_log();

    entries_can_be_added(&house, false).await;
    for (tool, arguments) in [
        ("search_events", json!({})),
        ("create_event", create("Never")),
        ("update_event", change("Never")),
        ("no_such_tool", json!({})),
    ] {
        let word = house.word(&pair, tool, arguments).await;
        assert_eq!(word, "unavailable", "{tool}");
    }
    let (engine, request) = (&house.engine, house.request());
    for decided in [
        engine
            .approve(&pair.person, &id, &card.digest, &request)
            .await,
        engine.decline(&pair.person, &id, &request).await,
    ] {
        assert_eq!(decided.expect_err("not on record").code, "unavailable");
    }
    assert_eq!(
        house.sim.log().len(),
        0,
        "neither Entra nor Graph was asked"
    );
    let pending = engine.pending_count(&pair.person).await.expect("readable");
    assert_eq!(
        pending, 1,
        "what was not on record waits for nobody, and the yes stays possible"
    );

    entries_can_be_added(&house, true).await;
    let word = house.word(&pair, "search_events", json!({})).await;
    assert_eq!(word, "done");
    let view = house.approve(&pair.person, &id).await;
    assert_eq!(view.expect("approves").state, ApprovalState::Done);
    assert_eq!(house.events(&pair.login, "Approved"), 1);
    assert_eq!(house.events(&pair.login, "Never"), 0);
}

#[tokio::test]
async fn l2_an_entry_of_a_call_says_for_whom_by_whom_from_where_by_which_level_with_which_fields_and_how_it_ended()
 {
    let house = House::new().await;
    let pair = house.connected(1, &[("create_event", Level::Ask)]).await;
    house.set(&[("create_event", Level::AlwaysAllow)]).await;
    let address = Some([192, 0, 2, 7].into());
    let client = Client::new(address, Some("Agent/1.0 \u{1b}[2J \u{202e}(test)"));
    let agent = pair.agent.clone().from(client);
    let request = house.request();
    let arguments =
        json!({"title": "On record", "start": "2031-03-04T10:00", "duration_minutes": 30});
    let call = house
        .engine
        .call(&agent, &request, "create_event", arguments);
    assert_eq!(call.await.expect("done").body["status"], "done");
    let denied = house
        .engine
        .call(&agent, &request, "cancel_event", json!({}));
    assert!(denied.await.is_err());
    let kinds = [Kind::CallBegun, Kind::CallFinished, Kind::CallDenied];
    let entries = house.entries(&pair, &kinds).await;
    assert_eq!(entries.len(), 3);
    for Logged { record, .. } in &entries {
        assert_eq!(record.person.as_ref(), Some(pair.person.id()));
        assert_eq!(record.agent.as_ref(), Some(pair.agent.agent()));
        assert_eq!(record.surface, Some(Surface::Mcp));
        assert_eq!(record.request.as_ref(), Some(&request));
        assert_eq!(record.client.address, address);
        assert_eq!(
            record.client.program.as_deref(),
            Some("Agent/1.0 [2J (test)")
        );
    }
    let [denied, finished, begun] = entries.as_slice() else {
        panic!("three entries")
    };
    for Logged { record, .. } in [begun, finished] {
        assert_eq!(record.tool.as_deref(), Some("create_event"));
        assert_eq!(record.level, Some(Level::AlwaysAllow));
        assert_eq!(record.level_version, Some(2));
        let mut fields = record.fields.clone();
        fields.sort();
        fields.retain(|name| ["duration_minutes", "start", "title"].contains(&name.as_str()));
        assert_eq!(fields, ["duration_minutes", "start", "title"]);
        assert!(record.arguments.is_some() && record.call.is_some());
    }
    let ended = &finished.record;
    assert_eq!(ended.outcome.as_deref(), Some("done"));
    assert!(ended.duration_ms.is_some() && ended.target.is_some() && !ended.upstream.is_empty());
    assert_eq!(denied.record.reason.as_deref(), Some("level_denies"));
}

/// L6.
#[tokio::test]
async fn l11_a_call_leaves_two_entries_with_microsofts_ids_and_the_chain_verifies() {
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
    // Microsoft's id of the sign-in that her grant comes from joins her calls with its sign-in and mailbox logs.
    let connected = house.entries(&pair, &[Kind::Connected]).await;
    let connected = &connected[0].record;
    assert!(connected.sid.is_some() && connected.uti.is_some());
    assert_eq!(begun.record.sid, connected.sid);
    assert_eq!(finished.record.sid, connected.sid);
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

/// Everything is tried that could leave a word of hers, or of somebody else's, or her name.
#[tokio::test]
async fn l6_no_title_text_place_address_or_name_is_in_any_entry() {
    let house = House::new().await;
    let levels = [
        ("create_event", Level::AlwaysAllow),
        ("update_event", Level::Ask),
        ("search_events", Level::AlwaysAllow),
        ("search_contacts", Level::AlwaysAllow),
        ("read_event", Level::AlwaysAllow),
    ];
    let pair = house.connected(1, &levels).await;
    let event = json!({"title": "Zebrafink title", "start": "2031-03-04T10:00", "duration_minutes": 30,
        "location": "Zebrafink place", "body": "Zebrafink text", "attendees": ["zebrafink@kanarienvogel.example"]});
    let made = house.call(&pair, "create_event", event).await;
    let id = made.expect("made").body["event"]["id"].clone();
    let change = json!({"id": id, "title": "Zebrafink anew"});
    let asked = house.call(&pair, "update_event", change).await;
    let asked = asked.expect("asks").body;
    let card = ApprovalId::parse(asked["approval_id"].as_str().expect("an id")).expect("an id");
    let approved = house.approve(&pair.person, &card).await;
    assert_eq!(approved.expect("approves").state, ApprovalState::Done);
    for (tool, arguments) in [
        ("read_event", json!({"id": id})),
        (
            "search_events",
            json!({"from": "2031-03-01", "to": "2031-03-10", "text": "Zebrafink"}),
        ),
        ("search_contacts", json!({"query": "Zebrafink"})),
        (
            "create_event",
            json!({"title": "Zebrafink", "start": "Zebrafink"}),
        ),
        ("create_event", json!({"Zebrafink": "Zebrafink"})),
        ("Zebrafink", json!({})),
    ] {
        house.word(&pair, tool, arguments).await;
    }
    let organisation = pair.person.organisation();
    let entries = house.store.chain(organisation, 1, 10_000).await;
    let entries = entries.expect("readable");
    assert!(entries.len() > 15, "{}", entries.len());
    let mut words = vec!["zebrafink".to_owned(), "kanarienvogel".to_owned()];
    for person in house.sim.people() {
        words.push(person.login.to_lowercase());
    }
    words.push(pair.person.name().to_lowercase());
    for entry in entries {
        let text = entry.text.to_lowercase();
        let found = words.iter().find(|word| text.contains(word.as_str()));
        assert_eq!(found, None, "{text}");
    }
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

/// L4, L10: the check that an administrator starts from her page.
#[tokio::test]
async fn a_check_is_on_record_with_what_it_found_and_names_the_entry_that_was_changed() {
    let house = House::new().await;
    let pair = house.connected(1, &[]).await;
    assert_eq!(
        house.word(&pair, "create_event", json!({})).await,
        "unknown_tool"
    );
    let chief = house.signed_in(0).await;
    let chief = house
        .engine
        .administrator_caller(chief)
        .expect("she is one");
    let checked = async || {
        let sequence = house.engine.verify_record(&chief, &house.request()).await;
        let sequence = sequence.expect("it is checked");
        let entry = house.engine.record_entry(&chief, sequence).await;
        let record = entry.expect("it is on record").0.record;
        assert_eq!(record.kind, Kind::AuditVerified);
        (record.outcome, record.reason, record.count)
    };
    let (outcome, reason, count) = checked().await;
    assert_eq!((outcome.as_deref(), reason), (Some("whole"), None));
    assert!(count.is_some_and(|count| count >= 5), "{count:?}");

    let database = sqlx::SqliteConnection::connect(&house.database()).await;
    let mut database = database.expect("it opens");
    let statement = "UPDATE audit_entries SET text = replace(text, 'level_denies', 'level_allows')
         WHERE kind = 'call_denied'";
    let done = sqlx::raw_sql(statement).execute(&mut database);
    assert_eq!(done.await.expect("it is written").rows_affected(), 1);
    let denied = house.entries(&pair, &[Kind::CallDenied]).await[0].sequence;
    let (outcome, reason, _) = checked().await;
    assert_eq!(outcome.as_deref(), Some("broken"));
    assert_eq!(reason, Some(format!("hash at {denied}")));
}
