//! Every operation with every scope: what may be done is what the one table says.

use std::collections::BTreeSet;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use sim::{Permission, Simulator, permissions};

use crate::browser::{App, TEN, client, lena, simulator};

/// Every scope that the table names, one that it does not, and none.
fn scopes() -> BTreeSet<&'static str> {
    let named = permissions().into_iter().flat_map(|row| {
        let lists = [row.own, row.others].into_iter().flatten().flatten();
        lists.collect::<Vec<_>>()
    });
    named.chain(["profile"]).collect()
}

/// A request with that token; only whether it was refused for want of a scope matters.
async fn is_refused(client: &Client, method: &str, url: &str, token: &str) -> bool {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let mut request = client.request(method.clone(), url).bearer_auth(token);
    if method != Method::GET {
        // Too little to do anything: what is allowed fails for another reason.
        request = request.json(&json!([]));
    }
    let answer = request.send().await.expect("an answer");
    answer.status() == StatusCode::FORBIDDEN
}

fn filled(path: &str, id: &str) -> String {
    path.replace("{}", id)
}

fn allows(list: Option<&Vec<&'static str>>, scope: &str) -> bool {
    list.is_none_or(|list| list.contains(&scope))
}

fn token(simulator: &Simulator, scope: &str) -> String {
    simulator
        .token_for(&lena(simulator).login, scope)
        .expect("a known scope")
}

#[tokio::test]
async fn with_one_scope_exactly_that_is_allowed_which_the_table_says() {
    let simulator = simulator().await;
    let client = client();
    let mut differences = Vec::new();
    for scope in scopes() {
        let token = token(&simulator, scope);
        for row in permissions() {
            let expected = allows(row.own.as_ref(), scope);
            let path = row
                .path
                .replace("/users/{}", "/users/lena.hoffmann@nordwind.example");
            let url = format!("{}{}", simulator.graph(), filled(&path, "AAMk="));
            if is_refused(&client, row.method, &url, &token).await == expected {
                differences.push(format!("{} {} with {scope}", row.method, row.path));
            }
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
}

#[tokio::test]
async fn reading_somebody_elses_mailbox_takes_exactly_the_scopes_made_for_it() {
    let simulator = simulator().await;
    let client = client();
    let mut differences = Vec::new();
    let rows: Vec<Permission> = permissions()
        .into_iter()
        .filter(|row| row.method == "GET" && row.path.starts_with("/me/"))
        // Groups are one's own order of things, whatever is shared.
        .filter(|row| !row.path.contains("calendargroups"))
        .collect();
    for scope in scopes() {
        let token = token(&simulator, scope);
        for row in &rows {
            let expected = allows(row.others.as_ref(), scope);
            let path = row
                .path
                .replacen("/me/", "/users/anna.berger@nordwind.example/", 1);
            let url = format!("{}{}", simulator.graph(), filled(&path, "AAMk="));
            if is_refused(&client, row.method, &url, &token).await == expected {
                differences.push(format!("GET {path} with {scope}"));
            }
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
}

#[tokio::test]
async fn with_the_ten_scopes_everything_is_as_the_product_relies_on() {
    let simulator = simulator().await;
    let app = App::with(&simulator, &lena(&simulator), TEN, "").await;
    let anna = "/users/anna.berger@nordwind.example";
    let window = "startDateTime=2026-03-23T00:00:00Z&endDateTime=2026-03-24T00:00:00Z";
    for path in [
        "/me".to_owned(),
        "/me/calendars".to_owned(),
        "/me/events".to_owned(),
        format!("/me/calendarView?{window}"),
        format!("/me/calendarView/delta?{window}"),
        format!("{anna}/calendar"),
        format!("{anna}/calendarView?{window}"),
        "/me/contacts".to_owned(),
        "/me/people".to_owned(),
        "/users".to_owned(),
        "/me/outlook/supportedTimeZones".to_owned(),
    ] {
        assert_eq!(app.get(&path).await.status, StatusCode::OK, "{path}");
    }
    for path in [
        format!("{anna}/people"),
        "/me/manager".to_owned(),
        "/me/directReports".to_owned(),
        "/me/mailboxSettings".to_owned(),
        "/me/mailboxSettings/timeZone".to_owned(),
    ] {
        assert_eq!(app.get(&path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let event = json!({ "subject": "x" });
    let write = app.post(&format!("{anna}/events"), &event).await;
    assert_eq!(
        (write.status, write.code()),
        (StatusCode::FORBIDDEN, "ErrorAccessDenied")
    );
    let found = app.post("/me/findMeetingTimes", &json!({})).await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.body);
}

/// Where the table differs from the documentation's, and why. The list only shrinks.
fn excused(row: &Permission, scope: &str) -> Option<&'static str> {
    let documented_elsewhere = ["AgentIdUser.", "DeviceManagement"];
    if documented_elsewhere
        .iter()
        .any(|front| scope.starts_with(front))
    {
        return Some("a scope of other products, which nobody asks this simulator for");
    }
    if matches!(
        scope,
        "Calendars.ReadWrite" | "Calendars.Read.Shared" | "Calendars.ReadWrite.Shared"
    ) && (row.path.contains("/calendar") || row.path.contains("/events"))
    {
        return Some("a scope that includes a documented one counts as well");
    }
    if matches!(scope, "User.ReadWrite") && row.path == "/users/{}" {
        return Some("documented for one's own profile");
    }
    None
}

#[expect(
    clippy::disallowed_methods,
    reason = "the folder of the tables may be elsewhere on another machine"
)]
#[expect(clippy::print_stderr, reason = "a skipped check must say so")]
fn documented() -> Option<Value> {
    let folder = std::env::var_os("ATTACHE_TEST_GRAPH").map_or_else(
        || std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/graph"),
        std::path::PathBuf::from,
    );
    let text = std::fs::read_to_string(folder.join("permissions-subset.json")).ok();
    if text.is_none() {
        eprintln!("skipped: the documentation's permission tables are not present");
    }
    serde_json::from_str(&text?).ok()
}

#[test]
fn the_table_differs_from_the_documentations_only_where_a_reason_is_given() {
    let Some(documented) = documented() else {
        return;
    };
    let rows = permissions();
    let mut differences = Vec::new();
    for operation in documented["operations"].as_array().expect("operations") {
        let method = operation["method"].as_str().expect("a method");
        let path = operation["path"].as_str().expect("a path");
        let Some(scopes) = operation["documented_delegated_work"].as_array() else {
            continue;
        };
        let Some(row) = row_of(&rows, method, path) else {
            differences.push(format!("{method} {path} does not exist"));
            continue;
        };
        let named: BTreeSet<&str> = scopes.iter().filter_map(Value::as_str).collect();
        let ours: BTreeSet<&str> = row.own.iter().flatten().copied().collect();
        for scope in named.symmetric_difference(&ours) {
            if excused(row, scope).is_none() {
                differences.push(format!("{method} {path}: {scope}"));
            }
        }
    }
    differences.sort();
    differences.dedup();
    assert_eq!(differences, MISSING, "the list only shrinks");
}

/// Documented operations that are not here yet.
const MISSING: &[&str] = &[];

fn row_of<'a>(rows: &'a [Permission], method: &str, path: &str) -> Option<&'a Permission> {
    let words: Vec<&str> = path.split('/').skip(1).collect();
    let words: Vec<String> = match words.as_slice() {
        ["users", _, rest @ ..] if !rest.is_empty() => [&["me"][..], rest].concat(),
        other => other.to_vec(),
    }
    .into_iter()
    .map(|word| {
        if word.starts_with('{') {
            return "{}".to_owned();
        }
        word.split('(').next().unwrap_or(word).to_ascii_lowercase()
    })
    .collect();
    let path = format!("/{}", words.join("/"));
    rows.iter()
        .find(|row| row.method == method && row.path == path)
}
