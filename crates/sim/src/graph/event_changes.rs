//! Events: creating, changing, deleting.

use axum::http::StatusCode;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::auth::{Refusal, refused};
use super::calendars::{self, mailbox};
use super::error::GraphError;
use super::event_input::{Changes, Reach, invalid_property, json_body};
use super::events::{own, shown, writable};
use super::{Call, Outcome};
use crate::company::PersonId;
use crate::exchange::Answer;
use crate::mailbox::calendar::CalendarId;
use crate::mailbox::draft::{blank, online};
use crate::mailbox::event::{Attendee, Event, Kind, Response};
use crate::mailbox::ids::new_change_key;
use crate::mailbox::{Place, Transaction};
use crate::state::World;

/// More attendees than this are refused.
const MOST_ATTENDEES: usize = 500;
/// So many creations are remembered per mailbox.
const MOST_TRANSACTIONS: usize = 1_000;

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
    if changes.go_online() {
        go_online(world, owner, &mut event);
    }
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
    world.invite(owner, &event);
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

/// `PATCH /me/events/{id}`. Somebody else's meeting changes only in one's own copy.
pub(super) fn change(world: &mut World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    let place = writable(world, call, owner, id)?;
    let changes = Changes::read(&json_body(&call.ask.body)?)?;
    let before = mailbox(world, owner)?
        .at(place)
        .ok_or_else(GraphError::not_found)?;
    let mut event = changed(world, owner, place, &before, &changes)?;
    event.modified = world.clock.now();
    event.change_key = new_change_key(&mut world.ids);
    if changes.go_online() && event.online.is_none() {
        go_online(world, owner, &mut event);
    }
    let stored = world
        .mailbox_mut(owner)
        .and_then(|mailbox| mailbox.events.get_mut(place.index))
        .ok_or_else(GraphError::not_found)?;
    match place.occurrence {
        Some(date) => {
            stored.exceptions.insert(date, event.clone());
        }
        None => *stored = event.clone(),
    }
    let stored = stored.clone();
    if stored.is_organizer {
        tell(
            world,
            owner,
            &stored,
            &before,
            &event,
            place.occurrence,
            changes.reach(),
        );
    }
    Ok(shown(
        world,
        call,
        &own(owner, &event),
        &event,
        StatusCode::OK,
    ))
}

/// The event with the changes, if it may have them.
fn changed(
    world: &World,
    owner: PersonId,
    place: Place,
    before: &Event,
    changes: &Changes,
) -> Result<Event, GraphError> {
    let mut event = before.clone();
    if place.occurrence.is_some() && changes.repeats() {
        let message =
            "Your request can't be completed. The recurrence of an occurrence cannot be set.";
        return Err(GraphError::new(400, "ErrorInvalidRequest", message));
    }
    changes.apply(&mut event)?;
    check_attendees(&event)?;
    // The place to join is in the body; a body without it is the way to take a meeting offline.
    let offline = |online: &crate::mailbox::event::Online| {
        before.body.mentions(&online.join_url) && !event.body.mentions(&online.join_url)
    };
    if event.online.as_ref().is_some_and(offline) {
        event.online = None;
    }
    if event.is_organizer && (event.start != before.start || event.end != before.end) {
        for attendee in &mut event.attendees {
            attendee.response = Response::never(if attendee.response.word == "none" {
                "none"
            } else {
                "notResponded"
            });
            attendee.proposed = None;
        }
    }
    if let (Some(date), Some(series)) = (place.occurrence, event.of_series.as_mut()) {
        series.changed = true;
        let master = mailbox(world, owner)?
            .events
            .get(place.index)
            .ok_or_else(GraphError::not_found)?;
        if !master.stays_between_neighbours(date, &event) {
            let message = "Modified occurrence is crossing or overlapping adjacent occurrence.";
            return Err(GraphError::new(
                400,
                "ErrorOccurrenceCrossingBoundary",
                message,
            ));
        }
    }
    if event.kind() == Kind::SeriesMaster {
        event.follow(before);
    } else if place.occurrence.is_none() {
        event.exceptions.clear();
        event.removed.clear();
    }
    Ok(event)
}

/// Tells those invited, as far as the change concerns them.
fn tell(
    world: &mut World,
    organizer: PersonId,
    stored: &Event,
    before: &Event,
    after: &Event,
    day: Option<Date>,
    reach: Reach,
) {
    let gone = without(&before.attendees, &after.attendees);
    world.withdraw(organizer, before_of(stored, before, day), day, &gone, None);
    match reach {
        Reach::Nobody => {}
        Reach::Attendees => {
            let new = without(&after.attendees, &before.attendees);
            world.tell(organizer, stored, day, &new);
        }
        Reach::Everybody => world.tell(organizer, stored, day, &after.attendees),
    }
}

/// The meeting as those who are no longer invited know it.
fn before_of<'a>(stored: &'a Event, before: &'a Event, day: Option<Date>) -> &'a Event {
    if day.is_some() { stored } else { before }
}

/// The attendees of one list who are not in another.
fn without(these: &[Attendee], others: &[Attendee]) -> Vec<Attendee> {
    let mut left = these.to_vec();
    left.retain(|one| {
        !others
            .iter()
            .any(|other| other.party.address.eq_ignore_ascii_case(&one.party.address))
    });
    left
}

/// `DELETE /me/events/{id}`. The organiser's goes with a cancellation, somebody else's is only the own copy.
pub(super) fn delete(world: &mut World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    let place = writable(world, call, owner, id)?;
    remove(world, owner, place, None)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// Takes an event or one day of a series out of its mailbox, and tells those invited if it is the organiser's.
pub(super) fn remove(
    world: &mut World,
    owner: PersonId,
    place: Place,
    comment: Option<&str>,
) -> Result<(), GraphError> {
    let now = world.clock.now();
    let mailbox = world
        .mailbox_mut(owner)
        .ok_or_else(GraphError::no_mailbox)?;
    let stored = mailbox
        .events
        .get_mut(place.index)
        .ok_or_else(GraphError::not_found)?;
    let (event, attendees) = match place.occurrence {
        Some(date) => {
            let attendees = stored.occurrence(date).attendees;
            stored.exceptions.remove(&date);
            stored.removed.insert(date);
            stored.modified = now;
            (stored.clone(), attendees)
        }
        None => {
            let event = mailbox
                .events
                .remove(place.index)
                .ok_or_else(GraphError::not_found)?;
            let attendees = event.everybody().into();
            (event, attendees)
        }
    };
    if event.is_organizer {
        world.withdraw(owner, &event, place.occurrence, &attendees, comment);
    }
    Ok(())
}

/// Makes a meeting an online one, where its calendar allows that; elsewhere the wish is not heard.
fn go_online(world: &mut World, owner: PersonId, event: &mut Event) {
    let allowed = world
        .mailbox(owner)
        .and_then(|mailbox| mailbox.calendar(event.calendar.as_str()))
        .is_some_and(|calendar| calendar.online);
    if allowed {
        let online = online(world);
        event.body = event.body.before(&online.blob()).into();
        event.online = Some(online);
    }
}

fn check_attendees(event: &Event) -> Result<(), GraphError> {
    if event.attendees.len() > MOST_ATTENDEES {
        Err(invalid_property())
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::Company;
    use crate::options::Rotation;

    #[test]
    fn a_calendar_that_does_not_allow_online_meetings_ignores_the_wish() {
        let company = Company::default();
        let mut world = World::new("http://localhost".to_owned(), &company, Rotation::Lenient);
        let owner = PersonId(1);
        for allowed in [true, false] {
            let mailbox = world.mailbox_mut(owner).expect("a mailbox");
            mailbox.calendars[0].online = allowed;
            let mut event = blank(&mut world, owner, "Demo");
            go_online(&mut world, owner, &mut event);
            assert_eq!(event.online.is_some(), allowed);
            assert_eq!(event.body.mentions("meetup-join"), allowed);
        }
    }
}
