//! What the mailboxes hold, read without any tool, and made-up questions that answers are held against.

use std::collections::BTreeMap;

use domain::random::Random;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Value, json};
use sim::Simulator;

use super::company::PEOPLE;

/// How far the clock stands in these tests.
const NOW: &str = "2026-10-19T06:00:00Z";

/// What is in each mailbox that takes time, by name.
pub(super) struct Held(BTreeMap<&'static str, Vec<Stretch>>);

struct Stretch {
    start: Timestamp,
    end: Timestamp,
    tentative: bool,
}

/// A question.
#[derive(Debug)]
pub(super) struct Case {
    required: Vec<&'static str>,
    minutes: i64,
    first: Date,
    last: Date,
    between: Option<(i8, i8)>,
    days: Vec<Weekday>,
    buffer: i64,
    outside: bool,
    tentative: bool,
}

impl Case {
    pub(super) fn of(seed: u64) -> Self {
        let random = Random::seeded(seed);
        let below = |limit: u32| u32::from_le_bytes(random.bytes()) % limit;
        let others = ["jonas", "mike", "sofia", "priya", "absent", "custom"];
        let mut required = vec!["lena"];
        required.extend(others.into_iter().filter(|_| below(4) == 0));
        let first = Date::constant(2026, 10, 19) + i64::from(below(12)).days();
        let week = Weekday::Monday.cycle_forward().take(7);
        let hour = i8::try_from(8 + below(6)).expect("small");
        Self {
            required,
            minutes: [15, 30, 45, 60, 90, 120, 240][below(7) as usize],
            first,
            last: first + i64::from(below(5)).days(),
            between: (below(3) == 0).then_some((hour, hour + 3)),
            days: if below(3) == 0 {
                week.filter(|_| below(3) > 0).collect()
            } else {
                Vec::new()
            },
            buffer: [0, 0, 10, 30][below(4) as usize],
            outside: below(4) == 0,
            tentative: below(3) == 0,
        }
    }

    /// On the clocks of Berlin, where she is.
    fn window(&self) -> (Timestamp, Timestamp) {
        let midnight = |date: Date| {
            let berlin = TimeZone::get("Europe/Berlin").expect("bundled");
            date.to_zoned(berlin).expect("a day").timestamp()
        };
        (midnight(self.first), midnight(self.last + 1.day()))
    }

    pub(super) fn arguments(&self) -> Value {
        let attendees: Vec<String> = self.required[1..]
            .iter()
            .map(|name| format!("{name}@slots.example"))
            .collect();
        let mut arguments = json!({
            "attendees": attendees, "duration_minutes": self.minutes, "from": self.first.to_string(), "to": self.last.to_string(),
            "buffer_minutes": self.buffer, "outside_hours": self.outside, "limit": 4,
            "days": self.days.iter().map(|day| format!("{day:?}")).collect::<Vec<_>>(),
        });
        if let Some((from, to)) = self.between {
            arguments["between"] = format!("{from:02}:00-{to:02}:00").into();
        }
        if self.tentative {
            arguments["also_busy"] = json!(["tentative"]);
        }
        arguments
    }
}

impl Held {
    pub(super) fn of(sim: &Simulator) -> Self {
        let mut held = BTreeMap::new();
        for (name, zone, _) in PEOPLE {
            let zone = TimeZone::get(zone).expect("bundled");
            let mut stretches = Vec::new();
            for event in sim.events_of(&format!("{name}@slots.example")) {
                if event["showAs"] == "free" || event["showAs"] == "workingElsewhere" {
                    continue;
                }
                let clocks = if event["isAllDay"] == true {
                    &zone
                } else {
                    &TimeZone::UTC
                };
                let at = |field: &str| {
                    let text = event[field]["dateTime"].as_str().expect("a time");
                    let local: DateTime = text.parse().expect("a time");
                    let moment = local.to_zoned(clocks.clone()).expect("a moment");
                    moment.timestamp()
                };
                stretches.push(Stretch {
                    start: at("start"),
                    end: at("end"),
                    tentative: event["showAs"] == "tentative",
                });
            }
            held.insert(name, stretches);
        }
        Self(held)
    }

    /// Holds every slot of an answer against the mailboxes, and says how many there were.
    pub(super) fn check(&self, case: &Case, answer: &Value) -> usize {
        let slots = answer["slots"].as_array().expect("slots");
        for slot in slots {
            let at = |field: &str| -> Timestamp {
                let text = slot[field].as_str().expect("a time");
                let text = format!("{}:00{}", &text[..16], &text[16..]);
                text.parse().expect("a moment")
            };
            let why = self.against(case, at("start"), slot["tentative"].is_array());
            assert_eq!(why, None, "{}\n{slot}", case.arguments());
            let length = SignedDuration::from_mins(case.minutes);
            assert_eq!(at("end"), at("start") + length);
        }
        slots.len()
    }

    /// The first start at which nothing is in the way, by looking at every quarter of an hour.
    pub(super) fn first_free(&self, case: &Case) -> Option<Timestamp> {
        let (mut start, last) = case.window();
        while start < last {
            if self.against(case, start, !case.tentative).is_none() {
                return Some(start);
            }
            start += SignedDuration::from_mins(15);
        }
        None
    }

    /// What is in the way of a start, if anything is.
    fn against(&self, case: &Case, start: Timestamp, tentative: bool) -> Option<String> {
        let end = start + SignedDuration::from_mins(case.minutes);
        let (first, last) = case.window();
        if start < first.max(NOW.parse().expect("a moment")) || end > last {
            return Some("outside the window".into());
        }
        let berlin = TimeZone::get("Europe/Berlin").expect("bundled");
        let (from, to) = (berlin.to_datetime(start), berlin.to_datetime(end));
        if !case.days.is_empty() && !case.days.contains(&from.weekday()) {
            return Some("on another day".into());
        }
        if let Some((least, most)) = case.between
            && (from < from.date().at(least, 0, 0, 0) || to > from.date().at(most, 0, 0, 0))
        {
            return Some("in another part of the day".into());
        }
        let buffer = SignedDuration::from_mins(case.buffer);
        for name in &case.required {
            let clash = self.0[name].iter().any(|stretch| {
                stretch.start < end + buffer
                    && stretch.end > start - buffer
                    && !(stretch.tentative && tentative)
            });
            if clash {
                return Some(format!("{name} is busy"));
            }
            let (_, zone, hours) = PEOPLE.iter().find(|one| one.0 == *name).expect("somebody");
            let zone = TimeZone::get(zone).expect("bundled");
            let (from, to) = (zone.to_datetime(start), zone.to_datetime(end));
            let weekend = matches!(from.weekday(), Weekday::Saturday | Weekday::Sunday);
            let works =
                !weekend && from >= from.date().at(8, 0, 0, 0) && to <= from.date().at(17, 0, 0, 0);
            if !works && !case.outside && *hours != "absent" {
                return Some(format!("{name} does not work"));
            }
        }
        None
    }
}
