//! A company from a file: it is there as it was written, and a mistake in the file is told.

use reqwest::StatusCode;
use serde_json::Value;
use sim::{Company, Options, Simulator};

use crate::browser::{App, TEN};

/// The example of the documentation.
const CONTOSO: &str = include_str!("../../../../docs/contoso.toml");

async fn contoso() -> Simulator {
    let company = Company::parse(CONTOSO).unwrap_or_else(|problem| panic!("{problem}"));
    let options = Options {
        company,
        ..Options::default()
    };
    sim::start(options).await.expect("a free port on loopback")
}

fn subjects(events: &[Value]) -> Vec<&str> {
    let mut subjects: Vec<&str> = events
        .iter()
        .filter_map(|event| event["subject"].as_str())
        .collect();
    subjects.sort_unstable();
    subjects
}

#[tokio::test]
async fn a_company_from_a_file_has_its_people_its_events_and_what_they_share() {
    let simulator = contoso().await;
    let people = simulator.people();
    let logins: Vec<&str> = people.iter().map(|person| person.login.as_str()).collect();
    assert_eq!(
        logins,
        ["ada.obi@contoso.example", "ben.kraft@contoso.example"]
    );
    assert!(people[0].administrator && !people[1].administrator);
    assert_eq!(
        simulator.tenant_id(),
        "1b0e7f3a-52c4-4b8e-9d66-0c7a4f1e2d35"
    );

    let ada = simulator.events_of("ada.obi@contoso.example");
    assert_eq!(
        subjects(&ada),
        ["Budget", "Holiday", "Invitation to the fair", "Stand-up"]
    );
    let held = |subject: &str| {
        let found = ada.iter().find(|event| event["subject"] == subject);
        found.unwrap_or_else(|| panic!("{subject}")).clone()
    };
    assert_eq!(held("Stand-up")["type"], "seriesMaster");
    assert_eq!(held("Holiday")["isAllDay"], true);
    assert_eq!(held("Holiday")["showAs"], "oof");
    let invitation = held("Invitation to the fair");
    assert_eq!(invitation["isOrganizer"], false);
    assert_eq!(
        invitation["organizer"]["emailAddress"]["address"],
        "team@fair.example"
    );
    // The start is a Monday; 09:30 in Berlin is 08:30 in UTC there.
    assert_eq!(
        held("Budget")["start"]["dateTime"],
        "2026-03-04T08:30:00.0000000"
    );

    // The policy of the file is in force: an administrator has to consent for everybody.
    assert!(simulator.grant_everybody(TEN));
    // Whoever is invited has it too, and whoever may look into a calendar can.
    let ben = App::connected(&simulator, &people[1]).await;
    let events = ben.get("/me/events?$select=subject").await;
    let listed = events.body["value"].as_array().expect("a list");
    assert_eq!(subjects(listed), ["Budget", "Stand-up"]);
    let shared = ben
        .get("/users/ada.obi@contoso.example/calendar/events?$select=subject")
        .await;
    assert_eq!(shared.status, StatusCode::OK);
    let contacts = ben.get("/me/contacts?$select=displayName").await;
    assert_eq!(contacts.body["value"][0]["displayName"], "Iris Lund");
}

#[test]
fn what_is_wrong_in_a_file_is_told_by_its_key_and_nothing_exists() {
    let check = |change: &dyn Fn(&str) -> String, says: &[&str]| {
        let problem = Company::parse(&change(CONTOSO))
            .expect_err("refused")
            .to_string();
        for part in says {
            assert!(problem.contains(part), "{part}: {problem}");
        }
    };
    let swap = |from: &'static str, to: &'static str| {
        assert!(CONTOSO.contains(from), "{from}");
        move |text: &str| text.replacen(from, to, 1)
    };
    check(
        &swap("subject = \"Budget\"", "subjct = \"Budget\""),
        &["line ", "subjct"],
    );
    check(
        &swap("ada.obi@contoso.example", "ada.obi@elsewhere.example"),
        &["person 1, login", "contoso.example"],
    );
    check(
        &swap("zone = \"Europe/Berlin\"", "zone = \"Europe/Nowhere\""),
        &["person 1, zone", "Europe/Nowhere"],
    );
    check(
        &swap("language = \"de-DE\"", "language = \"fr-FR\""),
        &["person 2, language", "de-DE, en-GB, en-US"],
    );
    check(
        &swap("tenant_id = \"1b0e7f3a", "tenant_id = \"1b0e7f3"),
        &["company.tenant_id", "GUID"],
    );
    check(
        &swap("start = \"2026", "start = \"in 2026"),
        &["company.start"],
    );
    check(
        &swap("at = \"09:30\"", "at = \"half past nine\""),
        &["\"Budget\"", "HH:MM"],
    );
    check(
        &swap("showAs = \"oof\"", "showAs = \"asleep\""),
        &["event 3, \"Holiday\""],
    );
    check(
        &swap("with = \"ben.kraft", "with = \"bob.kraft"),
        &["share 1, with"],
    );
    check(
        &|text| {
            format!(
                "{text}\n[[person]]\nlogin = \"ada.obi@contoso.example\"\npassword = \"x\"\ngiven_name = \"A\"\nsurname = \"O\"\n"
            )
        },
        &["person 3, login", "twice"],
    );
    check(
        &|_| "[company]\nname = \"Empty\"\ndomain = \"empty.example\"\n".to_owned(),
        &["person"],
    );
}
