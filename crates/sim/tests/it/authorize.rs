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

#[tokio::test]
async fn consent_is_remembered_and_a_wider_request_asks_again() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let mut browser = Browser::new(&simulator);
    let page = browser
        .open(&authorize_url(
            &simulator,
            "openid profile email User.Read",
            &[],
        ))
        .await;
    let page = browser.sign_in(page, &person).await;
    assert!(page.answer("code").is_some());
    let again = browser
        .open(&authorize_url(&simulator, "openid profile User.Read", &[]))
        .await;
    assert!(
        again.answer("code").is_some(),
        "one session and a known grant need no page"
    );
    let wider = browser.open(&authorize_url(&simulator, TEN, &[])).await;
    assert!(wider.html.contains("Have full access to your calendars"));
    assert!(
        !wider.html.contains("organizationConsent"),
        "only an administrator may consent for everybody"
    );
}

#[tokio::test]
async fn an_administrators_consent_for_the_organisation_spares_everybody_the_page() {
    let simulator = simulator().await;
    let administrator = simulator.people().swap_remove(0);
    assert!(administrator.administrator);
    let mut browser = Browser::new(&simulator);
    let page = browser.open(&authorize_url(&simulator, TEN, &[])).await;
    let page = browser
        .submit(&page, &[("loginfmt", &administrator.login)])
        .await;
    let fields = [
        ("login", administrator.login.as_str()),
        ("passwd", administrator.password.as_str()),
    ];
    let page = browser.submit(&page, &fields).await;
    assert!(page.html.contains("Consent on behalf of your organization"));
    let page = browser.submit(&page, &[("organization", "1")]).await;
    assert!(page.answer("code").is_some());

    let person = lena(&simulator);
    let mut browser = Browser::new(&simulator);
    let page = browser
        .open(&authorize_url(
            &simulator,
            TEN,
            &[("login_hint", &person.login)],
        ))
        .await;
    assert!(
        page.html.contains("id=\"i0118\""),
        "the hint leads to the password at once"
    );
    let fields = [
        ("login", person.login.as_str()),
        ("passwd", person.password.as_str()),
    ];
    assert!(
        browser
            .submit(&page, &fields)
            .await
            .answer("code")
            .is_some()
    );
}

#[tokio::test]
async fn cancelling_and_declining_are_told_apart() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let mut browser = Browser::new(&simulator);
    let start = browser.open(&authorize_url(&simulator, TEN, &[])).await;
    let cancelled = browser.submit(&start, &[("back", "1")]).await;
    assert_eq!(cancelled.answer("error").as_deref(), Some("access_denied"));
    assert_eq!(cancelled.answer("error_subcode").as_deref(), Some("cancel"));
    assert_eq!(cancelled.answer("error_description"), None);

    let start = browser.open(&authorize_url(&simulator, TEN, &[])).await;
    let page = browser.submit(&start, &[("loginfmt", &person.login)]).await;
    let fields = [
        ("login", person.login.as_str()),
        ("passwd", person.password.as_str()),
    ];
    let consent = browser.submit(&page, &fields).await;
    let declined = browser.submit(&consent, &[("back", "1")]).await;
    assert_eq!(declined.answer("error").as_deref(), Some("access_denied"));
    assert!(
        declined
            .answer("error_description")
            .is_some_and(|text| text.starts_with("AADSTS65004"))
    );
    assert_eq!(declined.answer("state").as_deref(), Some("s t&a"));
}

#[tokio::test]
async fn what_is_wrong_with_the_client_stays_on_the_page() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let cases = [
        ("redirect_uri", "http://localhost/elsewhere", "AADSTS50011"),
        (
            "redirect_uri",
            "https://localhost/auth/microsoft/callback",
            "AADSTS50011",
        ),
        (
            "redirect_uri",
            "http://localhost/Auth/microsoft/callback",
            "AADSTS50011",
        ),
        (
            "client_id",
            "00000000-0000-4000-8000-000000000000",
            "AADSTS700016",
        ),
    ];
    for (name, value, expected) in cases {
        let page = browser
            .open(&authorize_url(&simulator, TEN, &[(name, value)]))
            .await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(page.html.contains(expected), "{name}={value}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_request_comes_back_by_redirect() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let cases = [
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "Mail.Invented"), "invalid_scope"),
        (("prompt", "none"), "login_required"),
        (("prompt", "create"), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
    ];
    for (changed, expected) in cases {
        let page = browser
            .open(&authorize_url(&simulator, TEN, &[changed]))
            .await;
        assert_eq!(
            page.answer("error").as_deref(),
            Some(expected),
            "{changed:?}"
        );
    }
}

#[tokio::test]
async fn the_account_chooser_offers_those_signed_in_and_others() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let mut browser = Browser::new(&simulator);
    let page = browser.open(&authorize_url(&simulator, TEN, &[])).await;
    browser.sign_in(page, &person).await;
    let chooser = browser
        .open(&authorize_url(
            &simulator,
            TEN,
            &[("prompt", "select_account")],
        ))
        .await;
    assert!(
        chooser
            .html
            .contains(&format!("data-test-id=\"{}\"", person.login))
    );
    let other = browser.submit(&chooser, &[("tile", "")]).await;
    assert!(other.html.contains("id=\"i0116\""));
    let chooser = browser
        .open(&authorize_url(
            &simulator,
            TEN,
            &[("prompt", "select_account")],
        ))
        .await;
    let chosen = browser.submit(&chooser, &[("tile", &person.login)]).await;
    assert!(chosen.answer("code").is_some());
    let again = browser
        .open(&authorize_url(&simulator, TEN, &[("prompt", "login")]))
        .await;
    assert!(
        again.html.contains("id=\"i0118\""),
        "prompt=login asks for the password although there is a session"
    );
    let silent = browser
        .open(&authorize_url(&simulator, TEN, &[("prompt", "none")]))
        .await;
    assert!(silent.answer("code").is_some());
}

#[tokio::test]
async fn a_wrong_password_stays_on_the_page_and_an_unknown_name_too() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let mut browser = Browser::new(&simulator);
    let page = browser.open(&authorize_url(&simulator, TEN, &[])).await;
    let unknown = browser
        .submit(&page, &[("loginfmt", "<b>@nowhere.example")])
        .await;
    assert!(unknown.html.contains("id=\"usernameError\"") && !unknown.html.contains("<b>@"));
    let page = browser
        .submit(&unknown, &[("loginfmt", &person.login)])
        .await;
    let wrong = browser
        .submit(&page, &[("login", &person.login), ("passwd", "wrong")])
        .await;
    assert!(wrong.html.contains("id=\"passwordError\""));
}

#[tokio::test]
async fn the_answer_travels_as_asked() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let mut browser = Browser::new(&simulator);
    let page = browser
        .open(&authorize_url(
            &simulator,
            TEN,
            &[("response_mode", "fragment")],
        ))
        .await;
    let page = browser.sign_in(page, &person).await;
    assert!(
        page.location()
            .fragment()
            .is_some_and(|fragment| fragment.contains("code="))
    );
    let posted = browser
        .open(&authorize_url(
            &simulator,
            TEN,
            &[("response_mode", "form_post")],
        ))
        .await;
    assert!(
        posted.html.contains(&format!("action=\"{REDIRECT}\""))
            && posted.html.contains("name=\"code\"")
    );
    let policy = posted.headers["content-security-policy"]
        .to_str()
        .expect("text");
    assert!(
        policy.contains("form-action http://localhost:8080")
            && policy.contains("default-src 'none'")
    );
}
