//! Recurrence: which days a series falls on.

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
    /// The days of the series from `first` to `last`, both included.
    pub(crate) fn days_in(&self, first: Date, last: Date) -> Vec<Date> {
        let last = match self.range.end {
            End::On(end) => end.min(last),
            End::Never | End::After(_) => last,
        };
        // A number of occurrences is counted from the start of the series; nothing else needs its past.
        let (mut day, mut left) = match self.range.end {
            End::After(count) => (self.range.start, count),
            End::Never | End::On(_) => (first.max(self.range.start), u32::MAX),
        };
        let mut days = Vec::new();
        while day <= last && left > 0 {
            if self.falls_on(day) {
                left -= 1;
                if day >= first {
                    days.push(day);
                }
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        days
    }

    /// Whether the series has an occurrence on this day.
    pub(crate) fn includes(&self, day: Date) -> bool {
        self.days_in(day, day) == [day]
    }

    fn falls_on(&self, day: Date) -> bool {
        let pattern = &self.pattern;
        let interval = pattern.interval.max(1);
        let months = months_between(self.range.start, day);
        match pattern.kind {
            Repeat::Daily => days_between(self.range.start, day) % interval == 0,
            Repeat::Weekly => {
                let weeks = days_between(self.week_of(self.range.start), self.week_of(day)) / 7;
                weeks % interval == 0 && pattern.days.contains(&day.weekday())
            }
            Repeat::AbsoluteMonthly => months % interval == 0 && self.is_day_of_month(day),
            Repeat::RelativeMonthly => months % interval == 0 && self.is_relative_day(day),
            Repeat::AbsoluteYearly => {
                let years = i32::from(day.year()) - i32::from(self.range.start.year());
                years % interval == 0 && day.month() == pattern.month && self.is_day_of_month(day)
            }
            Repeat::RelativeYearly => {
                let years = i32::from(day.year()) - i32::from(self.range.start.year());
                years % interval == 0 && day.month() == pattern.month && self.is_relative_day(day)
            }
        }
    }

    /// A month without that day uses its last one, as Outlook does.
    fn is_day_of_month(&self, day: Date) -> bool {
        day.day() == self.pattern.day_of_month.clamp(1, day.days_in_month())
    }

    fn is_relative_day(&self, day: Date) -> bool {
        let days = &self.pattern.days;
        let mut fitting = (1..=day.days_in_month())
            .filter_map(|number| Date::new(day.year(), day.month(), number).ok())
            .filter(|date| days.contains(&date.weekday()));
        let chosen = match self.pattern.index {
            "second" => fitting.nth(1),
            "third" => fitting.nth(2),
            "fourth" => fitting.nth(3),
            "last" => fitting.next_back(),
            _ => fitting.next(),
        };
        chosen == Some(day)
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
                "recurrenceTimeZone": self.zone.name,
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

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

fn months_between(from: Date, to: Date) -> i32 {
    (i32::from(to.year()) - i32::from(from.year())) * 12 + i32::from(to.month())
        - i32::from(from.month())
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
