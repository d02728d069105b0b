//! The steps of a sign-in: account, password, second factor, consent.

use std::collections::BTreeSet;

use axum::http::StatusCode;

use super::authorize::{Flow, Prompt, Purpose};
use super::conditional::Obstacle;
use super::consent;
use super::errors::EntraError;
use super::hindrance::{Hindrance, admitted, cleared};
use super::pages::{self, Screen};
use super::respond::{cancel, refuse, send_code};
use super::sessions::{COOKIE, SignedIn};
use super::{accounts, admin_consent, factor};
use crate::company::PersonId;
use crate::exchange::{Answer, Ask, value_of};
use crate::state::World;

/// The first step of a new flow.
pub(super) fn decide(world: &mut World, ask: &Ask, mut flow: Flow) -> Answer {
    let sessions = accounts::usable(world, ask, &flow);
    let hinted = accounts::hinted(world, &flow);
    let of_account = |account| sessions.iter().find(|session| session.person == account);
    let silent = match (hinted, sessions.as_slice()) {
        (Some(account), _) => of_account(account).cloned(),
        (None, [only]) if flow.login_hint.is_none() => Some(only.clone()),
        (None, _) => None,
    };
    match (flow.prompt, silent) {
        (Prompt::None, silent) => silently(world, ask, &flow, silent, sessions.len()),
        (Prompt::AsNeeded | Prompt::Consent, Some(session)) => {
            flow.signed_in = Some(session);
            proceed(world, ask, flow)
        }
        (Prompt::Login, Some(session)) => ask_password(world, flow, session.person, None),
        (Prompt::SelectAccount | Prompt::AsNeeded | Prompt::Consent, _)
            if !sessions.is_empty() && flow.login_hint.is_none() =>
        {
            show(world, flow, &Screen::Choose { sessions })
        }
        _ => match hinted {
            Some(account) => ask_password(world, flow, account, None),
            None => {
                let hint = flow.login_hint.clone();
                let entered = hint.filter(|hint| hint.contains('@')).unwrap_or_default();
                ask_account(world, flow, &entered, None)
            }
        },
    }
}

/// `prompt=none`: an answer without a page, whatever it is.
fn silently(
    world: &mut World,
    ask: &Ask,
    flow: &Flow,
    session: Option<SignedIn>,
    signed_in: usize,
) -> Answer {
    let Some(session) = session else {
        let several = signed_in > 1 && flow.login_hint.is_none();
        let code = if several { 16_000 } else { 50_058 };
        return refuse(world, flow, &EntraError::of(code));
    };
    let refused = match cleared(world, ask, flow, &session) {
        Ok(member) => return send_code(world, flow, &session, member),
        Err(Hindrance::Foreign(_)) => EntraError::of(16_000),
        Err(Hindrance::Obstacle(obstacle)) => obstacle.refusal().clone(),
        Err(Hindrance::Terms(_, refused)) => refused,
        Err(Hindrance::Consent(..) | Hindrance::Administrator(..) | Hindrance::ForEverybody(_)) => {
            EntraError::of(65_001)
        }
    };
    refuse(world, flow, &refused)
}

/// A page's form came back.
pub(crate) fn submit(world: &mut World, ask: &Ask) -> Answer {
    let form = ask.form();
    let field = |name: &str| value_of(&form, name).unwrap_or_default();
    let has = |name: &str| value_of(&form, name).is_some();
    let Some(flow) = world.entra.flows.get(field("ctx")).cloned() else {
        let text = "This sign-in is no longer under way. Start again from the application.";
        return pages::message(StatusCode::BAD_REQUEST, "Sign-in expired", text);
    };
    match (field("step"), has("back")) {
        ("password", true) => ask_account(world, flow, field("login"), None),
        ("consent", true) => declined(world, &flow),
        ("stay", no) => stay_answered(world, ask, flow, !no),
        (_, true) => cancel(world, &flow),
        ("account", false) => account_entered(world, flow, field("loginfmt")),
        ("password", false) => password_entered(world, ask, flow, field("login"), field("passwd")),
        ("choose", false) => account_chosen(world, ask, flow, field("tile")),
        ("factor", false) => factor_presented(world, ask, flow, &form),
        ("terms", false) => terms_accepted(world, ask, flow),
        ("consent", false) => consent_given(world, ask, flow, has("organization")),
        ("administrator", false) if has("request") => {
            consent_requested(world, ask, flow, field("justification"))
        }
        ("foreign" | "administrator", false) => ask_account(world, flow, "", None),
        _ => pages::message(
            StatusCode::BAD_REQUEST,
            "Not understood",
            "This form cannot be read.",
        ),
    }
}

fn account_entered(world: &mut World, flow: Flow, entered: &str) -> Answer {
    let entered = entered.trim();
    match accounts::typed(world, &flow, entered) {
        Ok(account) => ask_password(world, flow, account, None),
        Err(problem) => ask_account(world, flow, entered, Some(problem)),
    }
}

fn password_entered(
    world: &mut World,
    ask: &Ask,
    mut flow: Flow,
    login: &str,
    password: &str,
) -> Answer {
    let Ok(account) = accounts::typed(world, &flow, login) else {
        return ask_account(world, flow, login, None);
    };
    if world.person(account).password.as_deref() != Some(password) {
        let problem = "Your account or password is incorrect.";
        return ask_password(world, flow, account, Some(problem));
    }
    let now = world.clock.now();
    let (cookie, signed_in) = world.entra.sessions.add(ask, account, now);
    flow.signed_in = Some(signed_in);
    flow.may_stay = world.tenant_of(account).stay_signed_in;
    proceed(world, ask, flow).header("set-cookie", &cookie_of(&cookie, false))
}

/// The answer to the question whether to stay signed in: the browser keeps its cookie when it is closed, or not.
fn stay_answered(world: &mut World, ask: &Ask, mut flow: Flow, stay: bool) -> Answer {
    flow.may_stay = false;
    let answer = proceed(world, ask, flow);
    match ask.cookie(COOKIE) {
        Some(cookie) if stay => answer.header("set-cookie", &cookie_of(cookie, true)),
        _ => answer,
    }
}

fn cookie_of(value: &str, lasting: bool) -> String {
    let life = if lasting { "; Max-Age=7776000" } else { "" };
    format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax{life}")
}

fn account_chosen(world: &mut World, ask: &Ask, mut flow: Flow, login: &str) -> Answer {
    let account = world.person_by_login(login);
    let mut sessions = accounts::usable(world, ask, &flow).into_iter();
    match sessions.find(|session| Some(session.person) == account) {
        Some(session) => {
            flow.signed_in = Some(session);
            proceed(world, ask, flow)
        }
        None => ask_account(world, flow, login, None),
    }
}

fn factor_presented(
    world: &mut World,
    ask: &Ask,
    mut flow: Flow,
    form: &[(String, String)],
) -> Answer {
    match factor::presented(world, ask, &mut flow, form) {
        Some(screen) => show(world, flow, &screen),
        None => proceed(world, ask, flow),
    }
}

fn terms_accepted(world: &mut World, ask: &Ask, flow: Flow) -> Answer {
    if let Some(signed_in) = &flow.signed_in
        && let Err(Hindrance::Terms(member, _)) = admitted(world, ask, &flow, signed_in)
    {
        world.entra.terms_accepted.insert(member);
    }
    proceed(world, ask, flow)
}

/// Goes on with somebody who has signed in, to whatever page is next or back to the application.
fn proceed(world: &mut World, ask: &Ask, mut flow: Flow) -> Answer {
    let Some(signed_in) = flow.signed_in.clone() else {
        return ask_account(world, flow, "", None);
    };
    let account = signed_in.person;
    if flow.may_stay {
        return show(world, flow, &Screen::StaySignedIn { account });
    }
    match cleared(world, ask, &flow, &signed_in) {
        Ok(_) if flow.purpose == Purpose::Review => {
            world.entra.drop_flow(&flow.id);
            let word = flow.authority.word(world);
            Answer::redirect(&format!("/{word}/consent-requests"))
        }
        Ok(member) => send_code(world, &flow, &signed_in, member),
        Err(Hindrance::Foreign(tenant)) => show(world, flow, &Screen::Foreign { account, tenant }),
        Err(Hindrance::Obstacle(Obstacle::SecondFactor(refused))) => {
            let screen = factor::asked(&mut flow, account, &refused);
            show(world, flow, &screen)
        }
        Err(Hindrance::Obstacle(Obstacle::Password(_))) => ask_password(world, flow, account, None),
        Err(Hindrance::Obstacle(Obstacle::Blocked(refused))) => refuse(world, &flow, &refused),
        Err(Hindrance::Terms(member, _)) => {
            let tenant = world.person(member).tenant;
            show(world, flow, &Screen::Terms { account, tenant })
        }
        Err(Hindrance::Consent(member, scopes)) => {
            let screen = Screen::Consent {
                account,
                scopes,
                administrator: world.person(member).administrator,
            };
            show(world, flow, &screen)
        }
        Err(Hindrance::ForEverybody(scopes)) => {
            show(world, flow, &Screen::ForEverybody { account, scopes })
        }
        Err(Hindrance::Administrator(member, scopes)) => {
            let screen = needs_administrator(world, &flow, account, member, scopes);
            show(world, flow, &screen)
        }
    }
}

fn consent_given(world: &mut World, ask: &Ask, flow: Flow, for_everybody: bool) -> Answer {
    let Some(signed_in) = flow.signed_in.clone() else {
        return ask_account(world, flow, "", None);
    };
    match (cleared(world, ask, &flow, &signed_in), flow.purpose) {
        (Err(Hindrance::Consent(member, scopes)), Purpose::Code) => {
            if for_everybody && world.person(member).administrator {
                let tenant = world.person(member).tenant;
                world.grant_everybody(tenant, consent::for_everybody(&flow.asked));
            } else {
                world.grant(member, &scopes);
            }
            send_code(world, &flow, &signed_in, member)
        }
        (Err(Hindrance::ForEverybody(_)), Purpose::AdminConsent(form)) => {
            match world.member(flow.authority, signed_in.person) {
                Ok(member) => admin_consent::accepted(world, &flow, form, member),
                Err(_) => refuse(world, &flow, &EntraError::of(50_020)),
            }
        }
        _ => proceed(world, ask, flow),
    }
}

fn consent_requested(world: &mut World, ask: &Ask, flow: Flow, reason: &str) -> Answer {
    let Some(signed_in) = flow.signed_in.clone() else {
        return ask_account(world, flow, "", None);
    };
    let Err(Hindrance::Administrator(member, _)) = cleared(world, ask, &flow, &signed_in) else {
        return proceed(world, ask, flow);
    };
    let takes_requests = world.tenant_of(member).consent.requests;
    if takes_requests && flow.purpose == Purpose::Code && !world.awaits_consent(member) {
        if reason.trim().is_empty() {
            let scopes = consent::for_everybody(&flow.asked);
            let screen = Screen::NeedsAdministrator {
                account: signed_in.person,
                scopes,
                form: true,
                problem: Some("Enter a justification for requesting this app."),
            };
            return show(world, flow, &screen);
        }
        world.request_consent(member, consent::for_everybody(&flow.asked), reason.trim());
    }
    proceed(world, ask, flow)
}

fn needs_administrator(
    world: &World,
    flow: &Flow,
    account: PersonId,
    member: PersonId,
    scopes: BTreeSet<&'static str>,
) -> Screen {
    let asks = flow.purpose == Purpose::Code && world.tenant_of(member).consent.requests;
    if asks && world.awaits_consent(member) {
        return Screen::Requested { account };
    }
    Screen::NeedsAdministrator {
        account,
        scopes,
        form: asks,
        problem: None,
    }
}

fn declined(world: &mut World, flow: &Flow) -> Answer {
    match flow.purpose {
        Purpose::Code => refuse(world, flow, &EntraError::of(65_004)),
        Purpose::AdminConsent(_) | Purpose::Review => cancel(world, flow),
    }
}

fn ask_account(
    world: &mut World,
    flow: Flow,
    entered: &str,
    problem: Option<&'static str>,
) -> Answer {
    let entered = entered.to_owned();
    show(world, flow, &Screen::Account { entered, problem })
}

fn ask_password(
    world: &mut World,
    flow: Flow,
    account: PersonId,
    problem: Option<&'static str>,
) -> Answer {
    show(world, flow, &Screen::Password { account, problem })
}

/// Shows a page of a flow, which goes on when its form comes back.
fn show(world: &mut World, flow: Flow, screen: &Screen) -> Answer {
    let answer = pages::show(world, &flow, screen);
    world.entra.keep_flow(flow);
    answer
}
