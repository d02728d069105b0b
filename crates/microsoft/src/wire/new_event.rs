//! An event as Graph wants it.

use domain::calendar::{NewEvent, Span};
use domain::people::Address;
use domain::time::Zone;
use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;
use serde_json::{Value, json};

use super::change::show_as_word;
use super::{recurrence, zones};

/// An event of which only its transaction id is asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireTransaction {
    pub(crate) transaction_id: Option<String>,
}

/// The body of a create request. The same event gives the same body, so that it can be sent again.
pub(crate) fn body(new: &NewEvent) -> Value {
    let (start, end, all_day) = times(&new.span, &new.zone, new.recurrence.is_some());
    let mut body = json!({
        "subject": new.title,
        "start": start,
        "end": end,
        "isAllDay": all_day,
        "attendees": attendees(new),
        "transactionId": new.transaction_id,
    });
    if let Some(series) = &new.recurrence {
        body["recurrence"] = recurrence::body(series, &new.zone);
    }
    if let Some(location) = &new.location {
        body["location"] = json!({ "displayName": location });
    }
    if let Some(text) = &new.body {
        body["body"] = json!({ "contentType": "text", "content": text });
    }
    if let Some(show_as) = new.show_as {
        body["showAs"] = json!(show_as_word(show_as));
    }
    if let Some(sensitivity) = new.sensitivity {
        body["sensitivity"] = json!(sensitivity.as_str());
    }
    if let Some(reminder) = new.reminder {
        body["isReminderOn"] = json!(reminder.is_some());
        if let Some(minutes) = reminder {
            body["reminderMinutesBeforeStart"] = json!(minutes);
        }
    }
    if !new.categories.is_empty() {
        body["categories"] = json!(new.categories);
    }
    if new.online {
        body["isOnlineMeeting"] = json!(true);
        body["onlineMeetingProvider"] = json!("teamsForBusiness");
    }
    body
}

fn attendees(new: &NewEvent) -> Vec<Value> {
    let attendee = |address: &Address, kind: &str| json!({ "type": kind, "emailAddress": { "address": address.as_str() } });
    let required = new
        .required
        .iter()
        .map(|address| attendee(address, "required"));
    let optional = new
        .optional
        .iter()
        .map(|address| attendee(address, "optional"));
    required.chain(optional).collect()
}

/// Start, end, and whether these are whole days.
pub(super) fn times(span: &Span, zone: &Zone, repeats: bool) -> (Value, Value, bool) {
    match *span {
        Span::Timed { start, end } => {
            // The second of two equal wall times, when the clocks go back, cannot be said locally: then both are UTC. A
            // series means wall times in any case.
            let local = repeats || is_said_locally(start, zone) && is_said_locally(end, zone);
            let zone = if local { zone.clone() } else { Zone::utc() };
            (
                time(zone.at(start).datetime(), &zone),
                time(zone.at(end).datetime(), &zone),
                false,
            )
        }
        Span::Days { first, last } => {
            let midnight = |date: jiff::civil::Date| date.at(0, 0, 0, 0);
            let after = last.checked_add(1.day()).unwrap_or(last);
            (
                time(midnight(first), zone),
                time(midnight(after), zone),
                true,
            )
        }
    }
}

fn is_said_locally(moment: Timestamp, zone: &Zone) -> bool {
    let local = zone.at(moment).datetime();
    zone.zone()
        .to_ambiguous_zoned(local)
        .unambiguous()
        .is_ok_and(|zoned| zoned.timestamp() == moment)
}

fn time(local: DateTime, zone: &Zone) -> Value {
    json!({ "dateTime": local.strftime("%Y-%m-%dT%H:%M:%S").to_string(), "timeZone": zones::name(zone) })
}

#[cfg(test)]
mod tests {
    use domain::calendar::ShowAs;
    use domain::calendar::details::Sensitivity;

    use super::*;

    fn new(start: &str, end: &str, zone: &str) -> NewEvent {
        NewEvent {
            title: "Visit".into(),
            span: Span::Timed {
                start: start.parse().expect("a time"),
                end: end.parse().expect("a time"),
            },
            zone: Zone::named(zone).expect("bundled"),
            recurrence: None,
            location: Some("Room".into()),
            body: Some("Hello".into()),
            required: vec![Address::parse("a@x.example").expect("an address")],
            optional: vec![Address::parse("b@x.example").expect("an address")],
            online: true,
            show_as: Some(ShowAs::OutOfOffice),
            sensitivity: Some(Sensitivity::Private),
            reminder: Some(Some(30)),
            categories: vec!["Travel".into()],
            transaction_id: "t-1".into(),
        }
    }

    #[test]
    fn an_event_is_sent_in_the_clocks_it_was_meant_in() {
        let body = body(&new(
            "2026-11-24T09:00:00Z",
            "2026-11-24T10:00:00Z",
            "Europe/Berlin",
        ));
        assert_eq!(
            body,
            json!({
                "subject": "Visit", "isAllDay": false, "transactionId": "t-1",
                "start": { "dateTime": "2026-11-24T10:00:00", "timeZone": "W. Europe Standard Time" },
                "end": { "dateTime": "2026-11-24T11:00:00", "timeZone": "W. Europe Standard Time" },
                "location": { "displayName": "Room" }, "body": { "contentType": "text", "content": "Hello" },
                "showAs": "oof", "sensitivity": "private", "isReminderOn": true, "reminderMinutesBeforeStart": 30,
                "categories": ["Travel"],
                "isOnlineMeeting": true, "onlineMeetingProvider": "teamsForBusiness",
                "attendees": [
                    { "type": "required", "emailAddress": { "address": "a@x.example" } },
                    { "type": "optional", "emailAddress": { "address": "b@x.example" } },
                ],
            })
        );
    }

    #[test]
    fn a_zone_without_a_windows_name_goes_by_its_iana_name() {
        let body = body(&new(
            "2026-11-24T09:00:00Z",
            "2026-11-24T10:00:00Z",
            "Europe/Vienna",
        ));
        assert_eq!(
            body["start"],
            json!({ "dateTime": "2026-11-24T10:00:00", "timeZone": "Europe/Vienna" })
        );
    }

    #[test]
    fn an_hour_that_comes_twice_is_said_in_utc() {
        // 00:30 UTC is the first 02:30 in Berlin, 01:30 UTC the second.
        for (start, end) in [
            ("2026-10-25T00:30:00Z", "2026-10-25T03:00:00Z"),
            ("2026-10-25T01:30:00Z", "2026-10-25T03:00:00Z"),
        ] {
            let body = body(&new(start, end, "Europe/Berlin"));
            assert_eq!(
                body["start"],
                json!({ "dateTime": start.trim_end_matches('Z'), "timeZone": "UTC" })
            );
            assert_eq!(body["end"]["timeZone"], "UTC");
        }
    }

    #[test]
    fn whole_days_end_at_the_midnight_after() {
        let date = |text: &str| text.parse().expect("a date");
        let mut event = new(
            "2026-11-24T09:00:00Z",
            "2026-11-24T10:00:00Z",
            "Europe/Berlin",
        );
        event.span = Span::Days {
            first: date("2026-11-24"),
            last: date("2026-11-25"),
        };
        let body = body(&event);
        assert_eq!(body["isAllDay"], true);
        assert_eq!(
            body["start"],
            json!({ "dateTime": "2026-11-24T00:00:00", "timeZone": "W. Europe Standard Time" })
        );
        assert_eq!(
            body["end"],
            json!({ "dateTime": "2026-11-26T00:00:00", "timeZone": "W. Europe Standard Time" })
        );
    }
}
