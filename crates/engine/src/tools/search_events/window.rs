//! The window of a search, and what Microsoft is asked for it.

use domain::time::{When, Zone, local_text};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::Input;
use super::cursor::Cursor;
use crate::Error;
use crate::tools::{Setting, input};

/// Five years, whatever leap days are among them.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 1_830);
/// Microsoft shows 1,825 days at once; a longer window is asked for in parts of no more than this.
const ASKED: SignedDuration = SignedDuration::from_hours(24 * 1_800);

/// A window with its zone.
pub(super) struct Window {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) zone: Zone,
}

/// What to ask Microsoft for.
pub(super) struct Asked {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    /// Where the next part begins, when this is not the last one. Events that start before it belong to this part.
    pub(super) next: Option<Timestamp>,
}

impl Window {
    /// A moment as arguments hold it.
    pub(super) fn exact(&self, moment: Timestamp) -> String {
        format!(
            "{}[{}]",
            local_text(&self.zone.at(moment)),
            self.zone.name()
        )
    }

    /// What to ask for from this moment on, or from the beginning. Microsoft matches whole days as days of UTC, so where
    /// the zone is far from UTC the window is widened by as little as brings the whole days of its first and last date in;
    /// what does not overlap the true window is dropped by whoever asks.
    pub(super) fn asked(&self, resumed: Option<Timestamp>) -> Asked {
        let minute = SignedDuration::from_mins(1);
        let first = self.zone.at(self.from).date();
        let last = self
            .zone
            .at(self
                .to
                .checked_sub(SignedDuration::from_millis(1))
                .unwrap_or(self.to))
            .date();
        let first_ends = Zone::utc()
            .start_of(first.tomorrow().unwrap_or(first))
            .unwrap_or(self.from);
        let last_begins = Zone::utc().start_of(last).unwrap_or(self.to);
        let from = match resumed {
            // Something without length that starts then is shown only if the window starts before it.
            Some(begins) => begins - minute,
            None => self.from.min(first_ends - minute),
        };
        let to = self.to.max(last_begins + minute);
        let part = from.checked_add(ASKED).unwrap_or(to);
        Asked {
            from,
            to: to.min(part),
            next: (part < to).then_some(part),
        }
    }
}

/// The window that arguments mean. One that began with what was now is the same when its next page is asked for.
pub(super) fn window(
    input: &Input,
    setting: &Setting,
    cursor: Option<&Cursor>,
) -> Result<Window, Error> {
    let zone = match &input.zone {
        Some(name) => input::zone(name, "zone")?,
        None => setting.zone.clone().unwrap_or_else(Zone::utc),
    };
    let needs_zone = |text: &str, field: &str| -> Result<When, Error> {
        let when = input::when(text, &zone, field)?;
        // A time that says its own offset needs no zone; any other needs a known one.
        let relative =
            input::when(text, &Zone::utc(), field)? != when || matches!(when, When::Day(_));
        if relative && input.zone.is_none() {
            setting.zone(field)?;
        }
        Ok(when)
    };
    let start_of = |date| {
        zone.start_of(date)
            .map_err(|error| input::time_error(&error, "from"))
    };
    let from = match input
        .from
        .as_deref()
        .map(|text| needs_zone(text, "from"))
        .transpose()?
    {
        None => cursor.map_or(setting.now, Cursor::from),
        Some(When::Moment(moment)) => moment.timestamp(),
        Some(When::Day(day)) => start_of(day)?,
    };
    let to = match input
        .to
        .as_deref()
        .map(|text| needs_zone(text, "to"))
        .transpose()?
    {
        None => zone
            .at(from)
            .checked_add(7.days())
            .map(|end| end.timestamp())
            .unwrap_or(from),
        Some(When::Moment(moment)) => moment.timestamp(),
        Some(When::Day(day)) => start_of(day.tomorrow().unwrap_or(day))?,
    };
    if to <= from {
        return Err(Error::invalid(
            "ends_before_start",
            "to",
            "to: the window must end after it starts.",
        ));
    }
    if to.duration_since(from) > LONGEST {
        return Err(Error::invalid(
            "window_too_long",
            "to",
            "to: the window is at most five years (1,830 days).",
        ));
    }
    Ok(Window { from, to, zone })
}
