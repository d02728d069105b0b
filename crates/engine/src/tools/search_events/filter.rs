//! Which of the events of a window are wanted.

use domain::calendar::{Answer, Event};
use domain::people::{Address, Mailbox};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Input;

/// An answer that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Wanted {
    NotAnswered,
    Accepted,
    Tentative,
    Declined,
    Organizer,
}

/// What is looked for, in lower case.
pub(super) struct Filter {
    text: Option<String>,
    person: Option<Whom>,
    organizer: Option<Whom>,
    online: Option<bool>,
    answer: Option<Wanted>,
}

/// Somebody: by complete address, by part of a name, or the calendar's owner.
enum Whom {
    Address(Address),
    Name(String),
    Owner,
}

impl Filter {
    pub(super) fn of(input: &Input) -> Self {
        Self {
            text: input.text.as_deref().map(str::to_lowercase),
            person: input.person.as_deref().map(Whom::of),
            organizer: input.organizer.as_deref().map(Whom::of),
            online: input.online,
            answer: input.answer,
        }
    }

    /// Whether every event is wanted.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_none()
            && self.person.is_none()
            && self.organizer.is_none()
            && self.online.is_none()
            && self.answer.is_none()
    }

    pub(super) fn fits(&self, event: &Event) -> bool {
        self.text.as_deref().is_none_or(|text| says(event, text))
            && self.online.is_none_or(|online| event.online == online)
            && self.answer.is_none_or(|answer| answer.is_of(event))
            && self
                .organizer
                .as_ref()
                .is_none_or(|whom| whom.organizes(event))
            && self.person.as_ref().is_none_or(|whom| {
                whom.organizes(event)
                    || event
                        .attendees
                        .iter()
                        .any(|attendee| whom.is(&attendee.mailbox))
            })
    }
}

impl Wanted {
    fn is_of(self, event: &Event) -> bool {
        match self {
            Self::Organizer => event.is_organizer,
            Self::Accepted => event.answer == Answer::Accepted,
            Self::Tentative => event.answer == Answer::Tentative,
            Self::Declined => event.answer == Answer::Declined,
            Self::NotAnswered => {
                !event.is_organizer && matches!(event.answer, Answer::None | Answer::NotAnswered)
            }
        }
    }
}

impl Whom {
    fn of(text: &str) -> Self {
        match Address::parse(text) {
            Ok(address) => Self::Address(address),
            Err(_) if text.trim().eq_ignore_ascii_case("me") => Self::Owner,
            Err(_) => Self::Name(text.trim().to_lowercase()),
        }
    }

    fn is(&self, mailbox: &Mailbox) -> bool {
        match self {
            Self::Address(address) => mailbox.address.as_ref() == Some(address),
            Self::Name(name) => mailbox.name.to_lowercase().contains(name),
            Self::Owner => false,
        }
    }

    fn organizes(&self, event: &Event) -> bool {
        match self {
            Self::Owner => event.is_organizer,
            Self::Address(_) | Self::Name(_) => event
                .organizer
                .as_ref()
                .is_some_and(|organizer| self.is(organizer)),
        }
    }
}

fn says(event: &Event, text: &str) -> bool {
    let place = event.location.as_deref().unwrap_or_default();
    event.title.to_lowercase().contains(text) || place.to_lowercase().contains(text)
}
