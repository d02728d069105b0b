//! *Respond to Event*: accept, perhaps, or decline an invitation, with a few words or another time.

use domain::calendar::{Answer, Event, Span};
use domain::change::{Reply, ReplyWord, Whole};
use domain::people::Address;
use domain::time::{When, Zone, local_text, weekday};
use domain::tool::{Definition, Effect, Object, Operation, Scope as Granted, ToolName};
use jiff::{SignedDuration, Timestamp};
use microsoft::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::event_line::EventLine;
use super::scope::{OneOrAll, Scope};
use super::{Context, Done, Looked, Seen, Setting, Typed, input, seen, target, verify};
use crate::call::Failure;
use crate::card::{CardAction, CardMails, CardSeries, CardSpan};
use crate::{Card, Error, ErrorKind};

pub(crate) const DEFINITION: Definition = Definition {
    name: ToolName::new("respond_to_event"),
    operation: Operation::RespondTo,
    object: Object::Event,
    effect: Effect::Write,
    scopes: &[Granted::CalendarsReadWrite],
    people: &[],
    description: "Answers an invitation and mails the organiser. With tentative or decline another time can be proposed.",
};

/// By how much Microsoft's clock may be behind ours.
const CLOCKS: SignedDuration = SignedDuration::from_secs(2);

pub(crate) struct RespondToEvent;

/// What it takes.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// Id from search_events.
    id: String,
    /// The person's answer.
    answer: Word,
    /// Message to the organiser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    /// Start to propose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    propose_start: Option<String>,
    /// Proposed end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    propose_end: Option<String>,
    /// For a series.
    #[serde(default)]
    scope: OneOrAll,
    /// Whether the organiser is told.
    #[serde(default = "yes")]
    notify: bool,
}

fn yes() -> bool {
    true
}

impl Input {
    /// Whether the organiser gets more than the bare answer.
    fn says_more(&self) -> bool {
        self.comment.is_some() || self.propose_start.is_some()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Word {
    Accept,
    Tentative,
    Decline,
}

impl Word {
    fn reply(self) -> ReplyWord {
        match self {
            Self::Accept => ReplyWord::Accept,
            Self::Tentative => ReplyWord::Tentative,
            Self::Decline => ReplyWord::Decline,
        }
    }

    /// What Outlook holds afterwards.
    fn answer(self) -> Answer {
        match self {
            Self::Accept => Answer::Accepted,
            Self::Tentative => Answer::Tentative,
            Self::Decline => Answer::Declined,
        }
    }
}

impl Typed for RespondToEvent {
    type Input = Input;
    const STATUSES: &'static [&'static str] = &["done", "unchanged"];
    const CHANGES_WHAT_EXISTS: bool = true;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    fn check(input: &Input) -> Result<(), Error> {
        target::handle(&input.id, "id")?;
        input::at_most(
            input.comment.as_deref().unwrap_or_default(),
            1_000,
            "comment",
        )?;
        let refuse = |code, field: &str, why: &str| {
            Err(Error::invalid(code, field, format!("{field}: {why}")))
        };
        if input.propose_start.is_none() && input.propose_end.is_some() {
            return refuse(
                "invalid_arguments",
                "propose_start",
                "give it with propose_end.",
            );
        }
        if input.propose_start.is_some() {
            if input.answer == Word::Accept {
                return refuse(
                    "proposal_with_accept",
                    "propose_start",
                    "another time can be proposed with tentative or decline only.",
                );
            }
            if !input.notify {
                return refuse(
                    "proposal_not_sent",
                    "notify",
                    "a proposed time must reach the organiser. Leave notify out.",
                );
            }
            if input.scope == OneOrAll::All {
                return refuse(
                    "proposal_for_series",
                    "scope",
                    "another time can be proposed for one occurrence only.",
                );
            }
        }
        if !input.notify && input.comment.is_some() {
            return refuse(
                "comment_not_sent",
                "comment",
                "the organiser is not told, so it would reach nobody. Leave comment or notify out.",
            );
        }
        proposal(input, &Zone::utc(), None).map(|_| ())
    }

    fn resolve(mut input: Input, setting: &Setting) -> Result<(Input, Card, String), Error> {
        let handle = target::handle(&input.id, "id")?;
        let zone = match &input.propose_start {
            Some(_) => setting.zone("propose_start")?.clone(),
            None => setting.zone.clone().unwrap_or_else(Zone::utc),
        };
        let proposed = proposal(&input, &zone, None)?;
        for (field, text) in [
            ("propose_start", &mut input.propose_start),
            ("propose_end", &mut input.propose_end),
        ] {
            if let Some(given) = text {
                *given = input::exact_time(given, &zone, field)?;
            }
        }
        let mut shown = None;
        if let Some((start, end)) = proposed {
            shown = Some(match end {
                Some(end) => CardSpan::of(&Span::Timed { start, end }, &zone),
                None => CardSpan::Starts {
                    start: local_text(&zone.at(start)),
                    day: None,
                },
            });
        }
        let (action, verb) = match input.answer {
            Word::Accept => (CardAction::Accept, "Accept"),
            Word::Tentative => (CardAction::Tentative, "Tentatively accept"),
            Word::Decline => (CardAction::Decline, "Decline"),
        };
        let card = Card {
            action: Some(action),
            scope: Some(Scope::from(input.scope).into()),
            span: Some(CardSpan::starting(handle.start(), &zone)),
            zone: Some(zone.name().to_owned()),
            comment: input.comment.clone(),
            proposed: shown,
            mails: Some(if input.notify {
                CardMails::Organizer
            } else {
                CardMails::Nobody
            }),
            ..Card::default()
        };
        let summary = format!(
            "{verb} {}",
            target::named(handle, input.scope.into(), &zone)
        );
        Ok((input, card, summary))
    }

    async fn show<'a>(
        context: &'a Context<'a>,
        input: Input,
        card: Card,
    ) -> Result<Option<Looked>, Failure> {
        show(context, &input, card).await.map(Some)
    }

    async fn run<'a>(context: &'a Context<'a>, input: Input) -> Result<Done, Failure> {
        let handle = target::handle(&input.id, "id").map_err(Failure::Ours)?;
        let event = target::find(context.graph, handle).await?;
        let before = context
            .graph
            .whole_event(Scope::from(input.scope).id(&event))
            .await
            .map_err(gone)?;
        context.as_shown(&before.event)?;
        let zone = context.setting.zone.clone().unwrap_or_else(Zone::utc);
        let reply = reply(&input, &before, &zone).map_err(Failure::Ours)?;
        let done = |body| {
            Ok(Done {
                body,
                target: Some(before.event.id.digest()),
            })
        };
        let mut body = told(context, &input, &event, &before, &reply);
        if before.event.answer == input.answer.answer()
            && event.answer == before.event.answer
            && !input.says_more()
        {
            body["status"] = "unchanged".into();
            body["event"] = json!(EventLine::of(&event, &zone, context.foreign));
            body["mailed"] = json!([]);
            verify::verified(&mut body, &[]);
            return done(body);
        }
        context
            .graph
            .respond_to_event(&before, &reply)
            .await
            .map_err(gone)?;
        look(&mut body, context, &input, &event, &before, &zone).await;
        done(body)
    }

    async fn look<'a>(context: &'a Context<'a>, input: Input) -> Result<Seen, Failure> {
        let handle = target::handle(&input.id, "id").map_err(Failure::Ours)?;
        let zone = context.setting.zone.clone().unwrap_or_else(Zone::utc);
        let mut body =
            json!({"status": "done", "answer": input.answer.answer(), "zone": zone.name()});
        match target::there(context.graph, handle).await? {
            Some(event) if event.answer == input.answer.answer() => {
                if input.says_more() && !answered_since(context, &input, &event).await? {
                    return Ok(Seen::Unclear);
                }
                body["event"] = json!(EventLine::of(&event, &zone, context.foreign));
                let target = Some(event.id.digest());
                Ok(Seen::Done(Done { body, target }))
            }
            Some(_) => Ok(Seen::NotDone),
            // Outlook takes what is declined out of the calendar.
            None if input.answer == Word::Decline => Ok(Seen::Done(Done { body, target: None })),
            None => Ok(Seen::Unclear),
        }
    }
}

/// Whether the answer that the calendar holds was given since the call began. The same answer may have been there before, and
/// what was said with it is with the organiser only. Clocks are allowed to differ by a little.
async fn answered_since(
    context: &Context<'_>,
    input: &Input,
    event: &Event,
) -> Result<bool, Failure> {
    let id = Scope::from(input.scope).id(event);
    let held = context.graph.whole_event(id).await.map_err(gone)?;
    let since = context.began - CLOCKS;
    Ok(held.answered.is_some_and(|at| at >= since))
}

/// Which invitation is answered, and what else is at its time; the same refusals as when it runs.
async fn show(context: &Context<'_>, input: &Input, mut card: Card) -> Result<Looked, Failure> {
    let (graph, setting) = (context.graph, context.setting);
    let handle = target::handle(&input.id, "id").map_err(Failure::Ours)?;
    let event = target::find(graph, handle).await?;
    let before = graph
        .whole_event(Scope::from(input.scope).id(&event))
        .await
        .map_err(gone)?;
    let zone = seen::zone_of(&card);
    let reply = reply(input, &before, &zone).map_err(Failure::Ours)?;
    card.title = Some(crate::card::cut(&event.title, 255));
    card.span = Some(CardSpan::of(&event.span, &zone));
    card.location = event.location.clone();
    card.series = before
        .series
        .as_ref()
        .map(|series| CardSeries::of(&series.recurrence));
    card.organizer = seen::organizer(&before.event, setting);
    card.invited = seen::guests(&before, setting);
    card.keeps_link = before.event.join_url.is_some() && input.answer != Word::Decline;
    if let Some((span, _)) = &reply.proposed {
        card.proposed = Some(CardSpan::of(span, &zone));
    }
    if input.notify {
        card.outside = card.organizer.iter().filter(|one| one.outside).count();
    }
    if input.answer != Word::Decline {
        card.conflicts = Some(seen::conflicts(graph, &event, &event.span, &zone).await?);
    }
    Ok(Looked {
        card,
        target: Some(before.event.id.digest()),
        etag: before.event.etag,
    })
}

/// What Outlook holds afterwards. Declining takes the event away, so that it is gone is the proof.
async fn look(
    body: &mut Value,
    context: &Context<'_>,
    input: &Input,
    event: &Event,
    before: &Whole,
    zone: &Zone,
) {
    match context.graph.event(&before.event.id).await {
        Ok(held) => verify::verified(body, &[("answer", held.answer == input.answer.answer())]),
        Err(error) if error.kind() == Kind::NotFound => {
            verify::verified(body, &[("answer", input.answer == Word::Decline)]);
        }
        Err(error) => return verify::unverified(body, &error),
    }
    if input.answer == Word::Decline {
        verify::note(body, "Outlook takes what is declined out of the calendar.");
        return;
    }
    if let Ok(held) = context.graph.event(&event.id).await {
        body["event"] = json!(EventLine::of(&held, zone, context.foreign));
    }
    verify::conflicts(body, context, event, zone).await;
}

/// What was there a moment ago and is not any more was removed by somebody else.
fn gone(error: microsoft::Error) -> Failure {
    if error.kind() == Kind::NotFound {
        return Failure::Ours(target::not_found());
    }
    error.into()
}

/// The answer, if the event can be answered so.
fn reply(input: &Input, before: &Whole, zone: &Zone) -> Result<Reply, Error> {
    let refuse = |code, message: &str| Err(Error::new(ErrorKind::Conflict, code, message));
    if before.event.is_organizer {
        return refuse(
            "is_organizer",
            "The person organises this event, so there is nobody to answer. Use update_event or cancel_event.",
        );
    }
    if before.event.cancelled {
        return refuse(
            "already_cancelled",
            "The organiser has cancelled this meeting; it needs no answer. Nothing was done. Its copy can be removed with cancel_event and own_copy.",
        );
    }
    if input.propose_start.is_some() && !before.proposals {
        return refuse(
            "proposals_not_allowed",
            "The organiser does not let people propose another time for this event. Answer without one; a comment may say which time would do.",
        );
    }
    let length = match before.event.span {
        Span::Timed { start, end } => end.duration_since(start),
        Span::Days { .. } => SignedDuration::from_hours(1),
    };
    let proposed = proposal(input, zone, Some(length))?;
    Ok(Reply {
        word: input.answer.reply(),
        comment: input.comment.clone(),
        proposed: proposed
            .and_then(|(start, end)| Some((Span::Timed { start, end: end? }, zone.clone()))),
        notify: input.notify,
    })
}

/// The proposed time; without an end it is as long as `length`, where that is known.
fn proposal(
    input: &Input,
    zone: &Zone,
    length: Option<SignedDuration>,
) -> Result<Option<(Timestamp, Option<Timestamp>)>, Error> {
    let moment = |text: &str, field: &str| match input::when(text, zone, field)? {
        When::Moment(moment) => Ok(moment.timestamp()),
        When::Day(_) => Err(Error::invalid(
            "invalid_time",
            field,
            format!("{field}: give the time of day too."),
        )),
    };
    let Some(start) = &input.propose_start else {
        return Ok(None);
    };
    let start = moment(start, "propose_start")?;
    let end = match &input.propose_end {
        Some(end) => Some(moment(end, "propose_end")?),
        None => length.and_then(|length| start.checked_add(length).ok()),
    };
    if end.is_some_and(|end| end <= start) {
        return Err(Error::invalid(
            "ends_before_start",
            "propose_end",
            "propose_end: the proposed time must end after it starts.",
        ));
    }
    Ok(Some((start, end)))
}

fn told(
    context: &Context<'_>,
    input: &Input,
    event: &Event,
    before: &Whole,
    reply: &Reply,
) -> Value {
    let zone = &context.setting.zone.clone().unwrap_or_else(Zone::utc);
    let mut line = json!(EventLine::of(event, zone, context.foreign));
    // What is gone has no id that could be used. What stays shows another answer from now on, and with it its time otherwise.
    let stale: &[&str] = match input.answer {
        Word::Decline => &["id"],
        Word::Accept | Word::Tentative => &["answer", "shows_as"],
    };
    if let Some(line) = line.as_object_mut() {
        line.retain(|name, _| !stale.contains(&name.as_str()));
    }
    let mut body = json!({
        "status": "done", "answer": input.answer.answer(), "zone": zone.name(), "event": line,
    });
    if let Some(scope) = Scope::from(input.scope).told(event) {
        body["scope"] = scope.into();
    }
    let organizer = before
        .event
        .organizer
        .as_ref()
        .and_then(|organizer| organizer.address.as_ref())
        .map(Address::as_str);
    verify::mailed(&mut body, organizer.filter(|_| input.notify).into_iter());
    if let Some((Span::Timed { start, end }, _)) = &reply.proposed {
        let start = zone.at(*start);
        body["proposed"] = json!({
            "day": weekday(start.date()), "start": local_text(&start), "end": local_text(&zone.at(*end)),
        });
    }
    body
}

#[cfg(test)]
mod tests {
    use domain::calendar::{EventHandle, EventId};

    use super::*;

    fn check(extra: &Value, expected: &str) {
        let setting = Setting {
            zone: Zone::named("Europe/Berlin").ok(),
            address: None,
            home: vec![],
            asker: domain::canonical::Digest::ZERO,
            now: "2026-11-23T08:00:00Z".parse().expect("a time"),
        };
        let start = "2026-11-24T09:00:00Z".parse().expect("a time");
        let id = EventHandle::of(&EventId::new("x".into()), start).to_string();
        let mut arguments = json!({"id": id, "answer": "tentative"});
        arguments
            .as_object_mut()
            .expect("an object")
            .extend(extra.as_object().expect("an object").clone());
        let got = match input::parse(&arguments).and_then(|input: Input| {
            RespondToEvent::check(&input).and_then(|()| RespondToEvent::resolve(input, &setting))
        }) {
            Ok((input, card, summary)) => format!(
                "{summary} | {:?} {:?} | {} {}",
                card.action.expect("an action"),
                card.mails.expect("said"),
                input.propose_start.unwrap_or_default(),
                input.propose_end.unwrap_or_default()
            ),
            Err(error) => format!("{} {}", error.code, error.field.unwrap_or_default()),
        };
        assert_eq!(got, expected, "{arguments}");
    }

    #[test]
    fn an_answer_becomes_what_it_means() {
        let at = "the event at Tue 2026-11-24 10:00 (Europe/Berlin)";
        check(
            &json!({"answer": "accept"}),
            &format!("Accept {at} | Accept Organizer |  "),
        );
        check(
            &json!({"answer": "decline", "notify": false}),
            &format!("Decline {at} | Decline Nobody |  "),
        );
        check(
            &json!({"propose_start": "2026-11-25T10:00"}),
            &format!(
                "Tentatively accept {at} | Tentative Organizer | 2026-11-25T10:00+01:00[Europe/Berlin] "
            ),
        );
        check(
            &json!({"propose_start": "2026-11-25T10:00", "propose_end": "2026-11-25T10:30Z"}),
            &format!(
                "Tentatively accept {at} | Tentative Organizer | 2026-11-25T10:00+01:00[Europe/Berlin] 2026-11-25T11:30+01:00[Europe/Berlin]"
            ),
        );
    }

    #[test]
    fn what_would_reach_nobody_or_is_not_possible_is_refused_by_name() {
        let time = "2026-11-25T10:00";
        for (extra, expected) in [
            (json!({"answer": "maybe"}), "invalid_arguments answer"),
            (
                json!({"answer": "accept", "propose_start": time}),
                "proposal_with_accept propose_start",
            ),
            (
                json!({"notify": false, "propose_start": time}),
                "proposal_not_sent notify",
            ),
            (
                json!({"scope": "all", "propose_start": time}),
                "proposal_for_series scope",
            ),
            (
                json!({"notify": false, "comment": "Hi"}),
                "comment_not_sent comment",
            ),
            (
                json!({"propose_end": time}),
                "invalid_arguments propose_start",
            ),
            (
                json!({"propose_start": "2026-11-25"}),
                "invalid_time propose_start",
            ),
            (
                json!({"propose_start": "2026-03-29T02:30"}),
                "time_does_not_exist propose_start",
            ),
            (
                json!({"propose_start": time, "propose_end": "2026-11-25T09:00"}),
                "ends_before_start propose_end",
            ),
        ] {
            check(&extra, expected);
        }
    }
}
