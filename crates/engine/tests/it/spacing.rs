//! Any setting, any spacing of calls, any weather: Entra is never asked so often that it refuses.

use std::time::Duration;

use domain::clock::Clock;
use domain::permission::Level;
use domain::random::Random;
use jiff::Timestamp;
use serde_json::json;
use sim::{Fault, FaultAnswer, Options, Surface, When};

use crate::house::{Database, House, Pair};

/// Seconds between two calls; around every limit there is.
const SPACINGS: [u64; 9] = [0, 1, 4, 19, 31, 45, 61, 110, 301];
const LINGERS: [u64; 4] = [0, 1, 60, 600];

/// What disturbs a walk.
#[derive(Clone, Copy, PartialEq)]
enum Weather {
    Fair,
    Bad,
}

/// One person's calls, to one instance or several.
struct Walk {
    houses: Vec<House>,
    pair: Pair,
    random: Random,
}

impl Walk {
    async fn new(linger: u64, instances: usize, seed: u64) -> Self {
        let start = Clock::system().now();
        let (database, clock) = (Database::sqlite(), Clock::manual(start));
        let linger = Duration::from_secs(linger);
        let first = House::one_of_several(Options::default(), database, clock, linger).await;
        first.sim.freeze_clock(true);
        first.sim.set_clock(start);
        let pair = first
            .connected(1, &[("search_events", Level::AlwaysAllow)])
            .await;
        let mut houses = vec![first];
        while houses.len() < instances {
            houses.push(houses[0].beside().await);
        }
        Self {
            houses,
            pair,
            random: Random::seeded(seed),
        }
    }

    fn up_to(&self, limit: usize) -> usize {
        usize::from(u16::from_be_bytes(self.random.bytes())) % limit
    }

    /// Both clocks move together.
    fn pass(&self, seconds: u64) {
        let by = Duration::from_secs(seconds);
        self.houses[0].clock.advance(by);
        self.houses[0].sim.advance(by);
    }

    fn disturb(&self) {
        let sim = &self.houses[0].sim;
        sim.clear_faults();
        let (surface, when, answer) = match self.up_to(6) {
            0 => (Surface::Token, When::Before, FaultAnswer::Html),
            1 => (Surface::Token, When::After, FaultAnswer::Drop),
            2 => (Surface::Graph, When::Before, FaultAnswer::ClaimsChallenge),
            3 => {
                let unauthorized = FaultAnswer::Status {
                    status: 401,
                    headers: vec![("content-type".into(), "application/json".into())],
                    body: r#"{"error":{"code":"InvalidAuthenticationToken","message":"x"}}"#.into(),
                };
                (Surface::Graph, When::Before, unauthorized)
            }
            _ => return,
        };
        sim.fault(Fault {
            surface,
            when,
            answer,
            // A second challenge in a row would end the connection, and the walk.
            times: Some(1),
            ..Fault::default()
        });
    }

    async fn go(&self, steps: usize, weather: Weather) -> Vec<String> {
        let mut words = Vec::new();
        for _ in 0..steps {
            if weather == Weather::Bad {
                self.disturb();
            }
            self.pass(SPACINGS[self.up_to(SPACINGS.len())]);
            let house = &self.houses[self.up_to(self.houses.len())];
            words.push(
                house
                    .word(&self.pair, "search_events", json!({"limit": 1}))
                    .await,
            );
        }
        words
    }

    /// How many token requests there were in the busiest five minutes; fails if Entra ever refused one as a loop.
    fn busiest(&self) -> usize {
        let log = self.houses[0].sim.log();
        let refused = log.iter().find(|entry| {
            let body = entry.response_body.as_deref().unwrap_or_default();
            body.contains("50196")
        });
        assert!(refused.is_none(), "{refused:?}");
        let moments: Vec<Timestamp> = log
            .iter()
            .filter(|entry| entry.grant_type.as_deref() == Some("refresh_token"))
            .map(|entry| entry.at)
            .collect();
        let within = |from: &Timestamp| {
            let window =
                |at: &&Timestamp| **at >= *from && at.duration_since(*from).as_secs() < 300;
            moments.iter().filter(window).count()
        };
        moments.iter().map(within).max().unwrap_or_default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_fair_weather_no_spacing_and_no_linger_makes_anybody_wait() {
    for (seed, linger) in LINGERS.into_iter().enumerate() {
        let walk = Walk::new(linger, 1, seed as u64).await;
        let words = walk.go(60, Weather::Fair).await;
        assert!(
            words.iter().all(|word| word == "done"),
            "{linger} s: {words:?}"
        );
        assert!(walk.busiest() < 10, "{linger} s: {}", walk.busiest());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_spacing_no_linger_and_no_weather_over_three_instances_makes_entra_refuse_us() {
    for (seed, linger) in LINGERS.into_iter().enumerate() {
        let walk = Walk::new(linger, 3, 100 + seed as u64).await;
        walk.go(80, Weather::Bad).await;
        assert!(walk.busiest() <= 10, "{linger} s: {}", walk.busiest());
    }
}
