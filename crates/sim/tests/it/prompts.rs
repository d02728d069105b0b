//! Every prompt, the hints, and what is wrong with a request.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use sim::Simulator;

use crate::browser::{
    Browser, CHALLENGE, REDIRECT, TEN, authorize_url, lena, redeem, refresh, simulator,
};
use crate::walk::{change_application, change_tenant, claims, control, greta, katrin};

const SIGN_IN: &str = "openid profile offline_access User.Read";

#[tokio::test]
async fn prompt_none_never_shows_a_page() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let none = authorize_url(&simulator, SIGN_IN, &[("prompt", "none")]);
    let mut browser = Browser::new(&simulator);
    browser.open(&none).await.returns("login_required", 50_058);

    let page = browser
        .enter(&authorize_url(&simulator, "openid", &[]), &person)
        .await;
    browser
        .open(&none)
        .await
        .returns("consent_required", 65_001);
    browser.submit(&page, &[]).await.code();
    assert_eq!(browser.open(&none).await.status, StatusCode::FOUND);

    change_tenant(&simulator, "nordwind.example", json!({ "mfa": "required" })).await;
    let page = browser.open(&none).await;
    page.returns("interaction_required", 50_076);
    assert!(
        page.answer("claims")
            .is_some_and(|claims| claims.contains("acrs"))
    );
    change_tenant(
        &simulator,
        "nordwind.example",
        json!({ "mfa": "off", "application": { "assignment_required": true } }),
    )
    .await;
    browser
        .open(&none)
        .await
        .returns("interaction_required", 50_105);
}

#[tokio::test]
async fn prompt_none_wants_to_know_which_of_several_accounts_is_meant() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let select = authorize_url(
        &simulator,
        "openid User.Read",
        &[("prompt", "select_account")],
    );
    let page = browser.enter(&select, &lena(&simulator)).await;
    browser.submit(&page, &[]).await.code();
    let chooser = browser.open(&select).await;
    let page = browser.submit(&chooser, &[("tile", "")]).await;
    let page = browser.past_password(&page, &katrin(&simulator)).await;
    browser.submit(&page, &[]).await.code();

    let none = authorize_url(&simulator, "openid", &[("prompt", "none")]);
    let page = browser.open(&none).await;
    page.returns("interaction_required", 16_000);
    let login = lena(&simulator).login;
    let hinted = [("prompt", "none"), ("login_hint", login.as_str())];
    browser
        .open(&authorize_url(&simulator, "openid", &hinted))
        .await
        .code();
    let other = [
        ("prompt", "none"),
        ("login_hint", "anna.berger@nordwind.example"),
    ];
    browser
        .open(&authorize_url(&simulator, "openid", &other))
        .await
        .returns("login_required", 50_058);
}

#[tokio::test]
async fn prompt_consent_asks_again_for_what_was_granted() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    browser.submit(&page, &[]).await.code();
    browser.open(&url).await.code();
    let again = authorize_url(&simulator, SIGN_IN, &[("prompt", "consent")]);
    let page = browser.open(&again).await;
    assert!(page.is("Permissions requested"));
    assert!(page.html.contains("data-scope=\"User.Read\""));
    browser.submit(&page, &[]).await.code();
}

#[tokio::test]
async fn prompt_login_wants_the_password_again_and_the_token_says_so() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    let page = browser.enter(&url, &person).await;
    let first = browser.submit(&page, &[]).await.code();
    let first = signed_in_at(&simulator, &first).await;
    simulator.advance(Duration::from_secs(60));
    let silent = browser.open(&url).await.code();
    assert_eq!(signed_in_at(&simulator, &silent).await, first);
    let login = authorize_url(&simulator, SIGN_IN, &[("prompt", "login")]);
    let page = browser.open(&login).await;
    assert!(page.is("Enter password"));
    let fields = [("login", person.login.as_str()), ("passwd", "wrong")];
    let wrong = browser.submit(&page, &fields).await;
    assert!(wrong.html.contains("id=\"passwordError\""));
    let fields = [
        ("login", person.login.as_str()),
        ("passwd", person.password.as_str()),
    ];
    let again = browser.submit(&wrong, &fields).await.code();
    assert!(signed_in_at(&simulator, &again).await >= first + 60);
}

async fn signed_in_at(simulator: &Simulator, code: &str) -> i64 {
    let (_, body) = redeem(simulator, code, &[]).await;
    let at = claims(&body["id_token"])["auth_time"].as_i64();
    at.expect("a time")
}

#[tokio::test]
async fn an_id_token_comes_with_the_code_where_the_application_may_have_one() {
    let simulator = simulator().await;
    let hybrid = |more: &[(&str, &str)]| {
        let mut all = vec![("response_type", "code id_token")];
        all.extend_from_slice(more);
        authorize_url(&simulator, SIGN_IN, &all)
    };
    let mut browser = Browser::new(&simulator);
    let page = browser.open(&hybrid(&[])).await;
    page.returns("unsupported_response_type", 700_054);
    change_application(&simulator, json!({ "id_tokens": true })).await;
    let page = browser.enter(&hybrid(&[]), &lena(&simulator)).await;
    let page = browser.submit(&page, &[]).await;
    let location = page.location();
    let fragment = location.fragment().expect("a fragment").to_owned();
    let answer: HashMap<String, String> = url::form_urlencoded::parse(fragment.as_bytes())
        .into_owned()
        .collect();
    let id_token = claims(&json!(answer["id_token"]));
    assert_eq!(id_token["nonce"], "n-1");
    assert!(
        id_token["c_hash"]
            .as_str()
            .is_some_and(|hash| hash.len() == 22)
    );
    let (status, _) = redeem(&simulator, &answer["code"], &[]).await;
    assert_eq!(status, StatusCode::OK);

    let posted = browser
        .open(&hybrid(&[("response_mode", "form_post")]))
        .await;
    assert!(posted.html.contains("name=\"id_token\"") && posted.html.contains("name=\"code\""));
    for (changed, number) in [
        (("nonce", ""), 90_014),
        (("response_mode", "query"), 70_007),
    ] {
        let page = browser.open(&hybrid(&[changed])).await;
        let refused = page.location().fragment().expect("a fragment").to_owned();
        assert!(refused.contains(&format!("AADSTS{number}")), "{refused}");
    }
}

#[tokio::test]
async fn the_login_hint_of_an_id_token_names_the_account_and_tells_nothing() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let mut browser = Browser::new(&simulator);
    let page = browser
        .enter(&authorize_url(&simulator, SIGN_IN, &[]), &person)
        .await;
    let code = browser.submit(&page, &[]).await.code();
    let (_, body) = redeem(&simulator, &code, &[]).await;
    let hint = claims(&body["id_token"])["login_hint"]
        .as_str()
        .expect("a hint")
        .to_owned();
    assert!(!hint.contains('@') && !hint.contains("lena"));
    let refresh_token = body["refresh_token"].as_str().expect("a token");
    let (_, later) = refresh(&simulator, refresh_token, &[("scope", SIGN_IN)]).await;
    assert_eq!(claims(&later["id_token"])["login_hint"], hint.as_str());

    let hinted = authorize_url(&simulator, SIGN_IN, &[("login_hint", &hint)]);
    browser.open(&hinted).await.code();
    let mut fresh = Browser::new(&simulator);
    let page = fresh.open(&hinted).await;
    assert!(page.is("Enter password") && page.html.contains(&person.login));
    let unknown = authorize_url(&simulator, SIGN_IN, &[("login_hint", "O.nobody")]);
    let page = fresh.open(&unknown).await;
    assert!(page.is("Sign in") && !page.html.contains("O.nobody"));
}

#[tokio::test]
async fn a_hint_of_somebody_who_is_not_signed_in_leads_to_her_password() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let page = browser
        .enter(&authorize_url(&simulator, SIGN_IN, &[]), &lena(&simulator))
        .await;
    browser.submit(&page, &[]).await.code();
    let katrin = katrin(&simulator);
    let hinted = authorize_url(&simulator, SIGN_IN, &[("login_hint", &katrin.login)]);
    let page = browser.open(&hinted).await;
    assert!(page.is("Enter password") && page.html.contains(&katrin.login));
}

#[tokio::test]
async fn what_is_wrong_with_the_request_comes_back_with_its_number() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let long = "a".repeat(9_000);
    type Changed<'a> = &'a [(&'a str, &'a str)];
    let cases: &[(Changed<'_>, &str, u32)] = &[
        (&[("prompt", "create")], "invalid_request", 90_023),
        (
            &[
                ("prompt", "select_account"),
                ("login_hint", "a@nordwind.example"),
            ],
            "invalid_request",
            90_023,
        ),
        (&[("response_mode", "smoke")], "invalid_request", 70_007),
        (
            &[("response_type", "code id_token")],
            "unsupported_response_type",
            700_054,
        ),
        (&[("response_type", "")], "invalid_request", 900_144),
        (&[("scope", "")], "invalid_request", 900_144),
        (&[("scope", "Mail.Invented")], "invalid_scope", 70_011),
        (&[("scope", ".default User.Read")], "invalid_scope", 70_011),
        (
            &[("scope", "https://elsewhere.example/Read")],
            "invalid_resource",
            500_011,
        ),
        (&[("code_challenge", "short")], "invalid_request", 501_491),
        (&[("code_challenge", "")], "invalid_request", 50_147),
        (
            &[("code_challenge_method", "S512")],
            "invalid_request",
            90_023,
        ),
        (&[("nonce", &long)], "invalid_request", 90_015),
    ];
    for (changed, error, number) in cases {
        let page = browser.open(&authorize_url(&simulator, TEN, changed)).await;
        page.returns(error, *number);
        assert_eq!(page.answer("state").as_deref(), Some("s t&a"));
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_address_stays_on_the_page() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let cases = [
        ("redirect_uri", "http://localhost/elsewhere", 50_011),
        (
            "redirect_uri",
            "https://localhost/auth/microsoft/callback",
            50_011,
        ),
        (
            "redirect_uri",
            "http://localhost/Auth/microsoft/callback",
            50_011,
        ),
        (
            "redirect_uri",
            "http://localhost/a/../auth/microsoft/callback",
            50_011,
        ),
        (
            "redirect_uri",
            "http://localhost/auth/microsoft/callback/",
            50_011,
        ),
        ("redirect_uri", "", 900_971),
        ("client_id", "00000000-0000-4000-8000-000000000000", 700_016),
        ("client_id", "", 900_144),
    ];
    for (name, value, number) in cases {
        let page = browser
            .open(&authorize_url(&simulator, TEN, &[(name, value)]))
            .await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        page.stops_with(number);
        assert!(page.html.contains("Request Id:"));
    }
}

#[tokio::test]
async fn a_redirect_uri_without_a_path_comes_back_with_a_slash_and_one_with_a_query_keeps_it() {
    let simulator = simulator().await;
    for uri in ["https://bare.example", "https://query.example/back?a=1"] {
        change_application(&simulator, json!({ "add_redirect_uri": { "uri": uri } })).await;
    }
    let mut browser = Browser::new(&simulator);
    let at = |uri: &str| authorize_url(&simulator, SIGN_IN, &[("redirect_uri", uri)]);
    let page = browser
        .enter(&at("https://bare.example"), &lena(&simulator))
        .await;
    let page = browser.submit(&page, &[]).await;
    assert!(
        page.location()
            .as_str()
            .starts_with("https://bare.example/?code=")
    );
    let page = browser.open(&at("https://query.example/back?a=1")).await;
    let location = page.location();
    assert!(
        location
            .as_str()
            .starts_with("https://query.example/back?a=1&code=")
    );
    browser
        .open(&at("https://query.example/back"))
        .await
        .stops_with(50_011);
    browser
        .open(&at("https://bare.example/"))
        .await
        .stops_with(50_011);
}

#[tokio::test]
async fn html_in_the_state_is_taken_out_and_nothing_else() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let more = [("state", "a=%20&b <script>c</script>"), ("prompt", "none")];
    let page = browser.open(&authorize_url(&simulator, TEN, &more)).await;
    assert_eq!(page.answer("state").as_deref(), Some("a=%20&b c"));
}

#[tokio::test]
async fn an_authorization_request_may_be_posted() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let long = "n".repeat(9_000);
    let fields = [
        ("client_id", simulator.client_id()),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("scope", SIGN_IN),
        ("state", "posted"),
        ("nonce", long.as_str()),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let url = format!("{}/oauth2/v2.0/authorize", simulator.authority());
    let page = browser.post(&url, &fields).await;
    let page = browser.past_password(&page, &lena(&simulator)).await;
    let page = browser.submit(&page, &[]).await;
    assert_eq!(page.answer("state").as_deref(), Some("posted"));
    let (_, body) = redeem(&simulator, &page.code(), &[]).await;
    assert_eq!(claims(&body["id_token"])["nonce"], long.as_str());
}

#[tokio::test]
async fn leaving_the_sign_in_comes_back_as_cancelled() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let page = browser.open(&authorize_url(&simulator, TEN, &[])).await;
    let page = browser.submit(&page, &[("back", "1")]).await;
    assert_eq!(page.answer("error").as_deref(), Some("access_denied"));
    assert_eq!(page.answer("error_subcode").as_deref(), Some("cancel"));
    assert_eq!(page.answer("error_description"), None);
    let old = browser.open(&authorize_url(&simulator, TEN, &[])).await;
    browser.submit(&old, &[("back", "1")]).await;
    let again = browser.submit(&old, &[("loginfmt", &greta().login)]).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    assert!(again.is("Sign-in expired"));
}

#[tokio::test]
async fn claims_that_nobody_knows_are_passed_over() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let odd = r#"{"id_token":{"signin_state":{"essential":false}},"userinfo":null,"access_token":{"xms_new":{"values":[1]}}}"#;
    let url = authorize_url(&simulator, SIGN_IN, &[("claims", odd)]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    browser.submit(&page, &[]).await.code();
    let nbf = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"},"capolids":{"essential":true,"values":["p"]}}}"#;
    let url = authorize_url(&simulator, SIGN_IN, &[("claims", nbf)]);
    browser.open(&url).await.code();
}

#[tokio::test]
async fn a_redirect_uri_that_microsoft_would_not_register_is_refused() {
    let simulator = simulator().await;
    for uri in [
        "http://calendar.example/back",
        "https://a.example/(b)",
        "back",
    ] {
        let change = json!({ "add_redirect_uri": { "uri": uri } });
        let (status, body) = control(&simulator, Method::POST, "application", &change).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        let mut options = sim::Options::default();
        options.company.redirect_uris = vec![uri.to_owned()];
        let refused = sim::start(options).await.expect_err("refused");
        assert!(refused.to_string().contains(uri));
    }
}

#[tokio::test]
async fn the_address_of_an_error_explains_it() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let none = authorize_url(&simulator, SIGN_IN, &[("prompt", "none")]);
    let address = browser.open(&none).await.answer("error_uri");
    let page = browser.open(&address.expect("an address")).await;
    assert_eq!(page.status, StatusCode::OK);
    page.stops_with(50_058);
    for odd in [
        "",
        "?code=",
        "?code=1",
        "?code=99999999999999999999",
        "?code=%C3%A4",
    ] {
        let page = browser
            .open(&format!("{}/error{odd}", simulator.base()))
            .await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{odd}");
    }
}
