//! Audit: the record of the organisation, for administrators: look through it, hand it out, check it.

use askama::Template;
use axum::extract::State as With;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::audit::{Kind, Record, UpstreamRequest};
use engine::tools::DEFINITIONS;
use engine::{Listed, RecordFilter, RecordFormat, RecordGroup, RecordView};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;
use url::form_urlencoded;

use super::activity::{outcome_words, reason_words};
use super::form::{Fields, Sent};
use super::frame::{Frame, Section, Visit};
use super::words_for::tool_title;
use super::{Sample, html, sample};
use crate::State;
use crate::address::{Path, Query};
use crate::caller::{Administrator, Request};
use crate::error::{Failure, PageError};
use crate::words::Words;

const SECTION: Option<Section> = Some(Section::Audit);
const PER_PAGE: u32 = 50;
/// What can be filtered by.
const OUTCOMES: &[&str] = &[
    "done", "failed", "unknown", "denied", "refused", "approved", "declined",
];

struct Choice {
    value: &'static str,
    name: String,
    chosen: bool,
}

struct Row {
    tone: &'static str,
    address: String,
    what: String,
    how: Option<String>,
    who: String,
    at: String,
    when: String,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    page: Frame,
    filter: Filter,
    tools: Vec<Choice>,
    groups: Vec<Choice>,
    outcomes: Vec<Choice>,
    rows: Vec<Row>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "audit_entry.html")]
struct EntryPage {
    page: Frame,
    tone: &'static str,
    what: String,
    how: Option<String>,
    who: String,
    at: String,
    when: String,
    /// Names and values as the record has them.
    fields: Vec<(String, String)>,
    upstream: Vec<UpstreamRequest>,
    hash: String,
    text: String,
}

/// What a filter's form holds; an address has the same.
#[derive(Deserialize, Default, Clone)]
pub(super) struct Filter {
    #[serde(default)]
    person: String,
    #[serde(default)]
    agent: String,
    #[serde(default)]
    tool: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    since: String,
    #[serde(default)]
    until: String,
    before: Option<String>,
}

impl Filter {
    fn of(fields: &Fields) -> Self {
        let field = |name| fields.get(name).unwrap_or_default().to_owned();
        Self {
            person: field("person"),
            agent: field("agent"),
            tool: field("tool"),
            group: field("group"),
            outcome: field("outcome"),
            reason: field("reason"),
            since: field("since"),
            until: field("until"),
            before: None,
        }
    }

    fn wanted(&self) -> RecordFilter {
        let chosen = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let groups = RecordGroup::ALL.into_iter();
        RecordFilter {
            person: self.person.clone(),
            agent: self.agent.clone(),
            tool: chosen(&self.tool),
            group: groups
                .into_iter()
                .find(|group| group.as_str() == self.group),
            outcome: chosen(&self.outcome),
            reason: self.reason.clone(),
            since: day(&self.since, 0),
            until: day(&self.until, 1),
            before: self.before.clone(),
            limit: PER_PAGE,
        }
    }

    fn is_empty(&self) -> bool {
        self.named().iter().all(|(_, value)| value.is_empty())
    }

    /// Every field but where the page begins.
    fn named(&self) -> [(&'static str, &str); 8] {
        [
            ("person", &self.person),
            ("agent", &self.agent),
            ("tool", &self.tool),
            ("group", &self.group),
            ("outcome", &self.outcome),
            ("reason", &self.reason),
            ("since", &self.since),
            ("until", &self.until),
        ]
    }

    fn address(&self, before: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.named() {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!(
            "/administration/audit?{}",
            query.append_pair("before", before).finish()
        )
    }
}

/// The beginning of a day in UTC, so many days later.
pub(super) fn day(text: &str, later: i64) -> Option<Timestamp> {
    let date: Date = text.parse().ok()?;
    let date = date.checked_add(later.days()).ok()?;
    let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp())
}

impl AuditPage {
    fn new(page: Frame, filter: Filter, listed: &Listed<RecordView>) -> Self {
        let words = page.words;
        let choice = |value: &'static str, name, chosen: &str| Choice {
            value,
            name,
            chosen: value == chosen,
        };
        let tools = DEFINITIONS.iter().map(|definition| {
            let name = tool_title(words, definition);
            choice(definition.name.as_str(), name, &filter.tool)
        });
        let groups = RecordGroup::ALL.into_iter().map(|group| {
            let name = words.say(&format!("audit-group-{}", group.as_str()));
            choice(group.as_str(), name.into_owned(), &filter.group)
        });
        let outcomes = OUTCOMES
            .iter()
            .map(|value| choice(value, of_others(words, value), &filter.outcome));
        Self {
            tools: tools.collect(),
            groups: groups.collect(),
            outcomes: outcomes.collect(),
            rows: listed.items.iter().map(|view| row(&page, view)).collect(),
            next: listed.next.as_deref().map(|before| filter.address(before)),
            filter,
            page,
        }
    }

    fn hidden(&self) -> [(&'static str, &str); 8] {
        self.filter.named()
    }
}

impl EntryPage {
    fn new(page: Frame, view: &RecordView, hash: String, text: String) -> Self {
        let row = row(&page, view);
        let number = view.sequence.to_string();
        let title = page.words.fill("audit-entry-title", &[("number", &number)]);
        Self {
            tone: row.tone,
            what: row.what,
            how: row.how,
            who: row.who,
            at: row.at,
            when: row.when,
            fields: on_record(&view.record),
            upstream: view.record.upstream.clone(),
            hash,
            text,
            page: page.with_title(title),
        }
    }
}

/// Names and values as the record has them; the requests to Microsoft are shown by themselves.
pub(super) fn on_record(record: &Record) -> Vec<(String, String)> {
    let value = serde_json::to_value(record).unwrap_or_default();
    let shown = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let fields = value.as_object().into_iter().flatten();
    let fields = fields.filter(|(name, _)| name.as_str() != "upstream");
    fields
        .map(|(name, value)| (name.clone(), shown(value)))
        .collect()
}

fn row(page: &Frame, view: &RecordView) -> Row {
    let (words, record) = (page.words, &view.record);
    let outcome = record.outcome.as_deref();
    Row {
        tone: match outcome {
            Some("done" | "approved" | "connected" | "whole") => "good",
            Some("unknown" | "begun" | "needs_sign_in" | "needs_admin" | "refused") => "warn",
            Some("failed" | "denied" | "revoked" | "damaged" | "broken") => "bad",
            Some(_) | None => "",
        },
        address: format!("/administration/audit/{}", view.sequence),
        what: what(words, record),
        how: how(words, record),
        who: who(words, view),
        at: record.at.to_string(),
        when: page.when(record.at),
    }
}

/// What happened, told of somebody else.
fn what(words: Words, record: &Record) -> String {
    // These are told to the person herself in other words.
    let about = match record.kind {
        Kind::SignedIn
        | Kind::SignedOut
        | Kind::AdministratorAppointed
        | Kind::OwnLevelChanged
        | Kind::ApprovalRequested
        | Kind::ApprovalDecided => "audit-kind",
        _ => "kind",
    };
    let id = format!("{about}-{}", record.kind.word());
    let tool = record.tool.as_deref().and_then(|name| {
        let known = DEFINITIONS.iter().find(|one| one.name.as_str() == name)?;
        Some(tool_title(words, known))
    });
    let tool = tool.unwrap_or_else(|| words.say("kind-unknown-tool").into_owned());
    words.fill(&id, &[("tool", &tool)])
}

fn how(words: Words, record: &Record) -> Option<String> {
    let outcome = match record.kind {
        // A key or rules are no words for a reader.
        Kind::CheckpointKeyUsed | Kind::RulesChanged => None,
        _ => record.outcome.as_deref(),
    };
    let outcome = outcome.map(|outcome| of_others(words, outcome));
    let reason = record
        .reason
        .as_deref()
        .filter(|_| record.kind != Kind::RulesChanged);
    let reason = reason.map(|reason| reason_words(words, reason));
    let parts: Vec<String> = outcome.into_iter().chain(reason).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// An outcome, told of somebody else.
fn of_others(words: Words, outcome: &str) -> String {
    ["audit-outcome", "level", "state"]
        .iter()
        .find_map(|about| words.say_if_known(&format!("{about}-{outcome}")))
        .map_or_else(
            || outcome_words(words, outcome),
            std::borrow::Cow::into_owned,
        )
}

fn who(words: Words, view: &RecordView) -> String {
    let mut parts: Vec<String> = view.person.iter().cloned().collect();
    if let Some(actor) = &view.actor {
        parts.push(words.fill("audit-by", &[("name", actor)]));
    }
    if let Some(surface) = view.record.surface {
        let id = format!("surface-{}", surface.as_str());
        parts.extend(words.say_if_known(&id).map(std::borrow::Cow::into_owned));
    }
    parts.join(" · ")
}

pub(super) async fn show(
    With(state): With<State>,
    Administrator(administrator): Administrator,
    visit: Visit,
    Query(filter): Query<Filter>,
) -> Result<Response, PageError> {
    let page = visit
        .frame(&state, &administrator, SECTION, "audit-title")
        .await?;
    let listed = state
        .engine
        .record(&administrator, &filter.wanted())
        .await?;
    Ok(html(&AuditPage::new(page, filter, &listed)))
}

pub(super) async fn entry(
    With(state): With<State>,
    Administrator(administrator): Administrator,
    visit: Visit,
    Path(sequence): Path<String>,
) -> Result<Response, PageError> {
    let sequence: i64 = sequence.parse().map_err(|_| Failure::not_found())?;
    let (view, entry) = state.engine.record_entry(&administrator, sequence).await?;
    let page = visit
        .frame(&state, &administrator, SECTION, "audit-title")
        .await?;
    let hash = entry.hash.to_string();
    Ok(html(&EntryPage::new(page, &view, hash, entry.text)))
}

pub(super) async fn export(
    With(state): With<State>,
    Request(request): Request,
    Sent { sender, fields }: Sent<Administrator>,
) -> Result<Response, PageError> {
    let Administrator(administrator) = sender;
    let (format, name) = match fields.get("format") {
        Some("ocsf") => (RecordFormat::Ocsf, "audit-ocsf.jsonl"),
        _ => (RecordFormat::JsonLines, "audit.jsonl"),
    };
    let wanted = Filter::of(&fields).wanted();
    let lines = state
        .engine
        .export_record(&administrator, &wanted, format, &request)
        .await?;
    let headers = [
        (CONTENT_TYPE, "application/x-ndjson".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, lines).into_response())
}

/// Checks, and shows the entry that says what was found.
pub(super) async fn verify(
    With(state): With<State>,
    Request(request): Request,
    Sent { sender, .. }: Sent<Administrator>,
) -> Result<Redirect, PageError> {
    let Administrator(administrator) = sender;
    let found = state.engine.verify_record(&administrator, &request).await?;
    Ok(Redirect::to(&format!("/administration/audit/{found}")))
}

pub(super) fn samples(words: Words) -> Vec<Sample> {
    let organisation =
        domain::id::OrganisationId::parse("org_00000000000000000000000000").expect("an id");
    let view = |sequence, kind, tool: Option<&str>, outcome: Option<&str>, reason: Option<&str>| {
        let at = "2026-11-23T08:12:00Z".parse().expect("a moment");
        let mut record = Record::new(at, kind, organisation.clone());
        record.tool = tool.map(str::to_owned);
        record.surface = tool.map(|_| domain::caller::Surface::Mcp);
        record.outcome = outcome.map(str::to_owned);
        record.reason = reason.map(str::to_owned);
        record.upstream = vec![UpstreamRequest {
            client_request_id: "7d3c4f5e-1a2b-4c3d-8e9f-0a1b2c3d4e5f".to_owned(),
            request_id: Some("0f9e8d7c-6b5a-4c3d-9e8f-7a6b5c4d3e2f".to_owned()),
            status: Some(201),
        }];
        RecordView {
            sequence,
            record,
            person: Some("Lena Hoffmann".to_owned()),
            actor: (kind == Kind::LevelChanged).then(|| "Jonas Weber".to_owned()),
        }
    };
    let (create, search) = (Some("create_event"), Some("search_events"));
    let items = vec![
        view(9, Kind::AuditVerified, None, Some("whole"), None),
        view(8, Kind::CallFinished, create, Some("done"), None),
        view(7, Kind::CallBegun, create, None, None),
        view(6, Kind::ApprovalDecided, create, Some("approved"), None),
        view(
            5,
            Kind::LimitHit,
            create,
            Some("refused"),
            Some("too_many_writes"),
        ),
        view(
            4,
            Kind::CallDenied,
            search,
            Some("denied"),
            Some("level_denies"),
        ),
        view(3, Kind::LevelChanged, create, Some("ask"), Some("was_deny")),
        view(2, Kind::Connected, None, None, None),
        view(1, Kind::SignedIn, None, None, None),
    ];
    let frame = || Frame::sample(words, SECTION, "audit-title");
    let one = EntryPage::new(
        frame(),
        &items[1],
        "3f".repeat(32),
        items[1].record.to_text(),
    );
    let filter = Filter {
        outcome: "failed".to_owned(),
        ..Filter::default()
    };
    let list = |items, next: Option<&str>| Listed {
        items,
        next: next.map(str::to_owned),
    };
    vec![
        sample(
            "audit",
            &AuditPage::new(frame(), Filter::default(), &list(items, Some("1"))),
        ),
        sample(
            "audit-none",
            &AuditPage::new(frame(), filter, &list(Vec::new(), None)),
        ),
        sample("audit-entry", &one),
    ]
}
