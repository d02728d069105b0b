//! Sessions: they end when unused, at their last moment, or when told to.

use std::time::Duration;

use domain::secret::SessionSecret;

use crate::fixture::Fixture;
use crate::on_both;

const IDLE: Duration = Duration::from_secs(30 * 60);
const ABSOLUTE: Duration = Duration::from_secs(8 * 60 * 60);

on_both! {
    async fn a_session_lives_while_it_is_used_but_not_for_ever(fixture: &Fixture) {
        let world = fixture.world().await;
        let secret = SessionSecret::random(&fixture.random).hash();
        let made = world.store.create_session(&world.anna.id, &secret, fixture.now(), IDLE, ABSOLUTE).await.expect("a session");
        let begin = fixture.now();
        assert_eq!((made.created, made.expires, made.authenticated_at), (begin, begin + ABSOLUTE, begin));
        let read = async || world.store.session(&secret).await.expect("an answer");
        let (session, person) = read().await.expect("it lives");
        assert_eq!((session, person), (made, world.anna.clone()));
        for _ in 0..16 {
            fixture.clock.advance(Duration::from_secs(29 * 60));
            assert!(read().await.is_some());
        }
        fixture.clock.advance(Duration::from_secs(16 * 60));
        assert!(read().await.is_none(), "eight hours are over");
    }

    async fn an_unused_session_ends(fixture: &Fixture) {
        let world = fixture.world().await;
        let secret = SessionSecret::random(&fixture.random).hash();
        world.store.create_session(&world.anna.id, &secret, fixture.now(), IDLE, ABSOLUTE).await.expect("a session");
        fixture.clock.advance(Duration::from_secs(30));
        let (session, _) = world.store.session(&secret).await.expect("an answer").expect("it lives");
        assert_eq!(session.last_seen, session.created, "within a minute nothing is written");
        fixture.clock.advance(IDLE - Duration::from_secs(30));
        assert!(world.store.session(&secret).await.expect("an answer").is_none());
    }

    async fn sessions_are_ended_one_by_one_or_all_of_a_person(fixture: &Fixture) {
        let world = fixture.world().await;
        let bruno = fixture.person(&world.store, &world.tenant, "Bruno Costa").await;
        let mut secrets = Vec::new();
        for person in [&world.anna, &world.anna, &world.anna, &bruno] {
            let secret = SessionSecret::random(&fixture.random).hash();
            let session = world.store.create_session(&person.id, &secret, fixture.now(), IDLE, ABSOLUTE).await.expect("a session");
            secrets.push((secret, session.id));
        }
        let living = async || {
            let mut living = Vec::new();
            for (secret, _) in &secrets {
                living.push(world.store.session(secret).await.expect("an answer").is_some());
            }
            living
        };
        assert!(world.store.end_session(&secrets[0].1).await.expect("an answer"));
        assert_eq!(living().await, [false, true, true, true]);
        assert!(world.store.end_sessions_of(&world.anna.id).await.expect("an answer"));
        assert_eq!(living().await, [false, false, false, true]);
        assert!(!world.store.end_sessions_of(&world.anna.id).await.expect("an answer"));
    }
}
