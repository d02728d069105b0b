//! The control page: who is here, what can be done to them and to the weather, and what was asked last. It works without
//! scripts: each button carries a step as scenarios have them.

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use serde_json::{Value, json};

use crate::entra::pages::control;
use crate::exchange::{Answer, Ask, value_of};
use crate::mailbox::body::escape;
use crate::scenario::Step;
use crate::state::World;

/// The page shows so many people and so many requests; the addresses show all.
const MOST_PEOPLE: usize = 60;
const MOST_REQUESTS: usize = 25;

/// Does what a button of the page says, and shows the page again.
pub(super) fn press(world: &mut World, ask: &Ask) -> Answer {
    let form = ask.form();
    let step = value_of(&form, "step").and_then(|step| serde_json::from_str::<Step>(step).ok());
    let asked = step.and_then(|step| step.ask());
    // A button that presses buttons would have no end.
    let Some(asked) = asked.filter(|asked| asked.segments.len() > 1) else {
        return super::not_understood("This is no button of the page.");
    };
    let answer = super::answer(world, &asked);
    if !answer.status.is_success() {
        return answer;
    }
    Answer::empty(StatusCode::SEE_OTHER)
        .header(LOCATION.as_str(), "/_sim/")
        .header("cache-control", "no-store")
}

/// `GET /_sim/`.
pub(super) fn show(world: &World) -> Answer {
    let home = world.home();
    let inner = format!(
        "<h1>{name} — simulated</h1><p>This is a stand-in for Microsoft’s sign-in and for Microsoft Graph, with a made-up company. \
         Nothing here reaches Microsoft, and nobody here is real.</p>\
         <h2>Who can sign in</h2>{people}{more}\
         <h2>Addresses</h2><div class=\"scroll\"><table>\
         <tr><td>Authority</td><td><code>{base}/{tenant}</code></td></tr><tr><td>Graph</td><td><code>{base}/v1.0</code></td></tr>\
         <tr><td>Tenant</td><td><code>{tenant}</code></td></tr><tr><td>Client id</td><td><code>{client}</code></td></tr></table></div>\
         <h2>The organisation</h2>{organisation}<h2>Weather</h2>{weather}<h2>Clock</h2>{clock}<h2>Last requests</h2>{requests}\
         <p class=\"quiet\">As JSON: <a href=\"/_sim/state\">state</a>, <a href=\"/_sim/people\">people</a>, <a href=\"/_sim/log\">requests</a>, \
         <a href=\"/_sim/faults\">faults</a>, <a href=\"/_sim/grants\">grants</a>, <a href=\"/_sim/tenants\">tenants</a>, <a href=\"/_sim/application\">application</a></p>",
        name = escape(&home.name),
        people = people(world),
        more = more(world),
        base = escape(&world.base),
        tenant = escape(&home.id),
        client = escape(&world.application.client_id),
        organisation = organisation(world),
        weather = weather(world),
        clock = clock(world),
        requests = requests(world),
    );
    control("Who is here", &inner)
}

fn people(world: &World) -> String {
    let members = world.members();
    let rows: String = members
        .iter()
        .take(MOST_PEOPLE)
        .filter_map(|member| {
            let account = world.person(world.person_by_login(&member.login)?);
            let path = format!("/_sim/people/{}", member.login);
            let disabled = account.standing.disabled;
            let buttons = [
                button("sign out everywhere", &json!({ "path": "/_sim/revoke", "body": { "login": member.login } })),
                button(
                    if disabled { "enable" } else { "disable" },
                    &json!({ "path": path, "body": { "disabled": !disabled } }),
                ),
                button("ask for a second factor", &json!({ "path": path, "body": { "mfa": "required" } })),
            ];
            Some(format!(
                "<tr><td>{}{}{}<br><span class=\"quiet\">{}, {}, {}</span></td><td><code>{}</code><br><code>{}</code></td><td>{}</td></tr>",
                escape(&member.name),
                if member.administrator { " <b>(administrator)</b>" } else { "" },
                if disabled { " <b>(disabled)</b>" } else { "" },
                escape(&account.job_title),
                escape(&account.office),
                escape(account.zone),
                escape(&member.login),
                escape(&member.password),
                form(&buttons.concat()),
            ))
        })
        .collect();
    table("<th>Name</th><th>Sign in as, password</th><th></th>", &rows)
}

fn more(world: &World) -> String {
    match world.members().len().saturating_sub(MOST_PEOPLE) {
        0 => String::new(),
        more => format!("<p>and {more} more: <a href=\"/_sim/people\">all as JSON</a></p>"),
    }
}

fn organisation(world: &World) -> String {
    let path = format!("/_sim/tenants/{}", world.home().id);
    let to = |text: &str, body: Value| button(text, &json!({ "path": path, "body": body }));
    let policy = |text: &str, name: &str| to(text, json!({ "consent": { "policy": name } }));
    let consent = [
        policy("anybody", "allow_all"),
        policy("Microsoft’s default", "managed"),
        policy("low impact", "low"),
        policy("administrators only", "none"),
    ];
    let access = [
        to("ask all for a second factor", json!({ "mfa": "required" })),
        to("no more", json!({ "mfa": "off" })),
        to(
            "block every place",
            json!({ "allowed_networks": ["192.0.2.0/24"] }),
        ),
        to("allow every place", json!({ "allowed_networks": null })),
        to(
            "disable the application",
            json!({ "application": { "enabled": false } }),
        ),
        to("enable it", json!({ "application": { "enabled": true } })),
        to(
            "withdraw everybody’s consent",
            json!({ "application": { "consent": "withdrawn" } }),
        ),
    ];
    format!(
        "<p>Who may consent: now <b>{}</b></p>{}<p>Access</p>{}",
        escape(&policy_name(world)),
        form(&consent.concat()),
        form(&access.concat())
    )
}

fn policy_name(world: &World) -> String {
    let policy = serde_json::to_value(world.home().consent.policy).unwrap_or_default();
    policy.as_str().unwrap_or_default().replace('_', " ")
}

fn weather(world: &World) -> String {
    let fault =
        |text: &str, body: Value| button(text, &json!({ "path": "/_sim/faults", "body": body }));
    let buttons = [
        fault(
            "throttle Graph once",
            json!({ "surface": "graph", "times": 1, "answer": { "throttle": { "retry_after": 3 } } }),
        ),
        fault(
            "five 503",
            json!({ "surface": "graph", "times": 5, "answer": { "unavailable": { "status": 503 } } }),
        ),
        fault(
            "lose the answer of the next write",
            json!({ "surface": "graph", "method": "POST", "when": "after", "times": 1, "answer": "reset" }),
        ),
        fault(
            "two seconds slow",
            json!({ "surface": "graph", "delay_ms": 2000 }),
        ),
        fault(
            "challenge once",
            json!({ "surface": "graph", "times": 1, "answer": "claims_challenge" }),
        ),
        fault(
            "refuse refreshes (53003)",
            json!({ "surface": "token", "answer": { "aadsts": 53_003 } }),
        ),
        button(
            "clear all",
            &json!({ "method": "DELETE", "path": "/_sim/faults" }),
        ),
    ];
    let set: String = world
        .faults
        .set()
        .iter()
        .map(|fault| {
            format!(
                "<li><code>{}</code></li>",
                escape(&json!(fault).to_string())
            )
        })
        .collect();
    let set = if set.is_empty() {
        "<p class=\"quiet\">Nothing misbehaves.</p>".to_owned()
    } else {
        format!("<ul class=\"faults\">{set}</ul>")
    };
    format!("{}{set}", form(&buttons.concat()))
}

fn clock(world: &World) -> String {
    let forward = |text: &str, seconds: u64| {
        button(
            text,
            &json!({ "path": "/_sim/clock", "body": { "advance_seconds": seconds } }),
        )
    };
    let frozen = world.clock.is_frozen();
    let buttons = [
        forward("an hour on", 3_600),
        forward("a day on", 86_400),
        forward("91 days on", 91 * 86_400),
        button(
            if frozen { "let it run" } else { "stop it" },
            &json!({ "path": "/_sim/clock", "body": { "freeze": !frozen } }),
        ),
        button(
            "back to the start (everything)",
            &json!({ "path": "/_sim/reset" }),
        ),
    ];
    let now = world.clock.now().strftime("%Y-%m-%d %H:%M:%S UTC");
    format!("<p><code>{now}</code></p>{}", form(&buttons.concat()))
}

fn requests(world: &World) -> String {
    let entries = world.log.entries();
    let rows: String = entries
        .iter()
        .rev()
        .take(MOST_REQUESTS)
        .map(|entry| {
            format!(
                "<tr><td>{}</td><td>{} <code>{}</code>{}</td><td>{}</td></tr>",
                entry.at.strftime("%H:%M:%S"),
                escape(&entry.method),
                escape(&entry.path),
                entry
                    .fault
                    .map_or_else(String::new, |fault| format!(" <b>{}</b>", escape(fault))),
                entry.status
            )
        })
        .collect();
    if rows.is_empty() {
        return "<p class=\"quiet\">Nobody has asked for anything yet.</p>".to_owned();
    }
    let clear = button(
        "forget them",
        &json!({ "method": "DELETE", "path": "/_sim/log" }),
    );
    table("<th>When</th><th>What</th><th>Answer</th>", &rows) + &form(&clear)
}

fn table(head: &str, rows: &str) -> String {
    format!("<div class=\"scroll\"><table class=\"stacking\"><tr>{head}</tr>{rows}</table></div>")
}

fn form(buttons: &str) -> String {
    format!("<form method=\"post\" action=\"/_sim/\" class=\"steps\">{buttons}</form>")
}

fn button(text: &str, step: &Value) -> String {
    format!(
        "<button name=\"step\" value=\"{}\">{text}</button>",
        escape(&step.to_string())
    )
}
