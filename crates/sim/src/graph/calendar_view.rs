//! Calendar views: what happens in a window, series as their occurrences.

use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::calendars::{self, Readable, mailbox};
use super::error::GraphError;
use super::events::{EVENT, readable_item};
use super::odata::{Item, Options, option};
use super::timelines::Look;
use super::{Call, Outcome};
use crate::company::PersonId;
use crate::mailbox::event::{Event, Kind, Seen, View};
use crate::mailbox::timeline::{Order, Page};
use crate::state::World;
use crate::zones::Zone;

/// The longest window.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 1_825);
/// What comes in a view only when nothing is selected.
const UNSELECTABLE: &[&str] = &["createdDateTime", "lastModifiedDateTime"];

/// `GET /me/calendarView`, and another person's.
pub(super) fn default(world: &mut World, call: &Call<'_>, owner: PersonId) -> Outcome {
    let readable = calendars::default_of(world, call, owner)?;
    view(world, call, &readable)
}

/// `GET /me/calendars/{id}/calendarView`.
pub(super) fn of_calendar(
    world: &mut World,
    call: &Call<'_>,
    owner: PersonId,
    id: &str,
) -> Outcome {
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
    listed(world, call, &readable, "calendarView", found)
}

/// What is in a window of a calendar. Where no property decides what is on the page, it is put together from the texts that
/// its entries had before.
fn view(world: &mut World, call: &Call<'_>, readable: &Readable) -> Outcome {
    let (from, until) = window(call)?;
    let options = read_options(call)?;
    let order = order_of(call, &options);
    let shown = Shown::new(call, readable, (&options, order), UNSELECTABLE);
    let context = context(world, call, "calendarView");
    let Some(order) = order else {
        let mailbox = mailbox(world, readable.owner)?;
        let found = mailbox.seen(&readable.calendar, from, until);
        let items = shown.passing(&found);
        return Ok(options.collection(world, call, &context, items, EVENT));
    };
    let look = Look {
        calendar: readable.calendar.clone(),
        order,
        view: shown.view.clone(),
    };
    let range = |total| options.range(total);
    let page = world.page_of(readable.owner, look, (from, until), range, |event| {
        shown.text(event)
    });
    let Page { total, texts } = page.ok_or_else(GraphError::no_mailbox)?;
    Ok(options.page(world, call, &context, total, &texts))
}

/// The collection of these entries, which are in its own order.
pub(super) fn listed(
    world: &World,
    call: &Call<'_>,
    readable: &Readable,
    name: &str,
    mut found: Vec<Seen<'_>>,
) -> Outcome {
    let options = read_options(call)?;
    let order = order_of(call, &options);
    let shown = Shown::new(call, readable, (&options, order), &[]);
    let context = context(world, call, name);
    let Some(order) = order else {
        let items = shown.passing(&found);
        return Ok(options.collection(world, call, &context, items, EVENT));
    };
    order.sort(&mut found, |seen| seen.wall(&shown.view.zone));
    let page = found.get(options.range(found.len())).unwrap_or_default();
    let texts: Vec<Arc<str>> = page
        .iter()
        .map(|seen| shown.text(&seen.event()).into())
        .collect();
    Ok(options.page(world, call, &context, found.len(), &texts))
}

/// How the events of a collection are written.
struct Shown<'a> {
    view: View,
    options: &'a Options,
    /// Properties that do not come when some are selected.
    unselectable: &'a [&'a str],
}

impl<'a> Shown<'a> {
    fn new(
        call: &Call<'_>,
        readable: &Readable,
        (options, order): (&'a Options, Option<Order>),
        unselectable: &'a [&'a str],
    ) -> Self {
        let mut view = view_for(call, readable);
        // What is not selected may be filtered and sorted by.
        if options.selects_some() && order.is_some() {
            let names = EVENT.properties.iter().copied();
            view.only = Some(names.filter(|name| options.selects(name)).collect());
        }
        Self {
            view,
            options,
            unselectable,
        }
    }

    /// What a list shows of an event.
    fn listed(&self, mut item: Item) -> Item {
        // In a list the join link comes only with the flag.
        if self.options.selects("onlineMeeting") && !self.options.selects("isOnlineMeeting") {
            item.insert("onlineMeeting".to_owned(), Value::Null);
        }
        if self.options.selects_some() {
            for name in self.unselectable {
                item.remove(*name);
            }
        }
        item
    }

    /// An event as it is on a page.
    fn text(&self, event: &Event) -> String {
        let item = self.listed(event.render(&self.view));
        let item = self.options.project(item, EVENT);
        Value::Object(item).to_string()
    }

    /// The entries that pass the filter.
    fn passing(&self, found: &[Seen<'_>]) -> Vec<Item> {
        let filter = self.options.filter.as_ref();
        let passing = found.iter().filter_map(|seen| {
            let event = seen.event();
            let item = event.render(&self.view);
            let passes = filter.is_none_or(|filter| filter.passes(&item, Some(&event.utc_walls())));
            passes.then(|| self.listed(item))
        });
        passing.collect()
    }
}

fn read_options(call: &Call<'_>) -> Result<Options, GraphError> {
    let options = Options::read(call.ask, EVENT)?;
    if options.search.is_some() {
        return Err(GraphError::bad_query(
            "The query parameter '$search' is not supported.",
        ));
    }
    Ok(options)
}

fn context(world: &World, call: &Call<'_>, name: &str) -> String {
    format!("users('{}')/{name}", world.person(call.caller).object_id)
}

/// The order of a page for which no property has to be looked at; none where one has to.
fn order_of(call: &Call<'_>, options: &Options) -> Option<Order> {
    if options.filter.is_some() {
        return None;
    }
    if !options.orders() {
        return Some(Order::Time);
    }
    let order = option(call.ask, "$orderby")?;
    let mut words = order.split_ascii_whitespace();
    let path = words.next()?;
    let direction = words.next().unwrap_or("asc");
    if !path.eq_ignore_ascii_case("start/dateTime") || words.next().is_some() {
        return None;
    }
    match direction.to_ascii_lowercase().as_str() {
        "asc" => Some(Order::Start),
        "desc" => Some(Order::StartDescending),
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
