//! Time, scenarios, the way back to the start, and who may ask for any of it.

use reqwest::StatusCode;
use serde_json::{Value, json};
use sim::{Fault, FaultAnswer, Options, Scenario, Simulator, Surface};

use crate::browser::{App, START, client, lena, refresh, simulator};

async fn send(simulator: &Simulator, path: &str, body: &str) -> (StatusCode, String) {
    let url = format!("{}/_sim/{path}", simulator.base());
    let answer = client().post(url).body(body.to_owned()).send();
    let answer = answer.await.expect("an answer");
    (answer.status(), answer.text().await.expect("text"))
}

async fn state(simulator: &Simulator) -> Value {
    let url = format!("{}/_sim/state", simulator.base());
    let answer = client().get(url).send().await.expect("an answer");
    answer.json().await.expect("JSON")
}

#[tokio::test]
async fn steps_happen_after_requests_and_times_in_their_order() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let app = App::connected(&simulator, &person).await;
    let scenario = format!(
        "[[step]]\nafter_requests = 2\npath = \"/_sim/faults\"\n\
         body = {{ surface = \"graph\", times = 1, answer = {{ throttle = {{ retry_after = 3 }} }} }}\n\
         [[step]]\nafter_seconds = 600\npath = \"/_sim/revoke\"\nbody = {{ login = \"{}\" }}\n\
         [[step]]\nat = \"2030-01-01T00:00:00Z\"\nmethod = \"DELETE\"\npath = \"/_sim/nowhere\"\n",
        person.login
    );
    let (status, said) = send(&simulator, "scenario", &scenario).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{said}");
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(app.get("/me").await.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 429, 200]);
    simulator.advance(std::time::Duration::from_secs(601));
    let (_, refused) = refresh(&simulator, &app.refresh_token, &[]).await;
    assert_eq!(refused["error_codes"], json!([50_173]));
    let waiting = &state(&simulator).await["scenario"]["waiting"];
    assert_eq!(waiting.as_array().map(Vec::len), Some(1));
    simulator.set_clock("2030-01-02T00:00:00Z".parse().expect("an instant"));
    app.get("/me").await;
    let refused = &state(&simulator).await["scenario"]["refused"];
    assert!(refused[0].as_str().is_some_and(|text| text.contains("404")));
}

#[tokio::test]
async fn a_scenario_that_is_wrong_is_refused_with_its_step_and_begins_nothing() {
    let simulator = simulator().await;
    let (status, said) = send(
        &simulator,
        "scenario",
        "[[step]]\npath = \"/_sim/reset\"\n[[step]]\npath = \"http://elsewhere/_sim/reset\"\n",
    )
    .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(said.contains("Step 2"), "{said}");
    assert_eq!(state(&simulator).await["scenario"]["waiting"], json!([]));
}

#[tokio::test]
async fn a_scenario_can_be_there_from_the_start() {
    let text = "[[step]]\npath = \"/_sim/clock\"\nbody = { set = \"2027-01-01T00:00:00Z\", freeze = true }\n";
    let options = Options {
        scenario: Scenario::parse(text).expect("a scenario"),
        ..Options::default()
    };
    let simulator = sim::start(options).await.expect("started");
    App::connected(&simulator, &lena(&simulator)).await;
    assert_eq!(state(&simulator).await["now"], "2027-01-01T00:00:00Z");
}

#[tokio::test]
async fn the_clock_can_be_set_stopped_and_moved() {
    let simulator = simulator().await;
    let set = json!({ "set": "2026-10-25T00:59:00Z", "freeze": true }).to_string();
    let (_, body) = send(&simulator, "clock", &set).await;
    let expected = json!({ "now": "2026-10-25T00:59:00Z", "frozen": true });
    assert_eq!(
        serde_json::from_str::<Value>(&body).expect("JSON"),
        expected
    );
    let (_, body) = send(&simulator, "clock", "{\"advance_seconds\":60}").await;
    assert!(body.contains("2026-10-25T01:00:00Z"), "{body}");
    simulator.freeze_clock(false);
    assert_eq!(state(&simulator).await["frozen"], false);
    let (status, _) = send(&simulator, "clock", "{\"set\":\"noon\"}").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn reset_brings_back_the_start_with_the_same_ids_and_without_what_was_done() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let before = simulator.events_of(&person.login);
    let app = App::connected(&simulator, &person).await;
    let window = "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-05-01T00:00:00Z";
    let view = format!("/me/calendarView?{window}&$top=100");
    let first = app.get(&view).await;
    let id = first.items()[0]["id"].as_str().expect("an id").to_owned();
    app.call(
        reqwest::Method::DELETE,
        &format!("/me/events/{id}"),
        &[],
        None,
    )
    .await;
    simulator.advance(std::time::Duration::from_secs(60));
    simulator.fault(Fault {
        surface: Surface::Any,
        answer: FaultAnswer::Drop,
        ..Fault::default()
    });
    let (status, _) = send(&simulator, "reset", "").await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(simulator.log(), []);
    let ids = |events: &[Value]| -> Vec<Value> {
        events.iter().map(|event| event["id"].clone()).collect()
    };
    assert_eq!(ids(&simulator.events_of(&person.login)), ids(&before));
    assert_eq!(app.get("/me").await.status, StatusCode::UNAUTHORIZED);
    let again = App::connected(&simulator, &person).await;
    assert_eq!(ids(again.get(&view).await.items()), ids(first.items()));
    let now = state(&simulator).await["now"].as_str().map(str::to_owned);
    assert!(now.is_some_and(|now| now.starts_with(&START[..13])));
}

#[tokio::test]
async fn a_page_of_another_site_can_change_nothing() {
    let simulator = simulator().await;
    let at = |path: &str| format!("{}/_sim/{path}", simulator.base());
    let base = simulator.base().to_owned();
    let port = base.rsplit(':').next().expect("a port").to_owned();
    let body = json!({ "surface": "graph", "answer": "drop" });
    let evil = format!("http://evil.example:{port}");
    let localhost = format!("http://localhost:{port}");
    let cases = [
        (vec![("origin", "https://evil.example")], false),
        (vec![("origin", "null")], false),
        (vec![("sec-fetch-site", "cross-site")], false),
        (vec![("sec-fetch-site", "same-site")], false),
        (vec![("origin", evil.as_str()), ("host", &evil[7..])], false),
        (vec![("origin", base.as_str())], true),
        (
            vec![("origin", localhost.as_str()), ("host", &localhost[7..])],
            true,
        ),
        (vec![], true),
    ];
    for (headers, allowed) in cases {
        let mut request = client().post(at("faults")).json(&body);
        for (name, value) in &headers {
            request = request.header(*name, *value);
        }
        let status = request.send().await.expect("an answer").status();
        let expected = if allowed {
            StatusCode::NO_CONTENT
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(status, expected, "{headers:?}");
    }
    assert_eq!(simulator.faults().len(), 3);
}
