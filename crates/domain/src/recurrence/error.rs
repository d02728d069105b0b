//! Why a text is not a series that Outlook can hold.

use std::fmt;

use jiff::civil::Date;

use crate::text::one_line;
use crate::time::weekday;

/// What is wrong, for those who decide by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Not understood.
    Form,
    /// Understood, but no pattern of Outlook means it.
    CannotHold,
    /// The first event is not on the pattern.
    NotOnPattern,
    /// The end is before the first event.
    EndsBeforeStart,
}

/// Why a text is not a series. Its words say what to do instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecurrenceError {
    trouble: Trouble,
    words: String,
}

impl RecurrenceError {
    /// What is wrong.
    pub fn trouble(&self) -> Trouble {
        self.trouble
    }

    fn new(trouble: Trouble, words: impl Into<String>) -> Self {
        Self {
            trouble,
            words: words.into(),
        }
    }

    pub(super) fn form(words: impl fmt::Display) -> Self {
        Self::new(
            Trouble::Form,
            format!(
                "{words}; write for example \"every Tuesday until 2027-03-31\", \"monthly on the 15th, 10 times\" or an RRULE such as FREQ=WEEKLY;BYDAY=TU"
            ),
        )
    }

    /// A word of the text, quoted as far as it is harmless.
    pub(super) fn not_understood(word: &str) -> Self {
        Self::form(format_args!("\"{}\" is not understood", one_line(word, 30)))
    }

    pub(super) fn cannot_hold(words: impl Into<String>) -> Self {
        Self::new(Trouble::CannotHold, words)
    }

    pub(super) fn interval(most: u32) -> Self {
        Self::cannot_hold(format!(
            "the interval can be 1 to {most} here; use a longer unit"
        ))
    }

    pub(super) fn too_many() -> Self {
        Self::cannot_hold(format!(
            "at most {} occurrences; give the day it ends instead, or no end",
            super::MOST_OCCURRENCES
        ))
    }

    pub(super) fn too_late() -> Self {
        Self::cannot_hold("Outlook's calendar ends before that day; leave the end away")
    }

    pub(super) fn no_days() -> Self {
        Self::cannot_hold("no day fits this pattern; check day and month")
    }

    pub(super) fn not_on_pattern(start: Date, first: Date, pattern: &str) -> Self {
        Self::new(
            Trouble::NotOnPattern,
            format!(
                "the event starts on {} {start}, which is not \"{pattern}\"; start on {} {first}, or change the pattern",
                weekday(start),
                weekday(first)
            ),
        )
    }

    pub(super) fn ends_before(start: Date, last: Date) -> Self {
        Self::new(
            Trouble::EndsBeforeStart,
            format!("the series would end on {last}, before its first event on {start}"),
        )
    }
}

impl fmt::Display for RecurrenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl std::error::Error for RecurrenceError {}
