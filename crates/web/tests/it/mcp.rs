//! The MCP endpoint, for clients of both eras.

use axum::http::Method;
use domain::permission::Level;
use serde_json::{Value, json};

use crate::app::{Answer, App, Asked};

fn post(app: &App) -> Asked {
    app.ask(Method::POST, "/mcp")
        .with_key()
        .header("accept", "application/json, text/event-stream")
}

/// A request as clients up to 2025-11-25 send it.
pub(crate) async fn legacy(app: &App, method: &str, params: Value) -> Answer {
    let asked = post(app).header("mcp-protocol-version", "2025-11-25");
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    asked.json(&message).send().await
}

/// A request as clients from 2026-07-28 on send it.
pub(crate) async fn modern(app: &App, method: &str, mut params: Value) -> Answer {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    });
    let mut asked = post(app)
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", method);
    if let Some(name) = params["name"].as_str() {
        asked = asked.header("mcp-name", name);
    }
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    asked.json(&message).send().await
}

#[tokio::test]
async fn an_older_client_shakes_hands_and_gets_no_session() {
    let app = App::new().await;
    let answer = legacy(
        &app,
        "initialize",
        json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}),
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json()["result"]["serverInfo"]["name"], "attache");
    assert_eq!(answer.json()["result"]["protocolVersion"], "2025-11-25");
    assert_eq!(answer.header("mcp-session-id"), None);
    let message = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    assert_eq!(post(&app).json(&message).send().await.status, 202);
}

#[tokio::test]
async fn both_eras_are_told_the_same_tools() {
    let app = App::with(&[
        ("create_event", Level::Ask),
        ("search_events", Level::AlwaysAllow),
    ])
    .await;
    let old = legacy(&app, "tools/list", json!({})).await.json();
    let new = modern(&app, "tools/list", json!({})).await.json();
    assert_eq!(
        old["result"]["tools"], new["result"]["tools"],
        "{old} {new}"
    );
    assert_eq!(old["result"]["resultType"], Value::Null);
    assert_eq!(new["result"]["resultType"], "complete");
    assert_eq!(new["result"]["cacheScope"], "private");
    assert!(
        new["result"]["ttlMs"]
            .as_u64()
            .is_some_and(|ms| ms <= 60_000)
    );
    let tools = new["result"]["tools"].as_array().expect("a list");
    let names: Vec<_> = tools.iter().map(|tool| &tool["name"]).collect();
    assert_eq!(names, ["search_events", "create_event", "check_approval"]);
    for tool in tools {
        for member in [
            "name",
            "title",
            "description",
            "inputSchema",
            "outputSchema",
        ] {
            assert!(!tool[member].is_null(), "{tool} lacks {member}");
        }
        // What is not said is as the protocol takes it.
        let hint = |name: &str, otherwise| tool["annotations"][name].as_bool().unwrap_or(otherwise);
        let reads = tool["name"] != "create_event";
        assert_eq!(hint("readOnlyHint", false), reads, "{tool}");
        assert!(reads || !hint("destructiveHint", true), "{tool}");
        let open = tool["name"] != "check_approval";
        assert_eq!(hint("openWorldHint", true), open, "{tool}");
    }
}

#[tokio::test]
async fn a_tool_that_is_not_offered_is_an_unknown_tool_in_both_eras() {
    let app = App::new().await;
    for name in ["grant_everything", "create_event"] {
        let call = json!({"name": name, "arguments": {}});
        for answer in [
            legacy(&app, "tools/call", call.clone()).await,
            modern(&app, "tools/call", call).await,
        ] {
            assert_eq!(answer.json()["error"]["code"], -32602, "{}", answer.body);
            assert_eq!(answer.json()["error"]["message"], "Unknown tool");
        }
    }
}

#[tokio::test]
async fn a_call_in_the_wrong_form_is_told_which_is_right() {
    let app = App::new().await;
    for arguments in [json!([]), json!("{}"), json!(1)] {
        let call = json!({"name": "check_approval", "arguments": arguments});
        for answer in [
            legacy(&app, "tools/call", call.clone()).await,
            modern(&app, "tools/call", call).await,
        ] {
            let error = &answer.json()["error"];
            assert_eq!(error["code"], -32602, "{}", answer.body);
            let message = error["message"].as_str().expect("text");
            assert!(message.contains("one JSON object"), "{message}");
        }
    }
    let answer = legacy(&app, "tools/grant", json!({})).await;
    assert_eq!(answer.json()["error"]["code"], -32601, "{}", answer.body);
}

#[tokio::test]
async fn a_call_that_fails_is_an_answer_the_model_can_act_on() {
    let app = App::new().await;
    let call = json!({"name": "check_approval", "arguments": {"approval_id": "nonsense"}});
    for answer in [
        legacy(&app, "tools/call", call.clone()).await,
        modern(&app, "tools/call", call).await,
    ] {
        let result = &answer.json()["result"];
        assert_eq!(result["isError"], true, "{}", answer.body);
        let failed = &result["structuredContent"];
        assert_eq!(failed["status"], "failed");
        assert!(failed["code"].is_string() && failed["message"].is_string());
        assert_eq!(
            failed["request_id"],
            answer.header("x-request-id").expect("an id")
        );
        let text = result["content"][0]["text"].as_str().expect("text");
        assert_eq!(serde_json::from_str::<Value>(text).expect("JSON"), *failed);
    }
}

#[tokio::test]
async fn another_origin_a_doubled_name_and_other_methods_are_refused() {
    let app = App::new().await;
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let foreign = post(&app).header("origin", "https://evil.example");
    assert_eq!(foreign.json(&list).send().await.status, 403);
    let ours = post(&app).header("origin", "http://localhost:8080");
    assert_eq!(ours.json(&list).send().await.status, 200);
    let doubled = post(&app)
        .header("content-type", "application/json")
        .body(r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}"#.into());
    let doubled = doubled.send().await;
    assert_eq!(doubled.status, 400);
    assert_eq!(doubled.json()["error"]["code"], -32700);
    for method in [Method::GET, Method::DELETE] {
        let answer = app.ask(method, "/mcp").with_key().send().await;
        assert_eq!(answer.status, 405);
        assert_eq!(answer.header("allow"), Some("POST"));
    }
}

#[tokio::test]
async fn a_modern_client_discovers_and_a_header_that_disagrees_with_the_body_is_refused() {
    let app = App::new().await;
    let answer = modern(&app, "server/discover", json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.json()["result"]["instructions"].is_string());
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": "create_event",
        "arguments": {},
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    }});
    let asked = post(&app)
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/call")
        .header("mcp-name", "search_events");
    assert_eq!(asked.json(&message).send().await.status, 400);
}

#[tokio::test]
async fn a_call_that_must_be_asked_for_answers_the_same_over_mcp_and_rest() {
    let app = App::with(&[("create_event", Level::Ask)]).await;
    let event = json!({
        "title": "Follow-up",
        "start": "2026-12-01T10:00:00+01:00",
        "end": "2026-12-01T10:30:00+01:00",
        "zone": "Europe/Berlin",
    });
    let call = json!({"name": "create_event", "arguments": event});
    let answer = modern(&app, "tools/call", call).await.json();
    assert_eq!(answer["result"]["isError"], false, "{answer}");
    let over_mcp = &answer["result"]["structuredContent"];
    assert_eq!(over_mcp["status"], "approval_required");

    let rest = app.ask(Method::POST, "/api/v1/tools/create_event");
    let rest = rest.with_key().json(&event).send().await;
    assert_eq!(rest.status, 202, "{}", rest.body);
    let id = rest.json()["approval_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let path = format!("/api/v1/approvals/{id}");
    let standing = app.ask(Method::GET, &path).with_key().send().await;
    assert_eq!(standing.status, 202, "{}", standing.body);
}
