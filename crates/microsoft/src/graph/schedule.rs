//! The person's own schedule: the one way to her time zone without reading mailbox settings.

use std::time::Duration;

use domain::people::Address;
use domain::time::Zone;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use serde_json::json;

use super::Graph;
use super::query::Query;
use crate::error::Error;
use crate::wire::Collection;
use crate::wire::schedule::WireSchedule;

/// What a schedule says about its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSchedule {
    /// The zone of the working hours, normally the mailbox's. `None` when it is a custom zone, or not known by name.
    pub zone: Option<Zone>,
    /// `None` when the mailbox does not say.
    pub working_hours: Option<WorkingHours>,
}

/// When somebody works, on the clocks of [`OwnSchedule::zone`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingHours {
    /// On which days.
    pub days: Vec<Weekday>,
    /// From.
    pub start: Time,
    /// To.
    pub end: Time,
}

impl Graph<'_> {
    /// The person's own working hours and their zone, asked as her free/busy of today. Relies on `Calendars.ReadWrite`.
    /// A mailbox that does not answer for this address gives an empty schedule, not an error.
    ///
    /// # Errors
    /// See [`Kind`](crate::Kind).
    pub async fn own_schedule(&self, address: &Address) -> Result<OwnSchedule, Error> {
        let today = self.clock.now().to_zoned(TimeZone::UTC).date();
        let from = today.at(0, 0, 0, 0);
        let to = from
            .checked_add(Duration::from_secs(86_400))
            .unwrap_or(from);
        let time = |moment: jiff::civil::DateTime| json!({ "dateTime": moment.strftime("%Y-%m-%dT%H:%M:%S").to_string(), "timeZone": "UTC" });
        let body = json!({ "schedules": [address.as_str()], "startTime": time(from), "endTime": time(to), "availabilityViewInterval": 60 });
        let answer: Collection<WireSchedule> = self
            .ask(Query::path("/me/calendar/getSchedule"), &body)
            .await?;
        Ok(answer.value.into_iter().next().map_or(
            OwnSchedule {
                zone: None,
                working_hours: None,
            },
            WireSchedule::understood,
        ))
    }
}
