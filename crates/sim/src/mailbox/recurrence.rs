//! Recurrence: which days a series falls on.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use serde_json::{Value, json};

use crate::zones::Zone;

/// The pattern and the range of a series.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Recurrence {
    pub(crate) pattern: Pattern,
    pub(crate) range: Range,
    /// The zone in which the pattern is applied; wall time holds across daylight saving here.
    pub(crate) zone: Zone,
}

/// How a series repeats.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pattern {
    pub(crate) kind: Repeat,
    pub(crate) interval: i32,
    pub(crate) days: Vec<Weekday>,
    pub(crate) first_day: Weekday,
    pub(crate) day_of_month: i8,
    pub(crate) month: i8,
    pub(crate) index: &'static str,
}

/// The six kinds of repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    Daily,
    Weekly,
    AbsoluteMonthly,
    RelativeMonthly,
    AbsoluteYearly,
    RelativeYearly,
}

/// When a series starts and ends.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Range {
    pub(crate) start: Date,
    pub(crate) end: End,
}

/// How a series ends.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum End {
    Never,
    On(Date),
    After(u32),
}

impl Repeat {
    pub(crate) const ALL: [Self; 6] = [
        Self::Daily,
        Self::Weekly,
        Self::AbsoluteMonthly,
        Self::RelativeMonthly,
        Self::AbsoluteYearly,
        Self::RelativeYearly,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::AbsoluteMonthly => "absoluteMonthly",
            Self::RelativeMonthly => "relativeMonthly",
            Self::AbsoluteYearly => "absoluteYearly",
            Self::RelativeYearly => "relativeYearly",
        }
    }
}

impl Recurrence {
    /// The days of the series from `first` to `last`, both included. What lies before or after costs nothing.
    pub(crate) fn days_in(&self, first: Date, last: Date) -> Vec<Date> {
        let last = self.last().map_or(last, |end| end.min(last));
        let mut days = Vec::new();
        let mut number = self.count_before(first);
        while let Some(day) = self.nth(number).filter(|day| *day <= last) {
            days.push(day);
            number += 1;
        }
        days
    }

    /// Whether the series has an occurrence on this day.
    pub(crate) fn includes(&self, day: Date) -> bool {
        self.days_in(day, day) == [day]
    }

    /// The first occurrence, which may be later than the day the series starts.
    pub(crate) fn first(&self) -> Option<Date> {
        let first = self.nth(0)?;
        self.last()
            .is_none_or(|last| first <= last)
            .then_some(first)
    }

    /// The last occurrence before a day.
    pub(crate) fn before(&self, day: Date) -> Option<Date> {
        let day = self.last().map_or(day, |last| match last.tomorrow() {
            Ok(after) => after.min(day),
            Err(_) => day,
        });
        self.nth(self.count_before(day).checked_sub(1)?)
    }

    /// The first occurrence after a day.
    pub(crate) fn after(&self, day: Date) -> Option<Date> {
        let next = self.nth(self.count_before(day.tomorrow().ok()?))?;
        self.last().is_none_or(|last| next <= last).then_some(next)
    }

    /// The day on or before which the series ends.
    pub(crate) fn last(&self) -> Option<Date> {
        match self.range.end {
            End::Never => None,
            End::On(end) => Some(end),
            End::After(count) => Some(
                self.nth(i64::from(count).saturating_sub(1))
                    .unwrap_or(Date::MAX),
            ),
        }
    }

    /// The occurrence of that number, counted from 0, as if the series had no end.
    fn nth(&self, number: i64) -> Option<Date> {
        let number = u32::try_from(number).ok()?;
        let number = i64::from(number).checked_add(self.lead())?;
        let per_period = i64::try_from(self.per_period()).ok()?;
        let place = usize::try_from(number.rem_euclid(per_period)).ok()?;
        self.period(number.div_euclid(per_period))?
            .get(place)
            .copied()
    }

    /// How many occurrences there would be before a day if the series had no end.
    fn count_before(&self, day: Date) -> i64 {
        let day = day.max(self.range.start);
        let period = self.period_of(day);
        let per_period = i64::try_from(self.per_period()).unwrap_or(1);
        let earlier = self
            .period(period)
            .map_or(0, |days| days.iter().filter(|other| **other < day).count());
        let earlier = i64::try_from(earlier).unwrap_or(0);
        (period * per_period + earlier - self.lead()).max(0)
    }

    /// How many days of the first period are before the start of the series.
    fn lead(&self) -> i64 {
        let before = self.period(0).map_or(0, |days| {
            days.iter().filter(|day| **day < self.range.start).count()
        });
        i64::try_from(before).unwrap_or(0)
    }

    /// Every period has the same number of occurrences; that is what makes counting cheap.
    fn per_period(&self) -> usize {
        match self.pattern.kind {
            Repeat::Weekly => self.offsets().len().max(1),
            _ => 1,
        }
    }

    /// The number of the last period that begins on or before a day; the series starts in period 0.
    fn period_of(&self, day: Date) -> i64 {
        let start = self.range.start;
        let units = match self.pattern.kind {
            Repeat::Daily => days_between(start, day),
            Repeat::Weekly => days_between(self.week_of(start), self.week_of(day)) / 7,
            Repeat::AbsoluteMonthly | Repeat::RelativeMonthly => months_between(start, day),
            Repeat::AbsoluteYearly | Repeat::RelativeYearly => {
                i64::from(day.year()) - i64::from(start.year())
            }
        };
        units.div_euclid(i64::from(self.pattern.interval.max(1)))
    }

    /// The days of one period in order, those before the start of the series included.
    fn period(&self, number: i64) -> Option<Vec<Date>> {
        let start = self.range.start;
        let units = number.checked_mul(i64::from(self.pattern.interval.max(1)))?;
        match self.pattern.kind {
            Repeat::Daily => Some(vec![later(start, units)?]),
            Repeat::Weekly => {
                let week = later(self.week_of(start), units.checked_mul(7)?)?;
                self.offsets()
                    .into_iter()
                    .map(|offset| later(week, offset))
                    .collect()
            }
            Repeat::AbsoluteMonthly | Repeat::RelativeMonthly => {
                let months = i64::from(start.year()) * 12 + i64::from(start.month()) - 1;
                let months = months.checked_add(units)?;
                let month = i8::try_from(months.rem_euclid(12) + 1).ok()?;
                self.day_in(months.div_euclid(12), month)
            }
            Repeat::AbsoluteYearly | Repeat::RelativeYearly => {
                let year = i64::from(start.year()).checked_add(units)?;
                self.day_in(year, self.pattern.month)
            }
        }
    }

    /// The one day of a month on which the series falls.
    fn day_in(&self, year: i64, month: i8) -> Option<Vec<Date>> {
        let first = Date::new(i16::try_from(year).ok()?, month, 1).ok()?;
        let relative = matches!(
            self.pattern.kind,
            Repeat::RelativeMonthly | Repeat::RelativeYearly
        );
        let day = if relative {
            self.relative_day(first)?
        } else {
            // A month without that day uses its last one, as Outlook does.
            let number = self.pattern.day_of_month.clamp(1, first.days_in_month());
            Date::new(first.year(), month, number).ok()?
        };
        Some(vec![day])
    }

    fn relative_day(&self, first: Date) -> Option<Date> {
        let days = &self.pattern.days;
        let mut fitting = (1..=first.days_in_month())
            .filter_map(|number| Date::new(first.year(), first.month(), number).ok())
            .filter(|date| days.contains(&date.weekday()));
        match self.pattern.index {
            "second" => fitting.nth(1),
            "third" => fitting.nth(2),
            "fourth" => fitting.nth(3),
            "last" => fitting.next_back(),
            _ => fitting.next(),
        }
    }

    /// The weekdays of a weekly series as days after the first day of the week, in order, each once.
    fn offsets(&self) -> Vec<i64> {
        let days = self.pattern.days.iter();
        let offsets: BTreeSet<i64> = days
            .map(|day| i64::from(day.since(self.pattern.first_day)))
            .collect();
        offsets.into_iter().collect()
    }

    fn week_of(&self, day: Date) -> Date {
        let since = day.weekday().since(self.pattern.first_day);
        let back: Span = i64::from(since).days();
        day.saturating_sub(back)
    }

    /// A `patternedRecurrence` with unused fields filled as Graph fills them.
    pub(crate) fn render(&self) -> Value {
        let pattern = &self.pattern;
        let days: Vec<&str> = pattern.days.iter().map(|day| weekday_name(*day)).collect();
        let mut rendered = json!({
            "type": pattern.kind.name(),
            "interval": pattern.interval,
            "month": pattern.month,
            "dayOfMonth": pattern.day_of_month,
            "firstDayOfWeek": weekday_name(pattern.first_day),
            "index": pattern.index,
        });
        if !days.is_empty() {
            rendered["daysOfWeek"] = json!(days);
        }
        let (kind, end, count) = match self.range.end {
            End::Never => ("noEnd", "0001-01-01".to_owned(), 0),
            End::On(date) => ("endDate", date.to_string(), 0),
            End::After(count) => ("numbered", "0001-01-01".to_owned(), count),
        };
        json!({
            "pattern": rendered,
            "range": {
                "type": kind,
                "startDate": self.range.start.to_string(),
                "endDate": end,
                "recurrenceTimeZone": &*self.zone.name,
                "numberOfOccurrences": count,
            },
        })
    }
}

/// Graph's name of a weekday.
pub(crate) fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Sunday => "sunday",
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

fn months_between(from: Date, to: Date) -> i64 {
    (i64::from(to.year()) - i64::from(from.year())) * 12 + i64::from(to.month())
        - i64::from(from.month())
}

/// So many days later, unless that is beyond what a date can be.
fn later(day: Date, days: i64) -> Option<Date> {
    day.checked_add(Span::new().try_days(days).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn series(kind: Repeat, days: &[Weekday], start: Date, end: End) -> Recurrence {
        Recurrence {
            pattern: Pattern {
                kind,
                interval: 1,
                days: days.to_vec(),
                first_day: Weekday::Sunday,
                day_of_month: start.day(),
                month: start.month(),
                index: "last",
            },
            range: Range { start, end },
            zone: Zone::utc(),
        }
    }

    #[test]
    fn a_weekly_series_every_other_week_counts_weeks_from_the_first_day_of_the_week() {
        let mut series = series(
            Repeat::Weekly,
            &[Weekday::Monday, Weekday::Friday],
            date(2026, 3, 6),
            End::After(3),
        );
        series.pattern.interval = 2;
        assert_eq!(
            series.days_in(Date::MIN, date(2026, 4, 30)),
            [date(2026, 3, 6), date(2026, 3, 16), date(2026, 3, 20)]
        );
    }

    #[test]
    fn a_month_without_the_day_uses_its_last_one() {
        let series = series(Repeat::AbsoluteMonthly, &[], date(2026, 1, 31), End::Never);
        assert_eq!(
            series.days_in(Date::MIN, date(2026, 3, 31)),
            [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
        );
    }

    #[test]
    fn neighbours_are_found_and_end_with_the_series() {
        let series = series(
            Repeat::Weekly,
            &[Weekday::Monday],
            date(2026, 3, 3),
            End::After(2),
        );
        assert_eq!(series.after(date(2026, 3, 3)), Some(date(2026, 3, 9)));
        assert_eq!(series.after(date(2026, 3, 9)), Some(date(2026, 3, 16)));
        assert_eq!(series.after(date(2026, 3, 16)), None);
        assert_eq!(series.before(date(2026, 3, 16)), Some(date(2026, 3, 9)));
        assert_eq!(series.before(date(2026, 3, 9)), None);
        assert_eq!(series.before(date(2030, 1, 1)), Some(date(2026, 3, 16)));
    }

    #[test]
    fn a_series_of_centuries_costs_no_more_than_one_of_a_week() {
        let mut series = series(Repeat::Daily, &[], date(2026, 1, 1), End::After(u32::MAX));
        series.pattern.interval = i32::MAX;
        assert_eq!(
            series.days_in(Date::MIN, Date::MAX),
            [date(2026, 1, 1)],
            "what no date can name ends the series"
        );
        series.pattern.interval = 1;
        assert_eq!(series.days_in(date(9000, 1, 1), date(9000, 1, 2)).len(), 2);
    }

    #[test]
    fn the_last_friday_of_the_month_is_found() {
        let series = series(
            Repeat::RelativeMonthly,
            &[Weekday::Friday],
            date(2026, 1, 1),
            End::On(date(2026, 2, 27)),
        );
        assert_eq!(
            series.days_in(Date::MIN, date(2026, 12, 31)),
            [date(2026, 1, 30), date(2026, 2, 27)]
        );
    }
}
