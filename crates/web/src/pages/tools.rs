//! Tools & Permissions: an administrator sets the level of each tool for the organisation.

use askama::Template;
use axum::extract::{RawQuery, State as With};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::permission::Level;
use domain::policy::AskRule;
use engine::{AdministratorCaller, AskedView, LevelChange, LevelView, RulesView};

use super::fatigue::{self, AskedRow};
use super::form::{Fields, Sent};
use super::frame::{Frame, Section, Visit};
use super::rules::{self, RuleRow};
use super::taint::{self, TaintRow};
use super::words_for::{Badge, level_tone, tool_about, tool_title};
use super::{Sample, html, sample};
use crate::State;
use crate::caller::{Administrator, Request};
use crate::error::{Failure, PageError};
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
    was: &'static str,
    choices: Vec<Choice>,
    set: Option<String>,
}

struct Note {
    tone: &'static str,
    role: &'static str,
    text: String,
}

/// What came of the form that was sent before.
#[derive(Clone, Copy)]
enum Came {
    OfNothing,
    Saved(usize),
    RulesSaved(bool),
    TaintSaved(bool),
    ChangedMeanwhile,
}

#[derive(Template)]
#[template(path = "tools.html")]
struct ToolsPage {
    page: Frame,
    note: Option<Note>,
    tools: Vec<ToolRow>,
    rules: Vec<RuleRow>,
    taint: Vec<TaintRow>,
    asked: Vec<AskedRow>,
    /// Of the rules that are shown.
    version: i64,
}

impl ToolsPage {
    fn new(
        page: Frame,
        came: Came,
        levels: &[LevelView],
        set: &RulesView,
        asked: &[AskedView],
    ) -> Self {
        Self {
            note: note(page.words, came),
            tools: levels.iter().map(|view| row(&page, view)).collect(),
            rules: rules::rows(page.words, set),
            taint: taint::rows(page.words, set),
            asked: fatigue::rows(page.words, asked),
            version: set.version,
            page,
        }
    }
}

fn note(words: Words, came: Came) -> Option<Note> {
    let (tone, role, text) = match came {
        Came::OfNothing => return None,
        Came::Saved(changed) => ("good", "status", words.count("tools-saved", changed)),
        Came::RulesSaved(true) => ("good", "status", words.say("rules-saved").into_owned()),
        Came::TaintSaved(true) => ("good", "status", words.say("taint-saved").into_owned()),
        Came::RulesSaved(false) | Came::TaintSaved(false) => {
            ("good", "status", words.count("tools-saved", 0))
        }
        Came::ChangedMeanwhile => ("warn", "alert", words.say("tools-changed").into_owned()),
    };
    Some(Note { tone, role, text })
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
        was: set.as_ref().map_or(UNSET, |_| view.level.as_str()),
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

/// What stands in the form for a level that nobody has set.
pub(super) const UNSET: &str = "unset";

pub(super) async fn show(
    With(state): With<State>,
    Administrator(administrator): Administrator,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let came = match query.as_deref().and_then(|query| query.split_once('=')) {
        Some(("saved", changed)) => changed.parse().map_or(Came::OfNothing, Came::Saved),
        Some(("rules", "changed")) => Came::ChangedMeanwhile,
        Some(("rules", changed)) => Came::RulesSaved(changed == "1"),
        Some(("taint", changed)) => Came::TaintSaved(changed != "0"),
        _ => Came::OfNothing,
    };
    page(&state, &administrator, &visit, came).await
}

async fn page(
    state: &State,
    administrator: &AdministratorCaller,
    visit: &Visit,
    came: Came,
) -> Result<Response, PageError> {
    let page = visit
        .frame(state, administrator, SECTION, "tools-title")
        .await?;
    let levels = state.engine.levels(administrator).await?;
    let rules = state.engine.rules(administrator).await?;
    let asked = state.engine.asked(administrator).await?;
    Ok(html(&ToolsPage::new(page, came, &levels, &rules, &asked)))
}

pub(super) async fn save(
    With(state): With<State>,
    visit: Visit,
    Request(request): Request,
    Sent { sender, fields }: Sent<Administrator>,
) -> Result<Response, PageError> {
    let Administrator(administrator) = sender;
    let changes = changes_in(&fields)?;
    match state
        .engine
        .set_levels(&administrator, &changes, &request)
        .await
    {
        Ok(changed) => Ok(saved(changed).into_response()),
        Err(error) if error.code == "levels_changed" => {
            let page = page(&state, &administrator, &visit, Came::ChangedMeanwhile).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn use_recommended(
    With(state): With<State>,
    Request(request): Request,
    Sent { sender, .. }: Sent<Administrator>,
) -> Result<Redirect, PageError> {
    let changed = state.engine.set_recommended(&sender.0, &request).await?;
    Ok(saved(changed))
}

fn saved(changed: usize) -> Redirect {
    Redirect::to(&format!("/administration/tools?saved={changed}"))
}

/// What a form changes: each tool whose chosen level is not the one its page showed. So an old page that is sent again
/// does not take back what somebody else has set since.
pub(super) fn changes_in(fields: &Fields) -> Result<Vec<LevelChange>, Failure> {
    let mut changes = Vec::new();
    for (name, value) in fields.iter() {
        let Some(tool) = name.strip_prefix("level.") else {
            continue;
        };
        let to = Level::parse(value).ok_or_else(|| no_level(name))?;
        let was = format!("was.{tool}");
        let from = match fields.get(&was) {
            Some(UNSET) => None,
            Some(shown) => Some(Level::parse(shown).ok_or_else(|| no_level(&was))?),
            None => return Err(no_level(&was)),
        };
        if from != Some(to) {
            changes.push(LevelChange {
                tool: tool.to_owned(),
                from,
                to,
            });
        }
    }
    Ok(changes)
}

fn no_level(field: &str) -> Failure {
    Failure::invalid_field(
        field,
        "Each tool is sent with the level that is chosen and the level that was shown.",
    )
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
    let rules = RulesView {
        rules: vec![AskRule::OutsideAttendee, AskRule::StartsWithinMinutes(30)],
        taint_off: vec!["respond_to_event".to_owned()],
        version: 4,
    };
    let none = RulesView {
        rules: Vec::new(),
        taint_off: Vec::new(),
        version: 0,
    };
    vec![
        sample(
            "tools-unset",
            &ToolsPage::new(page(), Came::OfNothing, &views(&[None]), &none, &[]),
        ),
        sample(
            "tools-set",
            &ToolsPage::new(
                page(),
                Came::OfNothing,
                &views(&mixed),
                &rules,
                &fatigue::sample(),
            ),
        ),
        sample(
            "tools-saved",
            &ToolsPage::new(
                page(),
                Came::Saved(2),
                &views(&mixed),
                &rules,
                &fatigue::sample(),
            ),
        ),
        sample(
            "tools-changed",
            &ToolsPage::new(
                page(),
                Came::ChangedMeanwhile,
                &views(&mixed),
                &rules,
                &fatigue::sample(),
            ),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_changes_only_what_differs_from_what_was_shown() {
        let check = |sent: &[(&str, &str)], expected: Option<&[(Option<Level>, Level)]>| {
            let found = changes_in(&Fields::of(sent)).ok().map(|changes| {
                let levels = changes.into_iter().map(|change| (change.from, change.to));
                levels.collect::<Vec<_>>()
            });
            assert_eq!(found.as_deref(), expected, "{sent:?}");
        };
        check(&[], Some(&[]));
        check(&[("was.a", "ask")], Some(&[]));
        check(&[("was.a", "ask"), ("level.a", "ask")], Some(&[]));
        check(
            &[("was.a", "ask"), ("level.a", "deny")],
            Some(&[(Some(Level::Ask), Level::Deny)]),
        );
        check(
            &[("was.a", "unset"), ("level.a", "deny")],
            Some(&[(None, Level::Deny)]),
        );
        check(&[("level.a", "deny")], None);
        check(&[("was.b", "unset"), ("level.a", "deny")], None);
        check(&[("was.a", "Ask"), ("level.a", "deny")], None);
        check(&[("was.a", "ask"), ("level.a", "unset")], None);
    }
}
