//! What is in the calendars: two weeks around the start, with everything a calendar tool can stumble over.

mod table;

use jiff::civil::{Date, Weekday};
use jiff::{Span, Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::company::PersonId;
use crate::mailbox::body::Body;
use crate::mailbox::draft::{blank, location, online};
use crate::mailbox::event::{Attendee, Event, Party, Response};
use crate::mailbox::moment::Moment;
use crate::mailbox::recurrence::{End, Pattern, Range, Recurrence, Repeat};
use crate::mailbox::{Accepted, Share, ShareLevel, new_calendar_id, new_change_key, new_key};
use crate::state::World;
use crate::tenant::TenantId;
use crate::zones::Zone;
use table::{FILLERS, MEETINGS, Mark, Meeting, SERIES, Series};

/// The main member of the demo, and the colleague whose calendar she may read.
const MAIN: PersonId = PersonId(1);
const ANNA_BERGER: PersonId = PersonId(2);
/// So many entries every calendar has at least, from the week before to the week after.
const ENOUGH: usize = 32;

/// Fills every calendar around the Monday of the start's week.
pub(crate) fn fill(world: &mut World) {
    let today = berlin().wall(world.clock.now()).date();
    let monday = today.saturating_sub(days(i64::from(today.weekday().since(Weekday::Monday))));
    for series in SERIES {
        add_series(world, series, monday);
    }
    for meeting in MEETINGS {
        add_meeting(world, meeting, monday);
    }
    add_outside_invitation(world, monday);
    for person in world.directory(TenantId::HOME).collect::<Vec<_>>() {
        add_fillers(world, person, monday);
    }
    accept_seeded_invitations(world);
    share(world, ANNA_BERGER, MAIN, ShareLevel::Read);
    // Titles of the administrator's appointments are open to the managing director, and no more.
    share(world, PersonId(0), PersonId(4), ShareLevel::Limited);
}

fn add_series(world: &mut World, series: &Series, monday: Date) {
    let zone = zone_of(world, PersonId(series.organizer));
    let start = monday
        .saturating_add(days(i64::from(series.day)))
        .saturating_sub(days(7 * 26));
    let (hour, minute) = series.at;
    let begins = start.at(hour, minute, 0, 0);
    let mut event = blank(world, PersonId(series.organizer), series.subject);
    event.start = Moment::new(begins, zone.clone());
    event.end = Moment::new(
        begins.saturating_add(i64::from(series.minutes).minutes()),
        zone.clone(),
    );
    event.body = Body::from_html(series.body).into();
    event.attendees = invited(world, series.attendees).into();
    event.locations = places(series.location).into();
    event.recurrence = Some(Recurrence {
        pattern: Pattern {
            kind: series.kind,
            interval: series.interval,
            days: if series.kind == Repeat::Weekly {
                vec![start.weekday()]
            } else {
                Vec::new()
            },
            first_day: Weekday::Monday,
            day_of_month: if series.kind == Repeat::AbsoluteMonthly {
                start.day()
            } else {
                0
            },
            month: 0,
            index: "first",
        },
        range: Range {
            start,
            end: End::On(start.saturating_add(days(7 * 78))),
        },
        zone,
    });
    place(world, PersonId(series.organizer), event);
}

fn add_meeting(world: &mut World, meeting: &Meeting, monday: Date) {
    let organizer = PersonId(meeting.organizer);
    let zone = zone_of(world, organizer);
    let date = monday.saturating_add(days(i64::from(meeting.day)));
    let mut event = blank(world, organizer, meeting.subject);
    if meeting.marks.contains(&Mark::AllDay) {
        let length = days(i64::from(meeting.minutes));
        event.all_day = true;
        event.start = Moment::new(date.at(0, 0, 0, 0), zone.clone());
        event.end = Moment::new(date.saturating_add(length).at(0, 0, 0, 0), zone);
    } else {
        let (hour, minute) = meeting.at;
        let begins = date.at(hour, minute, 0, 0);
        event.start = Moment::new(begins, zone.clone());
        event.end = Moment::new(
            begins.saturating_add(i64::from(meeting.minutes).minutes()),
            zone,
        );
    }
    event.body = Body::from_html(meeting.body).into();
    event.attendees = invited(world, meeting.attendees).into();
    event.attendees.extend(
        meeting
            .outside
            .iter()
            .map(|(name, address)| attendee(name, address)),
    );
    event.locations = places(meeting.location).into();
    for mark in meeting.marks {
        apply(world, &mut event, *mark);
    }
    place(world, organizer, event);
}

fn apply(world: &mut World, event: &mut Event, mark: Mark) {
    let (name, value) = match mark {
        Mark::AllDay => return,
        Mark::Online => {
            event.online = Some(online(world));
            return;
        }
        Mark::Private => ("sensitivity", json!("private")),
        Mark::Free => ("showAs", json!("free")),
        Mark::OutOfOffice => ("showAs", json!("oof")),
        Mark::Elsewhere => ("showAs", json!("workingElsewhere")),
        Mark::Important => ("importance", json!("high")),
    };
    event.plain.insert(name.to_owned(), value);
}

/// An invitation that tries to give orders to whoever reads it.
fn add_outside_invitation(world: &mut World, monday: Date) {
    let zone = berlin();
    let date = monday.saturating_add(days(3));
    for person in [MAIN, ANNA_BERGER, PersonId(0)] {
        let mut event = blank(world, person, table::INJECTED_SUBJECT);
        event.start = Moment::new(date.at(16, 30, 0, 0), zone.clone());
        event.end = Moment::new(date.at(17, 15, 0, 0), zone.clone());
        event.organizer = Party {
            name: "Partner Summit Team".to_owned(),
            address: "team@partner-summit.example".to_owned(),
        }
        .into();
        event.is_organizer = false;
        event.response = Response::never("notResponded");
        event.plain.insert("showAs".to_owned(), json!("tentative"));
        event.body = Body::from_html(table::INJECTED_BODY).into();
        event.attendees = invited(world, &[person.0]).into();
        event.locations = places("https://partner-summit.example/stage").into();
        if let Some(id) = world.new_item_id(person) {
            event.id = id;
            push(world, person, event);
        }
    }
}

/// Desk work and small meetings in free places, until everybody's weeks look lived in.
fn add_fillers(world: &mut World, person: PersonId, monday: Date) {
    if world.mailbox(person).is_none() || world.person(person).room {
        return;
    }
    let mut zone = zone_of(world, person);
    // One mailbox has a zone without a name, and its own events say so.
    if &*zone.name == "Eastern Standard Time" {
        zone = zone.customized();
    }
    let bound = |offset: i64| zone.instant(monday.saturating_add(days(offset)).at(0, 0, 0, 0));
    let taken = world
        .mailbox(person)
        .map(|mailbox| mailbox.view(bound(-7), bound(14)));
    let taken = taken.unwrap_or_default();
    let mut count = taken.len();
    let timed = taken.iter().filter(|event| !event.all_day);
    let mut busy: Vec<(Timestamp, Timestamp)> = timed.map(Event::span).collect();
    for slot in person.0 * 3..person.0 * 3 + 200 {
        let (subject, minutes, place_name) = FILLERS[slot % FILLERS.len()];
        let day = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11, -3, -5][slot % 12];
        let hour = 8 + i8::try_from((slot * 5 + person.0) % 9).unwrap_or(0);
        let minute = if slot.is_multiple_of(2) { 0 } else { 30 };
        let begins = monday.saturating_add(days(day)).at(hour, minute, 0, 0);
        let start = Moment::new(begins, zone.clone());
        let end = Moment::new(
            begins.saturating_add(i64::from(minutes).minutes()),
            zone.clone(),
        );
        if count >= ENOUGH {
            return;
        }
        if busy
            .iter()
            .any(|(from, until)| *from < end.instant() && *until > start.instant())
        {
            continue;
        }
        busy.push((start.instant(), end.instant()));
        count += 1;
        let mut event = blank(world, person, subject);
        (event.start, event.end) = (start, end);
        event.locations = places(place_name).into();
        place(world, person, event);
    }
}

/// Most have answered before the demo starts; the main member still has some to answer.
fn accept_seeded_invitations(world: &mut World) {
    let now = world.clock.now();
    let mut answers: Vec<(String, PersonId)> = Vec::new();
    for person in world.directory(TenantId::HOME).collect::<Vec<_>>() {
        let Some(mailbox) = world.mailbox_mut(person) else {
            continue;
        };
        for (number, event) in mailbox.events.iter_mut().enumerate() {
            let open =
                event.is_organizer || event.organizer.address.ends_with("partner-summit.example");
            if open || (person == MAIN && number % 5 == 4) {
                continue;
            }
            event.response = Response {
                word: "accepted",
                at: Some(now),
            };
            event.plain.insert("showAs".to_owned(), json!("busy"));
            answers.push((event.uid.clone(), person));
        }
    }
    for (uid, person) in answers {
        let address = world.person(person).mail.clone();
        for colleague in world.directory(TenantId::HOME).collect::<Vec<_>>() {
            let Some(mailbox) = world.mailbox_mut(colleague) else {
                continue;
            };
            let events = mailbox
                .events
                .meeting_mut(&uid)
                .into_iter()
                .filter(|event| event.is_organizer);
            for attendee in events.flat_map(|event| &mut event.attendees) {
                if attendee.party.address == address {
                    attendee.response = Response {
                        word: "accepted",
                        at: Some(now),
                    };
                }
            }
        }
    }
}

/// Gives a calendar to a colleague, who has accepted it if it can be opened.
pub(super) fn share(world: &mut World, owner: PersonId, with: PersonId, level: ShareLevel) {
    let calendar_id = new_calendar_id(&mut world.ids);
    let (change_key, key) = (new_change_key(&mut world.ids), new_key(&mut world.ids));
    if let Some(mailbox) = world.mailbox_mut(owner) {
        mailbox.shared_with.push(Share { with, level });
    }
    if let Some(mailbox) = world
        .mailbox_mut(with)
        .filter(|_| level == ShareLevel::Read)
    {
        mailbox.accepted.push(Accepted {
            owner,
            calendar_id,
            change_key,
            key,
        });
    }
}

fn place(world: &mut World, person: PersonId, event: Event) {
    if world.mailbox(person).is_some() {
        world.invite(person, &event);
        push(world, person, event);
    }
}

fn push(world: &mut World, person: PersonId, event: Event) {
    if let Some(mailbox) = world.mailbox_mut(person) {
        mailbox.events.push(event);
    }
}

fn invited(world: &World, people: &[usize]) -> Vec<Attendee> {
    people
        .iter()
        .map(|index| {
            let account = world.person(PersonId(*index));
            attendee(&account.name(), &account.mail)
        })
        .collect()
}

fn attendee(name: &str, address: &str) -> Attendee {
    Attendee {
        party: Party {
            name: name.to_owned(),
            address: address.to_owned(),
        },
        kind: "required".to_owned(),
        response: Response::never("none"),
        proposed: None,
    }
}

fn places(name: &str) -> Vec<Value> {
    if name.is_empty() {
        Vec::new()
    } else {
        vec![location(name)]
    }
}

fn zone_of(world: &World, person: PersonId) -> Zone {
    Zone::named(world.person(person).zone).unwrap_or_else(Zone::utc)
}

fn berlin() -> Zone {
    Zone::named("W. Europe Standard Time").expect("the table has this name")
}

fn days(count: i64) -> Span {
    count.days()
}
