//! What everybody who has a say makes of a call: the administrator's level and rules, and what the person tightens.

use domain::audit::Kind;
use domain::permission::Level;
use domain::policy::AskRule;
use serde_json::{Value, json};

use crate::house::{House, Pair};

async fn rules(house: &House, rules: &[AskRule]) {
    let administrator = house.signed_in(0).await;
    let administrator = house.engine.administrator_caller(administrator);
    let administrator = administrator.expect("the first is one");
    let seen = house
        .engine
        .rules(&administrator)
        .await
        .expect("rules")
        .version;
    let request = house.request();
    let set = house
        .engine
        .set_rules(&administrator, rules, seen, &request);
    set.await.expect("set");
    house.sim.clear_log();
}

async fn tightened(house: &House, pair: &Pair, tool: &str, level: Level) {
    let changes = [(tool.to_owned(), level)];
    let request = house.request();
    let set = house
        .engine
        .set_own_levels(&pair.person, None, &changes, &request);
    set.await.expect("set");
}

/// A meeting far from now, with somebody inside.
fn meeting(more: &Value) -> Value {
    let mut arguments = json!({
        "title": "Rules", "start": "2031-03-04T10:00:00+01:00", "duration_minutes": 30,
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        arguments[name] = value.clone();
    }
    arguments
}

#[tokio::test]
async fn a_new_series_is_a_series_to_the_rule_and_a_single_event_is_none() {
    let house = House::new().await;
    let pair = house
        .connected(1, &[("create_event", Level::AlwaysAllow)])
        .await;
    rules(&house, &[AskRule::Series]).await;
    let single = meeting(&json!({"title": "One"}));
    assert_eq!(house.word(&pair, "create_event", single).await, "done");
    let weekly = meeting(&json!({"title": "Weekly", "recurrence": "every Tuesday, 3 times"}));
    let asked = house.call(&pair, "create_event", weekly).await;
    let asked = asked.expect("an answer").body;
    assert_eq!(
        (&asked["status"], &asked["reason"]),
        (&json!("approval_required"), &json!("series"))
    );
    assert_eq!(house.events(&pair.login, "Weekly"), 0);
}

#[tokio::test]
async fn a_rule_raises_exactly_the_calls_it_is_about_and_says_so() {
    let house = House::new().await;
    let pair = house
        .connected(1, &[("create_event", Level::AlwaysAllow)])
        .await;
    let colleague = house.sim.people()[2].login.clone();
    let check = async |set: &[AskRule], more: Value, expected: Option<&str>| {
        rules(&house, set).await;
        let arguments = meeting(&more);
        let answer = house
            .call(&pair, "create_event", arguments.clone())
            .await
            .expect("an answer");
        let found = answer.body["reason"].as_str();
        assert_eq!(found, expected, "{set:?} {arguments}: {}", answer.body);
        let asked = answer.body["status"] == "approval_required";
        assert_eq!(asked, expected.is_some(), "{}", answer.body);
        if asked {
            assert_eq!(
                house.graph_requests().len(),
                0,
                "nothing is sent before her yes"
            );
        }
    };
    let outside = json!({"title": "a", "attendees": ["tyler@other.example"]});
    let inside = json!({"title": "b", "attendees": [colleague]});
    check(
        &[AskRule::OutsideAttendee],
        outside,
        Some("outside_attendee"),
    )
    .await;
    check(&[AskRule::OutsideAttendee], inside.clone(), None).await;
    let two = json!({"title": "c", "attendees": ["a@other.example", "b@other.example"]});
    check(
        &[AskRule::MoreAttendeesThan(1)],
        two.clone(),
        Some("more_attendees_than"),
    )
    .await;
    check(&[AskRule::MoreAttendeesThan(2)], two, None).await;
    let soon = house.now() + jiff::SignedDuration::from_mins(30);
    let soon = json!({"title": "d", "start": soon.to_string()});
    check(
        &[AskRule::StartsWithinMinutes(60)],
        soon.clone(),
        Some("starts_within_minutes"),
    )
    .await;
    check(&[AskRule::StartsWithinMinutes(10)], soon, None).await;
    check(&[], json!({"title": "e"}), None).await;
    // Of an event that exists it is not known who is invited; of removing one's own copy it is: nobody hears of it.
    house.set(&[("cancel_event", Level::AlwaysAllow)]).await;
    let word = async |arguments: Value| {
        let answer = house.call(&pair, "cancel_event", arguments).await;
        answer.map_or_else(
            |error| error.code.to_owned(),
            |answer| answer.body["status"].to_string(),
        )
    };
    rules(&house, &[AskRule::OutsideAttendee]).await;
    let id = "ev_0123456789abcdef";
    assert_eq!(word(json!({"id": id})).await, "\"approval_required\"");
    assert_eq!(
        word(json!({"id": id, "own_copy": true})).await,
        "event_not_found"
    );
    rules(&house, &[AskRule::Series]).await;
    assert_eq!(word(json!({"id": id})).await, "event_not_found");
    assert_eq!(
        word(json!({"id": id, "scope": "all"})).await,
        "\"approval_required\""
    );
    rules(&house, &[]).await;
    assert!(rules_are_on_record(&house, &pair).await);
}

async fn rules_are_on_record(house: &House, pair: &Pair) -> bool {
    let filter = store::audit::AuditFilter {
        kinds: vec![Kind::RulesChanged],
        limit: 10,
        ..store::audit::AuditFilter::default()
    };
    let entries = house.store.entries(pair.person.organisation(), &filter);
    let entries = entries.await.expect("readable");
    let first = entries.last().expect("the first change");
    first.record.reason.as_deref() == Some("was []")
}

#[tokio::test]
async fn a_person_can_be_asked_more_and_never_less() {
    let house = House::new().await;
    let levels = [
        ("create_event", Level::AlwaysAllow),
        ("read_profile", Level::Ask),
    ];
    let pair = house.connected(1, &levels).await;
    let create = |title: &str| meeting(&json!({"title": title}));
    let listed = async |tool: &str| {
        let tools = house.engine.tools(&pair.agent).await.expect("a list");
        tools.iter().any(|offered| offered.name.as_str() == tool)
    };
    assert_eq!(house.word(&pair, "create_event", create("1")).await, "done");
    tightened(&house, &pair, "create_event", Level::Ask).await;
    house.sim.clear_log();
    let answer = house
        .call(&pair, "create_event", create("2"))
        .await
        .expect("asks");
    assert_eq!(
        (&answer.body["status"], &answer.body["reason"]),
        (&json!("approval_required"), &json!("person_asks"))
    );
    assert_eq!(house.graph_requests().len(), 0);
    tightened(&house, &pair, "create_event", Level::Deny).await;
    assert_eq!(
        house.word(&pair, "create_event", create("3")).await,
        "unknown_tool"
    );
    assert!(!listed("create_event").await);
    // What she asked for before she ruled it out does not run either.
    let waiting = house
        .engine
        .approvals(&pair.person, &engine::ApprovalFilter::default(), None, 10)
        .await
        .expect("listed");
    let waiting = &waiting.items[0];
    let after = house.approve(&pair.person, &waiting.id).await;
    assert_eq!(after.expect("decided").state.as_str(), "void");
    assert_eq!(house.graph_requests().len(), 0);
    tightened(&house, &pair, "create_event", Level::AlwaysAllow).await;
    assert_eq!(house.word(&pair, "create_event", create("4")).await, "done");
    // The administrator's word is the most she can have.
    tightened(&house, &pair, "read_profile", Level::AlwaysAllow).await;
    assert_eq!(
        house.word(&pair, "read_profile", json!({})).await,
        "approval_required"
    );
    tightened(&house, &pair, "search_contacts", Level::AlwaysAllow).await;
    assert_eq!(
        house
            .word(&pair, "search_contacts", json!({"query": "anna"}))
            .await,
        "unknown_tool"
    );
    let entries = house.entries(&pair, &[Kind::OwnLevelChanged]).await;
    assert_eq!(entries.len(), 3, "what changed nothing is no entry");
    assert_eq!(entries[0].record.reason.as_deref(), Some("was_deny"));
}

#[tokio::test]
async fn rules_have_bounds_and_are_changed_over_what_was_seen() {
    let house = House::new().await;
    let administrator = house.signed_in(0).await;
    let administrator = house
        .engine
        .administrator_caller(administrator)
        .expect("the first is one");
    let seen = house
        .engine
        .rules(&administrator)
        .await
        .expect("rules")
        .version;
    let set = async |rules: &[AskRule], seen| {
        let request = house.request();
        let set = house
            .engine
            .set_rules(&administrator, rules, seen, &request);
        match set.await {
            Ok(changed) => changed.to_string(),
            Err(error) => error.code.to_owned(),
        }
    };
    assert_eq!(
        set(&[AskRule::MoreAttendeesThan(0)], seen).await,
        "invalid_rule"
    );
    assert_eq!(
        set(&[AskRule::StartsWithinMinutes(10_081)], seen).await,
        "invalid_rule"
    );
    assert_eq!(
        set(&[AskRule::Series, AskRule::Series], seen).await,
        "invalid_rule"
    );
    assert_eq!(set(&[], seen).await, "false");
    assert_eq!(set(&[AskRule::Series], seen).await, "true");
    assert_eq!(set(&[], seen).await, "levels_changed");
}

#[tokio::test]
async fn what_is_outside_her_working_hours_asks_and_so_does_what_may_be() {
    let house = House::new().await;
    let pair = house
        .connected(
            1,
            &[
                ("create_event", Level::AlwaysAllow),
                ("update_event", Level::AlwaysAllow),
                ("read_profile", Level::AlwaysAllow),
            ],
        )
        .await;
    // Her profile names calendars that others share with her.
    house.untainted(&["update_event"]).await;
    rules(&house, &[AskRule::OutsideWorkingHours]).await;
    let ends = async |tool: &str, arguments: Value| {
        house.sim.clear_log();
        let answer = house.call(&pair, tool, arguments.clone()).await;
        let body = match answer {
            Ok(answer) => answer.body,
            Err(error) => return error.code.to_owned(),
        };
        if body["status"] != "approval_required" {
            return body["status"].as_str().unwrap_or_default().to_owned();
        }
        assert_eq!(house.graph_requests().len(), 0, "{arguments}");
        let id = body["approval_id"].as_str().expect("an id");
        let id = domain::id::ApprovalId::parse(id).expect("an id");
        let request = house.request();
        let declined = house.engine.decline(&pair.person, &id, &request);
        declined.await.expect("room for the next");
        body["reason"].as_str().expect("a reason").to_owned()
    };
    const ASKS: &str = "outside_working_hours";
    // Nothing is known of her mailbox yet.
    let early = meeting(&json!({"title": "Unknown"}));
    assert_eq!(ends("create_event", early).await, ASKS);
    let profile = house
        .call(&pair, "read_profile", json!({}))
        .await
        .expect("read")
        .body;
    let hours = &profile["working_hours"];
    assert!(hours["from"].is_string(), "{profile}");
    // A Tuesday, on the clocks of Berlin.
    let at = |title: &str, start: &str, more: Value| {
        let mut arguments = meeting(&more);
        arguments["title"] = title.into();
        arguments["start"] = start.into();
        arguments
    };
    let none = || json!({});
    for (arguments, expected) in [
        (at("a", "2031-03-04T10:00:00+01:00", none()), "done"),
        (at("b", "2031-03-04T05:00:00+01:00", none()), ASKS),
        (at("c", "2031-03-04T22:00:00+01:00", none()), ASKS),
        (at("d", "2031-03-08T10:00:00+01:00", none()), ASKS),
        (
            at(
                "e",
                "2031-03-04T10:00:00+01:00",
                json!({"duration_minutes": 900}),
            ),
            ASKS,
        ),
        (json!({"title": "f", "start": "2031-03-04"}), ASKS),
        (
            at(
                "g",
                "2031-03-04T10:00:00+01:00",
                json!({"recurrence": "every Tuesday, 3 times"}),
            ),
            "done",
        ),
        (
            at(
                "h",
                "2031-03-04T10:00:00+01:00",
                json!({"recurrence": "every day, 7 times"}),
            ),
            ASKS,
        ),
    ] {
        assert_eq!(
            ends("create_event", arguments.clone()).await,
            expected,
            "{arguments}"
        );
    }
    let id = "ev_0123456789abcdef";
    for (arguments, expected) in [
        (json!({"id": id, "title": "No time is known"}), ASKS),
        (
            json!({"id": id, "start": "2031-03-04T05:00:00+01:00", "end": "2031-03-04T06:00:00+01:00"}),
            ASKS,
        ),
        (
            json!({"id": id, "start": "2031-03-04T10:00:00+01:00", "end": "2031-03-04T11:00:00+01:00"}),
            "event_not_found",
        ),
    ] {
        assert_eq!(
            ends("update_event", arguments.clone()).await,
            expected,
            "{arguments}"
        );
    }
}
