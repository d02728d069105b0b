//! Events: listing, creating, reading, changing, deleting.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::auth::{Refusal, refused};
use super::calendar_view::rendered;
use super::calendars::{self, Readable, mailbox};
use super::error::GraphError;
use super::event_input::{Changes, invalid_property, json_body};
use super::odata::{Options, Rules, entity};
use super::{Call, Outcome};
use crate::company::PersonId;
use crate::exchange::Answer;
use crate::mailbox::calendar::CalendarId;
use crate::mailbox::draft::{blank, online};
use crate::mailbox::event::{Event, Kind};
use crate::mailbox::ids::{new_change_key, well_formed};
use crate::mailbox::{Place, Transaction};
use crate::state::World;

/// More attendees than this are refused.
const MOST_ATTENDEES: usize = 500;
/// So many creations are remembered per mailbox.
const MOST_TRANSACTIONS: usize = 1_000;

pub(super) const EVENT: Rules = Rules {
    kind: "event",
    properties: &[
        "allowNewTimeProposals",
        "attendees",
        "body",
        "bodyPreview",
        "categories",
        "changeKey",
        "createdDateTime",
        "end",
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
    let options = Options::read(call.ask, EVENT)?;
    if options.search.is_some() {
        return Err(GraphError::bad_query(
            "The query parameter '$search' is not supported.",
        ));
    }
    let stored = mailbox(world, readable.owner)?.events.iter();
    let mut events: Vec<Event> = stored
        .filter(|event| event.calendar == readable.calendar)
        .cloned()
        .collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.created));
    let items = rendered(call, readable, events, &options);
    let context = format!("users('{}')/events", world.person(call.caller).object_id);
    Ok(options.collection(world, call, &context, items, EVENT))
}

/// `POST /me/calendars/{id}/events`.
pub(super) fn create_in_calendar(
    world: &mut World,
    call: &Call<'_>,
    owner: PersonId,
    id: &str,
) -> Outcome {
    let readable = calendars::by_id(world, call, owner, id)?;
    create_in(world, call, readable.owner, Some(readable.calendar))
}

/// `POST /me/events`. Invitations go out at once; there is no draft.
pub(super) fn create(world: &mut World, call: &Call<'_>, owner: PersonId) -> Outcome {
    create_in(world, call, owner, None)
}

fn create_in(
    world: &mut World,
    call: &Call<'_>,
    owner: PersonId,
    calendar: Option<CalendarId>,
) -> Outcome {
    if owner != call.caller {
        return Err(refused(Refusal::Mailbox));
    }
    mailbox(world, owner)?;
    let body = json_body(&call.ask.body)?;
    let changes = Changes::read(&body)?;
    if let Some(existing) = repeated(world, owner, &changes, &body)? {
        return Ok(shown(
            world,
            call,
            &own(owner, &existing),
            &existing,
            StatusCode::CREATED,
        ));
    }
    if !changes.has_times() {
        return Err(invalid_property());
    }
    let mut event = blank(world, owner, "");
    if let Some(calendar) = calendar {
        event.calendar = calendar;
    }
    changes.apply(&mut event)?;
    check_attendees(&event)?;
    event.transaction_id.clone_from(&changes.transaction_id);
    if changes.online == Some(true) {
        event.online = Some(online(world));
    }
    world.invite(owner, &event);
    if let Some(mailbox) = world.mailbox_mut(owner) {
        if let Some(id) = &changes.transaction_id {
            mailbox.transactions.push(Transaction {
                id: id.clone(),
                body,
                event: event.id.clone(),
            });
            if mailbox.transactions.len() > MOST_TRANSACTIONS {
                mailbox.transactions.remove(0);
            }
        }
        mailbox.events.push(event.clone());
    }
    Ok(shown(
        world,
        call,
        &own(owner, &event),
        &event,
        StatusCode::CREATED,
    ))
}

/// The event that the same request has created before.
fn repeated(
    world: &World,
    owner: PersonId,
    changes: &Changes,
    body: &Value,
) -> Result<Option<Event>, GraphError> {
    let Some(id) = &changes.transaction_id else {
        return Ok(None);
    };
    let mailbox = mailbox(world, owner)?;
    let Some(earlier) = mailbox
        .transactions
        .iter()
        .find(|transaction| transaction.id == *id)
    else {
        return Ok(None);
    };
    let Some(place) = mailbox.find(&earlier.event) else {
        return Ok(None);
    };
    if earlier.body == *body {
        return Ok(mailbox.at(place));
    }
    let message = "Your request can't be completed. The TransactionId specified in the request has already been used to create a different event.";
    Err(GraphError::new(400, "ErrorDuplicateTransactionId", message)
        .with_extra("@event.existingEventId", json!(earlier.event)))
}

/// GET, PATCH and DELETE of one event.
pub(super) fn one(
    world: &mut World,
    call: &Call<'_>,
    owner: PersonId,
    id: &str,
    method: &str,
) -> Outcome {
    match method {
        "GET" => {
            Options::read(call.ask, EVENT)?;
            let (readable, event) = readable_item(world, call, owner, id)?;
            Ok(shown(world, call, &readable, &event, StatusCode::OK))
        }
        "PATCH" | "DELETE" => {
            let place = writable(world, call, owner, id)?;
            if method == "PATCH" {
                change(world, call, place)
            } else {
                delete(world, call, place)
            }
        }
        _ => Err(GraphError::new(
            405,
            "BadRequest",
            "The HTTP method is not supported for this resource.",
        )),
    }
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
fn writable(
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

fn change(world: &mut World, call: &Call<'_>, place: Place) -> Outcome {
    let changes = Changes::read(&json_body(&call.ask.body)?)?;
    let owner = call.caller;
    let before = mailbox(world, owner)?
        .at(place)
        .ok_or_else(GraphError::not_found)?;
    let mut event = before.clone();
    changes.apply(&mut event)?;
    check_attendees(&event)?;
    event.modified = world.clock.now();
    event.change_key = new_change_key(&mut world.ids);
    // Once a meeting is online it stays so.
    if changes.online == Some(true) && event.online.is_none() {
        event.online = Some(online(world));
    }
    if changes.reschedules() && event.kind() == Kind::SeriesMaster {
        event.exceptions.clear();
        event.removed.clear();
    }
    if let Some(series) = event.of_series.as_mut() {
        series.changed = true;
    }
    let Some(mailbox) = world.mailbox_mut(owner) else {
        return Err(GraphError::no_mailbox());
    };
    let Some(stored) = mailbox.events.get_mut(place.index) else {
        return Err(GraphError::not_found());
    };
    match place.occurrence {
        Some(date) => {
            stored.exceptions.insert(date, event.clone());
        }
        None => *stored = event.clone(),
    }
    let stored = stored.clone();
    // Somebody else's meeting changes only in one's own copy.
    if stored.is_organizer {
        world.withdraw(owner, &dropped(&before, &event));
        world.invite(owner, &stored);
    }
    Ok(shown(
        world,
        call,
        &own(owner, &event),
        &event,
        StatusCode::OK,
    ))
}

/// The meeting with only those attendees who are no longer invited.
fn dropped(before: &Event, after: &Event) -> Event {
    let mut dropped = before.clone();
    dropped.attendees.retain(|old| {
        !after
            .attendees
            .iter()
            .any(|kept| kept.party.address.eq_ignore_ascii_case(&old.party.address))
    });
    dropped
}

fn delete(world: &mut World, call: &Call<'_>, place: Place) -> Outcome {
    let owner = call.caller;
    let Some(mailbox) = world.mailbox_mut(owner) else {
        return Err(GraphError::no_mailbox());
    };
    match place.occurrence {
        Some(date) => {
            let Some(master) = mailbox.events.get_mut(place.index) else {
                return Err(GraphError::not_found());
            };
            master.exceptions.remove(&date);
            master.removed.insert(date);
            let master = master.clone();
            if master.is_organizer {
                world.withdraw_occurrence(owner, &master, date);
            }
        }
        None => {
            let Some(event) = mailbox.events.remove(place.index) else {
                return Err(GraphError::not_found());
            };
            if event.is_organizer {
                world.withdraw(owner, &event);
            }
        }
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn check_attendees(event: &Event) -> Result<(), GraphError> {
    if event.attendees.len() > MOST_ATTENDEES {
        Err(invalid_property())
    } else {
        Ok(())
    }
}

fn own(owner: PersonId, event: &Event) -> Readable {
    Readable {
        owner,
        calendar: event.calendar.clone(),
        key: None,
        own: true,
    }
}

fn shown(
    world: &World,
    call: &Call<'_>,
    readable: &Readable,
    event: &Event,
    status: StatusCode,
) -> Answer {
    let mut view = call.prefer.view();
    view.key.clone_from(&readable.key);
    view.hide_private = !readable.own;
    let item = event.render(&view);
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
