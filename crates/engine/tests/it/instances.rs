//! Several instances on one database: one burst, one token request, and an end that holds everywhere.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::audit::Kind;
use domain::clock::Clock;
use domain::permission::Level;
use serde_json::json;
use sim::{Fault, FaultAnswer, Options, Rotation, Surface};
use sqlx::{AnyConnection, Connection as _};

use crate::house::{Database, House, Pair};
use crate::postgres::cluster;

const SEARCH: &[(&str, Level)] = &[("search_events", Level::AlwaysAllow)];
const LINGER: Duration = Duration::from_secs(60);

/// A new database in the cluster, if there is one.
async fn postgres() -> Option<Database> {
    static NAMES: AtomicUsize = AtomicUsize::new(0);
    sqlx::any::install_default_drivers();
    let url = &cluster()?.url;
    let number = NAMES.fetch_add(1, Ordering::Relaxed);
    let name = format!("attache_engine_{}_{number}", std::process::id());
    let mut connection = AnyConnection::connect(url).await.expect("a cluster");
    let create = sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")));
    create.execute(&mut connection).await.expect("created");
    let (server, query) = url.split_once('?').unwrap_or((url, ""));
    let (server, _) = server.rsplit_once('/').expect("it names a database");
    Some(Database::Postgres(format!("{server}/{name}?{query}")))
}

/// Both databases, or SQLite alone where there is no PostgreSQL.
async fn databases() -> Vec<Database> {
    let mut databases = vec![Database::sqlite()];
    databases.extend(postgres().await);
    databases
}

fn strict() -> Options {
    Options {
        rotation: Rotation::Strict,
        ..Options::default()
    }
}

/// A clock that stands still, at the simulator's time.
fn clock() -> Clock {
    Clock::manual(Clock::system().now())
}

/// Two instances, and a person who is connected and calls both.
struct Two {
    a: House,
    b: House,
    pair: Pair,
}

impl Two {
    async fn new(options: Options, database: Database, clock: Clock, linger: Duration) -> Self {
        let a = House::one_of_several(options, database, clock, linger).await;
        let b = a.beside().await;
        let pair = a.connected(1, SEARCH).await;
        Self { a, b, pair }
    }

    async fn strict(database: Database) -> Self {
        Self::new(strict(), database, Clock::system(), LINGER).await
    }

    /// How many calls, to one and the other in turn, all at once: the words they ended with.
    async fn calls(&self, how_many: usize) -> Vec<String> {
        let call = |number: usize| {
            let house = if number.is_multiple_of(2) {
                &self.a
            } else {
                &self.b
            };
            house.word(&self.pair, "search_events", json!({"limit": 3}))
        };
        futures_util::future::join_all((0..how_many).map(call)).await
    }

    async fn call(&self, house: &House) -> String {
        house
            .word(&self.pair, "search_events", json!({"limit": 3}))
            .await
    }
}

fn token_fault(answer: FaultAnswer) -> Fault {
    Fault {
        surface: Surface::Token,
        answer,
        ..Fault::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_calls_on_an_expired_token_over_two_instances_are_one_token_request() {
    for database in databases().await {
        let two = Two::new(strict(), database, clock(), LINGER).await;
        for _ in 0..2 {
            let words = two.calls(500).await;
            assert!(words.iter().all(|word| word == "done"), "{words:?}");
            assert_eq!(two.a.token_requests(), 1);
            two.a.sim.clear_log();
            // Longer than any burst lasts.
            two.a.clock.advance(Duration::from_secs(11 * 60));
        }
        let committed = two.a.entries(&two.pair, &[Kind::TokenRefreshed]).await;
        assert_eq!(committed.len(), 2);
    }
}

#[tokio::test]
async fn a_call_uses_the_token_of_the_burst_that_runs_on_another_instance() {
    for database in databases().await {
        let two = Two::strict(database).await;
        for house in [&two.a, &two.b, &two.a, &two.b] {
            assert_eq!(two.call(house).await, "done");
        }
        assert_eq!(two.a.token_requests(), 1);
    }
}

#[tokio::test]
async fn a_third_instance_gets_the_token_from_whoever_has_it_and_none_from_one_that_has_ended() {
    for database in databases().await {
        let two = Two::strict(database).await;
        assert_eq!(two.call(&two.a).await, "done");
        assert_eq!(two.call(&two.b).await, "done");
        assert!(two.a.engine.drain(Duration::from_secs(5)).await);
        let c = two.b.beside().await;
        assert_eq!(two.call(&c).await, "done");
        assert_eq!(two.a.token_requests(), 1);
        assert!(two.b.engine.drain(Duration::from_secs(5)).await);
        assert!(c.engine.drain(Duration::from_secs(5)).await);
        let d = two.b.beside().await;
        assert_eq!(two.call(&d).await, "done");
        assert_eq!(two.a.token_requests(), 2);
    }
}

#[tokio::test]
async fn a_token_request_that_is_forged_in_the_database_is_not_answered() {
    for database in databases().await {
        let two = Two::strict(database).await;
        assert_eq!(two.call(&two.a).await, "done");
        let mut connection = AnyConnection::connect(&two.a.database())
            .await
            .expect("opens");
        let key = "v1.kek.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let forge = sqlx::query(
            "INSERT INTO token_asks (id, connection, instance, version, sealed_key, expires_ms)
             SELECT 'forged', id, 'nobody', 0, $1, 99999999999999 FROM connections",
        );
        forge
            .bind(key)
            .execute(&mut connection)
            .await
            .expect("written");
        // A genuine request that comes later is answered, so the forged one was seen.
        assert_eq!(two.call(&two.b).await, "done");
        assert_eq!(two.a.token_requests(), 1);
        let answer = sqlx::query_scalar::<_, Option<String>>(
            "SELECT answer FROM token_asks WHERE id = 'forged'",
        );
        let answer = answer
            .fetch_one(&mut connection)
            .await
            .expect("it is still there");
        assert_eq!(answer, None);
    }
}

#[tokio::test]
async fn disconnecting_on_one_instance_waits_for_the_calls_that_run_on_another() {
    for database in databases().await {
        let two = Two::strict(database).await;
        assert_eq!(two.call(&two.a).await, "done");
        assert_eq!(two.call(&two.b).await, "done");
        two.a.sim.clear_log();
        two.a.sim.fault(Fault {
            surface: Surface::Graph,
            delay_ms: 700,
            ..Fault::default()
        });
        let request = two.a.request();
        let running = two.call(&two.b);
        let disconnecting = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let done = two.a.engine.disconnect(&two.pair.person, &request).await;
            done.expect("disconnected");
            // The simulator writes down what it has answered.
            two.a.graph_requests().len()
        };
        let (word, seen) = tokio::join!(running, disconnecting);
        assert_eq!(
            (word.as_str(), seen),
            ("done", 1),
            "the running call was waited for"
        );
        assert_eq!(two.call(&two.b).await, "not_connected");
        assert_eq!(
            two.a.graph_requests().len(),
            seen,
            "nothing was sent afterwards"
        );
    }
}

#[tokio::test]
async fn connecting_anew_on_one_instance_ends_the_token_of_the_grant_before_on_another() {
    for database in databases().await {
        let two = Two::strict(database).await;
        assert_eq!(two.call(&two.b).await, "done");
        let done = two
            .a
            .engine
            .disconnect(&two.pair.person, &two.a.request())
            .await;
        done.expect("disconnected");
        let begun = two
            .a
            .engine
            .begin_connect(&two.pair.person, None)
            .await
            .expect("begins");
        let connected = two.a.come_back(&begun, 1, Some(&two.pair.person)).await;
        connected.expect("connects");
        two.a.sim.clear_log();
        assert_eq!(two.call(&two.b).await, "done");
        assert_eq!(
            two.a.token_requests(),
            1,
            "the token from before is not used"
        );
    }
}

#[tokio::test]
async fn a_challenge_on_one_instance_ends_the_burst_on_the_other() {
    for database in databases().await {
        let two = Two::strict(database).await;
        assert_eq!(two.call(&two.a).await, "done");
        assert_eq!(two.call(&two.b).await, "done");
        two.a.sim.fault(Fault {
            surface: Surface::Graph,
            answer: FaultAnswer::ClaimsChallenge,
            ..Fault::default()
        });
        assert_eq!(two.call(&two.a).await, "needs_sign_in");
        two.a.sim.clear_faults();
        two.a.sim.clear_log();
        assert_eq!(two.call(&two.b).await, "needs_sign_in");
        assert_eq!(
            (two.a.graph_requests().len(), two.a.token_requests()),
            (0, 0)
        );
    }
}

#[tokio::test]
async fn a_rejected_token_is_renewed_once_for_both_instances() {
    for database in databases().await {
        let two = Two::strict(database).await;
        assert_eq!(two.call(&two.a).await, "done");
        assert_eq!(two.call(&two.b).await, "done");
        two.a.sim.clear_log();
        // For Microsoft the token is too old, for us it is not.
        two.a.sim.advance(Duration::from_secs(30 * 3600));
        assert_eq!(two.call(&two.a).await, "done");
        assert_eq!(two.call(&two.b).await, "done");
        assert_eq!(two.a.token_requests(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_grant_is_tried_once_whoever_calls_and_everybody_hears_why() {
    for database in databases().await {
        let two = Two::strict(database).await;
        two.a.sim.fault(token_fault(FaultAnswer::EntraError {
            code: 50173,
            error: "invalid_grant".into(),
            suberror: Some("bad_token".into()),
            claims: None,
        }));
        let words = two.calls(100).await;
        assert!(
            words.iter().all(|word| word == "connection_revoked"),
            "{words:?}"
        );
        assert_eq!(two.a.token_requests(), 1);
        let failed = two.a.entries(&two.pair, &[Kind::TokenRefreshFailed]).await;
        assert_eq!(failed.len(), 1);
    }
}

#[tokio::test]
async fn whoever_calls_after_a_failure_is_told_how_long_to_wait_and_entra_is_left_alone() {
    for database in databases().await {
        let two = Two::new(strict(), database, clock(), LINGER).await;
        let trouble = |retry_after| FaultAnswer::Unavailable {
            status: 503,
            retry_after,
            html: false,
        };
        let mut seconds = Vec::new();
        for retry_after in [None, None, Some(200), None] {
            two.a.sim.fault(token_fault(trouble(retry_after)));
            assert_ne!(two.call(&two.a).await, "done");
            two.a.sim.clear_faults();
            two.a.sim.clear_log();
            let told = two.b.call(&two.pair, "search_events", json!({})).await;
            let told = told.expect_err("too early");
            let wait = told.retry_after.expect("it says how long");
            assert_eq!(two.a.token_requests(), 0);
            seconds.push(wait.as_secs());
            two.a.clock.advance(wait);
        }
        // Doubled each time, and Microsoft's word counts where it is longer.
        assert_eq!(seconds, [31, 61, 201, 241]);
        assert_eq!(two.call(&two.b).await, "done");
        two.a.clock.advance(Duration::from_secs(11 * 60));
        two.a.sim.fault(token_fault(trouble(None)));
        assert_ne!(two.call(&two.a).await, "done");
        two.a.sim.clear_faults();
        let told = two.b.call(&two.pair, "search_events", json!({})).await;
        let wait = told.expect_err("too early").retry_after;
        assert_eq!(
            wait,
            Some(Duration::from_secs(31)),
            "a success has ended the count"
        );
        let view = two
            .a
            .engine
            .connection(&two.pair.person)
            .await
            .expect("a view");
        assert_eq!(
            view.state.map(|state| state.as_str().to_owned()).as_deref(),
            Some("connected")
        );
    }
}
