//! Subscriptions to the events of one's own mailbox.

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::error::GraphError;
use super::event_input::{json_body, member};
use super::odata::{Item, entity};
use super::{Call, Outcome, users};
use crate::company::PersonId;
use crate::exchange::Answer;
use crate::notifications::{MOST, Subscription};
use crate::random;
use crate::state::World;

/// Whoever wants less is given this.
const SHORTEST: SignedDuration = SignedDuration::from_mins(45);
/// Under seven days, for events.
const LONGEST: SignedDuration = SignedDuration::from_mins(10_080);
const LONGEST_STATE: usize = 128;

/// `GET /subscriptions`: the caller's own.
pub(super) fn list(world: &World, call: &Call<'_>) -> Outcome {
    let mine = world.notifications.subscriptions.iter();
    let mine = mine.filter(|one| one.person == call.caller);
    let items: Vec<Item> = mine.map(|one| item(world, one)).collect();
    let body = json!({
        "@odata.context": format!("{}/v1.0/$metadata#subscriptions", world.base),
        "value": items,
    });
    Ok(Answer::json(StatusCode::OK, &body))
}

/// `POST /subscriptions`. Its addresses have been asked already.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Outcome {
    let body = json_body(&call.ask.body)?;
    let text = |name: &str| member(&body, name).and_then(Value::as_str);
    let resource = text("resource").ok_or_else(|| missing("resource"))?;
    let person = subject(world, call, resource)?;
    let change_type = text("changetype").ok_or_else(|| missing("changeType"))?;
    let kinds = kinds(change_type)?;
    let notification_url = text("notificationurl").ok_or_else(|| missing("notificationUrl"))?;
    let expires = expiry(world, &body)?;
    let client_state = text("clientstate").map(str::to_owned);
    if client_state
        .as_ref()
        .is_some_and(|state| state.chars().count() > LONGEST_STATE)
    {
        return Err(invalid("clientState is longer than 128 characters."));
    }
    if call.ask.endpoints_answered != Some(true) {
        let message = "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.";
        return Err(GraphError::new(400, "ValidationError", message));
    }
    let same = |one: &Subscription| {
        one.person == person
            && one.resource.eq_ignore_ascii_case(resource)
            && one.change_type.eq_ignore_ascii_case(change_type)
    };
    let kept = &world.notifications.subscriptions;
    if kept.iter().any(same) {
        let message = "A subscription to this resource and these changes exists.";
        return Err(GraphError::new(409, "Conflict", message));
    }
    if kept.len() >= MOST {
        let message = "The limit of subscriptions is reached.";
        return Err(GraphError::new(403, "ExtensionError", message));
    }
    let subscription = Subscription {
        id: random::guid(),
        person,
        resource: resource.to_owned(),
        created: kinds.0,
        updated: kinds.1,
        deleted: kinds.2,
        change_type: change_type.to_owned(),
        notification_url: notification_url.to_owned(),
        lifecycle_url: text("lifecyclenotificationurl").map(str::to_owned),
        client_state,
        expires,
        seen: world.event_states(person),
    };
    let made = item(world, &subscription);
    world.notifications.subscriptions.push(subscription);
    Ok(entity(
        world,
        StatusCode::CREATED,
        "subscriptions/$entity",
        made,
    ))
}

/// `GET /subscriptions/{id}`.
pub(super) fn read(world: &World, call: &Call<'_>, id: &str) -> Outcome {
    let found = &world.notifications.subscriptions[place(world, call, id)?];
    let context = "subscriptions/$entity";
    Ok(entity(world, StatusCode::OK, context, item(world, found)))
}

/// `PATCH /subscriptions/{id}`: a new end.
pub(super) fn renew(world: &mut World, call: &Call<'_>, id: &str) -> Outcome {
    let place = place(world, call, id)?;
    let expires = expiry(world, &json_body(&call.ask.body)?)?;
    world.notifications.subscriptions[place].expires = expires;
    read(world, call, id)
}

/// `DELETE /subscriptions/{id}`.
pub(super) fn remove(world: &mut World, call: &Call<'_>, id: &str) -> Outcome {
    let place = place(world, call, id)?;
    world.notifications.subscriptions.remove(place);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `POST /subscriptions/{id}/reauthorize`: whoever may ask is authorised anyway.
pub(super) fn reauthorize(world: &World, call: &Call<'_>, id: &str) -> Outcome {
    place(world, call, id)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// Whose events a resource names; only one's own can be subscribed to.
fn subject(world: &World, call: &Call<'_>, resource: &str) -> Result<PersonId, GraphError> {
    let path = resource.trim_matches('/').to_ascii_lowercase();
    let words: Vec<&str> = path.split('/').collect();
    let owner = match words.as_slice() {
        ["me", "events"] | ["me", "calendar", "events"] => Some(call.caller),
        ["users", key, "events"] | ["users", key, "calendar", "events"] => {
            users::by_key(world, call, key)
        }
        _ => {
            let message = format!(
                "The simulator has no changes of '{resource}' to tell; events are subscribed to as 'me/events'."
            );
            return Err(GraphError::new(400, "ExtensionError", message));
        }
    };
    let own = owner.filter(|owner| *owner == call.caller);
    own.ok_or_else(|| {
        let message = "Operation: Create; Exception: [Status Code: Forbidden; Reason: Forbidden]";
        GraphError::new(403, "ExtensionError", message)
    })
}

/// Which changes are meant: created, updated, deleted.
fn kinds(text: &str) -> Result<(bool, bool, bool), GraphError> {
    let mut kinds = (false, false, false);
    for word in text.split(',') {
        match word.trim().to_ascii_lowercase().as_str() {
            "created" => kinds.0 = true,
            "updated" => kinds.1 = true,
            "deleted" => kinds.2 = true,
            _ => {
                return Err(invalid(
                    "changeType is created, updated and deleted, separated by commas.",
                ));
            }
        }
    }
    Ok(kinds)
}

/// The end that is asked for, not nearer than 45 minutes.
fn expiry(world: &World, body: &Value) -> Result<Timestamp, GraphError> {
    let asked = member(body, "expirationdatetime").and_then(Value::as_str);
    let asked = asked.ok_or_else(|| missing("expirationDateTime"))?;
    let asked: Timestamp = asked
        .parse()
        .map_err(|_| invalid("expirationDateTime is no instant."))?;
    let now = world.clock.now();
    if asked.duration_since(now) > LONGEST {
        return Err(invalid(
            "Subscription expiration can only be 10080 minutes in the future.",
        ));
    }
    let soonest = now.saturating_add(SHORTEST).unwrap_or(Timestamp::MAX);
    Ok(asked.max(soonest))
}

fn place(world: &World, call: &Call<'_>, id: &str) -> Result<usize, GraphError> {
    let mut kept = world.notifications.subscriptions.iter();
    let found = kept.position(|one| one.id == id && one.person == call.caller);
    found.ok_or_else(|| GraphError::new(404, "ResourceNotFound", "The object was not found."))
}

fn item(world: &World, subscription: &Subscription) -> Item {
    let rendered = json!({
        "id": subscription.id,
        "resource": subscription.resource,
        "applicationId": world.application.client_id,
        "changeType": subscription.change_type,
        "clientState": subscription.client_state,
        "notificationUrl": subscription.notification_url,
        "lifecycleNotificationUrl": subscription.lifecycle_url,
        "notificationQueryOptions": null,
        "notificationUrlAppId": null,
        "expirationDateTime": subscription.expires.to_string(),
        "creatorId": world.person(subscription.person).object_id,
        "includeResourceData": false,
        "latestSupportedTlsVersion": "v1_2",
        "encryptionCertificate": "",
        "encryptionCertificateId": "",
    });
    match rendered {
        Value::Object(item) => item,
        _ => Item::new(),
    }
}

fn missing(name: &str) -> GraphError {
    invalid(&format!("{name} is needed."))
}

fn invalid(message: &str) -> GraphError {
    GraphError::new(400, "InvalidRequest", message)
}
