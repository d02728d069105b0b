//! *Create Event*: a new event or series in the person's own calendar; Microsoft mails everybody who is invited.

mod beside;
mod check;
mod made;
mod shown;
mod times;
mod told;

use domain::calendar::details::Sensitivity;
use domain::calendar::{NewEvent, ShowAs, Span};
use domain::canonical::Digest;
use domain::people::Address;
use domain::random::uuid_from;
use domain::recurrence::Recurrence;
use domain::text::one_line;
use domain::time::local_text;
use domain::tool::{Definition, Effect, Object, Operation, Scope, ToolName};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::made::Made;
use super::{Context, Done, Looked, Seen, Setting, Typed, seen};
use crate::call::Failure;
use crate::{Card, Error};

pub(crate) const DEFINITION: Definition = Definition {
    name: ToolName::new("create_event"),
    operation: Operation::Create,
    object: Object::Event,
    effect: Effect::Write,
    scopes: &[Scope::CalendarsReadWrite],
    people: &["attendees", "optional_attendees"],
    description: "Creates an event or series in the person's own calendar; everybody invited is mailed at once. Find people \
                  with search_contacts. If the same event exists already, nothing is created.",
};

pub(crate) struct CreateEvent;

/// What it takes.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// 1 to 255 characters.
    title: String,
    /// 2026-11-24T10:00 (the person's zone) or with offset; a date alone makes it all-day.
    start: String,
    /// Same forms; all-day: the last day. Or give duration_minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<String>,
    /// Length, instead of end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 44640))]
    duration_minutes: Option<u32>,
    /// IANA zone of times without offset. Default: the person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    /// Makes a series that begins with start: RRULE (FREQ=WEEKLY;BYDAY=TU;COUNT=10) or words (second Tuesday of the month until 2027-03-31).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recurrence: Option<String>,
    /// Addresses, or handles of search_contacts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attendees: Vec<String>,
    /// Who may come but need not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    optional_attendees: Vec<String>,
    /// Place in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    /// At most 8000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// Make it an online meeting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    online: Option<bool>,
    /// How its time shows. Default: busy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = ["free", "tentative", "busy", "out_of_office", "working_elsewhere"]))]
    show_as: Option<String>,
    /// Default: normal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = ["normal", "personal", "private", "confidential"]))]
    sensitivity: Option<String>,
    /// Minutes before; -1 for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -1, max = 40320))]
    reminder_minutes: Option<i32>,
    /// The person's own labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    categories: Vec<String>,
    /// Make it although the same exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    even_if_exists: Option<bool>,
}

impl Typed for CreateEvent {
    type Input = Input;
    const STATUSES: &'static [&'static str] = &["done", "already_exists"];

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    fn check(input: &Input) -> Result<(), Error> {
        check::check(input)
    }

    fn resolve(mut input: Input, setting: &Setting) -> Result<(Input, Card, String), Error> {
        once_each(&mut input, setting);
        let zone = times::zone_of(&input, setting)?;
        let span = times::span(&input, &zone)?;
        check::not_long_past(&span, setting)?;
        let series = times::recurrence(&input, &span, &zone)?;
        let card = shown::card(&input, &span, series.as_ref(), &zone, setting);
        let summary = shown::summary(&input, &span, series.as_ref(), &zone);
        let exact =
            |moment: Timestamp| format!("{}[{}]", local_text(&zone.at(moment)), zone.name());
        (input.start, input.end) = match &span {
            Span::Timed { start, end } => (exact(*start), Some(exact(*end))),
            Span::Days { first, last } => (first.to_string(), Some(last.to_string())),
        };
        input.zone = Some(zone.name().to_owned());
        input.duration_minutes = None;
        input.recurrence = series.as_ref().map(Recurrence::rrule);
        Ok((input, card, summary))
    }

    async fn show<'a>(
        context: &'a Context<'a>,
        input: Input,
        mut card: Card,
    ) -> Result<Option<Looked>, Failure> {
        let new = new_event(&input, context).map_err(Failure::Ours)?;
        let beside = beside::look(context, &new).await?;
        card.already_so = !beside.same.is_empty() && !input.even_if_exists.unwrap_or(false);
        card.conflicts = Some(seen::shown(&beside.conflicts, &new.zone));
        Ok(Some(Looked {
            card,
            etag: None,
            target: None,
        }))
    }

    async fn run<'a>(context: &'a Context<'a>, input: Input) -> Result<Done, Failure> {
        let new = new_event(&input, context).map_err(Failure::Ours)?;
        let beside = beside::look(context, &new).await?;
        let again = input.even_if_exists.unwrap_or(false);
        let Made { event, before } = made::once(context, &new, &beside, again).await?;
        if before {
            return Ok(told::already_exists(&event, &new, context.foreign));
        }
        // What Outlook now holds is asked, not assumed.
        let held = context.graph.whole_event(&event.id).await;
        Ok(told::made(&event, &held, &new, &beside, context.foreign))
    }

    async fn look<'a>(context: &'a Context<'a>, input: Input) -> Result<Seen, Failure> {
        let new = new_event(&input, context).map_err(Failure::Ours)?;
        let beside = beside::look(context, &new).await?;
        let Some(event) = made::own(context, &new, &beside).await? else {
            return Ok(Seen::NotDone);
        };
        let held = context.graph.whole_event(&event.id).await;
        Ok(Seen::Done(told::made(
            &event,
            &held,
            &new,
            &beside,
            context.foreign,
        )))
    }
}

fn new_event(input: &Input, context: &Context<'_>) -> Result<NewEvent, Error> {
    let zone = times::zone_of(input, context.setting)?;
    let span = times::span(input, &zone)?;
    let recurrence = times::recurrence(input, &span, &zone)?;
    Ok(NewEvent {
        title: one_line(&input.title, 255),
        span,
        zone,
        recurrence,
        location: input.location.as_deref().and_then(line),
        body: input.body.clone(),
        required: check::addresses(&input.attendees, "attendees")?,
        optional: check::addresses(&input.optional_attendees, "optional_attendees")?,
        online: input.online.unwrap_or(false),
        show_as: input.show_as.as_deref().and_then(ShowAs::named),
        sensitivity: input.sensitivity.as_deref().and_then(Sensitivity::named),
        reminder: input
            .reminder_minutes
            .map(|minutes| u32::try_from(minutes).ok()),
        categories: input
            .categories
            .iter()
            .filter_map(|name| line(name))
            .collect(),
        transaction_id: transaction_id(context.call.as_str()),
    })
}

/// A name or a place as one line; nothing if that is empty.
fn line(text: &str) -> Option<String> {
    Some(one_line(text, 255)).filter(|line| !line.is_empty())
}

/// One call, one id, however often it is sent.
fn transaction_id(call: &str) -> String {
    let digest = Digest::of("attache transaction id", &[call.as_bytes()]);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_bytes()[..16]);
    uuid_from(bytes)
}

/// Everybody is invited once; who must come need not also be able to. The person herself comes anyway.
fn once_each(input: &mut Input, setting: &Setting) {
    let mut seen: Vec<String> = setting.address.iter().map(Address::key).collect();
    for list in [&mut input.attendees, &mut input.optional_attendees] {
        list.retain(|text| {
            let key = Address::parse(text).map_or_else(|_| text.clone(), |address| address.key());
            let new = !seen.contains(&key);
            if new {
                seen.push(key);
            }
            new
        });
    }
}

#[cfg(test)]
mod tests;
