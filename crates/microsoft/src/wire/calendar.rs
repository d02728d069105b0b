//! A calendar as Graph gives it.

use domain::calendar::details::{Calendar, CalendarId};
use serde::Deserialize;

use super::event::{WireAddress, line};

/// What is asked for, and all of it is used.
pub(crate) const SELECT: &str = "id,name,owner,isDefaultCalendar,canEdit";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireCalendar {
    id: String,
    name: Option<String>,
    owner: Option<WireAddress>,
    is_default_calendar: Option<bool>,
    can_edit: Option<bool>,
}

impl WireCalendar {
    /// The calendar in our words; `None` when it has no id.
    pub(crate) fn understood(self) -> Option<Calendar> {
        (!self.id.is_empty()).then(|| Calendar {
            id: CalendarId::new(self.id),
            name: line(self.name).unwrap_or_default(),
            owner: self.owner.map(WireAddress::mailbox),
            default: self.is_default_calendar.unwrap_or(false),
            editable: self.can_edit.unwrap_or(false),
        })
    }
}
