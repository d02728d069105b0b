//! Time as people write it and as attache answers it.
//!
//! In: RFC 3339 with offset, or local date-time plus an IANA zone (`2026-11-24T10:00[Europe/Berlin]` or a zone beside
//! it), or local date-time alone (the person's zone), or a date alone. Out: local with offset, weekday, zone.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// Why a text is not a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeError {
    /// Not a date or date-time in any accepted form.
    Form,
    /// Not the name of an IANA time zone.
    Zone(String),
    /// The clocks of the zone skip this wall time.
    Skipped,
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("not a date or time; write 2026-11-24T10:00 (local), 2026-11-24T10:00:00+01:00, or 2026-11-24"),
            Self::Zone(_) => f.write_str("not a known time zone; write an IANA name such as Europe/Berlin"),
            Self::Skipped => f.write_str("this wall time does not exist: the clocks go forward over it"),
        }
    }
}

impl std::error::Error for TimeError {}

/// A time zone with its IANA name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time, by its IANA name.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Finds a zone by its IANA name (`Europe/Berlin`; `UTC`).
    ///
    /// # Errors
    /// When the bundled time zone database does not have it; fixed offsets and Windows names are not in it.
    pub fn named(name: &str) -> Result<Self, TimeError> {
        if name.eq_ignore_ascii_case("utc") {
            return Ok(Self::utc());
        }
        let known = name.contains('/') || name.len() <= 8;
        match TimeZone::get(name) {
            Ok(zone) if known && zone.iana_name().is_some() => Ok(Self(zone)),
            Ok(_) | Err(_) => Err(TimeError::Zone(name.to_owned())),
        }
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The zone in jiff's form.
    pub fn zone(&self) -> &TimeZone {
        &self.0
    }

    /// A moment on this zone's clocks.
    pub fn at(&self, moment: Timestamp) -> Zoned {
        moment.to_zoned(self.0.clone())
    }

    /// The first moment of a day here.
    ///
    /// # Errors
    /// When the day lies outside the years -9999 to 9999.
    pub fn start_of(&self, date: Date) -> Result<Timestamp, TimeError> {
        date.to_zoned(self.0.clone())
            .map(|day| day.timestamp())
            .map_err(|_| TimeError::Form)
    }
}

/// What somebody meant by a date or time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// A moment, on the clocks of the zone it was given in.
    Moment(Zoned),
    /// A day.
    Day(Date),
}

/// Reads a time. `zone` is the one that counts when the text itself names none.
///
/// A wall time that occurs twice (clocks go back) is the first of the two.
///
/// # Errors
/// [`TimeError::Form`], [`TimeError::Zone`] for a bracketed zone, [`TimeError::Skipped`] for a wall time in a gap.
pub fn parse(text: &str, zone: &Zone) -> Result<When, TimeError> {
    let text = text.trim();
    let (text, named) = match text.strip_suffix(']').and_then(|t| t.split_once('[')) {
        Some((local, name)) => (local, Some(Zone::named(name)?)),
        None => (text, None),
    };
    if text.len() == 10 {
        return text
            .parse::<Date>()
            .map(When::Day)
            .map_err(|_| TimeError::Form);
    }
    if text.len() < 13 || !matches!(text.as_bytes().get(10), Some(b'T' | b't' | b' ')) {
        return Err(TimeError::Form);
    }
    let zone = named.as_ref().unwrap_or(zone);
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(When::Moment(zone.at(moment)));
    }
    let local: DateTime = text.parse().map_err(|_| TimeError::Form)?;
    if local.date() == text[..10].parse::<Date>().map_err(|_| TimeError::Form)? {
        on_the_clocks(local, zone).map(When::Moment)
    } else {
        Err(TimeError::Form)
    }
}

fn on_the_clocks(local: DateTime, zone: &Zone) -> Result<Zoned, TimeError> {
    let meaning = zone.zone().to_ambiguous_zoned(local);
    if matches!(meaning.offset(), jiff::tz::AmbiguousOffset::Gap { .. }) {
        return Err(TimeError::Skipped);
    }
    meaning.compatible().map_err(|_| TimeError::Form)
}

/// A moment as answered to machines: local with offset, to the minute unless it has seconds, such as
/// `2026-11-24T10:00+01:00`.
pub fn local_text(moment: &Zoned) -> String {
    let form = if moment.second() == 0 {
        "%Y-%m-%dT%H:%M%:z"
    } else {
        "%Y-%m-%dT%H:%M:%S%:z"
    };
    moment.strftime(form).to_string()
}

/// The English short weekday of a day, such as `Tue`.
pub fn weekday(date: Date) -> &'static str {
    match date.weekday() {
        jiff::civil::Weekday::Monday => "Mon",
        jiff::civil::Weekday::Tuesday => "Tue",
        jiff::civil::Weekday::Wednesday => "Wed",
        jiff::civil::Weekday::Thursday => "Thu",
        jiff::civil::Weekday::Friday => "Fri",
        jiff::civil::Weekday::Saturday => "Sat",
        jiff::civil::Weekday::Sunday => "Sun",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let berlin = Zone::named("Europe/Berlin").expect("bundled");
        let got = match parse(text, &berlin) {
            Ok(When::Moment(moment)) => format!(
                "{} {}",
                local_text(&moment),
                moment.time_zone().iana_name().unwrap_or("?")
            ),
            Ok(When::Day(day)) => format!("{day} {}", weekday(day)),
            Err(error) => format!("{error:?}"),
        };
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn every_accepted_form_means_what_it_says() {
        check("2026-11-24T10:00", "2026-11-24T10:00+01:00 Europe/Berlin");
        check(
            "2026-07-24 10:00:30",
            "2026-07-24T10:00:30+02:00 Europe/Berlin",
        );
        check(
            "2026-11-24T10:00:00-05:00",
            "2026-11-24T16:00+01:00 Europe/Berlin",
        );
        check(
            "2026-11-24T09:00:00Z",
            "2026-11-24T10:00+01:00 Europe/Berlin",
        );
        check(
            "2026-11-24T10:00[America/New_York]",
            "2026-11-24T10:00-05:00 America/New_York",
        );
        check("2026-11-24", "2026-11-24 Tue");
    }

    #[test]
    fn a_wall_time_that_the_clocks_skip_is_refused_and_a_doubled_one_is_the_first() {
        check("2026-03-29T02:30", "Skipped");
        check("2026-10-25T02:30", "2026-10-25T02:30+02:00 Europe/Berlin");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "tomorrow",
            "10:00",
            "2026-13-01",
            "2026-11-24T25:00",
            "24.11.2026",
            "2026-W48-2T10:00",
            "99999999999999",
        ] {
            check(text, "Form");
        }
        check(
            "2026-11-24T10:00[W. Europe Standard Time]",
            "Zone(\"W. Europe Standard Time\")",
        );
        check(
            "2026-11-24T10:00[Europe/Atlantis]",
            "Zone(\"Europe/Atlantis\")",
        );
    }
}
