//! Tools as MCP lists them, made once from their definitions.

use std::collections::HashMap;
use std::sync::Arc;

use domain::tool::{Effect, Operation, ToolName};
use engine::Offered;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::Value;

/// Every tool of the build, ready to be sent.
pub(super) struct Listing(HashMap<ToolName, Tool>);

impl Listing {
    pub(super) fn new(tools: &[Offered]) -> Self {
        Self(
            tools
                .iter()
                .map(|tool| (tool.definition.name, listed(tool)))
                .collect(),
        )
    }

    /// The form of one tool.
    pub(super) fn get(&self, offered: &Offered) -> Tool {
        match self.0.get(&offered.definition.name) {
            Some(tool) => tool.clone(),
            None => listed(offered),
        }
    }
}

fn listed(offered: &Offered) -> Tool {
    let definition = &offered.definition;
    Tool::new(
        definition.name.as_str(),
        definition.description,
        schema(&offered.input_schema),
    )
    .with_title(offered.title.clone())
    .with_raw_output_schema(schema(&offered.output_schema))
    .with_annotations(annotations(offered))
}

/// Hints for the client's own prompts; what is allowed is decided by us. All are set, because their defaults differ.
fn annotations(offered: &Offered) -> ToolAnnotations {
    let definition = &offered.definition;
    let reads = definition.effect == Effect::Read;
    // Only creating leaves everything as it was; the protocol calls every other change destructive.
    let adds = definition.effect == Effect::Write && definition.operation == Operation::Create;
    ToolAnnotations::from_raw(
        Some(offered.title.clone()),
        Some(reads),
        Some(!reads && !adds),
        Some(reads),
        // Calendars hold text from outside, and changes mail people outside. Our own approvals do neither.
        Some(!definition.scopes.is_empty()),
    )
}

fn schema(value: &Value) -> Arc<JsonObject> {
    Arc::new(value.as_object().cloned().unwrap_or_default())
}
