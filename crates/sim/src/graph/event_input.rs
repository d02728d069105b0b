//! What a client writes about an event: read loosely, checked strictly.

#[cfg(test)]
mod oracle;
mod recurrence;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use super::error::GraphError;
use crate::mailbox::body::Body;
use crate::mailbox::draft::location;
use crate::mailbox::event::{Attendee, Event, Party, Response};
use crate::mailbox::moment::Moment;
use crate::zones::Zone;

/// The changes of one request; what is `None` was not sent.
#[derive(Debug, Default)]
pub(super) struct Changes {
    subject: Option<String>,
    body: Option<Body>,
    start: Option<Moment>,
    end: Option<Moment>,
    all_day: Option<bool>,
    attendees: Option<Vec<Attendee>>,
    locations: Option<Vec<Value>>,
    recurrence: Option<Option<Value>>,
    online: Option<bool>,
    provider: Option<&'static str>,
    pub(super) transaction_id: Option<String>,
    plain: Map<String, Value>,
}

/// Who hears of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// It is the organiser's own business.
    Nobody,
    /// Those who are invited now or no longer.
    Attendees,
    Everybody,
}

/// What an organiser changes for nobody else.
const OWN: &[&str] = &[
    "categories",
    "isReminderOn",
    "reminderMinutesBeforeStart",
    "showAs",
];
/// Properties that a client may send and that change nothing.
const IGNORED: &[&str] = &[
    "id",
    "createddatetime",
    "lastmodifieddatetime",
    "changekey",
    "icaluid",
    "organizer",
    "isorganizer",
    "responsestatus",
    "weblink",
    "bodypreview",
    "hasattachments",
    "iscancelled",
    "isdraft",
    "type",
    "seriesmasterid",
    "onlinemeeting",
    "onlinemeetingurl",
    "originalstart",
    "originalstarttimezone",
    "originalendtimezone",
    // What hangs on an event elsewhere, and has no place here.
    "attachments",
    "calendar",
    "cancelledoccurrences",
    "exceptionoccurrences",
    "extensions",
    "instances",
    "multivalueextendedproperties",
    "singlevalueextendedproperties",
];
const SHOW_AS: &[&str] = &[
    "unknown",
    "free",
    "tentative",
    "busy",
    "oof",
    "workingElsewhere",
];
const IMPORTANCE: &[&str] = &["low", "normal", "high"];
const SENSITIVITY: &[&str] = &["normal", "personal", "private", "confidential"];
const PROVIDERS: &[&str] = &[
    "unknown",
    "skypeForBusiness",
    "skypeForConsumer",
    "teamsForBusiness",
];
const LOCATION: &[&str] = &[
    "default",
    "conferenceRoom",
    "homeAddress",
    "businessAddress",
    "geoCoordinates",
    "streetAddress",
    "hotel",
    "restaurant",
    "localBusiness",
    "postalAddress",
];
const ADDRESS: &[&str] = &["street", "city", "state", "countryOrRegion", "postalCode"];
const COORDINATES: &[&str] = &[
    "altitude",
    "latitude",
    "longitude",
    "accuracy",
    "altitudeAccuracy",
];
const ATTENDEE: &[&str] = &["required", "optional", "resource"];

impl Changes {
    /// Reads a request body. Names and enum values are compared without case, numbers and booleans may be strings.
    pub(super) fn read(body: &Value) -> Result<Self, GraphError> {
        let Value::Object(members) = body else {
            return Err(unreadable());
        };
        let mut changes = Self::default();
        for (name, value) in members {
            if !name.starts_with('@') {
                changes.take(name, value)?;
            }
        }
        Ok(changes)
    }

    fn take(&mut self, name: &str, value: &Value) -> Result<(), GraphError> {
        match name.to_ascii_lowercase().as_str() {
            "subject" => self.subject = Some(text(value)?.unwrap_or_default()),
            "body" => self.body = Some(body(value)?),
            "start" => self.start = Some(moment(value)?),
            "end" => self.end = Some(moment(value)?),
            "isallday" => self.all_day = Some(flag(value)?),
            "attendees" => {
                self.attendees = Some(
                    list(value)?
                        .iter()
                        .map(attendee)
                        .collect::<Result<_, _>>()?,
                );
            }
            "location" => self.locations = Some(place(value)?.into_iter().collect()),
            "locations" => {
                let places = list(value)?
                    .iter()
                    .filter_map(|value| place(value).transpose());
                self.locations = Some(places.collect::<Result<_, _>>()?);
            }
            "recurrence" => {
                self.recurrence = Some(if value.is_null() {
                    None
                } else {
                    Some(value.clone())
                });
            }
            "isonlinemeeting" => self.online = Some(flag(value)?),
            "onlinemeetingprovider" if !value.is_null() => {
                self.provider = Some(one_of(value, PROVIDERS)?);
            }
            "onlinemeetingprovider" => {}
            "transactionid" => self.transaction_id = text(value)?,
            "showas" => self.keep("showAs", json!(one_of(value, SHOW_AS)?)),
            "importance" => self.keep("importance", json!(one_of(value, IMPORTANCE)?)),
            "sensitivity" => self.keep("sensitivity", json!(one_of(value, SENSITIVITY)?)),
            "isreminderon" => self.keep("isReminderOn", json!(flag(value)?)),
            "responserequested" => self.keep("responseRequested", json!(flag(value)?)),
            "allownewtimeproposals" => self.keep("allowNewTimeProposals", json!(flag(value)?)),
            "hideattendees" => self.keep("hideAttendees", json!(flag(value)?)),
            "reminderminutesbeforestart" => {
                self.keep("reminderMinutesBeforeStart", json!(number(value)?));
            }
            "categories" => {
                let names: Vec<String> = list(value)?
                    .iter()
                    .filter_map(|name| name.as_str().map(str::to_owned))
                    .collect();
                self.keep("categories", json!(names));
            }
            ignored if IGNORED.contains(&ignored) => {}
            _ => {
                let message = format!(
                    "The property '{name}' does not exist on type 'microsoft.graph.event'. Make sure to only use property names that are defined by the type."
                );
                return Err(GraphError::new(400, "RequestBodyRead", message));
            }
        }
        Ok(())
    }

    /// Applies the changes to an event and checks the outcome.
    pub(super) fn apply(&self, event: &mut Event) -> Result<(), GraphError> {
        if let Some(subject) = &self.subject {
            event.subject.clone_from(subject);
        }
        if let Some(body) = &self.body {
            event.body = body.clone().into();
        }
        if let Some(locations) = &self.locations {
            event.locations = locations.clone().into();
        }
        if let Some(all_day) = self.all_day {
            event.all_day = all_day;
        }
        if let Some(start) = &self.start {
            event.start = start.clone();
        }
        if let Some(end) = &self.end {
            event.end = end.clone();
        }
        if let Some(attendees) = &self.attendees {
            event.attendees = attendees
                .iter()
                .map(|attendee| answered(attendee, &event.attendees))
                .collect();
        }
        event.plain.extend(self.plain.clone());
        self.check_times(event)?;
        if let Some(recurrence) = &self.recurrence {
            event.recurrence = recurrence
                .as_ref()
                .map(|value| recurrence::read(value, event))
                .transpose()?;
        }
        // A series whose first day is moved starts on that day; its pattern and its end stay.
        let first_day = event.start.wall().date();
        if let Some(recurrence) = event.recurrence.as_mut()
            && recurrence.range.start != first_day
        {
            recurrence.range.start = first_day;
            recurrence::check(recurrence)?;
        }
        Ok(())
    }

    /// Whether they make a meeting an online one, with the only provider that there is here.
    pub(super) fn go_online(&self) -> bool {
        let ours = matches!(self.provider, None | Some("unknown" | "teamsForBusiness"));
        self.online == Some(true) && ours
    }

    /// Whether they set a pattern.
    pub(super) fn repeats(&self) -> bool {
        matches!(self.recurrence, Some(Some(_)))
    }

    /// Who of those invited is told about them.
    pub(super) fn reach(&self) -> Reach {
        let for_all = self.subject.is_some()
            || self.body.is_some()
            || self.start.is_some()
            || self.end.is_some()
            || self.all_day.is_some()
            || self.locations.is_some()
            || self.recurrence.is_some()
            || self.online.is_some()
            || self.plain.keys().any(|name| !OWN.contains(&name.as_str()));
        match (for_all, &self.attendees) {
            (true, _) => Reach::Everybody,
            (false, Some(_)) => Reach::Attendees,
            (false, None) => Reach::Nobody,
        }
    }

    fn check_times(&self, event: &Event) -> Result<(), GraphError> {
        if event.all_day {
            let midnight = |moment: &Moment| moment.wall().time() == jiff::civil::Time::midnight();
            for (name, moment) in [("Start", &event.start), ("End", &event.end)] {
                if !midnight(moment) {
                    let message = format!(
                        "The Event.{name} property for an all-day event needs to be set to midnight."
                    );
                    return Err(GraphError::new(400, "ErrorInvalidRequest", message));
                }
            }
            if event.start.zone().rules != event.end.zone().rules {
                let message = "The Event.Start and Event.End properties for an all-day event need to be in the same time zone.";
                return Err(GraphError::new(400, "ErrorInvalidRequest", message));
            }
            if event.end.wall() <= event.start.wall() {
                let message =
                    "The duration of an event marked as All day must be at least 24 hours.";
                return Err(GraphError::new(400, "ErrorInvalidRequest", message));
            }
        } else if event.end.instant() < event.start.instant() {
            return Err(invalid_property());
        }
        Ok(())
    }

    fn keep(&mut self, name: &str, value: Value) {
        self.plain.insert(name.to_owned(), value);
    }

    /// Whether both times were sent, which a new event needs.
    pub(super) fn has_times(&self) -> bool {
        self.start.is_some() && self.end.is_some()
    }
}

/// "At least one property failed validation", which does not say which one.
pub(super) fn invalid_property() -> GraphError {
    GraphError::new(
        400,
        "ErrorPropertyValidationFailure",
        "At least one property failed validation.",
    )
}

/// The body as JSON.
pub(super) fn json_body(body: &[u8]) -> Result<Value, GraphError> {
    serde_json::from_slice(body).map_err(|_| unreadable())
}

/// A `dateTimeTimeZone`.
pub(super) fn moment(value: &Value) -> Result<Moment, GraphError> {
    let zone_name = member(value, "timezone")
        .and_then(Value::as_str)
        .unwrap_or("UTC");
    let zone = Zone::named(zone_name).ok_or_else(|| GraphError::unsupported_zone(zone_name))?;
    let text = member(value, "datetime")
        .and_then(Value::as_str)
        .ok_or_else(invalid_property)?;
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(Moment::new(zone.wall(instant), zone));
    }
    let wall = text.parse::<DateTime>().map_err(|_| invalid_property())?;
    Ok(Moment::new(wall, zone))
}

/// A member by its name in any case.
pub(super) fn member<'a>(value: &'a Value, lower_name: &str) -> Option<&'a Value> {
    value
        .as_object()?
        .iter()
        .find(|(name, _)| name.to_ascii_lowercase() == lower_name)
        .map(|(_, value)| value)
}

/// One of an enum's words, in the enum's own spelling.
pub(super) fn one_of(
    value: &Value,
    words: &'static [&'static str],
) -> Result<&'static str, GraphError> {
    let text = value.as_str().unwrap_or_default();
    let found = words.iter().find(|word| word.eq_ignore_ascii_case(text));
    found.copied().ok_or_else(|| {
        GraphError::new(
            400,
            "RequestBodyRead",
            format!("Requested value '{text}' was not found."),
        )
    })
}

/// A whole number, also as a string. All that Graph's calendars have are of 32 bits.
pub(super) fn number(value: &Value) -> Result<i64, GraphError> {
    value
        .as_i64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
        .filter(|number| i32::try_from(*number).is_ok())
        .ok_or_else(unreadable)
}

/// A list; null is an empty one.
pub(super) fn list(value: &Value) -> Result<&[Value], GraphError> {
    match value {
        Value::Null => Ok(&[]),
        Value::Array(items) => Ok(items),
        _ => Err(unreadable()),
    }
}

fn unreadable() -> GraphError {
    let message = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.";
    GraphError::new(400, "BadRequest", message)
}

/// A boolean, also as a string.
pub(super) fn flag(value: &Value) -> Result<bool, GraphError> {
    let text = value.as_str().map(str::to_ascii_lowercase);
    match (value.as_bool(), text.as_deref()) {
        (Some(flag), _) => Ok(flag),
        (None, Some("true")) => Ok(true),
        (None, Some("false")) => Ok(false),
        _ => Err(unreadable()),
    }
}

fn text(value: &Value) -> Result<Option<String>, GraphError> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(unreadable()),
    }
}

fn body(value: &Value) -> Result<Body, GraphError> {
    let content = member(value, "content")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let kind =
        member(value, "contenttype").map_or(Ok("text"), |kind| one_of(kind, &["text", "html"]))?;
    Ok(if kind == "html" {
        Body::from_html(content)
    } else {
        Body::from_text(content)
    })
}

fn attendee(value: &Value) -> Result<Attendee, GraphError> {
    let kind = member(value, "type")
        .filter(|kind| !kind.is_null())
        .map_or(Ok("required"), |kind| one_of(kind, ATTENDEE))?;
    Ok(Attendee {
        party: party(member(value, "emailaddress").ok_or_else(invalid_property)?)?,
        kind: kind.to_owned(),
        response: Response::never("none"),
        proposed: None,
    })
}

/// An `emailAddress`; without a name the address is the name.
pub(super) fn party(email: &Value) -> Result<Party, GraphError> {
    let address = member(email, "address")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let plausible = address
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    if !plausible || address.contains(char::is_whitespace) {
        return Err(invalid_property());
    }
    let name = member(email, "name")
        .and_then(Value::as_str)
        .filter(|name| !name.is_empty())
        .unwrap_or(address);
    Ok(Party {
        name: name.to_owned(),
        address: address.to_owned(),
    })
}

/// Somebody who stays invited keeps the answer given before.
fn answered(attendee: &Attendee, before: &[Attendee]) -> Attendee {
    let same = before.iter().find(|old| {
        old.party
            .address
            .eq_ignore_ascii_case(&attendee.party.address)
    });
    Attendee {
        response: same.map_or_else(|| attendee.response.clone(), |old| old.response.clone()),
        proposed: same.and_then(|old| old.proposed.clone()),
        ..attendee.clone()
    }
}

fn place(value: &Value) -> Result<Option<Value>, GraphError> {
    let name = member(value, "displayname")
        .and_then(Value::as_str)
        .filter(|name| !name.is_empty());
    let Some(name) = name else {
        return Ok(None);
    };
    let mut place = location(name);
    for name in ["locationEmailAddress", "locationUri"] {
        if let Some(text) = member(value, &name.to_ascii_lowercase()).and_then(Value::as_str) {
            place[name] = json!(text);
        }
    }
    if let Some(kind) = member(value, "locationtype").filter(|kind| !kind.is_null()) {
        place["locationType"] = json!(one_of(kind, LOCATION)?);
    }
    if let Some(address) = member(value, "address") {
        place["address"] = parts(address, ADDRESS, Value::is_string)?;
    }
    if let Some(coordinates) = member(value, "coordinates") {
        place["coordinates"] = parts(coordinates, COORDINATES, Value::is_number)?;
    }
    Ok(Some(place))
}

/// The known members of an object, in their own spelling.
fn parts(value: &Value, names: &[&str], fits: fn(&Value) -> bool) -> Result<Value, GraphError> {
    let mut parts = Map::new();
    for name in names {
        let part = member(value, &name.to_ascii_lowercase()).filter(|part| !part.is_null());
        if let Some(part) = part {
            if !fits(part) {
                return Err(unreadable());
            }
            parts.insert((*name).to_owned(), part.clone());
        }
    }
    Ok(Value::Object(parts))
}
