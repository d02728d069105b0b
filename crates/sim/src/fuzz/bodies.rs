//! Bodies that were valid before something in them was spoiled.

use serde_json::{Value, json};

use super::Stage;
use super::graph::known;
use super::source::Source;
use super::words::{TEXTS, TIMES, ZONES};

/// A body for an operation, as bytes that need not be JSON any more.
pub(super) fn body(stage: &Stage, source: &mut Source<'_>, path: &str) -> Vec<u8> {
    let mut body = valid(stage, source, path);
    for _ in 0..(source.byte() % 6).saturating_sub(3) {
        spoil(source, &mut body, 0);
    }
    let mut text = body.to_string();
    match source.byte() % 80 {
        1 => text = text.replacen("\"a", "\"\\ud800", 1),
        2 => text.truncate(
            (0..=source.number(text.len() + 1))
                .rev()
                .find(|at| text.is_char_boundary(*at))
                .unwrap_or_default(),
        ),
        3 => text.insert(0, '\u{feff}'),
        4 => text = format!("{}{}", "[".repeat(source.number(3_000)), text),
        5 => text = text.replacen(':', ":1e999999,\"x\":", 1),
        6 => text = format!("{text}{text}"),
        7 => return text.bytes().chain([0xff, 0xc3]).collect(),
        _ => {}
    }
    text.into_bytes()
}

fn valid(stage: &Stage, source: &mut Source<'_>, path: &str) -> Value {
    let last = path
        .rsplit('/')
        .find(|part| *part != "{}")
        .unwrap_or_default();
    match last {
        "events" | "instances" => event(stage, source),
        "getschedule" => json!({
            "schedules": [known(stage, source, "addresses"), source.pick(TEXTS)],
            "startTime": moment(source), "endTime": moment(source),
            "availabilityViewInterval": source.pick(&[5, 30, 1_440, 0, -1, 7, i64::MAX]),
        }),
        "findmeetingtimes" => json!({
            "attendees": [{ "type": "required", "emailAddress": { "address": known(stage, source, "addresses") } }],
            "meetingDuration": source.pick(&["PT1H", "P1D", "PT0S", "-PT1H", "P99999Y", "PT1.5H", "x", "P", "PT99999999999H"]),
            "timeConstraint": { "activityDomain": source.pick(&["work", "personal", "unrestricted", "x"]),
                "timeSlots": [{ "start": moment(source), "end": moment(source) }] },
            "maxCandidates": source.pick(&[1, 20, 0, -1, i64::MAX]),
            "minimumAttendeePercentage": source.pick(&[0, 50, 100, 101, -1]),
            "isOrganizerOptional": "false", "returnSuggestionReasons": true,
            "locationConstraint": { "isRequired": false, "locations": [{ "displayName": "x", "resolveAvailability": true }] },
        }),
        "accept" | "tentativelyaccept" | "decline" | "cancel" | "forward" => json!({
            "Comment": source.pick(TEXTS), "sendResponse": source.pick(&[true, false]),
            "proposedNewTime": { "start": moment(source), "end": moment(source) },
            "toRecipients": [{ "emailAddress": { "address": known(stage, source, "addresses") } }],
        }),
        "snoozereminder" => json!({ "newReminderTime": moment(source) }),
        "$batch" => batch(stage, source, 0),
        "subscriptions" => json!({
            "changeType": source.pick(&["created", "created,updated,deleted", "", "x"]),
            "resource": source.pick(&["me/events", "users/x/events", "me/messages", "", "/"]),
            "notificationUrl": source.pick(&["https://example.com/hook", "http://127.0.0.1:1/", "x", "", "https://"]),
            "expirationDateTime": source.mostly(TIMES), "clientState": source.pick(TEXTS),
        }),
        "mailboxsettings" => json!({
            "timeZone": source.mostly(ZONES), "language": { "locale": source.pick(TEXTS) },
            "workingHours": { "daysOfWeek": ["Monday"], "startTime": "08:00:00.0000000", "endTime": source.mostly(TIMES),
                "timeZone": { "@odata.type": "#microsoft.graph.customTimeZone", "name": source.mostly(ZONES), "bias": source.pick(&[-300, i64::MIN, 100_000]) } },
            "automaticRepliesSetting": { "status": "scheduled", "scheduledStartDateTime": moment(source) },
        }),
        "translateexchangeids" => json!({
            "inputIds": [known(stage, source, "events"), source.pick(TEXTS)],
            "sourceIdType": source.pick(&["restId", "ewsId", "x"]), "targetIdType": source.pick(&["restImmutableEntryId", "entryId"]),
        }),
        "calendarpermissions" => json!({
            "emailAddress": { "address": known(stage, source, "addresses"), "name": source.pick(TEXTS) },
            "role": source.pick(&["read", "write", "freeBusyRead", "none", "x"]),
        }),
        _ => {
            json!({ "name": source.pick(TEXTS), "color": source.pick(&["auto", "lightBlue", "x"]), "displayName": source.pick(TEXTS) })
        }
    }
}

fn moment(source: &mut Source<'_>) -> Value {
    json!({ "dateTime": source.mostly(TIMES), "timeZone": source.mostly(ZONES) })
}

fn event(stage: &Stage, source: &mut Source<'_>) -> Value {
    let mut event = json!({
        "subject": source.pick(TEXTS), "body": { "contentType": source.pick(&["HTML", "text", "x"]), "content": source.pick(TEXTS) },
        "start": moment(source), "end": moment(source),
        "attendees": [{ "type": "Required", "emailAddress": { "address": source.pick(TEXTS), "name": source.pick(TEXTS) } }],
        "location": { "displayName": source.pick(TEXTS) }, "isAllDay": source.pick(&[true, false]),
        "reminderMinutesBeforeStart": source.mostly(&[15, 0, 90, -1, i64::MAX, i64::MIN]),
        "isOnlineMeeting": true, "onlineMeetingProvider": "teamsForBusiness", "transactionId": source.text(),
        "showAs": source.pick(&["busy", "Free", "x"]), "sensitivity": "private", "categories": [source.pick(TEXTS)],
    });
    if !source.chance(4) {
        // What is valid reaches further than what is refused at the first look.
        event["start"] = json!({ "dateTime": "2026-03-26T10:00:00", "timeZone": "Europe/Berlin" });
        event["end"] = json!({ "dateTime": "2026-03-26T11:00:00", "timeZone": "Europe/Berlin" });
        event["isAllDay"] = json!(false);
        event["reminderMinutesBeforeStart"] = json!(15);
        event["attendees"][0]["emailAddress"]["address"] = json!(known(stage, source, "addresses"));
        event["body"]["contentType"] = json!("html");
        event["showAs"] = json!("busy");
    }
    if source.chance(2) {
        event["recurrence"] = recurrence(source, &event["start"]["dateTime"]);
    }
    event
}

fn recurrence(source: &mut Source<'_>, start: &Value) -> Value {
    let date = |source: &mut Source<'_>| source.mostly(TIMES).chars().take(10).collect::<String>();
    let begins = start
        .as_str()
        .unwrap_or_default()
        .chars()
        .take(10)
        .collect::<String>();
    let ends = source.mostly(&["2026-06-30", "9999-12-31", "0001-01-01", "2026-03-26", "x"]);
    json!({
        "pattern": {
            "type": source.pick(&["daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "RelativeYearly", "x"]),
            "interval": source.mostly(&[1, 2, 99, 0, -1, 2_147_483_647, i64::MAX]),
            "daysOfWeek": source.mostly(&[&["Monday"][..], &["monday", "friday"], &["thursday"], &[], &["x"]]),
            "dayOfMonth": source.pick(&[1, 29, 31, 0, 32, -1]), "month": source.mostly(&[1, 2, 12, 0, 13]),
            "index": source.mostly(&["first", "last", "third", "fifth"]), "firstDayOfWeek": source.mostly(&["sunday", "monday", "saturday", "x"]),
        },
        "range": {
            "type": source.pick(&["noEnd", "endDate", "numbered", "x"]),
            "startDate": if source.chance(6) { date(source) } else { begins }, "endDate": ends,
            "numberOfOccurrences": source.mostly(&[1, 10, 999, 0, -1, 2_147_483_647, i64::MAX]), "recurrenceTimeZone": source.mostly(ZONES),
        },
    })
}

fn batch(stage: &Stage, source: &mut Source<'_>, depth: u8) -> Value {
    let many = source.pick(&[1, 2, 20, 21]);
    let requests = (0..many).map(|index| {
        let mut one = json!({
            "id": source.pick(&["1", "2", "", "x"]), "method": source.pick(&["GET", "POST", "DELETE", "patch", "x", ""]),
            "url": source.pick(&["/me", "me/events?$top=1", "/me/calendarView?startDateTime=2026-03-23&endDateTime=2026-04-03",
                "/$batch", "/v1.0/me", "https://graph.microsoft.com/v1.0/me", "/me/drive/root:/{file}:/content", "", "?", "//", "%ff"]),
            "headers": { "Content-Type": "application/json", "Prefer": source.pick(TEXTS) },
        });
        if !source.chance(4) {
            one["id"] = json!(index.to_string());
        }
        if source.chance(3) {
            one["body"] = if depth < 2 { batch(stage, source, depth + 1) } else { event(stage, source) };
        }
        if source.chance(3) {
            one["dependsOn"] = json!([source.pick(&["0", "1", "x", ""])]);
        }
        if source.chance(6) {
            one["url"] = json!(format!("/me/events/{}", known(stage, source, "events")));
        }
        one
    });
    json!({ "requests": requests.collect::<Vec<_>>() })
}

/// Replaces one value at any depth by something that was not meant.
fn spoil(source: &mut Source<'_>, value: &mut Value, depth: u8) {
    let inside = depth < 6 && !source.chance(4);
    match value {
        Value::Object(members) if inside && !members.is_empty() => {
            let at = source.number(members.len());
            if let Some((_, member)) = members.iter_mut().nth(at) {
                spoil(source, member, depth + 1);
            }
        }
        Value::Array(items) if inside && !items.is_empty() => {
            let at = source.number(items.len());
            spoil(source, &mut items[at], depth + 1);
        }
        other => *other = nasty(source),
    }
}

fn nasty(source: &mut Source<'_>) -> Value {
    match source.byte() % 16 {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(1e308),
        3 => json!(-1),
        4 => json!(u64::MAX),
        5 => json!(i64::MIN),
        6 => json!(""),
        7 => json!("a".repeat(source.number(70_000))),
        8 => json!(vec![Value::Null; source.number(1_200)]),
        9 => json!({}),
        10 => json!({ "dateTime": 7, "timeZone": [] }),
        11 => (0..100).fold(Value::Null, |inner, _| json!([inner])),
        12 => json!(source.mostly(TIMES)),
        13 => json!(source.mostly(ZONES)),
        14 => json!(source.text()),
        _ => json!(source.pick(TEXTS)),
    }
}
