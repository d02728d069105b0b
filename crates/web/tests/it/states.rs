//! Every state of a connection, with its one next step: for the person in both languages, for programs, and for agents to
//! pass on.

use axum::http::Method;
use domain::connection::{AdminWhy, ConnectionState, RevokedWhy};
use serde_json::{Value, json};

use crate::app::App;
use crate::mcp::modern;
use crate::stack::{Seat, Stack};

/// A state, the code of a call in it, what a program reads as `why`, words that its sentence for agents has, and the next
/// step and the button on the page, in English and in German.
struct Row {
    state: ConnectionState,
    code: Option<&'static str>,
    why: Option<&'static str>,
    agents: &'static str,
    page: [(&'static str, Option<&'static str>); 2],
}

const CONNECT: [Option<&str>; 2] = [Some("Connect"), Some("Verbinden")];
const AGAIN: [Option<&str>; 2] = [Some("Connect again"), Some("Neu verbinden")];
const SIGN_IN: [Option<&str>; 2] = [Some("Sign in again"), Some("Neu anmelden")];
const TRY: [Option<&str>; 2] = [Some("Try again"), Some("Erneut versuchen")];

fn row(
    state: ConnectionState,
    code: &'static str,
    agents: &'static str,
    [english, german]: [&'static str; 2],
    buttons: [Option<&'static str>; 2],
) -> Row {
    Row {
        why: match &state {
            ConnectionState::NeedsAdmin { why, .. } => Some(match why {
                AdminWhy::ConsentMissing => "consent_missing",
                AdminWhy::BlockedByPolicy => "blocked_by_policy",
                AdminWhy::AppUnavailable => "app_unavailable",
            }),
            ConnectionState::Revoked { why } => Some(match why {
                RevokedWhy::EndedAtMicrosoft => "ended_at_microsoft",
                RevokedWhy::Expired => "expired",
                RevokedWhy::AccountDisabled => "account_disabled",
            }),
            _ => None,
        },
        state,
        code: Some(code),
        agents,
        page: [(english, buttons[0]), (german, buttons[1])],
    }
}

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let admin = |why, code| ConnectionState::NeedsAdmin { why, claims: None, code: Some(code) };
    let revoked = |why| ConnectionState::Revoked { why };
    vec![
        Row { state: ConnectionState::Connected, code: None, why: None, agents: "", page: [
            ("Agents can use the tools below. There is nothing you need to do.", None),
            ("Agenten können die unten genannten Werkzeuge nutzen. Sie müssen nichts weiter tun.", None),
        ] },
        row(ConnectionState::NeedsSignIn { claims: None, code: Some(50_076) }, "needs_sign_in", "sign in again before this can go on",
            ["Microsoft wants to see you again before attache may go on.", "Microsoft möchte, dass Sie sich erneut anmelden"], SIGN_IN),
        row(admin(AdminWhy::ConsentMissing, 65_001), "needs_admin", "must consent to attache first",
            ["An administrator at Microsoft must consent to attache", "Bei Microsoft muss die Administration Ihrer Organisation attache zustimmen."], TRY),
        row(admin(AdminWhy::BlockedByPolicy, 53_003), "needs_admin", "A policy of the person's organisation blocks this",
            ["A policy of your organisation blocks the sign-in.", "Eine Richtlinie Ihrer Organisation verhindert die Anmeldung."], TRY),
        row(admin(AdminWhy::AppUnavailable, 7_000_112), "needs_admin", "not available in the organisation's directory",
            ["attache is disabled in your organisation", "attache ist im Microsoft-Verzeichnis Ihrer Organisation deaktiviert."], TRY),
        row(revoked(RevokedWhy::EndedAtMicrosoft), "connection_revoked", "ended at Microsoft",
            ["The permission was withdrawn at Microsoft.", "Die Erlaubnis wurde bei Microsoft zurückgezogen."], AGAIN),
        row(revoked(RevokedWhy::Expired), "connection_revoked", "not used for too long",
            ["The permission was not used for too long", "Die Erlaubnis wurde zu lange nicht genutzt"], AGAIN),
        row(revoked(RevokedWhy::AccountDisabled), "connection_revoked", "account as disabled",
            ["Microsoft reports your account as disabled.", "Microsoft meldet Ihr Konto als deaktiviert."], AGAIN),
        row(ConnectionState::Damaged, "connection_damaged", "cannot be opened",
            ["Your stored permission can no longer be opened", "Ihre gespeicherte Erlaubnis lässt sich nicht mehr öffnen"], AGAIN),
        row(ConnectionState::Disconnected, "not_connected", "not connected",
            ["Nothing is connected.", "Nichts ist verbunden."], CONNECT),
    ]
}

async fn get(app: &App, path: &str) -> Value {
    app.ask(Method::GET, path).with_key().send().await.json()
}

async fn set(stack: &Stack, seat: &Seat, state: &ConnectionState) {
    let now = stack.connection(seat).await.expect("a connection");
    let set = stack
        .store
        .set_connection_state(&seat.person, &now.id, state, now.version);
    assert!(set.await.expect("stored"));
}

async fn check(seat: &Seat, row: &Row) {
    let (app, word) = (&seat.app, row.state.as_str());
    let connection = get(app, "/api/v1/connections").await["connections"][0].take();
    assert_eq!(connection["state"], word);
    assert_eq!(connection["code"].as_str(), row.code, "{connection}");
    assert_eq!(connection["why"].as_str(), row.why, "{connection}");
    let next = match &row.state {
        ConnectionState::Connected => "nothing",
        ConnectionState::NeedsSignIn { .. } => "sign_in",
        ConnectionState::NeedsAdmin { .. } => "ask_administrator",
        _ => "connect",
    };
    assert_eq!(connection["next"], next, "{connection}");
    assert_eq!(connection["since"].is_string(), !row.state.is_over());
    assert!(
        connection["message"]
            .as_str()
            .unwrap_or_default()
            .contains(row.agents),
        "{connection}"
    );
    assert!(
        connection["link"]
            .as_str()
            .is_some_and(|link| link.ends_with("/integrations/outlook-calendar"))
    );
    assert_eq!(get(app, "/api/v1/me").await["connection"], word);

    if let Some(code) = row.code {
        let asked = app
            .ask(Method::POST, "/api/v1/tools/search_events")
            .with_key();
        let answer = asked.json(&json!({})).send().await;
        let error = answer.json()["error"].take();
        assert_eq!((answer.status, error["code"].as_str()), (409, Some(code)));
        assert_eq!(
            (&error["message"], &error["link"]),
            (&connection["message"], &connection["link"])
        );
        let number = row.state.code().map(|code| format!("AADSTS{code}"));
        let message = error["message"].as_str().expect("a sentence");
        assert!(
            number.is_none_or(|number| message.contains(&number)),
            "{message}"
        );
        let call = json!({"name": "search_events", "arguments": {}});
        let told = modern(app, "tools/call", call).await.json()["result"].take();
        assert_eq!(told["isError"], true);
        assert_eq!(
            (
                &told["structuredContent"]["code"],
                &told["structuredContent"]["message"]
            ),
            (&error["code"], &error["message"])
        );
    }
    for (language, (next, button)) in ["en", "de"].into_iter().zip(row.page) {
        let asked = app
            .ask(Method::GET, "/integrations/outlook-calendar")
            .signed_in();
        let page = asked.header("accept-language", language).send().await.body;
        assert!(page.contains(next), "{word} {language}: {page}");
        let form = "action=\"/integrations/outlook-calendar/connect\"";
        let label = button.map(|button| format!("<button class=\"button big\">{button}</button>"));
        assert_eq!(page.contains(form), label.is_some(), "{word} {language}");
        assert!(
            label.is_none_or(|label| page.contains(&label)),
            "{word} {language}: {page}"
        );
    }
}

#[tokio::test]
async fn every_state_has_one_next_step_for_people_programs_and_agents() {
    let stack = Stack::new().await;
    stack.administrator_who_allows("search_events").await;
    for (number, row) in rows().iter().enumerate() {
        let seat = stack.connected(number).await;
        if row.state != ConnectionState::Connected {
            set(&stack, &seat, &row.state).await;
        }
        check(&seat, row).await;
    }
    assert_eq!(stack.sim.log().len(), 0, "no state asks Microsoft anything");
}

#[tokio::test]
async fn who_never_connected_is_told_the_same_everywhere() {
    let stack = Stack::new().await;
    stack.administrator_who_allows("search_events").await;
    let seat = stack
        .person(
            "00000000-0000-4000-8000-00000000000c",
            "new@nordwind.example",
            false,
        )
        .await;
    let connection = get(&seat.app, "/api/v1/connections").await["connections"][0].take();
    assert_eq!(
        (&connection["state"], &connection["code"]),
        (&json!("not_connected"), &json!("not_connected"))
    );
    for (language, next) in [
        ("en", "Connect your calendar."),
        ("de", "Verbinden Sie Ihren Kalender."),
    ] {
        let asked = seat
            .app
            .ask(Method::GET, "/integrations/outlook-calendar")
            .signed_in();
        assert!(
            asked
                .header("accept-language", language)
                .send()
                .await
                .body
                .contains(next)
        );
    }
}
