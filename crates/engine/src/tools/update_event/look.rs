//! What became of a change whose answer was lost: whether Outlook holds all that was asked for.

use jiff::Timestamp;
use serde_json::json;

use super::plan::{self, Plan};
use super::{Input, told};
use crate::call::Failure;
use crate::tools::scope::Scope;
use crate::tools::{Context, Done, Seen, target, verify};

/// Where the event is, by its handle, and where it was to go says whether it was moved; everything else is compared.
pub(super) async fn look(context: &Context<'_>, mut input: Input) -> Result<Seen, Failure> {
    let handle = target::handle(&input.id, "id").map_err(Failure::Ours)?;
    if input.scope == Scope::Following {
        // Such a change is made of several.
        return Ok(Seen::Unclear);
    }
    let there = target::there(context.graph, handle).await?;
    let event = match (there, goal(&input, handle.start(), context)) {
        (Some(_), Some(goal)) if !same_minute(goal, handle.start()) => return Ok(Seen::NotDone),
        (Some(event), _) => event,
        (None, Some(goal)) => match target::around(context.graph, handle, goal).await? {
            Some(event) => event,
            None => return Ok(Seen::Unclear),
        },
        (None, None) => return Ok(Seen::Unclear),
    };
    // It is where it was to go.
    (input.move_days, input.move_minutes) = (None, None);
    let held = context.graph.whole_event(input.scope.id(&event)).await?;
    let plan = Plan::of(&input, &event, &held, context.setting).map_err(Failure::Ours)?;
    let checks = told::checks(&plan, &held, &held);
    if !checks.iter().all(|(_, holds)| *holds) {
        return Ok(Seen::NotDone);
    }
    let mut body = json!({"status": "done"});
    told::frame(context, &mut body, &input, &event, &event);
    verify::verified(&mut body, &checks);
    let target = Some(held.event.id.digest());
    Ok(Seen::Done(Done { body, target }))
}

/// When the event was to start, if that was to change.
fn goal(input: &Input, from: Timestamp, context: &Context<'_>) -> Option<Timestamp> {
    let zone = match &input.zone {
        Some(name) => crate::tools::input::zone(name, "zone").ok()?,
        None => told::zone_of(context.setting),
    };
    if input.moves() {
        return plan::goal_of_move(input, from, &zone);
    }
    match crate::tools::input::when(input.start.as_deref()?, &zone, "start").ok()? {
        domain::time::When::Moment(moment) => Some(moment.timestamp()),
        domain::time::When::Day(day) => {
            let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
            Some(midnight.timestamp())
        }
    }
}

fn same_minute(one: Timestamp, other: Timestamp) -> bool {
    one.as_second().div_euclid(60) == other.as_second().div_euclid(60)
}
