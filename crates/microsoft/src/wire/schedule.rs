//! A schedule as Graph gives it.

use jiff::civil::{Time, Weekday};
use serde::Deserialize;

use super::zones;
use crate::graph::{OwnSchedule, WorkingHours};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireSchedule {
    working_hours: Option<WireHours>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireHours {
    days_of_week: Option<Vec<String>>,
    start_time: Option<String>,
    end_time: Option<String>,
    time_zone: Option<WireZone>,
}

#[derive(Deserialize)]
struct WireZone {
    name: Option<String>,
}

impl WireSchedule {
    /// A custom zone has a name that nobody knows, so it gives none; a bias alone cannot say when clocks change.
    pub(crate) fn understood(self) -> OwnSchedule {
        let Some(hours) = self.working_hours else {
            return OwnSchedule {
                zone: None,
                working_hours: None,
            };
        };
        let zone = hours
            .time_zone
            .as_ref()
            .and_then(|zone| zone.name.as_deref())
            .and_then(zones::zone);
        OwnSchedule {
            zone,
            working_hours: hours.understood(),
        }
    }
}

impl WireHours {
    fn understood(&self) -> Option<WorkingHours> {
        let time = |text: &Option<String>| text.as_deref()?.parse::<Time>().ok();
        let days = self
            .days_of_week
            .iter()
            .flatten()
            .filter_map(|day| weekday(day))
            .collect();
        Some(WorkingHours {
            days,
            start: time(&self.start_time)?,
            end: time(&self.end_time)?,
        })
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name.to_ascii_lowercase().as_str() {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    })
}
