//! Series against an independent library: the days that a pattern names, at their instants, over changes of the clocks.
//!
//! What a client would send is written as JSON and goes the whole way: it is read, checked and expanded. The same pattern as
//! an iCalendar rule goes to the crate `rrule`, which has its own calendar arithmetic and its own time zone data.

use jiff::civil::{Date, DateTime};
use jiff::{Span, Timestamp, ToSpan};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::Changes;
use crate::company::{Company, PersonId};
use crate::mailbox::draft::blank;
use crate::mailbox::event::Event;
use crate::options::Rotation;
use crate::state::World;
use crate::zones::Zone;

/// Zones with every kind of clock: by either name, on both hemispheres, by half an hour, at midnight, and not at all.
const ZONES: &[(&str, &str)] = &[
    ("UTC", "UTC"),
    ("W. Europe Standard Time", "Europe/Berlin"),
    ("Europe/London", "Europe/London"),
    ("Eastern Standard Time", "America/New_York"),
    ("India Standard Time", "Asia/Kolkata"),
    ("AUS Eastern Standard Time", "Australia/Sydney"),
    ("Lord Howe Standard Time", "Australia/Lord_Howe"),
    ("America/Santiago", "America/Santiago"),
    ("Newfoundland Standard Time", "America/St_Johns"),
];
const DAYS: &[(&str, &str)] = &[
    ("sunday", "SU"),
    ("monday", "MO"),
    ("tuesday", "TU"),
    ("wednesday", "WE"),
    ("thursday", "TH"),
    ("friday", "FR"),
    ("saturday", "SA"),
];
const INDEX: &[(&str, i8)] = &[
    ("first", 1),
    ("second", 2),
    ("third", 3),
    ("fourth", 4),
    ("last", -1),
];
const KINDS: &[&str] = &[
    "daily",
    "weekly",
    "absoluteMonthly",
    "relativeMonthly",
    "absoluteYearly",
    "relativeYearly",
];

/// How a series ends.
#[derive(Debug, Clone)]
enum Ends {
    Never,
    /// So many days after it starts.
    On(i32),
    After(u32),
}

/// One series and the window that is looked at.
#[derive(Debug, Clone)]
struct Case {
    kind: &'static str,
    interval: u32,
    days: Vec<usize>,
    first_day: usize,
    day_of_month: i8,
    month: i8,
    index: usize,
    zone: usize,
    start: DateTime,
    minutes: i32,
    ends: Ends,
    /// Days after the start at which the window begins, and its length in days.
    window: (i32, i32),
}

fn case() -> impl Strategy<Value = Case> {
    let days = proptest::sample::subsequence((0..7).collect::<Vec<usize>>(), 1..=7);
    let ends = prop_oneof![
        Just(Ends::Never),
        (0..900_i32).prop_map(Ends::On),
        (1..60_u32).prop_map(Ends::After),
    ];
    let pattern = (
        proptest::sample::select(KINDS),
        1..5_u32,
        days,
        0..7_usize,
        1..=31_i8,
        1..=12_i8,
        0..INDEX.len(),
    );
    // Times around those at which clocks change come up often; midnight itself has no wall time in one of the zones.
    let time = prop_oneof![(1..4_i8), (1..24_i8)];
    let start = (2023..2027_i16, 1..=12_i8, 1..=28_i8, time, 0..4_i8);
    let rest = (
        0..ZONES.len(),
        1..2_000_i32,
        ends,
        (-40..1_200_i32, 1..500_i32),
    );
    (pattern, start, rest).prop_map(|(pattern, start, (zone, minutes, ends, window))| {
        let (kind, interval, days, first_day, day_of_month, month, index) = pattern;
        let (year, number, day, hour, quarter) = start;
        let date = Date::new(year, number, day).expect("a day of the month");
        Case {
            kind,
            interval,
            days,
            first_day,
            day_of_month,
            month,
            index,
            zone,
            start: date.at(hour, quarter * 15, 0, 0),
            minutes,
            ends,
            window,
        }
    })
}

impl Case {
    fn zone(&self) -> Zone {
        Zone::named(ZONES[self.zone].1).expect("a zone")
    }

    fn end(&self) -> DateTime {
        self.start.saturating_add(i64::from(self.minutes).minutes())
    }

    fn last_day(&self) -> Option<Date> {
        match self.ends {
            Ends::On(days) => Some(self.start.date().saturating_add(Span::new().days(days))),
            Ends::Never | Ends::After(_) => None,
        }
    }

    fn window(&self) -> (Timestamp, Timestamp) {
        let zone = self.zone();
        let from = self.start.saturating_add(Span::new().days(self.window.0));
        let until = from.saturating_add(Span::new().days(self.window.1));
        (zone.instant(from), zone.instant(until))
    }

    /// What a client sends.
    fn body(&self) -> Value {
        let days: Vec<&str> = self.days.iter().map(|day| DAYS[*day].0).collect();
        let moment = |wall: DateTime| json!({ "dateTime": wall.to_string(), "timeZone": ZONES[self.zone].0 });
        let mut range = json!({
            "type": "noEnd",
            "startDate": self.start.date().to_string(),
            "recurrenceTimeZone": ZONES[self.zone].1,
        });
        match self.ends {
            Ends::Never => {}
            Ends::On(_) => {
                range["type"] = json!("endDate");
                range["endDate"] = json!(self.last_day().map(|day| day.to_string()));
            }
            Ends::After(count) => {
                range["type"] = json!("numbered");
                range["numberOfOccurrences"] = json!(count);
            }
        }
        json!({
            "start": moment(self.start),
            "end": moment(self.end()),
            "recurrence": {
                "pattern": {
                    "type": self.kind,
                    "interval": self.interval,
                    "daysOfWeek": days,
                    "firstDayOfWeek": DAYS[self.first_day].0,
                    "dayOfMonth": self.day_of_month,
                    "month": self.month,
                    "index": INDEX[self.index].0,
                },
                "range": range,
            },
        })
    }

    /// The same as an iCalendar rule. "On the 31st" is the last of the days 28 to 31 that the month has.
    fn rule(&self) -> String {
        let days: Vec<&str> = self.days.iter().map(|day| DAYS[*day].1).collect();
        let days = days.join(",");
        let numbers: Vec<String> = (self.day_of_month.min(28)..=self.day_of_month)
            .map(|day| day.to_string())
            .collect();
        let on_day = format!("BYMONTHDAY={};BYSETPOS=-1", numbers.join(","));
        let on_weekday = format!("BYDAY={days};BYSETPOS={}", INDEX[self.index].1);
        let month = self.month;
        let pattern = match self.kind {
            "daily" => "FREQ=DAILY".to_owned(),
            "weekly" => format!("FREQ=WEEKLY;BYDAY={days};WKST={}", DAYS[self.first_day].1),
            "absoluteMonthly" => format!("FREQ=MONTHLY;{on_day}"),
            "relativeMonthly" => format!("FREQ=MONTHLY;{on_weekday}"),
            "absoluteYearly" => format!("FREQ=YEARLY;BYMONTH={month};{on_day}"),
            _ => format!("FREQ=YEARLY;BYMONTH={month};{on_weekday}"),
        };
        let zone = self.zone();
        let (_, until) = self.window();
        let utc = |instant: Timestamp| instant.strftime("%Y%m%dT%H%M%SZ").to_string();
        let ends = match (&self.ends, self.last_day()) {
            (Ends::After(count), _) => format!("COUNT={count}"),
            (_, Some(day)) => {
                format!(
                    "UNTIL={}",
                    utc(zone
                        .instant(day.at(23, 59, 59, 0))
                        .min(until.max(zone.instant(self.start))))
                )
            }
            _ => format!("UNTIL={}", utc(until.max(zone.instant(self.start)))),
        };
        format!(
            "DTSTART;TZID={}:{}\nRRULE:{pattern};INTERVAL={};{ends}",
            ZONES[self.zone].1,
            self.start.strftime("%Y%m%dT%H%M%S"),
            self.interval,
        )
    }

    /// Whether the series' own start is a wall time that exists and exists once; what else it could mean is not compared.
    fn starts_plainly(&self) -> bool {
        let plain = |wall| {
            self.zone()
                .rules
                .to_ambiguous_timestamp(wall)
                .is_ambiguous()
        };
        !plain(self.start) && !plain(self.end())
    }
}

/// The instants at which occurrences start in the window, as the simulator has them.
fn ours(case: &Case, blank: &Event) -> Vec<i64> {
    let changes = Changes::read(&case.body()).expect("a readable body");
    let mut event = blank.clone();
    // A range that ends before its first occurrence is refused; then the library must not know of one either.
    if let Err(refused) = changes.apply(&mut event) {
        let reason = format!("{refused:?}");
        assert!(
            reason.contains("ErrorRecurrenceHasNoOccurrence"),
            "{reason}"
        );
        return Vec::new();
    }
    let (from, until) = case.window();
    let found = event.occurrences_in(from, until);
    for one in &found {
        let (start, end) = (one.start.instant(), one.end.instant());
        assert!(
            start < end,
            "an occurrence ends before it starts: {start} {end}"
        );
    }
    let mut starts: Vec<i64> = found
        .iter()
        .map(|one| one.start.instant().as_second())
        .collect();
    starts.sort_unstable();
    starts.retain(|start| *start >= from.as_second());
    starts
}

/// The same by the independent library.
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method's own type is chrono's, which ours may not name"
)]
fn theirs(case: &Case) -> Vec<i64> {
    let set: rrule::RRuleSet = case.rule().parse().expect("a rule");
    let (from, until) = case.window();
    let found = set.all(u16::MAX);
    assert!(
        !found.limited,
        "the library did not find the end of {}",
        case.rule()
    );
    let starts = found.dates.iter().map(|date| date.timestamp());
    starts
        .filter(|start| (from.as_second()..until.as_second()).contains(start))
        .collect()
}

#[test]
fn every_series_falls_where_an_independent_library_puts_it() {
    let company = Company::default();
    let mut world = World::new("http://localhost".to_owned(), &company, Rotation::Lenient);
    let blank = blank(&mut world, PersonId(0), "series");
    let config = Config {
        cases: 1_500,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&case(), |case| {
        prop_assume!(case.starts_plainly());
        prop_assert_eq!(ours(&case, &blank), theirs(&case), "{}", case.rule());
        Ok(())
    });
    if let Err(problem) = outcome {
        panic!("{problem}");
    }
}
