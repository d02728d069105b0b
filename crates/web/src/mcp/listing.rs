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

/// Hints for the client's own prompts; what is allowed is decided by us. All are set, because their defaults differ.
fn annotations(offered: &Offered) -> ToolAnnotations {
    let mut definitions = tools::DEFINITIONS.iter();
    let definition = definitions.find(|definition| definition.name == offered.name);
    let reads = offered.effect == Effect::Read;
    // Only creating leaves everything as it was; the protocol calls every other change destructive.
    let creates = definition.is_some_and(|definition| definition.operation == Operation::Create);
    ToolAnnotations::from_raw(
        // The tool has its title already.
        None,
        Some(reads),
        Some(!reads && !creates),
        Some(reads),
        // Calendars hold text from outside, and changes mail people outside. check_approval, which has no definition,
        // sees only our own records.
        Some(definition.is_some()),
    )
}

fn schema(value: &Value) -> Arc<JsonObject> {
    Arc::new(value.as_object().cloned().unwrap_or_default())
}
