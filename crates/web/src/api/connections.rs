//! `GET /api/v1/connections`: the connections of this agent's person. Connecting and disconnecting are not for agents.

use axum::extract::State as With;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use crate::State;
use crate::caller::Agent;
use crate::error::Failure;

pub(crate) async fn list(
    With(state): With<State>,
    Agent(agent): Agent,
) -> Result<Response, Failure> {
    let connections = state.engine.agent_connection(&agent).await?;
    Ok(super::json(StatusCode::OK, &connections))
}

/// The entry in the OpenAPI document.
pub(super) fn openapi() -> Value {
    let text = || json!({"type": "string"});
    let connection = json!({
        "type": "object",
        "required": ["integration", "state", "link"],
        "properties": {
            "integration": text(),
            "state": text(),
            "link": {"type": "string", "description": "The page on which the person can do something about it."},
            "code": {"type": "string", "description": "The code that a call would be answered with; absent while it works."},
            "message": {"type": "string", "description": "What the person can do, to be passed on to her."},
            "why": {"type": ["string", "null"], "description": "A finer reason, where there is one."},
        },
    });
    let connections = json!({
        "type": "object",
        "required": ["connections"],
        "properties": {"connections": {"type": "array", "items": connection}},
    });
    json!({
        "operationId": "list_connections",
        "summary": "The connections of this agent's person, and their states",
        "responses": super::openapi::responses("200", "The connections", &connections),
    })
}
