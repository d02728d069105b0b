//! Consent as it is in companies: who may consent, who must ask an administrator, and what was granted in the end.

use domain::connection::ConnectionState;
use domain::permission::Level;
use domain::tool::Scope;
use engine::{Begun, Error, Finished, PersonCaller};
use serde_json::{Value, json};
use sim::{ConsentPolicy, Person};

use crate::house::{House, callback, copy, tour};

/// Turns a knob of Microsoft's.
async fn change(house: &House, what: &str, new: Value) {
    #[expect(clippy::disallowed_methods, reason = "the administrator's own client")]
    let client = reqwest::Client::new();
    let url = format!("{}/_sim/{what}", house.sim.base());
    let answer = client.post(url).json(&new).send().await.expect("an answer");
    assert!(answer.status().is_success(), "{what} {new}");
}

fn member(house: &House) -> Person {
    house.sim.people().swap_remove(1)
}

async fn begin(house: &House, person: &PersonCaller) -> Begun {
    let begun = house.engine.begin_connect(person, None).await;
    begun.expect("begins")
}

async fn finish(
    house: &House,
    begun: &Begun,
    person: &PersonCaller,
    address: &str,
) -> Result<Finished, Error> {
    let request = house.request();
    house
        .engine
        .finish(
            callback(address),
            Some(&copy(&begun.browser)),
            Some(person),
            &request,
        )
        .await
}

/// Connects, pressing what is to be pressed.
async fn connect(
    house: &House,
    person: &PersonCaller,
    presses: &[(&str, &[(&str, &str)])],
) -> Result<Finished, Error> {
    let begun = begin(house, person).await;
    let address = tour(&begun.location, &member(house), presses)
        .await
        .expect("comes back");
    finish(house, &begun, person, &address).await
}

async fn is_connected(house: &House, person: &PersonCaller) -> bool {
    let view = house.engine.connection(person).await.expect("a view");
    view.state == Some(ConnectionState::Connected)
}

const BACK: (&str, &[(&str, &str)]) = ("Need admin approval", &[("back", "1")]);

/// She cannot consent: she comes back, reads both readings, gets the link, and an administrator walks it.
async fn an_administrator_helps(
    house: &House,
    person: &PersonCaller,
    presses: &[(&str, &[(&str, &str)])],
) {
    let error = connect(house, person, presses)
        .await
        .err()
        .expect("must not be granted");
    assert_eq!(
        error.code, "consent_cancelled",
        "Microsoft does not tell the two apart"
    );
    let link = error.link.expect("a link for an administrator");
    assert!(
        link.contains(&format!("/{}/v2.0/adminconsent?", house.sim.tenant_id())),
        "{link}"
    );
    let view = house.engine.connection(person).await.expect("a view");
    assert_eq!(
        (view.state, view.consent_link.as_deref()),
        (None, Some(&*link))
    );
    let back = tour(&link, &house.sim.people()[0], &[])
        .await
        .expect("comes back");
    assert!(
        back.contains("admin_consent=True") && !back.contains("error="),
        "{back}"
    );
    connect(house, person, &[]).await.expect("goes through now");
    assert!(is_connected(house, person).await);
}

#[tokio::test]
async fn whoever_may_not_consent_gets_the_link_for_an_administrator_and_then_it_goes_through() {
    for policy in [
        ConsentPolicy::Managed,
        ConsentPolicy::Low,
        ConsentPolicy::None,
    ] {
        let house = House::new().await;
        let person = house.signed_in(1).await;
        house.sim.set_consent_policy(policy);
        an_administrator_helps(&house, &person, &[BACK]).await;
    }
    let house = House::new().await;
    let person = house.signed_in(1).await;
    house.sim.set_consent_policy(ConsentPolicy::AllowAll);
    connect(&house, &person, &[]).await.expect("by herself");
}

#[tokio::test]
async fn a_request_to_the_administrators_is_sent_and_the_answer_is_found_at_the_next_attempt() {
    let house = House::new().await;
    let person = house.signed_in(1).await;
    house.sim.set_consent_policy(ConsentPolicy::Managed);
    house.sim.take_consent_requests(true);
    let asks: (&str, &[(&str, &str)]) = (
        "Approval required",
        &[("request", "1"), ("justification", "My calendar")],
    );
    let waits: (&str, &[(&str, &str)]) = ("requestSent", &[("back", "1")]);
    an_administrator_helps(&house, &person, &[waits, asks]).await;
}

#[tokio::test]
async fn where_people_must_be_assigned_an_administrator_consents_and_who_is_not_assigned_stays_outside()
 {
    let house = House::new().await;
    let person = house.signed_in(1).await;
    house.sim.assign(true, &[&member(&house).login]);
    an_administrator_helps(&house, &person, &[BACK]).await;
    house.sim.assign(true, &[]);
    let begun = begin(&house, &person).await;
    let stays = tour(&begun.location, &member(&house), &[]).await;
    assert!(
        stays.is_err_and(|page| page.contains("AADSTS50105")),
        "Microsoft's page says why"
    );
    assert!(
        is_connected(&house, &person).await,
        "an attempt that never comes back ends nothing"
    );
}

#[tokio::test]
async fn either_form_of_an_administrators_consent_counts_and_so_does_her_own_tick() {
    for way in ["v2.0/adminconsent", "adminconsent", "tick"] {
        let house = House::new().await;
        let (person, administrator) = (house.signed_in(1).await, house.signed_in(0).await);
        house.sim.set_consent_policy(ConsentPolicy::None);
        let link = house
            .engine
            .connection(&person)
            .await
            .expect("a view")
            .consent_link
            .expect("a link");
        let begun = begin(&house, &administrator).await;
        let (url, press): (_, &[(&str, &str)]) = match way {
            "tick" => (begun.location.clone(), &[("organization", "1")]),
            way => (link.replace("v2.0/adminconsent", way), &[]),
        };
        let presses = [("organizationConsent", press)];
        let back = tour(&url, &house.sim.people()[0], &presses)
            .await
            .expect("comes back");
        if way == "tick" {
            finish(&house, &begun, &administrator, &back)
                .await
                .expect("hers is connected as well");
        }
        connect(&house, &person, &[]).await.expect("goes through");
        assert!(is_connected(&house, &person).await, "{way}");
    }
}

#[tokio::test]
async fn two_tabs_of_one_browser_both_end_well() {
    let house = House::new().await;
    let person = house.signed_in(1).await;
    let (one, two) = (begin(&house, &person).await, begin(&house, &person).await);
    let first = tour(&one.location, &member(&house), &[])
        .await
        .expect("comes back");
    let second = tour(&two.location, &member(&house), &[])
        .await
        .expect("comes back");
    let ended = tokio::join!(
        finish(&house, &two, &person, &second),
        finish(&house, &one, &person, &first)
    );
    assert!(ended.0.is_ok() && ended.1.is_ok());
    assert!(is_connected(&house, &person).await);
    let again = finish(&house, &one, &person, &first)
        .await
        .err()
        .map(|error| error.code);
    assert_eq!(again, Some("attempt_unknown"), "each of them once");
}

#[tokio::test]
async fn a_partial_grant_connects_and_says_which_tools_lack_what_and_a_larger_one_is_never_used() {
    let house = House::new().await;
    change(
        &house,
        "application",
        json!({"withheld_scopes": ["People.Read"], "added_scopes": ["Mail.Read"]}),
    )
    .await;
    let levels = [
        ("search_contacts", Level::AlwaysAllow),
        ("read_profile", Level::AlwaysAllow),
    ];
    let pair = house.connected(1, &levels).await;
    let view = house.engine.connection(&pair.person).await.expect("a view");
    assert_eq!(view.state, Some(ConnectionState::Connected));
    assert_eq!(view.missing, [Scope::PeopleRead]);
    let names: Vec<_> = house
        .engine
        .tools(&pair.agent)
        .await
        .expect("a list")
        .iter()
        .map(|tool| tool.name.as_str())
        .collect();
    assert_eq!(names, ["read_profile"], "what lacks a scope is not offered");
    let error = house
        .call(&pair, "search_contacts", json!({"query": "Anna"}))
        .await;
    let error = error.expect_err("refused");
    assert_eq!((error.code, error.link.is_some()), ("scopes_missing", true));
    assert_eq!(house.word(&pair, "read_profile", json!({})).await, "done");
    let stored = house
        .store
        .connection(
            pair.person.id(),
            domain::connection::Integration::OutlookCalendar,
        )
        .await;
    let scopes = stored.expect("readable").expect("there").scopes;
    assert!(
        scopes.iter().all(|scope| Scope::ALL.contains(scope)),
        "Mail.Read is nowhere: {scopes:?}"
    );
    // Connecting again after the administrator has put it right adds what was missing.
    change(
        &house,
        "application",
        json!({"withheld_scopes": [], "added_scopes": []}),
    )
    .await;
    connect(&house, &pair.person, &[])
        .await
        .expect("connects again");
    assert!(
        house
            .engine
            .connection(&pair.person)
            .await
            .expect("a view")
            .missing
            .is_empty()
    );
}

#[tokio::test]
async fn going_back_at_the_password_connects_nobody_and_says_so() {
    let house = House::new().await;
    let person = house.signed_in(1).await;
    let error = connect(
        &house,
        &person,
        &[("Permissions requested", &[("back", "1")])],
    )
    .await
    .err()
    .expect("nothing");
    assert!(
        ["consent_cancelled", "consent_declined"].contains(&error.code),
        "{}",
        error.code
    );
    assert!(!is_connected(&house, &person).await);
}

#[tokio::test]
async fn a_guest_is_a_person_of_the_organisation_that_invited_her() {
    let house = House::new().await;
    let paul = Person {
        login: "paul.schneider@hafenbau.example".into(),
        password: "hafenbau-paul".into(),
        name: String::new(),
        object_id: String::new(),
        administrator: false,
    };
    let begun = house.engine.begin_sign_in("/").await.expect("begins");
    let address = tour(&begun.location, &paul, &[]).await.expect("comes back");
    let request = house.request();
    let finished = house
        .engine
        .finish(
            callback(&address),
            Some(&copy(&begun.browser)),
            None,
            &request,
        )
        .await;
    let Ok(Finished::SignedIn { session, .. }) = finished else {
        panic!("{:?}", finished.err())
    };
    let guest = house
        .engine
        .person_caller(&session)
        .await
        .expect("a session");
    let member = house.signed_in(1).await;
    assert_eq!(
        guest.organisation(),
        member.organisation(),
        "by the tenant of the token, not of the address"
    );
    let begun = begin(&house, &guest).await;
    let address = tour(&begun.location, &paul, &[]).await.expect("comes back");
    finish(&house, &begun, &guest, &address)
        .await
        .expect("connects");
    assert!(is_connected(&house, &guest).await);
}
