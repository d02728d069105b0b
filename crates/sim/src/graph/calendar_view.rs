//! Calendar views: what happens in a window, series as their occurrences.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::calendars::{self, Readable, mailbox};
use super::error::GraphError;
use super::events::{EVENT, readable_item};
use super::odata::{Item, Options};
use super::{Call, Outcome};
use crate::company::PersonId;
use crate::mailbox::event::{Event, Kind, View};
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
    let mut found = event.occurrences_in(from, until);
    found.sort_by_key(|event| event.start.instant());
    answer(world, call, &readable, found, &[])
}

fn view(world: &World, call: &Call<'_>, readable: &Readable) -> Outcome {
    let (from, until) = window(call)?;
    let found = mailbox(world, readable.owner)?.view_of(&readable.calendar, from, until);
    answer(world, call, readable, found, UNSELECTABLE)
}

fn answer(
    world: &World,
    call: &Call<'_>,
    readable: &Readable,
    found: Vec<Event>,
    unselectable: &[&str],
) -> Outcome {
    let options = Options::read(call.ask, EVENT)?;
    if options.search.is_some() {
        return Err(GraphError::bad_query(
            "The query parameter '$search' is not supported.",
        ));
    }
    let mut items = rendered(call, readable, found, &options);
    if call.ask.query_value("$select").is_some() {
        for item in &mut items {
            item.retain(|name, _| !unselectable.contains(&name.as_str()));
        }
    }
    let context = format!(
        "users('{}')/calendarView",
        world.person(call.caller).object_id
    );
    Ok(options.collection(world, call, &context, items, EVENT))
}

/// How a caller sees the events of a calendar.
pub(super) fn view_for(call: &Call<'_>, readable: &Readable) -> View {
    let mut view = call.prefer.view();
    view.key.clone_from(&readable.key);
    view.hide_private = !readable.own;
    view
}

/// Renders events for a caller, and keeps those that pass the filter.
pub(super) fn rendered(
    call: &Call<'_>,
    readable: &Readable,
    events: Vec<Event>,
    options: &Options,
) -> Vec<Item> {
    let view = view_for(call, readable);
    // In a list the join link comes only with the flag.
    let hides_link = options.selects("onlineMeeting") && !options.selects("isOnlineMeeting");
    let items = events.into_iter().filter_map(|event| {
        let mut item = event.render(&view);
        let moments = event.utc_walls();
        if options
            .filter
            .as_ref()
            .is_some_and(|filter| !filter.passes(&item, Some(&moments)))
        {
            return None;
        }
        if hides_link {
            item.insert("onlineMeeting".to_owned(), Value::Null);
        }
        Some(item)
    });
    items.collect()
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
