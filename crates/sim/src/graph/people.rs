//! People by relevance: colleagues first, then personal contacts.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::calendars::mailbox;
use super::error::GraphError;
use super::odata::{Item, Options, Rules, entity};
use super::{Call, Outcome};
use crate::company::{Account, PersonId};
use crate::mailbox::Mailbox;
use crate::state::World;

const RULES: Rules = Rules {
    kind: "person",
    properties: &[
        "birthday",
        "companyName",
        "department",
        "displayName",
        "givenName",
        "id",
        "imAddress",
        "isFavorite",
        "jobTitle",
        "officeLocation",
        "personNotes",
        "personType",
        "phones",
        "postalAddresses",
        "profession",
        "scoredEmailAddresses",
        "surname",
        "userPrincipalName",
        "websites",
        "yomiCompany",
    ],
    default_page: 10,
    outlook: true,
    skips: true,
};
const MOST_FOUND: usize = 250;

/// `GET /me/people`.
pub(super) fn list(world: &World, call: &Call<'_>, owner: PersonId) -> Outcome {
    let options = Options::read(call.ask, RULES)?;
    let mut items = relevant(world, owner)?;
    if let Some(search) = &options.search {
        if call.ask.query_value("$skip").is_some() {
            return Err(GraphError::bad_query(
                "The query parameters '$search' and '$skip' cannot be combined.",
            ));
        }
        let wanted = search.trim().trim_matches('"').to_lowercase();
        items.retain(|item| found(item, &wanted));
        items.truncate(MOST_FOUND);
    }
    if let Some(filter) = &options.filter {
        items.retain(|item| filter.passes(item, None));
    }
    let context = format!("users('{}')/people", world.person(owner).object_id);
    Ok(options.collection(world, call, &context, items, RULES))
}

/// `GET /me/people/{id}`.
pub(super) fn read(world: &World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    let options = Options::read(call.ask, RULES)?;
    let found = relevant(world, owner)?
        .into_iter()
        .find(|item| item.get("id").and_then(Value::as_str) == Some(id));
    let item = found.ok_or_else(GraphError::not_found)?;
    let context = format!("users('{}')/people/$entity", world.person(owner).object_id);
    Ok(entity(
        world,
        StatusCode::OK,
        &context,
        options.project(item, RULES),
    ))
}

/// Everybody relevant to a person, most relevant first: by shared meetings, then by the directory's order.
fn relevant(world: &World, caller: PersonId) -> Result<Vec<Item>, GraphError> {
    let own = mailbox(world, caller)?;
    let mut colleagues: Vec<(usize, &Account)> = Vec::new();
    for colleague in world.directory(world.person(caller).tenant) {
        let account = world.person(colleague);
        if colleague != caller && !account.guest && !account.room {
            colleagues.push((shared_meetings(own, &account.mail), account));
        }
    }
    colleagues.sort_by_key(|(meetings, _)| std::cmp::Reverse(*meetings));
    let score = |place: usize| 30.0 - f64::from(u32::try_from(place).unwrap_or(30));
    let mut items: Vec<Item> = colleagues
        .iter()
        .enumerate()
        .map(|(place, (_, account))| colleague(world, account, score(place)))
        .collect();
    let start = items.len();
    items.extend(
        world
            .lists
            .iter()
            .filter(|list| list.members.contains(&caller))
            .filter_map(|list| Some(group(list.name.as_ref()?, &list.address, score(start)))),
    );
    items.extend(
        own.contacts
            .iter()
            .enumerate()
            .map(|(place, contact)| acquaintance(contact, score(start + place))),
    );
    Ok(items)
}

fn shared_meetings(mailbox: &Mailbox, address: &str) -> usize {
    let with = mailbox.events.iter().filter(|event| {
        event.organizer.address == address
            || event
                .attendees
                .iter()
                .any(|attendee| attendee.party.address == address)
    });
    with.count()
}

fn colleague(world: &World, account: &Account, score: f64) -> Item {
    let mut phones = vec![json!({ "type": "business", "number": account.phone })];
    phones.extend(
        account
            .mobile
            .iter()
            .map(|mobile| json!({ "type": "mobile", "number": mobile })),
    );
    person(json!({
        "id": account.object_id,
        "displayName": account.name(),
        "givenName": account.given_name,
        "surname": account.surname,
        "companyName": world.tenant(account.tenant).name,
        "jobTitle": account.job_title,
        "department": account.department,
        "officeLocation": account.office,
        "userPrincipalName": account.login,
        "imAddress": format!("sip:{}", account.mail),
        "scoredEmailAddresses": [scored(&account.mail, score)],
        "phones": phones,
        "personType": { "class": "Person", "subclass": "OrganizationUser" },
    }))
}

fn acquaintance(contact: &Value, score: f64) -> Item {
    let addresses = contact["emailAddresses"].as_array().into_iter().flatten();
    let addresses: Vec<Value> = addresses
        .map(|email| scored(email["address"].as_str().unwrap_or_default(), score))
        .collect();
    let numbers = contact["businessPhones"].as_array().into_iter().flatten();
    let phones: Vec<Value> = numbers
        .map(|number| json!({ "type": "business", "number": number }))
        .collect();
    person(json!({
        "id": contact["id"],
        "displayName": contact["displayName"],
        "givenName": contact["givenName"],
        "surname": contact["surname"],
        "companyName": contact["companyName"],
        "jobTitle": contact["jobTitle"],
        "department": contact["department"],
        "officeLocation": null,
        "userPrincipalName": null,
        "imAddress": null,
        "scoredEmailAddresses": addresses,
        "phones": phones,
        "personType": { "class": "Person", "subclass": "PersonalContact" },
    }))
}

/// A public list of which the caller is a member.
fn group(name: &str, address: &str, score: f64) -> Item {
    person(json!({
        "id": address,
        "displayName": name,
        "givenName": null,
        "surname": null,
        "companyName": null,
        "jobTitle": null,
        "department": null,
        "officeLocation": null,
        "userPrincipalName": null,
        "imAddress": null,
        "scoredEmailAddresses": [scored(address, score)],
        "phones": [],
        "personType": { "class": "Group", "subclass": "UnifiedGroup" },
    }))
}

fn person(known: Value) -> Item {
    let mut item = match known {
        Value::Object(item) => item,
        _ => Item::new(),
    };
    let rest = json!({
        "birthday": "", "personNotes": "", "isFavorite": false, "yomiCompany": "", "profession": "",
        "postalAddresses": [], "websites": [],
    });
    if let Value::Object(rest) = rest {
        item.extend(rest);
    }
    item
}

fn scored(address: &str, score: f64) -> Value {
    json!({ "address": address, "relevanceScore": score, "selectionLikelihood": "notSpecified" })
}

/// Fuzzy: every wanted word is the beginning of a name or of the address, or nearly a name.
fn found(item: &Item, wanted: &str) -> bool {
    let name = item
        .get("displayName")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_lowercase();
    let address = item
        .get("scoredEmailAddresses")
        .and_then(|addresses| addresses[0]["address"].as_str())
        .unwrap_or_default()
        .to_lowercase();
    let names: Vec<&str> = name.split_whitespace().collect();
    let mut words = wanted.split_whitespace().peekable();
    words.peek().is_some()
        && words.all(|word| {
            let near = if word.chars().count() > 5 {
                2
            } else {
                usize::from(word.chars().count() > 3)
            };
            address.starts_with(word)
                || names
                    .iter()
                    .any(|name| name.starts_with(word) || distance(name, word) <= near)
        })
}

/// How many letters must change to get from one word to the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, letter) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for column in 0..right.len() {
            let changed = diagonal + usize::from(letter != right[column]);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_is_near_and_another_name_is_not() {
        assert_eq!(distance("tyler", "tiler"), 1);
        assert!(distance("berger", "brandt") > 2);
    }
}
