//! What a card says: the question, its effects, the people, and text of others made safe to read.

use domain::calendar::Answer;
use domain::recurrence::Recurrence;
use domain::text::invisible;
use domain::time::Zone;
use domain::tool::{Definition, Effect as ToolEffect, Operation};
use engine::{
    Card, CardAction, CardAttendee, CardChange, CardConflicts, CardField, CardMails, CardScope,
    CardSeries, CardSpan,
};

use super::super::words_for::tool_title;
use crate::words::{Language, Words};

/// One sentence about what a yes does.
pub(super) struct Effect {
    pub(super) text: String,
    pub(super) outside: bool,
}

/// Text that others may have written: complete, with invisible characters spelled out.
pub(super) struct Foreign {
    pub(super) text: String,
    pub(super) hidden: bool,
}

impl Foreign {
    pub(super) fn of(text: &str) -> Self {
        let mut shown = String::with_capacity(text.len());
        let mut hidden = false;
        for c in text.chars() {
            if invisible(c) && !matches!(c, '\n' | '\r' | '\t') {
                hidden = true;
                shown.push_str(&format!("[U+{:04X}]", u32::from(c)));
            } else {
                shown.push(c);
            }
        }
        Self {
            text: shown,
            hidden,
        }
    }
}

/// Somebody who is invited.
pub(super) struct Attendee {
    pub(super) name: Option<String>,
    pub(super) address: String,
    pub(super) answer: Option<String>,
    pub(super) optional: bool,
    pub(super) outside: bool,
    pub(super) group: bool,
    pub(super) lookalike: bool,
}

impl Attendee {
    pub(super) fn of(words: Words, attendee: &CardAttendee) -> Self {
        let domain = attendee.address.rsplit('@').next().unwrap_or_default();
        let lookalike = !attendee.address.is_ascii()
            || domain
                .split('.')
                .any(|label| label.to_ascii_lowercase().starts_with("xn--"));
        let answer = attendee.answer.and_then(|answer| match answer {
            Answer::Accepted => Some("approval-answer-accepted"),
            Answer::Tentative => Some("approval-answer-tentative"),
            Answer::Declined => Some("approval-answer-declined"),
            Answer::NotAnswered | Answer::None => Some("approval-answer-none"),
            Answer::Organizer => None,
        });
        Self {
            name: attendee.name.as_deref().map(|name| Foreign::of(name).text),
            address: Foreign::of(&attendee.address).text,
            answer: answer.map(|id| words.say(id).into_owned()),
            optional: attendee.optional,
            outside: attendee.outside,
            group: attendee.group,
            lookalike,
        }
    }
}

/// What else is at that time.
pub(super) struct Conflicts {
    pub(super) events: Vec<(Foreign, String)>,
    /// That there are more than those, and how many.
    pub(super) more: Option<String>,
}

impl Conflicts {
    pub(super) fn of(
        words: Words,
        found: &CardConflicts,
        span: impl Fn(&CardSpan) -> String,
    ) -> Self {
        let more = found.count.saturating_sub(found.first.len());
        let events = found.first.iter();
        Self {
            events: events
                .map(|event| (Foreign::of(&event.title), span(&event.span)))
                .collect(),
            more: (more > 0).then(|| words.count("approval-beside-more", more)),
        }
    }
}

/// A series: how it repeats, and from when to when.
pub(super) struct Repeats {
    pub(super) rule: String,
    pub(super) extent: String,
}

impl Repeats {
    pub(super) fn of(words: Words, series: &CardSeries) -> Self {
        // The rule is our own, and means days, whatever the zone.
        let start = series.first.at(0, 0, 0, 0);
        let known = Recurrence::parse(&series.rule, start, &Zone::utc()).ok();
        let rule = known.map(|known| match words.language() {
            Language::English => known.in_english(),
            Language::German => known.in_german(),
        });
        let first = words.day(series.first);
        let extent = match (series.last, series.events) {
            (Some(last), Some(events)) => {
                let count = usize::try_from(events).unwrap_or_default();
                let events = words.count("approval-repeats-events", count);
                let last = words.day(last);
                let variables = [
                    ("events", events.as_str()),
                    ("first", &first),
                    ("last", &last),
                ];
                words.fill("approval-repeats-from-to", &variables)
            }
            (_, _) => words.fill("approval-repeats-endless", &[("first", &first)]),
        };
        Self {
            rule: rule.unwrap_or_else(|| series.rule.clone()),
            extent,
        }
    }
}

/// One new value: what of the event it is, the value, and the one before, if that is known.
pub(super) struct Change {
    pub(super) field: String,
    pub(super) from: Option<Foreign>,
    pub(super) to: Foreign,
}

impl Change {
    pub(super) fn of(words: Words, change: &CardChange, zone: &Zone) -> Self {
        let field = words.say(&format!("approval-field-{}", field_word(change.field)));
        Self {
            field: field.into_owned(),
            from: change
                .from
                .as_deref()
                .map(|from| Foreign::of(&value(words, change.field, from, zone))),
            to: Foreign::of(&value(words, change.field, &change.to, zone)),
        }
    }
}

/// A new value in the reader's words: what is of a known set is said, what was written is shown.
fn value(words: Words, field: CardField, to: &str, zone: &Zone) -> String {
    let moved = |unit: &str| {
        let by: i64 = to.parse().unwrap_or(0);
        let way = if by < 0 { "earlier" } else { "later" };
        let count = usize::try_from(by.unsigned_abs()).unwrap_or(usize::MAX);
        words.count(&format!("approval-{way}-{unit}"), count)
    };
    let known = || words.say_if_known(&format!("approval-value-{to}"));
    let number = |id: &str| to.parse().ok().map(|count| words.count(id, count));
    match field {
        CardField::Start | CardField::End => words.start_of_text(to, zone),
        CardField::MoveDays => Some(moved("days")),
        CardField::MoveMinutes => Some(moved("minutes")),
        CardField::Duration => number("approval-minutes"),
        CardField::Reminder => {
            number("approval-reminder-before").or_else(|| known().map(Into::into))
        }
        CardField::ShowAs | CardField::Sensitivity => known().map(Into::into),
        CardField::Title | CardField::Location | CardField::Categories if to.is_empty() => {
            Some(words.say("approval-value-none").into_owned())
        }
        CardField::Title | CardField::Location | CardField::Categories => None,
    }
    .unwrap_or_else(|| to.to_owned())
}

fn field_word(field: CardField) -> &'static str {
    match field {
        CardField::Title => "title",
        CardField::Start => "start",
        CardField::End => "end",
        CardField::Duration => "duration",
        CardField::MoveDays => "move_days",
        CardField::MoveMinutes => "move_minutes",
        CardField::Location => "location",
        CardField::ShowAs => "show_as",
        CardField::Sensitivity => "sensitivity",
        CardField::Reminder => "reminder",
        CardField::Categories => "categories",
    }
}

fn action_word(action: CardAction) -> &'static str {
    match action {
        CardAction::Change => "change",
        CardAction::Cancel => "cancel",
        CardAction::RemoveOwnCopy => "remove_own_copy",
        CardAction::Accept => "accept",
        CardAction::Tentative => "tentative",
        CardAction::Decline => "decline",
    }
}

/// What the person is asked.
pub(super) fn question(words: Words, definition: &Definition, card: &Card) -> String {
    if let Some(action) = card.action {
        let id = format!("approval-do-{}", action_word(action));
        return words.say(&id).into_owned();
    }
    if definition.effect == ToolEffect::Read {
        return words.say("approval-will-read").into_owned();
    }
    let id = format!("approval-will-{}", definition.name);
    words.say_if_known(&id).map_or_else(
        || {
            let title = tool_title(words, definition);
            words.fill("approval-will-other", &[("tool", &title)])
        },
        Into::into,
    )
}

/// Everything that a yes does, and who notices.
pub(super) fn effects(words: Words, definition: &Definition, card: &Card) -> Vec<Effect> {
    let plain = |text: String| Effect {
        text,
        outside: false,
    };
    let say = |id: &str| plain(words.say(id).into_owned());
    if definition.effect == ToolEffect::Read {
        return vec![say("approval-effect-read"), say("approval-effect-person")];
    }
    let mut effects = Vec::new();
    if card.already_so {
        effects.push(say(match card.action {
            Some(_) => "approval-already-so",
            None => "approval-already-there",
        }));
    }
    if card.own_copy {
        effects.push(say("approval-own-copy"));
    }
    if definition.operation == Operation::Create && !card.already_so {
        effects.push(say("approval-effect-calendar"));
    }
    if card.even_if_exists {
        effects.push(say("approval-even-if-exists"));
    }
    if let Some(action) = card.action {
        let id = format!("approval-act-{}", action_word(action));
        effects.extend(words.say_if_known(&id).map(|text| plain(text.into_owned())));
    }
    effects.extend(card.scope.map(|scope| {
        say(match scope {
            CardScope::This => "approval-scope-this",
            CardScope::Following => "approval-scope-following",
            CardScope::All => "approval-scope-all",
        })
    }));
    effects.push(match card.mails {
        Some(CardMails::Everybody) => say("approval-mails-everybody"),
        Some(CardMails::Organizer) => say("approval-mails-organizer"),
        Some(CardMails::Nobody) => say("approval-mails-none"),
        None if card.mailed == 0 => say("approval-mails-none"),
        None if card.action.is_some() => plain(words.count("approval-mailed", card.mailed)),
        None => plain(words.count("approval-mails", card.mailed)),
    });
    let people = [&card.attendees, &card.invited, &card.removed];
    let groups = people.into_iter().flatten().filter(|one| one.group).count();
    if groups > 0 && card.mailed > 0 {
        effects.push(plain(words.count("approval-groups", groups)));
    }
    if card.outside > 0 {
        effects.push(Effect {
            text: words.count("approval-outside", card.outside),
            outside: true,
        });
    }
    effects
}

/// Whether the card says who is invited: always for a new event, even if it is nobody; else only if there is somebody.
pub(super) fn invites(definition: &Definition, card: &Card) -> bool {
    let new = definition.effect != ToolEffect::Read && card.action.is_none();
    new || !card.attendees.is_empty()
}

/// What the people on the card are: invited, newly invited, or only looked at.
pub(super) fn who(definition: &Definition, card: &Card) -> &'static str {
    if definition.effect == ToolEffect::Read {
        "approval-whose"
    } else if card.action.is_some() {
        "approval-who-added"
    } else {
        "approval-who"
    }
}

/// What those are on the card who are invited to an event that exists.
pub(super) fn who_already(card: &Card) -> &'static str {
    match card.action {
        Some(CardAction::Change) => "approval-who-stays",
        Some(_) | None => "approval-who",
    }
}

/// When it is on the reader's own clocks, if the event is meant in another zone.
pub(super) fn in_readers_zone(words: Words, card: &Card, readers: &Zone) -> Option<String> {
    let zone = card.zone.as_deref()?;
    if zone == readers.name() {
        return None;
    }
    let when = match &card.span {
        Some(CardSpan::Timed { start, end }) => words.span_of_texts(start, end, readers)?,
        Some(CardSpan::Starts { start, .. }) => words.start_of_text(start, readers)?,
        Some(CardSpan::Days { .. }) | None => return None,
    };
    let variables = [("when", when.as_str()), ("zone", readers.name())];
    Some(words.fill("approval-when-yours", &variables))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_become_visible_and_line_breaks_stay() {
        let foreign = Foreign::of("Hi\u{202e}\nyou\u{200b}");
        assert_eq!(foreign.text, "Hi[U+202E]\nyou[U+200B]");
        assert!(foreign.hidden);
        assert!(!Foreign::of("Grüße\n\tan alle").hidden);
    }

    #[test]
    fn a14_an_address_of_foreign_letters_or_in_its_wire_form_is_pointed_out() {
        let check = |address: &str, expected: bool| {
            let words = Words::in_language(Language::English);
            let attendee = Attendee::of(
                words,
                &CardAttendee {
                    name: None,
                    answer: None,
                    address: address.to_owned(),
                    optional: false,
                    outside: true,
                    group: false,
                },
            );
            assert_eq!(attendee.lookalike, expected, "{address}");
        };
        check("anna@xn--nrdwind-o7a.example", true);
        check("anna@nоrdwind.example", true);
        check("\u{430}nna@nordwind.example", true);
        check("anna@nordwind.example", false);
    }
}
