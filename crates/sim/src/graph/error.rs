//! Graph's errors, in the one shape that they all have.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::auth::Refusal;
use super::challenge::{ChallengeForm, lines};
use super::with_ids;
use crate::exchange::{Answer, Ask};
use crate::random;
use crate::state::World;

/// One refusal.
#[derive(Debug)]
pub(super) struct GraphError {
    status: u16,
    code: &'static str,
    message: String,
    /// A further member of `error`.
    extra: Option<(&'static str, Value)>,
    /// The claims to demand, JSON as text.
    claims: Option<String>,
}

impl GraphError {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            extra: None,
            claims: None,
        }
    }

    pub(super) fn with_extra(mut self, name: &'static str, value: Value) -> Self {
        self.extra = Some((name, value));
        self
    }

    pub(super) fn with_claims(mut self, claims: &str) -> Self {
        self.claims = Some(claims.to_owned());
        self
    }

    /// The item does not exist, or may not be known to exist.
    pub(super) fn not_found() -> Self {
        Self::new(
            404,
            "ErrorItemNotFound",
            "The specified object was not found in the store.",
        )
    }

    pub(super) fn unknown_segment(segment: &str) -> Self {
        Self::new(
            400,
            "BadRequest",
            format!("Resource not found for the segment '{segment}'."),
        )
    }

    pub(super) fn no_method() -> Self {
        let message = "Specified HTTP method is not allowed for the request target.";
        Self::new(405, "BadRequest", message)
    }

    /// Nobody has that key. The directory, and the two ways in which mailboxes say so.
    pub(super) fn nobody(key: &str, refusal: Refusal) -> Self {
        let is_address = key.contains('@');
        match refusal {
            Refusal::Directory => Self::new(
                404,
                "Request_ResourceNotFound",
                format!(
                    "Resource '{key}' does not exist or one of its queried reference-property objects are not present."
                ),
            ),
            Refusal::Mailbox if is_address => Self::new(
                404,
                "ErrorInvalidUser",
                format!("The requested user '{key}' is invalid."),
            ),
            Refusal::Mailbox => {
                Self::new(404, "ResourceNotFound", "Resource could not be discovered.")
            }
        }
    }

    pub(super) fn no_mailbox() -> Self {
        let message = "The mailbox is either inactive, soft-deleted, or is hosted on-premise.";
        Self::new(404, "MailboxNotEnabledForRESTAPI", message)
    }

    pub(super) fn unsupported_zone(name: &str) -> Self {
        let message = format!("The following TimeZone value is not supported: {name}.");
        Self::new(400, "TimeZoneNotSupportedException", message)
    }

    pub(super) fn bad_query(message: impl Into<String>) -> Self {
        Self::new(400, "ErrorInvalidUrlQuery", message)
    }

    pub(super) fn bad_filter() -> Self {
        let message = "The query filter contains one or more invalid nodes.";
        Self::new(400, "ErrorInvalidUrlQueryFilter", message)
    }

    pub(super) fn answer(&self, world: &World, ask: &Ask) -> Answer {
        let request_id = random::guid();
        let client_id = ask.header("client-request-id").unwrap_or(&request_id);
        let mut body = json!({
            "error": {
                "code": self.code,
                "message": self.message,
                "innerError": {
                    "date": world.clock.now().strftime("%Y-%m-%dT%H:%M:%S").to_string(),
                    "request-id": request_id,
                    "client-request-id": client_id,
                },
            },
        });
        if let Some((name, value)) = &self.extra {
            body["error"][name] = value.clone();
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut answer = Answer::json(status, &body);
        if self.status == 401 {
            answer = answer.header("www-authenticate", &self.demand(world));
        }
        with_ids(answer, ask, &request_id)
    }

    /// The `WWW-Authenticate` header, with a claims challenge if there is one.
    fn demand(&self, world: &World) -> String {
        let authority = format!("{}/common/oauth2/authorize", world.base);
        match &self.claims {
            Some(claims) => lines(&world.base, claims, ChallengeForm::Plain).concat(),
            None => format!(
                "Bearer realm=\"\", authorization_uri=\"{authority}\", client_id=\"00000003-0000-0000-c000-000000000000\""
            ),
        }
    }
}

/// The refusal of a body that is longer than anything Graph reads at once.
pub(crate) fn too_large(world: &World, ask: &Ask) -> Answer {
    let message = "The size of the request exceeds the limit.";
    GraphError::new(413, "RequestEntityTooLarge", message).answer(world, ask)
}

/// A 429, to which the caller adds `Retry-After`.
pub(crate) fn throttled(world: &World, ask: &Ask) -> Answer {
    let message = "Application is over its MailboxConcurrency limit.";
    GraphError::new(429, "ApplicationThrottled", message).answer(world, ask)
}

/// A 5xx; nothing was done, or nobody can tell.
pub(crate) fn unavailable(world: &World, ask: &Ask, status: StatusCode) -> Answer {
    let (code, message) = match status.as_u16() {
        503 => (
            "serviceNotAvailable",
            "The service is temporarily unavailable.",
        ),
        500 => ("generalException", "An internal server error occurred."),
        _ => ("UnknownError", ""),
    };
    GraphError::new(status.as_u16(), code, message).answer(world, ask)
}
