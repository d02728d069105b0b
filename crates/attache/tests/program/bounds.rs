//! What goes in fits the published schemas and what comes out is what is meant to, over the real interfaces.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::agent::{Agent, SURFACES};
use crate::house::House;
use crate::permissions::calls;

/// A house where everything is allowed, with its connected member's agent.
async fn open_house() -> House {
    let unlimited = [("ATTACHE_LIMITS__CALLS_PER_MINUTE", "1000000")];
    let house = House::new(&unlimited);
    let mut administrator = house.signed_in(house.administrator()).await;
    let mut member = house.signed_in(house.member()).await;
    house.connect(&mut member).await;
    let all = engine::tools::DEFINITIONS.iter();
    let all: Vec<_> = all
        .map(|definition| (definition.name.as_str(), "always_allow"))
        .collect();
    house.set(&mut administrator, &all).await;
    house
}

fn with(arguments: &Value, name: &str, value: Value) -> Value {
    let mut arguments = arguments.clone();
    arguments[name] = value;
    arguments
}

fn without(arguments: &Value, name: &str) -> Value {
    let mut arguments = arguments.clone();
    arguments
        .as_object_mut()
        .map(|members| members.remove(name));
    arguments
}

/// Calls of a tool that its published schema does not allow.
fn misfits(tool: &str, schema: &Value) -> Vec<Value> {
    let fits = calls::harmless(tool, 1);
    let mut misfits = vec![
        with(&fits, "permission", json!("always_allow")),
        with(&fits, "Title", json!("x")),
        with(&fits, "_meta", json!({})),
    ];
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        assert_ne!(
            property["type"], "object",
            "{tool}.{name}: then {{}} would fit"
        );
        misfits.push(with(&fits, name, json!({"a": 1})));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        misfits.push(without(&fits, name.as_str().expect("a name")));
    }
    misfits
}

/// Calls that fit the schema and are too much, or mean nothing.
fn too_much() -> Vec<(&'static str, Value)> {
    let meeting = calls::harmless("create_event", 1);
    let people: Vec<_> = (0..501).map(|n| format!("p{n}@x.example")).collect();
    let (create, update) = ("create_event", calls::harmless("update_event", 1));
    vec![
        (create, with(&meeting, "title", json!("x".repeat(256)))),
        (
            create,
            with(&meeting, "body", json!("x".repeat(32 * 1024 + 1))),
        ),
        (create, with(&meeting, "attendees", json!(people))),
        (create, with(&meeting, "start", json!("soon"))),
        (create, with(&meeting, "zone", json!("Mars/Olympus"))),
        (create, with(&meeting, "duration_minutes", json!(-1))),
        (
            "update_event",
            with(&update, "title", json!("x".repeat(256))),
        ),
        (
            "update_event",
            with(&update, "add_attendees", json!(people)),
        ),
        ("search_events", json!({"from": "yesterday"})),
        (
            "search_events",
            json!({"from": "1990-01-01", "to": "2090-01-01"}),
        ),
        ("search_events", json!({"limit": 1_000_000})),
        ("search_contacts", json!({"query": "x".repeat(10_000)})),
        ("find_times", json!({"duration_minutes": 1_000_000})),
        ("read_event", json!({"id": "ev_"})),
    ]
}

#[tokio::test]
async fn p6_what_the_published_schema_or_a_limit_does_not_allow_is_refused_and_nothing_is_sent() {
    let house = open_house().await;
    let agent = Agent::first(&house);
    // Her zone is learned once, at the first call of all.
    assert_eq!(agent.call("mcp", "read_profile", &json!({})).await, "runs");
    let listed = agent.mcp("tools/list", json!({})).await["result"]["tools"].take();
    let (listed, mut tried) = (listed.as_array().expect("a list").clone(), 0);
    let mut calls = too_much();
    for definition in engine::tools::DEFINITIONS {
        let name = definition.name.as_str();
        let tool = listed.iter().find(|tool| tool["name"] == name);
        let schema = &tool.expect("it is listed")["inputSchema"];
        assert_eq!(schema["additionalProperties"], false, "{name}");
        calls.extend(misfits(name, schema).into_iter().map(|call| (name, call)));
    }
    for (tool, arguments) in &calls {
        for surface in SURFACES {
            let before = house.asked_of_microsoft().await;
            let met = agent.answer(surface, tool, arguments).await;
            let shown: String = arguments.to_string().chars().take(120).collect();
            assert_eq!(met["status"], "failed", "{surface} {tool} {shown}: {met}");
            assert_ne!(met["code"], "unknown_tool", "{surface} {tool} {shown}");
            assert_ne!(met["code"], "event_not_found", "{surface} {tool} {shown}");
            assert_eq!(house.asked_of_microsoft().await, before, "{tool} {shown}");
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
}

/// Every name that an answer may hold, at any depth, by tool.
const ALLOWED: [(&str, &[&str]); 6] = [
    (
        "search_events",
        &[
            "all_day",
            "answer",
            "attendees",
            "cancelled",
            "cursor",
            "day",
            "end",
            "events",
            "id",
            "online",
            "organizer",
            "private",
            "series",
            "shows_as",
            "start",
            "status",
            "title",
            "unknown_sender",
            "where",
            "zone",
        ],
    ),
    (
        "read_event",
        &[
            "accepted",
            "address",
            "all_day",
            "answer",
            "answers",
            "attachments",
            "attendees",
            "body",
            "cancelled",
            "categories",
            "count",
            "day",
            "declined",
            "domain",
            "end",
            "first",
            "id",
            "important",
            "join_url",
            "last",
            "moved_from",
            "name",
            "next_by_pattern",
            "not_answered",
            "online",
            "optional",
            "organizer",
            "organizer_time",
            "outside",
            "reminder_minutes",
            "removed",
            "repeats",
            "sensitivity",
            "series",
            "shows_as",
            "start",
            "status",
            "tentative",
            "text",
            "this_one_differs",
            "title",
            "truncated",
            "untrusted",
            "where",
            "written_by",
            "you",
            "you_may",
            "zone",
        ],
    ),
    (
        "find_times",
        &[
            "day",
            "elsewhere",
            "end",
            "reason",
            "slots",
            "start",
            "status",
            "zone",
        ],
    ),
    (
        "search_contacts",
        &[
            "address",
            "company",
            "department",
            "from",
            "handle",
            "job_title",
            "match",
            "message",
            "name",
            "office",
            "people",
            "status",
        ],
    ),
    (
        "read_profile",
        &[
            "address",
            "calendars",
            "can",
            "clocks_change",
            "days",
            "from",
            "job_title",
            "language",
            "name",
            "now",
            "owner",
            "status",
            "to",
            "weekday",
            "working_hours",
            "zone",
        ],
    ),
    (
        "create_event",
        &[
            "approval_id",
            "conflicts",
            "day",
            "end",
            "event",
            "expires",
            "id",
            "link",
            "mailed",
            "message",
            "reason",
            "start",
            "status",
            "summary",
            "title",
            "verified",
            "zone",
        ],
    ),
];

fn names(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            found.insert(name.clone());
            names(value, found);
        }),
        Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn p10_an_answer_holds_the_fields_that_are_listed_for_its_tool_and_no_others() {
    let house = open_house().await;
    let agent = Agent::first(&house);
    let window = json!({"limit": 50});
    let found = agent.answer("mcp", "search_events", &window).await;
    let ids = found["events"].as_array().into_iter().flatten();
    let mut answers = Map::new();
    let mut keep = |tool: &str, answer: Value| {
        assert_ne!(answer["status"], "failed", "{tool}: {answer}");
        let list = answers.entry(tool).or_insert_with(|| json!([]));
        list.as_array_mut().expect("a list").push(answer);
    };
    for event in ids {
        let read = agent
            .answer("mcp", "read_event", &json!({"id": event["id"]}))
            .await;
        keep("read_event", read);
    }
    keep("search_events", found.clone());
    for (tool, arguments) in [
        ("find_times", calls::harmless("find_times", 1)),
        ("search_contacts", json!({"query": "Anna"})),
        ("search_contacts", json!({"query": "Giulia Rossi"})),
        ("read_profile", json!({})),
        ("create_event", calls::harmless("create_event", 1)),
        ("create_event", calls::touching("create_event", 2)),
    ] {
        keep(tool, agent.answer("rest", tool, &arguments).await);
    }
    let mut wrong = Vec::new();
    for (tool, allowed) in ALLOWED {
        let mut found = BTreeSet::new();
        names(&answers[tool], &mut found);
        assert!(found.len() > 3, "{tool}: {found:?}");
        let unknown: Vec<_> = found
            .iter()
            .filter(|name| !allowed.contains(&name.as_str()))
            .collect();
        if !unknown.is_empty() {
            wrong.push(format!("{tool} answers {unknown:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
