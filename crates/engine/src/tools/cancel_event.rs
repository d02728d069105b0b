//! *Cancel Event*: a meeting the person organises is called off; of somebody else's only her own copy can go.

use domain::calendar::Event;
use domain::change::Whole;
use domain::recurrence::Recurrence;
use domain::time::Zone;
use domain::tool::{Definition, Effect, Object, Operation, Scope as Granted, ToolName};
use microsoft::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::event_line::EventLine;
use super::scope::Scope;
use super::{Context, Done, Looked, Seen, Setting, Typed, following, input, seen, target, verify};
use crate::call::Failure;
use crate::card::{CardAction, CardMails, CardSeries, CardSpan};
use crate::{Card, Error, ErrorKind};

pub(crate) const DEFINITION: Definition = Definition {
    name: ToolName::new("cancel_event"),
    operation: Operation::Cancel,
    object: Object::Event,
    effect: Effect::Destructive,
    scopes: &[Granted::CalendarsReadWrite],
    people: &[],
    description: "Cancels an event the person organises and mails everybody invited. Of others' meetings only own_copy can go; \
                  to decline one use respond_to_event.",
};

pub(crate) struct CancelEvent;

/// What it takes.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// Id from search_events.
    id: String,
    /// Message to everybody invited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    /// For a series.
    #[serde(default)]
    scope: Scope,
    /// Remove only the person's copy; nobody is told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    own_copy: bool,
}

impl Typed for CancelEvent {
    type Input = Input;
    const STATUSES: &'static [&'static str] = &["done"];
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
        if input.own_copy && input.comment.is_some() {
            return Err(Error::invalid(
                "comment_not_sent",
                "comment",
                "comment: nobody is told when only the own copy is removed. Leave it out, or decline with respond_to_event.",
            ));
        }
        Ok(())
    }

    fn resolve(input: Input, setting: &Setting) -> Result<(Input, Card, String), Error> {
        let handle = target::handle(&input.id, "id")?;
        let zone = setting.zone.clone().unwrap_or_else(Zone::utc);
        let (action, mails, verb) = if input.own_copy {
            (
                CardAction::RemoveOwnCopy,
                CardMails::Nobody,
                "Remove the own copy of",
            )
        } else {
            (CardAction::Cancel, CardMails::Everybody, "Cancel")
        };
        let card = Card {
            action: Some(action),
            scope: Some(input.scope.into()),
            span: Some(CardSpan::starting(handle.start(), &zone)),
            zone: Some(zone.name().to_owned()),
            comment: input.comment.clone(),
            mails: Some(mails),
            ..Card::default()
        };
        let summary = format!("{verb} {}", target::named(handle, input.scope, &zone));
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
        let how = How::of(&event, input.own_copy).map_err(Failure::Ours)?;
        let mut scope = input.scope;
        let meant = context
            .graph
            .whole_event(input.scope.id(&event))
            .await
            .map_err(gone)?;
        context.as_shown(&meant.event)?;
        let how = how.of_whole(&meant);
        if scope == Scope::Following && event.master.is_some() {
            let cut = following::cut(context.graph, &event, &meant).await?;
            if let Some(before) = cut.before {
                return end(context, &input, how, (&event, &meant), (before, &cut)).await;
            }
            scope = Scope::All;
        }
        let settled = match how {
            How::Cancel => {
                let comment = input.comment.as_deref().unwrap_or_default();
                context.graph.cancel_event(&meant.event.id, comment).await
            }
            How::Delete | How::OwnCopy => context.graph.delete_event(&meant.event).await,
        };
        settled.map_err(gone)?;
        let mut body = told(context, how, &event, &meant, scope);
        match context.graph.event(&meant.event.id).await {
            Ok(held) => verify::verified(
                &mut body,
                &[("cancelled", held.cancelled && how == How::Cancel)],
            ),
            Err(error) if error.kind() == Kind::NotFound => {
                verify::verified(&mut body, &[]);
            }
            Err(error) => verify::unverified(&mut body, &error),
        }
        Ok(Done {
            body,
            target: Some(meant.event.id.digest()),
        })
    }

    async fn look<'a>(context: &'a Context<'a>, input: Input) -> Result<Seen, Failure> {
        let handle = target::handle(&input.id, "id").map_err(Failure::Ours)?;
        match target::there(context.graph, handle).await? {
            // Outlook takes what is cancelled out of the calendar of whoever cancels it.
            None => Ok(Seen::Done(Done {
                body: json!({"status": "done"}),
                target: None,
            })),
            Some(event) if event.cancelled && !input.own_copy => Ok(Seen::Done(Done {
                body: json!({"status": "done"}),
                target: Some(event.id.digest()),
            })),
            Some(_) => Ok(Seen::NotDone),
        }
    }
}

/// What goes, who is told, and how much of a series; the same refusals as when it runs.
async fn show(context: &Context<'_>, input: &Input, mut card: Card) -> Result<Looked, Failure> {
    let (graph, setting) = (context.graph, context.setting);
    let handle = target::handle(&input.id, "id").map_err(Failure::Ours)?;
    let event = target::find(graph, handle).await?;
    let how = How::of(&event, input.own_copy).map_err(Failure::Ours)?;
    let meant = graph
        .whole_event(input.scope.id(&event))
        .await
        .map_err(gone)?;
    let how = how.of_whole(&meant);
    let mut series = meant.series.as_ref().map(|series| series.recurrence);
    if input.scope == Scope::Following && event.master.is_some() {
        let cut = following::cut(graph, &event, &meant).await?;
        if cut.before.is_some() {
            endable(input, how)?;
        }
        series = Some(cut.after);
    }
    let zone = seen::zone_of(&card);
    card.title = Some(crate::card::cut(&event.title, 255));
    card.span = Some(CardSpan::of(&event.span, &zone));
    card.location = event.location.clone();
    card.series = series.as_ref().map(CardSeries::of);
    card.organizer = seen::organizer(&meant.event, setting);
    card.invited = seen::guests(&meant, setting);
    if how == How::Cancel {
        card.mailed = card.invited.len();
        card.outside = seen::outside(&card.invited);
    }
    card.mails = (card.mailed == 0).then_some(CardMails::Nobody);
    Ok(Looked {
        card,
        target: Some(meant.event.id.digest()),
        etag: meant.event.etag,
    })
}

/// Whether the later part of a series can be taken away so.
fn endable(input: &Input, how: How) -> Result<(), Failure> {
    let refuse = |code, field: &str, why: &str| {
        Err(Failure::Ours(Error::invalid(
            code,
            field,
            format!("{field}: {why}"),
        )))
    };
    if how == How::OwnCopy {
        return refuse(
            "not_organizer",
            "scope",
            "of somebody else's series one occurrence or all can be removed from this calendar.",
        );
    }
    if input.comment.is_some() {
        return refuse(
            "comment_not_sent",
            "comment",
            "Outlook sends none when a series is ended early. Leave it out, or cancel all.",
        );
    }
    Ok(())
}

/// Ends a series before an occurrence: everybody invited is sent the series as it is then. No comment can go with it.
async fn end(
    context: &Context<'_>,
    input: &Input,
    how: How,
    (event, master): (&Event, &Whole),
    (before, cut): (Recurrence, &following::Cut),
) -> Result<Done, Failure> {
    endable(input, how)?;
    let change = following::ending(before, cut);
    context
        .graph
        .change_event(master, &change)
        .await
        .map_err(gone)?;
    let mut body = told(context, how, event, master, Scope::Following);
    body["series_ends_before"] = cut.day.to_string().into();
    match following::ended(context.graph, master, cut).await {
        Ok(ended) => verify::verified(&mut body, &[("series_end", ended)]),
        Err(error) => verify::unverified(&mut body, &error),
    }
    Ok(Done {
        body,
        target: Some(master.event.id.digest()),
    })
}

/// What taking an event away means for the person.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// Her own meeting: everybody is told.
    Cancel,
    /// Her own event without guests: there is nobody to tell.
    Delete,
    /// Her copy of somebody else's meeting.
    OwnCopy,
}

impl How {
    /// An occurrence may have its own guests: only what is read says whether there is anybody to tell.
    fn of_whole(self, meant: &Whole) -> Self {
        match self {
            Self::Cancel if meant.guests.is_empty() => Self::Delete,
            how => how,
        }
    }

    fn of(event: &Event, own_copy: bool) -> Result<Self, Error> {
        match (event.is_organizer, own_copy) {
            (true, false) => Ok(Self::Cancel),
            (false, true) => Ok(Self::OwnCopy),
            (true, true) => Err(Error::invalid(
                "is_organizer",
                "own_copy",
                "own_copy: the person organises this event, so removing it cancels it for everybody invited. Leave own_copy out to do that.",
            )),
            (false, false) if event.cancelled => Err(Error::new(
                ErrorKind::Conflict,
                "already_cancelled",
                "The organiser has cancelled this meeting already. Nothing was done. Set own_copy to remove what is left of it from this calendar.",
            )),
            (false, false) => Err(Error::new(
                ErrorKind::Conflict,
                "not_organizer",
                "Only the organiser can cancel this meeting. Decline it with respond_to_event, or set own_copy to remove it from this calendar only; then nobody is told.",
            )),
        }
    }
}

/// What was there a moment ago and is not any more was removed by somebody else: that is not our doing.
fn gone(error: microsoft::Error) -> Failure {
    if error.kind() == Kind::NotFound {
        return Failure::Ours(target::not_found());
    }
    error.into()
}

fn told(context: &Context<'_>, how: How, event: &Event, meant: &Whole, scope: Scope) -> Value {
    let zone = context.setting.zone.clone().unwrap_or_else(Zone::utc);
    let mut line = json!(EventLine::of(event, &zone, context.foreign));
    // What is gone has no id that could be used.
    if let Some(line) = line.as_object_mut() {
        line.remove("id");
    }
    let what = match how {
        How::Cancel => "cancelled",
        How::Delete => "removed",
        How::OwnCopy => "own_copy_removed",
    };
    let mut body = json!({"status": "done", "what": what, "zone": zone.name(), "event": line});
    if let Some(scope) = scope.told(event) {
        body["scope"] = scope.into();
    }
    let addresses = meant.guests.iter().map(|guest| guest.address.as_str());
    verify::mailed(&mut body, addresses.filter(|_| how == How::Cancel));
    if how == How::OwnCopy {
        verify::note(
            &mut body,
            "Only this calendar's copy is gone: the meeting still takes place and the organiser was not told.",
        );
    }
    body
}

#[cfg(test)]
mod tests {
    use domain::calendar::EventHandle;

    use super::*;

    #[expect(
        clippy::needless_pass_by_value,
        reason = "a table of literals reads better"
    )]
    fn check(arguments: Value, expected: &str) {
        let setting = Setting {
            zone: Zone::named("Europe/Berlin").ok(),
            address: None,
            home: vec![],
            asker: domain::canonical::Digest::ZERO,
            now: "2026-11-23T08:00:00Z".parse().expect("a time"),
        };
        let got = match input::parse(&arguments).and_then(|input: Input| {
            CancelEvent::check(&input).and_then(|()| CancelEvent::resolve(input, &setting))
        }) {
            Ok((_, card, summary)) => format!("{summary} | {:?} {:?}", card.action, card.mails),
            Err(error) => format!("{} {}", error.code, error.field.unwrap_or_default()),
        };
        assert_eq!(got, expected, "{arguments}");
    }

    #[test]
    fn the_card_says_what_goes_and_who_hears_of_it() {
        let start = "2026-11-24T09:00:00Z".parse().expect("a time");
        let id = EventHandle::of(&domain::calendar::EventId::new("x".into()), start).to_string();
        check(
            json!({"id": id}),
            "Cancel the event at Tue 2026-11-24 10:00 (Europe/Berlin) | Some(Cancel) Some(Everybody)",
        );
        check(
            json!({"id": id, "scope": "all"}),
            "Cancel the whole series of the event at Tue 2026-11-24 10:00 (Europe/Berlin) | Some(Cancel) Some(Everybody)",
        );
        check(
            json!({"id": id, "own_copy": true}),
            "Remove the own copy of the event at Tue 2026-11-24 10:00 (Europe/Berlin) | Some(RemoveOwnCopy) Some(Nobody)",
        );
        // A handle tells only the start; at midnight UTC that may be a whole day, and it is named as one.
        let start = "2026-11-24T00:00:00Z".parse().expect("a time");
        let days = EventHandle::of(&domain::calendar::EventId::new("x".into()), start).to_string();
        check(
            json!({"id": days}),
            "Cancel the event at Tue 2026-11-24 01:00 (Europe/Berlin) or all day Tue 2026-11-24 | Some(Cancel) Some(Everybody)",
        );
        check(
            json!({"id": id, "own_copy": true, "comment": "Sorry"}),
            "comment_not_sent comment",
        );
        check(
            json!({"id": id, "comment": "x".repeat(1001)}),
            "too_long comment",
        );
        check(json!({"id": "AAMk"}), "invalid_event_id id");
        check(
            json!({"id": id, "scope": "some"}),
            "invalid_arguments scope",
        );
        check(json!({}), "invalid_arguments id");
    }
}
