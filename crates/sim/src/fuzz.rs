//! Arbitrary requests through the whole simulator, without sockets: what a fuzzer drives, and the ordinary tests too.
//!
//! Bytes become one request, either as they are or by a grammar that reaches deep: addresses from the simulator's own table
//! with ids that exist, OData, bodies that were valid before something in them was spoiled. Whatever comes in, nothing may
//! panic, nothing may take long, and a refusal has Microsoft's shape.

mod bodies;
mod entra;
mod graph;
mod source;
mod words;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use serde_json::Value;

use crate::company::Company;
use crate::exchange::{Answer, Ask, Reply};
use crate::options::Rotation;
use crate::state::World;
use crate::way::at_once;
use source::Source;

/// How many requests meet the same world, so that what they have changed is met again, and no world grows for ever.
const LIFE: usize = 200;
/// The longest that one request may take, with much to spare for a slow build on a busy machine.
const LONGEST: Duration = Duration::from_secs(30);
/// Everything that a delegated token may hold here.
const SCOPES: &str = "User.ReadWrite User.Read.All Calendars.ReadWrite Calendars.ReadWrite.Shared Contacts.ReadWrite \
                      People.Read.All MailboxSettings.ReadWrite";
/// Less than that.
const FEW: &str = "User.Read Calendars.Read";
/// A Wednesday, four days before the clocks change in Europe.
const START: &str = "2026-03-25T09:00:00Z";

thread_local! {
    static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

/// Sends the request that the bytes stand for, and checks the answer.
///
/// # Panics
/// When the simulator does, when it takes long, or when its answer has not Microsoft's shape.
pub fn request(bytes: &[u8]) {
    // Taken out and put back only at the end: a world in which something panicked is not met again.
    let mut stage = STAGE
        .take()
        .filter(|stage| stage.requests < LIFE)
        .unwrap_or_else(Stage::new);
    let mut source = Source::new(bytes);
    let request = if source.chance(10) {
        Request::raw(source.rest())
    } else if source.chance(4) {
        entra::request(&stage, &mut source)
    } else {
        graph::request(&stage, &mut source)
    };
    stage.send(&request);
    STAGE.set(Some(stage));
}

/// A request before HTTP has looked at it.
#[derive(Default)]
struct Request {
    method: String,
    /// With its query.
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl std::fmt::Debug for Request {
    /// As text, and not more of it than a person reads.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |bytes: &[u8]| -> String {
            String::from_utf8_lossy(bytes).chars().take(1_500).collect()
        };
        writeln!(formatter, "{} {}", self.method, shown(self.path.as_bytes()))?;
        for (name, value) in self
            .headers
            .iter()
            .filter(|(name, _)| name != "authorization")
        {
            writeln!(formatter, "{name}: {}", shown(value))?;
        }
        write!(formatter, "\n{}", shown(&self.body))
    }
}

impl Request {
    /// The bytes as a request's text: a line, headers, an empty line, the body.
    fn raw(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let (method, path) = lines
            .next()
            .and_then(|line| line.split_once(' '))
            .unwrap_or(("GET", "/"));
        let headers = lines.filter_map(|line| line.split_once(':'));
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.trim().as_bytes().to_vec()))
                .collect(),
            body: body.as_bytes().to_vec(),
        }
    }

    /// What the simulator gets to see of it; none when HTTP itself refuses it.
    fn ask(&self) -> Option<Ask> {
        let method = Method::from_bytes(self.method.as_bytes()).ok()?;
        let uri: Uri = self.path.parse().ok()?;
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name.as_str());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value)) {
                headers.append(name, value);
            }
        }
        Some(Ask::new(
            method,
            &uri,
            headers,
            Bytes::from(self.body.clone()),
        ))
    }
}

/// A world with what a caller would know of it.
struct Stage {
    world: World,
    requests: usize,
    tokens: Vec<String>,
    /// Ids that exist, by the collection they were found in.
    ids: BTreeMap<String, Vec<String>>,
    /// Links of pages and rounds that answers have contained.
    links: Vec<String>,
}

impl Stage {
    fn new() -> Self {
        let company = Company {
            start: Some(START.parse().expect("an instant")),
            ..Company::default()
        };
        let base = "http://127.0.0.1:8181".to_owned();
        let mut world = World::new(base, &company, Rotation::Lenient);
        let logins: Vec<String> = world.people.iter().map(|one| one.login.clone()).collect();
        let tokens = [(1, SCOPES), (2, SCOPES), (1, FEW), (0, SCOPES)]
            .into_iter()
            .filter_map(|(index, scopes)| world.mint(logins.get(index)?, scopes));
        let tokens = tokens.collect();
        let mut stage = Self {
            world,
            requests: 0,
            tokens,
            ids: BTreeMap::from([("addresses".to_owned(), logins)]),
            links: Vec::new(),
        };
        stage.look_around();
        stage
    }

    /// Learns which ids exist, as any caller would.
    fn look_around(&mut self) {
        let day = "startDateTime=2026-03-23T00:00:00Z&endDateTime=2026-04-03T00:00:00Z";
        for path in [
            "/v1.0/me/calendars".to_owned(),
            "/v1.0/me/events?$top=50".to_owned(),
            format!("/v1.0/me/calendarView?{day}&$top=50"),
            format!("/v1.0/me/calendarView/delta?{day}"),
            "/v1.0/me/contacts".to_owned(),
            "/v1.0/me/people".to_owned(),
            "/v1.0/users".to_owned(),
            "/v1.0/me/calendarGroups".to_owned(),
            "/v1.0/me/contactFolders".to_owned(),
            "/v1.0/me/calendar/calendarPermissions".to_owned(),
        ] {
            self.send_as_lena("GET", &path, "");
        }
    }

    fn send_as_lena(&mut self, method: &str, path: &str, body: &str) {
        let token = format!("Bearer {}", self.tokens[0]);
        self.send(&Request {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: vec![("authorization".to_owned(), token.into_bytes())],
            body: body.as_bytes().to_vec(),
        });
    }

    fn send(&mut self, request: &Request) {
        let Some(ask) = request.ask() else { return };
        self.requests += 1;
        let began = Instant::now();
        let reply = at_once(&mut self.world, ask.clone());
        let took = began.elapsed();
        #[cfg(feature = "schemas")]
        assert_eq!(
            self.world.violations.found(),
            &[] as &[String],
            "{request:?}"
        );
        assert!(took < LONGEST, "{took:?} for {request:?}");
        // Misbehaviour may be asked for by a control request, and is not what the next ones are about.
        let faulty = !self.world.faults.is_empty();
        self.world.faults.clear();
        match reply {
            Reply::Answer(answer) if !faulty => {
                let surface = ask.segments.first().map(String::as_str);
                match surface {
                    Some("_sim") => {}
                    Some("v1.0" | "beta" | "oidc") => check_graph(request, &answer),
                    _ => check_entra(request, &answer),
                }
                self.learn(&ask, &answer);
            }
            _ => {}
        }
    }

    fn learn(&mut self, ask: &Ask, answer: &Answer) {
        let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else {
            return;
        };
        let last = ask.segments.last().map(|last| last.to_ascii_lowercase());
        let collection = match last.as_deref().unwrap_or_default() {
            "calendarview" | "instances" | "delta" => "events",
            "calendar" => "calendars",
            "childfolders" => "contactfolders",
            other => other,
        };
        let items = body["value"].as_array().into_iter().flatten();
        let ids = items.chain(std::iter::once(&body));
        let ids = ids.filter_map(|item| item["id"].as_str().map(str::to_owned));
        let known = self.ids.entry(collection.to_owned()).or_default();
        known.extend(ids);
        for name in ["@odata.nextLink", "@odata.deltaLink"] {
            if let Some(link) = body[name].as_str() {
                self.links.push(link.replace(&self.world.base, ""));
            }
        }
    }
}

/// A refusal of Graph's is JSON with a code and a message, and says which request it was.
fn check_graph(request: &Request, answer: &Answer) {
    let status = answer.status.as_u16();
    assert!(status < 500, "{status} for {request:?}");
    assert!(answer.headers.contains_key("request-id"), "{request:?}");
    if status < 400 {
        return;
    }
    let body: Value = serde_json::from_slice(&answer.body)
        .unwrap_or_else(|problem| panic!("{status}, {problem}, for {request:?}"));
    let error = &body["error"];
    let whole = error["code"].as_str().is_some_and(|code| !code.is_empty())
        && error["message"].is_string()
        && error["innerError"]["request-id"].is_string();
    assert!(whole, "{status} {body} for {request:?}");
}

/// A refusal of Entra's is its JSON or a page.
fn check_entra(request: &Request, answer: &Answer) {
    let status = answer.status.as_u16();
    assert!(status < 500 || status == 503, "{status} for {request:?}");
    if status < 400 {
        return;
    }
    let kind = answer.headers.get("content-type");
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("text/html") {
        return;
    }
    assert!(
        kind.starts_with("application/json"),
        "{kind} for {request:?}"
    );
    let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let description = body["error_description"].as_str().unwrap_or_default();
    let whole = body["error"].is_string()
        && description.starts_with("AADSTS")
        && body["error_codes"][0].is_u64()
        && ["trace_id", "correlation_id", "timestamp"]
            .iter()
            .all(|name| body[name].is_string());
    assert!(whole, "{status} {body} for {request:?}");
}

#[cfg(test)]
mod tests;
