//! The time zones a mailbox server knows.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::error::GraphError;
use super::{Call, Outcome};
use crate::exchange::Answer;
use crate::state::World;
use crate::zones::WINDOWS_ZONES;

/// `GET /me/outlook/supportedTimeZones`, Windows names unless IANA ones are asked for.
pub(super) fn list(world: &World, call: &Call<'_>) -> Outcome {
    let iana = match call.parameter("TimeZoneStandard") {
        None => false,
        Some(standard) if standard.eq_ignore_ascii_case("windows") => false,
        Some(standard) if standard.eq_ignore_ascii_case("iana") => true,
        Some(other) => {
            let message = format!("Invalid value '{other}' for the parameter 'TimeZoneStandard'.");
            return Err(GraphError::new(400, "BadRequest", message));
        }
    };
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
