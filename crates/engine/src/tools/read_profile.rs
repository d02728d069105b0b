//! *Read Profile*: who the person is, in which zone, with which working hours, and what time it is there.

use domain::calendar::details::Calendar;
use domain::text::one_line;
use domain::time::{Zone, local_text, weekday};
use domain::tool::{Definition, Effect, Object, Operation, Scope, ToolName};
use jiff::{SignedDuration, Timestamp};
use microsoft::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Context, Done, Setting, Typed};
use crate::call::Failure;
use crate::taint::Foreigns;
use crate::{Card, Error};

pub(crate) const DEFINITION: Definition = Definition {
    name: ToolName::new("read_profile"),
    operation: Operation::Read,
    object: Object::Profile,
    effect: Effect::Read,
    scopes: &[Scope::UserRead, Scope::CalendarsReadWrite],
    people: &[],
    description: "Whom you act for: zone, calendars, now.",
};

/// So many calendars are listed.
const LISTED: usize = 20;

pub(crate) struct ReadProfile;

/// What it takes: nothing.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {}

impl Typed for ReadProfile {
    type Input = Input;
    const STATUSES: &'static [&'static str] = &["done"];

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    fn check(_: &Input) -> Result<(), Error> {
        Ok(())
    }

    fn resolve(input: Input, _: &Setting) -> Result<(Input, Card, String), Error> {
        Ok((
            input,
            Card::default(),
            "Read your name, address, time zone and working hours".into(),
        ))
    }

    async fn run<'a>(context: &'a Context<'a>, _: Input) -> Result<Done, Failure> {
        let (me, calendars) = tokio::join!(context.graph.me(), context.graph.calendars());
        let me = me?;
        // An account without a mailbox has no calendars; everything else about it is known.
        let calendars = match calendars {
            Err(error) if error.kind() == Kind::NotFound => vec![],
            calendars => calendars?,
        };
        let schedule = match &me.mail {
            Some(address) => Some(context.graph.own_schedule(address).await?),
            None => None,
        };
        let zone = schedule
            .as_ref()
            .and_then(|schedule| schedule.zone.clone())
            .or_else(|| context.setting.zone.clone());
        let mut body = json!({"status": "done", "name": me.name});
        if let Some(address) = &me.mail {
            body["address"] = address.as_str().into();
        }
        if let Some(title) = me.job_title {
            body["job_title"] = title.into();
        }
        if let Some(language) = me.language {
            body["language"] = language.into();
        }
        if let Some(hours) = schedule.and_then(|schedule| schedule.working_hours) {
            let days: Vec<String> = hours
                .days
                .iter()
                .map(|day| format!("{day:?}").chars().take(3).collect())
                .collect();
            body["working_hours"] = json!({"days": days, "from": hours.start.strftime("%H:%M").to_string(), "to": hours.end.strftime("%H:%M").to_string()});
        }
        if let Some(zone) = zone {
            let now = zone.at(context.setting.now);
            body["zone"] = zone.name().into();
            body["now"] = local_text(&now).into();
            body["weekday"] = weekday(now.date()).into();
            if let Some(change) = next_change(&zone, context.setting.now) {
                body["clocks_change"] = change.into();
            }
        }
        if !calendars.is_empty() {
            let listed: Vec<Value> = calendars
                .iter()
                .take(LISTED)
                .map(|calendar| line(calendar, context.foreign))
                .collect();
            body["calendars"] = listed.into();
            if calendars.len() > LISTED {
                body["calendars_not_listed"] = (calendars.len() - LISTED).into();
            }
        }
        Ok(Done { body, target: None })
    }
}

/// One calendar with what may be done in it. Only the default one is ever changed: invitations come and go there.
fn line(calendar: &Calendar, foreign: &Foreigns) -> Value {
    let owner = calendar.owner.as_ref().filter(|_| !calendar.default);
    let address = owner.and_then(|owner| owner.address.as_ref());
    let mut line = json!({
        "name": one_line(&calendar.name, 60),
        "can": if calendar.default { "change" } else { "read" },
    });
    if let Some(address) = address {
        line["owner"] = address.as_str().into();
        foreign.of(Some(address), [calendar.name.as_str()]);
    }
    line
}

/// When the clocks change next, within a year: the moment after, with its new offset.
fn next_change(zone: &Zone, now: Timestamp) -> Option<String> {
    let change = zone.zone().following(now).next()?.timestamp();
    let year = SignedDuration::from_hours(24 * 366);
    (change.duration_since(now) <= year).then(|| local_text(&zone.at(change)))
}
