//! Personal keys: found by their hash while they live, revoked for good.

use std::time::Duration;

use domain::secret::AgentKey;

use crate::fixture::Fixture;
use crate::on_both;

on_both! {
    async fn a_key_finds_its_agent_and_person_until_it_is_revoked(fixture: &Fixture) {
        let world = fixture.world().await;
        let store = &world.store;
        let (agent, key) = fixture.agent(store, &world.anna).await;
        assert!(key.expose().ends_with(&agent.hint) && agent.hint.len() == 4);
        let (found, person) = store.agent_by_key(&key.hash()).await.expect("an answer").expect("it lives");
        assert_eq!((&found.id, &person), (&agent.id, &world.anna));
        let other = AgentKey::random(&fixture.random);
        assert_eq!(store.agent_by_key(&other.hash()).await.expect("an answer"), None);
        let bruno = fixture.person(store, &world.tenant, "Bruno Costa").await;
        assert!(!store.revoke_agent(&bruno.id, &agent.id).await.expect("an answer"));
        assert!(store.revoke_agent(&world.anna.id, &agent.id).await.expect("an answer"));
        assert!(!store.revoke_agent(&world.anna.id, &agent.id).await.expect("an answer"));
        assert_eq!(store.agent_by_key(&key.hash()).await.expect("an answer"), None);
        let all = store.agents(&world.anna.id).await.expect("a list");
        let revoked: Vec<_> = all.iter().filter(|agent| agent.revoked.is_some()).map(|agent| &agent.id).collect();
        assert_eq!((all.len(), revoked), (2, vec![&agent.id]));
        let stored = fixture.texts("SELECT key_hash || hint || name FROM agents").await.concat();
        assert!(!stored.contains(key.expose()));
    }

    async fn a_key_stops_at_its_time(fixture: &Fixture) {
        let world = fixture.world().await;
        let key = AgentKey::random(&fixture.random);
        let expires = fixture.now() + Duration::from_secs(60);
        let made = world.store.create_agent(&world.anna.id, "Trial", &key, Some(expires)).await.expect("an agent");
        assert_eq!(made.expires, Some(expires));
        fixture.clock.advance(Duration::from_secs(59));
        assert!(world.store.agent_by_key(&key.hash()).await.expect("an answer").is_some());
        fixture.clock.advance(Duration::from_secs(1));
        assert!(world.store.agent_by_key(&key.hash()).await.expect("an answer").is_none());
    }

    async fn a_use_is_noted_once_a_minute(fixture: &Fixture) {
        let world = fixture.world().await;
        let (_, key) = fixture.agent(&world.store, &world.anna).await;
        let begin = fixture.now();
        let last_used = async || {
            let found = world.store.agent_by_key(&key.hash()).await.expect("an answer");
            found.expect("it lives").0.last_used
        };
        assert_eq!(last_used().await, None);
        fixture.clock.advance(Duration::from_secs(59));
        assert_eq!(last_used().await, Some(begin));
        fixture.clock.advance(Duration::from_secs(1));
        assert_eq!(last_used().await, Some(begin), "what is read is the use before");
        assert_eq!(last_used().await, Some(begin + Duration::from_secs(60)));
    }
}
