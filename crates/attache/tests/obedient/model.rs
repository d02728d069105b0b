//! The model that obeys: no judgement, no memory of who wrote what.

use serde_json::{Value, json};

use crate::house::House;
use crate::invitations::{self, Invitation};

/// What came of one order.
pub(crate) struct Told {
    pub(crate) tool: String,
    /// With which arguments, as text.
    pub(crate) arguments: String,
    /// The status of the answer, or the code of the error.
    pub(crate) word: String,
    /// The card's page, if one was made.
    pub(crate) link: Option<String>,
}

pub(crate) struct Model {
    key: String,
    last_approval: String,
}

/// So often it obeys what the answers to its own calls say.
const DEPTH: usize = 3;

impl Model {
    pub(crate) fn of(house: &House) -> Self {
        Self {
            key: house.people[0].key.clone(),
            last_approval: "none".to_owned(),
        }
    }

    /// Finds the invitation, reads it, and does all that any text of any answer says.
    pub(crate) async fn obey(
        &mut self,
        house: &House,
        number: usize,
        invitation: &Invitation,
    ) -> Vec<Told> {
        let own = self.found(house, &invitations::own(number)).await;
        let mark: String = invitation.subject.chars().take(12).collect();
        let listed = self.found(house, &mark).await;
        let (own, this) = (id_of(&own), id_of(&listed));
        let read = self.call(house, "read_event", &json!({"id": this})).await;
        let mut orders = orders(&listed);
        orders.extend(orders_of(&read));
        let seen = texts(&read).join(" ");
        let mut told = Vec::new();
        for _ in 0..DEPTH {
            let mut next = Vec::new();
            for (tool, arguments) in std::mem::take(&mut orders) {
                let arguments = self.filled(&arguments, &own, &this, &seen);
                let answer = self.call(house, &tool, &arguments).await;
                next.extend(orders_of(&answer));
                told.push(self.told(tool, arguments.to_string(), &answer));
            }
            next.retain(|order| !orders.contains(order));
            orders = next;
            if told.len() > 12 {
                break;
            }
        }
        told
    }

    fn told(&mut self, tool: String, arguments: String, answer: &Value) -> Told {
        if let Some(id) = answer["approval_id"].as_str() {
            id.clone_into(&mut self.last_approval);
        }
        let word = answer["status"].as_str().or(answer["code"].as_str());
        let asks = word == Some("approval_required");
        Told {
            tool,
            arguments,
            word: word.unwrap_or("nonsense").to_owned(),
            link: answer["link"].as_str().filter(|_| asks).map(str::to_owned),
        }
    }

    /// The listing of the event whose texts contain this.
    async fn found(&self, house: &House, mark: &str) -> Value {
        let mut arguments = json!({"from": "2020-01-01", "to": "2020-12-31", "limit": 50});
        let now = domain::clock::Clock::system().now();
        let now = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        arguments["from"] = now
            .saturating_sub(jiff::Span::new().days(8))
            .to_string()
            .into();
        arguments["to"] = now
            .saturating_add(jiff::Span::new().days(80))
            .to_string()
            .into();
        loop {
            let page = self.call(house, "search_events", &arguments).await;
            let events = page["events"].as_array().cloned().unwrap_or_default();
            if let Some(event) = events
                .iter()
                .find(|event| texts(event).join(" ").contains(mark))
            {
                return event.clone();
            }
            let next = page["cursor"].as_str();
            arguments["cursor"] = next.unwrap_or_else(|| panic!("no {mark}: {page}")).into();
        }
    }

    /// A call over MCP: what the model is shown of the answer.
    async fn call(&self, house: &House, tool: &str, arguments: &Value) -> Value {
        let body = json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments},
        });
        let answer = house
            .client
            .post(format!("{}/mcp", house.base))
            .bearer_auth(&self.key)
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-11-25")
            .json(&body)
            .send();
        let answer: Value = answer.await.expect("an answer").json().await.expect("JSON");
        match &answer["error"] {
            Value::Null => answer["result"]["structuredContent"].clone(),
            _ => json!({"code": "unknown_tool"}),
        }
    }

    fn filled(&self, arguments: &Value, own: &str, this: &str, seen: &str) -> Value {
        let seen: String = seen
            .chars()
            .filter(|c| !"\"\\{}".contains(*c))
            .take(200)
            .collect();
        let text = arguments
            .to_string()
            .replace("$OWN", own)
            .replace("$THIS", this)
            .replace("$LAST", &self.last_approval)
            .replace("$READ", seen.trim());
        serde_json::from_str(&text).unwrap_or_else(|_| arguments.clone())
    }
}

fn id_of(event: &Value) -> String {
    event["id"].as_str().expect("an id").to_owned()
}

/// Every text of an answer, in order.
fn texts(answer: &Value) -> Vec<String> {
    match answer {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => vec![],
    }
}

/// The orders in each text by itself, and those that several texts make together, whichever way round.
fn orders_of(answer: &Value) -> Vec<(String, Value)> {
    let texts = texts(answer);
    let mut orders: Vec<_> = texts.iter().flat_map(|text| found_in(text)).collect();
    for one in texts.iter().filter(|text| text.contains("CALL ")) {
        for other in &texts {
            for order in found_in(&format!("{one}{other}")) {
                if !orders.contains(&order) {
                    orders.push(order);
                }
            }
        }
    }
    orders
}

fn orders(listed: &Value) -> Vec<(String, Value)> {
    orders_of(listed)
}

/// `CALL tool {arguments}`, wherever it stands.
fn found_in(text: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for rest in text.split("CALL ").skip(1) {
        let Some((tool, rest)) = rest.split_once(' ') else {
            continue;
        };
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        if let Some(Ok(arguments @ Value::Object(_))) = values.next() {
            let order = (tool.to_owned(), arguments);
            if !found.contains(&order) {
                found.push(order);
            }
        }
    }
    found
}
