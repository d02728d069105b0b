//! Making, renaming and removing calendars and the groups that they are listed under.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::auth::{Refusal, refused};
use super::calendars::{RULES, context, item, mailbox};
use super::error::GraphError;
use super::event_input::{invalid_property, json_body, member, one_of};
use super::odata::{Item, Options, Rules, entity};
use super::{Call, Outcome};
use crate::company::PersonId;
use crate::exchange::Answer;
use crate::mailbox::Mailbox;
use crate::mailbox::calendar::{Calendar, CalendarGroup};
use crate::mailbox::ids::new_change_key;
use crate::state::World;

/// The most calendars and groups that a mailbox holds here.
const MOST: usize = 500;
const LONGEST_NAME: usize = 255;
const COLORS: &[&str] = &[
    "auto",
    "lightBlue",
    "lightGreen",
    "lightOrange",
    "lightGray",
    "lightYellow",
    "lightTeal",
    "lightPink",
    "lightBrown",
    "lightRed",
    "maxColor",
];
const GROUP_RULES: Rules = Rules {
    kind: "calendarGroup",
    properties: &["changeKey", "classId", "id", "name"],
    default_page: 10,
    outlook: true,
    skips: true,
};

/// What a request says about a calendar or a group.
struct Wanted {
    name: Option<String>,
    color: Option<&'static str>,
}

impl Wanted {
    fn read(call: &Call<'_>) -> Result<Self, GraphError> {
        let body = json_body(&call.ask.body)?;
        if !body.is_object() {
            return Err(invalid_property());
        }
        let name = match member(&body, "name") {
            None | Some(Value::Null) => None,
            Some(name) => {
                let name = name.as_str().map(str::trim).filter(|name| !name.is_empty());
                let name = name.filter(|name| name.chars().count() <= LONGEST_NAME);
                Some(name.ok_or_else(invalid_property)?.to_owned())
            }
        };
        let color = member(&body, "color").filter(|color| !color.is_null());
        Ok(Self {
            name,
            color: color.map(|color| one_of(color, COLORS)).transpose()?,
        })
    }

    fn named(self) -> Result<(String, Option<&'static str>), GraphError> {
        Ok((self.name.ok_or_else(invalid_property)?, self.color))
    }
}

/// `POST /me/calendars`, in the first group.
pub(super) fn create(world: &mut World, call: &Call<'_>, owner: PersonId) -> Outcome {
    make(world, call, owner, None)
}

/// `POST /me/calendarGroups/{id}/calendars`.
pub(super) fn create_in_group(
    world: &mut World,
    call: &Call<'_>,
    owner: PersonId,
    id: &str,
) -> Outcome {
    let group = own(world, call, owner)?
        .group(id)
        .ok_or_else(GraphError::not_found)?
        .id
        .clone();
    make(world, call, owner, Some(group))
}

fn make(world: &mut World, call: &Call<'_>, owner: PersonId, group: Option<String>) -> Outcome {
    own(world, call, owner)?;
    let (name, color) = Wanted::read(call)?.named()?;
    let free = is_free(world, owner, &name, None)?;
    let mut calendar = Calendar::new(&mut world.ids, Some(name));
    calendar.group = group;
    if let Some(color) = color {
        color.clone_into(&mut calendar.color);
    }
    let id = calendar.id.as_str().to_owned();
    let mailbox = world
        .mailbox_mut(owner)
        .ok_or_else(GraphError::no_mailbox)?;
    if !free || mailbox.calendars.len() >= MOST {
        return Err(exists());
    }
    mailbox.calendars.push(calendar);
    shown(world, owner, &id, StatusCode::CREATED)
}

/// `PATCH /me/calendar`.
pub(super) fn change_default(world: &mut World, call: &Call<'_>, owner: PersonId) -> Outcome {
    let id = own(world, call, owner)?
        .default_calendar()
        .id
        .as_str()
        .to_owned();
    change(world, call, owner, &id)
}

/// `PATCH /me/calendars/{id}`: its name and colour. What only appears in the own list belongs to somebody else.
pub(super) fn change(world: &mut World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    let mailbox = own(world, call, owner)?;
    if mailbox
        .accepted
        .iter()
        .any(|accepted| accepted.calendar_id == id)
    {
        return Err(refused(Refusal::Mailbox));
    }
    mailbox.calendar(id).ok_or_else(GraphError::not_found)?;
    let wanted = Wanted::read(call)?;
    if let Some(name) = &wanted.name
        && !is_free(world, owner, name, Some(id))?
    {
        return Err(exists());
    }
    let change_key = new_change_key(&mut world.ids);
    let mailbox = world
        .mailbox_mut(owner)
        .ok_or_else(GraphError::no_mailbox)?;
    let calendar = mailbox
        .calendars
        .iter_mut()
        .find(|calendar| calendar.id.as_str() == id);
    let calendar = calendar.ok_or_else(GraphError::not_found)?;
    if wanted.name.is_some() {
        calendar.name = wanted.name;
    }
    if let Some(color) = wanted.color {
        color.clone_into(&mut calendar.color);
    }
    calendar.change_key = change_key;
    shown(world, owner, id, StatusCode::OK)
}

/// `DELETE /me/calendars/{id}`, with everything in it and without a word to anybody. The default one stays.
pub(super) fn remove(world: &mut World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    let mailbox = own(world, call, owner)?;
    if mailbox.default_calendar().id.as_str() == id {
        let message = "Distinguished folders cannot be deleted.";
        return Err(GraphError::new(
            400,
            "ErrorDeleteDistinguishedFolder",
            message,
        ));
    }
    let own_calendar = mailbox.calendar(id).map(|calendar| calendar.id.clone());
    let mailbox = world
        .mailbox_mut(owner)
        .ok_or_else(GraphError::no_mailbox)?;
    if let Some(calendar) = own_calendar {
        mailbox.remove_calendar(&calendar);
        return Ok(Answer::empty(StatusCode::NO_CONTENT));
    }
    // Somebody else's calendar only leaves the list.
    let before = mailbox.accepted.len();
    mailbox
        .accepted
        .retain(|accepted| accepted.calendar_id != id);
    if mailbox.accepted.len() == before {
        return Err(GraphError::not_found());
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET /me/calendarGroups`.
pub(super) fn groups(world: &World, call: &Call<'_>, owner: PersonId) -> Outcome {
    let options = Options::read(call.ask, GROUP_RULES)?;
    let mailbox = own(world, call, owner)?;
    let items = mailbox.groups.iter().map(group_item).collect();
    let context = group_context(world, owner);
    Ok(options.collection(world, call, &context, items, GROUP_RULES))
}

/// `GET /me/calendarGroups/{id}`.
pub(super) fn group(world: &World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    let options = Options::read(call.ask, GROUP_RULES)?;
    let group = own(world, call, owner)?
        .group(id)
        .ok_or_else(GraphError::not_found)?;
    let item = options.project(group_item(group), GROUP_RULES);
    let context = format!("{}/$entity", group_context(world, owner));
    Ok(entity(world, StatusCode::OK, &context, item))
}

/// `GET /me/calendarGroups/{id}/calendars`.
pub(super) fn calendars_of(world: &World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    let options = Options::read(call.ask, RULES)?;
    let mailbox = own(world, call, owner)?;
    let group = mailbox.group(id).ok_or_else(GraphError::not_found)?;
    let first = mailbox
        .groups
        .first()
        .is_some_and(|first| first.id == group.id);
    let calendars = mailbox
        .calendars
        .iter()
        .filter(|calendar| match &calendar.group {
            Some(of) => *of == group.id,
            None => first,
        });
    let items = calendars.filter_map(|calendar| item(world, owner, calendar.id.as_str()));
    let items = items.collect();
    Ok(options.collection(world, call, &context(world, owner), items, RULES))
}

/// `POST /me/calendarGroups`.
pub(super) fn create_group(world: &mut World, call: &Call<'_>, owner: PersonId) -> Outcome {
    let mailbox = own(world, call, owner)?;
    let (name, _) = Wanted::read(call)?.named()?;
    if mailbox.groups.len() >= MOST || mailbox.groups.iter().any(|group| group.name == name) {
        return Err(exists());
    }
    let class_id = crate::random::guid();
    let group = CalendarGroup::new(&mut world.ids, &name, &class_id);
    let item = group_item(&group);
    let mailbox = world
        .mailbox_mut(owner)
        .ok_or_else(GraphError::no_mailbox)?;
    mailbox.groups.push(group);
    let context = format!("{}/$entity", group_context(world, owner));
    Ok(entity(world, StatusCode::CREATED, &context, item))
}

/// `PATCH /me/calendarGroups/{id}`.
pub(super) fn change_group(
    world: &mut World,
    call: &Call<'_>,
    owner: PersonId,
    id: &str,
) -> Outcome {
    own(world, call, owner)?;
    let (name, _) = Wanted::read(call)?.named()?;
    let change_key = new_change_key(&mut world.ids);
    let mailbox = world
        .mailbox_mut(owner)
        .ok_or_else(GraphError::no_mailbox)?;
    let group = mailbox.groups.iter_mut().find(|group| group.id == id);
    let group = group.ok_or_else(GraphError::not_found)?;
    (group.name, group.change_key) = (name, change_key);
    let item = group_item(group);
    let context = format!("{}/$entity", group_context(world, owner));
    Ok(entity(world, StatusCode::OK, &context, item))
}

/// `DELETE /me/calendarGroups/{id}`: one that was made, and that is empty.
pub(super) fn remove_group(
    world: &mut World,
    call: &Call<'_>,
    owner: PersonId,
    id: &str,
) -> Outcome {
    let mailbox = own(world, call, owner)?;
    let group = mailbox.group(id).ok_or_else(GraphError::not_found)?;
    let used = mailbox
        .calendars
        .iter()
        .any(|calendar| calendar.group.as_deref() == Some(id));
    if used || CalendarGroup::is_given(&group.class_id) {
        let message = "Your request can't be completed. The calendar group is not empty or cannot be removed.";
        return Err(GraphError::new(400, "ErrorInvalidRequest", message));
    }
    let mailbox = world
        .mailbox_mut(owner)
        .ok_or_else(GraphError::no_mailbox)?;
    mailbox.groups.retain(|group| group.id != id);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The caller's own mailbox: nobody arranges somebody else's calendars.
fn own<'a>(world: &'a World, call: &Call<'_>, owner: PersonId) -> Result<&'a Mailbox, GraphError> {
    if owner == call.caller {
        mailbox(world, owner)
    } else {
        Err(refused(Refusal::Mailbox))
    }
}

/// Whether no other calendar of the mailbox is shown under that name.
fn is_free(
    world: &World,
    owner: PersonId,
    name: &str,
    except: Option<&str>,
) -> Result<bool, GraphError> {
    let calendars = &mailbox(world, owner)?.calendars;
    let others = calendars
        .iter()
        .filter(|calendar| Some(calendar.id.as_str()) != except);
    let mut shown = others.filter_map(|calendar| item(world, owner, calendar.id.as_str()));
    Ok(!shown.any(|item| item.get("name").and_then(Value::as_str) == Some(name)))
}

fn exists() -> GraphError {
    GraphError::new(
        409,
        "ErrorFolderExists",
        "A folder with the specified name already exists.",
    )
}

fn shown(world: &World, owner: PersonId, id: &str, status: StatusCode) -> Outcome {
    let item = item(world, owner, id).ok_or_else(GraphError::not_found)?;
    Ok(entity(
        world,
        status,
        &format!("{}/$entity", context(world, owner)),
        item,
    ))
}

fn group_item(group: &CalendarGroup) -> Item {
    let item = json!({ "id": group.id, "name": group.name, "classId": group.class_id, "changeKey": group.change_key });
    match item {
        Value::Object(item) => item,
        _ => Item::new(),
    }
}

fn group_context(world: &World, owner: PersonId) -> String {
    format!("users('{}')/calendarGroups", world.person(owner).object_id)
}
