//! Calendars, and everything of one event: what only a reader of that event is shown.

use jiff::Timestamp;
use serde::Serialize;

use super::Event;
use crate::people::Mailbox;
use crate::time::Zone;

/// Microsoft's id of a calendar in one mailbox. Opaque and case-sensitive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CalendarId(String);

impl CalendarId {
    /// Takes an id as Microsoft gave it.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The id as Microsoft wants it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A calendar in somebody's list: an own one, or one that was shared and accepted.
#[derive(Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Microsoft's id.
    pub id: CalendarId,
    /// What it is called; others may have chosen the name: untrusted.
    pub name: String,
    /// Whose it is.
    pub owner: Option<Mailbox>,
    /// Whether it is the one that invitations come to.
    pub default: bool,
    /// Whether Outlook would let its reader change events in it.
    pub editable: bool,
}

/// How confidential an event is marked: what others may know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Sensitivity {
    Normal,
    Personal,
    Private,
    Confidential,
}

impl Sensitivity {
    /// Its word, in Graph and in attache's own answers and arguments.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Personal => "personal",
            Self::Private => "private",
            Self::Confidential => "confidential",
        }
    }

    /// The one of this word.
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "normal" => Self::Normal,
            "personal" => Self::Personal,
            "private" => Self::Private,
            "confidential" => Self::Confidential,
            _ => return None,
        })
    }
}

/// The text of an event as stored. Written by its organiser: untrusted.
#[derive(Clone, PartialEq, Eq)]
pub struct Body {
    /// Whether it is HTML.
    pub html: bool,
    /// All of it.
    pub content: String,
}

/// One event with everything a reader of it is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Details {
    /// What listings show too.
    pub event: Event,
    /// Its text.
    pub body: Option<Body>,
    /// In whose clocks it was made; `None` when Outlook names a zone that nobody knows.
    pub zone: Option<Zone>,
    /// For others' eyes or not.
    pub sensitivity: Sensitivity,
    /// The owner's own categories.
    pub categories: Vec<String>,
    /// So many minutes before the start Outlook reminds; `None` if it does not.
    pub reminder: Option<i64>,
    /// Whether files are attached.
    pub attachments: bool,
    /// Whether its organiser marked it as important.
    pub important: bool,
    /// Whether its organiser takes other times.
    pub takes_proposals: bool,
    /// Of an occurrence: when it was to be before it was moved.
    pub original_start: Option<Timestamp>,
}
