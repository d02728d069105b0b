//! *Create Event*: a new event in the person's own calendar; Microsoft mails everybody who is invited.

use domain::calendar::{Event, NewEvent, Span};
use domain::canonical::Digest;
use domain::people::Address;
use domain::random::uuid_from;
use domain::text::one_line;
use domain::time::{When, Zone, local_text, weekday};
use domain::tool::{Definition, Effect, Object, Operation, Scope, ToolName};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::event_line::EventLine;
use super::{Context, Done, Setting, Typed, input};
use crate::call::Failure;
use crate::card::{CardAttendee, CardSpan};
use crate::{Card, Error};

pub(crate) const DEFINITION: Definition = Definition {
    name: ToolName::new("create_event"),
    operation: Operation::Create,
    object: Object::Event,
    effect: Effect::Write,
    scopes: &[Scope::CalendarsReadWrite],
    people: &["attendees", "optional_attendees"],
    description: "Creates an event in the person's own calendar. Everybody in attendees is mailed an invitation at once. \
                  Attendees are addresses or handles from search_contacts; never guess. The answer says what \
                  Outlook now holds.",
};

const MOST_ATTENDEES: usize = 100;

pub(crate) struct CreateEvent;

/// What it takes.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// Title, 1 to 255 characters.
    title: String,
    /// Start: 2026-11-24T10:00 (the person's zone) or with offset; a date alone makes an all-day event.
    start: String,
    /// End, same forms; for an all-day event the last day, included. Give end or duration_minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<String>,
    /// Length in minutes, instead of end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 44640))]
    duration_minutes: Option<u32>,
    /// IANA zone of start and end if they have none, such as Europe/Berlin. Default: the person's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    /// Addresses or handles from search_contacts of those who must come, at most 100 in all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attendees: Vec<String>,
    /// Addresses or handles of those who may come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    optional_attendees: Vec<String>,
    /// Place, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    /// Plain text of the invitation, at most 8000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// Whether to make it an online meeting. Default: no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    online: Option<bool>,
}

impl Typed for CreateEvent {
    type Input = Input;
    const STATUSES: &'static [&'static str] = &["done"];

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    fn check(input: &Input) -> Result<(), Error> {
        if one_line(&input.title, 255).is_empty() {
            return Err(Error::invalid(
                "invalid_arguments",
                "title",
                "title: 1 to 255 characters.",
            ));
        }
        input::at_most(&input.title, 255, "title")?;
        input::at_most(
            input.location.as_deref().unwrap_or_default(),
            255,
            "location",
        )?;
        input::at_most(input.body.as_deref().unwrap_or_default(), 8_000, "body")?;
        addresses(&input.attendees, "attendees")?;
        addresses(&input.optional_attendees, "optional_attendees")?;
        if input.attendees.len() + input.optional_attendees.len() > MOST_ATTENDEES {
            return Err(Error::invalid(
                "too_many_attendees",
                "attendees",
                format!("attendees: at most {MOST_ATTENDEES} in all."),
            ));
        }
        if !input
            .duration_minutes
            .is_none_or(|minutes| (1..=44_640).contains(&minutes))
        {
            return Err(Error::invalid(
                "invalid_arguments",
                "duration_minutes",
                "duration_minutes: 1 to 44640.",
            ));
        }
        // The zone of the person may not matter; UTC finds what is wrong in any zone.
        let zone = input
            .zone
            .as_deref()
            .map(|name| input::zone(name, "zone"))
            .transpose()?;
        span(input, zone.as_ref().unwrap_or(&Zone::utc())).map(|_| ())
    }

    fn resolve(mut input: Input, setting: &Setting) -> Result<(Input, Card, String), Error> {
        once_each(&mut input);
        let zone = zone_of(&input, setting)?;
        let span = span(&input, &zone)?;
        if let Span::Timed { start, .. } = &span
            && *start < setting.now - SignedDuration::from_hours(24 * 31)
        {
            return Err(Error::invalid(
                "starts_in_the_past",
                "start",
                "start: more than a month in the past. Check the date.",
            ));
        }
        let card = card(&input, &span, &zone, setting);
        let exact =
            |moment: Timestamp| format!("{}[{}]", local_text(&zone.at(moment)), zone.name());
        (input.start, input.end) = match &span {
            Span::Timed { start, end } => (exact(*start), Some(exact(*end))),
            Span::Days { first, last } => (first.to_string(), Some(last.to_string())),
        };
        input.zone = Some(zone.name().to_owned());
        input.duration_minutes = None;
        let when = match &span {
            Span::Timed { start, .. } => {
                let start = zone.at(*start);
                format!(
                    "{} {}",
                    weekday(start.date()),
                    start.strftime("%Y-%m-%d %H:%M")
                )
            }
            Span::Days { first, .. } => format!("{} {first}", weekday(*first)),
        };
        let summary = format!(
            "Create \"{}\", {when} ({})",
            one_line(&input.title, 80),
            zone.name()
        );
        Ok((input, card, summary))
    }

    async fn run<'a>(context: &'a Context<'a>, input: Input) -> Result<Done, Failure> {
        let new = new_event(&input, context).map_err(Failure::Ours)?;
        let created = context.graph.create_event(&new).await?;
        // What Outlook now holds is asked, not assumed.
        let held = match context.graph.event(&created.id).await {
            Ok(held) => held,
            Err(error) => return Ok(unverified(&created, &new, &error)),
        };
        let differences = differences(&new, &held);
        let mut body = told(&held, &new);
        body["verified"] = differences.is_empty().into();
        if !differences.is_empty() {
            body["differs"] = differences.into();
        }
        if new.online && held.join_url.is_none() {
            body["note"] =
                "This calendar does not make online meetings: the event has no join link.".into();
        }
        Ok(Done {
            body,
            target: Some(held.id.digest()),
        })
    }
}

fn told(held: &Event, new: &NewEvent) -> Value {
    let mut body =
        json!({"status": "done", "zone": new.zone.name(), "event": EventLine::of(held, &new.zone)});
    let mailed: Vec<&str> = held
        .attendees
        .iter()
        .filter_map(|attendee| attendee.mailbox.address.as_ref().map(Address::as_str))
        .collect();
    if !mailed.is_empty() {
        body["mailed"] = json!(mailed);
    }
    if let Some(link) = &held.join_url {
        body["join"] = link.as_str().into();
    }
    body
}

/// Created, but the look afterwards failed: the truth is told, and nothing is repeated.
fn unverified(created: &Event, new: &NewEvent, error: &microsoft::Error) -> Done {
    tracing::warn!(error = %error, "An event was created and could not be read back");
    let mut body = told(created, new);
    body["verified"] = false.into();
    body["note"] = "Outlook accepted the event; reading it back failed.".into();
    Done {
        body,
        target: Some(created.id.digest()),
    }
}

fn differences(new: &NewEvent, held: &Event) -> Vec<&'static str> {
    let keys = |addresses: &mut dyn Iterator<Item = &Address>| {
        let mut keys: Vec<String> = addresses.map(Address::key).collect();
        keys.sort();
        keys.dedup();
        keys
    };
    let wanted = keys(&mut new.required.iter().chain(&new.optional));
    let invited = keys(
        &mut held
            .attendees
            .iter()
            .filter_map(|attendee| attendee.mailbox.address.as_ref()),
    );
    let checks = [
        ("title", one_line(&new.title, 255) == held.title),
        ("time", new.span == held.span),
        ("attendees", wanted == invited),
        (
            "location",
            new.location.as_deref().map(|place| one_line(place, 255))
                == held.location.clone().filter(|place| !place.is_empty()),
        ),
    ];
    checks
        .into_iter()
        .filter(|(_, same)| !same)
        .map(|(what, _)| what)
        .collect()
}

fn new_event(input: &Input, context: &Context<'_>) -> Result<NewEvent, Error> {
    let zone = zone_of(input, context.setting)?;
    Ok(NewEvent {
        title: one_line(&input.title, 255),
        span: span(input, &zone)?,
        zone,
        recurrence: None,
        location: input.location.clone(),
        body: input.body.clone(),
        required: addresses(&input.attendees, "attendees")?,
        optional: addresses(&input.optional_attendees, "optional_attendees")?,
        online: input.online.unwrap_or(false),
        transaction_id: transaction_id(context.call.as_str()),
    })
}

/// One call, one id, however often it is sent.
fn transaction_id(call: &str) -> String {
    let digest = Digest::of("attache transaction id", &[call.as_bytes()]);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_bytes()[..16]);
    uuid_from(bytes)
}

fn zone_of(input: &Input, setting: &Setting) -> Result<Zone, Error> {
    match &input.zone {
        Some(name) => input::zone(name, "zone"),
        None => match &setting.zone {
            Some(zone) => Ok(zone.clone()),
            // Times with their own offset, and whole days, mean the same in every zone.
            None if says_its_own_time(input) => Ok(Zone::utc()),
            None => setting.zone("start").cloned(),
        },
    }
}

/// Everybody is invited once; who must come need not also be able to.
fn once_each(input: &mut Input) {
    let mut seen = Vec::new();
    for list in [&mut input.attendees, &mut input.optional_attendees] {
        list.retain(|text| {
            let key = text.trim().to_lowercase();
            let new = !seen.contains(&key);
            if new {
                seen.push(key);
            }
            new
        });
    }
}

fn says_its_own_time(input: &Input) -> bool {
    let elsewhere = Zone::named("Asia/Tokyo").unwrap_or_else(|_| Zone::utc());
    matches!((span(input, &Zone::utc()), span(input, &elsewhere)), (Ok(one), Ok(other)) if one == other)
}

fn span(input: &Input, zone: &Zone) -> Result<Span, Error> {
    let ends_before = || {
        Error::invalid(
            "ends_before_start",
            "end",
            "end: the event must end after it starts.",
        )
    };
    let end = input
        .end
        .as_deref()
        .map(|text| input::when(text, zone, "end"))
        .transpose()?;
    match (
        input::when(&input.start, zone, "start")?,
        end,
        input.duration_minutes,
    ) {
        (_, Some(_), Some(_)) => Err(Error::invalid(
            "invalid_arguments",
            "duration_minutes",
            "duration_minutes: give end or duration_minutes, not both.",
        )),
        (When::Day(first), end @ (None | Some(When::Day(_))), None) => {
            let last = match end {
                Some(When::Day(last)) => last,
                Some(When::Moment(_)) | None => first,
            };
            if last < first {
                Err(ends_before())
            } else {
                Ok(Span::Days { first, last })
            }
        }
        (When::Moment(start), Some(When::Moment(end)), None) => {
            let (start, end) = (start.timestamp(), end.timestamp());
            if end <= start {
                Err(ends_before())
            } else {
                Ok(Span::Timed { start, end })
            }
        }
        (When::Moment(start), None, Some(minutes)) => {
            let start = start.timestamp();
            let end = start.checked_add(SignedDuration::from_mins(i64::from(minutes)));
            Ok(Span::Timed {
                start,
                end: end.map_err(|_| {
                    Error::invalid(
                        "invalid_time",
                        "start",
                        "start: not a time that a calendar can hold.",
                    )
                })?,
            })
        }
        (When::Moment(_), None, None) => Err(Error::invalid(
            "invalid_arguments",
            "end",
            "end: say when it ends, or give duration_minutes.",
        )),
        (When::Day(_), Some(When::Moment(_)), _)
        | (When::Moment(_), Some(When::Day(_)), _)
        | (When::Day(_), _, Some(_)) => Err(Error::invalid(
            "invalid_arguments",
            "end",
            "end: start and end are both dates (all day) or both date-times.",
        )),
    }
}

fn addresses(texts: &[String], field: &str) -> Result<Vec<Address>, Error> {
    let mut addresses: Vec<Address> = Vec::with_capacity(texts.len());
    for (at, text) in texts.iter().enumerate() {
        let field = format!("{field}[{at}]");
        let address = Address::parse(text).map_err(|_| {
            Error::invalid("attendee_not_an_address", &field, format!("{field}: not a complete e-mail address. Find it with search_contacts; do not guess it."))
        })?;
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

fn card(input: &Input, span: &Span, zone: &Zone, setting: &Setting) -> Card {
    let of = |texts: &[String], optional| {
        let parsed: Vec<Address> = texts
            .iter()
            .filter_map(|text| Address::parse(text).ok())
            .collect();
        parsed
            .iter()
            .map(|address| CardAttendee::of(address, optional, &setting.home))
            .collect::<Vec<_>>()
    };
    let mut attendees = of(&input.attendees, false);
    attendees.extend(of(&input.optional_attendees, true));
    Card {
        title: Some(one_line(&input.title, 255)),
        span: Some(CardSpan::of(span, zone)),
        zone: Some(zone.name().to_owned()),
        location: input.location.clone(),
        body: input.body.clone(),
        online: input.online.unwrap_or(false),
        mailed: attendees.len(),
        outside: attendees.iter().filter(|attendee| attendee.outside).count(),
        attendees,
        ..Card::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(
        clippy::needless_pass_by_value,
        reason = "a table of literals reads better"
    )]
    fn check(arguments: Value, expected: &str) {
        let setting = Setting {
            zone: Zone::named("Europe/Berlin").ok(),
            address: None,
            home: vec!["nordwind.example".into()],
            now: "2026-11-23T08:00:00Z".parse().expect("a time"),
        };
        let got = match input::parse(&arguments).and_then(|input: Input| {
            CreateEvent::check(&input).and_then(|()| CreateEvent::resolve(input, &setting))
        }) {
            Ok((input, card, summary)) => format!(
                "{summary} | {} to {} | {} mailed, {} outside",
                input.start,
                input.end.unwrap_or_default(),
                card.mailed,
                card.outside
            ),
            Err(error) => format!("{} {}", error.code, error.field.unwrap_or_default()),
        };
        assert_eq!(got, expected, "{arguments}");
    }

    #[test]
    fn arguments_become_what_they_mean() {
        check(
            json!({"title": "Plan", "start": "2026-11-24T10:00", "duration_minutes": 30, "attendees": ["anna@nordwind.example", "kim@other.example"]}),
            "Create \"Plan\", Tue 2026-11-24 10:00 (Europe/Berlin) | 2026-11-24T10:00+01:00[Europe/Berlin] to 2026-11-24T10:30+01:00[Europe/Berlin] | 2 mailed, 1 outside",
        );
        check(
            json!({"title": "Call", "start": "2026-11-24T10:00", "end": "2026-11-24T11:00", "zone": "America/New_York"}),
            "Create \"Call\", Tue 2026-11-24 10:00 (America/New_York) | 2026-11-24T10:00-05:00[America/New_York] to 2026-11-24T11:00-05:00[America/New_York] | 0 mailed, 0 outside",
        );
        check(
            json!({"title": "Fair", "start": "2026-11-24", "end": "2026-11-26"}),
            "Create \"Fair\", Tue 2026-11-24 (Europe/Berlin) | 2026-11-24 to 2026-11-26 | 0 mailed, 0 outside",
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let base = |extra: Value| {
            let mut arguments =
                json!({"title": "Plan", "start": "2026-11-24T10:00", "end": "2026-11-24T11:00"});
            arguments
                .as_object_mut()
                .expect("an object")
                .extend(extra.as_object().expect("an object").clone());
            arguments
        };
        check(
            base(json!({"end": "2026-11-24T09:00"})),
            "ends_before_start end",
        );
        check(
            base(json!({"end": "2026-11-24T10:00"})),
            "ends_before_start end",
        );
        check(
            base(json!({"zone": "Europe/Atlantis"})),
            "unknown_time_zone zone",
        );
        check(
            base(json!({"attendees": ["Anna"]})),
            "attendee_not_an_address attendees[0]",
        );
        check(
            base(json!({"attendees": ["a@x.example", "Anna Berger"]})),
            "attendee_not_an_address attendees[1]",
        );
        check(base(json!({"start": "tomorrow"})), "invalid_time start");
        check(
            base(json!({"start": "2026-03-29T02:30", "end": "2026-03-29T04:00"})),
            "time_does_not_exist start",
        );
        check(
            base(json!({"duration_minutes": 5})),
            "invalid_arguments duration_minutes",
        );
        check(base(json!({"end": "2026-11-25"})), "invalid_arguments end");
        check(
            base(json!({"title": " \u{200b} "})),
            "invalid_arguments title",
        );
        check(base(json!({"title": 5})), "invalid_arguments title");
        check(
            base(json!({"organizer": "me"})),
            "invalid_arguments organizer",
        );
        check(json!({"title": "Plan"}), "invalid_arguments start");
        check(
            json!({"title": "Plan", "start": "2026-11-24T10:00"}),
            "invalid_arguments end",
        );
        check(json!([]), "invalid_arguments ");
    }

    #[test]
    fn resolving_what_is_resolved_changes_nothing() {
        let setting = |zone: &str| Setting {
            zone: Zone::named(zone).ok(),
            address: None,
            home: vec![],
            now: "2026-11-23T08:00:00Z".parse().expect("a time"),
        };
        for arguments in [
            json!({"title": "Plan", "start": "2026-11-24T10:00", "duration_minutes": 30, "body": "x"}),
            json!({"title": "Plan", "start": "2026-10-25T02:30", "end": "2026-10-25T05:00"}),
            json!({"title": "Fair", "start": "2026-11-24"}),
        ] {
            let first = CreateEvent::resolve(
                input::parse(&arguments).expect("fits"),
                &setting("Europe/Berlin"),
            )
            .expect("resolves")
            .0;
            let first = input::exact(&first);
            let again =
                CreateEvent::resolve(input::parse(&first).expect("fits"), &setting("Asia/Tokyo"))
                    .expect("resolves")
                    .0;
            assert_eq!(first, input::exact(&again));
        }
    }

    #[test]
    fn without_a_known_zone_only_times_that_need_one_are_refused() {
        let nowhere = Setting {
            zone: None,
            address: None,
            home: vec![],
            now: "2026-11-23T08:00:00Z".parse().expect("a time"),
        };
        let try_with = |start: &str| {
            let arguments = json!({"title": "Plan", "start": start, "duration_minutes": 30});
            let input: Input = input::parse(&arguments).expect("fits");
            CreateEvent::resolve(input, &nowhere)
                .map(|(input, ..)| input.start)
                .map_err(|error| error.code)
        };
        assert_eq!(
            try_with("2026-11-24T10:00:00+01:00").as_deref(),
            Ok("2026-11-24T09:00+00:00[UTC]")
        );
        assert_eq!(
            try_with("2026-11-24T10:00").as_deref(),
            Err(&"zone_unknown")
        );
    }

    #[test]
    fn one_call_is_one_transaction() {
        assert_eq!(transaction_id("cal_a"), transaction_id("cal_a"));
        assert_ne!(transaction_id("cal_a"), transaction_id("cal_b"));
    }
}
