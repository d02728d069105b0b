use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};
use proptest::prelude::*;

use super::*;

mod expansion;
mod reading;

/// Ten o'clock in Berlin.
fn start(day: &str) -> DateTime {
    day.parse::<Date>().expect("a date").at(10, 0, 0, 0)
}

fn berlin() -> Zone {
    Zone::named("Europe/Berlin").expect("bundled")
}

/// Any pattern that the readers accept, with a start on it.
fn series() -> impl Strategy<Value = Recurrence> {
    let interval = |most: u32| {
        prop_oneof![Just(1), 1..=most].prop_map(|n| NonZeroU32::new(n).expect("at least 1"))
    };
    let days = || {
        (1_u8..128).prop_map(|bits| {
            Weekdays::of(
                weekdays::WEEK
                    .into_iter()
                    .enumerate()
                    .filter(|(at, _)| bits >> at & 1 == 1)
                    .map(|(_, day)| day),
            )
            .expect("one at least")
        })
    };
    let nth = || (0_usize..5).prop_map(|at| Nth::ALL[at]);
    let day = || (1_i8..=31).prop_map(|day| MonthDay::new(day).expect("a day"));
    let month = || (1_i8..=12).prop_map(|month| Month::new(month).expect("a month"));
    let pattern = prop_oneof![
        interval(40).prop_map(|interval| Pattern::Daily { interval }),
        (interval(9), days(), any::<bool>()).prop_map(|(interval, days, sunday)| Pattern::Weekly {
            interval,
            days,
            first_day: if sunday {
                Weekday::Sunday
            } else {
                Weekday::Monday
            },
        }),
        (interval(14), day())
            .prop_map(|(interval, day)| Pattern::AbsoluteMonthly { interval, day }),
        (interval(14), nth(), days()).prop_map(|(interval, nth, days)| Pattern::RelativeMonthly {
            interval,
            nth,
            days
        }),
        (interval(5), month(), day())
            .prop_filter("the month has the day", |(_, month, day)| day.number()
                <= month.longest())
            .prop_map(|(interval, month, day)| Pattern::AbsoluteYearly {
                interval,
                month,
                day
            }),
        (interval(5), month(), nth(), days()).prop_map(|(interval, month, nth, days)| {
            Pattern::RelativeYearly {
                interval,
                month,
                nth,
                days,
            }
        }),
    ];
    let end = prop_oneof![
        Just(None),
        (1_u32..60).prop_map(|count| Some(Ok(count))),
        (0_i64..2_000).prop_map(|days| Some(Err(days))),
    ];
    (pattern, end, 0_i64..2_000).prop_map(|(pattern, end, after)| {
        let from = Date::constant(2026, 1, 1).saturating_add(after.days());
        let first = Recurrence::new(pattern, from, End::Never)
            .first()
            .expect("each has days");
        let end = match end {
            None => End::Never,
            Some(Ok(count)) => End::After(NonZeroU32::new(count).expect("at least 1")),
            Some(Err(days)) => End::On(first.saturating_add(days.days())),
        };
        Recurrence::new(pattern, first, end)
    })
}

proptest! {
    #[test]
    fn cut_anywhere_a_series_keeps_its_days(series in series(), place in 0_usize..40) {
        let days: Vec<_> = series.days().take(60).collect();
        let Some(day) = days.get(place).copied() else { return Ok(()) };
        match series.split_before(day) {
            None => prop_assert_eq!(place, 0),
            Some((before, after)) => {
                prop_assert!(place > 0);
                let joined: Vec<_> = before.days().chain(after.days().take(60)).take(days.len()).collect();
                prop_assert_eq!(&joined, &days);
                prop_assert_eq!(after.last(), series.last());
            }
        }
        let off = day.tomorrow().expect("a day");
        if !days.contains(&off) && place + 1 < days.len() {
            prop_assert_eq!(series.split_before(off), None);
        }
    }
}
