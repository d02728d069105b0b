//! What a card says: the question, its effects, the people, and text of others made safe to read.

use domain::text::invisible;
use domain::time::Zone;
use domain::tool::{Definition, Effect as ToolEffect, Operation};
use engine::{Card, CardAttendee, CardSpan};

use super::super::words_for::tool_title;
use crate::words::Words;

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
    pub(super) address: String,
    pub(super) optional: bool,
    pub(super) outside: bool,
    pub(super) lookalike: bool,
}

impl Attendee {
    pub(super) fn of(attendee: &CardAttendee) -> Self {
        let domain = attendee.address.rsplit('@').next().unwrap_or_default();
        let lookalike = !domain.is_ascii()
            || domain
                .split('.')
                .any(|label| label.to_ascii_lowercase().starts_with("xn--"));
        Self {
            address: Foreign::of(&attendee.address).text,
            optional: attendee.optional,
            outside: attendee.outside,
            lookalike,
        }
    }
}

/// What the person is asked.
pub(super) fn question(words: Words, definition: &Definition) -> String {
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
    if definition.operation == Operation::Create {
        effects.push(say("approval-effect-calendar"));
    }
    effects.push(if card.mailed == 0 {
        say("approval-mails-none")
    } else {
        plain(words.count("approval-mails", card.mailed))
    });
    if card.outside > 0 {
        effects.push(Effect {
            text: words.count("approval-outside", card.outside),
            outside: true,
        });
    }
    effects
}

/// Whether a tool can invite people, so that the card says who, or that it is nobody.
pub(super) fn invites(definition: &Definition) -> bool {
    definition.effect != ToolEffect::Read
}

/// When it is on the reader's own clocks, if the event is meant in another zone.
pub(super) fn in_readers_zone(words: Words, card: &Card, readers: &Zone) -> Option<String> {
    let zone = card.zone.as_deref()?;
    let Some(CardSpan::Timed { start, end }) = &card.span else {
        return None;
    };
    if zone == readers.name() {
        return None;
    }
    let when = words.span_of_texts(start, end, readers)?;
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
    fn a_domain_in_its_wire_form_is_pointed_out() {
        let check = |address: &str, expected: bool| {
            let attendee = Attendee::of(&CardAttendee {
                address: address.to_owned(),
                optional: false,
                outside: true,
            });
            assert_eq!(attendee.lookalike, expected, "{address}");
        };
        check("anna@xn--nrdwind-o7a.example", true);
        check("anna@nоrdwind.example", true);
        check("anna@nordwind.example", false);
    }
}
