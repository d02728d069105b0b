//! The time zones a mailbox server knows.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::auth::Refusal;
use super::{Call, Outcome};
use crate::exchange::Answer;
use crate::state::World;
use crate::zones::WINDOWS_ZONES;

/// `GET /me/outlook/supportedTimeZones`, Windows names unless IANA ones are asked for.
pub(super) fn list(world: &World, call: &Call<'_>, iana: bool) -> Outcome {
    call.scopes.require(&["User.Read"], Refusal::Mailbox)?;
    let zones: Vec<Value> = WINDOWS_ZONES
        .iter()
        .map(|(windows, primary)| {
            if iana {
                json!({ "alias": primary, "displayName": primary })
            } else {
                json!({ "alias": windows, "displayName": windows })
            }
        })
        .collect();
    let body = json!({ "@odata.context": format!("{}/v1.0/$metadata#Collection(microsoft.graph.timeZoneInformation)", world.base), "value": zones });
    Ok(Answer::json(StatusCode::OK, &body))
}
