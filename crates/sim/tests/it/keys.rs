//! The signing keys: what is published, what signs, and how that changes.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sim::Simulator;

use crate::browser::{App, TEN, client, lena, refresh, simulator};
use crate::walk::change;

async fn published(simulator: &Simulator, tenant: &str) -> Vec<Value> {
    let url = format!("{}/{tenant}/discovery/v2.0/keys", simulator.base());
    let answer = client().get(url).send().await.expect("an answer");
    let mut body: Value = answer.json().await.expect("JSON");
    serde_json::from_value(body["keys"].take()).expect("a list")
}

async fn id_token(simulator: &Simulator, app: &App) -> String {
    let (_, body) = refresh(simulator, &app.refresh_token, &[("scope", TEN)]).await;
    body["id_token"].as_str().expect("an ID token").to_owned()
}

fn kid(jwt: &str) -> Value {
    let header = jwt.split('.').next().expect("a header");
    let header = URL_SAFE_NO_PAD.decode(header).expect("base64url");
    serde_json::from_slice::<Value>(&header).expect("JSON")["kid"].take()
}

/// Whether the key of the token's `kid` is among these, and made its signature.
fn verifies(keys: &[Value], jwt: &str) -> bool {
    let kid = kid(jwt);
    let Some(key) = keys.iter().find(|key| key["kid"] == kid) else {
        return false;
    };
    let number = |name: &str| {
        let text = key[name].as_str().expect("text");
        URL_SAFE_NO_PAD.decode(text).expect("base64url")
    };
    let (message, signature) = jwt.rsplit_once('.').expect("three parts");
    let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    let key = RsaPublicKeyComponents {
        n: number("n"),
        e: number("e"),
    };
    key.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &signature)
        .is_ok()
}

#[tokio::test]
async fn a_key_names_its_certificate_and_whose_tokens_it_signs() {
    let simulator = simulator().await;
    let own = published(&simulator, simulator.tenant_id()).await;
    assert_eq!(own.len(), 2);
    for key in &own {
        let certificate = key["x5c"][0].as_str().expect("a certificate");
        let certificate = STANDARD.decode(certificate).expect("standard base64");
        let thumbprint = digest(&SHA1_FOR_LEGACY_USE_ONLY, &certificate);
        assert_eq!(key["x5t"], URL_SAFE_NO_PAD.encode(thumbprint));
        assert_eq!((&key["kty"], &key["use"]), (&json!("RSA"), &json!("sig")));
    }
    let template = format!("{}/{{tenantid}}/v2.0", simulator.base());
    assert_eq!(own[0]["issuer"], format!("{}/v2.0", simulator.authority()));
    assert_eq!(own[1]["issuer"], template);
    for word in ["common", "organizations"] {
        let keys = published(&simulator, word).await;
        assert!(keys.iter().all(|key| key["issuer"] == template), "{word}");
    }
}

#[tokio::test]
async fn a_rolled_key_signs_at_once_and_the_old_one_stays_until_it_is_removed() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let old_set = published(&simulator, "organizations").await;
    let old = id_token(&simulator, &app).await;
    assert!(verifies(&old_set, &old));
    change(&simulator, "keys", &json!({ "roll": true })).await;
    let new = id_token(&simulator, &app).await;
    assert!(
        !verifies(&old_set, &new),
        "published only after the first fetch"
    );
    let new_set = published(&simulator, "organizations").await;
    assert!(verifies(&new_set, &new) && verifies(&new_set, &old));
    change(&simulator, "keys", &json!({ "remove": kid(&old) })).await;
    let last_set = published(&simulator, "organizations").await;
    assert!(verifies(&last_set, &new) && !verifies(&last_set, &old));
}

#[tokio::test]
async fn a_key_can_sign_before_it_is_published_and_the_one_that_signs_can_be_lost() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    change(
        &simulator,
        "keys",
        &json!({ "roll": true, "publish": false }),
    )
    .await;
    let early = id_token(&simulator, &app).await;
    assert!(!verifies(&published(&simulator, "common").await, &early));
    change(&simulator, "keys", &json!({ "publish": true })).await;
    assert!(verifies(&published(&simulator, "common").await, &early));
    change(&simulator, "keys", &json!({ "remove": kid(&early) })).await;
    let keys = published(&simulator, "common").await;
    assert!(!verifies(&keys, &early));
    assert!(verifies(&keys, &id_token(&simulator, &app).await));
    let unknown = client()
        .post(format!("{}/_sim/keys", simulator.base()))
        .json(&json!({ "remove": "nobody" }));
    assert_eq!(unknown.send().await.expect("an answer").status(), 404);
}
