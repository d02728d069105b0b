//! What was done in a person's name, in plain sentences, newest first.

use askama::Template;
use axum::extract::State as With;
use axum::response::Response;
use domain::audit::{Kind, Record, UpstreamRequest};
use domain::caller::Surface;
use domain::id::AgentId;
use engine::tools::DEFINITIONS;
use engine::{ActivityFilter, ActivityView, Listed};
use serde::Deserialize;
use url::form_urlencoded;

use super::audit::{day, on_record};
use super::frame::{Frame, Section, Visit};
use super::words_for::tool_title;
use super::{Sample, html, sample};
use crate::State;
use crate::address::{Path, Query};
use crate::caller::SignedIn;
use crate::error::{Failure, PageError};
use crate::words::Words;

struct Choice {
    value: String,
    name: String,
    chosen: bool,
}

struct Entry {
    address: String,
    tone: &'static str,
    sentence: String,
    reason: Option<String>,
    who: Option<String>,
    at: String,
    when: String,
}

#[derive(Template)]
#[template(path = "activity.html")]
struct ActivityPage {
    page: Frame,
    tools: Vec<Choice>,
    agents: Vec<Choice>,
    outcomes: Vec<Choice>,
    since: String,
    until: String,
    filtered: bool,
    entries: Vec<Entry>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "activity_entry.html")]
struct EntryPage {
    page: Frame,
    entry: Entry,
    /// Names and values as the record has them.
    fields: Vec<(String, String)>,
    upstream: Vec<UpstreamRequest>,
    hash: String,
}

/// What can be filtered by.
const OUTCOMES: &[&str] = &[
    "done", "failed", "unknown", "denied", "refused", "approved", "declined",
];

impl ActivityPage {
    fn new(
        page: Frame,
        filter: &Filter,
        agents: Vec<(AgentId, String)>,
        listed: &Listed<ActivityView>,
    ) -> Self {
        let words = page.words;
        let tool = chosen(filter.tool.as_ref());
        let outcome = chosen(filter.outcome.as_ref());
        let agent = chosen(filter.agent.as_ref());
        Self {
            tools: DEFINITIONS
                .iter()
                .map(|definition| Choice {
                    value: definition.name.as_str().to_owned(),
                    name: tool_title(words, definition),
                    chosen: tool == Some(definition.name.as_str()),
                })
                .collect(),
            outcomes: OUTCOMES
                .iter()
                .map(|value| Choice {
                    value: (*value).to_owned(),
                    name: outcome_words(words, value),
                    chosen: outcome == Some(value),
                })
                .collect(),
            agents: agents
                .into_iter()
                .map(|(id, name)| Choice {
                    chosen: agent == Some(id.as_str()),
                    value: id.as_str().to_owned(),
                    name,
                })
                .collect(),
            since: filter.since.clone().unwrap_or_default(),
            until: filter.until.clone().unwrap_or_default(),
            filtered: filter.named().iter().any(|(_, value)| value.is_some()),
            entries: listed
                .items
                .iter()
                .map(|view| of_view(&page, view))
                .collect(),
            next: listed.next.as_deref().map(|before| filter.address(before)),
            page,
        }
    }
}

impl EntryPage {
    fn new(page: Frame, view: &ActivityView, record: &Record, hash: String) -> Self {
        let number = view.sequence.to_string();
        let title = page.words.fill("audit-entry-title", &[("number", &number)]);
        Self {
            entry: of_view(&page, view),
            fields: on_record(record),
            upstream: record.upstream.clone(),
            hash,
            page: page.with_title(title),
        }
    }
}

fn of_view(page: &Frame, view: &ActivityView) -> Entry {
    let words = page.words;
    let outcome = view.outcome.as_deref();
    Entry {
        address: format!("/activity/{}", view.sequence),
        tone: match outcome {
            Some("done" | "approved" | "connected") => "good",
            Some("unknown" | "approval_required" | "needs_sign_in" | "needs_admin") => "warn",
            Some("failed" | "denied" | "revoked" | "damaged") => "bad",
            Some(_) | None => "",
        },
        sentence: sentence(words, view),
        reason: view.reason.as_deref().map(|reason| match view.kind {
            Kind::OwnLevelChanged => {
                let before = own_words(words, reason.trim_start_matches("was_"));
                words.fill("activity-before", &[("level", &before)])
            }
            _ => reason_words(words, reason),
        }),
        who: who(words, view),
        at: view.at.to_string(),
        when: page.when(view.at),
    }
}

fn sentence(words: Words, view: &ActivityView) -> String {
    let tool = view.tool_title.as_deref().map_or_else(
        || words.say("kind-unknown-tool").into_owned(),
        |title| own_title(words, title),
    );
    match (view.kind, view.outcome.as_deref()) {
        (Kind::CallFinished | Kind::CallDenied | Kind::ApprovalDecided, Some(outcome)) => {
            let outcome = outcome_words(words, outcome);
            words.fill("activity-call", &[("tool", &tool), ("outcome", &outcome)])
        }
        (Kind::LevelChanged, Some(level)) => {
            let id = format!("level-{level}");
            let level = words
                .say_if_known(&id)
                .unwrap_or_else(|| level.to_owned().into());
            words.fill("activity-call", &[("tool", &tool), ("outcome", &level)])
        }
        (Kind::OwnLevelChanged, Some(level)) => {
            let own = own_words(words, level);
            words.fill("activity-call", &[("tool", &tool), ("outcome", &own)])
        }
        (Kind::ConnectionStateChanged, Some(state)) => {
            let id = format!("state-{state}");
            let state = words
                .say_if_known(&id)
                .unwrap_or_else(|| state.to_owned().into());
            let outlook = words.say("outlook");
            words.fill("activity-call", &[("tool", &outlook), ("outcome", &state)])
        }
        (kind, _) => words.fill(&format!("kind-{}", kind.word()), &[("tool", &tool)]),
    }
}

/// What a person adds to a level, as her own pages offer it.
fn own_words(words: Words, level: &str) -> String {
    words
        .say_if_known(&format!("own-{level}"))
        .map_or_else(|| level.to_owned(), Into::into)
}

/// The reader's words for a tool that the record names by its title.
fn own_title(words: Words, title: &str) -> String {
    DEFINITIONS
        .iter()
        .find(|definition| definition.title() == title)
        .map_or_else(
            || title.to_owned(),
            |definition| tool_title(words, definition),
        )
}

pub(super) fn outcome_words(words: Words, outcome: &str) -> String {
    words
        .say_if_known(&format!("outcome-{outcome}"))
        .map_or_else(|| outcome.to_owned(), Into::into)
}

/// A reason in words where there are some, else the word of the record, which an administrator can search for.
pub(super) fn reason_words(words: Words, reason: &str) -> String {
    if let Some(before) = reason.strip_prefix("was_") {
        let id = format!("level-{before}");
        let before = words
            .say_if_known(&id)
            .unwrap_or_else(|| before.to_owned().into());
        return words.fill("activity-before", &[("level", &before)]);
    }
    words.say_if_known(&format!("reason-{reason}")).map_or_else(
        || words.fill("activity-reason", &[("reason", reason)]),
        Into::into,
    )
}

fn who(words: Words, view: &ActivityView) -> Option<String> {
    let agent = view.agent_name.as_deref()?;
    let by = match view.kind {
        Kind::ApprovalRequested | Kind::ApprovalDecided => "activity-asked",
        Kind::OwnLevelChanged => "activity-for",
        _ => "activity-by",
    };
    let by = words.fill(by, &[("agent", agent)]);
    let over = match view.surface {
        Some(surface @ (Surface::Mcp | Surface::Rest)) => {
            words.say_if_known(&format!("surface-{}", surface.as_str()))
        }
        Some(Surface::Page) | None => None,
    };
    Some(over.map_or(by.clone(), |over| format!("{by} · {over}")))
}

#[derive(Deserialize, Default)]
pub(super) struct Filter {
    tool: Option<String>,
    agent: Option<String>,
    outcome: Option<String>,
    since: Option<String>,
    until: Option<String>,
    before: Option<String>,
}

/// What a field of the form holds; an empty one is as if it were not there.
fn chosen(field: Option<&String>) -> Option<&str> {
    field.map(String::as_str).filter(|value| !value.is_empty())
}

impl Filter {
    /// Every field but where the page begins.
    fn named(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("tool", chosen(self.tool.as_ref())),
            ("agent", chosen(self.agent.as_ref())),
            ("outcome", chosen(self.outcome.as_ref())),
            ("since", chosen(self.since.as_ref())),
            ("until", chosen(self.until.as_ref())),
        ]
    }

    fn address(&self, before: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.named() {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        format!("/activity?{}", query.append_pair("before", before).finish())
    }
}

const SECTION: Option<Section> = Some(Section::Activity);
const PER_PAGE: u32 = 50;

pub(super) async fn show(
    With(state): With<State>,
    SignedIn(person): SignedIn,
    visit: Visit,
    Query(filter): Query<Filter>,
) -> Result<Response, PageError> {
    let page = visit
        .frame(&state, &person, SECTION, "activity-title")
        .await?;
    let own = |field: &Option<String>| chosen(field.as_ref()).map(str::to_owned);
    let wanted = ActivityFilter {
        tool: own(&filter.tool),
        agent: own(&filter.agent),
        outcome: own(&filter.outcome),
        since: chosen(filter.since.as_ref()).and_then(|text| day(text, 0)),
        until: chosen(filter.until.as_ref()).and_then(|text| day(text, 1)),
        before: filter.before.clone(),
        limit: PER_PAGE,
    };
    let listed = state.engine.activity(&person, wanted).await?;
    let agents = state.engine.agent_names(&person).await?;
    Ok(html(&ActivityPage::new(page, &filter, agents, &listed)))
}

/// One of her entries, with everything that is on record of it.
pub(super) async fn entry(
    With(state): With<State>,
    SignedIn(person): SignedIn,
    visit: Visit,
    Path(sequence): Path<String>,
) -> Result<Response, PageError> {
    let sequence: i64 = sequence.parse().map_err(|_| Failure::not_found())?;
    let (view, record, entry) = state.engine.activity_entry(&person, sequence).await?;
    let page = visit
        .frame(&state, &person, SECTION, "activity-title")
        .await?;
    let hash = entry.hash.to_string();
    Ok(html(&EntryPage::new(page, &view, &record, hash)))
}

pub(super) fn samples(words: Words) -> Vec<Sample> {
    let view = |sequence, kind, tool: Option<&str>, outcome: Option<&str>, reason: Option<&str>| {
        ActivityView {
            sequence,
            at: "2026-11-23T08:12:00Z".parse().expect("a moment"),
            kind,
            tool_title: tool.map(str::to_owned),
            agent_name: tool.map(|_| "Claude on my laptop".to_owned()),
            surface: tool.map(|_| Surface::Mcp),
            outcome: outcome.map(str::to_owned),
            reason: reason.map(str::to_owned),
            duration_ms: Some(180),
            call: None,
        }
    };
    let create = Some("Create Event");
    let items = vec![
        view(12, Kind::CallFinished, create, Some("done"), None),
        view(11, Kind::ApprovalDecided, create, Some("approved"), None),
        view(10, Kind::ApprovalRequested, create, None, None),
        view(
            9,
            Kind::CallFinished,
            Some("Search Contacts"),
            Some("done"),
            None,
        ),
        view(
            8,
            Kind::CallDenied,
            None,
            Some("denied"),
            Some("level_denies"),
        ),
        view(
            7,
            Kind::CallFinished,
            Some("Search Events"),
            Some("failed"),
            Some("microsoft_throttled"),
        ),
        view(
            6,
            Kind::CallFinished,
            create,
            Some("unknown"),
            Some("outcome_unknown"),
        ),
        view(
            5,
            Kind::ConnectionStateChanged,
            None,
            Some("needs_sign_in"),
            None,
        ),
        view(4, Kind::LevelChanged, create, Some("ask"), Some("was_deny")),
        view(
            3,
            Kind::OwnLevelChanged,
            create,
            Some("deny"),
            Some("was_always_allow"),
        ),
        view(3, Kind::KeyCreated, None, None, None),
        view(2, Kind::Connected, None, None, None),
        view(1, Kind::SignedIn, None, None, None),
    ];
    let frame = || Frame::sample(words, SECTION, "activity-title");
    let organisation =
        domain::id::OrganisationId::parse("org_00000000000000000000000000").expect("an id");
    let mut record = Record::new(items[0].at, Kind::CallFinished, organisation);
    record.tool = Some("create_event".to_owned());
    record.outcome = Some("done".to_owned());
    record.upstream = vec![UpstreamRequest {
        client_request_id: "7d3c4f5e-1a2b-4c3d-8e9f-0a1b2c3d4e5f".to_owned(),
        request_id: Some("0f9e8d7c-6b5a-4c3d-9e8f-7a6b5c4d3e2f".to_owned()),
        status: Some(201),
    }];
    let one = EntryPage::new(frame(), &items[0], &record, "3f".repeat(32));
    let render = |name, filter: &Filter, items, next: Option<&str>| {
        let next = next.map(str::to_owned);
        let agent = AgentId::parse("agt_00000000000000000000000000").expect("an id");
        let agents = vec![(agent, "Claude on my laptop".to_owned())];
        let listed = Listed { items, next };
        sample(name, &ActivityPage::new(frame(), filter, agents, &listed))
    };
    let filter = Filter {
        tool: Some("create_event".to_owned()),
        outcome: Some("failed".to_owned()),
        ..Filter::default()
    };
    vec![
        render("activity", &Filter::default(), items, Some("1")),
        render("activity-none", &Filter::default(), Vec::new(), None),
        render("activity-none-filtered", &filter, Vec::new(), None),
        sample("activity-entry", &one),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn every_kind_of_entry_has_a_sentence() {
        // The kinds that a person is shown; the engine's list.
        let kinds = [
            Kind::SignedIn,
            Kind::SignedOut,
            Kind::AdministratorAppointed,
            Kind::Connected,
            Kind::ConnectFailed,
            Kind::ConnectionStateChanged,
            Kind::Disconnected,
            Kind::LevelChanged,
            Kind::KeyCreated,
            Kind::KeyRevoked,
            Kind::CallFinished,
            Kind::CallDenied,
            Kind::CallParked,
            Kind::LimitHit,
            Kind::ApprovalRequested,
            Kind::ApprovalDecided,
        ];
        for language in Language::ALL {
            let words = Words::in_language(language);
            for kind in kinds {
                let sentence = words.fill(&format!("kind-{}", kind.word()), &[("tool", "X")]);
                assert!(!sentence.contains('⟨'), "{sentence}");
            }
        }
    }
}
