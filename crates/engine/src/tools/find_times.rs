//! *Find Meeting Times*: when everybody who must come can, from free/busy and working hours, with the reason for each time.

mod answer;
mod calendars;
mod question;

use domain::people::Address;
use domain::slots::{Search, spread};
use domain::time::local_text;
use domain::tool::{Definition, Effect, Object, Operation, Scope, ToolName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Context, Done, Setting, Typed, input};
use crate::call::Failure;
use crate::card::{CardAttendee, CardSpan};
use crate::{Card, Error};
use calendars::Calendars;
use question::{People, Question};

pub(crate) const DEFINITION: Definition = Definition {
    name: ToolName::new("find_times"),
    operation: Operation::Find,
    object: Object::MeetingTimes,
    effect: Effect::Read,
    scopes: &[Scope::CalendarsReadWrite, Scope::CalendarsReadShared],
    people: &["attendees", "optional_attendees"],
    description: "When the person and attendees can meet, best first, with reasons; or who is in the way. Books nothing.",
};

/// How many people are looked at, beside the person.
const MOST_PEOPLE: usize = 200;

pub(crate) struct FindTimes;

/// What it takes.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// Who must come besides the person: addresses or handles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attendees: Vec<String>,
    /// Who may be missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    optional_attendees: Vec<String>,
    /// Length, 5 to 1440.
    duration_minutes: u32,
    /// Window start: 2026-11-24 or 2026-11-24T10:00. Default now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// Its end; a date is included. Default 7 days, at most 366.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// IANA. Default: the person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    /// morning, afternoon, or 09:30-16:00.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    between: Option<String>,
    /// Only these: Mon, Tue...
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    days: Vec<String>,
    /// Free before and after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    buffer_minutes: Option<u32>,
    /// Earliest from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notice_minutes: Option<u32>,
    /// Count as busy: tentative, elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also_busy: Vec<String>,
    /// Outside working hours too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outside_hours: Option<bool>,
    /// 1 to 20, default 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
}

impl Typed for FindTimes {
    type Input = Input;
    const STATUSES: &'static [&'static str] = &["done", "no_slot"];

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    fn check(input: &Input) -> Result<(), Error> {
        bounds(input)?;
        People::of(input, None)?;
        question::check(input)
    }

    fn resolve(mut input: Input, setting: &Setting) -> Result<(Input, Card, String), Error> {
        let question = Question::of(&input, setting)?;
        let people = People::of(&input, setting.address.as_ref())?;
        let zone = &question.wanted.zone;
        let local = |moment| local_text(&zone.at(moment));
        let card = Card {
            span: Some(CardSpan::Timed {
                start: local(question.from),
                end: local(question.wanted.to),
            }),
            query: Some(words(&input)),
            zone: Some(zone.name().into()),
            attendees: people
                .all()
                .map(|(address, required)| CardAttendee::of(address, !required, &setting.home))
                .collect(),
            ..Card::default()
        };
        let exact = |moment| format!("{}[{}]", local(moment), zone.name());
        input.from = Some(exact(question.from));
        input.to = Some(exact(question.wanted.to));
        input.zone = Some(zone.name().to_owned());
        let texts = |people: &[Address]| people.iter().map(Address::to_string).collect();
        input.attendees = texts(&people.required);
        input.optional_attendees = texts(&people.optional);
        let with = match people.all().count() {
            0 => "alone".to_owned(),
            1 => "with 1 other".to_owned(),
            others => format!("with {others} others"),
        };
        let summary = format!("Find times for {} minutes, {with}", input.duration_minutes);
        Ok((input, card, summary))
    }

    async fn run<'a>(context: &'a Context<'a>, input: Input) -> Result<Done, Failure> {
        let setting = context.setting;
        let mut question = Question::of(&input, setting).map_err(Failure::Ours)?;
        let people = People::of(&input, setting.address.as_ref()).map_err(Failure::Ours)?;
        let calendars = Calendars::read(context, &question, &people).await?;
        if let Some(until) = calendars.until {
            question.wanted.to = question.wanted.to.min(until);
        }
        let search = Search::new(&question.wanted, &calendars.participants);
        let limit = input.limit.unwrap_or(5) as usize;
        let slots = spread(&search.ranked(), &question.wanted.zone, limit);
        let body = if slots.is_empty() {
            answer::none(&question.wanted, &calendars, &search)
        } else {
            answer::some(&question.wanted, &calendars, &search, &slots)
        };
        Ok(Done { body, target: None })
    }
}

/// What is looked for, as short as a person of any language reads it.
fn words(input: &Input) -> String {
    let mut words = vec![format!("{} min", input.duration_minutes)];
    words.extend(input.between.clone());
    if !input.days.is_empty() {
        words.push(input.days.join(", "));
    }
    words.join(" \u{b7} ")
}

fn bounds(input: &Input) -> Result<(), Error> {
    let within = |field: &'static str, number: Option<u32>, least: u32, most: u32| match number {
        Some(number) if !(least..=most).contains(&number) => Err(Error::invalid(
            "invalid_arguments",
            field,
            format!("{field}: {least} to {most}."),
        )),
        Some(_) | None => Ok(()),
    };
    within("duration_minutes", Some(input.duration_minutes), 5, 1_440)?;
    within("buffer_minutes", input.buffer_minutes, 0, 240)?;
    within("notice_minutes", input.notice_minutes, 0, 525_600)?;
    within("limit", input.limit, 1, 20)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::Tool as _;

    #[test]
    fn the_listing_stays_small() {
        let listed = serde_json::to_string(&FindTimes.offered()).expect("a listing is JSON");
        assert!(
            listed.len() <= 1_800,
            "{} characters: {listed}",
            listed.len()
        );
    }
}
