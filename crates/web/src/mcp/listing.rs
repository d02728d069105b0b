//! Tools as MCP lists them, made once from their definitions.

use std::collections::HashMap;
use std::sync::Arc;

use domain::tool::{Effect, Operation, ToolName};
use engine::{Offered, tools};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::Value;

/// Every tool of the build, ready to be sent.
pub(super) struct Listing(HashMap<ToolName, Tool>);

impl Listing {
    pub(super) fn new() -> Self {
        let all = tools::all().into_iter();
        Self(all.map(|tool| (tool.name, listed(tool))).collect())
    }

    /// The form of one tool.
    pub(super) fn get(&self, offered: &Offered) -> Tool {
        match self.0.get(&offered.name) {
            Some(tool) => tool.clone(),
            None => listed(offered),
        }
    }
}

fn listed(offered: &Offered) -> Tool {
    Tool::new(
        offered.name.as_str(),
        offered.description,
        schema(&offered.input_schema),
    )
    .with_title(offered.title.clone())
    .with_raw_output_schema(schema(&offered.output_schema))
    .with_annotations(annotations(offered))
}

/// Hints for the client's own prompts; what is allowed is decided by us. A hint that is as the protocol takes it anyway
/// (not read-only, destructive, not idempotent, open) is left out: an agent pays for every character.
fn annotations(offered: &Offered) -> ToolAnnotations {
    let mut definitions = tools::DEFINITIONS.iter();
    let definition = definitions.find(|definition| definition.name == offered.name);
    let reads = offered.effect == Effect::Read;
    // Only creating leaves everything as it was; the protocol calls every other change destructive, and asks that only of
    // tools that change something.
    let creates = definition.is_some_and(|definition| definition.operation == Operation::Create);
    ToolAnnotations::from_raw(
        // The tool has its title already.
        None,
        Some(reads),
        creates.then_some(false),
        None,
        // Calendars hold text from outside, and changes mail people outside. check_approval, which has no definition,
        // sees only our own records.
        definition.is_none().then_some(false),
    )
}

fn schema(value: &Value) -> Arc<JsonObject> {
    Arc::new(value.as_object().cloned().unwrap_or_default())
}

/// How many characters each tool takes in the list of MCP, as it is sent.
pub(super) fn sizes() -> Vec<(&'static str, usize)> {
    let size = |tool: &'static Offered| {
        let text = serde_json::to_string(&listed(tool)).unwrap_or_default();
        (tool.name.as_str(), text.chars().count())
    };
    tools::all().into_iter().map(size).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_list_as_it_is_sent_stays_small() {
        let whole: usize = sizes().iter().map(|(_, size)| size).sum();
        assert!(whole <= 12_000, "{whole} characters: {:?}", sizes());
    }
}
