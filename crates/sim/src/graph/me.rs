//! The signed-in person.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::odata::{Item, Options, Rules, entity};
use super::permissions::{EVERY_PROFILE, OWN_PROFILE, READ_SETTINGS};
use super::{Call, Outcome, settings};
use crate::company::PersonId;
use crate::entra;
use crate::exchange::Answer;
use crate::state::World;

/// What is known of users here; `$select` may name these.
pub(super) const USER: Rules = Rules {
    kind: "user",
    properties: &[
        "accountEnabled",
        "businessPhones",
        "city",
        "companyName",
        "country",
        "createdDateTime",
        "department",
        "displayName",
        "employeeId",
        "givenName",
        "id",
        "identities",
        "jobTitle",
        "mail",
        "mailNickname",
        "mailboxSettings",
        "mobilePhone",
        "officeLocation",
        "otherMails",
        "postalCode",
        "preferredLanguage",
        "proxyAddresses",
        "surname",
        "usageLocation",
        "userPrincipalName",
        "userType",
    ],
    default_page: 100,
    outlook: false,
    skips: false,
};

/// What is given when nothing is selected.
pub(super) const DEFAULT: &[&str] = &[
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
];

/// `GET /me`.
pub(super) fn read(world: &World, call: &Call<'_>) -> Outcome {
    let options = Options::read(call.ask, USER)?;
    if options.selects_some() && options.selects("mailboxSettings") {
        READ_SETTINGS.check(&call.scopes, true)?;
    }
    let mut item = profile(world, call, call.caller);
    if options.selects_some() && options.selects("mailboxSettings") {
        let settings = settings::of(world, call.caller);
        item.insert("mailboxSettings".to_owned(), Value::Object(settings));
    }
    let context = options.context("users/$entity");
    Ok(entity(
        world,
        StatusCode::OK,
        &context,
        pick(&options, item),
    ))
}

/// `GET /oidc/userinfo`.
pub(super) fn userinfo(world: &World, call: &Call<'_>) -> Outcome {
    let account = world.person(call.caller);
    let body = json!({
        "sub": entra::subject(world, call.caller),
        "name": account.name(),
        "given_name": account.given_name,
        "family_name": account.surname,
        "email": account.mail,
    });
    Ok(Answer::json(StatusCode::OK, &body))
}

/// What this caller may see of a person.
pub(super) fn profile(world: &World, call: &Call<'_>, person: PersonId) -> Item {
    let complete = if person == call.caller {
        OWN_PROFILE
    } else {
        EVERY_PROFILE
    };
    if complete.iter().any(|scope| call.scopes.has(scope)) {
        full(world, person)
    } else {
        basic(world, person)
    }
}

/// Every property of a person.
pub(super) fn full(world: &World, person: PersonId) -> Item {
    let account = world.person(person);
    let mut item = basic(world, person);
    let rest = [
        ("businessPhones", json!([account.phone])),
        ("jobTitle", or_null(&account.job_title)),
        ("department", or_null(&account.department)),
        ("mobilePhone", json!(account.mobile)),
        ("officeLocation", json!(account.office)),
        ("preferredLanguage", json!(account.language)),
        ("companyName", json!(world.tenant_of(person).name)),
        (
            "userType",
            json!(if account.guest { "Guest" } else { "Member" }),
        ),
        ("accountEnabled", json!(true)),
        (
            "identities",
            json!([{
                "signInType": "userPrincipalName",
                "issuer": world.tenant_of(person).domains.first(),
                "issuerAssignedId": account.login,
            }]),
        ),
        ("postalCode", postal_code(&account.office)),
    ];
    item.extend(
        rest.into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    item
}

/// The basic profile: everything else is null, which is how Graph hides it.
pub(super) fn basic(world: &World, person: PersonId) -> Item {
    let account = world.person(person);
    let mut item: Item = USER
        .properties
        .iter()
        .map(|name| ((*name).to_owned(), empty(name)))
        .collect();
    let known = [
        ("id", json!(account.object_id)),
        ("displayName", json!(account.name())),
        ("givenName", json!(account.given_name)),
        ("surname", json!(account.surname)),
        ("mail", json!(account.mail)),
        ("userPrincipalName", json!(account.login)),
    ];
    item.extend(
        known
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    item
}

/// The selected properties, or the default ones.
pub(super) fn pick(options: &Options, mut item: Item) -> Item {
    if options.selects_some() {
        options.project(item, USER)
    } else {
        item.retain(|name, _| DEFAULT.contains(&name.as_str()));
        item
    }
}

/// Of the towns that the company has offices in.
fn postal_code(office: &str) -> Value {
    match office {
        "Hamburg" => json!("20095"),
        "Berlin" => json!("10115"),
        "Kiel" => json!("24103"),
        "Bremen" => json!("28195"),
        "New York" => json!("10001"),
        "London" => json!("EC2M 4YN"),
        _ => Value::Null,
    }
}

fn or_null(text: &str) -> Value {
    if text.is_empty() {
        Value::Null
    } else {
        json!(text)
    }
}

fn empty(name: &str) -> Value {
    if matches!(name, "businessPhones" | "otherMails" | "proxyAddresses") {
        json!([])
    } else {
        Value::Null
    }
}
