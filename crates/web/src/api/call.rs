//! `POST /api/v1/tools/{name}`: calls one tool. The body is the object of its arguments; no body means no arguments.

use axum::body::Bytes;
use axum::extract::State as With;
use axum::extract::rejection::BytesRejection;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use engine::Offered;
use serde_json::{Value, json};

use super::strict;
use crate::State;
use crate::address::Path;
use crate::caller::{Agent, Request};
use crate::error::Failure;

pub(crate) async fn call(
    With(state): With<State>,
    Agent(agent): Agent,
    Request(request): Request,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Failure> {
    let arguments = arguments(&headers, body)?;
    let answer = state
        .engine
        .call(&agent, &request, &name, arguments)
        .await?;
    Ok(super::answer(&answer))
}

fn arguments(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Value, Failure> {
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::too_large(),
        _ => Failure::unreadable_json("The body could not be read to its end."),
    })?;
    if body.is_empty() {
        return Ok(json!({}));
    }
    if !is_json(headers) {
        return Err(Failure::not_json());
    }
    match strict::parse(&body).map_err(|message| Failure::unreadable_json(&message))? {
        object @ Value::Object(_) => Ok(object),
        _ => Err(Failure::unreadable_json(
            "The arguments are one JSON object, such as {}.",
        )),
    }
}

/// A form of another site can send text, but not this type without asking first.
fn is_json(headers: &HeaderMap) -> bool {
    let sent = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = sent.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// The entry in the OpenAPI document for one tool.
pub(super) fn openapi(tool: &Offered) -> Value {
    let mut responses = super::openapi::responses("200", "How the call ended", &tool.output_schema);
    responses["202"] = super::openapi::response(
        "The person has yet to decide, or to sign in at Microsoft: the answer names the approval and the page for it",
        &tool.output_schema,
    );
    json!({
        "operationId": tool.name,
        "summary": tool.title,
        "description": tool.description,
        "requestBody": {"content": {"application/json": {"schema": tool.input_schema}}},
        "responses": responses,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_one_json_object_sent_as_json() {
        let check = |content_type: &str, body: &'static str, expected: Result<Value, u16>| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, content_type.parse().expect("a header"));
            let found = arguments(&headers, Ok(Bytes::from_static(body.as_bytes())));
            assert_eq!(found.map_err(|f| f.status.as_u16()), expected, "{body}");
        };
        check("application/json", r#"{"a":1}"#, Ok(json!({"a": 1})));
        check("Application/JSON; charset=utf-8", "{}", Ok(json!({})));
        check("text/plain", "", Ok(json!({})));
        check("text/plain", "{}", Err(415));
        check("application/json", "[]", Err(400));
        check("application/json", "{", Err(400));
        check("application/json", r#"{"a":1,"a":1}"#, Err(400));
    }
}
