//! The days of a series, against an oracle that walks every day and asks whether it fits.

use super::*;

/// How many Mondays (or other first days) lie between a day and one long ago.
fn week(day: Date, first_day: Weekday) -> i64 {
    let mut long_ago = Date::constant(2000, 1, 1);
    while long_ago.weekday() != first_day {
        long_ago = long_ago.tomorrow().expect("a date");
    }
    i64::from((day - long_ago).get_days()).div_euclid(7)
}

/// Whether a day is the n-th fitting one of its month, by counting its month's days one after another.
fn is_nth(day: Date, nth: Nth, days: Weekdays) -> bool {
    let fitting: Vec<Date> = (1..=31)
        .filter_map(|number| Date::new(day.year(), day.month(), number).ok())
        .filter(|date| days.contains(date.weekday()))
        .collect();
    let wanted = match nth {
        Nth::Last => fitting.last(),
        nth => fitting.get(usize::try_from(nth.number()).expect("1 to 4") - 1),
    };
    wanted == Some(&day)
}

fn is_day(day: Date, wanted: MonthDay) -> bool {
    day.day() == wanted.number()
        || (day.day() == day.days_in_month() && wanted.number() > day.day())
}

fn fits(series: &Recurrence, day: Date) -> bool {
    let start = series.start();
    let months = |day: Date| i64::from(day.year()) * 12 + i64::from(day.month());
    let every = |units: i64, interval: NonZeroU32| units % i64::from(interval.get()) == 0;
    let years = i64::from(day.year()) - i64::from(start.year());
    match *series.pattern() {
        Pattern::Daily { interval } => every(i64::from((day - start).get_days()), interval),
        Pattern::Weekly {
            interval,
            days,
            first_day,
        } => {
            days.contains(day.weekday())
                && every(week(day, first_day) - week(start, first_day), interval)
        }
        Pattern::AbsoluteMonthly {
            interval,
            day: wanted,
        } => is_day(day, wanted) && every(months(day) - months(start), interval),
        Pattern::RelativeMonthly {
            interval,
            nth,
            days,
        } => is_nth(day, nth, days) && every(months(day) - months(start), interval),
        Pattern::AbsoluteYearly {
            interval,
            month,
            day: wanted,
        } => day.month() == month.number() && is_day(day, wanted) && every(years, interval),
        Pattern::RelativeYearly {
            interval,
            month,
            nth,
            days,
        } => day.month() == month.number() && is_nth(day, nth, days) && every(years, interval),
    }
}

/// The days of ten years, one after another.
fn oracle(series: &Recurrence) -> Vec<Date> {
    let mut days = Vec::new();
    let mut day = series.start();
    let until = day.saturating_add(10.years());
    while day <= until {
        let over = match series.end() {
            End::Never => false,
            End::On(last) => day > last,
            End::After(count) => days.len() == usize::try_from(count.get()).expect("small"),
        };
        if over {
            break;
        }
        if fits(series, day) {
            days.push(day);
        }
        day = day.tomorrow().expect("a date");
    }
    days
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_series_falls_on_the_days_that_fit_and_on_no_other(series in series(), start_earlier in 0_i64..40) {
        // Somebody else's series may start before its first day.
        let series = series.starting(series.start().saturating_sub(start_earlier.days()));
        let until = series.start().saturating_add(10.years());
        let expected = oracle(&series);
        let got: Vec<Date> = series.days().take_while(|day| *day <= until).collect();
        prop_assert_eq!(&got, &expected);
        prop_assert_eq!(series.first(), series.days().next());
        if let Some(count) = series.count().filter(|_| series.last().is_none_or(|last| last <= until)) {
            prop_assert_eq!(count, i64::try_from(expected.len()).expect("small"));
            prop_assert_eq!(series.last(), expected.last().copied());
        }
        let middle = series.start().saturating_add(500.days());
        let from = expected.iter().copied().find(|day| *day >= middle);
        prop_assert_eq!(series.days_from(middle).next().filter(|day| *day <= until), from);
        for day in expected.iter().take(3) {
            prop_assert!(series.includes(*day));
        }
    }
}

#[test]
fn a_series_keeps_its_wall_time_when_the_clocks_change() {
    let check = |zone: &str, from: &str, expected: [&str; 3]| {
        let zone = Zone::named(zone).expect("bundled");
        let start = start(from);
        let series = Recurrence::parse("weekly", start, &zone).expect("a series");
        let starts = series
            .starts_from(start.date(), start.time(), &zone)
            .map(|moment| crate::time::local_text(&moment));
        assert_eq!(
            starts.take(3).collect::<Vec<_>>(),
            expected,
            "{}",
            zone.name()
        );
    };
    check(
        "Europe/Berlin",
        "2026-10-18",
        [
            "2026-10-18T10:00+02:00",
            "2026-10-25T10:00+01:00",
            "2026-11-01T10:00+01:00",
        ],
    );
    check(
        "America/New_York",
        "2027-03-07",
        [
            "2027-03-07T10:00-05:00",
            "2027-03-14T10:00-04:00",
            "2027-03-21T10:00-04:00",
        ],
    );
    check(
        "America/Sao_Paulo",
        "2026-10-11",
        [
            "2026-10-11T10:00-03:00",
            "2026-10-18T10:00-03:00",
            "2026-10-25T10:00-03:00",
        ],
    );
}

#[test]
fn a_wall_time_that_one_day_lacks_is_an_hour_later_there() {
    let series = Recurrence::parse(
        "daily",
        "2027-03-27T02:30".parse().expect("a time"),
        &berlin(),
    )
    .expect("a series");
    let time = jiff::civil::time(2, 30, 0, 0);
    let zone = berlin();
    let starts = series
        .starts_from(series.start(), time, &zone)
        .take(3)
        .map(|moment| crate::time::local_text(&moment));
    assert_eq!(
        starts.collect::<Vec<_>>(),
        [
            "2027-03-27T02:30+01:00",
            "2027-03-28T03:30+02:00",
            "2027-03-29T02:30+02:00"
        ]
    );
}

#[test]
fn a_series_without_end_ends_with_the_calendar_and_a_huge_one_costs_nothing() {
    let most = NonZeroU32::MAX;
    let day = Date::constant(2026, 1, 1);
    let huge = Recurrence::new(Pattern::Daily { interval: most }, day, End::After(most));
    assert_eq!(huge.days().count(), 1);
    let daily = Pattern::Daily {
        interval: NonZeroU32::MIN,
    };
    let endless = Recurrence::new(daily, day, End::Never);
    assert_eq!((endless.last(), endless.count()), (None, None));
    assert_eq!(endless.days_from(Date::constant(4499, 12, 30)).count(), 2);
}
