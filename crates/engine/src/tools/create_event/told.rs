//! What is said of a new event: what Outlook holds, whether that is what was asked for, whom it mails, what is in the way.

use domain::calendar::{Event, NewEvent};
use domain::change::Whole;
use domain::people::Address;
use domain::recurrence::Recurrence;
use domain::time::weekday;
use microsoft::Error;
use serde_json::{Value, json};

use super::beside::Beside;
use crate::taint::Foreigns;
use crate::tools::event_line::EventLine;
use crate::tools::{Done, verify};

/// It was there before; nothing was made and nobody is mailed.
pub(super) fn already_exists(event: &Event, new: &NewEvent, foreign: &Foreigns) -> Done {
    Done {
        body: json!({
            "status": "already_exists", "zone": new.zone.name(), "event": EventLine::of(event, &new.zone, foreign), "mailed": [],
            "note": "The calendar has an event of this title, time and people. Nothing was created and nobody was mailed. Only if the person wants a second one, call again with even_if_exists.",
        }),
        target: Some(event.id.digest()),
    }
}

/// It was made. A look afterwards that fails is said, and nothing is repeated.
pub(super) fn made(
    event: &Event,
    held: &Result<Whole, Error>,
    new: &NewEvent,
    beside: &Beside,
    foreign: &Foreigns,
) -> Done {
    let (known, whole) = match held {
        Ok(whole) => (&whole.event, Some(whole)),
        Err(_) => (event, None),
    };
    let mut body = json!({"status": "done", "zone": new.zone.name(), "event": EventLine::of(known, &new.zone, foreign)});
    let series = whole.and_then(|whole| whole.series.as_ref());
    if let Some(series) = series {
        body["series"] = series_told(&series.recurrence);
    }
    if let Some(whole) = whole {
        settings_told(&mut body, whole, new);
    }
    let addresses = known.attendees.iter();
    let addresses = addresses.filter_map(|attendee| attendee.mailbox.address.as_ref());
    verify::mailed(&mut body, addresses.map(Address::as_str));
    if let Some(link) = &known.join_url {
        body["join"] = link.as_str().into();
    }
    verify::conflicts_told(&mut body, &beside.conflicts, foreign);
    match held {
        Ok(whole) => verify::verified(&mut body, &checks(new, whole)),
        Err(error) => verify::unverified(&mut body, error),
    }
    if new.online && known.join_url.is_none() {
        verify::note(
            &mut body,
            "This calendar does not make online meetings: the event has no link to join.",
        );
    }
    Done {
        body,
        target: Some(known.id.digest()),
    }
}

/// The series in words, with its first and last day.
fn series_told(series: &Recurrence) -> Value {
    let day = |day: jiff::civil::Date| format!("{} {day}", weekday(day));
    let mut told = json!({"repeats": series.in_english()});
    if let Some(first) = series.first() {
        told["first"] = day(first).into();
    }
    match (series.last(), series.count()) {
        (Some(last), Some(count)) => {
            told["last"] = day(last).into();
            told["events"] = count.into();
        }
        (_, _) => told["last"] = "no end".into(),
    }
    told
}

/// What was asked for beside time and people, as Outlook holds it.
fn settings_told(body: &mut Value, held: &Whole, new: &NewEvent) {
    if new.reminder.is_some() {
        body["reminder_minutes"] = held.reminder.map_or(-1, i64::from).into();
    }
    if new.sensitivity.is_some() {
        body["sensitivity"] = held.sensitivity.as_str().into();
    }
    if !new.categories.is_empty() {
        body["categories"] = json!(held.categories);
    }
}

/// Everything that was set, and whether Outlook holds it so.
fn checks(new: &NewEvent, held: &Whole) -> Vec<(&'static str, bool)> {
    let event = &held.event;
    let series = held.series.as_ref();
    let invited = |optional: bool| {
        let invited = event.attendees.iter();
        let invited = invited.filter(move |attendee| attendee.optional == optional);
        keys(invited.filter_map(|attendee| attendee.mailbox.address.as_ref()))
    };
    vec![
        ("title", new.title == event.title),
        ("time", new.span == event.span),
        (
            "recurrence",
            match (&new.recurrence, series) {
                (None, None) => true,
                (Some(wanted), Some(held)) => {
                    wanted.means_the_same(&held.recurrence)
                        && held.zone.as_ref().is_none_or(|zone| *zone == new.zone)
                }
                (_, _) => false,
            },
        ),
        (
            "attendees",
            keys(new.required.iter()) == invited(false)
                && keys(new.optional.iter()) == invited(true),
        ),
        ("location", new.location == event.location),
        (
            "body",
            new.body.as_deref().is_none_or(|text| holds(held, text)),
        ),
        ("online", !new.online || event.join_url.is_some()),
        (
            "show_as",
            new.show_as.is_none_or(|wanted| wanted == event.show_as),
        ),
        (
            "sensitivity",
            new.sensitivity
                .is_none_or(|wanted| wanted == held.sensitivity),
        ),
        (
            "reminder",
            new.reminder.is_none_or(|wanted| wanted == held.reminder),
        ),
        (
            "categories",
            new.categories.is_empty() || new.categories == held.categories,
        ),
    ]
}

/// Whether the text of the event is this one. An online meeting has more below.
fn holds(held: &Whole, text: &str) -> bool {
    let wanted = text.split_whitespace().collect::<Vec<_>>().join(" ");
    held.words == wanted || held.event.online && held.words.starts_with(&wanted)
}

fn keys<'a>(addresses: impl Iterator<Item = &'a Address>) -> Vec<String> {
    let mut keys: Vec<String> = addresses.map(Address::key).collect();
    keys.sort();
    keys.dedup();
    keys
}
