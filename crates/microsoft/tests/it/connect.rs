//! Signing in and connecting.

use domain::secret::ClientSecret;
use domain::tool::Scope;
use jiff::Timestamp;
use microsoft::entra::{Begin, Entra, Prompt, scopes};
use microsoft::{Kind, RefreshProblem};
use serde_json::Value;
use sim::{FaultAnswer, Rotation, When};

use crate::office::{Office, REDIRECT, verifier};

const NONCE: &str = "nonce-of-this-attempt";

#[tokio::test]
async fn signing_in_says_who_somebody_is_and_leaves_nothing_lasting() {
    let office = Office::open().await;
    let lena = office.lena();
    let Ok(signed_in) = office.sign_in(&lena, &scopes::SIGN_IN, NONCE).await else {
        panic!("signs in")
    };
    assert_eq!(signed_in.identity.object.as_str(), lena.object_id);
    assert_eq!(signed_in.identity.tenant.as_str(), office.sim.tenant_id());
    assert_eq!(
        (signed_in.name.as_str(), signed_in.login.as_str()),
        (lena.name.as_str(), lena.login.as_str())
    );
    assert_eq!(signed_in.scopes, scopes::SIGN_IN);
    assert!(signed_in.grant.is_none());
}

#[tokio::test]
async fn connecting_grants_all_ten_scopes_and_something_lasting() {
    let office = Office::open().await;
    let Ok(signed_in) = office
        .sign_in(&office.lena(), &scopes::names(), NONCE)
        .await
    else {
        panic!("connects")
    };
    assert_eq!(signed_in.scopes, Scope::ALL);
    assert!(signed_in.grant.is_some() && signed_in.superset.is_empty());
}

#[tokio::test]
async fn the_address_asks_for_what_was_agreed_and_nothing_else() {
    let office = Office::open().await;
    let state = domain::secret::StateSecret::new("s t&ate".into());
    let verifier =
        domain::secret::CodeVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into());
    let challenge = Entra::challenge(&verifier);
    assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    let ten = scopes::names();
    let begin = Begin {
        state: &state,
        nonce: "n",
        challenge: &challenge,
        scopes: &ten,
        prompt: None,
        login_hint: Some("lena@nordwind.example"),
        claims: Some(r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#),
    };
    let address = office
        .microsoft
        .entra()
        .authorize_url(&begin)
        .await
        .expect("an address");
    let address = url::Url::parse(&address).expect("an address");
    let pairs: Vec<(String, String)> = address
        .query_pairs()
        .map(|(k, v)| (k.into_owned(), v.into_owned()))
        .collect();
    let value = |name: &str| {
        pairs
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(value("client_id"), [office.sim.client_id()]);
    assert_eq!(value("response_type"), ["code"]);
    assert_eq!(value("response_mode"), ["query"]);
    assert_eq!(value("redirect_uri"), [REDIRECT]);
    assert_eq!(
        value("scope"),
        [
            "openid offline_access email profile User.Read Contacts.Read People.Read User.ReadBasic.All Calendars.ReadWrite Calendars.Read.Shared"
        ]
    );
    assert_eq!(
        (value("state"), value("nonce")),
        (vec!["s t&ate"], vec!["n"])
    );
    assert_eq!(
        (value("code_challenge"), value("code_challenge_method")),
        (vec![challenge.as_str()], vec!["S256"])
    );
    assert_eq!(
        (value("login_hint"), value("prompt").len()),
        (vec!["lena@nordwind.example"], 0)
    );
    let claims: Value = serde_json::from_str(value("claims")[0]).expect("JSON");
    assert_eq!(
        claims,
        serde_json::json!({"access_token": {"nbf": {"essential": true, "value": "1"}, "xms_cc": {"values": ["cp1"]}}})
    );
    assert_eq!(pairs.len(), 11);

    let begin = Begin {
        prompt: Some(Prompt::SelectAccount),
        claims: None,
        ..begin
    };
    let address = office
        .microsoft
        .entra()
        .authorize_url(&begin)
        .await
        .expect("an address");
    assert!(
        address.contains("prompt=select_account") && !address.contains("login_hint"),
        "Microsoft refuses the two together"
    );
}

#[tokio::test]
async fn metadata_and_keys_are_asked_once_for_many_sign_ins() {
    let office = Office::open().await;
    for _ in 0..3 {
        assert!(
            office
                .sign_in(&office.lena(), &scopes::SIGN_IN, NONCE)
                .await
                .is_ok()
        );
    }
    assert_eq!(office.asked("openid-configuration"), 1);
    assert_eq!(office.asked("/discovery/v2.0/keys"), 1);
}

#[tokio::test]
async fn an_id_token_of_another_attempt_is_refused() {
    let office = Office::open().await;
    let error = office
        .sign_in(&office.lena(), &scopes::SIGN_IN, "nonce-of-another")
        .await
        .err()
        .expect("refused");
    assert_eq!(error.kind(), Kind::IdToken);
}

#[tokio::test]
async fn somebody_of_a_tenant_that_is_not_listed_does_not_come_in() {
    let office = Office::open_with(Rotation::Lenient, |settings| {
        settings.allowed_tenants.clear();
    })
    .await;
    let error = office
        .sign_in(&office.lena(), &scopes::SIGN_IN, NONCE)
        .await
        .err()
        .expect("refused");
    assert_eq!(error.kind(), Kind::TenantNotAllowed);
}

#[tokio::test]
async fn an_id_token_outside_its_time_by_our_clock_is_refused() {
    let office = Office::open().await;
    office
        .clock
        .advance(std::time::Duration::from_secs(3 * 3600));
    let error = office
        .sign_in(&office.lena(), &scopes::SIGN_IN, NONCE)
        .await
        .err()
        .expect("refused");
    assert_eq!(error.kind(), Kind::IdToken);
}

#[tokio::test]
async fn a_wrong_secret_is_the_operators_matter() {
    let office = Office::open_with(Rotation::Lenient, |settings| {
        settings.credential =
            microsoft::entra::Credential::Secret(ClientSecret::new("wrong".into()));
    })
    .await;
    let error = office
        .sign_in(&office.lena(), &scopes::SIGN_IN, NONCE)
        .await
        .err()
        .expect("refused");
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Installation, Some(7_000_215))
    );
    assert!(!format!("{error:?} {error}").contains("wrong"));
}

#[tokio::test]
async fn a_code_works_once_and_only_with_its_verifier() {
    let office = Office::open().await;
    let (right, wrong) = (verifier(), verifier());
    let copy = |secret: &domain::secret::CodeVerifier| {
        domain::secret::CodeVerifier::new(secret.expose().to_owned())
    };
    let code = office.code(&office.lena(), &right, &scopes::SIGN_IN).await;
    let again = |code: &domain::secret::AuthorizationCode| {
        domain::secret::AuthorizationCode::new(code.expose().to_owned())
    };
    let entra = office.microsoft.entra();
    let error = entra
        .redeem_code(again(&code), wrong, NONCE, &scopes::SIGN_IN)
        .await
        .err()
        .expect("refused");
    assert_eq!(error.code(), Some(501_481));
    assert!(
        entra
            .redeem_code(again(&code), copy(&right), NONCE, &scopes::SIGN_IN)
            .await
            .is_ok()
    );
    let error = entra
        .redeem_code(code, right, NONCE, &scopes::SIGN_IN)
        .await
        .err()
        .expect("refused");
    assert_eq!(
        (error.kind(), error.code()),
        (
            Kind::Refresh(RefreshProblem::SignInAgain {
                claims: None,
                stop_using: false
            }),
            Some(54005)
        )
    );
}

#[tokio::test]
async fn a_code_is_never_sent_twice() {
    for answer in [FaultAnswer::Drop, FaultAnswer::Html] {
        let office = Office::open().await;
        let verifier = verifier();
        let code = office
            .code(&office.lena(), &verifier, &scopes::SIGN_IN)
            .await;
        office.sim.clear_log();
        office.token_fault(None, When::After, answer);
        let error = office
            .microsoft
            .entra()
            .redeem_code(code, verifier, NONCE, &scopes::SIGN_IN)
            .await
            .err()
            .expect("no answer");
        assert!(
            matches!(error.kind(), Kind::Unreachable | Kind::Trouble),
            "{error}"
        );
        assert_eq!(office.asked("/token"), 1);
    }
}

#[tokio::test]
async fn every_token_request_is_one_of_two_grants_and_declares_the_capability() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    lena.token().await;
    let requests: Vec<_> = office
        .sim
        .log()
        .into_iter()
        .filter(|entry| entry.path.ends_with("/token"))
        .collect();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert!(matches!(
            request.grant_type.as_deref(),
            Some("authorization_code" | "refresh_token")
        ));
        assert!(request.query.is_empty(), "no token in an address");
        assert_eq!(request.client_request_id.map(|id| id.len()), Some(36));
    }
}

/// The engine runs calls as tasks of their own.
#[tokio::test]
async fn a_call_can_move_between_threads() {
    fn moves<T: Send>(_: &T) {}
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let permit = lena.permit();
    let graph = office.microsoft.graph(&permit, &token).expect("fits");
    let entra = office.microsoft.entra();
    moves(&entra.redeem(&permit, lena.grant(), None));
    moves(&graph.me());
    moves(&graph);
    moves(&token);
}

#[tokio::test]
async fn a_clone_shares_what_is_known_of_entra() {
    let office = Office::open().await;
    let clone = office.microsoft.clone();
    office.authorize_url(&verifier(), &scopes::SIGN_IN).await;
    assert!(std::ptr::eq(clone.entra(), office.microsoft.entra()));
    assert_eq!(clone.entra().authority(), office.sim.authority());
    assert!(office.clock.now() < Timestamp::MAX);
}
