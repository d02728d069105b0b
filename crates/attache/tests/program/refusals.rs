//! What nobody outside gets past: levels that changed or cannot be read, names that are nearly those of tools, requests that
//! are not as they seem, and what belongs to somebody else. Over the real interfaces, with the simulated Microsoft's log.

use futures_util::future::join_all;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use url::Url;

use crate::agent::{Agent, SURFACES};
use crate::browser::Browser;
use crate::house::House;

/// A house with a connected member whose agents may search.
async fn searching(levels: &[(&str, &str)]) -> (House, Browser, Browser) {
    searching_with(levels, &[]).await
}

async fn searching_with(
    levels: &[(&str, &str)],
    variables: &[(&str, &str)],
) -> (House, Browser, Browser) {
    let house = House::new(variables);
    let mut administrator = house.signed_in(house.administrator()).await;
    let mut member = house.signed_in(house.member()).await;
    house.connect(&mut member).await;
    house.set(&mut administrator, levels).await;
    (house, administrator, member)
}

/// What a call over a surface answers, and how many requests Microsoft got.
async fn meets(agent: &Agent<'_>, surface: &str, tool: &str, arguments: &Value) -> (String, u64) {
    let before = agent.house.asked_of_microsoft().await;
    let met = agent.call(surface, tool, arguments).await;
    (met, agent.house.asked_of_microsoft().await - before)
}

fn refused(code: &str) -> (String, u64) {
    (code.to_owned(), 0)
}

#[tokio::test]
async fn p2_what_an_administrator_changes_counts_for_every_call_that_starts_after_her_answer() {
    let (house, mut administrator, _) = searching(&[("search_events", "always_allow")]).await;
    let agent = Agent::first(&house);
    let none = json!({});
    for _ in 0..3 {
        // While she denies it, calls are on their way over both surfaces; those may end either way.
        let calls = (0..8).map(|at| agent.call(SURFACES[at % 2], "search_events", &none));
        let denied = house.set(&mut administrator, &[("search_events", "deny")]);
        let (on_their_way, ()) = tokio::join!(join_all(calls), denied);
        for met in on_their_way {
            assert!(["runs", "unknown_tool"].contains(&met.as_str()), "{met}");
        }
        for surface in SURFACES {
            let met = meets(&agent, surface, "search_events", &none).await;
            assert_eq!(met, refused("unknown_tool"), "{surface}");
            let listed = agent.list(surface).await;
            assert!(!listed.contains(&"search_events".to_owned()), "{listed:?}");
        }
        house
            .set(&mut administrator, &[("search_events", "ask")])
            .await;
        for surface in SURFACES {
            let met = meets(&agent, surface, "search_events", &none).await;
            assert_eq!(met, refused("approval_required (level_asks)"), "{surface}");
        }
        house
            .set(&mut administrator, &[("search_events", "always_allow")])
            .await;
        for surface in SURFACES {
            let (met, requests) = meets(&agent, surface, "search_events", &none).await;
            assert_eq!((met.as_str(), requests > 0), ("runs", true), "{surface}");
        }
    }
}

#[tokio::test]
async fn p3_a_level_that_is_missing_unknown_or_cannot_be_read_is_deny() {
    let levels = [
        ("search_events", "always_allow"),
        ("read_profile", "always_allow"),
    ];
    let (house, mut administrator, mut member) = searching(&levels).await;
    let agent = Agent::first(&house);
    let none = json!({});
    let ill = async |statement: &'static str| {
        let changed = house.behind_its_back(statement).await;
        assert!(changed >= 1, "{statement}");
        for surface in SURFACES {
            let met = meets(&agent, surface, "search_events", &none).await;
            assert_eq!(met, refused("unknown_tool"), "{surface} {statement}");
            let listed = agent.list(surface).await;
            assert!(!listed.contains(&"search_events".to_owned()), "{statement}");
            let (other, _) = meets(&agent, surface, "read_profile", &none).await;
            assert_eq!(other, "runs", "another tool's level is as it was");
        }
    };
    for statement in [
        "UPDATE levels SET level = '' WHERE tool = 'search_events'",
        "UPDATE levels SET level = 'allow' WHERE tool = 'search_events'",
        "UPDATE levels SET level = 'Always_Allow' WHERE tool = 'search_events'",
        "UPDATE levels SET level = 'always_allow ' WHERE tool = 'search_events'",
        "UPDATE levels SET level = '1' WHERE tool = 'search_events'",
        "UPDATE levels SET level = char(0) || 'always_allow' WHERE tool = 'search_events'",
        // As after an upgrade that brings a tool nobody has decided about.
        "DELETE FROM levels WHERE tool = 'search_events'",
        "UPDATE levels SET level = 'ask', tool = 'Search_events' WHERE tool = 'read_event'",
    ] {
        if statement.contains("read_event") {
            house
                .set(&mut administrator, &[("read_event", "always_allow")])
                .await;
        }
        ill(statement).await;
    }
    house
        .set(&mut administrator, &[("search_events", "always_allow")])
        .await;
    // What she adds herself, and cannot be read, is the most that she could have added.
    member.open("/integrations/outlook-calendar").await;
    let asks = [("own.search_events", "ask")];
    assert_eq!(member.submit("/outlook-calendar/levels", &asks).await, 200);
    ill("UPDATE own_levels SET level = 'on_mondays' WHERE tool = 'search_events'").await;
    house
        .behind_its_back("UPDATE own_levels SET level = 'always_allow'")
        .await;
    let (met, _) = meets(&agent, "rest", "search_events", &none).await;
    assert_eq!(met, "runs", "or all this shows nothing");
    // What is no text at all, and rules that this release does not know, leave nothing that could be decided.
    for statement in [
        "UPDATE levels SET level = x'00ff' WHERE tool = 'search_events'",
        "UPDATE organisations SET ask_rules = '[{\"rule\":\"never\"}]'",
    ] {
        house.behind_its_back(statement).await;
        for surface in SURFACES {
            let (met, requests) = meets(&agent, surface, "search_events", &none).await;
            assert_eq!(requests, 0, "{surface} {statement}");
            let codes = ["unavailable", "unknown_tool"];
            assert!(codes.contains(&met.as_str()), "{met} {surface} {statement}");
        }
    }
}

#[tokio::test]
async fn p4_a_name_that_is_nearly_a_tools_is_no_tool() {
    let (house, _, _) = searching(&[("search_events", "always_allow")]).await;
    let agent = Agent::first(&house);
    for name in [
        "Search_Events",
        "SEARCH_EVENTS",
        "search_events ",
        " search_events",
        "search_events\n",
        "search_events\0",
        "search-events",
        "search__events",
        "search_events/",
        "../tools/search_events",
        "search\u{200b}_events",
        "search_event\u{455}",
        "se\u{430}rch_events",
        "search_\u{ff45}vents",
        "search%5fevents",
        "tools/search_events",
        "attache.search_events",
        "search_events?",
    ] {
        for surface in SURFACES {
            let met = meets(&agent, surface, name, &json!({})).await;
            assert_eq!(met, refused("unknown_tool"), "{surface} {name:?}");
        }
    }
    for surface in SURFACES {
        let (met, _) = meets(&agent, surface, "search_events", &json!({})).await;
        assert_eq!(met, "runs");
    }
}

/// A call of `search_events` in the newer era of MCP, with these headers and this body.
fn modern(house: &House, headers: &[(&str, &str)], body: &str) -> RequestBuilder {
    let asked = house.client.post(format!("{}/mcp", house.base()));
    let asked = asked
        .bearer_auth(house.token())
        .header("accept", "application/json, text/event-stream")
        .header("content-type", "application/json")
        .header("mcp-protocol-version", "2026-07-28");
    let with = |asked: RequestBuilder, (name, value): &(&str, &str)| asked.header(*name, *value);
    headers.iter().fold(asked, with).body(body.to_owned())
}

const META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"}}"#;

#[tokio::test]
async fn p4_a_doubled_name_and_a_header_that_disagrees_are_refused_before_anything_is_decided() {
    let levels = [
        ("search_events", "always_allow"),
        ("read_profile", "always_allow"),
    ];
    let (house, _, _) = searching(&levels).await;
    let call = |inside: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{{inside},{META}}}}}"#)
    };
    let good = call(r#""name":"search_events","arguments":{}"#);
    let said = [("mcp-method", "tools/call"), ("mcp-name", "search_events")];
    let check = async |headers: &[(&str, &str)], body: &str, expected: u16| {
        let before = house.asked_of_microsoft().await;
        let answer = modern(&house, headers, body)
            .send()
            .await
            .expect("an answer");
        let (status, asked) = (
            answer.status().as_u16(),
            house.asked_of_microsoft().await - before,
        );
        assert_eq!(status, expected, "{headers:?} {body}");
        assert_eq!(asked > 0, expected == 200, "{headers:?} {body}");
    };
    check(&said, &good, 200).await;
    check(&[said[0], ("mcp-name", "read_profile")], &good, 400).await;
    check(&[said[0], ("mcp-name", "Search_Events")], &good, 400).await;
    check(&[("mcp-method", "tools/list"), said[1]], &good, 400).await;
    check(&[said[0]], &good, 400).await;
    for doubled in [
        r#""name":"read_profile","name":"search_events","arguments":{}"#,
        r#""name":"search_events","arguments":{},"arguments":{"limit":1}"#,
        r#""name":"search_events","arguments":{"limit":1,"limit":2}"#,
        r#""name":"search_events","n\u0061me":"search_events","arguments":{}"#,
    ] {
        check(&said, &call(doubled), 400).await;
    }
    let url = format!("{}/api/v1/tools/search_events", house.base());
    for (body, expected) in [
        (r#"{"limit":1}"#, 200),
        (r#"{"limit":1,"limit":2}"#, 400),
        (r#"{"limit":1,"l\u0069mit":2}"#, 400),
    ] {
        let before = house.asked_of_microsoft().await;
        let asked = house.client.post(&url).bearer_auth(house.token());
        let asked = asked.header("content-type", "application/json").body(body);
        let status = asked.send().await.expect("an answer").status().as_u16();
        assert_eq!(status, expected, "{body}");
        let requests = house.asked_of_microsoft().await - before;
        assert_eq!(requests > 0, expected == 200, "{body}");
    }
}

#[tokio::test]
async fn p5_another_origin_and_another_host_are_refused_and_nothing_listens_beyond_this_machine() {
    let (house, _, _) = searching(&[("search_events", "always_allow")]).await;
    let host = Url::parse(house.base()).expect("an address");
    assert_eq!(
        host.host_str(),
        Some("127.0.0.1"),
        "unless it is said otherwise"
    );
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "search_events", "arguments": {}}});
    let check = async |header: (&str, &str), expected: u16| {
        let before = house.asked_of_microsoft().await;
        let asked = house.client.post(format!("{}/mcp", house.base()));
        let asked = asked
            .bearer_auth(house.token())
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-11-25")
            .header(header.0, header.1);
        let answer = asked.json(&body).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), expected, "{header:?}");
        let requests = house.asked_of_microsoft().await - before;
        assert_eq!(requests > 0, expected == 200, "{header:?}");
    };
    let base = house.base().to_owned();
    check(("origin", &base), 200).await;
    for origin in [
        "https://evil.example",
        "null",
        "http://localhost",
        "http://127.0.0.1:1",
        &format!("{base}.evil.example"),
        &base.replace("http:", "https:"),
    ] {
        check(("origin", origin), 403).await;
    }
    for wrong in ["evil.example", "127.0.0.1.evil.example", "127.0.0.1:1"] {
        check(("host", wrong), 421).await;
        let url = format!("{base}/api/v1/tools/search_events");
        let asked = house.client.post(url).bearer_auth(house.token());
        let asked = asked.header("host", wrong).json(&json!({}));
        let status = asked.send().await.expect("an answer").status().as_u16();
        assert_eq!(status, 421, "{wrong}");
    }
}

/// Somebody else of the demo than its member, connected.
async fn another_person(house: &House) -> Browser {
    let people = house.said["people"].as_array().expect("people");
    let member = &house.member()["login"];
    let other = people
        .iter()
        .find(|person| person["role"] != "administrator" && person["login"] != *member);
    let other = other.expect("a third person");
    let mut browser = house.signed_in(other).await;
    house.connect_as(&mut browser, other).await;
    browser
}

#[tokio::test]
async fn p7_what_somebody_else_or_another_agent_was_given_is_refused() {
    let levels = [
        ("search_events", "always_allow"),
        ("search_contacts", "always_allow"),
        ("create_event", "ask"),
    ];
    let (house, _, mut member) = searching(&levels).await;
    let mut other = another_person(&house).await;
    let hers = Agent::first(&house);
    let her_second = Agent::another(&house, &mut member).await;
    let theirs = Agent::another(&house, &mut other).await;

    // An approval: its owner's agent reads it, nobody else's does, not even another of her own.
    let meeting = json!({"title": "Hers", "start": "2031-03-04T10:00", "duration_minutes": 15});
    let asked = hers.answer("rest", "create_event", &meeting).await;
    let id = asked["approval_id"].as_str().expect("an id").to_owned();
    let check = json!({"approval_id": id});
    assert_eq!(
        hers.answer("mcp", "check_approval", &check).await["approval_id"],
        id.as_str()
    );
    for agent in [&her_second, &theirs] {
        for surface in SURFACES {
            let met = meets(agent, surface, "check_approval", &check).await;
            assert_eq!(met, refused("not_found"), "{surface}");
        }
        assert_eq!(agent.approval(&id).await, 404);
    }
    assert_eq!(hers.approval(&id).await, 202);
    assert_eq!(other.open(&format!("/approvals/{id}")).await, 404);

    // A cursor: where a search stopped. Where everybody's mailbox is, is known by then.
    for agent in [&her_second, &theirs] {
        let found = agent
            .call("rest", "search_events", &json!({"limit": 1}))
            .await;
        assert_eq!(found, "runs");
    }
    let search = json!({"from": "2026-01-01", "to": "2026-12-31", "limit": 1});
    let found = hers.answer("rest", "search_events", &search).await;
    let mut on = search.clone();
    on["cursor"] = found["cursor"].clone();
    assert!(on["cursor"].is_string(), "{found}");
    for surface in SURFACES {
        assert_eq!(hers.call(surface, "search_events", &on).await, "runs");
        for agent in [&her_second, &theirs] {
            let met = meets(agent, surface, "search_events", &on).await;
            assert_eq!(met, refused("invalid_cursor"), "{surface}");
        }
    }

    // A handle: who was found.
    let found = hers
        .answer("rest", "search_contacts", &json!({"query": "Rossi"}))
        .await;
    let text = found.to_string();
    let handle = text
        .split("\"p_")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let handle = format!("p_{}", handle.expect("somebody is found"));
    let mut invites = meeting.clone();
    invites["attendees"] = json!([handle]);
    for surface in SURFACES {
        let met = meets(&theirs, surface, "create_event", &invites).await;
        assert_eq!(met, refused("unknown_handle"), "{surface}");
    }

    // A key's page: what its agent may do.
    member.open("/keys").await;
    let link = member.html.split("href=\"/keys/").nth(1);
    let link = link.and_then(|rest| rest.split('"').next()).expect("a key");
    assert_eq!(other.open(&format!("/keys/{link}")).await, 404);
    assert_eq!(member.open(&format!("/keys/{link}")).await, 200);
}

#[tokio::test]
async fn p9_the_digest_of_the_definitions_is_logged_shown_and_documented_and_they_are_everybodys() {
    let levels: Vec<_> = engine::tools::DEFINITIONS
        .iter()
        .map(|definition| (definition.name.as_str(), "always_allow"))
        .collect();
    let (house, mut administrator, _) =
        searching_with(&levels, &[("ATTACHE_LOG__LEVEL", "info")]).await;
    let digest = engine::tools::digest().to_string();
    administrator.open("/administration/health").await;
    assert!(administrator.html.contains(&digest));
    assert!(include_str!("../../../../docs/tools.md").contains(&digest));
    let mut other = another_person(&house).await;
    let theirs = Agent::another(&house, &mut other).await;
    let list = async |agent: &Agent<'_>| agent.mcp("tools/list", json!({})).await["result"].take();
    let (hers, theirs) = (list(&Agent::first(&house)).await, list(&theirs).await);
    assert_eq!(hers["tools"].as_array().map(Vec::len), Some(10), "{hers}");
    assert_eq!(
        hers["tools"], theirs["tools"],
        "no text of a person's or an organisation's"
    );
    let log = house.end();
    let line = log
        .lines()
        .find(|line| line.contains("serving these definitions"));
    assert!(line.is_some_and(|line| line.contains(&digest)), "{line:?}");
}

#[tokio::test]
async fn u6_no_tool_and_no_address_for_agents_changes_permissions_approves_connects_or_reads_tokens()
 {
    let (house, _, _) = searching(&[("create_event", "ask"), ("search_events", "deny")]).await;
    let agent = Agent::first(&house);
    let meeting = json!({"title": "Hers", "start": "2031-03-04T10:00", "duration_minutes": 15});
    let asked = agent.answer("rest", "create_event", &meeting).await;
    let id = asked["approval_id"].as_str().expect("an id").to_owned();
    for tool in [
        "approve",
        "decline",
        "set_level",
        "connect",
        "disconnect",
        "read_token",
        "create_key",
    ] {
        for surface in SURFACES {
            let met = meets(&agent, surface, tool, &json!({"id": id})).await;
            assert_eq!(met, refused("unknown_tool"), "{surface} {tool}");
        }
    }
    // What only people in a browser may ask for, an agent's key does not open, whatever method and body it tries.
    for route in web::ROUTES {
        if matches!(route.who, web::Who::Agent | web::Who::Anyone) {
            continue;
        }
        let path = route.path.replace("{id}", &id).replace("{sequence}", "1");
        let before = house.asked_of_microsoft().await;
        let url = format!("{}{path}", house.base());
        let asked = house.client.request(route.method.clone(), url);
        let asked = asked.bearer_auth(house.token()).json(&json!({}));
        let answer = asked.send().await.expect("an answer");
        let there = answer.url().path() == "/" || answer.status().as_u16() >= 400;
        assert!(there, "{} {path}: {}", route.method, answer.status());
        assert_eq!(house.asked_of_microsoft().await, before, "{path}");
    }
    assert_eq!(agent.approval(&id).await, 202, "it still waits");
    assert!(
        !agent
            .list("mcp")
            .await
            .contains(&"search_events".to_owned())
    );
}
