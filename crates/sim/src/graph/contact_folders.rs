//! Folders of contacts, and the rounds of those who follow what changes in them.
//!
//! Contacts are only read here, so after a whole round nothing has changed until the simulator starts anew.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::calendars::mailbox;
use super::contacts::{self, RULES, in_folder};
use super::error::GraphError;
use super::odata::{Item, Options, Rules, entity, option};
use super::{Call, Outcome};
use crate::exchange::Answer;
use crate::mailbox::{ContactFolder, Mailbox};
use crate::state::World;

const FOLDER: Rules = Rules {
    kind: "contactFolder",
    properties: &["displayName", "id", "parentFolderId"],
    default_page: 10,
    outlook: true,
    skips: true,
};
const PAGE: usize = 10;
/// Query options that delta does not have; `$select` it has.
const UNSUPPORTED: &[&str] = &[
    "$expand", "$filter", "$orderby", "$search", "$top", "$skip", "$count",
];

/// `GET /me/contactFolders`: the folders in the default one.
pub(super) fn list(world: &World, call: &Call<'_>) -> Outcome {
    let default = mailbox(world, call.caller)?.contact_folder();
    children_of(world, call, &default, "contactFolders")
}

/// `GET /me/contactFolders/{id}/childFolders`.
pub(super) fn children(world: &World, call: &Call<'_>, id: &str) -> Outcome {
    let folder = folder(mailbox(world, call.caller)?, id)?;
    let context = format!("contactFolders('{id}')/childFolders");
    children_of(world, call, &folder.id, &context)
}

fn children_of(world: &World, call: &Call<'_>, parent: &str, context: &str) -> Outcome {
    let options = Options::read(call.ask, FOLDER)?;
    let folders = &mailbox(world, call.caller)?.contact_folders;
    let items: Vec<Item> = folders
        .iter()
        .filter(|folder| folder.parent == parent)
        .map(shown)
        .filter(|item| {
            options
                .filter
                .as_ref()
                .is_none_or(|filter| filter.passes(item, None))
        })
        .collect();
    let context = format!("{}/{context}", front(world, call));
    Ok(options.collection(world, call, &context, items, FOLDER))
}

/// `GET /me/contactFolders/{id}`.
pub(super) fn read(world: &World, call: &Call<'_>, id: &str) -> Outcome {
    let options = Options::read(call.ask, FOLDER)?;
    let folder = folder(mailbox(world, call.caller)?, id)?;
    let context = format!("{}/contactFolders/$entity", front(world, call));
    let item = options.project(shown(&folder), FOLDER);
    Ok(entity(world, StatusCode::OK, &context, item))
}

/// `GET /me/contactFolders/{id}/contacts`.
pub(super) fn contacts(world: &World, call: &Call<'_>, id: &str) -> Outcome {
    let folder = folder(mailbox(world, call.caller)?, id)?;
    contacts::list_of(world, call, &folder.id)
}

/// `GET /me/contactFolders/{id}/contacts/{id}`.
pub(super) fn contact(world: &World, call: &Call<'_>, id: &str, contact: &str) -> Outcome {
    let mailbox = mailbox(world, call.caller)?;
    let folder = folder(mailbox, id)?;
    let is_there = in_folder(mailbox, &folder.id)
        .iter()
        .any(|item| item.get("id").and_then(Value::as_str) == Some(contact));
    if !is_there {
        return Err(GraphError::not_found());
    }
    contacts::read(world, call, contact)
}

/// `GET /me/contacts/delta`.
pub(super) fn delta_of_default(world: &World, call: &Call<'_>) -> Outcome {
    let id = mailbox(world, call.caller)?.contact_folder();
    delta(world, call, &id)
}

/// `GET /me/contactFolders/{id}/contacts/delta`.
pub(super) fn delta_of(world: &World, call: &Call<'_>, id: &str) -> Outcome {
    let folder = folder(mailbox(world, call.caller)?, id)?;
    delta(world, call, &folder.id)
}

fn delta(world: &World, call: &Call<'_>, folder: &str) -> Outcome {
    if let Some(name) = UNSUPPORTED
        .iter()
        .find(|name| option(call.ask, name).is_some())
    {
        let message =
            format!("The query parameter '{name}' is not supported with change tracking.");
        return Err(GraphError::bad_query(message));
    }
    let options = Options::read(call.ask, RULES)?;
    let token = option(call.ask, "$skiptoken").or_else(|| option(call.ask, "$deltatoken"));
    let (place, select) = match token {
        None => (
            0,
            option(call.ask, "$select").unwrap_or_default().to_owned(),
        ),
        Some(token) => place_of(token, folder)?,
    };
    let all = in_folder(mailbox(world, call.caller)?, folder);
    let total = all.len();
    let size = call.prefer.page_size.unwrap_or(PAGE).max(1);
    let items: Vec<Value> = all
        .into_iter()
        .skip(place)
        .take(size)
        .map(|item| Value::Object(selected(&options, &select, item)))
        .collect();
    let next = place.saturating_add(items.len()).min(total);
    let (name, parameter) = if next < total {
        ("@odata.nextLink", "$skiptoken")
    } else {
        ("@odata.deltaLink", "$deltatoken")
    };
    let token = token_of(next, folder, &select);
    let body = json!({
        "@odata.context": format!("{}/v1.0/$metadata#Collection(contact)", world.base),
        "value": items,
        name: format!("{}{}?{parameter}={token}", world.base, call.ask.path),
    });
    Ok(Answer::json(StatusCode::OK, &body))
}

/// What the first request of a round selected holds for the whole of it.
fn selected(options: &Options, select: &str, mut item: Item) -> Item {
    if select.is_empty() {
        return options.project(item, RULES);
    }
    let names: Vec<&str> = select.split(',').map(str::trim).collect();
    item.retain(|name, _| {
        name == "id"
            || name == "@odata.etag"
            || names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name))
    });
    item
}

fn token_of(place: usize, folder: &str, select: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{place}|{folder}|{select}"))
}

fn place_of(token: &str, folder: &str) -> Result<(usize, String), GraphError> {
    let lost = || {
        let message =
            "The sync state generation is not found; the synchronization has to start again.";
        GraphError::new(410, "SyncStateNotFound", message)
    };
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| lost())?;
    let text = String::from_utf8(bytes).map_err(|_| lost())?;
    let mut parts = text.splitn(3, '|');
    let (place, of, select) = (parts.next(), parts.next(), parts.next());
    let place = place
        .and_then(|place| place.parse().ok())
        .ok_or_else(lost)?;
    if of != Some(folder) {
        let message = "The sync state is not valid for this collection.";
        return Err(GraphError::new(400, "SyncStateInvalid", message));
    }
    Ok((place, select.unwrap_or_default().to_owned()))
}

/// A folder by its id; the default one goes by its name too.
fn folder(mailbox: &Mailbox, id: &str) -> Result<ContactFolder, GraphError> {
    let default = mailbox.contact_folder();
    if id == default || id.eq_ignore_ascii_case("contacts") {
        return Ok(ContactFolder {
            name: "Contacts".to_owned(),
            parent: default.replace("AAAAAAEOAAA=", "AAAAAAEIAAA="),
            id: default,
        });
    }
    let mut folders = mailbox.contact_folders.iter();
    folders
        .find(|folder| folder.id == id)
        .cloned()
        .ok_or_else(GraphError::not_found)
}

fn shown(folder: &ContactFolder) -> Item {
    let item = json!({
        "id": folder.id,
        "parentFolderId": folder.parent,
        "displayName": folder.name,
    });
    match item {
        Value::Object(item) => item,
        _ => Item::new(),
    }
}

fn front(world: &World, call: &Call<'_>) -> String {
    format!("users('{}')", world.person(call.caller).object_id)
}
