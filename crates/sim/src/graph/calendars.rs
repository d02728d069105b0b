//! Calendars: one's own, and those of others that were accepted.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::error::GraphError;
use super::odata::{Item, Options, Rules, entity};
use super::{Call, Outcome};
use crate::company::PersonId;
use crate::mailbox::calendar::{Calendar, CalendarId};
use crate::mailbox::{Accepted, Mailbox, ShareLevel};
use crate::state::World;

pub(super) const RULES: Rules = Rules {
    kind: "calendar",
    properties: &[
        "allowedOnlineMeetingProviders",
        "canEdit",
        "canShare",
        "canViewPrivateItems",
        "changeKey",
        "color",
        "defaultOnlineMeetingProvider",
        "hexColor",
        "id",
        "isDefaultCalendar",
        "isRemovable",
        "isTallyingResponses",
        "name",
        "owner",
    ],
    default_page: 10,
    outlook: true,
    skips: true,
};

/// A calendar that a caller may read, wherever it lives.
#[derive(Debug, Clone)]
pub(super) struct Readable {
    pub(super) owner: PersonId,
    /// Which of the owner's calendars it is.
    pub(super) calendar: CalendarId,
    /// The front of ids, when it is seen through one's own list.
    pub(super) key: Option<String>,
    /// It belongs to the caller.
    pub(super) own: bool,
}

/// `GET /me/calendars`.
pub(super) fn list(world: &World, call: &Call<'_>, owner: PersonId) -> Outcome {
    if owner != call.caller {
        return list_of_other(world, call, owner);
    }
    let options = Options::read(call.ask, RULES)?;
    let mailbox = mailbox(world, call.caller)?;
    let mut items: Vec<Item> = mailbox
        .calendars
        .iter()
        .map(|calendar| own(world, call.caller, mailbox, calendar))
        .collect();
    items.extend(
        mailbox
            .accepted
            .iter()
            .map(|accepted| shared(world, accepted)),
    );
    Ok(options.collection(world, call, &context(world, call.caller), items, RULES))
}

/// `GET /users/{other}/calendars`: the one calendar that can be reached there.
fn list_of_other(world: &World, call: &Call<'_>, owner: PersonId) -> Outcome {
    default_of(world, call, owner)?;
    let options = Options::read(call.ask, RULES)?;
    let mailbox = mailbox(world, owner)?;
    let item = as_reader(own(world, owner, mailbox, mailbox.default_calendar()));
    Ok(options.collection(world, call, &context(world, owner), vec![item], RULES))
}

/// `GET /me/calendars/{id}`.
pub(super) fn read(world: &World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    if owner != call.caller {
        by_id(world, call, owner, id)?;
        return default(world, call, owner);
    }
    let options = Options::read(call.ask, RULES)?;
    let mailbox = mailbox(world, call.caller)?;
    let item = match mailbox.calendar(id) {
        Some(calendar) => own(world, call.caller, mailbox, calendar),
        None => {
            let accepted = mailbox
                .accepted
                .iter()
                .find(|accepted| accepted.calendar_id == id);
            shared(world, accepted.ok_or_else(GraphError::not_found)?)
        }
    };
    let context = format!("{}/$entity", context(world, call.caller));
    Ok(entity(
        world,
        StatusCode::OK,
        &context,
        options.project(item, RULES),
    ))
}

/// `GET /me/calendar` and `/users/{id}/calendar`.
pub(super) fn default(world: &World, call: &Call<'_>, owner: PersonId) -> Outcome {
    let readable = default_of(world, call, owner)?;
    let options = Options::read(call.ask, RULES)?;
    let mailbox = mailbox(world, owner)?;
    let mut item = own(world, owner, mailbox, mailbox.default_calendar());
    if !readable.own {
        item = as_reader(item);
    }
    let context = format!(
        "users('{}')/calendar/$entity",
        world.person(owner).object_id
    );
    Ok(entity(
        world,
        StatusCode::OK,
        &context,
        options.project(item, RULES),
    ))
}

/// The default calendar of a person, if the caller may read it.
pub(super) fn default_of(
    world: &World,
    call: &Call<'_>,
    owner: PersonId,
) -> Result<Readable, GraphError> {
    if owner == call.caller {
        return Ok(Readable {
            owner,
            calendar: mailbox(world, owner)?.default_calendar().id.clone(),
            key: None,
            own: true,
        });
    }
    // A calendar that is not shared is not found, as seen on the live service.
    let mailbox = mailbox(world, owner)?;
    match mailbox.share_level(call.caller) {
        Some(ShareLevel::Read) => Ok(Readable {
            owner,
            calendar: mailbox.default_calendar().id.clone(),
            key: None,
            own: false,
        }),
        Some(ShareLevel::Limited) | None if world.person(owner).room => Err(GraphError::new(
            403,
            "DelegatedCalendarAccessDenied",
            "The caller is not a delegate of this calendar.",
        )),
        Some(ShareLevel::Limited) | None => Err(GraphError::not_found()),
    }
}

/// A calendar by id: of the caller's own list, or the one of somebody else that can be reached there.
pub(super) fn by_id(
    world: &World,
    call: &Call<'_>,
    owner: PersonId,
    id: &str,
) -> Result<Readable, GraphError> {
    if owner != call.caller {
        let readable = default_of(world, call, owner)?;
        return if mailbox(world, owner)?.default_calendar().id.as_str() == id {
            Ok(readable)
        } else {
            Err(GraphError::not_found())
        };
    }
    let own = mailbox(world, call.caller)?;
    if let Some(calendar) = own.calendar(id) {
        return Ok(Readable {
            owner: call.caller,
            calendar: calendar.id.clone(),
            key: None,
            own: true,
        });
    }
    let accepted = own
        .accepted
        .iter()
        .find(|accepted| accepted.calendar_id == id);
    let accepted = accepted.ok_or_else(GraphError::not_found)?;
    Ok(Readable {
        owner: accepted.owner,
        calendar: mailbox(world, accepted.owner)?
            .default_calendar()
            .id
            .clone(),
        key: Some(accepted.key.clone()),
        own: false,
    })
}

/// A person's mailbox; a guest has none here.
pub(super) fn mailbox(world: &World, person: PersonId) -> Result<&Mailbox, GraphError> {
    world.mailbox(person).ok_or_else(GraphError::no_mailbox)
}

pub(super) fn context(world: &World, person: PersonId) -> String {
    format!("users('{}')/calendars", world.person(person).object_id)
}

/// One of a person's own calendars as she sees it.
pub(super) fn item(world: &World, owner: PersonId, id: &str) -> Option<Item> {
    let mailbox = world.mailbox(owner)?;
    Some(own(world, owner, mailbox, mailbox.calendar(id)?))
}

/// Somebody else's calendar: it may be read, and no more.
fn as_reader(mut item: Item) -> Item {
    for right in ["canEdit", "canShare", "canViewPrivateItems"] {
        item.insert(right.to_owned(), json!(false));
    }
    item
}

fn own(world: &World, person: PersonId, mailbox: &Mailbox, calendar: &Calendar) -> Item {
    let is_default = mailbox.default_calendar().id == calendar.id;
    let mut item = rendered(
        world,
        person,
        calendar.id.as_str(),
        &calendar.change_key,
        true,
    );
    let mut put = |name: &str, value: Value| item.insert(name.to_owned(), value);
    put("isDefaultCalendar", json!(is_default));
    put("isRemovable", json!(!is_default));
    put("color", json!(calendar.color));
    if let Some(name) = &calendar.name {
        put("name", json!(name));
    }
    if !calendar.online {
        put("allowedOnlineMeetingProviders", json!([]));
        put("defaultOnlineMeetingProvider", json!("unknown"));
    }
    item
}

fn shared(world: &World, accepted: &Accepted) -> Item {
    let mut item = rendered(
        world,
        accepted.owner,
        &accepted.calendar_id,
        &accepted.change_key,
        false,
    );
    item.insert(
        "name".to_owned(),
        json!(world.person(accepted.owner).name()),
    );
    item
}

fn rendered(world: &World, owner: PersonId, id: &str, change_key: &str, own: bool) -> Item {
    let account = world.person(owner);
    let item = json!({
        "id": id,
        "name": if account.language == "de-DE" { "Kalender" } else { "Calendar" },
        "color": "auto",
        "hexColor": "",
        "isDefaultCalendar": own,
        "changeKey": change_key,
        "canShare": own,
        "canViewPrivateItems": own,
        "canEdit": own,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"],
        "defaultOnlineMeetingProvider": "teamsForBusiness",
        "isTallyingResponses": own,
        "isRemovable": !own,
        "owner": { "name": account.name(), "address": account.mail },
    });
    match item {
        Value::Object(item) => item,
        _ => Item::new(),
    }
}
