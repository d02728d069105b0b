//! What a mailbox is set to: zone, language, working hours, automatic replies.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::calendars::mailbox;
use super::error::GraphError;
use super::event_input::{invalid_property, json_body, list, member, moment, number, one_of};
use super::odata::{Item, entity};
use super::{Call, Outcome};
use crate::company::{Account, Hours, PersonId};
use crate::exchange::Answer;
use crate::state::World;
use crate::zones::Zone;

const PROPERTIES: &[&str] = &[
    "archiveFolder",
    "automaticRepliesSetting",
    "dateFormat",
    "delegateMeetingMessageDeliveryOptions",
    "language",
    "timeFormat",
    "timeZone",
    "userPurpose",
    "workingHours",
];
const DAYS: &[&str] = &[
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
];
const DELIVERY: &[&str] = &[
    "sendToDelegateAndInformationToPrincipal",
    "sendToDelegateAndPrincipal",
    "sendToDelegateOnly",
];
const REPLIES: &[&str] = &["disabled", "alwaysEnabled", "scheduled"];
const AUDIENCE: &[&str] = &["none", "contactsOnly", "all"];

/// `GET /me/mailboxSettings`.
pub(super) fn read(world: &World, call: &Call<'_>) -> Outcome {
    mailbox(world, call.caller)?;
    let mut item = of(world, call.caller);
    if let Some(select) = call.ask.query_value("$select") {
        let wanted: Vec<&str> = select.split(',').map(str::trim).collect();
        item.retain(|name, _| {
            wanted
                .iter()
                .any(|wanted| wanted.eq_ignore_ascii_case(name))
        });
    }
    Ok(entity(
        world,
        StatusCode::OK,
        &context(world, call, ""),
        item,
    ))
}

/// `GET /me/mailboxSettings/{property}`: a simple one as `value`, another as it is.
pub(super) fn read_one(world: &World, call: &Call<'_>, property: &str) -> Outcome {
    mailbox(world, call.caller)?;
    let known = known(property).ok_or_else(|| GraphError::unknown_segment(property))?;
    let value = of(world, call.caller).remove(known).unwrap_or_default();
    let context = context(world, call, &format!("/{known}"));
    Ok(match value {
        Value::Object(members) => entity(world, StatusCode::OK, &context, members),
        simple => {
            let context = format!("{}/v1.0/$metadata#{context}", world.base);
            Answer::json(
                StatusCode::OK,
                &json!({ "@odata.context": context, "value": simple }),
            )
        }
    })
}

/// `PATCH /me/mailboxSettings`: answers with what was changed.
pub(super) fn change(world: &mut World, call: &Call<'_>) -> Outcome {
    mailbox(world, call.caller)?;
    let body = json_body(&call.ask.body)?;
    let members = body.as_object().ok_or_else(invalid_property)?;
    let mut changed = Item::new();
    for (name, value) in members.iter().filter(|(name, _)| !name.starts_with('@')) {
        let known = known(name).ok_or_else(invalid_property)?;
        changed.insert(known.to_owned(), checked(known, value)?);
    }
    let stored = world.mailbox_settings.entry(call.caller).or_default();
    for (name, value) in &changed {
        match (stored.get_mut(name), value) {
            (Some(Value::Object(before)), Value::Object(after)) => before.extend(after.clone()),
            _ => {
                stored.insert(name.clone(), value.clone());
            }
        }
    }
    let mut now = of(world, call.caller);
    now.retain(|name, _| changed.contains_key(name));
    Ok(entity(
        world,
        StatusCode::OK,
        &context(world, call, ""),
        now,
    ))
}

/// Every setting of a mailbox: what the person has changed, over what the account brings.
pub(super) fn of(world: &World, person: PersonId) -> Item {
    let account = world.person(person);
    let folder = world.mailbox(person).map_or_else(String::new, |mailbox| {
        mailbox.default_calendar().id.as_str().to_owned()
    });
    let never = json!({ "dateTime": "0001-01-01T00:00:00.0000000", "timeZone": "UTC" });
    let german = account.language.starts_with("de");
    let value = json!({
        // Containers have ids of one form; this one is told from the calendar by its kind at the end.
        "archiveFolder": folder.replace("AAAAAAEGAAA=", "AAAAAAEJAAA="),
        "automaticRepliesSetting": {
            "status": "disabled",
            "externalAudience": "all",
            "internalReplyMessage": "",
            "externalReplyMessage": "",
            "scheduledStartDateTime": never,
            "scheduledEndDateTime": never,
        },
        "dateFormat": if german { "dd.MM.yyyy" } else { "M/d/yyyy" },
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "language": { "locale": account.language, "displayName": language_name(account) },
        "timeFormat": if german { "HH:mm" } else { "h:mm tt" },
        "timeZone": account.zone,
        "userPurpose": if account.room { "room" } else { "user" },
        "workingHours": {
            "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "startTime": "08:00:00.0000000",
            "endTime": "17:00:00.0000000",
            "timeZone": hours_zone(account),
        },
    });
    let mut settings = match value {
        Value::Object(settings) => settings,
        _ => Item::new(),
    };
    for (name, value) in world.mailbox_settings.get(&person).into_iter().flatten() {
        match (settings.get_mut(name), value) {
            (Some(Value::Object(before)), Value::Object(after)) => before.extend(after.clone()),
            _ => {
                settings.insert(name.clone(), value.clone());
            }
        }
    }
    settings
}

/// The zone of the working hours: by name, or by its rules where the mailbox has no name for them.
fn hours_zone(account: &Account) -> Value {
    if account.hours != Hours::Customized {
        return json!({ "name": account.zone });
    }
    json!({
        "@odata.type": "#microsoft.graph.customTimeZone",
        "name": "Customized Time Zone",
        "bias": 300,
        "standardOffset": { "time": "02:00:00.0000000", "dayOccurrence": 1, "dayOfWeek": "sunday", "month": 11, "year": 0 },
        "daylightOffset": {
            "daylightBias": -60, "time": "02:00:00.0000000", "dayOccurrence": 2, "dayOfWeek": "sunday", "month": 3, "year": 0
        },
    })
}

fn known(name: &str) -> Option<&'static str> {
    PROPERTIES
        .iter()
        .find(|known| known.eq_ignore_ascii_case(name))
        .copied()
}

/// A new value in the schema's spelling.
fn checked(name: &str, value: &Value) -> Result<Value, GraphError> {
    match name {
        "timeZone" => zone(value),
        "dateFormat" | "timeFormat" if value.is_string() => Ok(value.clone()),
        "delegateMeetingMessageDeliveryOptions" => Ok(json!(one_of(value, DELIVERY)?)),
        "language" => members(value, |name, value| match name {
            "locale" => value
                .as_str()
                .map(|locale| Some(("locale", json!(locale))))
                .ok_or_else(invalid_property),
            _ => Ok(None),
        }),
        "workingHours" => members(value, working_hours),
        "automaticRepliesSetting" => members(value, replies),
        _ => Err(invalid_property()),
    }
}

fn working_hours(name: &str, value: &Value) -> Result<Option<(&'static str, Value)>, GraphError> {
    Ok(Some(match name {
        "daysofweek" => {
            let days = list(value)?.iter().map(|day| one_of(day, DAYS));
            ("daysOfWeek", json!(days.collect::<Result<Vec<_>, _>>()?))
        }
        "starttime" => ("startTime", time(value)?),
        "endtime" => ("endTime", time(value)?),
        "timezone" => {
            // Rules without a name are kept as they are written.
            if member(value, "bias").is_some() {
                return Ok(Some(("timeZone", rules(value)?)));
            }
            let name = member(value, "name").ok_or_else(invalid_property)?;
            ("timeZone", json!({ "name": zone(name)? }))
        }
        _ => return Ok(None),
    }))
}

fn replies(name: &str, value: &Value) -> Result<Option<(&'static str, Value)>, GraphError> {
    Ok(Some(match name {
        "status" => ("status", json!(one_of(value, REPLIES)?)),
        "externalaudience" => ("externalAudience", json!(one_of(value, AUDIENCE)?)),
        "internalreplymessage" => ("internalReplyMessage", text(value)?),
        "externalreplymessage" => ("externalReplyMessage", text(value)?),
        "scheduledstartdatetime" => (
            "scheduledStartDateTime",
            moment(value)?.render(&Zone::utc()),
        ),
        "scheduledenddatetime" => ("scheduledEndDateTime", moment(value)?.render(&Zone::utc())),
        _ => return Ok(None),
    }))
}

type Member = Option<(&'static str, Value)>;

fn members(
    value: &Value,
    read: impl Fn(&str, &Value) -> Result<Member, GraphError>,
) -> Result<Value, GraphError> {
    let mut known = Item::new();
    for (name, value) in value.as_object().ok_or_else(invalid_property)? {
        if let Some((name, value)) = read(&name.to_ascii_lowercase(), value)? {
            known.insert(name.to_owned(), value);
        }
    }
    Ok(Value::Object(known))
}

/// A zone by its rules, in the schema's spelling.
fn rules(value: &Value) -> Result<Value, GraphError> {
    let mut rules = json!({
        "@odata.type": "#microsoft.graph.customTimeZone",
        "name": "Customized Time Zone",
        "bias": within(value, "bias", 24 * 60)?,
    });
    for (name, lower) in [
        ("standardOffset", "standardoffset"),
        ("daylightOffset", "daylightoffset"),
    ] {
        let Some(given) = member(value, lower).filter(|given| !given.is_null()) else {
            continue;
        };
        let day = member(given, "dayofweek").ok_or_else(invalid_property)?;
        let mut offset = json!({
            "time": time(member(given, "time").ok_or_else(invalid_property)?)?,
            "dayOccurrence": within(given, "dayoccurrence", 5)?,
            "dayOfWeek": one_of(day, DAYS)?,
            "month": within(given, "month", 12)?,
            "year": within(given, "year", 9_999)?,
        });
        if name == "daylightOffset" {
            offset["daylightBias"] = within(given, "daylightbias", 24 * 60)?;
        }
        rules[name] = offset;
    }
    Ok(rules)
}

/// A whole number that is no further from nothing than this.
fn within(value: &Value, name: &str, most: i64) -> Result<Value, GraphError> {
    let number = member(value, name).map_or(Ok(0), number)?;
    if (-most..=most).contains(&number) {
        Ok(json!(number))
    } else {
        Err(invalid_property())
    }
}

fn zone(value: &Value) -> Result<Value, GraphError> {
    let name = value.as_str().ok_or_else(invalid_property)?;
    let zone = Zone::named(name).ok_or_else(|| GraphError::unsupported_zone(name))?;
    Ok(json!(&*zone.name))
}

fn time(value: &Value) -> Result<Value, GraphError> {
    let time: jiff::civil::Time = value
        .as_str()
        .and_then(|text| text.parse().ok())
        .ok_or_else(invalid_property)?;
    Ok(json!(format!("{}.0000000", time.strftime("%H:%M:%S"))))
}

fn text(value: &Value) -> Result<Value, GraphError> {
    value
        .as_str()
        .map(|text| json!(text))
        .ok_or_else(invalid_property)
}

fn language_name(account: &Account) -> &'static str {
    match account.language {
        "de-DE" => "German (Germany)",
        "en-GB" => "English (United Kingdom)",
        _ => "English (United States)",
    }
}

fn context(world: &World, call: &Call<'_>, rest: &str) -> String {
    let id = &world.person(call.caller).object_id;
    format!("users('{id}')/mailboxSettings{rest}")
}
