//! Which days a series falls on. Any of them is found without walking to it.

use std::num::NonZeroU32;

use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, Zoned};

use super::{End, LAST_YEAR, Month, MonthDay, Nth, Pattern, Recurrence, Weekdays};
use crate::time::Zone;

/// The days of a series in order, from one of them on. A series without end ends with Exchange's calendar.
#[derive(Debug, Clone)]
pub struct Days<'r> {
    series: &'r Recurrence,
    number: i64,
}

impl Iterator for Days<'_> {
    type Item = Date;

    fn next(&mut self) -> Option<Date> {
        let day = self.series.occurrence(self.number)?;
        self.number += 1;
        Some(day)
    }
}

impl Recurrence {
    /// All its days.
    pub fn days(&self) -> Days<'_> {
        Days {
            series: self,
            number: 0,
        }
    }

    /// Its days from this one on.
    pub fn days_from(&self, day: Date) -> Days<'_> {
        Days {
            series: self,
            number: self.count_before(day),
        }
    }

    /// The series up to the day before this one, and from it on: together they have the same days. `None` when it is not
    /// one of its days, or its first.
    pub fn split_before(&self, day: Date) -> Option<(Self, Self)> {
        let first = self.first()?;
        if day <= first || !self.includes(day) {
            return None;
        }
        let end = match self.end {
            End::Never | End::On(_) => self.end,
            End::After(count) => {
                let before = u32::try_from(self.count_before(day)).ok()?;
                End::After(NonZeroU32::new(count.get().checked_sub(before)?)?)
            }
        };
        let before = self.ending(End::On(day.yesterday().ok()?));
        Some((before, self.starting(day).ending(end)))
    }

    /// Its first day; `None` when it ends before it begins.
    pub fn first(&self) -> Option<Date> {
        self.occurrence(0)
    }

    /// Its last day; `None` when it has no end, or no day at all.
    pub fn last(&self) -> Option<Date> {
        self.occurrence(self.count().filter(|count| *count > 0)? - 1)
    }

    /// How many days it has; `None` when it has no end.
    pub fn count(&self) -> Option<i64> {
        match self.end {
            End::Never => None,
            End::On(last) => Some(self.count_before(last.tomorrow().ok()?)),
            End::After(count) => Some(i64::from(count.get())),
        }
    }

    /// Whether it falls on this day.
    pub fn includes(&self, day: Date) -> bool {
        self.days_from(day).next() == Some(day)
    }

    /// When its occurrences start, from a day on: at the same wall time on each of its days. A wall time that the clocks
    /// skip is as much later as they skip; one that comes twice is the first.
    pub fn starts_from<'r>(
        &'r self,
        day: Date,
        time: Time,
        zone: &'r Zone,
    ) -> impl Iterator<Item = Zoned> + 'r {
        self.days_from(day)
            .map_while(move |day| day.to_datetime(time).to_zoned(zone.zone().clone()).ok())
    }

    /// The occurrence of that number, counted from 0.
    fn occurrence(&self, number: i64) -> Option<Date> {
        let day = self.nth_day(number)?;
        let within = match self.end {
            End::Never => day.year() < LAST_YEAR,
            End::On(last) => day <= last,
            End::After(count) => number < i64::from(count.get()),
        };
        within.then_some(day)
    }

    /// The same, as if it had no end.
    fn nth_day(&self, number: i64) -> Option<Date> {
        let place = number.checked_add(self.left_out())?;
        let each = self.days_per_period();
        let nth = usize::try_from(place.rem_euclid(each)).ok()?;
        self.period(place.div_euclid(each))?.get(nth).copied()
    }

    /// How many days it has before this one, as if it had no end.
    fn count_before(&self, day: Date) -> i64 {
        if day <= self.start {
            return 0;
        }
        let period = self.period_of(day);
        let earlier = self
            .period(period)
            .map_or(0, |days| days.iter().filter(|other| **other < day).count());
        let earlier = i64::try_from(earlier).unwrap_or(0);
        (period * self.days_per_period() + earlier - self.left_out()).max(0)
    }

    /// How many days of its first period are before its start.
    fn left_out(&self) -> i64 {
        let before = self.period(0).map_or(0, |days| {
            days.iter().filter(|day| **day < self.start).count()
        });
        i64::try_from(before).unwrap_or(0)
    }

    fn days_per_period(&self) -> i64 {
        match self.pattern {
            Pattern::Weekly { days, .. } => i64::from(days.count()),
            Pattern::Daily { .. }
            | Pattern::AbsoluteMonthly { .. }
            | Pattern::RelativeMonthly { .. }
            | Pattern::AbsoluteYearly { .. }
            | Pattern::RelativeYearly { .. } => 1,
        }
    }

    pub(super) fn interval(&self) -> i64 {
        let (Pattern::Daily { interval }
        | Pattern::Weekly { interval, .. }
        | Pattern::AbsoluteMonthly { interval, .. }
        | Pattern::RelativeMonthly { interval, .. }
        | Pattern::AbsoluteYearly { interval, .. }
        | Pattern::RelativeYearly { interval, .. }) = self.pattern;
        i64::from(interval.get())
    }

    /// The number of the last period that begins on or before a day. It starts in period 0.
    fn period_of(&self, day: Date) -> i64 {
        let start = self.start;
        let units = match self.pattern {
            Pattern::Daily { .. } => days_between(start, day),
            Pattern::Weekly { first_day, .. } => {
                days_between(week_of(start, first_day), week_of(day, first_day)) / 7
            }
            Pattern::AbsoluteMonthly { .. } | Pattern::RelativeMonthly { .. } => {
                months(day) - months(start)
            }
            Pattern::AbsoluteYearly { .. } | Pattern::RelativeYearly { .. } => {
                i64::from(day.year()) - i64::from(start.year())
            }
        };
        units.div_euclid(self.interval())
    }

    /// The days of one period, those before the start included.
    fn period(&self, number: i64) -> Option<Vec<Date>> {
        let units = number.checked_mul(self.interval())?;
        let month = |month: i64| {
            let number = Month::new(i8::try_from(month.rem_euclid(12) + 1).ok()?)?;
            Some((i16::try_from(month.div_euclid(12)).ok()?, number))
        };
        match self.pattern {
            Pattern::Daily { .. } => Some(vec![later(self.start, units)?]),
            Pattern::Weekly {
                days, first_day, ..
            } => {
                let week = later(week_of(self.start, first_day), units.checked_mul(7)?)?;
                (0..7)
                    .map(|offset| later(week, offset))
                    .filter(|day| day.is_none_or(|day| days.contains(day.weekday())))
                    .collect()
            }
            Pattern::AbsoluteMonthly { day, .. } => {
                let (year, month) = month(months(self.start).checked_add(units)?)?;
                Some(vec![numbered(year, month, day)?])
            }
            Pattern::RelativeMonthly { nth, days, .. } => {
                let (year, month) = month(months(self.start).checked_add(units)?)?;
                Some(vec![fitting(year, month, nth, days)?])
            }
            Pattern::AbsoluteYearly { month, day, .. } => {
                let year = i64::from(self.start.year()).checked_add(units)?;
                Some(vec![numbered(i16::try_from(year).ok()?, month, day)?])
            }
            Pattern::RelativeYearly {
                month, nth, days, ..
            } => {
                let year = i64::from(self.start.year()).checked_add(units)?;
                Some(vec![fitting(i16::try_from(year).ok()?, month, nth, days)?])
            }
        }
    }
}

/// A day by its number; a month without it uses its last one.
fn numbered(year: i16, month: Month, day: MonthDay) -> Option<Date> {
    let first = Date::new(year, month.number(), 1).ok()?;
    let number = day.number().min(first.days_in_month());
    Date::new(year, month.number(), number).ok()
}

fn fitting(year: i16, month: Month, nth: Nth, days: Weekdays) -> Option<Date> {
    let first = Date::new(year, month.number(), 1).ok()?;
    let mut fitting = (1..=first.days_in_month())
        .filter_map(|number| Date::new(year, month.number(), number).ok())
        .filter(|date| days.contains(date.weekday()));
    match nth {
        Nth::First => fitting.next(),
        Nth::Second => fitting.nth(1),
        Nth::Third => fitting.nth(2),
        Nth::Fourth => fitting.nth(3),
        Nth::Last => fitting.next_back(),
    }
}

/// Months since year 0.
fn months(day: Date) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month()) - 1
}

fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

/// The first day of a day's week.
fn week_of(day: Date, first_day: Weekday) -> Date {
    let since = i64::from(day.weekday().since(first_day));
    later(day, -since).unwrap_or(day)
}

/// So many days later, unless no date can name it.
fn later(day: Date, days: i64) -> Option<Date> {
    let hours = days.checked_mul(24)?;
    // A signed duration holds hours up to i64::MAX / 3600.
    let duration = SignedDuration::try_from_hours(hours)?;
    day.checked_add(duration).ok()
}
