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

/// `GET /api/v1/connections/outlook-calendar`: the one there is.
pub(crate) async fn read(
    With(state): With<State>,
    Agent(agent): Agent,
) -> Result<Response, Failure> {
    let connections = state.engine.agent_connection(&agent).await?;
    Ok(super::json(StatusCode::OK, &connections["connections"][0]))
}

/// `DELETE /api/v1/connections/outlook-calendar`: refused to every key (decision 7), with the page where it is done.
pub(crate) async fn end(With(state): With<State>, Agent(_): Agent) -> Result<Response, Failure> {
    Err(state.engine.only_the_person_ends_it().into())
}

fn schema() -> Value {
    let text = || json!({"type": "string"});
    json!({
        "type": "object",
        "required": ["integration", "state", "link", "next"],
        "properties": {
            "integration": text(),
            "state": text(),
            "link": {"type": "string", "description": "The page on which the person can do something about it."},
            "code": {"type": "string", "description": "The code that a call would be answered with; absent while it works."},
            "message": {"type": "string", "description": "What the person can do, to be passed on to her."},
            "why": {"type": ["string", "null"], "description": "A finer reason, where there is one."},
            "next": {
                "type": "string",
                "enum": ["nothing", "connect", "sign_in", "ask_administrator"],
                "description": "What the person does next, on the page of the link.",
            },
            "since": {"type": "string", "format": "date-time", "description": "When it was last connected; absent when there is nothing to use."},
            "missing_scopes": {"type": "array", "items": text(), "description": "What attache asks for and Microsoft did not grant; absent like `since`."},
            "tools_without_scopes": {
                "type": "array",
                "description": "The tools that are missing for that reason; denied ones are not told. Absent like `since`.",
                "items": {
                    "type": "object",
                    "required": ["name", "scopes"],
                    "properties": {"name": text(), "scopes": {"type": "array", "items": text()}},
                },
            },
        },
    })
}

/// The entry of the list in the OpenAPI document.
pub(super) fn openapi() -> Value {
    let connection = schema();
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

/// The entries of the one in the OpenAPI document.
pub(super) fn openapi_of_one() -> Value {
    json!({
        "get": {
            "operationId": "read_connection",
            "summary": "The connection of this agent's person to Outlook Calendar",
            "responses": super::openapi::responses("200", "The connection", &schema()),
        },
        "delete": {
            "operationId": "end_connection",
            "summary": "Refused to agents: the answer names the page on which the person ends it herself",
            "responses": {"default": {"$ref": "#/components/responses/Error"}},
        },
    })
}
