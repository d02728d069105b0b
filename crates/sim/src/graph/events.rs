//! Events: listing and reading them, and who may.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::auth::{Refusal, refused};
use super::calendar_view::{listed, view_for};
use super::calendars::{self, Readable, mailbox};
use super::error::GraphError;
use super::odata::{Options, Rules, entity};
use super::{Call, Outcome};
use crate::company::PersonId;
use crate::exchange::Answer;
use crate::mailbox::Place;
use crate::mailbox::event::{Event, Kind};
use crate::mailbox::ids::well_formed;
use crate::state::World;

pub(super) const EVENT: Rules = Rules {
    kind: "event",
    properties: &[
        "allowNewTimeProposals",
        "attendees",
        "body",
        "bodyPreview",
        "cancelledOccurrences",
        "categories",
        "changeKey",
        "createdDateTime",
        "end",
        "exceptionOccurrences",
        "hasAttachments",
        "hideAttendees",
        "iCalUId",
        "id",
        "importance",
        "isAllDay",
        "isCancelled",
        "isDraft",
        "isOnlineMeeting",
        "isOrganizer",
        "isReminderOn",
        "lastModifiedDateTime",
        "location",
        "locations",
        "onlineMeeting",
        "onlineMeetingProvider",
        "onlineMeetingUrl",
        "organizer",
        "originalEndTimeZone",
        "originalStart",
        "originalStartTimeZone",
        "recurrence",
        "reminderMinutesBeforeStart",
        "responseRequested",
        "responseStatus",
        "sensitivity",
        "seriesMasterId",
        "showAs",
        "start",
        "subject",
        "transactionId",
        "type",
        "webLink",
    ],
    default_page: 10,
    outlook: true,
    skips: true,
};

/// `GET /me/events`: single events and series, never occurrences.
pub(super) fn list(world: &World, call: &Call<'_>, owner: PersonId) -> Outcome {
    let readable = calendars::default_of(world, call, owner)?;
    list_readable(world, call, &readable)
}

/// `GET /me/calendars/{id}/events`.
pub(super) fn list_of_calendar(
    world: &World,
    call: &Call<'_>,
    owner: PersonId,
    id: &str,
) -> Outcome {
    let readable = calendars::by_id(world, call, owner, id)?;
    list_readable(world, call, &readable)
}

fn list_readable(world: &World, call: &Call<'_>, readable: &Readable) -> Outcome {
    let stored = mailbox(world, readable.owner)?.events.iter();
    let mut events: Vec<&Event> = stored
        .filter(|event| event.calendar == readable.calendar)
        .collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.created));
    let found = events.into_iter().map(Event::seen).collect();
    listed(world, call, readable, "events", found)
}

/// `GET /me/events/{id}`. Of a series it can show the days that are missing or different, too.
pub(super) fn read(world: &World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    let mut ask = call.ask.clone();
    let mut expands = false;
    ask.query.retain(|(name, value)| {
        let name_fits = name.eq_ignore_ascii_case("$expand");
        let property = value.split('(').next().unwrap_or_default().trim();
        let fits = name_fits && property.eq_ignore_ascii_case("exceptionOccurrences");
        expands |= fits;
        !fits
    });
    let options = Options::read(&ask, EVENT)?;
    let (readable, event) = readable_item(world, call, owner, id)?;
    let view = view_for(call, &readable);
    let mut item = event.render(&view);
    if event.kind() == Kind::SeriesMaster {
        if ask.query_value("$select").is_some() && options.selects("cancelledOccurrences") {
            let id = view.id(&event.id);
            let days = event.removed.iter().map(|date| format!("OID.{id}.{date}"));
            item.insert("cancelledOccurrences".to_owned(), days.collect());
        }
        if expands {
            let days = event.exceptions.values();
            let days = days.map(|day| Value::Object(day.render(&view)));
            item.insert("exceptionOccurrences".to_owned(), days.collect());
        }
    }
    let expanded = item.remove("exceptionOccurrences");
    let mut item = options.project(item, EVENT);
    if let Some(expanded) = expanded {
        item.insert("exceptionOccurrences".to_owned(), expanded);
    }
    let context = format!(
        "users('{}')/events/$entity",
        world.person(call.caller).object_id
    );
    Ok(entity(world, StatusCode::OK, &context, item))
}

/// `GET /me/events/{id}/calendar`.
pub(super) fn calendar(world: &World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    let (readable, event) = readable_item(world, call, owner, id)?;
    let accepted = mailbox(world, call.caller)?.accepted.iter();
    let shown_as = accepted
        .filter(|accepted| Some(&accepted.key) == readable.key.as_ref())
        .map(|accepted| accepted.calendar_id.clone())
        .next();
    let calendar = shown_as.unwrap_or_else(|| event.calendar.as_str().to_owned());
    calendars::read(world, call, owner, &calendar)
}

/// `GET /me/events/{id}/attachments`: nothing here has any.
pub(super) fn attachments(world: &World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    let (readable, _) = readable_item(world, call, owner, id)?;
    let person = &world.person(readable.owner).object_id;
    let context = format!(
        "{}/v1.0/$metadata#users('{person}')/events('{id}')/attachments",
        world.base
    );
    let body = json!({ "@odata.context": context, "value": [] });
    Ok(Answer::json(StatusCode::OK, &body))
}

/// Finds an event that the caller may read, in her own mailbox or through an accepted calendar.
pub(super) fn readable_item(
    world: &World,
    call: &Call<'_>,
    owner: PersonId,
    id: &str,
) -> Result<(Readable, Event), GraphError> {
    let readable = calendars::default_of(world, call, owner)?;
    if !well_formed(id) {
        return Err(GraphError::new(
            400,
            "ErrorInvalidIdMalformed",
            "Id is malformed.",
        ));
    }
    let own_mailbox = mailbox(world, owner)?;
    let own = own_mailbox.find(id).and_then(|place| own_mailbox.at(place));
    // Of somebody else's mailbox only the default calendar is reached this way.
    if let Some(event) = own.filter(|event| readable.own || event.calendar == readable.calendar) {
        return Ok((readable, event));
    }
    let accepted = own_mailbox
        .accepted_for(id)
        .filter(|_| owner == call.caller)
        .ok_or_else(GraphError::not_found)?;
    let theirs = mailbox(world, accepted.owner)?;
    let calendar = theirs.default_calendar().id.clone();
    let event = theirs
        .find(&theirs.own_form(id))
        .and_then(|place| theirs.at(place))
        .filter(|event| event.calendar == calendar)
        .ok_or_else(GraphError::not_found)?;
    let readable = Readable {
        owner: accepted.owner,
        calendar,
        key: Some(accepted.key.clone()),
        own: false,
    };
    Ok((readable, event))
}

/// Finds an event that the caller may change, and checks the precondition.
pub(super) fn writable(
    world: &World,
    call: &Call<'_>,
    owner: PersonId,
    id: &str,
) -> Result<Place, GraphError> {
    if owner != call.caller {
        return Err(refused(Refusal::Mailbox));
    }
    let (readable, event) = readable_item(world, call, owner, id)?;
    if !readable.own {
        return Err(refused(Refusal::Mailbox));
    }
    let stale = call.ask.header("if-match").is_some_and(|wanted| {
        wanted != "*" && wanted.trim_start_matches("W/").trim_matches('"') != event.change_key
    });
    if stale {
        let message = "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.";
        return Err(GraphError::new(412, "ErrorIrresolvableConflict", message));
    }
    mailbox(world, owner)?
        .find(id)
        .ok_or_else(GraphError::not_found)
}

/// What belongs to the caller.
pub(super) fn own(owner: PersonId, event: &Event) -> Readable {
    Readable {
        owner,
        calendar: event.calendar.clone(),
        key: None,
        own: true,
    }
}

/// One event as the answer.
pub(super) fn shown(
    world: &World,
    call: &Call<'_>,
    readable: &Readable,
    event: &Event,
    status: StatusCode,
) -> Answer {
    let item = event.render(&view_for(call, readable));
    // A selection that cannot be read has been refused before for lists; here it is simply not applied.
    let item = match Options::read(call.ask, EVENT) {
        Ok(options) => options.project(item, EVENT),
        Err(_) => item,
    };
    let context = format!(
        "users('{}')/events/$entity",
        world.person(call.caller).object_id
    );
    let answer = entity(world, status, &context, item);
    if status == StatusCode::CREATED {
        let location = format!(
            "{}/v1.0/users/{}/events/{}",
            world.base,
            world.person(call.caller).object_id,
            event.id
        );
        return answer.header("location", &location);
    }
    answer
}
