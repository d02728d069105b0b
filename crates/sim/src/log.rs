//! What was asked of the simulator and what it answered, newest last.
//!
//! A request costs little here: its bytes are kept as they are, and become text, without secrets, when somebody reads them.

mod filter;
mod redact;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method};
use jiff::Timestamp;
use serde::Serialize;

use crate::exchange::{Answer, Ask};

pub use filter::{LogFilter, StatusFilter};

/// How many requests are kept unless the start says otherwise.
pub(crate) const MOST: usize = 2_000;
/// How many bytes of bodies are kept in all; the oldest are forgotten first.
const BUDGET: usize = 16 * 1_024 * 1_024;
/// How much of one body is kept.
const LONGEST_BODY: usize = 64 * 1_024;
/// Request headers worth keeping. Never the one with the token.
const ASKED: &[&str] = &[
    "prefer",
    "consistencylevel",
    "if-match",
    "client-request-id",
    "return-client-request-id",
    "content-type",
    "user-agent",
];
/// Response headers worth keeping. Never the ones with cookies.
const ANSWERED: &[&str] = &[
    "content-type",
    "location",
    "retry-after",
    "www-authenticate",
    "request-id",
    "client-request-id",
    "x-ms-request-id",
    "x-ms-clitelem",
    "preference-applied",
    "etag",
];

/// One request and its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogEntry {
    /// The request's place among all since the start, from 1.
    pub number: u64,
    /// When, by the simulator's clock.
    pub at: Timestamp,
    /// `entra` or `graph`.
    pub surface: &'static str,
    /// The HTTP method.
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The query as sent, secrets replaced.
    pub query: String,
    /// The status that went back; 0 when the connection was dropped, reset or stalled.
    pub status: u16,
    /// How long the answer took, delays that were asked for included.
    pub duration_us: u64,
    /// The object id of the person whose token was used or issued.
    pub person: Option<String>,
    /// The kind of misbehaviour that this request met.
    pub fault: Option<&'static str>,
    /// The grant of a token request.
    pub grant_type: Option<String>,
    /// The caller's own id of the request.
    pub client_request_id: Option<String>,
    /// The simulator's id of the request: Graph's `request-id`, or Entra's trace id.
    pub request_id: Option<String>,
    /// The headers that matter, by lower-case name.
    pub request_headers: BTreeMap<String, String>,
    /// The body as sent, secrets replaced; its beginning, when it is long.
    pub request_body: Option<String>,
    /// The headers that matter, by lower-case name, secrets replaced.
    pub response_headers: BTreeMap<String, String>,
    /// The body that went back, secrets replaced; its beginning, when it is long.
    pub response_body: Option<String>,
}

/// What is known about a request when it is over, beside the request itself.
#[derive(Debug)]
pub(crate) struct Outcome<'a> {
    pub(crate) at: Timestamp,
    pub(crate) surface: &'static str,
    pub(crate) took: Duration,
    pub(crate) person: Option<String>,
    pub(crate) fault: Option<&'static str>,
    /// None when the connection was dropped, reset or stalled.
    pub(crate) answer: Option<&'a Answer>,
}

/// A request as it is kept.
#[derive(Debug)]
struct Record {
    number: u64,
    at: Timestamp,
    surface: &'static str,
    took: Duration,
    person: Option<String>,
    fault: Option<&'static str>,
    method: Method,
    path: String,
    query: String,
    asked: Kept,
    answered: Kept,
    status: u16,
}

/// Headers and body of one direction, as they are kept.
#[derive(Debug, Default)]
struct Kept {
    headers: Vec<(&'static str, Box<str>)>,
    body: Bytes,
}

/// The last requests.
#[derive(Debug)]
pub(crate) struct Log {
    most: usize,
    records: VecDeque<Record>,
    last_number: u64,
    /// The bytes of all kept bodies.
    bytes: usize,
    /// How many of the oldest records have lost their bodies.
    bare: usize,
}

impl Log {
    /// A log of so many requests; of none, if that is 0.
    pub(crate) fn of(most: usize) -> Self {
        Self {
            most,
            records: VecDeque::new(),
            last_number: 0,
            bytes: 0,
            bare: 0,
        }
    }

    pub(crate) fn add(&mut self, ask: Ask, outcome: Outcome<'_>) {
        self.last_number += 1;
        if self.most == 0 {
            return;
        }
        let record = Record::of(self.last_number, ask, outcome);
        self.bytes += record.bytes();
        self.records.push_back(record);
        self.keep_within_bounds();
    }

    fn keep_within_bounds(&mut self) {
        while self.records.len() > self.most {
            if let Some(record) = self.records.pop_front() {
                self.bytes = self.bytes.saturating_sub(record.bytes());
                self.bare = self.bare.saturating_sub(1);
            }
        }
        while self.bytes > BUDGET {
            let Some(record) = self.records.get_mut(self.bare) else {
                break;
            };
            self.bytes = self.bytes.saturating_sub(record.bytes());
            (record.asked.body, record.answered.body) = (Bytes::new(), Bytes::new());
            self.bare += 1;
        }
    }

    /// Everything that is kept, as text.
    pub(crate) fn entries(&self) -> Vec<LogEntry> {
        self.records.iter().map(Record::entry).collect()
    }

    /// How many requests came since the start.
    pub(crate) fn count(&self) -> u64 {
        self.last_number
    }

    pub(crate) fn clear(&mut self) {
        self.records.clear();
        (self.bytes, self.bare) = (0, 0);
    }
}

impl Record {
    fn of(number: u64, ask: Ask, outcome: Outcome<'_>) -> Self {
        let answered = outcome.answer.map(|answer| Kept {
            headers: kept(ANSWERED, &answer.headers),
            body: beginning(&answer.body),
        });
        Self {
            number,
            at: outcome.at,
            surface: outcome.surface,
            took: outcome.took,
            person: outcome.person,
            fault: outcome.fault,
            asked: Kept {
                headers: kept(ASKED, &ask.headers),
                // What hyper read belongs to a larger buffer, which must not be kept with it.
                body: Bytes::copy_from_slice(&beginning(&ask.body)),
            },
            method: ask.method,
            path: ask.path,
            query: ask.raw_query,
            answered: answered.unwrap_or_default(),
            status: outcome.answer.map_or(0, |answer| answer.status.as_u16()),
        }
    }

    fn bytes(&self) -> usize {
        self.asked.body.len() + self.answered.body.len()
    }

    fn entry(&self) -> LogEntry {
        let form = redact::form(self.asked.header("content-type"), &self.asked.body);
        let request_id = self.answered.header("request-id");
        LogEntry {
            number: self.number,
            at: self.at,
            surface: self.surface,
            method: self.method.to_string(),
            path: self.path.clone(),
            query: redact::query(&self.query),
            status: self.status,
            duration_us: u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX),
            person: self.person.clone(),
            fault: self.fault,
            grant_type: form
                .iter()
                .find(|(name, _)| name == "grant_type")
                .map(|(_, value)| value.clone()),
            client_request_id: self.asked.header("client-request-id").map(str::to_owned),
            request_id: request_id
                .or_else(|| self.answered.header("x-ms-request-id"))
                .map(str::to_owned),
            request_headers: self.asked.as_text(),
            request_body: redact::body(self.surface, &self.asked),
            response_headers: self.answered.as_text(),
            response_body: redact::body(self.surface, &self.answered),
        }
    }
}

impl Kept {
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(kept, _)| *kept == name)
            .map(|(_, value)| &**value)
    }

    fn as_text(&self) -> BTreeMap<String, String> {
        let headers = self.headers.iter().map(|(name, value)| {
            let shown = match *name {
                "location" => redact::address(value),
                _ => value.to_string(),
            };
            ((*name).to_owned(), shown)
        });
        headers.collect()
    }
}

fn kept(names: &[&'static str], headers: &HeaderMap) -> Vec<(&'static str, Box<str>)> {
    let found = names.iter().filter_map(|name| {
        let value = headers.get(*name)?.to_str().ok()?;
        Some((*name, Box::from(value)))
    });
    found.collect()
}

fn beginning(body: &Bytes) -> Bytes {
    if body.len() > LONGEST_BODY {
        // A slice would keep the whole.
        Bytes::copy_from_slice(body.get(..LONGEST_BODY).unwrap_or_default())
    } else {
        body.clone()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{StatusCode, Uri};

    use super::*;

    fn add(log: &mut Log, path: &'static str, body: usize) {
        let ask = Ask::new(
            Method::GET,
            &Uri::from_static(path),
            HeaderMap::new(),
            Bytes::new(),
        );
        let mut answer = Answer::empty(StatusCode::OK);
        answer.body = Bytes::from(vec![b'x'; body]);
        let outcome = Outcome {
            at: Timestamp::UNIX_EPOCH,
            surface: "graph",
            took: Duration::ZERO,
            person: None,
            fault: None,
            answer: Some(&answer),
        };
        log.add(ask, outcome);
    }

    #[test]
    fn the_oldest_requests_go_first_and_numbers_go_on() {
        let mut log = Log::of(3);
        for path in ["/1", "/2", "/3", "/4"] {
            add(&mut log, path, 1);
        }
        let kept: Vec<_> = log
            .entries()
            .iter()
            .map(|entry| (entry.number, entry.path.clone()))
            .collect();
        assert_eq!(
            kept,
            [
                (2, "/2".to_owned()),
                (3, "/3".to_owned()),
                (4, "/4".to_owned())
            ]
        );
        assert_eq!(log.bytes, 3);
    }

    #[test]
    fn bodies_are_kept_up_to_a_budget_and_then_the_oldest_lose_theirs() {
        let mut log = Log::of(MOST);
        let over = BUDGET / LONGEST_BODY + 5;
        for _ in 0..over {
            add(&mut log, "/", 2 * LONGEST_BODY);
        }
        assert!(log.bytes <= BUDGET);
        let entries = log.entries();
        assert_eq!(entries.len(), over);
        let bare = entries
            .iter()
            .filter(|entry| entry.response_body.is_none())
            .count();
        assert_eq!(bare, 5);
        assert!(entries[4].response_body.is_none() && entries[5].response_body.is_some());
    }

    #[test]
    fn a_log_of_none_keeps_none_and_still_counts() {
        let mut log = Log::of(0);
        add(&mut log, "/", 1);
        assert_eq!((log.entries().len(), log.last_number, log.bytes), (0, 1, 0));
    }
}
