//! Events as attache understands them, whatever the wire calls them.

pub mod details;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use self::details::Sensitivity;
use crate::canonical::Digest;
use crate::people::{Address, Mailbox};
use crate::recurrence::Recurrence;
use crate::time::Zone;

/// Microsoft's id of an event in one mailbox. Opaque and case-sensitive.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct EventId(String);

impl EventId {
    /// Takes an id as Microsoft gave it.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The id as Microsoft wants it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the audit log keeps of it.
    pub fn digest(&self) -> Digest {
        Digest::of("attache event id", &[self.0.as_bytes()])
    }
}

/// The short name an agent is given for an event: the start in minutes since 1970 and 50 bits of the id's digest.
///
/// A name, not a capability: it is looked up among its owner's own events around that start, and nowhere else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventHandle {
    minute: u32,
    mark: u64,
}

impl EventHandle {
    const DIGITS: &'static [u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

    /// The handle of an event that starts at this moment (an all-day event: midnight UTC of its first day).
    pub fn of(id: &EventId, start: Timestamp) -> Self {
        let bytes = id.digest();
        let mark = bytes.as_bytes()[..8]
            .iter()
            .fold(0_u64, |mark, byte| mark << 8 | u64::from(*byte))
            >> 14;
        Self {
            minute: u32::try_from(start.as_second().div_euclid(60)).unwrap_or(0),
            mark,
        }
    }

    /// Reads a handle back.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("ev_").filter(|d| d.len() == 16)?;
        let number = |part: &str| {
            part.bytes().try_fold(0_u64, |number, byte| {
                Self::DIGITS
                    .iter()
                    .position(|digit| *digit == byte)
                    .map(|digit| number << 5 | digit as u64)
            })
        };
        Some(Self {
            minute: u32::try_from(number(&digits[..6])?).ok()?,
            mark: number(&digits[6..])?,
        })
    }

    /// Around which moment to look.
    pub fn start(self) -> Timestamp {
        Timestamp::from_second(i64::from(self.minute) * 60).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Whether it is the handle of this event, or of the series that this event belongs to: a series goes by the time of its
    /// first event, which is in the calendar under an id of its own.
    pub fn means(self, event: &Event) -> bool {
        self.is_of(&event.id) || event.master.as_ref().is_some_and(|id| self.is_of(id))
    }

    /// Whether it is the handle of an event with this id.
    pub fn is_of(self, id: &EventId) -> bool {
        Self::of(id, Timestamp::UNIX_EPOCH).mark == self.mark
    }
}

impl std::fmt::Display for EventHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ev_")?;
        let digit =
            |number: u64, at: u32| char::from(Self::DIGITS[(number >> (at * 5) & 31) as usize]);
        for at in (0..6).rev() {
            write!(f, "{}", digit(u64::from(self.minute), at))?;
        }
        for at in (0..10).rev() {
            write!(f, "{}", digit(self.mark, at))?;
        }
        Ok(())
    }
}

/// When an event is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// From one moment to another.
    Timed {
        /// First moment.
        start: Timestamp,
        /// First moment after it.
        end: Timestamp,
    },
    /// Whole days, the same dates in every zone.
    Days {
        /// First day.
        first: Date,
        /// Last day, included.
        last: Date,
    },
}

impl Span {
    /// Whether it overlaps `[from, to)`; whole days count as the days of `zone`.
    pub fn overlaps(&self, from: Timestamp, to: Timestamp, zone: &Zone) -> bool {
        match self {
            Self::Timed { start, end } => {
                *start < to && (*end > from || (start == end && *start >= from))
            }
            Self::Days { first, last } => {
                let after = last.tomorrow().unwrap_or(*last);
                match (zone.start_of(*first), zone.start_of(after)) {
                    (Ok(start), Ok(end)) => start < to && end > from,
                    (_, _) => false,
                }
            }
        }
    }

    /// The moment by which events are ordered; whole days begin at midnight of `zone`.
    pub fn begins(&self, zone: &Zone) -> Timestamp {
        match self {
            Self::Timed { start, .. } => *start,
            Self::Days { first, .. } => zone.start_of(*first).unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }

    /// The moment a handle is made from; the same in every zone.
    pub fn anchor(&self) -> Timestamp {
        self.begins(&Zone::utc())
    }
}

/// Somebody's answer to an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Answer {
    None,
    Organizer,
    Accepted,
    Tentative,
    Declined,
    NotAnswered,
}

/// How the time of an event shows to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ShowAs {
    Free,
    Tentative,
    Busy,
    OutOfOffice,
    WorkingElsewhere,
    Unknown,
}

impl ShowAs {
    /// The one of this word, as attache's own answers and arguments have it.
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "free" => Self::Free,
            "tentative" => Self::Tentative,
            "busy" => Self::Busy,
            "out_of_office" => Self::OutOfOffice,
            "working_elsewhere" => Self::WorkingElsewhere,
            _ => return None,
        })
    }
}

/// Whether an event belongs to a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Series {
    Single,
    Master,
    Occurrence,
    Exception,
}

/// One person invited.
#[derive(Clone, PartialEq, Eq)]
pub struct Attendee {
    /// Who.
    pub mailbox: Mailbox,
    /// Whether the event can do without.
    pub optional: bool,
    /// What was answered.
    pub answer: Answer,
}

/// An event as Outlook holds it. Title, location and names may have been written by anybody: untrusted.
#[derive(Clone, PartialEq, Eq)]
pub struct Event {
    /// Microsoft's id.
    pub id: EventId,
    /// For `If-Match`.
    pub etag: Option<String>,
    /// Title as stored.
    pub title: String,
    /// When.
    pub span: Span,
    /// Where, in words.
    pub location: Option<String>,
    /// Who organises it.
    pub organizer: Option<Mailbox>,
    /// Whether the mailbox's owner organises it.
    pub is_organizer: bool,
    /// Who is invited.
    pub attendees: Vec<Attendee>,
    /// The owner's own answer.
    pub answer: Answer,
    /// How it shows.
    pub show_as: ShowAs,
    /// Whether it is marked private or confidential.
    pub private: bool,
    /// Whether its organiser cancelled it.
    pub cancelled: bool,
    /// Whether it is part of a series.
    pub series: Series,
    /// The series an occurrence or exception belongs to.
    pub master: Option<EventId>,
    /// Whether it is an online meeting.
    pub online: bool,
    /// The link to join an online meeting.
    pub join_url: Option<String>,
}

/// An event to be made.
#[derive(Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Title.
    pub title: String,
    /// When.
    pub span: Span,
    /// In whose clocks it was meant; what Outlook shows as its zone.
    pub zone: Zone,
    /// How it repeats, on the clocks of `zone`, if it does. It begins with the day of `span`.
    pub recurrence: Option<Recurrence>,
    /// Where.
    pub location: Option<String>,
    /// Plain text for the invitation.
    pub body: Option<String>,
    /// Must come.
    pub required: Vec<Address>,
    /// May come.
    pub optional: Vec<Address>,
    /// Whether to make it an online meeting.
    pub online: bool,
    /// How it is to show; `None` leaves that to Outlook.
    pub show_as: Option<ShowAs>,
    /// How confidential it is to be; `None` leaves that to Outlook.
    pub sensitivity: Option<Sensitivity>,
    /// Minutes before the start at which the owner is reminded, `Some(None)` for not at all; `None` leaves it to Outlook.
    pub reminder: Option<Option<u32>>,
    /// The owner's categories.
    pub categories: Vec<String>,
    /// Makes repeating harmless: one id, one event.
    pub transaction_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_short_and_reads_back() {
        let id = EventId::new("AAMkAGI1AAAt9AHjAAA=".into());
        let start: Timestamp = "2026-11-24T09:00:00Z".parse().expect("a time");
        let handle = EventHandle::of(&id, start);
        let text = handle.to_string();
        assert_eq!(text.len(), 19);
        let back = EventHandle::parse(&text).expect("our own form");
        assert_eq!((back, back.start()), (handle, start));
        assert!(back.is_of(&id));
        assert!(!back.is_of(&EventId::new("AAMkAGI1AAAt9AHjAAB=".into())));
        for not in [
            "",
            "ev_",
            "ev_short",
            "AAMkAGI1AAAt9AHjAAA=",
            &text.to_uppercase(),
        ] {
            assert_eq!(EventHandle::parse(not), None, "{not}");
        }
    }

    #[test]
    fn an_all_day_event_is_on_the_days_of_the_zone_that_looks() {
        let tokyo = Zone::named("Asia/Tokyo").expect("bundled");
        let day = Date::constant(2026, 11, 24);
        let span = Span::Days {
            first: day,
            last: day,
        };
        let window = |date: Date| {
            (
                tokyo.start_of(date).expect("a day"),
                tokyo
                    .start_of(date.tomorrow().expect("a day"))
                    .expect("a day"),
            )
        };
        let (from, to) = window(day);
        assert!(span.overlaps(from, to, &tokyo));
        let (from, to) = window(day.yesterday().expect("a day"));
        assert!(!span.overlaps(from, to, &tokyo));
    }
}
