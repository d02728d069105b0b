//! The personal contacts in the mailboxes: customers, partners, and one private person.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::seed::SeedContact;
use crate::company::PersonId;
use crate::mailbox::{ContactFolder, new_calendar_id, new_change_key};
use crate::state::World;
use crate::tenant::TenantId;
use crate::zones::instant_text;

/// Name, surname, company, title, address, phone.
pub(super) type Row<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, &'a str);

const CONTACTS: &[Row<'static>] = &[
    (
        "Claudia",
        "Meier",
        "Elbtal Logistik AG",
        "Leiterin Einkauf",
        "c.meier@elbtal.example",
        "+49 351 5550 201",
    ),
    (
        "Paul",
        "Schneider",
        "Hafenbau Bremen GmbH",
        "Einkaufsleiter",
        "paul.schneider@hafenbau.example",
        "+49 421 5550 202",
    ),
    (
        "Anna",
        "Schmidt",
        "Kieler Werft KG",
        "Projektleiterin",
        "anna.schmidt@kielerwerft.example",
        "+49 431 5550 203",
    ),
    (
        "Thomas",
        "Meyer",
        "Alster Versicherung",
        "Referent",
        "t.meyer@alster.example",
        "+49 40 5550 204",
    ),
    (
        "Giulia",
        "Rossi",
        "Porto Trade S.r.l.",
        "Buyer",
        "giulia.rossi@portotrade.example",
        "+39 010 5550 205",
    ),
    (
        "David",
        "O'Neill",
        "Harbour & Sons Ltd",
        "Operations Director",
        "david.oneill@harbour.example",
        "+44 20 5550 206",
    ),
    (
        "Susan",
        "Miller",
        "Great Lakes Freight Inc.",
        "VP Procurement",
        "susan.miller@glfreight.example",
        "+1 312 555 0107",
    ),
    (
        "Jürgen",
        "Groß",
        "Messebau Nord",
        "Inhaber",
        "j.gross@messebau-nord.example",
        "+49 40 5550 208",
    ),
    (
        "Yuki",
        "Tanaka",
        "Tanaka Shipping K.K.",
        "Manager",
        "y.tanaka@tanaka.example",
        "+81 3 5550 0109",
    ),
    (
        "Inge",
        "Hoffmann",
        "",
        "",
        "inge.hoffmann@post.example",
        "+49 4321 5550 210",
    ),
];

/// Somebody met at a fair, in a folder of the main member's.
const AT_THE_FAIR: Row<'static> = (
    "Ole",
    "Sievers",
    "Messe Lübeck GmbH",
    "Projektmanager",
    "o.sievers@messe-luebeck.example",
    "+49 451 5550 211",
);

/// Puts the contacts into every mailbox; only the main member has the private one.
pub(crate) fn fill(world: &mut World) {
    let created = world.clock.now();
    for person in world.directory(TenantId::HOME).collect::<Vec<_>>() {
        if world.person(person).room {
            continue;
        }
        for row in CONTACTS {
            let private = row.2.is_empty();
            if private && person != PersonId(1) {
                continue;
            }
            add(world, person, row);
        }
    }
    add_folders(world, PersonId(1), created);
}

/// Puts a contact into somebody's default folder.
pub(super) fn add(world: &mut World, person: PersonId, row: &Row<'_>) {
    let created = world.clock.now();
    let Some(id) = world.new_item_id(person) else {
        return;
    };
    let change_key = new_change_key(&mut world.ids);
    if let Some(mailbox) = world.mailbox_mut(person) {
        let folder = mailbox.contact_folder();
        let contact = contact(row, &id, &change_key, created, &folder);
        mailbox.contacts.push(contact);
    }
}

/// Adds what else a file says of the contact that came last.
pub(super) fn complete(world: &mut World, person: PersonId, seed: &SeedContact) {
    let folder = seed
        .folder
        .as_ref()
        .and_then(|path| folder_at(world, person, path));
    let Some(contact) = world
        .mailbox_mut(person)
        .and_then(|mailbox| mailbox.contacts.last_mut())
    else {
        return;
    };
    if let Some(nickname) = &seed.nickname {
        contact["nickName"] = json!(nickname);
    }
    if let Some(department) = &seed.department {
        contact["department"] = json!(department);
    }
    if let Some(folder) = folder {
        contact["parentFolderId"] = json!(folder);
    }
    let name = contact["displayName"].clone();
    let more = ["secondaryEmailAddress", "tertiaryEmailAddress"];
    for (address, place) in seed.also.iter().zip(more) {
        let email = json!({ "name": name, "address": address });
        contact[place] = email.clone();
        if let Some(all) = contact["emailAddresses"].as_array_mut() {
            all.push(email);
        }
    }
}

/// The id of a folder by its path below the default one; what is missing of it is made.
fn folder_at(world: &mut World, person: PersonId, path: &str) -> Option<String> {
    let mut parent = world.mailbox(person)?.contact_folder();
    for name in path.split('/') {
        let id = new_calendar_id(&mut world.ids).replace("AAAAAAEGAAA=", "AAAAAAEOAAA=");
        let folders = &mut world.mailbox_mut(person)?.contact_folders;
        let known = folders
            .iter()
            .find(|folder| folder.name == name && folder.parent == parent);
        parent = match known {
            Some(folder) => folder.id.clone(),
            None => {
                folders.push(ContactFolder {
                    id: id.clone(),
                    name: name.to_owned(),
                    parent,
                });
                id
            }
        };
    }
    Some(parent)
}

/// The main member keeps those met at fairs in a folder of their own, which has one in it for exhibitors.
fn add_folders(world: &mut World, person: PersonId, created: Timestamp) {
    let (id, inner) = (
        new_calendar_id(&mut world.ids).replace("AAAAAAEGAAA=", "AAAAAAEOAAA="),
        new_calendar_id(&mut world.ids).replace("AAAAAAEGAAA=", "AAAAAAEOAAA="),
    );
    let Some(contact_id) = world.new_item_id(person) else {
        return;
    };
    let change_key = new_change_key(&mut world.ids);
    if let Some(mailbox) = world.mailbox_mut(person) {
        let folder = |id: &str, name: &str, parent: String| ContactFolder {
            id: id.to_owned(),
            name: name.to_owned(),
            parent,
        };
        let default = mailbox.contact_folder();
        mailbox.contact_folders = vec![
            folder(&id, "Messekontakte", default),
            folder(&inner, "Aussteller", id.clone()),
        ];
        let contact = contact(&AT_THE_FAIR, &contact_id, &change_key, created, &id);
        mailbox.contacts.push(contact);
    }
}

fn contact(row: &Row<'_>, id: &str, change_key: &str, created: Timestamp, folder: &str) -> Value {
    let (given_name, surname, company, title, address, phone) = *row;
    let name = format!("{given_name} {surname}");
    let email = json!({ "name": name, "address": address });
    let or_null = |text: &str| {
        if text.is_empty() {
            Value::Null
        } else {
            json!(text)
        }
    };
    json!({
        "@odata.etag": format!("W/\"{change_key}\""),
        "id": id,
        "createdDateTime": instant_text(created),
        "lastModifiedDateTime": instant_text(created),
        "changeKey": change_key,
        "categories": if company.is_empty() { json!(["Privat"]) } else { json!([]) },
        "parentFolderId": folder,
        "birthday": birthday(given_name, surname),
        "fileAs": format!("{surname}, {given_name}"),
        "displayName": name,
        "givenName": given_name,
        "initials": initials(&name),
        "middleName": null,
        "nickName": null,
        "surname": surname,
        "title": null,
        "imAddresses": [],
        "jobTitle": or_null(title),
        "companyName": or_null(company),
        "department": null,
        "officeLocation": null,
        "profession": null,
        "businessHomePage": null,
        "assistantName": null,
        "manager": null,
        "homePhones": if company.is_empty() { json!([phone]) } else { json!([]) },
        "mobilePhone": null,
        "businessPhones": if company.is_empty() { json!([]) } else { json!([phone]) },
        "spouseName": null,
        "personalNotes": "",
        "children": [],
        "emailAddresses": [email],
        "primaryEmailAddress": email,
        "secondaryEmailAddress": null,
        "tertiaryEmailAddress": null,
        "homeAddress": {},
        "businessAddress": {},
        "otherAddress": {},
    })
}

/// A day in the seventies or eighties that is the same each time, at the noon at which Outlook puts birthdays.
fn birthday(given_name: &str, surname: &str) -> String {
    let (first, second) = (given_name.len(), surname.len());
    let (year, month, day) = (
        1970 + 2 * first,
        1 + second % 12,
        1 + (3 * first + second) % 28,
    );
    format!("{year}-{month:02}-{day:02}T11:59:00Z")
}

fn initials(name: &str) -> String {
    let words = name
        .split_whitespace()
        .filter_map(|word| word.chars().next());
    words.map(|letter| format!("{letter}.")).collect()
}
