//! The turn to ask Entra, and what instances leave for each other.

use std::time::Duration;

use domain::connection::ConnectionState;
use store::Store;
use store::connections::{Asked, Connection, Failure, InstanceId, Mine, Others, Outcome, Turn};

use crate::fixture::{CALENDAR, Fixture};
use crate::on_both;

const LEASE: Duration = Duration::from_secs(30);

async fn turn(store: &Store, connection: &Connection, others: Others<'_>) -> Turn {
    let (person, id, since) = (&connection.person, &connection.id, connection.connected_at);
    let turn = store.refresh_turn(person, id, since, others, 3, LEASE);
    turn.await.expect("an answer")
}

async fn mine(store: &Store, connection: &Connection, others: Others<'_>) -> Mine {
    match turn(store, connection, others).await {
        Turn::Mine(mine) => mine,
        other => panic!("{other:?}"),
    }
}

async fn end(
    store: &Store,
    connection: &Connection,
    others: Others<'_>,
    fence: i64,
    outcome: Outcome,
) -> bool {
    let (person, id) = (&connection.person, &connection.id);
    let ended = store.end_turn(person, id, others, fence, &outcome);
    ended.await.expect("an answer")
}

on_both! {
    async fn one_at_a_time_has_the_turn_and_fences_rise(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.connection);
        let first = mine(store, anna, Others::None).await;
        assert!(matches!(turn(store, anna, Others::None).await, Turn::Busy));
        fixture.clock.advance(LEASE);
        let second = mine(store, anna, Others::None).await;
        assert!(second.fence > first.fence);
        let dropped = || Outcome::Dropped;
        assert!(!end(store, anna, Others::None, first.fence, dropped()).await);
        assert!(matches!(turn(store, anna, Others::None).await, Turn::Busy), "the late one has not freed it");
        let renew = |fence| store.renew_turn(&anna.person, &anna.id, fence, LEASE);
        fixture.clock.advance(Duration::from_secs(20));
        assert!(renew(second.fence).await.expect("an answer"));
        assert!(!renew(first.fence).await.expect("an answer"), "the late one has lost it for good");
        fixture.clock.advance(Duration::from_secs(20));
        assert!(matches!(turn(store, anna, Others::None).await, Turn::Busy), "it was renewed");
        assert!(end(store, anna, Others::None, second.fence, dropped()).await);
        assert!(!renew(second.fence).await.expect("an answer"), "it was given back");
        let turns = tokio::join!(
            turn(store, anna, Others::None),
            turn(store, anna, Others::None),
            turn(store, anna, Others::None),
        );
        let turns = [turns.0, turns.1, turns.2];
        assert_eq!(turns.iter().filter(|turn| matches!(turn, Turn::Mine(_))).count(), 1);
    }

    async fn turns_are_counted_for_five_minutes_whoever_takes_them(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.connection);
        let began = fixture.now();
        let twice = mine(store, anna, Others::None).await;
        let done = Outcome::Done { version: twice.version, requests: 2 };
        end(store, anna, Others::None, twice.fence, done).await;
        fixture.clock.advance(Duration::from_secs(299));
        assert_eq!(mine(store, anna, Others::None).await.asked.len(), 3, "an answer was lost");
        fixture.clock.advance(Duration::from_secs(301));
        let began = began + Duration::from_secs(600);
        for taken in 1..=3 {
            let mine = mine(store, anna, Others::None).await;
            assert_eq!(mine.asked.len(), taken);
            end(store, anna, Others::None, mine.fence, Outcome::Dropped).await;
            fixture.clock.advance(Duration::from_secs(60));
        }
        let Turn::Guarded { until } = turn(store, anna, Others::None).await else {
            panic!("three are the limit here")
        };
        assert_eq!(until, began + Duration::from_secs(300));
        // Connecting anew does not make Entra forget.
        let again = fixture.connect(store, &world.anna, "again").await;
        assert!(matches!(turn(store, &again, Others::None).await, Turn::Guarded { .. }));
        fixture.clock.advance(Duration::from_secs(120));
        assert_eq!(mine(store, &again, Others::None).await.asked.len(), 3);
    }

    async fn after_a_failure_nobody_has_a_turn_until_its_time_is_up(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.connection);
        let failure = Failure {
            why: "weather".into(),
            until: fixture.now() + Duration::from_secs(30),
        };
        let first = mine(store, anna, Others::None).await;
        assert_eq!(first.failures, 0);
        end(store, anna, Others::None, first.fence, Outcome::Failed(failure.clone())).await;
        let Turn::Failed(told) = turn(store, anna, Others::None).await else {
            panic!("it is too early")
        };
        assert_eq!(told, failure);
        fixture.clock.advance(Duration::from_secs(30));
        let second = mine(store, anna, Others::None).await;
        assert_eq!(second.failures, 1);
        let for_long = Failure {
            until: fixture.now() + Duration::from_secs(3600),
            ..failure
        };
        end(store, anna, Others::None, second.fence, Outcome::Failed(for_long)).await;
        fixture.clock.advance(Duration::from_secs(600));
        assert!(matches!(turn(store, anna, Others::None).await, Turn::Failed(_)));
        // Whoever connects anew need not wait.
        let again = fixture.connect(store, &world.anna, "again").await;
        assert_eq!(mine(store, &again, Others::None).await.failures, 0);
    }

    async fn a_connection_that_was_changed_gives_no_turn_to_whoever_knew_it_before(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.connection);
        fixture.clock.advance(Duration::from_secs(1));
        let again = fixture.connect(store, &world.anna, "again").await;
        assert!(matches!(turn(store, anna, Others::None).await, Turn::Changed(ConnectionState::Connected, _)));
        store.disconnect(&anna.person, CALENDAR).await.expect("disconnected");
        assert!(matches!(turn(store, &again, Others::None).await, Turn::Changed(ConnectionState::Disconnected, _)));
    }

    async fn instances_share_and_let_go_by_what_they_leave_for_each_other(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.connection);
        let (a, b) = (InstanceId::random(&fixture.random), InstanceId::random(&fixture.random));
        let mine = mine(store, anna, Others::Heed(&a, 0)).await;
        let done = Outcome::Done { version: mine.version, requests: 1 };
        end(store, anna, Others::Heed(&a, 0), mine.fence, done).await;
        assert!(matches!(turn(store, anna, Others::Heed(&b, 0)).await, Turn::Held));
        assert!(matches!(turn(store, anna, Others::Heed(&b, mine.version)).await, Turn::Mine(_)), "that one was rejected");
        store.let_go_token(&anna.id, &b).await.expect("done");

        let ask = store.ask_others(&anna.id, &b, b"a key").await.expect("asked");
        assert!(store.answer_to(&ask).await.expect("an answer").is_none());
        assert!(store.asked_of(&b).await.expect("an answer").is_empty(), "nobody asks herself");
        let asked = store.asked_of(&a).await.expect("an answer");
        let [Asked::Share(seen, key)] = asked.as_slice() else {
            panic!("{asked:?}")
        };
        assert_eq!(key, b"a key");
        store.answer(seen, b"a token").await.expect("answered");
        let answer = store.answer_to(&ask).await.expect("an answer").expect("there is one");
        assert_eq!(answer.as_slice(), b"a token");
        store.take_back(&ask).await.expect("taken back");

        // What belongs to an older version is not held any more, and whoever holds it is told.
        assert!(store.hold_token(&anna.id, &b, mine.version).await.expect("an answer"));
        store.disconnect(&anna.person, CALENDAR).await.expect("disconnected");
        assert!(!store.hold_token(&anna.id, &b, mine.version).await.expect("an answer"));
        assert!(store.end_elsewhere(&anna.id, &a).await.expect("asked").is_some());
        assert!(matches!(store.asked_of(&b).await.expect("an answer").as_slice(), [Asked::LetGo(_)]));
        assert!(store.outlived(&anna.id, &a).await.expect("an answer"));
        store.let_go_token(&anna.id, &b).await.expect("done");
        assert!(!store.outlived(&anna.id, &a).await.expect("an answer"));
    }

    async fn the_dead_hold_nothing(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.connection);
        let (a, b) = (InstanceId::random(&fixture.random), InstanceId::random(&fixture.random));
        let mine = mine(store, anna, Others::Heed(&a, 0)).await;
        let done = Outcome::Done { version: mine.version, requests: 1 };
        end(store, anna, Others::Heed(&a, 0), mine.fence, done).await;
        store.stay_alive(&a).await.expect("said");
        assert!(matches!(turn(store, anna, Others::Heed(&b, 0)).await, Turn::Held));
        fixture.clock.advance(Duration::from_secs(9));
        assert!(matches!(turn(store, anna, Others::Heed(&b, 0)).await, Turn::Mine(_)));
    }

    async fn a_token_on_its_way_lies_in_the_database_no_longer_than_it_is_waited_for(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.connection);
        let (asker, answerer) = (InstanceId::random(&fixture.random), InstanceId::random(&fixture.random));
        let answers = async || fixture.texts("SELECT COALESCE(answer, '') FROM token_asks").await;
        let first = store.ask_others(&anna.id, &asker, b"a key").await.expect("asked");
        let second = store.ask_others(&anna.id, &asker, b"a key").await.expect("asked");
        store.answer(&first, b"an encrypted token").await.expect("answered");
        assert!(!store.forget_old_asks().await.expect("an answer"), "it is waited for");
        assert_eq!(answers().await.iter().filter(|answer| !answer.is_empty()).count(), 1);
        fixture.clock.advance(Duration::from_secs(15));
        store.answer(&second, b"too late").await.expect("an answer");
        assert_eq!(answers().await.iter().filter(|answer| !answer.is_empty()).count(), 1, "nobody waits for it");
        assert!(store.forget_old_asks().await.expect("an answer"));
        assert!(answers().await.is_empty());

        // What is fetched is gone at once, and so is what the end of a connection overtakes.
        let fetched = store.ask_others(&anna.id, &asker, b"a key").await.expect("asked");
        store.answer(&fetched, b"an encrypted token").await.expect("answered");
        assert!(store.answer_to(&fetched).await.expect("an answer").is_some());
        store.take_back(&fetched).await.expect("taken back");
        assert!(answers().await.is_empty());
        let overtaken = store.ask_others(&anna.id, &answerer, b"a key").await.expect("asked");
        store.answer(&overtaken, b"an encrypted token").await.expect("answered");
        store.disconnect(&anna.person, CALENDAR).await.expect("ended");
        assert!(answers().await.is_empty());
    }
}
