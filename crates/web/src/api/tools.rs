//! `GET /api/v1/tools`: the tools this agent can use now.

use axum::extract::State as With;
use axum::http::StatusCode;
use axum::response::Response;
use engine::Offered;
use serde_json::{Value, json};

use crate::State;
use crate::caller::Agent;
use crate::error::Failure;

pub(crate) async fn list(
    With(state): With<State>,
    Agent(agent): Agent,
) -> Result<Response, Failure> {
    let tools = state.engine.tools(&agent).await?;
    let tools: Vec<Value> = tools.into_iter().map(describe).collect();
    Ok(super::json(StatusCode::OK, &json!({ "tools": tools })))
}

fn describe(tool: &Offered) -> Value {
    json!({
        "name": tool.name,
        "title": tool.title,
        "effect": tool.effect,
        "description": tool.description,
        "input_schema": tool.input_schema,
        "output_schema": tool.output_schema,
    })
}

/// The entry in the OpenAPI document.
pub(super) fn openapi() -> Value {
    let member = |schema: Value| json!({"type": "array", "items": schema});
    json!({
        "operationId": "list_tools",
        "summary": "The tools this agent can use now",
        "description": "Tools that are denied, or whose connection is missing, are not listed.",
        "responses": super::openapi::responses("200", "The tools", &json!({
            "type": "object",
            "required": ["tools"],
            "properties": {"tools": member(json!({
                "type": "object",
                "required": ["name", "title", "effect", "description", "input_schema", "output_schema"],
                "properties": {
                    "name": {"type": "string"},
                    "title": {"type": "string"},
                    "effect": {"enum": ["read", "write", "destructive"]},
                    "description": {"type": "string"},
                    "input_schema": {"type": "object"},
                    "output_schema": {"type": "object"},
                },
            }))},
        })),
    })
}
