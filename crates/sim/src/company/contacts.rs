//! The personal contacts in the mailboxes: customers, partners, and one private person.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::company::PersonId;
use crate::mailbox::new_change_key;
use crate::state::World;
use crate::tenant::TenantId;
use crate::zones::instant_text;

/// Name, surname, company, title, address, phone.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const CONTACTS: &[Row] = &[
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

/// Puts the contacts into every mailbox; only the main member has the private one.
pub(crate) fn fill(world: &mut World) {
    let created = world.clock.now();
    for person in world.directory(TenantId::HOME).collect::<Vec<_>>() {
        for row in CONTACTS {
            let private = row.2.is_empty();
            if private && person != PersonId(1) {
                continue;
            }
            let Some(id) = world.new_item_id(person) else {
                continue;
            };
            let change_key = new_change_key(&mut world.ids);
            let contact = contact(row, &id, &change_key, created);
            if let Some(mailbox) = world.mailbox_mut(person) {
                mailbox.contacts.push(contact);
            }
        }
    }
}

fn contact(row: &Row, id: &str, change_key: &str, created: Timestamp) -> Value {
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
        "parentFolderId": format!("{}AAAAAAEOAAA=", &id[..48]),
        "birthday": null,
        "fileAs": format!("{surname}, {given_name}"),
        "displayName": name,
        "givenName": given_name,
        "initials": null,
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
