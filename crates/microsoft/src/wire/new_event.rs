//! An event as Graph wants it.

use domain::calendar::{NewEvent, Span};
use domain::people::Address;
use domain::time::Zone;
use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use super::zones;

/// The body of a create request. The same event gives the same body, so that it can be sent again.
pub(crate) fn body(new: &NewEvent) -> Value {
    let (start, end, all_day) = times(new);
    let mut body = json!({
        "subject": new.title,
        "start": start,
        "end": end,
        "isAllDay": all_day,
        "attendees": attendees(new),
        "transactionId": new.transaction_id,
    });
    if let Some(location) = &new.location {
        body["location"] = json!({ "displayName": location });
    }
    if let Some(text) = &new.body {
        body["body"] = json!({ "contentType": "text", "content": text });
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

fn times(new: &NewEvent) -> (Value, Value, bool) {
    match new.span {
        Span::Timed { start, end } => {
            // The second of two equal wall times, when the clocks go back, cannot be said locally: then both are UTC.
            let local = is_said_locally(start, &new.zone) && is_said_locally(end, &new.zone);
            let zone = if local { new.zone.clone() } else { Zone::utc() };
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
                time(midnight(first), &new.zone),
                time(midnight(after), &new.zone),
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
