//! From working hours on somebody's clocks to moments.

use jiff::civil::{DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::Hours;
use super::lane::Lane;
use crate::time::Zone;

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// Hours as they are stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    /// Monday is 1.
    days: Vec<i8>,
    start: Time,
    end: Time,
    zone: String,
}

impl Hours {
    /// The text to store; `None` where the zone has no name.
    pub fn to_stored(&self) -> Option<String> {
        let stored = Stored {
            days: self
                .days
                .iter()
                .map(|day| day.to_monday_one_offset())
                .collect(),
            start: self.start,
            end: self.end,
            zone: self.zone.iana_name()?.to_owned(),
        };
        serde_json::to_string(&stored).ok()
    }

    /// Hours as they were stored; `None` for anything else.
    pub fn from_stored(text: &str) -> Option<Self> {
        let stored: Stored = serde_json::from_str(text).ok()?;
        let days = stored.days.into_iter();
        Some(Self {
            days: days
                .map(Weekday::from_monday_one_offset)
                .collect::<Result<_, _>>()
                .ok()?,
            start: stored.start,
            end: stored.end,
            zone: Zone::named(&stored.zone).ok()?.zone().clone(),
        })
    }

    /// Whether all of this is within them.
    pub fn cover(&self, start: Timestamp, end: Timestamp) -> bool {
        self.lane(start, end).covers(start, end)
    }

    /// The same hours on every day of the week.
    pub(super) fn daily((start, end): (Time, Time), zone: TimeZone) -> Self {
        Self {
            days: WEEK.to_vec(),
            start,
            end,
            zone,
        }
    }

    /// The moments of work that a slot between these two could lie in.
    pub(super) fn lane(&self, from: Timestamp, to: Timestamp) -> Lane {
        let date = |moment: Timestamp| self.zone.to_datetime(moment).date();
        let (mut day, last) = (date(from).saturating_sub(2.days()), date(to));
        let mut stretches = Vec::new();
        while day <= last {
            if self.days.contains(&day.weekday()) {
                let ends_on = if self.end > self.start {
                    day
                } else {
                    day.saturating_add(1.day())
                };
                stretches.push((
                    first_moment(day.to_datetime(self.start), &self.zone),
                    first_moment(ends_on.to_datetime(self.end), &self.zone),
                ));
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        Lane::of(stretches)
    }
}

/// The first moment at which the clocks show at least this: of a time that comes twice the earlier, of one that is skipped
/// the moment of the jump.
fn first_moment(shown: DateTime, zone: &TimeZone) -> Timestamp {
    let meaning = zone.to_ambiguous_timestamp(shown);
    let gap = matches!(meaning.offset(), AmbiguousOffset::Gap { .. });
    // Only at the ends of the calendar, year 9999, has a wall time no moment.
    let moment = meaning.compatible().unwrap_or(Timestamp::MAX);
    if !gap {
        return moment;
    }
    // The jump may be this very moment, and what precedes a moment is before it.
    let after = moment.saturating_add(1.second()).unwrap_or(moment);
    zone.preceding(after)
        .next()
        .map_or(moment, |jump| jump.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_cover_what_is_whole_within_them_and_read_back() {
        let text =
            r#"{"days":[1,2,3,4,5],"start":"08:00:00","end":"17:00:00","zone":"Europe/Berlin"}"#;
        let hours = Hours::from_stored(text).expect("hours");
        assert_eq!(hours.to_stored().as_deref(), Some(text));
        for (start, end, expected) in [
            ("2026-11-27T08:00+01:00", "2026-11-27T17:00+01:00", true),
            ("2026-11-27T07:59+01:00", "2026-11-27T09:00+01:00", false),
            ("2026-11-27T16:30+01:00", "2026-11-27T17:01+01:00", false),
            ("2026-11-28T10:00+01:00", "2026-11-28T11:00+01:00", false),
            ("2026-11-26T16:00+01:00", "2026-11-27T09:00+01:00", false),
            // In summer the clocks show another hour.
            ("2026-07-03T06:00+00:00", "2026-07-03T07:00+00:00", true),
        ] {
            let moment = |text: &str| text.parse::<Timestamp>().expect("a moment");
            assert_eq!(
                hours.cover(moment(start), moment(end)),
                expected,
                "{start} {end}"
            );
        }
        for wrong in [
            "",
            "{}",
            &text.replace("17:00:00", "late"),
            &text.replace("Berlin", "Nowhere"),
            &text.replace("[1", "[9"),
        ] {
            assert!(Hours::from_stored(wrong).is_none(), "{wrong}");
        }
    }
}
