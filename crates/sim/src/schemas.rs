//! Microsoft's published types, held against every answer of Graph. Only in the builds that tests use.
//!
//! It sits where an answer leaves, so that no test has to remember it. Whatever does not conform becomes a 500 that says why,
//! and is remembered: a client that forgives a 500 does not hide it, because the simulator panics when it is dropped.
//! Which type belongs to which address comes from the published description of the operations, not from a list of ours.

mod operations;
mod unpublished;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::exchange::{Answer, Ask, decode};
use operations::{Content, Operations};

/// The most that one answer's violation tells.
const MOST_PROBLEMS: usize = 5;
/// The most of a refused body that is shown.
const MOST_SHOWN: usize = 2_000;

static PUBLISHED: LazyLock<Option<Published>> = LazyLock::new(Published::load);

/// The answers of one simulator that broke Microsoft's types.
#[derive(Debug, Default)]
pub(crate) struct Violations {
    found: Vec<String>,
}

impl Violations {
    /// Gives the answer back when it conforms, and one that says what is wrong with it when it does not.
    #[expect(
        clippy::print_stderr,
        reason = "the test that caused it may look at something else"
    )]
    pub(crate) fn held(&mut self, ask: &Ask, answer: Answer) -> Answer {
        // Benchmarks are built with the features of tests, and measure a simulator that does not check.
        if !cfg!(debug_assertions) {
            return answer;
        }
        let Some(published) = &*PUBLISHED else {
            return answer;
        };
        let Err(problem) = published.check(ask, &answer) else {
            return answer;
        };
        let shown: String = String::from_utf8_lossy(&answer.body)
            .chars()
            .take(MOST_SHOWN)
            .collect();
        let violation = format!("{VIOLATION}: {} {}: {problem}", ask.method, ask.path);
        eprintln!("{violation}\n{shown}");
        let message =
            json!({ "error": { "code": "SimulatorBrokeTheSchema", "message": violation } });
        self.found.push(violation);
        let mut refused = Answer::json(StatusCode::INTERNAL_SERVER_ERROR, &message);
        for (name, value) in answer
            .headers
            .iter()
            .filter(|(name, _)| **name != CONTENT_TYPE)
        {
            refused.headers.insert(name.clone(), value.clone());
        }
        refused
    }

    /// What was found, for the end of the simulator.
    pub(crate) fn found(&self) -> &[String] {
        &self.found
    }
}

/// How a violation begins, for those who read the output of a program that contains a simulator.
const VIOLATION: &str = "sim/schemas: an answer is not Microsoft's";

/// What Microsoft published, read once per process.
struct Published {
    operations: Operations,
    /// All types, as the document that a reference points into.
    types: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Published {
    #[expect(
        clippy::disallowed_methods,
        reason = "the folder of the schemas may be elsewhere on another machine"
    )]
    #[expect(clippy::print_stderr, reason = "a skipped check must say so")]
    fn load() -> Option<Self> {
        let folder = std::env::var_os("ATTACHE_TEST_GRAPH").map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/graph"),
            PathBuf::from,
        );
        let read = |name: &str| read_json(&folder.join(name));
        let both = read("strict-schemas.json").zip(read("openapi-v1.0-subset.json"));
        let Some((mut types, description)) = both else {
            eprintln!(
                "skipped: Microsoft's schemas are not present, so answers are not held against them"
            );
            return None;
        };
        let operations = Operations::read(&description, &mut types);
        Some(Self {
            operations,
            types,
            validators: Mutex::default(),
        })
    }

    fn check(&self, ask: &Ask, answer: &Answer) -> Result<(), String> {
        let body = if answer.body.is_empty() {
            None
        } else if is_json(answer) {
            let body: Value = serde_json::from_slice(&answer.body)
                .map_err(|problem| format!("the body is not JSON: {problem}"))?;
            Some(body)
        } else {
            let text = String::from_utf8_lossy(&answer.body);
            Some(Value::String(text.into_owned()))
        };
        let one = One {
            method: &ask.method,
            segments: &ask.segments,
            status: answer.status,
            body: body.as_ref(),
        };
        self.check_one(&one)?;
        match (ask.segments.last().map(String::as_str), &body) {
            (Some("$batch"), Some(body)) if answer.status.is_success() => {
                self.check_batch(ask, body)
            }
            _ => Ok(()),
        }
    }

    /// Each answer of a batch, as if it had come alone.
    fn check_batch(&self, ask: &Ask, body: &Value) -> Result<(), String> {
        let asked: Value = serde_json::from_slice(&ask.body).unwrap_or_default();
        for response in body["responses"].as_array().into_iter().flatten() {
            let requests = asked["requests"].as_array();
            let request = requests
                .into_iter()
                .flatten()
                .find(|request| request["id"] == response["id"])
                .ok_or_else(|| format!("nobody asked for {}", response["id"]))?;
            let url = request["url"].as_str().unwrap_or_default();
            let path = url.split(['?', '#']).next().unwrap_or_default();
            let relative = path.split('/').filter(|part| !part.is_empty()).map(decode);
            let segments: Vec<String> = std::iter::once("v1.0".to_owned())
                .chain(relative.skip_while(|part| part == "v1.0"))
                .collect();
            let method = request["method"].as_str().unwrap_or_default();
            let status = response["status"].as_u64().unwrap_or_default();
            let one = One {
                method: &Method::from_bytes(method.to_ascii_uppercase().as_bytes())
                    .unwrap_or_default(),
                segments: &segments,
                status: u16::try_from(status)
                    .ok()
                    .and_then(|status| StatusCode::from_u16(status).ok())
                    .ok_or_else(|| format!("{status} is not a status"))?,
                body: response.get("body").filter(|body| !body.is_null()),
            };
            self.check_one(&one)
                .map_err(|problem| format!("request {}: {problem}", response["id"]))?;
        }
        Ok(())
    }

    fn check_one(&self, one: &One<'_>) -> Result<(), String> {
        if !one.status.is_success() {
            return self.fits(&operations::reference("error"), one);
        }
        let expected = self
            .operations
            .find(one.method, one.segments)
            .ok_or_else(|| {
                "the published description has no such operation; name it in unpublished.rs"
                    .to_owned()
            })?;
        if !expected.statuses.is_empty() && !expected.statuses.contains(&one.status.as_u16()) {
            return Err(format!(
                "answered {}, documented is {:?}",
                one.status, expected.statuses
            ));
        }
        match (&expected.content, one.body) {
            (Content::Type(schema), _) => self.fits(schema, one),
            (Content::Nothing, None) | (Content::Unknown, _) => Ok(()),
            (Content::Nothing, Some(_)) => Err("a body where none is documented".to_owned()),
            (Content::Number, Some(Value::String(text))) if text.parse::<u64>().is_ok() => Ok(()),
            (Content::Number, Some(Value::Number(_))) => Ok(()),
            (Content::Number, _) => Err("not a number".to_owned()),
        }
    }

    fn fits(&self, schema: &Value, one: &One<'_>) -> Result<(), String> {
        let Some(body) = one.body else {
            return Err(format!("{} without a body", one.status));
        };
        let problems: Vec<String> = self
            .validator(schema)
            .iter_errors(body)
            .take(MOST_PROBLEMS)
            .map(|problem| format!("{}: {problem}", problem.instance_path()))
            .collect();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(format!("not {schema}: {}", problems.join("; ")))
        }
    }

    /// The compiled form of a schema, made when it is first needed.
    fn validator(&self, schema: &Value) -> Arc<Validator> {
        let mut validators = self
            .validators
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let validator = validators.entry(schema.to_string()).or_insert_with(|| {
            let mut whole = self.types.clone();
            let parts: Option<&Map<String, Value>> = schema.as_object();
            for (name, part) in parts.into_iter().flatten() {
                whole[name] = part.clone();
            }
            let validator = jsonschema::options()
                .should_validate_formats(true)
                .build(&whole);
            Arc::new(validator.expect("Microsoft's types are a schema"))
        });
        Arc::clone(validator)
    }
}

/// One answer and what it answers.
struct One<'a> {
    method: &'a Method,
    segments: &'a [String],
    status: StatusCode,
    body: Option<&'a Value>,
}

fn is_json(answer: &Answer) -> bool {
    let kind = answer.headers.get("content-type");
    kind.and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"))
}

fn read_json(path: &Path) -> Option<Value> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).expect("a published file is JSON"))
}

#[cfg(test)]
mod tests;
