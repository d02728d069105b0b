//! The stand-in for Graph: which address leads where, under `/v1.0`.

mod auth;
mod batch;
mod calendar_changes;
mod calendar_permissions;
mod calendar_view;
mod calendars;
pub(crate) mod catalogue;
mod challenge;
mod contact_folders;
mod contacts;
mod error;
mod event_actions;
mod event_changes;
mod event_delta;
mod event_input;
mod events;
mod filter;
mod find_times;
mod ids;
mod me;
mod odata;
mod people;
mod permissions;
mod prefer;
mod reminders;
mod routes;
mod schedule;
mod settings;
mod subscriptions;
mod time_zones;
mod timelines;
mod users;

use axum::http::StatusCode;
use serde_json::json;

use crate::company::PersonId;
use crate::exchange::{Answer, Ask};
use crate::random;
use crate::state::World;
use crate::tenant::TenantId;
use auth::Scopes;
use error::GraphError;
use prefer::Prefer;
use routes::{At, MAILBOX, Path, SERVICE};

pub use catalogue::{GraphErrorRow, graph_errors};

pub use challenge::ChallengeForm;
pub(crate) use challenge::challenge;
pub(crate) use error::{throttled, too_large, unavailable};
pub use routes::{Permission, permissions};
pub(crate) use timelines::Timelines;

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

    /// A parameter of the function at the end of the path, `function(Name='value')`, without its quotes and type.
    fn parameter(&self, name: &str) -> Option<&str> {
        let last = self.ask.segments.last()?;
        let (_, inner) = last.strip_suffix(')')?.split_once('(')?;
        let found = inner.split(',').find_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            key.trim().eq_ignore_ascii_case(name).then_some(value)
        });
        let quoted = found?.split('\'').nth(1);
        quoted.or(found)
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

/// What Microsoft's support asks for beside the request's id.
const DIAGNOSTIC: &str = "{\"ServerInfo\":{\"DataCenter\":\"Simulator\",\"Slice\":\"E\",\"Ring\":\"5\",\"ScaleUnit\":\"001\",\"RoleInstance\":\"SIM_IN_1\"}}";

/// The headers that every answer of Graph has.
fn with_ids(answer: Answer, ask: &Ask, request_id: &str) -> Answer {
    let client_id = ask.header("client-request-id").unwrap_or(request_id);
    answer
        .header("request-id", request_id)
        .header("client-request-id", client_id)
        .header("x-ms-ags-diagnostic", DIAGNOSTIC)
        .header("strict-transport-security", "max-age=31536000")
        .header("cache-control", "private")
        .header("odata-version", "4.0")
}

/// Finds the operation, checks the token, and has it answered. There is no other way to an answer.
fn route(world: &mut World, call: &Call<'_>) -> Outcome {
    let path = Path::read(&call.ask.segments);
    let method = call.ask.method.as_str();
    let myself = |ids| At::new(call.caller, ids);
    match path.words().as_slice() {
        ["oidc", "userinfo"] => {
            routes::USERINFO_OPERATION
                .allowed
                .check(&call.scopes, true)?;
            (routes::USERINFO_OPERATION.run)(world, call, &myself(Vec::new()))
        }
        ["v1.0"] if method != "GET" => Err(GraphError::no_method()),
        ["v1.0"] => Ok(Answer::json(StatusCode::OK, &json!({ "value": [] }))),
        ["v1.0", "me", _, ..] => {
            let (operation, ids) = path.find(MAILBOX, 2, method)?;
            operation.allowed.check(&call.scopes, true)?;
            (operation.run)(world, call, &myself(ids))
        }
        ["v1.0", "users", key, _, ..] if *key != "$count" => {
            let (operation, ids) = path.find(MAILBOX, 3, method)?;
            let key = path.written(2);
            let owner = users::by_key(world, call, key);
            let own = owner == Some(call.caller);
            operation.allowed.check(&call.scopes, own)?;
            let owner = owner.ok_or_else(|| GraphError::nobody(key, operation.allowed.refusal))?;
            (operation.run)(world, call, &At::new(owner, ids))
        }
        ["v1.0", "users", key] if *key != "$count" => {
            let (operation, _) = path.find(SERVICE, 1, method)?;
            let key = path.written(2);
            let owner = users::by_key(world, call, key);
            let own = owner == Some(call.caller);
            operation.allowed.check(&call.scopes, own)?;
            let owner = owner.ok_or_else(|| GraphError::nobody(key, operation.allowed.refusal))?;
            (operation.run)(world, call, &At::new(owner, Vec::new()))
        }
        ["v1.0", ..] => {
            let (operation, ids) = path.find(SERVICE, 1, method)?;
            operation.allowed.check(&call.scopes, true)?;
            (operation.run)(world, call, &myself(ids))
        }
        _ => Err(GraphError::new(
            400,
            "BadRequest",
            "The simulator has version v1.0 only.",
        )),
    }
}
