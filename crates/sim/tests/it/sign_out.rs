//! Signing out.

use reqwest::StatusCode;
use serde_json::json;
use sim::Simulator;

use crate::browser::{Browser, Page, REDIRECT, authorize_url, lena, redeem, refresh, simulator};
use crate::walk::{change_application, claims, katrin};

const SIGN_IN: &str = "openid profile offline_access User.Read";

fn sign_out(simulator: &Simulator, more: &[(&str, &str)]) -> String {
    let address = format!("{}/oauth2/v2.0/logout", simulator.authority());
    let mut url = url::Url::parse(&address).expect("a URL");
    url.query_pairs_mut().extend_pairs(more);
    url.into()
}

/// A browser in which both are signed in, with the tokens of the first.
async fn both(simulator: &Simulator) -> (Browser, serde_json::Value) {
    let mut browser = Browser::new(simulator);
    let select = authorize_url(simulator, SIGN_IN, &[("prompt", "select_account")]);
    let page = browser.enter(&select, &lena(simulator)).await;
    let code = browser.submit(&page, &[]).await.code();
    let chooser = browser.open(&select).await;
    let page = browser.submit(&chooser, &[("tile", "")]).await;
    let page = browser.past_password(&page, &katrin(simulator)).await;
    browser.submit(&page, &[]).await.code();
    let (_, tokens) = redeem(simulator, &code, &[]).await;
    (browser, tokens)
}

async fn signed_in(simulator: &Simulator, browser: &mut Browser, login: &str) -> bool {
    let more = [("prompt", "none"), ("login_hint", login)];
    let page: Page = browser
        .open(&authorize_url(simulator, SIGN_IN, &more))
        .await;
    page.answer("code").is_some()
}

#[tokio::test]
async fn signing_out_ends_the_session_and_not_the_refresh_tokens() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    let code = browser.submit(&page, &[]).await.code();
    let (_, tokens) = redeem(&simulator, &code, &[]).await;
    let back = [("post_logout_redirect_uri", REDIRECT), ("state", "out")];
    let page = browser.open(&sign_out(&simulator, &back)).await;
    assert_eq!(page.location().as_str(), format!("{REDIRECT}?state=out"));
    assert!(browser.open(&url).await.is("Sign in"));
    let token = tokens["refresh_token"].as_str().expect("a token");
    let (status, _) = refresh(&simulator, token, &[("scope", SIGN_IN)]).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn an_address_that_is_not_registered_is_not_gone_to() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let elsewhere = [("post_logout_redirect_uri", "https://elsewhere.example/")];
    let page = browser.open(&sign_out(&simulator, &elsewhere)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.is("You signed out of your account"));
    assert!(!page.html.contains("elsewhere"));
}

#[tokio::test]
async fn only_the_hinted_account_is_signed_out_and_a_sign_in_name_is_no_hint() {
    let simulator = simulator().await;
    let (mut browser, tokens) = both(&simulator).await;
    let (lena, katrin) = (lena(&simulator), katrin(&simulator));
    let named = [("logout_hint", lena.login.as_str())];
    let page = browser.open(&sign_out(&simulator, &named)).await;
    assert!(
        page.html
            .contains("Which account do you want to sign out of?")
    );
    assert!(signed_in(&simulator, &mut browser, &lena.login).await);

    let hint = claims(&tokens["id_token"])["login_hint"].clone();
    let hinted = [("logout_hint", hint.as_str().expect("a hint"))];
    browser.open(&sign_out(&simulator, &hinted)).await;
    assert!(!signed_in(&simulator, &mut browser, &lena.login).await);
    assert!(signed_in(&simulator, &mut browser, &katrin.login).await);
}

#[tokio::test]
async fn of_several_accounts_one_is_chosen_on_a_page() {
    let simulator = simulator().await;
    let (mut browser, _) = both(&simulator).await;
    let back = [("post_logout_redirect_uri", REDIRECT)];
    let page = browser.open(&sign_out(&simulator, &back)).await;
    let katrin = katrin(&simulator).login;
    let tile = page
        .html
        .split(&format!("\" data-test-id=\"{katrin}\""))
        .next();
    let hint = tile
        .and_then(|before| before.rsplit('"').next())
        .expect("a tile");
    let address = format!("{}/oauth2/v2.0/logout", simulator.authority());
    let fields = [
        ("logout_hint", hint),
        ("post_logout_redirect_uri", REDIRECT),
    ];
    let page = browser.post(&address, &fields).await;
    assert_eq!(page.location().as_str(), REDIRECT);
    assert!(!signed_in(&simulator, &mut browser, &katrin).await);
    assert!(signed_in(&simulator, &mut browser, &lena(&simulator).login).await);
}

#[tokio::test]
async fn the_application_hears_of_it_on_the_front_channel() {
    let simulator = simulator().await;
    let out = "http://localhost:8080/auth/microsoft/signed-out";
    change_application(&simulator, json!({ "logout_url": out })).await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    let code = browser.submit(&page, &[]).await.code();
    let (_, tokens) = redeem(&simulator, &code, &[]).await;
    let sid = claims(&tokens["id_token"])["sid"].clone();
    let back = [("post_logout_redirect_uri", REDIRECT)];
    let page = browser.open(&sign_out(&simulator, &back)).await;
    let frame = format!("src=\"{out}?sid={}&amp;iss=", sid.as_str().expect("a sid"));
    assert!(page.html.contains(&frame), "{}", page.html);
    assert!(page.html.contains(&format!("url={REDIRECT}")));
    let policy = page.headers["content-security-policy"]
        .to_str()
        .expect("text");
    assert!(policy.contains("frame-src http://localhost:8080"));
}
