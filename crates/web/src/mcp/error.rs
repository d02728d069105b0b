//! What a failed call looks like to an MCP client.

use domain::id::RequestId;
use engine::{Error, ErrorKind};
use rmcp::ErrorData;
use rmcp::model::{CallToolResponse, CallToolResult};
use serde_json::{Value, json};

/// An unknown tool is a mistake in the protocol; everything else is an answer that the model can act on.
pub(super) fn answer(error: Error, request: &RequestId) -> Result<CallToolResponse, ErrorData> {
    if error.kind == ErrorKind::UnknownTool {
        return Err(ErrorData::invalid_params("Unknown tool", None));
    }
    let failure = crate::error::Failure::from(error);
    failure.log();
    let mut body = failure.json(request)["error"].take();
    body["status"] = Value::from("failed");
    if let Some(after) = failure.retry_after {
        body["retry_after_seconds"] = json!(after.get());
    }
    Ok(CallToolResult::structured_error(body).into())
}

/// A failure outside a call, such as while listing.
pub(super) fn protocol(error: Error, request: &RequestId) -> ErrorData {
    let failure = crate::error::Failure::from(error);
    failure.log();
    ErrorData::internal_error(failure.message.clone(), Some(failure.json(request)))
}
