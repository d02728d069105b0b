//! New events of every shape: the whole answer, and what calendars then hold, by a rule of the tests' own.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::super::desk::{ANNA, Desk, LENA, PAUL};
use super::super::said;

const BERLIN: &str = "Europe/Berlin";
const NEW_YORK: &str = "America/New_York";

/// How a time is said, and what is meant: the zone of the answer, and the first and last moment on the clocks of a place.
struct When {
    said: Value,
    zone: &'static str,
    from: (&'static str, &'static str),
    until: (&'static str, &'static str),
    /// Whether it is over before the next one of a daily series begins.
    short: bool,
}

fn whens() -> Vec<When> {
    let timed = |said, zone, from, until| When {
        said,
        zone,
        from: (from, zone),
        until: (until, zone),
        short: true,
    };
    let days = |said, zone, from, until| When {
        said,
        zone,
        from: (from, "UTC"),
        until: (until, "UTC"),
        short: false,
    };
    let mut whens = vec![
        timed(
            json!({"start": "2031-01-14T10:00", "duration_minutes": 30}),
            BERLIN,
            "2031-01-14T10:00",
            "2031-01-14T10:30",
        ),
        timed(
            json!({"start": "2031-07-15T10:00", "end": "2031-07-15T11:15"}),
            BERLIN,
            "2031-07-15T10:00",
            "2031-07-15T11:15",
        ),
        // An hour is skipped: three hours end four and a half on the clock.
        timed(
            json!({"start": "2031-03-30T00:30", "duration_minutes": 180}),
            BERLIN,
            "2031-03-30T00:30",
            "2031-03-30T04:30",
        ),
        // An hour is there twice.
        timed(
            json!({"start": "2031-10-26T00:30", "end": "2031-10-26T04:00"}),
            BERLIN,
            "2031-10-26T00:30",
            "2031-10-26T04:00",
        ),
        timed(
            json!({"start": "2031-03-09T01:30", "duration_minutes": 60, "zone": NEW_YORK}),
            NEW_YORK,
            "2031-03-09T01:30",
            "2031-03-09T03:30",
        ),
        timed(
            json!({"start": "2031-11-02T00:30", "end": "2031-11-02T03:00", "zone": NEW_YORK}),
            NEW_YORK,
            "2031-11-02T00:30",
            "2031-11-02T03:00",
        ),
        // São Paulo has had no summer time since 2019.
        timed(
            json!({"start": "2031-02-16T09:00", "duration_minutes": 45, "zone": "America/Sao_Paulo"}),
            "America/Sao_Paulo",
            "2031-02-16T09:00",
            "2031-02-16T09:45",
        ),
        timed(
            json!({"start": "2031-09-09T23:30", "duration_minutes": 60}),
            BERLIN,
            "2031-09-09T23:30",
            "2031-09-10T00:30",
        ),
        days(
            json!({"start": "2031-08-05"}),
            BERLIN,
            "2031-08-05T00:00",
            "2031-08-06T00:00",
        ),
        days(
            json!({"start": "2031-08-11", "end": "2031-08-13"}),
            BERLIN,
            "2031-08-11T00:00",
            "2031-08-14T00:00",
        ),
        days(
            json!({"start": "2031-04-22", "zone": NEW_YORK}),
            NEW_YORK,
            "2031-04-22T00:00",
            "2031-04-23T00:00",
        ),
    ];
    // An offset says when, and nothing of the zone of the answer.
    whens.push(When {
        said: json!({"start": "2031-06-10T09:00:00+05:30", "duration_minutes": 60}),
        zone: BERLIN,
        from: ("2031-06-10T09:00", "Asia/Kolkata"),
        until: ("2031-06-10T10:00", "Asia/Kolkata"),
        short: true,
    });
    whens.push(When {
        short: false,
        ..timed(
            json!({"start": "2031-12-01T08:00", "end": "2031-12-03T17:00"}),
            BERLIN,
            "2031-12-01T08:00",
            "2031-12-03T17:00",
        )
    });
    whens
}

/// A series: how it is said, how many days lie between two of it, how many there are, and Graph's word for it.
const SERIES: [Option<(&str, i64, i64, &str)>; 4] = [
    None,
    Some(("FREQ=WEEKLY;COUNT=4", 7, 4, "weekly")),
    None,
    Some(("FREQ=DAILY;INTERVAL=2;COUNT=3", 2, 3, "daily")),
];
const SHOWS: [Option<(&str, &str)>; 6] = [
    None,
    Some(("free", "free")),
    Some(("tentative", "tentative")),
    Some(("busy", "busy")),
    Some(("out_of_office", "oof")),
    Some(("working_elsewhere", "workingElsewhere")),
];
const MARKS: [Option<&str>; 5] = [
    None,
    Some("normal"),
    Some("personal"),
    Some("private"),
    Some("confidential"),
];
const REMINDERS: [Option<i64>; 4] = [None, Some(-1), Some(0), Some(45)];
const PLACES: [Option<&str>; 3] = [None, Some("Room 4"), Some("Café Ñandú, <b>2. Stock</b>")];
/// The text, and what of it stands in the HTML that Outlook makes of it.
const TEXTS: [Option<(&str, &[&str])>; 3] = [
    None,
    Some(("One line.", &["One line."])),
    Some((
        "Agenda:\n1. a < b & c\n2. <i>not</i> slanted",
        &[
            "Agenda:",
            "1. a &lt; b &amp; c",
            "2. &lt;i&gt;not&lt;/i&gt; slanted",
        ],
    )),
];
const LABELS: [&[&str]; 3] = [&[], &["Travel"], &["Travel", "Blue category"]];
/// Who has to come, and who may.
const GUESTS: [(&[usize], &[usize]); 6] = [
    (&[], &[]),
    (&[ANNA], &[]),
    (&[], &[ANNA]),
    (&[PAUL], &[]),
    (&[ANNA], &[PAUL]),
    (&[PAUL], &[3]),
];

struct Case {
    when: When,
    series: Option<(&'static str, i64, i64, &'static str)>,
    shows: Option<(&'static str, &'static str)>,
    mark: Option<&'static str>,
    reminder: Option<i64>,
    place: Option<&'static str>,
    text: Option<(&'static str, &'static [&'static str])>,
    labels: &'static [&'static str],
    guests: (&'static [usize], &'static [usize]),
    online: bool,
}

/// So many times every time is said, each time with other things beside it: the lengths of the lists share few factors.
const ROUNDS: usize = 20;

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for round in 0..ROUNDS {
        for (at, when) in whens().into_iter().enumerate() {
            let turn = round * 13 + at;
            let fits = when.short;
            cases.push(Case {
                when,
                series: SERIES[(turn + round) % 4].filter(|(_, apart, ..)| fits || *apart == 7),
                shows: SHOWS[turn % 6],
                mark: MARKS[turn % 5],
                reminder: REMINDERS[(turn / 2) % 4],
                place: PLACES[(turn / 3) % 3],
                text: TEXTS[turn % 3],
                labels: LABELS[(turn / 5) % 3],
                guests: GUESTS[(turn / 7 + round) % 6],
                online: turn % 7 == 3,
            });
        }
    }
    cases
}

impl Case {
    fn arguments(&self, desk: &Desk, title: &str) -> Value {
        let mut arguments = self.when.said.clone();
        let logins =
            |who: &[usize]| -> Vec<String> { who.iter().map(|who| desk.login(*who)).collect() };
        let mut put = |name: &str, value: Value| {
            if !value.is_null() && value != json!([]) {
                arguments[name] = value;
            }
        };
        put("title", title.into());
        put("recurrence", json!(self.series.map(|series| series.0)));
        put("show_as", json!(self.shows.map(|shows| shows.0)));
        put("sensitivity", json!(self.mark));
        put("reminder_minutes", json!(self.reminder));
        put("location", json!(self.place));
        put("body", json!(self.text.map(|text| text.0)));
        put("categories", json!(self.labels));
        put("attendees", json!(logins(self.guests.0)));
        put("optional_attendees", json!(logins(self.guests.1)));
        put(
            "online",
            if self.online {
                true.into()
            } else {
                Value::Null
            },
        );
        arguments
    }

    /// Whether Outlook holds what was asked for.
    fn assert_held(&self, desk: &Desk, held: &Value, about: &Value) {
        let at = |(local, zone): (&str, &str)| -> Timestamp {
            let local: DateTime = local.parse().expect("a local time");
            let zone = TimeZone::get(zone).expect("a zone");
            local.to_zoned(zone).expect("a moment").timestamp()
        };
        assert_eq!(said::moment(held, "start"), at(self.when.from), "{about}");
        assert_eq!(said::moment(held, "end"), at(self.when.until), "{about}");
        assert_eq!(held["isAllDay"], self.when.from.1 == "UTC", "{about}");
        if let Some((_, graph)) = self.shows {
            assert_eq!(held["showAs"], graph, "{about}");
        }
        assert_eq!(
            held["sensitivity"],
            self.mark.unwrap_or("normal"),
            "{about}"
        );
        if let Some(minutes) = self.reminder {
            assert_eq!(held["isReminderOn"], minutes >= 0, "{about}");
            let told = &held["reminderMinutesBeforeStart"];
            assert!(minutes < 0 || *told == minutes, "{told} of {about}");
        }
        assert_eq!(
            held["location"]["displayName"],
            self.place.unwrap_or_default(),
            "{about}"
        );
        assert_eq!(held["categories"], json!(self.labels), "{about}");
        assert_eq!(held["isOnlineMeeting"], self.online, "{about}");
        let text = held["body"]["content"].as_str().unwrap_or_default();
        match self.text {
            Some((_, parts)) => {
                for part in parts {
                    assert!(text.contains(part), "{part} in {text} of {about}");
                }
            }
            None => assert!(self.online || text.trim().is_empty(), "{text} of {about}"),
        }
        let mut invited = Vec::new();
        for (who, role) in [(self.guests.0, "required"), (self.guests.1, "optional")] {
            invited.extend(who.iter().map(|who| (desk.login(*who), role.to_owned())));
        }
        let word = |guest: &Value, path: &str| {
            guest
                .pointer(path)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_lowercase()
        };
        let mut listed: Vec<(String, String)> = held["attendees"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|guest| (word(guest, "/emailAddress/address"), word(guest, "/type")))
            .collect();
        invited
            .iter_mut()
            .for_each(|guest| guest.0 = guest.0.to_lowercase());
        invited.sort();
        listed.sort();
        assert_eq!(listed, invited, "{about}");
        self.assert_repeats(held, about);
    }

    fn assert_repeats(&self, held: &Value, about: &Value) {
        let Some((_, apart, count, word)) = self.series else {
            assert!(held["recurrence"].is_null(), "{about}");
            return;
        };
        let pattern = &held["recurrence"]["pattern"];
        assert_eq!(pattern["type"], word, "{about}");
        assert_eq!(
            pattern["interval"],
            if apart == 7 { 1 } else { apart },
            "{about}"
        );
        let range = &held["recurrence"]["range"];
        assert_eq!(range["numberOfOccurrences"], count, "{about}");
    }

    /// What is answered, but for how a series is put into words.
    async fn told(&self, desk: &Desk, held: &Value) -> Value {
        let zone = self.when.zone;
        let mut told = json!({
            "status": "done", "zone": zone, "verified": true, "event": said::line(held, zone),
        });
        let guests = held["attendees"].as_array().into_iter().flatten();
        let addresses: Vec<String> = guests
            .map(|guest| {
                guest["emailAddress"]["address"]
                    .as_str()
                    .expect("an address")
                    .to_owned()
            })
            .collect();
        said::mailed(&mut told, &addresses);
        if let Some((_, apart, count, _)) = self.series {
            let clock = if held["isAllDay"] == true {
                "UTC"
            } else {
                zone
            };
            let first = said::date(said::moment(held, "start"), clock);
            let last = first + jiff::Span::new().days(apart * (count - 1));
            let day = |day| format!("{} {day}", said::weekday(day));
            told["series"] = json!({"first": day(first), "last": day(last), "events": count});
        }
        let mut put = |name: &str, value: Value| {
            if !value.is_null() && value != json!([]) {
                told[name] = value;
            }
        };
        put("reminder_minutes", json!(self.reminder));
        put("sensitivity", json!(self.mark));
        put("categories", json!(self.labels));
        put("join", held["onlineMeeting"]["joinUrl"].clone());
        // What shows as free collides with nothing.
        if held["showAs"] != "free" {
            put("conflicts", json!(said::conflicts(desk, held, zone).await));
        }
        told
    }

    async fn check(&self, desk: &Desk) {
        let title = desk.title();
        let arguments = self.arguments(desk, &title);
        let mut answer = desk.call("create_event", arguments.clone()).await;
        let about = json!({"asked": arguments, "answered": answer});
        let copies = desk.copies(LENA, &title);
        assert_eq!(copies.len(), 1, "{about}");
        self.assert_held(desk, &copies[0], &about);
        let series = answer.get_mut("series").and_then(Value::as_object_mut);
        let words = series.and_then(|series| series.remove("repeats"));
        assert_eq!(words.is_some(), self.series.is_some(), "{about}");
        assert_eq!(answer, self.told(desk, &copies[0]).await, "{about}");
        let anna = [self.guests.0, self.guests.1].concat().contains(&ANNA);
        assert_eq!(
            desk.copies(ANNA, &title).len(),
            usize::from(anna),
            "{about}"
        );
    }
}

#[tokio::test]
async fn new_events_of_every_shape_are_held_and_told_as_they_were_asked_for() {
    let desk = Desk::new().await;
    let cases = cases();
    assert_eq!(cases.len(), 260);
    for case in cases {
        case.check(&desk).await;
    }
}
