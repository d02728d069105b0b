//! What goes back when a request meets a fault.

use axum::body::Bytes;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Fault, Surface, When};
use crate::entra::errors::EntraError;
use crate::entra::{catalogue, conditional, respond};
use crate::exchange::{Answer, Ask, Cut, Reply};
use crate::graph::{self, ChallengeForm};
use crate::state::World;

const BROKEN_PAGE: &str = "<html><head><title>Service unavailable</title></head><body><h2>Our services aren't available right now</h2></body></html>";

/// What is answered instead.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultAnswer {
    /// The ordinary answer; only its delay is a fault.
    #[default]
    Ordinary,
    /// Exactly this.
    Status {
        /// The status code.
        status: u16,
        /// Header names and values.
        #[serde(default)]
        headers: Vec<(String, String)>,
        /// The body.
        #[serde(default)]
        body: String,
    },
    /// 429, with this `Retry-After` in seconds.
    Throttle {
        /// Seconds.
        retry_after: u32,
    },
    /// 429 that does not say when to come back.
    ThrottleWithoutHint,
    /// 500, 502, 503 or 504 in the words of Graph or Entra.
    Unavailable {
        /// The status code.
        status: u16,
        /// `Retry-After` in seconds.
        #[serde(default)]
        retry_after: Option<u32>,
        /// A page instead of JSON, as gateways answer.
        #[serde(default)]
        html: bool,
    },
    /// 200 with something that is not JSON.
    Garbage,
    /// 502 with a page.
    Html,
    /// The ordinary answer under another content type.
    Mislabelled {
        /// The content type.
        content_type: String,
    },
    /// 200 with an error inside, where a collection was expected.
    ErrorInside,
    /// The ordinary answer ends in the middle, and the connection with it.
    Truncate {
        /// So many bytes of the body are sent.
        keep: usize,
        /// How the missing end can be noticed.
        #[serde(default)]
        framing: Framing,
    },
    /// The ordinary answer stops in the middle, and the connection stays.
    StallBody {
        /// So many bytes of the body are sent.
        keep: usize,
    },
    /// The connection closes without an answer.
    Drop,
    /// The connection is reset (RST) without an answer. On HTTP/2 only the request's stream is.
    Reset,
    /// No answer ever comes.
    Stall,
    /// A demand for more: 401 at Graph, `interaction_required` with claims at Entra.
    ClaimsChallenge,
    /// A claims challenge of Graph's in one of the forms in which its header was seen; elsewhere as the one before.
    Challenge {
        /// The form of `WWW-Authenticate`.
        #[serde(default)]
        form: ChallengeForm,
        /// The claims to demand, JSON as text; if nothing is said, a token that is issued from now on.
        #[serde(default)]
        claims: Option<String>,
    },
    /// The AADSTS error of that number, as the catalogue has it.
    Aadsts(
        /// A number of `docs/simulator.md`.
        #[serde(deserialize_with = "catalogue::known")]
        u32,
    ),
    /// The error of Graph's with that code, as its table has it.
    GraphError(
        /// A code of [`crate::graph_errors`].
        #[serde(deserialize_with = "graph::catalogue::known")]
        String,
    ),
    /// Any error of Entra's.
    EntraError {
        /// The AADSTS number.
        code: u32,
        /// The OAuth error.
        error: String,
        /// The finer reason.
        #[serde(default)]
        suberror: Option<String>,
        /// A claims challenge, JSON as text.
        #[serde(default)]
        claims: Option<String>,
    },
}

/// How the length of a truncated answer was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Framing {
    /// `Content-Length` says more than is sent.
    #[default]
    Length,
    /// The last chunk is missing.
    Chunked,
}

impl FaultAnswer {
    /// The name that the log and the control surface use.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Status { .. } => "status",
            Self::Throttle { .. } => "throttle",
            Self::ThrottleWithoutHint => "throttle_without_hint",
            Self::Unavailable { .. } => "unavailable",
            Self::Garbage => "garbage",
            Self::Html => "html",
            Self::Mislabelled { .. } => "mislabelled",
            Self::ErrorInside => "error_inside",
            Self::Truncate { .. } => "truncate",
            Self::StallBody { .. } => "stall_body",
            Self::Drop => "drop",
            Self::Reset => "reset",
            Self::Stall => "stall",
            Self::ClaimsChallenge => "claims_challenge",
            Self::Challenge { .. } => "challenge",
            Self::Aadsts(_) => "aadsts",
            Self::GraphError(_) => "graph_error",
            Self::EntraError { .. } => "entra_error",
        }
    }

    /// Whether the ordinary answer is what goes back, in another shape.
    fn shapes_the_ordinary(&self) -> bool {
        matches!(
            self,
            Self::Ordinary
                | Self::Mislabelled { .. }
                | Self::Truncate { .. }
                | Self::StallBody { .. }
        )
    }
}

impl Fault {
    /// Whether it answers with what no part of Microsoft's would say. All other answers keep Microsoft's shape.
    pub(crate) fn is_alien(&self) -> bool {
        matches!(
            self.answer,
            FaultAnswer::Status { .. }
                | FaultAnswer::Garbage
                | FaultAnswer::Html
                | FaultAnswer::Mislabelled { .. }
                | FaultAnswer::ErrorInside
                | FaultAnswer::Unavailable { html: true, .. }
        )
    }

    /// The fault's answer to a request. `serve` gives the ordinary one, and the request takes effect by it.
    pub(crate) fn reply(
        &self,
        world: &mut World,
        ask: &Ask,
        surface: Option<Surface>,
        serve: impl FnOnce(&mut World) -> Answer,
    ) -> Reply {
        if self.answer.shapes_the_ordinary() {
            return self.shaped(serve(world));
        }
        if self.when == When::After {
            serve(world);
        }
        match &self.answer {
            FaultAnswer::Drop => Reply::Drop,
            FaultAnswer::Reset => Reply::Reset,
            FaultAnswer::Stall => Reply::Stall,
            other => Reply::Answer(instead(other, world, ask, surface)),
        }
    }

    fn shaped(&self, ordinary: Answer) -> Reply {
        match &self.answer {
            FaultAnswer::Mislabelled { content_type } => {
                Reply::Answer(ordinary.header("content-type", content_type))
            }
            FaultAnswer::Truncate { keep, framing } => {
                let cut = match framing {
                    Framing::Length => Cut::Short,
                    Framing::Chunked => Cut::ShortChunks,
                };
                Reply::Cut(ordinary, *keep, cut)
            }
            FaultAnswer::StallBody { keep } => Reply::Cut(ordinary, *keep, Cut::Stalled),
            _ => Reply::Answer(ordinary),
        }
    }
}

/// An answer that has nothing of the ordinary one.
fn instead(answer: &FaultAnswer, world: &mut World, ask: &Ask, surface: Option<Surface>) -> Answer {
    match answer {
        FaultAnswer::Status {
            status,
            headers,
            body,
        } => {
            let mut answer = Answer::empty(status_of(*status));
            answer.body = Bytes::from(body.clone());
            let headers = headers.iter();
            headers.fold(answer, |answer, (name, value)| answer.header(name, value))
        }
        FaultAnswer::Throttle { retry_after } => {
            throttled(world, ask, surface).header("retry-after", &retry_after.to_string())
        }
        FaultAnswer::ThrottleWithoutHint => throttled(world, ask, surface),
        FaultAnswer::Unavailable {
            status,
            retry_after,
            html,
        } => {
            let answer = unavailable(world, ask, surface, status_of(*status), *html);
            match retry_after {
                Some(seconds) => answer.header("retry-after", &seconds.to_string()),
                None => answer,
            }
        }
        FaultAnswer::Html => Answer::html(StatusCode::BAD_GATEWAY, BROKEN_PAGE.to_owned()),
        FaultAnswer::ErrorInside => {
            let body = json!({
                "value": [{ "error": { "code": "UnknownError", "message": "" } }],
            });
            Answer::json(StatusCode::OK, &body)
        }
        FaultAnswer::ClaimsChallenge => challenge(world, ask, surface, ChallengeForm::Plain, None),
        FaultAnswer::Challenge { form, claims } => {
            challenge(world, ask, surface, *form, claims.clone())
        }
        FaultAnswer::GraphError(code) => graph::catalogue::requested(world, ask, code),
        FaultAnswer::Aadsts(code) if surface == Some(Surface::Authorize) => {
            EntraError::of(*code).at_authorize(world, ask)
        }
        FaultAnswer::Aadsts(code) => conditional::spelled(world.home(), *code).answer(world, ask),
        FaultAnswer::EntraError {
            code,
            error,
            suberror,
            claims,
        } => {
            let refused = EntraError {
                code: *code,
                error: error.clone(),
                text: "This error was asked for.".to_owned(),
                suberror: suberror.clone(),
                claims: claims.clone(),
            };
            entra_answer(world, ask, surface, &refused)
        }
        _ => {
            let mut answer = Answer::empty(StatusCode::OK);
            answer.body = Bytes::from_static(b"{\"value\": [ this is not JSON");
            answer.header("content-type", "application/json; charset=utf-8")
        }
    }
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY)
}

fn challenge(
    world: &mut World,
    ask: &Ask,
    surface: Option<Surface>,
    form: ChallengeForm,
    claims: Option<String>,
) -> Answer {
    if surface == Some(Surface::Graph) {
        let message = "Continuous access evaluation resulted in claims challenge with result: InteractionRequired and code: TokenCreatedWithOutdatedPolicies";
        let claims = claims.unwrap_or_else(|| issued_from(world.clock.now()));
        return graph::challenge(world, ask, &claims, message, form);
    }
    let mut refused = conditional::spelled(world.home(), 50_076);
    refused.claims = claims.or(refused.claims);
    entra_answer(world, ask, surface, &refused)
}

/// The claims challenge that a token issued from now on meets.
fn issued_from(at: Timestamp) -> String {
    let nbf = at.as_second().to_string();
    json!({ "access_token": { "nbf": { "essential": true, "value": nbf } } }).to_string()
}

fn entra_answer(
    world: &mut World,
    ask: &Ask,
    surface: Option<Surface>,
    refused: &EntraError,
) -> Answer {
    if surface == Some(Surface::Authorize) {
        respond::refuse_by_fault(world, ask, refused)
    } else {
        refused.answer(world, ask)
    }
}

fn throttled(world: &World, ask: &Ask, surface: Option<Surface>) -> Answer {
    if surface == Some(Surface::Graph) {
        return graph::throttled(world, ask);
    }
    let text = "The request was throttled because of too many requests.";
    let mut answer = EntraError::new(90_055, "temporarily_unavailable", text).answer(world, ask);
    answer.status = StatusCode::TOO_MANY_REQUESTS;
    answer
}

fn unavailable(
    world: &World,
    ask: &Ask,
    surface: Option<Surface>,
    status: StatusCode,
    html: bool,
) -> Answer {
    if html {
        return Answer::html(status, BROKEN_PAGE.to_owned());
    }
    if surface == Some(Surface::Graph) {
        return graph::unavailable(world, ask, status);
    }
    let text = "A transient error has occurred. Please try again.";
    let mut answer = EntraError::new(90_033, "temporarily_unavailable", text).answer(world, ask);
    answer.status = status;
    answer
}
