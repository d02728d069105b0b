//! An administrator looks before she saves, and takes back what was saved; a person narrows one agent.

use axum::http::Method;
use domain::permission::Level;
use serde_json::json;

use crate::app::App;

const TOOLS: &str = "/administration/tools";
const CHANGES: &str = "/administration/tools/changes";

async fn get(app: &App, path: &str) -> String {
    let answer = app.ask(Method::GET, path).signed_in().send().await;
    assert_eq!(answer.status, 200, "{path}");
    answer.body
}

#[tokio::test]
async fn what_would_have_happened_is_shown_before_it_is_saved_and_saves_nothing() {
    let app = App::of_administrator().await;
    let token = app.form_token().await;
    let chosen = [
        ("was.search_events", "unset"),
        ("level.search_events", "always_allow"),
        ("was.create_event", "unset"),
    ];
    let path = format!("{TOOLS}/preview");
    let shown = app
        .ask(Method::POST, &path)
        .form(&token, &chosen)
        .send()
        .await;
    assert_eq!(shown.status, 200);
    for part in [
        "Search Events",
        "Always Allow",
        "Nothing is saved yet",
        "What nobody can know",
    ] {
        assert!(shown.body.contains(part), "{part}");
    }
    assert!(
        !shown.body.contains("level.create_event"),
        "nothing was chosen for it"
    );
    let page = get(&app, TOOLS).await;
    assert!(
        page.contains("name=\"was.search_events\" value=\"unset\""),
        "nothing is saved"
    );
    // The form of the page saves exactly what was shown.
    let saved = app
        .ask(Method::POST, TOOLS)
        .form(&token, &chosen[..2])
        .send()
        .await;
    assert_eq!(saved.status, 303);
    let hidden = [
        "was.search_events\" value=\"unset",
        "level.search_events\" value=\"always_allow",
    ];
    assert!(hidden.iter().all(|field| shown.body.contains(field)));
    let forged = app.ask(Method::POST, &path).form("x", &chosen).send().await;
    assert_eq!(forged.status, 403);
    let wrong = [("level.search_events", "always_allow")];
    let wrong = app
        .ask(Method::POST, &path)
        .form(&token, &wrong)
        .send()
        .await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test]
async fn a_change_is_listed_with_who_made_it_and_taken_back_once() {
    let app = App::of_administrator().await;
    let token = app.form_token().await;
    assert!(get(&app, CHANGES).await.contains("Nothing was changed yet"));
    for (was, level) in [("unset", "ask"), ("ask", "always_allow")] {
        let fields = [("was.create_event", was), ("level.create_event", level)];
        let saved = app
            .ask(Method::POST, TOOLS)
            .form(&token, &fields)
            .send()
            .await;
        assert_eq!(saved.status, 303);
    }
    let page = get(&app, CHANGES).await;
    for part in [
        "Anna Berg",
        "not set → Ask for Permission",
        "Ask for Permission → Always Allow",
        "Changed again since",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let undo: Vec<&str> = page
        .split("action=\"")
        .filter_map(|rest| rest.split('"').next())
        .filter(|action| action.ends_with("/undo"))
        .collect();
    let [undo] = undo[..] else {
        panic!("one can be taken back: {undo:?}")
    };
    let forged = app.ask(Method::POST, undo).form("x", &[]).send().await;
    assert_eq!(forged.status, 403);
    let undone = app.ask(Method::POST, undo).form(&token, &[]).send().await;
    assert_eq!(
        (undone.status, undone.header("location")),
        (303, Some("/administration/tools/changes?undone=1"))
    );
    let page = get(&app, TOOLS).await;
    assert!(page.contains("name=\"was.create_event\" value=\"ask\""));
    let again = app.ask(Method::POST, undo).form(&token, &[]).send().await;
    assert_eq!(again.status, 409);
    assert!(again.body.contains("The same was changed again since"));
    for path in [
        "/administration/tools/changes/99/undo",
        "/administration/tools/changes/x/undo",
    ] {
        let answer = app.ask(Method::POST, path).form(&token, &[]).send().await;
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_person_narrows_one_agent_which_meets_it_over_mcp_and_rest_and_no_other_does() {
    let levels = [
        ("create_event", Level::AlwaysAllow),
        ("search_events", Level::AlwaysAllow),
    ];
    let app = App::with(&levels).await;
    let token = app.form_token().await;
    let page = get(&app, "/keys").await;
    let key = page
        .split("href=\"/keys/")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let path = format!("/keys/{}", key.expect("a key"));
    let shown = get(&app, &path).await;
    assert!(shown.contains("For this agent") && shown.contains("own-create_event"));
    let narrow = [("own.create_event", "ask"), ("own.search_events", "deny")];
    let form = format!("{path}/levels");
    let saved = app
        .ask(Method::POST, &form)
        .form(&token, &narrow)
        .send()
        .await;
    assert_eq!(
        (saved.status, saved.header("location")),
        (303, Some(&*format!("{path}?tightened")))
    );
    assert!(get(&app, "/keys").await.contains("Narrowed for 2 tools"));
    let activity = get(&app, "/activity").await;
    assert!(
        activity.contains("Create Event: Ask me first"),
        "{activity}"
    );

    let event = json!({"title": "x", "start": "2031-03-04T10:00:00+01:00", "duration_minutes": 30});
    let call = app
        .ask(Method::POST, "/api/v1/tools/create_event")
        .with_key();
    let asked = call.json(&event).send().await;
    assert_eq!(
        (asked.status, &asked.json()["reason"]),
        (202, &json!("person_asks"))
    );
    let call = json!({"name": "create_event", "arguments": event});
    let asked = crate::mcp::modern(&app, "tools/call", call).await.json();
    let asked = &asked["result"]["structuredContent"];
    assert_eq!(
        (&asked["status"], &asked["reason"]),
        (&json!("approval_required"), &json!("person_asks"))
    );
    let call = app
        .ask(Method::POST, "/api/v1/tools/search_events")
        .with_key();
    assert_eq!(call.json(&json!({})).send().await.status, 404);
    let list = crate::mcp::modern(&app, "tools/list", json!({})).await;
    assert!(!list.body.contains("search_events"), "{}", list.body);

    // What is denied to everybody cannot be given to one, and what is no key or no level is refused.
    let more = [("own.cancel_event", "always_allow")];
    let more = app
        .ask(Method::POST, &form)
        .form(&token, &more)
        .send()
        .await;
    assert_eq!(more.status, 303);
    let call = app
        .ask(Method::POST, "/api/v1/tools/cancel_event")
        .with_key();
    assert_eq!(call.json(&json!({})).send().await.status, 404);
    let check = async |path: &str, fields: &[(&str, &str)], expected: u16| {
        let answer = app
            .ask(Method::POST, path)
            .form(&token, fields)
            .send()
            .await;
        assert_eq!(answer.status, expected, "{path} {fields:?}");
    };
    check(&form, &[("own.create_event", "more")], 400).await;
    check(&form, &[("own.no_tool", "deny")], 404).await;
    check("/keys/agt_00000000000000000000000000/levels", &narrow, 404).await;

    // Another key of hers is as it was.
    let made = app
        .ask(Method::POST, "/keys")
        .form(&token, &[("name", "Second")]);
    assert_eq!(made.send().await.status, 200);
    let page = get(&app, "/keys").await;
    let other = page
        .split("href=\"/keys/")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let other = get(&app, &format!("/keys/{}", other.expect("the newest"))).await;
    assert!(!other.contains("value=\"deny\" selected"));
    // A revoked key can be looked at and not be narrowed any more.
    let revoke = format!("{path}/revoke");
    check(&revoke, &[], 303).await;
    assert!(!get(&app, &path).await.contains("<select"));
    check(&form, &narrow, 404).await;
}
