//! The program dies while an event is made: for an agent that is always allowed, and for one whose person has said yes. Every
//! call makes one event at most, what was acknowledged is there, and what nobody knows is known within a minute.

use std::time::{Duration, Instant};

use domain::random::Random;
use serde_json::{Value, json};
use sim::{Fault, FaultAnswer, Rotation, Surface, When};
use sqlx::{AnyConnection, Row as _};
use tokio::task::JoinHandle;

use crate::database::Database;
use crate::house::{House, PATIENCE};
use crate::tally::say;

/// An answer that never comes.
const NEVER_MS: u64 = 300_000;
/// How long it may take until every begun entry has an end.
const A_MINUTE: Duration = Duration::from_secs(60);
/// So many die one after the other before everything is looked at: each has a person of its own.
const TOGETHER: usize = 18;

/// Who wants the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// An agent, and the level allows it.
    Allowed,
    /// An agent, and its person says yes.
    Approved,
}

/// Where it dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Point {
    /// Graph has the look before the event is made: begun, nothing sent.
    Looking,
    /// Graph has the event and has not made it.
    Sent,
    /// Graph has made it, and its answer never comes.
    Made,
    /// The answer has come; the event is being read back.
    ReadingBack,
    /// Everything is known, and the database cannot be written.
    Ending,
    /// Whoever asked has the answer.
    Told,
    /// Any moment.
    Random,
}

const POINTS: [Point; 9] = [
    Point::Looking,
    Point::Random,
    Point::Sent,
    Point::Made,
    Point::Random,
    Point::ReadingBack,
    Point::Ending,
    Point::Random,
    Point::Told,
];

/// How often in the plain test: at each point once.
pub(crate) const CYCLES: usize = POINTS.len();

/// One call that the program died of, or after.
struct Call {
    point: Point,
    person: usize,
    title: String,
    approval: Option<String>,
    acknowledged: bool,
}

/// Kills it so often, and looks after each round.
pub(crate) async fn kill(database: Database, mode: Mode, cycles: usize, seed: u64, name: &str) {
    let random = Random::seeded(seed);
    // Entra and attache both limit how often one connection may ask for tokens, so it goes round many people.
    let people = cycles.min(7 * TOGETHER);
    let level = match mode {
        Mode::Allowed => "always_allow",
        Mode::Approved => "ask",
    };
    let levels = [
        ("level.search_events", "always_allow"),
        ("level.create_event", level),
    ];
    let mut house = House::built(database, Rotation::Lenient, people, &levels).await;
    let mut eye = house.database.open().await;
    let (mut done, mut slowest) = (0, Duration::ZERO);
    while done < cycles {
        let round = TOGETHER.min(cycles - done);
        let mut calls = Vec::new();
        for number in done..done + round {
            let point = POINTS[number % POINTS.len()];
            let person = number % people;
            calls.push(die(&mut house, mode, point, person, number, &random).await);
        }
        slowest = slowest.max(all_ended(&house, &mut eye).await);
        for call in &calls {
            check(&mut house, mode, call).await;
        }
        done += round;
        say(&format!(
            "{name} {mode:?}: {done} of {cycles}, every end within {slowest:?}"
        ));
    }
    house.command(&["audit", "verify"]);
    let open = number(&mut eye, OPEN).await;
    assert_eq!(open, 0, "begun entries without an end");
}

/// Begun entries that no entry ends.
const OPEN: &str = "SELECT count(*) AS n FROM audit_entries b WHERE b.kind = 'call_begun' AND b.tool = 'create_event'
    AND NOT EXISTS (SELECT 1 FROM audit_entries e WHERE e.call = b.call AND e.sequence > b.sequence
        AND (e.kind = 'call_reconciled' OR (e.kind = 'call_finished' AND e.text NOT LIKE '%\"outcome\":\"unknown\"%')))";

async fn number(eye: &mut AnyConnection, query: &'static str) -> i64 {
    let row = sqlx::query(query).fetch_one(eye).await;
    row.expect("readable").get("n")
}

/// Waits until nothing is open. Answers how long that took after the last death.
async fn all_ended(house: &House, eye: &mut AnyConnection) -> Duration {
    let began = Instant::now();
    while number(eye, OPEN).await
        + number(eye, "SELECT count(*) AS n FROM writes").await
        + number(
            eye,
            "SELECT count(*) AS n FROM approvals WHERE state = 'executing'",
        )
        .await
        > 0
    {
        let waited = began.elapsed();
        assert!(waited < A_MINUTE, "an end is missing: {}", house.remarks());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    began.elapsed()
}

fn arguments(title: &str, number: usize) -> Value {
    let (day, hour) = (1 + number % 28, 8 + number / 28 % 10);
    let year = 2031 + number / 280;
    json!({"title": title, "start": format!("{year}-03-{day:02}T{hour:02}:00"), "duration_minutes": 30})
}

async fn die(
    house: &mut House,
    mode: Mode,
    point: Point,
    person: usize,
    number: usize,
    random: &Random,
) -> Call {
    let title = format!("Cycle {number}");
    let approval = match mode {
        Mode::Allowed => None,
        Mode::Approved => {
            let asked = post(house, person, &title, number).await.expect("asks");
            assert_eq!(asked["status"], "approval_required", "{asked}");
            Some(asked["approval_id"].as_str().expect("an id").to_owned())
        }
    };
    disturb(house, person, point);
    let (task, answered) = begin(house, person, &title, number, approval.as_deref()).await;
    let held = wait(house, person, point, &title, &answered, random).await;
    let acknowledged = answered.load(std::sync::atomic::Ordering::SeqCst);
    assert!(
        acknowledged || point != Point::Told,
        "{title}: nobody was told"
    );
    house.kill();
    task.abort();
    let _ = task.await;
    house.sim.clear_faults();
    if let Some(held) = held {
        held.release().await;
    }
    house.start().await;
    Call {
        point,
        person,
        title,
        approval,
        acknowledged,
    }
}

/// What Microsoft does differently, so that the point is met.
fn disturb(house: &House, person: usize, point: Point) {
    let login = house.people[person].who["login"]
        .as_str()
        .map(str::to_owned);
    let (method, path, when, delay_ms) = match point {
        Point::Looking => ("GET", "calendarView", When::Before, NEVER_MS),
        Point::Sent => ("POST", "/events", When::Before, NEVER_MS),
        Point::Made => ("POST", "/events", When::After, NEVER_MS),
        Point::ReadingBack => ("GET", "/me/events/", When::Before, NEVER_MS),
        Point::Ending => ("GET", "/me/events/", When::Before, 80),
        Point::Told | Point::Random => return,
    };
    house.sim.fault(Fault {
        surface: Surface::Graph,
        method: Some(method.to_owned()),
        path_contains: Some(path.to_owned()),
        login,
        when,
        delay_ms,
        times: Some(1),
        answer: FaultAnswer::Ordinary,
        ..Fault::default()
    });
}

type Answered = std::sync::Arc<std::sync::atomic::AtomicBool>;

/// Begins it, on a task of its own: nobody knows whether an answer will come.
#[expect(
    clippy::disallowed_methods,
    reason = "the test waits for it when the program is dead"
)]
async fn begin(
    house: &mut House,
    person: usize,
    title: &str,
    number: usize,
    approval: Option<&str>,
) -> (JoinHandle<()>, Answered) {
    let answered = Answered::default();
    let told = Answered::clone(&answered);
    if let Some(id) = approval {
        let page = format!("{}/approvals/{id}", house.base);
        let browser = &mut house.people[person].browser;
        browser.open(&page).await;
        let mut browser = browser.clone();
        let task = tokio::spawn(async move {
            // The page after the decision: only a call that has ended is acknowledged by it.
            let sent = browser.try_submit("/approve", &[]).await;
            if sent.is_ok() && browser.html.contains("note outcome good") {
                told.store(true, std::sync::atomic::Ordering::SeqCst);
            }
        });
        return (task, answered);
    }
    let request = house
        .client
        .post(format!("{}/api/v1/tools/create_event", house.base))
        .bearer_auth(&house.people[person].key)
        .json(&arguments(title, number));
    let task = tokio::spawn(async move {
        let Ok(answer) = request.send().await else {
            return;
        };
        let body: Value = answer.json().await.unwrap_or_default();
        if body["status"] == "done" {
            told.store(true, std::sync::atomic::Ordering::SeqCst);
        }
    });
    (task, answered)
}

/// Until the point is met.
async fn wait(
    house: &House,
    person: usize,
    point: Point,
    title: &str,
    answered: &Answered,
    random: &Random,
) -> Option<crate::database::Held> {
    let began = Instant::now();
    let until = async |met: &dyn Fn() -> bool| {
        while !met() {
            assert!(began.elapsed() < PATIENCE, "{point:?}: {}", house.remarks());
            tokio::time::sleep(Duration::from_micros(300)).await;
        }
    };
    match point {
        Point::Looking | Point::Sent | Point::ReadingBack => {
            until(&|| house.sim.faults().is_empty()).await;
            None
        }
        Point::Made => {
            until(&|| events(house, person, title) == 1).await;
            None
        }
        Point::Ending => {
            until(&|| house.sim.faults().is_empty()).await;
            let held = house.database.hold().await;
            tokio::time::sleep(Duration::from_millis(120)).await;
            Some(held)
        }
        Point::Told => {
            let told = || answered.load(std::sync::atomic::Ordering::SeqCst);
            until(&|| told() || events(house, person, title) == 1).await;
            // An agent's answer, or a person's next page.
            let patience = Instant::now();
            while !told() && patience.elapsed() < Duration::from_secs(1) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            None
        }
        Point::Random => {
            let [a, b]: [u8; 2] = random.bytes();
            let micros = u64::from(u16::from_le_bytes([a, b])) * 60_000 / u64::from(u16::MAX);
            tokio::time::sleep(Duration::from_micros(micros)).await;
            None
        }
    }
}

fn events(house: &House, person: usize, title: &str) -> usize {
    let login = house.people[person].who["login"].as_str().expect("a login");
    let held = house.sim.events_of(login);
    held.iter()
        .filter(|event| event["subject"] == title)
        .count()
}

/// The agent makes the same call, as it did before.
async fn post(house: &House, person: usize, title: &str, number: usize) -> Option<Value> {
    let request = house
        .client
        .post(format!("{}/api/v1/tools/create_event", house.base))
        .bearer_auth(&house.people[person].key)
        .json(&arguments(title, number));
    request.send().await.ok()?.json().await.ok()
}

/// Everything that was begun has its end by now.
async fn check(house: &mut House, mode: Mode, call: &Call) {
    let Call {
        point,
        person,
        title,
        ..
    } = call;
    let there = events(house, *person, title);
    assert!(there <= 1, "{point:?} {title}: {there} events");
    assert!(
        there == 1 || !call.acknowledged,
        "{point:?} {title}: acknowledged and lost"
    );
    match point {
        Point::Looking | Point::Sent => assert_eq!(there, 0, "{point:?} {title}"),
        Point::Made | Point::ReadingBack | Point::Ending => {
            assert_eq!(there, 1, "{point:?} {title}");
        }
        Point::Told | Point::Random => {}
    }
    let number = title
        .split(' ')
        .nth(1)
        .and_then(|number| number.parse().ok());
    let number = number.expect("its number");
    if mode == Mode::Approved {
        let id = call.approval.as_deref().expect("asked");
        let told = house
            .client
            .get(format!("{}/api/v1/approvals/{id}", house.base))
            .bearer_auth(&house.people[*person].key);
        let told: Value = told
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON");
        match told["status"].as_str() {
            Some("done") => assert_eq!(there, 1, "{point:?} {title}: {told}"),
            // Nothing was begun, or nothing was done: she is asked again, or the agent may.
            Some("approval_required" | "failed") => {
                assert_eq!(there, 0, "{point:?} {title}: {told}");
            }
            _ => panic!("{point:?} {title}: {told}: {}", house.remarks()),
        }
        return;
    }
    // Whoever repeats it has what it wanted, and there is one.
    let again = post(house, *person, title, number)
        .await
        .expect("an answer");
    let fine = matches!(again["status"].as_str(), Some("done" | "already_exists"));
    assert!(fine, "{point:?} {title}: {again}: {}", house.remarks());
    assert_eq!(
        events(house, *person, title),
        1,
        "{point:?} {title}: {again}"
    );
}
