//! The steps of a sign-in: account, password, consent.

use axum::http::StatusCode;

use super::authorize::{Flow, Prompt, refuse, send_code};
use super::errors::EntraError;
use super::pages::{self, Screen};
use super::sessions::{COOKIE, SignedIn};
use crate::company::PersonId;
use crate::exchange::{Answer, Ask, value_of};
use crate::state::World;

/// The first step of a new flow.
pub(crate) fn decide(world: &mut World, ask: &Ask, mut flow: Flow) -> Answer {
    let sessions: Vec<SignedIn> = world.entra.sessions.of(ask).to_vec();
    let hinted = flow
        .login_hint
        .as_ref()
        .and_then(|hint| world.person_by_login(hint));
    let matching =
        hinted.and_then(|person| sessions.iter().find(|session| session.person == person));
    let silent = match (matching, sessions.as_slice()) {
        (Some(session), _) => Some(session.clone()),
        (None, [only]) if flow.login_hint.is_none() => Some(only.clone()),
        (None, _) => None,
    };
    match (flow.prompt, silent) {
        (Prompt::None, silent) => silently(world, &flow, silent, sessions.len()),
        (Prompt::AsNeeded | Prompt::Consent, Some(session)) => {
            flow.signed_in = Some(session);
            consent_or_code(world, flow)
        }
        (Prompt::SelectAccount, _) if !sessions.is_empty() => {
            show(world, flow, &Screen::Choose { sessions })
        }
        (Prompt::AsNeeded | Prompt::Consent, None)
            if !sessions.is_empty() && flow.login_hint.is_none() =>
        {
            show(world, flow, &Screen::Choose { sessions })
        }
        (Prompt::Login, Some(session)) => {
            let login = world.person(session.person).login.clone();
            show(
                world,
                flow,
                &Screen::Password {
                    login,
                    problem: None,
                },
            )
        }
        _ => match flow.login_hint.clone() {
            Some(hint) if hinted.is_some() => show(
                world,
                flow,
                &Screen::Password {
                    login: hint,
                    problem: None,
                },
            ),
            hint => show(
                world,
                flow,
                &Screen::Account {
                    entered: hint.unwrap_or_default(),
                    problem: None,
                },
            ),
        },
    }
}

/// `prompt=none`: an answer without a page, whatever it is.
fn silently(world: &mut World, flow: &Flow, session: Option<SignedIn>, signed_in: usize) -> Answer {
    let refused = match session {
        Some(session) if !missing_consent(world, flow, session.person) => {
            return send_code(world, flow, &session);
        }
        Some(_) => EntraError::new(
            65_001,
            "consent_required",
            "The user or administrator has not consented to use the application.",
        ),
        None if signed_in > 1 && flow.login_hint.is_none() => EntraError::new(
            16_000,
            "interaction_required",
            "Several accounts are signed in and none of them was chosen.",
        ),
        None => EntraError::new(
            50_058,
            "login_required",
            "A silent sign-in request was sent but no user is signed in.",
        ),
    };
    refuse(world, flow, &refused, None)
}

/// A page's form came back.
pub(crate) fn submit(world: &mut World, ask: &Ask) -> Answer {
    let form = ask.form();
    let field = |name: &str| value_of(&form, name).unwrap_or_default();
    let Some(flow) = world.entra.flows.get(field("ctx")).cloned() else {
        let text = "This sign-in is no longer under way. Start again from the application.";
        return pages::message(StatusCode::BAD_REQUEST, "Sign-in expired", text);
    };
    let back = value_of(&form, "back").is_some();
    match (field("step"), back) {
        ("account", true) | ("choose", true) => refuse(
            world,
            &flow,
            &EntraError::new(0, "access_denied", ""),
            Some("cancel"),
        ),
        ("account", false) => account_entered(world, flow, field("loginfmt")),
        ("password", true) => show(
            world,
            flow,
            &Screen::Account {
                entered: field("login").to_owned(),
                problem: None,
            },
        ),
        ("password", false) => password_entered(world, ask, flow, field("login"), field("passwd")),
        ("choose", false) => account_chosen(world, ask, flow, field("tile")),
        ("consent", true) => {
            let refused = EntraError::new(
                65_004,
                "access_denied",
                "User declined to consent to access the app.",
            );
            refuse(world, &flow, &refused, None)
        }
        ("consent", false) => consent_given(world, flow, value_of(&form, "organization").is_some()),
        _ => pages::message(
            StatusCode::BAD_REQUEST,
            "Not understood",
            "This form cannot be read.",
        ),
    }
}

fn account_entered(world: &mut World, flow: Flow, entered: &str) -> Answer {
    let entered = entered.trim();
    let known = world
        .person_by_login(entered)
        .or_else(|| world.recipient(entered));
    match known.map(|person| world.person(person)) {
        Some(account) if account.password.is_some() => {
            let login = account.login.clone();
            show(
                world,
                flow,
                &Screen::Password {
                    login,
                    problem: None,
                },
            )
        }
        _ => {
            let problem = if entered.is_empty() {
                "Enter a valid email address."
            } else {
                "This username may be incorrect. Make sure you typed it correctly."
            };
            show(
                world,
                flow,
                &Screen::Account {
                    entered: entered.to_owned(),
                    problem: Some(problem),
                },
            )
        }
    }
}

fn password_entered(
    world: &mut World,
    ask: &Ask,
    mut flow: Flow,
    login: &str,
    password: &str,
) -> Answer {
    let person = world.person_by_login(login);
    let right = person.filter(|person| world.person(*person).password.as_deref() == Some(password));
    let Some(person) = right else {
        let problem = Some("Your account or password is incorrect.");
        return show(
            world,
            flow,
            &Screen::Password {
                login: login.to_owned(),
                problem,
            },
        );
    };
    let now = world.clock.now();
    let (cookie, signed_in) = world.entra.sessions.add(ask, person, now);
    flow.signed_in = Some(signed_in);
    consent_or_code(world, flow).header(
        "set-cookie",
        &format!("{COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax"),
    )
}

fn account_chosen(world: &mut World, ask: &Ask, mut flow: Flow, login: &str) -> Answer {
    let person = world.person_by_login(login);
    let session = world
        .entra
        .sessions
        .of(ask)
        .iter()
        .find(|session| Some(session.person) == person)
        .cloned();
    match session {
        Some(session) => {
            flow.signed_in = Some(session);
            consent_or_code(world, flow)
        }
        None => show(
            world,
            flow,
            &Screen::Account {
                entered: login.to_owned(),
                problem: None,
            },
        ),
    }
}

fn consent_given(world: &mut World, flow: Flow, for_everybody: bool) -> Answer {
    let Some(signed_in) = flow.signed_in.clone() else {
        return show(
            world,
            flow,
            &Screen::Account {
                entered: String::new(),
                problem: None,
            },
        );
    };
    let person = signed_in.person;
    let scopes = consent_list(world, &flow, person);
    let for_everybody = for_everybody && world.person(person).administrator;
    world.grant(person, &scopes, for_everybody);
    send_code(world, &flow, &signed_in)
}

fn consent_or_code(world: &mut World, flow: Flow) -> Answer {
    let Some(signed_in) = flow.signed_in.clone() else {
        return show(
            world,
            flow,
            &Screen::Account {
                entered: String::new(),
                problem: None,
            },
        );
    };
    if flow.prompt == Prompt::Consent || missing_consent(world, &flow, signed_in.person) {
        let scopes = consent_list(world, &flow, signed_in.person);
        let account = world.person(signed_in.person);
        let screen = Screen::Consent {
            login: account.login.clone(),
            scopes,
            administrator: account.administrator,
        };
        return show(world, flow, &screen);
    }
    send_code(world, &flow, &signed_in)
}

fn missing_consent(world: &World, flow: &Flow, person: PersonId) -> bool {
    let granted = world.granted(person);
    flow.asked
        .needed(&granted)
        .iter()
        .any(|name| !granted.contains(name))
}

/// What a consent page lists; the first one always has `User.Read` and `offline_access` too.
fn consent_list(
    world: &World,
    flow: &Flow,
    person: PersonId,
) -> std::collections::BTreeSet<&'static str> {
    let granted = world.granted(person);
    let mut scopes = flow.asked.needed(&granted);
    scopes.insert("User.Read");
    scopes.insert("offline_access");
    scopes
}

fn show(world: &mut World, flow: Flow, screen: &Screen) -> Answer {
    let answer = pages::show(world, &flow, screen);
    world.entra.keep_flow(flow);
    answer
}
