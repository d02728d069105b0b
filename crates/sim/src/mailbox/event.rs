//! An event as a mailbox keeps it, and as Graph shows it.

mod render;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime};
use jiff::{Span, Timestamp};
use serde_json::{Map, Value};

use crate::mailbox::body::Body;
use crate::mailbox::calendar::CalendarId;
use crate::mailbox::ids::occurrence_id;
use crate::mailbox::moment::Moment;
use crate::mailbox::recurrence::Recurrence;

pub(crate) use render::View;

/// What kind of entry an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Single,
    SeriesMaster,
    Occurrence,
    Exception,
}

/// A name with its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Party {
    pub(crate) name: String,
    pub(crate) address: String,
}

/// Somebody invited.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attendee {
    pub(crate) party: Party,
    /// `required`, `optional` or `resource`.
    pub(crate) kind: String,
    pub(crate) response: Response,
}

/// An answer to an invitation, and when it was given.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Response {
    pub(crate) word: &'static str,
    pub(crate) at: Option<Timestamp>,
}

impl Response {
    pub(crate) fn never(word: &'static str) -> Self {
        Self { word, at: None }
    }
}

/// Where an online meeting is joined.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Online {
    pub(crate) join_url: String,
    pub(crate) conference_id: String,
}

/// The part that an occurrence gets from its series.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OfSeries {
    pub(crate) master_id: String,
    pub(crate) original_start: Timestamp,
    pub(crate) changed: bool,
}

/// One entry of a calendar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: String,
    /// The calendar that it is in.
    pub(crate) calendar: CalendarId,
    pub(crate) change_key: String,
    /// The same in every mailbox that has this meeting.
    pub(crate) uid: String,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
    pub(crate) subject: String,
    pub(crate) body: Body,
    pub(crate) start: Moment,
    pub(crate) end: Moment,
    pub(crate) all_day: bool,
    pub(crate) cancelled: bool,
    pub(crate) organizer: Party,
    pub(crate) is_organizer: bool,
    pub(crate) response: Response,
    pub(crate) attendees: Vec<Attendee>,
    pub(crate) locations: Vec<Value>,
    pub(crate) online: Option<Online>,
    pub(crate) transaction_id: Option<String>,
    /// Properties that are only stored and given back: importance, sensitivity, showAs and the like.
    pub(crate) plain: Map<String, Value>,
    pub(crate) recurrence: Option<Recurrence>,
    pub(crate) exceptions: BTreeMap<Date, Event>,
    pub(crate) removed: BTreeSet<Date>,
    pub(crate) of_series: Option<OfSeries>,
}

impl Event {
    pub(crate) fn kind(&self) -> Kind {
        match (&self.recurrence, &self.of_series) {
            (Some(_), _) => Kind::SeriesMaster,
            (None, None) => Kind::Single,
            (None, Some(series)) if series.changed => Kind::Exception,
            (None, Some(_)) => Kind::Occurrence,
        }
    }

    /// `free`, `busy` and so on.
    pub(crate) fn show_as(&self) -> &str {
        self.plain
            .get("showAs")
            .and_then(Value::as_str)
            .unwrap_or("busy")
    }

    /// Whether only its owner may know what it is.
    pub(crate) fn is_private(&self) -> bool {
        let sensitivity = self
            .plain
            .get("sensitivity")
            .and_then(Value::as_str)
            .unwrap_or("normal");
        matches!(sensitivity, "private" | "confidential")
    }

    /// Whether the event overlaps a window. All-day events float and match as UTC midnights.
    pub(crate) fn touches(&self, from: Timestamp, until: Timestamp) -> bool {
        let (start, end) = self.span();
        start < until && (end > from || (start == end && start >= from))
    }

    /// From when to when, as windows see it.
    pub(crate) fn span(&self) -> (Timestamp, Timestamp) {
        if self.all_day {
            (self.start.floating(), self.end.floating())
        } else {
            (self.start.instant(), self.end.instant())
        }
    }

    /// Whether the series still has an occurrence with this original day.
    pub(crate) fn has_occurrence(&self, date: Date) -> bool {
        let Some(recurrence) = &self.recurrence else {
            return false;
        };
        !self.removed.contains(&date)
            && (self.exceptions.contains_key(&date) || recurrence.includes(date))
    }

    /// The occurrence of a day, changed or not.
    pub(crate) fn occurrence(&self, date: Date) -> Event {
        if let Some(exception) = self.exceptions.get(&date) {
            return exception.clone();
        }
        let (start, end) = self.times_on(date);
        Event {
            id: occurrence_id(&self.id, date),
            uid: occurrence_uid(&self.uid, date),
            recurrence: None,
            exceptions: BTreeMap::new(),
            removed: BTreeSet::new(),
            transaction_id: None,
            of_series: Some(OfSeries {
                master_id: self.id.clone(),
                original_start: start.instant(),
                changed: false,
            }),
            start,
            end,
            ..self.clone()
        }
    }

    /// The occurrences that touch a window.
    pub(crate) fn occurrences_in(&self, from: Timestamp, until: Timestamp) -> Vec<Event> {
        let Some(recurrence) = &self.recurrence else {
            return Vec::new();
        };
        // A day's margin covers every zone; exceptions may have moved further and are looked at by themselves.
        let last = recurrence
            .zone
            .wall(until)
            .date()
            .saturating_add(Span::new().days(1));
        let length = self
            .start
            .wall()
            .date()
            .until(self.end.wall().date())
            .unwrap_or_default()
            .get_days();
        let first = recurrence
            .zone
            .wall(from)
            .date()
            .saturating_sub(Span::new().days(length + 2));
        let mut found = Vec::new();
        for date in recurrence.days_in(first, last) {
            if self.removed.contains(&date) || self.exceptions.contains_key(&date) {
                continue;
            }
            let (start, end) = self.times_on(date);
            let (begins, ends) = if self.all_day {
                (start.floating(), end.floating())
            } else {
                (start.instant(), end.instant())
            };
            if begins < until && (ends > from || (begins == ends && begins >= from)) {
                found.push(self.occurrence(date));
            }
        }
        found.extend(
            self.exceptions
                .values()
                .filter(|event| event.touches(from, until))
                .cloned(),
        );
        found
    }

    /// The pattern holds in its own zone, so wall time survives daylight saving.
    fn times_on(&self, date: Date) -> (Moment, Moment) {
        let Some(recurrence) = &self.recurrence else {
            return (self.start.clone(), self.end.clone());
        };
        if self.all_day {
            let days = self
                .start
                .wall()
                .date()
                .until(self.end.wall().date())
                .unwrap_or_default();
            let start = Moment::new(date.at(0, 0, 0, 0), self.start.zone().clone());
            let end = Moment::new(
                date.saturating_add(days).at(0, 0, 0, 0),
                self.end.zone().clone(),
            );
            return (start, end);
        }
        let zone = &recurrence.zone;
        let first: DateTime = zone.wall(self.start.instant());
        let length = first
            .until(zone.wall(self.end.instant()))
            .unwrap_or_default();
        let begins = date.to_datetime(first.time());
        let ends = begins.saturating_add(length);
        (
            self.moved(zone, begins, &self.start),
            self.moved(zone, ends, &self.end),
        )
    }

    fn moved(&self, zone: &crate::zones::Zone, wall: DateTime, like: &Moment) -> Moment {
        let instant = zone.instant(wall);
        Moment::new(like.zone().wall(instant), like.zone().clone())
    }
}

/// The uid of one occurrence: the series' own with the date in the place reserved for it.
fn occurrence_uid(uid: &str, date: Date) -> String {
    let stamp = format!("{:04X}{:02X}{:02X}", date.year(), date.month(), date.day());
    match (uid.get(..32), uid.get(40..)) {
        (Some(front), Some(back)) => format!("{front}{stamp}{back}"),
        _ => uid.to_owned(),
    }
}
