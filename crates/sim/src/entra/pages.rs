//! The pages people see. Plain forms, no script except the one that posts a `form_post` answer.

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::authorize::Flow;
use super::scopes::SCOPES;
use super::sessions::SignedIn;
use crate::exchange::Answer;
use crate::mailbox::body::escape;
use crate::state::World;

/// The one style sheet, served by the simulator itself.
pub(crate) const STYLE: &str = include_str!("pages.css");
const POST_AT_ONCE: &str = "document.forms[0].submit()";

/// One step of a sign-in.
#[derive(Debug)]
pub(super) enum Screen {
    Account {
        entered: String,
        problem: Option<&'static str>,
    },
    Password {
        login: String,
        problem: Option<&'static str>,
    },
    Choose {
        sessions: Vec<SignedIn>,
    },
    Consent {
        login: String,
        scopes: BTreeSet<&'static str>,
        administrator: bool,
    },
}

/// Shows a step. The ids and field names are those that scripts written for Microsoft's pages use.
pub(super) fn show(world: &World, flow: &Flow, screen: &Screen) -> Answer {
    let (title, step, inner) = match screen {
        Screen::Account { entered, problem } => ("Sign in", "account", account(entered, *problem)),
        Screen::Password { login, problem } => {
            ("Enter password", "password", password(login, *problem))
        }
        Screen::Choose { sessions } => ("Pick an account", "choose", choose(world, sessions)),
        Screen::Consent {
            login,
            scopes,
            administrator,
        } => (
            "Permissions requested",
            "consent",
            consent(world, login, scopes, *administrator),
        ),
    };
    let action = format!("/{}/login", flow.authority.word(world));
    let form = format!(
        "<form method=\"post\" action=\"{action}\" autocomplete=\"off\">\
         <input type=\"hidden\" name=\"ctx\" value=\"{}\"><input type=\"hidden\" name=\"step\" value=\"{step}\">\
         <h1>{title}</h1>{inner}</form>",
        escape(&flow.id)
    );
    // A form's redirect counts as its target, so the application's origin must be allowed too.
    let target = Url::parse(&flow.redirect_uri)
        .map(|url| url.origin().ascii_serialization())
        .unwrap_or_default();
    let policy = format!("form-action 'self' {target}");
    page(StatusCode::OK, title, "card", &form, &policy)
}

/// A page without a way on.
pub(crate) fn message(status: StatusCode, title: &str, text: &str) -> Answer {
    let inner = format!("<h1>{}</h1><p>{}</p>", escape(title), escape(text));
    page(status, title, "card", &inner, "form-action 'none'")
}

/// An error that stays on Microsoft's page and never reaches the application.
pub(crate) fn stopped(status: StatusCode, code: u32, text: &str) -> Answer {
    let inner = format!(
        "<h1>Sorry, but we’re having trouble signing you in.</h1><p class=\"problem\" id=\"service_exception_message\">\
         AADSTS{code}: {}</p><p class=\"quiet\">The application is not told about this.</p>",
        escape(text)
    );
    page(status, "Sign in", "card", &inner, "form-action 'none'")
}

/// A page of the control surface.
pub(crate) fn control(title: &str, inner: &str) -> Answer {
    page(
        StatusCode::OK,
        title,
        "card wide",
        inner,
        "form-action 'none'",
    )
}

/// An answer that the browser posts to the application.
pub(super) fn form_post(target: &str, values: &[(&str, String)]) -> Answer {
    let fields: String = values
        .iter()
        .map(|(name, value)| {
            format!(
                "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
                escape(value)
            )
        })
        .collect();
    let inner = format!(
        "<form method=\"post\" action=\"{}\"><h1>Signing you in</h1>{fields}<p>One moment.</p>\
         <div class=\"buttons\"><button class=\"primary\" id=\"idSIButton9\">Continue</button></div></form>\
         <script>{POST_AT_ONCE}</script>",
        escape(target)
    );
    let origin = Url::parse(target)
        .map(|url| url.origin().ascii_serialization())
        .unwrap_or_default();
    let hash = STANDARD.encode(digest(&SHA256, POST_AT_ONCE.as_bytes()));
    let policy = format!("form-action {origin}; script-src 'sha256-{hash}'");
    page(StatusCode::OK, "Signing you in", "card", &inner, &policy)
}

fn account(entered: &str, problem: Option<&str>) -> String {
    format!(
        "{}<label class=\"field\"><span>Email address</span><input type=\"email\" name=\"loginfmt\" id=\"i0116\" value=\"{}\" \
         placeholder=\"name@company\" autofocus autocomplete=\"username\"></label>\
         <p class=\"quiet\"><br>No account? <a href=\"/_sim/\" target=\"_blank\" rel=\"noopener\">See who exists here.</a></p>{}",
        problem_line(problem, "usernameError"),
        escape(entered),
        buttons("Next", Some("Cancel"))
    )
}

fn password(login: &str, problem: Option<&str>) -> String {
    format!(
        "<p class=\"who\" id=\"displayName\">{login}</p><input type=\"hidden\" name=\"login\" value=\"{login}\">{}\
         <label class=\"field\"><span>Password</span><input type=\"password\" name=\"passwd\" id=\"i0118\" \
         placeholder=\"Password\" autofocus autocomplete=\"current-password\"></label>{}",
        problem_line(problem, "passwordError"),
        buttons("Sign in", Some("Back")),
        login = escape(login)
    )
}

fn choose(world: &World, sessions: &[SignedIn]) -> String {
    let tiles: String = sessions
        .iter()
        .map(|session| {
            let account = world.person(session.person);
            let (login, name) = (escape(&account.login), escape(&account.name()));
            let initials: String = [&account.given_name, &account.surname].iter().filter_map(|name| name.chars().next()).collect();
            format!(
                "<button class=\"tile\" name=\"tile\" value=\"{login}\" data-test-id=\"{login}\"><span class=\"face\" aria-hidden=\"true\">{}</span>\
                 <span><b>{name}</b><small>{login} · Signed in</small></span></button>",
                escape(&initials)
            )
        })
        .collect();
    format!(
        "<div class=\"tiles\">{tiles}<button class=\"tile\" id=\"otherTile\" name=\"tile\" value=\"\">\
         <span class=\"face\" aria-hidden=\"true\">+</span><span><b>Use another account</b></span></button></div>\
         <div class=\"buttons\"><button name=\"back\" value=\"1\" id=\"idBtn_Back\">Cancel</button></div>"
    )
}

fn consent(
    world: &World,
    login: &str,
    scopes: &BTreeSet<&'static str>,
    administrator: bool,
) -> String {
    let items: String = SCOPES
        .iter()
        .filter(|(name, ..)| scopes.contains(name))
        .map(|(name, title, meaning)| {
            format!(
                "<li><details data-scope=\"{name}\"><summary>{}</summary><p class=\"quiet\">{} <code>{name}</code></p></details></li>",
                escape(title),
                escape(meaning)
            )
        })
        .collect();
    let tick = if administrator {
        "<label class=\"tick\"><input type=\"checkbox\" name=\"organization\" id=\"organizationConsent\" value=\"1\">\
         <span>Consent on behalf of your organization<br><span class=\"quiet\">If you accept, this app will get access for all \
         people in your organization. No one else will be asked to review these permissions.</span></span></label>"
    } else {
        ""
    };
    format!(
        "<p class=\"who\">{}</p><p><b>{}</b><br><span class=\"quiet\">unverified · {}</span></p><p>This app would like to:</p>\
         <ul class=\"scopes\">{items}</ul>{tick}\
         <p class=\"quiet\">Accepting these permissions means that you allow this app to use your data as specified above.</p>{}",
        escape(login),
        escape(&world.application.name),
        escape(&world.home().name),
        buttons("Accept", Some("Cancel"))
    )
}

fn problem_line(problem: Option<&str>, id: &str) -> String {
    problem
        .map(|problem| {
            format!(
                "<p class=\"problem\" role=\"alert\" id=\"{id}\">{}</p>",
                escape(problem)
            )
        })
        .unwrap_or_default()
}

/// The primary button comes first, so that the Enter key presses it.
fn buttons(primary: &str, back: Option<&str>) -> String {
    let back = back
        .map(|back| {
            format!(
                "<button name=\"back\" value=\"1\" id=\"idBtn_Back\" formnovalidate>{back}</button>"
            )
        })
        .unwrap_or_default();
    format!(
        "<div class=\"buttons\"><button class=\"primary\" id=\"idSIButton9\">{primary}</button>{back}</div>"
    )
}

fn page(status: StatusCode, title: &str, class: &str, inner: &str, policy: &str) -> Answer {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{} · Simulator</title><link rel=\"stylesheet\" href=\"/_sim/style.css\"></head><body>\
         <div class=\"banner\" role=\"note\"><b>Simulator — not Microsoft.</b> Everybody here is made up. Never type a real password.</div>\
         <main><div class=\"{class}\"><div class=\"brand\"><i></i>Simulated work account</div>{inner}</div></main></body></html>",
        escape(title)
    );
    let policy = format!(
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; {policy}"
    );
    Answer::html(status, html)
        .header("content-security-policy", &policy)
        .header("cache-control", "no-store")
        .header("referrer-policy", "no-referrer")
        .header("x-content-type-options", "nosniff")
}
