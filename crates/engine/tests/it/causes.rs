//! What administrators and time do at Microsoft, as a connection feels it: each with its own number, once on record, and
//! without asking again.

use std::time::Duration;

use domain::audit::Kind;
use domain::connection::{AdminWhy, ConnectionState, RevokedWhy};
use domain::id::TenantId;
use domain::permission::Level;
use domain::secret::ClientSecret;
use engine::{Engine, Error, Finished, PersonCaller};
use serde_json::{Value, json};
use sim::{Options, Person};

use crate::house::{House, callback, copy, tour};

pub(crate) async fn control(house: &House, what: &str, new: Option<Value>) -> Value {
    #[expect(clippy::disallowed_methods, reason = "the administrator's own client")]
    let client = reqwest::Client::new();
    let url = format!("{}/_sim/{what}", house.sim.base());
    let request = match &new {
        Some(new) => client.post(url).json(new),
        None => client.get(url),
    };
    let answer = request.send().await.expect("an answer");
    assert!(answer.status().is_success(), "{what} {new:?}");
    answer.json().await.unwrap_or_default()
}

/// What happens at Microsoft.
enum Cause {
    Person(Value),
    Tenant(Value),
    Application(Value),
    Revoked,
    ConsentTakenBack,
    Days(u64),
}

/// Where it leaves the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    Works,
    Unchanged,
    SignIn,
    Admin(AdminWhy),
    Over(RevokedWhy),
}

#[rustfmt::skip]
fn causes() -> Vec<(Cause, Option<u32>, Left)> {
    use AdminWhy::{AppUnavailable, BlockedByPolicy, ConsentMissing};
    use Cause::{Application, ConsentTakenBack, Days, Person, Revoked, Tenant};
    use Left::{Admin, Over, SignIn, Unchanged, Works};
    use RevokedWhy::{AccountDisabled, EndedAtMicrosoft, Expired};
    let principal = |change: Value| Tenant(json!({ "application": change }));
    vec![
        (Revoked, Some(50_173), Over(EndedAtMicrosoft)),
        (Person(json!({"password_reset": "new-pass-word"})), Some(50_173), Over(EndedAtMicrosoft)),
        (Person(json!({"disabled": true})), Some(50_057), Over(AccountDisabled)),
        (Person(json!({"deleted": true})), Some(50_034), Over(AccountDisabled)),
        (Days(91), Some(700_082), Over(Expired)),
        (Person(json!({"password": "her-own-choice"})), None, Works),
        (Person(json!({"password_expired": true})), None, Works),
        (Person(json!({"locked": true})), Some(50_053), SignIn),
        (Person(json!({"risk": "blocked"})), Some(53_011), SignIn),
        (Person(json!({"risk": "password_change"})), Some(50_135), SignIn),
        (Person(json!({"mfa": "required"})), Some(50_076), SignIn),
        (Person(json!({"mfa": "expired"})), Some(50_078), SignIn),
        (Person(json!({"mfa": "enrolment"})), Some(50_079), SignIn),
        (Person(json!({"mfa": "external"})), Some(50_158), SignIn),
        (Tenant(json!({"mfa": "required", "error_spelling": "invalid_grant"})), Some(50_076), SignIn),
        (Tenant(json!({"terms_of_use": true})), Some(50_158), SignIn),
        (principal(json!({"assignment_required": true})), Some(50_105), SignIn),
        (Tenant(json!({"allowed_networks": ["192.0.2.0/24"]})), Some(53_003), Admin(BlockedByPolicy)),
        (Tenant(json!({"allowed_networks": [], "error_spelling": "invalid_grant"})), Some(53_003), Admin(BlockedByPolicy)),
        (Tenant(json!({"device": "compliant"})), Some(53_000), Admin(BlockedByPolicy)),
        (Tenant(json!({"device": "joined"})), Some(53_001), Admin(BlockedByPolicy)),
        (Tenant(json!({"device": "approved_application"})), Some(53_002), Admin(BlockedByPolicy)),
        (ConsentTakenBack, Some(65_001), Admin(ConsentMissing)),
        (principal(json!({"enabled": false})), Some(7_000_112), Admin(AppUnavailable)),
        (principal(json!({"installed": false})), Some(700_016), Admin(AppUnavailable)),
        (Application(json!({"public": true})), Some(700_025), Unchanged),
    ]
}

async fn happens(house: &House, login: &str, cause: &Cause) {
    match cause {
        Cause::Person(change) => {
            drop(control(house, &format!("people/{login}"), Some(change.clone())).await);
        }
        Cause::Tenant(change) => {
            drop(control(house, "tenants/nordwind.example", Some(change.clone())).await);
        }
        Cause::Application(change) => {
            drop(control(house, "application", Some(change.clone())).await);
        }
        Cause::Revoked => house.sim.revoke_sessions(login),
        Cause::ConsentTakenBack => house.sim.take_back_grant(login, None),
        Cause::Days(days) => house.sim.advance(Duration::from_secs(days * 86_400)),
    }
}

#[tokio::test]
async fn what_is_done_at_microsoft_is_felt_at_the_next_call_once_and_with_its_number() {
    for (cause, number, left) in causes() {
        // Every call asks for a token of its own, so that nothing is hidden by one that is still good.
        let house = House::with(Options::default(), Duration::ZERO).await;
        let pair = house
            .connected(1, &[("search_events", Level::AlwaysAllow)])
            .await;
        happens(&house, &pair.login, &cause).await;
        house.sim.clear_log();
        let (word, state) = match left {
            Left::Works => ("done", "connected"),
            Left::Unchanged => ("installation_refused", "connected"),
            Left::SignIn => ("needs_sign_in", "needs_sign_in"),
            Left::Admin(_) => ("needs_admin", "needs_admin"),
            Left::Over(_) => ("connection_revoked", "revoked"),
        };
        let shown = format!("{number:?} {left:?}");
        assert_eq!(
            house.word(&pair, "search_events", json!({})).await,
            word,
            "{shown}"
        );
        let view = house.engine.connection(&pair.person).await.expect("a view");
        let now = view.state.expect("a state");
        assert_eq!(now.as_str(), state, "{shown}");
        match (left, &now) {
            (Left::Admin(expected), ConnectionState::NeedsAdmin { why, code, .. }) => {
                assert_eq!((why, code), (&expected, &number));
            }
            (Left::Over(expected), ConnectionState::Revoked { why }) => assert_eq!(why, &expected),
            (Left::SignIn, ConnectionState::NeedsSignIn { code, .. }) => assert_eq!(code, &number),
            _ => {}
        }
        let failed = house.entries(&pair, &[Kind::TokenRefreshFailed]).await;
        let reasons: Vec<_> = failed
            .iter()
            .filter_map(|logged| logged.record.reason.clone())
            .collect();
        let expected: Vec<_> = number
            .map(|number| format!("AADSTS{number}"))
            .into_iter()
            .collect();
        assert_eq!(reasons, expected, "{shown}");
        if matches!(left, Left::SignIn | Left::Admin(_) | Left::Over(_)) {
            let asked = house.sim.log().len();
            for _ in 0..10 {
                assert_eq!(
                    house.word(&pair, "search_events", json!({})).await,
                    word,
                    "{shown}"
                );
            }
            assert_eq!(house.sim.log().len(), asked, "{shown}: no loop");
        }
    }
}

#[tokio::test]
async fn a_place_that_a_policy_does_not_allow_is_told_with_its_claims_and_works_again_when_it_does()
{
    let house = House::new().await;
    let pair = house
        .connected(1, &[("search_events", Level::AlwaysAllow)])
        .await;
    assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
    // A token that is still good is challenged at once.
    control(
        &house,
        "tenants/nordwind.example",
        Some(json!({"allowed_networks": ["127.0.0.0/8"]})),
    )
    .await;
    control(
        &house,
        "addresses",
        Some(json!({"browser": "127.0.0.1", "server": "192.0.2.77"})),
    )
    .await;
    assert_eq!(
        house.word(&pair, "search_events", json!({})).await,
        "needs_admin"
    );
    let state = house
        .engine
        .connection(&pair.person)
        .await
        .expect("a view")
        .state
        .expect("a state");
    assert!(
        state
            .claims()
            .is_some_and(|claims| claims.contains("capolids")),
        "{state:?}"
    );
    let begun = house
        .engine
        .begin_connect(&pair.person, None)
        .await
        .expect("begins");
    assert!(
        begun.location.contains("capolids") && begun.location.contains("login_hint"),
        "{}",
        begun.location
    );
    // She signs in from an allowed place, but the server still stands elsewhere: its own sentence, and no loop.
    let address = tour(&begun.location, &house.sim.people()[1], &[])
        .await
        .expect("comes back");
    let refused = finish(
        &house.engine,
        &house,
        &begun.browser,
        Some(&pair.person),
        &address,
    )
    .await;
    assert_eq!(
        refused.err().map(|error| error.code),
        Some("blocked_by_policy")
    );
    control(&house, "addresses", Some(json!({"server": "127.0.0.1"}))).await;
    let begun = house
        .engine
        .begin_connect(&pair.person, None)
        .await
        .expect("begins");
    house
        .come_back(&begun, 1, Some(&pair.person))
        .await
        .expect("connects");
    assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
}

async fn finish(
    engine: &Engine,
    house: &House,
    browser: &domain::secret::BrowserSecret,
    person: Option<&PersonCaller>,
    address: &str,
) -> Result<Finished, Error> {
    engine
        .finish(
            callback(address),
            Some(&copy(browser)),
            person,
            &house.request(),
        )
        .await
}

/// An attache on the same store that serves these tenants.
pub(crate) fn serving(house: &House, authority: &str, tenants: &[&str]) -> Engine {
    let (clock, random) = (domain::clock::Clock::system(), house.random.clone());
    let settings = microsoft::Settings {
        authority: format!("{}/{authority}", house.sim.base()),
        graph: house.sim.graph(),
        client_id: house.sim.client_id().to_owned(),
        credential: microsoft::entra::Credential::Secret(ClientSecret::new(
            house.sim.client_secret().to_owned(),
        )),
        redirect_uri: "http://127.0.0.1:9/auth/microsoft/callback".into(),
        allowed_tenants: tenants
            .iter()
            .map(|tenant| TenantId::parse(tenant).expect("a GUID"))
            .collect(),
        timeout: Duration::from_secs(2),
    };
    let microsoft = microsoft::Microsoft::new(settings, clock.clone(), random.clone());
    let settings = engine::Settings {
        base_url: "http://127.0.0.1:9".into(),
        token_linger: Duration::from_secs(60),
        session_idle: Duration::from_secs(1800),
        session_absolute: Duration::from_secs(43_200),
        approval_lifetime: Duration::from_secs(900),
        home_domains: vec![],
        limits: engine::Limits::all(1_000_000),
        simulated: true,
        instances: engine::Instances::One,
    };
    Engine::new(
        house.store.clone(),
        microsoft.expect("addresses"),
        clock,
        random,
        settings,
    )
}

fn stranger(login: &str, password: &str) -> Person {
    Person {
        login: login.into(),
        password: password.into(),
        name: String::new(),
        object_id: String::new(),
        administrator: false,
    }
}

async fn sign_in(engine: &Engine, house: &House, who: &Person) -> Result<PersonCaller, Error> {
    let begun = engine.begin_sign_in("/").await.expect("begins");
    let address = tour(&begun.location, who, &[]).await.expect("comes back");
    match finish(engine, house, &begun.browser, None, &address).await? {
        Finished::SignedIn { session, .. } => engine.person_caller(&session).await,
        Finished::Connected => panic!("signing in does not connect"),
    }
}

#[tokio::test]
async fn another_organisation_comes_in_only_when_it_is_listed_and_its_administrator_answers_the_step_up()
 {
    let house = House::new().await;
    let (paul, greta) = (
        stranger("paul.schneider@hafenbau.example", "hafenbau-paul"),
        stranger("greta.olsen@hafenbau.example", "hafenbau-greta"),
    );
    let known = control(&house, "tenants/hafenbau.example", None).await;
    let theirs = known["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{known}"))
        .to_owned();
    let engine = serving(&house, "organizations", &[house.sim.tenant_id()]);
    let refused = sign_in(&engine, &house, &paul)
        .await
        .err()
        .map(|error| error.code);
    assert_eq!(refused, Some("tenant_not_allowed"));

    let engine = serving(&house, "organizations", &[house.sim.tenant_id(), &theirs]);
    let person = sign_in(&engine, &house, &paul).await.expect("listed");
    let home = sign_in(&engine, &house, &house.sim.people()[1])
        .await
        .expect("listed");
    assert_ne!(person.organisation(), home.organisation());
    // Ten scopes for an unverified application of elsewhere are a risk: an administrator must consent.
    let begun = engine.begin_connect(&person, None).await.expect("begins");
    let back: (&str, &[(&str, &str)]) = ("Need admin approval", &[("back", "1")]);
    let address = tour(&begun.location, &paul, &[back])
        .await
        .expect("comes back");
    let error = finish(&engine, &house, &begun.browser, Some(&person), &address)
        .await
        .err()
        .expect("refused");
    let link = error.link.expect("a link");
    assert!(
        link.contains(&format!("/{theirs}/v2.0/adminconsent?")),
        "of her own organisation: {link}"
    );
    tour(&link, &greta, &[]).await.expect("consents");
    let begun = engine.begin_connect(&person, None).await.expect("begins");
    let address = tour(&begun.location, &paul, &[]).await.expect("comes back");
    finish(&engine, &house, &begun.browser, Some(&person), &address)
        .await
        .expect("connects");
}

#[tokio::test]
async fn a_personal_account_comes_in_only_when_its_directory_is_listed() {
    const PERSONAL: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
    let house = House::new().await;
    house.sim.set_audience(sim::Audience::Everybody);
    let mia = stranger("mia.sommer@briefkasten.example", "briefkasten-mia");
    let engine = serving(&house, "common", &[house.sim.tenant_id()]);
    let refused = sign_in(&engine, &house, &mia)
        .await
        .err()
        .map(|error| error.code);
    assert_eq!(refused, Some("tenant_not_allowed"));
    let engine = serving(&house, "common", &[house.sim.tenant_id(), PERSONAL]);
    sign_in(&engine, &house, &mia).await.expect("listed");
}
