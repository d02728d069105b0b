//! A series as Graph gives and wants it.

use std::num::NonZeroU32;

use domain::recurrence::{End, Month, MonthDay, Nth, Pattern, Recurrence, Series, Weekdays};
use domain::time::Zone;
use jiff::civil::{Date, Weekday};
use serde::Deserialize;
use serde_json::{Value, json};

use super::zones;

const WEEK: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];
const INDEX: [(&str, Nth); 5] = [
    ("first", Nth::First),
    ("second", Nth::Second),
    ("third", Nth::Third),
    ("fourth", Nth::Fourth),
    ("last", Nth::Last),
];
/// What Graph puts where a date does not apply.
const NO_DATE: &str = "0001-01-01";

/// An event of which only the series is asked for.
#[derive(Deserialize)]
pub(crate) struct WireMaster {
    recurrence: Option<WireRecurrence>,
}

#[derive(Deserialize)]
pub(crate) struct WireRecurrence {
    pattern: Option<WirePattern>,
    range: Option<WireRange>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePattern {
    r#type: Option<String>,
    interval: Option<i64>,
    month: Option<i64>,
    day_of_month: Option<i64>,
    days_of_week: Option<Vec<String>>,
    first_day_of_week: Option<String>,
    index: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireRange {
    r#type: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    recurrence_time_zone: Option<String>,
    number_of_occurrences: Option<i64>,
}

impl WireMaster {
    /// The series in our words; `None` when there is none, or one of a kind that nobody knows.
    pub(crate) fn series(&self) -> Option<Series> {
        self.recurrence.as_ref()?.understood()
    }
}

impl WireRecurrence {
    /// The series in our words; `None` when it is of a kind that nobody knows.
    pub(crate) fn understood(&self) -> Option<Series> {
        let (pattern, range) = (self.pattern.as_ref()?, self.range.as_ref()?);
        let start = range.start_date.as_deref().and_then(date)?;
        let zone = range.recurrence_time_zone.as_deref();
        Some(Series {
            recurrence: Recurrence::new(pattern.understood()?, start, range.end()?),
            zone: zone.and_then(zones::zone),
        })
    }
}

impl WirePattern {
    /// Fields that do not apply are filled with anything; only those that do are looked at.
    fn understood(&self) -> Option<Pattern> {
        let interval = u32::try_from(self.interval?)
            .ok()
            .and_then(NonZeroU32::new)?;
        let day = || MonthDay::new(i8::try_from(self.day_of_month?).ok()?);
        let month = || Month::new(i8::try_from(self.month?).ok()?);
        let kind = self.r#type.as_deref()?.to_ascii_lowercase();
        Some(match kind.as_str() {
            "daily" => Pattern::Daily { interval },
            "weekly" => Pattern::Weekly {
                interval,
                days: self.days()?,
                first_day: named(&WEEK, self.first_day_of_week.as_deref())
                    .unwrap_or(Weekday::Sunday),
            },
            "absolutemonthly" => Pattern::AbsoluteMonthly {
                interval,
                day: day()?,
            },
            "relativemonthly" => Pattern::RelativeMonthly {
                interval,
                nth: self.nth()?,
                days: self.days()?,
            },
            "absoluteyearly" => Pattern::AbsoluteYearly {
                interval,
                month: month()?,
                day: day()?,
            },
            "relativeyearly" => Pattern::RelativeYearly {
                interval,
                month: month()?,
                nth: self.nth()?,
                days: self.days()?,
            },
            _ => return None,
        })
    }

    fn days(&self) -> Option<Weekdays> {
        let days = self.days_of_week.as_deref()?;
        let days: Option<Vec<_>> = days.iter().map(|day| named(&WEEK, Some(day))).collect();
        Weekdays::of(days?)
    }

    fn nth(&self) -> Option<Nth> {
        match self.index.as_deref() {
            None => Some(Nth::First),
            index => named(&INDEX, index),
        }
    }
}

impl WireRange {
    fn end(&self) -> Option<End> {
        match self.r#type.as_deref()?.to_ascii_lowercase().as_str() {
            "noend" => Some(End::Never),
            "enddate" => Some(End::On(self.end_date.as_deref().and_then(date)?)),
            "numbered" => {
                let count = u32::try_from(self.number_of_occurrences?).ok()?;
                Some(End::After(NonZeroU32::new(count)?))
            }
            _ => None,
        }
    }
}

/// A date; one that was given as a date-time counts by its day.
fn date(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

fn named<T: Copy>(table: &[(&str, T)], name: Option<&str>) -> Option<T> {
    let name = name?;
    table
        .iter()
        .find(|(other, _)| other.eq_ignore_ascii_case(name))
        .map(|(_, value)| *value)
}

/// The `recurrence` of a request; the pattern counts on the clocks of `zone`.
///
/// Fields that do not apply are filled as Graph fills them: it ignores them, but checks them all the same.
pub(crate) fn body(series: &Recurrence, zone: &Zone) -> Value {
    let (range, end, count) = match series.end() {
        End::Never => ("noEnd", NO_DATE.to_owned(), 0),
        End::On(last) => ("endDate", last.to_string(), 0),
        End::After(count) => ("numbered", NO_DATE.to_owned(), count.get()),
    };
    json!({
        "pattern": pattern(series.pattern()),
        "range": {
            "type": range,
            "startDate": series.start().to_string(),
            "endDate": end,
            "numberOfOccurrences": count,
            "recurrenceTimeZone": zones::name(zone),
        },
    })
}

fn pattern(pattern: &Pattern) -> Value {
    let filled = |kind: &str, interval: NonZeroU32| json!({ "type": kind, "interval": interval, "month": 0, "dayOfMonth": 0, "firstDayOfWeek": "sunday", "index": "first" });
    let days = |days: Weekdays| days.iter().map(day_name).collect::<Vec<_>>();
    match *pattern {
        Pattern::Daily { interval } => filled("daily", interval),
        Pattern::Weekly {
            interval,
            days: on,
            first_day,
        } => {
            let mut body = filled("weekly", interval);
            body["daysOfWeek"] = json!(days(on));
            body["firstDayOfWeek"] = json!(day_name(first_day));
            body
        }
        Pattern::AbsoluteMonthly { interval, day } => {
            let mut body = filled("absoluteMonthly", interval);
            body["dayOfMonth"] = json!(day.number());
            body
        }
        Pattern::RelativeMonthly {
            interval,
            nth,
            days: on,
        } => {
            let mut body = filled("relativeMonthly", interval);
            body["index"] = json!(index_name(nth));
            body["daysOfWeek"] = json!(days(on));
            body
        }
        Pattern::AbsoluteYearly {
            interval,
            month,
            day,
        } => {
            let mut body = filled("absoluteYearly", interval);
            body["month"] = json!(month.number());
            body["dayOfMonth"] = json!(day.number());
            body
        }
        Pattern::RelativeYearly {
            interval,
            month,
            nth,
            days: on,
        } => {
            let mut body = filled("relativeYearly", interval);
            body["month"] = json!(month.number());
            body["index"] = json!(index_name(nth));
            body["daysOfWeek"] = json!(days(on));
            body
        }
    }
}

fn day_name(day: Weekday) -> &'static str {
    WEEK[usize::from(day.to_monday_zero_offset().unsigned_abs())].0
}

fn index_name(nth: Nth) -> &'static str {
    let named = INDEX.iter().find(|(_, other)| *other == nth);
    named.map_or("first", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> Zone {
        Zone::named("Europe/Berlin").expect("bundled")
    }

    fn series(text: &str, start: &str) -> Recurrence {
        let start: Date = start.parse().expect("a date");
        Recurrence::parse(text, start.at(10, 0, 0, 0), &berlin()).expect("a series")
    }

    #[test]
    fn a_series_is_sent_with_every_field_filled() {
        let body = body(
            &series("every second Tuesday of the month, 10 times", "2026-11-10"),
            &berlin(),
        );
        assert_eq!(
            body,
            json!({
                "pattern": {
                    "type": "relativeMonthly", "interval": 1, "month": 0, "dayOfMonth": 0, "firstDayOfWeek": "sunday",
                    "index": "second", "daysOfWeek": ["tuesday"],
                },
                "range": {
                    "type": "numbered", "startDate": "2026-11-10", "endDate": "0001-01-01", "numberOfOccurrences": 10,
                    "recurrenceTimeZone": "W. Europe Standard Time",
                },
            })
        );
    }

    #[test]
    fn what_is_sent_is_read_back_for_every_kind_of_series() {
        for (text, start) in [
            ("every 3 days", "2026-11-24"),
            ("every weekday until 2027-03-31", "2026-11-24"),
            (
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU;COUNT=7",
                "2026-11-24",
            ),
            ("on the last day of every month", "2026-11-30"),
            (
                "the last Saturday or Sunday of every 2nd month",
                "2026-11-29",
            ),
            ("every year on 29 February", "2028-02-29"),
            ("the last Friday of November", "2026-11-27"),
        ] {
            let sent = series(text, start);
            let wire: WireRecurrence =
                serde_json::from_value(body(&sent, &berlin())).expect("our own");
            let read = Series {
                recurrence: sent,
                zone: Some(berlin()),
            };
            assert_eq!(wire.understood(), Some(read), "{text}");
        }
    }

    #[test]
    fn the_series_of_others_is_read_and_an_unknown_one_is_noticed() {
        let read = |pattern: Value, range: Value| {
            let wire: Option<WireRecurrence> =
                serde_json::from_value(json!({ "pattern": pattern, "range": range })).ok();
            wire.and_then(|wire| wire.understood())
                .map(|series| series.recurrence.rrule())
        };
        let endless = json!({ "type": "noEnd", "startDate": "2026-11-24", "endDate": "0001-01-01", "recurrenceTimeZone": "tzone://Microsoft/Custom", "numberOfOccurrences": 0 });
        let weekly =
            json!({ "type": "weekly", "interval": 1, "daysOfWeek": ["Tuesday"], "newThing": 1 });
        assert_eq!(
            read(weekly.clone(), endless.clone()).as_deref(),
            Some("FREQ=WEEKLY;BYDAY=TU;WKST=SU")
        );
        for (pattern, range) in [
            (
                json!({ "type": "hebrewYearly", "interval": 1 }),
                endless.clone(),
            ),
            (
                json!({ "type": "weekly", "interval": 1, "daysOfWeek": [] }),
                endless.clone(),
            ),
            (
                json!({ "type": "weekly", "interval": 0, "daysOfWeek": ["monday"] }),
                endless.clone(),
            ),
            (
                json!({ "type": "absoluteMonthly", "interval": 1, "dayOfMonth": 0 }),
                endless.clone(),
            ),
            (
                weekly.clone(),
                json!({ "type": "numbered", "startDate": "2026-11-24", "numberOfOccurrences": 0 }),
            ),
            (weekly, json!({ "type": "noEnd" })),
            (Value::Null, endless),
        ] {
            assert_eq!(
                read(pattern.clone(), range.clone()),
                None,
                "{pattern} {range}"
            );
        }
    }
}
