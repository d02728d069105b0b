//! One agent with a key of its own, over each surface.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::House;

/// Every surface agents can call tools over.
pub(crate) const SURFACES: [&str; 2] = ["mcp", "rest"];

/// An agent at a house.
pub(crate) struct Agent<'a> {
    pub(crate) house: &'a House,
    key: String,
}

impl<'a> Agent<'a> {
    /// The one that the house has from the start.
    pub(crate) fn first(house: &'a House) -> Self {
        let key = house.token().to_owned();
        Self { house, key }
    }

    /// Another of the same person's, who makes its key.
    pub(crate) async fn another(house: &'a House, person: &mut Browser) -> Self {
        person.open("/keys").await;
        let fields = [("name", "Another agent"), ("days", "30")];
        assert_eq!(person.submit("/keys", &fields).await, 200);
        let key = person.html.split("value=\"attache_key_").nth(1);
        let key = key.and_then(|rest| rest.split('"').next());
        let key = format!("attache_key_{}", key.expect("shown once"));
        Self { house, key }
    }

    /// The names of the tools it is told of.
    pub(crate) async fn list(&self, surface: &str) -> Vec<String> {
        let list = match surface {
            "mcp" => self.mcp("tools/list", json!({})).await["result"].take(),
            _ => self.rest_list().await,
        };
        let tools = list["tools"].as_array().expect("a list");
        let name = |tool: &Value| tool["name"].as_str().expect("a name").to_owned();
        tools.iter().map(name).collect()
    }

    /// What a call answers: the code of the refusal, the question with its reason, or that it ran.
    pub(crate) async fn call(&self, surface: &str, tool: &str, arguments: &Value) -> String {
        let body = self.answer(surface, tool, arguments).await;
        let text = |member: &str| body[member].as_str().unwrap_or("?").to_owned();
        match text("status").as_str() {
            "done" | "ambiguous" | "not_found" | "unchanged" => "runs".to_owned(),
            // That an event of nobody's was looked for shows that the tool ran.
            "failed" if body["code"] == "event_not_found" => "runs".to_owned(),
            "failed" => text("code"),
            "approval_required" => format!("approval_required ({})", text("reason")),
            other => format!("{other} {body}"),
        }
    }

    /// The body of the answer to a call, whose status is `failed` for a refusal, over whichever surface.
    pub(crate) async fn answer(&self, surface: &str, tool: &str, arguments: &Value) -> Value {
        if surface == "rest" {
            let (status, mut body) = self.house.rest_as(&self.key, tool, arguments).await;
            if status < 400 {
                return body;
            }
            let code = body["error"]["code"].take();
            return json!({"status": "failed", "code": code});
        }
        let call = json!({"name": tool, "arguments": arguments});
        let mut answer = self.mcp("tools/call", call).await;
        match answer["error"]["message"].as_str() {
            Some("Unknown tool") => json!({"status": "failed", "code": "unknown_tool"}),
            Some(other) => panic!("{tool}: {other}"),
            None => answer["result"]["structuredContent"].take(),
        }
    }

    /// A request over MCP.
    pub(crate) async fn mcp(&self, method: &str, params: Value) -> Value {
        self.house.mcp_as(&self.key, method, params).await
    }

    /// The status with which REST answers for an approval.
    pub(crate) async fn approval(&self, id: &str) -> u16 {
        let url = format!("{}/api/v1/approvals/{id}", self.house.base());
        let asked = self.house.client.get(url).bearer_auth(&self.key).send();
        asked.await.expect("an answer").status().as_u16()
    }

    async fn rest_list(&self) -> Value {
        let url = format!("{}/api/v1/tools", self.house.base());
        let asked = self.house.client.get(url).bearer_auth(&self.key).send();
        let answer = asked.await.expect("an answer");
        answer.json().await.expect("JSON")
    }
}
