//! Invitations: what happens in the mailboxes of those invited.

use std::collections::BTreeMap;

use serde_json::json;

use crate::company::PersonId;
use crate::mailbox::event::{Event, OfSeries, Response};
use crate::mailbox::ids::{new_change_key, occurrence_id};
use crate::state::World;

impl World {
    /// Brings every invited colleague's copy up to date with the organiser's event.
    pub(crate) fn invite(&mut self, organizer: PersonId, event: &Event) {
        for attendee in &event.attendees {
            let Some(person) = self.recipient(&attendee.party.address) else {
                continue;
            };
            if person != organizer {
                self.deliver(person, event);
            }
        }
    }

    /// Marks the copies of a cancelled meeting, for those who were invited.
    pub(crate) fn withdraw(&mut self, organizer: PersonId, event: &Event) {
        let now = self.clock.now();
        for attendee in &event.attendees {
            let Some(person) = self.recipient(&attendee.party.address) else {
                continue;
            };
            if person == organizer {
                continue;
            }
            let change_key = new_change_key(&mut self.ids);
            let Some(mailbox) = self.mailbox_mut(person) else {
                continue;
            };
            let Some(copy) = mailbox.events.meeting_mut(&event.uid) else {
                continue;
            };
            cancel_copy(copy);
            copy.change_key = change_key;
            copy.modified = now;
        }
    }

    /// Takes one day of a series out of the copies.
    pub(crate) fn withdraw_occurrence(
        &mut self,
        organizer: PersonId,
        master: &Event,
        date: jiff::civil::Date,
    ) {
        for attendee in &master.attendees {
            let Some(person) = self.recipient(&attendee.party.address) else {
                continue;
            };
            let Some(mailbox) = self.mailbox_mut(person) else {
                continue;
            };
            let copy = mailbox.events.meeting_mut(&master.uid);
            if let Some(copy) = copy.filter(|_| person != organizer) {
                copy.exceptions.remove(&date);
                copy.removed.insert(date);
            }
        }
    }

    fn deliver(&mut self, person: PersonId, event: &Event) {
        let change_key = new_change_key(&mut self.ids);
        let Some(fresh_id) = self.new_item_id(person) else {
            return;
        };
        let Some(mailbox) = self.mailbox_mut(person) else {
            return;
        };
        let existing = mailbox.events.position_of_meeting(&event.uid);
        let old = existing.and_then(|index| mailbox.events.get(index));
        let mut copy = event.clone();
        copy.is_organizer = false;
        copy.transaction_id = None;
        copy.change_key = change_key;
        copy.calendar = old.map_or_else(
            || mailbox.default_calendar().id.clone(),
            |old| old.calendar.clone(),
        );
        copy.id = old.map_or(fresh_id, |old| old.id.clone());
        let (response, show_as) = match old {
            Some(old) if old.start == copy.start && old.end == copy.end => {
                (old.response.clone(), old.show_as().to_owned())
            }
            _ => (Response::never("notResponded"), "tentative".to_owned()),
        };
        copy.response = response;
        copy.plain.insert("showAs".to_owned(), json!(show_as));
        copy.exceptions = exceptions_of(&copy);
        match existing {
            Some(index) => mailbox.events.replace(index, copy),
            None => mailbox.events.push(copy),
        }
    }
}

/// The changed occurrences, under the ids that they have in the copy's mailbox.
fn exceptions_of(copy: &Event) -> BTreeMap<jiff::civil::Date, Event> {
    let renamed = copy.exceptions.iter().map(|(date, exception)| {
        let of_series = exception.of_series.as_ref().map(|series| OfSeries {
            master_id: copy.id.clone(),
            ..series.clone()
        });
        let exception = Event {
            id: occurrence_id(&copy.id, *date),
            is_organizer: false,
            response: copy.response.clone(),
            of_series,
            ..exception.clone()
        };
        (*date, exception)
    });
    renamed.collect()
}

fn cancel_copy(copy: &mut Event) {
    if copy.cancelled {
        return;
    }
    copy.cancelled = true;
    copy.subject = format!("Canceled: {}", copy.subject);
    copy.plain.insert("showAs".to_owned(), json!("free"));
}
