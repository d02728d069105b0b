//! What is answered of one event. What others wrote is in fields of its own, and named in `untrusted`.

use std::collections::BTreeMap;

use domain::calendar::details::{Details, Sensitivity};
use domain::calendar::{Answer, Attendee, Event, EventHandle, Series, ShowAs, Span};
use domain::people::{Address, Mailbox};
use domain::recurrence;
use domain::taint;
use domain::text::html::{Removed, from_html, from_text};
use domain::text::one_line;
use domain::time::{Zone, local_text};
use serde::Serialize;

use crate::tools::calendar::Place;
use crate::tools::event_line::{Times, times};
use crate::tools::{Context, Setting};

/// So many attendees are listed; the others are counted.
const LISTED: usize = 30;
/// Answers are counted when there are more attendees than this.
const FEW: usize = 5;
/// So much of a text is given at once, in characters.
const TEXT: usize = 3_000;

/// An event in full.
#[derive(Serialize)]
pub(super) struct Reading {
    status: &'static str,
    id: String,
    title: String,
    #[serde(flatten)]
    times: Times,
    zone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    organizer_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_from: Option<String>,
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    organizer: Somebody,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Answer>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attendees: Vec<Somebody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_listed: Option<usize>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    answers: BTreeMap<&'static str, usize>,
    shows_as: ShowAs,
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<Facts>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    online: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    join_url: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    categories: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reminder_minutes: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sensitivity: Option<Sensitivity>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    important: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    attachments: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cancelled: bool,
    you_may: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    untrusted: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Text>,
}

/// The rest of a long text.
#[derive(Serialize)]
pub(super) struct Rest {
    status: &'static str,
    id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    untrusted: Vec<&'static str>,
    body: Option<Text>,
}

/// The organiser or an attendee.
#[derive(Serialize)]
struct Somebody {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    you: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    outside: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Answer>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
}

/// What is known of the series that an event belongs to; nothing where its first event is not in this mailbox.
#[derive(Serialize)]
struct Facts {
    #[serde(skip_serializing_if = "Option::is_none")]
    repeats: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<i64>,
    /// The pattern says so; that day may have been moved or cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_by_pattern: Option<String>,
    /// This one was changed on its own.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    this_one_differs: bool,
}

impl Facts {
    fn of(
        details: &Details,
        series: Option<recurrence::Series>,
        setting: &Setting,
        zone: &Zone,
    ) -> Self {
        let this_one_differs = details.event.series == Series::Exception;
        let Some(recurrence::Series {
            recurrence,
            zone: theirs,
        }) = series
        else {
            return Self {
                repeats: None,
                first: None,
                last: None,
                count: None,
                next_by_pattern: None,
                this_one_differs,
            };
        };
        let theirs = theirs.as_ref().or(details.zone.as_ref()).unwrap_or(zone);
        let today = theirs.at(setting.now).date();
        let next = match details.event.span {
            Span::Days { .. } => recurrence
                .days_from(today.tomorrow().unwrap_or(today))
                .next()
                .map(|day| day.to_string()),
            Span::Timed { start, .. } => {
                // An occurrence that was moved says when it was to be.
                let time = theirs.at(details.original_start.unwrap_or(start)).time();
                recurrence
                    .starts_from(today, time, theirs)
                    .find(|start| start.timestamp() > setting.now)
                    .map(|start| local_text(&zone.at(start.timestamp())))
            }
        };
        Self {
            repeats: Some(recurrence.in_english()),
            first: recurrence.first().map(|day| day.to_string()),
            last: recurrence.last().map(|day| day.to_string()),
            count: recurrence.count(),
            next_by_pattern: next,
            this_one_differs,
        }
    }
}

/// A stretch of the text, with its origin.
#[derive(Serialize)]
struct Text {
    text: String,
    written_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    outside: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    removed: Vec<Removed>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    more_from: Option<usize>,
}

impl Reading {
    pub(super) fn of(
        context: &Context<'_>,
        details: &Details,
        place: &Place,
        series: Option<recurrence::Series>,
    ) -> Self {
        let (event, setting) = (&details.event, context.setting);
        note(context, event);
        let zone = setting
            .zone
            .clone()
            .or_else(|| details.zone.clone())
            .unwrap_or_else(Zone::utc);
        Self {
            status: "done",
            id: EventHandle::of(&event.id, event.span.anchor()).to_string(),
            title: one_line(&event.title, 255),
            times: times(&event.span, &zone),
            zone: zone.name().to_owned(),
            organizer_time: organizer_time(details, &zone),
            moved_from: details
                .original_start
                .filter(|original| {
                    event.series == Series::Exception && *original != event.span.anchor()
                })
                .map(|original| local_text(&zone.at(original))),
            place: event
                .location
                .as_deref()
                .map(|place| one_line(place, 255))
                .filter(|place| !place.is_empty()),
            organizer: organizer(event, setting),
            answer: (!event.is_organizer && event.answer != Answer::None).then_some(event.answer),
            attendees: event
                .attendees
                .iter()
                .take(LISTED)
                .map(|attendee| attending(attendee, setting))
                .collect(),
            not_listed: event
                .attendees
                .len()
                .checked_sub(LISTED)
                .filter(|more| *more > 0),
            answers: answers(&event.attendees),
            shows_as: event.show_as,
            series: (event.series != Series::Single)
                .then(|| Facts::of(details, series, setting, &zone)),
            online: event.online,
            join_url: event.join_url.clone(),
            categories: details
                .categories
                .iter()
                .map(|name| one_line(name, 40))
                .collect(),
            reminder_minutes: details.reminder,
            sensitivity: Some(details.sensitivity).filter(|kind| *kind != Sensitivity::Normal),
            important: details.important,
            attachments: details.attachments,
            cancelled: event.cancelled,
            you_may: what_may_be_done(details, place),
            untrusted: untrusted(details),
            body: text(context, details, 0),
        }
    }
}

impl Rest {
    pub(super) fn of(context: &Context<'_>, details: &Details, from: usize) -> Self {
        let event = &details.event;
        Self {
            status: "done",
            id: EventHandle::of(&event.id, event.span.anchor()).to_string(),
            untrusted: if event.is_organizer {
                vec![]
            } else {
                vec!["body"]
            },
            body: text(context, details, from),
        }
    }
}

/// The start on the clocks of whoever made the event, where those show another time.
fn organizer_time(details: &Details, zone: &Zone) -> Option<String> {
    let (Some(theirs), Span::Timed { start, .. }) = (&details.zone, &details.event.span) else {
        return None;
    };
    let (here, there) = (zone.at(*start), theirs.at(*start));
    (here.offset() != there.offset()).then(|| format!("{} {}", local_text(&there), theirs.name()))
}

fn organizer(event: &Event, setting: &Setting) -> Somebody {
    let mut organizer = match &event.organizer {
        Some(mailbox) => somebody(mailbox, setting),
        None => Somebody {
            name: None,
            address: None,
            you: false,
            outside: false,
            answer: None,
            optional: false,
        },
    };
    if event.is_organizer {
        organizer = Somebody {
            name: None,
            address: None,
            you: true,
            outside: false,
            ..organizer
        };
    }
    organizer
}

fn attending(attendee: &Attendee, setting: &Setting) -> Somebody {
    Somebody {
        answer: Some(attendee.answer)
            .filter(|answer| !matches!(answer, Answer::None | Answer::NotAnswered)),
        optional: attendee.optional,
        ..somebody(&attendee.mailbox, setting)
    }
}

fn somebody(mailbox: &Mailbox, setting: &Setting) -> Somebody {
    let address = mailbox.address.as_ref();
    let name = one_line(&mailbox.name, 60);
    let said = address.is_some_and(|address| address.as_str().eq_ignore_ascii_case(&name));
    Somebody {
        name: Some(name).filter(|name| !name.is_empty() && !said),
        address: address.map(ToString::to_string),
        you: address.is_some() && address == setting.address.as_ref(),
        outside: setting.is_outside(mailbox),
        answer: None,
        optional: false,
    }
}

/// How many answered what; nobody who did not.
fn answers(attendees: &[Attendee]) -> BTreeMap<&'static str, usize> {
    let mut counted = BTreeMap::new();
    for attendee in attendees.iter().filter(|_| attendees.len() > FEW) {
        let word = match attendee.answer {
            Answer::Accepted => "accepted",
            Answer::Tentative => "tentative",
            Answer::Declined => "declined",
            Answer::None | Answer::NotAnswered | Answer::Organizer => "not_answered",
        };
        *counted.entry(word).or_default() += 1;
    }
    counted
}

/// Each with a tool of its own. In calendars of others nothing may be done.
fn what_may_be_done(details: &Details, place: &Place) -> Vec<&'static str> {
    let event = &details.event;
    match (place.is_mine(), event.is_organizer, event.cancelled) {
        (false, _, _) => vec![],
        (true, true, _) => vec!["update", "cancel"],
        (true, false, true) => vec!["remove"],
        (true, false, false) if details.takes_proposals => {
            vec!["respond", "propose_time", "remove"]
        }
        (true, false, false) => vec!["respond", "remove"],
    }
}

/// Takes note of every text but the body that others wrote.
fn note(context: &Context<'_>, event: &Event) {
    let place = event.location.as_deref().map(|place| one_line(place, 255));
    let told = [
        Some(one_line(&event.title, 255)),
        place,
        event.join_url.clone(),
    ];
    let told = told.iter().flatten().map(String::as_str);
    context.foreign.event(event, told);
    let organizer = event.organizer.iter().filter(|_| !event.is_organizer);
    let attendees = event.attendees.iter().take(LISTED);
    for mailbox in organizer.chain(attendees.map(|attendee| &attendee.mailbox)) {
        let own = context.setting.address.as_ref();
        if mailbox.address.as_ref() != own || own.is_none() {
            context.foreign.name(mailbox, &one_line(&mailbox.name, 60));
        }
    }
}

/// The fields that somebody else wrote.
fn untrusted(details: &Details) -> Vec<&'static str> {
    let event = &details.event;
    let others = !event.is_organizer;
    let fields = [
        ("title", others && !event.title.is_empty()),
        ("where", others && event.location.is_some()),
        ("organizer", others && event.organizer.is_some()),
        ("attendees", !event.attendees.is_empty()),
        ("join_url", others && event.join_url.is_some()),
        ("body", others && details.body.is_some()),
    ];
    fields
        .into_iter()
        .filter_map(|(name, theirs)| theirs.then_some(name))
        .collect()
}

fn text(context: &Context<'_>, details: &Details, from: usize) -> Option<Text> {
    let body = details.body.as_ref()?;
    let clean = if body.html {
        from_html(&body.content)
    } else {
        from_text(&body.content)
    };
    let part = clean.part(from, TEXT);
    if part.text.is_empty() && clean.removed.is_empty() {
        return None;
    }
    let event = &details.event;
    // A copy may begin at the end of the part before.
    let earlier = from.saturating_sub(taint::WINDOW + taint::STRIDE);
    let noted = clean.part(earlier, TEXT + taint::WINDOW + taint::STRIDE);
    context.foreign.event(event, [part.text, noted.text]);
    let by = event.organizer.as_ref().filter(|_| !event.is_organizer);
    let domain = by.and_then(|by| by.address.as_ref()).map(Address::domain);
    Some(Text {
        text: part.text.to_owned(),
        written_by: match by {
            Some(by) => one_line(&by.name, 60),
            None if event.is_organizer => "you".to_owned(),
            None => "unknown".to_owned(),
        },
        domain,
        outside: by.is_some_and(|by| context.setting.is_outside(by)),
        accepted: (!event.is_organizer).then_some(event.answer == Answer::Accepted),
        truncated: clean.truncated || part.next.is_some(),
        more_from: part.next,
        removed: clean.removed,
    })
}
