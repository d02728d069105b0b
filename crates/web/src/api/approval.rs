//! `GET /api/v1/approvals/{id}`: how one of this agent's own approvals stands; with `wait_seconds`, waits for a change.

use axum::extract::{RawQuery, State as With};
use axum::response::Response;
use domain::id::ApprovalId;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::State;
use crate::address::Path;
use crate::caller::{Agent, Request};
use crate::error::Failure;

/// The longest wait, in seconds: clients and proxies give up after a minute.
const LONGEST_WAIT: u64 = 50;

pub(crate) async fn read(
    With(state): With<State>,
    Agent(agent): Agent,
    Request(request): Request,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let wait = wait_seconds(query.as_deref())?;
    // What is no id is nobody's approval.
    ApprovalId::parse(&id).map_err(|_| Failure::not_found())?;
    let answer = match wait {
        0 => state.engine.agent_approval(&agent, &id).await?,
        _ => {
            let arguments = json!({ "approval_id": id, "wait_seconds": wait });
            state
                .engine
                .call(&agent, &request, "check_approval", arguments)
                .await?
        }
    };
    Ok(super::answer(&answer))
}

fn wait_seconds(query: Option<&str>) -> Result<u64, Failure> {
    let mut wait = None;
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let seconds = value.parse().ok().filter(|s| *s <= LONGEST_WAIT);
        wait = match (name.as_ref(), seconds) {
            ("wait_seconds", Some(seconds)) if wait.is_none() => Some(seconds),
            ("wait_seconds", Some(_)) => {
                return Err(Failure::invalid_field(
                    "wait_seconds",
                    "wait_seconds is given twice.",
                ));
            }
            ("wait_seconds", None) => {
                return Err(Failure::invalid_field(
                    "wait_seconds",
                    "wait_seconds is a whole number from 0 to 50.",
                ));
            }
            _ => {
                return Err(Failure::invalid_field(
                    "query",
                    "The only parameter here is wait_seconds.",
                ));
            }
        };
    }
    Ok(wait.unwrap_or(0))
}

/// The entry in the OpenAPI document.
pub(super) fn openapi() -> Value {
    let answer = json!({
        "type": "object",
        "required": ["status"],
        "properties": {"status": {"type": "string"}},
    });
    let mut responses = super::openapi::responses("200", "Decided", &answer);
    responses["202"] = super::openapi::response(
        "The person has yet to decide or to sign in, or the call still runs",
        &answer,
    );
    json!({
        "operationId": "read_approval",
        "summary": "How one of this agent's own approvals stands",
        "parameters": [
            {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
            {
                "name": "wait_seconds",
                "in": "query",
                "description": "How long to wait for the person's decision.",
                "schema": {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT, "default": 0},
            },
        ],
        "responses": responses,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_a_whole_number_up_to_fifty() {
        let check = |query, expected: Option<u64>| {
            assert_eq!(wait_seconds(query).ok(), expected, "{query:?}");
        };
        check(None, Some(0));
        check(Some(""), Some(0));
        check(Some("wait_seconds=50"), Some(50));
        check(Some("wait_seconds=51"), None);
        check(Some("wait_seconds=-1"), None);
        check(Some("wait_seconds="), None);
        check(Some("wait=5"), None);
        check(Some("wait_seconds=1&wait_seconds=1"), None);
    }
}
