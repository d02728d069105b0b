//! What a failure looks like outside. The one table from kinds to statuses is here.
//!
//! A handler returns a [`Failure`]; the outermost layer, which knows the request's id and whether a page or a program
//! asked, gives it its body. So every failure carries the id, and a panic or an unknown path looks like all others.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::id::RequestId;
use engine::ErrorKind;
use serde_json::{Value, json};

/// A failure in our own words, and for the log what was behind it.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// The HTTP status.
    pub(crate) status: StatusCode,
    /// The stable word for programs; pages look their text up by it.
    pub(crate) code: &'static str,
    /// What happened and what to do next, in English.
    pub(crate) message: String,
    /// The input field that was wrong.
    pub(crate) field: Option<Box<str>>,
    /// Where a person can do something about it.
    pub(crate) link: Option<String>,
    /// When trying again makes sense, in seconds.
    pub(crate) retry_after: Option<NonZeroU64>,
    /// The methods that would have been answered.
    allow: Option<Box<str>>,
    /// Whether the connection is closed, to make room.
    close: bool,
    /// For logs only.
    cause: Option<Arc<engine::Error>>,
}

/// What handlers of pages return.
pub(crate) type PageError = Failure;

/// The status for each kind of failure.
pub(crate) fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound | ErrorKind::UnknownTool => StatusCode::NOT_FOUND,
        ErrorKind::Invalid => StatusCode::BAD_REQUEST,
        ErrorKind::NotConnected | ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Limited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Throttled | ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Microsoft => StatusCode::BAD_GATEWAY,
        ErrorKind::Unreachable | ErrorKind::OutcomeUnknown => StatusCode::GATEWAY_TIMEOUT,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl Failure {
    fn new(status: StatusCode, code: &'static str, message: &str) -> Self {
        Self {
            status,
            code,
            message: message.to_owned(),
            field: None,
            link: None,
            retry_after: None,
            allow: None,
            close: false,
            cause: None,
        }
    }

    pub(crate) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "There is nothing at this address.",
        )
    }

    pub(crate) fn method_not_allowed(allow: &str) -> Self {
        Self {
            allow: Some(allow.into()),
            ..Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This address does not answer that method. The Allow header names those it does answer.",
            )
        }
    }

    pub(crate) fn no_key() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "Send a personal key as \"Authorization: Bearer attache_key_…\". Keys are made on attache's Keys page.",
        )
    }

    pub(crate) fn token_in_url() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "token_in_url",
            "A key does not belong in an address, where logs keep it. Revoke it, make a new one and send that in the Authorization header.",
        )
    }

    pub(crate) fn unknown_host() -> Self {
        Self::new(
            StatusCode::MISDIRECTED_REQUEST,
            "unknown_host",
            "attache does not answer under this host name. Use the address it was set up with, or add the name to its allowed hosts.",
        )
    }

    pub(crate) fn cross_site() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "cross_site",
            "This request came from another site and was refused. Open attache itself and try again there.",
        )
    }

    pub(crate) fn not_opened() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "not_opened",
            "This page was loaded ahead of time, in a frame or as a part of another page. Open it by itself.",
        )
    }

    pub(crate) fn unreadable_form(status: StatusCode) -> Self {
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            _ => Self::new(
                StatusCode::BAD_REQUEST,
                "form_unreadable",
                "The form could not be read. Go back, reload the page and send it again.",
            ),
        }
    }

    pub(crate) fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "The request is larger than 1 MiB.",
        )
    }

    pub(crate) fn not_json() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_json",
            "Send the arguments as a JSON object with Content-Type: application/json.",
        )
    }

    pub(crate) fn unreadable_json(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "json_unreadable", message)
    }

    pub(crate) fn invalid_field(field: &str, message: &str) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::new(StatusCode::BAD_REQUEST, "invalid_arguments", message)
        }
    }

    pub(crate) fn took_too_long() -> Self {
        Self::new(
            StatusCode::GATEWAY_TIMEOUT,
            "took_too_long",
            "This took too long and was given up. If something was to be changed, look first whether it was.",
        )
    }

    pub(crate) fn overloaded() -> Self {
        Self {
            retry_after: NonZeroU64::new(1),
            close: true,
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "overloaded",
                "attache serves as many agents as it can at once. Nothing was done; try again in a moment.",
            )
        }
    }

    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong inside attache. Tell your administrator the request id.",
        )
    }

    /// The body that programs read.
    pub(crate) fn json(&self, request: &RequestId) -> Value {
        let mut error = json!({
            "code": self.code,
            "message": self.message,
            "request_id": request.as_str(),
        });
        if let Some(field) = &self.field {
            error["field"] = json!(field);
        }
        if let Some(link) = &self.link {
            error["link"] = json!(link);
        }
        json!({ "error": error })
    }

    /// The whole answer for a program.
    pub(crate) fn json_response(&self, request: &RequestId) -> Response {
        let content_type = HeaderValue::from_static("application/json");
        let body = self.json(request).to_string();
        (self.status, [(CONTENT_TYPE, content_type)], body).into_response()
    }

    /// Writes the cause down, once, if a person should look at it.
    pub(crate) fn log(&self) {
        if !self.status.is_server_error() {
            return;
        }
        let cause = self.cause.as_deref().map(chain).unwrap_or_default();
        if self.status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(error.code = self.code, cause, "request failed");
        } else {
            tracing::warn!(error.code = self.code, cause, "request failed");
        }
    }

    /// The headers that belong to this failure whatever its body is.
    pub(crate) fn add_headers(&self, response: &mut Response) {
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(after) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(after.get()));
        }
        if self.close {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(Ok(allow)) = self.allow.as_deref().map(HeaderValue::from_str) {
            headers.insert(ALLOW, allow);
        }
    }
}

impl From<engine::Error> for Failure {
    fn from(error: engine::Error) -> Self {
        Self {
            status: status(error.kind),
            code: error.code,
            message: error.message.clone(),
            field: error.field.as_deref().map(Into::into),
            link: error.link.as_deref().map(str::to_owned),
            retry_after: error.retry_after.and_then(whole_seconds),
            allow: None,
            close: false,
            cause: Some(Arc::new(error)),
        }
    }
}

impl IntoResponse for Failure {
    /// Only a mark: `headers::finish` puts the body in.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Seconds, rounded up: who comes back earlier is sent away again.
fn whole_seconds(wait: Duration) -> Option<NonZeroU64> {
    NonZeroU64::new(wait.as_millis().div_ceil(1000).try_into().ok()?).or(NonZeroU64::new(1))
}

/// The causes behind an engine error, outermost first. Our crates keep content out of them.
fn chain(error: &engine::Error) -> String {
    let mut text = String::new();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
