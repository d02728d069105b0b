//! How Graph writes an event.

use serde_json::{Map, Value, json};

use super::{Attendee, Event, Kind, Party, Response};
use crate::mailbox::draft::location;
use crate::mailbox::ids::{immutable, with_key};
use crate::zones::{Zone, instant_text, wall_text};

/// How a reader wants to see events.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) zone: Zone,
    pub(crate) body_as_text: bool,
    pub(crate) immutable_ids: bool,
    /// The front of ids, when the events are seen through an accepted calendar.
    pub(crate) key: Option<String>,
    /// Private events are seen as a blocked time without words.
    pub(crate) hide_private: bool,
}

impl View {
    /// UTC, HTML, everything: what Graph shows when nothing is asked.
    pub(crate) fn plain() -> Self {
        Self {
            zone: Zone::utc(),
            body_as_text: false,
            immutable_ids: false,
            key: None,
            hide_private: false,
        }
    }

    /// An id as this reader sees it.
    pub(crate) fn id(&self, id: &str) -> String {
        let id = self
            .key
            .as_ref()
            .map_or_else(|| id.to_owned(), |key| with_key(id, key));
        if self.immutable_ids {
            immutable(&id)
        } else {
            id
        }
    }
}

impl Event {
    /// The event as a Graph resource.
    pub(crate) fn render(&self, view: &View) -> Map<String, Value> {
        let id = view.id(&self.id);
        let mut out = self.plain.clone();
        let mut put = |name: &str, value: Value| {
            out.insert(name.to_owned(), value);
        };
        put("@odata.etag", json!(format!("W/\"{}\"", self.change_key)));
        put("webLink", json!(web_link(&id)));
        put("id", json!(id));
        put("createdDateTime", json!(instant_text(self.created)));
        put("lastModifiedDateTime", json!(instant_text(self.modified)));
        put("changeKey", json!(self.change_key));
        put("iCalUId", json!(self.uid));
        put("originalStartTimeZone", json!(self.start.zone().name));
        put("originalEndTimeZone", json!(self.end.zone().name));
        put("hasAttachments", json!(false));
        put("subject", json!(self.subject));
        put("bodyPreview", json!(self.body.preview()));
        put("body", self.body.render(view.body_as_text));
        put("isAllDay", json!(self.all_day));
        put("isCancelled", json!(self.cancelled));
        put("isOrganizer", json!(self.is_organizer));
        put("isDraft", json!(false));
        put(
            "seriesMasterId",
            self.of_series
                .as_ref()
                .map_or(Value::Null, |series| json!(view.id(&series.master_id))),
        );
        put("type", json!(kind_name(self.kind())));
        put(
            "recurrence",
            self.recurrence
                .as_ref()
                .map_or(Value::Null, super::Recurrence::render),
        );
        put("responseStatus", response(&self.response));
        put(
            "attendees",
            Value::Array(
                self.attendees
                    .iter()
                    .map(|one| attendee(one, &view.zone))
                    .collect(),
            ),
        );
        put(
            "organizer",
            json!({ "emailAddress": party(&self.organizer) }),
        );
        put("locations", Value::Array(self.locations.clone()));
        put("location", one_location(&self.locations));
        put("onlineMeetingUrl", Value::Null);
        put("isOnlineMeeting", json!(self.online.is_some()));
        put(
            "onlineMeetingProvider",
            json!(if self.online.is_some() {
                "teamsForBusiness"
            } else {
                "unknown"
            }),
        );
        put(
            "onlineMeeting",
            self.online.as_ref().map_or(
                Value::Null,
                |online| json!({ "joinUrl": online.join_url, "conferenceId": online.conference_id, "tollNumber": TOLL_NUMBER }),
            ),
        );
        let (start, end) = if self.all_day {
            (
                self.start.render_floating(&view.zone),
                self.end.render_floating(&view.zone),
            )
        } else {
            (self.start.render(&view.zone), self.end.render(&view.zone))
        };
        put("start", start);
        put("end", end);
        if let Some(series) = &self.of_series {
            put("originalStart", json!(instant_text(series.original_start)));
        }
        if let Some(transaction) = &self.transaction_id {
            put("transactionId", json!(transaction));
        }
        if view.hide_private && self.is_private() {
            blank(&mut out);
        }
        out
    }

    /// Start and end in UTC, as filters compare them.
    pub(crate) fn utc_walls(&self) -> (String, String) {
        let (start, end) = self.span();
        (
            wall_text(Zone::utc().wall(start)),
            wall_text(Zone::utc().wall(end)),
        )
    }
}

/// The number to call instead of joining online. It is one of those that are given to nobody.
const TOLL_NUMBER: &str = "+49 30 23125 000";

/// The one `location` that stands for all of them.
fn one_location(locations: &[Value]) -> Value {
    match locations {
        [] => no_location(),
        [one] => one.clone(),
        several => {
            let names: Vec<&str> = several
                .iter()
                .filter_map(|place| place.get("displayName")?.as_str())
                .collect();
            location(&names.join("; "))
        }
    }
}

/// A `location` of nothing.
pub(crate) fn no_location() -> Value {
    json!({ "displayName": "", "locationType": "default", "uniqueIdType": "unknown", "address": {}, "coordinates": {} })
}

/// What a colleague sees of a private event: that the time is taken.
fn blank(out: &mut Map<String, Value>) {
    let empty = [
        ("subject", json!("Private Appointment")),
        ("bodyPreview", json!("")),
        ("body", json!({ "contentType": "html", "content": "" })),
        ("attendees", json!([])),
        ("locations", json!([])),
        ("location", no_location()),
        ("onlineMeeting", Value::Null),
        ("isOnlineMeeting", json!(false)),
        ("onlineMeetingProvider", json!("unknown")),
        ("categories", json!([])),
        ("importance", json!("normal")),
        ("organizer", Value::Null),
    ];
    for (name, value) in empty {
        out.insert(name.to_owned(), value);
    }
    out.remove("transactionId");
}

fn web_link(id: &str) -> String {
    let id = id.replace('=', "%3D");
    format!("https://outlook.office365.com/owa/?itemid={id}&exvsurl=1&path=/calendar/item")
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Single => "singleInstance",
        Kind::SeriesMaster => "seriesMaster",
        Kind::Occurrence => "occurrence",
        Kind::Exception => "exception",
    }
}

fn attendee(attendee: &Attendee, zone: &Zone) -> Value {
    let mut rendered = json!({
        "type": attendee.kind,
        "status": response(&attendee.response),
        "emailAddress": party(&attendee.party),
    });
    if let Some((start, end)) = &attendee.proposed {
        rendered["proposedNewTime"] =
            json!({ "start": start.render(zone), "end": end.render(zone) });
    }
    rendered
}

fn party(party: &Party) -> Value {
    json!({ "name": party.name, "address": party.address })
}

fn response(response: &Response) -> Value {
    let at = response
        .at
        .map_or_else(|| "0001-01-01T00:00:00Z".to_owned(), instant_text);
    json!({ "response": response.word, "time": at })
}
