//! Graph's error codes, each on request.

use std::path::PathBuf;

use reqwest::StatusCode;
use serde_json::json;
use sim::graph_errors;

use crate::browser::{App, client, lena, simulator};

#[tokio::test]
async fn every_code_is_answered_on_request_as_the_table_says() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    for row in graph_errors() {
        let fault =
            json!({ "surface": "graph", "times": 1, "answer": { "graph_error": row.code } });
        let url = format!("{}/_sim/faults", simulator.base());
        let set = client().post(url).json(&fault).send().await;
        assert_eq!(set.expect("an answer").status(), StatusCode::NO_CONTENT);
        let answer = app.get("/me").await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (row.status, row.code)
        );
        assert_eq!(app.get("/me").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_code_that_graph_does_not_have_cannot_be_asked_for() {
    let simulator = simulator().await;
    let fault =
        json!({ "surface": "graph", "answer": { "graph_error": "ErrorCalendarViewRangeTooBig" } });
    let url = format!("{}/_sim/faults", simulator.base());
    let set = client().post(url).json(&fault).send().await;
    assert_eq!(set.expect("an answer").status(), StatusCode::BAD_REQUEST);
}

#[test]
fn every_cause_names_a_test_that_is_there_and_knows_the_code() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    for row in graph_errors() {
        let (file, name) = row.test.split_once("::").expect("file and name");
        let text = std::fs::read_to_string(folder.join(format!("{file}.rs"))).expect("the file");
        let (_, after) = text
            .split_once(&format!("fn {name}("))
            .unwrap_or_else(|| panic!("{}: {}", row.code, row.test));
        let body = after.split("\n}\n").next().unwrap_or_default();
        let known = row.cause.is_none() || body.contains(&format!("\"{}\"", row.code));
        assert!(known, "{} is not in {}", row.code, row.test);
    }
}
