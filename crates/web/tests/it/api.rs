//! The REST interface.

use axum::http::Method;
use domain::tool::Scope;
use serde_json::json;

use crate::app::App;
use crate::stack::Stack;

#[tokio::test]
async fn a_key_in_the_address_is_refused_even_beside_a_good_one() {
    let app = App::new().await;
    for path in [
        "/api/v1/me?access_token=x",
        "/api/v1/tools?key=attache_key_abc",
    ] {
        let answer = app.ask(Method::GET, path).with_key().send().await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json()["error"]["code"], "token_in_url");
    }
}

#[tokio::test]
async fn a_tool_that_does_not_exist_is_not_found() {
    let app = App::new().await;
    let asked = app.ask(Method::POST, "/api/v1/tools/grant_everything");
    let answer = asked.with_key().json(&json!({})).send().await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json()["error"]["code"], "unknown_tool");
}

#[tokio::test]
async fn arguments_are_read_strictly() {
    let app = App::new().await;
    let check = async |content_type: &str, body: &str, expected: u16| {
        let asked = app.ask(Method::POST, "/api/v1/tools/grant_everything");
        let asked = asked.with_key().header("content-type", content_type);
        let answer = asked.body(body.to_owned()).send().await;
        assert_eq!(answer.status, expected, "{}", &body[..body.len().min(40)]);
    };
    check("application/json", "", 404).await;
    check("application/json", r#"{"a":1,"a":2}"#, 400).await;
    check("application/json", "[]", 400).await;
    check("text/plain", "{}", 415).await;
    check("application/json", &" ".repeat(1024 * 1024 + 1), 413).await;
}

#[tokio::test]
async fn nothing_but_ones_own_approvals_can_be_read_and_waiting_is_bounded() {
    let app = App::new().await;
    let check = async |path: &str, expected: u16| {
        let answer = app.ask(Method::GET, path).with_key().send().await;
        assert_eq!(answer.status, expected, "{path}");
    };
    check("/api/v1/approvals/nonsense", 404).await;
    check("/api/v1/approvals/apr_00000000000000000000000000", 404).await;
    check(
        "/api/v1/approvals/apr_00000000000000000000000000?wait_seconds=51",
        400,
    )
    .await;
    check(
        "/api/v1/approvals/apr_00000000000000000000000000?then=approve",
        400,
    )
    .await;
}

#[tokio::test]
async fn the_openapi_document_describes_every_tool_and_is_open_to_everybody() {
    let app = App::new().await;
    let answer = app.ask(Method::GET, "/api/v1/openapi.json").send().await;
    assert_eq!(answer.status, 200);
    let document = answer.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document, web::openapi());
    for tool in engine::tools::all() {
        let path = format!("/api/v1/tools/{}", tool.name);
        let operation = &document["paths"][&path]["post"];
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(*schema, tool.input_schema, "{path}");
        assert_eq!(operation["summary"], tool.title.as_str());
    }
}

#[tokio::test]
async fn a_person_without_levels_has_no_tools() {
    let app = App::new().await;
    let answer = app
        .ask(Method::GET, "/api/v1/tools")
        .with_key()
        .send()
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), json!({"tools": []}));
    let me = app.ask(Method::GET, "/api/v1/me").with_key().send().await;
    assert_eq!(me.status, 200, "{}", me.body);
    let connections = app
        .ask(Method::GET, "/api/v1/connections")
        .with_key()
        .send()
        .await;
    assert_eq!(connections.status, 200, "{}", connections.body);
}

#[tokio::test]
async fn an_agent_sees_the_connection_and_cannot_end_it() {
    let app = App::with(&[]).await;
    let place = "/api/v1/connections/outlook-calendar";
    let shown = app.ask(Method::GET, place).with_key().send().await;
    let all = app
        .ask(Method::GET, "/api/v1/connections")
        .with_key()
        .send()
        .await;
    assert_eq!(shown.json(), all.json()["connections"][0]);
    let refused = app.ask(Method::DELETE, place).with_key().send().await;
    assert_eq!(refused.status, 403);
    let error = refused.json()["error"].take();
    assert_eq!(error["code"], "only_the_person");
    let link = error["link"].as_str().expect("where it is done");
    assert!(
        link.ends_with("/integrations/outlook-calendar/disconnect"),
        "{link}"
    );
    let after = app.ask(Method::GET, place).with_key().send().await;
    assert_eq!(after.json(), shown.json());
    let session = app.ask(Method::DELETE, place).signed_in().send().await;
    assert_eq!(session.status, 401, "a session is no key");
}

#[tokio::test]
async fn an_agent_sees_since_when_it_is_connected_and_which_of_its_tools_lack_what() {
    let stack = Stack::new().await;
    let chief = stack.administrator_who_allows("search_contacts").await;
    stack.allow("search_events", &chief).await;
    let seat = stack.connected(1).await;
    let get = async || {
        let asked = seat
            .app
            .ask(Method::GET, "/api/v1/connections/outlook-calendar");
        asked.with_key().send().await.json()
    };
    let whole = get().await;
    let now = stack.connection(&seat).await.expect("a connection");
    assert_eq!(whole["since"], now.connected_at.to_string());
    assert_eq!(
        (&whole["missing_scopes"], &whole["next"]),
        (&json!([]), &json!("nothing"))
    );
    assert_eq!(whole["tools_without_scopes"], json!([]));

    // Fewer were granted: People.Read, and what a tool needs that is denied.
    let scopes: Vec<_> = Scope::ALL
        .into_iter()
        .filter(|scope| !matches!(scope, Scope::PeopleRead | Scope::CalendarsReadShared))
        .collect();
    let fewer = stack
        .store
        .commit_grant(&seat.person, &now.id, now.version, None, &scopes);
    assert!(fewer.await.expect("kept"));
    let partial = get().await;
    assert_eq!(
        partial["missing_scopes"],
        json!(["People.Read", "Calendars.Read.Shared"])
    );
    assert_eq!(partial["next"], "connect", "and consent to the rest");
    let lacking = partial["tools_without_scopes"].as_array().expect("a list");
    let names: Vec<_> = lacking
        .iter()
        .filter_map(|tool| tool["name"].as_str())
        .collect();
    assert!(names.contains(&"search_contacts"), "{partial}");
    assert!(
        !names.contains(&"find_times"),
        "a denied tool does not exist: {partial}"
    );
    for tool in lacking {
        let scopes = tool["scopes"].as_array().expect("a list");
        assert!(!scopes.is_empty(), "{partial}");
    }
}
