//! One key: what its agent may do, and how much less than the person's other agents.

use askama::Template;
use axum::extract::{RawQuery, State as With};
use axum::response::{Redirect, Response};
use domain::id::AgentId;
use domain::permission::Level;
use engine::AgentView;
use jiff::Timestamp;

use super::form::Sent;
use super::frame::{Frame, Section, Visit};
use super::keys::over;
use super::own_levels::{self, ToolRow, Whose};
use super::{Sample, html, keys, outlook, sample};
use crate::State;
use crate::address::Path;
use crate::caller::{Request, SignedIn};
use crate::error::{Failure, PageError};
use crate::words::Words;

#[derive(Template)]
#[template(path = "key.html")]
struct KeyPage {
    page: Frame,
    id: String,
    saved: bool,
    /// Why the agent can do nothing at all any more, if so. Then there is nothing to set.
    over: Option<String>,
    tools: Vec<ToolRow>,
    own_column: &'static str,
}

impl KeyPage {
    fn new(page: Frame, view: &AgentView, saved: bool, now: Timestamp) -> Self {
        let over = over(&view.key, now).map(|id| page.say(id).into_owned());
        Self {
            id: view.key.id.to_string(),
            saved: saved && over.is_none(),
            tools: own_levels::rows(page.words, &view.tools, Whose::OneAgent),
            own_column: Whose::OneAgent.column(),
            over,
            page: page.with_title(view.key.name.clone()),
        }
    }
}

const SECTION: Option<Section> = Some(Section::Keys);

pub(super) async fn show(
    With(state): With<State>,
    SignedIn(person): SignedIn,
    Path(id): Path<String>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let id = AgentId::parse(&id).map_err(|_| Failure::not_found())?;
    let view = state.engine.agent(&person, &id).await?;
    let page = visit.frame(&state, &person, SECTION, "keys-title").await?;
    let saved = query.as_deref() == Some("tightened");
    Ok(html(&KeyPage::new(page, &view, saved, state.clock.now())))
}

pub(super) async fn save(
    With(state): With<State>,
    Path(id): Path<String>,
    Request(request): Request,
    Sent { sender, fields }: Sent<SignedIn>,
) -> Result<Redirect, PageError> {
    let id = AgentId::parse(&id).map_err(|_| Failure::not_found())?;
    let changes = own_levels::changes_in(&fields)?;
    let saved = state
        .engine
        .set_own_levels(&sender.0, Some(&id), &changes, &request);
    saved.await?;
    Ok(Redirect::to(&format!("/keys/{id}?tightened")))
}

pub(super) fn samples(words: Words) -> Vec<Sample> {
    let now: Timestamp = "2026-11-23T09:00:00Z".parse().expect("a moment");
    let [lives, _, revoked, _] = keys::sample_keys();
    let mut tools = outlook::sample_tools(None);
    for (tool, agent) in tools.iter_mut().zip([Level::Ask, Level::Deny]) {
        tool.levels.agent = agent;
        tool.level = tool.levels.effective();
        let denied = tool.level == Level::Deny;
        tool.hidden = denied.then_some(domain::policy::DenyReason::PersonDenies);
    }
    let render = |name, key, saved| {
        let view = AgentView {
            key,
            tools: tools.clone(),
        };
        let page = Frame::sample(words, SECTION, "keys-title");
        sample(name, &KeyPage::new(page, &view, saved, now))
    };
    vec![
        render("key", lives.clone(), false),
        render("key-saved", lives, true),
        render("key-revoked", revoked, false),
    ]
}
