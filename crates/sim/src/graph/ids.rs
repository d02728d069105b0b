//! Item ids in their several forms: `translateExchangeIds`.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::calendars::mailbox;
use super::error::GraphError;
use super::event_input::{invalid_property, json_body, list, member, one_of};
use super::{Call, Outcome};
use crate::exchange::Answer;
use crate::mailbox::ids::{immutable, mutable, well_formed};
use crate::state::World;

const MOST: usize = 1_000;
const FORMS: &[&str] = &[
    "entryId",
    "ewsId",
    "immutableEntryId",
    "restId",
    "restImmutableEntryId",
];

/// `POST /me/translateExchangeIds`, between the two forms that this simulator has.
pub(super) fn translate(world: &World, call: &Call<'_>) -> Outcome {
    mailbox(world, call.caller)?;
    let body = json_body(&call.ask.body)?;
    let form = |name: &str| {
        let form = one_of(member(&body, name).ok_or_else(invalid_property)?, FORMS)?;
        match form {
            "restId" => Ok(false),
            "restImmutableEntryId" => Ok(true),
            other => {
                let message = format!("The simulator has no ids of the form '{other}'.");
                Err(GraphError::new(400, "ErrorInvalidParameter", message))
            }
        }
    };
    form("sourceidtype")?;
    let to_immutable = form("targetidtype")?;
    let ids = list(member(&body, "inputids").ok_or_else(invalid_property)?)?;
    if ids.len() > MOST {
        let message = format!("At most {MOST} ids can be translated at once.");
        return Err(GraphError::new(400, "ErrorInvalidParameter", message));
    }
    let translated = ids.iter().map(|id| {
        let id = id.as_str().filter(|id| well_formed(id));
        let id =
            id.ok_or_else(|| GraphError::new(400, "ErrorInvalidIdMalformed", "Id is malformed."))?;
        let target = if to_immutable {
            immutable(id)
        } else {
            mutable(id)
        };
        Ok(json!({ "sourceId": id, "targetId": target }))
    });
    let translated = translated.collect::<Result<Vec<Value>, GraphError>>()?;
    let context = format!(
        "{}/v1.0/$metadata#Collection(microsoft.graph.convertIdResult)",
        world.base
    );
    Ok(Answer::json(
        StatusCode::OK,
        &json!({ "@odata.context": context, "value": translated }),
    ))
}
