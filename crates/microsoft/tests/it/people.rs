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
    let directory = graph
        .directory(&["anna".into()], &[], 10)
        .await
        .expect("there")
        .found;
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
    let people = graph.people("anna", 10).await.expect("there").found;
    assert!(people.len() >= 2 && people.iter().all(|found| found.source == Source::People));
    assert!(
        people.iter().any(|found| found.department.is_some()),
        "relevance tells them apart"
    );
    let contacts = graph.contacts(500).await.expect("there").found;
    assert!(!contacts.is_empty() && contacts.iter().any(|found| found.company.is_some()));
    assert!(
        contacts
            .iter()
            .all(|found| found.source == Source::Contacts)
    );
    let one = graph.contacts(1).await.expect("there");
    assert!(one.found.len() == 1 && one.more);
}

#[tokio::test]
async fn contacts_in_folders_and_in_folders_inside_them_are_found() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    let folders = graph.contact_folders(None).await.expect("there");
    let [fairs] = folders.as_slice() else {
        panic!("Lena has one folder in the default one")
    };
    let inside = graph.contact_folders(Some(fairs)).await.expect("there");
    assert_eq!(inside.len(), 1);
    let met = graph.contacts_of(fairs, 10).await.expect("there");
    assert!(!met.more && met.found.iter().any(|found| found.name == "Ole Sievers"));
    let exhibitors = graph.contacts_of(&inside[0], 10).await.expect("there");
    assert!(exhibitors.found.is_empty());
}

#[tokio::test]
async fn the_directory_is_asked_for_many_spellings_at_once_and_says_when_there_are_more() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    let names = ["berger an".into(), "krüger".into(), "nobody".into()];
    let mails = ["jonas.w".into()];
    let finds = graph.directory(&names, &mails, 10).await.expect("there");
    let mut found: Vec<&str> = finds
        .found
        .iter()
        .map(|found| found.name.as_str())
        .collect();
    found.sort_unstable();
    assert_eq!(found, ["Anna Berger", "Jonas Weber", "Tobias Krüger"]);
    assert!(!finds.more);
    let finds = graph.directory(&["a".into()], &[], 1).await.expect("there");
    assert!(finds.found.len() == 1 && finds.more);
    // The directory takes addresses of 2,048 characters; what does not fit is left out.
    let mut many: Vec<String> = (0..200).map(|number| format!("nöbody{number}")).collect();
    many.insert(0, "berger".into());
    office.sim.clear_log();
    let finds = graph.directory(&many, &[], 10).await.expect("accepted");
    assert_eq!(finds.found.len(), 1);
    let sent = office.sim.log();
    let sent = &sent.last().expect("a request").query;
    assert!((1_500..1_900).contains(&sent.len()), "{}", sent.len());
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
            .directory(&[" \" ".into()], &[], 10)
            .await
            .expect("nothing asked")
            .found
            .is_empty()
    );
    assert!(
        !graph
            .people("", 5)
            .await
            .expect("the most relevant")
            .found
            .is_empty()
    );
    for query in [
        "\" OR \"displayName:a",
        "a&$select=id",
        "O'Neill",
        "ä+ö %20 #",
    ] {
        let asked = [query.to_owned()];
        let finds = graph.directory(&asked, &asked, 5).await;
        finds.expect("accepted");
        graph.people(query, 5).await.expect("accepted");
    }
}
