//! People and organisations: known by tenant and object id alone.

use domain::id::{Identity, ObjectId, TenantId};

use crate::fixture::Fixture;
use crate::on_both;

on_both! {
    async fn a_person_is_the_same_under_another_name_and_another_under_the_same(fixture: &Fixture) {
        let store = fixture.store().await;
        let tenant = TenantId::parse(&fixture.random.uuid()).expect("a GUID");
        let anna = fixture.person(&store, &tenant, "Anna Berger").await;
        let married = store.sign_in_person(&anna.identity, "Anna Costa", "anna.costa@nordwind.example").await;
        let married = married.expect("a person");
        assert_eq!((&married.id, &married.organisation), (&anna.id, &anna.organisation));
        assert_eq!(married.name, "Anna Costa");
        let namesake = fixture.person(&store, &tenant, "Anna Costa").await;
        assert_ne!(namesake.id, anna.id);
        let elsewhere = Identity {
            tenant: TenantId::parse(&fixture.random.uuid()).expect("a GUID"),
            object: anna.identity.object.clone(),
        };
        let stranger = store.sign_in_person(&elsewhere, "Anna Costa", "anna.costa@nordwind.example").await;
        let stranger = stranger.expect("a person");
        assert_ne!(stranger.organisation, anna.organisation);
        assert_ne!(stranger.id, anna.id);
        assert_eq!(store.person(&anna.id).await.expect("an answer"), Some(married.clone()));
        let printed = format!("{married:?}");
        assert!(!printed.contains("Anna") && !printed.contains("nordwind"));
    }

    async fn a_tenant_has_one_organisation(fixture: &Fixture) {
        let store = fixture.store().await;
        let tenant = TenantId::parse(&fixture.random.uuid()).expect("a GUID");
        let person = fixture.person(&store, &tenant, "Anna Berger").await;
        assert_eq!(store.organisation_for(&tenant).await.expect("an answer"), person.organisation);
        let all = store.organisations().await.expect("a list");
        assert_eq!(all, [(person.organisation, tenant)]);
    }

    async fn administrators_are_appointed_and_dismissed(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna);
        assert!(!store.has_administrator(&anna.organisation).await.expect("an answer"));
        assert!(store.set_administrator(&anna.id, true).await.expect("an answer"));
        assert!(store.has_administrator(&anna.organisation).await.expect("an answer"));
        let again = store.sign_in_person(&anna.identity, "Anna", "anna").await.expect("a person");
        assert!(again.administrator, "signing in changes nothing about that");
        assert!(store.set_administrator(&anna.id, false).await.expect("an answer"));
        assert!(!store.has_administrator(&anna.organisation).await.expect("an answer"));
        let nobody = domain::id::PersonId::random(&fixture.random);
        assert!(!store.set_administrator(&nobody, true).await.expect("an answer"));
    }

    async fn a_preference_that_is_not_given_stays(fixture: &Fixture) {
        let world = fixture.world().await;
        let (store, anna) = (&world.store, &world.anna.id);
        store.set_preferences(anna, Some("de"), None).await.expect("an answer");
        store.set_preferences(anna, None, Some("Europe/Berlin")).await.expect("an answer");
        let read = store.person(anna).await.expect("an answer").expect("she is there");
        assert_eq!((read.language.as_deref(), read.browser_zone.as_deref()), (Some("de"), Some("Europe/Berlin")));
    }

    async fn people_are_found_by_parts_of_their_names_and_paged_in_order(fixture: &Fixture) {
        let store = fixture.store().await;
        let tenant = TenantId::parse(&fixture.random.uuid()).expect("a GUID");
        let names = ["Ärzu Öz", "anna berger", "Bruno Costa", "Anna Berger", "100%_sure"];
        let mut organisation = None;
        for name in names {
            organisation = Some(fixture.person(&store, &tenant, name).await.organisation);
        }
        let organisation = organisation.expect("there is one");
        let check = async |filter: &str, expected: usize| {
            let found = store.people(&organisation, filter, None, 100).await.expect("people");
            assert_eq!(found.len(), expected, "{filter}");
        };
        check("", 5).await;
        check("BERGER", 2).await;
        check("ÄRZU", 1).await;
        check("%", 1).await;
        check("_s", 1).await;
        check("bruno.costa@", 1).await;
        check("'; DROP TABLE persons; --", 0).await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = store.people(&organisation, "", after.as_ref(), 2).await.expect("a page");
            let Some(last) = page.last() else { break };
            after = Some(last.id.clone());
            seen.extend(page.into_iter().map(|person| person.name));
        }
        assert_eq!(seen.len(), 5);
        assert_eq!((seen[0].as_str(), seen[4].as_str()), ("100%_sure", "Ärzu Öz"));
        let other = ObjectId::parse(&fixture.random.uuid()).expect("a GUID");
        let elsewhere = TenantId::parse(&fixture.random.uuid()).expect("a GUID");
        let elsewhere = Identity { tenant: elsewhere, object: other };
        store.sign_in_person(&elsewhere, "Anna Berger", "anna").await.expect("a person");
        check("berger", 2).await;
    }
}
