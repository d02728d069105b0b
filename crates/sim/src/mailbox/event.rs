//! An event as a mailbox keeps it, and as Graph shows it.

mod render;
mod series;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::mailbox::body::Body;
use crate::mailbox::calendar::CalendarId;
use crate::mailbox::moment::Moment;
use crate::mailbox::recurrence::Recurrence;
use crate::mailbox::same::Same;

pub(crate) use render::View;
pub(crate) use series::{Seen, meeting_of};

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
    /// The other time that came with the answer.
    pub(crate) proposed: Option<(Moment, Moment)>,
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

impl Online {
    /// What the body of the invitation says about joining.
    pub(crate) fn blob(&self) -> String {
        format!(
            "<div style=\"margin-top:24px\">________________________________________________________________________________</div>\r\n\
             <div class=\"me-email-text\">Microsoft Teams meeting<br>\r\n<a href=\"{}\">Join the meeting now</a><br>\r\nMeeting ID: {}</div>",
            self.join_url, self.conference_id
        )
    }
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
    pub(crate) body: Same<Body>,
    pub(crate) start: Moment,
    pub(crate) end: Moment,
    pub(crate) all_day: bool,
    pub(crate) cancelled: bool,
    pub(crate) organizer: Same<Party>,
    pub(crate) is_organizer: bool,
    pub(crate) response: Response,
    pub(crate) attendees: Same<Vec<Attendee>>,
    pub(crate) locations: Same<Vec<Value>>,
    pub(crate) online: Option<Online>,
    pub(crate) transaction_id: Option<String>,
    /// Properties that are only stored and given back: importance, sensitivity, showAs and the like.
    pub(crate) plain: Same<Map<String, Value>>,
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
        overlap(self.span(), (from, until))
    }

    /// From when to when, as windows see it.
    pub(crate) fn span(&self) -> (Timestamp, Timestamp) {
        if self.all_day {
            (self.start.floating(), self.end.floating())
        } else {
            (self.start.instant(), self.end.instant())
        }
    }

    /// Everybody invited to the meeting or to a single day of it.
    pub(crate) fn everybody(&self) -> Vec<Attendee> {
        let days = self.exceptions.values().flat_map(|day| &day.attendees);
        self.attendees.iter().chain(days).cloned().collect()
    }
}

/// Whether what is from one moment to another is in a window. What takes no time is in the window that begins with it.
pub(crate) fn overlap(
    (start, end): (Timestamp, Timestamp),
    (from, until): (Timestamp, Timestamp),
) -> bool {
    start < until && (end > from || (start == end && start >= from))
}
