//! Personal contacts.

use axum::http::StatusCode;
use serde_json::Value;

use super::calendars::mailbox;
use super::error::GraphError;
use super::odata::{Item, Options, Rules, entity};
use super::{Call, Outcome};
use crate::mailbox::Mailbox;
use crate::state::World;

pub(super) const RULES: Rules = Rules {
    kind: "contact",
    properties: &[
        "assistantName",
        "birthday",
        "businessAddress",
        "businessHomePage",
        "businessPhones",
        "categories",
        "changeKey",
        "children",
        "companyName",
        "createdDateTime",
        "department",
        "displayName",
        "emailAddresses",
        "fileAs",
        "generation",
        "givenName",
        "homeAddress",
        "homePhones",
        "id",
        "imAddresses",
        "initials",
        "jobTitle",
        "lastModifiedDateTime",
        "manager",
        "middleName",
        "mobilePhone",
        "nickName",
        "officeLocation",
        "otherAddress",
        "parentFolderId",
        "personalNotes",
        "primaryEmailAddress",
        "profession",
        "secondaryEmailAddress",
        "spouseName",
        "surname",
        "tertiaryEmailAddress",
        "title",
    ],
    default_page: 10,
    outlook: true,
    skips: true,
};

/// `GET /me/contacts`: what is in the default folder.
pub(super) fn list(world: &World, call: &Call<'_>) -> Outcome {
    let folder = mailbox(world, call.caller)?.contact_folder();
    list_of(world, call, &folder)
}

/// The contacts of one folder.
pub(super) fn in_folder(mailbox: &Mailbox, folder: &str) -> Vec<Item> {
    let contacts = mailbox.contacts.iter().filter_map(Value::as_object);
    contacts
        .filter(|item| item.get("parentFolderId").and_then(Value::as_str) == Some(folder))
        .cloned()
        .collect()
}

/// `GET /me/contactFolders/{id}/contacts`.
pub(super) fn list_of(world: &World, call: &Call<'_>, folder: &str) -> Outcome {
    let options = Options::read(call.ask, RULES)?;
    if options.search.is_some() {
        return Err(GraphError::bad_query(
            "The query parameter '$search' is not supported.",
        ));
    }
    if let Some(filter) = &options.filter
        && !filter.is_any_address()
        && filter.paths().contains(&"emailAddresses")
    {
        return Err(GraphError::bad_filter());
    }
    let items = in_folder(mailbox(world, call.caller)?, folder);
    let kept = items.into_iter().filter(|item| {
        options
            .filter
            .as_ref()
            .is_none_or(|filter| filter.passes(item, None))
    });
    let items: Vec<Item> = kept.collect();
    let context = format!("users('{}')/contacts", world.person(call.caller).object_id);
    Ok(options.collection(world, call, &context, items, RULES))
}

/// `GET /me/contacts/{id}`.
pub(super) fn read(world: &World, call: &Call<'_>, id: &str) -> Outcome {
    let options = Options::read(call.ask, RULES)?;
    let found = mailbox(world, call.caller)?
        .contacts
        .iter()
        .filter_map(Value::as_object)
        .find(|item| item.get("id").and_then(Value::as_str) == Some(id));
    let item = found.cloned().ok_or_else(GraphError::not_found)?;
    let context = format!(
        "users('{}')/contacts/$entity",
        world.person(call.caller).object_id
    );
    Ok(entity(
        world,
        StatusCode::OK,
        &context,
        options.project(item, RULES),
    ))
}
