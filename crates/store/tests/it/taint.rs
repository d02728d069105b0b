//! What agents have read (U5): for how long it is kept, how much of it, and that no text is.

use std::time::Duration;

use domain::id::AgentId;
use domain::taint::{Foreign, Origin};

use crate::fixture::Fixture;
use crate::on_both;

const HOUR: Duration = Duration::from_secs(60 * 60);
const TEXT: &str = "Purple elephants dance on the harbour wall while nobody counts them.";

fn foreign(text: &str) -> Foreign {
    Foreign {
        origin: Origin {
            by: Some("eve@other.example".into()),
            ..Origin::default()
        },
        text: text.to_owned(),
    }
}

on_both! {
    async fn what_an_agent_has_read_is_known_for_a_day_after_it_last_read_something(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        let (agent, other) = (AgentId::random(&fixture.random), AgentId::random(&fixture.random));
        assert!(store.readings(anna, &agent).await.expect("read").is_none());
        let key = store.note_foreign(anna, &agent, &[foreign(TEXT)]).await.expect("noted");
        fixture.clock.advance(HOUR * 20);
        let again = store.note_foreign(anna, &agent, &[foreign("short")]).await.expect("noted");
        assert!(key == again, "one agent, one key, as long as it is watched");
        fixture.clock.advance(HOUR * 4);
        let readings = store.readings(anna, &agent).await.expect("read").expect("watched");
        let copied = readings.copied(TEXT);
        assert_eq!(copied[0].origin.by.as_deref(), Some("eve@other.example"));
        assert!(store.readings(anna, &other).await.expect("read").is_none());
        fixture.clock.advance(HOUR * 20);
        let readings = store.readings(anna, &agent).await.expect("read").expect("watched");
        assert!(!readings.may_hold(TEXT), "that text was read too long ago");
        fixture.clock.advance(HOUR * 2);
        assert!(store.readings(anna, &agent).await.expect("read").is_none());
        let fresh = store.note_foreign(anna, &agent, &[]).await.expect("noted");
        assert!(fresh != key, "the old key went with what it had marked");
    }

    async fn no_text_is_kept_and_what_is_old_is_deleted_for_everybody(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        let agent = AgentId::random(&fixture.random);
        store.note_foreign(anna, &agent, &[foreign(TEXT)]).await.expect("noted");
        for row in fixture.texts("SELECT mark || origin || marks FROM taint_texts").await {
            assert!(!row.to_lowercase().contains("eleph") && row.contains("eve@other.example"), "{row}");
        }
        fixture.clock.advance(HOUR * 26);
        let ben = fixture.person(store, &world.tenant, "Ben Kraft").await;
        store.note_foreign(&ben.id, &agent, &[foreign("short")]).await.expect("noted");
        assert_eq!(fixture.texts("SELECT mark FROM taint_texts").await, Vec::<String>::new());
        assert_eq!(fixture.texts("SELECT person FROM taints").await, [ben.id.as_str()]);
    }

    async fn the_oldest_goes_when_there_is_too_much_and_then_every_long_text_may_be_a_copy(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        let agent = AgentId::random(&fixture.random);
        let texts = |from: usize, to: usize| -> Vec<Foreign> {
            (from..to).map(|number| foreign(&format!("{number} purple elephants on the wall"))).collect()
        };
        store.note_foreign(anna, &agent, &texts(1000, 1001)).await.expect("noted");
        fixture.clock.advance(HOUR);
        store.note_foreign(anna, &agent, &texts(1001, 2000)).await.expect("noted");
        let stranger = "Words that nobody has written before, at least not here.";
        let readings = store.readings(anna, &agent).await.expect("read").expect("watched");
        assert!(readings.may_hold("1000 purple elephants on the wall") && !readings.may_hold(stranger));
        store.note_foreign(anna, &agent, &texts(2000, 2001)).await.expect("noted");
        let readings = store.readings(anna, &agent).await.expect("read").expect("watched");
        assert_eq!(readings.copied("1000 purple elephants on the wall"), []);
        assert_eq!(readings.copied("1001 purple elephants on the wall").len(), 1);
        assert!(readings.may_hold(stranger), "what is forgotten may be anything");
    }
}
