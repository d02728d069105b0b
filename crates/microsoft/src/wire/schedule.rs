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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(schedule: serde_json::Value) -> OwnSchedule {
        serde_json::from_value::<WireSchedule>(schedule)
            .expect("a schedule")
            .understood()
    }

    #[test]
    fn working_hours_name_the_zone() {
        let schedule = read(json!({ "scheduleId": "a@x.example", "workingHours": {
            "daysOfWeek": ["monday", "Friday", "unknownFutureValue"], "startTime": "08:00:00.0000000", "endTime": "17:30:00.0000000",
            "timeZone": { "name": "W. Europe Standard Time" } } }));
        assert_eq!(schedule.zone.expect("known").name(), "Europe/Berlin");
        let hours = schedule.working_hours.expect("there");
        assert_eq!(hours.days, [Weekday::Monday, Weekday::Friday]);
        assert_eq!(
            (hours.start, hours.end),
            (Time::constant(8, 0, 0, 0), Time::constant(17, 30, 0, 0))
        );
    }

    #[test]
    fn a_custom_zone_or_no_hours_name_none() {
        let custom = read(
            json!({ "workingHours": { "daysOfWeek": [], "startTime": "08:00:00.0000000", "endTime": "17:00:00.0000000",
            "timeZone": { "@odata.type": "#microsoft.graph.customTimeZone", "name": "Customized Time Zone", "bias": 480 } } }),
        );
        assert!(custom.zone.is_none() && custom.working_hours.is_some());
        assert_eq!(
            read(json!({ "error": { "responseCode": "5009" } })),
            OwnSchedule {
                zone: None,
                working_hours: None
            }
        );
        assert_eq!(
            read(json!({ "workingHours": null })),
            OwnSchedule {
                zone: None,
                working_hours: None
            }
        );
    }
}
