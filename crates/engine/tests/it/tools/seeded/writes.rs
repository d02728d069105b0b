//! Creating and changing events with whatever can be said of them.

use serde_json::{Value, json};

use super::super::desk::{ANNA, LENA, handle};
use super::super::said;
use super::Run;
use super::steps::BERLIN;

/// Adds the members of one object to another.
fn add(to: &mut Value, more: Value) {
    if let (Value::Object(to), Value::Object(more)) = (to, more) {
        to.extend(more);
    }
}

impl Run<'_> {
    pub(super) async fn create(&mut self) {
        let (title, start) = (self.desk.title(), self.time());
        let guests = if self.chance.one_in(2) {
            json!([self.desk.login(ANNA), "kim@outside.example"])
        } else {
            json!([])
        };
        let mut arguments = json!({
            "title": title, "start": start.to_string(), "duration_minutes": 45, "attendees": guests, "location": "Pier 3",
        });
        for extra in [
            json!({"reminder_minutes": 30}),
            json!({"categories": ["Red", "Trip"]}),
            json!({"sensitivity": "private"}),
            json!({"show_as": "tentative"}),
            json!({"show_as": "free"}),
            json!({"online": true}),
            json!({"body": "Bring a pen."}),
            json!({"recurrence": "FREQ=DAILY;COUNT=3"}),
        ] {
            if self.chance.one_in(4) {
                add(&mut arguments, extra);
            }
        }
        if self.chance.one_in(8) {
            arguments["start"] = start.date().to_string().into();
            arguments
                .as_object_mut()
                .expect("an object")
                .remove("duration_minutes");
        }
        let call = self
            .call(&["POST"], "create_event", arguments.clone())
            .await;
        let held = self.copy(&title);
        match (call.status(), held) {
            ("done", Some(held)) => {
                let expected = self.created(&arguments, &held).await;
                self.says(&call, &expected);
                self.asked_for(&call, &arguments, &held);
            }
            ("done", None) => {
                self.holds(false, "it is said to be there and is not", &call);
            }
            ("outcome_unknown", _) => self.may_be_unknown(&call),
            (_, held) => self.holds(
                held.is_none(),
                "it is there, and the answer says that it failed",
                &call,
            ),
        }
    }

    /// The answer that is true of what Outlook holds.
    async fn created(&self, arguments: &Value, held: &Value) -> Value {
        let mailed: Vec<&Value> = held["attendees"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|guest| &guest["emailAddress"]["address"])
            .collect();
        let mut expected = json!({
            "status": "done", "zone": BERLIN, "event": said::line(held, BERLIN), "mailed": mailed, "verified": true,
        });
        let mut put = |name: &str, value: Value| expected[name] = value;
        if arguments["reminder_minutes"].is_number() {
            put(
                "reminder_minutes",
                held["reminderMinutesBeforeStart"].clone(),
            );
        }
        if arguments["sensitivity"].is_string() {
            put("sensitivity", held["sensitivity"].clone());
        }
        if arguments["categories"].is_array() {
            put("categories", held["categories"].clone());
        }
        if held["onlineMeeting"].is_object() {
            put("join", held["onlineMeeting"]["joinUrl"].clone());
        }
        if held["recurrence"].is_object() {
            let zone = if held["isAllDay"] == true {
                "UTC"
            } else {
                BERLIN
            };
            let first = said::date(said::moment(held, "start"), zone);
            let last = first + jiff::Span::new().days(2);
            let day = |day| format!("{} {day}", said::weekday(day));
            put(
                "series",
                json!({"repeats": "every day, 3 times", "first": day(first), "last": day(last), "events": 3}),
            );
        }
        if held["showAs"] != "free" {
            self.conflicts(&mut expected, held).await;
        }
        expected
    }

    /// What Outlook holds is what was asked for.
    fn asked_for(&self, call: &super::Call, arguments: &Value, held: &Value) {
        let pairs = [
            ("title", "/subject"),
            ("location", "/location/displayName"),
            ("categories", "/categories"),
            ("sensitivity", "/sensitivity"),
            ("show_as", "/showAs"),
            ("reminder_minutes", "/reminderMinutesBeforeStart"),
            ("online", "/isOnlineMeeting"),
        ];
        for (name, path) in pairs {
            let asked = &arguments[name];
            let same = asked.is_null() || held.pointer(path) == Some(asked);
            self.holds(same, name, call);
        }
        let text = arguments["body"].as_str().unwrap_or_default();
        let body = held["bodyPreview"].as_str().expect("a text");
        self.holds(body.starts_with(text), "the text", call);
        let repeats = arguments["recurrence"].is_string() == held["recurrence"].is_object();
        self.holds(repeats, "whether it repeats", call);
    }

    pub(super) async fn update(&mut self) {
        let local = self.time().strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let guests = json!({"attendees": self.desk.guests(&["kim@outside.example"])});
        let renamed = self.desk.title();
        let mut change = json!({"location": format!("Room {}", self.chance.below(50))});
        let more = match self.chance.below(10) {
            0 => json!({"title": renamed}),
            1 => json!({"move_days": 1}),
            2 => json!({"add_attendees": [self.desk.login(ANNA)]}),
            3 => json!({"remove_attendees": ["kim@outside.example"]}),
            4 => json!({"reminder_minutes": 45, "show_as": "tentative"}),
            5 => json!({"sensitivity": "confidential"}),
            6 => json!({"categories": ["Red"], "body": "New words."}),
            7 => json!({"online": true}),
            8 => json!({"duration_minutes": 20, "title": renamed}),
            _ => json!({"move_minutes": -30, "add_optional": [self.desk.login(ANNA)]}),
        };
        add(&mut change, more);
        self.update_one(&local, &guests, change).await;
    }

    /// Makes an event of Lena's and changes it; whatever comes of it is compared.
    pub(in crate::tools) async fn update_one(
        &mut self,
        start: &str,
        extra: &Value,
        mut arguments: Value,
    ) {
        let event = self.desk.made(LENA, start, extra).await;
        let title = event["subject"].as_str().expect("a title").to_owned();
        arguments["id"] = handle(&event).into();
        let renamed = arguments["title"].as_str().unwrap_or(&title).to_owned();
        let before = self.copy(&title).expect("made");
        let call = self
            .call(&["PATCH"], "update_event", arguments.clone())
            .await;
        let after = self
            .copy(&renamed)
            .or_else(|| self.copy(&title))
            .expect("nothing removes it");
        match call.status() {
            "done" => {
                self.changed(&call, (&before, &after));
                let expected = self.told(&arguments, (&before, &after)).await;
                self.says(&call, &expected);
            }
            "outcome_unknown" => self.may_be_unknown(&call),
            _ => self.failed(&call, &before, &after),
        }
    }

    /// Outlook holds what was asked for, and everything else as it was.
    fn changed(&self, call: &super::Call, (before, after): (&Value, &Value)) {
        let arguments = &call.arguments;
        let people = before["attendees"].as_array().map_or(0, Vec::len)
            + arguments["add_attendees"].as_array().map_or(0, Vec::len)
            + arguments["add_optional"].as_array().map_or(0, Vec::len)
            - arguments["remove_attendees"].as_array().map_or(0, Vec::len);
        let held = after["attendees"].as_array().map_or(0, Vec::len);
        self.holds(held == people, "the guests", call);
        let shows = |event: &Value| said::shows_word(event["showAs"].as_str().expect("a word"));
        let wanted = arguments["show_as"].as_str().unwrap_or(shows(before));
        self.holds(shows(after) == wanted, "how it shows", call);
        let minutes = arguments["move_days"].as_i64().unwrap_or(0) * 1_440
            + arguments["move_minutes"].as_i64().unwrap_or(0);
        let wall = |event: &Value| {
            let zone = jiff::tz::TimeZone::get(BERLIN).expect("a zone");
            said::moment(event, "start").to_zoned(zone).datetime()
        };
        let moved = wall(before) + jiff::Span::new().minutes(minutes);
        self.holds(wall(after) == moved, "when it begins", call);
        for (name, path, graph) in [
            ("title", "/subject", None),
            ("location", "/location/displayName", None),
            ("reminder_minutes", "/reminderMinutesBeforeStart", None),
            ("sensitivity", "/sensitivity", None),
            ("categories", "/categories", None),
            ("online", "/isOnlineMeeting", None),
            ("body", "/bodyPreview", None),
            ("organizer", "/organizer", Some(())),
            ("importance", "/importance", Some(())),
        ] {
            let asked = &arguments[name];
            let wanted = match (graph, asked.is_null()) {
                (None, false) => Some(asked),
                // What an online meeting adds to the text is Microsoft's.
                _ if name == "body" && arguments["online"] == true => after.pointer(path),
                _ => before.pointer(path),
            };
            self.holds(after.pointer(path) == wanted, name, call);
        }
    }

    /// The answer that is true of the change.
    async fn told(&self, arguments: &Value, (before, after): (&Value, &Value)) -> Value {
        let address = |guest: &Value| guest["emailAddress"]["address"].as_str().map(str::to_owned);
        let guests = |event: &Value| -> Vec<String> {
            let all = event["attendees"].as_array().expect("a list");
            all.iter().filter_map(address).collect()
        };
        let (was, is) = (guests(before), guests(after));
        let gone: Vec<String> = was
            .iter()
            .filter(|one| !is.contains(one))
            .cloned()
            .collect();
        let new: Vec<String> = is
            .iter()
            .filter(|one| !was.contains(one))
            .cloned()
            .collect();
        let mailed: Vec<&String> = is.iter().chain(&gone).collect();
        let mut changes = json!({});
        let mut pair = |name: &str, value: &dyn Fn(&Value) -> Value| {
            changes[name] = json!({"before": value(before), "after": value(after)});
        };
        let asked = |names: &[&str]| names.iter().any(|name| !arguments[name].is_null());
        let times = asked(&["move_days", "move_minutes", "duration_minutes"]);
        let time = |event: &Value| {
            if event["isAllDay"] == true {
                let (first, last) = (
                    said::date(said::moment(event, "start"), "UTC"),
                    said::date(said::moment(event, "end"), "UTC"),
                );
                let last = last.yesterday().expect("a day before");
                return json!(format!("{} {first}/{last}", said::weekday(first)));
            }
            let (start, end) = (said::moment(event, "start"), said::moment(event, "end"));
            let day = said::weekday(said::date(start, BERLIN));
            json!(format!(
                "{day} {}/{}",
                said::local(start, BERLIN),
                said::local(end, BERLIN)
            ))
        };
        pair("location", &|event| {
            event["location"]["displayName"].clone()
        });
        for (name, field) in [
            ("title", "subject"),
            ("sensitivity", "sensitivity"),
            ("reminder_minutes", "reminderMinutesBeforeStart"),
            ("categories", "categories"),
            ("online", "isOnlineMeeting"),
        ] {
            if asked(&[name]) {
                pair(name, &|event| event[field].clone());
            }
        }
        if asked(&["show_as"]) {
            pair("show_as", &|event| {
                json!(said::shows_word(event["showAs"].as_str().expect("a word")))
            });
        }
        if times {
            pair("time", &time);
        }
        if asked(&["body"]) {
            changes["body"] = "replaced".into();
        }
        for (name, people) in [("added", &new), ("removed", &gone)] {
            if !people.is_empty() {
                changes[name] = json!(people);
            }
        }
        let mut expected = json!({
            "status": "done", "zone": BERLIN, "event": said::line(after, BERLIN), "changes": changes, "mailed": mailed,
            "verified": true,
        });
        if times {
            self.conflicts(&mut expected, after).await;
        }
        expected
    }
}
