//! From what is asked for and what Outlook holds to the change that is sent: only what differs, and nothing replaced blindly.

use domain::calendar::details::Sensitivity;
use domain::calendar::{Event, ShowAs, Span};
use domain::change::{Change, Guest, Role, Whole};
use domain::people::Address;
use domain::text::one_line;
use domain::time::{When, Zone};
use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::{Input, MOST_ATTENDEES, addresses, wrong};
use crate::tools::scope::Scope;
use crate::tools::{Setting, input};
use crate::{Error, ErrorKind};

/// What is sent, and who is no longer or newly invited.
pub(super) struct Plan {
    pub(super) change: Change,
    pub(super) added: Vec<String>,
    pub(super) removed: Vec<String>,
    /// When the occurrence that was named is afterwards.
    pub(super) span: Option<Span>,
}

impl Plan {
    /// The change for `before`, which is `event` itself or the series it belongs to.
    pub(super) fn of(
        input: &Input,
        event: &Event,
        before: &Whole,
        setting: &Setting,
    ) -> Result<Self, Error> {
        allowed(input, before)?;
        let held = &before.event;
        let mut change = Change {
            title: input
                .title
                .as_deref()
                .map(|title| one_line(title, 255))
                .filter(|title| *title != held.title),
            location: input
                .location
                .as_deref()
                .map(|place| one_line(place, 255))
                .filter(|place| place != held.location.as_deref().unwrap_or_default()),
            text: input.body.clone(),
            show_as: input
                .show_as
                .as_deref()
                .and_then(ShowAs::named)
                .filter(|shows| *shows != held.show_as),
            sensitivity: input
                .sensitivity
                .as_deref()
                .and_then(Sensitivity::named)
                .filter(|marked| *marked != before.sensitivity),
            reminder: input
                .reminder_minutes
                .map(|minutes| u32::try_from(minutes).ok())
                .filter(|reminder| *reminder != before.reminder),
            categories: input
                .categories
                .clone()
                .filter(|names| *names != before.categories),
            online: input.online && held.join_url.is_none(),
            ..Change::default()
        };
        let zone = stored_zone(input, before, setting)?;
        let span = new_span(input, &event.span, &zone)?.filter(|span| *span != event.span);
        change.span = match &span {
            Some(span) if event.master.is_some() && input.scope != Scope::This => {
                // Later occurrences begin with the one that is named; all of them with the first.
                let first = match input.scope {
                    Scope::All => &held.span,
                    Scope::This | Scope::Following => &event.span,
                };
                Some((in_series(&event.span, span, first, &zone)?, zone.clone()))
            }
            Some(span) => Some((span.clone(), zone.clone())),
            None => None,
        };
        let (guests, added, removed) = merged(input, &before.guests)?;
        change.guests = guests;
        Ok(Self {
            change,
            added,
            removed,
            span,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.change == Change::default()
    }

    /// Whether Microsoft mails everybody, and not only those who come or go.
    pub(super) fn reaches_everybody(&self) -> bool {
        let change = &self.change;
        change.title.is_some()
            || change.span.is_some()
            || change.location.is_some()
            || change.text.is_some()
            || change.sensitivity.is_some()
            || change.online
    }
}

fn allowed(input: &Input, before: &Whole) -> Result<(), Error> {
    let refuse = |code, message: &str| Err(Error::new(ErrorKind::Conflict, code, message));
    if before.event.cancelled {
        return refuse(
            "already_cancelled",
            "The organiser has cancelled this meeting. Nothing was changed.",
        );
    }
    if before.event.is_organizer {
        return Ok(());
    }
    if input.names_people() || input.online {
        return refuse(
            "not_organizer",
            "Only the organiser can invite people to this meeting, remove them, or make it an online meeting. Nothing was changed. Ask the organiser.",
        );
    }
    Ok(())
}

/// In whose clocks the event is meant: as said, as it is, or the person's.
pub(super) fn stored_zone(input: &Input, before: &Whole, setting: &Setting) -> Result<Zone, Error> {
    match &input.zone {
        Some(name) => input::zone(name, "zone"),
        None => Ok(before
            .zone
            .clone()
            .or_else(|| setting.zone.clone())
            .unwrap_or_else(Zone::utc)),
    }
}

/// When the event is to be; `None` if nothing is said about it.
fn new_span(input: &Input, now: &Span, zone: &Zone) -> Result<Option<Span>, Error> {
    if input.moves() {
        let days = input.move_days.unwrap_or(0);
        let minutes = input.move_minutes.unwrap_or(0);
        return moved(now, days, minutes, zone).map(Some);
    }
    let read = |text: &Option<String>, field: &str| {
        text.as_deref()
            .map(|text| input::when(text, zone, field))
            .transpose()
    };
    let length = input
        .duration_minutes
        .map(|minutes| SignedDuration::from_mins(i64::from(minutes)));
    let span = match (read(&input.start, "start")?, read(&input.end, "end")?) {
        (None, None) => match (length, now) {
            (None, _) => return Ok(None),
            (Some(length), Span::Timed { start, .. }) => timed(*start, length)?,
            (Some(_), Span::Days { .. }) => {
                return Err(wrong(
                    "duration_minutes",
                    "the event is all-day; give start with a time of day too.",
                ));
            }
        },
        (Some(When::Moment(start)), Some(When::Moment(end))) => Span::Timed {
            start: start.timestamp(),
            end: end.timestamp(),
        },
        (Some(When::Moment(start)), _) => {
            let start = start.timestamp();
            match (length, now) {
                (Some(length), _) => timed(start, length)?,
                (None, Span::Timed { start: from, end }) => {
                    timed(start, end.duration_since(*from))?
                }
                (None, Span::Days { .. }) => {
                    return Err(wrong(
                        "end",
                        "the event was all-day: say when it ends, or give duration_minutes.",
                    ));
                }
            }
        }
        (Some(When::Day(first)), end) => {
            let last = match (end, now) {
                (Some(When::Day(last)), _) => last,
                (_, Span::Days { first: from, last }) => {
                    shifted(first, days_between(*from, *last))?
                }
                (_, Span::Timed { .. }) => first,
            };
            Span::Days { first, last }
        }
        (None, Some(When::Moment(end))) => match now {
            Span::Timed { start, .. } => Span::Timed {
                start: *start,
                end: end.timestamp(),
            },
            Span::Days { .. } => {
                return Err(wrong(
                    "start",
                    "the event is all-day: give start with a time of day too.",
                ));
            }
        },
        (None, Some(When::Day(last))) => match now {
            Span::Days { first, .. } => Span::Days {
                first: *first,
                last,
            },
            Span::Timed { .. } => {
                return Err(wrong(
                    "end",
                    "the event is not all-day: give the time of day too.",
                ));
            }
        },
    };
    let ends_before = match &span {
        Span::Timed { start, end } => end <= start,
        Span::Days { first, last } => last < first,
    };
    if ends_before {
        return Err(Error::invalid(
            "ends_before_start",
            "end",
            "end: the event must end after it starts.",
        ));
    }
    Ok(Some(span))
}

/// Where an event that starts then goes when it is moved as asked; of an all-day event, midnight UTC.
pub(super) fn goal_of_move(input: &Input, from: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let now = timed(from, SignedDuration::from_mins(1)).ok()?;
    let days = input.move_days.unwrap_or(0);
    let minutes = input.move_minutes.unwrap_or(0);
    moved(&now, days, minutes, zone)
        .ok()
        .map(|span| span.anchor())
}

/// Days go by the clocks: the same local time, also over a change of the clocks. Minutes go by.
fn moved(now: &Span, days: i32, minutes: i32, zone: &Zone) -> Result<Span, Error> {
    match now {
        Span::Days { .. } if minutes != 0 => Err(wrong(
            "move_minutes",
            "the event is all-day: move it by days, or give start and end.",
        )),
        Span::Days { first, last } => Ok(Span::Days {
            first: shifted(*first, days)?,
            last: shifted(*last, days)?,
        }),
        Span::Timed { start, end } => {
            let local = zone.at(*start).datetime();
            let local = local.checked_add(days.days()).map_err(|_| too_far())?;
            let moved = if days == 0 {
                *start
            } else {
                on_the_clocks(local, zone)?
            };
            let by = SignedDuration::from_mins(i64::from(minutes));
            timed(
                moved.checked_add(by).map_err(|_| too_far())?,
                end.duration_since(*start),
            )
        }
    }
}

pub(super) fn timed(start: Timestamp, length: SignedDuration) -> Result<Span, Error> {
    let end = start.checked_add(length).map_err(|_| too_far())?;
    Ok(Span::Timed { start, end })
}

pub(super) fn shifted(date: Date, days: i32) -> Result<Date, Error> {
    date.checked_add(days.days()).map_err(|_| too_far())
}

pub(super) fn days_between(first: Date, last: Date) -> i32 {
    (last - first).get_days()
}

fn too_far() -> Error {
    Error::invalid(
        "invalid_time",
        "start",
        "start: not a time that a calendar can hold.",
    )
}

pub(super) fn on_the_clocks(local: DateTime, zone: &Zone) -> Result<Timestamp, Error> {
    match input::when(
        &local.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        zone,
        "move_days",
    )? {
        When::Moment(moment) => Ok(moment.timestamp()),
        When::Day(_) => Err(too_far()),
    }
}

/// The same change for the first occurrence of the series: its own day, the new time of day and length.
fn in_series(now: &Span, new: &Span, first: &Span, zone: &Zone) -> Result<Span, Error> {
    let other_days = || {
        Error::new(
            ErrorKind::Conflict,
            "series_on_other_days",
            "A whole series can change its time of day and length, not its days. Nothing was changed. Move single occurrences, or cancel the series and create another.",
        )
    };
    match (now, new, first) {
        (
            Span::Timed { start: now, .. },
            Span::Timed { start, end },
            Span::Timed { start: first, .. },
        ) => {
            let (was, is) = (zone.at(*now), zone.at(*start));
            if was.date() != is.date() {
                return Err(other_days());
            }
            let local = zone.at(*first).date().to_datetime(is.time());
            let first = on_the_clocks(local, zone)?;
            timed(first, end.duration_since(*start))
        }
        (
            Span::Days { first: now, .. },
            Span::Days { first: new, last },
            Span::Days { first, .. },
        ) if now == new => Ok(Span::Days {
            first: *first,
            last: shifted(*first, days_between(*new, *last))?,
        }),
        (_, _, _) => Err(other_days()),
    }
}

/// Everybody who is invited afterwards, if that is anybody else than now; who is new; and who is not invited any more.
type Merged = (Option<Vec<Guest>>, Vec<String>, Vec<String>);

fn merged(input: &Input, now: &[Guest]) -> Result<Merged, Error> {
    let mut guests = now.to_vec();
    let mut removed = Vec::new();
    let gone = addresses(&input.remove_attendees, "remove_attendees")?;
    for (at, address) in gone.iter().enumerate() {
        let before = guests.len();
        guests.retain(|guest| guest.key() != address.key());
        if guests.len() == before && !removed.contains(&address.key()) {
            let field = format!("remove_attendees[{at}]");
            let words = format!(
                "{field}: not invited to this event. Nothing was changed. Read it to see who is."
            );
            return Err(Error::invalid("not_invited", &field, words));
        }
        removed.push(address.key());
    }
    let mut added = Vec::new();
    let required = addresses(&input.add_attendees, "add_attendees")?;
    let optional = addresses(&input.add_optional, "add_optional")?;
    let wanted = required
        .iter()
        .map(|address| (address, Role::Required))
        .chain(optional.iter().map(|address| (address, Role::Optional)));
    for (address, role) in wanted {
        match guests.iter_mut().find(|guest| guest.key() == address.key()) {
            // Whoever is asked for twice must come.
            Some(_) if added.contains(&address.key()) => {}
            Some(guest) if guest.role == Role::Resource => {}
            Some(guest) => guest.role = role,
            None => {
                added.push(address.key());
                guests.push(guest(address, role));
            }
        }
    }
    if guests.len() > MOST_ATTENDEES {
        return Err(Error::invalid(
            "too_many_attendees",
            "add_attendees",
            format!("add_attendees: Outlook holds at most {MOST_ATTENDEES} people in all."),
        ));
    }
    let changed = (guests != now).then_some(guests);
    Ok((changed, added, removed))
}

fn guest(address: &Address, role: Role) -> Guest {
    Guest {
        name: String::new(),
        address: address.as_str().to_owned(),
        role,
    }
}
