//! The second factor, and what else an organisation puts between a password and a code.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::browser::{Browser, Page, authorize_url, lena, redeem, refresh, simulator};
use crate::walk::{change_tenant, control};

const SIGN_IN: &str = "openid profile offline_access User.Read";
const HOME: &str = "nordwind.example";

fn number(page: &Page) -> String {
    let shown = page.html.split("id=\"idRichContext_DisplaySign\">").nth(1);
    let number = shown.and_then(|rest| rest.split('<').next());
    number.expect("a number").to_owned()
}

#[tokio::test]
async fn a_second_factor_is_asked_for_once_and_a_wrong_number_is_not_taken() {
    let simulator = simulator().await;
    change_tenant(&simulator, HOME, json!({ "mfa": "required" })).await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    assert!(page.is("Approve sign in request"));
    let wrong = browser.submit(&page, &[("otc", "1")]).await;
    assert!(wrong.html.contains("id=\"factorError\""));
    let denied = browser.submit(&wrong, &[("otc", ""), ("deny", "1")]).await;
    assert!(denied.html.contains("You denied"));
    let shown = number(&denied);
    let page = browser.submit(&denied, &[("otc", &shown)]).await;
    assert!(page.is("Permissions requested"));
    let code = browser.submit(&page, &[]).await.code();
    let (_, body) = redeem(&simulator, &code, &[]).await;
    assert!(body["access_token"].is_string(), "{body}");
    browser.open(&url).await.code();
}

#[tokio::test]
async fn a_step_cannot_be_left_out_by_sending_the_form_of_a_later_one() {
    let simulator = simulator().await;
    change_tenant(&simulator, HOME, json!({ "mfa": "required" })).await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    let skipped = Page {
        html: page.html.replace("value=\"factor\"", "value=\"consent\""),
        ..page
    };
    let page = browser.submit(&skipped, &[]).await;
    assert!(page.is("Approve sign in request"), "{}", page.html);
}

#[tokio::test]
async fn enrolling_has_its_own_words() {
    let simulator = simulator().await;
    change_tenant(&simulator, HOME, json!({ "mfa": "enrolment" })).await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    assert!(page.is("More information required"));
    let shown = number(&page);
    let page = browser.submit(&page, &[("otc", &shown)]).await;
    assert!(page.is("Permissions requested"));
}

#[tokio::test]
async fn leaving_the_second_factor_comes_back_as_cancelled() {
    let simulator = simulator().await;
    change_tenant(&simulator, HOME, json!({ "mfa": "required" })).await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    let page = browser.submit(&page, &[("back", "1")]).await;
    assert_eq!(page.answer("error").as_deref(), Some("access_denied"));
    assert_eq!(page.answer("error_subcode").as_deref(), Some("cancel"));
}

#[tokio::test]
async fn an_authentication_context_in_the_claims_asks_for_the_second_factor() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    browser.submit(&page, &[]).await.code();
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    let silent = [("claims", claims), ("prompt", "none")];
    browser
        .open(&authorize_url(&simulator, SIGN_IN, &silent))
        .await
        .returns("interaction_required", 50_076);
    let page = browser
        .open(&authorize_url(&simulator, SIGN_IN, &[("claims", claims)]))
        .await;
    assert!(page.is("Approve sign in request"));
    let shown = number(&page);
    browser.submit(&page, &[("otc", &shown)]).await.code();
}

#[tokio::test]
async fn a_blocked_place_stays_on_the_page() {
    let simulator = simulator().await;
    let blocked = json!({ "allowed_networks": ["192.0.2.0/24"] });
    change_tenant(&simulator, HOME, blocked).await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    page.stops_with(53_003);
}

#[tokio::test]
async fn what_was_done_to_an_account_stays_on_the_page() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    for (change, number) in [
        (json!({ "disabled": true }), 50_057),
        (json!({ "disabled": false, "locked": true }), 50_053),
        (json!({ "locked": false, "password_expired": true }), 50_055),
    ] {
        let path = format!("people/{}", person.login);
        control(&simulator, Method::POST, &path, &change).await;
        let mut browser = Browser::new(&simulator);
        browser.enter(&url, &person).await.stops_with(number);
    }
    let path = format!("people/{}", person.login);
    control(&simulator, Method::POST, &path, &json!({ "deleted": true })).await;
    let mut browser = Browser::new(&simulator);
    let page = browser.open(&url).await;
    let page = browser.submit(&page, &[("loginfmt", &person.login)]).await;
    assert!(page.html.contains("id=\"usernameError\""));
}

#[tokio::test]
async fn an_application_that_is_switched_off_is_told_so() {
    let simulator = simulator().await;
    let off = json!({ "application": { "enabled": false } });
    change_tenant(&simulator, HOME, off).await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    page.returns("unauthorized_client", 7_000_112);
}

#[tokio::test]
async fn a_sign_in_that_is_too_old_wants_the_password_again() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    let person = lena(&simulator);
    let page = browser.enter(&url, &person).await;
    browser.submit(&page, &[]).await.code();
    let hourly = json!({ "sign_in_frequency": { "seconds": 3_600 } });
    change_tenant(&simulator, HOME, hourly).await;
    browser.open(&url).await.code();
    simulator.advance(Duration::from_secs(3_600));
    let page = browser.open(&url).await;
    assert!(page.is("Enter password"));
    let fields = [
        ("login", person.login.as_str()),
        ("passwd", person.password.as_str()),
    ];
    browser.submit(&page, &fields).await.code();
}

#[tokio::test]
async fn terms_of_use_are_accepted_once_and_asked_for_again_when_they_are_new() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    let code = browser.submit(&page, &[]).await.code();
    let (_, tokens) = redeem(&simulator, &code, &[]).await;
    let token = tokens["refresh_token"].as_str().expect("a token");

    let on = json!({ "terms_of_use": true });
    change_tenant(&simulator, HOME, on.clone()).await;
    let (_, refused) = refresh(&simulator, token, &[("scope", SIGN_IN)]).await;
    assert_eq!(refused["error_codes"], json!([50_158]));
    let silent = authorize_url(&simulator, SIGN_IN, &[("prompt", "none")]);
    let page = browser.open(&silent).await;
    page.returns("interaction_required", 50_158);
    let page = browser.open(&url).await;
    assert!(page.is("Terms of use"));
    let declined = browser.submit(&page, &[("back", "1")]).await;
    assert_eq!(declined.answer("error").as_deref(), Some("access_denied"));
    let page = browser.open(&url).await;
    browser.submit(&page, &[]).await.code();
    browser.open(&silent).await.code();
    let (status, _) = refresh(&simulator, token, &[("scope", SIGN_IN)]).await;
    assert_eq!(status, StatusCode::OK);
    change_tenant(&simulator, HOME, on).await;
    assert!(browser.open(&url).await.is("Terms of use"));
}

#[tokio::test]
async fn whether_to_stay_signed_in_is_asked_after_the_password_and_remembered_by_the_cookie() {
    let simulator = simulator().await;
    change_tenant(&simulator, HOME, json!({ "stay_signed_in": true })).await;
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    for (answer, lasting) in [(&[][..], true), (&[("back", "1")][..], false)] {
        let mut browser = Browser::new(&simulator);
        let page = browser.enter(&url, &lena(&simulator)).await;
        assert!(page.is("Stay signed in?") && page.html.contains("AADSTS50140"));
        let page = browser.submit(&page, answer).await;
        let cookie = page.headers.get("set-cookie");
        let lasts = cookie.is_some_and(|cookie| {
            cookie
                .to_str()
                .is_ok_and(|text| text.contains("Max-Age=7776000"))
        });
        assert_eq!(lasts, lasting);
        if page.is("Permissions requested") {
            browser.submit(&page, &[]).await.code();
        }
        browser.open(&url).await.code();
    }
    let (_, tenants) = control(&simulator, Method::GET, "tenants", &json!(null)).await;
    assert_eq!(tenants[0]["domains"], json!([HOME]));
}
