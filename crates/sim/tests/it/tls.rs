//! HTTPS beside HTTP: whom its clients have to trust, and that each link names the base that was asked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::tls::Certificate;
use reqwest::{Client, StatusCode, Version, redirect};
use serde_json::{Value, json};
use sim::{Options, Simulator, Tls};

use crate::browser::{CHALLENGE, REDIRECT, START, client, lena};

async fn simulator() -> Simulator {
    let mut options = Options {
        tls: Some(Tls::default()),
        ..Options::default()
    };
    options.company.start = Some(START.parse().expect("an instant"));
    sim::start(options).await.expect("free ports on loopback")
}

/// A client that trusts the simulator's authority and nobody else.
#[expect(
    clippy::disallowed_methods,
    reason = "the one client here that trusts a simulator's authority"
)]
fn trusting(simulator: &Simulator) -> Client {
    let pem = simulator.ca_pem().expect("an authority");
    let authority = Certificate::from_pem(pem.as_bytes()).expect("a certificate");
    Client::builder()
        .redirect(redirect::Policy::none())
        .tls_certs_only([authority])
        .build()
        .expect("a client")
}

/// Both bases, and a third name of the second.
fn bases(simulator: &Simulator) -> [String; 3] {
    let https = simulator.https_base().expect("a base").to_owned();
    let numeric = https.replace("localhost", "127.0.0.1");
    [simulator.base().to_owned(), https, numeric]
}

async fn get(client: &Client, url: &str, token: &str) -> Value {
    let answer = client.get(url).bearer_auth(token).send().await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.headers()["x-simulator"], "attache", "{url}");
    assert_eq!(answer.status(), StatusCode::OK, "{url}");
    answer.json().await.expect("JSON")
}

#[tokio::test]
async fn nobody_trusts_the_simulators_authority_who_was_not_told_to() {
    let simulator = simulator().await;
    let url = format!("{}/_sim/people", simulator.https_base().expect("a base"));
    assert!(client().get(&url).send().await.is_err());
    let trusted = trusting(&simulator).get(&url).send().await;
    assert_eq!(trusted.expect("an answer").status(), StatusCode::OK);
}

#[tokio::test]
async fn without_being_asked_to_it_listens_without_tls_only() {
    let simulator = crate::browser::simulator().await;
    assert_eq!((simulator.https_base(), simulator.ca_pem()), (None, None));
}

#[tokio::test]
async fn both_versions_of_http_are_spoken_over_tls() {
    let simulator = simulator().await;
    let url = format!("{}/_sim/people", simulator.https_base().expect("a base"));
    let newest = trusting(&simulator).get(&url).send().await;
    assert_eq!(newest.expect("an answer").version(), Version::HTTP_2);
    let pem = simulator.ca_pem().expect("an authority");
    #[expect(
        clippy::disallowed_methods,
        reason = "the one client here that speaks the older version"
    )]
    let older = Client::builder()
        .http1_only()
        .tls_certs_only([Certificate::from_pem(pem.as_bytes()).expect("a certificate")])
        .build()
        .expect("a client");
    let older = older.get(&url).send().await;
    assert_eq!(older.expect("an answer").version(), Version::HTTP_11);
}

#[tokio::test]
async fn discovery_names_the_base_that_was_asked() {
    let simulator = simulator().await;
    let client = trusting(&simulator);
    for base in bases(&simulator) {
        let tenant = simulator.tenant_id();
        let url = format!("{base}/{tenant}/v2.0/.well-known/openid-configuration");
        let found = get(&client, &url, "").await;
        assert_eq!(found["issuer"], format!("{base}/{tenant}/v2.0"));
        for (name, value) in found.as_object().expect("an object") {
            let text = value.as_str().unwrap_or_default();
            assert!(
                !text.starts_with("http") || text.starts_with(&format!("{base}/")),
                "{name}: {text} is not under {base}"
            );
        }
    }
}

#[tokio::test]
async fn links_of_pages_deltas_and_batches_name_the_base_that_was_asked() {
    let simulator = simulator().await;
    let client = trusting(&simulator);
    let login = lena(&simulator).login;
    let token = simulator.token_for(&login, "Calendars.Read User.Read");
    let token = token.expect("a token");
    let window = "startDateTime=2026-03-23T00:00:00Z&endDateTime=2026-03-28T00:00:00Z";
    for base in bases(&simulator) {
        let front = format!("{base}/v1.0/");
        let under = |value: &Value| {
            let text = value.as_str().unwrap_or_default();
            assert!(text.starts_with(&front), "{text} is not under {front}");
            text.to_owned()
        };
        let first = format!("{front}me/calendarView?{window}&$top=2");
        let page = get(&client, &first, &token).await;
        under(&page["@odata.context"]);
        let next = under(&page["@odata.nextLink"]);
        get(&client, &next, &token).await;
        let changes = format!("{front}me/calendarView/delta?{window}");
        let mut page = get(&client, &changes, &token).await;
        while let Some(next) = page.get("@odata.nextLink").cloned() {
            page = get(&client, &under(&next), &token).await;
        }
        under(&page["@odata.deltaLink"]);
        let one = json!({ "id": "1", "method": "GET", "url": "/me/events?$top=1" });
        let answer = client.post(format!("{front}$batch")).bearer_auth(&token);
        let answer = answer.json(&json!({ "requests": [one] })).send().await;
        let answer: Value = answer.expect("an answer").json().await.expect("JSON");
        under(&answer["responses"][0]["body"]["@odata.nextLink"]);
    }
}

#[tokio::test]
async fn id_tokens_are_issued_in_the_name_of_the_base_that_was_asked() {
    let simulator = simulator().await;
    let client = trusting(&simulator);
    let person = lena(&simulator);
    for base in bases(&simulator) {
        let mut browser = crate::browser::Browser::at(client.clone(), &base);
        let authority = format!("{base}/{}", simulator.tenant_id());
        let redirect = REDIRECT.replace(':', "%3A").replace('/', "%2F");
        let asked = format!(
            "{authority}/oauth2/v2.0/authorize?client_id={}&response_type=code&redirect_uri={redirect}\
             &scope=openid%20User.Read&code_challenge={CHALLENGE}&code_challenge_method=S256",
            simulator.client_id()
        );
        let page = browser.open(&asked).await;
        let back = browser.sign_in(page, &person).await;
        let code = back.answer("code").expect("a code");
        let answer = client
            .post(format!("{authority}/oauth2/v2.0/token"))
            .form(&[
                ("grant_type", "authorization_code"),
                ("client_id", simulator.client_id()),
                ("client_secret", simulator.client_secret()),
                ("redirect_uri", REDIRECT),
                ("code_verifier", crate::browser::VERIFIER),
                ("code", &code),
            ])
            .send()
            .await
            .expect("an answer");
        let answer: Value = answer.json().await.expect("JSON");
        let token = answer["id_token"].as_str().expect("an ID token");
        let claims = token.split('.').nth(1).expect("claims");
        let claims = URL_SAFE_NO_PAD.decode(claims).expect("base64url");
        let claims: Value = serde_json::from_slice(&claims).expect("JSON");
        let issuer = format!("{base}/{}/v2.0", simulator.tenant_id());
        assert_eq!(claims["iss"], issuer);
    }
}
