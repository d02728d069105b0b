//! More made-up people than a story needs, for load: each with a full half year on either side of the start.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde_json::{Map, Value};

use crate::access::Standing;
use crate::company::{Account, Hours, PersonId};
use crate::mailbox::body::Body;
use crate::mailbox::draft::{DEFAULTS, blank, location};
use crate::mailbox::event::{Attendee, Event, Party, Response};
use crate::mailbox::moment::Moment;
use crate::mailbox::new_change_key;
use crate::mailbox::recurrence::{End, Pattern, Range, Recurrence, Repeat};
use crate::mailbox::same::Same;
use crate::random::Seeded;
use crate::state::World;
use crate::tenant::TenantId;
use crate::zones::Zone;

/// How many events each of them has, invitations and one series included.
const EVENTS: usize = 200;
/// So many of them are meetings that the person calls, one of these a series.
const CALLED: usize = 24;
/// So many colleagues are invited to each.
const INVITED: usize = 4;
/// People meet within teams of this size.
const TEAM: usize = 10;
/// How many working days the events are spread over, half of them before the start.
const WORKING_DAYS: usize = 260;

const GIVEN: &[&str] = &[
    "Anna", "Ben", "Clara", "David", "Elif", "Felix", "Greta", "Hannes", "Ida", "Jan", "Kerem",
    "Lea", "Mia", "Noah", "Olga", "Paul", "Quentin", "Rosa", "Samir", "Tessa", "Uwe", "Vera",
    "Wim", "Xenia", "Yara", "Zoe", "Aisha", "Bruno", "Carla", "Dmitri", "Emma", "Finn", "Hiroko",
    "Ivan", "Julia", "Karim", "Linh", "Marta", "Nico", "Priya",
];
const FAMILY: &[&str] = &[
    "Albers", "Bauer", "Castro", "Dietrich", "Engel", "Fischer", "Graf", "Hansen", "Ivanova",
    "Jansen", "Kaya", "Lorenz", "Martin", "Nguyen", "Otto", "Peters", "Quandt", "Richter", "Silva",
    "Tran", "Ullrich", "Vogt", "Wagner", "Xu", "Yilmaz", "Zimmer", "Arnold", "Brandt", "Conrad",
    "Diaz", "Ebert", "Frank", "Gruber", "Hartmann", "Huber", "Jung", "Kovac", "Lang", "Moreau",
    "Novak", "Okafor", "Pohl", "Rossi", "Santos", "Schulz", "Tanaka", "Urban", "Voss", "Weiss",
    "Zander", "Sato", "Roth", "Busch", "Kuhn", "Lindberg", "Meyer", "Nielsen", "Olsen", "Petrov",
    "Singh",
];
/// Department, title, office, language and zone.
const TEAMS: &[[&str; 5]] = &[
    [
        "Vertrieb",
        "Account Managerin",
        "Hamburg",
        "de-DE",
        "W. Europe Standard Time",
    ],
    [
        "Entwicklung",
        "Softwareentwickler",
        "Berlin",
        "de-DE",
        "W. Europe Standard Time",
    ],
    [
        "Sales",
        "Account Executive",
        "New York",
        "en-US",
        "Eastern Standard Time",
    ],
    [
        "Support",
        "Kundenbetreuerin",
        "Kiel",
        "de-DE",
        "W. Europe Standard Time",
    ],
    [
        "Operations",
        "Operations Manager",
        "London",
        "en-GB",
        "GMT Standard Time",
    ],
    [
        "Finanzen",
        "Controller",
        "Berlin",
        "de-DE",
        "W. Europe Standard Time",
    ],
    [
        "Engineering",
        "Engineer",
        "Bangalore",
        "en-IN",
        "India Standard Time",
    ],
    [
        "Partners",
        "Partner Manager",
        "Sydney",
        "en-AU",
        "AUS Eastern Standard Time",
    ],
];
/// Subject, minutes and place.
const OWN: &[(&str, i64, &str)] = &[
    ("Fokuszeit", 90, ""),
    ("E-Mails und Rückrufe", 30, ""),
    ("Report writing", 60, ""),
    ("Telefonat Kunde", 30, "Telefon"),
    ("Preparation", 45, ""),
    ("Schulung", 60, "Großer Saal"),
];
const MEETINGS: &[(&str, i64, &str)] = &[
    ("Abstimmung", 30, "Raum Elbe"),
    ("Review", 45, "Online"),
    ("Planung", 60, "Raum Alster"),
    ("Customer call", 30, "Online"),
    ("Workshop", 120, "Raum Fleet"),
];

/// What events of one kind have in common.
struct Kind {
    subject: &'static str,
    minutes: i64,
    body: Same<Body>,
    locations: Same<Vec<Value>>,
}

impl Kind {
    fn of(&(subject, minutes, place): &(&'static str, i64, &'static str)) -> Self {
        let mut kind = Self {
            subject,
            minutes,
            body: Same::default(),
            locations: Same::default(),
        };
        if !place.is_empty() {
            kind.body = Body::from_html(&format!("<p>{subject}, {place}.</p>")).into();
            kind.locations = vec![location(place)].into();
        }
        kind
    }
}

/// What all of them have in common.
struct Stock {
    own: Vec<Kind>,
    meetings: Vec<Kind>,
    first: Date,
    /// The properties of an invitation without an answer.
    open: Same<Map<String, Value>>,
}

impl Stock {
    fn new(first: Date) -> Self {
        let mut open = Same::clone(&DEFAULTS);
        open.insert("showAs".to_owned(), "tentative".into());
        Self {
            own: OWN.iter().map(Kind::of).collect(),
            meetings: MEETINGS.iter().map(Kind::of).collect(),
            first,
            open,
        }
    }
}

/// Adds so many people to the organisation that the simulator is started for.
pub(crate) fn join(world: &mut World, count: usize, seed: u64) {
    if count == 0 {
        return;
    }
    let mut chance = Seeded::new(seed ^ 0xC0_FFEE);
    let domain = world.home().domains.first().cloned().unwrap_or_default();
    let people: Vec<PersonId> = (0..count)
        .map(|number| {
            let account = account(number, &domain, &mut chance);
            world.join(account)
        })
        .collect();
    let today = Zone::utc().wall(world.clock.now()).date();
    let back = i64::from(today.weekday().since(Weekday::Monday)) + 7 * 26;
    let stock = Stock::new(today.saturating_sub(back.days()));
    for (number, team) in people.chunks(TEAM).enumerate() {
        fill(world, team, number, &stock, &mut chance);
    }
}

fn account(number: usize, domain: &str, chance: &mut Seeded) -> Account {
    let given = GIVEN[number % GIVEN.len()];
    // Every name occurs once before any comes again.
    let family = FAMILY[(number / GIVEN.len() + number) % FAMILY.len()];
    let [department, title, office, language, zone] = TEAMS[(number / TEAM) % TEAMS.len()];
    let login = format!(
        "{}.{}{number}@{domain}",
        given.to_lowercase(),
        family.to_lowercase()
    );
    Account {
        mail: login.clone(),
        login,
        tenant: TenantId::HOME,
        password: Some(format!("crowd-{number}")),
        given_name: given.to_owned(),
        surname: family.to_owned(),
        object_id: chance.guid(),
        administrator: false,
        guest: false,
        job_title: title.to_owned(),
        department: department.to_owned(),
        office: office.to_owned(),
        phone: format!("+49 40 5551 {number:04}"),
        mobile: None,
        language,
        zone,
        tokens_valid_from: None,
        standing: Standing::default(),
        hours: Hours::Named,
        room: false,
    }
}

/// The calendars of one team: what its members call, and what each does alone until everybody has enough.
fn fill(world: &mut World, team: &[PersonId], number: usize, stock: &Stock, chance: &mut Seeded) {
    for (place, person) in team.iter().enumerate() {
        let others: Vec<PersonId> = (1..=INVITED.min(team.len() - 1))
            .map(|step| team[(place + step) % team.len()])
            .collect();
        let attendees: Same<Vec<Attendee>> =
            others.iter().map(|other| attendee(world, *other)).collect();
        for meeting in 0..CALLED {
            let kind = &stock.meetings[(number + place + meeting) % stock.meetings.len()];
            let mut event = entry(world, *person, kind, stock, chance);
            event.attendees = attendees.clone();
            if meeting == 0 {
                event.recurrence = Some(weekly(&event, stock.first));
            }
            for (index, other) in others.iter().enumerate() {
                let open = (meeting + index) % 5 == 4;
                deliver(world, *other, &event, open.then_some(&stock.open));
            }
            keep(world, *person, event);
        }
    }
    for person in team {
        let has = world
            .mailbox(*person)
            .map_or(EVENTS, |mailbox| mailbox.events.iter().len());
        for own in has..EVENTS {
            let kind = &stock.own[own % stock.own.len()];
            let event = entry(world, *person, kind, stock, chance);
            keep(world, *person, event);
        }
    }
}

/// An entry on some working day, in working hours.
fn entry(
    world: &mut World,
    person: PersonId,
    kind: &Kind,
    stock: &Stock,
    chance: &mut Seeded,
) -> Event {
    let zone = Zone::named(world.person(person).zone).unwrap_or_else(Zone::utc);
    let day = chance.below(WORKING_DAYS);
    let days = i64::try_from(day / 5 * 7 + day % 5).unwrap_or(0);
    let hour = 8 + i8::try_from(chance.below(9)).unwrap_or(0);
    let minute = if chance.below(2) == 0 { 0 } else { 30 };
    let begins = stock
        .first
        .saturating_add(days.days())
        .at(hour, minute, 0, 0);
    let mut event = blank(world, person, kind.subject);
    event.start = Moment::new(begins, zone.clone());
    event.end = Moment::new(begins.saturating_add(kind.minutes.minutes()), zone);
    event.body = kind.body.clone();
    event.locations = kind.locations.clone();
    event
}

fn weekly(event: &Event, first: Date) -> Recurrence {
    let start = event.start.wall().date();
    Recurrence {
        pattern: Pattern {
            kind: Repeat::Weekly,
            interval: 1,
            days: vec![start.weekday()],
            first_day: Weekday::Monday,
            day_of_month: 0,
            month: 0,
            index: "first",
        },
        range: Range {
            start,
            end: End::On(first.saturating_add((7_i64 * 52).days())),
        },
        zone: event.start.zone().clone(),
    }
}

fn attendee(world: &World, person: PersonId) -> Attendee {
    let account = world.person(person);
    Attendee {
        party: Party {
            name: account.name(),
            address: account.mail.clone(),
        },
        kind: "required".to_owned(),
        response: Response::never("none"),
        proposed: None,
    }
}

/// The invitation in somebody's calendar, accepted or, with the properties of such a one, still to be answered.
fn deliver(
    world: &mut World,
    person: PersonId,
    event: &Event,
    open: Option<&Same<Map<String, Value>>>,
) {
    let Some(id) = world.new_item_id(person) else {
        return;
    };
    let change_key = new_change_key(&mut world.ids);
    let Some(calendar) = world
        .mailbox(person)
        .map(|mailbox| mailbox.default_calendar().id.clone())
    else {
        return;
    };
    let response = match open {
        None => Response {
            word: "accepted",
            at: Some(event.created),
        },
        Some(_) => Response::never("notResponded"),
    };
    let copy = Event {
        id,
        calendar,
        change_key,
        is_organizer: false,
        response,
        plain: open.unwrap_or(&event.plain).clone(),
        ..event.clone()
    };
    keep(world, person, copy);
}

fn keep(world: &mut World, person: PersonId, event: Event) {
    if let Some(mailbox) = world.mailbox_mut(person) {
        mailbox.events.push(event);
    }
}
