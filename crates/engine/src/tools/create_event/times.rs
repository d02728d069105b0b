//! When a new event is, and how it repeats.

use domain::calendar::Span;
use domain::recurrence::{Recurrence, Trouble};
use domain::time::{When, Zone};
use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::Input;
use crate::Error;
use crate::tools::{Setting, input};

/// In whose clocks it is meant.
pub(super) fn zone_of(input: &Input, setting: &Setting) -> Result<Zone, Error> {
    match &input.zone {
        Some(name) => input::zone(name, "zone"),
        None => match &setting.zone {
            Some(zone) => Ok(zone.clone()),
            // Times with their own offset, and whole days, mean the same in every zone.
            None if says_its_own_time(input) => Ok(Zone::utc()),
            None => setting.zone("start").cloned(),
        },
    }
}

fn says_its_own_time(input: &Input) -> bool {
    let elsewhere = Zone::named("Asia/Tokyo").unwrap_or_else(|_| Zone::utc());
    matches!((span(input, &Zone::utc()), span(input, &elsewhere)), (Ok(one), Ok(other)) if one == other)
}

/// From when to when.
pub(super) fn span(input: &Input, zone: &Zone) -> Result<Span, Error> {
    let ends_before = || {
        Error::invalid(
            "ends_before_start",
            "end",
            "end: the event must end after it starts.",
        )
    };
    let end = input
        .end
        .as_deref()
        .map(|text| input::when(text, zone, "end"))
        .transpose()?;
    match (
        input::when(&input.start, zone, "start")?,
        end,
        input.duration_minutes,
    ) {
        (_, Some(_), Some(_)) => Err(Error::invalid(
            "invalid_arguments",
            "duration_minutes",
            "duration_minutes: give end or duration_minutes, not both.",
        )),
        (When::Day(first), end @ (None | Some(When::Day(_))), None) => {
            let last = match end {
                Some(When::Day(last)) => last,
                Some(When::Moment(_)) | None => first,
            };
            if last < first {
                Err(ends_before())
            } else {
                Ok(Span::Days { first, last })
            }
        }
        (When::Moment(start), Some(When::Moment(end)), None) => {
            let (start, end) = (start.timestamp(), end.timestamp());
            if end <= start {
                Err(ends_before())
            } else {
                Ok(Span::Timed { start, end })
            }
        }
        (When::Moment(start), None, Some(minutes)) => {
            let start = start.timestamp();
            let end = start.checked_add(SignedDuration::from_mins(i64::from(minutes)));
            Ok(Span::Timed {
                start,
                end: end.map_err(|_| {
                    Error::invalid(
                        "invalid_time",
                        "start",
                        "start: not a time that a calendar can hold.",
                    )
                })?,
            })
        }
        (When::Moment(_), None, None) => Err(Error::invalid(
            "invalid_arguments",
            "end",
            "end: say when it ends, or give duration_minutes.",
        )),
        (When::Day(_), Some(When::Moment(_)), _)
        | (When::Moment(_), Some(When::Day(_)), _)
        | (When::Day(_), _, Some(_)) => Err(Error::invalid(
            "invalid_arguments",
            "end",
            "end: start and end are both dates (all day) or both date-times.",
        )),
    }
}

/// How it repeats, from its first event on.
pub(super) fn recurrence(
    input: &Input,
    span: &Span,
    zone: &Zone,
) -> Result<Option<Recurrence>, Error> {
    let Some(text) = &input.recurrence else {
        return Ok(None);
    };
    let start = first_start(span, zone)?;
    Recurrence::parse(text, start, zone)
        .map(Some)
        .map_err(|error| {
            let code = match error.trouble() {
                Trouble::Form => "invalid_recurrence",
                Trouble::CannotHold => "recurrence_not_possible",
                Trouble::NotOnPattern => "start_not_on_pattern",
                Trouble::EndsBeforeStart => "recurrence_ends_before_start",
            };
            Error::invalid(code, "recurrence", format!("recurrence: {error}."))
        })
}

/// Whether a text could be a series of any event: what is wrong with it whatever the start.
pub(super) fn could_repeat(input: &Input, span: &Span) -> Result<(), Error> {
    match recurrence(input, span, &Zone::utc()) {
        Err(error)
            if !matches!(
                error.code,
                "start_not_on_pattern" | "recurrence_ends_before_start"
            ) =>
        {
            Err(error)
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// The wall time of the first event. A series means wall times, so the second of two equal ones cannot be its start.
fn first_start(span: &Span, zone: &Zone) -> Result<DateTime, Error> {
    match span {
        Span::Days { first, .. } => Ok(first.at(0, 0, 0, 0)),
        Span::Timed { start, .. } => {
            let wall = zone.at(*start).datetime();
            let meant = zone.zone().to_ambiguous_zoned(wall).compatible();
            if meant.is_ok_and(|meant| meant.timestamp() == *start) {
                Ok(wall)
            } else {
                Err(Error::invalid(
                    "time_comes_twice",
                    "start",
                    "start: this wall time comes twice on that day, and a series means the first. Start it then, or on another day.",
                ))
            }
        }
    }
}
