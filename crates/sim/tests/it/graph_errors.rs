//! Graph's error codes, each on request.

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
