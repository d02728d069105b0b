//! The world as a whole: what state it is in, its clock, its scenario, and back to the start.

use std::time::Duration;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{not_understood, with_body};
use crate::exchange::{Answer, Ask};
use crate::scenario::{Running, Scenario};
use crate::state::World;

/// One change of the clock; freeze comes before set, and set before advance.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    #[serde(default)]
    set: Option<Timestamp>,
    #[serde(default)]
    advance_seconds: Option<u64>,
    #[serde(default)]
    freeze: Option<bool>,
}

/// `GET /_sim/state`.
pub(super) fn state(world: &World) -> Answer {
    let tenants: Vec<_> = world
        .tenants
        .iter()
        .map(|tenant| json!({ "id": tenant.id, "name": tenant.name, "domains": tenant.domains }))
        .collect();
    let body = json!({
        "simulator": world.base,
        "now": world.clock.now(),
        "frozen": world.clock.is_frozen(),
        "tenants": tenants,
        "accounts": world.people.len(),
        "faults": world.faults.set(),
        "requests": world.log.count(),
        "scenario": { "waiting": world.scenario.waiting(), "refused": world.scenario.refused() },
    });
    Answer::json(StatusCode::OK, &body)
}

/// `GET /_sim/clock`.
pub(super) fn clock(world: &World) -> Answer {
    let body = json!({ "now": world.clock.now(), "frozen": world.clock.is_frozen() });
    Answer::json(StatusCode::OK, &body)
}

/// `POST /_sim/clock`.
pub(super) fn change_clock(world: &mut World, ask: &Ask) -> Answer {
    with_body(ask, |change: Change| {
        if let Some(still) = change.freeze {
            world.clock.freeze(still);
        }
        if let Some(now) = change.set {
            world.clock.set(now);
        }
        if let Some(seconds) = change.advance_seconds {
            world.clock.advance(Duration::from_secs(seconds));
        }
        clock(world)
    })
}

/// `POST /_sim/scenario`: TOML or JSON.
pub(super) fn load(world: &mut World, ask: &Ask) -> Answer {
    let Ok(text) = std::str::from_utf8(&ask.body) else {
        return not_understood("A scenario is text.");
    };
    match Scenario::parse(text) {
        Ok(scenario) => {
            world.scenario = Running::begin(scenario, world.clock.now());
            Answer::empty(StatusCode::NO_CONTENT)
        }
        Err(problem) => not_understood(&problem.to_string()),
    }
}
