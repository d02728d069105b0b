//! *Read Profile*: who the person is, in which zone, with which working hours, and what time it is there.

use domain::time::{local_text, weekday};
use domain::tool::{Definition, Effect, Object, Operation, Scope, ToolName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Context, Done, Setting, Typed};
use crate::call::Failure;
use crate::{Card, Error};

pub(crate) const DEFINITION: Definition = Definition {
    name: ToolName::new("read_profile"),
    operation: Operation::Read,
    object: Object::Profile,
    effect: Effect::Read,
    scopes: &[Scope::UserRead, Scope::CalendarsReadWrite],
    people: &[],
    description: "The person you act for: name, address, job title, language, time zone, working hours, and the present local \
                  time with weekday. Call it first when you need to know what 'today' or 'tomorrow' means.",
};

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
        let me = context.graph.me().await?;
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
        }
        Ok(Done { body, target: None })
    }
}
