//! A desk for the suites of tools that write: a house, somebody connected, and hands that reach past us into calendars.

use std::sync::atomic::{AtomicU32, Ordering};

use domain::calendar::{EventHandle, EventId};
use domain::permission::Level;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::house::{House, Pair};

/// Who is who in the company: the connected person, and a colleague.
pub(crate) const LENA: usize = 1;
pub(crate) const ANNA: usize = 2;
/// Somebody of another organisation.
pub(crate) const PAUL: usize = usize::MAX;

const WRITES: &[&str] = &[
    "create_event",
    "update_event",
    "cancel_event",
    "respond_to_event",
];

const LEVELS: &[(&str, Level)] = &[
    ("create_event", Level::AlwaysAllow),
    ("update_event", Level::AlwaysAllow),
    ("cancel_event", Level::AlwaysAllow),
    ("respond_to_event", Level::AlwaysAllow),
    ("search_events", Level::AlwaysAllow),
    ("read_event", Level::AlwaysAllow),
    ("find_times", Level::AlwaysAllow),
    ("search_contacts", Level::AlwaysAllow),
    ("read_profile", Level::AlwaysAllow),
];

pub(crate) struct Desk {
    pub(crate) house: House,
    pub(crate) lena: Pair,
    client: reqwest::Client,
    titles: AtomicU32,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let house = House::new().await;
        let lena = house.connected(LENA, LEVELS).await;
        // These suites are about what tools do; what asks before they do it has its own.
        house.untainted(WRITES).await;
        #[expect(clippy::disallowed_methods, reason = "a client of the test's own")]
        let client = reqwest::Client::new();
        Self {
            house,
            lena,
            client,
            titles: AtomicU32::new(0),
        }
    }

    pub(crate) fn login(&self, who: usize) -> String {
        if who == PAUL {
            return "paul.schneider@hafenbau.example".to_owned();
        }
        self.house.sim.people()[who].login.clone()
    }

    /// A title that no other event has.
    pub(crate) fn title(&self) -> String {
        format!("Case {}", self.titles.fetch_add(1, Ordering::Relaxed))
    }

    /// A request of somebody's, as any other program of hers would send it.
    pub(crate) async fn graph(
        &self,
        who: usize,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let token = self
            .house
            .sim
            .token_for(
                &self.login(who),
                "Calendars.ReadWrite Calendars.Read.Shared",
            )
            .expect("a person of the company");
        let url = format!("{}{path}", self.house.sim.graph());
        let request = self.client.request(method, url).bearer_auth(token);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await.expect("the simulator answers");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("whole");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Sets something about somebody on the simulator's control surface.
    pub(crate) async fn control(&self, who: usize, body: &Value) {
        let url = format!("{}/_sim/people/{}", self.house.sim.base(), self.login(who));
        let set = self.client.post(url).json(body).send().await;
        assert!(set.expect("an answer").status().is_success(), "{body}");
    }

    /// Calls a tool for one event and compares members of the answer.
    pub(crate) async fn check(
        &self,
        tool: &str,
        id: &str,
        extra: &Value,
        expected: &Value,
    ) -> Value {
        let mut arguments = json!({"id": id});
        arguments
            .as_object_mut()
            .expect("an object")
            .extend(extra.as_object().expect("an object").clone());
        let answer = self.call(tool, arguments.clone()).await;
        for (name, value) in expected.as_object().expect("an object") {
            assert_eq!(&answer[name], value, "{name} of {answer} for {arguments}");
        }
        answer
    }

    /// Somebody makes an event; the members of `extra` come on top of a title, one hour and no guests.
    pub(crate) async fn made(&self, who: usize, start: &str, extra: &Value) -> Value {
        let local = |text: &str| json!({"dateTime": text, "timeZone": "W. Europe Standard Time"});
        let begin: jiff::civil::DateTime = start.parse().expect("a local time");
        let end = begin + jiff::Span::new().hours(1);
        let mut body = json!({
            "subject": self.title(), "start": local(start), "end": local(&end.to_string()),
        });
        body.as_object_mut()
            .expect("an object")
            .extend(extra.as_object().cloned().unwrap_or_default());
        let (status, event) = self
            .graph(who, Method::POST, "/me/events", Some(&body))
            .await;
        assert_eq!(status, 201, "{event}");
        event
    }

    /// The guests of an event, as a body has them.
    pub(crate) fn guests(&self, addresses: &[&str]) -> Value {
        addresses
            .iter()
            .map(|address| json!({"type": "required", "emailAddress": {"address": address, "name": "Guest"}}))
            .collect()
    }

    /// The copies of an event in somebody's mailbox, by its title: single events and series.
    pub(crate) fn copies(&self, who: usize, title: &str) -> Vec<Value> {
        let held = self.house.sim.events_of(&self.login(who));
        held.into_iter()
            .filter(|event| {
                let subject = event["subject"].as_str().unwrap_or_default();
                subject.trim_start_matches("Canceled: ") == title
            })
            .collect()
    }

    /// The handle of somebody's only copy.
    pub(crate) fn handle(&self, who: usize, title: &str) -> String {
        let copies = self.copies(who, title);
        handle(copies.first().expect("it is there"))
    }

    /// Occurrences of a series between two days, from the calendar view.
    pub(crate) async fn occurrences(
        &self,
        who: usize,
        title: &str,
        from: &str,
        to: &str,
    ) -> Vec<Value> {
        let mut all = self.viewed(who, "/me", from, to).await;
        all.retain(|event| event["subject"] == title);
        all
    }

    /// What a calendar shows somebody between two days.
    pub(crate) async fn viewed(
        &self,
        who: usize,
        calendar: &str,
        from: &str,
        to: &str,
    ) -> Vec<Value> {
        let path = format!(
            "{calendar}/calendarView?startDateTime={from}T00:00:00Z&endDateTime={to}T00:00:00Z&$top=500&$orderby=start/dateTime"
        );
        let (_, page) = self.graph(who, Method::GET, &path, None).await;
        page["value"].as_array().expect("a list").clone()
    }

    /// How a call ended: its whole answer, or its error's code as status.
    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Value {
        match self.house.call(&self.lena, tool, arguments).await {
            Ok(answer) => answer.body,
            Err(error) => json!({"status": error.code, "message": error.message}),
        }
    }
}

/// The handle of an event as Graph gives it, in UTC.
pub(crate) fn handle(event: &Value) -> String {
    let id = EventId::new(event["id"].as_str().expect("an id").to_owned());
    let start = event["start"]["dateTime"].as_str().expect("a start");
    let start: Timestamp = format!("{}Z", start.trim_end_matches('Z'))
        .parse()
        .expect("a time");
    EventHandle::of(&id, start).to_string()
}
