//! A further server beside the one of the house, on the same database.

use std::process::{Child, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use crate::house::{House, PATIENCE};

/// A server with an address of its own; it ends with the test.
pub(crate) struct Another {
    pub(crate) base: String,
    child: Child,
}

impl Another {
    /// Starts one, with these settings changed, and waits until it is ready.
    pub(crate) async fn start(house: &House, settings: &[(&str, &str)]) -> Self {
        // Somebody else could take it meanwhile, which a repeated run would show.
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        let started = house
            .program(&["serve"])
            .env("ATTACHE_SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .env("ATTACHE_SERVER__ALLOWED_HOSTS", format!("127.0.0.1:{port}"))
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(house.log())
            .spawn();
        let another = Self {
            base: format!("http://127.0.0.1:{port}"),
            child: started.expect("the program starts"),
        };
        let began = Instant::now();
        let ready = || house.client.get(format!("{}/readyz", another.base)).send();
        while !ready().await.is_ok_and(|answer| answer.status() == 200) {
            assert!(began.elapsed() < PATIENCE, "not ready: {}", house.remarks());
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        another
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Another {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An agent's call over REST: `done`, or the code of why not.
pub(crate) async fn rest(house: &House, base: &str, number: usize) -> String {
    let request = house
        .client
        .post(format!("{base}/api/v1/tools/search_events"))
        .bearer_auth(&house.people[number].key)
        .json(&json!({"limit": 3}));
    let answer = request.send().await.expect("an answer");
    let body: Value = answer.json().await.expect("JSON");
    let word = body["error"]["code"].as_str().or(body["status"].as_str());
    word.unwrap_or("nonsense").to_owned()
}

/// The same over MCP.
pub(crate) async fn mcp(house: &House, base: &str, number: usize) -> String {
    let params = json!({"name": "search_events", "arguments": {"limit": 3}});
    let request = house
        .client
        .post(format!("{base}/mcp"))
        .bearer_auth(&house.people[number].key)
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2025-11-25")
        .json(&json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}));
    let answer = request.send().await.expect("an answer");
    let body: Value = answer.json().await.expect("JSON");
    let answer = &body["result"]["structuredContent"];
    let word = answer["status"]
        .as_str()
        .or(answer["error"]["code"].as_str());
    word.map_or_else(|| body.to_string(), ToOwned::to_owned)
}
