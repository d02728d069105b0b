//! Calendars of a mailbox: the folders in which events are.

use std::sync::Arc;

use crate::mailbox::ids::{new_calendar_id, new_change_key};
use crate::random::Seeded;

/// The id of a calendar, shared by all its events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CalendarId(Arc<str>);

impl CalendarId {
    pub(crate) fn new(ids: &mut Seeded) -> Self {
        Self(new_calendar_id(ids).into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// One calendar of a mailbox.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    pub(crate) id: CalendarId,
    /// What its owner called it; the default calendar has a name in the owner's language until then.
    pub(crate) name: Option<String>,
    /// A word of `calendarColor`.
    pub(crate) color: String,
    pub(crate) change_key: String,
    /// The group that it is listed under; `None` is the default group.
    pub(crate) group: Option<String>,
    /// Whether meetings in it can be online.
    pub(crate) online: bool,
}

impl Calendar {
    /// A calendar as it is when nothing was chosen.
    pub(crate) fn new(ids: &mut Seeded, name: Option<String>) -> Self {
        Self {
            id: CalendarId::new(ids),
            name,
            color: "auto".to_owned(),
            change_key: new_change_key(ids),
            group: None,
            online: true,
        }
    }
}

/// What calendars are listed under.
#[derive(Debug, Clone)]
pub(crate) struct CalendarGroup {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Outlook's own groups have fixed ones.
    pub(crate) class_id: String,
    pub(crate) change_key: String,
}

/// The groups that every mailbox has, in their order.
const GIVEN: &[(&str, &str)] = &[
    ("My Calendars", "0006f0b7-0000-0000-c000-000000000046"),
    ("Other Calendars", "0006f0b8-0000-0000-c000-000000000046"),
    ("People's Calendars", "0006f0b9-0000-0000-c000-000000000046"),
];

impl CalendarGroup {
    pub(crate) fn new(ids: &mut Seeded, name: &str, class_id: &str) -> Self {
        Self {
            // Groups are folders, and folders have ids of one form.
            id: new_calendar_id(ids),
            name: name.to_owned(),
            class_id: class_id.to_owned(),
            change_key: new_change_key(ids),
        }
    }

    /// The groups of a new mailbox.
    pub(crate) fn given(ids: &mut Seeded) -> Vec<Self> {
        let groups = GIVEN
            .iter()
            .map(|(name, class_id)| Self::new(ids, name, class_id));
        groups.collect()
    }

    /// Whether a group of that class is Outlook's own.
    pub(crate) fn is_given(class_id: &str) -> bool {
        GIVEN.iter().any(|(_, given)| *given == class_id)
    }
}
