//! When people can meet. Pure: their calendars and working hours are given, and every free slot comes back ranked.
//!
//! A slot begins on a minute that the asker's clock shows as a multiple of the step. People who must come are never busy,
//! out of office or, unless asked for, outside their working hours; everything softer costs something and is told.

mod hours;
mod lane;
mod search;
mod spread;
mod why;

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;

use crate::calendar::ShowAs;
use crate::time::Zone;

pub use search::Search;
pub use spread::spread;
pub use why::{Blocker, Why};

/// When somebody works, on the clocks of a zone that may have no name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// The days on which work begins.
    pub days: Vec<Weekday>,
    /// From.
    pub start: Time,
    /// To; not after `start` means on the next day, so that midnight to midnight is a whole day.
    pub end: Time,
    /// On whose clocks.
    pub zone: TimeZone,
}

/// A stretch of somebody's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy {
    /// First moment.
    pub start: Timestamp,
    /// First moment after it.
    pub end: Timestamp,
    /// How it shows. [`ShowAs::Unknown`] counts as busy, [`ShowAs::Free`] as nothing.
    pub shows: ShowAs,
}

/// Somebody who is to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Whether it cannot be without.
    pub required: bool,
    /// What is in the calendar, in any order.
    pub busy: Vec<Busy>,
    /// `None` when nobody knows: then no time is outside.
    pub hours: Option<Hours>,
}

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// No slot begins before.
    pub from: Timestamp,
    /// No slot ends after.
    pub to: Timestamp,
    /// The asker's zone: of `between`, of `days` and of the step.
    pub zone: Zone,
    /// How long, in minutes; at least 1.
    pub length: i64,
    /// Between possible starts, in minutes; at least 1.
    pub step: i64,
    /// Minutes that people who must come have free before.
    pub before: i64,
    /// Minutes that people who must come have free after.
    pub after: i64,
    /// The part of the day that a slot lies in; may go over midnight.
    pub between: Option<(Time, Time)>,
    /// The days a slot may begin on; empty is every day.
    pub days: Vec<Weekday>,
    /// Whether tentative counts as busy.
    pub tentative_blocks: bool,
    /// Whether working elsewhere counts as busy.
    pub elsewhere_blocks: bool,
    /// Whether a slot may be outside the working hours of people who must come.
    pub outside_hours: bool,
}

/// What speaks against a slot, the gravest first; less is better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost {
    /// How many people who must come do not work then.
    pub outside: u32,
    /// How many people who must come are tentative.
    pub tentative: u32,
    /// How many others cannot come.
    pub missing: u32,
    /// How many others are tentative or do not work then.
    pub loose: u32,
    /// How many people in all work elsewhere.
    pub elsewhere: u32,
}

/// A time at which everybody who must come can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// First moment.
    pub start: Timestamp,
    /// First moment after it.
    pub end: Timestamp,
    /// What speaks against it.
    pub cost: Cost,
}

/// Something about one person at a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// Who, by place in the list of participants.
    pub who: usize,
    /// What.
    pub what: What,
}

/// What there is to say about a person at a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// Has something that is not settled.
    Tentative,
    /// Works, but not where one usually finds them.
    Elsewhere,
    /// Has something else; said only of people it can do without.
    Busy,
    /// Does not work at that time.
    Outside,
}
