//! Entra's errors, as the token endpoint and as redirects write them.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::catalogue::{self, AtAuthorize, Demand};
use super::{pages, respond};
use crate::exchange::{Answer, Ask, value_of};
use crate::random;
use crate::state::World;

/// The claims challenge of somebody who needs a second factor: an authentication context.
pub(crate) const STEP_UP: &str =
    "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}";
/// The claims challenge of a policy, by the policy's id.
pub(crate) const BLOCKED: &str = "{\"access_token\":{\"capolids\":{\"essential\":true,\"values\":[\"5f0c9d0e-2b64-4a53-8d0e-7e1f6f2f9a11\"]}}}";

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
    /// A number's own error, as the catalogue has it.
    pub(crate) fn of(code: u32) -> Self {
        let Some(row) = catalogue::find(code) else {
            return Self::new(code, "invalid_request", "The request is not valid.");
        };
        Self {
            code,
            error: row.error.to_owned(),
            text: row.text.to_owned(),
            suberror: row.suberror.map(str::to_owned),
            claims: row.demand.map(|demand| {
                match demand {
                    Demand::SecondFactor => STEP_UP,
                    Demand::Policy => BLOCKED,
                }
                .to_owned()
            }),
        }
    }

    /// The same error in other words.
    pub(crate) fn saying(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    pub(crate) fn new(code: u32, error: &str, text: &str) -> Self {
        Self {
            code,
            error: error.to_owned(),
            text: text.to_owned(),
            suberror: None,
            claims: None,
        }
    }

    /// The text with its number, trace and time, in lines as Entra writes them.
    pub(crate) fn description(&self, trace: &str, correlation: &str, at: Timestamp) -> String {
        let at = stamp(at);
        let Self { code, text, .. } = self;
        let beneath = catalogue::find(*code).and_then(|row| catalogue::find(row.beneath?));
        let text = match beneath {
            Some(row) => format!("{text} AADSTS{}: {}", row.code, row.text),
            None => text.clone(),
        };
        format!(
            "AADSTS{code}: {text}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {at}"
        )
    }

    /// The token endpoint's form of it.
    pub(crate) fn answer(&self, world: &World, ask: &Ask) -> Answer {
        let (trace, correlation, now) = (random::guid(), correlation_id(ask), world.clock.now());
        let row = catalogue::find(self.code);
        let codes: Vec<u32> = std::iter::once(self.code)
            .chain(row.and_then(|row| row.beneath))
            .collect();
        let mut body = json!({
            "error": self.error,
            "error_description": self.description(&trace, &correlation, now),
            "error_codes": codes,
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
        token_answer(self.status(), &body, &trace).header("x-ms-clitelem", &telemetry)
    }

    /// The authorization endpoint's form of it: a page that leads nowhere, or the way back to the application.
    pub(crate) fn at_authorize(&self, world: &mut World, ask: &Ask) -> Answer {
        let form = ask.form();
        let prompt = ask
            .query_value("prompt")
            .or_else(|| value_of(&form, "prompt"));
        let silent = prompt == Some("none");
        let page =
            |refused: &Self| pages::stopped(StatusCode::BAD_REQUEST, refused.code, &refused.text);
        let error = match catalogue::find(self.code).map(|row| row.at_authorize) {
            Some(AtAuthorize::Redirect(error)) => error,
            Some(AtAuthorize::PageUnlessSilent(error)) if silent => error,
            _ => return page(self),
        };
        let mut told = self.clone();
        told.error = error.to_owned();
        respond::refuse_by_fault(world, ask, &told)
    }

    fn status(&self) -> StatusCode {
        let documented = catalogue::find(self.code)
            .filter(|row| row.error == self.error)
            .and_then(|row| StatusCode::from_u16(row.status).ok());
        documented.unwrap_or(match self.error.as_str() {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        })
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
