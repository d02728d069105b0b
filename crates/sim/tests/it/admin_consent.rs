//! The administrator's own address.

use reqwest::Method;
use serde_json::{Value, json};
use sim::{ConsentPolicy, Simulator};
use url::Url;

use crate::browser::{Browser, Page, REDIRECT, TEN, authorize_url, lena, simulator};
use crate::walk::{change_application, control, greta, katrin};

const HOME: &str = "nordwind.example";

fn address(simulator: &Simulator, path: &str, more: &[(&str, &str)]) -> String {
    let mut url = Url::parse(&format!("{}/{path}", simulator.base())).expect("a URL");
    let ours = [
        ("client_id", simulator.client_id()),
        ("redirect_uri", REDIRECT),
        ("scope", "https://graph.microsoft.com/.default"),
        ("state", "s t&a"),
    ];
    let kept = ours
        .into_iter()
        .filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    url.query_pairs_mut()
        .extend_pairs(kept)
        .extend_pairs(more.iter().filter(|(_, value)| !value.is_empty()));
    url.into()
}

async fn everybodys(simulator: &Simulator) -> Value {
    control(simulator, Method::GET, "grants", &Value::Null)
        .await
        .1[0]["scope"]
        .clone()
}

fn succeeded(page: &Page, tenant: &str) {
    assert_eq!(page.answer("admin_consent").as_deref(), Some("True"));
    assert_eq!(page.answer("tenant").as_deref(), Some(tenant));
    assert_eq!(page.answer("state").as_deref(), Some("s t&a"));
    assert_eq!(page.answer("error"), None);
    assert_eq!(page.answer("code"), None);
}

#[tokio::test]
async fn an_administrator_consents_for_everybody_by_tenant_and_by_organizations() {
    for authority in [HOME, "organizations"] {
        let simulator = simulator().await;
        simulator.set_consent_policy(ConsentPolicy::None);
        let mut browser = Browser::new(&simulator);
        let url = address(&simulator, &format!("{authority}/v2.0/adminconsent"), &[]);
        let page = browser.enter(&url, &katrin(&simulator)).await;
        assert!(page.html.contains("Review for your organization"));
        assert!(page.html.contains("Have full access to user calendars"));
        let page = browser.submit(&page, &[]).await;
        succeeded(&page, simulator.tenant_id());
        let scope = page.answer("scope").expect("a scope");
        assert!(scope.contains("https://graph.microsoft.com/Calendars.ReadWrite"));

        let mut browser = Browser::new(&simulator);
        let url = authorize_url(&simulator, TEN, &[]);
        browser.enter(&url, &lena(&simulator)).await.code();
    }
}

#[tokio::test]
async fn named_scopes_replace_what_was_granted_for_everybody() {
    let simulator = simulator().await;
    simulator.grant_everybody("openid Contacts.Read");
    let mut browser = Browser::new(&simulator);
    let more = [(
        "scope",
        "https://graph.microsoft.com/Calendars.Read User.Read",
    )];
    let url = address(&simulator, &format!("{HOME}/v2.0/adminconsent"), &more);
    let page = browser.enter(&url, &katrin(&simulator)).await;
    assert!(!page.html.contains("data-scope=\"Contacts.Read\""));
    let page = browser.submit(&page, &[]).await;
    succeeded(&page, simulator.tenant_id());
    assert_eq!(everybodys(&simulator).await, "Calendars.Read User.Read");
}

#[tokio::test]
async fn the_older_address_consents_to_the_registered_list_and_names_no_scope() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let more = [("scope", "")];
    let url = address(&simulator, &format!("{HOME}/adminconsent"), &more);
    let page = browser.enter(&url, &katrin(&simulator)).await;
    let page = browser.submit(&page, &[]).await;
    succeeded(&page, simulator.tenant_id());
    assert_eq!(page.answer("scope"), None);
    let granted = everybodys(&simulator).await;
    assert!(
        granted
            .as_str()
            .is_some_and(|scope| scope.contains("People.Read"))
    );
}

#[tokio::test]
async fn a_refusal_comes_back_in_the_form_of_its_address() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let cases = [
        ("v2.0/adminconsent", "consent_required"),
        ("adminconsent", "permission_denied"),
    ];
    for (path, error) in cases {
        let url = address(
            &simulator,
            &format!("{HOME}/{path}"),
            &[("login_hint", &katrin(&simulator).login)],
        );
        let page = browser.open(&url).await;
        let page = if page.is("Enter password") {
            let katrin = katrin(&simulator);
            let fields = [
                ("login", katrin.login.as_str()),
                ("passwd", katrin.password.as_str()),
            ];
            browser.submit(&page, &fields).await
        } else {
            page
        };
        let page = browser.submit(&page, &[("back", "1")]).await;
        page.returns(error, 65_004);
        assert_eq!(page.answer("admin_consent").as_deref(), Some("True"));
        assert_eq!(page.answer("state").as_deref(), Some("s t&a"));
        assert_eq!(page.answer("tenant"), None);
    }
    assert_eq!(everybodys(&simulator).await, Value::Null);
}

#[tokio::test]
async fn somebody_who_is_no_administrator_sees_the_refusal_and_can_go_back() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let url = address(&simulator, &format!("{HOME}/v2.0/adminconsent"), &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    assert!(page.is("Need admin approval"));
    let forged = Page {
        html: page
            .html
            .replace("value=\"administrator\"", "value=\"consent\""),
        status: page.status,
        headers: page.headers.clone(),
    };
    let page = browser.submit(&forged, &[]).await;
    assert!(
        page.is("Need admin approval"),
        "a forged form changes nothing"
    );
    let page = browser.submit(&page, &[("back", "1")]).await;
    page.returns("consent_required", 65_004);
    assert_eq!(everybodys(&simulator).await, Value::Null);
}

#[tokio::test]
async fn what_is_wrong_with_the_address_stays_on_the_page_and_with_the_scope_comes_back() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let current = format!("{HOME}/v2.0/adminconsent");
    let pages = [
        (
            current.as_str(),
            ("redirect_uri", "https://elsewhere.example/"),
            50_011,
        ),
        (current.as_str(), ("client_id", "unknown"), 700_016),
        ("common/v2.0/adminconsent", ("state", "x"), 90_023),
        ("nowhere.example/v2.0/adminconsent", ("state", "x"), 90_002),
    ];
    for (path, changed, number) in pages {
        let page = browser.open(&address(&simulator, path, &[changed])).await;
        page.stops_with(number);
    }
    let returns = [
        (("scope", ""), "invalid_request", 900_144),
        (("scope", "Mail.Invented"), "invalid_scope", 70_011),
    ];
    for (changed, error, number) in returns {
        let page = browser
            .open(&address(&simulator, &current, &[changed]))
            .await;
        page.returns(error, number);
        assert_eq!(page.answer("admin_consent").as_deref(), Some("True"));
    }
}

#[tokio::test]
async fn an_administrator_brings_the_application_to_her_own_organisation() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let url = address(&simulator, "organizations/v2.0/adminconsent", &[]);
    let page = browser.enter(&url, &greta()).await;
    let page = browser.submit(&page, &[]).await;
    let (_, tenant) = control(
        &simulator,
        Method::GET,
        "tenants/hafenbau.example",
        &Value::Null,
    )
    .await;
    succeeded(&page, tenant["id"].as_str().expect("a GUID"));
    assert_eq!(tenant["application"]["enabled"], true);

    let home = address(&simulator, &format!("{HOME}/v2.0/adminconsent"), &[]);
    browser.open(&home).await.stops_with(50_020);
    change_application(&simulator, json!({ "audience": "AzureADMyOrg" })).await;
    browser.open(&url).await.stops_with(50_194);
}
