//! What an answer must say of an event, worked out from what Graph holds of it. A rule of the tests' own: it knows nothing
//! of how the tools do it.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::desk::{Desk, LENA, handle};

/// The moment of `start` or `end`, which Graph gives in UTC.
pub(super) fn moment(event: &Value, end: &str) -> Timestamp {
    let text = event[end]["dateTime"].as_str().expect("a time");
    format!("{}Z", text.trim_end_matches('Z'))
        .parse()
        .expect("a time")
}

/// A moment on the clocks of a zone, to the minute, with its offset.
pub(super) fn local(moment: Timestamp, zone: &str) -> String {
    let zone = TimeZone::get(zone).expect("a zone");
    moment
        .to_zoned(zone)
        .strftime("%Y-%m-%dT%H:%M%:z")
        .to_string()
}

/// The date of a moment there.
pub(super) fn date(moment: Timestamp, zone: &str) -> Date {
    moment.to_zoned(TimeZone::get(zone).expect("a zone")).date()
}

/// A day's short name.
pub(super) fn weekday(date: Date) -> String {
    date.strftime("%a").to_string()
}

/// Day, start and end, or the days of a whole-day event: these are dates wherever one looks from.
pub(super) fn times(event: &Value, zone: &str) -> Value {
    let (start, end) = (moment(event, "start"), moment(event, "end"));
    if event["isAllDay"] != true {
        return json!({
            "day": weekday(date(start, zone)), "start": local(start, zone), "end": local(end, zone),
        });
    }
    let first = date(start, "UTC");
    let last = date(end, "UTC").yesterday().expect("a day before");
    let days = if first == last {
        first.to_string()
    } else {
        format!("{first}/{last}")
    };
    json!({"day": weekday(first), "all_day": days})
}

/// The tools' word for Graph's.
pub(super) fn answer_word(graph: &str) -> Option<&'static str> {
    match graph {
        "accepted" => Some("accepted"),
        "tentativelyAccepted" => Some("tentative"),
        "declined" => Some("declined"),
        "notResponded" => Some("not_answered"),
        _ => None,
    }
}

/// The tools' word for how time shows.
pub(super) fn shows_word(graph: &str) -> &'static str {
    match graph {
        "free" => "free",
        "tentative" => "tentative",
        "busy" => "busy",
        "oof" => "out_of_office",
        "workingElsewhere" => "working_elsewhere",
        other => panic!("no case shows {other}"),
    }
}

/// The line that a listing or a write gives of an event.
pub(super) fn line(event: &Value, zone: &str) -> Value {
    let mut line = times(event, zone);
    line["id"] = handle(event).into();
    line["title"] = event["subject"].clone();
    let mut put = |told: bool, name: &str, value: Value| {
        if told {
            line[name] = value;
        }
    };
    let place = &event["location"]["displayName"];
    let guests = event["attendees"].as_array().map_or(0, Vec::len);
    let others = event["isOrganizer"] == false;
    let answer = answer_word(
        event["responseStatus"]["response"]
            .as_str()
            .expect("a word"),
    );
    let shows = shows_word(event["showAs"].as_str().expect("a word"));
    let hidden = ["private", "confidential"];
    put(*place != "", "where", place.clone());
    put(
        others,
        "organizer",
        event["organizer"]["emailAddress"]["name"].clone(),
    );
    put(guests > 0, "attendees", guests.into());
    put(others && answer.is_some(), "answer", json!(answer));
    put(shows != "busy", "shows_as", shows.into());
    put(event["type"] != "singleInstance", "series", true.into());
    put(event["isOnlineMeeting"] == true, "online", true.into());
    put(
        hidden.iter().any(|word| event["sensitivity"] == *word),
        "private",
        true.into(),
    );
    put(event["isCancelled"] == true, "cancelled", true.into());
    line
}

/// The same of something that is gone: it has no id that could be used.
pub(super) fn line_of_gone(event: &Value, zone: &str) -> Value {
    let mut line = line(event, zone);
    line.as_object_mut().expect("an object").remove("id");
    line
}

/// Whom an answer names as mailed: everybody, or the first twenty and how many.
pub(super) fn mailed(answer: &mut Value, addresses: &[String]) {
    answer["mailed"] = json!(&addresses[..addresses.len().min(20)]);
    if addresses.len() > 20 {
        answer["mailed_count"] = addresses.len().into();
    }
}

/// The other events that take the person's time while this one lasts: how many, and the titles of the first three.
pub(super) async fn conflicts(desk: &Desk, event: &Value, zone: &str) -> Option<Value> {
    let lasts = |event: &Value| {
        let (start, end) = (moment(event, "start"), moment(event, "end"));
        let midnight = |at: Timestamp| {
            let day = date(at, "UTC").in_tz(zone).expect("a day there");
            day.timestamp()
        };
        if event["isAllDay"] == true {
            (midnight(start), midnight(end))
        } else {
            (start, end)
        }
    };
    let (from, to) = lasts(event);
    let day = jiff::SignedDuration::from_hours(24);
    let path = format!(
        "/me/calendarView?startDateTime={}&endDateTime={}&$top=500&$orderby=start/dateTime",
        from - day,
        to + day
    );
    let (_, page) = desk.graph(LENA, reqwest::Method::GET, &path, None).await;
    let all = page["value"].as_array().expect("a list").clone();
    let takes = |other: &Value| {
        let (start, end) = lasts(other);
        let master = &other["seriesMasterId"];
        let same_series =
            !master.is_null() && (*master == event["seriesMasterId"] || *master == event["id"]);
        let shows = other["showAs"].as_str().expect("a word");
        start < to
            && end > from
            && other["id"] != event["id"]
            && !same_series
            && other["isCancelled"] == false
            && other["responseStatus"]["response"] != "declined"
            && ["busy", "oof", "tentative"].contains(&shows)
    };
    let titles: Vec<&Value> = all
        .iter()
        .filter(|other| takes(other))
        .map(|other| &other["subject"])
        .collect();
    (!titles.is_empty())
        .then(|| json!({"count": titles.len(), "titles": titles[..titles.len().min(3)]}))
}
