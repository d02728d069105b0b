//! Whatever a few people do to their calendars in whatever order, the calendars agree with each other.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sim::Simulator;

use crate::browser::{App, simulator};

const SCOPES: &str = "User.Read Calendars.ReadWrite";
const WINDOW: &str = "startDateTime=2026-05-04T00:00:00Z&endDateTime=2026-05-25T00:00:00Z";
/// Colleagues with no events in that window but their seeded series.
const PEOPLE: [usize; 3] = [1, 3, 5];

/// Something that one of the people does.
#[derive(Debug, Clone)]
enum Act {
    Create {
        who: usize,
        invited: usize,
        day: u8,
        series: bool,
    },
    Move {
        who: usize,
        event: usize,
        day: u8,
    },
    Rename {
        who: usize,
        event: usize,
    },
    Answer {
        who: usize,
        event: usize,
        word: usize,
    },
    Cancel {
        who: usize,
        event: usize,
    },
    Delete {
        who: usize,
        event: usize,
    },
    Read {
        who: usize,
    },
}

fn act() -> impl Strategy<Value = Act> {
    let who = 0..PEOPLE.len();
    prop_oneof![
        3 => (who.clone(), 0..8_usize, 4..15_u8, any::<bool>()).prop_map(|(who, invited, day, series)| Act::Create { who, invited, day, series }),
        1 => (who.clone(), 0..8_usize, 4..15_u8).prop_map(|(who, event, day)| Act::Move { who, event, day }),
        1 => (who.clone(), 0..8_usize).prop_map(|(who, event)| Act::Rename { who, event }),
        2 => (who.clone(), 0..8_usize, 0..3_usize).prop_map(|(who, event, word)| Act::Answer { who, event, word }),
        1 => (who.clone(), 0..8_usize).prop_map(|(who, event)| Act::Cancel { who, event }),
        1 => (who.clone(), 0..8_usize).prop_map(|(who, event)| Act::Delete { who, event }),
        1 => who.prop_map(|who| Act::Read { who }),
    ]
}

struct Office {
    logins: Vec<String>,
    apps: Vec<App>,
    /// The link of each one's last round, and what the rounds have told.
    rounds: Vec<(Option<String>, BTreeMap<String, Value>)>,
    /// Who has thrown away a copy of which meeting. The next update brings it back unanswered, and the organiser is not told.
    thrown_away: BTreeSet<(usize, String)>,
}

impl Office {
    fn open(simulator: &Simulator) -> Self {
        let people = simulator.people();
        let logins: Vec<String> = PEOPLE
            .iter()
            .map(|index| people[*index].login.clone())
            .collect();
        let apps = logins
            .iter()
            .map(|login| App::holding(simulator, login, SCOPES));
        Self {
            apps: apps.collect(),
            rounds: vec![(None, BTreeMap::new()); logins.len()],
            thrown_away: BTreeSet::new(),
            logins,
        }
    }

    /// One of the events that were made here, as that person sees them.
    async fn event(&self, who: usize, number: usize) -> Option<Value> {
        let path = "/me/events?$filter=startswith(subject,'Agreed')&$top=100";
        let mine = self.apps[who].get(path).await;
        assert_eq!(mine.status, StatusCode::OK, "{}", mine.body);
        let items = mine.items();
        items.get(number % items.len().max(1)).cloned()
    }

    async fn perform(&mut self, act: &Act) {
        match act {
            Act::Create {
                who,
                invited,
                day,
                series,
            } => self.create(*who, *invited, *day, *series).await,
            Act::Move { who, event, day } => {
                let body = json!({ "start": at(*day, 10), "end": at(*day, 11) });
                self.change(*who, *event, &body).await;
            }
            Act::Rename { who, event } => {
                self.change(*who, *event, &json!({ "subject": "Agreed anew" }))
                    .await;
            }
            Act::Answer { who, event, word } => {
                let word = ["accept", "tentativelyAccept", "decline"][*word];
                self.post(*who, *event, word, &json!({ "sendResponse": true }))
                    .await;
            }
            Act::Cancel { who, event } => {
                self.post(*who, *event, "cancel", &json!({ "comment": "No." }))
                    .await;
            }
            Act::Delete { who, event } => {
                if let Some(event) = self.event(*who, *event).await {
                    self.thrown_away.insert((*who, meeting(&event)));
                    let path = format!("/me/events/{}", text(&event, "id"));
                    let answer = self.apps[*who].call(Method::DELETE, &path, &[], None).await;
                    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.body);
                    assert_eq!(self.apps[*who].get(&path).await.code(), "ErrorItemNotFound");
                }
            }
            Act::Read { who } => self.read_round(*who).await,
        }
    }

    async fn create(&self, who: usize, invited: usize, day: u8, series: bool) {
        let others = (0..PEOPLE.len()).filter(|other| *other != who && invited & (1 << other) != 0);
        let attendees: Vec<Value> = others
            .map(|other| json!({ "type": "required", "emailAddress": { "address": self.logins[other] } }))
            .collect();
        let mut event = json!({ "subject": "Agreed", "start": at(day, 10), "end": at(day, 11), "attendees": attendees });
        if series {
            event["recurrence"] = json!({
                "pattern": { "type": "daily", "interval": 2 },
                "range": { "type": "numbered", "startDate": format!("2026-05-{day:02}"), "numberOfOccurrences": 4 },
            });
        }
        let made = self.apps[who].post("/me/events", &event).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    }

    /// A change that succeeds gives the event another etag.
    async fn change(&self, who: usize, number: usize, body: &Value) {
        let Some(event) = self.event(who, number).await else {
            return;
        };
        // The rule of a series has its own first day; moving it is another test.
        if event["type"] == "seriesMaster" && body.get("start").is_some() {
            return;
        }
        let path = format!("/me/events/{}", text(&event, "id"));
        let changed = self.apps[who]
            .call(Method::PATCH, &path, &[], Some(body))
            .await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
        assert_ne!(changed.body["@odata.etag"], event["@odata.etag"], "{path}");
        let read = self.apps[who].get(&path).await;
        assert_eq!(
            read.body["@odata.etag"], changed.body["@odata.etag"],
            "{path}"
        );
    }

    /// May be refused: the organiser does not answer herself, nobody else cancels.
    async fn post(&mut self, who: usize, number: usize, action: &str, body: &Value) {
        let Some(event) = self.event(who, number).await else {
            return;
        };
        if action == "decline" {
            self.thrown_away.insert((who, meeting(&event)));
        }
        let organiser = event["isOrganizer"] == true;
        let path = format!("/me/events/{}/{action}", text(&event, "id"));
        let answer = self.apps[who].post(&path, body).await;
        let allowed =
            organiser == (action == "cancel") && (organiser || event["isCancelled"] == false);
        let expected = if allowed {
            StatusCode::ACCEPTED
        } else {
            StatusCode::BAD_REQUEST
        };
        assert_eq!(answer.status, expected, "{action}: {}", answer.body);
    }

    /// Follows the changes since the last time.
    async fn read_round(&mut self, who: usize) {
        let mut link = self.rounds[who]
            .0
            .take()
            .unwrap_or_else(|| format!("/me/calendarView/delta?{WINDOW}"));
        loop {
            let page = self.apps[who]
                .get_with(&link, &[("prefer", "odata.maxpagesize=3")])
                .await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.body);
            for item in page.items() {
                let id = text(item, "id").to_owned();
                if item.get("@removed").is_some() {
                    self.rounds[who].1.remove(&id);
                } else {
                    self.rounds[who].1.insert(id, item.clone());
                }
            }
            match page.body["@odata.deltaLink"].as_str() {
                Some(last) => {
                    self.rounds[who].0 = Some(last.to_owned());
                    return;
                }
                None => link = text(&page.body, "@odata.nextLink").to_owned(),
            }
        }
    }

    /// What must hold at any time.
    async fn check(&mut self) {
        let mut views = Vec::new();
        for who in 0..PEOPLE.len() {
            self.read_round(who).await;
            let view = self.apps[who]
                .get(&format!("/me/calendarView?{WINDOW}&$top=500"))
                .await;
            assert_eq!(view.status, StatusCode::OK, "{}", view.body);
            self.converges(who, view.items());
            self.resolves(who, view.items()).await;
            views.push(view.items().to_vec());
        }
        for (organiser, view) in views.iter().enumerate() {
            for event in view.iter().filter(|event| event["isOrganizer"] == true) {
                self.agrees(organiser, event, &views);
            }
        }
    }

    /// The rounds have told of exactly what the view shows. A series is told by its master too, which a view never shows.
    fn converges(&self, who: usize, view: &[Value]) {
        let told = self.rounds[who]
            .1
            .values()
            .filter(|item| item["type"] != "seriesMaster");
        let mut told: Vec<&str> = told.map(|item| text(item, "id")).collect();
        let mut shown: Vec<&str> = view.iter().map(|event| text(event, "id")).collect();
        told.sort_unstable();
        shown.sort_unstable();
        assert_eq!(
            told, shown,
            "the rounds of {} lead elsewhere than the view",
            self.logins[who]
        );
    }

    /// Every id that is shown leads somewhere.
    async fn resolves(&self, who: usize, view: &[Value]) {
        for event in view
            .iter()
            .filter(|event| text(event, "subject").starts_with("Agreed"))
        {
            for id in [event["id"].as_str(), event["seriesMasterId"].as_str()]
                .into_iter()
                .flatten()
            {
                let read = self.apps[who]
                    .get(&format!("/me/events/{id}?$select=subject"))
                    .await;
                assert_eq!(read.status, StatusCode::OK, "{id}: {}", read.body);
            }
        }
    }

    /// An invited colleague who has kept her copy has it at the organiser's time, with the answer that the organiser knows.
    fn agrees(&self, organiser: usize, event: &Value, views: &[Vec<Value>]) {
        for attendee in event["attendees"].as_array().into_iter().flatten() {
            let address = attendee["emailAddress"]["address"]
                .as_str()
                .unwrap_or_default();
            let Some(who) = self
                .logins
                .iter()
                .position(|login| login.eq_ignore_ascii_case(address))
            else {
                continue;
            };
            let copy = views[who]
                .iter()
                .find(|copy| copy["iCalUId"] == event["iCalUId"] && copy["isOrganizer"] == false);
            let Some(copy) = copy.filter(|_| !self.thrown_away.contains(&(who, meeting(event))))
            else {
                continue;
            };
            let organiser = &self.logins[organiser];
            assert!(
                copy["organizer"]["emailAddress"]["address"]
                    .as_str()
                    .is_some_and(|address| address.eq_ignore_ascii_case(organiser)),
                "{copy:#}"
            );
            let known = &attendee["status"]["response"];
            let own = &copy["responseStatus"]["response"];
            let silent = ["none", "notResponded"];
            let both_silent = [known, own]
                .iter()
                .all(|word| word.as_str().is_some_and(|word| silent.contains(&word)));
            assert!(
                known == own || both_silent,
                "the organiser knows {known}, the copy says {own}"
            );
        }
    }
}

fn at(day: u8, hour: u8) -> Value {
    json!({ "dateTime": format!("2026-05-{day:02}T{hour:02}:00:00"), "timeZone": "Europe/Berlin" })
}

/// The meeting's own id: the uid without the day of an occurrence.
fn meeting(event: &Value) -> String {
    let uid = text(event, "iCalUId").to_ascii_uppercase();
    let (front, rest) = uid.split_at_checked(32).unwrap_or((&uid, ""));
    format!("{front}{}", rest.get(8..).unwrap_or_default())
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_people_do_their_calendars_agree(acts in proptest::collection::vec(act(), 1..16)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let simulator = simulator().await;
            let mut office = Office::open(&simulator);
            for act in &acts {
                office.perform(act).await;
            }
            office.check().await;
        });
    }
}
