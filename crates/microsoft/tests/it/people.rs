//! The person herself and those she may mean.

use domain::people::{Address, Source};
use jiff::civil::{Time, Weekday};

use crate::office::Office;

#[tokio::test]
async fn the_profile_is_the_persons_own() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    let me = graph.me().await.expect("there");
    let seeded = office.lena();
    assert_eq!(
        (me.object.as_str(), me.name.as_str(), me.login.as_str()),
        (
            seeded.object_id.as_str(),
            seeded.name.as_str(),
            seeded.login.as_str()
        )
    );
    assert_eq!(me.mail.map(String::from), Some(seeded.login));
    assert!(me.job_title.is_some() && me.language.as_deref() == Some("de-DE"));
}

#[tokio::test]
async fn the_time_zone_is_learned_from_the_persons_own_schedule() {
    let office = Office::open().await;
    let (mut custom, mut silent) = (0, 0);
    for person in office
        .sim
        .people()
        .iter()
        .filter(|person| person.login.starts_with("lena") || !person.administrator)
    {
        let connected = office.connect(person).await;
        let token = connected.token().await;
        let graph = office
            .microsoft
            .graph(&connected.permit(), &token)
            .expect("fits");
        let schedule = graph
            .own_schedule(&Address::parse(&person.login).expect("an address"))
            .await
            .expect("there");
        let Some(hours) = schedule.working_hours else {
            silent += 1;
            continue;
        };
        assert!(
            hours.days.contains(&Weekday::Monday)
                && hours.start < hours.end
                && hours.start > Time::midnight()
        );
        match schedule.zone {
            Some(zone) => assert!(
                ["Europe/Berlin", "Europe/London"].contains(&zone.name()),
                "{}",
                zone.name()
            ),
            None => custom += 1,
        }
    }
    assert_eq!(custom, 1, "one mailbox has a zone without a name");
    assert_eq!(silent, 1, "one mailbox tells no working hours");
}

#[tokio::test]
async fn three_sources_find_two_annas_each_in_its_own_way() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    let directory = graph.directory("anna", 10).await.expect("there");
    assert!(
        directory.len() >= 2
            && directory
                .iter()
                .all(|found| found.name.starts_with("Anna") && found.source == Source::Directory)
    );
    assert!(
        directory.iter().all(|found| found.department.is_none()),
        "the directory does not tell"
    );
    let people = graph.people("anna", 10).await.expect("there");
    assert!(people.len() >= 2 && people.iter().all(|found| found.source == Source::People));
    assert!(
        people.iter().any(|found| found.department.is_some()),
        "relevance tells them apart"
    );
    let contacts = graph.contacts(500).await.expect("there");
    assert!(!contacts.is_empty() && contacts.iter().any(|found| found.company.is_some()));
    assert!(
        contacts
            .iter()
            .all(|found| found.source == Source::Contacts)
    );
    assert_eq!(graph.contacts(1).await.expect("there").len(), 1);
}

#[tokio::test]
async fn a_query_that_is_none_or_tries_to_be_more_does_no_harm() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    assert!(
        graph
            .directory(" \" ", 10)
            .await
            .expect("nothing asked")
            .is_empty()
    );
    assert!(
        !graph
            .people("", 5)
            .await
            .expect("the most relevant")
            .is_empty()
    );
    for query in [
        "\" OR \"displayName:a",
        "a&$select=id",
        "O'Neill",
        "ä+ö %20 #",
    ] {
        graph.directory(query, 5).await.expect("accepted");
        graph.people(query, 5).await.expect("accepted");
    }
}
