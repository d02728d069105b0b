//! Reminders: which are due, and putting them off or away.

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::calendar_view::instant;
use super::calendars::mailbox;
use super::error::GraphError;
use super::event_actions::Parameters;
use super::event_input::{invalid_property, moment};
use super::events::{readable_item, writable};
use super::{Call, Outcome};
use crate::company::PersonId;
use crate::exchange::Answer;
use crate::mailbox::Reminder;
use crate::mailbox::event::{Event, View};
use crate::mailbox::moment::Moment;
use crate::state::World;
use crate::zones::Zone;

/// The longest that anybody is reminded before an event: so far beyond the window events are looked for.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366);
/// A window is not longer than that of a calendar view.
const WIDEST: SignedDuration = SignedDuration::from_hours(24 * 1_825);

/// `GET /me/reminderView(StartDateTime='...',EndDateTime='...')`: what is due in the window.
pub(super) fn view(world: &World, call: &Call<'_>, owner: PersonId) -> Outcome {
    let mailbox = mailbox(world, owner)?;
    let bound = |name: &str| {
        let text = call.parameter(name).ok_or_else(|| missing(name))?;
        instant(text).ok_or_else(|| missing(name))
    };
    let (from, until) = (bound("StartDateTime")?, bound("EndDateTime")?);
    if until < from || until.duration_since(from) > WIDEST {
        return Err(missing("EndDateTime"));
    }
    let later = until.saturating_add(LONGEST).unwrap_or(Timestamp::MAX);
    let view = call.prefer.view();
    let mut due: Vec<(Timestamp, Event)> = mailbox
        .view(from, later)
        .into_iter()
        .filter_map(|event| Some((due_at(mailbox.reminders.get(&event.id), &event)?, event)))
        .filter(|(at, _)| *at >= from && *at < until)
        .collect();
    due.sort_by_key(|(at, _)| *at);
    let items: Vec<Value> = due
        .iter()
        .map(|(at, event)| item(*at, event, &view))
        .collect();
    let context = format!(
        "{}/v1.0/$metadata#Collection(microsoft.graph.reminder)",
        world.base
    );
    let body = json!({ "@odata.context": context, "value": items });
    Ok(Answer::json(StatusCode::OK, &body))
}

/// `POST /me/events/{id}/snoozeReminder`.
pub(super) fn snooze(world: &mut World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    let parameters = Parameters::read(&call.ask.body, "snoozeReminder", &["newremindertime"])?;
    let time = parameters
        .get("newremindertime")
        .ok_or_else(invalid_property)?;
    let at = moment(time)?.instant();
    set(world, call, owner, id, Reminder::Snoozed(at))
}

/// `POST /me/events/{id}/dismissReminder`.
pub(super) fn dismiss(world: &mut World, call: &Call<'_>, owner: PersonId, id: &str) -> Outcome {
    Parameters::read(&call.ask.body, "dismissReminder", &[])?;
    set(world, call, owner, id, Reminder::Dismissed)
}

fn set(
    world: &mut World,
    call: &Call<'_>,
    owner: PersonId,
    id: &str,
    reminder: Reminder,
) -> Outcome {
    writable(world, call, owner, id)?;
    let (_, event) = readable_item(world, call, owner, id)?;
    let mailbox = world
        .mailbox_mut(owner)
        .ok_or_else(GraphError::no_mailbox)?;
    mailbox.remind(event.id, reminder);
    Ok(Answer::empty(StatusCode::OK))
}

/// When somebody is reminded of an event, if at all.
fn due_at(reminder: Option<&Reminder>, event: &Event) -> Option<Timestamp> {
    match reminder {
        Some(Reminder::Dismissed) => None,
        Some(Reminder::Snoozed(at)) => Some(*at),
        None => {
            event
                .plain
                .get("isReminderOn")?
                .as_bool()
                .filter(|on| *on)?;
            let minutes = event.plain.get("reminderMinutesBeforeStart")?.as_i64()?;
            let before = SignedDuration::from_secs(minutes.checked_mul(60)?);
            event.start.instant().checked_sub(before).ok()
        }
    }
}

fn item(at: Timestamp, event: &Event, view: &View) -> Value {
    let shown = event.render(view);
    let property = |name: &str| shown.get(name).cloned().unwrap_or(Value::Null);
    let at = Moment::new(Zone::utc().wall(at), Zone::utc());
    json!({
        "eventId": property("id"),
        "eventStartTime": property("start"),
        "eventEndTime": property("end"),
        "changeKey": property("changeKey"),
        "eventSubject": property("subject"),
        "eventLocation": property("location"),
        "eventWebLink": property("webLink"),
        "reminderFireTime": at.render(&view.zone),
    })
}

fn missing(name: &str) -> GraphError {
    let message = format!("The parameter '{name}' is missing or not valid.");
    GraphError::new(400, "ErrorInvalidParameter", message)
}
