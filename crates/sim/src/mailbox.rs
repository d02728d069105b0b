//! Mailboxes: the calendar and the contacts of one person, and what others may see of them.

pub(crate) mod body;
pub(crate) mod calendar;
pub(crate) mod draft;
pub(crate) mod event;
pub(crate) mod ids;
pub(crate) mod invitations;
pub(crate) mod items;
pub(crate) mod moment;
pub(crate) mod recurrence;
pub(crate) mod responses;
pub(crate) mod rounds;
pub(crate) mod same;
pub(crate) mod timeline;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::company::PersonId;
use crate::random::Seeded;
use calendar::{Calendar, CalendarGroup, CalendarId};
use event::{Event, Seen};
use items::Items;
use rounds::Rounds;

pub(crate) use ids::{new_calendar_id, new_change_key, new_key};

/// What was done with so many reminders is remembered per mailbox.
const MOST_REMINDERS: usize = 2_000;

/// One person's mailbox.
#[derive(Debug, Clone)]
pub(crate) struct Mailbox {
    /// The front of every item id in it.
    key: String,
    /// Never empty: the first is the default calendar.
    pub(crate) calendars: Vec<Calendar>,
    /// What the calendars are listed under; the first holds those that name none.
    pub(crate) groups: Vec<CalendarGroup>,
    /// Roles that were given for calendars, by calendar and by address in lower case; no address is the organisation.
    pub(crate) roles: BTreeMap<(CalendarId, String), &'static str>,
    pub(crate) events: Items,
    pub(crate) contacts: Vec<Value>,
    /// The folders of contacts beside the default one.
    pub(crate) contact_folders: Vec<ContactFolder>,
    /// Who may read this calendar.
    pub(crate) shared_with: Vec<Share>,
    /// Calendars of others that this person has accepted.
    pub(crate) accepted: Vec<Accepted>,
    /// Client-chosen keys of creations, with the body they were used for.
    pub(crate) transactions: Vec<Transaction>,
    /// What was done with the reminder of an event, by its id.
    pub(crate) reminders: BTreeMap<String, Reminder>,
    /// The synchronisations of this person's clients.
    pub(crate) rounds: Rounds,
}

/// A folder of contacts.
#[derive(Debug, Clone)]
pub(crate) struct ContactFolder {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) parent: String,
}

/// What somebody did with a reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reminder {
    /// It comes again then.
    Snoozed(Timestamp),
    Dismissed,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) index: usize,
    /// The day, if the id names one occurrence of a series.
    pub(crate) occurrence: Option<Date>,
}

impl Mailbox {
    pub(crate) fn new(ids: &mut Seeded) -> Self {
        let key = new_key(ids);
        Self {
            key,
            calendars: vec![Calendar::new(ids, None)],
            groups: CalendarGroup::given(ids),
            roles: BTreeMap::new(),
            events: Items::default(),
            contacts: Vec::new(),
            contact_folders: Vec::new(),
            shared_with: Vec::new(),
            accepted: Vec::new(),
            transactions: Vec::new(),
            reminders: BTreeMap::new(),
            rounds: Rounds::default(),
        }
    }

    /// The id of the default folder of contacts. Ids of containers differ in their kind, at the end.
    pub(crate) fn contact_folder(&self) -> String {
        let calendar = self.default_calendar().id.as_str();
        calendar.replace("AAAAAAEGAAA=", "AAAAAAEOAAA=")
    }

    /// The default calendar.
    pub(crate) fn default_calendar(&self) -> &Calendar {
        self.calendars
            .first()
            .expect("a mailbox has its default calendar from the start and it cannot be removed")
    }

    /// The own calendar with that id.
    pub(crate) fn calendar(&self, id: &str) -> Option<&Calendar> {
        self.calendars
            .iter()
            .find(|calendar| calendar.id.as_str() == id)
    }

    pub(crate) fn group(&self, id: &str) -> Option<&CalendarGroup> {
        self.groups.iter().find(|group| group.id == id)
    }

    /// Removes a calendar with everything in it; the default one stays.
    pub(crate) fn remove_calendar(&mut self, id: &CalendarId) {
        if self.default_calendar().id != *id {
            self.calendars.retain(|calendar| calendar.id != *id);
            self.events.retain(|event| event.calendar != *id);
            self.roles.retain(|(calendar, _), _| calendar != id);
        }
    }

    /// A new id for an item in this mailbox.
    pub(crate) fn new_id(&self, ids: &mut Seeded) -> String {
        ids::new_item_id(&self.key, ids)
    }

    /// Finds what an id names; series occurrences by the day in their id.
    pub(crate) fn find(&self, id: &str) -> Option<Place> {
        let (item, occurrence) = ids::split(id).filter(|_| ids::has_key(id, &self.key))?;
        let index = self.events.position(item)?;
        let exists = match occurrence {
            None => true,
            Some(date) => self.events.get(index)?.has_occurrence(date),
        };
        exists.then_some(Place { index, occurrence })
    }

    /// Where a meeting, or one day of a series, is in this mailbox.
    pub(crate) fn meeting_place(&self, uid: &str) -> Option<(Place, Event)> {
        let (series, day) = event::meeting_of(uid);
        let alone = self.events.position_of_meeting(uid);
        let (index, occurrence) = match alone {
            Some(index) => (index, None),
            None => (self.events.position_of_meeting(&series)?, day),
        };
        let place = Place { index, occurrence };
        Some((place, self.at(place)?))
    }

    /// Whether the time of an event, or of any day of a series within a year, is taken by another one.
    pub(crate) fn is_taken(&self, event: &Event) -> bool {
        let (start, end) = event.span();
        let year = start
            .saturating_add(SignedDuration::from_hours(24 * 366))
            .unwrap_or(Timestamp::MAX);
        let days = if event.recurrence.is_some() {
            event.occurrences_in(start, year)
        } else {
            vec![event.clone()]
        };
        let meeting = event::meeting_of(&event.uid).0;
        let last = days.iter().map(|day| day.span().1).max().unwrap_or(end);
        let others = self.view(start, last);
        let others: Vec<&Event> = others
            .iter()
            .filter(|other| other.show_as() != "free")
            .filter(|other| event::meeting_of(&other.uid).0 != meeting)
            .collect();
        days.iter().map(Event::span).any(|(start, end)| {
            let mut spans = others.iter().map(|other| other.span());
            spans.any(|(from, until)| from < end && until > start)
        })
    }

    /// The event at a place: the stored one, or the one occurrence of it.
    pub(crate) fn at(&self, place: Place) -> Option<Event> {
        let event = self.events.get(place.index)?;
        Some(match place.occurrence {
            Some(date) => event.occurrence(date),
            None => event.clone(),
        })
    }

    /// The accepted calendar whose items have ids like this one.
    pub(crate) fn accepted_for(&self, id: &str) -> Option<&Accepted> {
        self.accepted
            .iter()
            .find(|accepted| ids::has_key(id, &accepted.key))
    }

    /// The same id in the owner's own mailbox.
    pub(crate) fn own_form(&self, id: &str) -> String {
        ids::with_key(id, &self.key)
    }

    /// What of the default calendar touches the window.
    pub(crate) fn view(&self, from: Timestamp, until: Timestamp) -> Vec<Event> {
        self.view_of(&self.default_calendar().id, from, until)
    }

    /// Everything of a calendar that touches the window, series as their occurrences, in order of time.
    pub(crate) fn view_of(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
        until: Timestamp,
    ) -> Vec<Event> {
        let seen = self.seen(calendar, from, until);
        seen.iter().map(|seen| seen.event().into_owned()).collect()
    }

    /// The same, without copying anything yet.
    pub(crate) fn seen(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
        until: Timestamp,
    ) -> Vec<Seen<'_>> {
        let places = self.places(calendar, from, until).into_iter();
        places.map(|(_, seen)| seen).collect()
    }

    /// The same, with the places where they are found until the mailbox changes.
    pub(crate) fn places(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
        until: Timestamp,
    ) -> Vec<(Place, Seen<'_>)> {
        let events = self.events.iter().enumerate();
        let mut places: Vec<(Place, Seen<'_>)> = events
            .filter(|(_, event)| event.calendar == *calendar)
            .flat_map(|(index, event)| {
                event.seen_in(from, until).into_iter().map(move |seen| {
                    let occurrence = seen.occurrence();
                    (Place { index, occurrence }, seen)
                })
            })
            .collect();
        places.sort_by_key(|(_, seen)| (seen.start().instant(), seen.end().instant()));
        places
    }

    /// Remembers what was done with a reminder; what is about events that are gone makes place.
    pub(crate) fn remind(&mut self, id: String, reminder: Reminder) {
        if self.reminders.len() >= MOST_REMINDERS {
            let mut reminders = std::mem::take(&mut self.reminders);
            reminders.retain(|id, _| self.find(id).is_some());
            if reminders.len() >= MOST_REMINDERS {
                reminders.pop_first();
            }
            self.reminders = reminders;
        }
        self.reminders.insert(id, reminder);
    }

    /// What this person lets a colleague see.
    pub(crate) fn share_level(&self, with: PersonId) -> Option<ShareLevel> {
        self.shared_with
            .iter()
            .find(|share| share.with == with)
            .map(|share| share.level)
    }
}
