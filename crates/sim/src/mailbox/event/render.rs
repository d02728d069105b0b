//! How Graph writes an event.

use serde_json::{Map, Value, json};

use super::{Attendee, Event, Kind, Party, Response};
use crate::mailbox::draft::location;
use crate::mailbox::ids::{immutable, with_key};
use crate::mailbox::moment::Moment;
use crate::zones::{Zone, instant_text, wall_text};

/// How a reader wants to see events.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct View {
    pub(crate) zone: Zone,
    pub(crate) body_as_text: bool,
    pub(crate) immutable_ids: bool,
    /// The front of ids, when the events are seen through an accepted calendar.
    pub(crate) key: Option<String>,
    /// Private events are seen as a blocked time without words.
    pub(crate) hide_private: bool,
    /// The properties that will be looked at; all when there is no list.
    pub(crate) only: Option<Vec<&'static str>>,
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
            only: None,
        }
    }

    fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&name))
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
        let mut out = Map::new();
        let id = view.id(&self.id);
        let etag = format!("W/\"{}\"", self.change_key);
        out.insert("@odata.etag".to_owned(), json!(etag));
        for (name, value) in &self.plain {
            if view.wants(name) {
                out.insert(name.clone(), value.clone());
            }
        }
        let mut put = |name: &str, value: &dyn Fn() -> Value| {
            if view.wants(name) {
                out.insert(name.to_owned(), value());
            }
        };
        put("webLink", &|| json!(web_link(&id)));
        put("createdDateTime", &|| json!(instant_text(self.created)));
        put("lastModifiedDateTime", &|| {
            json!(instant_text(self.modified))
        });
        put("changeKey", &|| json!(self.change_key));
        put("iCalUId", &|| json!(self.uid));
        put("hasAttachments", &|| json!(false));
        put("subject", &|| json!(self.subject));
        put("bodyPreview", &|| json!(self.body.preview()));
        put("body", &|| self.body.render(view.body_as_text));
        put("isCancelled", &|| json!(self.cancelled));
        put("isOrganizer", &|| json!(self.is_organizer));
        put("isDraft", &|| json!(false));
        put("responseStatus", &|| response(&self.response));
        put("attendees", &|| {
            self.attendees
                .iter()
                .map(|one| attendee(one, &view.zone))
                .collect()
        });
        put(
            "organizer",
            &|| json!({ "emailAddress": party(&self.organizer) }),
        );
        put("locations", &|| json!(*self.locations));
        put("location", &|| one_location(&self.locations));
        self.put_times(view, &mut put);
        self.put_series(view, &mut put);
        self.put_online(&mut put);
        if let Some(transaction) = &self.transaction_id {
            put("transactionId", &|| json!(transaction));
        }
        out.insert("id".to_owned(), json!(id));
        if view.hide_private && self.is_private() {
            blank(&mut out, view);
        }
        out
    }

    fn put_times(&self, view: &View, put: &mut dyn FnMut(&str, &dyn Fn() -> Value)) {
        let time = |moment: &Moment| {
            if self.all_day {
                moment.render_floating(&view.zone)
            } else {
                moment.render(&view.zone)
            }
        };
        put("start", &|| time(&self.start));
        put("end", &|| time(&self.end));
        put("isAllDay", &|| json!(self.all_day));
        put("originalStartTimeZone", &|| json!(&*self.start.zone().name));
        put("originalEndTimeZone", &|| json!(&*self.end.zone().name));
    }

    fn put_series(&self, view: &View, put: &mut dyn FnMut(&str, &dyn Fn() -> Value)) {
        let series = self.of_series.as_ref();
        put("type", &|| json!(kind_name(self.kind())));
        put("seriesMasterId", &|| {
            series.map_or(Value::Null, |series| json!(view.id(&series.master_id)))
        });
        put("recurrence", &|| {
            let recurrence = self.recurrence.as_ref();
            recurrence.map_or(Value::Null, super::Recurrence::render)
        });
        if let Some(series) = series {
            put("originalStart", &|| {
                json!(instant_text(series.original_start))
            });
        }
    }

    fn put_online(&self, put: &mut dyn FnMut(&str, &dyn Fn() -> Value)) {
        let online = self.online.as_ref();
        let provider = online.map_or("unknown", |_| "teamsForBusiness");
        put("isOnlineMeeting", &|| json!(online.is_some()));
        put("onlineMeetingProvider", &|| json!(provider));
        put("onlineMeetingUrl", &|| Value::Null);
        put("onlineMeeting", &|| {
            online.map_or(Value::Null, |online| {
                json!({ "joinUrl": online.join_url, "conferenceId": online.conference_id, "tollNumber": TOLL_NUMBER })
            })
        });
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
fn blank(out: &mut Map<String, Value>, view: &View) {
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
    for (name, value) in empty.into_iter().filter(|(name, _)| view.wants(name)) {
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
