//! Free and busy times: `getSchedule`.

use axum::http::StatusCode;
use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::calendars::mailbox;
use super::error::GraphError;
use super::event_input::{invalid_property, json_body, list, member, moment, number};
use super::{Call, Outcome, settings};
use crate::company::{DistributionList, Hours, PersonId};
use crate::exchange::Answer;
use crate::mailbox::event::Event;
use crate::mailbox::moment::Moment;
use crate::mailbox::{Mailbox, ShareLevel};
use crate::state::World;
use crate::zones::Zone;

const MOST_SCHEDULES: usize = 100;
const MOST_DAYS: i64 = 62;
const MOST_ENTRIES: usize = 1_000;

/// The asked window and its steps.
struct Window {
    from: Timestamp,
    until: Timestamp,
    step: SignedDuration,
}

/// `POST /me/calendar/getSchedule`.
pub(super) fn answer(world: &World, call: &Call<'_>) -> Outcome {
    mailbox(world, call.caller)?;
    let body = json_body(&call.ask.body)?;
    let schedules: Vec<&str> = list(member(&body, "schedules").ok_or_else(invalid_property)?)?
        .iter()
        .map(|address| address.as_str().ok_or_else(invalid_property))
        .collect::<Result<_, _>>()?;
    let targets: Vec<Target<'_>> = schedules
        .iter()
        .map(|address| Target::of(world, call, address))
        .collect();
    // The people of a list count, each for himself.
    let users: usize = targets.iter().map(Target::size).sum();
    if users > MOST_SCHEDULES {
        let message = format!(
            "There are too many target users in the EmailAddress array. The allowed size = {MOST_SCHEDULES}; the actual size = {users}."
        );
        return Err(GraphError::new(400, "ErrorMailboxDataArrayTooBig", message));
    }
    let window = window(&body)?;
    let found: Vec<Value> = schedules
        .iter()
        .zip(&targets)
        .map(|(address, target)| schedule(world, call, address, target, &window))
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

/// What an asked address stands for.
#[derive(Debug)]
enum Target<'a> {
    Person(PersonId, &'a Mailbox),
    List(&'a DistributionList),
    /// Of this organisation, but without a mailbox here; or nobody.
    NoMailbox,
    /// Not of this organisation.
    Elsewhere,
}

impl<'a> Target<'a> {
    fn of(world: &'a World, call: &Call<'_>, address: &str) -> Self {
        let tenant = call.tenant(world);
        let list = world
            .lists
            .iter()
            .find(|list| list.tenant == tenant && list.address.eq_ignore_ascii_case(address));
        if let Some(list) = list {
            return Self::List(list);
        }
        let person = world.person_by_address(tenant, address);
        if let Some(person) = person {
            return world
                .mailbox(person)
                .map_or(Self::NoMailbox, |mailbox| Self::Person(person, mailbox));
        }
        let domain = address.rsplit('@').next().unwrap_or_default();
        let own = world
            .tenant(tenant)
            .domains
            .iter()
            .any(|own| own.eq_ignore_ascii_case(domain));
        if own {
            Self::NoMailbox
        } else {
            Self::Elsewhere
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::List(list) => list.members.len(),
            Self::Person(..) | Self::NoMailbox | Self::Elsewhere => 1,
        }
    }
}

fn window(body: &Value) -> Result<Window, GraphError> {
    let from = moment(member(body, "starttime").ok_or_else(invalid_property)?)?.instant();
    let until = moment(member(body, "endtime").ok_or_else(invalid_property)?)?.instant();
    let minutes = member(body, "availabilityviewinterval")
        .filter(|minutes| !minutes.is_null())
        .map_or(Ok(30), number)?;
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

fn schedule(
    world: &World,
    call: &Call<'_>,
    address: &str,
    target: &Target<'_>,
    window: &Window,
) -> Value {
    let failed = |code: &str, message: String| {
        json!({
            "scheduleId": address,
            "availabilityView": "",
            "scheduleItems": null,
            "error": { "message": message, "responseCode": code },
        })
    };
    let (events, level, hours) = match target {
        Target::Elsewhere => {
            let message = format!(
                "Unable to resolve e-mail address {address} to an Active Directory object."
            );
            return failed("5009", message);
        }
        Target::NoMailbox => {
            return failed("5016", format!("No mailbox was found for {address}."));
        }
        Target::Person(person, mailbox) => (
            mailbox.view(window.from, window.until),
            (*person != call.caller).then(|| mailbox.share_level(call.caller)),
            working_hours(world, *person),
        ),
        // A list has no calendar: its members' times are laid over each other, without words.
        Target::List(list) => {
            let members = list
                .members
                .iter()
                .filter_map(|member| world.mailbox(*member));
            let mut events: Vec<Event> = members
                .flat_map(|mailbox| mailbox.view(window.from, window.until))
                .collect();
            events.sort_by_key(Event::span);
            (events, Some(None), None)
        }
    };
    if events.len() > MOST_ENTRIES {
        let message = format!(
            "The result set contains too many calendar entries. The allowed size = {MOST_ENTRIES}; the actual size = {}.",
            events.len()
        );
        return failed("5006", message);
    }
    let items: Vec<Value> = events
        .iter()
        .map(|event| item(event, level, call))
        .collect();
    let mut schedule = json!({
        "scheduleId": address,
        "availabilityView": availability(&events, window),
        "scheduleItems": items,
    });
    if let Some(hours) = hours {
        schedule["workingHours"] = hours;
    }
    schedule
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

pub(super) fn strength(show_as: &str) -> char {
    match show_as {
        "tentative" => '1',
        "busy" | "unknown" => '2',
        "oof" => '3',
        "workingElsewhere" => '4',
        _ => '0',
    }
}

/// The weekday of that name.
pub(super) fn day_of(name: &str) -> Option<Weekday> {
    Some(match name {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

/// Working hours as the owner's mailbox has them; some mailboxes tell none.
fn working_hours(world: &World, person: PersonId) -> Option<Value> {
    if world.person(person).hours == Hours::Absent {
        return None;
    }
    settings::of(world, person).remove("workingHours")
}
