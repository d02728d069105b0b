//! The search itself.

use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp};

use super::lane::Lane;
use super::{Cost, Fact, Hours, Participant, Slot, Wanted, What};
use crate::calendar::ShowAs;

/// A question with its people, ready to be answered.
pub struct Search<'w> {
    wanted: &'w Wanted,
    people: Vec<Person>,
    /// Where somebody who must come cannot, whatever the hours: what most starts fail at.
    blocked: Lane,
    part_of_day: Option<Lane>,
}

/// One participant, sorted.
struct Person {
    required: bool,
    away: Lane,
    tentative: Lane,
    elsewhere: Lane,
    hours: Option<Lane>,
}

/// How one person stands to one slot.
#[derive(Clone, Copy)]
pub(super) struct State {
    pub(super) away: bool,
    pub(super) tentative: bool,
    pub(super) elsewhere: bool,
    pub(super) outside: bool,
}

impl<'w> Search<'w> {
    /// Prepares a search.
    pub fn new(wanted: &'w Wanted, participants: &[Participant]) -> Self {
        let hours = |hours: &Hours| hours.lane(wanted.from, wanted.to);
        let people: Vec<Person> = participants
            .iter()
            .map(|one| Person {
                required: one.required,
                away: lane(one, |shows| {
                    matches!(shows, ShowAs::Busy | ShowAs::OutOfOffice | ShowAs::Unknown)
                }),
                tentative: lane(one, |shows| shows == ShowAs::Tentative),
                elsewhere: lane(one, |shows| shows == ShowAs::WorkingElsewhere),
                hours: one.hours.as_ref().map(hours),
            })
            .collect();
        let must = people.iter().filter(|person| person.required);
        let blocked = Lane::of(must.flat_map(|person| {
            let soft = [
                (wanted.tentative_blocks, &person.tentative),
                (wanted.elsewhere_blocks, &person.elsewhere),
            ];
            let soft = soft
                .into_iter()
                .filter(|(blocks, _)| *blocks)
                .flat_map(|(_, lane)| lane.stretches());
            person.away.stretches().chain(soft)
        }));
        let part_of_day = wanted
            .between
            .map(|between| Hours::daily(between, wanted.zone.zone().clone()))
            .map(|daily| hours(&daily));
        Self {
            wanted,
            people,
            blocked,
            part_of_day,
        }
    }

    /// Every slot at which all who must come can, the best first; of equals the earliest.
    pub fn ranked(&self) -> Vec<Slot> {
        let mut slots: Vec<Slot> = self
            .starts()
            .into_iter()
            .filter_map(|start| self.slot(start))
            .collect();
        slots.sort_by_key(|slot| (slot.cost, slot.start));
        slots
    }

    /// What there is to say about people at a slot, in the order of the participants.
    pub fn facts(&self, slot: &Slot) -> Vec<Fact> {
        let mut facts = Vec::new();
        for who in 0..self.people.len() {
            let state = self.state(who, slot.start, slot.end);
            let calendar = if state.away {
                Some(What::Busy)
            } else if state.tentative {
                Some(What::Tentative)
            } else if state.elsewhere {
                Some(What::Elsewhere)
            } else {
                None
            };
            let outside = state.outside.then_some(What::Outside);
            facts.extend(
                calendar
                    .into_iter()
                    .chain(outside)
                    .map(|what| Fact { who, what }),
            );
        }
        facts
    }

    /// Every possible start, whoever is free: inside the window, on a wanted day, in the wanted part of it.
    pub(super) fn starts(&self) -> Vec<Timestamp> {
        let zone = self.wanted.zone.zone();
        let minute = SignedDuration::from_mins(1);
        let (mut starts, mut start) = (Vec::new(), whole_minute(self.wanted.from));
        while let Some(end) = self.end(start).filter(|end| *end <= self.wanted.to) {
            let shown = zone.to_datetime(start);
            let past =
                (i64::from(shown.hour()) * 60 + i64::from(shown.minute())) % self.wanted.step;
            if past == 0 && self.fits(start, end, shown.weekday()) {
                starts.push(start);
            }
            // A leap to the next multiple is right as long as no clock changes on the way; there, minute by minute.
            let leap = SignedDuration::from_mins(self.wanted.step - past);
            let Ok(ahead) = start.checked_add(leap) else {
                break;
            };
            start = if zone.to_offset(ahead) == zone.to_offset(start) {
                ahead
            } else {
                start.saturating_add(minute).unwrap_or(ahead)
            };
        }
        starts
    }

    fn fits(&self, start: Timestamp, end: Timestamp, day: Weekday) -> bool {
        let days = &self.wanted.days;
        (days.is_empty() || days.contains(&day))
            && self
                .part_of_day
                .as_ref()
                .is_none_or(|part| part.covers(start, end))
    }

    pub(super) fn end(&self, start: Timestamp) -> Option<Timestamp> {
        start
            .checked_add(SignedDuration::from_mins(self.wanted.length))
            .ok()
    }

    /// The slot that begins here, if everybody who must come can.
    pub(super) fn slot(&self, start: Timestamp) -> Option<Slot> {
        let end = self.end(start)?;
        let (padded_start, padded_end) = self.padded(start, end);
        if self.blocked.touches(padded_start, padded_end) {
            return None;
        }
        let mut cost = Cost::default();
        for (who, person) in self.people.iter().enumerate() {
            let state = self.state(who, start, end);
            if person.required {
                if state.outside && !self.wanted.outside_hours {
                    return None;
                }
                cost.outside += u32::from(state.outside);
                cost.tentative += u32::from(state.tentative);
            } else {
                cost.missing += u32::from(state.away);
                cost.loose += u32::from(!state.away && (state.tentative || state.outside));
            }
            cost.elsewhere += u32::from(!state.away && state.elsewhere);
        }
        Some(Slot { start, end, cost })
    }

    /// How somebody stands to a slot. Who cannot come is `away`, whatever else there is.
    pub(super) fn state(&self, who: usize, start: Timestamp, end: Timestamp) -> State {
        let person = &self.people[who];
        let (from, to) = if person.required {
            self.padded(start, end)
        } else {
            (start, end)
        };
        let tentative = person.tentative.touches(from, to);
        let elsewhere = person.elsewhere.touches(from, to);
        State {
            away: person.away.touches(from, to)
                || self.blocks_tentative(tentative)
                || self.blocks_elsewhere(elsewhere),
            tentative,
            elsewhere,
            outside: person
                .hours
                .as_ref()
                .is_some_and(|hours| !hours.covers(start, end)),
        }
    }

    /// Whether somebody is away even if nothing soft counts.
    pub(super) fn hard(&self, who: usize, start: Timestamp, end: Timestamp) -> bool {
        let (from, to) = self.padded(start, end);
        self.people[who].away.touches(from, to)
    }

    /// Those who must come, by place.
    pub(super) fn required(&self) -> impl Iterator<Item = usize> {
        let people = self.people.iter().enumerate();
        people.filter_map(|(who, person)| person.required.then_some(who))
    }

    /// Whether a slot may be outside working hours.
    pub(super) fn outside_is_fine(&self) -> bool {
        self.wanted.outside_hours
    }

    /// Whether something tentative, if there is any, counts as busy.
    pub(super) fn blocks_tentative(&self, any: bool) -> bool {
        any && self.wanted.tentative_blocks
    }

    /// Whether working elsewhere, if anybody does, counts as busy.
    pub(super) fn blocks_elsewhere(&self, any: bool) -> bool {
        any && self.wanted.elsewhere_blocks
    }

    fn padded(&self, start: Timestamp, end: Timestamp) -> (Timestamp, Timestamp) {
        let before = SignedDuration::from_mins(self.wanted.before);
        let after = SignedDuration::from_mins(self.wanted.after);
        (
            start.saturating_sub(before).unwrap_or(start),
            end.saturating_add(after).unwrap_or(end),
        )
    }
}

fn lane(one: &Participant, which: impl Fn(ShowAs) -> bool) -> Lane {
    Lane::of(
        one.busy
            .iter()
            .filter(|busy| which(busy.shows))
            .map(|busy| (busy.start, busy.end)),
    )
}

/// The first whole minute not before a moment.
fn whole_minute(moment: Timestamp) -> Timestamp {
    let minutes = moment.as_second().div_euclid(60)
        + i64::from(moment.as_second().rem_euclid(60) != 0 || moment.subsec_nanosecond() > 0);
    Timestamp::from_second(minutes * 60).unwrap_or(moment)
}
