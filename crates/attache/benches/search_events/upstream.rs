//! The one call of Microsoft that both floors make, and their answer: what an agent needs of each event, as attache gives it.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};
use reqwest::Client;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const SELECT: &str = "id,subject,start,end,isAllDay,location,organizer,isOrganizer,attendees,responseStatus,showAs,sensitivity,isCancelled,type,isOnlineMeeting,onlineMeeting";

/// A calendar to ask, with a token that stays.
#[derive(Clone)]
pub(crate) struct Upstream {
    client: Client,
    address: String,
    zone: TimeZone,
}

#[derive(Deserialize)]
struct Page {
    value: Vec<WireEvent>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEvent {
    id: String,
    subject: String,
    start: WireTime,
    end: WireTime,
    location: WireLocation,
    organizer: WireRecipient,
    attendees: Vec<IgnoredAny>,
    response_status: WireStatus,
    is_online_meeting: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireTime {
    date_time: DateTime,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireLocation {
    display_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireRecipient {
    email_address: WireName,
}

#[derive(Deserialize)]
struct WireName {
    name: String,
}

#[derive(Deserialize)]
struct WireStatus {
    response: String,
}

#[derive(Serialize)]
struct Line {
    id: String,
    title: String,
    day: String,
    start: String,
    end: String,
    #[serde(rename = "where")]
    place: String,
    organizer: String,
    attendees: usize,
    answer: String,
    online: bool,
}

impl Upstream {
    /// The calendar behind this base of Graph.
    pub(crate) fn new(graph: &str) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "a floor is a program of its own with one client"
        )]
        let client = Client::builder().no_proxy().build().expect("a client");
        Self {
            client,
            address: format!("{graph}/me/calendarView"),
            zone: TimeZone::get("Europe/Berlin").expect("a zone of the bundle"),
        }
    }

    /// The events of a week from now on.
    pub(crate) async fn events(&self, token: &str) -> Value {
        #[expect(
            clippy::disallowed_methods,
            reason = "a floor takes the moment of the call, as attache's clock does"
        )]
        let now = Timestamp::now();
        let from = now.to_zoned(self.zone.clone());
        let to = &from + 7.days();
        let query = [
            ("startDateTime", now.to_string()),
            ("endDateTime", to.timestamp().to_string()),
            ("$top", "26".to_owned()),
            ("$select", SELECT.to_owned()),
            ("$orderby", "start/dateTime".to_owned()),
        ];
        let request = self.client.get(&self.address).query(&query);
        let answer = request.bearer_auth(token).send().await.expect("answered");
        let body = answer.bytes().await.expect("a whole answer");
        let page: Page = serde_json::from_slice(&body).expect("a page of events");
        let lines: Vec<Line> = page
            .value
            .into_iter()
            .map(|event| self.line(event))
            .collect();
        json!({
            "status": "done",
            "zone": "Europe/Berlin",
            "from": text(&from),
            "to": text(&to),
            "events": lines,
        })
    }

    fn line(&self, event: WireEvent) -> Line {
        let at = |time: WireTime| {
            let moment = time.date_time.to_zoned(TimeZone::UTC).expect("in range");
            moment.with_time_zone(self.zone.clone())
        };
        let start = at(event.start);
        let mark = digest(&SHA256, event.id.as_bytes());
        Line {
            id: format!("ev_{}", URL_SAFE_NO_PAD.encode(&mark.as_ref()[..12])),
            title: event.subject,
            day: start.strftime("%a").to_string(),
            start: text(&start),
            end: text(&at(event.end)),
            place: event.location.display_name,
            organizer: event.organizer.email_address.name,
            attendees: event.attendees.len(),
            answer: event.response_status.response,
            online: event.is_online_meeting,
        }
    }
}

fn text(moment: &Zoned) -> String {
    moment.strftime("%Y-%m-%dT%H:%M%:z").to_string()
}
