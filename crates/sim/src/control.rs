//! The control surface under `/_sim/`: what a test or a demo does that nobody could do at Microsoft.

mod access;
mod application;
mod grants;
mod keys;
mod origin;
mod overview;
mod page;

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::entra::pages::{STYLE, message};
use crate::exchange::{Answer, Ask};
use crate::faults::Fault;
use crate::log::{LogFilter, StatusFilter};
use crate::state::World;

#[derive(Deserialize)]
struct Mint {
    login: String,
    scope: String,
}

#[derive(Deserialize)]
struct Login {
    login: String,
}

/// Answers a request to the control surface.
pub(crate) fn answer(world: &mut World, ask: &Ask) -> Answer {
    if origin::is_foreign(world, ask) {
        let body = json!({ "error": { "code": "forbidden", "message": "A page of another site may not do this." } });
        return Answer::json(StatusCode::FORBIDDEN, &body);
    }
    let segments: Vec<&str> = ask.segments.iter().skip(1).map(String::as_str).collect();
    match (&ask.method, segments.as_slice()) {
        (&Method::GET, []) => page::show(world),
        (&Method::POST, []) => page::press(world, ask),
        (&Method::GET, ["style.css"]) => {
            let mut answer = Answer::empty(StatusCode::OK);
            answer.body = Bytes::from_static(STYLE.as_bytes());
            answer
                .header("content-type", "text/css; charset=utf-8")
                .header("cache-control", "max-age=300")
        }
        (&Method::GET, ["people"]) => Answer::json(StatusCode::OK, &json!(world.members())),
        (&Method::GET, ["log"]) => log(world, ask),
        (&Method::DELETE, ["log"]) => {
            world.log.clear();
            done()
        }
        (&Method::GET, ["events"]) => match ask
            .query_value("login")
            .and_then(|login| world.person_by_login(login))
        {
            Some(person) => Answer::json(StatusCode::OK, &json!(world.events_of(person))),
            None => nobody(),
        },
        (&Method::POST, ["faults"]) => with_body(ask, |fault: Fault| {
            world.faults.add(fault);
            done()
        }),
        (&Method::GET, ["faults"]) => Answer::json(StatusCode::OK, &json!(world.faults.set())),
        (&Method::DELETE, ["faults", place]) => {
            match place.parse().is_ok_and(|place| world.faults.remove(place)) {
                true => done(),
                false => nothing("No fault has that place."),
            }
        }
        (&Method::DELETE, ["faults"]) => {
            world.faults.clear();
            done()
        }
        (&Method::GET, ["notifications"]) => {
            Answer::json(StatusCode::OK, &json!(world.notifications.inbox))
        }
        (&Method::POST, ["notifications"]) => receive(world, ask),
        (&Method::GET, ["state"]) => overview::state(world),
        (&Method::GET, ["clock"]) => overview::clock(world),
        (&Method::POST, ["clock"]) => overview::change_clock(world, ask),
        (&Method::POST, ["scenario"]) => overview::load(world, ask),
        (&Method::POST, ["reset"]) => {
            world.reset();
            done()
        }
        (&Method::POST, ["token"]) => with_body(ask, |wanted: Mint| {
            match world.mint(&wanted.login, &wanted.scope) {
                Some(token) => Answer::json(StatusCode::OK, &json!({ "access_token": token })),
                None => nobody(),
            }
        }),
        (&Method::POST, ["revoke"]) => with_body(ask, |login: Login| {
            match world.person_by_login(&login.login) {
                Some(person) => {
                    world.revoke_sessions(person);
                    done()
                }
                None => nobody(),
            }
        }),
        (&Method::GET, ["people", login]) => access::show_person(world, login),
        (&Method::POST, ["people", login]) => access::change_person(world, ask, login),
        (&Method::GET, ["tenants"]) => access::list_tenants(world),
        (&Method::GET, ["tenants", tenant]) => access::show_tenant(world, tenant),
        (&Method::POST | &Method::PATCH, ["tenants", tenant]) => {
            access::change_tenant(world, ask, tenant)
        }
        (&Method::POST, ["addresses"]) => access::change_addresses(world, ask),
        (&Method::GET, ["keys"]) => keys::show(world),
        (&Method::POST, ["keys"]) => keys::change(world, ask),
        (&Method::GET, ["application"]) => application::show(world),
        (&Method::POST, ["application"]) => application::change(world, ask),
        (&Method::GET, ["grants"]) => grants::list(world),
        (&Method::POST, ["grants"]) => grants::add(world, ask),
        (&Method::DELETE, ["grants"]) => grants::remove(world, ask),
        (&Method::GET, ["consent-requests"]) => grants::list_requests(world),
        (&Method::POST, ["consent-requests", id]) => grants::answer_request(world, ask, id),
        _ => message(
            StatusCode::NOT_FOUND,
            "Not here",
            "The control surface has no such address.",
        ),
    }
}

fn with_body<T: for<'a> Deserialize<'a>>(ask: &Ask, act: impl FnOnce(T) -> Answer) -> Answer {
    match serde_json::from_slice(&ask.body) {
        Ok(body) => act(body),
        Err(problem) => not_understood(&problem.to_string()),
    }
}

/// An address for notifications of the simulator's own: it answers the handshake and keeps what comes.
fn receive(world: &mut World, ask: &Ask) -> Answer {
    if let Some(token) = ask.query_value("validationToken") {
        let mut answer = Answer::empty(StatusCode::OK);
        answer.body = Bytes::from(token.to_owned());
        return answer.header("content-type", "text/plain; charset=utf-8");
    }
    with_body(ask, |notification: Value| {
        world.receive(notification);
        Answer::empty(StatusCode::ACCEPTED)
    })
}

fn not_understood(problem: &str) -> Answer {
    let body = json!({ "error": { "code": "bad_request", "message": problem } });
    Answer::json(StatusCode::BAD_REQUEST, &body)
}

fn done() -> Answer {
    Answer::empty(StatusCode::NO_CONTENT)
}

fn nobody() -> Answer {
    nothing("Nobody has that login.")
}

fn nothing(message: &str) -> Answer {
    let body: Value = json!({ "error": { "code": "not_found", "message": message } });
    Answer::json(StatusCode::NOT_FOUND, &body)
}

/// The requests that fit, newest last, and in a header how many fit in all.
fn log(world: &World, ask: &Ask) -> Answer {
    match log_filter(world, ask) {
        Ok(filter) => {
            let (entries, count) = world.log.select(&filter);
            Answer::json(StatusCode::OK, &json!(entries))
                .header("x-total-count", &count.to_string())
        }
        Err(message) => not_understood(&message),
    }
}

fn log_filter(world: &World, ask: &Ask) -> Result<LogFilter, String> {
    let mut filter = LogFilter::default();
    for (name, value) in &ask.query {
        let unreadable = || format!("'{name}' cannot be '{value}'.");
        match name.as_str() {
            _ if value.is_empty() => {}
            "surface" => filter.surface = Some(value.clone()),
            "path" => filter.path = Some(value.clone()),
            "person" => {
                let person = world.person_by_login(value);
                let id = person.map(|person| world.person(person).object_id.clone());
                filter.person = Some(id.unwrap_or_else(|| value.to_ascii_lowercase()));
            }
            "status" => {
                filter.status = Some(StatusFilter::read(value).ok_or_else(unreadable)?);
            }
            "since" => filter.since = Some(value.parse().map_err(|_| unreadable())?),
            "after" => filter.after = Some(value.parse().map_err(|_| unreadable())?),
            "top" => filter.top = Some(value.parse().map_err(|_| unreadable())?),
            "skip" => filter.skip = value.parse().map_err(|_| unreadable())?,
            _ => {
                return Err(format!(
                    "'{name}' is not one of surface, person, path, status, since, after, top, skip."
                ));
            }
        }
    }
    Ok(filter)
}
