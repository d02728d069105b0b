//! Rolling the signing keys over.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::with_body;
use crate::exchange::{Answer, Ask};
use crate::state::World;

/// What `POST /_sim/keys` does, in this order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// Signs with a new key from now on.
    #[serde(default)]
    roll: bool,
    /// Whether a new key is published at once; `true` alone publishes one that was not yet.
    #[serde(default)]
    publish: Option<bool>,
    /// Takes the key with this `kid` out of the set.
    remove: Option<String>,
}

/// `GET /_sim/keys`.
pub(super) fn show(world: &World) -> Answer {
    Answer::json(StatusCode::OK, &world.entra.keys.list())
}

/// `POST /_sim/keys`.
pub(super) fn change(world: &mut World, ask: &Ask) -> Answer {
    with_body(ask, |change: Change| {
        let keys = &mut world.entra.keys;
        if change.roll {
            keys.roll(change.publish != Some(false));
        }
        if change.publish == Some(true) {
            keys.publish();
        }
        if let Some(kid) = &change.remove
            && !keys.remove(kid)
        {
            let body =
                json!({ "error": { "code": "not_found", "message": "No key has that kid." } });
            return Answer::json(StatusCode::NOT_FOUND, &body);
        }
        show(world)
    })
}
