//! From working hours on somebody's clocks to moments.

use jiff::civil::{DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::Hours;
use super::lane::Lane;

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

impl Hours {
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
