//! Calendar views: what happens in a window, series as their occurrences.

use std::cmp::Reverse;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::calendars::{self, Readable, mailbox};
use super::error::GraphError;
use super::events::{EVENT, readable_item};
use super::odata::{Item, Options};
use super::{Call, Outcome};
use crate::company::PersonId;
use crate::mailbox::event::{Kind, Seen, View};
use crate::state::World;
use crate::zones::Zone;

/// The longest window.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 1_825);
/// What comes in a view only when nothing is selected.
const UNSELECTABLE: &[&str] = &["createdDateTime", "lastModifiedDateTime"];

/// `GET /me/calendarView`, and another person's.
pub(super) fn default(world: &World, call: &Call<'_>, owner: PersonId) -> Outcome {
    let readable = calendars::default_of(world, call, owner)?;
    view(world, call, &readable)
}

/// `GET /me/calendars/{id}/calendarView`.
pub(super) fn of_calendar(world: &World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    let readable = calendars::by_id(world, call, owner, id)?;
    view(world, call, &readable)
}

/// `GET /me/events/{id}/instances`.
pub(super) fn instances(world: &World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    let (from, until) = window(call)?;
    let (readable, event) = readable_item(world, call, owner, id)?;
    if event.kind() != Kind::SeriesMaster {
        let message = "Your request can't be completed. You can expand only a recurring master.";
        return Err(GraphError::new(400, "ErrorInvalidRequest", message));
    }
    let mut found = event.seen_in(from, until);
    found.sort_by_key(|seen| seen.start().instant());
    listed(world, call, &readable, "calendarView", found, &[])
}

fn view(world: &World, call: &Call<'_>, readable: &Readable) -> Outcome {
    let (from, until) = window(call)?;
    let found = mailbox(world, readable.owner)?.seen(&readable.calendar, from, until);
    listed(world, call, readable, "calendarView", found, UNSELECTABLE)
}

/// The collection of these entries, which are in its own order.
pub(super) fn listed(
    world: &World,
    call: &Call<'_>,
    readable: &Readable,
    name: &str,
    mut found: Vec<Seen<'_>>,
    unselectable: &[&str],
) -> Outcome {
    let options = Options::read(call.ask, EVENT)?;
    if options.search.is_some() {
        return Err(GraphError::bad_query(
            "The query parameter '$search' is not supported.",
        ));
    }
    let context = format!("users('{}')/{name}", world.person(call.caller).object_id);
    let selects = option(call, "$select").is_some();
    let hidden: &[&str] = if selects { unselectable } else { &[] };
    let mut view = view_for(call, readable);
    let order = order_by_start(call);
    // Where no property decides what is on the page, only the page is written out, and of it what was selected.
    if options.filter.is_none() && (order.is_some() || !options.orders()) {
        if let Some(descending) = order {
            if descending {
                found.sort_by_cached_key(|seen| Reverse(seen.wall(&view.zone)));
            } else {
                found.sort_by_cached_key(|seen| seen.wall(&view.zone));
            }
        }
        if selects {
            let names = EVENT.properties.iter().copied();
            view.only = Some(names.filter(|name| options.selects(name)).collect());
        }
        let range = options.range(found.len());
        let page = found.get(range).unwrap_or_default();
        let items = rendered(page, &view, &options, hidden).collect();
        return Ok(options.page(world, call, &context, found.len(), items, EVENT));
    }
    let items = rendered(&found, &view, &options, hidden).collect();
    Ok(options.collection(world, call, &context, items, EVENT))
}

fn option<'a>(call: &'a Call<'_>, name: &str) -> Option<&'a str> {
    let mut pairs = call.ask.query.iter();
    pairs
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// Whether the order is that of time, and then whether it is descending.
fn order_by_start(call: &Call<'_>) -> Option<bool> {
    let mut words = option(call, "$orderby")?.split_ascii_whitespace();
    let path = words.next()?;
    let direction = words.next().unwrap_or("asc");
    if !path.eq_ignore_ascii_case("start/dateTime") || words.next().is_some() {
        return None;
    }
    match direction.to_ascii_lowercase().as_str() {
        "asc" => Some(false),
        "desc" => Some(true),
        _ => None,
    }
}

/// How a caller sees the events of a calendar.
pub(super) fn view_for(call: &Call<'_>, readable: &Readable) -> View {
    let mut view = call.prefer.view();
    view.key.clone_from(&readable.key);
    view.hide_private = !readable.own;
    view
}

/// Writes entries out, as far as they pass the filter.
fn rendered(
    found: &[Seen<'_>],
    view: &View,
    options: &Options,
    hidden: &[&str],
) -> impl Iterator<Item = Item> {
    // In a list the join link comes only with the flag.
    let hides_link = options.selects("onlineMeeting") && !options.selects("isOnlineMeeting");
    found.iter().filter_map(move |seen| {
        let event = seen.event();
        let mut item = event.render(view);
        if let Some(filter) = &options.filter
            && !filter.passes(&item, Some(&event.utc_walls()))
        {
            return None;
        }
        if hides_link {
            item.insert("onlineMeeting".to_owned(), Value::Null);
        }
        for name in hidden {
            item.remove(*name);
        }
        Some(item)
    })
}

/// The window of a request. Without an offset its times are UTC, whatever zone is preferred.
pub(super) fn window(call: &Call<'_>) -> Result<(Timestamp, Timestamp), GraphError> {
    let needed = |name: &str| bound(call, name)?.ok_or_else(|| no_window(name));
    let (from, until) = (needed("startDateTime")?, needed("endDateTime")?);
    if until < from {
        let message =
            "Your request can't be completed. The start date must be before the end date.";
        return Err(GraphError::new(400, "ErrorInvalidParameter", message));
    }
    if until.duration_since(from) > LONGEST {
        let message = "Your request can't be completed. The range between the start and end dates is greater than the allowed range. Maximum number of days: 1825";
        return Err(GraphError::new(400, "ErrorInvalidRequest", message));
    }
    Ok((from, until))
}

/// One end of the window, if it is given.
pub(super) fn bound(call: &Call<'_>, name: &str) -> Result<Option<Timestamp>, GraphError> {
    let mut pairs = call.ask.query.iter();
    pairs
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, text)| instant(text).ok_or_else(|| no_window(name)))
        .transpose()
}

fn no_window(name: &str) -> GraphError {
    let message = format!(
        "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime. '{name}' is missing or not valid."
    );
    GraphError::new(400, "ErrorInvalidParameter", message)
}

/// A time with an offset, or in UTC.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        text.parse::<DateTime>()
            .ok()
            .map(|wall| Zone::utc().instant(wall))
    })
}
