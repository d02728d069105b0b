//! What can be done with a meeting: cancel it, answer it, forward it.

use axum::http::StatusCode;
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::calendars::mailbox;
use super::error::GraphError;
use super::event_changes::remove;
use super::event_input::{flag, invalid_property, json_body, list, member, moment, party};
use super::events::{readable_item, writable};
use super::{Call, Outcome};
use crate::company::PersonId;
use crate::exchange::Answer;
use crate::mailbox::Place;
use crate::mailbox::event::{Attendee, Event, Response};
use crate::mailbox::moment::Moment;
use crate::mailbox::responses::{Reply, Word};
use crate::state::World;

/// The parameters of an action, their names in lower case.
#[derive(Debug)]
pub(super) struct Parameters(Map<String, Value>);

impl Parameters {
    /// Reads a body, which may be empty; a parameter that the action does not have is refused.
    pub(super) fn read(body: &[u8], action: &str, known: &[&str]) -> Result<Self, GraphError> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self(Map::new()));
        }
        let Value::Object(members) = json_body(body)? else {
            return Err(invalid_property());
        };
        let mut parameters = Map::new();
        for (name, value) in members
            .into_iter()
            .filter(|(name, _)| !name.starts_with('@'))
        {
            let lower = name.to_ascii_lowercase();
            if !known.contains(&lower.as_str()) {
                let message = format!(
                    "The parameter '{name}' in the request payload is not a valid parameter for the operation '{action}'."
                );
                return Err(GraphError::new(400, "RequestBodyRead", message));
            }
            parameters.insert(lower, value);
        }
        Ok(Self(parameters))
    }

    /// A parameter that was sent and is not null.
    pub(super) fn get(&self, lower_name: &str) -> Option<&Value> {
        self.0.get(lower_name).filter(|value| !value.is_null())
    }

    fn comment(&self) -> Result<Option<&str>, GraphError> {
        self.get("comment")
            .map(|comment| comment.as_str().ok_or_else(invalid_property))
            .transpose()
    }
}

/// `POST /me/events/{id}/cancel`: the organiser's alone.
pub(super) fn cancel(world: &mut World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    let place = writable(world, call, owner, id)?;
    let parameters = Parameters::read(&call.ask.body, "cancel", &["comment"])?;
    let comment = parameters.comment()?.map(str::to_owned);
    if !stored(world, owner, place)?.is_organizer {
        let message =
            "Your request can't be completed. You need to be an organizer to cancel a meeting.";
        return Err(GraphError::new(400, "ErrorInvalidRequest", message));
    }
    remove(world, owner, place, comment.as_deref())?;
    Ok(Answer::empty(StatusCode::ACCEPTED))
}

/// `POST /me/events/{id}/accept`.
pub(super) fn accept(world: &mut World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    respond(world, call, owner, id, Word::Accept)
}

/// `POST /me/events/{id}/tentativelyAccept`.
pub(super) fn tentatively_accept(
    world: &mut World,
    call: &Call<'_>,
    owner: PersonId,
    id: &str,
) -> Outcome {
    respond(world, call, owner, id, Word::Tentative)
}

/// `POST /me/events/{id}/decline`.
pub(super) fn decline(world: &mut World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    respond(world, call, owner, id, Word::Decline)
}

fn respond(world: &mut World, call: &Call<'_>, owner: PersonId, id: &str, word: Word) -> Outcome {
    let place = writable(world, call, owner, id)?;
    let (action, known): (&str, &[&str]) = match word {
        Word::Accept => ("accept", &["comment", "sendresponse"]),
        Word::Tentative => (
            "tentativelyAccept",
            &["comment", "sendresponse", "proposednewtime"],
        ),
        Word::Decline => ("decline", &["comment", "sendresponse", "proposednewtime"]),
    };
    let parameters = Parameters::read(&call.ask.body, action, known)?;
    parameters.comment()?;
    let event = stored(world, owner, place)?;
    if event.is_organizer {
        let message = "Your request can't be completed. You can't respond to this meeting because you're the meeting organizer.";
        return Err(GraphError::new(400, "ErrorInvalidRequest", message));
    }
    if event.cancelled {
        let message = "Your request can't be completed. You can't respond to this meeting because it has been canceled.";
        return Err(GraphError::new(400, "ErrorInvalidRequest", message));
    }
    let send = parameters.get("sendresponse").map_or(Ok(true), flag)?;
    let proposed = parameters
        .get("proposednewtime")
        .map(|value| proposal(value, &event, send))
        .transpose()?;
    world.respond(
        owner,
        place,
        &Reply {
            word,
            proposed,
            send,
        },
    );
    Ok(Answer::empty(StatusCode::ACCEPTED))
}

/// Another time, where one may be proposed: with an answer that is sent, and not for a whole series.
fn proposal(value: &Value, event: &Event, send: bool) -> Result<(Moment, Moment), GraphError> {
    let refused = |message: &str| Err(GraphError::new(400, "ErrorInvalidParameter", message));
    if !send {
        return refused("A new time can be proposed only when the response is sent.");
    }
    if event.plain.get("allowNewTimeProposals") == Some(&Value::Bool(false)) {
        return refused("The organizer does not allow new time proposals for this meeting.");
    }
    if event.recurrence.is_some() {
        return refused("A new time cannot be proposed for a series.");
    }
    let bound = |name: &str| moment(member(value, name).ok_or_else(invalid_property)?);
    let (start, end) = (bound("start")?, bound("end")?);
    if end.instant() <= start.instant() {
        return Err(invalid_property());
    }
    Ok((start, end))
}

/// `POST /me/events/{id}/forward`: whoever gets it is invited from then on, and the organiser knows.
pub(super) fn forward(world: &mut World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    let (readable, event) = readable_item(world, call, owner, id)?;
    if !readable.own {
        return Err(super::auth::refused(super::auth::Refusal::Mailbox));
    }
    let parameters = Parameters::read(&call.ask.body, "forward", &["comment", "torecipients"])?;
    parameters.comment()?;
    let recipients = list(parameters.get("torecipients").unwrap_or(&Value::Null))?;
    let parties = recipients
        .iter()
        .map(|recipient| party(member(recipient, "emailaddress").ok_or_else(invalid_property)?))
        .collect::<Result<Vec<_>, _>>()?;
    if parties.is_empty() {
        let message = "At least one recipient isn't valid.";
        return Err(GraphError::new(400, "ErrorInvalidRecipients", message));
    }
    world.report_forwarding(&event, &parties);
    let attendees: Vec<Attendee> = parties
        .into_iter()
        .map(|party| Attendee {
            party,
            kind: "required".to_owned(),
            response: Response::never("none"),
            proposed: None,
        })
        .collect();
    let organizer = world.recipient(&event.organizer.address);
    let (meeting, day) = forwarded(world, call, owner, id, &event)?;
    world.tell(organizer.unwrap_or(owner), &meeting, day, &attendees);
    Ok(Answer::empty(StatusCode::ACCEPTED))
}

/// The meeting that is sent on: the organiser's own if it is here, with everybody who is invited now.
fn forwarded(
    world: &World,
    call: &Call<'_>,
    owner: PersonId,
    id: &str,
    event: &Event,
) -> Result<(Event, Option<Date>), GraphError> {
    let (uid, day) = crate::mailbox::event::meeting_of(&event.uid);
    let organised = world
        .recipient(&event.organizer.address)
        .and_then(|organizer| world.mailbox(organizer)?.events.meeting(&uid));
    match organised {
        Some(meeting) => Ok((meeting.clone(), day)),
        None => Ok((readable_item(world, call, owner, id)?.1, None)),
    }
}

fn stored(world: &World, owner: PersonId, place: Place) -> Result<Event, GraphError> {
    mailbox(world, owner)?
        .at(place)
        .ok_or_else(GraphError::not_found)
}
