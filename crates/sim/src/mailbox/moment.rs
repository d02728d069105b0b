//! A point of wall time in a named zone, as calendars keep them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::zones::{Zone, wall_text};

/// A wall time in a zone, with its instant worked out once.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Moment {
    wall: DateTime,
    zone: Zone,
    instant: Timestamp,
}

impl Moment {
    pub(crate) fn new(wall: DateTime, zone: Zone) -> Self {
        let instant = zone.instant(wall);
        Self {
            wall,
            zone,
            instant,
        }
    }

    /// The same wall time at exactly that instant, of the two that it has when the clocks go back.
    pub(crate) fn at_instant(mut self, instant: Timestamp) -> Self {
        if self.zone.wall(instant) == self.wall {
            self.instant = instant;
        }
        self
    }

    pub(crate) fn wall(&self) -> DateTime {
        self.wall
    }

    pub(crate) fn zone(&self) -> &Zone {
        &self.zone
    }

    pub(crate) fn instant(&self) -> Timestamp {
        self.instant
    }

    /// The wall time taken as UTC, which is how Graph's windows match all-day events.
    pub(crate) fn floating(&self) -> Timestamp {
        TimeZone::UTC
            .to_timestamp(self.wall)
            .unwrap_or(Timestamp::MIN)
    }

    /// A `dateTimeTimeZone` in the asked zone.
    pub(crate) fn render(&self, zone: &Zone) -> Value {
        json!({ "dateTime": wall_text(zone.wall(self.instant)), "timeZone": &*zone.name })
    }

    /// A `dateTimeTimeZone` of an all-day event: its own date, under the asked zone's name.
    pub(crate) fn render_floating(&self, zone: &Zone) -> Value {
        json!({ "dateTime": wall_text(self.wall), "timeZone": &*zone.name })
    }
}
