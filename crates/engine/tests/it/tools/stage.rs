//! Events of every shape, for the tables of the tools that act on one: hours and nights, whole days, series, in zones that
//! change their clocks on different days or never.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use reqwest::Method;
use serde_json::{Value, json};

use super::desk::{ANNA, Desk, LENA, PAUL};

/// What an event looks like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Whose clocks it keeps, by Microsoft's name and by everybody's.
    pub(super) zone: (&'static str, &'static str),
    /// When it begins there.
    at: &'static str,
    /// How long it is: minutes, or whole days.
    long: Long,
    /// Days between two of a series of five.
    every: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
enum Long {
    Minutes(i64),
    Days(i64),
}

const BERLIN: (&str, &str) = ("W. Europe Standard Time", "Europe/Berlin");
const NEW_YORK: (&str, &str) = ("Eastern Standard Time", "America/New_York");
const SAO_PAULO: (&str, &str) = ("E. South America Standard Time", "America/Sao_Paulo");

const fn shape(
    zone: (&'static str, &'static str),
    at: &'static str,
    long: Long,
    every: Option<i64>,
) -> Shape {
    Shape {
        zone,
        at,
        long,
        every,
    }
}

pub(super) const SINGLES: [Shape; 7] = [
    shape(BERLIN, "10:00", Long::Minutes(60), None),
    // Over the hour that is missing or twice there.
    shape(BERLIN, "00:30", Long::Minutes(300), None),
    shape(NEW_YORK, "09:30", Long::Minutes(45), None),
    // Late there, tomorrow in Berlin.
    shape(NEW_YORK, "22:00", Long::Minutes(90), None),
    shape(SAO_PAULO, "08:15", Long::Minutes(30), None),
    shape(BERLIN, "00:00", Long::Days(1), None),
    shape(NEW_YORK, "00:00", Long::Days(3), None),
];

pub(super) const SERIES: [Shape; 5] = [
    shape(BERLIN, "10:00", Long::Minutes(60), Some(1)),
    shape(BERLIN, "08:00", Long::Minutes(30), Some(7)),
    shape(NEW_YORK, "21:30", Long::Minutes(45), Some(7)),
    shape(SAO_PAULO, "09:00", Long::Minutes(60), Some(1)),
    shape(BERLIN, "00:00", Long::Days(1), Some(1)),
];

/// How many a series of these has.
pub(super) const FIVE: usize = 5;

/// An ordinary day, the four on or around which Berlin and New York change their clocks, a leap day, the turn of a year.
pub(super) const DAYS: [&str; 7] = [
    "2031-03-04",
    "2031-03-30",
    "2031-10-26",
    "2031-03-09",
    "2031-11-02",
    "2028-02-29",
    "2030-12-31",
];

/// The words of a table in turn, so that each meets each of the other dimensions.
pub(super) fn turn<T: Copy>(words: &[T], number: usize) -> T {
    words[number % words.len()]
}

impl Shape {
    pub(super) fn whole_days(&self) -> bool {
        matches!(self.long, Long::Days(_))
    }

    pub(super) fn is_series(&self) -> bool {
        self.every.is_some()
    }

    /// Days between two of a series.
    pub(super) fn step(&self) -> Option<i64> {
        self.every
    }

    /// When it begins on a day of its own.
    pub(super) fn starts(&self, day: Date) -> jiff::Timestamp {
        let start: DateTime = format!("{day}T{}", self.at).parse().expect("a time");
        start.in_tz(self.zone.1).expect("a time there").timestamp()
    }

    /// When it is and how it repeats, as a body has it; a series begins two of its days before `day`.
    pub(super) fn body(&self, day: &str) -> Value {
        let day: Date = day.parse().expect("a day");
        let first = day - (self.every.unwrap_or(0) * 2).days();
        let start: DateTime = format!("{first}T{}", self.at).parse().expect("a time");
        let end = match self.long {
            Long::Minutes(minutes) => start + minutes.minutes(),
            Long::Days(days) => start + days.days(),
        };
        let time = |at: DateTime| json!({"dateTime": at.strftime("%Y-%m-%dT%H:%M:%S").to_string(), "timeZone": self.zone.0});
        let mut body =
            json!({"start": time(start), "end": time(end), "isAllDay": self.whole_days()});
        if let Some(every) = self.every {
            let pattern = if every == 1 {
                json!({"type": "daily", "interval": 1})
            } else {
                json!({"type": "weekly", "interval": 1, "daysOfWeek": [first.strftime("%A").to_string().to_lowercase()], "firstDayOfWeek": "monday"})
            };
            body["recurrence"] = json!({
                "pattern": pattern,
                "range": {"type": "numbered", "startDate": first.to_string(), "numberOfOccurrences": FIVE},
            });
        }
        body
    }
}

/// An event that Lena or Anna has made, and whoever is invited to it.
pub(super) struct Staged {
    pub(super) title: String,
    /// In whose calendar it was made.
    organizer: usize,
    /// In Graph's words, as Lena's calendar shows it before anything is done: one, or the five of a series.
    pub(super) days: Vec<Value>,
    pub(super) from: String,
    pub(super) to: String,
}

/// Somebody makes an event of a shape; `extra` comes on top.
pub(super) async fn staged(
    desk: &Desk,
    organizer: usize,
    shape: &Shape,
    day: &str,
    extra: &Value,
) -> Staged {
    let mut body = shape.body(day);
    body.as_object_mut()
        .expect("an object")
        .extend(extra.as_object().expect("an object").clone());
    let made = desk.made(organizer, "2031-01-01T00:00:00", &body).await;
    let day: Date = day.parse().expect("a day");
    let mut staged = Staged {
        title: made["subject"].as_str().expect("a title").to_owned(),
        organizer,
        days: vec![],
        from: (day - 20.days()).to_string(),
        to: (day + 40.days()).to_string(),
    };
    staged.look(desk).await;
    staged
}

impl Staged {
    /// Looks at Lena's calendar again.
    pub(super) async fn look(&mut self, desk: &Desk) {
        self.days = self.seen(desk, LENA).await;
    }

    /// What somebody's calendar shows of it now, called off or not.
    pub(super) async fn seen(&self, desk: &Desk, who: usize) -> Vec<Value> {
        let mut days = desk
            .occurrences(who, &self.title, &self.from, &self.to)
            .await;
        let off = format!("Canceled: {}", self.title);
        days.extend(desk.occurrences(who, &off, &self.from, &self.to).await);
        days.sort_by_key(|day| day["start"]["dateTime"].to_string());
        days
    }

    /// The organiser changes one of the series on its own.
    pub(super) async fn change_one(&mut self, desk: &Desk, number: usize, change: &Value) {
        let theirs = self.seen(desk, self.organizer).await;
        let path = format!(
            "/me/events/{}",
            theirs[number]["id"].as_str().expect("an id")
        );
        let (status, answer) = desk
            .graph(self.organizer, Method::PATCH, &path, Some(change))
            .await;
        assert_eq!(status, 200, "{answer}");
        self.look(desk).await;
    }

    /// Lena's copy, or Anna's, does something to the whole of it, as Outlook would.
    pub(super) async fn act(&mut self, desk: &Desk, who: usize, action: &str) {
        let copy = &desk.copies(who, &self.title)[0];
        let path = format!(
            "/me/events/{}/{action}",
            copy["id"].as_str().expect("an id")
        );
        let (status, answer) = desk.graph(who, Method::POST, &path, Some(&json!({}))).await;
        assert_eq!(status, 202, "{answer}");
        self.look(desk).await;
    }

    /// Takes it out of both calendars, so that it is in no later case's way.
    pub(super) async fn clear(&self, desk: &Desk) {
        for who in [LENA, ANNA, PAUL] {
            for copy in desk.copies(who, &self.title) {
                // Of a series, its changed days go with it.
                let path = format!("/me/events/{}", copy["id"].as_str().expect("an id"));
                if copy["seriesMasterId"].is_null() {
                    desk.graph(who, Method::DELETE, &path, None).await;
                }
            }
        }
    }
}

/// The writes that Graph has seen since the log was cleared: method, and what the path ends with after the event's id.
pub(super) fn writes(desk: &Desk) -> Vec<(String, String, Option<String>)> {
    let requests = desk.house.graph_requests();
    let writes = requests
        .into_iter()
        .filter(|request| request.method != "GET" && !request.path.ends_with("/getSchedule"));
    writes
        .map(|request| {
            let last = request.path.rsplit('/').next().unwrap_or_default();
            let action = ["cancel", "accept", "tentativelyAccept", "decline", "events"]
                .into_iter()
                .find(|action| *action == last);
            (
                request.method,
                action.unwrap_or_default().to_owned(),
                request.request_headers.get("if-match").cloned(),
            )
        })
        .collect()
}
