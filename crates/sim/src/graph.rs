//! The stand-in for Graph: which address leads where, under `/v1.0`.

mod auth;
mod calendar_view;
mod calendars;
mod contacts;
mod error;
mod event_input;
mod events;
mod filter;
mod me;
mod odata;
mod people;
mod prefer;
mod schedule;
mod time_zones;
mod users;

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::company::PersonId;
use crate::exchange::{Answer, Ask};
use crate::random;
use crate::state::World;
use crate::tenant::TenantId;
use auth::{Refusal, Scopes};
use error::GraphError;
use prefer::Prefer;

pub(crate) use error::{challenge, throttled};

/// One authorised request.
#[derive(Debug)]
struct Call<'a> {
    ask: &'a Ask,
    caller: PersonId,
    scopes: Scopes,
    prefer: Prefer,
}

impl Call<'_> {
    /// The organisation whose directory and mailboxes this request sees.
    fn tenant(&self, world: &World) -> TenantId {
        world.person(self.caller).tenant
    }
}

/// What a handler gives: an answer, or a refusal that the one place below writes.
type Outcome = Result<Answer, GraphError>;

/// Answers a Graph request, and says whose token it carried.
pub(crate) fn answer(world: &mut World, ask: &Ask) -> (Answer, Option<String>) {
    let token = auth::bearer(world, ask);
    let person = token
        .as_ref()
        .ok()
        .map(|token| world.person(token.person).object_id.clone());
    let outcome = token.and_then(|token| {
        let call = Call {
            ask,
            caller: token.person,
            scopes: Scopes::new(token.scopes),
            prefer: Prefer::read(ask)?,
        };
        let answer = route(world, &call)?;
        Ok(match call.prefer.applied() {
            Some(applied) => answer.header("preference-applied", &applied),
            None => answer,
        })
    });
    let answer = match outcome {
        Ok(answer) => with_ids(answer, ask, &random::guid()),
        Err(refused) => refused.answer(world, ask),
    };
    (answer, person)
}

/// The headers that every answer of Graph has.
fn with_ids(answer: Answer, ask: &Ask, request_id: &str) -> Answer {
    let client_id = ask.header("client-request-id").unwrap_or(request_id);
    let diagnostic = json!({
        "ServerInfo": { "DataCenter": "Simulator", "Slice": "E", "Ring": "5", "ScaleUnit": "001", "RoleInstance": "SIM_IN_1" }
    });
    answer
        .header("request-id", request_id)
        .header("client-request-id", client_id)
        .header("x-ms-ags-diagnostic", &diagnostic.to_string())
        .header("strict-transport-security", "max-age=31536000")
        .header("cache-control", "private")
}

fn route(world: &mut World, call: &Call<'_>) -> Outcome {
    let original: Vec<&str> = call.ask.segments.iter().map(String::as_str).collect();
    let words: Vec<String> = original.iter().map(|segment| word(segment)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match (words.as_slice(), &call.ask.method) {
        (["oidc", "userinfo"], _) => me::userinfo(world, call),
        (["v1.0", "users"], &Method::GET) => users::list(world, call),
        (["v1.0", "users", _], &Method::GET) => users::read(world, call, original[2]),
        (["v1.0", "me", rest @ ..], _) => {
            let caller = call.caller;
            route_mailbox(world, call, caller, rest, &original[2..])
        }
        (["v1.0", "users", _, rest @ ..], _) => {
            let owner = users::find(world, call, original[2])?;
            route_mailbox(world, call, owner, rest, &original[3..])
        }
        (["v1.0", segment, ..], _) => Err(GraphError::unknown_segment(segment)),
        (["v1.0"], _) => Ok(Answer::json(StatusCode::OK, &json!({ "value": [] }))),
        _ => Err(GraphError::new(
            400,
            "BadRequest",
            "The simulator has version v1.0 only.",
        )),
    }
}

/// Addresses below a person. `original` keeps the case that ids need.
fn route_mailbox(
    world: &mut World,
    call: &Call<'_>,
    owner: PersonId,
    rest: &[&str],
    original: &[&str],
) -> Outcome {
    let own = owner == call.caller;
    let id = |index: usize| original[index];
    match (rest, call.ask.method.as_str()) {
        ([], "GET") if own => me::read(world, call),
        (["calendar"], "GET") => calendars::default(world, call, owner),
        (["calendars"], "GET") if own => calendars::list(world, call),
        (["calendars", _], "GET") if own => calendars::read(world, call, id(1)),
        (["calendarview"] | ["calendar", "calendarview"], "GET") => {
            calendar_view::default(world, call, owner)
        }
        (["calendars", _, "calendarview"], "GET") if own => {
            calendar_view::of_calendar(world, call, id(1))
        }
        (["events"] | ["calendar", "events"], "GET") => events::list(world, call, owner),
        (["events"] | ["calendar", "events"], "POST") => events::create(world, call, owner),
        (["calendars", _, "events"], "GET") if own => events::list_of_calendar(world, call, id(1)),
        (["calendars", _, "events"], "POST") if own => {
            events::create_in_calendar(world, call, id(1))
        }
        (["events", _, "instances"], "GET") if own => calendar_view::instances(world, call, id(1)),
        (["events", _], method) => events::one(world, call, owner, id(1), method),
        (["calendar", "events", _], method) => events::one(world, call, owner, id(2), method),
        (["calendars", _, "events", _], method) if own => {
            events::one(world, call, owner, id(3), method)
        }
        (["calendar", "getschedule"], "POST") => schedule::answer(world, call),
        (["contacts"], "GET") if own => contacts::list(world, call),
        (["contacts", _], "GET") if own => contacts::read(world, call, id(1)),
        (["people"], "GET") if own => people::list(world, call),
        (["people", _], "GET") if own => people::read(world, call, id(1)),
        (["outlook", zones], "GET") if own && zones.starts_with("supportedtimezones") => {
            time_zones::list(world, call, zones.contains("'iana'"))
        }
        (
            ["mailboxsettings", ..] | ["contacts", ..] | ["contactfolders", ..] | ["calendars", ..],
            _,
        ) => Err(auth::refused(Refusal::Mailbox)),
        (["manager"] | ["directreports"] | ["people", ..], _) => {
            Err(auth::refused(Refusal::Directory))
        }
        ([], _) if own => Err(auth::refused(Refusal::Directory)),
        _ => Err(GraphError::unknown_segment(
            original.first().copied().unwrap_or_default(),
        )),
    }
}

/// A path part as the router compares it: lower case, without namespace and empty brackets.
fn word(segment: &str) -> String {
    let lower = segment.to_ascii_lowercase();
    let short = lower.strip_prefix("microsoft.graph.").unwrap_or(&lower);
    short.strip_suffix("()").unwrap_or(short).to_owned()
}
