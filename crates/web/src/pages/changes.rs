//! What administrators have changed about levels and rules: who, when, from what to what, and a button to take it back.

use askama::Template;
use axum::extract::State as With;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::permission::Level;
use domain::policy::AskRule;
use engine::{AdministratorCaller, Change, ChangeView, Listed, Undo};
use serde::Deserialize;

use super::form::Sent;
use super::frame::{Frame, Section, Visit};
use super::rules;
use super::words_for::tool_title;
use super::{Sample, html, sample};
use crate::State;
use crate::address::{Path, Query};
use crate::caller::{Administrator, Request};
use crate::error::PageError;
use crate::words::Words;

struct Row {
    sequence: i64,
    what: String,
    how: String,
    by: String,
    at: String,
    when: String,
    /// What taking it back does, in words; `None` when the same was changed again since.
    undo: Option<String>,
}

/// What came of the button that was pressed before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Came {
    OfNothing,
    Undone,
    ChangedSince,
}

#[derive(Template)]
#[template(path = "changes.html")]
struct ChangesPage {
    page: Frame,
    came: Came,
    rows: Vec<Row>,
    next: Option<String>,
}

impl ChangesPage {
    fn new(page: Frame, came: Came, listed: &Listed<ChangeView>) -> Self {
        let address = |before: &String| format!("/administration/tools/changes?before={before}");
        Self {
            came,
            rows: listed.items.iter().map(|view| row(&page, view)).collect(),
            next: listed.next.as_ref().map(address),
            page,
        }
    }
}

fn row(page: &Frame, view: &ChangeView) -> Row {
    let words = page.words;
    let (what, how, undo) = match &view.change {
        Change::Level { tool, from, to } => {
            let back = from.unwrap_or(Level::Deny);
            let undo = words.fill(
                "changes-undo-level",
                &[("level", &level(words, Some(back)))],
            );
            let levels = [
                ("from", &*level(words, *from)),
                ("to", &*level(words, Some(*to))),
            ];
            (
                tool_title(words, tool),
                words.fill("changes-from-to", &levels),
                undo,
            )
        }
        Change::Rules { from, to } => {
            let undo = words.say("changes-undo-rules").into_owned();
            (
                words.say("rules-title").into_owned(),
                of_rules(words, from, to),
                undo,
            )
        }
        Change::Taint { tool, on } => {
            let (how, undo) = match on {
                true => ("changes-taint-on", "changes-undo-taint-on"),
                false => ("changes-taint-off", "changes-undo-taint-off"),
            };
            let how = words.say(how).into_owned();
            (tool_title(words, tool), how, words.say(undo).into_owned())
        }
    };
    Row {
        sequence: view.sequence,
        what,
        how,
        by: view.by.clone().unwrap_or_default(),
        at: view.at.to_string(),
        when: page.when(view.at),
        undo: (view.undo == Undo::Possible).then_some(undo),
    }
}

fn level(words: Words, level: Option<Level>) -> String {
    let word = level.map_or("unset", Level::as_str);
    words.say(&format!("level-{word}")).into_owned()
}

/// Which rules came and which went; a rule with another number did both.
fn of_rules(words: Words, from: &[AskRule], to: &[AskRule]) -> String {
    let named = |id: &str, these: &[AskRule], others: &[AskRule]| {
        let these = these.iter().filter(|rule| !others.contains(rule));
        let names: Vec<String> = these.map(|rule| rules::sentence(words, *rule)).collect();
        (!names.is_empty()).then(|| words.fill(id, &[("rules", &names.join(" · "))]))
    };
    let came = named("changes-rules-came", to, from);
    let went = named("changes-rules-went", from, to);
    let both: Vec<String> = came.into_iter().chain(went).collect();
    both.join(" ")
}

#[derive(Deserialize, Default)]
pub(super) struct Place {
    before: Option<String>,
    undone: Option<String>,
}

const SECTION: Option<Section> = Some(Section::Tools);
const PER_PAGE: u32 = 25;

pub(super) async fn show(
    With(state): With<State>,
    Administrator(administrator): Administrator,
    visit: Visit,
    Query(place): Query<Place>,
) -> Result<Response, PageError> {
    let came = match place.undone {
        Some(_) => Came::Undone,
        None => Came::OfNothing,
    };
    page(
        &state,
        &administrator,
        &visit,
        came,
        place.before.as_deref(),
    )
    .await
}

async fn page(
    state: &State,
    administrator: &AdministratorCaller,
    visit: &Visit,
    came: Came,
    before: Option<&str>,
) -> Result<Response, PageError> {
    let page = visit
        .frame(state, administrator, SECTION, "changes-title")
        .await?;
    let listed = state
        .engine
        .changes(administrator, before, PER_PAGE)
        .await?;
    Ok(html(&ChangesPage::new(page, came, &listed)))
}

pub(super) async fn undo(
    With(state): With<State>,
    visit: Visit,
    Path(sequence): Path<i64>,
    Request(request): Request,
    Sent { sender, .. }: Sent<Administrator>,
) -> Result<Response, PageError> {
    let Administrator(administrator) = sender;
    let undone = state.engine.undo_change(&administrator, sequence, &request);
    match undone.await {
        Ok(()) => Ok(Redirect::to("/administration/tools/changes?undone=1").into_response()),
        Err(error) if error.code == "changed_since" => {
            let visit = visit.at("/administration/tools/changes");
            let page = page(&state, &administrator, &visit, Came::ChangedSince, None).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn samples(words: Words) -> Vec<Sample> {
    let tool = |name: &str| {
        let mut all = engine::tools::DEFINITIONS.iter();
        *all.find(|one| one.name.as_str() == name).expect("a tool")
    };
    let view = |sequence: i64, change, undo| ChangeView {
        sequence,
        at: "2026-11-23T08:12:00Z".parse().expect("a moment"),
        by: Some("Jonas Weber".to_owned()),
        change,
        undo,
    };
    let items = vec![
        view(
            412,
            Change::Level {
                tool: tool("create_event"),
                from: Some(Level::Ask),
                to: Level::AlwaysAllow,
            },
            Undo::Possible,
        ),
        view(
            371,
            Change::Rules {
                from: vec![AskRule::MoreAttendeesThan(20)],
                to: vec![AskRule::MoreAttendeesThan(10), AskRule::OutsideAttendee],
            },
            Undo::Possible,
        ),
        view(
            202,
            Change::Taint {
                tool: tool("respond_to_event"),
                on: false,
            },
            Undo::Possible,
        ),
        view(
            17,
            Change::Level {
                tool: tool("create_event"),
                from: None,
                to: Level::Ask,
            },
            Undo::ChangedSince,
        ),
    ];
    let render = |name, came, items, next: Option<&str>| {
        let page = Frame::sample(words, SECTION, "changes-title");
        let next = next.map(str::to_owned);
        sample(name, &ChangesPage::new(page, came, &Listed { items, next }))
    };
    vec![
        render("changes", Came::OfNothing, items.clone(), Some("17")),
        render("changes-undone", Came::Undone, items.clone(), None),
        render("changes-since", Came::ChangedSince, items, None),
        render("changes-none", Came::OfNothing, Vec::new(), None),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn a_change_of_rules_says_which_came_and_which_went() {
        let words = Words::in_language(Language::English);
        let check = |from: &[AskRule], to: &[AskRule], expected: &str| {
            assert_eq!(of_rules(words, from, to), expected);
        };
        let (ten, twenty) = (
            AskRule::MoreAttendeesThan(10),
            AskRule::MoreAttendeesThan(20),
        );
        check(&[], &[AskRule::Series], "Now asks: It is about a series.");
        check(
            &[AskRule::Series],
            &[],
            "No longer asks: It is about a series.",
        );
        check(
            &[twenty, AskRule::Series],
            &[ten, AskRule::Series],
            "Now asks: More than 10 people take part. No longer asks: More than 20 people take part.",
        );
    }
}
