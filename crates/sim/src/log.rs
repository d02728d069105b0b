//! What was asked of the simulator, newest last.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use crate::exchange::Ask;

const MOST: usize = 2_000;
const LONGEST_BODY: usize = 64 * 1_024;
/// Headers worth keeping. Never the one with the token.
const HEADERS: &[&str] = &[
    "prefer",
    "consistencylevel",
    "if-match",
    "client-request-id",
    "return-client-request-id",
    "content-type",
    "user-agent",
];
/// Form fields and query values that are secrets.
const SECRET: &[&str] = &[
    "client_secret",
    "client_assertion",
    "code",
    "refresh_token",
    "code_verifier",
    "passwd",
    "ctx",
    "id_token_hint",
];

/// One request and its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogEntry {
    /// When, by the simulator's clock.
    pub at: jiff::Timestamp,
    /// `entra`, `graph` or `control`.
    pub surface: &'static str,
    /// The HTTP method.
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The query as sent, secrets replaced.
    pub query: String,
    /// The status that went back; 0 when the connection was dropped or stalled.
    pub status: u16,
    /// The object id of the person whose token was used or issued.
    pub person: Option<String>,
    /// The grant of a token request.
    pub grant_type: Option<String>,
    /// The caller's own id of the request.
    pub client_request_id: Option<String>,
    /// The headers that matter, by lower-case name.
    pub request_headers: BTreeMap<String, String>,
    /// The body as sent, secrets replaced.
    pub request_body: Option<String>,
}

impl LogEntry {
    pub(crate) fn of(ask: &Ask, surface: &'static str, at: jiff::Timestamp) -> Self {
        let form = ask.form();
        let headers = HEADERS.iter().filter_map(|name| {
            ask.header(name)
                .map(|value| ((*name).to_owned(), value.to_owned()))
        });
        let body = if form.is_empty() {
            let length = ask.body.len().min(LONGEST_BODY);
            String::from_utf8_lossy(&ask.body[..length]).into_owned()
        } else {
            without_secrets(&form)
        };
        Self {
            at,
            surface,
            method: ask.method.to_string(),
            path: ask.path.clone(),
            query: if ask.query.iter().any(|(name, _)| is_secret(name)) {
                without_secrets(&ask.query)
            } else {
                ask.raw_query.clone()
            },
            status: 0,
            person: None,
            grant_type: form
                .iter()
                .find(|(name, _)| name == "grant_type")
                .map(|(_, value)| value.clone()),
            client_request_id: ask.header("client-request-id").map(str::to_owned),
            request_headers: headers.collect(),
            request_body: (!body.is_empty()).then_some(body),
        }
    }
}

/// The last requests.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: VecDeque<LogEntry>,
}

impl Log {
    pub(crate) fn add(&mut self, entry: LogEntry) {
        self.entries.push_back(entry);
        if self.entries.len() > MOST {
            self.entries.pop_front();
        }
    }

    pub(crate) fn entries(&self) -> Vec<LogEntry> {
        self.entries.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}

fn is_secret(name: &str) -> bool {
    SECRET.contains(&name)
}

fn without_secrets(pairs: &[(String, String)]) -> String {
    let shown = pairs.iter().map(|(name, value)| {
        let value = if is_secret(name) {
            "[secret]"
        } else {
            value.as_str()
        };
        (name.as_str(), value)
    });
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(shown)
        .finish()
}
