//! Calls of every tool: harmless ones, such as touch every rule, and such as touch one.

use domain::calendar::{EventHandle, EventId};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Ten o'clock in Berlin on a Tuesday in 2031.
const TUESDAY: &str = "2031-03-04T10:00:00+01:00";

/// The handle of an event that nobody has, at this moment. `number` makes it another.
fn nobodys(start: &str, number: usize) -> String {
    let start = start.parse().expect("a moment");
    EventHandle::of(&EventId::new(format!("nobody {number}")), start).to_string()
}

#[expect(clippy::disallowed_methods, reason = "the program's own clock")]
fn from_now(span: SignedDuration) -> Timestamp {
    Timestamp::now() + span
}

fn in_half_an_hour() -> String {
    from_now(SignedDuration::from_mins(30)).to_string()
}

/// The date so many days from now, as a search takes it.
pub(super) fn days_from_now(days: i64) -> String {
    let there = from_now(SignedDuration::from_hours(24 * days));
    there.strftime("%Y-%m-%d").to_string()
}

fn meeting(number: usize, more: &Value) -> Value {
    let mut arguments = json!({
        "title": format!("Matrix {number}"), "start": TUESDAY, "duration_minutes": 15, "even_if_exists": true,
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        arguments[name] = value.clone();
    }
    arguments
}

/// A call that touches no rule and reaches nobody.
pub(crate) fn harmless(tool: &str, number: usize) -> Value {
    let id = nobodys(TUESDAY, number);
    match tool {
        "create_event" => meeting(number, &json!({})),
        "search_contacts" => json!({"query": "Anna Berger"}),
        "find_times" => json!({"duration_minutes": 30}),
        "read_event" => json!({"id": id}),
        "cancel_event" => json!({"id": id, "own_copy": true}),
        "update_event" => json!({"id": id, "reminder_minutes": 5}),
        "respond_to_event" => json!({"id": id, "answer": "accept", "notify": false}),
        "search_events" | "read_profile" => json!({}),
        other => panic!("{other} is new: which call of it is harmless?"),
    }
}

/// A call that touches every rule there is, of a tool that changes something; else a harmless one.
pub(crate) fn touching(tool: &str, number: usize) -> Value {
    let soon = in_half_an_hour();
    let id = nobodys(&soon, number);
    match tool {
        "create_event" => {
            let people = ["a@other.example", "b@other.example", "c@other.example"];
            let more =
                json!({"start": soon, "attendees": people, "recurrence": "every day, 3 times"});
            meeting(number, &more)
        }
        "update_event" => json!({"id": id, "title": "Touches all", "scope": "all"}),
        "cancel_event" => json!({"id": id, "scope": "all"}),
        "respond_to_event" => json!({"id": id, "answer": "accept", "scope": "all"}),
        reads => harmless(reads, number),
    }
}

/// What the third table says that a call does. `colleague` is somebody inside, `read` is what an agent has read.
pub(super) fn named(words: &str, number: usize, colleague: &str, read: &str) -> Value {
    let (there, soon) = (nobodys(TUESDAY, number), in_half_an_hour());
    let (near, new) = (nobodys(&soon, number), |more: Value| meeting(number, &more));
    let invites = |people: &[&str]| new(json!({"attendees": people}));
    match words {
        "invites somebody outside" => invites(&["tyler@other.example"]),
        "invites a colleague" => invites(&[colleague]),
        "invites two people" => invites(&[colleague, "tyler@other.example"]),
        "invites three people" => invites(&[colleague, "a@other.example", "b@other.example"]),
        "makes a series" => new(json!({"recurrence": "every Tuesday, 3 times"})),
        "makes one event" | "starts in years" | "is at ten on a Tuesday" => new(json!({})),
        "starts in half an hour" => new(json!({"start": soon})),
        "is on a Sunday" => new(json!({"start": "2031-03-02T10:00:00+01:00"})),
        "is a whole day" => json!({"title": format!("Matrix {number}"), "start": "2031-03-04"}),
        "passes on to a colleague what it read" => {
            new(json!({"attendees": [colleague], "body": read}))
        }
        "keeps what it read in her own calendar" => new(json!({"body": read})),
        "changes the title for whoever is invited"
        | "changes one event"
        | "changes what starts in years"
        | "leaves it at a time that is not known" => json!({"id": there, "title": "Changed"}),
        "changes only her own reminder" => json!({"id": there, "reminder_minutes": 5}),
        "changes a whole series" | "changes a series, whenever it is next" => {
            json!({"id": there, "title": "Changed", "scope": "all"})
        }
        "moves it to half an hour from now" => json!({"id": there, "start": soon}),
        "moves it back by years" => json!({"id": there, "move_days": -3_660}),
        "changes what starts in half an hour" => json!({"id": near, "title": "Changed"}),
        "moves it to a Sunday" => {
            json!({"id": there, "start": "2031-03-02T10:00:00+01:00", "end": "2031-03-02T11:00:00+01:00"})
        }
        "moves it to ten on a Tuesday" => {
            json!({"id": there, "start": TUESDAY, "end": "2031-03-04T11:00:00+01:00"})
        }
        "cancels it for whoever is invited"
        | "cancels one event"
        | "cancels what starts in years"
        | "cancels what is at a time that is not known" => json!({"id": there}),
        "removes only her own copy" => json!({"id": there, "own_copy": true}),
        "cancels a whole series" => json!({"id": there, "scope": "all"}),
        "cancels what starts in half an hour" => json!({"id": near}),
        "answers whoever invited her"
        | "answers for one event"
        | "answers for what starts in years"
        | "answers for what is at a time that is not known" => {
            json!({"id": there, "answer": "accept"})
        }
        "answers and tells nobody" => json!({"id": there, "answer": "accept", "notify": false}),
        "answers for a whole series" => json!({"id": there, "answer": "accept", "scope": "all"}),
        "answers for what starts in half an hour" => json!({"id": near, "answer": "accept"}),
        other => panic!("the document says '{other}', and no call here does that"),
    }
}
