//! A change of this and all later occurrences: a new series from here on, and the old one ends before it.
//!
//! In this order: the new one is made first, so that whatever fails, no occurrence is lost; and by the call's own transaction
//! id, so that coming back to it makes no second one. What Outlook holds if the old one cannot be ended is said.

use domain::calendar::{Event, EventId, Span};
use domain::canonical::Digest;
use domain::change::{Change, Whole};
use domain::random::uuid_from;
use domain::recurrence::End;
use jiff::SignedDuration;
use microsoft::Kind;
use microsoft::graph::View;
use serde_json::{Value, json};

use super::plan::{Plan, days_between, on_the_clocks, shifted, timed};
use super::{Input, Scope, told, understood};
use crate::call::Failure;
use crate::tools::event_line::EventLine;
use crate::tools::following::{self, Cut};
use crate::tools::{Context, Done, sent, verify};
use crate::{Error, ErrorKind};

/// So many series of the same title and time are asked whether they are this call's own.
const MOST_ASKED: usize = 5;

pub(super) async fn run(
    context: &Context<'_>,
    input: Input,
    event: Event,
    before: Whole,
) -> Result<Done, Failure> {
    allowed(&before)?;
    let cut = following::cut(context.graph, &event, &before).await?;
    let Some(kept) = cut.before else {
        // From the first one on is all of them.
        let all = Input {
            scope: Scope::All,
            ..input
        };
        return super::change(context, &all, &event, &before).await;
    };
    let plan = Plan::of(&input, &event, &before, context.setting).map_err(Failure::Ours)?;
    if plan.is_empty() {
        return Ok(Done {
            body: told::unchanged(context, &input, &event),
            target: Some(before.event.id.digest()),
        });
    }
    let wanted = wanted(&before, &plan, &cut).map_err(Failure::Ours)?;
    let transaction = transaction_id(context.call.as_str());
    let send = || context.graph.create_like(&before, &wanted, &transaction);
    let seek = || made_already(context, &wanted, &transaction);
    let made = sent::once(send, seek).await.map_err(understood)?;
    let ended = context
        .graph
        .change_event(&before, &following::ending(kept, &cut))
        .await;
    let mut body = json!({"status": "done", "series_ends_before": cut.day.to_string()});
    told::frame(context, &mut body, &input, &event, &event);
    // What is shown is what was, until the new one is read.
    body["event"] = Value::Null;
    told::mailed(&mut body, &before, &plan);
    if let Err(error) = ended {
        // A token that is refused is renewed and all of this done again; the transaction id finds what was made.
        if matches!(error.kind(), Kind::Challenge { .. } | Kind::TokenRejected) {
            return Err(error.into());
        }
        tracing::warn!(error = %error, "A series was continued by a new one and could not be ended");
        body["status"] = "partly_done".into();
        verify::note(
            &mut body,
            "The new series was made, but ending the old one failed or cannot be confirmed: from that day on Outlook may hold both. Cancel this and all later occurrences of the old series.",
        );
    }
    look(context, &mut body, (&before, &wanted, &plan), &made, &cut).await;
    verify::note(
        &mut body,
        "Outlook cannot change part of a series: this one now ends earlier and a new one goes on. Everybody is asked anew, and single later occurrences that had been changed or cancelled are not carried over.",
    );
    Ok(Done {
        body,
        target: Some(made.digest()),
    })
}

/// The new series, if an attempt whose answer was lost has made it.
async fn made_already(
    context: &Context<'_>,
    wanted: &Change,
    transaction: &str,
) -> Result<Option<EventId>, microsoft::Error> {
    let Some((span, _)) = &wanted.span else {
        return Ok(None);
    };
    let day = SignedDuration::from_hours(24);
    let view = View {
        from: span.anchor() - day,
        to: span.anchor() + day,
        top: 250,
        next: None,
    };
    let page = context.graph.calendar_view(view).await?;
    let alike = page
        .items
        .iter()
        .filter(|event| event.span == *span && wanted.title.as_ref() == Some(&event.title));
    for master in alike
        .filter_map(|event| event.master.as_ref())
        .take(MOST_ASKED)
    {
        if context.graph.transaction_id(master).await?.as_deref() == Some(transaction) {
            return Ok(Some(master.clone()));
        }
    }
    Ok(None)
}

/// Whether the person can change the later part of a series.
pub(super) fn allowed(before: &Whole) -> Result<(), Failure> {
    if before.event.is_organizer {
        return Ok(());
    }
    Err(Failure::Ours(Error::new(
        ErrorKind::Conflict,
        "not_organizer",
        "Only the organiser can change the later part of a series. Nothing was changed. Change one occurrence or all in the person's own copy, or ask the organiser.",
    )))
}

/// Everything the new series is to have: what the old one has, and the change on top.
fn wanted(before: &Whole, plan: &Plan, cut: &Cut) -> Result<Change, Error> {
    let (change, held) = (&plan.change, &before.event);
    let zone = change
        .span
        .as_ref()
        .map_or_else(|| cut.zone.clone(), |(_, zone)| zone.clone());
    let span = match (&change.span, &held.span) {
        (Some((span, _)), _) => span.clone(),
        (None, Span::Timed { start, end }) => {
            let time = cut.zone.at(*start).time();
            let start_here = on_the_clocks(cut.day.to_datetime(time), &cut.zone)?;
            timed(start_here, end.duration_since(*start))?
        }
        (None, Span::Days { first, last }) => Span::Days {
            first: cut.day,
            last: shifted(cut.day, days_between(*first, *last))?,
        },
    };
    Ok(Change {
        title: change.title.clone().or_else(|| Some(held.title.clone())),
        span: Some((span, zone.clone())),
        location: change.location.clone().or_else(|| held.location.clone()),
        text: change.text.clone(),
        guests: change
            .guests
            .clone()
            .or_else(|| Some(before.guests.clone())),
        show_as: change.show_as.or(Some(held.show_as)),
        sensitivity: change.sensitivity.or(Some(before.sensitivity)),
        reminder: change.reminder.or(Some(before.reminder)),
        categories: change
            .categories
            .clone()
            .or_else(|| Some(before.categories.clone())),
        online: change.online || held.online,
        recurrence: Some((cut.after, zone)),
    })
}

/// Reads both series back, compares, and shows the first occurrence of the new one.
async fn look(
    context: &Context<'_>,
    body: &mut Value,
    (before, wanted, plan): (&Whole, &Change, &Plan),
    made: &EventId,
    cut: &Cut,
) {
    let zone = told::zone_of(context.setting);
    let after = match context.graph.whole_event(made).await {
        Ok(after) => after,
        Err(error) => return verify::unverified(body, &error),
    };
    let compared = Plan {
        change: wanted.clone(),
        added: vec![],
        removed: vec![],
        span: None,
    };
    let mut checks = told::checks(&compared, before, &after);
    // The new meeting has a link and answers of its own.
    checks.retain(|(what, _)| !matches!(*what, "answers" | "join_link"));
    match (
        following::ended(context.graph, before, cut).await,
        context.graph.series(made).await,
    ) {
        (Ok(ended), Ok(Some(series))) => {
            let ends_alike = match (series.recurrence.end(), cut.after.end()) {
                (End::Never, End::Never) => true,
                (_, _) => series.recurrence.last() == cut.after.last(),
            };
            checks.push(("series_end", ended));
            checks.push((
                "series",
                ends_alike && series.recurrence.first() == cut.after.first(),
            ));
            body["series"] = json!({
                "first": series.recurrence.first().map(|day| day.to_string()),
                "last": series.recurrence.last().map(|day| day.to_string()),
            });
        }
        (Err(error), _) | (_, Err(error)) => return verify::unverified(body, &error),
        (_, Ok(None)) => checks.push(("series", false)),
    }
    body["changes"] = told::changes(plan, before, &after, &zone);
    verify::verified(body, &checks);
    if let Some(first) = first(context, made, &after.event.span).await {
        body["event"] = json!(EventLine::of(&first, &zone, context.foreign));
        verify::conflicts(body, context, &first, &zone).await;
    }
}

async fn first(context: &Context<'_>, made: &EventId, span: &Span) -> Option<Event> {
    let day = SignedDuration::from_hours(24);
    let view = View {
        from: span.anchor() - day,
        to: span.anchor() + day,
        top: 100,
        next: None,
    };
    let page = context.graph.calendar_view(view).await.ok()?;
    page.items
        .into_iter()
        .find(|event| event.master.as_ref() == Some(made))
}

/// One call, one new series, however often it is sent.
fn transaction_id(call: &str) -> String {
    let digest = Digest::of(
        "attache transaction id of a continued series",
        &[call.as_bytes()],
    );
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_bytes()[..16]);
    uuid_from(bytes)
}
