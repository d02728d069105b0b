//! The MCP endpoint, `/mcp`: Streamable HTTP without sessions, for clients of both protocol eras.
//!
//! The SDK speaks the protocol. Ours is who may speak (`admit`), what is listed and what a call answers (`handler.rs`).

mod error;
mod handler;
mod listing;

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as With};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::caller::Surface;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::json;
use url::Url;

use self::handler::Handler;
use crate::State;
use crate::api::strict;
use crate::caller::agent;
use crate::error::Failure;
use crate::router::LARGEST_BODY;

/// How many characters each tool takes in the list of MCP, as it is sent: for documents.
pub fn tool_sizes() -> Vec<(&'static str, usize)> {
    listing::sizes()
}

/// The SDK's service, without sessions: every request stands for itself, so there is nothing that a second agent
/// could take over from a first.
pub(crate) fn service(state: &State) -> StreamableHttpService<Handler, NeverSessionManager> {
    let hosts = state.allowed_hosts.iter().map(String::as_str);
    let mut config = StreamableHttpServerConfig::default()
        .with_allowed_hosts(hosts.chain([&*state.host]))
        .with_allowed_origins(origin(&state.base_url))
        .enforce_origin_validation()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(LARGEST_BODY);
    config.sse_retry = None;
    let handler = Handler::new(state.engine.clone());
    StreamableHttpService::new(move || Ok(handler.clone()), Arc::default(), config)
}

/// Our own origin with its port written out: without one the SDK takes every port.
fn origin(base_url: &str) -> Option<String> {
    let url = Url::parse(base_url).ok()?;
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    Some(format!("{}://{host}:{port}", url.scheme()))
}

/// Lets an agent with a valid key through, with its body read once by the strict reader.
pub(crate) async fn admit(With(state): With<State>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match agent(
        &state,
        &parts.uri,
        &parts.headers,
        parts.extensions.get(),
        Surface::Mcp,
    )
    .await
    {
        Ok(agent) => parts.extensions.insert(agent),
        Err(failure) => return failure.into_response(),
    };
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return Failure::too_large().into_response();
    };
    if let Err(message) = strict::parse(&body) {
        return unreadable(&message);
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

fn unreadable(message: &str) -> Response {
    let error = json!({
        "jsonrpc": "2.0",
        "id": null,
        "error": {"code": -32700, "message": message},
    });
    let content_type = [(CONTENT_TYPE, "application/json")];
    (StatusCode::BAD_REQUEST, content_type, error.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_origin_always_has_a_port() {
        for (base, expected) in [
            ("https://attache.example", "https://attache.example:443"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(origin(base).as_deref(), Some(expected));
        }
    }
}
