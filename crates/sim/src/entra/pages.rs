//! The pages people see. Plain forms, no script except the one that posts a `form_post` answer.

mod consent;
pub(super) mod review;
pub(super) mod sign_out;
mod steps;

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::authorize::Flow;
use super::redirects::origin;
use super::sessions::SignedIn;
use crate::company::PersonId;
use crate::exchange::Answer;
use crate::mailbox::body::escape;
use crate::random;
use crate::state::World;
use crate::tenant::TenantId;

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
        account: PersonId,
        problem: Option<&'static str>,
    },
    Choose {
        sessions: Vec<SignedIn>,
    },
    /// Whether the browser stays signed in when it is closed.
    StaySignedIn {
        account: PersonId,
    },
    /// The account is not of the organisation that was asked for (50020).
    Foreign {
        account: PersonId,
        tenant: TenantId,
    },
    SecondFactor {
        account: PersonId,
        number: u32,
        enrols: bool,
        problem: Option<&'static str>,
    },
    /// The organisation's terms of use.
    Terms {
        account: PersonId,
        tenant: TenantId,
    },
    Consent {
        account: PersonId,
        scopes: BTreeSet<&'static str>,
        administrator: bool,
    },
    /// An administrator's consent on behalf of everybody.
    ForEverybody {
        account: PersonId,
        scopes: BTreeSet<&'static str>,
    },
    /// Only an administrator may consent (90094); with a form to ask for it (90095).
    NeedsAdministrator {
        account: PersonId,
        scopes: BTreeSet<&'static str>,
        form: bool,
        problem: Option<&'static str>,
    },
    /// The request for an administrator's consent is on its way.
    Requested {
        account: PersonId,
    },
}

/// Shows a step. The ids and field names are those that scripts written for Microsoft's pages use.
pub(super) fn show(world: &World, flow: &Flow, screen: &Screen) -> Answer {
    let (title, step) = screen.heading();
    let inner = screen.inner(world);
    let action = format!("/{}/login", flow.authority.word(world));
    let form = format!(
        "<form method=\"post\" action=\"{action}\" autocomplete=\"off\">\
         <input type=\"hidden\" name=\"ctx\" value=\"{}\"><input type=\"hidden\" name=\"step\" value=\"{step}\">\
         <h1>{title}</h1>{inner}</form>",
        escape(&flow.id)
    );
    // A form's redirect counts as its target, so the application's origin must be allowed too.
    let policy = format!("form-action 'self' {}", origin(&flow.redirect_uri));
    page(StatusCode::OK, title, "card", &form, &policy)
}

impl Screen {
    /// The title, and the name of the step as its form sends it back.
    fn heading(&self) -> (&'static str, &'static str) {
        match self {
            Self::Account { .. } => ("Sign in", "account"),
            Self::Password { .. } => ("Enter password", "password"),
            Self::Choose { .. } => ("Pick an account", "choose"),
            Self::StaySignedIn { .. } => ("Stay signed in?", "stay"),
            Self::Foreign { .. } => ("Sorry, but we’re having trouble signing you in.", "foreign"),
            Self::SecondFactor { enrols: true, .. } => ("More information required", "factor"),
            Self::SecondFactor { .. } => ("Approve sign in request", "factor"),
            Self::Terms { .. } => ("Terms of use", "terms"),
            Self::Consent { .. } | Self::ForEverybody { .. } => {
                ("Permissions requested", "consent")
            }
            Self::NeedsAdministrator { form: true, .. } => ("Approval required", "administrator"),
            Self::NeedsAdministrator { .. } => ("Need admin approval", "administrator"),
            Self::Requested { .. } => ("Request sent", "requested"),
        }
    }

    fn inner(&self, world: &World) -> String {
        match self {
            Self::Account { entered, problem } => steps::account(entered, *problem),
            Self::Password { account, problem } => steps::password(world, *account, *problem),
            Self::Choose { sessions } => steps::choose(world, sessions),
            Self::StaySignedIn { account } => steps::stay_signed_in(world, *account),
            Self::Foreign { account, tenant } => steps::foreign(world, *account, *tenant),
            Self::SecondFactor {
                account,
                number,
                enrols,
                problem,
            } => steps::second_factor(world, *account, *number, *enrols, *problem),
            Self::Terms { account, tenant } => steps::terms(world, *account, *tenant),
            Self::Consent {
                account,
                scopes,
                administrator,
            } => consent::ask(world, *account, scopes, *administrator),
            Self::ForEverybody { account, scopes } => {
                consent::ask_for_everybody(world, *account, scopes)
            }
            Self::NeedsAdministrator {
                account,
                scopes,
                form,
                problem,
            } => consent::needs_administrator(world, *account, scopes, *form, *problem),
            Self::Requested { account } => consent::requested(world, *account),
        }
    }
}

/// A page without a way on.
pub(crate) fn message(status: StatusCode, title: &str, text: &str) -> Answer {
    let inner = format!("<h1>{}</h1><p>{}</p>", escape(title), escape(text));
    page(status, title, "card", &inner, "form-action 'none'")
}

/// An error that stays on Microsoft's page and never reaches the application.
pub(crate) fn stopped(status: StatusCode, code: u32, text: &str) -> Answer {
    let request = random::guid();
    let inner = format!(
        "<h1>Sorry, but we’re having trouble signing you in.</h1><p class=\"problem\" id=\"service_exception_message\">\
         AADSTS{code}: {}</p><p class=\"quiet\">Request Id: <code>{request}</code><br>The application is not told about this.</p>",
        escape(text)
    );
    page(status, "Sign in", "card", &inner, "form-action 'none'")
        .header("x-ms-request-id", &request)
}

/// A page of the control surface.
pub(crate) fn control(title: &str, inner: &str) -> Answer {
    page(
        StatusCode::OK,
        title,
        "card wide",
        inner,
        "form-action 'self'",
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
    let hash = STANDARD.encode(digest(&SHA256, POST_AT_ONCE.as_bytes()));
    let policy = format!("form-action {}; script-src 'sha256-{hash}'", origin(target));
    page(StatusCode::OK, "Signing you in", "card", &inner, &policy)
}

/// A button for each account that is signed in.
fn tiles(
    world: &World,
    sessions: &[SignedIn],
    name: &str,
    value: impl Fn(&World, &SignedIn) -> String,
) -> String {
    sessions
        .iter()
        .map(|session| {
            let account = world.person(session.person);
            let login = escape(&account.login);
            let names = [&account.given_name, &account.surname];
            let initials: String = names.iter().filter_map(|name| name.chars().next()).collect();
            format!(
                "<button class=\"tile\" name=\"{name}\" value=\"{}\" data-test-id=\"{login}\"><span class=\"face\" aria-hidden=\"true\">{}</span>\
                 <span><b>{}</b><small>{login} · Signed in</small></span></button>",
                escape(&value(world, session)),
                escape(&initials),
                escape(&account.name())
            )
        })
        .collect()
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
