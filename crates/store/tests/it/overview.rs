//! Who is connected: what an administrator's list is made from.

use store::connections::overview::Standing;

use crate::fixture::{CALENDAR, Fixture};
use crate::on_both;

on_both! {
    async fn people_come_with_their_connections_by_state_and_page_by_page(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, organisation) = (&world.store, &world.anna.organisation);
        let bruno = fixture.person(store, &world.tenant, "Bruno Costa").await;
        let carla = fixture.person(store, &world.tenant, "Carla Dorn").await;
        fixture.connect(store, &bruno, "bruno's token").await;
        store.disconnect(&bruno.id, CALENDAR).await.expect("ended");
        for (filter, standing, expected) in [
            ("", Standing::Any, &[&world.anna, &bruno, &carla][..]),
            ("", Standing::Live, &[&world.anna]),
            ("", Standing::Never, &[&carla]),
            ("", Standing::Named("connected"), &[&world.anna]),
            ("", Standing::Named("disconnected"), &[&bruno]),
            ("", Standing::Named("needs_sign_in"), &[]),
            ("costa", Standing::Any, &[&bruno]),
            ("costa", Standing::Live, &[]),
        ] {
            let found = store.people_and_connections(organisation, CALENDAR, filter, standing, None, 10);
            let found = found.await.expect("a list");
            let ids: Vec<_> = found.iter().map(|(person, _)| &person.id).collect();
            let expected: Vec<_> = expected.iter().map(|person| &person.id).collect();
            assert_eq!(ids, expected, "{filter} {standing:?}");
        }
        let page = store.people_and_connections(organisation, CALENDAR, "", Standing::Any, Some(&world.anna.id), 1);
        let page = page.await.expect("a page");
        assert_eq!(page.len(), 1);
        assert_eq!((&page[0].0.id, page[0].1.is_some()), (&bruno.id, true));
        assert_eq!(store.live_connections(organisation, CALENDAR).await.expect("a number"), 1);
    }
}
