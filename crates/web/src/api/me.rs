//! `GET /api/v1/me`: for whom this agent acts.

use axum::extract::State as With;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use crate::State;
use crate::caller::Agent;
use crate::error::Failure;

pub(crate) async fn read(
    With(state): With<State>,
    Agent(agent): Agent,
) -> Result<Response, Failure> {
    let me = state.engine.me(&agent).await?;
    Ok(super::json(StatusCode::OK, &me))
}

/// The entry in the OpenAPI document.
pub(super) fn openapi() -> Value {
    let me = json!({
        "type": "object",
        "required": ["name", "organisation", "agent", "connection"],
        "properties": {
            "name": {"type": "string"},
            "organisation": {"type": "string"},
            "agent": {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}},
            "connection": {"type": "string", "description": "The state of the connection to Outlook Calendar."},
        },
    });
    json!({
        "operationId": "read_me",
        "summary": "For whom this agent acts",
        "responses": super::openapi::responses("200", "The person, the organisation, the connection's state", &me),
    })
}
