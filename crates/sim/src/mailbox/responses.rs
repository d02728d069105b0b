//! Answers to invitations: in the copy of whoever answers, and with the organiser.

use jiff::civil::Date;
use serde_json::json;

use crate::company::PersonId;
use crate::mailbox::Place;
use crate::mailbox::event::{Attendee, Event, Party, Response, meeting_of};
use crate::mailbox::ids::new_change_key;
use crate::mailbox::moment::Moment;
use crate::state::World;

/// The three answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Accept,
    Tentative,
    Decline,
}

impl Word {
    /// As `responseStatus` has it.
    pub(crate) fn status(self) -> &'static str {
        match self {
            Self::Accept => "accepted",
            Self::Tentative => "tentativelyAccepted",
            Self::Decline => "declined",
        }
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) word: Word,
    /// Another time that is proposed with it.
    pub(crate) proposed: Option<(Moment, Moment)>,
    /// Whether the organiser hears of it.
    pub(crate) send: bool,
}

impl World {
    /// Answers the invitation at a place of a person's mailbox. Declining removes the copy.
    pub(crate) fn respond(&mut self, person: PersonId, place: Place, reply: &Reply) {
        let response = Response {
            word: reply.word.status(),
            at: Some(self.clock.now()),
        };
        let change_key = new_change_key(&mut self.ids);
        let Some(event) = self.mailbox(person).and_then(|mailbox| mailbox.at(place)) else {
            return;
        };
        let meant = self.meant_status(&event);
        let Some(mailbox) = self.mailbox_mut(person) else {
            return;
        };
        if let Some(stored) = mailbox.events.get_mut(place.index) {
            match (reply.word, place.occurrence) {
                (Word::Decline, None) => {
                    mailbox.events.remove(place.index);
                }
                (Word::Decline, Some(date)) => {
                    stored.exceptions.remove(&date);
                    stored.removed.insert(date);
                }
                (word, None) => {
                    for day in stored.exceptions.values_mut().filter(|day| !day.cancelled) {
                        take(day, word, &response, &meant);
                    }
                    take(stored, word, &response, &meant);
                    stored.change_key = change_key;
                }
                (word, Some(date)) => {
                    let mut day = stored.changed_occurrence(date);
                    take(&mut day, word, &response, &meant);
                    day.change_key = change_key;
                    stored.exceptions.insert(date, day);
                }
            }
        }
        if reply.send {
            let account = self.person(person);
            let party = Party {
                name: account.name(),
                address: account.mail.clone(),
            };
            self.report(&event, &party, &response, reply.proposed.as_ref());
        }
    }

    /// A room or another thing answers by itself: it accepts where it is free, and declines where it is not.
    pub(crate) fn answer_for_resource(&mut self, resource: PersonId, uid: &str) {
        let Some(mailbox) = self.mailbox(resource) else {
            return;
        };
        let Some((place, event)) = mailbox.meeting_place(uid) else {
            return;
        };
        if event.response.word != "notResponded" {
            return;
        }
        let taken = mailbox.is_taken(&event);
        let word = if taken { Word::Decline } else { Word::Accept };
        let reply = Reply {
            word,
            proposed: None,
            send: true,
        };
        self.respond(resource, place, &reply);
    }

    /// Lets the organiser know that somebody has been asked by somebody else.
    pub(crate) fn report_forwarding(&mut self, event: &Event, parties: &[Party]) {
        self.at_organizer(event, |organised| {
            for party in parties {
                attendee_of(organised, party);
            }
        });
    }

    /// Writes an answer beside the attendee in the organiser's event. Whoever answers uninvited becomes one.
    fn report(
        &mut self,
        event: &Event,
        party: &Party,
        response: &Response,
        proposed: Option<&(Moment, Moment)>,
    ) {
        self.at_organizer(event, |organised| {
            let organised_day = organised.of_series.is_some();
            let attendee = attendee_of(organised, party);
            // Whoever has declined one day has not got it any more, and answers the series without it.
            if meeting_of(&event.uid).1.is_none()
                && organised_day
                && attendee.response.word == Word::Decline.status()
            {
                return;
            }
            attendee.response = response.clone();
            attendee.proposed = proposed.cloned();
        });
    }

    /// Changes the organiser's event that a copy belongs to: the day of a series if the copy is one, else all of it.
    fn at_organizer(&mut self, copy: &Event, change: impl Fn(&mut Event)) {
        let Some(organizer) = self.recipient(&copy.organizer.address) else {
            return;
        };
        let (now, change_key) = (self.clock.now(), new_change_key(&mut self.ids));
        let (uid, day) = meeting_of(&copy.uid);
        let Some(organised) = self
            .mailbox_mut(organizer)
            .and_then(|mailbox| mailbox.events.meeting_mut(&uid))
            .filter(|organised| organised.is_organizer)
        else {
            return;
        };
        match day {
            Some(date) if organised.has_occurrence(date) => {
                let mut occurrence = organised.changed_occurrence(date);
                change(&mut occurrence);
                organised.exceptions.insert(date, occurrence);
            }
            Some(_) => return,
            None => {
                organised.exceptions.values_mut().for_each(&change);
                change(organised);
            }
        }
        touch(organised, day, now, &change_key);
    }

    /// What the organiser wants the time to be shown as.
    fn meant_status(&self, copy: &Event) -> String {
        let (uid, day) = meeting_of(&copy.uid);
        let organised = self
            .recipient(&copy.organizer.address)
            .and_then(|organizer| self.mailbox(organizer)?.events.meeting(&uid));
        match (organised, day) {
            (Some(series), Some(date)) => series.occurrence(date).show_as().to_owned(),
            (Some(event), None) => event.show_as().to_owned(),
            (None, _) => "busy".to_owned(),
        }
    }
}

/// The attendee with that address, who is invited if not so yet.
fn attendee_of<'a>(event: &'a mut Event, party: &Party) -> &'a mut Attendee {
    let mut attendees = event.attendees.iter();
    let known =
        attendees.position(|other| other.party.address.eq_ignore_ascii_case(&party.address));
    let index = known.unwrap_or(event.attendees.len());
    if known.is_none() {
        event.attendees.push(Attendee {
            party: party.clone(),
            kind: "required".to_owned(),
            response: Response::never("none"),
            proposed: None,
        });
    }
    &mut event.attendees[index]
}

fn touch(event: &mut Event, day: Option<Date>, now: jiff::Timestamp, change_key: &str) {
    let changed = match day {
        Some(date) => event.exceptions.get_mut(&date),
        None => Some(event),
    };
    if let Some(changed) = changed {
        changed.modified = now;
        changed.change_key = change_key.to_owned();
    }
}

fn take(event: &mut Event, word: Word, response: &Response, meant: &str) {
    event.response = response.clone();
    let show_as = if word == Word::Accept {
        meant
    } else {
        "tentative"
    };
    event.plain.insert("showAs".to_owned(), json!(show_as));
}
