//! A refresher dies at each step, and whoever comes after it finds a connection that works. Seeded, in virtual time.

use std::time::Duration;

use domain::audit::Kind;
use domain::clock::Clock;
use domain::connection::Integration;
use domain::permission::Level;
use domain::random::Random;
use domain::secret::RefreshToken;
use serde_json::{Value, json};
use sim::{Options, Rotation};
use store::connections::{InstanceId, Others, Turn};

use crate::house::{Database, House, Pair};

/// The last thing that a refresher does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    TookTheTurn,
    OpenedTheGrant,
    GotAnAnswer,
    Committed,
}

const STEPS: [Last; 4] = [
    Last::TookTheTurn,
    Last::OpenedTheGrant,
    Last::GotAnAnswer,
    Last::Committed,
];

/// Does what the engine does, up to a step, and then nothing more. Answers whether it came so far.
async fn die_after(house: &House, pair: &Pair, last: Last) -> bool {
    let (store, person) = (&house.store, pair.person.id());
    let connection = store.connection(person, Integration::OutlookCalendar).await;
    let connection = connection.expect("an answer").expect("it is there");
    let instance = InstanceId::random(&house.random);
    let turn = store.refresh_turn(
        person,
        &connection.id,
        connection.connected_at,
        Others::PassOver(&instance),
        9,
        Duration::from_secs(3),
    );
    let Turn::Mine(_) = turn.await.expect("an answer") else {
        return false;
    };
    if last == Last::TookTheTurn {
        return true;
    }
    let opened = store.open_grant(person, &connection.id).await;
    let (grant, version) = opened.expect("it opens");
    if last == Last::OpenedTheGrant {
        return true;
    }
    let answer = redeem(house, &grant).await;
    let Some(new) = answer["refresh_token"].as_str() else {
        return false;
    };
    if last == Last::Committed {
        let new = RefreshToken::new(new.to_owned());
        let scopes = &connection.scopes;
        let committed = store.commit_grant(person, &connection.id, version, Some(&new), scopes);
        assert!(committed.await.expect("an answer"));
    }
    true
}

/// Asks Entra as the engine would.
async fn redeem(house: &House, grant: &RefreshToken) -> Value {
    #[expect(clippy::disallowed_methods, reason = "a refresher of the test's own")]
    let client = reqwest::Client::new();
    let scopes: Vec<&str> = engine::scopes()
        .iter()
        .map(|asked| asked.scope.as_str())
        .collect();
    let form = [
        ("client_id", house.sim.client_id()),
        ("client_secret", house.sim.client_secret()),
        ("grant_type", "refresh_token"),
        ("refresh_token", grant.expose()),
        ("scope", &scopes.join(" ")),
    ];
    let url = format!(
        "{}/{}/oauth2/v2.0/token",
        house.sim.base(),
        house.sim.tenant_id()
    );
    let answer = client.post(url).form(&form).send().await;
    answer.expect("an answer").json().await.expect("JSON")
}

/// Two instances that survive, and a third that dies again and again.
async fn walk(rotation: Rotation, seed: u64) -> (House, Pair, Vec<(Last, String)>) {
    let options = Options {
        rotation,
        ..Options::default()
    };
    let clock = Clock::manual(Clock::system().now());
    let (database, linger) = (Database::sqlite(), Duration::from_secs(1));
    let a = House::one_of_several(options, database, clock, linger).await;
    a.sim.freeze_clock(true);
    a.sim.set_clock(a.now());
    let pass = |seconds: u64| {
        let by = Duration::from_secs(seconds);
        a.clock.advance(by);
        a.sim.advance(by);
    };
    let b = a.beside().await;
    let pair = a
        .connected(1, &[("search_events", Level::AlwaysAllow)])
        .await;
    let random = Random::seeded(seed);
    let mut met = Vec::new();
    for _ in 0..24 {
        let [step, which, pause] = random.bytes::<3>();
        let last = STEPS[usize::from(step) % STEPS.len()];
        // After the guard's window and the longest lease; nothing here waits for real.
        pass(120 + u64::from(pause));
        if !die_after(&a, &pair, last).await {
            continue;
        }
        // Its turn and the sign of its life have to run out.
        pass(9);
        let house = if which % 2 == 0 { &a } else { &b };
        let word = house
            .word(&pair, "search_events", json!({"limit": 1}))
            .await;
        let lost = word != "done";
        met.push((last, word));
        if lost {
            break;
        }
    }
    (a, pair, met)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresher_that_dies_at_any_step_costs_a_lenient_microsoft_no_connection() {
    for seed in 0..4 {
        let (_, _, met) = walk(Rotation::Lenient, seed).await;
        assert!(
            met.iter().all(|(_, word)| word == "done"),
            "seed {seed}: {met:?}"
        );
        for step in STEPS {
            assert!(
                seed > 0 || met.iter().any(|(last, _)| *last == step),
                "{step:?} was met"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strict_microsoft_ends_a_connection_only_by_an_answer_that_was_not_kept_and_once() {
    let mut lost = 0;
    for seed in 0..4 {
        let (house, pair, met) = walk(Rotation::Strict, seed).await;
        for (last, word) in &met {
            let fine = if *last == Last::GotAnAnswer {
                word == "needs_sign_in"
            } else {
                word == "done"
            };
            assert!(fine, "seed {seed}: {met:?}");
        }
        let Some((Last::GotAnAnswer, _)) = met.last() else {
            continue;
        };
        lost += 1;
        house.sim.clear_log();
        for _ in 0..3 {
            let word = house
                .word(&pair, "search_events", json!({"limit": 1}))
                .await;
            assert_eq!(word, "needs_sign_in");
        }
        assert_eq!(house.token_requests(), 0, "no loop");
        let changed = house.entries(&pair, &[Kind::ConnectionStateChanged]).await;
        assert_eq!(changed.len(), 1, "one entry");
        let refused = house.entries(&pair, &[Kind::TokenRefreshFailed]).await;
        assert_eq!(refused.len(), 1);
    }
    assert!(lost > 0, "it was met");
}
