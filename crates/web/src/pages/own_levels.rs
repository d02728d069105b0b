//! What a person tightens for herself: for all her agents on the page of her connection, for one on the page of its key.

use axum::extract::State as With;
use axum::response::Redirect;
use domain::permission::Level;
use domain::policy::Levels;
use engine::ToolView;

use super::form::{Fields, Sent};
use super::words_for::{Badge, hidden_why, tool_about, tool_title};
use crate::State;
use crate::caller::{Request, SignedIn};
use crate::error::{Failure, PageError};
use crate::words::Words;

/// For which agents something is tightened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// For all agents of the person.
    AllAgents,
    /// For one.
    OneAgent,
}

impl Whose {
    /// The words over the column in which it is chosen.
    pub(super) fn column(self) -> &'static str {
        match self {
            Self::AllAgents => "column-own",
            Self::OneAgent => "column-agent",
        }
    }

    /// What counts without it, and what it says.
    fn of(self, levels: Levels) -> (Level, Level) {
        let Levels {
            organisation,
            person,
            agent,
        } = levels;
        match self {
            Self::AllAgents => (organisation, person),
            Self::OneAgent => (organisation.min(person), agent),
        }
    }
}

/// One tool as a line of the form.
pub(super) struct ToolRow {
    pub(super) title: String,
    pub(super) about: String,
    pub(super) level: Badge,
    pub(super) unavailable: Option<String>,
    pub(super) name: &'static str,
    /// What the person can add to what stands before: word, name, whether it is chosen. Nothing can be added to Deny.
    pub(super) own: Vec<(&'static str, String, bool)>,
}

pub(super) fn rows(words: Words, tools: &[ToolView], whose: Whose) -> Vec<ToolRow> {
    let row = |tool: &ToolView| ToolRow {
        title: tool_title(words, tool.definition),
        about: tool_about(words, tool.definition),
        level: Badge::level(words, tool.level),
        unavailable: tool.hidden.as_ref().map(|why| hidden_why(words, why)),
        name: tool.definition.name.as_str(),
        own: choices(words, tool, whose),
    };
    tools.iter().map(row).collect()
}

/// Only what tightens is offered.
fn choices(words: Words, tool: &ToolView, whose: Whose) -> Vec<(&'static str, String, bool)> {
    let (without, own) = whose.of(tool.levels);
    if without == Level::Deny {
        return Vec::new();
    }
    [Level::AlwaysAllow, Level::Ask, Level::Deny]
        .into_iter()
        .filter(|level| *level == Level::AlwaysAllow || *level < without)
        .map(|level| {
            let name = words.say(&format!("own-{level}")).into_owned();
            // What adds nothing counts as adding nothing.
            let chosen = level == own || (level == Level::AlwaysAllow && own >= without);
            (level.as_str(), name, chosen)
        })
        .collect()
}

pub(super) async fn save(
    With(state): With<State>,
    Request(request): Request,
    Sent { sender, fields }: Sent<SignedIn>,
) -> Result<Redirect, PageError> {
    let changes = changes_in(&fields)?;
    let saved = state
        .engine
        .set_own_levels(&sender.0, None, &changes, &request);
    saved.await?;
    Ok(Redirect::to(
        "/integrations/outlook-calendar?tightened#tools",
    ))
}

/// The levels that a form sends.
///
/// # Errors
/// When one is none.
pub(super) fn changes_in(fields: &Fields) -> Result<Vec<(String, Level)>, Failure> {
    let levels = fields
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("own.")?, value)));
    levels
        .map(|(tool, value)| match Level::parse(value) {
            Some(level) => Ok((tool.to_owned(), level)),
            None => Err(Failure::invalid_field(
                tool,
                "Each tool is sent with what is added to its level.",
            )),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn a_form_gives_a_level_for_each_tool_and_nothing_else() {
        let fields = Fields::of(&[("own.create_event", "ask"), ("form_token", "x")]);
        let found = changes_in(&fields).ok();
        assert_eq!(found, Some(vec![("create_event".to_owned(), Level::Ask)]));
        assert!(changes_in(&Fields::of(&[("own.create_event", "perhaps")])).is_err());
    }

    #[test]
    fn only_what_is_stricter_than_what_stands_before_is_offered() {
        let words = Words::in_language(Language::English);
        let check = |whose, [organisation, person, agent]: [Level; 3], expected: &[&str]| {
            let levels = Levels {
                organisation,
                person,
                agent,
            };
            let tool = ToolView {
                definition: engine::tools::DEFINITIONS[0],
                level: levels.effective(),
                levels,
                hidden: None,
            };
            let offered = choices(words, &tool, whose);
            let shown: Vec<String> = offered
                .iter()
                .map(|(level, _, chosen)| format!("{level}{}", if *chosen { "*" } else { "" }))
                .collect();
            assert_eq!(shown, expected, "{whose:?} {levels:?}");
        };
        let (allow, ask, deny) = (Level::AlwaysAllow, Level::Ask, Level::Deny);
        let all = Whose::AllAgents;
        check(all, [deny, allow, allow], &[]);
        check(all, [ask, allow, allow], &["always_allow*", "deny"]);
        check(all, [ask, ask, allow], &["always_allow*", "deny"]);
        check(all, [allow, ask, deny], &["always_allow", "ask*", "deny"]);
        let one = Whose::OneAgent;
        check(one, [allow, deny, allow], &[]);
        check(one, [allow, ask, allow], &["always_allow*", "deny"]);
        check(one, [allow, ask, deny], &["always_allow", "deny*"]);
        check(one, [allow, allow, ask], &["always_allow", "ask*", "deny"]);
    }
}
