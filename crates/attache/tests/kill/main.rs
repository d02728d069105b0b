//! The program is killed (SIGKILL) at named points and at random moments of connecting, refreshing, disconnecting and making an
//! event, and started again: connections, the record and what people were told hold.
//!
//! The points are seen from outside, in Microsoft's stand-in and in the database, so that a release binary, which has no
//! hooks for tests, is killed at them too. `cargo xtask kill` is the long run on it; the plain test is a short one.

#[path = "../program/browser.rs"]
mod browser;
mod create;
mod cycle;
mod database;
mod house;
mod points;
mod tally;

use domain::random::Random;
use sim::Rotation;

use create::Mode;
use cycle::Cycle;
use database::Database;
use house::House;
use tally::Tally;

/// How often it is killed in each of the four houses, unless the run says otherwise: at each point once.
const CYCLES: usize = points::POINTS.len();

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_sqlite_a_lenient_microsoft_loses_no_connection() {
    let tally = kill(Database::sqlite(), Rotation::Lenient, "SQLITE").await;
    assert_eq!(tally.lost(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_sqlite_a_strict_microsoft_loses_only_what_was_answered_and_not_kept() {
    kill(Database::sqlite(), Rotation::Strict, "SQLITE").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_postgres_a_lenient_microsoft_loses_no_connection() {
    if let Some(database) = Database::postgres().await {
        let tally = kill(database, Rotation::Lenient, "POSTGRES").await;
        assert_eq!(tally.lost(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_postgres_a_strict_microsoft_loses_only_what_was_answered_and_not_kept() {
    if let Some(database) = Database::postgres().await {
        kill(database, Rotation::Strict, "POSTGRES").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_sqlite_while_an_event_is_made_there_is_one_or_none_and_everybody_is_told() {
    create(Database::sqlite(), Mode::Allowed, "SQLITE").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_sqlite_after_a_yes_there_is_one_event_or_none_and_everybody_is_told() {
    create(Database::sqlite(), Mode::Approved, "SQLITE").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_postgres_while_an_event_is_made_there_is_one_or_none_and_everybody_is_told() {
    if let Some(database) = Database::postgres().await {
        create(database, Mode::Allowed, "POSTGRES").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_postgres_after_a_yes_there_is_one_event_or_none_and_everybody_is_told() {
    if let Some(database) = Database::postgres().await {
        create(database, Mode::Approved, "POSTGRES").await;
    }
}

async fn create(database: Database, mode: Mode, name: &str) {
    let cycles = number(&format!("ATTACHE_KILL_{name}")).unwrap_or(create::CYCLES);
    let seed = number("ATTACHE_KILL_SEED").unwrap_or(1);
    create::kill(database, mode, cycles, seed as u64, name).await;
}

/// Kills and starts the program again and again; what must hold after each time is checked there, what must hold in the
/// end here.
async fn kill(database: Database, rotation: Rotation, name: &str) -> Tally {
    let cycles = number(&format!("ATTACHE_KILL_{name}")).unwrap_or(CYCLES);
    let seed = number("ATTACHE_KILL_SEED").unwrap_or(1);
    let random = Random::seeded(seed as u64);
    // Entra and attache both limit how often one connection may ask for tokens, so the cycles go round many people.
    let people = cycles.clamp(6, 400);
    let mut house = House::build(database, rotation, people).await;
    let mut tally = Tally::new(format!("{name} {rotation:?} seed {seed}"), cycles);
    for number in 0..cycles {
        let cycle = Cycle::of(number, people, &random);
        let met = cycle.run(&mut house).await;
        tally.count(cycle, &met);
    }
    house.check_all().await;
    tally.tell();
    tally
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long it runs is for whoever runs the test to say"
)]
fn number(name: &str) -> Option<usize> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}
