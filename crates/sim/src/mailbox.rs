//! Mailboxes: the calendar and the contacts of one person, and what others may see of them.

pub(crate) mod body;
pub(crate) mod draft;
pub(crate) mod event;
pub(crate) mod invitations;
pub(crate) mod moment;
pub(crate) mod recurrence;

use jiff::civil::Date;
use serde_json::Value;

use crate::company::PersonId;
use crate::random::Seeded;
use event::{Event, Kind};

/// How many characters at the front of an item id name its mailbox.
const KEY: usize = 12;
/// How many characters of an id name the item, mailbox included.
const ITEM: usize = KEY + 36;
const ITEM_TAIL: &str = "AAAAAAENAAA=";
const IMMUTABLE: &str = "AAkALg";
const MUTABLE: &str = "AAMkAD";

/// One person's mailbox.
#[derive(Debug, Clone)]
pub(crate) struct Mailbox {
    /// The front of every item id in it.
    key: String,
    pub(crate) calendar_id: String,
    pub(crate) calendar_change_key: String,
    pub(crate) events: Vec<Event>,
    pub(crate) contacts: Vec<Value>,
    /// Who may read this calendar.
    pub(crate) shared_with: Vec<Share>,
    /// Calendars of others that this person has accepted.
    pub(crate) accepted: Vec<Accepted>,
    /// Client-chosen keys of creations, with the body they were used for.
    pub(crate) transactions: Vec<Transaction>,
}

/// What a colleague may see of a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ShareLevel {
    /// Title and place of what is not private, in free and busy times only.
    Limited,
    /// Everything that is not private.
    Read,
}

/// A calendar given to somebody to read.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    pub(crate) with: PersonId,
    pub(crate) level: ShareLevel,
}

/// Somebody else's calendar as it appears in one's own list.
#[derive(Debug, Clone)]
pub(crate) struct Accepted {
    pub(crate) owner: PersonId,
    pub(crate) calendar_id: String,
    pub(crate) change_key: String,
    /// The front of the ids that its events have here.
    pub(crate) key: String,
}

/// A creation that can be repeated without creating again.
#[derive(Debug, Clone)]
pub(crate) struct Transaction {
    pub(crate) id: String,
    pub(crate) body: Value,
    pub(crate) event: String,
}

/// An item of a calendar found by an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) index: usize,
    /// The day, if the id names one occurrence of a series.
    pub(crate) occurrence: Option<Date>,
}

impl Mailbox {
    pub(crate) fn new(ids: &mut Seeded) -> Self {
        let key = new_key(ids);
        let calendar_id = new_calendar_id(ids);
        Self {
            key,
            calendar_id,
            calendar_change_key: new_change_key(ids),
            events: Vec::new(),
            contacts: Vec::new(),
            shared_with: Vec::new(),
            accepted: Vec::new(),
            transactions: Vec::new(),
        }
    }

    /// A new id for an item in this mailbox.
    pub(crate) fn new_id(&self, ids: &mut Seeded) -> String {
        format!("{}{}{ITEM_TAIL}", self.key, ids.letters(ITEM - KEY))
    }

    /// Finds what an id names; series occurrences by the day in their id.
    pub(crate) fn find(&self, id: &str) -> Option<Place> {
        let (item, occurrence) = split(id)?;
        let index = self
            .events
            .iter()
            .position(|event| item_part(&event.id) == item)?;
        let event = &self.events[index];
        match occurrence {
            None => Some(Place {
                index,
                occurrence: None,
            }),
            Some(date) if event.has_occurrence(date) => Some(Place {
                index,
                occurrence: Some(date),
            }),
            Some(_) => None,
        }
    }

    /// The event at a place: the stored one, or the one occurrence of it.
    pub(crate) fn at(&self, place: Place) -> Event {
        let event = &self.events[place.index];
        match place.occurrence {
            Some(date) => event.occurrence(date),
            None => event.clone(),
        }
    }

    /// The accepted calendar whose items have ids like this one.
    pub(crate) fn accepted_for(&self, id: &str) -> Option<&Accepted> {
        let (item, _) = split(id)?;
        self.accepted
            .iter()
            .find(|accepted| item.starts_with(&accepted.key[MUTABLE.len()..]))
    }

    /// The same id in the owner's own mailbox.
    pub(crate) fn own_form(&self, id: &str) -> String {
        with_key(id, &self.key)
    }

    /// Everything that touches the window, series as their occurrences, in order of time.
    pub(crate) fn view(&self, from: jiff::Timestamp, until: jiff::Timestamp) -> Vec<Event> {
        let mut found = Vec::new();
        for event in &self.events {
            match event.kind() {
                Kind::SeriesMaster => found.extend(event.occurrences_in(from, until)),
                Kind::Single | Kind::Occurrence | Kind::Exception if event.touches(from, until) => {
                    found.push(event.clone());
                }
                Kind::Single | Kind::Occurrence | Kind::Exception => {}
            }
        }
        found.sort_by_key(|event| (event.start.instant(), event.end.instant()));
        found
    }

    /// What this person lets a colleague see.
    pub(crate) fn share_level(&self, with: PersonId) -> Option<ShareLevel> {
        self.shared_with
            .iter()
            .find(|share| share.with == with)
            .map(|share| share.level)
    }
}

/// A fresh front for item ids.
pub(crate) fn new_key(ids: &mut Seeded) -> String {
    format!("{MUTABLE}{}", ids.letters(KEY - MUTABLE.len()))
}

/// A fresh calendar id. Calendars are containers, so their ids are constant.
pub(crate) fn new_calendar_id(ids: &mut Seeded) -> String {
    format!("{MUTABLE}{}AAAAAAEGAAA=", ids.letters(60))
}

/// A fresh change key.
pub(crate) fn new_change_key(ids: &mut Seeded) -> String {
    format!("{}==", ids.letters(22))
}

/// The id of one occurrence of a series.
pub(crate) fn occurrence_id(master: &str, date: Date) -> String {
    format!(
        "{}FR{:04}{:02}{:02}A=",
        &master[..ITEM],
        date.year(),
        date.month(),
        date.day()
    )
}

/// The immutable form of an id.
pub(crate) fn immutable(id: &str) -> String {
    format!("{IMMUTABLE}{}", &id[MUTABLE.len()..])
}

/// The ordinary form of an id.
pub(crate) fn mutable(id: &str) -> String {
    format!("{MUTABLE}{}", &id[MUTABLE.len()..])
}

/// The same item under another front.
pub(crate) fn with_key(id: &str, key: &str) -> String {
    if id.len() < ITEM || !id.is_ascii() {
        id.to_owned()
    } else {
        format!("{key}{}", &id[KEY..])
    }
}

/// Whether a text could be an item id at all.
pub(crate) fn well_formed(id: &str) -> bool {
    split(id).is_some()
}

/// The part of an id that names the item, without its immutable or mutable mark.
fn item_part(id: &str) -> &str {
    &id[MUTABLE.len()..ITEM]
}

fn split(id: &str) -> Option<(&str, Option<Date>)> {
    if !id.is_ascii() || id.len() != ITEM + ITEM_TAIL.len() {
        return None;
    }
    if !id.starts_with(MUTABLE) && !id.starts_with(IMMUTABLE) {
        return None;
    }
    let tail = &id[ITEM..];
    if tail == ITEM_TAIL {
        return Some((item_part(id), None));
    }
    let digits = tail.strip_prefix("FR")?.strip_suffix("A=")?;
    let date = Date::strptime("%Y%m%d", digits).ok()?;
    Some((item_part(id), Some(date)))
}
