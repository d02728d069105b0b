//! *Update Event*: changes of an event that exists, and nothing but these; Microsoft mails whom they concern.

mod look;
mod plan;
mod seen;
mod split;
mod told;

use domain::calendar::details::Sensitivity;
use domain::calendar::{Event, ShowAs};
use domain::change::Whole;
use domain::people::Address;
use domain::text::one_line;
use domain::time::{When, Zone};
use domain::tool::{Definition, Effect, Object, Operation, Scope as Granted, ToolName};
use microsoft::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::plan::Plan;
use super::scope::Scope;
use super::{Context, Done, Looked, Seen, Setting, Typed, input, target};
use crate::call::Failure;
use crate::card::{CardAction, CardAttendee, CardChange, CardField, CardMails, CardSpan};
use crate::{Card, Error, ErrorKind};

pub(crate) const DEFINITION: Definition = Definition {
    name: ToolName::new("update_event"),
    operation: Operation::Update,
    object: Object::Event,
    effect: Effect::Write,
    scopes: &[Granted::CalendarsReadWrite],
    people: &["add_attendees", "add_optional", "remove_attendees"],
    description: "Changes an event: give only what changes. Guests keep their answers. Changing guests mails only those; other \
                  changes mail everybody invited. Of somebody else's meeting only the person's own copy changes.",
};

/// Outlook's limit.
const MOST_ATTENDEES: usize = 500;
/// A reminder is at most four weeks before.
const LONGEST_REMINDER: i32 = 40_320;

pub(crate) struct UpdateEvent;

/// What it takes.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// Id from search_events.
    id: String,
    /// For a series.
    #[serde(default)]
    scope: Scope,
    /// The new title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// New start, local or with offset; a date makes it all-day. The length stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start: Option<String>,
    /// New end; all-day: the last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<String>,
    /// The new length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 44640))]
    duration_minutes: Option<u32>,
    /// Move by days at the same local time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -3660, max = 3660))]
    move_days: Option<i32>,
    /// Move by minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -44640, max = 44640))]
    move_minutes: Option<i32>,
    /// IANA zone of these times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    /// New place; empty removes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    /// New plain text; the link to join stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// Addresses or handles from search_contacts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    add_attendees: Vec<String>,
    /// Who may come but need not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    add_optional: Vec<String>,
    /// Who is no longer invited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    remove_attendees: Vec<String>,
    /// How its time shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = ["free", "tentative", "busy", "out_of_office", "working_elsewhere"]))]
    show_as: Option<String>,
    /// How it is marked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = ["normal", "personal", "private", "confidential"]))]
    sensitivity: Option<String>,
    /// Minutes before; -1 for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -1, max = 40320))]
    reminder_minutes: Option<i32>,
    /// All its categories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    categories: Option<Vec<String>>,
    /// Make it online; cannot be undone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    online: bool,
}

impl Typed for UpdateEvent {
    type Input = Input;
    const STATUSES: &'static [&'static str] = &["done", "unchanged", "partly_done"];
    const CHANGES_WHAT_EXISTS: bool = true;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    fn check(input: &Input) -> Result<(), Error> {
        target::handle(&input.id, "id")?;
        if input.is_empty() {
            return Err(wrong("id", "say what is to change."));
        }
        if input
            .title
            .as_deref()
            .is_some_and(|title| one_line(title, 255).is_empty())
        {
            return Err(wrong("title", "1 to 255 characters."));
        }
        let text = |text: &Option<String>, limit, field: &str| {
            input::at_most(text.as_deref().unwrap_or_default(), limit, field)
        };
        text(&input.title, 255, "title")?;
        text(&input.location, 255, "location")?;
        text(&input.body, 8_000, "body")?;
        check_words(input)?;
        check_people(input)?;
        check_times(input)
    }

    fn resolve(mut input: Input, setting: &Setting) -> Result<(Input, Card, String), Error> {
        let handle = target::handle(&input.id, "id")?;
        let zone = match &input.zone {
            Some(name) => input::zone(name, "zone")?,
            None if input.start.is_some() || input.end.is_some() => setting.zone("start")?.clone(),
            None => setting.zone.clone().unwrap_or_else(Zone::utc),
        };
        for (field, text) in [("start", &mut input.start), ("end", &mut input.end)] {
            if let Some(given) = text {
                *given = input::exact_time(given, &zone, field)?;
            }
        }
        let card = card(&input, handle.start(), &zone, setting)?;
        let summary = format!("Change {}", target::named(handle, input.scope, &zone));
        Ok((input, card, summary))
    }

    async fn show<'a>(
        context: &'a Context<'a>,
        input: Input,
        card: Card,
    ) -> Result<Option<Looked>, Failure> {
        seen::look(context, input, card).await.map(Some)
    }

    async fn run<'a>(context: &'a Context<'a>, input: Input) -> Result<Done, Failure> {
        let handle = target::handle(&input.id, "id").map_err(Failure::Ours)?;
        let event = target::find(context.graph, handle).await?;
        let before = context
            .graph
            .whole_event(input.scope.id(&event))
            .await
            .map_err(understood)?;
        context.as_shown(&before.event)?;
        if input.scope == Scope::Following && event.master.is_some() {
            return split::run(context, input, event, before).await;
        }
        change(context, &input, &event, &before).await
    }

    async fn look<'a>(context: &'a Context<'a>, input: Input) -> Result<Seen, Failure> {
        look::look(context, input).await
    }
}

/// Changes one event, or a series as a whole.
async fn change(
    context: &Context<'_>,
    input: &Input,
    event: &Event,
    before: &Whole,
) -> Result<Done, Failure> {
    let plan = Plan::of(input, event, before, context.setting).map_err(Failure::Ours)?;
    let target = Some(before.event.id.digest());
    if plan.is_empty() {
        let body = told::unchanged(context, input, event);
        return Ok(Done { body, target });
    }
    let settled = context
        .graph
        .change_event(before, &plan.change)
        .await
        .map_err(understood)?;
    let body = told::looked(context, input, event, before, &plan, settled).await?;
    Ok(Done { body, target })
}

impl Input {
    fn is_empty(&self) -> bool {
        let Self {
            title,
            start,
            end,
            duration_minutes,
            move_days,
            move_minutes,
            location,
            body,
            show_as,
            sensitivity,
            reminder_minutes,
            categories,
            online,
            ..
        } = self;
        let text = [title, start, end, location, body, show_as, sensitivity];
        text.into_iter().all(Option::is_none)
            && duration_minutes.is_none()
            && [move_days, move_minutes, reminder_minutes]
                .into_iter()
                .all(Option::is_none)
            && categories.is_none()
            && !online
            && !self.names_people()
    }

    fn names_people(&self) -> bool {
        [
            &self.add_attendees,
            &self.add_optional,
            &self.remove_attendees,
        ]
        .into_iter()
        .any(|list| !list.is_empty())
    }

    fn moves(&self) -> bool {
        self.move_days.is_some() || self.move_minutes.is_some()
    }

    /// Whether it concerns only the guests, or only the owner's own view: then not everybody is mailed.
    fn reaches_everybody(&self) -> bool {
        self.title.is_some()
            || self.start.is_some()
            || self.end.is_some()
            || self.duration_minutes.is_some()
            || self.moves()
            || self.location.is_some()
            || self.body.is_some()
            || self.sensitivity.is_some()
            || self.online
    }
}

fn wrong(field: &str, why: &str) -> Error {
    Error::invalid("invalid_arguments", field, format!("{field}: {why}"))
}

fn check_words(input: &Input) -> Result<(), Error> {
    if input
        .show_as
        .as_deref()
        .is_some_and(|word| ShowAs::named(word).is_none())
    {
        return Err(wrong(
            "show_as",
            "free, tentative, busy, out_of_office or working_elsewhere.",
        ));
    }
    if input
        .sensitivity
        .as_deref()
        .is_some_and(|word| Sensitivity::named(word).is_none())
    {
        return Err(wrong(
            "sensitivity",
            "normal, personal, private or confidential.",
        ));
    }
    if input
        .reminder_minutes
        .is_some_and(|minutes| !(-1..=LONGEST_REMINDER).contains(&minutes))
    {
        return Err(wrong("reminder_minutes", "0 to 40320, or -1 for none."));
    }
    let categories = input.categories.as_deref().unwrap_or_default();
    let fits = |name: &String| !name.trim().is_empty() && name.chars().count() <= 255;
    if categories.len() > 25 || !categories.iter().all(fits) {
        return Err(wrong(
            "categories",
            "at most 25 names of 1 to 255 characters.",
        ));
    }
    Ok(())
}

fn check_people(input: &Input) -> Result<(), Error> {
    let added = [
        addresses(&input.add_attendees, "add_attendees")?,
        addresses(&input.add_optional, "add_optional")?,
    ]
    .concat();
    let removed = addresses(&input.remove_attendees, "remove_attendees")?;
    if added.len() + removed.len() > MOST_ATTENDEES {
        return Err(Error::invalid(
            "too_many_attendees",
            "add_attendees",
            format!("add_attendees: at most {MOST_ATTENDEES} in all."),
        ));
    }
    if added.iter().any(|address| removed.contains(address)) {
        return Err(wrong(
            "remove_attendees",
            "nobody can be added and removed at once.",
        ));
    }
    Ok(())
}

fn check_times(input: &Input) -> Result<(), Error> {
    let length = input.end.is_some() || input.duration_minutes.is_some();
    if input.moves() && (input.start.is_some() || length) {
        return Err(wrong(
            "move_days",
            "give start, end and duration_minutes, or move_days and move_minutes, not both.",
        ));
    }
    if input.end.is_some() && input.duration_minutes.is_some() {
        return Err(wrong(
            "duration_minutes",
            "give end or duration_minutes, not both.",
        ));
    }
    if input
        .duration_minutes
        .is_some_and(|minutes| !(1..=44_640).contains(&minutes))
    {
        return Err(wrong("duration_minutes", "1 to 44640."));
    }
    if input.move_days.is_some_and(|days| days.abs() > 3_660) {
        return Err(wrong("move_days", "-3660 to 3660."));
    }
    if input
        .move_minutes
        .is_some_and(|minutes| minutes.abs() > 44_640)
    {
        return Err(wrong("move_minutes", "-44640 to 44640."));
    }
    let zone = match &input.zone {
        Some(name) => input::zone(name, "zone")?,
        None => Zone::utc(),
    };
    let read = |text: &Option<String>, field: &str| {
        text.as_deref()
            .map(|text| input::when(text, &zone, field))
            .transpose()
    };
    match (read(&input.start, "start")?, read(&input.end, "end")?) {
        (Some(When::Day(_)), Some(When::Moment(_)))
        | (Some(When::Moment(_)), Some(When::Day(_))) => Err(wrong(
            "end",
            "start and end are both dates (all day) or both date-times.",
        )),
        (Some(When::Day(_)), _) if input.duration_minutes.is_some() => Err(wrong(
            "duration_minutes",
            "an all-day event is as long as its days.",
        )),
        (_, _) => Ok(()),
    }
}

fn addresses(texts: &[String], field: &str) -> Result<Vec<Address>, Error> {
    let address = |(at, text): (usize, &String)| {
        let field = format!("{field}[{at}]");
        Address::parse(text).map_err(|_| {
            Error::invalid("attendee_not_an_address", &field, format!("{field}: not a complete e-mail address. Find it with search_contacts; do not guess it."))
        })
    };
    texts.iter().enumerate().map(address).collect()
}

/// What Microsoft refused, in words about this tool.
fn understood(error: microsoft::Error) -> Failure {
    match error.kind() {
        Kind::NotFound => Failure::Ours(target::not_found()),
        Kind::Invalid { code } if code.eq_ignore_ascii_case("ErrorOccurrenceCrossingBoundary") => {
            Failure::Ours(Error::new(
                ErrorKind::Conflict,
                "crosses_neighbour",
                "An occurrence cannot be moved to or past the day of the one before or after it in its series. Nothing was changed. Choose a day between them, or cancel this one and create an event.",
            ).caused_by(error))
        }
        _ => error.into(),
    }
}

fn card(
    input: &Input,
    start: jiff::Timestamp,
    zone: &Zone,
    setting: &Setting,
) -> Result<Card, Error> {
    let people = |texts: &[String], optional| -> Result<Vec<CardAttendee>, Error> {
        let parsed = addresses(texts, "add_attendees")?;
        let shown = |address| CardAttendee::of(address, optional, &setting.home);
        Ok(parsed.iter().map(shown).collect())
    };
    let mut attendees = people(&input.add_attendees, false)?;
    attendees.extend(people(&input.add_optional, true)?);
    let removed = people(&input.remove_attendees, false)?;
    let mails = match (input.reaches_everybody(), input.names_people()) {
        (true, _) => Some(CardMails::Everybody),
        (false, true) => None,
        (false, false) => Some(CardMails::Nobody),
    };
    let outside = |people: &[CardAttendee]| people.iter().filter(|one| one.outside).count();
    Ok(Card {
        action: Some(CardAction::Change),
        scope: Some(input.scope.into()),
        span: Some(CardSpan::starting(start, zone)),
        zone: Some(zone.name().to_owned()),
        changes: new_values(input),
        body: input.body.clone(),
        online: input.online,
        mailed: attendees.len() + removed.len(),
        outside: outside(&attendees) + outside(&removed),
        attendees,
        removed,
        mails,
        ..Card::default()
    })
}

/// The new values, as the card lists them.
fn new_values(input: &Input) -> Vec<CardChange> {
    let mut changes = Vec::new();
    let mut to = |field, value: Option<String>| {
        changes.extend(value.map(|to| CardChange {
            field,
            from: None,
            to,
        }));
    };
    let local = |text: &Option<String>| {
        // A card's times are without the zone's name: it has a place of its own.
        text.as_deref()
            .map(|text| text.split('[').next().unwrap_or(text).to_owned())
    };
    to(CardField::Title, input.title.clone());
    to(CardField::Start, local(&input.start));
    to(CardField::End, local(&input.end));
    to(
        CardField::Duration,
        input.duration_minutes.map(|n| n.to_string()),
    );
    to(CardField::MoveDays, input.move_days.map(|n| n.to_string()));
    to(
        CardField::MoveMinutes,
        input.move_minutes.map(|n| n.to_string()),
    );
    to(CardField::Location, input.location.clone());
    to(CardField::ShowAs, input.show_as.clone());
    to(CardField::Sensitivity, input.sensitivity.clone());
    let reminder = |minutes: i32| {
        if minutes < 0 {
            "none".to_owned()
        } else {
            minutes.to_string()
        }
    };
    to(CardField::Reminder, input.reminder_minutes.map(reminder));
    to(
        CardField::Categories,
        input.categories.as_ref().map(|names| names.join(", ")),
    );
    changes
}

#[cfg(test)]
mod tests;
