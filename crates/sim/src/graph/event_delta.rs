//! Delta: what has changed in a calendar since the last round.

use std::sync::Arc;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::calendar_view::{bound, view_for, window};
use super::calendars::{self, Readable, mailbox};
use super::error::GraphError;
use super::{Call, Outcome};
use crate::company::PersonId;
use crate::exchange::Answer;
use crate::mailbox::event::{Event, Kind};
use crate::mailbox::rounds::{Bookmark, Known, Round, Target};
use crate::state::World;

/// The size of a page where none is preferred.
const PAGE: usize = 10;
/// Query options that delta does not have.
const UNSUPPORTED: &[&str] = &[
    "$select", "$expand", "$filter", "$orderby", "$search", "$top", "$skip", "$count",
];

/// `GET /me/calendarView/delta`.
pub(super) fn of_default_view(world: &mut World, call: &Call<'_>, owner: PersonId) -> Outcome {
    let readable = calendars::default_of(world, call, owner)?;
    answer(world, call, &readable, true)
}

/// `GET /me/calendars/{id}/calendarView/delta`.
pub(super) fn of_view(world: &mut World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    let readable = calendars::by_id(world, call, owner, id)?;
    answer(world, call, &readable, true)
}

/// `GET /me/events/delta`.
pub(super) fn of_default_events(world: &mut World, call: &Call<'_>, owner: PersonId) -> Outcome {
    let readable = calendars::default_of(world, call, owner)?;
    answer(world, call, &readable, false)
}

/// `GET /me/calendars/{id}/events/delta`.
pub(super) fn of_events(world: &mut World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    let readable = calendars::by_id(world, call, owner, id)?;
    answer(world, call, &readable, false)
}

fn answer(world: &mut World, call: &Call<'_>, readable: &Readable, expanded: bool) -> Outcome {
    let option = |name: &str| {
        let mut pairs = call.ask.query.iter();
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name))
    };
    if let Some(name) = UNSUPPORTED.iter().find(|name| option(name).is_some()) {
        let message =
            format!("The query parameter '{name}' is not supported with change tracking.");
        return Err(GraphError::bad_query(message));
    }
    let bookmark = match (option("$skiptoken"), option("$deltatoken")) {
        (Some((_, token)), _) => remembered(world, call, readable, expanded, token)?,
        (None, Some((_, token))) => {
            let last = remembered(world, call, readable, expanded, token)?;
            begun(world, last.round.target.clone(), &last.round.known)?
        }
        (None, None) => {
            let target = Target {
                owner: readable.owner,
                calendar: readable.calendar.clone(),
                expanded,
                window: asked_window(call, expanded)?,
            };
            begun(world, target, &Known::new())?
        }
    };
    page(world, call, readable, &bookmark)
}

/// The window: needed for a view, and possible for events.
fn asked_window(
    call: &Call<'_>,
    expanded: bool,
) -> Result<Option<(Timestamp, Timestamp)>, GraphError> {
    if expanded {
        return window(call).map(Some);
    }
    let end = |name: &str, otherwise| bound(call, name).map(|found| found.unwrap_or(otherwise));
    let from = end("startDateTime", Timestamp::MIN)?;
    let until = end("endDateTime", Timestamp::MAX)?;
    Ok((from > Timestamp::MIN || until < Timestamp::MAX).then_some((from, until)))
}

/// What a token of this caller stands for, if it is about the same calendar.
fn remembered(
    world: &World,
    call: &Call<'_>,
    readable: &Readable,
    expanded: bool,
    token: &str,
) -> Result<Bookmark, GraphError> {
    let found = mailbox(world, call.caller)?.rounds.find(token);
    let bookmark = found.ok_or_else(|| {
        let message =
            "The sync state generation is not found; the synchronization has to start again.";
        GraphError::new(410, "SyncStateNotFound", message)
    })?;
    let target = &bookmark.round.target;
    let same = target.owner == readable.owner
        && target.calendar == readable.calendar
        && target.expanded == expanded;
    if same {
        Ok(bookmark.clone())
    } else {
        let message = "The sync state is not valid for this collection.";
        Err(GraphError::new(400, "SyncStateInvalid", message))
    }
}

fn begun(world: &World, target: Target, before: &Known) -> Result<Bookmark, GraphError> {
    let now = present(world, &target)?
        .into_iter()
        .map(|event| (event.id.clone(), event.mark()))
        .collect();
    let round = Arc::new(Round::new(target, before, now));
    Ok(Bookmark { round, told: 0 })
}

/// What a round is about, as it is now.
fn present(world: &World, target: &Target) -> Result<Vec<Event>, GraphError> {
    let mailbox = mailbox(world, target.owner)?;
    if let (true, Some((from, until))) = (target.expanded, target.window) {
        return Ok(mailbox.view_of(&target.calendar, from, until));
    }
    let fits = |event: &&Event| {
        event.calendar == target.calendar
            && target
                .window
                .is_none_or(|(from, until)| match event.kind() {
                    Kind::SeriesMaster => !event.occurrences_in(from, until).is_empty(),
                    _ => event.touches(from, until),
                })
    };
    Ok(mailbox.events.iter().filter(fits).cloned().collect())
}

fn page(world: &mut World, call: &Call<'_>, readable: &Readable, bookmark: &Bookmark) -> Outcome {
    let size = call.prefer.page_size.unwrap_or(PAGE);
    let round = &bookmark.round;
    let view = view_for(call, readable);
    let theirs = mailbox(world, round.target.owner)?;
    let ids = round.changed.iter().skip(bookmark.told).take(size);
    let items: Vec<Value> = ids
        .map(|id| {
            let event = theirs.find(id).and_then(|place| theirs.at(place));
            match event.filter(|_| round.known.contains_key(id)) {
                Some(event) => {
                    let mut item = event.render(&view);
                    item.insert("@odata.type".to_owned(), json!("#microsoft.graph.event"));
                    Value::Object(item)
                }
                None => json!({
                    "@odata.type": "#microsoft.graph.event",
                    "id": view.id(id),
                    "@removed": { "reason": "deleted" },
                }),
            }
        })
        .collect();
    let told = bookmark.told + items.len();
    let (link, parameter) = if told < round.changed.len() {
        ("@odata.nextLink", "$skiptoken")
    } else {
        ("@odata.deltaLink", "$deltatoken")
    };
    let next = Bookmark {
        round: Arc::clone(round),
        told,
    };
    let (base, path) = (world.base.clone(), &call.ask.path);
    let own = world
        .mailbox_mut(call.caller)
        .ok_or_else(GraphError::no_mailbox)?;
    let token = own.rounds.keep(next);
    let body = json!({
        "@odata.context": format!("{base}/v1.0/$metadata#Collection(event)"),
        "value": items,
        link: format!("{base}{path}?{parameter}={token}"),
    });
    Ok(Answer::json(StatusCode::OK, &body))
}
