//! A connected person whose mailbox a test arranges through Graph, as Outlook would.

use domain::permission::Level;
use serde_json::{Value, json};
use sim::LogEntry;

use crate::house::{House, Pair};

/// A house with somebody connected in it.
pub(super) struct Reader {
    pub(super) house: House,
    pub(super) pair: Pair,
}

impl Reader {
    pub(super) async fn new(house: House, who: usize, levels: &[(&str, Level)]) -> Self {
        let pair = house.connected(who, levels).await;
        // What is learned once per connection is learned before anything is counted.
        assert_eq!(house.word(&pair, levels[0].0, json!({})).await, "done");
        Self { house, pair }
    }

    /// How a call ended, in one word.
    pub(super) async fn word(&self, tool: &str, arguments: Value) -> String {
        self.house.word(&self.pair, tool, arguments).await
    }

    /// The answer of a call that must succeed. The requests before it are forgotten.
    pub(super) async fn done(&self, tool: &str, arguments: Value) -> Value {
        self.house.sim.clear_log();
        let answer = self.house.call(&self.pair, tool, arguments.clone()).await;
        match answer {
            Ok(answer) => answer.body,
            Err(error) => panic!("{tool} {arguments}: {} {}", error.code, error.message),
        }
    }

    /// The first event of a search.
    pub(super) async fn find(&self, arguments: Value) -> Value {
        let answer = self.done("search_events", arguments.clone()).await;
        assert!(answer["events"][0].is_object(), "{arguments}: {answer}");
        answer["events"][0].clone()
    }

    /// The requests that Graph has seen since the last call.
    pub(super) fn requests(&self) -> Vec<LogEntry> {
        self.house.graph_requests()
    }

    /// Microsoft's id of the event with this title on a day.
    pub(super) async fn graph_id(&self, title: &str, day: &str) -> String {
        let query = format!(
            "me/calendarView?startDateTime={day}T00:00:00Z&endDateTime={day}T23:59:00Z&$top=100"
        );
        let page = send(
            &self.house,
            &self.pair.login,
            reqwest::Method::GET,
            &query,
            None,
        )
        .await;
        let events = page["value"].as_array().expect("a page");
        let event = events.iter().find(|event| event["subject"] == title);
        event.expect("on that day")["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    }

    /// Changes something as Outlook would.
    pub(super) async fn patch(&self, path: &str, body: Value) -> Value {
        send(
            &self.house,
            &self.pair.login,
            reqwest::Method::PATCH,
            path,
            Some(body),
        )
        .await
    }

    /// Takes something away as Outlook would.
    pub(super) async fn delete(&self, path: &str) {
        send(
            &self.house,
            &self.pair.login,
            reqwest::Method::DELETE,
            path,
            None,
        )
        .await;
    }
}

/// Makes something in somebody's mailbox as Outlook would.
pub(super) async fn post(house: &House, login: &str, path: &str, body: Value) -> Value {
    send(house, login, reqwest::Method::POST, path, Some(body)).await
}

async fn send(
    house: &House,
    login: &str,
    method: reqwest::Method,
    path: &str,
    body: Option<Value>,
) -> Value {
    let token = house.sim.token_for(login, "Calendars.ReadWrite");
    #[expect(clippy::disallowed_methods, reason = "an Outlook of the test's own")]
    let client = reqwest::Client::new();
    let request = client
        .request(method, format!("{}/{path}", house.sim.graph()))
        .bearer_auth(token.expect("known to the simulator"));
    let request = match &body {
        Some(body) => request.json(body),
        None => request,
    };
    let answer = request.send().await.expect("the simulator answers");
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    assert!(status.is_success(), "{path}: {status} {text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}
