//! The search against the oracle, and by example.

use jiff::civil::{Time, Weekday};
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::random::Random;

/// Windows around every sort of clock change, and none: zone of the asker, first moment, hours.
const WINDOWS: &[(&str, &str, i64)] = &[
    ("Europe/Berlin", "2026-03-28T18:00:00Z", 30),
    ("Europe/Berlin", "2026-10-24T20:00:00Z", 30),
    ("America/New_York", "2026-03-07T22:00:00Z", 36),
    ("America/New_York", "2026-11-01T00:00:00Z", 30),
    ("America/Sao_Paulo", "2026-10-18T00:00:00Z", 30),
    ("Asia/Kolkata", "2026-06-01T03:10:00Z", 48),
    ("Asia/Kathmandu", "2026-06-05T00:00:00Z", 30),
    ("Australia/Lord_Howe", "2026-04-04T08:00:00Z", 30),
    ("Australia/Lord_Howe", "2026-10-03T08:00:00Z", 30),
    ("Pacific/Auckland", "2026-09-26T04:00:00Z", 30),
    ("UTC", "2026-12-31T00:00:00Z", 48),
];
const ZONES: &[&str] = &[
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Asia/Tokyo",
];
const SHOWS: &[ShowAs] = &[
    ShowAs::Busy,
    ShowAs::Tentative,
    ShowAs::OutOfOffice,
    ShowAs::WorkingElsewhere,
    ShowAs::Free,
    ShowAs::Unknown,
];

/// A question made up from a seed.
struct Dice(Random);

impl Dice {
    fn below(&self, limit: usize) -> usize {
        usize::try_from(u32::from_le_bytes(self.0.bytes())).expect("wide enough") % limit
    }

    fn minutes(&self, limit: usize) -> i64 {
        i64::try_from(self.below(limit)).expect("small")
    }

    fn one<'t, T>(&self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }

    fn time(&self) -> Time {
        let hour = i8::try_from(self.below(24)).expect("a day has 24");
        Time::constant(hour, *self.one(&[0, 0, 15, 30, 40]), 0, 0)
    }

    fn days(&self) -> Vec<Weekday> {
        let mut days = Vec::new();
        for day in Weekday::Monday.cycle_forward().take(7) {
            if self.below(4) > 0 {
                days.push(day);
            }
        }
        days
    }

    fn zone(&self) -> TimeZone {
        TimeZone::get(self.one::<&str>(ZONES)).expect("bundled")
    }

    fn wanted(&self) -> Wanted {
        let (zone, from, hours) = self.one::<(&str, &str, i64)>(WINDOWS);
        let from = moment(from) + SignedDuration::from_mins(self.minutes(3));
        Wanted {
            from,
            to: from + SignedDuration::from_hours(*hours),
            zone: Zone::named(zone).expect("bundled"),
            length: *self.one(&[5, 15, 30, 45, 60, 90, 240]),
            step: *self.one(&[5, 15, 15, 30, 60]),
            before: *self.one(&[0, 0, 5, 20]),
            after: *self.one(&[0, 0, 10, 15]),
            between: (self.below(3) == 0)
                .then(|| (self.time(), self.time()))
                .filter(|(start, end)| start != end),
            days: if self.below(3) == 0 {
                self.days()
            } else {
                Vec::new()
            },
            tentative_blocks: self.below(2) == 0,
            elsewhere_blocks: self.below(3) == 0,
            outside_hours: self.below(2) == 0,
        }
    }

    fn participant(&self, wanted: &Wanted, place: usize) -> Participant {
        let hours = Hours {
            days: self.days(),
            start: self.time(),
            end: self.time(),
            zone: self.zone(),
        };
        let span =
            usize::try_from((wanted.to - wanted.from).get_seconds().abs() / 60 + 600).unwrap_or(1);
        let span = span.max(40 * 60);
        let busy = (0..self.below(6)).map(|_| {
            let start = wanted.from + SignedDuration::from_mins(self.minutes(span) - 300);
            let length = self.minutes(*self.one(&[20, 90, 300]));
            Busy {
                start,
                end: start + SignedDuration::from_mins(length),
                shows: *self.one(SHOWS),
            }
        });
        Participant {
            required: place == 0 || self.below(3) > 0,
            busy: busy.collect(),
            hours: (self.below(3) > 0).then_some(hours),
        }
    }
}

#[test]
fn every_feasible_slot_is_found_and_ranked_as_a_naive_search_ranks_it() {
    let (mut slots, mut empty) = (0, 0);
    for seed in 0..400 {
        let dice = Dice(Random::seeded(seed));
        let wanted = dice.wanted();
        let people: Vec<_> = (0..=dice.below(4))
            .map(|place| dice.participant(&wanted, place))
            .collect();
        let expected = oracle::ranked(&wanted, &people);
        let found: Vec<oracle::Row> = Search::new(&wanted, &people)
            .ranked()
            .iter()
            .map(|slot| {
                let Cost {
                    outside,
                    tentative,
                    missing,
                    loose,
                    elsewhere,
                } = slot.cost;
                (
                    slot.start.as_second() / 60,
                    [outside, tentative, missing, loose, elsewhere],
                )
            })
            .collect();
        assert_eq!(found, expected, "seed {seed}: {wanted:?} {people:?}");
        slots += found.len();
        empty += usize::from(found.is_empty());
    }
    // A comparison of nothing with nothing would prove nothing.
    assert!(
        slots > 5_000 && empty > 10 && empty < 300,
        "{slots} slots, {empty} times none"
    );
}

#[test]
fn what_is_shown_does_not_overlap_begins_with_the_best_and_is_always_the_same() {
    for seed in 0..200 {
        let dice = Dice(Random::seeded(seed));
        let wanted = dice.wanted();
        let people = [dice.participant(&wanted, 0), dice.participant(&wanted, 1)];
        let ranked = Search::new(&wanted, &people).ranked();
        let limit = 1 + dice.below(8);
        let shown = spread(&ranked, &wanted.zone, limit);
        assert_eq!(shown, spread(&ranked, &wanted.zone, limit));
        assert!(
            shown.len() <= limit && shown.first() == ranked.first(),
            "seed {seed}"
        );
        assert!(shown.is_sorted_by_key(|slot| (slot.cost, slot.start)));
        assert!(shown.iter().all(|slot| ranked.contains(slot)));
        for (at, one) in shown.iter().enumerate() {
            assert!(
                shown[at + 1..]
                    .iter()
                    .all(|other| one.end <= other.start || other.end <= one.start)
            );
        }
        let room = |slot: &Slot| {
            shown
                .iter()
                .all(|other| slot.end <= other.start || other.end <= slot.start)
        };
        assert!(
            shown.len() == limit || !ranked.iter().any(room),
            "seed {seed}: one more would fit"
        );
    }
}

fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn berlin_week() -> Wanted {
    Wanted {
        from: moment("2026-11-29T23:00:00Z"),
        to: moment("2026-12-06T23:00:00Z"),
        zone: Zone::named("Europe/Berlin").expect("bundled"),
        length: 30,
        step: 15,
        before: 0,
        after: 0,
        between: None,
        days: Vec::new(),
        tentative_blocks: false,
        elsewhere_blocks: false,
        outside_hours: false,
    }
}

fn works(zone: &str) -> Option<Hours> {
    Some(Hours {
        days: Weekday::Monday.cycle_forward().take(5).collect(),
        start: Time::constant(9, 0, 0, 0),
        end: Time::constant(17, 0, 0, 0),
        zone: TimeZone::get(zone).expect("bundled"),
    })
}

fn anybody(required: bool, hours: Option<Hours>, busy: &[(&str, &str, ShowAs)]) -> Participant {
    let busy = busy.iter().map(|(start, end, shows)| Busy {
        start: moment(start),
        end: moment(end),
        shows: *shows,
    });
    Participant {
        required,
        hours,
        busy: busy.collect(),
    }
}

/// The first `limit` slots to show, on the asker's clocks.
fn shown(wanted: &Wanted, people: &[Participant], limit: usize) -> Vec<String> {
    let ranked = Search::new(wanted, people).ranked();
    spread(&ranked, &wanted.zone, limit)
        .iter()
        .map(|slot| wanted.zone.at(slot.start).strftime("%a %H:%M").to_string())
        .collect()
}

#[test]
fn slots_are_spread_over_half_days() {
    let people = [anybody(true, works("Europe/Berlin"), &[])];
    assert_eq!(
        shown(&berlin_week(), &people, 5),
        [
            "Mon 09:00",
            "Mon 12:00",
            "Tue 09:00",
            "Tue 12:00",
            "Wed 09:00"
        ]
    );
    let one_day = Wanted {
        to: moment("2026-11-30T23:00:00Z"),
        ..berlin_week()
    };
    assert_eq!(
        shown(&one_day, &people, 5),
        [
            "Mon 09:00",
            "Mon 09:30",
            "Mon 10:00",
            "Mon 12:00",
            "Mon 12:30"
        ]
    );
}

#[test]
fn people_on_two_continents_meet_where_their_hours_overlap() {
    let people = [
        anybody(true, works("Europe/Berlin"), &[]),
        anybody(true, works("America/New_York"), &[]),
    ];
    assert_eq!(
        shown(&berlin_week(), &people, 2),
        ["Mon 15:00", "Tue 15:00"]
    );
    // In the weeks between the changes of the two, an hour earlier.
    let between = Wanted {
        from: moment("2026-10-25T23:00:00Z"),
        to: moment("2026-10-30T23:00:00Z"),
        ..berlin_week()
    };
    assert_eq!(shown(&between, &people, 2), ["Mon 14:00", "Tue 14:00"]);
}

#[test]
fn a_tentative_time_comes_after_every_free_one_and_is_said() {
    let busy = [
        ("2026-11-30T07:00:00Z", "2026-12-04T15:00:00Z", ShowAs::Busy),
        (
            "2026-12-04T15:00:00Z",
            "2026-12-04T16:00:00Z",
            ShowAs::Tentative,
        ),
    ];
    let people = [anybody(true, works("Europe/Berlin"), &busy)];
    let wanted = berlin_week();
    let search = Search::new(&wanted, &people);
    let ranked = search.ranked();
    assert_eq!(ranked.len(), 3);
    assert_eq!(
        search.facts(&ranked[0]),
        [Fact {
            who: 0,
            what: What::Tentative
        }]
    );
    let strict = Wanted {
        tentative_blocks: true,
        ..berlin_week()
    };
    let why = Search::new(&strict, &people).why();
    assert_eq!((why.starts, why.if_tentative), (7 * 96 - 1, 3));
}

#[test]
fn who_stands_in_the_way_is_counted() {
    let week = (
        "2026-11-29T23:00:00Z",
        "2026-12-06T23:00:00Z",
        ShowAs::OutOfOffice,
    );
    let morning = ("2026-11-30T08:00:00Z", "2026-11-30T09:00:00Z", ShowAs::Busy);
    let people = [
        anybody(true, works("Europe/Berlin"), &[morning]),
        anybody(true, None, &[week]),
        anybody(false, None, &[week]),
    ];
    let wanted = berlin_week();
    let search = Search::new(&wanted, &people);
    assert!(search.ranked().is_empty());
    let why = search.why();
    assert_eq!(why.blockers[0].who, 1);
    assert_eq!(why.blockers[0].blocks, why.starts);
    // Without her: five days of 31 starts, less the four that touch the morning's hour.
    assert_eq!(why.blockers[0].alone, 5 * 31 - 4);
    assert_eq!((why.if_tentative, why.if_outside), (0, 0));
    assert!(why.blockers.iter().all(|blocker| blocker.who != 2));
}

#[test]
fn buffers_keep_time_free_around_and_a_free_event_is_nothing() {
    let busy = [
        ("2026-11-30T09:00:00Z", "2026-11-30T10:00:00Z", ShowAs::Busy),
        ("2026-11-30T11:00:00Z", "2026-11-30T16:00:00Z", ShowAs::Free),
    ];
    let people = [anybody(true, works("Europe/Berlin"), &busy)];
    let wanted = Wanted {
        before: 15,
        after: 15,
        to: moment("2026-11-30T11:30:00Z"),
        ..berlin_week()
    };
    assert_eq!(
        shown(&wanted, &people, 9),
        ["Mon 09:00", "Mon 11:15", "Mon 12:00"]
    );
}
