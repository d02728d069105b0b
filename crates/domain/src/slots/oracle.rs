//! The same search, minute by minute and without a thought of speed: what [`super::Search`] is held against.
//!
//! It shares the types of the question and nothing of the answer.

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::{Busy, Participant, Wanted};
use crate::calendar::ShowAs;

/// Start in minutes since 1970, and the five numbers of its cost.
pub(super) type Row = (i64, [u32; 5]);

/// Minutes on each side of the window, so that the days of its edges are whole.
const MARGIN: i64 = 3 * 24 * 60;

/// What a zone's clocks show at every minute around the window.
struct Clocks {
    first: i64,
    shown: Vec<DateTime>,
}

impl Clocks {
    fn of(zone: &TimeZone, wanted: &Wanted) -> Self {
        let first = minute(wanted.from) - MARGIN;
        let last = minute(wanted.to) + MARGIN;
        let shown = (first..last).map(|minute| zone.to_datetime(moment(minute)));
        Self {
            first,
            shown: shown.collect(),
        }
    }

    fn at(&self, minute: i64) -> DateTime {
        self.shown[usize::try_from(minute - self.first).expect("inside the margin")]
    }

    /// The first minute that shows at least this.
    fn first_showing(&self, wanted: DateTime) -> i64 {
        let found = self.shown.iter().position(|shown| *shown >= wanted);
        self.first + i64::try_from(found.unwrap_or(self.shown.len())).expect("few minutes")
    }

    /// For every minute, whether it is between these times of a day that counts.
    fn inside(&self, (start, end): (Time, Time), counts: impl Fn(DateTime) -> bool) -> Vec<bool> {
        let mut inside = vec![false; self.shown.len()];
        let mut day = self.shown[0].date();
        while day <= self.shown[self.shown.len() - 1].date() {
            if counts(day.to_datetime(start)) {
                let next = if end <= start { 1.day() } else { 0.days() };
                let from = self.first_showing(day.to_datetime(start));
                let to = self.first_showing((day + next).to_datetime(end));
                for minute in from..to {
                    inside[usize::try_from(minute - self.first).expect("inside")] = true;
                }
            }
            day = day.tomorrow().expect("not the last day of all");
        }
        inside
    }
}

/// Every slot with its cost, in the order it is to be ranked.
pub(super) fn ranked(wanted: &Wanted, people: &[Participant]) -> Vec<Row> {
    let clocks = Clocks::of(wanted.zone.zone(), wanted);
    let part = wanted
        .between
        .map(|between| clocks.inside(between, |_| true));
    let hours: Vec<Option<Vec<bool>>> = people
        .iter()
        .map(|person| {
            person.hours.as_ref().map(|hours| {
                Clocks::of(&hours.zone, wanted).inside((hours.start, hours.end), |day| {
                    hours.days.contains(&day.date().weekday())
                })
            })
        })
        .collect();
    let at = |table: &[bool], minute: i64| {
        table[usize::try_from(minute - clocks.first).expect("inside")]
    };
    let mut rows = Vec::new();
    'starts: for start in minute(wanted.from)..minute(wanted.to) {
        let end = start + wanted.length;
        let shown = clocks.at(start);
        let shows = i64::from(shown.hour()) * 60 + i64::from(shown.minute());
        let on = wanted.days.is_empty() || wanted.days.contains(&shown.date().weekday());
        if moment(start) < wanted.from || end > minute(wanted.to) || shows % wanted.step != 0 || !on
        {
            continue;
        }
        if let Some(part) = &part
            && !(start..end).all(|minute| at(part, minute))
        {
            continue;
        }
        let mut cost = [0; 5];
        for (person, hours) in people.iter().zip(&hours) {
            let span = if person.required {
                start - wanted.before..end + wanted.after
            } else {
                start..end
            };
            let has = |which: &[ShowAs]| {
                span.clone().any(|minute| {
                    person
                        .busy
                        .iter()
                        .any(|busy| covers(busy, minute) && which.contains(&busy.shows))
                })
            };
            let (tentative, elsewhere) =
                (has(&[ShowAs::Tentative]), has(&[ShowAs::WorkingElsewhere]));
            let away = has(&[ShowAs::Busy, ShowAs::OutOfOffice, ShowAs::Unknown])
                || (wanted.tentative_blocks && tentative)
                || (wanted.elsewhere_blocks && elsewhere);
            let outside = hours
                .as_ref()
                .is_some_and(|works| !(start..end).all(|minute| at(works, minute)));
            if person.required && (away || (outside && !wanted.outside_hours)) {
                continue 'starts;
            }
            let mut count = |place: usize, holds: bool| cost[place] += u32::from(holds);
            count(0, person.required && outside);
            count(1, person.required && tentative);
            count(2, !person.required && away);
            count(3, !person.required && !away && (tentative || outside));
            count(4, !away && elsewhere);
        }
        rows.push((start, cost));
    }
    rows.sort_by_key(|(start, cost)| (*cost, *start));
    rows
}

fn covers(busy: &Busy, at: i64) -> bool {
    busy.start <= moment(at) && busy.end > moment(at)
}

fn minute(moment: Timestamp) -> i64 {
    moment.as_second().div_euclid(60)
}

fn moment(minute: i64) -> Timestamp {
    Timestamp::from_second(minute * 60).expect("in our time")
}
