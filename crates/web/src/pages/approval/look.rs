//! What the page says of the look at its owner's calendar, and of a yes that did not count.

use engine::ApprovalView;

use super::super::frame::Frame;
use crate::words::Words;

/// A sentence about what has just happened instead of what was meant.
pub(super) struct Notice {
    pub(super) text: String,
}

impl Notice {
    /// What a yes can be answered with so that its card is shown again.
    const CODES: [&'static str; 3] = ["card_changed", "event_changed", "not_looked_at"];

    pub(super) fn is_for(code: &str) -> bool {
        Self::CODES.contains(&code)
    }

    /// The notice of an address; nothing for a word that is none of ours.
    pub(super) fn of(words: Words, code: &str) -> Option<Self> {
        Self::is_for(code).then(|| Self {
            text: words.say(&format!("approval-notice-{code}")).into_owned(),
        })
    }
}

/// How the look went.
pub(super) struct Look {
    pub(super) text: String,
    /// Whether it failed.
    pub(super) trouble: bool,
    /// Whether opening the page again may help.
    pub(super) again: bool,
}

impl Look {
    pub(super) fn of(page: &Frame, view: &ApprovalView) -> Option<Self> {
        let words = page.words;
        if let Some(trouble) = &view.trouble {
            let id = format!("approval-look-{}", trouble.code);
            let general = match (trouble.may_pass, view.can_approve) {
                (true, true) => "approval-look-failed",
                (true, false) => "approval-look-failed-existing",
                (false, _) => "approval-look-refused",
            };
            let text = words
                .say_if_known(&id)
                .unwrap_or_else(|| words.say(general));
            return Some(Self {
                text: text.into_owned(),
                trouble: true,
                again: trouble.may_pass,
            });
        }
        let at = page.when(view.looked?);
        Some(Self {
            text: words.fill("approval-looked", &[("when", &at)]),
            trouble: false,
            again: false,
        })
    }
}
