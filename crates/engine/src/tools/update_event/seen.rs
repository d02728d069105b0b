//! What the owner sees of a change before she decides: before and after, who is mailed, and what is in the way.

use domain::calendar::{Event, ShowAs};
use domain::change::{Change, Guest, Whole};
use domain::recurrence::Recurrence;

use super::plan::Plan;
use super::{Input, Scope, split, understood};
use crate::Card;
use crate::call::Failure;
use crate::card::{CardAttendee, CardChange, CardField, CardMails, CardSeries, CardSpan, cut};
use crate::tools::{Context, Looked, Setting, following, seen, target};

/// So much is shown of the text that another one replaces: as much as an agent may write.
const MOST_REPLACED: usize = 8_000;

/// Looks at the event and at the time it is to have. The same refusals as when it runs.
pub(super) async fn look(
    context: &Context<'_>,
    input: Input,
    mut card: Card,
) -> Result<Looked, Failure> {
    let (graph, setting) = (context.graph, context.setting);
    let handle = target::handle(&input.id, "id").map_err(Failure::Ours)?;
    let event = target::find(graph, handle).await?;
    let before = graph
        .whole_event(input.scope.id(&event))
        .await
        .map_err(understood)?;
    let series = meant(context, &input, &event, &before).await?;
    let plan = Plan::of(&input, &event, &before, setting).map_err(Failure::Ours)?;
    let zone = seen::zone_of(&card);
    card.title = Some(cut(&event.title, 255));
    card.span = Some(CardSpan::of(&event.span, &zone));
    card.series = series.as_ref().map(CardSeries::of);
    card.organizer = seen::organizer(&before.event, setting);
    card.own_copy = !before.event.is_organizer;
    card.already_so = plan.is_empty();
    card.changes = changes(&plan.change, &before);
    card.replaces = (plan.change.text.is_some() && !before.words.is_empty())
        .then(|| cut(&before.words, MOST_REPLACED));
    card.moved_to = plan.span.as_ref().map(|span| CardSpan::of(span, &zone));
    card.online = plan.change.online;
    card.keeps_link = before.event.join_url.is_some();
    people(&mut card, &plan, &before, setting);
    if let Some(span) = &plan.span {
        card.conflicts = Some(seen::conflicts(graph, &event, span, &zone).await?);
    }
    Ok(Looked {
        card,
        target: Some(before.event.id.digest()),
        etag: before.event.etag,
    })
}

/// How much of a series is meant, where more than one occurrence is.
async fn meant(
    context: &Context<'_>,
    input: &Input,
    event: &Event,
    before: &Whole,
) -> Result<Option<Recurrence>, Failure> {
    match input.scope {
        Scope::Following if event.master.is_some() => {
            split::allowed(before)?;
            let split = following::cut(context.graph, event, before).await?;
            Ok(Some(split.after))
        }
        Scope::Following | Scope::All => Ok(before.series.as_ref().map(|series| series.recurrence)),
        Scope::This => Ok(None),
    }
}

/// Who comes, goes and stays, and whom Microsoft mails.
fn people(card: &mut Card, plan: &Plan, before: &Whole, setting: &Setting) {
    let shown = |guest: &Guest| seen::guest(guest, before, setting);
    let after = plan.change.guests.as_ref().unwrap_or(&before.guests);
    let was = |guest: &Guest| before.guests.iter().find(|one| one.key() == guest.key());
    // Whoever is invited otherwise than before is shown with those who are new.
    let comes = |guest: &&Guest| was(guest).is_none_or(|one| one.role != guest.role);
    card.attendees = after.iter().filter(comes).map(shown).collect();
    let gone = before
        .guests
        .iter()
        .filter(|guest| plan.removed.contains(&guest.key()));
    card.removed = gone.map(shown).collect();
    let stays: Vec<CardAttendee> = seen::guests(before, setting);
    card.invited = stays
        .into_iter()
        .filter(|one| {
            !card
                .removed
                .iter()
                .any(|other| other.address == one.address)
        })
        .filter(|one| {
            !card
                .attendees
                .iter()
                .any(|other| other.address == one.address)
        })
        .collect();
    let (mut mailed, mut outside) = (0, 0);
    let mut mail = |people: &[CardAttendee]| {
        mailed += people.len();
        outside += seen::outside(people);
    };
    if before.event.is_organizer && !plan.is_empty() {
        mail(&card.attendees);
        mail(&card.removed);
        if plan.reaches_everybody() {
            mail(&card.invited);
        }
    }
    (card.mailed, card.outside) = (mailed, outside);
    card.mails = (mailed == 0).then_some(CardMails::Nobody);
}

/// What is sent of the event's own fields, before and after. The time and the people have places of their own.
fn changes(change: &Change, before: &Whole) -> Vec<CardChange> {
    let held = &before.event;
    let mut changes = Vec::new();
    let mut put = |field, from: String, to: Option<String>| {
        changes.extend(to.map(|to| CardChange {
            field,
            from: Some(from),
            to,
        }));
    };
    put(
        CardField::Title,
        cut(&held.title, 255),
        change.title.clone(),
    );
    put(
        CardField::Location,
        cut(held.location.as_deref().unwrap_or_default(), 255),
        change.location.clone(),
    );
    put(
        CardField::ShowAs,
        shows(held.show_as),
        change.show_as.map(shows),
    );
    put(
        CardField::Sensitivity,
        before.sensitivity.as_str().to_owned(),
        change.sensitivity.map(|to| to.as_str().to_owned()),
    );
    put(
        CardField::Reminder,
        reminder(before.reminder),
        change.reminder.map(reminder),
    );
    put(
        CardField::Categories,
        before.categories.join(", "),
        change.categories.as_ref().map(|names| names.join(", ")),
    );
    changes
}

/// The word of attache's own arguments.
fn shows(how: ShowAs) -> String {
    match serde_json::to_value(how) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(_) | Err(_) => String::new(),
    }
}

/// As the card has it of the arguments.
fn reminder(minutes: Option<u32>) -> String {
    minutes.map_or_else(|| "none".to_owned(), |minutes| minutes.to_string())
}
