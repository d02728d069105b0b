//! The REST interface for programs, `/api/v1`. One file for each endpoint.
//!
//! Nothing under `/api` can approve, connect, change a level or make a key: those need the person's own browser.

pub(crate) mod approval;
pub(crate) mod call;
pub(crate) mod connections;
pub(crate) mod me;
pub(crate) mod openapi;
pub(crate) mod tools;

pub(crate) mod strict;

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: &Value) -> Response {
    (
        status,
        [(CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

/// The answer to a call: 200 when it is over, 202 while its person has yet to decide.
fn answer(answer: &engine::Answer) -> Response {
    let status = if answer.pending {
        StatusCode::ACCEPTED
    } else {
        StatusCode::OK
    };
    json(status, &answer.body)
}
