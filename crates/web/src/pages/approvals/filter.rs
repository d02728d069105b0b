//! What a list of requests holds: by state, tool and agent, as its address says.

use domain::approval::ApprovalState;
use domain::id::AgentId;
use domain::tool::Definition;
use engine::tools::DEFINITIONS;
use engine::{ApprovalFilter, KeyView};
use serde::Deserialize;
use url::form_urlencoded;

use crate::pages::words_for::{Badge, tool_title};
use crate::words::Words;

/// One option of a choice.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) name: String,
    pub(super) chosen: bool,
}

/// The query of the address. A word that is none of ours is no wish.
#[derive(Default, Deserialize)]
pub(in crate::pages) struct Filter {
    pub(super) state: Option<String>,
    pub(super) tool: Option<String>,
    pub(super) agent: Option<String>,
    pub(super) before: Option<String>,
}

impl Filter {
    /// Whether requests in every state are wanted.
    pub(super) fn all(&self) -> bool {
        self.state.as_deref() == Some("all")
    }

    /// Without a word, what waits.
    pub(super) fn state(&self) -> Option<ApprovalState> {
        let named = self.state.as_deref().and_then(ApprovalState::parse);
        (!self.all()).then(|| named.unwrap_or(ApprovalState::Pending))
    }

    fn tool(&self) -> Option<&'static str> {
        let wanted = self.tool.as_deref()?;
        let mut names = DEFINITIONS
            .iter()
            .map(|definition| definition.name.as_str());
        names.find(|name| *name == wanted)
    }

    fn agent(&self) -> Option<AgentId> {
        AgentId::parse(self.agent.as_deref()?).ok()
    }

    /// Whether it is narrower than the two tabs.
    pub(super) fn is_narrow(&self) -> bool {
        let tab = matches!(self.state(), None | Some(ApprovalState::Pending));
        !tab || self.tool().is_some() || self.agent().is_some()
    }

    pub(super) fn wanted(&self) -> ApprovalFilter {
        ApprovalFilter {
            state: self.state(),
            tool: self.tool().map(ToOwned::to_owned),
            agent: self.agent(),
        }
    }

    /// The address of the same list from there on.
    pub(super) fn address(&self, before: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("state", self.state().map_or("all", ApprovalState::as_str));
        if let Some(tool) = self.tool() {
            query.append_pair("tool", tool);
        }
        if let Some(agent) = self.agent() {
            query.append_pair("agent", agent.as_str());
        }
        let query = query.append_pair("before", before).finish();
        format!("/approvals?{query}")
    }

    pub(super) fn states(&self, words: Words) -> Vec<Choice> {
        let all = Choice {
            value: "all".to_owned(),
            name: words.say("approvals-all").into_owned(),
            chosen: self.all(),
        };
        let each = ApprovalState::ALL.into_iter().map(|state| Choice {
            value: state.as_str().to_owned(),
            name: Badge::approval(words, state).name,
            chosen: self.state() == Some(state),
        });
        each.chain([all]).collect()
    }

    pub(super) fn tools(&self, words: Words) -> Vec<Choice> {
        let choice = |definition: &&'static Definition| Choice {
            value: definition.name.as_str().to_owned(),
            name: tool_title(words, definition),
            chosen: self.tool() == Some(definition.name.as_str()),
        };
        DEFINITIONS.iter().map(choice).collect()
    }

    pub(super) fn agents(&self, keys: &[KeyView]) -> Vec<Choice> {
        let wanted = self.agent();
        let choice = |key: &KeyView| Choice {
            value: key.id.to_string(),
            name: key.name.clone(),
            chosen: wanted.as_ref() == Some(&key.id),
        };
        keys.iter().map(choice).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_none_of_ours_is_no_wish_and_the_next_page_has_the_same() {
        let check = |query: &str, wanted: &str, narrow: bool| {
            let pairs = form_urlencoded::parse(query.as_bytes());
            let mut filter = Filter::default();
            for (name, value) in pairs {
                let value = Some(value.into_owned());
                match &*name {
                    "state" => filter.state = value,
                    "tool" => filter.tool = value,
                    "agent" => filter.agent = value,
                    _ => filter.before = value,
                }
            }
            assert_eq!(
                filter.address("x"),
                format!("/approvals?{wanted}&before=x"),
                "{query}"
            );
            assert_eq!(filter.is_narrow(), narrow, "{query}");
        };
        let agent = "agent=agt_00000000000000000000000000";
        check("", "state=pending", false);
        check("state=all", "state=all", false);
        check(
            "state=nothing&tool=nothing&agent=nothing",
            "state=pending",
            false,
        );
        check("state=declined", "state=declined", true);
        check("tool=create_event", "state=pending&tool=create_event", true);
        check(
            &format!("state=all&{agent}"),
            &format!("state=all&{agent}"),
            true,
        );
    }
}
