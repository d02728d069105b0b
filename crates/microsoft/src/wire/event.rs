//! An event as Graph gives it.

use domain::calendar::details::Sensitivity;
use domain::calendar::{Answer, Attendee, Event, EventId, Series, ShowAs, Span};
use domain::people::{Address, Mailbox};
use domain::text::one_line;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::zones;

/// What is asked for, and all of it is used. `onlineMeeting` comes in a calendar view only beside `isOnlineMeeting`.
pub(crate) const SELECT: &str = "id,subject,start,end,isAllDay,location,organizer,isOrganizer,attendees,responseStatus,showAs,sensitivity,isCancelled,type,seriesMasterId,isOnlineMeeting,onlineMeeting";

/// Titles, places and names are cut here.
const LONGEST: usize = 255;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireEvent {
    id: String,
    #[serde(rename = "@odata.etag")]
    etag: Option<String>,
    subject: Option<String>,
    start: Option<WireTime>,
    end: Option<WireTime>,
    is_all_day: Option<bool>,
    location: Option<WireLocation>,
    organizer: Option<WireRecipient>,
    is_organizer: Option<bool>,
    attendees: Option<Vec<WireAttendee>>,
    response_status: Option<WireStatus>,
    show_as: Option<String>,
    pub(super) sensitivity: Option<String>,
    is_cancelled: Option<bool>,
    r#type: Option<String>,
    series_master_id: Option<String>,
    is_online_meeting: Option<bool>,
    online_meeting: Option<WireMeeting>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireTime {
    date_time: String,
    time_zone: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireLocation {
    display_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireRecipient {
    email_address: Option<WireAddress>,
}

#[derive(Deserialize)]
pub(super) struct WireAddress {
    name: Option<String>,
    address: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireAttendee {
    r#type: Option<String>,
    status: Option<WireStatus>,
    email_address: Option<WireAddress>,
}

#[derive(Deserialize)]
struct WireStatus {
    response: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMeeting {
    join_url: Option<String>,
}

impl WireEvent {
    /// The event in our words; `None` when it has no id or no readable times.
    pub(crate) fn understood(self) -> Option<Event> {
        let span = span(self.is_all_day.unwrap_or(false), &self.start?, &self.end?)?;
        if self.id.is_empty() {
            return None;
        }
        let join_url = self
            .online_meeting
            .and_then(|meeting| meeting.join_url)
            .filter(|url| url.starts_with("https://"));
        Some(Event {
            id: EventId::new(self.id),
            etag: self.etag,
            title: line(self.subject).unwrap_or_default(),
            span,
            location: self
                .location
                .and_then(|location| line(location.display_name)),
            organizer: self
                .organizer
                .and_then(|organizer| organizer.email_address)
                .map(WireAddress::mailbox),
            is_organizer: self.is_organizer.unwrap_or(false),
            attendees: self
                .attendees
                .unwrap_or_default()
                .into_iter()
                .filter_map(WireAttendee::attendee)
                .collect(),
            answer: answer(self.response_status.as_ref()),
            show_as: show_as(self.show_as.as_deref().unwrap_or_default()),
            private: is_any(self.sensitivity.as_deref(), &["private", "confidential"]),
            cancelled: self.is_cancelled.unwrap_or(false),
            series: series(self.r#type.as_deref().unwrap_or_default()),
            master: self
                .series_master_id
                .filter(|id| !id.is_empty())
                .map(EventId::new),
            online: self.is_online_meeting.unwrap_or(false) || join_url.is_some(),
            join_url: join_url.map(|url| one_line(&url, 2000)),
        })
    }
}

impl WireAddress {
    pub(super) fn mailbox(self) -> Mailbox {
        let address = self
            .address
            .as_deref()
            .and_then(|address| Address::parse(address).ok());
        Mailbox {
            name: line(self.name).unwrap_or_default(),
            address,
        }
    }
}

impl WireAttendee {
    fn attendee(self) -> Option<Attendee> {
        let optional = is_any(self.r#type.as_deref(), &["optional"]);
        let answer = answer(self.status.as_ref());
        Some(Attendee {
            mailbox: self.email_address?.mailbox(),
            optional,
            answer,
        })
    }
}

impl WireTime {
    fn local(&self) -> Option<DateTime> {
        self.date_time.trim_end_matches('Z').parse().ok()
    }

    /// We ask for UTC. A zone nobody knows counts as UTC, which is what Graph answers in.
    pub(super) fn moment(&self) -> Option<Timestamp> {
        let zone = self
            .time_zone
            .as_deref()
            .and_then(zones::zone)
            .map_or(TimeZone::UTC, |zone| zone.zone().clone());
        self.local()?
            .to_zoned(zone)
            .ok()
            .map(|zoned| zoned.timestamp())
    }
}

/// Whole days come as midnights whatever zone was asked for: only their dates mean anything. Their end is exclusive.
fn span(all_day: bool, start: &WireTime, end: &WireTime) -> Option<Span> {
    if !all_day {
        return Some(Span::Timed {
            start: start.moment()?,
            end: end.moment()?,
        });
    }
    let (first, after) = (start.local()?.date(), end.local()?.date());
    let last = after
        .yesterday()
        .ok()
        .filter(|last| *last >= first)
        .unwrap_or(first);
    Some(Span::Days { first, last })
}

pub(super) fn line(text: Option<String>) -> Option<String> {
    text.map(|text| one_line(&text, LONGEST))
        .filter(|text| !text.is_empty())
}

pub(super) fn is_any(value: Option<&str>, words: &[&str]) -> bool {
    value.is_some_and(|value| words.iter().any(|word| word.eq_ignore_ascii_case(value)))
}

fn answer(status: Option<&WireStatus>) -> Answer {
    let response = status
        .and_then(|status| status.response.as_deref())
        .unwrap_or_default();
    match response.to_ascii_lowercase().as_str() {
        "organizer" => Answer::Organizer,
        "accepted" => Answer::Accepted,
        "tentativelyaccepted" => Answer::Tentative,
        "declined" => Answer::Declined,
        "notresponded" => Answer::NotAnswered,
        _ => Answer::None,
    }
}

pub(super) fn show_as(value: &str) -> ShowAs {
    match value.to_ascii_lowercase().as_str() {
        "free" => ShowAs::Free,
        "tentative" => ShowAs::Tentative,
        "busy" => ShowAs::Busy,
        "oof" => ShowAs::OutOfOffice,
        "workingelsewhere" => ShowAs::WorkingElsewhere,
        _ => ShowAs::Unknown,
    }
}

fn series(value: &str) -> Series {
    match value.to_ascii_lowercase().as_str() {
        "seriesmaster" => Series::Master,
        "occurrence" => Series::Occurrence,
        "exception" => Series::Exception,
        _ => Series::Single,
    }
}

/// How confidential an event is; a word that is not known is no mark.
pub(super) fn sensitivity(value: Option<&str>) -> Sensitivity {
    let word = value.unwrap_or_default().to_ascii_lowercase();
    Sensitivity::named(&word).unwrap_or(Sensitivity::Normal)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(event: Value) -> Option<Event> {
        serde_json::from_value::<WireEvent>(event)
            .ok()?
            .understood()
    }

    fn meeting() -> Value {
        json!({
            "@odata.etag": "W/\"ck\"", "id": "AAMk=", "subject": "Plan\u{200b}ning\r\nnow", "isAllDay": false, "isCancelled": false,
            "isOrganizer": false, "showAs": "oof", "sensitivity": "private", "type": "occurrence", "seriesMasterId": "AAMkM=", "isOnlineMeeting": true,
            "start": { "dateTime": "2026-11-24T09:00:00.0000000", "timeZone": "UTC" },
            "end": { "dateTime": "2026-11-24T10:00:00.0000000", "timeZone": "UTC" },
            "location": { "displayName": "Room 1", "locationType": "default", "uniqueId": "x" },
            "organizer": { "emailAddress": { "name": "Anna", "address": "anna@x.example" } },
            "responseStatus": { "response": "tentativelyAccepted", "time": "0001-01-01T00:00:00Z" },
            "attendees": [
                { "type": "optional", "status": { "response": "declined", "time": "0001-01-01T00:00:00Z" }, "emailAddress": { "name": "Bo", "address": "bo@x.example" } },
                { "type": "somethingNew", "status": null, "emailAddress": { "name": "Dl", "address": "/o=Ex/ou=1/cn=2" } },
                { "type": "required" },
            ],
            "onlineMeeting": { "joinUrl": "https://teams.example/j" }, "notKnownToUs": { "a": [1] },
        })
    }

    #[test]
    fn a_meeting_is_read_with_everything_used() {
        let event = read(meeting()).expect("readable");
        assert_eq!(
            (
                event.id.as_str(),
                event.etag.as_deref(),
                event.title.as_str()
            ),
            ("AAMk=", Some("W/\"ck\""), "Planning now")
        );
        assert_eq!(
            event.span,
            Span::Timed {
                start: "2026-11-24T09:00:00Z".parse().expect("a time"),
                end: "2026-11-24T10:00:00Z".parse().expect("a time")
            }
        );
        assert_eq!(
            (event.show_as, event.series, event.answer),
            (ShowAs::OutOfOffice, Series::Occurrence, Answer::Tentative)
        );
        assert_eq!(event.master, Some(EventId::new("AAMkM=".into())));
        assert!(event.private && event.online && !event.cancelled && !event.is_organizer);
        assert_eq!(event.join_url.as_deref(), Some("https://teams.example/j"));
        assert_eq!(event.location.as_deref(), Some("Room 1"));
        assert_eq!(event.attendees.len(), 2);
        assert!(event.attendees[0].optional && event.attendees[0].answer == Answer::Declined);
        assert!(
            !event.attendees[1].optional
                && event.attendees[1].mailbox.address.is_none()
                && event.attendees[1].mailbox.name == "Dl"
        );
    }

    #[test]
    fn unknown_and_absent_values_are_survived() {
        let mut event = meeting();
        for name in [
            "subject",
            "isAllDay",
            "location",
            "organizer",
            "attendees",
            "responseStatus",
            "showAs",
            "sensitivity",
            "type",
            "onlineMeeting",
            "isCancelled",
        ] {
            event[name] = Value::Null;
        }
        event["showAs"] = json!("unknownFutureValue");
        let event = read(event).expect("readable");
        assert_eq!(
            (event.show_as, event.series, event.title.as_str()),
            (ShowAs::Unknown, Series::Single, "")
        );
        assert!(event.attendees.is_empty() && event.location.is_none() && !event.private);
    }

    #[test]
    fn whole_days_keep_their_dates_whatever_the_zone() {
        let mut event = meeting();
        event["isAllDay"] = json!(true);
        for (zone, from, to, first, last) in [
            (
                "UTC",
                "2026-11-24",
                "2026-11-25",
                "2026-11-24",
                "2026-11-24",
            ),
            (
                "Tokyo Standard Time",
                "2026-11-24",
                "2026-11-27",
                "2026-11-24",
                "2026-11-26",
            ),
            (
                "UTC",
                "2026-11-24",
                "2026-11-24",
                "2026-11-24",
                "2026-11-24",
            ),
        ] {
            event["start"] =
                json!({ "dateTime": format!("{from}T00:00:00.0000000"), "timeZone": zone });
            event["end"] =
                json!({ "dateTime": format!("{to}T00:00:00.0000000"), "timeZone": zone });
            let days = Span::Days {
                first: first.parse().expect("a date"),
                last: last.parse().expect("a date"),
            };
            assert_eq!(read(event.clone()).expect("readable").span, days);
        }
    }

    #[test]
    fn other_zones_than_the_asked_one_are_understood_and_unknown_ones_are_utc() {
        let mut event = meeting();
        for (zone, start) in [
            ("W. Europe Standard Time", "2026-11-24T08:00:00Z"),
            ("Europe/Berlin", "2026-11-24T08:00:00Z"),
            ("tzone://Microsoft/Custom", "2026-11-24T09:00:00Z"),
        ] {
            event["start"]["timeZone"] = json!(zone);
            event["end"]["timeZone"] = json!(zone);
            let Span::Timed { start: read, .. } = read(event.clone()).expect("readable").span
            else {
                panic!("timed")
            };
            assert_eq!(read, start.parse::<Timestamp>().expect("a time"), "{zone}");
        }
    }

    #[test]
    fn an_event_without_a_time_or_a_link_that_is_none_is_noticed() {
        let mut event = meeting();
        event["onlineMeeting"]["joinUrl"] = json!("javascript:alert(1)");
        assert_eq!(read(event.clone()).expect("readable").join_url, None);
        event["start"]["dateTime"] = json!("soon");
        assert!(read(event.clone()).is_none());
        event["start"] = Value::Null;
        assert!(read(event).is_none());
    }
}
