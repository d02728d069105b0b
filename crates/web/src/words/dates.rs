//! Dates and times as the reader writes them: weekday, date, time, zone.

use domain::time::{When, Zone, parse};
use jiff::civil::{Date, Time, Weekday};
use jiff::{Timestamp, Zoned};

use super::{Language, Words};

const ENGLISH_MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const GERMAN_MONTHS: [&str; 12] = [
    "Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez.",
];

impl Words {
    /// A day with its weekday: `Tue 24 Nov 2026`, `Di. 24. Nov. 2026`.
    pub(crate) fn day(&self, date: Date) -> String {
        let weekday = weekday(self.language(), date.weekday());
        let month = usize::from(date.month().unsigned_abs()) - 1;
        let (day, year) = (date.day(), date.year());
        match self.language() {
            Language::English => format!("{weekday} {day} {} {year}", ENGLISH_MONTHS[month]),
            Language::German => format!("{weekday} {day}. {} {year}", GERMAN_MONTHS[month]),
        }
    }

    /// A moment on the clocks of its zone: `Tue 24 Nov 2026, 10:00`, `Di. 24. Nov. 2026, 10:00 Uhr`.
    pub(crate) fn moment(&self, moment: &Zoned) -> String {
        format!(
            "{}, {}",
            self.day(moment.date()),
            self.clock(&[moment.time()])
        )
    }

    /// A moment on the clocks of a zone.
    pub(crate) fn moment_in(&self, moment: Timestamp, zone: &Zone) -> String {
        self.moment(&zone.at(moment))
    }

    /// From one moment to another, the day said once where it is the same; without the zone.
    pub(crate) fn span(&self, start: &Zoned, end: &Zoned) -> String {
        if start.date() == end.date() {
            let times = self.clock(&[start.time(), end.time()]);
            format!("{}, {times}", self.day(start.date()))
        } else {
            format!("{} – {}", self.moment(start), self.moment(end))
        }
    }

    /// From one day to another, both included.
    pub(crate) fn days(&self, first: Date, last: Date) -> String {
        if first == last {
            self.day(first)
        } else {
            format!("{} – {}", self.day(first), self.day(last))
        }
    }

    /// A span of two texts in the machine form, on the clocks of `zone`; nothing when either is no time.
    pub(crate) fn span_of_texts(&self, start: &str, end: &str, zone: &Zone) -> Option<String> {
        match (parse(start, zone), parse(end, zone)) {
            (Ok(When::Moment(start)), Ok(When::Moment(end))) => {
                let (start, end) = (zone.at(start.timestamp()), zone.at(end.timestamp()));
                Some(self.span(&start, &end))
            }
            (Ok(When::Day(first)), Ok(When::Day(last))) => Some(self.days(first, last)),
            (_, _) => None,
        }
    }

    /// A text in the machine form that may be a time, on the clocks of `zone`; nothing when it is none.
    pub(crate) fn start_of_text(&self, text: &str, zone: &Zone) -> Option<String> {
        match parse(text, zone).ok()? {
            When::Moment(moment) => Some(self.moment(&zone.at(moment.timestamp()))),
            When::Day(day) => Some(self.day(day)),
        }
    }

    fn clock(&self, times: &[Time]) -> String {
        let texts: Vec<_> = times
            .iter()
            .map(|time| format!("{:02}:{:02}", time.hour(), time.minute()))
            .collect();
        let joined = texts.join("–");
        match self.language() {
            Language::English => joined,
            Language::German => format!("{joined} Uhr"),
        }
    }
}

fn weekday(language: Language, weekday: Weekday) -> &'static str {
    let names = match language {
        Language::English => ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        Language::German => ["Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."],
    };
    names[usize::from(weekday.to_monday_zero_offset().unsigned_abs())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(start: &str, end: &str, english: &str, german: &str) {
        let berlin = Zone::named("Europe/Berlin").expect("bundled");
        for (language, expected) in [(Language::English, english), (Language::German, german)] {
            let got = Words::in_language(language).span_of_texts(start, end, &berlin);
            assert_eq!(got.as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_span_reads_as_people_write_it() {
        check(
            "2026-11-24T10:00+01:00",
            "2026-11-24T10:30+01:00",
            "Tue 24 Nov 2026, 10:00–10:30",
            "Di. 24. Nov. 2026, 10:00–10:30 Uhr",
        );
        check(
            "2026-03-31T23:00+02:00",
            "2026-04-01T01:00+02:00",
            "Tue 31 Mar 2026, 23:00 – Wed 1 Apr 2026, 01:00",
            "Di. 31. März 2026, 23:00 Uhr – Mi. 1. Apr. 2026, 01:00 Uhr",
        );
        check(
            "2026-12-24",
            "2026-12-26",
            "Thu 24 Dec 2026 – Sat 26 Dec 2026",
            "Do. 24. Dez. 2026 – Sa. 26. Dez. 2026",
        );
    }

    #[test]
    fn a_moment_is_shown_on_the_clocks_of_the_zone_that_was_asked_for() {
        let tokyo = Zone::named("Asia/Tokyo").expect("bundled");
        let words = Words::in_language(Language::English);
        let shown = words.span_of_texts("2026-11-24T22:00+01:00", "2026-11-24T22:30+01:00", &tokyo);
        assert_eq!(shown.as_deref(), Some("Wed 25 Nov 2026, 06:00–06:30"));
        assert_eq!(words.span_of_texts("soon", "later", &tokyo), None);
    }
}
