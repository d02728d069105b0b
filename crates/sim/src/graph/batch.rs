//! `$batch`: several requests in one, answered as if each had come alone.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Bytes;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::error::GraphError;
use super::event_input::{json_body, member};
use super::{Call, Outcome};
use crate::exchange::{Answer, Ask};
use crate::state::World;

/// What Microsoft documents.
const MOST: usize = 20;
/// The headers of an answer that its place in the batch keeps, in the spelling of batches.
const KEPT: &[&str] = &[
    "Content-Type",
    "OData-Version",
    "Retry-After",
    "Location",
    "Preference-Applied",
    "WWW-Authenticate",
];

/// One request of a batch.
struct Step {
    id: String,
    depends_on: Vec<String>,
    /// The request, or why it is none.
    ask: Result<Ask, GraphError>,
}

/// `POST /$batch`. A batch that cannot be read is refused whole; everything else is inside.
pub(super) fn answer(world: &mut World, call: &Call<'_>) -> Outcome {
    let body = json_body(&call.ask.body)?;
    let requests = member(&body, "requests").and_then(Value::as_array);
    let requests = requests.ok_or_else(|| malformed("Invalid batch payload format."))?;
    if requests.is_empty() {
        return Err(malformed("Invalid batch payload format."));
    }
    if requests.len() > MOST {
        let message = format!("Number of batch request steps exceeds the maximum value of {MOST}.");
        return Err(malformed(message));
    }
    let steps = requests
        .iter()
        .map(|request| Step::read(request, call.ask))
        .collect::<Result<Vec<_>, _>>()?;
    let mut statuses: BTreeMap<&str, u16> = BTreeMap::new();
    let mut responses = Vec::new();
    for step in ordered(&steps)? {
        let failed = step.depends_on.iter().any(|id| {
            let status = statuses.get(id.as_str());
            status.is_none_or(|status| *status >= 400)
        });
        let answer = match &step.ask {
            _ if failed => failed_dependency(world, call.ask),
            Ok(ask) => super::answer(world, ask).0,
            Err(refused) => refused.answer(world, call.ask),
        };
        statuses.insert(&step.id, answer.status.as_u16());
        responses.push(response(&step.id, &answer));
    }
    Ok(Answer::json(
        StatusCode::OK,
        &json!({ "responses": responses }),
    ))
}

impl Step {
    fn read(request: &Value, outer: &Ask) -> Result<Self, GraphError> {
        let text = |name: &str| member(request, name).and_then(Value::as_str);
        let id = text("id").filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| malformed("Invalid batch payload format."))?;
        let method = text("method").unwrap_or_default().to_ascii_uppercase();
        let url = text("url").ok_or_else(|| malformed("Invalid batch payload format."))?;
        let depends_on = match member(request, "dependson") {
            None | Some(Value::Null) => Vec::new(),
            Some(ids) => {
                let ids = ids.as_array().into_iter().flatten();
                ids.filter_map(Value::as_str).map(str::to_owned).collect()
            }
        };
        let headers = headers(member(request, "headers"), outer);
        let body = member(request, "body").filter(|body| !body.is_null());
        if body.is_some() && !headers.contains_key(CONTENT_TYPE) {
            let message =
                format!("Write request id : {id} does not contain Content-Type header or body.");
            return Err(malformed(message));
        }
        Ok(Self {
            id: id.to_owned(),
            depends_on,
            ask: inner(&method, url, headers, body),
        })
    }
}

/// The request as it would have come alone. An address that is none is its own refusal.
fn inner(
    method: &str,
    url: &str,
    headers: HeaderMap,
    body: Option<&Value>,
) -> Result<Ask, GraphError> {
    let path = url.trim_start_matches('/');
    let path = path.strip_prefix("v1.0/").unwrap_or(path);
    let nested = path.split('?').next() == Some("$batch");
    let method = Method::from_bytes(method.as_bytes());
    let uri = escaped(&format!("/v1.0/{path}")).parse::<Uri>();
    let (Ok(method), Ok(uri), false) = (method, uri, nested) else {
        return Err(GraphError::unknown_segment(path));
    };
    let json = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
    let body = match body {
        None => Bytes::new(),
        // What is not JSON comes as base64.
        Some(Value::String(text)) if !json => {
            Bytes::from(STANDARD.decode(text).unwrap_or_default())
        }
        Some(body) => Bytes::from(body.to_string()),
    };
    Ok(Ask::new(method, &uri, headers, body))
}

/// Addresses in batches are text: spaces, braces and quotes come as they are.
fn escaped(url: &str) -> String {
    let mut escaped = String::new();
    for character in url.chars() {
        if character.is_ascii_graphic() && !"\"<>\\^`{|}".contains(character) {
            escaped.push(character);
        } else {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                escaped.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    escaped
}

/// The step's own headers, and the token of the batch.
fn headers(own: Option<&Value>, outer: &Ask) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in own.and_then(Value::as_object).into_iter().flatten() {
        let name = HeaderName::try_from(name.as_str());
        let value = HeaderValue::try_from(value.as_str().unwrap_or_default());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.insert(name, value);
        }
    }
    if let Some(token) = outer.headers.get(AUTHORIZATION) {
        headers.insert(AUTHORIZATION, token.clone());
    }
    headers
}

/// The steps in an order in which each comes after those it depends on.
fn ordered(steps: &[Step]) -> Result<Vec<&Step>, GraphError> {
    let ids: BTreeSet<&str> = steps.iter().map(|step| step.id.as_str()).collect();
    if ids.len() < steps.len() {
        return Err(malformed("The ids of the requests are not unique."));
    }
    let mut done = BTreeSet::new();
    let mut ordered = Vec::new();
    while ordered.len() < steps.len() {
        let ready = steps.iter().find(|step| {
            let waits = step.depends_on.iter().any(|id| !done.contains(id.as_str()));
            !done.contains(step.id.as_str()) && !waits
        });
        // What depends on itself, or on nothing that is there, never gets ready.
        let ready = ready
            .ok_or_else(|| malformed("The requests depend on each other, or on none of them."))?;
        done.insert(ready.id.as_str());
        ordered.push(ready);
    }
    Ok(ordered)
}

fn failed_dependency(world: &World, ask: &Ask) -> Answer {
    let message = "The request failed because one of the requests it depends on failed.";
    GraphError::new(424, "FailedDependency", message).answer(world, ask)
}

fn response(id: &str, answer: &Answer) -> Value {
    let kept = KEPT.iter().filter_map(|name| {
        let value = answer.headers.get(*name)?.to_str().ok()?;
        Some(((*name).to_owned(), json!(value)))
    });
    let headers: Map<String, Value> = kept.collect();
    let mut response = json!({ "id": id, "status": answer.status.as_u16(), "headers": headers });
    if !answer.body.is_empty() {
        response["body"] = serde_json::from_slice(&answer.body)
            .unwrap_or_else(|_| json!(STANDARD.encode(&answer.body)));
    }
    response
}

fn malformed(message: impl Into<String>) -> GraphError {
    GraphError::new(400, "BadRequest", message)
}
