//! The days of a series: when each is, and what it looks like as an event of its own.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime};
use jiff::{Span, Timestamp};

use super::{Attendee, Event, OfSeries, overlap};
use crate::mailbox::ids::{occurrence_id, split};
use crate::mailbox::moment::Moment;
use crate::zones::Zone;

/// Where the date of an occurrence is in the uid of its meeting.
const STAMP: std::ops::Range<usize> = 32..40;

impl Event {
    /// Whether the series still has an occurrence with this original day.
    pub(crate) fn has_occurrence(&self, date: Date) -> bool {
        let Some(recurrence) = &self.recurrence else {
            return false;
        };
        !self.removed.contains(&date)
            && (self.exceptions.contains_key(&date) || recurrence.includes(date))
    }

    /// The occurrence of a day, changed or not.
    pub(crate) fn occurrence(&self, date: Date) -> Event {
        if let Some(exception) = self.exceptions.get(&date) {
            return exception.clone();
        }
        self.unchanged(date)
    }

    /// The occurrence of a day as one that differs from the pattern.
    pub(crate) fn changed_occurrence(&self, date: Date) -> Event {
        let mut occurrence = self.occurrence(date);
        if let Some(series) = occurrence.of_series.as_mut() {
            series.changed = true;
        }
        occurrence
    }

    /// The occurrence of a day as a changed one, to be changed, if the series still has it.
    pub(crate) fn day_mut(&mut self, date: Date) -> Option<&mut Event> {
        let day = self
            .has_occurrence(date)
            .then(|| self.changed_occurrence(date))?;
        self.exceptions.insert(date, day);
        self.exceptions.get_mut(&date)
    }

    /// The occurrence of a day as the pattern has it.
    pub(crate) fn unchanged(&self, date: Date) -> Event {
        let (start, end) = self.times_on(date);
        self.on(&Day { date, start, end })
    }

    fn on(&self, day: &Day) -> Event {
        Event {
            id: occurrence_id(&self.id, day.date),
            calendar: self.calendar.clone(),
            change_key: self.change_key.clone(),
            uid: occurrence_uid(&self.uid, day.date),
            created: self.created,
            modified: self.modified,
            subject: self.subject.clone(),
            body: self.body.clone(),
            all_day: self.all_day,
            cancelled: self.cancelled,
            organizer: self.organizer.clone(),
            is_organizer: self.is_organizer,
            response: self.response.clone(),
            attendees: self.attendees.clone(),
            locations: self.locations.clone(),
            online: self.online.clone(),
            transaction_id: None,
            plain: self.plain.clone(),
            recurrence: None,
            exceptions: BTreeMap::new(),
            removed: BTreeSet::new(),
            of_series: Some(OfSeries {
                master_id: self.id.clone(),
                original_start: day.start.instant(),
                changed: false,
            }),
            start: day.start.clone(),
            end: day.end.clone(),
        }
    }

    /// The occurrences that touch a window.
    pub(crate) fn occurrences_in(&self, from: Timestamp, until: Timestamp) -> Vec<Event> {
        let seen = self.seen_in(from, until);
        seen.iter().map(|seen| seen.event().into_owned()).collect()
    }

    /// The event itself as an entry of a list.
    pub(crate) fn seen(&self) -> Seen<'_> {
        Seen {
            event: self,
            day: None,
        }
    }

    /// What of an event or a series touches a window: itself, or its occurrences. Nothing is copied yet.
    pub(crate) fn seen_in(&self, from: Timestamp, until: Timestamp) -> Vec<Seen<'_>> {
        if self.recurrence.is_none() {
            let itself = self.touches(from, until).then(|| self.seen());
            return itself.into_iter().collect();
        }
        let mut seen: Vec<Seen<'_>> = self
            .unchanged_days(from, until)
            .into_iter()
            .map(|day| Seen {
                event: self,
                day: Some(day),
            })
            .collect();
        let changed = self.exceptions.values();
        seen.extend(
            changed
                .filter(|event| event.touches(from, until))
                .map(Event::seen),
        );
        seen
    }

    /// The days of unchanged occurrences that touch a window, with their times.
    fn unchanged_days(&self, from: Timestamp, until: Timestamp) -> Vec<Day> {
        let Some(recurrence) = &self.recurrence else {
            return Vec::new();
        };
        // A day's margin covers every zone; exceptions may have moved further and are looked at by themselves.
        let last = recurrence
            .zone
            .wall(until)
            .date()
            .saturating_add(Span::new().days(1));
        let first = recurrence
            .zone
            .wall(from)
            .date()
            .saturating_sub(Span::new().days(self.length_in_days().saturating_add(2)));
        let days = recurrence.days_in(first, last).into_iter();
        days.filter(|date| !self.removed.contains(date) && !self.exceptions.contains_key(date))
            .map(|date| {
                let (start, end) = self.times_on(date);
                Day { date, start, end }
            })
            .filter(|day| overlap(day.span(self.all_day), (from, until)))
            .collect()
    }

    fn length_in_days(&self) -> i32 {
        let (start, end) = (self.start.wall().date(), self.end.wall().date());
        start.until(end).unwrap_or_default().get_days()
    }

    /// When the occurrence of a day is. The pattern holds in its own zone, so wall time survives daylight saving.
    ///
    /// A wall time that a day does not have becomes the one an hour later, one that a day has twice is the earlier one.
    /// Where the end would not come after the start for that reason, the occurrence keeps its length in hours.
    pub(crate) fn times_on(&self, date: Date) -> (Moment, Moment) {
        let Some(recurrence) = &self.recurrence else {
            return (self.start.clone(), self.end.clone());
        };
        if self.all_day {
            let days = Span::new().days(self.length_in_days());
            let start = Moment::new(date.at(0, 0, 0, 0), self.start.zone().clone());
            let ends = date.saturating_add(days).at(0, 0, 0, 0);
            return (start, Moment::new(ends, self.end.zone().clone()));
        }
        let zone = &recurrence.zone;
        let first: DateTime = zone.wall(self.start.instant());
        let length = first
            .until(zone.wall(self.end.instant()))
            .unwrap_or_default();
        let begins = date.to_datetime(first.time());
        let start = zone.instant(begins);
        let mut end = zone.instant(begins.saturating_add(length));
        if end <= start {
            let hours = self.end.instant().duration_since(self.start.instant());
            end = start.saturating_add(hours).unwrap_or(Timestamp::MAX);
        }
        let moment = |instant, like: &Moment| {
            Moment::new(like.zone().wall(instant), like.zone().clone()).at_instant(instant)
        };
        (moment(start, &self.start), moment(end, &self.end))
    }

    /// A text that changes whenever the event does, or one of its days.
    pub(crate) fn mark(&self) -> String {
        let days: String = self
            .exceptions
            .iter()
            .map(|(date, day)| format!(" {date} {}", day.change_key))
            .chain(self.removed.iter().map(|date| format!(" -{date}")))
            .collect();
        format!("{}{days}", self.change_key)
    }

    /// Lets the changed days follow a change of their series, in what was not changed about them.
    ///
    /// Another time or another pattern ends all exceptions, and the missing days are there again.
    pub(crate) fn follow(&mut self, before: &Event) {
        let rescheduled = self.recurrence != before.recurrence
            || self.start != before.start
            || self.end != before.end
            || self.all_day != before.all_day;
        if rescheduled {
            self.exceptions.clear();
            self.removed.clear();
            return;
        }
        let mut days = std::mem::take(&mut self.exceptions);
        for day in days.values_mut() {
            follow(&mut day.subject, &before.subject, &self.subject);
            follow(&mut day.body, &before.body, &self.body);
            follow(&mut day.locations, &before.locations, &self.locations);
            follow(&mut day.online, &before.online, &self.online);
            for (name, value) in &self.plain {
                if day.plain.get(name) == before.plain.get(name) {
                    day.plain.insert(name.clone(), value.clone());
                }
            }
            let is = |one: &Attendee, other: &Attendee| {
                one.party.address.eq_ignore_ascii_case(&other.party.address)
            };
            let kept = |one: &Attendee| self.attendees.iter().any(|other| is(one, other));
            day.attendees
                .retain(|one| kept(one) || !before.attendees.iter().any(|other| is(one, other)));
            for new in &self.attendees {
                let known = day.attendees.iter().chain(&before.attendees);
                if !known.into_iter().any(|other| is(new, other)) {
                    day.attendees.push(new.clone());
                }
            }
        }
        self.exceptions = days;
    }

    /// Whether an occurrence may have these times: it stays between the days of its neighbours.
    pub(crate) fn stays_between_neighbours(&self, date: Date, changed: &Event) -> bool {
        let Some(recurrence) = &self.recurrence else {
            return true;
        };
        let day = |event: &Event| {
            if event.all_day {
                event.start.wall().date()
            } else {
                recurrence.zone.wall(event.start.instant()).date()
            }
        };
        let neighbour = |next: &dyn Fn(Date) -> Option<Date>| {
            let mut at = next(date);
            while at.is_some_and(|date| self.removed.contains(&date)) {
                at = at.and_then(next);
            }
            at.map(|date| day(&self.occurrence(date)))
        };
        let new = day(changed);
        neighbour(&|date| recurrence.before(date)).is_none_or(|before| before < new)
            && neighbour(&|date| recurrence.after(date)).is_none_or(|after| new < after)
    }
}

/// A day of a series with its times.
#[derive(Debug, Clone)]
struct Day {
    date: Date,
    start: Moment,
    end: Moment,
}

impl Day {
    fn span(&self, all_day: bool) -> (Timestamp, Timestamp) {
        if all_day {
            (self.start.floating(), self.end.floating())
        } else {
            (self.start.instant(), self.end.instant())
        }
    }
}

/// An entry of a window that is not yet an event of its own.
#[derive(Debug, Clone)]
pub(crate) struct Seen<'a> {
    event: &'a Event,
    day: Option<Day>,
}

impl<'a> Seen<'a> {
    /// The entry as an event.
    pub(crate) fn event(&self) -> Cow<'a, Event> {
        match &self.day {
            None => Cow::Borrowed(self.event),
            Some(day) => Cow::Owned(self.event.on(day)),
        }
    }

    /// When it starts on the clocks of a zone; whole days start at midnight on all clocks.
    pub(crate) fn wall(&self, zone: &Zone) -> DateTime {
        if self.event.all_day {
            self.start().wall()
        } else {
            zone.wall(self.start().instant())
        }
    }

    /// Which day of a series it is, changed or not.
    pub(crate) fn occurrence(&self) -> Option<Date> {
        match &self.day {
            Some(day) => Some(day.date),
            None => {
                self.event.of_series.as_ref()?;
                split(&self.event.id)?.1
            }
        }
    }

    /// From when to when, as windows see it.
    pub(crate) fn span(&self) -> (Timestamp, Timestamp) {
        match &self.day {
            Some(day) => day.span(self.event.all_day),
            None => self.event.span(),
        }
    }

    pub(crate) fn start(&self) -> &Moment {
        self.day
            .as_ref()
            .map_or(&self.event.start, |day| &day.start)
    }

    pub(crate) fn end(&self) -> &Moment {
        self.day.as_ref().map_or(&self.event.end, |day| &day.end)
    }
}

/// Takes over what its series has become, unless it was different before.
fn follow<T: Clone + PartialEq>(own: &mut T, before: &T, after: &T) {
    if own == before {
        own.clone_from(after);
    }
}

/// The uid of one occurrence: the series' own with the date in the place reserved for it.
fn occurrence_uid(uid: &str, date: Date) -> String {
    let stamp = format!("{:04X}{:02X}{:02X}", date.year(), date.month(), date.day());
    match (uid.get(..STAMP.start), uid.get(STAMP.end..)) {
        (Some(front), Some(back)) => format!("{front}{stamp}{back}"),
        _ => uid.to_owned(),
    }
}

/// The meeting that a uid belongs to, and which day of it, if it is one of a series.
pub(crate) fn meeting_of(uid: &str) -> (String, Option<Date>) {
    let date = uid.get(STAMP).and_then(|stamp| {
        let number = |range| i16::from_str_radix(stamp.get(range)?, 16).ok();
        let (month, day) = (number(4..6)?, number(6..8)?);
        Date::new(
            number(0..4)?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        )
        .ok()
    });
    match (date, uid.get(..STAMP.start), uid.get(STAMP.end..)) {
        (Some(_), Some(front), Some(back)) => (format!("{front}00000000{back}"), date),
        _ => (uid.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uid_of_an_occurrence_names_its_meeting_and_its_day() {
        let uid = format!("040000008200E00074C5B7101A82E00800000000{}", "A".repeat(56));
        let date = jiff::civil::date(2026, 3, 30);
        assert_eq!(
            meeting_of(&occurrence_uid(&uid, date)),
            (uid.clone(), Some(date))
        );
        assert_eq!(meeting_of(&uid), (uid.clone(), None));
        assert_eq!(meeting_of("short"), ("short".to_owned(), None));
    }
}
