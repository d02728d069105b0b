//! Invitations: what happens in the mailboxes of those invited when the organiser invites, changes or cancels.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::json;

use crate::company::PersonId;
use crate::mailbox::event::{Attendee, Event, OfSeries, Response};
use crate::mailbox::ids::{new_change_key, occurrence_id};
use crate::state::World;

/// What an invited person keeps to herself when the organiser's update comes.
const PERSONAL: &[&str] = &["categories", "isReminderOn", "reminderMinutesBeforeStart"];

impl World {
    /// Brings every invited person's copy up to date with the organiser's event.
    pub(crate) fn invite(&mut self, organizer: PersonId, event: &Event) {
        self.tell(organizer, event, None, &event.attendees);
    }

    /// Tells these attendees how a meeting, or one day of it, is now. Whoever has declined it is not asked again.
    pub(crate) fn tell(
        &mut self,
        organizer: PersonId,
        meeting: &Event,
        day: Option<Date>,
        who: &[Attendee],
    ) {
        let who: Vec<Attendee> = who
            .iter()
            .filter(|attendee| attendee.response.word != "declined")
            .cloned()
            .collect();
        for (person, address) in self.reached(organizer, &who) {
            match day {
                None => self.deliver(person, &address, meeting),
                Some(date) => self.deliver_day(person, &address, meeting, date),
            }
        }
        let resources = who.iter().filter(|attendee| attendee.kind == "resource");
        let resources: Vec<Attendee> = resources.cloned().collect();
        let uid = match day {
            Some(date) => meeting.unchanged(date).uid,
            None => meeting.uid.clone(),
        };
        for (resource, _) in self.reached(organizer, &resources) {
            self.answer_for_resource(resource, &uid);
        }
    }

    /// Tells these attendees that a meeting, or one day of it, does not take place, or not with them.
    pub(crate) fn withdraw(
        &mut self,
        organizer: PersonId,
        meeting: &Event,
        day: Option<Date>,
        who: &[Attendee],
        comment: Option<&str>,
    ) {
        let now = self.clock.now();
        let uid_of_day = day.map(|date| meeting.unchanged(date).uid);
        for (person, _) in self.reached(organizer, who) {
            let change_key = new_change_key(&mut self.ids);
            let Some(mailbox) = self.mailbox_mut(person) else {
                continue;
            };
            let series = mailbox.events.position_of_meeting(&meeting.uid);
            let alone = uid_of_day
                .as_ref()
                .and_then(|uid| mailbox.events.position_of_meeting(uid));
            let Some(copy) = alone
                .or(series)
                .and_then(|index| mailbox.events.get_mut(index))
            else {
                continue;
            };
            let cancelled = match day.filter(|_| alone.is_none()) {
                None => Some(copy),
                Some(date) => copy.day_mut(date),
            };
            if let Some(cancelled) = cancelled {
                cancel_copy(cancelled, comment);
                cancelled.modified = now;
                cancelled.change_key = change_key;
            }
        }
    }

    /// Those who are reached through these attendees and are not the organiser, each once, with the address that reached them:
    /// their own, or that of a list they are on.
    fn reached(&self, organizer: PersonId, who: &[Attendee]) -> Vec<(PersonId, String)> {
        let mut people: BTreeMap<PersonId, String> = BTreeMap::new();
        for address in who.iter().map(|attendee| &attendee.party.address) {
            let lists = self.lists.iter();
            let members = lists
                .filter(|list| list.address.eq_ignore_ascii_case(address))
                .flat_map(|list| list.members.iter().copied());
            for person in self.recipient(address).into_iter().chain(members) {
                if person != organizer && self.mailbox(person).is_some() {
                    people.entry(person).or_insert_with(|| address.clone());
                }
            }
        }
        people.into_iter().collect()
    }

    fn deliver(&mut self, person: PersonId, address: &str, event: &Event) {
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
        copy.change_key = change_key;
        copy.calendar = old.map_or_else(
            || mailbox.default_calendar().id.clone(),
            |old| old.calendar.clone(),
        );
        copy.id = old.map_or(fresh_id, |old| old.id.clone());
        make_copy(&mut copy, old, address);
        (copy.exceptions, copy.removed) = days_of(&copy, old, address);
        match existing {
            Some(index) => mailbox.events.replace(index, copy),
            None => mailbox.events.push(copy),
        }
    }

    /// Brings one day of a series up to date. Whoever is invited to that day only gets it as an event of its own.
    fn deliver_day(&mut self, person: PersonId, address: &str, series: &Event, date: Date) {
        let change_key = new_change_key(&mut self.ids);
        let Some(mailbox) = self.mailbox_mut(person) else {
            return;
        };
        let occurrence = series.occurrence(date);
        match mailbox.events.meeting_mut(&series.uid) {
            Some(copy) => {
                let old = copy.has_occurrence(date).then(|| copy.occurrence(date));
                let mut changed = day_of(&occurrence, copy, old.as_ref(), date, address);
                changed.change_key = change_key;
                copy.removed.remove(&date);
                copy.exceptions.insert(date, changed);
            }
            None => {
                let alone = Event {
                    of_series: None,
                    ..occurrence
                };
                self.deliver(person, address, &alone);
            }
        }
    }
}

/// Makes an organiser's event the copy of somebody invited, who keeps the answer given to the same times: the organiser's, even
/// if she had moved her own copy meanwhile.
fn make_copy(copy: &mut Event, old: Option<&Event>, address: &str) {
    copy.is_organizer = false;
    copy.transaction_id = None;
    copy.cancelled = false;
    let hidden = copy.plain.get("hideAttendees") == Some(&json!(true));
    copy.attendees
        .retain(|attendee| !hidden || attendee.party.address.eq_ignore_ascii_case(address));
    let mut listed = copy.attendees.iter();
    let listed = listed.find(|attendee| attendee.party.address.eq_ignore_ascii_case(address));
    let known = listed.map_or("none", |attendee| attendee.response.word);
    let answered = ["accepted", "tentativelyAccepted", "declined"].contains(&known);
    // The organiser's move took an answer back. Where the organiser never heard one, the copy itself tells.
    let taken_back = known == "notResponded";
    // Who answered what is for the organiser to know.
    for attendee in &mut copy.attendees {
        attendee.response = Response::never("none");
        attendee.proposed = None;
    }
    let same = old.filter(|old| {
        let times = old.start == copy.start && old.end == copy.end;
        !old.cancelled && (answered || times && !taken_back)
    });
    let (response, show_as) = match same {
        Some(old) => (old.response.clone(), old.show_as().to_owned()),
        None => (Response::never("notResponded"), "tentative".to_owned()),
    };
    copy.response = response;
    copy.plain.insert("showAs".to_owned(), json!(show_as));
    for name in PERSONAL {
        if let Some(value) = old.and_then(|old| old.plain.get(*name)) {
            copy.plain.insert((*name).to_owned(), value.clone());
        }
    }
}

/// One changed day as it is in the copy of somebody invited.
fn day_of(theirs: &Event, copy: &Event, old: Option<&Event>, date: Date, address: &str) -> Event {
    let mut day = theirs.clone();
    let unchanged = copy.unchanged(date);
    make_copy(&mut day, Some(old.unwrap_or(&unchanged)), address);
    day.id = occurrence_id(&copy.id, date);
    day.calendar = copy.calendar.clone();
    day.of_series = theirs.of_series.as_ref().map(|series| OfSeries {
        master_id: copy.id.clone(),
        changed: true,
        ..series.clone()
    });
    day
}

/// The changed and the missing days of a copy: the organiser's, and what the invited person did to single days.
fn days_of(
    copy: &Event,
    old: Option<&Event>,
    address: &str,
) -> (BTreeMap<Date, Event>, BTreeSet<Date>) {
    let kept = old.filter(|old| {
        !old.cancelled
            && old.recurrence == copy.recurrence
            && old.start == copy.start
            && old.end == copy.end
    });
    let mut removed = copy.removed.clone();
    let mut days = BTreeMap::new();
    for (date, theirs) in &copy.exceptions {
        let invited = |event: &Event| {
            let mut attendees = event.attendees.iter();
            attendees.any(|attendee| attendee.party.address.eq_ignore_ascii_case(address))
        };
        let gone = kept.is_some_and(|old| old.removed.contains(date));
        if gone || (invited(copy) && !invited(theirs)) {
            removed.insert(*date);
            continue;
        }
        let before = kept.and_then(|old| old.exceptions.get(date));
        days.insert(*date, day_of(theirs, copy, before, *date, address));
    }
    for (date, own) in kept.iter().flat_map(|old| &old.exceptions) {
        if own.cancelled && removed.remove(date) {
            days.insert(*date, own.clone());
        } else if !removed.contains(date) && !days.contains_key(date) {
            let theirs = copy.changed_occurrence(*date);
            days.insert(*date, day_of(&theirs, copy, Some(own), *date, address));
        }
    }
    if let Some(old) = kept {
        removed.extend(old.removed.iter().filter(|date| !days.contains_key(date)));
    }
    (days, removed)
}

fn cancel_copy(copy: &mut Event, comment: Option<&str>) {
    if copy.cancelled {
        return;
    }
    for day in copy.exceptions.values_mut() {
        cancel_copy(day, comment);
    }
    copy.cancelled = true;
    copy.subject = format!("Canceled: {}", copy.subject);
    copy.plain.insert("showAs".to_owned(), json!("free"));
    if let Some(comment) = comment.filter(|comment| !comment.is_empty()) {
        copy.body = copy.body.after(comment).into();
    }
}
