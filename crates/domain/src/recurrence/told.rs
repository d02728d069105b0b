//! A series in words, in the languages of the pages. The words are read back as the same series.

use jiff::civil::Weekday;

use super::{End, Month, MonthDay, Nth, Pattern, Recurrence, Weekdays};

/// What a language says. Names begin with Monday and January.
pub(super) struct Language {
    every_day: &'static str,
    every_week: &'static str,
    every_month: &'static str,
    every_year: &'static str,
    /// `every`, as far as one weekday follows.
    every: &'static str,
    /// Words for several days, weeks, months, years; `{}` is the number.
    several: [&'static str; 4],
    on: &'static str,
    /// Before a weekday of the month, and a day of the month.
    on_the: &'static str,
    and: &'static str,
    or: &'static str,
    working_days: &'static str,
    last_day: &'static str,
    /// After a day that not every month has.
    or_last: &'static str,
    nth: [&'static str; 5],
    days: [&'static str; 7],
    months: [&'static str; 12],
    in_month: &'static str,
    day: fn(MonthDay) -> String,
    date: fn(MonthDay, &str) -> String,
    weeks_from: &'static str,
    times: fn(u32) -> String,
    until: &'static str,
    until_date: &'static str,
}

pub(super) const ENGLISH: Language = Language {
    every_day: "every day",
    every_week: "every week",
    every_month: "every month",
    every_year: "every year",
    every: "every",
    several: [
        "every {} days",
        "every {} weeks",
        "every {} months",
        "every {} years",
    ],
    on: "on",
    on_the: "on the",
    and: "and",
    or: "or",
    working_days: "every weekday (Monday to Friday)",
    last_day: "last day",
    or_last: "(in shorter months the last day)",
    nth: ["first", "second", "third", "fourth", "last"],
    days: [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ],
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    in_month: "of",
    day: |day| {
        let ending = match (day.number() % 10, day.number()) {
            (_, 11..=13) => "th",
            (1, _) => "st",
            (2, _) => "nd",
            (3, _) => "rd",
            (_, _) => "th",
        };
        format!("{}{ending}", day.number())
    },
    date: |day, month| format!("{} {month}", day.number()),
    weeks_from: "weeks from",
    times: |count| match count {
        1 => "1 time".to_owned(),
        count => format!("{count} times"),
    },
    until: "until",
    until_date: "%Y-%m-%d",
};

pub(super) const GERMAN: Language = Language {
    every_day: "jeden Tag",
    every_week: "jede Woche",
    every_month: "jeden Monat",
    every_year: "jedes Jahr",
    every: "jeden",
    several: [
        "alle {} Tage",
        "alle {} Wochen",
        "alle {} Monate",
        "alle {} Jahre",
    ],
    on: "am",
    on_the: "am",
    and: "und",
    or: "oder",
    working_days: "jeden Werktag (Montag bis Freitag)",
    last_day: "letzten Tag",
    or_last: "(in kürzeren Monaten am letzten Tag)",
    nth: ["ersten", "zweiten", "dritten", "vierten", "letzten"],
    days: [
        "Montag",
        "Dienstag",
        "Mittwoch",
        "Donnerstag",
        "Freitag",
        "Samstag",
        "Sonntag",
    ],
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    in_month: "im",
    day: |day| format!("{}.", day.number()),
    date: |day, month| format!("{}. {month}", day.number()),
    weeks_from: "Wochen ab",
    times: |count| format!("{count} Mal"),
    until: "bis",
    until_date: "%d.%m.%Y",
};

/// The series in that language.
pub(super) fn tell(series: &Recurrence, language: &Language) -> String {
    let pattern = pattern(series, language);
    match series.end {
        End::Never => pattern,
        End::After(count) => format!("{pattern}, {}", (language.times)(count.get())),
        End::On(last) => format!(
            "{pattern}, {} {}",
            language.until,
            last.strftime(language.until_date)
        ),
    }
}

fn pattern(series: &Recurrence, language: &Language) -> String {
    let interval = series.interval();
    let every = |one: &str, several: usize| match interval {
        1 => one.to_owned(),
        interval => language.several[several].replace("{}", &interval.to_string()),
    };
    let (on, on_the) = (language.on, language.on_the);
    match series.pattern {
        Pattern::Daily { .. } => every(language.every_day, 0),
        Pattern::Weekly {
            days, first_day, ..
        } => weekly(language, interval, days, first_day),
        Pattern::AbsoluteMonthly { day, .. } => {
            let every = every(language.every_month, 2);
            format!("{every} {on_the} {}", numbered(language, day))
        }
        Pattern::RelativeMonthly { nth, days, .. } => {
            let every = every(language.every_month, 2);
            format!("{every} {on_the} {}", nth_day(language, nth, days))
        }
        Pattern::AbsoluteYearly { month, day, .. } => {
            let date = (language.date)(day, name(language, month));
            format!("{} {on} {date}", every(language.every_year, 3))
        }
        Pattern::RelativeYearly {
            month, nth, days, ..
        } => format!(
            "{} {on_the} {} {} {}",
            every(language.every_year, 3),
            nth_day(language, nth, days),
            language.in_month,
            name(language, month)
        ),
    }
}

fn weekly(language: &Language, interval: i64, days: Weekdays, first_day: Weekday) -> String {
    let names = names(language, days, language.and);
    match interval {
        1 if days == Weekdays::WORKING => language.working_days.to_owned(),
        1 if days.count() == 1 => format!("{} {names}", language.every),
        1 => format!("{} {} {names}", language.every_week, language.on),
        interval => {
            let every = language.several[1].replace("{}", &interval.to_string());
            // Only then does it matter where a week begins.
            let from = if days.count() > 1 && first_day != Weekday::Monday {
                let first = names_of(language, first_day);
                format!(" ({} {first})", language.weeks_from)
            } else {
                String::new()
            };
            format!("{every} {} {names}{from}", language.on)
        }
    }
}

fn numbered(language: &Language, day: MonthDay) -> String {
    match day.number() {
        31 => language.last_day.to_owned(),
        29 | 30 => format!("{} {}", (language.day)(day), language.or_last),
        _ => (language.day)(day),
    }
}

fn nth_day(language: &Language, nth: Nth, days: Weekdays) -> String {
    let at = Nth::ALL.iter().position(|other| *other == nth).unwrap_or(0);
    format!(
        "{} {}",
        language.nth[at],
        names(language, days, language.or)
    )
}

/// `Monday, Tuesday and Friday`.
fn names(language: &Language, days: Weekdays, and: &str) -> String {
    let names: Vec<_> = days.iter().map(|day| names_of(language, day)).collect();
    match names.as_slice() {
        [before @ .., last] if !before.is_empty() => format!("{} {and} {last}", before.join(", ")),
        names => names.concat(),
    }
}

fn names_of(language: &Language, day: Weekday) -> &'static str {
    language.days[usize::from(day.to_monday_zero_offset().unsigned_abs())]
}

fn name(language: &Language, month: Month) -> &'static str {
    language.months[usize::from(month.number().unsigned_abs()) - 1]
}
