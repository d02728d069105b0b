//! The simulated office, arranged so that a documented request has something to act on, and the translation of names from
//! Microsoft's examples into it.

use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use sim::{Options, Person, Simulator};

use super::example::Example;
use crate::browser::{Answer, App, START, lena};

/// Everything that a delegated token may hold here.
const SCOPES: &str = "User.ReadWrite User.Read.All Calendars.ReadWrite Calendars.ReadWrite.Shared Contacts.ReadWrite \
                      People.Read.All MailboxSettings.ReadWrite";
/// Texts of the examples' tenant that stand for something that must exist.
const WORDS: &[(&str, &str)] = &[
    ("contoso.OnMicrosoft.com", "nordwind.example"),
    ("contoso.onmicrosoft.com", "nordwind.example"),
    ("contoso.com", "nordwind.example"),
    // Somebody whose address ends so, and people whose names begin so.
    ("endswith(mail,'a@", "endswith(mail,'r@"),
    ("displayName:wa", "displayName:we"),
    ("displayName:ad", "displayName:an"),
    ("$search=j", "$search=jonas"),
];
/// Placeholders that a page leaves to the reader.
const PLACEHOLDERS: &[(&str, &str)] = &[
    ("dateTime-value", "2026-03-26T09:00:00"),
    ("timeZone-value", "UTC"),
];
/// People of the examples and who plays them.
const PLAYERS: &[(&str, usize)] = &[
    ("samanthab", 2),
    ("adelev", 2),
    ("alexw", 3),
    ("danas", 4),
    ("meganb", 5),
    ("roscoes", 1),
];
/// What a client may write into an event.
const WRITABLE: &[&str] = &[
    "subject",
    "body",
    "start",
    "end",
    "attendees",
    "location",
    "locations",
    "isAllDay",
    "categories",
    "sensitivity",
    "showAs",
    "importance",
    "recurrence",
];

/// A request in the simulator's terms.
#[derive(Debug)]
pub(super) struct Request {
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Value>,
}

/// A simulator for one example.
pub(super) struct Office {
    simulator: Simulator,
    /// Lena's application.
    app: App,
    /// What stands for each id in the path, in order.
    ids: Vec<String>,
    /// Ids of some events of hers.
    items: Vec<String>,
    /// The link that stands for a documented token of a round.
    link: Option<String>,
}

impl Office {
    /// Starts at a time when what the example asks for is not in the past, and makes what it names.
    pub(super) async fn prepared_for(example: &Example) -> Self {
        let expires: Option<Timestamp> = example
            .asked("expirationDateTime")
            .map(|at| at.parse().expect("an instant"));
        let start = match expires {
            Some(at) => at - SignedDuration::from_hours(1),
            None => START.parse().expect("an instant"),
        };
        let mut options = Options::default();
        options.company.start = Some(start);
        let simulator = sim::start(options).await.expect("a free port on loopback");
        let app = App::holding(&simulator, &lena(&simulator).login, SCOPES);
        let mut office = Self {
            simulator,
            app,
            ids: Vec::new(),
            items: Vec::new(),
            link: None,
        };
        let items = office.app.get("/me/events?$top=2").await;
        office.items = items.texts("id").into_iter().map(str::to_owned).collect();
        office.fill(example).await;
        office.link = office.round(example).await;
        let segments = example.segments();
        for (index, segment) in segments.iter().enumerate() {
            let before = index.checked_sub(1).map(|index| segments[index]);
            if let Some(id) = office
                .id_for(before.unwrap_or_default(), segment, example)
                .await
            {
                office.ids.push(id);
            }
        }
        office
    }

    /// Puts something into the time that the example asks about.
    async fn fill(&self, example: &Example) {
        let starts = ["StartDateTime='", "startDateTime='", "startDateTime="];
        let asked = starts
            .iter()
            .find_map(|name| example.path.split_once(name))
            .map(|(_, rest)| rest.chars().take(19).collect::<String>());
        let schedule = example.body.as_ref().and_then(|body| {
            body.pointer("/StartTime/dateTime")
                .or(body.pointer("/startTime/dateTime"))
        });
        let schedule = schedule.and_then(Value::as_str).map(str::to_owned);
        let Some(start) = asked.or(schedule) else {
            return;
        };
        let start: jiff::civil::DateTime = start.parse().expect("a time");
        let time = |hours| {
            let at = start + SignedDuration::from_hours(hours);
            json!({ "dateTime": at.to_string(), "timeZone": "Pacific Standard Time" })
        };
        // Whoever plays a documented person in a schedule has something to do too.
        for index in 1..6 {
            let busy = json!({
                "subject": "Something", "start": time(1), "end": time(2), "showAs": "tentative",
                "location": { "displayName": "Conf Room 3" }, "isReminderOn": true,
            });
            let person = App::holding(&self.simulator, &self.person(index).login, SCOPES);
            let made = person.post("/me/events", &busy).await;
            assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        }
        if example.path.contains("calendarView") {
            let invited = self.invitation(time(1), time(2)).await;
            let body = json!({ "sendResponse": true });
            self.app
                .post(&format!("/me/events/{invited}/accept"), &body)
                .await;
        }
    }

    /// What stands for a path's part, if it is an id.
    async fn id_for(&self, before: &str, segment: &str, example: &Example) -> Option<String> {
        if let Some(key) = segment.strip_prefix("users('") {
            let key = self.player(key.trim_end_matches("')"));
            return Some(format!("users('{key}')"));
        }
        let is_id = !segment.starts_with('$') && segment != "delta";
        match before {
            "users" if is_id => Some(self.user(segment, example)),
            "events" if is_id => Some(self.event(example).await),
            "calendars" if is_id => Some(self.first("/me/calendars").await),
            "calendarPermissions" if is_id => Some(self.permission(example).await),
            "contactFolders" if is_id => Some(self.first("/me/contactFolders").await),
            "subscriptions" if is_id => Some(self.subscription(example).await),
            "people" if is_id => Some(self.first("/me/people").await),
            "contacts" if is_id => Some(self.first("/me/contacts").await),
            "calendarGroups" if is_id => Some(self.first("/me/calendarGroups").await),
            _ => None,
        }
    }

    /// A directory read asks for a colleague; what lies below a person is the caller's own, except what says otherwise.
    fn user(&self, key: &str, example: &Example) -> String {
        let below = example.segments().len() > 2;
        if below {
            lena(&self.simulator).login
        } else {
            self.player(key)
        }
    }

    /// The login of the one who plays somebody of the examples: by name if it is one, else a colleague.
    fn player(&self, key: &str) -> String {
        let lower = key.to_ascii_lowercase();
        let player = PLAYERS.iter().find(|(name, _)| lower.starts_with(name));
        self.person(player.map_or(2, |(_, index)| *index)).login
    }

    fn person(&self, index: usize) -> Person {
        self.simulator.people().swap_remove(index)
    }

    async fn first(&self, path: &str) -> String {
        let answer = self.app.get(path).await;
        let id = answer.items().first().and_then(|item| item["id"].as_str());
        // The request that needs it will be refused, and that is the difference to report.
        id.unwrap_or("AAMkADnobody=").to_owned()
    }

    /// Reading takes the organisation's own entry, changing one that can be changed.
    async fn permission(&self, example: &Example) -> String {
        let path = "/me/calendar/calendarPermissions";
        if example.method == Method::GET {
            return self.first(path).await;
        }
        let colleague = self.person(2);
        let body = json!({
            "emailAddress": { "name": colleague.name, "address": colleague.login },
            "isInsideOrganization": true, "isRemovable": true, "role": "read",
        });
        let made = self.app.post(path, &body).await;
        made.body["id"]
            .as_str()
            .unwrap_or("AAMkADnobody=")
            .to_owned()
    }

    async fn subscription(&self, example: &Example) -> String {
        let expires = example
            .asked("expirationDateTime")
            .unwrap_or("2026-03-25T12:00:00Z");
        let body = json!({
            "changeType": "created,updated", "resource": "me/events", "expirationDateTime": expires,
            "notificationUrl": self.listener(), "clientState": "subscription-identifier",
            "lifecycleNotificationUrl": self.listener(),
        });
        let made = self.app.post("/subscriptions", &body).await;
        made.body["id"].as_str().unwrap_or("nobody").to_owned()
    }

    /// Where notifications go: the simulator's own, which answers the validation.
    fn listener(&self) -> String {
        format!("{}/_sim/notifications", self.simulator.base())
    }

    /// An event like the documented one. Somebody else's, when it is to be answered.
    async fn event(&self, example: &Example) -> String {
        let answering = ["accept", "tentativelyAccept", "decline"];
        let last = example.segments().last().copied().unwrap_or_default();
        if answering.contains(&last) {
            let at =
                |hour| json!({ "dateTime": format!("2026-03-26T{hour}:00:00"), "timeZone": "UTC" });
            return self.invitation(at(10), at(11)).await;
        }
        let printed = match &example.answer["value"] {
            Value::Array(items) => items.last().unwrap_or(&Value::Null),
            _ => &example.answer,
        };
        let mut event = self.like(printed);
        if last == "instances" {
            let start = event["start"]["dateTime"]
                .as_str()
                .expect("a time")
                .to_owned();
            event["recurrence"] = json!({
                "pattern": { "type": "weekly", "interval": 1, "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"] },
                "range": { "type": "noEnd", "startDate": start[..10] },
            });
        }
        let made = self.app.post("/me/events", &event).await;
        assert_eq!(
            made.status,
            StatusCode::CREATED,
            "{}: {}",
            example.name,
            made.body
        );
        let id = made.body["id"].as_str().expect("an id").to_owned();
        self.answer_as(printed, &made.body).await;
        id
    }

    /// Attendees who have answered in the documented event answer here.
    async fn answer_as(&self, printed: &Value, made: &Value) {
        let attendees = printed["attendees"].as_array().into_iter().flatten();
        for attendee in attendees.filter(|attendee| attendee["proposedNewTime"].is_object()) {
            let login = self.player(
                attendee["emailAddress"]["address"]
                    .as_str()
                    .expect("an address"),
            );
            let colleague = App::holding(&self.simulator, &login, SCOPES);
            let uid = made["iCalUId"].as_str().expect("a uid");
            let theirs = colleague
                .get(&format!("/me/events?$filter=iCalUId eq '{uid}'"))
                .await;
            let id = theirs.items()[0]["id"].as_str().expect("an id");
            let body =
                json!({ "proposedNewTime": attendee["proposedNewTime"], "sendResponse": true });
            let answered = colleague
                .post(&format!("/me/events/{id}/tentativelyAccept"), &body)
                .await;
            assert_eq!(answered.status, StatusCode::ACCEPTED, "{}", answered.body);
        }
    }

    /// What a client would have sent to have the documented event.
    fn like(&self, printed: &Value) -> Value {
        let mut event = Map::new();
        for name in WRITABLE {
            match printed.get(name) {
                Some(value) if !value.is_null() => event.insert((*name).to_owned(), value.clone()),
                _ => None,
            };
        }
        if !event.get("start").is_some_and(Value::is_object) {
            event.insert(
                "start".to_owned(),
                json!({ "dateTime": "2026-03-26T10:00:00", "timeZone": "UTC" }),
            );
            event.insert(
                "end".to_owned(),
                json!({ "dateTime": "2026-03-26T11:00:00", "timeZone": "UTC" }),
            );
        }
        event.remove("categories");
        // The mirror of `location` would win over it.
        if event
            .get("locations")
            .is_some_and(|places| places.as_array().is_some_and(|places| places.len() > 1))
        {
            event.remove("location");
        } else {
            event.remove("locations");
        }
        let mut event = Value::Object(event);
        for attendee in event["attendees"].as_array_mut().into_iter().flatten() {
            let address = attendee["emailAddress"]["address"]
                .as_str()
                .unwrap_or_default();
            attendee["emailAddress"]["address"] = json!(self.player(address));
            let attendee = attendee.as_object_mut().expect("an attendee");
            attendee.remove("status");
            attendee.remove("proposedNewTime");
        }
        event
    }

    /// A colleague invites Lena; her copy's id.
    async fn invitation(&self, start: Value, end: Value) -> String {
        let colleague = App::holding(&self.simulator, &self.person(2).login, SCOPES);
        let body = json!({
            "subject": "Happy holidays",
            "start": start, "end": end,
            "attendees": [{ "type": "required", "emailAddress": { "address": lena(&self.simulator).login } }],
        });
        let made = colleague.post("/me/events", &body).await;
        let uid = made.body["iCalUId"].as_str().expect("a uid");
        let copies = self
            .app
            .get(&format!("/me/events?$filter=iCalUId eq '{uid}'"))
            .await;
        copies.items()[0]["id"].as_str().expect("an id").to_owned()
    }

    /// The link of a round that a documented token stands for: the first when there is more to come, else the last.
    async fn round(&self, example: &Example) -> Option<String> {
        let query = example.query()?;
        if !query.contains("token=") {
            return None;
        }
        let path = example.path.split('?').next()?;
        let window = "startDateTime=2026-03-23T00:00:00Z&endDateTime=2026-04-03T00:00:00Z";
        let headers: Vec<(&str, &str)> = pairs(&example.headers);
        let mut link = format!("{path}?{window}");
        let mut last = None;
        loop {
            let page = self.app.get_with(&link, &headers).await;
            let next = page.body["@odata.nextLink"].as_str().map(str::to_owned);
            match next {
                None => return last,
                Some(next) if example.answer.get("@odata.nextLink").is_some() => return Some(next),
                Some(next) => {
                    last = Some(next.clone());
                    link = next;
                }
            }
        }
    }

    /// The request in the simulator's terms.
    pub(super) fn translate(&self, example: &Example) -> Request {
        let mut ids = self.ids.iter();
        let segments = example.segments();
        let path: String = segments
            .iter()
            .enumerate()
            .map(|(index, segment)| {
                let before = index.checked_sub(1).map_or("", |index| segments[index]);
                let holds = takes_id(before) && !segment.starts_with('$') && *segment != "delta";
                let own = if holds || segment.starts_with("users('") {
                    ids.next().cloned()
                } else {
                    None
                };
                format!("/{}", own.unwrap_or_else(|| (*segment).to_owned()))
            })
            .collect();
        let trailing = if example
            .path
            .split('?')
            .next()
            .is_some_and(|path| path.ends_with('/'))
        {
            "/"
        } else {
            ""
        };
        let query = example.query().map(|query| format!("?{}", words(query)));
        let path = self
            .link
            .clone()
            .unwrap_or_else(|| format!("{path}{trailing}{}", query.unwrap_or_default()));
        Request {
            method: example.method.clone(),
            path,
            headers: example.headers.clone(),
            body: example.body.as_ref().map(|body| self.body(body)),
        }
    }

    fn body(&self, body: &Value) -> Value {
        let mut body = filled(body);
        for (_, value) in body
            .as_object_mut()
            .into_iter()
            .flatten()
            .filter(|(name, _)| name.eq_ignore_ascii_case("schedules"))
        {
            for address in value.as_array_mut().into_iter().flatten() {
                *address = json!(self.player(address.as_str().expect("an address")));
            }
        }
        // Only where there are some: an index into what is not there would put it there.
        let inputs = body.get_mut("inputIds").and_then(Value::as_array_mut);
        for (id, own) in inputs.into_iter().flatten().zip(&self.items) {
            *id = json!(own);
        }
        if let Some(url) = body.get_mut("notificationUrl") {
            *url = json!(self.listener());
        }
        body
    }

    pub(super) async fn send(&self, request: &Request) -> Answer {
        let headers = pairs(&request.headers);
        self.app
            .call(
                request.method.clone(),
                &request.path,
                &headers,
                request.body.as_ref(),
            )
            .await
    }
}

/// The value with everything that is only a placeholder replaced.
fn filled(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let placeholder = PLACEHOLDERS.iter().find(|(name, _)| name == text);
            json!(placeholder.map_or(text.as_str(), |(_, instead)| instead))
        }
        Value::Array(items) => items.iter().map(filled).collect(),
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, member)| (name.clone(), filled(member)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

fn takes_id(before: &str) -> bool {
    const CONTAINERS: &[&str] = &[
        "users",
        "events",
        "calendars",
        "calendarPermissions",
        "contactFolders",
        "subscriptions",
        "people",
        "contacts",
        "calendarGroups",
    ];
    CONTAINERS.contains(&before)
}

fn words(query: &str) -> String {
    WORDS
        .iter()
        .fold(query.to_owned(), |query, (theirs, ours)| {
            query.replace(theirs, ours)
        })
}

fn pairs(headers: &[(String, String)]) -> Vec<(&str, &str)> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}
