//! A thousand calendars in bad weather: random creates, changes, cancellations and answers, while requests and answers are
//! lost, refused, garbled and late. After each call everything that was said is compared with what Outlook holds.
//!
//! A run that fails names its seed; `ATTACHE_TEST_SEED=<seed>` runs that one alone, `ATTACHE_TEST_RUNS=<number>` so many.

use jiff::civil::DateTime;
use reqwest::Method;
use serde_json::{Value, json};
use sim::{Fault, FaultAnswer, Framing, Surface, When};

use super::cancel_event::daily;
use super::desk::{ANNA, Desk, LENA, handle};

const RUNS: u64 = 240;
/// So many calendars at once; the runs of one come one after the other.
const AT_ONCE: u64 = 16;
const STEPS: u64 = 4;

struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }

    fn one_in(&mut self, limit: u64) -> bool {
        self.below(limit) == 0
    }

    fn of<'t, T>(&mut self, choices: &'t [T]) -> &'t T {
        &choices[usize::try_from(self.below(choices.len() as u64)).expect("small")]
    }
}

/// The weather of one call.
#[derive(Debug, Clone, Default)]
struct Weather {
    write: Option<Fault>,
    look: Option<Fault>,
}

impl Weather {
    fn random(chance: &mut Chance) -> Self {
        let answer = |chance: &mut Chance| match chance.below(40) {
            0 => FaultAnswer::Stall,
            1 => FaultAnswer::Throttle { retry_after: 1 },
            2..=5 => FaultAnswer::ThrottleWithoutHint,
            6..=11 => FaultAnswer::Reset,
            12..=17 => FaultAnswer::Html,
            18..=21 => FaultAnswer::Garbage,
            22..=25 => FaultAnswer::Truncate {
                keep: 20,
                framing: Framing::Length,
            },
            26..=31 => FaultAnswer::Unavailable {
                status: *chance.of(&[500, 502, 503, 504]),
                retry_after: None,
                html: false,
            },
            _ => FaultAnswer::Drop,
        };
        let write = (!chance.one_in(4)).then(|| Fault {
            surface: Surface::Graph,
            method: None,
            path_contains: Some("/me/events".into()),
            times: Some(1 + u32::try_from(chance.below(4)).expect("small")),
            when: *chance.of(&[When::Before, When::After]),
            delay_ms: chance.below(30),
            answer: answer(chance),
            ..Fault::default()
        });
        let write = write.map(|fault| match &fault.answer {
            // What is throttled does not happen.
            FaultAnswer::Throttle { .. } | FaultAnswer::ThrottleWithoutHint => Fault {
                when: When::Before,
                ..fault
            },
            _ => fault,
        });
        let look = chance.one_in(4).then(|| Fault {
            surface: Surface::Graph,
            method: Some("GET".into()),
            skip: u32::try_from(chance.below(4)).expect("small"),
            times: Some(1 + u32::try_from(chance.below(6)).expect("small")),
            answer: FaultAnswer::Drop,
            ..Fault::default()
        });
        Self { write, look }
    }

    /// Whether looking can have failed three times in a row.
    fn blinds(&self) -> bool {
        self.look
            .as_ref()
            .and_then(|fault| fault.times)
            .is_some_and(|times| times >= 3)
    }
}

/// One calendar and what happens to it.
struct Run<'d> {
    desk: &'d Desk,
    seed: u64,
    chance: Chance,
}

impl Run<'_> {
    /// A call in bad weather; afterwards the sky is clear.
    async fn call(&mut self, methods: &[&str], tool: &str, arguments: &Value) -> (Value, Weather) {
        let weather = Weather::random(&mut self.chance);
        for method in methods {
            if let Some(fault) = weather.write.clone() {
                self.desk.house.sim.fault(Fault {
                    method: Some((*method).to_owned()),
                    login: Some(self.desk.lena.login.clone()),
                    ..fault
                });
            }
        }
        if let Some(fault) = weather.look.clone() {
            self.desk.house.sim.fault(Fault {
                login: Some(self.desk.lena.login.clone()),
                ..fault
            });
        }
        let answer = self.desk.call(tool, arguments.clone()).await;
        self.desk.house.sim.clear_faults();
        (answer, weather)
    }

    fn told(&self, held: bool, what: &str, answer: &Value, weather: &Weather) {
        assert!(
            held,
            "ATTACHE_TEST_SEED={}: {what}\nanswer: {answer}\nweather: {weather:?}",
            self.seed
        );
    }

    fn copy(&self, title: &str) -> Option<Value> {
        let copies = self.desk.copies(LENA, title);
        assert!(
            copies.len() <= 1,
            "ATTACHE_TEST_SEED={}: {title} is there {} times",
            self.seed,
            copies.len()
        );
        copies.into_iter().next()
    }

    fn time(&mut self) -> DateTime {
        let start: DateTime = "2031-05-05T08:00".parse().expect("a time");
        let hours = i64::try_from(self.chance.below(24 * 200)).expect("small");
        start + jiff::Span::new().hours(hours)
    }

    async fn create(&mut self) {
        let (title, start) = (self.desk.title(), self.time());
        let guests = if self.chance.one_in(2) {
            json!([self.desk.login(ANNA), "kim@outside.example"])
        } else {
            json!([])
        };
        let arguments = json!({
            "title": title, "start": start.to_string(), "duration_minutes": 45, "attendees": guests, "location": "Pier 3",
        });
        let (answer, weather) = self.call(&["POST"], "create_event", &arguments).await;
        let held = self.copy(&title);
        match answer["status"].as_str().expect("a word") {
            "done" => {
                let Some(held) = held else {
                    return self.told(
                        false,
                        "it is said to be there and is not",
                        &answer,
                        &weather,
                    );
                };
                let mut mailed = answer["mailed"].as_array().cloned().unwrap_or_default();
                mailed.sort_by_key(Value::to_string);
                let mut wanted = guests.as_array().cloned().expect("a list");
                wanted.sort_by_key(Value::to_string);
                self.told(mailed == wanted, "who is mailed", &answer, &weather);
                self.told(
                    said(&answer) == begins(&held),
                    "the start",
                    &answer,
                    &weather,
                );
                self.told(
                    answer["event"]["where"] == held["location"]["displayName"],
                    "the place",
                    &answer,
                    &weather,
                );
                self.told(
                    answer["verified"] == true || weather.look.is_some(),
                    "not verified in good sight",
                    &answer,
                    &weather,
                );
            }
            "outcome_unknown" => self.told(
                weather.write.is_some(),
                "it could be known",
                &answer,
                &weather,
            ),
            _ => self.told(
                held.is_none(),
                "it is there, and the answer says that it failed",
                &answer,
                &weather,
            ),
        }
    }

    async fn update(&mut self) {
        let local = self.time();
        let guests = json!({"attendees": self.desk.guests(&["kim@outside.example"])});
        let event = self
            .desk
            .made(
                LENA,
                &local.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
                &guests,
            )
            .await;
        let title = event["subject"].as_str().expect("a title").to_owned();
        let renamed = self.desk.title();
        let place = format!("Room {}", self.chance.below(50));
        let (change, name): (Value, &str) = match self.chance.below(4) {
            0 => (json!({"title": renamed, "location": place}), &renamed),
            1 => (json!({"move_days": 1, "location": place}), &title),
            2 => (
                json!({"add_attendees": [self.desk.login(ANNA)], "location": place}),
                &title,
            ),
            _ => (
                json!({"remove_attendees": ["kim@outside.example"], "location": place}),
                &title,
            ),
        };
        let mut arguments = json!({"id": handle(&event)});
        arguments
            .as_object_mut()
            .expect("an object")
            .extend(change.as_object().expect("an object").clone());
        let before = self.copy(&title).expect("made");
        let (answer, weather) = self.call(&["PATCH"], "update_event", &arguments).await;
        let after = self
            .copy(name)
            .or_else(|| self.copy(&title))
            .expect("nothing removes it");
        let changed = after["location"]["displayName"] == place.as_str();
        let people = after["attendees"].as_array().map_or(0, Vec::len);
        match answer["status"].as_str().expect("a word") {
            "done" => {
                self.told(
                    changed,
                    "it is said to be changed and is not",
                    &answer,
                    &weather,
                );
                let guests = match &change {
                    change if change.get("add_attendees").is_some() => 2,
                    change if change.get("remove_attendees").is_some() => 0,
                    _ => 1,
                };
                self.told(people == guests, "the guests", &answer, &weather);
                self.told(
                    answer["verified"] == true || weather.look.is_some(),
                    "not verified in good sight",
                    &answer,
                    &weather,
                );
                if answer["verified"] == true {
                    self.told(
                        said(&answer) == begins(&after),
                        "the start",
                        &answer,
                        &weather,
                    );
                    self.told(
                        answer["event"]["title"] == after["subject"],
                        "the title",
                        &answer,
                        &weather,
                    );
                    self.told(
                        answer["event"]["where"] == place.as_str(),
                        "the place",
                        &answer,
                        &weather,
                    );
                    self.told(
                        answer["changes"]["location"]["after"] == place.as_str(),
                        "what is told of the change",
                        &answer,
                        &weather,
                    );
                }
            }
            "outcome_unknown" => {
                self.told(weather.blinds(), "it could be known", &answer, &weather);
            }
            _ => self.told(
                before == after,
                "it is changed, and the answer says that it failed",
                &answer,
                &weather,
            ),
        }
    }

    /// This and all later ones: two writes, between which anything can happen, and no occurrence may be lost.
    async fn part_of_a_series(&mut self) {
        let series = json!({"recurrence": daily()});
        let event = self.desk.made(LENA, "2031-03-28T10:00:00", &series).await;
        let title = event["subject"].as_str().expect("a title").to_owned();
        let days = async |desk: &Desk| {
            let days = desk
                .occurrences(LENA, &title, "2031-03-27", "2031-04-04")
                .await;
            let place = |day: &Value| {
                day["location"]["displayName"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            };
            days.iter()
                .map(|day| (begins(day), place(day)))
                .collect::<Vec<_>>()
        };
        let named = self
            .desk
            .occurrences(LENA, &title, "2031-03-30", "2031-03-31")
            .await;
        let arguments = json!({"id": handle(&named[0]), "scope": "following", "location": "Hall"});
        let (answer, weather) = self
            .call(&["POST", "PATCH"], "update_event", &arguments)
            .await;
        let held = days(self.desk).await;
        let mut starts: Vec<&str> = held.iter().map(|(start, _)| start.as_str()).collect();
        starts.dedup();
        let all = [
            "2031-03-28T09:00",
            "2031-03-29T09:00",
            "2031-03-30T08:00",
            "2031-03-31T08:00",
            "2031-04-01T08:00",
        ];
        self.told(starts == all, "an occurrence is lost", &answer, &weather);
        let moved = held.iter().filter(|(_, place)| place == "Hall").count();
        match answer["status"].as_str().expect("a word") {
            "done" => {
                self.told(
                    (held.len(), moved) == (5, 3),
                    "it is said to be done and is not",
                    &answer,
                    &weather,
                );
                self.told(
                    answer["verified"] == true || weather.look.is_some(),
                    "not verified in good sight",
                    &answer,
                    &weather,
                );
            }
            "partly_done" => {
                self.told(moved == 3, "the new series is not there", &answer, &weather);
            }
            "outcome_unknown" => self.told(
                weather.write.is_some(),
                "it could be known",
                &answer,
                &weather,
            ),
            _ => self.told(
                (held.len(), moved) == (5, 0),
                "it is changed, and the answer says that it failed",
                &answer,
                &weather,
            ),
        }
        for copy in self.desk.copies(LENA, &title) {
            let path = format!("/me/events/{}", copy["id"].as_str().expect("an id"));
            self.desk.graph(LENA, Method::DELETE, &path, None).await;
        }
    }

    async fn cancel(&mut self) {
        let guests = if self.chance.one_in(2) {
            vec![self.desk.login(ANNA)]
        } else {
            vec![]
        };
        let guests: Vec<&str> = guests.iter().map(String::as_str).collect();
        let local = self.time().strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let event = self
            .desk
            .made(
                LENA,
                &local,
                &json!({"attendees": self.desk.guests(&guests)}),
            )
            .await;
        let title = event["subject"].as_str().expect("a title").to_owned();
        let arguments = json!({"id": handle(&event)});
        let (answer, weather) = self
            .call(&["POST", "DELETE"], "cancel_event", &arguments)
            .await;
        let held = self.copy(&title);
        match answer["status"].as_str().expect("a word") {
            "done" => {
                self.told(
                    held.is_none(),
                    "it is said to be gone and is there",
                    &answer,
                    &weather,
                );
                self.told(
                    answer["mailed"] == json!(guests),
                    "who is mailed",
                    &answer,
                    &weather,
                );
                self.told(
                    answer["verified"] == true || weather.look.is_some(),
                    "not verified in good sight",
                    &answer,
                    &weather,
                );
                let theirs = self.desk.copies(ANNA, &title);
                self.told(
                    theirs.iter().all(|copy| copy["isCancelled"] == true),
                    "her copy",
                    &answer,
                    &weather,
                );
            }
            "outcome_unknown" => {
                self.told(weather.blinds(), "it could be known", &answer, &weather);
            }
            _ => self.told(
                held.is_some(),
                "it is gone, and the answer says that it failed",
                &answer,
                &weather,
            ),
        }
    }

    async fn respond(&mut self) {
        let local = self.time().strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let lena = self.desk.login(LENA);
        let event = self
            .desk
            .made(
                ANNA,
                &local,
                &json!({"attendees": self.desk.guests(&[&lena])}),
            )
            .await;
        let title = event["subject"].as_str().expect("a title").to_owned();
        let (word, held) = *self.chance.of(&[
            ("accept", Some("accepted")),
            ("tentative", Some("tentativelyAccepted")),
            ("decline", None),
        ]);
        let arguments = json!({"id": self.desk.handle(LENA, &title), "answer": word});
        let (answer, weather) = self.call(&["POST"], "respond_to_event", &arguments).await;
        let copy = self.copy(&title);
        let theirs = &self.desk.copies(ANNA, &title)[0]["attendees"][0]["status"]["response"];
        let mine = copy
            .as_ref()
            .and_then(|copy| copy["responseStatus"]["response"].as_str());
        let heard = theirs == held.unwrap_or("declined");
        match answer["status"].as_str().expect("a word") {
            "done" => {
                self.told(
                    mine == held && heard,
                    "it is said to be answered and is not",
                    &answer,
                    &weather,
                );
                self.told(
                    answer["verified"] == true || weather.look.is_some(),
                    "not verified in good sight",
                    &answer,
                    &weather,
                );
            }
            "outcome_unknown" => {
                self.told(weather.blinds(), "it could be known", &answer, &weather);
            }
            _ => self.told(
                mine == Some("notResponded") && theirs == "none",
                "it is answered, and the answer says that it failed",
                &answer,
                &weather,
            ),
        }
    }
}

/// The start as the answer has it, in UTC.
fn said(answer: &Value) -> String {
    let text = answer["event"]["start"].as_str().unwrap_or_default();
    let at: Result<jiff::Timestamp, _> = text.parse();
    at.map_or_else(
        |_| text.to_owned(),
        |at| at.strftime("%Y-%m-%dT%H:%M").to_string(),
    )
}

/// The start as Outlook holds it, in UTC.
fn begins(event: &Value) -> String {
    event["start"]["dateTime"]
        .as_str()
        .map_or_else(String::new, |text| text[..16].to_owned())
}

async fn run(desk: &Desk, seed: u64) {
    let mut run = Run {
        desk,
        seed,
        chance: Chance(seed.wrapping_mul(0x5851_F42D_4C95_7F2D)),
    };
    for _ in 0..STEPS {
        match run.chance.below(5) {
            0 => run.create().await,
            1 => run.update().await,
            2 => run.cancel().await,
            3 => run.part_of_a_series().await,
            _ => run.respond().await,
        }
    }
    // Nobody's calendar grows beyond what one run needs.
    let events = desk.house.sim.events_of(&desk.login(LENA));
    for event in events.iter().filter(|event| {
        event["subject"]
            .as_str()
            .is_some_and(|title| title.contains("Case "))
    }) {
        let path = format!("/me/events/{}", event["id"].as_str().expect("an id"));
        desk.graph(LENA, Method::DELETE, &path, None).await;
    }
}

fn number(name: &str) -> Option<u64> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test is asked for one run by its environment"
    )]
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_any_weather_nothing_is_doubled_lost_or_pretended() {
    let seeds: Vec<u64> = match number("ATTACHE_TEST_SEED") {
        Some(seed) => vec![seed],
        None => (0..number("ATTACHE_TEST_RUNS").unwrap_or(RUNS)).collect(),
    };
    let at_once = AT_ONCE.min(seeds.len() as u64);
    let share = |place: u64| {
        seeds
            .iter()
            .copied()
            .filter(move |seed| at_once == 1 || seed % at_once == place)
    };
    let mut desks = Vec::new();
    for _ in 0..at_once {
        desks.push(Desk::new().await);
    }
    let all = (0..).zip(&desks).map(async |(place, desk)| {
        for seed in share(place) {
            run(desk, seed).await;
        }
    });
    futures_util::future::join_all(all).await;
}
