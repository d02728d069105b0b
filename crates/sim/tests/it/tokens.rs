//! The token endpoint, discovery and keys.

use std::time::Duration;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::StatusCode;
use serde_json::Value;
use sim::{Rotation, Simulator};

use crate::browser::{
    App, REDIRECT, TEN, VERIFIER, client, code, lena, redeem, refresh, simulator, simulator_with,
    token,
};

const CP1: &str = r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#;

async fn json(url: String) -> Value {
    client()
        .get(url)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON")
}

fn part(jwt: &str, index: usize) -> Value {
    let part = jwt.split('.').nth(index).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

fn refused(answer: &(StatusCode, Value), code: u32, error: &str) {
    assert_eq!(answer.1["error"], error, "{}", answer.1);
    assert_eq!(answer.1["error_codes"], serde_json::json!([code]));
    let text = answer.1["error_description"].as_str().expect("text");
    assert!(
        text.starts_with(&format!("AADSTS{code}: ")) && text.contains("\r\nTrace ID: "),
        "{text}"
    );
}

async fn lenas_code(simulator: &Simulator) -> String {
    code(simulator, &lena(simulator), TEN, &[]).await
}

/// The members of Entra's own document.
const DISCOVERY: [&str; 23] = [
    "token_endpoint",
    "token_endpoint_auth_methods_supported",
    "jwks_uri",
    "response_modes_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "response_types_supported",
    "scopes_supported",
    "issuer",
    "request_uri_parameter_supported",
    "userinfo_endpoint",
    "authorization_endpoint",
    "device_authorization_endpoint",
    "http_logout_supported",
    "frontchannel_logout_supported",
    "end_session_endpoint",
    "claims_supported",
    "kerberos_endpoint",
    "tenant_region_scope",
    "cloud_instance_name",
    "cloud_graph_host_name",
    "msgraph_host",
    "rbac_url",
];

#[tokio::test]
async fn discovery_names_the_tenant_and_no_feature_that_entra_hides() {
    let simulator = simulator().await;
    let document = json(format!(
        "{}/v2.0/.well-known/openid-configuration",
        simulator.authority()
    ))
    .await;
    assert_eq!(
        document["issuer"],
        format!("{}/v2.0", simulator.authority())
    );
    for absent in [
        "revocation_endpoint",
        "introspection_endpoint",
        "code_challenge_methods_supported",
        "registration_endpoint",
    ] {
        assert!(document.get(absent).is_none(), "{absent}");
    }
    let members: Vec<&str> = document
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    let mut expected = DISCOVERY.to_vec();
    expected.sort_unstable();
    let mut found = members;
    found.sort_unstable();
    assert_eq!(found, expected);
    for member in [
        "token_endpoint",
        "authorization_endpoint",
        "jwks_uri",
        "end_session_endpoint",
    ] {
        let address = document[member].as_str().expect("an address");
        assert!(address.starts_with(&simulator.authority()), "{address}");
    }
    let by_domain = json(format!(
        "{}/nordwind.example/v2.0/.well-known/openid-configuration",
        simulator.base()
    ))
    .await;
    assert_eq!(by_domain["token_endpoint"], document["token_endpoint"]);
    let organizations = json(format!(
        "{}/organizations/v2.0/.well-known/openid-configuration",
        simulator.base()
    ))
    .await;
    assert_eq!(
        organizations["issuer"],
        format!("{}/{{tenantid}}/v2.0", simulator.base())
    );
    let unknown = json(format!(
        "{}/contoso.example/v2.0/.well-known/openid-configuration",
        simulator.base()
    ))
    .await;
    assert_eq!(unknown["error_codes"], serde_json::json!([90002]));
    let instance = format!(
        "{}/common/discovery/instance?api-version=1.1&authorization_endpoint={}/oauth2/v2.0/authorize",
        simulator.base(),
        simulator.authority()
    );
    assert!(
        json(instance).await["tenant_discovery_endpoint"]
            .as_str()
            .is_some_and(|url| url.contains(simulator.tenant_id()))
    );
    let foreign = format!(
        "{}/common/discovery/instance?authorization_endpoint=https://evil.example/x",
        simulator.base()
    );
    assert_eq!(json(foreign).await["error"], "invalid_instance");
}

#[tokio::test]
async fn an_id_token_is_signed_by_a_published_key_and_names_the_person() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let (status, body) = redeem(
        &simulator,
        &lenas_code(&simulator).await,
        &[("client_info", "1")],
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    let jwt = body["id_token"].as_str().expect("an ID token");
    let keys = json(format!("{}/discovery/v2.0/keys", simulator.authority())).await;
    let kid = part(jwt, 0)["kid"].clone();
    let keys = keys["keys"].as_array().expect("keys");
    assert_eq!(keys.len(), 2);
    let key = keys.iter().find(|key| key["kid"] == kid).expect("the key");
    assert_eq!(key["issuer"], format!("{}/v2.0", simulator.authority()));
    let bytes = |name: &str| {
        URL_SAFE_NO_PAD
            .decode(key[name].as_str().expect("text"))
            .expect("base64url")
    };
    let (message, signature) = jwt.rsplit_once('.').expect("three parts");
    RsaPublicKeyComponents {
        n: bytes("n"),
        e: bytes("e"),
    }
    .verify(
        &RSA_PKCS1_2048_8192_SHA256,
        message.as_bytes(),
        &URL_SAFE_NO_PAD.decode(signature).expect("base64url"),
    )
    .expect("a good signature");
    let claims = part(jwt, 1);
    assert_eq!(claims["aud"], simulator.client_id());
    assert_eq!(claims["tid"], simulator.tenant_id());
    assert_eq!(claims["oid"], person.object_id);
    assert_eq!(claims["nonce"], "n-1");
    assert_eq!(claims["preferred_username"], person.login);
    assert_eq!(claims["ver"], "2.0");
    let info = body["client_info"].as_str().expect("client info");
    assert_eq!(part(&format!("{info}..",), 0)["uid"], person.object_id);
}

#[tokio::test]
async fn the_scope_echo_is_spelled_as_the_request_was_and_leaves_offline_access_out() {
    let simulator = simulator().await;
    let (_, body) = redeem(&simulator, &lenas_code(&simulator).await, &[]).await;
    let words = |body: &Value| {
        let scope = body["scope"].as_str().expect("text");
        let words = scope.split(' ').map(str::to_owned);
        words.collect::<std::collections::BTreeSet<_>>()
    };
    let ten: std::collections::BTreeSet<_> = TEN.split(' ').map(str::to_owned).collect();
    let echo = words(&body);
    assert_eq!(
        ten.difference(&echo).collect::<Vec<_>>(),
        ["offline_access"]
    );
    assert_eq!(echo.difference(&ten).count(), 0);
    let qualified = "openid https://graph.microsoft.com/Calendars.ReadWrite";
    let asked = [("scope", qualified)];
    let refresh_token = body["refresh_token"].as_str().expect("a token");
    let (_, full) = refresh(&simulator, refresh_token, &asked).await;
    assert!(
        words(&full).contains("https://graph.microsoft.com/Contacts.Read"),
        "{full}"
    );
    assert!((3_600..=5_400).contains(&body["expires_in"].as_u64().expect("a number")));
    let (_, narrow) = refresh(&simulator, refresh_token, &[("scope", "User.Read")]).await;
    assert!(
        narrow["scope"]
            .as_str()
            .is_some_and(|scope| scope.contains("Calendars.ReadWrite")),
        "{narrow}"
    );
    assert!(narrow.get("refresh_token").is_none() && narrow.get("id_token").is_none());
}

#[tokio::test]
async fn a_code_works_once_for_its_verifier_its_redirect_and_its_tenant_path() {
    let simulator = simulator().await;
    let code = lenas_code(&simulator).await;
    refused(
        &redeem(&simulator, &code, &[("code_verifier", "wrong")]).await,
        501_481,
        "invalid_grant",
    );
    refused(
        &redeem(
            &simulator,
            &code,
            &[("redirect_uri", "http://localhost:1/auth/microsoft/callback")],
        )
        .await,
        50_011,
        "invalid_grant",
    );
    let elsewhere = format!("{}/organizations/oauth2/v2.0/token", simulator.base());
    let form = [
        ("client_id", simulator.client_id()),
        ("client_secret", simulator.client_secret()),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let response = client()
        .post(elsewhere)
        .form(&form)
        .send()
        .await
        .expect("an answer");
    refused(
        &(response.status(), response.json().await.expect("JSON")),
        700_005,
        "invalid_grant",
    );
    let (status, _) = redeem(&simulator, &code, &[]).await;
    assert_eq!(
        status,
        StatusCode::OK,
        "none of the failures burnt the code"
    );
    refused(
        &redeem(&simulator, &code, &[]).await,
        54_005,
        "invalid_grant",
    );
    let old = lenas_code(&simulator).await;
    simulator.advance(Duration::from_secs(601));
    refused(
        &redeem(&simulator, &old, &[]).await,
        70_008,
        "invalid_grant",
    );
}

#[tokio::test]
async fn the_client_proves_itself_in_the_body_or_by_basic() {
    let simulator = simulator().await;
    let code = lenas_code(&simulator).await;
    let wrong = redeem(&simulator, &code, &[("client_secret", "wrong")]).await;
    assert_eq!(wrong.0, StatusCode::UNAUTHORIZED);
    refused(&wrong, 7_000_215, "invalid_client");
    refused(
        &redeem(&simulator, &code, &[("client_secret", "")]).await,
        7_000_218,
        "invalid_client",
    );
    refused(
        &token(&simulator, &[("grant_type", "password")]).await,
        70_003,
        "unsupported_grant_type",
    );
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let url = format!("{}/oauth2/v2.0/token", simulator.authority());
    let secret = url::form_urlencoded::byte_serialize(simulator.client_secret().as_bytes())
        .collect::<String>();
    let request = client()
        .post(url)
        .basic_auth(simulator.client_id(), Some(secret))
        .form(&form);
    let response = request
        .header("client-request-id", "abc")
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), StatusCode::OK);
    assert!(
        response.headers()["cache-control"]
            .to_str()
            .expect("text")
            .contains("no-store")
    );
}

#[tokio::test]
async fn a_refresh_gives_a_new_token_and_the_old_one_lives_on_unless_rotation_is_strict() {
    for (rotation, again) in [
        (Rotation::Lenient, StatusCode::OK),
        (Rotation::Strict, StatusCode::BAD_REQUEST),
    ] {
        let simulator = simulator_with(rotation).await;
        let app = App::connected(&simulator, &lena(&simulator)).await;
        let (_, body) = refresh(&simulator, &app.refresh_token, &[("scope", TEN)]).await;
        assert!(
            body["refresh_token"]
                .as_str()
                .is_some_and(|token| token != app.refresh_token)
        );
        let answer = refresh(&simulator, &app.refresh_token, &[("scope", TEN)]).await;
        assert_eq!(answer.0, again, "{rotation:?}");
        if rotation == Rotation::Strict {
            refused(&answer, 70_000, "invalid_grant");
        }
    }
}

#[tokio::test]
async fn a_refresh_token_dies_of_ninety_idle_days() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    simulator.advance(Duration::from_secs(89 * 86_400));
    let (status, body) = refresh(&simulator, &app.refresh_token, &[]).await;
    assert_eq!(status, StatusCode::OK);
    let newer = body["refresh_token"].as_str().expect("a token").to_owned();
    simulator.advance(Duration::from_secs(2 * 86_400));
    refused(
        &refresh(&simulator, &app.refresh_token, &[]).await,
        700_082,
        "invalid_grant",
    );
    assert_eq!(refresh(&simulator, &newer, &[]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_scope_without_consent_is_refused_not_dropped() {
    let simulator = simulator().await;
    let app = App::with(
        &simulator,
        &lena(&simulator),
        "openid profile offline_access User.Read",
        "",
    )
    .await;
    let answer = refresh(&simulator, &app.refresh_token, &[("scope", TEN)]).await;
    refused(&answer, 65_001, "invalid_grant");
    assert_eq!(answer.1["suberror"], "consent_required");
}

#[tokio::test]
async fn fifteen_equal_refreshes_in_five_minutes_are_a_loop_that_passes() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    for _ in 0..14 {
        assert_eq!(
            refresh(&simulator, &app.refresh_token, &[]).await.0,
            StatusCode::OK
        );
    }
    refused(
        &refresh(&simulator, &app.refresh_token, &[]).await,
        50_196,
        "invalid_grant",
    );
    simulator.advance(Duration::from_secs(301));
    assert_eq!(
        refresh(&simulator, &app.refresh_token, &[]).await.0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn revoked_sessions_refuse_the_refresh_and_challenge_capable_tokens_only() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let capable = App::with(&simulator, &person, TEN, CP1).await;
    let plain = App::connected(&simulator, &person).await;
    simulator.revoke_sessions(&person.login);
    let answer = refresh(&simulator, &capable.refresh_token, &[]).await;
    refused(&answer, 50_173, "invalid_grant");
    assert_eq!(answer.1["suberror"], "bad_token");
    let challenged = capable.get("/me").await;
    assert_eq!(challenged.status, StatusCode::UNAUTHORIZED);
    let header = challenged.headers["www-authenticate"]
        .to_str()
        .expect("text");
    assert!(
        header.contains("error=\"insufficient_claims\"") && header.contains("claims=\""),
        "{header}"
    );
    assert_eq!(plain.get("/me").await.status, StatusCode::OK);
    assert_eq!(
        App::connected(&simulator, &person)
            .await
            .get("/me")
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn capable_clients_get_long_lived_tokens() {
    let simulator = simulator().await;
    let code = code(&simulator, &lena(&simulator), TEN, &[("claims", CP1)]).await;
    let (_, body) = redeem(&simulator, &code, &[("claims", CP1)]).await;
    assert!(
        body["expires_in"]
            .as_u64()
            .is_some_and(|seconds| (72_000..=100_800).contains(&seconds))
    );
}

#[tokio::test]
async fn every_issued_secret_is_known_and_none_is_logged() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let secrets = simulator.issued_secrets();
    assert!(secrets.contains(&app.access_token) && secrets.contains(&app.refresh_token));
    assert_eq!(
        secrets.len(),
        4,
        "a code, an access token, a refresh token, an ID token"
    );
    let log = serde_json::to_string(&simulator.log()).expect("JSON");
    assert!(secrets.iter().all(|secret| !log.contains(secret)));
    assert!(log.contains("authorization_code") && !log.contains(simulator.client_secret()));
}
