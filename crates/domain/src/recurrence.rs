//! Series: exactly what Outlook can hold, read from RRULE or plain words, told in words, expanded to days.
//!
//! A pattern speaks of days on the wall clock of its zone, never of moments: an event of ten o'clock stays at ten when the
//! clocks change.

mod days;
mod error;
mod phrase;
mod rrule;
mod told;
mod weekdays;

use std::num::NonZeroU32;

use jiff::civil::{Date, DateTime, Weekday};

use crate::time::Zone;

pub use days::Days;
pub use error::{RecurrenceError, Trouble};
pub use weekdays::Weekdays;

/// The longest interval: so many days, or a tenth of it weeks, months or years, as Outlook's own forms have it.
const LONGEST: u32 = 999;
/// The most occurrences that can be asked for, as in Outlook's own forms.
pub const MOST_OCCURRENCES: u32 = 999;
/// Exchange's calendar ends with this year.
const LAST_YEAR: i16 = 4_500;

/// How a series repeats. A month without the day uses its last one, as Outlook does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// Every so many days.
    Daily {
        /// Days from one to the next.
        interval: NonZeroU32,
    },
    /// On these weekdays of every so manieth week.
    Weekly {
        /// Weeks from one to the next.
        interval: NonZeroU32,
        /// On which of its days.
        days: Weekdays,
        /// With which day a week begins; matters when weeks are left out.
        first_day: Weekday,
    },
    /// On one day of every so manieth month, by its number.
    AbsoluteMonthly {
        /// Months from one to the next.
        interval: NonZeroU32,
        /// Which day.
        day: MonthDay,
    },
    /// On one day of every so manieth month, by its weekday.
    RelativeMonthly {
        /// Months from one to the next.
        interval: NonZeroU32,
        /// The how manieth of these days.
        nth: Nth,
        /// Which days count.
        days: Weekdays,
    },
    /// On one day of one month, by its number.
    AbsoluteYearly {
        /// Years from one to the next.
        interval: NonZeroU32,
        /// Which month.
        month: Month,
        /// Which day.
        day: MonthDay,
    },
    /// On one day of one month, by its weekday.
    RelativeYearly {
        /// Years from one to the next.
        interval: NonZeroU32,
        /// Which month.
        month: Month,
        /// The how manieth of these days.
        nth: Nth,
        /// Which days count.
        days: Weekdays,
    },
}

/// The how manieth of the days of a month that fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Nth {
    First,
    Second,
    Third,
    Fourth,
    Last,
}

impl Nth {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [
        Self::First,
        Self::Second,
        Self::Third,
        Self::Fourth,
        Self::Last,
    ];

    /// The one of a number: 1 to 4, or -1 for the last.
    pub fn of(number: i32) -> Option<Self> {
        match number {
            1 => Some(Self::First),
            2 => Some(Self::Second),
            3 => Some(Self::Third),
            4 => Some(Self::Fourth),
            -1 => Some(Self::Last),
            _ => None,
        }
    }

    /// Its number: 1 to 4, or -1 for the last.
    pub fn number(self) -> i32 {
        match self {
            Self::First => 1,
            Self::Second => 2,
            Self::Third => 3,
            Self::Fourth => 4,
            Self::Last => -1,
        }
    }
}

/// A day of the month, 1 to 31.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthDay(i8);

impl MonthDay {
    /// Names the last day of every month, whatever its number.
    pub const LAST: Self = Self(31);

    /// The day of that number.
    pub fn new(number: i8) -> Option<Self> {
        (1..=31).contains(&number).then_some(Self(number))
    }

    /// Its number.
    pub fn number(self) -> i8 {
        self.0
    }
}

/// A month of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month(i8);

impl Month {
    /// The month of that number, 1 to 12.
    pub fn new(number: i8) -> Option<Self> {
        (1..=12).contains(&number).then_some(Self(number))
    }

    /// Its number.
    pub fn number(self) -> i8 {
        self.0
    }

    /// How many days it can have.
    fn longest(self) -> i8 {
        match self.0 {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
}

/// When a series ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Never.
    Never,
    /// On this day or before.
    On(Date),
    /// After so many occurrences.
    After(NonZeroU32),
}

/// A series: how it repeats, from which day on, until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recurrence {
    pattern: Pattern,
    start: Date,
    end: End,
}

/// A series as Outlook keeps it with its first event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// How it repeats.
    pub recurrence: Recurrence,
    /// On whose clocks; `None` when Outlook names a zone that nobody knows.
    pub zone: Option<Zone>,
}

impl Recurrence {
    /// A series as somebody holds it already. Its first day may be later than `start`.
    pub fn new(pattern: Pattern, start: Date, end: End) -> Self {
        Self {
            pattern,
            start,
            end,
        }
    }

    /// Reads what somebody wants: an RRULE (`FREQ=WEEKLY;BYDAY=TU;COUNT=10`) or plain words, English or German
    /// (`every second Tuesday of the month until 2027-03-31`, `alle zwei Wochen montags, 10 Mal`).
    ///
    /// `start` is the wall time of the first event in `zone`; what the text leaves out (the weekday of "weekly") is taken
    /// from there.
    ///
    /// # Errors
    /// See [`Trouble`]; above all when the text is not understood completely, when Outlook cannot hold it, and when the
    /// first event would not be on the pattern.
    pub fn parse(text: &str, start: DateTime, zone: &Zone) -> Result<Self, RecurrenceError> {
        let (pattern, end) = if text.contains('=') {
            rrule::parse(text, start, zone)?
        } else {
            phrase::parse(text, start.date())?
        };
        within_bounds(&pattern, end)?;
        let series = Self::new(pattern, start.date(), end);
        series.begins_on_its_start()?;
        Ok(series)
    }

    /// How it repeats.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// From which day on.
    pub fn start(&self) -> Date {
        self.start
    }

    /// When it ends.
    pub fn end(&self) -> End {
        self.end
    }

    /// The same pattern and end, from another day on.
    #[must_use]
    pub fn starting(self, start: Date) -> Self {
        Self { start, ..self }
    }

    /// The same pattern from the same day on, with another end.
    #[must_use]
    pub fn ending(self, end: End) -> Self {
        Self { end, ..self }
    }

    /// Whether both fall on the same days, however each is said: Exchange may say one its own way.
    pub fn means_the_same(&self, other: &Self) -> bool {
        const LOOKED_AT: usize = 400;
        let ends = |series: &Self| (series.count(), series.last());
        self == other
            || ends(self) == ends(other)
                && self.days().take(LOOKED_AT).eq(other.days().take(LOOKED_AT))
    }

    /// As an RRULE (RFC 5545) that means the same days, without the name of the property.
    pub fn rrule(&self) -> String {
        rrule::write(self)
    }

    /// In English words, such as `every 2 weeks on Monday and Wednesday, 10 times`.
    pub fn in_english(&self) -> String {
        told::tell(self, &told::ENGLISH)
    }

    /// In German words, such as `alle 2 Wochen am Montag und Mittwoch, 10 Mal`.
    pub fn in_german(&self) -> String {
        told::tell(self, &told::GERMAN)
    }

    /// Outlook would move the first event silently; here it is said.
    fn begins_on_its_start(&self) -> Result<(), RecurrenceError> {
        let endless = self.ending(End::Never);
        match endless.first() {
            Some(first) if first == self.start => {}
            Some(first) => {
                return Err(RecurrenceError::not_on_pattern(
                    self.start,
                    first,
                    &endless.in_english(),
                ));
            }
            None => return Err(RecurrenceError::no_days()),
        }
        match self.end {
            End::On(last) if last < self.start => {
                Err(RecurrenceError::ends_before(self.start, last))
            }
            End::On(_) | End::After(_) | End::Never => Ok(()),
        }
    }
}

/// What Outlook's own forms accept.
fn within_bounds(pattern: &Pattern, end: End) -> Result<(), RecurrenceError> {
    let (interval, most) = match pattern {
        Pattern::Daily { interval } => (interval, LONGEST),
        Pattern::Weekly { interval, .. }
        | Pattern::AbsoluteMonthly { interval, .. }
        | Pattern::RelativeMonthly { interval, .. }
        | Pattern::AbsoluteYearly { interval, .. }
        | Pattern::RelativeYearly { interval, .. } => (interval, LONGEST / 10),
    };
    if interval.get() > most {
        return Err(RecurrenceError::interval(most));
    }
    if let Pattern::AbsoluteYearly { month, day, .. } = pattern
        && day.number() > month.longest()
    {
        return Err(RecurrenceError::no_days());
    }
    match end {
        End::After(count) if count.get() > MOST_OCCURRENCES => Err(RecurrenceError::too_many()),
        End::On(last) if last.year() >= LAST_YEAR => Err(RecurrenceError::too_late()),
        End::After(_) | End::On(_) | End::Never => Ok(()),
    }
}

#[cfg(test)]
mod tests;
