//! Signing in.

use reqwest::StatusCode;

use crate::browser::{Browser, REDIRECT, TEN, authorize_url, lena, simulator};

#[tokio::test]
async fn a_person_signs_in_consents_and_comes_back_with_a_code_and_the_state() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let page = browser.open(&authorize_url(&simulator, TEN, &[])).await;
    assert!(page.html.contains("Simulator — not Microsoft"));
    assert!(page.html.contains("id=\"i0116\"") && page.html.contains("id=\"idSIButton9\""));
    let page = browser.sign_in(page, &lena(&simulator)).await;
    assert_eq!(page.status, StatusCode::FOUND);
    assert!(page.location().as_str().starts_with(REDIRECT));
    assert_eq!(page.answer("state").as_deref(), Some("s t&a"));
    assert_eq!(page.location().fragment(), Some(""));
    assert!(page.answer("code").is_some_and(|code| code.len() > 500));
}
