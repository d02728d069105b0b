//! Scenarios: what is to happen to the world, and when. Whatever the control surface can do, a step can.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::control;
use crate::exchange::Ask;
use crate::state::World;

/// How many steps a scenario may have.
const MOST: usize = 1_000;

/// A list of steps.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What happens, each at its own time.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
}

/// One request to the control surface, made when its time has come. Without a condition that is at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Not before so many requests to Entra and Graph were made since the scenario was loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_requests: Option<u64>,
    /// Not before so many seconds of the simulator's clock have passed since then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_seconds: Option<u64>,
    /// Not before this instant of the simulator's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The method: `POST` unless something else is said.
    #[serde(default = "post")]
    pub method: String,
    /// An address under `/_sim/`.
    pub path: String,
    /// The body.
    #[serde(default)]
    pub body: Value,
}

/// Why a scenario cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAScenario(String);

impl std::fmt::Display for NotAScenario {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for NotAScenario {}

fn post() -> String {
    Method::POST.to_string()
}

impl Scenario {
    /// Reads a scenario as TOML, or as JSON when it begins with a brace.
    ///
    /// # Errors
    /// When it is neither, has an unknown key, or a step is not a request to the control surface.
    pub fn parse(text: &str) -> Result<Self, NotAScenario> {
        let scenario: Self = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|problem| NotAScenario(problem.to_string()))?
        } else {
            toml::from_str(text).map_err(|problem| NotAScenario(problem.to_string()))?
        };
        scenario.check()?;
        Ok(scenario)
    }

    pub(crate) fn check(&self) -> Result<(), NotAScenario> {
        if self.steps.len() > MOST {
            return Err(NotAScenario(format!("There may be {MOST} steps at most.")));
        }
        for (index, step) in self.steps.iter().enumerate() {
            let number = index + 1;
            if step.ask().is_none() {
                let text = format!(
                    "Step {number}: '{} {}' is not a request to an address under /_sim/.",
                    step.method, step.path
                );
                return Err(NotAScenario(text));
            }
            if step.path.starts_with("/_sim/scenario") {
                let text = format!("Step {number}: A scenario cannot load a scenario.");
                return Err(NotAScenario(text));
            }
        }
        Ok(())
    }
}

impl Step {
    pub(crate) fn ask(&self) -> Option<Ask> {
        let method = Method::from_bytes(self.method.to_ascii_uppercase().as_bytes()).ok()?;
        let uri: Uri = self.path.parse().ok()?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = match &self.body {
            Value::Null => Bytes::new(),
            body => Bytes::from(body.to_string()),
        };
        let ours = self.path.starts_with("/_sim/") && uri.host().is_none();
        ours.then(|| Ask::new(method, &uri, headers, body))
    }

    fn is_due(&self, loaded: Timestamp, now: Timestamp, requests: u64) -> bool {
        let passed = now.duration_since(loaded).unsigned_abs();
        self.after_requests.is_none_or(|count| requests >= count)
            && self
                .after_seconds
                .is_none_or(|seconds| now >= loaded && passed >= Duration::from_secs(seconds))
            && self.at.is_none_or(|at| now >= at)
    }
}

/// How far the scenario is.
#[derive(Debug, Default)]
pub(crate) struct Running {
    waiting: Vec<Step>,
    loaded: Timestamp,
    requests: u64,
    /// What steps were refused with.
    refused: Vec<String>,
}

impl Running {
    /// A scenario that begins now.
    pub(crate) fn begin(scenario: Scenario, now: Timestamp) -> Self {
        Self {
            waiting: scenario.steps,
            loaded: now,
            requests: 0,
            refused: Vec::new(),
        }
    }

    pub(crate) fn waiting(&self) -> &[Step] {
        &self.waiting
    }

    pub(crate) fn refused(&self) -> &[String] {
        &self.refused
    }

    /// Counts a request to Entra or Graph.
    pub(crate) fn count(&mut self) {
        self.requests += 1;
    }
}

/// Does what is due, in the order of the steps.
pub(crate) fn play(world: &mut World) {
    if world.scenario.waiting.is_empty() {
        return;
    }
    let (loaded, requests) = (world.scenario.loaded, world.scenario.requests);
    let mut place = 0;
    while let Some(step) = world.scenario.waiting.get(place) {
        if !step.is_due(loaded, world.clock.now(), requests) {
            place += 1;
            continue;
        }
        let step = world.scenario.waiting.remove(place);
        let Some(ask) = step.ask() else { continue };
        let answer = control::answer(world, &ask);
        if !answer.status.is_success() {
            let why = String::from_utf8_lossy(&answer.body).into_owned();
            let text = format!("{} {}: {} {why}", step.method, step.path, answer.status);
            world.scenario.refused.push(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_read_as_toml_and_as_json_and_says_what_is_wrong() {
        let toml = "[[step]]\nafter_requests = 2\npath = \"/_sim/faults\"\nbody = { surface = \"graph\", answer = \"drop\" }\n";
        let json = "{\"step\":[{\"after_requests\":2,\"path\":\"/_sim/faults\",\"body\":{\"surface\":\"graph\",\"answer\":\"drop\"}}]}";
        let read = Scenario::parse(toml).expect("a scenario");
        assert_eq!(read.steps.len(), 1);
        assert_eq!(Scenario::parse(json), Ok(read));
        for (wrong, says) in [
            ("[[step]]\npath = \"/v1.0/me\"", "Step 1"),
            ("[[step]]\npath = \"/_sim/scenario\"", "cannot load"),
            ("[[step]]\npaht = \"/_sim/faults\"", "paht"),
            ("{\"step\": 1}", "invalid type"),
        ] {
            let refused = Scenario::parse(wrong).expect_err(wrong).to_string();
            assert!(refused.contains(says), "{refused}");
        }
    }
}
