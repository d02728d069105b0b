//! Tools & Permissions: an administrator sets the level of each tool for the organisation.

use askama::Template;
use axum::extract::{RawQuery, State as With};
use axum::response::{Redirect, Response};
use domain::permission::Level;
use engine::LevelView;

use super::form::{Fields, Sent};
use super::frame::{Frame, Section, Visit};
use super::words_for::{Badge, level_tone, tool_about, tool_title};
use super::{Sample, html, sample};
use crate::State;
use crate::caller::{Administrator, Request};
use crate::error::PageError;
use crate::words::Words;

struct Choice {
    value: &'static str,
    name: String,
    tone: &'static str,
    chosen: bool,
}

struct ToolRow {
    name: &'static str,
    title: String,
    about: String,
    effect: Badge,
    choices: Vec<Choice>,
    set: Option<String>,
}

#[derive(Template)]
#[template(path = "tools.html")]
struct ToolsPage {
    page: Frame,
    note: Option<String>,
    tools: Vec<ToolRow>,
}

impl ToolsPage {
    fn new(page: Frame, saved: Option<usize>, levels: &[LevelView]) -> Self {
        Self {
            note: saved.map(|changed| page.words.count("tools-saved", changed)),
            tools: levels.iter().map(|view| row(&page, view)).collect(),
            page,
        }
    }
}

fn row(page: &Frame, view: &LevelView) -> ToolRow {
    let words = page.words;
    // A level that nobody has set is shown as not set, although it counts as Deny.
    let set = view.set_at.map(|at| {
        let when = page.when(at);
        match &view.set_by {
            Some(name) => words.fill("tools-set-by", &[("name", name), ("when", &when)]),
            None => words.fill("tools-set-at", &[("when", &when)]),
        }
    });
    ToolRow {
        name: view.definition.name.as_str(),
        title: tool_title(words, view.definition),
        about: tool_about(words, view.definition),
        effect: Badge::effect(words, view.definition.effect),
        choices: [Level::AlwaysAllow, Level::Ask, Level::Deny]
            .into_iter()
            .map(|level| Choice {
                value: level.as_str(),
                name: words.say(&format!("level-{level}")).into_owned(),
                tone: level_tone(level),
                chosen: set.is_some() && view.level == level,
            })
            .collect(),
        set,
    }
}

const SECTION: Option<Section> = Some(Section::Tools);

pub(super) async fn show(
    With(state): With<State>,
    Administrator(administrator): Administrator,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let page = visit
        .frame(&state, &administrator, SECTION, "tools-title")
        .await?;
    let saved = query
        .as_deref()
        .and_then(|query| query.strip_prefix("saved="))
        .and_then(|changed| changed.parse().ok());
    let levels = state.engine.levels(&administrator).await?;
    Ok(html(&ToolsPage::new(page, saved, &levels)))
}

pub(super) async fn save(
    With(state): With<State>,
    Request(request): Request,
    Sent { sender, fields }: Sent<Administrator>,
) -> Result<Redirect, PageError> {
    let changed = state
        .engine
        .set_levels(&sender.0, &levels_in(&fields), &request)
        .await?;
    Ok(saved(changed))
}

pub(super) async fn use_recommended(
    With(state): With<State>,
    Request(request): Request,
    Sent { sender, .. }: Sent<Administrator>,
) -> Result<Redirect, PageError> {
    let levels: Vec<_> = state
        .engine
        .recommended()
        .into_iter()
        .map(|(definition, level)| (definition.name.to_string(), level))
        .collect();
    let changed = state
        .engine
        .set_levels(&sender.0, &levels, &request)
        .await?;
    Ok(saved(changed))
}

fn saved(changed: usize) -> Redirect {
    Redirect::to(&format!("/administration/tools?saved={changed}"))
}

/// The levels in a form. A tool for which nothing is chosen stays as it is; a word that is no level denies.
fn levels_in(fields: &Fields) -> Vec<(String, Level)> {
    fields
        .iter()
        .filter_map(|(name, value)| {
            let tool = name.strip_prefix("level.")?;
            Some((tool.to_owned(), Level::from_stored(Some(value))))
        })
        .collect()
}

pub(super) fn samples(words: Words) -> Vec<Sample> {
    let mixed = [
        Some(Level::AlwaysAllow),
        Some(Level::Ask),
        None,
        Some(Level::Deny),
    ];
    let views = |levels: &[Option<Level>]| {
        let rows = engine::tools::DEFINITIONS.iter().zip(levels.iter().cycle());
        rows.map(|(definition, level)| LevelView {
            definition,
            level: level.unwrap_or_default(),
            set_by: level.map(|_| "Jonas Weber".to_owned()),
            set_at: level.and_then(|_| "2026-11-12T08:31:00Z".parse().ok()),
        })
        .collect::<Vec<_>>()
    };
    let page = || Frame::sample(words, SECTION, "tools-title");
    vec![
        sample(
            "tools-unset",
            &ToolsPage::new(page(), None, &views(&[None])),
        ),
        sample("tools-set", &ToolsPage::new(page(), None, &views(&mixed))),
        sample(
            "tools-saved",
            &ToolsPage::new(page(), Some(2), &views(&mixed)),
        ),
    ]
}
