//! *Check Approval*: how an agent learns what its person decided. No level, no calendar, only the agent's own approvals.

use domain::tool::{Effect, ToolName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Offered, input};
use crate::Error;

pub(crate) const NAME: ToolName = ToolName::new("check_approval");

/// What it takes.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The approval_id that an answer with status approval_required or sign_in_required gave.
    pub(crate) approval_id: String,
    /// How long to wait for that, in seconds, 0 to 50. Default 0.
    #[serde(default)]
    #[schemars(range(min = 0, max = 50))]
    pub(crate) wait_seconds: u32,
}

pub(crate) fn offered() -> Offered {
    Offered {
        name: NAME,
        title: "Check Approval".into(),
        description: "Tells whether the person has decided about a call that answered approval_required, or signed in for one that \
                      answered sign_in_required, and what came of it. \
                      Can wait up to 50 seconds. Only the person decides, on attache's own page; this tool cannot.",
        effect: Effect::Read,
        input_schema: input::schema::<Input>(),
        output_schema: input::answer_schema(&["done"]),
    }
}

pub(crate) fn parse(arguments: &Value) -> Result<Input, Error> {
    let input: Input = input::parse(arguments)?;
    if input.wait_seconds > 50 {
        return Err(Error::invalid(
            "invalid_arguments",
            "wait_seconds",
            "wait_seconds: 0 to 50.",
        ));
    }
    Ok(input)
}
