//! Attempts and the bootstrap secret: each works once, for its own browser, and not for long.

use std::time::Duration;

use domain::secret::{BootstrapSecret, BrowserSecret, StateSecret};
use store::attempts::{Attempt, Purpose, TakenAttempt};
use tokio::task::JoinSet;

use crate::fixture::Fixture;
use crate::on_both;

fn attempt(fixture: &Fixture) -> Attempt {
    Attempt {
        purpose: Purpose::Connect,
        person: None,
        session: None,
        return_to: "/integrations".to_owned(),
        created: fixture.now(),
        issuer: "https://login.example/v2.0".to_owned(),
        claims: Some("{\"access_token\":{}}".to_owned()),
    }
}

on_both! {
    async fn an_attempt_comes_back_once_and_only_to_its_own_browser(fixture: &Fixture) {
        let store = fixture.store().await;
        let random = &fixture.random;
        let state = StateSecret::random(random).hash();
        let (own, other) = (BrowserSecret::random(random).hash(), BrowserSecret::random(random).hash());
        let attempt = attempt(fixture);
        store.begin_attempt(&state, &own, &attempt).await.expect("it is remembered");
        let take = |browser| store.take_attempt(&state, browser);
        assert_eq!(take(&other).await.expect("an answer"), TakenAttempt::WrongBrowser);
        assert_eq!(take(&own).await.expect("an answer"), TakenAttempt::Found(attempt));
        assert_eq!(take(&own).await.expect("an answer"), TakenAttempt::Unknown);
        let never = StateSecret::random(random).hash();
        assert_eq!(store.take_attempt(&never, &own).await.expect("an answer"), TakenAttempt::Unknown);
    }

    async fn an_attempt_is_over_after_ten_minutes_and_forgotten_with_the_next(fixture: &Fixture) {
        let store = fixture.store().await;
        let state = StateSecret::random(&fixture.random).hash();
        let browser = BrowserSecret::random(&fixture.random).hash();
        store.begin_attempt(&state, &browser, &attempt(fixture)).await.expect("it is remembered");
        fixture.clock.advance(Duration::from_secs(600));
        let taken = store.take_attempt(&state, &browser).await.expect("an answer");
        assert_eq!(taken, TakenAttempt::Unknown);
        let next = StateSecret::random(&fixture.random).hash();
        store.begin_attempt(&next, &browser, &attempt(fixture)).await.expect("it is remembered");
        assert_eq!(fixture.texts("SELECT state_hash FROM attempts").await, [next.as_str()]);
    }

    async fn r2_a_flood_of_sign_ins_leaves_five_thousand_and_no_connecting_is_lost(fixture: &Fixture) {
        let store = fixture.store().await;
        let browser = BrowserSecret::random(&fixture.random).hash();
        let connecting = StateSecret::random(&fixture.random).hash();
        store.begin_attempt(&connecting, &browser, &attempt(fixture)).await.expect("it is remembered");
        let now = fixture.now().as_millisecond();
        fixture
            .sql(&format!(
                "INSERT INTO attempts (state_hash, browser_hash, purpose, return_to, created_ms, issuer)
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
                 SELECT 'flood ' || i, 'b', 'sign_in', '/', {now} - 1 - i, 'https://login.example' FROM n"
            ))
            .await;
        let last = StateSecret::random(&fixture.random).hash();
        let sign_in = Attempt { purpose: Purpose::SignIn, ..attempt(fixture) };
        store.begin_attempt(&last, &browser, &sign_in).await.expect("it is remembered");
        let left = fixture.texts("SELECT state_hash FROM attempts WHERE purpose = 'sign_in' ORDER BY created_ms").await;
        assert_eq!((left.len(), left[0].as_str()), (5_000, "flood 4999"));
        for state in [&connecting, &last] {
            let taken = store.take_attempt(state, &browser).await.expect("an answer");
            assert!(matches!(taken, TakenAttempt::Found(_)), "{taken:?}");
        }
    }

    async fn of_a_hundred_who_take_an_attempt_at_once_one_gets_it(fixture: &Fixture) {
        let store = fixture.store().await;
        let state = StateSecret::random(&fixture.random).hash();
        let browser = BrowserSecret::random(&fixture.random).hash();
        store.begin_attempt(&state, &browser, &attempt(fixture)).await.expect("it is remembered");
        let mut takers = JoinSet::new();
        for _ in 0..100 {
            let (store, state, browser) = (store.clone(), state.clone(), browser.clone());
            takers.spawn(async move { store.take_attempt(&state, &browser).await.expect("an answer") });
        }
        let taken = takers.join_all().await;
        assert_eq!(taken.iter().filter(|taken| matches!(taken, TakenAttempt::Found(_))).count(), 1);
        assert_eq!(taken.iter().filter(|taken| matches!(taken, TakenAttempt::Unknown)).count(), 99);
    }

    async fn of_a_hundred_who_use_the_bootstrap_secret_at_once_one_may(fixture: &Fixture) {
        let store = fixture.store().await;
        let secret = BootstrapSecret::random(&fixture.random).hash();
        store.put_bootstrap(&secret).await.expect("it is offered");
        let mut users = JoinSet::new();
        for _ in 0..100 {
            let (store, secret) = (store.clone(), secret.clone());
            users.spawn(async move { store.use_bootstrap(&secret).await.expect("an answer") });
        }
        assert_eq!(users.join_all().await.into_iter().filter(|may| *may).count(), 1);
        store.put_bootstrap(&secret).await.expect("an answer");
        assert!(!store.use_bootstrap(&secret).await.expect("an answer"), "offered again, it stays used");
    }

    async fn a_new_bootstrap_secret_replaces_an_unused_one(fixture: &Fixture) {
        let store = fixture.store().await;
        let (first, second) = (BootstrapSecret::random(&fixture.random), BootstrapSecret::random(&fixture.random));
        store.put_bootstrap(&first.hash()).await.expect("it is offered");
        store.put_bootstrap(&second.hash()).await.expect("it is offered");
        assert!(!store.use_bootstrap(&first.hash()).await.expect("an answer"));
        assert!(store.use_bootstrap(&second.hash()).await.expect("an answer"));
    }
}
