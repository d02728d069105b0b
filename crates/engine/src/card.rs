//! The card: what a person sees of a stored call before she decides. Made from the call itself, never told by the agent.

use domain::calendar::{Answer, Span};
use domain::people::Address;
use domain::recurrence::Recurrence;
use domain::taint::Origin;
use domain::time::{self, Zone};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What will happen if the person says yes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// What is done to an event that exists; `None` for a new one and for reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<CardAction>,
    /// How much of a series is meant, if the event is in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<CardScope>,
    /// The new values of what changes; of a new event, what is set beside the rest. In the order of the event's own fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<CardChange>,
    /// A message that is sent along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Another time that is proposed to the organiser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<CardSpan>,
    /// Who is no longer invited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<CardAttendee>,
    /// Whom Microsoft mails, where that is not the number in `mailed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mails: Option<CardMails>,
    /// The title of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// When it is; for a read, the window it looks at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<CardSpan>,
    /// How it repeats, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<CardSeries>,
    /// For a read, the words it looks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The zone of the times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The complete text of the invitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The words of the text that `body` replaces, if it was looked at; their line breaks are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// Whether an online meeting is made.
    #[serde(default)]
    pub online: bool,
    /// Everybody who is invited.
    #[serde(default)]
    pub attendees: Vec<CardAttendee>,
    /// How many people Microsoft will mail.
    #[serde(default)]
    pub mailed: usize,
    /// How many of them are outside the organisation.
    #[serde(default)]
    pub outside: usize,
    /// What of all this the agent has copied from others' words it read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copied: Vec<CardCopied>,
    /// Who organises the event, if somebody else does. This and what follows is known only after a look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organizer: Option<CardAttendee>,
    /// Who is invited to the event that exists; for a change, who stays so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invited: Vec<CardAttendee>,
    /// When it will be, if that changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<CardSpan>,
    /// Whether there is a link to join, which stays.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keeps_link: bool,
    /// Whether the change reaches only the person's own copy of somebody else's meeting.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_copy: bool,
    /// Whether nothing would change, because everything is so already.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub already_so: bool,
    /// Whether it is made even if the same event exists.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub even_if_exists: bool,
    /// What else takes the person's time then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflicts: Option<CardConflicts>,
}

/// A stretch of a text on a card that is copied from somebody else's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardCopied {
    /// In which text.
    pub field: CopiedField,
    /// Its first character.
    pub from: usize,
    /// The one after its last.
    pub to: usize,
    /// Whose words they are.
    pub origin: Origin,
}

/// The texts of a card in which a copy can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum CopiedField {
    Title,
    Location,
    Body,
    Comment,
    /// The new value of this.
    Change(CardField),
}

/// What takes the person's time at the time of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardConflicts {
    /// How many there are.
    pub count: usize,
    /// The first of them.
    pub first: Vec<CardConflict>,
}

/// Another event of the person's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardConflict {
    /// Its title.
    pub title: String,
    /// When it is.
    pub span: CardSpan,
}

/// What is done to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum CardAction {
    Change,
    Cancel,
    /// Only the person's own copy of somebody else's meeting goes.
    RemoveOwnCopy,
    Accept,
    Tentative,
    Decline,
}

/// How much of a series is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum CardScope {
    This,
    Following,
    All,
}

/// One new value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardChange {
    /// What changes.
    pub field: CardField,
    /// The value before, in the same form, if it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The new value: text as given, a time as local text, a word of the tool's own.
    pub to: String,
}

/// What of an event can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum CardField {
    Title,
    Start,
    End,
    Duration,
    MoveDays,
    MoveMinutes,
    Location,
    ShowAs,
    Sensitivity,
    Reminder,
    Categories,
}

/// Whom Microsoft mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum CardMails {
    Nobody,
    /// Everybody who is invited to it, if the person organises it.
    Everybody,
    Organizer,
}

/// A series on a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardSeries {
    /// How it repeats and until when, as an RRULE.
    pub rule: String,
    /// The day of its first event.
    pub first: Date,
    /// The day of its last one; `None` when it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Date>,
    /// How many events it has; `None` when it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<i64>,
}

impl CardSeries {
    pub(crate) fn of(series: &Recurrence) -> Self {
        Self {
            rule: series.rrule(),
            first: series.start(),
            last: series.last(),
            events: series.count(),
        }
    }
}

/// A time on a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardSpan {
    /// From one moment to another, local with offset, such as `2026-11-24T10:00+01:00`.
    Timed {
        /// Start.
        start: String,
        /// End.
        end: String,
    },
    /// A start of which no more is known. At midnight UTC it may also be a whole day.
    Starts {
        /// Start, local with offset.
        start: String,
        /// The day, if it may be a whole one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        day: Option<String>,
    },
    /// Whole days, such as `2026-11-24`.
    Days {
        /// First day.
        first: String,
        /// Last day, included.
        last: String,
    },
}

impl CardSpan {
    /// The start that a handle holds.
    pub(crate) fn starting(at: Timestamp, zone: &Zone) -> Self {
        let utc = Zone::utc().at(at);
        let midnight = utc.time() == jiff::civil::Time::midnight();
        Self::Starts {
            start: time::local_text(&zone.at(at)),
            day: midnight.then(|| utc.date().to_string()),
        }
    }

    /// The moment it begins, if that is known; a day has none that counts everywhere.
    pub(crate) fn begins(&self) -> Option<Timestamp> {
        match self {
            Self::Timed { start, .. } | Self::Starts { start, day: None } => start.parse().ok(),
            Self::Starts { .. } | Self::Days { .. } => None,
        }
    }

    /// A span as seen from a zone.
    pub(crate) fn of(span: &Span, zone: &Zone) -> Self {
        match span {
            Span::Timed { start, end } => Self::Timed {
                start: time::local_text(&zone.at(*start)),
                end: time::local_text(&zone.at(*end)),
            },
            Span::Days { first, last } => Self::Days {
                first: first.to_string(),
                last: last.to_string(),
            },
        }
    }
}

/// Somebody who is invited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardAttendee {
    /// The name that Outlook has, where it was looked at. Others may have chosen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The complete address; a domain with other than ASCII letters in its wire form (`xn--…`).
    pub address: String,
    /// Whether the event can do without.
    pub optional: bool,
    /// Whether the address is outside the organisation.
    pub outside: bool,
    /// Whether it is a group, as far as a search has shown: everybody in it is meant.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub group: bool,
    /// What was answered to the invitation, where it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

impl CardAttendee {
    pub(crate) fn of(address: &Address, optional: bool, home: &[String]) -> Self {
        Self::held("", address.as_str(), optional, home)
    }

    /// As Outlook holds somebody: an address there need not be one that a person would type.
    pub(crate) fn held(name: &str, address: &str, optional: bool, home: &[String]) -> Self {
        let domain = address.rsplit('@').next().unwrap_or_default();
        let domain = domain.to_lowercase();
        let told = !name.trim().is_empty() && !name.trim().eq_ignore_ascii_case(address);
        Self {
            name: told.then(|| cut(name, 255)),
            address: wire_form(address),
            optional,
            outside: !home.contains(&domain),
            group: false,
            answer: None,
        }
    }

    /// Takes over what a search has shown, if it was of this address.
    pub(crate) fn learn(&mut self, address: &Address, name: Option<&str>, group: bool) {
        let known = wire_form(address.as_str());
        if !known.eq_ignore_ascii_case(&self.address) {
            return;
        }
        self.group |= group;
        let told =
            name.filter(|name| !name.trim().is_empty() && !name.eq_ignore_ascii_case(&known));
        self.name = self.name.take().or_else(|| told.map(|name| cut(name, 255)));
    }
}

/// At most so many characters, of which none is taken out: the page makes visible what hides.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    text.chars().take(limit).collect()
}

/// A look-alike domain must not look alike: letters beyond ASCII are shown as they are on the wire.
fn wire_form(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((local, domain)) if !domain.is_ascii() => match url::Host::parse(domain) {
            Ok(host) => format!("{local}@{host}"),
            Err(_) => text.to_owned(),
        },
        Some(_) | None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_alike_domain_is_shown_as_it_is_on_the_wire() {
        let address = Address::parse("anna@nоrdwind.example")
            .expect("a well-formed address with a Cyrillic o");
        let shown = CardAttendee::of(&address, false, &["nordwind.example".into()]);
        assert!(
            shown.address.starts_with("anna@xn--") && shown.outside,
            "{shown:?}"
        );
    }
}
