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
    /// From the answer of the call.
    pub(crate) approval_id: String,
    /// How long to wait for it. Default 0.
    #[serde(default)]
    #[schemars(range(min = 0, max = 50))]
    pub(crate) wait_seconds: u32,
}

pub(crate) fn offered() -> Offered {
    Offered {
        name: NAME,
        title: "Check Approval".into(),
        description: "What became of a call that waits for the person's yes or sign-in. Only she decides, on attache's own page.",
        effect: Effect::Read,
        input_schema: input::schema::<Input>(),
        output_schema: input::answer_schema(Effect::Write, &["done"]),
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
