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
    #[expect(dead_code, reason = "the addresses of calendar groups come next")]
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
