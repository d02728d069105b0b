//! Entra's errors, as the token endpoint and as redirects write them.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::exchange::{Answer, Ask, value_of};
use crate::random;
use crate::state::World;

/// One refusal.
#[derive(Debug, Clone)]
pub(crate) struct EntraError {
    /// The AADSTS number.
    pub(crate) code: u32,
    pub(crate) error: String,
    pub(crate) text: String,
    pub(crate) suberror: Option<String>,
    /// A claims challenge, JSON as text.
    pub(crate) claims: Option<String>,
}

impl EntraError {
    pub(crate) fn new(code: u32, error: &str, text: &str) -> Self {
        Self {
            code,
            error: error.to_owned(),
            text: text.to_owned(),
            suberror: None,
            claims: None,
        }
    }

    pub(crate) fn with_suberror(mut self, suberror: &str) -> Self {
        self.suberror = Some(suberror.to_owned());
        self
    }

    /// The text with its number, trace and time, in lines as Entra writes them.
    pub(crate) fn description(&self, trace: &str, correlation: &str, at: Timestamp) -> String {
        let at = stamp(at);
        let Self { code, text, .. } = self;
        format!(
            "AADSTS{code}: {text}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {at}"
        )
    }

    /// The token endpoint's form of it.
    pub(crate) fn answer(&self, world: &World, ask: &Ask) -> Answer {
        let (trace, correlation, now) = (random::guid(), correlation_id(ask), world.clock.now());
        let status = match self.error.as_str() {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        let mut body = json!({
            "error": self.error,
            "error_description": self.description(&trace, &correlation, now),
            "error_codes": [self.code],
            "timestamp": stamp(now),
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("{}/error?code={}", world.base, self.code),
        });
        if let Some(suberror) = &self.suberror {
            body["suberror"] = json!(suberror);
        }
        if let Some(claims) = &self.claims {
            body["claims"] = json!(claims);
        }
        let telemetry = format!("1,{},0,,", self.code);
        token_answer(status, &body, &trace).header("x-ms-clitelem", &telemetry)
    }
}

/// An answer of the token endpoint: never cached, with the id that support asks for.
pub(crate) fn token_answer(status: StatusCode, body: &Value, trace: &str) -> Answer {
    Answer::json(status, body)
        .header("cache-control", "no-store, no-cache")
        .header("pragma", "no-cache")
        .header("expires", "-1")
        .header("x-ms-request-id", trace)
        .header("x-ms-ests-server", "2.1.0 - SIM ProdSlices")
}

/// The caller's own request id if it sent one, wherever it put it.
pub(crate) fn correlation_id(ask: &Ask) -> String {
    let form = ask.form();
    let sent = ask
        .header("client-request-id")
        .or_else(|| ask.query_value("client-request-id"))
        .or_else(|| value_of(&form, "client-request-id"));
    sent.map_or_else(random::guid, str::to_owned)
}

fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}
