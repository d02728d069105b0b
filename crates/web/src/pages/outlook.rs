//! Outlook Calendar: its state with the one next step, the permissions with their reasons, the person's tools.

use askama::Template;
use axum::extract::{RawQuery, State as With};
use axum::response::Response;
use domain::approval::ApprovalState;
use domain::connection::{AdminWhy, ConnectionState, RevokedWhy};
use domain::permission::Level;
use domain::policy::{DenyReason, Levels};
use domain::tool::Scope;
use engine::{Asked, ConnectionView, ToolView};

use super::form::Sent;
use super::frame::{Frame, Section, Visit};
use super::own_levels::{self, ToolRow, Whose};
use super::words_for::{Badge, next_step, number_hint, tool_title};
use super::{Sample, html, sample, sign_in};
use crate::State;
use crate::caller::SignedIn;
use crate::error::PageError;
use crate::words::Words;

struct Waiting {
    path: String,
    tool: String,
    title: String,
    agent: String,
}

struct Fact {
    name: String,
    value: String,
}

struct ScopeRow {
    name: &'static str,
    missing: bool,
    reason: String,
    purpose: Option<String>,
}

#[derive(Template)]
#[template(path = "outlook.html")]
struct OutlookPage {
    page: Frame,
    note: Option<String>,
    state: Badge,
    next: String,
    /// What Microsoft's number adds to that, for the numbers that add something.
    hint: Option<String>,
    button: Option<String>,
    /// What goes on by itself after she has signed in.
    waiting: Vec<Waiting>,
    facts: Vec<Fact>,
    tools: Vec<ToolRow>,
    own_column: &'static str,
    scopes: Vec<ScopeRow>,
    can_disconnect: bool,
    /// For an administrator at Microsoft, while her consent may be what is missing.
    consent: Option<ToAdministrator>,
}

/// Where an administrator consents, and the text that asks her to.
struct ToAdministrator {
    /// Whether Microsoft said that this is what is missing.
    expected: bool,
    link: String,
    text: String,
}

impl OutlookPage {
    fn new(page: Frame, note: Option<&str>, connection: &ConnectionView, asked: &[Asked]) -> Self {
        let words = page.words;
        let state = connection.state.as_ref();
        let (next, button) = next_step(words, state, connection.missing.is_empty());
        let connected = matches!(state, Some(ConnectionState::Connected));
        // What there is a grant for can be disconnected, working or not.
        let can_disconnect = !matches!(state, None | Some(ConnectionState::Disconnected));
        Self {
            note: note.map(|id| words.say(id).into_owned()),
            state: Badge::connection(words, state),
            next,
            hint: state
                .and_then(ConnectionState::code)
                .and_then(|code| number_hint(words, code)),
            button,
            waiting: connection
                .waiting
                .iter()
                .map(|view| Waiting {
                    path: format!("/approvals/{}", view.id),
                    tool: tool_title(words, view.definition),
                    title: view.card.title.clone().unwrap_or_default(),
                    agent: view.agent_name.clone(),
                })
                .collect(),
            facts: facts(&page, connection, can_disconnect),
            tools: if can_disconnect {
                own_levels::rows(words, &connection.tools, Whose::AllAgents)
            } else {
                Vec::new()
            },
            own_column: Whose::AllAgents.column(),
            scopes: asked
                .iter()
                .map(|asked| ScopeRow {
                    name: asked.scope.as_str(),
                    missing: connected && connection.missing.contains(&asked.scope),
                    reason: words
                        .say_if_known(asked.reason_id)
                        .map_or_else(|| asked.reason.to_owned(), Into::into),
                    purpose: words
                        .say_if_known(&format!("{}-use", asked.reason_id))
                        .map(Into::into),
                })
                .collect(),
            can_disconnect,
            consent: connection.consent_link.clone().map(|link| ToAdministrator {
                text: words.fill("error-forward-text", &[("link", &link)]),
                link,
                expected: matches!(state, Some(ConnectionState::NeedsAdmin { .. })),
            }),
            page,
        }
    }
}

fn facts(page: &Frame, connection: &ConnectionView, known: bool) -> Vec<Fact> {
    // Only the account that is signed in can be connected, so its name stands in where Microsoft told no address.
    let login = page.reader.as_ref().map(|reader| reader.login.clone());
    let since = connection.connected_at.map(|at| page.when(at));
    let number = connection.state.as_ref().and_then(ConnectionState::code);
    [
        ("fact-account", connection.address.clone().or(login)),
        ("fact-since", since),
        ("fact-ends", connection.ends_at.map(|at| page.day(at))),
        ("fact-zone", connection.zone.clone()),
        (
            "fact-number",
            number.map(|number| format!("AADSTS{number}")),
        ),
    ]
    .into_iter()
    .filter(|_| known)
    .filter_map(|(name, value)| {
        Some(Fact {
            name: page.say(name).into_owned(),
            value: value?,
        })
    })
    .collect()
}

const SECTION: Option<Section> = Some(Section::Integrations);

pub(super) async fn show(
    With(state): With<State>,
    SignedIn(person): SignedIn,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let page = visit.frame(&state, &person, SECTION, "outlook").await?;
    let connection = state.engine.connection(&person).await?;
    let connected = matches!(connection.state, Some(ConnectionState::Connected));
    let note = match query.as_deref() {
        Some("connected") if connected => Some("connected-note"),
        Some("tightened") if connected => Some("own-saved"),
        Some("disconnected") if !connected => Some("disconnected-note"),
        Some(_) | None => None,
    };
    let scopes = engine::scopes();
    Ok(html(&OutlookPage::new(page, note, &connection, scopes)))
}

pub(super) async fn connect(
    With(state): With<State>,
    Sent { sender, fields }: Sent<SignedIn>,
) -> Result<Response, PageError> {
    let zone = fields.get("zone").filter(|zone| !zone.is_empty());
    let begun = state.engine.begin_connect(&sender.0, zone).await?;
    Ok(sign_in::to_microsoft(&state, &begun))
}

const SAMPLE_CONSENT: &str = "https://login.microsoftonline.com/4d6c2b1e-7a3f-4f58-9c0d-5e8b1a2f3c47/v2.0/adminconsent?client_id=6731de76-14a6-49ae-97bc-6eba6914391e";

fn lacks_consent(state: Option<&ConnectionState>) -> bool {
    matches!(
        state,
        None | Some(
            ConnectionState::Disconnected
                | ConnectionState::NeedsAdmin {
                    why: AdminWhy::ConsentMissing,
                    ..
                }
        )
    )
}

pub(super) fn sample_tools(hidden: Option<&DenyReason>) -> Vec<ToolView> {
    let levels = [
        Level::AlwaysAllow,
        Level::Ask,
        Level::AlwaysAllow,
        Level::Deny,
    ];
    engine::tools::DEFINITIONS
        .iter()
        .zip(levels.into_iter().cycle())
        .map(|(definition, level)| ToolView {
            definition,
            level,
            levels: Levels::of_organisation(level),
            hidden: match level {
                Level::Deny => Some(DenyReason::LevelDenies),
                Level::Ask | Level::AlwaysAllow => hidden.cloned(),
            },
        })
        .collect()
}

pub(super) fn samples(words: Words) -> Vec<Sample> {
    let view = |state: Option<ConnectionState>| {
        let works = matches!(state, Some(ConnectionState::Connected));
        ConnectionView {
            connected_at: "2026-11-12T08:31:00Z".parse().ok(),
            ends_at: None,
            zone: Some("Europe/Berlin".to_owned()),
            address: Some("jonas.weber@nordwind.example".to_owned()),
            missing: Vec::new(),
            waiting: Vec::new(),
            consent_link: lacks_consent(state.as_ref()).then(|| SAMPLE_CONSENT.to_owned()),
            tools: sample_tools((!works).then_some(&DenyReason::NotConnected)),
            state,
        }
    };
    let render = |name, note, view: &ConnectionView| {
        let page = Frame::sample(words, SECTION, "outlook");
        sample(name, &OutlookPage::new(page, note, view, engine::scopes()))
    };
    let missing = vec![Scope::PeopleRead, Scope::UserReadBasicAll];
    let partly = ConnectionView {
        tools: sample_tools(Some(&DenyReason::MissingScopes(missing.clone()))),
        missing,
        ..view(Some(ConnectionState::Connected))
    };
    let connected = view(Some(ConnectionState::Connected));
    let waits = ConnectionView {
        waiting: vec![super::approval::sample_view(ApprovalState::Parked)],
        ..view(Some(ConnectionState::NeedsSignIn {
            claims: None,
            code: None,
        }))
    };
    let mut samples = vec![
        render("outlook-never", None, &view(None)),
        render("outlook-connected", Some("connected-note"), &connected),
        render("outlook-partly", None, &partly),
        render("outlook-needs-sign-in-waiting", None, &waits),
    ];
    let mut also = |name, note, state| samples.push(render(name, note, &view(Some(state))));
    also(
        "outlook-needs-sign-in",
        None,
        ConnectionState::NeedsSignIn {
            claims: None,
            code: Some(50_079),
        },
    );
    let (why, code) = (AdminWhy::ConsentMissing, Some(65_001));
    also(
        "outlook-needs-admin-consent",
        None,
        ConnectionState::NeedsAdmin {
            why,
            claims: None,
            code,
        },
    );
    let (why, code) = (AdminWhy::BlockedByPolicy, Some(53_003));
    also(
        "outlook-needs-admin-policy",
        None,
        ConnectionState::NeedsAdmin {
            why,
            claims: None,
            code,
        },
    );
    let (why, code) = (AdminWhy::AppUnavailable, Some(7_000_112));
    also(
        "outlook-needs-admin-app",
        None,
        ConnectionState::NeedsAdmin {
            why,
            claims: None,
            code,
        },
    );
    let why = RevokedWhy::EndedAtMicrosoft;
    also(
        "outlook-revoked-ended",
        None,
        ConnectionState::Revoked { why },
    );
    let why = RevokedWhy::Expired;
    also(
        "outlook-revoked-expired",
        None,
        ConnectionState::Revoked { why },
    );
    let why = RevokedWhy::AccountDisabled;
    also(
        "outlook-revoked-disabled",
        None,
        ConnectionState::Revoked { why },
    );
    also("outlook-damaged", None, ConnectionState::Damaged);
    also(
        "outlook-disconnected",
        Some("disconnected-note"),
        ConnectionState::Disconnected,
    );
    samples
}
