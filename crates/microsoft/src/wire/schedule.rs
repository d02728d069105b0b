//! A schedule as Graph gives it.

use domain::calendar::{ShowAs, Span};
use domain::people::Address;
use domain::slots::Hours;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::event::{WireTime, show_as};
use super::zones;
use crate::graph::{BusyTime, OwnSchedule, Seen, Unseen, WorkingHours};

/// How long one digit of an availability view is.
pub(crate) const VIEW_STEP: SignedDuration = SignedDuration::from_mins(15);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireSchedule {
    schedule_id: Option<String>,
    availability_view: Option<String>,
    schedule_items: Option<Vec<WireItem>>,
    working_hours: Option<WireHours>,
    error: Option<WireError>,
}

#[derive(Deserialize)]
struct WireItem {
    status: Option<String>,
    start: Option<WireTime>,
    end: Option<WireTime>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireError {
    response_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireHours {
    days_of_week: Option<Vec<String>>,
    start_time: Option<String>,
    end_time: Option<String>,
    time_zone: Option<WireZone>,
}

/// A zone by name, or by its rules.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireZone {
    name: Option<String>,
    bias: Option<i32>,
    standard_offset: Option<WireChange>,
    daylight_offset: Option<WireChange>,
}

/// When clocks change, every year.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireChange {
    daylight_bias: Option<i32>,
    time: Option<String>,
    day_occurrence: Option<i32>,
    day_of_week: Option<String>,
    month: Option<i32>,
    year: Option<i32>,
}

/// What a schedule tells about its owner.
pub(crate) enum Told {
    /// Something.
    Seen(Seen),
    /// Nothing, and why.
    Nothing(Unseen),
    /// That there is too much in the asked time.
    TooMuch,
}

impl WireSchedule {
    /// A custom zone has a name that nobody knows, so it gives none.
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

    /// Whether it is about this address.
    pub(crate) fn is_of(&self, address: &Address) -> bool {
        self.schedule_id
            .as_deref()
            .is_some_and(|id| id.eq_ignore_ascii_case(address.as_str()))
    }

    /// What it tells about the time it was asked for.
    pub(crate) fn told(self, from: Timestamp, to: Timestamp) -> Told {
        if let Some(error) = &self.error {
            // 5009: no such address here. 5016: no mailbox, or nobody; Microsoft does not say which.
            return match error.response_code.as_deref() {
                Some("5006") => Told::TooMuch,
                Some("5009" | "5016") => Told::Nothing(Unseen::NotFound),
                Some(_) | None => Told::Nothing(Unseen::NoAccess),
            };
        }
        let items = match &self.schedule_items {
            Some(items) if items.is_empty() => Some(self.viewed(from, to).unwrap_or_default()),
            Some(items) => items.iter().map(WireItem::understood).collect(),
            None => self.viewed(from, to),
        };
        let Some(times) = items else {
            return Told::Nothing(Unseen::NoAccess);
        };
        let zone = self
            .working_hours
            .as_ref()
            .and_then(|hours| hours.time_zone.as_ref())
            .and_then(WireZone::rules);
        let hours = self
            .working_hours
            .and_then(|hours| hours.understood())
            .filter(|hours| !hours.days.is_empty())
            .zip(zone.clone())
            .map(|(hours, zone)| Hours {
                days: hours.days,
                start: hours.start,
                end: hours.end,
                zone,
            });
        Told::Seen(Seen { times, hours, zone })
    }

    /// The times by the digits of the view, where there are no items: all of the asked time, or it tells nothing.
    fn viewed(&self, from: Timestamp, to: Timestamp) -> Option<Vec<BusyTime>> {
        let view = self.availability_view.as_deref()?.as_bytes();
        let mut times: Vec<BusyTime> = Vec::new();
        let mut begins = from;
        for run in view.chunk_by(|one, other| one == other) {
            let length = VIEW_STEP.checked_mul(i32::try_from(run.len()).ok()?)?;
            let ends = begins.checked_add(length).ok()?;
            let shows = digit(run[0]);
            if shows != ShowAs::Free {
                times.push(BusyTime {
                    span: Span::Timed {
                        start: begins,
                        end: ends,
                    },
                    shows,
                });
            }
            begins = ends;
        }
        (begins >= to).then_some(times)
    }
}

fn digit(digit: u8) -> ShowAs {
    match digit {
        b'0' => ShowAs::Free,
        b'1' => ShowAs::Tentative,
        b'3' => ShowAs::OutOfOffice,
        b'4' => ShowAs::WorkingElsewhere,
        _ => ShowAs::Busy,
    }
}

impl WireItem {
    /// Whole days come as midnights of the asked zone, which is UTC here; what lasts from one to another is taken as such.
    fn understood(&self) -> Option<BusyTime> {
        let (start, end) = (self.start.as_ref()?.moment()?, self.end.as_ref()?.moment()?);
        let midnight = |moment: Timestamp| moment.as_second().rem_euclid(86_400) == 0;
        let span = if midnight(start) && midnight(end) && start < end {
            let date = |moment: Timestamp| TimeZone::UTC.to_datetime(moment).date();
            Span::Days {
                first: date(start),
                last: date(end).yesterday().ok()?,
            }
        } else {
            Span::Timed { start, end }
        };
        Some(BusyTime {
            span,
            shows: show_as(self.status.as_deref().unwrap_or_default()),
        })
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

impl WireZone {
    /// The zone, by its name or else by its rules. `None` when both say nothing, or the rules are of one year only.
    fn rules(&self) -> Option<TimeZone> {
        if let Some(zone) = self.name.as_deref().and_then(zones::zone) {
            return Some(zone.zone().clone());
        }
        let bias = self.bias?;
        let standard = format!("<S00>{}", west(bias));
        let changes = |change: &WireChange| change.month.is_some_and(|month| month != 0);
        let text = match (&self.standard_offset, &self.daylight_offset) {
            (Some(back), Some(forth)) if changes(back) && changes(forth) => format!(
                "{standard}<D00>{},{},{}",
                west(bias + forth.daylight_bias.unwrap_or(0)),
                forth.rule()?,
                back.rule()?
            ),
            _ => standard,
        };
        TimeZone::posix(&text).ok()
    }
}

impl WireChange {
    /// As POSIX writes it: month, week (5 is the last), day of the week, time.
    fn rule(&self) -> Option<String> {
        if self.year.is_some_and(|year| year != 0) {
            return None;
        }
        let day = weekday(self.day_of_week.as_deref()?)?.to_sunday_zero_offset();
        let time: Time = self.time.as_deref()?.parse().ok()?;
        let (month, week) = (self.month?, self.day_occurrence?);
        Some(format!(
            "M{month}.{week}.{day}/{}",
            time.strftime("%H:%M:%S")
        ))
    }
}

/// Minutes west of UTC, as POSIX writes them.
fn west(minutes: i32) -> String {
    let sign = if minutes < 0 { "-" } else { "" };
    let minutes = minutes.unsigned_abs();
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
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

    fn moment(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    fn told(schedule: serde_json::Value) -> Result<Seen, String> {
        let schedule: WireSchedule = serde_json::from_value(schedule).expect("a schedule");
        match schedule.told(
            moment("2026-11-24T00:00:00Z"),
            moment("2026-11-24T01:00:00Z"),
        ) {
            Told::Seen(seen) => Ok(seen),
            Told::Nothing(why) => Err(format!("{why:?}")),
            Told::TooMuch => Err("too much".into()),
        }
    }

    #[test]
    fn each_error_of_a_schedule_says_what_is_to_be_done_about_it() {
        for (schedule, expected) in [
            (json!({ "error": { "responseCode": "5009" } }), "NotFound"),
            (
                json!({ "error": { "responseCode": "5016" }, "scheduleItems": null }),
                "NotFound",
            ),
            (json!({ "error": { "responseCode": "5006" } }), "too much"),
            (json!({ "error": { "responseCode": "9999" } }), "NoAccess"),
            (json!({ "error": {} }), "NoAccess"),
            (
                json!({ "scheduleItems": null, "availabilityView": "" }),
                "NoAccess",
            ),
            (
                json!({ "scheduleItems": null, "availabilityView": "000" }),
                "NoAccess",
            ),
            (
                json!({ "scheduleItems": [{ "status": "busy" }] }),
                "NoAccess",
            ),
        ] {
            assert_eq!(
                told(schedule.clone()),
                Err(expected.to_owned()),
                "{schedule}"
            );
        }
    }

    #[test]
    fn where_there_are_no_items_the_view_tells_the_times() {
        for items in [json!(null), json!([])] {
            let seen =
                told(json!({ "scheduleItems": items, "availabilityView": "0221" })).expect("seen");
            let stretch = |from: &str, to: &str, shows| BusyTime {
                span: Span::Timed {
                    start: moment(from),
                    end: moment(to),
                },
                shows,
            };
            assert_eq!(
                seen.times,
                [
                    stretch("2026-11-24T00:15:00Z", "2026-11-24T00:45:00Z", ShowAs::Busy),
                    stretch(
                        "2026-11-24T00:45:00Z",
                        "2026-11-24T01:00:00Z",
                        ShowAs::Tentative
                    ),
                ]
            );
        }
    }

    #[test]
    fn what_lasts_from_midnight_to_midnight_is_whole_days() {
        let item = |start: &str, end: &str| json!({ "status": "oof", "start": { "dateTime": start, "timeZone": "UTC" }, "end": { "dateTime": end, "timeZone": "UTC" } });
        let seen = told(json!({ "scheduleItems": [item("2026-11-24T00:00:00.0000000", "2026-11-26T00:00:00.0000000"), item("2026-11-24T00:00:00", "2026-11-24T01:00:00")] })).expect("seen");
        let day = |day| jiff::civil::Date::constant(2026, 11, day);
        assert_eq!(
            seen.times[0].span,
            Span::Days {
                first: day(24),
                last: day(25)
            }
        );
        assert!(matches!(seen.times[1].span, Span::Timed { .. }));
    }

    /// The rules of New York and of Sydney, written as a custom zone, against the zones themselves.
    #[test]
    fn a_custom_zone_changes_its_clocks_by_its_own_rules() {
        let rule = |occurrence: i32, month: i32, time: &str| json!({ "daylightBias": -60, "time": time, "dayOccurrence": occurrence, "dayOfWeek": "sunday", "month": month, "year": 0 });
        let hours = |zone: serde_json::Value| json!({ "availabilityView": "0000", "workingHours": { "daysOfWeek": ["monday"], "startTime": "08:00:00.0000000", "endTime": "17:00:00.0000000", "timeZone": zone } });
        let custom = |bias: i32, standard: serde_json::Value, daylight: serde_json::Value| json!({ "name": "Customized Time Zone", "bias": bias, "standardOffset": standard, "daylightOffset": daylight });
        for (zone, name) in [
            (
                custom(
                    300,
                    rule(1, 11, "02:00:00.0000000"),
                    rule(2, 3, "02:00:00.0000000"),
                ),
                "America/New_York",
            ),
            (
                custom(
                    -600,
                    rule(1, 4, "03:00:00.0000000"),
                    rule(1, 10, "02:00:00.0000000"),
                ),
                "Australia/Sydney",
            ),
            (
                custom(
                    -60,
                    rule(5, 10, "03:00:00.0000000"),
                    rule(5, 3, "02:00:00.0000000"),
                ),
                "Europe/Berlin",
            ),
            (
                json!({ "name": "Customized Time Zone", "bias": -330 }),
                "Asia/Kolkata",
            ),
            (
                custom(180, json!({ "month": 0 }), json!({ "month": 0 })),
                "America/Sao_Paulo",
            ),
        ] {
            let rules = told(hours(zone))
                .expect("seen")
                .hours
                .expect("derived")
                .zone;
            let named = TimeZone::get(name).expect("bundled");
            let mut at = moment("2026-01-01T00:00:00Z");
            while at < moment("2027-12-31T00:00:00Z") {
                assert_eq!(rules.to_offset(at), named.to_offset(at), "{name} at {at}");
                at += SignedDuration::from_mins(30);
            }
        }
        let once = custom(
            300,
            json!({ "month": 11, "year": 2026, "dayOfWeek": "sunday", "dayOccurrence": 1, "time": "02:00:00" }),
            rule(2, 3, "02:00:00"),
        );
        for unknown in [once, json!({ "name": "Customized Time Zone" }), json!({})] {
            let seen = told(hours(unknown)).expect("seen");
            assert!(seen.hours.is_none() && seen.zone.is_none());
        }
    }
}
