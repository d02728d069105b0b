//! Which event an agent means: from the handle of a listing to the event itself, among its owner's own.

use domain::calendar::{Event, EventHandle};
use domain::time::{Zone, weekday};
use jiff::{SignedDuration, Timestamp};
use microsoft::graph::{Graph, View};

use super::scope::Scope;
use crate::call::Failure;
use crate::card::CardSpan;
use crate::{Error, ErrorKind};

/// So many events that start in one minute are looked at.
const PAGES: usize = 5;

/// An `id` argument, as a listing gave it.
pub(crate) fn handle(text: &str, field: &str) -> Result<EventHandle, Error> {
    EventHandle::parse(text).ok_or_else(|| {
        Error::invalid(
            "invalid_event_id",
            field,
            format!("{field}: not an id of search_events. Search for the event and use its id."),
        )
    })
}

/// The event of this handle, read afresh, as single event or occurrence.
///
/// One request finds it: a handle says where to look. An event that was moved since is no longer there; the agent searches
/// again, and so cannot act on a time it does not know of.
pub(crate) async fn find(graph: &Graph<'_>, handle: EventHandle) -> Result<Event, Failure> {
    match there(graph, handle).await? {
        Some(event) => Ok(event),
        None => Err(Failure::Ours(not_found())),
    }
}

/// The same, or that it is not there.
pub(crate) async fn there(
    graph: &Graph<'_>,
    handle: EventHandle,
) -> Result<Option<Event>, microsoft::Error> {
    around(graph, handle, handle.start()).await
}

/// The event of this handle, if it starts at this moment by now.
pub(crate) async fn around(
    graph: &Graph<'_>,
    handle: EventHandle,
    start: Timestamp,
) -> Result<Option<Event>, microsoft::Error> {
    let minute = SignedDuration::from_mins(1);
    let (from, to) = (start - minute, start + minute);
    let mut next = None;
    for _ in 0..PAGES {
        let view = View {
            from,
            to,
            top: 100,
            next: next.as_ref(),
        };
        let page = graph.calendar_view(view).await?;
        if let Some(event) = page.items.into_iter().find(|event| handle.means(event)) {
            return Ok(Some(event));
        }
        match page.next {
            Some(link) => next = Some(link),
            None => break,
        }
    }
    Ok(None)
}

/// The event is no longer where its handle says.
pub(crate) fn not_found() -> Error {
    Error::new(
        ErrorKind::NotFound,
        "event_not_found",
        "No event of this id is at its time any more: it was moved, cancelled or removed. Nothing was done. Search for it again.",
    )
}

/// The event in a summary, by what its handle knows of it: a start at midnight UTC is perhaps a whole day, wherever the
/// person is.
pub(crate) fn named(handle: EventHandle, scope: Scope, zone: &Zone) -> String {
    let start = zone.at(handle.start());
    let whole_day = match CardSpan::starting(handle.start(), zone) {
        CardSpan::Starts { day: Some(_), .. } => {
            let day = Zone::utc().at(handle.start()).date();
            format!(" or all day {} {day}", weekday(day))
        }
        _ => String::new(),
    };
    let of_series = match scope {
        Scope::This => "",
        Scope::Following => "this and all later occurrences of ",
        Scope::All => "the whole series of ",
    };
    format!(
        "{of_series}the event at {} {} ({}){whole_day}",
        weekday(start.date()),
        start.strftime("%Y-%m-%d %H:%M"),
        zone.name()
    )
}
