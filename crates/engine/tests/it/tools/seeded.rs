//! A thousand calendars in bad weather: random creates, changes, cancellations and answers, while requests and answers are
//! lost, refused, garbled and late. After each call every field of the answer is compared with what Outlook holds.
//!
//! A run that fails names its seed; `ATTACHE_TEST_SEED=<seed>` runs that one alone, `ATTACHE_TEST_RUNS=<number>` so many.

mod steps;
mod weather;
mod writes;

use reqwest::Method;
use serde_json::Value;
use sim::Fault;

use self::weather::{Chance, Weather};
use super::desk::{Desk, LENA};

const RUNS: u64 = 240;
/// So many calendars at once; the runs of one come one after the other.
const AT_ONCE: u64 = 16;
const STEPS: u64 = 4;

/// One calendar and what happens to it.
pub(super) struct Run<'d> {
    desk: &'d Desk,
    seed: u64,
    chance: Chance,
    /// Whether nothing is lost: for tables of cases, which are compared in the same way.
    calm: bool,
}

impl<'d> Run<'d> {
    /// Good weather.
    pub(super) fn calm(desk: &'d Desk) -> Self {
        Self {
            desk,
            seed: 0,
            chance: Chance(0),
            calm: true,
        }
    }
}

/// What was asked of a tool in which weather, and what it answered.
struct Call {
    arguments: Value,
    weather: Weather,
    answer: Value,
}

impl Call {
    /// How it ended, in one word.
    fn status(&self) -> &str {
        self.answer["status"].as_str().expect("a word")
    }
}

impl Run<'_> {
    /// A call in bad weather; afterwards the sky is clear.
    async fn call(&mut self, methods: &[&str], tool: &str, arguments: Value) -> Call {
        let weather = if self.calm {
            Weather::default()
        } else {
            Weather::random(&mut self.chance)
        };
        let login = Some(self.desk.lena.login.clone());
        for method in methods {
            if let Some(fault) = weather.write.clone() {
                self.desk.house.sim.fault(Fault {
                    method: Some((*method).to_owned()),
                    login: login.clone(),
                    ..fault
                });
            }
        }
        if let Some(fault) = weather.look.clone() {
            self.desk.house.sim.fault(Fault { login, ..fault });
        }
        let answer = self.desk.call(tool, arguments.clone()).await;
        self.desk.house.sim.clear_faults();
        Call {
            arguments,
            weather,
            answer,
        }
    }

    fn holds(&self, held: bool, what: &str, call: &Call) {
        assert!(
            held,
            "ATTACHE_TEST_SEED={}: {what}\nasked: {}\nanswer: {}\nweather: {:?}",
            self.seed, call.arguments, call.answer, call.weather
        );
    }

    /// The whole answer: no field that the comparer does not know, none that is missing, none that is not what Outlook holds.
    /// Only where looking failed may something be left out, and that nothing is known be said.
    fn says(&self, call: &Call, expected: &Value) {
        let blind = call.weather.look.is_some();
        if let Err(problem) = fits(&call.answer, expected, blind, "") {
            self.holds(false, &format!("{problem}\nexpected: {expected}"), call);
        }
    }

    /// Only where looking failed may it be unknown what became of a write.
    fn may_be_unknown(&self, call: &Call) {
        self.holds(call.weather.blinds(), "it could be known", call);
    }

    fn copy(&self, title: &str) -> Option<Value> {
        let mut copies = self.desk.copies(LENA, title);
        copies.retain(|copy| copy["seriesMasterId"].is_null());
        assert!(
            copies.len() <= 1,
            "ATTACHE_TEST_SEED={}: {title} is there {} times",
            self.seed,
            copies.len()
        );
        copies.into_iter().next()
    }
}

/// Whether an answer is what is expected, field by field.
fn fits(answer: &Value, expected: &Value, blind: bool, path: &str) -> Result<(), String> {
    let unseen = match path {
        "/verified" => answer == false,
        "/note" => answer
            .as_str()
            .is_some_and(|note| note.contains("reading it back failed")),
        "/event" => answer.is_null(),
        _ => false,
    };
    if blind && unseen {
        return Ok(());
    }
    let (Value::Object(said), Value::Object(wanted)) = (answer, expected) else {
        let same = answer == expected;
        return same
            .then_some(())
            .ok_or_else(|| format!("{path} is {answer}, and Outlook holds {expected}"));
    };
    for (name, value) in said {
        let path = format!("{path}/{name}");
        if let Some(wanted) = wanted.get(name) {
            fits(value, wanted, blind, &path)?;
            continue;
        }
        let unseen = match path.as_str() {
            "/note" => fits(value, &Value::Null, blind, &path).is_ok(),
            "/conflicts_unknown" => *value == true,
            _ => false,
        };
        if !(blind && unseen) {
            return Err(format!("{path} is told, and nobody knows why: {value}"));
        }
    }
    let missing = wanted.keys().find(|name| !said.contains_key(*name));
    match missing {
        Some(name) if !blind => Err(format!("{path}/{name} is not told")),
        Some(_) | None => Ok(()),
    }
}

async fn run(desk: &Desk, seed: u64) {
    let mut run = Run {
        desk,
        seed,
        chance: Chance(seed.wrapping_mul(0x5851_F42D_4C95_7F2D)),
        calm: false,
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
