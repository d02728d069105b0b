//! Levels and standings: nothing set is *Deny*.

use domain::id::AgentId;
use domain::permission::Level;
use domain::policy::{AskRule, Levels};

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
        let agent = AgentId::random(&fixture.random);
        fixture.sql("UPDATE levels SET level = 'allow_on_mondays'").await;
        assert_eq!(store.level(&anna.organisation, "create_event").await.expect("an answer"), Level::Deny);
        let standing = store.standing(&anna.id, &agent, "create_event").await.expect("a standing");
        assert_eq!(standing.levels.effective(), Level::Deny);
        assert_eq!(store.levels(&anna.organisation).await.expect("levels")[0].level, Level::Deny);
    }

    async fn a_standing_is_of_ones_own_organisation_and_connection(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna);
        let agent = AgentId::random(&fixture.random);
        let elsewhere = domain::id::TenantId::parse(&fixture.random.uuid()).expect("a GUID");
        let stranger = fixture.person(store, &elsewhere, "Anna Berger").await;
        store.set_level(&anna.organisation, "create_event", Level::Ask, &anna.id).await.expect("it is set");
        store.set_level(&anna.organisation, "read_event", Level::AlwaysAllow, &anna.id).await.expect("it is set");
        let standing = store.standing(&anna.id, &agent, "create_event").await.expect("a standing");
        assert_eq!((standing.levels.effective(), standing.connection.as_ref()), (Level::Ask, Some(&world.connection)));
        let unset = store.standing(&anna.id, &agent, "cancel_event").await.expect("a standing");
        assert_eq!((unset.levels.effective(), unset.connection.as_ref()), (Level::Deny, Some(&world.connection)));
        let theirs = store.standing(&stranger.id, &agent, "create_event").await.expect("a standing");
        assert_eq!((theirs.levels.effective(), theirs.connection), (Level::Deny, None));
        let standings = store.standings(&anna.id, None).await.expect("standings");
        let levels: Vec<_> = standings.tools.iter().map(|(tool, levels)| (tool.as_str(), levels.effective())).collect();
        assert_eq!(levels, [("create_event", Level::Ask), ("read_event", Level::AlwaysAllow)]);
        assert_eq!(standings.levels("cancel_event").effective(), Level::Deny);
        assert_eq!(standings.connection, Some(world.connection.clone()));
        let theirs = store.standings(&stranger.id, None).await.expect("standings");
        assert_eq!((theirs.tools, theirs.connection), (Vec::new(), None));
        let nobody = domain::id::PersonId::random(&fixture.random);
        let standing = store.standing(&nobody, &agent, "create_event").await.expect("a standing");
        assert_eq!((standing.levels.effective(), standing.connection), (Level::Deny, None));
    }

    async fn a_person_tightens_for_all_her_agents_or_for_one_and_for_nobody_else(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna);
        let tenant = domain::id::TenantId::parse(&fixture.random.uuid()).expect("a GUID");
        let bea = fixture.person(store, &tenant, "Bea Klein").await;
        let (one, two) = (AgentId::random(&fixture.random), AgentId::random(&fixture.random));
        for of in [anna, &bea] {
            store.set_level(&of.organisation, "create_event", Level::AlwaysAllow, &of.id).await.expect("it is set");
        }
        store.set_own_level(&anna.id, None, "create_event", Level::Ask).await.expect("it is set");
        store.set_own_level(&anna.id, Some(&one), "create_event", Level::AlwaysAllow).await.expect("it is set");
        store.set_own_level(&anna.id, Some(&one), "create_event", Level::Deny).await.expect("it is set");
        let check = async |person, agent: &AgentId, expected: (Level, Level)| {
            let standing = store.standing(person, agent, "create_event").await.expect("a standing");
            let expected = Levels { organisation: Level::AlwaysAllow, person: expected.0, agent: expected.1 };
            assert_eq!(standing.levels, expected);
            let standings = store.standings(person, Some(agent)).await.expect("standings");
            assert_eq!(standings.levels("create_event"), expected);
        };
        check(&anna.id, &one, (Level::Ask, Level::Deny)).await;
        check(&anna.id, &two, (Level::Ask, Level::AlwaysAllow)).await;
        check(&bea.id, &one, (Level::AlwaysAllow, Level::AlwaysAllow)).await;
        fixture.sql("UPDATE own_levels SET level = 'on_mondays' WHERE agent = ''").await;
        check(&anna.id, &two, (Level::Deny, Level::AlwaysAllow)).await;
        assert_eq!(store.own_levels(&anna.id, Some(&one)).await.expect("levels"), [("create_event".to_owned(), Level::Deny)]);
    }

    async fn rules_are_set_over_what_was_seen_and_unknown_ones_are_not_no_rules(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna);
        let agent = AgentId::random(&fixture.random);
        let none = store.organisation_rules(&anna.organisation).await.expect("rules");
        assert_eq!((none.rules, none.taint_off), (vec![], vec![]));
        let seen = none.version;
        let rules = [AskRule::Series, AskRule::MoreAttendeesThan(5)];
        assert!(store.set_ask_rules(&anna.organisation, &rules, seen).await.expect("asked"));
        assert!(!store.set_ask_rules(&anna.organisation, &[], seen).await.expect("asked"), "somebody was faster");
        let standing = store.standing(&anna.id, &agent, "create_event").await.expect("a standing");
        assert_eq!(standing.rules, rules);
        fixture.sql(r#"UPDATE organisations SET ask_rules = '[{"rule":"on_mondays"}]'"#).await;
        assert!(store.standing(&anna.id, &agent, "create_event").await.is_err());
    }

    async fn what_was_read_counts_for_every_tool_but_those_switched_off(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna);
        let agent = AgentId::random(&fixture.random);
        let counts = async |tool: &str| {
            let standing = store.standing(&anna.id, &agent, tool).await;
            standing.map(|standing| standing.taint_counts).ok()
        };
        assert_eq!(counts("create_event").await, Some(true));
        let seen = store.organisation_rules(&anna.organisation).await.expect("rules").version;
        let off = ["create_event".to_owned()];
        assert!(store.set_taint_off(&anna.organisation, &off, seen).await.expect("asked"));
        assert!(!store.set_taint_off(&anna.organisation, &[], seen).await.expect("asked"), "somebody was faster");
        assert_eq!(counts("create_event").await, Some(false));
        assert_eq!(counts("update_event").await, Some(true));
        assert_eq!(counts("Create_event").await, Some(true));
        fixture.sql("UPDATE organisations SET taint_off = 'create_event'").await;
        assert_eq!(counts("create_event").await, None);
    }
}
