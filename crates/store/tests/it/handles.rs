//! Handles of people: whose they are, what they stand for, how many there are, and when they end.

use std::time::Duration;

use domain::handle::Handle;
use domain::people::Address;
use store::handles::Shown;

use crate::fixture::{CALENDAR, Fixture};
use crate::on_both;

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

fn shown(text: &str) -> Shown {
    Shown {
        address: address(text),
        name: None,
        group: false,
    }
}

fn people(from: usize, to: usize) -> Vec<Shown> {
    (from..to)
        .map(|number| shown(&format!("paul{number}@x.example")))
        .collect()
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

on_both! {
    async fn a_handle_stands_for_its_address_for_one_person_only(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna, connection) = (&world.store, &world.anna.id, &world.connection.id);
        let paul = [shown("Paul@x.example")];
        let handles = store.keep_handles(anna, connection, &paul).await.expect("kept");
        assert_eq!(handles, [Handle::of(anna, &paul[0].address)]);
        let held = store.handles(anna).await.expect("readable");
        assert!(held[0].handle == handles[0] && held[0].address.as_str() == "Paul@x.example");
        let ben = fixture.person(store, &world.tenant, "Ben Kraft").await;
        assert_eq!(store.handles(&ben.id).await.expect("readable"), []);
        // Nor can she keep some through somebody else's connection.
        store.keep_handles(&ben.id, connection, &paul).await.expect("an answer");
        assert_eq!(store.handles(&ben.id).await.expect("readable"), []);
    }

    async fn searching_again_adds_no_row_and_changes_no_address(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna, connection) = (&world.store, &world.anna.id, &world.connection.id);
        store.keep_handles(anna, connection, &[shown("Paul@x.example")]).await.expect("kept");
        fixture.clock.advance(DAY / 2);
        store.keep_handles(anna, connection, &[shown("paul@X.example")]).await.expect("kept");
        let held = store.handles(anna).await.expect("readable");
        assert!(held.len() == 1 && held[0].address.as_str() == "Paul@x.example");
        assert_eq!(held[0].expires.as_millisecond(), fixture.now().as_millisecond() + 86_400_000);
    }

    async fn a_handle_knows_what_the_last_search_called_its_bearer(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna, connection) = (&world.store, &world.anna.id, &world.connection.id);
        let called = |name: &str, group| [Shown { name: Some(name.to_owned()), group, ..shown("team@x.example") }];
        store.keep_handles(anna, connection, &called("Team", false)).await.expect("kept");
        store.keep_handles(anna, connection, &called("The team", true)).await.expect("kept");
        let held = store.handles(anna).await.expect("readable");
        assert_eq!((held[0].name.as_deref(), held[0].group), (Some("The team"), true));
        assert!(!format!("{held:?}").contains("team"));
    }

    async fn a_use_lets_a_handle_live_for_another_day_and_none_lets_it_end(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna, connection) = (&world.store, &world.anna.id, &world.connection.id);
        store.keep_handles(anna, connection, &people(0, 2)).await.expect("kept");
        fixture.clock.advance(DAY / 2);
        let held = store.handles(anna).await.expect("readable");
        store.use_handles(anna, &held[..1]).await.expect("noted");
        fixture.clock.advance(DAY / 2);
        let now = fixture.now();
        let held = store.handles(anna).await.expect("readable");
        let live: Vec<bool> = held.iter().map(|held| held.expires > now).collect();
        assert_eq!(live, [true, false]);
        // What has expired does not come back by being used, and is gone a day later.
        store.use_handles(anna, &held).await.expect("noted");
        fixture.clock.advance(DAY);
        store.keep_handles(anna, connection, &people(2, 3)).await.expect("kept");
        let texts = fixture.texts("SELECT address FROM person_handles ORDER BY address").await;
        assert!(!texts.contains(&held[1].address.as_str().to_owned()) && texts.len() == 2, "{texts:?}");
    }

    async fn a_person_has_five_hundred_handles_at_most_and_the_newest_stay(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna, connection) = (&world.store, &world.anna.id, &world.connection.id);
        store.keep_handles(anna, connection, &people(0, 20)).await.expect("kept");
        fixture.clock.advance(Duration::from_secs(1));
        let newest = store.keep_handles(anna, connection, &people(20, 510)).await.expect("kept");
        let held = store.handles(anna).await.expect("readable");
        assert_eq!(held.len(), 500);
        assert!(newest.iter().all(|handle| held.iter().any(|held| held.handle == *handle)));
    }

    async fn no_handle_outlives_its_connection(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna, connection) = (&world.store, &world.anna.id, &world.connection.id);
        store.keep_handles(anna, connection, &people(0, 3)).await.expect("kept");
        store.disconnect(anna, CALENDAR).await.expect("it disconnects");
        assert_eq!(fixture.texts("SELECT address FROM person_handles").await, [""; 0]);
        // A search that is still under way leaves nothing either.
        store.keep_handles(anna, connection, &people(0, 3)).await.expect("an answer");
        assert_eq!(store.handles(anna).await.expect("readable"), []);
    }
}
