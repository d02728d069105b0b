//! Levels and standings: nothing set is *Deny*.

use domain::permission::Level;

use crate::fixture::Fixture;
use crate::on_both;

on_both! {
    async fn nothing_set_is_deny_and_setting_answers_the_level_before(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna);
        let organisation = &anna.organisation;
        assert_eq!(store.level(organisation, "create_event").await.expect("an answer"), Level::Deny);
        let set = |level| store.set_level(organisation, "create_event", level, &anna.id);
        assert_eq!(set(Level::Ask).await.expect("it is set"), Level::Deny);
        assert_eq!(set(Level::AlwaysAllow).await.expect("it is set"), Level::Ask);
        assert_eq!(store.level(organisation, "create_event").await.expect("an answer"), Level::AlwaysAllow);
        let levels = store.levels(organisation).await.expect("levels");
        assert_eq!(levels.len(), 1);
        assert_eq!((levels[0].version, &levels[0].set_by, levels[0].set_at), (2, &anna.id, fixture.now()));
    }

    async fn a_level_this_release_does_not_know_is_deny(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna);
        store.set_level(&anna.organisation, "create_event", Level::AlwaysAllow, &anna.id).await.expect("it is set");
        fixture.sql("UPDATE levels SET level = 'allow_on_mondays'").await;
        assert_eq!(store.level(&anna.organisation, "create_event").await.expect("an answer"), Level::Deny);
        let standing = store.standing(&anna.id, "create_event").await.expect("a standing");
        assert_eq!(standing.level, Level::Deny);
        assert_eq!(store.levels(&anna.organisation).await.expect("levels")[0].level, Level::Deny);
    }

    async fn a_standing_is_of_ones_own_organisation_and_connection(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna);
        let elsewhere = domain::id::TenantId::parse(&fixture.random.uuid()).expect("a GUID");
        let stranger = fixture.person(store, &elsewhere, "Anna Berger").await;
        store.set_level(&anna.organisation, "create_event", Level::Ask, &anna.id).await.expect("it is set");
        store.set_level(&anna.organisation, "read_event", Level::AlwaysAllow, &anna.id).await.expect("it is set");
        let standing = store.standing(&anna.id, "create_event").await.expect("a standing");
        assert_eq!((standing.level, standing.connection.as_ref()), (Level::Ask, Some(&world.connection)));
        let unset = store.standing(&anna.id, "cancel_event").await.expect("a standing");
        assert_eq!((unset.level, unset.connection.as_ref()), (Level::Deny, Some(&world.connection)));
        let theirs = store.standing(&stranger.id, "create_event").await.expect("a standing");
        assert_eq!((theirs.level, theirs.connection), (Level::Deny, None));
        let (levels, connection) = store.standings(&anna.id).await.expect("standings");
        let levels: Vec<_> = levels.iter().map(|level| (level.tool.as_str(), level.level)).collect();
        assert_eq!(levels, [("create_event", Level::Ask), ("read_event", Level::AlwaysAllow)]);
        assert_eq!(connection, Some(world.connection.clone()));
        assert_eq!(store.standings(&stranger.id).await.expect("standings"), (Vec::new(), None));
        let nobody = domain::id::PersonId::random(&fixture.random);
        let standing = store.standing(&nobody, "create_event").await.expect("a standing");
        assert_eq!((standing.level, standing.connection), (Level::Deny, None));
    }
}
