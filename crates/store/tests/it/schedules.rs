//! Seeded schedules of everything that can happen to one stored call at once: its agent asks and repeats, its owner approves
//! twice and declines, an administrator changes the level, the connection ends and begins anew, an instance dies at any
//! step, the clock passes the expiry, and two instances look after what is left.
//!
//! Every actor takes the steps that the engine takes, one transaction each, on the real store and by the real policy; which
//! actor is next is drawn from the seed. `ATTACHE_TEST_SEED` replays one schedule and says what happened;
//! `ATTACHE_TEST_SCHEDULES` says how many there are.

mod actors;
mod executor;
mod scene;

use std::io::Write as _;

use self::actors::Actor;
use self::scene::Scene;
use crate::fixture::Fixture;

/// In all, on SQLite; each half has a core.
const SCHEDULES: u64 = 100_000;
/// On PostgreSQL the same code takes the network each time.
const ON_POSTGRES: u64 = 400;
/// So many share a database, so that none grows without end.
const TOGETHER: u64 = 2_500;

#[tokio::test]
async fn in_the_first_half_of_a_hundred_thousand_schedules_nothing_runs_twice_or_without_leave() {
    on_sqlite(0, schedules() / 2).await;
}

#[tokio::test]
async fn in_the_second_half_of_a_hundred_thousand_schedules_nothing_runs_twice_or_without_leave() {
    on_sqlite(schedules() / 2, schedules()).await;
}

#[tokio::test]
async fn the_same_holds_on_postgres() {
    if let Some(fixture) = Fixture::postgres().await {
        run(&fixture, 0, ON_POSTGRES).await;
        fixture.remove().await;
    }
}

async fn on_sqlite(from: u64, to: u64) {
    if let Some(seed) = seed() {
        if (from..to).contains(&seed) {
            run(&Fixture::in_memory(), seed, seed + 1).await;
        }
        return;
    }
    let mut next = from;
    while next < to {
        let end = (next + TOGETHER).min(to);
        run(&Fixture::in_memory(), next, end).await;
        next = end;
    }
}

async fn run(fixture: &Fixture, from: u64, to: u64) {
    let mut world = fixture.world().await;
    for seed in from..to {
        let mut scene = Scene::set(fixture, &mut world, seed, self::seed().is_some()).await;
        let mut actors = Actor::cast(&mut scene).await;
        while !actors.is_empty() {
            let next = scene.below(actors.len());
            if !actors[next].step(&mut scene).await {
                actors.swap_remove(next);
            }
        }
        scene.close().await;
        if let Err(broken) = scene.judge().await {
            let told = scene.told();
            let broken =
                format!("schedule {seed}: {broken}. Replay it with ATTACHE_TEST_SEED={seed}.");
            // At once, and not when all others have ended too.
            let _ = writeln!(std::io::stderr(), "{broken}");
            panic!("{broken}\n{told}");
        }
        if self::seed().is_some() {
            let _ = writeln!(std::io::stderr(), "schedule {seed}:\n{}", scene.told());
        }
        scene.strike().await;
    }
}

fn seed() -> Option<u64> {
    number("ATTACHE_TEST_SEED")
}

fn schedules() -> u64 {
    number("ATTACHE_TEST_SCHEDULES").unwrap_or(SCHEDULES)
}

#[expect(
    clippy::disallowed_methods,
    reason = "what is replayed and how long it runs is for whoever runs the test to say"
)]
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
