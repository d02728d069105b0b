//! How the application proves itself: secrets, certificates, and no credential at all.

use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sim::{Certificate, Options, Simulator};

use crate::browser::{
    App, Browser, REDIRECT, START, TEN, authorize_url, client, lena, refresh, simulator,
};
use crate::walk::change;

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A key with a certificate around it, as an application has one.
struct Credential {
    pair: KeyPair,
    certificate: Vec<u8>,
}

impl Credential {
    /// Good from one year's beginning to the end of another.
    fn new(from: u32, to: u32) -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let rsa: &[u8] = &[6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 5, 0];
        let name = der(0x30, &[]);
        let times = [format!("{from}0101000000Z"), format!("{to}1231235959Z")];
        let validity = der(
            0x30,
            &[
                &der(0x18, &[times[0].as_bytes()]),
                &der(0x18, &[times[1].as_bytes()]),
            ],
        );
        let bits = der(0x03, &[&[0], pair.public_key().as_ref()]);
        let key_info = der(0x30, &[&der(0x30, &[rsa]), &bits]);
        let version = der(0xA0, &[&der(0x02, &[&[2]])]);
        let serial = der(0x02, &[&[7]]);
        let algorithm = der(0x30, &[rsa]);
        let body = der(
            0x30,
            &[
                &version, &serial, &algorithm, &name, &validity, &name, &key_info,
            ],
        );
        // Nobody checks who has signed the certificate of an application.
        let certificate = der(0x30, &[&body, &algorithm, &der(0x03, &[&[0; 257]])]);
        Self { pair, certificate }
    }

    fn pem(&self) -> String {
        let body = STANDARD.encode(&self.certificate);
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
    }

    fn sha256(&self) -> Vec<u8> {
        digest(&SHA256, &self.certificate).as_ref().to_vec()
    }

    /// A signed JWT with this header, to which `alg` is added, and these claims.
    fn sign(&self, algorithm: &str, mut header: Value, claims: &Value) -> String {
        header["alg"] = json!(algorithm);
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let how: &'static dyn aws_lc_rs::signature::RsaEncoding = match algorithm {
            "PS256" => &RSA_PSS_SHA256,
            _ => &RSA_PKCS1_SHA256,
        };
        self.pair
            .sign(
                how,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .expect("signed");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// What a library of Microsoft's would send.
    fn assertion(&self, simulator: &Simulator) -> String {
        let header = json!({ "typ": "JWT", "x5t#S256": URL_SAFE_NO_PAD.encode(self.sha256()) });
        self.sign("PS256", header, &claims(simulator))
    }
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).expect("short").to_be_bytes();
    [&[tag, 0x82], &length[..], &content].concat()
}

fn claims(simulator: &Simulator) -> Value {
    let now: Timestamp = START.parse().expect("an instant");
    let now = now.as_second();
    json!({
        "aud": format!("{}/oauth2/v2.0/token", simulator.authority()),
        "iss": simulator.client_id(),
        "sub": simulator.client_id(),
        "jti": "the same each time",
        "iat": now,
        "exp": now + 600,
    })
}

/// A simulator that knows these certificates, and an application that is connected by its secret.
async fn knowing(credentials: &[&Credential]) -> (Simulator, App) {
    let pem: String = credentials
        .iter()
        .map(|credential| credential.pem())
        .collect();
    let mut options = Options::default();
    options.company.start = Some(START.parse().expect("an instant"));
    options.company.client_certificates = Certificate::from_pem(&pem).expect("certificates");
    let simulator = sim::start(options).await.expect("a free port on loopback");
    let app = App::connected(&simulator, &lena(&simulator)).await;
    (simulator, app)
}

/// A refresh with an assertion, at this token endpoint.
async fn at(
    simulator: &Simulator,
    tenant: &str,
    app: &App,
    assertion: &str,
) -> (StatusCode, Value) {
    let form = [
        ("client_id", simulator.client_id()),
        ("grant_type", "refresh_token"),
        ("refresh_token", &app.refresh_token),
        ("scope", "User.Read"),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion),
        // Each refresh differs, so that none is taken for a loop.
        ("claims", assertion),
    ];
    let url = format!("{}/{tenant}/oauth2/v2.0/token", simulator.base());
    let response = client()
        .post(url)
        .form(&form)
        .send()
        .await
        .expect("an answer");
    (response.status(), response.json().await.expect("JSON"))
}

async fn accepted(simulator: &Simulator, app: &App, assertion: &str) {
    let (status, body) = at(simulator, simulator.tenant_id(), app, assertion).await;
    assert_eq!(status, StatusCode::OK, "{body}");
}

async fn refused(simulator: &Simulator, app: &App, assertion: &str, code: u32) {
    let (status, body) = at(simulator, simulator.tenant_id(), app, assertion).await;
    assert_eq!(body["error_codes"], json!([code]), "{body}");
    assert_eq!(
        (status, &body["error"]),
        (StatusCode::UNAUTHORIZED, &json!("invalid_client"))
    );
}

#[tokio::test]
async fn secrets_overlap_expire_and_are_told_apart() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let with = async |secret: &str| {
        let (status, body) =
            refresh(&simulator, &app.refresh_token, &[("client_secret", secret)]).await;
        (
            status.as_u16(),
            body["error_codes"][0].as_u64().unwrap_or_default(),
        )
    };
    let second = json!({ "add_secret": { "value": "second", "expires": "2026-03-26T00:00:00Z" } });
    change(&simulator, "application", &second).await;
    let first = simulator.client_secret();
    assert_eq!(with(first).await, (200, 0));
    assert_eq!(with("second").await, (200, 0));
    assert_eq!(with("an id, not a value").await, (401, 7_000_215));
    assert_eq!(with("").await, (401, 7_000_218));
    simulator.advance(Duration::from_secs(86_400));
    assert_eq!(with("second").await, (401, 7_000_222));
    assert_eq!(with(first).await, (200, 0));
    change(
        &simulator,
        "application",
        &json!({ "remove_secret": first }),
    )
    .await;
    assert_eq!(with(first).await, (401, 7_000_215));
}

#[tokio::test]
async fn an_assertion_is_accepted_in_every_form_that_libraries_send() {
    let own = Credential::new(2020, 2040);
    let (simulator, app) = knowing(&[&own]).await;
    let sha1 = digest(&SHA1_FOR_LEGACY_USE_ONLY, &own.certificate);
    let unpadded = json!({ "typ": "JWT", "x5t#S256": URL_SAFE_NO_PAD.encode(own.sha256()) });
    let padded =
        json!({ "typ": "JWT", "x5t#S256": URL_SAFE.encode(own.sha256()), "x5c": ["ignored"] });
    assert!(
        padded["x5t#S256"]
            .as_str()
            .is_some_and(|text| text.ends_with('='))
    );
    let older = json!({ "typ": "JWT", "x5t": URL_SAFE_NO_PAD.encode(sha1) });
    let whole = claims(&simulator);
    let mut fractions = whole.clone();
    for name in ["iat", "exp"] {
        fractions[name] = json!(whole[name].as_f64().expect("a number") + 0.527_1);
    }
    let mut bound = whole.clone();
    bound["nbf"] = whole["iat"].clone();
    accepted(
        &simulator,
        &app,
        &own.sign("PS256", unpadded.clone(), &whole),
    )
    .await;
    accepted(
        &simulator,
        &app,
        &own.sign("RS256", unpadded.clone(), &bound),
    )
    .await;
    accepted(&simulator, &app, &own.sign("RS256", older, &whole)).await;
    let reused = own.sign("PS256", padded, &fractions);
    accepted(&simulator, &app, &reused).await;
    accepted(&simulator, &app, &reused).await;
}

#[tokio::test]
async fn an_assertion_is_for_the_token_endpoint_that_is_addressed() {
    let own = Credential::new(2020, 2040);
    let (simulator, app) = knowing(&[&own]).await;
    let header = json!({ "x5t#S256": URL_SAFE_NO_PAD.encode(own.sha256()) });
    let check = async |audience: &str, tenant: &str, good: bool| {
        let mut claims = claims(&simulator);
        claims["aud"] = json!(
            audience
                .replace("BASE", simulator.base())
                .replace("GUID", simulator.tenant_id())
        );
        let assertion = own.sign("PS256", header.clone(), &claims);
        let (status, body) = at(&simulator, tenant, &app, &assertion).await;
        assert_eq!(
            status == StatusCode::OK,
            good,
            "{audience} at {tenant}: {body}"
        );
        if !good {
            assert_eq!(body["error_codes"], json!([50_012]));
        }
    };
    let (domain, guid) = ("nordwind.example", simulator.tenant_id());
    check("BASE/GUID/oauth2/v2.0/token", domain, true).await;
    check("BASE/nordwind.example/oauth2/v2.0/token", guid, true).await;
    check(
        "BASE/organizations/oauth2/v2.0/token",
        "organizations",
        true,
    )
    .await;
    check("BASE/common/oauth2/v2.0/token", "common", true).await;
    check(
        "https://login.microsoftonline.com/GUID/oauth2/v2.0/token",
        guid,
        true,
    )
    .await;
    check("BASE/organizations/oauth2/v2.0/token", guid, false).await;
    check("BASE/hafenbau.example/oauth2/v2.0/token", guid, false).await;
    check("https://login.example/GUID/oauth2/v2.0/token", guid, false).await;
    check("BASE/GUID/oauth2/v2.0/authorize", guid, false).await;
    check("GUID", guid, false).await;
}

#[tokio::test]
async fn a_false_assertion_is_refused_for_its_own_reason() {
    let (own, other) = (Credential::new(2020, 2040), Credential::new(2020, 2040));
    let expired = Credential::new(2020, 2025);
    let (simulator, app) = knowing(&[&own, &expired]).await;
    let header = json!({ "x5t#S256": URL_SAFE_NO_PAD.encode(own.sha256()) });
    let good = claims(&simulator);
    let now = good["iat"].as_i64().expect("a number");
    let changed = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        own.sign("PS256", header.clone(), &claims)
    };
    refused(
        &simulator,
        &app,
        &other.sign("PS256", header.clone(), &good),
        700_027,
    )
    .await;
    refused(&simulator, &app, &other.assertion(&simulator), 700_027).await;
    refused(&simulator, &app, &expired.assertion(&simulator), 700_027).await;
    refused(&simulator, &app, &changed("exp", json!(now - 301)), 500_133).await;
    refused(&simulator, &app, &changed("exp", Value::Null), 500_133).await;
    refused(&simulator, &app, &changed("nbf", json!(now + 400)), 500_133).await;
    refused(
        &simulator,
        &app,
        &changed("iss", json!("https://issuer.example")),
        70_021,
    )
    .await;
    refused(
        &simulator,
        &app,
        &changed("sub", json!("somebody else")),
        50_012,
    )
    .await;
    refused(
        &simulator,
        &app,
        &own.sign("PS256", json!({}), &good),
        50_012,
    )
    .await;
    refused(
        &simulator,
        &app,
        &own.sign("none", header.clone(), &good),
        50_012,
    )
    .await;
    for nonsense in [
        "a.b",
        "ä.ö.ü",
        "e30.e30.e30",
        "e30.W10.",
        "....",
        "e30.eyJleHAiOjFlOTk5fQ.e30",
    ] {
        refused(&simulator, &app, nonsense, 50_012).await;
    }
    accepted(&simulator, &app, &own.assertion(&simulator)).await;
}

#[tokio::test]
async fn certificates_overlap_while_one_replaces_the_other() {
    let (old, new) = (Credential::new(2020, 2040), Credential::new(2020, 2040));
    let (simulator, app) = knowing(&[&old]).await;
    refused(&simulator, &app, &new.assertion(&simulator), 700_027).await;
    let shown = change(
        &simulator,
        "application",
        &json!({ "add_certificate": new.pem() }),
    )
    .await;
    accepted(&simulator, &app, &new.assertion(&simulator)).await;
    accepted(&simulator, &app, &old.assertion(&simulator)).await;
    let name = &shown["certificates"][0]["sha256"];
    change(
        &simulator,
        "application",
        &json!({ "remove_certificate": name }),
    )
    .await;
    refused(&simulator, &app, &old.assertion(&simulator), 700_027).await;
    accepted(&simulator, &app, &new.assertion(&simulator)).await;
    let wrong = client()
        .post(format!("{}/_sim/application", simulator.base()))
        .json(&json!({ "add_certificate": "no certificate" }));
    assert_eq!(
        wrong.send().await.expect("an answer").status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_single_page_app_has_no_credential_an_origin_and_a_day() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let single_page = "http://localhost/app";
    let added = json!({ "add_redirect_uri": { "uri": single_page, "kind": "spa" } });
    change(&simulator, "application", &added).await;
    let mut browser = Browser::new(&simulator);
    let page = browser
        .open(&authorize_url(
            &simulator,
            TEN,
            &[("redirect_uri", single_page)],
        ))
        .await;
    let code = browser
        .sign_in(page, &person)
        .await
        .answer("code")
        .expect("a code");
    let ask = async |fields: &[(&str, &str)], origin: bool| {
        let mut form = vec![("client_id", simulator.client_id()), ("scope", TEN)];
        form.extend_from_slice(fields);
        let url = format!("{}/oauth2/v2.0/token", simulator.authority());
        let mut request = client().post(url).form(&form);
        if origin {
            request = request.header("origin", "http://localhost");
        }
        let response = request.send().await.expect("an answer");
        response.json::<Value>().await.expect("JSON")
    };
    let redeem = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", single_page),
        ("code_verifier", crate::browser::VERIFIER),
    ];
    assert_eq!(ask(&redeem, false).await["error_codes"], json!([9_002_327]));
    let with_secret = [&redeem[..], &[("client_secret", simulator.client_secret())]].concat();
    assert_eq!(
        ask(&with_secret, true).await["error_codes"],
        json!([700_025])
    );
    let body = ask(&redeem, true).await;
    let mut newest = body["refresh_token"]
        .as_str()
        .expect("a refresh token")
        .to_owned();
    for _ in 0..2 {
        simulator.advance(Duration::from_secs(43_000));
        let body = ask(
            &[("grant_type", "refresh_token"), ("refresh_token", &newest)],
            true,
        )
        .await;
        newest = body["refresh_token"]
            .as_str()
            .expect("still young")
            .to_owned();
    }
    simulator.advance(Duration::from_secs(500));
    let body = ask(
        &[("grant_type", "refresh_token"), ("refresh_token", &newest)],
        true,
    )
    .await;
    assert_eq!(body["error_codes"], json!([700_084]));
    let web = crate::browser::code(&simulator, &person, TEN, &[]).await;
    let redeem = [
        ("grant_type", "authorization_code"),
        ("code", &*web),
        ("redirect_uri", REDIRECT),
        ("client_secret", simulator.client_secret()),
    ];
    assert_eq!(ask(&redeem, true).await["error_codes"], json!([9_002_326]));
}

#[tokio::test]
async fn a_public_client_must_not_send_a_credential_and_a_single_tenant_app_must_name_its_tenant() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    change(
        &simulator,
        "application",
        &json!({ "public": true, "audience": "AzureADMyOrg" }),
    )
    .await;
    let (status, body) = refresh(&simulator, &app.refresh_token, &[]).await;
    assert_eq!(
        (status, &body["error_codes"]),
        (StatusCode::UNAUTHORIZED, &json!([700_025]))
    );
    let (status, _) = refresh(&simulator, &app.refresh_token, &[("client_secret", "")]).await;
    assert_eq!(status, StatusCode::OK);
    let (status, body) = at(&simulator, "common", &app, "").await;
    assert_eq!(
        (status, &body["error_codes"]),
        (StatusCode::BAD_REQUEST, &json!([50_194]))
    );
}
