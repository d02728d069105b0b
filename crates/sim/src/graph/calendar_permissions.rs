//! Who may see a calendar: the organisation, colleagues, people outside.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::auth::{Refusal, refused};
use super::calendars::mailbox;
use super::error::GraphError;
use super::event_input::{flag, invalid_property, json_body, member, one_of, party};
use super::odata::{Item, Options, Rules, entity};
use super::{Call, Outcome};
use crate::company::PersonId;
use crate::exchange::Answer;
use crate::mailbox::calendar::CalendarId;
use crate::mailbox::{Share, ShareLevel};
use crate::state::World;

const RULES: Rules = Rules {
    kind: "calendarPermission",
    properties: &[
        "allowedRoles",
        "emailAddress",
        "id",
        "isInsideOrganization",
        "isRemovable",
        "role",
    ],
    default_page: 10,
    outlook: true,
    skips: true,
};
/// The most entries that a mailbox keeps here.
const MOST: usize = 1_000;
const ROLES: &[&str] = &[
    "none",
    "freeBusyRead",
    "limitedRead",
    "read",
    "write",
    "delegateWithoutPrivateEventAccess",
    "delegateWithPrivateEventAccess",
    "custom",
];
/// What the organisation may get, and a colleague, and somebody outside.
const EVERYBODY: &[&str] = &["none", "freeBusyRead", "limitedRead", "read", "write"];
const COLLEAGUE: &[&str] = &[
    "freeBusyRead",
    "limitedRead",
    "read",
    "write",
    "delegateWithoutPrivateEventAccess",
    "delegateWithPrivateEventAccess",
];
const OUTSIDE: &[&str] = &["freeBusyRead", "limitedRead", "read"];

/// One entry of a calendar's list.
struct Entry {
    /// In lower case; empty for the organisation.
    address: String,
    name: String,
    role: &'static str,
    inside: bool,
}

impl Entry {
    fn id(&self) -> String {
        let text = if self.address.is_empty() {
            "Default"
        } else {
            &self.address
        };
        STANDARD.encode(text).replace('+', "-").replace('/', "_")
    }

    fn allowed(&self) -> &'static [&'static str] {
        match (self.address.is_empty(), self.inside) {
            (true, _) => EVERYBODY,
            (false, true) => COLLEAGUE,
            (false, false) => OUTSIDE,
        }
    }

    fn item(&self) -> Item {
        let mut email = json!({ "name": self.name });
        if !self.address.is_empty() {
            email["address"] = json!(self.address);
        }
        let item = json!({
            "id": self.id(),
            "role": self.role,
            "allowedRoles": self.allowed(),
            "emailAddress": email,
            "isInsideOrganization": self.inside,
            "isRemovable": !self.address.is_empty(),
        });
        match item {
            Value::Object(item) => item,
            _ => Item::new(),
        }
    }
}

/// `GET .../calendarPermissions`.
pub(super) fn list(world: &World, call: &Call<'_>, owner: PersonId, id: Option<&str>) -> Outcome {
    let options = Options::read(call.ask, RULES)?;
    let calendar = calendar(world, call, owner, id)?;
    let items = entries(world, owner, &calendar)?
        .iter()
        .map(Entry::item)
        .collect();
    Ok(options.collection(world, call, &context(world, owner), items, RULES))
}

/// `GET .../calendarPermissions/{id}`.
pub(super) fn read(
    world: &World,
    call: &Call<'_>,
    owner: PersonId,
    id: Option<&str>,
    permission: &str,
) -> Outcome {
    let options = Options::read(call.ask, RULES)?;
    let calendar = calendar(world, call, owner, id)?;
    let item = options.project(entry(world, owner, &calendar, permission)?.item(), RULES);
    Ok(entity(
        world,
        StatusCode::OK,
        &format!("{}/$entity", context(world, owner)),
        item,
    ))
}

/// `POST .../calendarPermissions`.
pub(super) fn create(
    world: &mut World,
    call: &Call<'_>,
    owner: PersonId,
    id: Option<&str>,
) -> Outcome {
    let calendar = calendar(world, call, owner, id)?;
    let body = json_body(&call.ask.body)?;
    let party = party(member(&body, "emailaddress").ok_or_else(invalid_property)?)?;
    let role = one_of(member(&body, "role").ok_or_else(invalid_property)?, ROLES)?;
    for name in ["isinsideorganization", "isremovable"] {
        member(&body, name).map(flag).transpose()?;
    }
    let address = party.address.to_lowercase();
    let known = entries(world, owner, &calendar)?;
    if known.iter().any(|entry| entry.address == address) || known.len() >= MOST {
        let message =
            "Your request can't be completed. The calendar is already shared with this recipient.";
        return Err(GraphError::new(400, "ErrorInvalidRequest", message));
    }
    let inside = colleague(world, owner, &address).is_some();
    let allowed = if inside { COLLEAGUE } else { OUTSIDE };
    give(world, owner, &calendar, &address, role, allowed)?;
    answer(world, owner, &calendar, &address, StatusCode::CREATED)
}

/// `PATCH .../calendarPermissions/{id}`: the role.
pub(super) fn change(
    world: &mut World,
    call: &Call<'_>,
    owner: PersonId,
    id: Option<&str>,
    permission: &str,
) -> Outcome {
    let calendar = calendar(world, call, owner, id)?;
    let entry = entry(world, owner, &calendar, permission)?;
    let body = json_body(&call.ask.body)?;
    let role = one_of(member(&body, "role").ok_or_else(invalid_property)?, ROLES)?;
    give(
        world,
        owner,
        &calendar,
        &entry.address,
        role,
        entry.allowed(),
    )?;
    answer(world, owner, &calendar, &entry.address, StatusCode::OK)
}

/// `DELETE .../calendarPermissions/{id}`. The organisation's entry stays.
pub(super) fn remove(
    world: &mut World,
    call: &Call<'_>,
    owner: PersonId,
    id: Option<&str>,
    permission: &str,
) -> Outcome {
    let calendar = calendar(world, call, owner, id)?;
    let entry = entry(world, owner, &calendar, permission)?;
    if entry.address.is_empty() {
        let message = "Your request can't be completed. This permission cannot be removed.";
        return Err(GraphError::new(400, "ErrorInvalidRequest", message));
    }
    let colleague = colleague(world, owner, &entry.address);
    let mailbox = world
        .mailbox_mut(owner)
        .ok_or_else(GraphError::no_mailbox)?;
    let default = mailbox.default_calendar().id == calendar;
    mailbox.roles.remove(&(calendar, entry.address));
    if default {
        mailbox
            .shared_with
            .retain(|share| Some(share.with) != colleague);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The calendar that a path is about. Nobody arranges somebody else's.
fn calendar(
    world: &World,
    call: &Call<'_>,
    owner: PersonId,
    id: Option<&str>,
) -> Result<CalendarId, GraphError> {
    if owner != call.caller {
        return Err(refused(Refusal::Mailbox));
    }
    let mailbox = mailbox(world, owner)?;
    let calendar = match id {
        None => mailbox.default_calendar(),
        Some(id) => mailbox.calendar(id).ok_or_else(GraphError::not_found)?,
    };
    Ok(calendar.id.clone())
}

fn colleague(world: &World, owner: PersonId, address: &str) -> Option<PersonId> {
    let found = world.person_by_address(world.person(owner).tenant, address)?;
    (!world.person(found).guest).then_some(found)
}

/// The organisation first, then whom the calendar was shared with, by address.
fn entries(
    world: &World,
    owner: PersonId,
    calendar: &CalendarId,
) -> Result<Vec<Entry>, GraphError> {
    let mailbox = mailbox(world, owner)?;
    let default = mailbox.default_calendar().id == *calendar;
    let role_of = |address: &str| {
        mailbox
            .roles
            .get(&(calendar.clone(), address.to_owned()))
            .copied()
    };
    let everybody = Entry {
        address: String::new(),
        name: "My Organization".to_owned(),
        // Only the default calendar shows free and busy times to colleagues who were told nothing.
        role: role_of("").unwrap_or(if default { "freeBusyRead" } else { "none" }),
        inside: true,
    };
    let mut entries = vec![everybody];
    if default {
        entries.extend(mailbox.shared_with.iter().map(|share| {
            let account = world.person(share.with);
            let address = account.mail.to_lowercase();
            let level = match share.level {
                ShareLevel::Limited => "limitedRead",
                ShareLevel::Read => "read",
            };
            Entry {
                role: role_of(&address).unwrap_or(level),
                name: account.name(),
                address,
                inside: true,
            }
        }));
    }
    for ((of, address), role) in &mailbox.roles {
        if of != calendar || entries.iter().any(|entry| entry.address == *address) {
            continue;
        }
        let colleague = colleague(world, owner, address);
        let name = colleague.map_or_else(|| address.clone(), |found| world.person(found).name());
        entries.push(Entry {
            address: address.clone(),
            name,
            role,
            inside: colleague.is_some(),
        });
    }
    Ok(entries)
}

fn entry(
    world: &World,
    owner: PersonId,
    calendar: &CalendarId,
    id: &str,
) -> Result<Entry, GraphError> {
    let found = entries(world, owner, calendar)?
        .into_iter()
        .find(|entry| entry.id() == id);
    found.ok_or_else(GraphError::not_found)
}

/// Keeps a role, and lets a colleague see what it allows.
fn give(
    world: &mut World,
    owner: PersonId,
    calendar: &CalendarId,
    address: &str,
    role: &'static str,
    allowed: &[&str],
) -> Result<(), GraphError> {
    if !allowed.contains(&role) {
        let message =
            "Your request can't be completed. The role is not allowed for this recipient.";
        return Err(GraphError::new(400, "ErrorInvalidRequest", message));
    }
    let colleague = colleague(world, owner, address).filter(|_| !address.is_empty());
    let mailbox = world
        .mailbox_mut(owner)
        .ok_or_else(GraphError::no_mailbox)?;
    mailbox
        .roles
        .insert((calendar.clone(), address.to_owned()), role);
    if let Some(with) = colleague.filter(|_| mailbox.default_calendar().id == *calendar) {
        mailbox.shared_with.retain(|share| share.with != with);
        let level = match role {
            "freeBusyRead" | "none" => None,
            "limitedRead" => Some(ShareLevel::Limited),
            _ => Some(ShareLevel::Read),
        };
        mailbox
            .shared_with
            .extend(level.map(|level| Share { with, level }));
    }
    Ok(())
}

fn answer(
    world: &World,
    owner: PersonId,
    calendar: &CalendarId,
    address: &str,
    status: StatusCode,
) -> Outcome {
    let found = entries(world, owner, calendar)?
        .into_iter()
        .find(|entry| entry.address == address);
    let item = found.ok_or_else(GraphError::not_found)?.item();
    Ok(entity(
        world,
        status,
        &format!("{}/$entity", context(world, owner)),
        item,
    ))
}

fn context(world: &World, owner: PersonId) -> String {
    format!(
        "users('{}')/calendar/calendarPermissions",
        world.person(owner).object_id
    )
}
