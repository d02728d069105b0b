//! Misbehaviour on request.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::entra::errors::EntraError;
use crate::entra::{catalogue, respond};
use crate::exchange::{Answer, Ask, Reply};
use crate::graph;
use crate::state::World;

/// One kind of misbehaviour, for the requests it fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Where it happens.
    pub surface: Surface,
    /// Only for this HTTP method.
    #[serde(default)]
    pub method: Option<String>,
    /// Only for paths that contain this.
    #[serde(default)]
    pub path_contains: Option<String>,
    /// How often; `None` is until cleared.
    #[serde(default)]
    pub times: Option<u32>,
    /// Before or after the operation took effect.
    #[serde(default)]
    pub when: When,
    /// What is answered instead.
    pub answer: FaultAnswer,
}

/// A part of the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// The token endpoint.
    Token,
    /// The authorization endpoint and its pages.
    Authorize,
    /// Graph.
    Graph,
    /// All of Entra and Graph, discovery and keys included.
    Any,
}

/// Whether a request took effect before it went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Nothing happened.
    #[default]
    Before,
    /// It happened; only the answer was lost.
    After,
}

/// What is answered instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultAnswer {
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
    /// 200 with something that is not JSON.
    Garbage,
    /// 502 with a page.
    Html,
    /// The connection closes without an answer.
    Drop,
    /// No answer ever comes.
    Stall,
    /// A demand for more: 401 at Graph, `interaction_required` with claims at Entra.
    ClaimsChallenge,
    /// The AADSTS error of that number, as the catalogue has it.
    Aadsts(
        /// A number of `docs/simulator-errors.md`.
        #[serde(deserialize_with = "catalogue::known")]
        u32,
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

/// The faults that are set.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    set: Vec<Fault>,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.set.push(fault);
    }

    /// Whether nothing misbehaves.
    #[cfg(any(test, feature = "fuzz"))]
    pub(crate) fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.set.clear();
    }

    /// The first fault that fits, counted down.
    pub(crate) fn take(&mut self, ask: &Ask, surface: Option<Surface>) -> Option<Fault> {
        let index = self.set.iter().position(|fault| fault.fits(ask, surface))?;
        let fault = self.set[index].clone();
        if let Some(times) = self.set[index].times.as_mut() {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.set.remove(index);
            }
        }
        Some(fault)
    }
}

impl Fault {
    fn fits(&self, ask: &Ask, surface: Option<Surface>) -> bool {
        let surface_fits = self.surface == Surface::Any || Some(self.surface) == surface;
        let method_fits = self
            .method
            .as_ref()
            .is_none_or(|method| method.eq_ignore_ascii_case(ask.method.as_str()));
        let path_fits = self.path_contains.as_ref().is_none_or(|part| {
            ask.path
                .to_ascii_lowercase()
                .contains(&part.to_ascii_lowercase())
        });
        surface_fits && method_fits && path_fits && self.times != Some(0)
    }

    /// Whether it answers with what no part of Microsoft's would say. All other answers keep Microsoft's shape.
    pub(crate) fn is_alien(&self) -> bool {
        matches!(
            self.answer,
            FaultAnswer::Status { .. } | FaultAnswer::Garbage | FaultAnswer::Html
        )
    }

    /// The fault's answer to a request.
    pub(crate) fn reply(&self, world: &mut World, ask: &Ask, surface: Option<Surface>) -> Reply {
        let answer = match &self.answer {
            FaultAnswer::Drop => return Reply::Drop,
            FaultAnswer::Stall => return Reply::Stall,
            FaultAnswer::Status { status, headers, body } => {
                let mut answer = Answer::empty(StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY));
                answer.body = body.clone().into_bytes();
                headers.iter().fold(answer, |answer, (name, value)| answer.header(name, value))
            }
            FaultAnswer::Throttle { retry_after } => throttled(world, ask, surface, *retry_after),
            FaultAnswer::Garbage => {
                let mut answer = Answer::empty(StatusCode::OK);
                answer.body = b"{\"value\": [ this is not JSON".to_vec();
                answer.header("content-type", "application/json; charset=utf-8")
            }
            FaultAnswer::Html => Answer::html(
                StatusCode::BAD_GATEWAY,
                "<html><head><title>502 Bad Gateway</title></head><body><h2>Our services aren't available right now</h2></body></html>".to_owned(),
            ),
            FaultAnswer::ClaimsChallenge if surface == Some(Surface::Graph) => {
                let message = "Continuous access evaluation resulted in claims challenge with result: InteractionRequired and code: TokenCreatedWithOutdatedPolicies";
                graph::challenge(world, ask, &issued_from(world.clock.now()), message)
            }
            FaultAnswer::ClaimsChallenge => {
                entra_answer(world, ask, surface, &EntraError::of(50_076))
            }
            FaultAnswer::Aadsts(code) if surface == Some(Surface::Authorize) => {
                EntraError::of(*code).at_authorize(world, ask)
            }
            FaultAnswer::Aadsts(code) => EntraError::of(*code).answer(world, ask),
            FaultAnswer::EntraError { code, error, suberror, claims } => {
                let refused = EntraError {
                    code: *code,
                    error: error.clone(),
                    text: "This error was asked for.".to_owned(),
                    suberror: suberror.clone(),
                    claims: claims.clone(),
                };
                entra_answer(world, ask, surface, &refused)
            }
        };
        Reply::Answer(answer)
    }
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

fn throttled(world: &World, ask: &Ask, surface: Option<Surface>, retry_after: u32) -> Answer {
    let answer = if surface == Some(Surface::Graph) {
        graph::throttled(world, ask)
    } else {
        let text = "The request was throttled because of too many requests.";
        let mut answer =
            EntraError::new(90_055, "temporarily_unavailable", text).answer(world, ask);
        answer.status = StatusCode::TOO_MANY_REQUESTS;
        answer
    };
    answer.header("retry-after", &retry_after.to_string())
}
