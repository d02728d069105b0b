//! Free and busy times: `getSchedule`.

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::error::GraphError;
use super::event_input::{invalid_property, json_body, list, member, moment, number};
use super::{Call, Outcome};
use crate::company::PersonId;
use crate::exchange::Answer;
use crate::mailbox::ShareLevel;
use crate::mailbox::event::Event;
use crate::mailbox::moment::Moment;
use crate::state::World;
use crate::zones::Zone;

const MOST_SCHEDULES: usize = 100;
const MOST_DAYS: i64 = 62;

/// The asked window and its steps.
struct Window {
    from: Timestamp,
    until: Timestamp,
    step: SignedDuration,
}

/// `POST /me/calendar/getSchedule`.
pub(super) fn answer(world: &World, call: &Call<'_>) -> Outcome {
    let body = json_body(&call.ask.body)?;
    let schedules: Vec<&str> = list(member(&body, "schedules").ok_or_else(invalid_property)?)?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    if schedules.len() > MOST_SCHEDULES {
        let message = format!(
            "There are too many target users in the EmailAddress array. The allowed size = {MOST_SCHEDULES}; the actual size = {}.",
            schedules.len()
        );
        return Err(GraphError::new(400, "ErrorMailboxDataArrayTooBig", message));
    }
    let window = window(&body)?;
    let found: Vec<Value> = schedules
        .iter()
        .map(|address| schedule(world, call, address, &window))
        .collect();
    let context = format!(
        "{}/v1.0/$metadata#Collection(microsoft.graph.scheduleInformation)",
        world.base
    );
    Ok(Answer::json(
        StatusCode::OK,
        &json!({ "@odata.context": context, "value": found }),
    ))
}

fn window(body: &Value) -> Result<Window, GraphError> {
    let from = moment(member(body, "starttime").ok_or_else(invalid_property)?)?.instant();
    let until = moment(member(body, "endtime").ok_or_else(invalid_property)?)?.instant();
    let minutes = member(body, "availabilityviewinterval").map_or(Ok(30), number)?;
    if until <= from || !(5..=1440).contains(&minutes) {
        let message = "The time window or the interval is not valid.";
        return Err(GraphError::new(400, "ErrorInvalidParameter", message));
    }
    let days = (until.duration_since(from).as_secs() + 86_399) / 86_400;
    if days > MOST_DAYS {
        let message = format!(
            "The requested time duration specified for FreeBusyViewOptions.TimeWindow is too long. The allowed limit = {MOST_DAYS} days; the actual limit = {days} days."
        );
        return Err(GraphError::new(400, "ErrorTimeIntervalTooBig", message));
    }
    Ok(Window {
        from,
        until,
        step: SignedDuration::from_mins(minutes),
    })
}

fn schedule(world: &World, call: &Call<'_>, address: &str, window: &Window) -> Value {
    let person = world.person_by_address(call.tenant(world), address);
    let Some((person, mailbox)) = person.and_then(|person| Some((person, world.mailbox(person)?)))
    else {
        let message =
            format!("Unable to resolve e-mail address {address} to an Active Directory object.");
        return json!({
            "scheduleId": address,
            "availabilityView": "",
            "error": { "message": message, "responseCode": "5009" },
        });
    };
    let events = mailbox.view(window.from, window.until);
    let level = if person == call.caller {
        None
    } else {
        Some(mailbox.share_level(call.caller))
    };
    let items: Vec<Value> = events
        .iter()
        .map(|event| item(event, level, call))
        .collect();
    json!({
        "scheduleId": address,
        "availabilityView": availability(&events, window),
        "scheduleItems": items,
        "workingHours": working_hours(world, person),
    })
}

/// One entry. Others see words only where the owner shares them and the event is not private.
fn item(event: &Event, level: Option<Option<ShareLevel>>, call: &Call<'_>) -> Value {
    let zone = &call.prefer.zone;
    let (start, end) = bounds(event, zone);
    let mut item =
        json!({ "status": event.show_as(), "start": start.render(zone), "end": end.render(zone) });
    let open = match level {
        None => true,
        Some(level) => level.is_some() && !event.is_private(),
    };
    if open {
        item["isPrivate"] = json!(event.is_private());
        item["subject"] = json!(event.subject);
        item["location"] = json!(
            event
                .locations
                .first()
                .map_or("", |place| place["displayName"].as_str().unwrap_or(""))
        );
    }
    item
}

/// All-day entries are midnights of the asked zone.
fn bounds(event: &Event, zone: &Zone) -> (Moment, Moment) {
    if event.all_day {
        (
            Moment::new(event.start.wall(), zone.clone()),
            Moment::new(event.end.wall(), zone.clone()),
        )
    } else {
        (event.start.clone(), event.end.clone())
    }
}

/// One digit per step; the strongest status wins.
fn availability(events: &[Event], window: &Window) -> String {
    let mut view = String::new();
    let mut begins = window.from;
    while begins < window.until {
        let ends = begins
            .saturating_add(window.step)
            .unwrap_or(Timestamp::MAX)
            .min(window.until);
        let strongest = events
            .iter()
            .filter(|event| {
                let (start, end) = event.span();
                start < ends && end > begins
            })
            .map(|event| strength(event.show_as()))
            .max_by_key(|digit| if *digit == '4' { '0' } else { *digit });
        view.push(strongest.unwrap_or('0'));
        begins = ends;
    }
    view
}

fn strength(show_as: &str) -> char {
    match show_as {
        "tentative" => '1',
        "busy" | "unknown" => '2',
        "oof" => '3',
        "workingElsewhere" => '4',
        _ => '0',
    }
}

/// Working hours as the owner's mailbox has them. One mailbox has a zone without a name, as some real ones do.
fn working_hours(world: &World, person: PersonId) -> Value {
    let zone = world.person(person).zone;
    let time_zone = if zone == "Eastern Standard Time" {
        json!({
            "@odata.type": "#microsoft.graph.customTimeZone",
            "name": "Customized Time Zone",
            "bias": 300,
            "standardOffset": { "time": "02:00:00.0000000", "dayOccurrence": 1, "dayOfWeek": "sunday", "month": 11, "year": 0 },
            "daylightOffset": {
                "daylightBias": -60, "time": "02:00:00.0000000", "dayOccurrence": 2, "dayOfWeek": "sunday", "month": 3, "year": 0
            },
        })
    } else {
        json!({ "name": zone })
    };
    json!({
        "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        "startTime": "08:00:00.0000000",
        "endTime": "17:00:00.0000000",
        "timeZone": time_zone,
    })
}
