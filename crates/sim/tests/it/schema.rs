//! Microsoft's published types, held against every answer.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use jsonschema::Validator;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

static VALIDATORS: OnceLock<Option<HashMap<String, Validator>>> = OnceLock::new();

/// The types that answers may have here.
const TYPES: &[&str] = &[
    "user",
    "userCollectionResponse",
    "calendar",
    "calendarCollectionResponse",
    "event",
    "eventCollectionResponse",
    "contact",
    "contactCollectionResponse",
    "person",
    "personCollectionResponse",
    "scheduleInformationCollectionResponse",
    "timeZoneInformationCollectionResponse",
    "error",
];

/// Fails when an answer invents anything.
pub(crate) fn check(method: &Method, url: &str, status: StatusCode, body: &Value) {
    let Some(validators) = VALIDATORS.get_or_init(load) else {
        return;
    };
    let Some(kind) = kind(method, url, status) else {
        return;
    };
    let problems: Vec<String> = validators[kind]
        .iter_errors(body)
        .map(|problem| format!("{}: {problem}", problem.instance_path()))
        .collect();
    assert!(
        problems.is_empty(),
        "{method} {url} is not a {kind}: {problems:#?}\n{body:#}"
    );
}

/// The type that an address answers with.
fn kind(method: &Method, url: &str, status: StatusCode) -> Option<&'static str> {
    if !status.is_success() {
        return Some("error");
    }
    let path = Url::parse(url).expect("a URL").path().to_ascii_lowercase();
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty())
        .skip(1)
        .collect();
    Some(match parts.as_slice() {
        _ if status == StatusCode::NO_CONTENT => return None,
        ["me"] | ["users", _] => "user",
        ["users"] => "userCollectionResponse",
        [.., "calendars"] => "calendarCollectionResponse",
        [.., "calendar"] | [.., "calendars", _] => "calendar",
        [.., "calendarview" | "instances"] => "eventCollectionResponse",
        [.., "events"] if method == Method::GET => "eventCollectionResponse",
        [.., "events"] | [.., "events", _] => "event",
        [.., "getschedule"] => "scheduleInformationCollectionResponse",
        [.., "contacts"] => "contactCollectionResponse",
        [.., "contacts", _] => "contact",
        [.., "people"] => "personCollectionResponse",
        [.., "people", _] => "person",
        [.., zones] if zones.starts_with("supportedtimezones") => {
            "timeZoneInformationCollectionResponse"
        }
        _ => panic!("no type is known for {path}"),
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the folder of the schemas may be elsewhere on another machine"
)]
#[expect(clippy::print_stderr, reason = "a skipped check must say so")]
fn load() -> Option<HashMap<String, Validator>> {
    let folder = std::env::var_os("ATTACHE_TEST_GRAPH").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/graph"),
        PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(folder.join("strict-schemas.json")) else {
        eprintln!(
            "skipped: Microsoft's schemas are not present, so answers are not held against them"
        );
        return None;
    };
    let schemas: Value = serde_json::from_str(&text).expect("schemas");
    let validator = |kind: &&str| {
        let mut schema = schemas.clone();
        schema["$ref"] = json!(format!("#/$defs/{kind}"));
        (
            (*kind).to_owned(),
            jsonschema::validator_for(&schema).expect("a schema"),
        )
    };
    Some(TYPES.iter().map(validator).collect())
}
