//! Which address leads where, and what a token must allow there: one table, which nothing goes around.
//! Long because it is one table.

use super::error::GraphError;
use super::permissions::{
    Allowed, BATCH, CHANGE_PROFILE, FIND_TIMES, FORWARD, Need, PEOPLE, PROFILE, PROFILES,
    READ_CALENDAR, READ_CONTACTS, READ_OWN_CALENDAR, READ_SETTINGS, REPORTING, SCHEDULE, SUBSCRIBE,
    TRANSLATE, USERINFO, WRITE_CALENDAR, WRITE_OWN_CALENDAR, WRITE_SETTINGS, ZONES,
};
use super::{Call, Outcome};
use super::{
    batch, calendar_changes, calendar_permissions, calendar_view, calendars, contact_folders,
    contacts, event_actions, event_changes, event_delta, events, find_times, ids, me, people,
    reminders, schedule, settings, subscriptions, time_zones, users,
};
use crate::company::PersonId;
use crate::state::World;

/// What answers.
type Run = fn(&mut World, &Call<'_>, &At<'_>) -> Outcome;

/// One operation.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) method: &'static str,
    /// In lower case; `{}` stands for an id.
    path: &'static str,
    pub(super) allowed: Allowed,
    pub(super) run: Run,
}

/// Where a request goes: whose mailbox, and the ids in its path, in their own case.
#[derive(Debug)]
pub(super) struct At<'a> {
    pub(super) owner: PersonId,
    ids: Vec<&'a str>,
}

impl<'a> At<'a> {
    pub(super) fn new(owner: PersonId, ids: Vec<&'a str>) -> Self {
        Self { owner, ids }
    }

    /// The path's id of that number, counted without the person.
    pub(super) fn id(&self, index: usize) -> &'a str {
        self.ids.get(index).copied().unwrap_or_default()
    }
}

const fn on(method: &'static str, path: &'static str, allowed: Allowed, run: Run) -> Operation {
    Operation {
        method,
        path,
        allowed,
        run,
    }
}

/// Addresses below the version.
pub(super) const SERVICE: &[Operation] = &[
    on("POST", "$batch", BATCH, |world, call, _| {
        batch::answer(world, call)
    }),
    on("GET", "users", PROFILES, |world, call, _| {
        users::list(world, call)
    }),
    on("GET", "users/$count", PROFILES, |world, call, _| {
        users::count(world, call)
    }),
    on("GET", "users/{}", PROFILE, |world, call, at| {
        users::read(world, call, at.owner)
    }),
    on("PATCH", "users/{}", CHANGE_PROFILE, unreachable),
    on("DELETE", "users/{}", CHANGE_PROFILE, unreachable),
    on("POST", "users", CHANGE_PROFILE, unreachable),
    on("GET", "me", PROFILE, |world, call, _| me::read(world, call)),
    on("PATCH", "me", CHANGE_PROFILE, unreachable),
    on("GET", "subscriptions", SUBSCRIBE, |world, call, _| {
        subscriptions::list(world, call)
    }),
    on("POST", "subscriptions", SUBSCRIBE, |world, call, _| {
        subscriptions::create(world, call)
    }),
    on("GET", "subscriptions/{}", SUBSCRIBE, |world, call, at| {
        subscriptions::read(world, call, at.id(0))
    }),
    on("PATCH", "subscriptions/{}", SUBSCRIBE, |world, call, at| {
        subscriptions::renew(world, call, at.id(0))
    }),
    on(
        "DELETE",
        "subscriptions/{}",
        SUBSCRIBE,
        |world, call, at| subscriptions::remove(world, call, at.id(0)),
    ),
    on(
        "POST",
        "subscriptions/{}/reauthorize",
        SUBSCRIBE,
        |world, call, at| subscriptions::reauthorize(world, call, at.id(0)),
    ),
];

/// Addresses below a person, `me` or `users/{id}`.
pub(super) const MAILBOX: &[Operation] = &[
    // Calendars.
    on("GET", "calendar", READ_CALENDAR, |world, call, at| {
        calendars::default(world, call, at.owner)
    }),
    on("GET", "calendars", READ_CALENDAR, |world, call, at| {
        calendars::list(world, call, at.owner)
    }),
    on("PATCH", "calendar", WRITE_CALENDAR, |world, call, at| {
        calendar_changes::change_default(world, call, at.owner)
    }),
    on("POST", "calendars", WRITE_CALENDAR, |world, call, at| {
        calendar_changes::create(world, call, at.owner)
    }),
    on(
        "PATCH",
        "calendars/{}",
        WRITE_CALENDAR,
        |world, call, at| calendar_changes::change(world, call, at.owner, at.id(0)),
    ),
    on(
        "DELETE",
        "calendars/{}",
        WRITE_CALENDAR,
        |world, call, at| calendar_changes::remove(world, call, at.owner, at.id(0)),
    ),
    on(
        "GET",
        "calendargroups",
        READ_OWN_CALENDAR,
        |world, call, at| calendar_changes::groups(world, call, at.owner),
    ),
    on(
        "POST",
        "calendargroups",
        WRITE_OWN_CALENDAR,
        |world, call, at| calendar_changes::create_group(world, call, at.owner),
    ),
    on(
        "GET",
        "calendargroups/{}",
        READ_OWN_CALENDAR,
        |world, call, at| calendar_changes::group(world, call, at.owner, at.id(0)),
    ),
    on(
        "PATCH",
        "calendargroups/{}",
        WRITE_OWN_CALENDAR,
        |world, call, at| calendar_changes::change_group(world, call, at.owner, at.id(0)),
    ),
    on(
        "DELETE",
        "calendargroups/{}",
        WRITE_OWN_CALENDAR,
        |world, call, at| calendar_changes::remove_group(world, call, at.owner, at.id(0)),
    ),
    on(
        "GET",
        "calendargroups/{}/calendars",
        READ_OWN_CALENDAR,
        |world, call, at| calendar_changes::calendars_of(world, call, at.owner, at.id(0)),
    ),
    on(
        "POST",
        "calendargroups/{}/calendars",
        WRITE_OWN_CALENDAR,
        |world, call, at| calendar_changes::create_in_group(world, call, at.owner, at.id(0)),
    ),
    // Who may see them.
    on(
        "GET",
        "calendar/calendarpermissions",
        READ_OWN_CALENDAR,
        |world, call, at| calendar_permissions::list(world, call, at.owner, None),
    ),
    on(
        "POST",
        "calendar/calendarpermissions",
        WRITE_OWN_CALENDAR,
        |world, call, at| calendar_permissions::create(world, call, at.owner, None),
    ),
    on(
        "GET",
        "calendar/calendarpermissions/{}",
        READ_OWN_CALENDAR,
        |world, call, at| calendar_permissions::read(world, call, at.owner, None, at.id(0)),
    ),
    on(
        "PATCH",
        "calendar/calendarpermissions/{}",
        WRITE_OWN_CALENDAR,
        |world, call, at| calendar_permissions::change(world, call, at.owner, None, at.id(0)),
    ),
    on(
        "DELETE",
        "calendar/calendarpermissions/{}",
        WRITE_OWN_CALENDAR,
        |world, call, at| calendar_permissions::remove(world, call, at.owner, None, at.id(0)),
    ),
    on(
        "GET",
        "calendars/{}/calendarpermissions",
        READ_OWN_CALENDAR,
        |world, call, at| calendar_permissions::list(world, call, at.owner, Some(at.id(0))),
    ),
    on(
        "POST",
        "calendars/{}/calendarpermissions",
        WRITE_OWN_CALENDAR,
        |world, call, at| calendar_permissions::create(world, call, at.owner, Some(at.id(0))),
    ),
    on(
        "GET",
        "calendars/{}/calendarpermissions/{}",
        READ_OWN_CALENDAR,
        |world, call, at| {
            calendar_permissions::read(world, call, at.owner, Some(at.id(0)), at.id(1))
        },
    ),
    on(
        "PATCH",
        "calendars/{}/calendarpermissions/{}",
        WRITE_OWN_CALENDAR,
        |world, call, at| {
            calendar_permissions::change(world, call, at.owner, Some(at.id(0)), at.id(1))
        },
    ),
    on(
        "DELETE",
        "calendars/{}/calendarpermissions/{}",
        WRITE_OWN_CALENDAR,
        |world, call, at| {
            calendar_permissions::remove(world, call, at.owner, Some(at.id(0)), at.id(1))
        },
    ),
    on("GET", "calendars/{}", READ_CALENDAR, |world, call, at| {
        calendars::read(world, call, at.owner, at.id(0))
    }),
    // What has changed in them; before what it could be an id of.
    on(
        "GET",
        "calendarview/delta",
        READ_CALENDAR,
        |world, call, at| event_delta::of_default_view(world, call, at.owner),
    ),
    on(
        "GET",
        "calendar/calendarview/delta",
        READ_CALENDAR,
        |world, call, at| event_delta::of_default_view(world, call, at.owner),
    ),
    on("GET", "events/delta", READ_CALENDAR, |world, call, at| {
        event_delta::of_default_events(world, call, at.owner)
    }),
    on(
        "GET",
        "calendar/events/delta",
        READ_CALENDAR,
        |world, call, at| event_delta::of_default_events(world, call, at.owner),
    ),
    on(
        "GET",
        "calendars/{}/calendarview/delta",
        READ_CALENDAR,
        |world, call, at| event_delta::of_view(world, call, at.owner, at.id(0)),
    ),
    on(
        "GET",
        "calendars/{}/events/delta",
        READ_CALENDAR,
        |world, call, at| event_delta::of_events(world, call, at.owner, at.id(0)),
    ),
    // What is in them.
    on("GET", "calendarview", READ_CALENDAR, |world, call, at| {
        calendar_view::default(world, call, at.owner)
    }),
    on(
        "GET",
        "calendar/calendarview",
        READ_CALENDAR,
        |world, call, at| calendar_view::default(world, call, at.owner),
    ),
    on(
        "GET",
        "calendars/{}/calendarview",
        READ_CALENDAR,
        |world, call, at| calendar_view::of_calendar(world, call, at.owner, at.id(0)),
    ),
    on("GET", "events", READ_CALENDAR, |world, call, at| {
        events::list(world, call, at.owner)
    }),
    on(
        "GET",
        "calendar/events",
        READ_CALENDAR,
        |world, call, at| events::list(world, call, at.owner),
    ),
    on(
        "GET",
        "calendars/{}/events",
        READ_CALENDAR,
        |world, call, at| events::list_of_calendar(world, call, at.owner, at.id(0)),
    ),
    on("POST", "events", WRITE_CALENDAR, |world, call, at| {
        event_changes::create(world, call, at.owner)
    }),
    on(
        "POST",
        "calendar/events",
        WRITE_CALENDAR,
        |world, call, at| event_changes::create(world, call, at.owner),
    ),
    on(
        "POST",
        "calendars/{}/events",
        WRITE_CALENDAR,
        |world, call, at| event_changes::create_in_calendar(world, call, at.owner, at.id(0)),
    ),
    on("GET", "events/{}", READ_CALENDAR, |world, call, at| {
        events::read(world, call, at.owner, at.id(0))
    }),
    on("PATCH", "events/{}", WRITE_CALENDAR, |world, call, at| {
        event_changes::change(world, call, at.owner, at.id(0))
    }),
    on("DELETE", "events/{}", WRITE_CALENDAR, |world, call, at| {
        event_changes::delete(world, call, at.owner, at.id(0))
    }),
    on(
        "GET",
        "events/{}/instances",
        READ_CALENDAR,
        |world, call, at| calendar_view::instances(world, call, at.owner, at.id(0)),
    ),
    on(
        "GET",
        "calendar/events/{}",
        READ_CALENDAR,
        |world, call, at| events::read(world, call, at.owner, at.id(0)),
    ),
    on(
        "PATCH",
        "calendar/events/{}",
        WRITE_CALENDAR,
        |world, call, at| event_changes::change(world, call, at.owner, at.id(0)),
    ),
    on(
        "DELETE",
        "calendar/events/{}",
        WRITE_CALENDAR,
        |world, call, at| event_changes::delete(world, call, at.owner, at.id(0)),
    ),
    on(
        "GET",
        "calendars/{}/events/{}",
        READ_CALENDAR,
        |world, call, at| events::read(world, call, at.owner, at.id(1)),
    ),
    on(
        "PATCH",
        "calendars/{}/events/{}",
        WRITE_CALENDAR,
        |world, call, at| event_changes::change(world, call, at.owner, at.id(1)),
    ),
    on(
        "DELETE",
        "calendars/{}/events/{}",
        WRITE_CALENDAR,
        |world, call, at| event_changes::delete(world, call, at.owner, at.id(1)),
    ),
    // What can be done with a meeting.
    on(
        "POST",
        "events/{}/cancel",
        WRITE_CALENDAR,
        |world, call, at| event_actions::cancel(world, call, at.owner, at.id(0)),
    ),
    on(
        "POST",
        "events/{}/accept",
        WRITE_CALENDAR,
        |world, call, at| event_actions::accept(world, call, at.owner, at.id(0)),
    ),
    on(
        "POST",
        "events/{}/tentativelyaccept",
        WRITE_CALENDAR,
        |world, call, at| event_actions::tentatively_accept(world, call, at.owner, at.id(0)),
    ),
    on(
        "POST",
        "events/{}/decline",
        WRITE_CALENDAR,
        |world, call, at| event_actions::decline(world, call, at.owner, at.id(0)),
    ),
    on("POST", "events/{}/forward", FORWARD, |world, call, at| {
        event_actions::forward(world, call, at.owner, at.id(0))
    }),
    on(
        "GET",
        "events/{}/calendar",
        READ_CALENDAR,
        |world, call, at| events::calendar(world, call, at.owner, at.id(0)),
    ),
    on(
        "GET",
        "events/{}/attachments",
        READ_CALENDAR,
        |world, call, at| events::attachments(world, call, at.owner, at.id(0)),
    ),
    on(
        "POST",
        "events/{}/snoozereminder",
        WRITE_CALENDAR,
        |world, call, at| reminders::snooze(world, call, at.owner, at.id(0)),
    ),
    on(
        "POST",
        "events/{}/dismissreminder",
        WRITE_CALENDAR,
        |world, call, at| reminders::dismiss(world, call, at.owner, at.id(0)),
    ),
    on(
        "GET",
        "reminderview",
        READ_OWN_CALENDAR,
        |world, call, at| reminders::view(world, call, at.owner),
    ),
    // Free and busy times.
    on(
        "POST",
        "calendar/getschedule",
        SCHEDULE,
        |world, call, _| schedule::answer(world, call),
    ),
    on("POST", "findmeetingtimes", FIND_TIMES, |world, call, _| {
        find_times::answer(world, call)
    }),
    // Contacts.
    on("GET", "contacts", READ_CONTACTS, |world, call, _| {
        contacts::list(world, call)
    }),
    on("GET", "contacts/delta", READ_CONTACTS, |world, call, _| {
        contact_folders::delta_of_default(world, call)
    }),
    on("GET", "contactfolders", READ_CONTACTS, |world, call, _| {
        contact_folders::list(world, call)
    }),
    on(
        "GET",
        "contactfolders/{}",
        READ_CONTACTS,
        |world, call, at| contact_folders::read(world, call, at.id(0)),
    ),
    on(
        "GET",
        "contactfolders/{}/childfolders",
        READ_CONTACTS,
        |world, call, at| contact_folders::children(world, call, at.id(0)),
    ),
    on(
        "GET",
        "contactfolders/{}/contacts",
        READ_CONTACTS,
        |world, call, at| contact_folders::contacts(world, call, at.id(0)),
    ),
    on(
        "GET",
        "contactfolders/{}/contacts/delta",
        READ_CONTACTS,
        |world, call, at| contact_folders::delta_of(world, call, at.id(0)),
    ),
    on(
        "GET",
        "contactfolders/{}/contacts/{}",
        READ_CONTACTS,
        |world, call, at| contact_folders::contact(world, call, at.id(0), at.id(1)),
    ),
    on("GET", "contacts/{}", READ_CONTACTS, |world, call, at| {
        contacts::read(world, call, at.id(0))
    }),
    // People.
    on("GET", "people", PEOPLE, |world, call, at| {
        people::list(world, call, at.owner)
    }),
    on("GET", "people/{}", PEOPLE, |world, call, at| {
        people::read(world, call, at.owner, at.id(0))
    }),
    // The mailbox and its person.
    on("GET", "mailboxsettings", READ_SETTINGS, |world, call, _| {
        settings::read(world, call)
    }),
    on(
        "PATCH",
        "mailboxsettings",
        WRITE_SETTINGS,
        |world, call, _| settings::change(world, call),
    ),
    on(
        "GET",
        "mailboxsettings/{}",
        READ_SETTINGS,
        |world, call, at| settings::read_one(world, call, at.id(0)),
    ),
    on(
        "POST",
        "translateexchangeids",
        TRANSLATE,
        |world, call, _| ids::translate(world, call),
    ),
    on("GET", "manager", REPORTING, |_, _, _| users::manager()),
    on("GET", "directreports", REPORTING, |world, call, at| {
        users::direct_reports(world, call, at.owner)
    }),
    on(
        "GET",
        "outlook/supportedtimezones",
        ZONES,
        |world, call, _| time_zones::list(world, call),
    ),
];

/// `/oidc/userinfo`, which is no part of a version.
pub(super) const USERINFO_OPERATION: Operation =
    on("GET", "oidc/userinfo", USERINFO, |world, call, _| {
        me::userinfo(world, call)
    });

/// Stands where no token gets past the check.
fn unreachable(_: &mut World, _: &Call<'_>, _: &At<'_>) -> Outcome {
    Err(GraphError::no_method())
}

/// A path's parts: as they are compared, and as they were written.
#[derive(Debug)]
pub(super) struct Path {
    words: Vec<String>,
    written: Vec<String>,
}

impl Path {
    /// Splits keys in brackets off: `users('x')` is `users`, then `x`. Parameters of functions are left out of the word.
    pub(super) fn read(segments: &[String]) -> Self {
        let (mut words, mut written) = (Vec::new(), Vec::new());
        for segment in segments {
            let key = segment
                .strip_suffix("')")
                .and_then(|rest| rest.split_once("('"));
            match key {
                Some((name, key)) => {
                    words.extend([word(name), String::new()]);
                    written.extend([name.to_owned(), key.replace("''", "'")]);
                }
                None => {
                    words.push(word(segment));
                    written.push(segment.clone());
                }
            }
        }
        Self { words, written }
    }

    pub(super) fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    pub(super) fn written(&self, index: usize) -> &str {
        self.written.get(index).map_or("", String::as_str)
    }

    /// Finds the operation for the parts from `from` on.
    pub(super) fn find(
        &self,
        table: &'static [Operation],
        from: usize,
        method: &str,
    ) -> Result<(&'static Operation, Vec<&str>), GraphError> {
        let found = self.find_from(table, from, method);
        match self.event_from(from).filter(|_| found.is_err()) {
            Some(event) => self.find_from(table, event, method),
            None => found,
        }
    }

    /// Where the shorter address of something begins; what contains an event or a calendar makes no difference.
    fn event_from(&self, from: usize) -> Option<usize> {
        let words: Vec<&str> = self.words().into_iter().skip(from).collect();
        match words.as_slice() {
            ["calendar", "events", _, _, ..] => Some(from + 1),
            ["calendars", _, "events", _, _, ..] => Some(from + 2),
            ["calendargroups", _, "calendars", _, "events", _, _, ..] => Some(from + 4),
            ["calendargroups", _, "calendars", _, ..] => Some(from + 2),
            _ => None,
        }
    }

    fn find_from(
        &self,
        table: &'static [Operation],
        from: usize,
        method: &str,
    ) -> Result<(&'static Operation, Vec<&str>), GraphError> {
        let words = self.words.get(from..).unwrap_or_default();
        let mut known = 0;
        let mut other_method = false;
        for operation in table {
            let parts: Vec<&str> = operation.path.split('/').collect();
            let same = parts
                .iter()
                .zip(words)
                .take_while(|(part, word)| **part == "{}" || *part == word)
                .count();
            known = known.max(same);
            if same == parts.len() && same == words.len() {
                if operation.method == method {
                    let ids = parts
                        .iter()
                        .zip(self.written.get(from..).unwrap_or_default())
                        .filter(|(part, _)| **part == "{}")
                        .map(|(_, written)| written.as_str());
                    return Ok((operation, ids.collect()));
                }
                other_method = true;
            }
        }
        Err(if other_method {
            GraphError::no_method()
        } else {
            GraphError::unknown_segment(self.written(from + known))
        })
    }
}

/// Functions whose parameters stand in the path.
const WITH_PARAMETERS: &[&str] = &["supportedtimezones", "reminderview"];

/// A path part as the table has it: lower case, without namespace, without a function's brackets and what is in them.
fn word(segment: &str) -> String {
    let lower = segment.to_ascii_lowercase();
    let short = lower.strip_prefix("microsoft.graph.").unwrap_or(&lower);
    match short.split_once('(') {
        Some((name, ")")) => name.to_owned(),
        Some((name, rest)) if WITH_PARAMETERS.contains(&name) && rest.ends_with(')') => {
            name.to_owned()
        }
        _ => short.to_owned(),
    }
}

/// An operation as others may read about it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Permission {
    /// The HTTP method.
    pub method: &'static str,
    /// The path below the version, ids as `{}`; `/me/...` stands for `/users/{}/...` too.
    pub path: String,
    /// One of these allows it in the caller's own mailbox; `None` when any token does, empty when none does.
    pub own: Option<Vec<&'static str>>,
    /// The same for somebody else's mailbox, beside the share that is needed.
    pub others: Option<Vec<&'static str>>,
}

/// Every operation of Graph here with the scopes that allow it.
pub fn permissions() -> Vec<Permission> {
    let scopes = |need: Need| match need {
        Need::Token => None,
        Need::Scope(any_of) => Some(any_of.to_vec()),
        Need::Impossible => Some(Vec::new()),
    };
    let entry = |front: &str, operation: &Operation| Permission {
        method: operation.method,
        path: format!("{front}{}", operation.path),
        own: scopes(operation.allowed.own),
        others: scopes(operation.allowed.others),
    };
    SERVICE
        .iter()
        .map(|operation| entry("/", operation))
        .chain(MAILBOX.iter().map(|operation| entry("/me/", operation)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Path {
        let parts: Vec<String> = text.split('/').map(str::to_owned).collect();
        Path::read(&parts)
    }

    #[test]
    fn a_key_in_brackets_is_a_part_of_its_own_and_keeps_its_case() {
        let found = path("Calendars('AAMk=')/Microsoft.Graph.CalendarView()");
        let (operation, ids) = found.find(MAILBOX, 0, "GET").expect("known");
        assert_eq!(operation.path, "calendars/{}/calendarview");
        assert_eq!(ids, ["AAMk="]);
    }

    #[test]
    fn what_is_below_an_event_is_found_below_its_calendar_too() {
        for text in [
            "events/X/accept",
            "calendar/events/X/microsoft.graph.accept",
            "calendars/Y/events/X/accept",
        ] {
            let found = path(text);
            let (operation, ids) = found.find(MAILBOX, 0, "POST").expect("known");
            assert_eq!((operation.path, ids), ("events/{}/accept", vec!["X"]));
        }
    }

    #[test]
    fn only_a_function_has_parameters() {
        let zones = path(
            "outlook/supportedTimeZones(TimeZoneStandard=microsoft.graph.timeZoneStandard'Iana')",
        );
        assert!(zones.find(MAILBOX, 0, "GET").is_ok());
        for strange in ["events(x)", "events(a=b)", "calendarView(%)"] {
            assert!(path(strange).find(MAILBOX, 0, "GET").is_err(), "{strange}");
        }
    }

    #[test]
    fn no_address_stands_in_the_table_twice() {
        for table in [SERVICE, MAILBOX] {
            for (index, one) in table.iter().enumerate() {
                let twice = table[..index]
                    .iter()
                    .any(|other| other.method == one.method && other.path == one.path);
                assert!(!twice, "{} {}", one.method, one.path);
            }
        }
    }
}
