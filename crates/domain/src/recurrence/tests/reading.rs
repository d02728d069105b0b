//! RRULE and plain words, both ways.

use super::*;

/// The rule that a text means for an event that starts on this day, or what is wrong.
fn check(text: &str, day: &str, expected: &str) {
    let got = match Recurrence::parse(text, start(day), &berlin()) {
        Ok(series) => series.rrule(),
        Err(error) => format!("{:?}", error.trouble()),
    };
    assert_eq!(got, expected, "{text}");
}

#[test]
fn words_of_the_field_mean_what_they_say() {
    for (text, day, rule) in [
        // Tuesday, 24 November 2026
        ("daily", "2026-11-24", "FREQ=DAILY"),
        ("Every day.", "2026-11-24", "FREQ=DAILY"),
        ("every other day", "2026-11-24", "FREQ=DAILY;INTERVAL=2"),
        (
            "every 3 days, 5 times",
            "2026-11-24",
            "FREQ=DAILY;INTERVAL=3;COUNT=5",
        ),
        (
            "every weekday",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        ),
        (
            "weekdays until 2027-03-31",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270331",
        ),
        (
            "every working day",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        ),
        ("Mon-Fri", "2026-11-24", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        (
            "from Monday to Friday",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        ),
        (
            "every Friday to Tuesday",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=MO,TU,FR,SA,SU",
        ),
        ("weekly", "2026-11-24", "FREQ=WEEKLY;BYDAY=TU"),
        (
            "every week for 6 weeks",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270104",
        ),
        (
            "weekly on Monday and Wednesday",
            "2026-11-23",
            "FREQ=WEEKLY;BYDAY=MO,WE",
        ),
        ("every Tuesday", "2026-11-24", "FREQ=WEEKLY;BYDAY=TU"),
        (
            "Tuesdays and Thursdays",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=TU,TH",
        ),
        (
            "every 2 weeks",
            "2026-11-24",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
        ),
        (
            "every second week on Tuesday",
            "2026-11-24",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
        ),
        (
            "every other Tuesday",
            "2026-11-24",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
        ),
        (
            "fortnightly",
            "2026-11-24",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
        ),
        (
            "every second Tuesday",
            "2026-11-24",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
        ),
        (
            "every second Tuesday of the month",
            "2026-11-10",
            "FREQ=MONTHLY;BYDAY=2TU",
        ),
        (
            "on the 4th Tuesday of every month",
            "2026-11-24",
            "FREQ=MONTHLY;BYDAY=4TU",
        ),
        (
            "the last Tuesday of each 3rd month",
            "2026-11-24",
            "FREQ=MONTHLY;INTERVAL=3;BYDAY=-1TU",
        ),
        (
            "the first working day of the month",
            "2026-12-01",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1",
        ),
        ("monthly", "2026-11-24", "FREQ=MONTHLY;BYMONTHDAY=24"),
        (
            "monthly on the 15th",
            "2026-12-15",
            "FREQ=MONTHLY;BYMONTHDAY=15",
        ),
        (
            "monthly on day 15",
            "2026-12-15",
            "FREQ=MONTHLY;BYMONTHDAY=15",
        ),
        (
            "on the 15th of every month, 10 times",
            "2026-12-15",
            "FREQ=MONTHLY;BYMONTHDAY=15;COUNT=10",
        ),
        (
            "the 1st of the month",
            "2026-12-01",
            "FREQ=MONTHLY;BYMONTHDAY=1",
        ),
        (
            "first day of the month",
            "2026-12-01",
            "FREQ=MONTHLY;BYMONTHDAY=1",
        ),
        (
            "on the last day of every month",
            "2026-11-30",
            "FREQ=MONTHLY;BYMONTHDAY=-1",
        ),
        (
            "quarterly",
            "2026-11-24",
            "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=24",
        ),
        (
            "every 2 months on the 24th",
            "2026-11-24",
            "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=24",
        ),
        (
            "yearly",
            "2026-11-24",
            "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=24",
        ),
        (
            "every year on December 24",
            "2026-12-24",
            "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24",
        ),
        (
            "annually on the 24th of December",
            "2026-12-24",
            "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24",
        ),
        (
            "the last Friday of November",
            "2026-11-27",
            "FREQ=YEARLY;BYMONTH=11;BYDAY=-1FR",
        ),
        (
            "the last day of February",
            "2027-02-28",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1",
        ),
        (
            "every Tuesday until March 31, 2027",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270331",
        ),
        (
            "every Tuesday till the 31st of March 2027",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270331",
        ),
        (
            "every Tuesday, ends after 10 occurrences",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=TU;COUNT=10",
        ),
        (
            "every Tuesday for 10 times",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=TU;COUNT=10",
        ),
        (
            "10x every Tuesday",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=TU;COUNT=10",
        ),
    ] {
        check(text, day, rule);
    }
}

#[test]
fn german_words_mean_what_they_say() {
    for (text, day, rule) in [
        ("täglich", "2026-11-24", "FREQ=DAILY"),
        ("jeden Tag, fünfmal", "2026-11-24", "FREQ=DAILY;COUNT=5"),
        ("alle drei Tage", "2026-11-24", "FREQ=DAILY;INTERVAL=3"),
        ("werktags", "2026-11-24", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        (
            "Montag bis Freitag bis 31.03.2027",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270331",
        ),
        ("Mo-Fr", "2026-11-24", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("wöchentlich", "2026-11-24", "FREQ=WEEKLY;BYDAY=TU"),
        ("jeden Dienstag", "2026-11-24", "FREQ=WEEKLY;BYDAY=TU"),
        (
            "dienstags und donnerstags",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=TU,TH",
        ),
        (
            "alle zwei Wochen montags",
            "2026-11-23",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
        ),
        (
            "jede zweite Woche am Montag",
            "2026-11-23",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
        ),
        ("14-tägig", "2026-11-24", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        (
            "jeden zweiten Dienstag",
            "2026-11-24",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
        ),
        (
            "jeden zweiten Dienstag im Monat",
            "2026-11-10",
            "FREQ=MONTHLY;BYDAY=2TU",
        ),
        (
            "am ersten Montag im Monat",
            "2026-12-07",
            "FREQ=MONTHLY;BYDAY=1MO",
        ),
        (
            "am 1. Montag des Monats",
            "2026-12-07",
            "FREQ=MONTHLY;BYDAY=1MO",
        ),
        (
            "monatlich am 15.",
            "2026-12-15",
            "FREQ=MONTHLY;BYMONTHDAY=15",
        ),
        (
            "am 15. des Monats",
            "2026-12-15",
            "FREQ=MONTHLY;BYMONTHDAY=15",
        ),
        (
            "am 15. jedes Monats, 10 Mal",
            "2026-12-15",
            "FREQ=MONTHLY;BYMONTHDAY=15;COUNT=10",
        ),
        (
            "am letzten Tag des Monats",
            "2026-11-30",
            "FREQ=MONTHLY;BYMONTHDAY=-1",
        ),
        (
            "vierteljährlich",
            "2026-11-24",
            "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=24",
        ),
        (
            "jährlich am 24. Dezember",
            "2026-12-24",
            "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24",
        ),
        (
            "jedes Jahr am 24.12.",
            "2026-12-24",
            "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24",
        ),
        (
            "jeden Dienstag bis zum 31. März 2027",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270331",
        ),
        (
            "jeden Dienstag, 10-mal",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=TU;COUNT=10",
        ),
        (
            "sechs Wochen lang dienstags",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270104",
        ),
    ] {
        check(text, day, rule);
    }
}

#[test]
fn rules_that_outlook_can_hold_are_read() {
    for (text, day, rule) in [
        (
            "RRULE:FREQ=WEEKLY;BYDAY=TU,TH",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=TU,TH",
        ),
        ("freq=weekly", "2026-11-24", "FREQ=WEEKLY;BYDAY=TU"),
        (
            "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
            "2026-11-24",
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;WKST=SU",
            "2026-11-24",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;WKST=SU",
        ),
        (
            "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=-1",
            "2026-11-24",
            "FREQ=MONTHLY;BYDAY=-1TU",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=31",
            "2026-11-30",
            "FREQ=MONTHLY;BYMONTHDAY=-1",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=30",
            "2026-11-30",
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1",
        ),
        ("FREQ=MONTHLY", "2026-11-24", "FREQ=MONTHLY;BYMONTHDAY=24"),
        (
            "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=-1",
            "2027-04-30",
            "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=30",
        ),
        (
            "FREQ=YEARLY",
            "2028-02-29",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1",
        ),
        (
            "FREQ=YEARLY;BYMONTH=11;BYDAY=4TU",
            "2026-11-24",
            "FREQ=YEARLY;BYMONTH=11;BYDAY=4TU",
        ),
        // 31 March, nine in the morning of Berlin: the event of ten is too late for that day.
        (
            "FREQ=DAILY;UNTIL=20270331T070000Z",
            "2026-11-24",
            "FREQ=DAILY;UNTIL=20270330",
        ),
        (
            "FREQ=DAILY;UNTIL=20270331T080000Z",
            "2026-11-24",
            "FREQ=DAILY;UNTIL=20270331",
        ),
        (
            "FREQ=DAILY;UNTIL=20270331T100000",
            "2026-11-24",
            "FREQ=DAILY;UNTIL=20270331",
        ),
    ] {
        check(text, day, rule);
    }
}

#[test]
fn what_outlook_cannot_hold_and_what_nobody_understands_is_refused() {
    for (text, expected) in [
        ("FREQ=HOURLY", "CannotHold"),
        ("FREQ=MONTHLY;BYDAY=5TU", "CannotHold"),
        ("FREQ=MONTHLY;BYDAY=TU", "CannotHold"),
        ("FREQ=MONTHLY;BYDAY=1TU,3TU", "CannotHold"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "CannotHold"),
        ("FREQ=MONTHLY;BYMONTHDAY=-2", "CannotHold"),
        ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "CannotHold"),
        ("FREQ=YEARLY;BYDAY=20MO", "CannotHold"),
        ("FREQ=YEARLY;BYMONTH=1,7", "CannotHold"),
        ("FREQ=YEARLY;BYYEARDAY=100", "CannotHold"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "CannotHold"),
        ("FREQ=DAILY;INTERVAL=2;BYDAY=MO", "CannotHold"),
        ("FREQ=DAILY;COUNT=1000", "CannotHold"),
        ("FREQ=WEEKLY;INTERVAL=100", "CannotHold"),
        ("FREQ=DAILY;UNTIL=45000101", "CannotHold"),
        ("FREQ=DAILY;COUNT=5;UNTIL=20270101", "Form"),
        ("FREQ=DAILY;COUNT=0", "Form"),
        ("FREQ=DAILY;FREQ=WEEKLY", "Form"),
        ("FREQ=DAILY;EXDATE=20270101", "Form"),
        ("COUNT=5", "Form"),
        ("FREQ=WEEKLY;BYDAY=2TU", "CannotHold"),
        ("FREQ=WEEKLY;BYDAY=Ü", "Form"),
        ("", "Form"),
        ("until 2027-03-31", "Form"),
        ("sometimes", "Form"),
        ("three times a week", "Form"),
        ("twice a month", "Form"),
        ("dreimal im Monat", "Form"),
        ("every Tuesday except holidays", "Form"),
        ("every Tuesday at 10", "Form"),
        ("monthly on the 1st and 15th", "CannotHold"),
        ("the fifth Tuesday of the month", "CannotHold"),
        ("the first Monday", "Form"),
        ("monthly on Tuesday", "Form"),
        ("every 0 weeks", "Form"),
        ("every day of the month", "Form"),
        ("every Tuesday until spring", "Form"),
        ("every Tuesday until 3/31/2027", "Form"),
        ("every Tuesday until 2027-02-30", "Form"),
        ("every Tuesday, 10 times until 2027-03-31", "Form"),
        ("yearly on the 24th", "Form"),
        ("every Wednesday", "NotOnPattern"),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "NotOnPattern"),
        ("daily until 2026-11-23", "EndsBeforeStart"),
    ] {
        check(text, "2026-11-24", expected);
    }
}

#[test]
fn a_start_beside_the_pattern_is_told_with_the_next_day_on_it() {
    let error = Recurrence::parse("every Wednesday", start("2026-11-24"), &berlin())
        .expect_err("a Tuesday");
    assert_eq!(
        error.to_string(),
        "the event starts on Tue 2026-11-24, which is not \"every Wednesday\"; start on Wed 2026-11-25, or change the pattern"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_rule_is_read_back_as_the_series_it_was_written_from(series in series()) {
        let back = Recurrence::parse(&series.rrule(), series.start().at(10, 0, 0, 0), &berlin());
        prop_assert_eq!(back, Ok(series));
    }

    #[test]
    fn words_are_read_back_as_the_days_they_were_said_of(series in series()) {
        let days = |series: &Recurrence| series.days().take(50).collect::<Vec<_>>();
        for words in [series.in_english(), series.in_german()] {
            let back = Recurrence::parse(&words, series.start().at(10, 0, 0, 0), &berlin());
            let back = back.map_err(|error| TestCaseError::fail(format!("{words}: {error}")))?;
            prop_assert_eq!(days(&back), days(&series), "{}", words);
            prop_assert_eq!(back.end(), series.end());
        }
    }

    #[test]
    fn no_text_whatever_makes_it_fall_over(text in "\\PC{0,60}", rule in "[A-Z=;,0-9+-]{0,40}") {
        let _ = Recurrence::parse(&text, start("2026-11-24"), &berlin());
        let _ = Recurrence::parse(&format!("FREQ={rule}"), start("2026-11-24"), &berlin());
    }
}
