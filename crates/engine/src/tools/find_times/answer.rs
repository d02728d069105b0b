//! What agents are told: times with their reasons, or why there are none.

use domain::slots::{Cost, Search, Slot, Wanted, What};
use domain::time::{local_text, weekday};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use microsoft::graph::Unseen;
use serde_json::{Map, Value, json};

use super::calendars::Calendars;

/// So many people are named in one list of one slot; a count says how many there are.
const NAMED: usize = 5;
/// So many people who stand in the way are named.
const BLOCKERS: usize = 3;

/// The times, best first.
pub(super) fn some(
    wanted: &Wanted,
    calendars: &Calendars,
    search: &Search<'_>,
    slots: &[Slot],
) -> Value {
    let slots: Vec<Value> = slots
        .iter()
        .map(|slot| told(wanted, calendars, search, slot))
        .collect();
    let mut body = json!({"status": "done", "zone": wanted.zone.name(), "slots": slots});
    let zones = zones(wanted, calendars);
    if !zones.is_empty() {
        body["zones"] = Value::Object(zones);
    }
    problems(&mut body, calendars);
    body
}

fn told(wanted: &Wanted, calendars: &Calendars, search: &Search<'_>, slot: &Slot) -> Value {
    let (start, end) = (wanted.zone.at(slot.start), wanted.zone.at(slot.end));
    let mut told = json!({
        "day": weekday(start.date()),
        "start": local_text(&start),
        "end": local_text(&end),
        "reason": reason(calendars, slot.cost),
    });
    let facts = search.facts(slot);
    for (what, field) in [
        (What::Busy, "busy"),
        (What::Tentative, "tentative"),
        (What::Elsewhere, "elsewhere"),
        (What::Outside, "outside_hours"),
    ] {
        let names: Vec<&str> = facts
            .iter()
            .filter(|fact| fact.what == what)
            .map(|fact| calendars.name(fact.who))
            .take(NAMED)
            .collect();
        if !names.is_empty() {
            told[field] = json!(names);
        }
    }
    let local = elsewhere(wanted, calendars, slot.start);
    if !local.is_empty() {
        told["local"] = Value::Object(local);
    }
    told
}

/// The facts of a slot in few words, all of them ours.
fn reason(calendars: &Calendars, cost: Cost) -> String {
    let all = calendars.participants.len();
    let said: Vec<String> = [
        (cost.outside, "outside working hours"),
        (cost.tentative, "tentative"),
        (cost.missing, "optional busy"),
        (cost.loose, "optional tentative or outside working hours"),
        (cost.elsewhere, "working elsewhere"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, words)| format!("{count} {words}"))
    .collect();
    match (said.is_empty(), all) {
        (true, 1) => "The person is free.".to_owned(),
        (true, _) => format!("All {all} are free."),
        (false, _) => format!("Of {all}: {}.", said.join(", ")),
    }
}

/// The time on the clocks of those that show another, by zone.
fn elsewhere(wanted: &Wanted, calendars: &Calendars, start: Timestamp) -> Map<String, Value> {
    let ours = wanted.zone.zone().to_offset(start);
    let theirs = calendars.who.iter().filter_map(|who| who.zone.as_ref());
    theirs
        .filter(|zone| zone.to_offset(start) != ours)
        .map(|zone| {
            let shown = start.to_zoned(zone.clone());
            let text = format!("{} {}", weekday(shown.date()), shown.strftime("%H:%M"));
            (label(zone), text.into())
        })
        .collect()
}

/// Who is in which other zone.
fn zones(wanted: &Wanted, calendars: &Calendars) -> Map<String, Value> {
    let mut zones = Map::new();
    for (place, who) in calendars.who.iter().enumerate() {
        let Some(zone) = &who.zone else { continue };
        let differs = [wanted.from, wanted.to]
            .iter()
            .any(|at| zone.to_offset(*at) != wanted.zone.zone().to_offset(*at));
        if differs
            && let Value::Array(names) = zones.entry(label(zone)).or_insert_with(|| json!([]))
            && names.len() < NAMED
        {
            names.push(calendars.name(place).into());
        }
    }
    zones
}

/// The IANA name of a zone, or for one that has rules only, what its clocks are set to.
fn label(zone: &TimeZone) -> String {
    zone.iana_name()
        .map_or_else(|| "custom".to_owned(), str::to_owned)
}

/// Why there is none, and what would make one.
pub(super) fn none(wanted: &Wanted, calendars: &Calendars, search: &Search<'_>) -> Value {
    let why = search.why();
    let message = if why.starts == 0 {
        "The window has no room for this: too short, over, or without the wanted days and hours. Widen it."
    } else {
        "No time suits everybody who must come. Ask for a longer window, or for what would free starts."
    };
    let mut body = json!({
        "status": "no_slot",
        "zone": wanted.zone.name(),
        "from": local_text(&wanted.zone.at(wanted.from)),
        "to": local_text(&wanted.zone.at(wanted.to)),
        "message": message,
    });
    if why.starts > 0 {
        let blockers = why.blockers.iter().take(BLOCKERS).map(|blocker| {
            json!({"who": calendars.name(blocker.who), "blocks": blocker.blocks, "free_without": blocker.alone})
        });
        body["starts"] = why.starts.into();
        body["blockers"] = blockers.collect();
        let mut help = Map::new();
        for (field, count) in [
            ("tentative_allowed", why.if_tentative),
            ("elsewhere_allowed", why.if_elsewhere),
            ("outside_hours", why.if_outside),
        ] {
            if count > 0 {
                help.insert(field.into(), count.into());
            }
        }
        if let Some(minutes) = shorter(wanted, calendars) {
            help.insert("duration_minutes".into(), minutes.into());
        }
        body["would_free"] = Value::Object(help);
    }
    problems(&mut body, calendars);
    body
}

/// Half as long, or half of that: the longest of them that fits somewhere.
fn shorter(wanted: &Wanted, calendars: &Calendars) -> Option<i64> {
    [2, 4].iter().find_map(|part| {
        let length = wanted.length / part / 5 * 5;
        let wanted = Wanted {
            length,
            ..wanted.clone()
        };
        let fits = length >= 5
            && !Search::new(&wanted, &calendars.participants)
                .ranked()
                .is_empty();
        fits.then_some(length)
    })
}

/// Who could not be asked, or not completely.
fn problems(body: &mut Value, calendars: &Calendars) {
    let of = |which: Unseen| -> Vec<&str> {
        let unseen = calendars.unseen.iter();
        unseen
            .filter(|(_, why)| *why == which)
            .map(|(address, _)| address.as_str())
            .collect()
    };
    let hours = calendars.who.iter().enumerate().skip(1);
    let silent: Vec<&str> = hours
        .filter(|(_, who)| !who.tells_hours)
        .map(|(place, _)| calendars.name(place))
        .collect();
    for (field, names) in [
        ("not_found", of(Unseen::NotFound)),
        ("no_access", of(Unseen::NoAccess)),
        ("too_full", of(Unseen::TooMuch)),
        ("unknown_working_hours", silent),
    ] {
        if !names.is_empty() {
            body[field] = json!(names);
        }
    }
    let mut notes = Vec::new();
    if !calendars.unseen.is_empty() {
        notes.push(if calendars.participants.len() == 1 {
            "No calendar but the person's own could be seen: whether the others are free is not known."
        } else {
            "Whether those under not_found, no_access or too_full are free is not known."
        });
    }
    if calendars.assumed {
        notes.push("The person's working hours are not known; Monday to Friday, 08:00 to 17:00, was assumed.");
    }
    if calendars.until.is_some() {
        notes.push("The person's calendar has too many events to read all of the window: later times were not looked at.");
    }
    if !notes.is_empty() {
        body["note"] = notes.join(" ").into();
    }
}
