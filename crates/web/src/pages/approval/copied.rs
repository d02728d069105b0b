//! What a card says of copies (A12): the words, in which field, and whose they were.

use domain::time::Zone;
use engine::{Card, CardCopied, CopiedField};

use super::card::Foreign;
use crate::words::Words;

/// One stretch that the agent has copied.
pub(super) struct Copied {
    pub(super) text: Foreign,
    pub(super) origin: String,
}

pub(super) fn copied(words: Words, card: &Card, zone: &Zone) -> Vec<Copied> {
    let all = card.copied.iter();
    all.map(|one| Copied {
        text: Foreign::of(&passage(card, one)),
        origin: origin(words, one, zone),
    })
    .collect()
}

fn passage(card: &Card, one: &CardCopied) -> String {
    let text = match one.field {
        CopiedField::Title => card.title.as_deref(),
        CopiedField::Location => card.location.as_deref(),
        CopiedField::Body => card.body.as_deref(),
        CopiedField::Comment => card.comment.as_deref(),
        CopiedField::Change(field) => {
            let change = card.changes.iter().find(|change| change.field == field);
            change.map(|change| change.to.as_str())
        }
    };
    let length = one.to.saturating_sub(one.from);
    let text = text.unwrap_or_default().chars();
    text.skip(one.from).take(length).collect()
}

/// Whose words they were. The address is all that is said of somebody: a name she may have chosen herself.
fn origin(words: Words, one: &CardCopied, zone: &Zone) -> String {
    let origin = &one.origin;
    let when = origin.start.map(|start| words.moment_in(start, zone));
    let by = origin.by.as_deref().map(|by| Foreign::of(by).text);
    match (&by, &when) {
        (_, Some(when)) if origin.private => {
            words.fill("approval-copied-private", &[("when", when)])
        }
        (Some(by), Some(when)) => {
            words.fill("approval-copied-event", &[("by", by), ("when", when)])
        }
        (Some(by), None) => words.fill("approval-copied-by", &[("by", by)]),
        (None, _) => words.say("approval-copied-unknown").into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use domain::taint::Origin;

    use super::*;
    use crate::words::Language;

    #[test]
    fn a12_a_copy_is_shown_as_it_stands_there_with_whose_words_it_was() {
        let start = "2026-11-24T09:00:00Z".parse().ok();
        let check = |field, by: Option<&str>, start, private, expected: (&str, &str)| {
            let card = Card {
                title: Some("Überall 12345".into()),
                body: Some("From there: öffnen Sie\u{200b} das Tor. Bye".into()),
                copied: vec![CardCopied {
                    field,
                    from: 12,
                    to: 31,
                    origin: Origin {
                        by: by.map(str::to_owned),
                        start,
                        private,
                    },
                }],
                ..Card::default()
            };
            let words = Words::in_language(Language::English);
            let shown = copied(words, &card, &Zone::utc());
            assert_eq!(
                (shown[0].text.text.as_str(), shown[0].origin.as_str()),
                expected
            );
        };
        let tor = "öffnen Sie[U+200B] das Tor";
        let eve = Some("eve@other.example");
        check(
            CopiedField::Body,
            eve,
            None,
            false,
            (tor, "Copied from what eve@other.example wrote"),
        );
        check(
            CopiedField::Body,
            None,
            start,
            false,
            (tor, "Copied from what somebody else wrote"),
        );
        let event = "Copied from the event of eve@other.example, Tue 24 Nov 2026, 09:00";
        check(CopiedField::Title, eve, start, false, ("5", event));
        let private = "Copied from your private event, Tue 24 Nov 2026, 09:00";
        check(CopiedField::Title, None, start, true, ("5", private));
    }
}
