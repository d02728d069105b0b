//! Signing in and connecting: the right person, the right browser, once.

use domain::connection::ConnectionState;
use domain::permission::Level;
use domain::secret::{BrowserSecret, StateSecret};
use engine::{Callback, CallbackAnswer, Finished};
use serde_json::json;

use crate::causes::control;
use crate::house::{House, copy, walk};

fn code_of<T>(result: Result<T, engine::Error>) -> &'static str {
    result.err().map_or("ok", |error| error.code)
}

#[tokio::test]
async fn a_redirect_counts_once_and_only_in_the_browser_that_began_it() {
    let house = House::new().await;
    let begun = house.engine.begin_sign_in("/keys").await.expect("begins");
    let callback = walk(&begun.location, &house.sim.people()[1]).await;
    let again = |browser: Option<BrowserSecret>| {
        let CallbackAnswer::Code(code) = &callback.answer else {
            panic!("a code")
        };
        let code = domain::secret::AuthorizationCode::new(code.expose().to_owned());
        let callback = Callback {
            state: StateSecret::new(callback.state.expose().to_owned()),
            answer: CallbackAnswer::Code(code),
        };
        let (engine, request) = (house.engine.clone(), house.request());
        async move {
            engine
                .finish(callback, browser.as_ref(), None, &request)
                .await
        }
    };
    house.sim.clear_log();
    assert_eq!(code_of(again(None).await), "attempt_other_browser");
    assert_eq!(
        code_of(again(Some(BrowserSecret::random(&house.random))).await),
        "attempt_other_browser"
    );
    assert_eq!(house.sim.log().len(), 0, "no token request was made");
    let Ok(Finished::SignedIn { return_to, .. }) = again(Some(copy(&begun.browser))).await else {
        panic!("signs in")
    };
    assert_eq!(return_to, "/keys");
    house.sim.clear_log();
    assert_eq!(
        code_of(again(Some(copy(&begun.browser))).await),
        "attempt_unknown"
    );
    assert_eq!(house.sim.log().len(), 0, "no token request was made");
}

#[tokio::test]
async fn a_connect_link_of_somebody_else_connects_nobody() {
    let house = House::new().await;
    let (anna, ben) = (house.signed_in(1).await, house.signed_in(2).await);
    let begun = house
        .engine
        .begin_connect(&anna, None)
        .await
        .expect("begins");
    assert_eq!(
        code_of(house.come_back(&begun, 2, Some(&ben)).await),
        "attempt_other_person"
    );
    let begun = house
        .engine
        .begin_connect(&anna, None)
        .await
        .expect("begins");
    assert_eq!(
        code_of(house.come_back(&begun, 1, None).await),
        "attempt_other_person"
    );
    let begun = house
        .engine
        .begin_connect(&anna, None)
        .await
        .expect("begins");
    assert_eq!(
        code_of(house.come_back(&begun, 2, Some(&anna)).await),
        "account_differs"
    );
    for person in [&anna, &ben] {
        assert!(
            house
                .engine
                .connection(person)
                .await
                .expect("a view")
                .state
                .is_none()
        );
    }
}

#[tokio::test]
async fn a_cancelled_or_declined_consent_says_so_and_stores_nothing() {
    let house = House::new().await;
    let person = house.signed_in(1).await;
    let problem = |error: &str, subcode: Option<&str>, description: Option<&str>| {
        let (error, subcode, description) = (
            error.to_owned(),
            subcode.map(str::to_owned),
            description.map(str::to_owned),
        );
        let (engine, person, request) = (&house.engine, &person, house.request());
        async move {
            let begun = engine.begin_connect(person, None).await.expect("begins");
            let state = url::Url::parse(&begun.location)
                .expect("an address")
                .query_pairs()
                .find(|(name, _)| name == "state")
                .expect("a state")
                .1
                .into_owned();
            let callback = Callback {
                state: StateSecret::new(state),
                answer: CallbackAnswer::Error {
                    error,
                    subcode,
                    description,
                },
            };
            code_of(
                engine
                    .finish(callback, Some(&begun.browser), Some(person), &request)
                    .await,
            )
        }
    };
    assert_eq!(
        problem("access_denied", Some("cancel"), None).await,
        "consent_cancelled"
    );
    assert_eq!(
        problem(
            "access_denied",
            None,
            Some("AADSTS65004: The user declined")
        )
        .await,
        "consent_declined"
    );
    assert_eq!(
        problem("access_denied", None, Some("AADSTS90094: An administrator")).await,
        "admin_must_consent"
    );
    assert_eq!(
        problem("temporarily_unavailable", None, None).await,
        "microsoft_trouble"
    );
    assert!(
        house
            .engine
            .connection(&person)
            .await
            .expect("a view")
            .state
            .is_none()
    );
}

#[tokio::test]
async fn after_disconnect_no_call_reaches_microsoft_and_connecting_again_is_clean() {
    let house = House::new().await;
    let pair = house
        .connected(1, &[("search_events", Level::AlwaysAllow)])
        .await;
    assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
    // Calls that run while it is disconnected either finish before it returns or are refused.
    let running = (0..20).map(|_| house.word(&pair, "search_events", json!({"limit": 2})));
    let (request, person) = (house.request(), &pair.person);
    let (words, ended) = tokio::join!(futures_util::future::join_all(running), async {
        let ended = house.engine.disconnect(person, &request).await;
        house.sim.clear_log();
        ended
    });
    ended.expect("disconnects");
    assert!(
        words
            .iter()
            .all(|word| word == "done" || word == "not_connected"),
        "{words:?}"
    );
    assert_eq!(
        house.word(&pair, "search_events", json!({})).await,
        "not_connected"
    );
    assert_eq!(house.sim.log().len(), 0);
    assert_eq!(
        house.engine.connection(person).await.expect("a view").state,
        Some(ConnectionState::Disconnected)
    );
    let begun = house
        .engine
        .begin_connect(person, None)
        .await
        .expect("begins");
    house
        .come_back(&begun, 1, Some(person))
        .await
        .expect("connects");
    assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
}

#[tokio::test]
async fn the_first_administrator_needs_the_printed_secret_and_it_works_once() {
    let house = House::new().await;
    assert!(
        house
            .engine
            .issue_bootstrap()
            .await
            .expect("asked")
            .is_none(),
        "there is an administrator already"
    );
    let person = house.signed_in(1).await;
    let early = domain::secret::BootstrapSecret::random(&house.random);
    let refused = house
        .engine
        .appoint_with_secret(&person, early, &house.request())
        .await;
    assert_eq!(code_of(refused), "setup_already_done");
    let seeded = house.signed_in(0).await;
    house
        .store
        .set_administrator(seeded.id(), false)
        .await
        .expect("stored");
    let guess = domain::secret::BootstrapSecret::new("guess".into());
    assert_eq!(
        code_of(
            house
                .engine
                .appoint_with_secret(&person, guess, &house.request())
                .await
        ),
        "setup_secret_wrong"
    );
    let secret = domain::secret::BootstrapSecret::random(&house.random);
    house
        .store
        .put_bootstrap(&secret.hash())
        .await
        .expect("stored");
    let copy = domain::secret::BootstrapSecret::new(secret.expose().to_owned());
    house
        .engine
        .appoint_with_secret(&person, secret, &house.request())
        .await
        .expect("appointed");
    house
        .store
        .set_administrator(person.id(), false)
        .await
        .expect("stored");
    let again = house
        .engine
        .appoint_with_secret(&person, copy, &house.request())
        .await;
    assert_eq!(
        code_of(again),
        "setup_secret_wrong",
        "it works once, whatever happens later"
    );
}

/// The claims that the next way to Microsoft carries.
async fn asked_with(house: &House, person: &engine::PersonCaller) -> String {
    let begun = house.engine.begin_connect(person, None).await;
    let begun = begun.expect("begins");
    let location = url::Url::parse(&begun.location).expect("an address");
    let claims = location.query_pairs().find(|(name, _)| name == "claims");
    claims.expect("the capability").1.into_owned()
}

#[tokio::test]
async fn claims_by_which_the_way_back_was_refused_are_asked_for_until_an_attempt_succeeds() {
    let house = House::new().await;
    let person = house.signed_in(1).await;
    // The browser is where it may be; attache, which takes the code back, is not.
    let policy = json!({"allowed_networks": ["127.0.0.0/8"]});
    control(&house, "tenants/nordwind.example", Some(policy)).await;
    let from = |server: &str| json!({"browser": "127.0.0.1", "server": server});
    control(&house, "addresses", Some(from("192.0.2.77"))).await;
    let begun = house.engine.begin_connect(&person, None).await;
    let refused = house
        .come_back(&begun.expect("begins"), 1, Some(&person))
        .await;
    assert_eq!(code_of(refused), "blocked_by_policy");
    let view = house.engine.connection(&person).await.expect("a view");
    assert!(view.state.is_none(), "nothing is connected");
    let claims = asked_with(&house, &person).await;
    assert!(
        claims.contains("capolids") && claims.contains("xms_cc"),
        "{claims}"
    );

    control(&house, "addresses", Some(from("127.0.0.1"))).await;
    let begun = house.engine.begin_connect(&person, None).await;
    let done = house
        .come_back(&begun.expect("begins"), 1, Some(&person))
        .await;
    done.expect("connects");
    let claims = asked_with(&house, &person).await;
    assert_eq!(claims, r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#);
}
