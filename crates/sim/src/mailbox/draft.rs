//! New entries with the defaults that Graph gives them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::company::PersonId;
use crate::mailbox::calendar::CalendarId;
use crate::mailbox::event::{Event, Online, Party, Response};
use crate::mailbox::moment::Moment;
use crate::mailbox::new_change_key;
use crate::mailbox::same::Same;
use crate::state::World;
use crate::zones::Zone;

/// An event of the default calendar with Graph's defaults, now until it gets its times.
pub(crate) fn blank(world: &mut World, organizer: PersonId, subject: &str) -> Event {
    let now = world.clock.now();
    let moment = Moment::new(Zone::utc().wall(now), Zone::utc());
    let account = world.person(organizer);
    let organizer_party = Party {
        name: account.name(),
        address: account.mail.clone(),
    };
    let id = world.new_item_id(organizer).unwrap_or_default();
    let calendar = match world.mailbox(organizer) {
        Some(mailbox) => mailbox.default_calendar().id.clone(),
        None => CalendarId::new(&mut world.ids),
    };
    Event {
        id,
        calendar,
        change_key: new_change_key(&mut world.ids),
        uid: new_uid(world),
        created: now,
        modified: now,
        subject: subject.to_owned(),
        body: Same::default(),
        start: moment.clone(),
        end: moment,
        all_day: false,
        cancelled: false,
        organizer: organizer_party.into(),
        is_organizer: true,
        response: Response::never("organizer"),
        attendees: Same::default(),
        locations: Same::default(),
        online: None,
        transaction_id: None,
        plain: DEFAULTS.clone(),
        recurrence: None,
        exceptions: BTreeMap::new(),
        removed: BTreeSet::new(),
        of_series: None,
    }
}

/// A fresh online meeting.
pub(crate) fn online(world: &mut World) -> Online {
    let (thread, number) = (
        world.ids.letters(48),
        100_000_000 + world.ids.below(900_000_000),
    );
    Online {
        join_url: format!(
            "https://teams.microsoft.com/l/meetup-join/19%3ameeting_{thread}%40thread.v2/0?context=%7b%22Tid%22%3a%22{}%22%7d",
            world.home().id
        ),
        conference_id: number.to_string(),
    }
}

/// A `location` of that name.
pub(crate) fn location(name: &str) -> Value {
    json!({ "displayName": name, "locationType": "default", "uniqueId": name, "uniqueIdType": "private" })
}

/// What an event has that nobody said anything about.
pub(crate) static DEFAULTS: LazyLock<Same<Map<String, Value>>> = LazyLock::new(|| {
    let defaults = [
        ("importance", json!("normal")),
        ("sensitivity", json!("normal")),
        ("showAs", json!("busy")),
        ("categories", json!([])),
        ("isReminderOn", json!(true)),
        ("reminderMinutesBeforeStart", json!(15)),
        ("responseRequested", json!(true)),
        ("allowNewTimeProposals", json!(true)),
        ("hideAttendees", json!(false)),
    ];
    let defaults = defaults.map(|(name, value)| (name.to_owned(), value));
    Map::from_iter(defaults).into()
});

fn new_uid(world: &mut World) -> String {
    let digits: String = (0..48)
        .map(|_| char::from(b"0123456789ABCDEF"[world.ids.below(16)]))
        .collect();
    format!("040000008200E00074C5B7101A82E00800000000{digits}10000000")
}
