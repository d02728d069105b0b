//! U5 and A12: what an agent has read of others' words raises what it writes, and its copies are seen on the card.

use domain::audit::Kind;
use domain::caller::Surface;
use domain::id::ApprovalId;
use domain::permission::Level;
use domain::tool::Effect;
use serde_json::{Value, json};
use sqlx::Connection as _;

use crate::house::{House, Pair};
use crate::tools::desk::{ANNA, Desk, LENA};

const BODY: &str = "Purple elephants dance on the harbour wall while the accountant counts forty-two blue bicycles twice.";

async fn levels(house: &House) {
    let all = engine::tools::DEFINITIONS.iter();
    let all: Vec<_> = all
        .map(|definition| (definition.name.as_str(), Level::AlwaysAllow))
        .collect();
    house.set(&all).await;
}

/// An agent of the same person that has read nothing.
async fn another(house: &House, pair: &Pair) -> Pair {
    let request = house.request();
    let key = house
        .engine
        .create_key(&pair.person, "Another", Some(30), &request);
    let (key, _) = key.await.expect("a key");
    let agent = house.engine.agent_caller(&key, Surface::Mcp).await;
    Pair {
        person: house.signed_in(LENA).await,
        agent: agent.expect("a live key"),
        login: pair.login.clone(),
    }
}

/// Somebody's meeting that Lena is invited to, with the words nobody else would write.
async fn invited(desk: &Desk, extra: &Value) -> Value {
    let mut body = json!({
        "subject": "Harbour",
        "attendees": desk.guests(&[&desk.login(LENA)]),
        "body": {"contentType": "text", "content": BODY},
    });
    for (name, value) in extra.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    desk.made(ANNA, "2031-05-06T10:00:00", &body).await
}

/// Lena's agent reads it.
async fn reads(house: &House, pair: &Pair) -> Value {
    let window = json!({"from": "2031-05-06", "to": "2031-05-06"});
    let found = house.call(pair, "search_events", window).await;
    let found = found.expect("found").body;
    let id = found["events"][0]["id"].clone();
    let read = house.call(pair, "read_event", json!({"id": id})).await;
    let read = read.expect("read").body;
    assert!(
        read["body"]["text"]
            .as_str()
            .is_some_and(|text| text.contains(BODY)),
        "{read}"
    );
    read
}

fn meeting(more: &Value) -> Value {
    let mut arguments = json!({
        "title": "Own words", "start": "2031-06-03T10:00:00+02:00", "duration_minutes": 30, "even_if_exists": true,
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        arguments[name] = value.clone();
    }
    arguments
}

/// How a write ends: its status, or the reason for which it asks; what asks has sent nothing.
async fn ends(house: &House, pair: &Pair, tool: &str, arguments: Value) -> String {
    house.sim.clear_log();
    let answer = house.call(pair, tool, arguments.clone()).await;
    let body = match answer {
        Ok(answer) => answer.body,
        Err(error) => return error.code.to_owned(),
    };
    if body["status"] != "approval_required" {
        return body["status"].as_str().unwrap_or_default().to_owned();
    }
    assert_eq!(house.graph_requests().len(), 0, "{tool} {arguments}");
    let id = ApprovalId::parse(body["approval_id"].as_str().expect("an id")).expect("an id");
    let request = house.request();
    let declined = house.engine.decline(&pair.person, &id, &request);
    declined
        .await
        .expect("declined, so that there is room for the next");
    body["reason"].as_str().expect("a reason").to_owned()
}

#[tokio::test]
async fn u5_an_agent_that_has_read_others_words_asks_before_it_reaches_somebody_outside() {
    let desk = Desk::new().await;
    let house = &desk.house;
    levels(house).await;
    desk.house.untainted(&[]).await;
    let event = invited(&desk, &json!({})).await;
    let colleague = desk.login(ANNA);
    let outside = || meeting(&json!({"attendees": ["tyler@other.example"]}));
    let inside = || meeting(&json!({"attendees": [colleague]}));
    assert_eq!(
        ends(house, &desk.lena, "create_event", outside()).await,
        "done"
    );
    let read = reads(house, &desk.lena).await;
    assert_eq!(
        ends(house, &desk.lena, "create_event", outside()).await,
        "taint_outside"
    );
    assert_eq!(
        ends(house, &desk.lena, "create_event", inside()).await,
        "done"
    );
    // Who is invited to an event that exists is not known, so it may be somebody outside.
    let id = &read["id"];
    for (tool, arguments, expected) in [
        (
            "update_event",
            json!({"id": id, "title": "Mine"}),
            "taint_outside",
        ),
        (
            "update_event",
            json!({"id": id, "add_attendees": [colleague]}),
            "taint_outside",
        ),
        ("cancel_event", json!({"id": id}), "taint_outside"),
        (
            "respond_to_event",
            json!({"id": id, "answer": "accept"}),
            "taint_outside",
        ),
        (
            "update_event",
            json!({"id": id, "reminder_minutes": 5}),
            "done",
        ),
        ("cancel_event", json!({"id": id, "own_copy": true}), "done"),
    ] {
        assert_eq!(
            ends(house, &desk.lena, tool, arguments.clone()).await,
            expected,
            "{tool} {arguments}"
        );
    }
    // Another agent of hers has read nothing, and another instance knows what the first has read.
    let other = another(house, &desk.lena).await;
    assert_eq!(ends(house, &other, "create_event", outside()).await, "done");
    let beside = house.beside().await;
    let later = meeting(&json!({"title": "Later", "attendees": ["tyler@other.example"]}));
    assert_eq!(
        ends(&beside, &desk.lena, "create_event", later).await,
        "taint_outside"
    );
    assert!(event["id"].is_string());
}

#[tokio::test]
async fn u5_forty_characters_of_others_words_that_others_would_receive_ask() {
    let desk = Desk::new().await;
    let house = &desk.house;
    levels(house).await;
    house.untainted(&[]).await;
    invited(&desk, &json!({})).await;
    let colleague = desk.login(ANNA);
    let part =
        |from: usize, length: usize| -> String { BODY.chars().skip(from).take(length).collect() };
    let with = |field: &str, text: String| meeting(&json!({"attendees": [colleague], field: text}));
    let create = "create_event";
    assert_eq!(
        ends(house, &desk.lena, create, with("body", part(0, 90))).await,
        "done"
    );
    reads(house, &desk.lena).await;
    for (arguments, expected) in [
        (with("body", part(0, 40)), "taint_copied"),
        (
            with("body", format!("Hello!\n\n{}", part(3, 40).to_uppercase())),
            "taint_copied",
        ),
        (with("title", part(17, 41)), "taint_copied"),
        (with("location", part(40, 45)), "taint_copied"),
        (with("body", part(0, 29)), "done"),
        (
            with(
                "body",
                "Words of the agent's own, and quite many of them, too.".into(),
            ),
            "done",
        ),
        // Nobody receives it.
        (meeting(&json!({"body": part(0, 90)})), "done"),
    ] {
        assert_eq!(
            ends(house, &desk.lena, create, arguments.clone()).await,
            expected,
            "{arguments}"
        );
    }
}

#[tokio::test]
async fn a12_a_card_says_what_is_copied_and_from_whose_invitation() {
    let desk = Desk::new().await;
    let house = &desk.house;
    levels(house).await;
    house.untainted(&[]).await;
    invited(&desk, &json!({})).await;
    reads(house, &desk.lena).await;
    house.set(&[("create_event", Level::Ask)]).await;
    let body = format!("As was written: {BODY} So be it.");
    let arguments = meeting(&json!({"body": body, "attendees": ["tyler@other.example"]}));
    let asked = house.call(&desk.lena, "create_event", arguments).await;
    let asked = asked.expect("asks").body;
    assert_eq!(asked["reason"], "level_asks");
    let id = ApprovalId::parse(asked["approval_id"].as_str().expect("an id")).expect("an id");
    let view = house.engine.approval(&desk.lena.person, &id).await;
    let card = view.expect("hers").card;
    assert_eq!(card.copied.len(), 1, "{:?}", card.copied);
    let copied = &card.copied[0];
    let shown: String = body
        .chars()
        .skip(copied.from)
        .take(copied.to - copied.from)
        .collect();
    assert!(BODY.contains(&shown) && shown.len() > 80, "{shown}");
    assert_eq!(copied.field, engine::CopiedField::Body);
    assert_eq!(copied.origin.by.as_deref(), Some(desk.login(ANNA).as_str()));
    assert!(copied.origin.start.is_some());
}

#[tokio::test]
async fn u5_an_administrator_switches_it_off_for_one_tool_and_that_is_on_record() {
    let desk = Desk::new().await;
    let house = &desk.house;
    levels(house).await;
    house.untainted(&[]).await;
    invited(&desk, &json!({})).await;
    let read = reads(house, &desk.lena).await;
    let outside = || meeting(&json!({"attendees": ["tyler@other.example"]}));
    assert_eq!(
        ends(house, &desk.lena, "create_event", outside()).await,
        "taint_outside"
    );
    house.untainted(&["create_event"]).await;
    assert_eq!(
        ends(house, &desk.lena, "create_event", outside()).await,
        "done"
    );
    let update = json!({"id": read["id"], "title": "Mine"});
    assert_eq!(
        ends(house, &desk.lena, "update_event", update).await,
        "taint_outside"
    );
    let administrator = house.signed_in(0).await;
    let administrator = house
        .engine
        .administrator_caller(administrator)
        .expect("is one");
    let seen = house
        .engine
        .rules(&administrator)
        .await
        .expect("rules")
        .version;
    for (off, seen, expected) in [
        ("search_events", seen, "not_found"),
        ("Create_Event", seen, "not_found"),
        ("create_event", seen - 1, "levels_changed"),
    ] {
        let off = [off.to_owned()];
        let request = house.request();
        let set = house
            .engine
            .set_taint_off(&administrator, &off, seen, &request);
        assert_eq!(set.await.expect_err("refused").code, expected, "{off:?}");
    }
    let filter = store::audit::AuditFilter {
        kinds: vec![Kind::TaintSwitched],
        limit: 10,
        ..store::audit::AuditFilter::default()
    };
    let entries = house
        .store
        .entries(desk.lena.person.organisation(), &filter);
    let last = &entries.await.expect("readable")[0].record;
    assert_eq!(
        (
            last.tool.as_deref(),
            last.outcome.as_deref(),
            last.reason.as_deref()
        ),
        (Some("create_event"), Some("off"), Some("was_on"))
    );
}

#[tokio::test]
async fn u5_what_cannot_be_kept_is_not_answered_and_what_cannot_be_known_is_not_done() {
    let desk = Desk::new().await;
    let house = &desk.house;
    levels(house).await;
    house.untainted(&[]).await;
    invited(&desk, &json!({})).await;
    let database = sqlx::SqliteConnection::connect(&house.database()).await;
    let mut database = database.expect("a connection");
    let gone = sqlx::raw_sql("DROP TABLE taint_texts; ALTER TABLE taints RENAME TO elsewhere");
    gone.execute(&mut database).await.expect("it runs");
    let window = json!({"from": "2031-05-06", "to": "2031-05-06"});
    let answer = house.call(&desk.lena, "search_events", window).await;
    assert_eq!(
        answer.expect_err("not answered").kind,
        engine::ErrorKind::Unavailable
    );
    house.sim.clear_log();
    let alone = house
        .call(&desk.lena, "create_event", meeting(&json!({})))
        .await;
    assert_eq!(
        alone.expect_err("not decided").kind,
        engine::ErrorKind::Unavailable
    );
    assert_eq!(house.graph_requests().len(), 0);
}

#[tokio::test]
async fn a_write_that_cannot_keep_what_it_found_says_that_it_was_done_and_nobodys_words() {
    let desk = Desk::new().await;
    let house = &desk.house;
    invited(&desk, &json!({"subject": "Words of Anna"})).await;
    // The desk's tools do not look at what was read, so the write itself is decided.
    let database = sqlx::SqliteConnection::connect(&house.database()).await;
    let mut database = database.expect("a connection");
    let gone = sqlx::raw_sql("ALTER TABLE taints RENAME TO elsewhere");
    gone.execute(&mut database).await.expect("it runs");
    let at =
        json!({"title": "At that time", "start": "2031-05-06T10:00:00", "duration_minutes": 30});
    let answer = house.call(&desk.lena, "create_event", at).await;
    let body = answer.expect("it was done").body;
    assert_eq!(body["status"], "done");
    assert!(!body.to_string().contains("Words of Anna"), "{body}");
    assert_eq!(house.events(&desk.lena.login, "At that time"), 1);
}

/// Every text of an answer that holds a word of somebody else's.
fn theirs<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if text.contains("elephants") => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| theirs(item, found)),
        Value::Object(members) => members.values().for_each(|value| theirs(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn u5_no_tool_hands_out_others_words_without_its_being_noted() {
    let desk = Desk::new().await;
    let house = &desk.house;
    levels(house).await;
    let long = format!("elephants {}", "elephants of the harbour ".repeat(3));
    let extra = json!({
        "subject": long, "location": {"displayName": long},
        "body": {"contentType": "text", "content": "elephants by the harbour ".repeat(400)},
    });
    invited(&desk, &extra).await;
    let window = json!({"from": "2031-05-06", "to": "2031-05-06"});
    let pair = &desk.lena;
    let id = house
        .call(pair, "search_events", window.clone())
        .await
        .expect("found")
        .body["events"][0]["id"]
        .clone();
    let mut definitions = engine::tools::DEFINITIONS.to_vec();
    // What is gone is not answered.
    definitions.sort_by_key(|definition| definition.name.as_str() == "cancel_event");
    for definition in definitions {
        let name = definition.name.as_str();
        let (calls, expected): (Vec<Value>, bool) = match name {
            "search_events" => (vec![window.clone()], true),
            "read_event" => (
                vec![json!({"id": id}), json!({"id": id, "text_from": 3000})],
                true,
            ),
            // Times and the addresses that were asked for: nobody's words.
            "find_times" => (
                vec![
                    json!({"attendees": [desk.login(ANNA)], "duration_minutes": 30, "from": "2031-05-06", "to": "2031-05-06"}),
                ],
                false,
            ),
            "create_event" => (
                vec![
                    json!({"title": "Then", "start": "2031-05-06T10:00:00", "duration_minutes": 30}),
                ],
                true,
            ),
            "update_event" => (vec![json!({"id": id, "title": "Her own copy"})], true),
            "respond_to_event" => (vec![json!({"id": id, "answer": "accept"})], true),
            "cancel_event" => (vec![json!({"id": id, "own_copy": true})], true),
            "search_contacts" => (vec![json!({"query": "anna"})], true),
            // The calendars that others share have names of their giving.
            "read_profile" => (vec![json!({})], true),
            other => panic!("{other} is new: say here what it hands out of others' words"),
        };
        for arguments in calls {
            let fresh = another(house, pair).await;
            let answer = house.call(&fresh, name, arguments.clone()).await;
            let body = answer
                .unwrap_or_else(|error| panic!("{name}: {}", error.code))
                .body;
            let (who, agent) = (fresh.person.id(), fresh.agent.agent());
            let readings = house.store.readings(who, agent).await.expect("read");
            assert_eq!(readings.is_some(), expected, "{name} {arguments}: {body}");
            let mut found = Vec::new();
            theirs(&body, &mut found);
            for text in found.into_iter().filter(|text| text.chars().count() >= 40) {
                let readings = readings.as_ref().expect("something was read");
                let tail: String = text
                    .chars()
                    .rev()
                    .take(40)
                    .collect::<Vec<_>>()
                    .into_iter()
                    .rev()
                    .collect();
                assert!(readings.may_hold(text), "{name}: {text}");
                assert!(readings.may_hold(&tail), "{name}: the end of {text}");
            }
        }
    }
    assert!(
        engine::tools::DEFINITIONS
            .iter()
            .any(|one| one.effect == Effect::Read)
    );
}
