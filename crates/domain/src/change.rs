//! Changes to events that exist: what can be changed, and an event with all of it.

use jiff::Timestamp;

use crate::calendar::details::Sensitivity;
use crate::calendar::{Event, ShowAs, Span};
use crate::recurrence::{Recurrence, Series};
use crate::time::Zone;

/// An event with everything that a change can touch. Its texts may have been written by anybody: untrusted.
#[derive(Clone, PartialEq, Eq)]
pub struct Whole {
    /// What every event has.
    pub event: Event,
    /// In whose clocks it was meant, where Outlook names a zone that is known.
    pub zone: Option<Zone>,
    /// Everybody invited, as Outlook holds them, so that the whole list can be sent back.
    pub guests: Vec<Guest>,
    /// How confidential it is marked.
    pub sensitivity: Sensitivity,
    /// Minutes before the start at which the owner is reminded; `None` is not at all.
    pub reminder: Option<u32>,
    /// The owner's own categories.
    pub categories: Vec<String>,
    /// How it repeats, of the first event of a series; `None` too for a series that nobody knows how to read.
    pub series: Option<Series>,
    /// Whether those invited may propose another time.
    pub proposals: bool,
    /// When the owner answered, if ever.
    pub answered: Option<Timestamp>,
    /// The words of its text, white space collapsed: to see whether a text arrived, not to be shown.
    pub words: String,
    /// Whether its text still has the link to join, which a change of the text must keep.
    pub joinable_text: bool,
}

/// Somebody invited, exactly as Outlook names her.
#[derive(Clone, PartialEq, Eq)]
pub struct Guest {
    /// The name, as stored.
    pub name: String,
    /// The address, as stored; not always one that a person would type.
    pub address: String,
    /// How she is invited.
    pub role: Role,
}

impl Guest {
    /// What two spellings of one address share.
    pub fn key(&self) -> String {
        self.address.to_lowercase()
    }
}

/// How somebody is invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Role {
    Required,
    Optional,
    Resource,
}

/// What is to be changed. What is `None` stays as it is.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// The title.
    pub title: Option<String>,
    /// When, and in whose clocks that is meant.
    pub span: Option<(Span, Zone)>,
    /// Where, in words.
    pub location: Option<String>,
    /// Plain text in place of the present one. What joins an online meeting stays.
    pub text: Option<String>,
    /// Everybody who is to be invited afterwards: Outlook replaces the whole list.
    pub guests: Option<Vec<Guest>>,
    /// How it shows.
    pub show_as: Option<ShowAs>,
    /// How confidential it is.
    pub sensitivity: Option<Sensitivity>,
    /// Minutes before the start for the reminder; `Some(None)` turns it off.
    pub reminder: Option<Option<u32>>,
    /// The owner's categories.
    pub categories: Option<Vec<String>>,
    /// Whether to make it an online meeting, which cannot be undone.
    pub online: bool,
    /// How a series goes on, and on whose clocks.
    pub recurrence: Option<(Recurrence, Zone)>,
}

/// How a change ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Microsoft said that it is done.
    Confirmed,
    /// No answer came; looking afterwards shows that it happened, or that somebody else did the like.
    Seen,
}

/// What is answered to an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ReplyWord {
    Accept,
    Tentative,
    Decline,
}

/// An answer to an invitation.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// Yes, perhaps or no.
    pub word: ReplyWord,
    /// A few words to the organiser.
    pub comment: Option<String>,
    /// Another time that is proposed instead, and in whose clocks. Not with a yes.
    pub proposed: Option<(Span, Zone)>,
    /// Whether the organiser is told.
    pub notify: bool,
}
