//! `findMeetingTimes`: slots for several people, by how likely they can come.
//!
//! Microsoft publishes no algorithm. This one looks at every half hour of the asked time slots.

use axum::http::StatusCode;
use jiff::civil::{Time, Weekday};
use jiff::{SignedDuration, Span, Timestamp, ToSpan};
use serde_json::{Value, json};

use super::calendars::mailbox;
use super::error::GraphError;
use super::event_input::{flag, invalid_property, json_body, list, member, moment, number, one_of};
use super::odata::entity;
use super::schedule::{day_of, strength};
use super::{Call, Outcome, settings};
use crate::company::PersonId;
use crate::mailbox::event::Event;
use crate::mailbox::moment::Moment;
use crate::state::World;
use crate::zones::Zone;

const DOMAINS: &[&str] = &["unknown", "work", "personal", "unrestricted"];
/// What is looked at when no time is asked for.
const DEFAULT_DAYS: i64 = 7;
const DEFAULT_CANDIDATES: usize = 20;
const STEP: SignedDuration = SignedDuration::from_mins(30);
/// More steps than this are not looked at.
const MOST_STEPS: usize = 20_000;
const MOST_ATTENDEES: usize = 100;

/// What was asked.
struct Wanted {
    attendees: Vec<Attendee>,
    slots: Vec<(Timestamp, Timestamp)>,
    hours: Hours,
    duration: SignedDuration,
    candidates: usize,
    organizer_optional: bool,
    reasons: bool,
    least: i64,
    places: Places,
}

struct Attendee {
    shown: Value,
    /// Nobody knows when somebody without a mailbox here is free.
    events: Option<Vec<Event>>,
}

/// The hours that may be used, in the organizer's zone.
struct Hours {
    zone: Zone,
    days: Vec<Weekday>,
    from: Time,
    until: Time,
    unrestricted: bool,
}

/// Rooms and other places.
struct Places {
    required: bool,
    /// A place, and the times at which it is taken if it is a room.
    known: Vec<(Value, Vec<Event>)>,
}

/// One slot that may do.
struct Candidate {
    start: Timestamp,
    /// In hundredths of a percent, as Microsoft cuts it.
    confidence: i64,
    words: Vec<&'static str>,
    organizer: &'static str,
    places: Vec<Value>,
}

/// Why slots fell out, for the answer without any.
#[derive(Default)]
struct Missed {
    organizer: bool,
    attendees: bool,
    unknown: bool,
    places: bool,
}

/// `POST /me/findMeetingTimes`.
pub(super) fn answer(world: &World, call: &Call<'_>) -> Outcome {
    mailbox(world, call.caller)?;
    let body = if call.ask.body.is_empty() {
        json!({})
    } else {
        json_body(&call.ask.body)?
    };
    if !body.is_object() {
        return Err(invalid_property());
    }
    let wanted = Wanted::read(world, call, &body)?;
    let (mut found, missed) = search(world, call, &wanted)?;
    found.sort_by_key(|candidate| (std::cmp::Reverse(candidate.confidence), candidate.start));
    found.truncate(wanted.candidates);
    let reason = if found.is_empty() {
        missed.reason()
    } else {
        ""
    };
    let suggestions: Vec<Value> = found
        .iter()
        .enumerate()
        .map(|(order, candidate)| suggestion(call, &wanted, order, candidate))
        .collect();
    let body = json!({ "emptySuggestionsReason": reason, "meetingTimeSuggestions": suggestions });
    let Value::Object(body) = body else {
        return Err(invalid_property());
    };
    Ok(entity(
        world,
        StatusCode::OK,
        "microsoft.graph.meetingTimeSuggestionsResult",
        body,
    ))
}

impl Wanted {
    fn read(world: &World, call: &Call<'_>, body: &Value) -> Result<Self, GraphError> {
        let given = |name: &str| member(body, name).filter(|value| !value.is_null());
        let constraint = given("timeconstraint");
        let domain = constraint
            .and_then(|constraint| member(constraint, "activitydomain"))
            .filter(|domain| !domain.is_null())
            .map_or(Ok("work"), |domain| one_of(domain, DOMAINS))?;
        let slots = slots(world, constraint)?;
        let duration = given("meetingduration").map_or(Ok(STEP), duration)?;
        let attendees = given("attendees").map_or(Ok(&[][..]), list)?;
        if attendees.len() > MOST_ATTENDEES {
            return Err(invalid_property());
        }
        let bounds = bounds_of(&slots);
        let attendees = attendees
            .iter()
            .map(|attendee| Attendee::read(world, call, attendee, bounds))
            .collect::<Result<_, _>>()?;
        let candidates = given("maxcandidates").map(number).transpose()?;
        let least = given("minimumattendeepercentage").map_or(Ok(50), percentage)?;
        if !(0..=100).contains(&least) || candidates.is_some_and(|count| count < 1) {
            return Err(invalid_property());
        }
        Ok(Self {
            attendees,
            hours: Hours::of(world, call.caller, domain),
            slots,
            duration,
            candidates: candidates
                .and_then(|count| usize::try_from(count).ok())
                .unwrap_or(DEFAULT_CANDIDATES),
            organizer_optional: given("isorganizeroptional").map_or(Ok(false), flag)?,
            reasons: given("returnsuggestionreasons").map_or(Ok(false), flag)?,
            least,
            places: Places::read(world, call, given("locationconstraint"), bounds)?,
        })
    }
}

/// The time slots, or the week from now on.
fn slots(
    world: &World,
    constraint: Option<&Value>,
) -> Result<Vec<(Timestamp, Timestamp)>, GraphError> {
    let named = constraint
        .and_then(|constraint| {
            member(constraint, "timeslots").or_else(|| member(constraint, "timeslot"))
        })
        .map_or(Ok(&[][..]), list)?;
    if named.is_empty() {
        let now = world.clock.now();
        let until = now.saturating_add(SignedDuration::from_hours(24 * DEFAULT_DAYS));
        return Ok(vec![(now, until.unwrap_or(now))]);
    }
    let bound = |slot: &Value, name: &str| -> Result<Timestamp, GraphError> {
        Ok(moment(member(slot, name).ok_or_else(invalid_property)?)?.instant())
    };
    named
        .iter()
        .map(|slot| {
            let (from, until) = (bound(slot, "start")?, bound(slot, "end")?);
            if until < from {
                Err(invalid_property())
            } else {
                Ok((from, until))
            }
        })
        .collect()
}

fn bounds_of(slots: &[(Timestamp, Timestamp)]) -> (Timestamp, Timestamp) {
    let from = slots.iter().map(|(from, _)| *from).min();
    let until = slots.iter().map(|(_, until)| *until).max();
    (
        from.unwrap_or(Timestamp::MIN),
        until.unwrap_or(Timestamp::MIN),
    )
}

impl Attendee {
    fn read(
        world: &World,
        call: &Call<'_>,
        value: &Value,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Self, GraphError> {
        let email = member(value, "emailaddress").ok_or_else(invalid_property)?;
        let address = member(email, "address")
            .and_then(Value::as_str)
            .filter(|address| address.contains('@'))
            .ok_or_else(invalid_property)?;
        let mut shown = json!({ "emailAddress": { "address": address } });
        if let Some(name) = member(email, "name").and_then(Value::as_str) {
            shown["emailAddress"]["name"] = json!(name);
        }
        // Everybody who is asked for is required, whatever the request calls them.
        shown["type"] = json!("required");
        let person = world.person_by_address(call.tenant(world), address);
        let mailbox = person.and_then(|person| world.mailbox(person));
        Ok(Self {
            shown,
            events: mailbox.map(|mailbox| mailbox.view(from, until)),
        })
    }
}

impl Hours {
    /// Working hours by the organizer's settings; `personal` adds the weekend.
    fn of(world: &World, organizer: PersonId, domain: &str) -> Self {
        let settings = settings::of(world, organizer);
        let hours = settings.get("workingHours").cloned().unwrap_or_default();
        let time = |name: &str, otherwise: Time| {
            let text = hours[name].as_str().unwrap_or_default();
            text.parse().unwrap_or(otherwise)
        };
        let mut days: Vec<Weekday> = hours["daysOfWeek"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|day| day_of(day.as_str()?))
            .collect();
        if domain == "personal" {
            days.extend([Weekday::Saturday, Weekday::Sunday]);
        }
        let zone = settings.get("timeZone").and_then(Value::as_str);
        Self {
            zone: zone.and_then(Zone::named).unwrap_or_else(Zone::utc),
            days,
            from: time("startTime", Time::constant(8, 0, 0, 0)),
            until: time("endTime", Time::constant(17, 0, 0, 0)),
            unrestricted: domain == "unrestricted",
        }
    }

    fn allow(&self, start: Timestamp, end: Timestamp) -> bool {
        if self.unrestricted {
            return true;
        }
        let (start, end) = (self.zone.wall(start), self.zone.wall(end));
        start.date() == end.date()
            && self.days.contains(&start.weekday())
            && start.time() >= self.from
            && end.time() <= self.until
    }
}

impl Places {
    fn read(
        world: &World,
        call: &Call<'_>,
        constraint: Option<&Value>,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Self, GraphError> {
        let mut places = Self {
            required: false,
            known: Vec::new(),
        };
        let Some(constraint) = constraint else {
            return Ok(places);
        };
        let is = |name: &str| {
            member(constraint, name)
                .filter(|value| !value.is_null())
                .map_or(Ok(false), flag)
        };
        places.required = is("isrequired")?;
        let tenant = call.tenant(world);
        for place in member(constraint, "locations").map_or(Ok(&[][..]), list)? {
            let text = |name: &str| member(place, name).and_then(Value::as_str);
            let address = text("locationemailaddress");
            let room = address.and_then(|address| world.person_by_address(tenant, address));
            let room = room.and_then(|room| world.mailbox(room));
            let name = text("displayname").or(address).unwrap_or_default();
            places.known.push((
                location(name, address),
                room.map(|room| room.view(from, until)).unwrap_or_default(),
            ));
        }
        if is("suggestlocation")? && places.known.is_empty() {
            for person in world.directory(tenant) {
                let account = world.person(person);
                if let Some(room) = world.mailbox(person).filter(|_| account.room) {
                    let place = location(&account.name(), Some(&account.mail));
                    places.known.push((place, room.view(from, until)));
                }
            }
        }
        Ok(places)
    }

    /// The places that are free then.
    fn free(&self, start: Timestamp, end: Timestamp) -> Vec<Value> {
        let free = self
            .known
            .iter()
            .filter(|(_, taken)| matches!(status(taken, start, end), "free" | "workingElsewhere"));
        free.map(|(place, _)| place.clone()).collect()
    }
}

fn location(name: &str, address: Option<&str>) -> Value {
    let mut location =
        json!({ "displayName": name, "locationType": "default", "uniqueIdType": "unknown" });
    if let Some(address) = address {
        location["locationEmailAddress"] = json!(address);
    }
    location
}

fn search(
    world: &World,
    call: &Call<'_>,
    wanted: &Wanted,
) -> Result<(Vec<Candidate>, Missed), GraphError> {
    let (from, until) = bounds_of(&wanted.slots);
    let own = mailbox(world, call.caller)?.view(from, until);
    let (mut found, mut missed) = (Vec::new(), Missed::default());
    let mut steps = 0;
    for (from, until) in &wanted.slots {
        let mut start = next_half_hour(*from);
        while let Ok(end) = start.checked_add(wanted.duration)
            && end <= *until
            && steps < MOST_STEPS
        {
            steps += 1;
            if wanted.hours.allow(start, end) {
                let organizer = status(&own, start, end);
                if let Some(candidate) = judge(wanted, organizer, start, end, &mut missed) {
                    found.push(candidate);
                }
            }
            match start.checked_add(STEP) {
                Ok(next) => start = next,
                Err(_) => break,
            }
        }
    }
    Ok((found, missed))
}

/// Whether a slot may be suggested, and what speaks against it otherwise.
fn judge(
    wanted: &Wanted,
    organizer: &'static str,
    start: Timestamp,
    end: Timestamp,
    missed: &mut Missed,
) -> Option<Candidate> {
    if !wanted.organizer_optional && !is_free(organizer) {
        missed.organizer = true;
        return None;
    }
    let words: Vec<&'static str> = wanted
        .attendees
        .iter()
        .map(|attendee| {
            attendee
                .events
                .as_ref()
                .map_or("unknown", |events| status(events, start, end))
        })
        .collect();
    let confidence = confidence(&words);
    if confidence < wanted.least * 100 {
        missed.attendees = true;
        missed.unknown |= words.contains(&"unknown");
        return None;
    }
    let places = wanted.places.free(start, end);
    if wanted.places.required && places.is_empty() {
        missed.places = true;
        return None;
    }
    Some(Candidate {
        start,
        confidence,
        words,
        organizer,
        places,
    })
}

impl Missed {
    fn reason(&self) -> &'static str {
        if self.places {
            "locationsUnavailable"
        } else if self.attendees && self.unknown {
            "attendeesUnavailableOrUnknown"
        } else if self.attendees {
            "attendeesUnavailable"
        } else if self.organizer {
            "organizerUnavailable"
        } else {
            "unknown"
        }
    }
}

/// The average over the attendees: free counts 100, unknown 49, everything else nothing. In hundredths, cut off.
fn confidence(words: &[&str]) -> i64 {
    let chances = words.iter().map(|word| match *word {
        "free" | "workingElsewhere" => 100,
        "unknown" => 49,
        _ => 0,
    });
    let sum: i64 = chances.sum();
    let count = i64::try_from(words.len()).unwrap_or(i64::MAX);
    if count == 0 {
        10_000
    } else {
        sum * 100 / count
    }
}

/// The strongest status of a calendar in a slot.
fn status(events: &[Event], start: Timestamp, end: Timestamp) -> &'static str {
    let strongest = events
        .iter()
        .filter(|event| {
            let (from, until) = event.span();
            from < end && until > start
        })
        .map(|event| strength(event.show_as()))
        .max_by_key(|digit| if *digit == '4' { '0' } else { *digit });
    match strongest {
        Some('1') => "tentative",
        Some('2') => "busy",
        Some('3') => "oof",
        Some('4') => "workingElsewhere",
        _ => "free",
    }
}

fn is_free(status: &str) -> bool {
    matches!(status, "free" | "workingElsewhere")
}

fn suggestion(call: &Call<'_>, wanted: &Wanted, order: usize, candidate: &Candidate) -> Value {
    let zone = &call.prefer.zone;
    let end = candidate.start.saturating_add(wanted.duration);
    let shown = |instant: Timestamp| Moment::new(zone.wall(instant), zone.clone()).render(zone);
    let availability: Vec<Value> = wanted
        .attendees
        .iter()
        .zip(&candidate.words)
        .map(|(attendee, word)| json!({ "availability": word, "attendee": attendee.shown }))
        .collect();
    let words = if candidate.confidence == 10_000 {
        "Suggested because it is one of the nearest times when all attendees are available."
    } else {
        "Suggested because it is one of the nearest times when most attendees are available."
    };
    let reason = wanted.reasons.then_some(words);
    let whole = i32::try_from(candidate.confidence).unwrap_or(10_000);
    json!({
        "confidence": f64::from(whole) / 100.0,
        "order": order + 1,
        "organizerAvailability": candidate.organizer,
        "suggestionReason": reason,
        "meetingTimeSlot": { "start": shown(candidate.start), "end": shown(end.unwrap_or(candidate.start)) },
        "attendeeAvailability": availability,
        "locations": candidate.places,
    })
}

/// An ISO 8601 duration.
fn duration(value: &Value) -> Result<SignedDuration, GraphError> {
    let span: Span = value
        .as_str()
        .and_then(|text| text.parse().ok())
        .ok_or_else(invalid_property)?;
    // Days are of 24 hours here; months and years are no length of a meeting.
    let from = jiff::civil::date(2001, 1, 1).at(0, 0, 0, 0);
    let length = from
        .checked_add(span)
        .map(|until| until.duration_since(from))
        .map_err(|_| invalid_property())?;
    if length.is_positive() && length <= SignedDuration::from_hours(24 * 31) {
        Ok(length)
    } else {
        Err(invalid_property())
    }
}

/// A percentage, also with a fraction or as a string.
fn percentage(value: &Value) -> Result<i64, GraphError> {
    if let Ok(whole) = number(value) {
        return Ok(whole);
    }
    let text = value.as_str().map(str::to_owned);
    let text = text.unwrap_or_else(|| value.to_string());
    let whole = text.split('.').next().unwrap_or_default();
    whole.parse().map_err(|_| invalid_property())
}

fn next_half_hour(instant: Timestamp) -> Timestamp {
    let over = instant.as_second().rem_euclid(1_800);
    let whole = Timestamp::from_second(instant.as_second() - over).unwrap_or(instant);
    if whole >= instant {
        whole
    } else {
        whole.saturating_add(30.minutes()).unwrap_or(instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_unknown_and_busy_make_the_documented_confidence() {
        assert_eq!(confidence(&["free", "unknown", "busy"]), 4_966);
        assert_eq!(confidence(&[]), 10_000);
        assert_eq!(confidence(&["tentative", "free"]), 5_000);
    }

    #[test]
    fn durations_are_read_as_iso_8601() {
        let read = |text: &str| duration(&json!(text)).ok();
        assert_eq!(read("PT1H30M"), Some(SignedDuration::from_mins(90)));
        assert_eq!(read("P1D"), Some(SignedDuration::from_hours(24)));
        assert_eq!(read("PT0S"), None);
        assert_eq!(read("an hour"), None);
    }
}
