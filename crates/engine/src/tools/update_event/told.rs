//! What is said of a change: what Outlook holds afterwards, before and after, who is mailed, and what is in the way.

use domain::calendar::{Answer, Event, Span};
use domain::change::{Guest, Role, Settled, Whole};
use domain::text::one_line;
use domain::time::{Zone, local_text, weekday};
use microsoft::graph::View;
use serde_json::{Map, Value, json};

use super::{Input, Plan};
use crate::call::Failure;
use crate::reconcile::LOOKING;
use crate::tools::event_line::EventLine;
use crate::tools::{Context, Setting, verify};
use crate::{Error, ErrorKind};

/// Everything was so already: nothing was sent, nobody is mailed.
pub(super) fn unchanged(context: &Context<'_>, input: &Input, event: &Event) -> Value {
    let mut body = json!({"status": "unchanged", "mailed": [], "verified": true});
    frame(context, &mut body, input, event, event);
    body
}

/// Reads back, compares, and tells.
pub(super) async fn looked(
    context: &Context<'_>,
    input: &Input,
    event: &Event,
    before: &Whole,
    plan: &Plan,
    settled: Settled,
) -> Result<Value, Failure> {
    let zone = zone_of(context.setting);
    let mut body = json!({"status": "done"});
    let after = match context.graph.whole_event(&before.event.id).await {
        Ok(after) => after,
        Err(error) if settled == Settled::Confirmed => {
            frame(context, &mut body, input, event, event);
            // What is shown is what was; nothing newer is known.
            body["event"] = Value::Null;
            mailed(&mut body, before, plan);
            verify::unverified(&mut body, &error);
            return Ok(body);
        }
        Err(error) => {
            return Err(Failure::Ours(
                Error::new(ErrorKind::OutcomeUnknown, "outcome_unknown", LOOKING).caused_by(error),
            ));
        }
    };
    let checks = checks(plan, before, &after);
    let any = checks
        .iter()
        .any(|(what, held)| *held && !KEPT.contains(what));
    if settled == Settled::Seen && !any {
        // Somebody else changed it, and that is why ours was not taken.
        return Err(Failure::Ours(Error::new(
            ErrorKind::Conflict,
            "changed_meanwhile",
            "The event was changed in the meantime. Nothing was changed by this call. Read it again first.",
        )));
    }
    let shown = shown(context, input, event, &after, plan).await;
    frame(context, &mut body, input, event, &shown);
    let place = before.event.location.as_deref();
    let was = [Some(before.event.title.as_str()), place];
    let was: Vec<String> = was
        .into_iter()
        .flatten()
        .map(|text| one_line(text, 80))
        .collect();
    let was = was.iter().map(String::as_str);
    context.foreign.event(&before.event, was);
    body["changes"] = changes(plan, before, &after, &zone);
    mailed(&mut body, before, plan);
    verify::verified(&mut body, &checks);
    if plan.change.online && after.event.join_url.is_none() {
        verify::note(
            &mut body,
            "This calendar does not make online meetings: the event has no join link.",
        );
    }
    if !before.event.is_organizer {
        verify::note(
            &mut body,
            "The person does not organise this meeting: only her own copy was changed, and the organiser's next update overwrites it.",
        );
    }
    if plan.span.is_some() {
        verify::conflicts(&mut body, context, &shown, &zone).await;
    }
    Ok(body)
}

/// What must stay as it was: that it did says nothing about whose change it is.
const KEPT: [&str; 2] = ["answers", "join_link"];

pub(super) fn checks(plan: &Plan, before: &Whole, after: &Whole) -> Vec<(&'static str, bool)> {
    let (change, held) = (&plan.change, &after.event);
    let mut checks = Vec::new();
    let mut check = |what, held: Option<bool>| checks.extend(held.map(|held| (what, held)));
    check(
        "title",
        change.title.as_ref().map(|title| *title == held.title),
    );
    check(
        "time",
        change.span.as_ref().map(|(span, _)| *span == held.span),
    );
    check(
        "location",
        change
            .location
            .as_ref()
            .map(|place| place == held.location.as_deref().unwrap_or_default()),
    );
    let words = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    check(
        "body",
        change
            .text
            .as_ref()
            .map(|text| after.words.contains(&words(text))),
    );
    check(
        "attendees",
        change
            .guests
            .as_ref()
            .map(|guests| same_people(guests, &after.guests)),
    );
    check("show_as", change.show_as.map(|shows| shows == held.show_as));
    check(
        "sensitivity",
        change.sensitivity.map(|marked| marked == after.sensitivity),
    );
    check(
        "reminder",
        change.reminder.map(|reminder| reminder == after.reminder),
    );
    check(
        "categories",
        change
            .categories
            .as_ref()
            .map(|names| *names == after.categories),
    );
    check("online", change.online.then_some(held.join_url.is_some()));
    check(
        "join_link",
        before
            .joinable_text
            .then_some(after.joinable_text && held.join_url == before.event.join_url),
    );
    // Another time asks everybody anew; anything else must not.
    check(
        "answers",
        change
            .span
            .is_none()
            .then(|| answers_kept(&before.event, held)),
    );
    checks
}

fn same_people(wanted: &[Guest], held: &[Guest]) -> bool {
    let keys = |guests: &[Guest]| {
        let mut keys: Vec<_> = guests
            .iter()
            .map(|guest| {
                (
                    guest.key(),
                    guest.role == Role::Optional,
                    guest.role == Role::Resource,
                )
            })
            .collect();
        keys.sort();
        keys
    };
    keys(wanted) == keys(held)
}

/// Whether nobody who had answered and is still invited has lost her answer.
fn answers_kept(before: &Event, after: &Event) -> bool {
    let given = |answer| {
        matches!(
            answer,
            Answer::Accepted | Answer::Tentative | Answer::Declined
        )
    };
    let lost = |old: &&domain::calendar::Attendee| {
        after
            .attendees
            .iter()
            .any(|new| new.mailbox.address == old.mailbox.address && !given(new.answer))
    };
    !before
        .attendees
        .iter()
        .filter(|old| old.mailbox.address.is_some() && given(old.answer))
        .any(|old| lost(&old))
}

/// The event to show: of a series that was changed as a whole, the occurrence that was named.
async fn shown(
    context: &Context<'_>,
    input: &Input,
    event: &Event,
    after: &Whole,
    plan: &Plan,
) -> Event {
    if input.scope.id(event) == &event.id {
        return after.event.clone();
    }
    if let Ok(found) = context.graph.event(&event.id).await {
        return found;
    }
    let span = plan.span.as_ref().unwrap_or(&event.span);
    let day = jiff::SignedDuration::from_hours(24);
    let view = View {
        from: span.anchor() - day,
        to: span.anchor() + day,
        top: 100,
        next: None,
    };
    let page = context.graph.calendar_view(view).await;
    page.ok()
        .and_then(|page| {
            page.items
                .into_iter()
                .find(|other| other.master == event.master && other.span == *span)
        })
        .unwrap_or_else(|| after.event.clone())
}

pub(super) fn frame(
    context: &Context<'_>,
    body: &mut Value,
    input: &Input,
    event: &Event,
    shown: &Event,
) {
    let zone = &zone_of(context.setting);
    body["zone"] = zone.name().into();
    body["event"] = json!(EventLine::of(shown, zone, context.foreign));
    if let Some(scope) = input.scope.told(event) {
        body["scope"] = scope.into();
    }
}

/// Each field that was changed, as it was and as Outlook holds it now.
pub(super) fn changes(plan: &Plan, before: &Whole, after: &Whole, zone: &Zone) -> Value {
    let mut changes = Map::new();
    let mut pair = |asked: bool, field: &str, was: Value, is: Value| {
        if asked {
            changes.insert(field.to_owned(), json!({"before": was, "after": is}));
        }
    };
    let (change, was, is) = (&plan.change, &before.event, &after.event);
    let place = |event: &Event| json!(one_line(event.location.as_deref().unwrap_or_default(), 80));
    pair(
        change.title.is_some(),
        "title",
        json!(one_line(&was.title, 80)),
        json!(one_line(&is.title, 80)),
    );
    pair(
        change.span.is_some(),
        "time",
        time(&was.span, zone),
        time(&is.span, zone),
    );
    pair(change.location.is_some(), "location", place(was), place(is));
    pair(
        change.show_as.is_some(),
        "show_as",
        json!(was.show_as),
        json!(is.show_as),
    );
    pair(
        change.sensitivity.is_some(),
        "sensitivity",
        json!(format!("{:?}", before.sensitivity).to_lowercase()),
        json!(format!("{:?}", after.sensitivity).to_lowercase()),
    );
    pair(
        change.reminder.is_some(),
        "reminder_minutes",
        json!(before.reminder),
        json!(after.reminder),
    );
    let categories = |names: &[String]| {
        json!(
            names
                .iter()
                .map(|name| one_line(name, 40))
                .collect::<Vec<_>>()
        )
    };
    pair(
        change.categories.is_some(),
        "categories",
        categories(&before.categories),
        categories(&after.categories),
    );
    pair(change.online, "online", json!(was.online), json!(is.online));
    if change.text.is_some() {
        changes.insert("body".into(), "replaced".into());
    }
    if !plan.added.is_empty() {
        changes.insert("added".into(), json!(plan.added));
    }
    if !plan.removed.is_empty() {
        changes.insert("removed".into(), json!(plan.removed));
    }
    Value::Object(changes)
}

fn time(span: &Span, zone: &Zone) -> Value {
    match span {
        Span::Timed { start, end } => {
            let (start, end) = (zone.at(*start), zone.at(*end));
            json!(format!(
                "{} {}/{}",
                weekday(start.date()),
                local_text(&start),
                local_text(&end)
            ))
        }
        Span::Days { first, last } => json!(format!("{} {first}/{last}", weekday(*first))),
    }
}

/// Only those who come or go hear of a change of guests; of the person's own matters nobody; of the rest everybody.
pub(super) fn mailed(body: &mut Value, before: &Whole, plan: &Plan) {
    let guests = plan.change.guests.as_deref().unwrap_or(&before.guests);
    let everybody = before.event.is_organizer && plan.reaches_everybody();
    let stay = guests
        .iter()
        .filter(|guest| everybody || plan.added.contains(&guest.key()))
        .map(|guest| guest.address.as_str());
    let gone = before
        .guests
        .iter()
        .filter(|guest| plan.removed.contains(&guest.key()))
        .map(|guest| guest.address.as_str());
    verify::mailed(body, stay.chain(gone));
}

pub(super) fn zone_of(setting: &Setting) -> Zone {
    setting.zone.clone().unwrap_or_else(Zone::utc)
}
