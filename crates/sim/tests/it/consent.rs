//! Who may consent, to what, and what becomes of it.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sim::{ConsentPolicy, Simulator};

use crate::browser::{App, Browser, Page, TEN, authorize_url, lena, redeem, refresh, simulator};
use crate::walk::{authorize_at, change_application, change_tenant, control, greta, katrin, paul};

const HOME: &str = "nordwind.example";
const NEIGHBOUR: &str = "hafenbau.example";
const SIGN_IN: &str = "openid profile offline_access User.Read";
const CALENDAR: &str = "openid profile offline_access User.Read Calendars.ReadWrite";

/// What a person sees behind her password.
async fn after_password(simulator: &Simulator, scope: &str) -> Page {
    let mut browser = Browser::new(simulator);
    let url = authorize_url(simulator, scope, &[]);
    browser.enter(&url, &lena(simulator)).await
}

#[tokio::test]
async fn each_policy_lets_people_consent_to_what_microsoft_says() {
    let simulator = simulator().await;
    let basics = "openid profile offline_access User.Read User.ReadBasic.All Contacts.Read";
    let cases = [
        (ConsentPolicy::AllowAll, CALENDAR, true),
        (ConsentPolicy::AllowAll, "openid User.Read.All", false),
        (ConsentPolicy::AllowAll, "openid Calendars.ReadBasic", false),
        (ConsentPolicy::Managed, SIGN_IN, true),
        (ConsentPolicy::Managed, basics, true),
        (ConsentPolicy::Managed, CALENDAR, false),
        (
            ConsentPolicy::Managed,
            "openid Calendars.Read.Shared",
            false,
        ),
        (ConsentPolicy::Managed, "openid People.Read", false),
        (ConsentPolicy::Managed, "openid MailboxSettings.Read", false),
        (ConsentPolicy::Low, SIGN_IN, true),
        (ConsentPolicy::Low, basics, false),
        (ConsentPolicy::None, "openid", false),
    ];
    for (policy, scope, allowed) in cases {
        simulator.set_consent_policy(policy);
        let page = after_password(&simulator, scope).await;
        let expected = if allowed {
            "Permissions requested"
        } else {
            "Need admin approval"
        };
        assert!(page.is(expected), "{policy:?} {scope}");
    }
}

#[tokio::test]
async fn the_managed_list_is_data() {
    let simulator = simulator().await;
    let list = json!({ "consent": { "policy": "managed", "managed_excludes": ["Contacts.*"] } });
    change_tenant(&simulator, HOME, list).await;
    let page = after_password(&simulator, CALENDAR).await;
    assert!(page.is("Permissions requested"));
    let page = after_password(&simulator, "openid Contacts.Read").await;
    assert!(page.is("Need admin approval"));
}

#[tokio::test]
async fn an_unverified_application_of_elsewhere_is_risky_until_its_publisher_is_verified() {
    let simulator = simulator().await;
    let all = json!({ "consent": { "policy": "allow_all" } });
    change_tenant(&simulator, NEIGHBOUR, all).await;
    let url = authorize_at(&simulator, NEIGHBOUR, CALENDAR, &[]);
    let mut browser = Browser::new(&simulator);
    assert!(browser.enter(&url, &paul()).await.is("Need admin approval"));
    let small = authorize_at(&simulator, NEIGHBOUR, SIGN_IN, &[]);
    assert!(browser.open(&small).await.is("Permissions requested"));
    change_application(&simulator, json!({ "publisher_verified": true })).await;
    let page = browser.open(&url).await;
    assert!(page.is("Permissions requested"));
    assert!(page.html.contains("verified publisher") && !page.html.contains("unverified"));

    // A verified publisher lifts the step-up, and nothing of the managed list.
    let managed = json!({ "consent": { "policy": "managed" } });
    change_tenant(&simulator, NEIGHBOUR, managed).await;
    assert!(browser.open(&url).await.is("Need admin approval"));
    let low = json!({ "consent": { "policy": "low" } });
    change_tenant(&simulator, NEIGHBOUR, low).await;
    assert!(browser.open(&small).await.is("Permissions requested"));
    change_application(&simulator, json!({ "publisher_verified": false })).await;
    assert!(browser.open(&small).await.is("Need admin approval"));
}

#[tokio::test]
async fn where_assignment_is_required_only_assigned_people_come_in_and_only_administrators_consent()
{
    let simulator = simulator().await;
    let person = lena(&simulator);
    simulator.assign(true, &[]);
    after_password(&simulator, SIGN_IN).await.stops_with(50_105);
    simulator.assign(true, &[&person.login]);
    let page = after_password(&simulator, SIGN_IN).await;
    assert!(page.is("Need admin approval"));
    simulator.grant_everybody(SIGN_IN);
    let page = after_password(&simulator, SIGN_IN).await;
    let (_, body) = redeem(&simulator, &page.code(), &[]).await;
    simulator.assign(true, &[]);
    let token = body["refresh_token"].as_str().expect("a token");
    let (_, refused) = refresh(&simulator, token, &[("scope", SIGN_IN)]).await;
    assert_eq!(refused["error_codes"], json!([50_105]));
}

#[tokio::test]
async fn who_needs_an_administrator_may_go_back_or_sign_in_as_one() {
    let simulator = simulator().await;
    simulator.set_consent_policy(ConsentPolicy::Managed);
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, CALENDAR, &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    assert!(page.html.contains("AADSTS90094"));
    assert!(!page.html.contains("justification"));
    let back = browser.submit(&page, &[("back", "1")]).await;
    assert_eq!(back.answer("error").as_deref(), Some("access_denied"));
    assert_eq!(back.answer("error_subcode").as_deref(), Some("cancel"));

    let page = browser.open(&url).await;
    let page = browser.submit(&page, &[("other", "1")]).await;
    assert!(page.is("Sign in"));
    let page = browser.past_password(&page, &katrin(&simulator)).await;
    assert!(page.html.contains("organizationConsent"));
    browser.submit(&page, &[("organization", "1")]).await.code();
    after_password(&simulator, CALENDAR).await.code();
}

#[tokio::test]
async fn the_form_of_a_consent_page_cannot_be_sent_by_somebody_who_may_not_consent() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, CALENDAR, &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    assert!(page.is("Permissions requested"));
    simulator.set_consent_policy(ConsentPolicy::None);
    let page = browser.submit(&page, &[("organization", "1")]).await;
    assert!(page.is("Need admin approval"));
    assert_eq!(grants(&simulator).await, json!([]));
}

#[tokio::test]
async fn a_request_for_approval_is_approved_by_an_administrator_on_her_page() {
    let simulator = simulator().await;
    simulator.set_consent_policy(ConsentPolicy::Managed);
    simulator.take_consent_requests(true);
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, CALENDAR, &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    assert!(page.is("Approval required") && page.html.contains("AADSTS90095"));
    let page = browser
        .submit(&page, &[("request", "1"), ("justification", " ")])
        .await;
    assert!(page.html.contains("id=\"justificationError\""));
    let reason = [("request", "1"), ("justification", "<b>My calendar</b>")];
    let page = browser.submit(&page, &reason).await;
    assert!(page.is("Request sent"));
    let back = browser.submit(&page, &[("back", "1")]).await;
    assert_eq!(back.answer("error").as_deref(), Some("access_denied"));
    assert!(browser.open(&url).await.is("Request sent"));

    let mut portal = Browser::new(&simulator);
    let review = format!("{}/{HOME}/consent-requests", simulator.base());
    let page = portal.enter(&review, &katrin(&simulator)).await;
    assert_eq!(page.status, StatusCode::FOUND);
    let page = portal.open(&review).await;
    assert!(page.html.contains("Lena Hoffmann") && !page.html.contains("<b>My"));
    let id = waiting(&simulator).await;
    let decision = [("request", id.as_str()), ("decision", "approve")];
    let page = portal.post(&review, &decision).await;
    assert!(page.html.contains("approved"));
    browser.open(&url).await.code();
    let again = portal.post(&review, &decision).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn only_an_administrator_of_the_organisation_reviews_its_requests() {
    let simulator = simulator().await;
    simulator.set_consent_policy(ConsentPolicy::None);
    simulator.take_consent_requests(true);
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    let reason = [("request", "1"), ("justification", "please")];
    browser.submit(&page, &reason).await;
    let id = waiting(&simulator).await;
    let decision = [("request", id.as_str()), ("decision", "approve")];

    let review = format!("{}/{HOME}/consent-requests", simulator.base());
    browser.post(&review, &decision).await.stops_with(90_093);
    let mut neighbour = Browser::new(&simulator);
    let elsewhere = format!("{}/{NEIGHBOUR}/consent-requests", simulator.base());
    neighbour.enter(&elsewhere, &greta()).await;
    let page = neighbour.post(&elsewhere, &decision).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    neighbour.post(&review, &decision).await.stops_with(50_020);
    assert_eq!(waiting(&simulator).await, id);
}

#[tokio::test]
async fn a_request_is_denied_or_expires() {
    let simulator = simulator().await;
    simulator.set_consent_policy(ConsentPolicy::None);
    let rules = json!({ "consent": { "requests": true, "request_days": 3 } });
    change_tenant(&simulator, HOME, rules).await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    let reason = [("request", "1"), ("justification", "please")];
    browser.submit(&page, &reason).await;
    let denied = waiting(&simulator).await;
    let path = format!("consent-requests/{denied}");
    let deny = json!({ "decision": "deny" });
    let (status, _) = control(&simulator, Method::POST, &path, &deny).await;
    assert_eq!(status, StatusCode::NO_CONTENT);

    let page = browser.open(&url).await;
    assert!(page.is("Approval required"), "a denial can be appealed");
    browser.submit(&page, &reason).await;
    let expired = waiting(&simulator).await;
    simulator.advance(Duration::from_secs(3 * 24 * 3_600));
    assert!(browser.open(&url).await.is("Approval required"));
    let path = format!("consent-requests/{expired}");
    let approve = json!({ "decision": "approve" });
    let (status, _) = control(&simulator, Method::POST, &path, &approve).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (_, requests) = control(&simulator, Method::GET, "consent-requests", &Value::Null).await;
    assert_eq!(requests[0]["status"], "denied");
    assert_eq!(requests[1]["status"], "expired");
    assert_eq!(grants(&simulator).await, json!([]));
}

#[tokio::test]
async fn an_administrators_consent_without_the_tick_is_for_herself() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, CALENDAR, &[]);
    let page = browser.enter(&url, &katrin(&simulator)).await;
    browser.submit(&page, &[]).await.code();
    let granted = grants(&simulator).await;
    assert_eq!(granted[0]["consentType"], "Principal");
    assert_eq!(granted[0]["login"], katrin(&simulator).login.as_str());
    let page = after_password(&simulator, CALENDAR).await;
    assert!(page.is("Permissions requested"));
}

#[tokio::test]
async fn an_administrators_tick_replaces_the_grant_for_everybody_and_leaves_each_persons() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    simulator.grant_everybody("Contacts.Read");
    simulator.grant(&person.login, "openid People.Read");
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, CALENDAR, &[]);
    let page = browser.enter(&url, &katrin(&simulator)).await;
    browser.submit(&page, &[("organization", "1")]).await.code();
    let granted = grants(&simulator).await;
    assert_eq!(granted[0]["consentType"], "AllPrincipals");
    assert_eq!(
        granted[0]["scope"],
        "Calendars.ReadWrite User.Read offline_access openid profile"
    );
    assert_eq!(granted[1]["scope"], "People.Read openid");
}

#[tokio::test]
async fn the_first_consent_page_lists_offline_access_and_the_profile_and_a_later_one_what_is_new() {
    let simulator = simulator().await;
    let page = after_password(&simulator, "openid").await;
    for scope in ["openid", "User.Read", "offline_access"] {
        assert!(
            page.html.contains(&format!("data-scope=\"{scope}\"")),
            "{scope}"
        );
    }
    simulator.grant(&lena(&simulator).login, SIGN_IN);
    let page = after_password(&simulator, CALENDAR).await;
    assert!(page.html.contains("data-scope=\"Calendars.ReadWrite\""));
    assert!(!page.html.contains("data-scope=\"User.Read\""));
}

#[tokio::test]
async fn with_default_whatever_was_granted_is_enough_and_else_all_that_is_registered_is_asked_for()
{
    let simulator = simulator().await;
    let page = after_password(&simulator, ".default openid offline_access").await;
    for scope in ["Calendars.ReadWrite", "People.Read", "User.ReadBasic.All"] {
        assert!(
            page.html.contains(&format!("data-scope=\"{scope}\"")),
            "{scope}"
        );
    }
    simulator.grant(
        &lena(&simulator).login,
        "openid offline_access Contacts.Read",
    );
    let page = after_password(&simulator, ".default openid offline_access").await;
    let (_, body) = redeem(&simulator, &page.code(), &[]).await;
    let scope = body["scope"].as_str().expect("a scope");
    assert!(scope.contains("Contacts.Read") && !scope.contains("Calendars"));
}

#[tokio::test]
async fn a_grant_that_is_taken_away_is_felt_at_the_next_refresh() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let app = App::with(&simulator, &person, CALENDAR, "").await;
    let more = [("scope", CALENDAR)];
    let login = person.login.as_str();

    let one = format!("grants?login={login}&scope=Calendars.ReadWrite");
    control(&simulator, Method::DELETE, &one, &Value::Null).await;
    let (status, refused) = refresh(&simulator, &app.refresh_token, &more).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["error"], "invalid_grant");
    assert_eq!(refused["suberror"], "consent_required");
    assert_eq!(refused["error_codes"], json!([65_001]));
    let (status, _) = refresh(&simulator, &app.refresh_token, &[("scope", SIGN_IN)]).await;
    assert_eq!(status, StatusCode::OK, "only the one scope is gone");

    let everybody = json!({ "tenant": HOME, "scope": CALENDAR });
    control(&simulator, Method::POST, "grants", &everybody).await;
    let whole = format!("grants?login={login}");
    control(&simulator, Method::DELETE, &whole, &Value::Null).await;
    let (status, _) = refresh(&simulator, &app.refresh_token, &more).await;
    assert_eq!(status, StatusCode::OK, "the other grant still covers it");
    let tenant = format!("grants?tenant={HOME}");
    control(&simulator, Method::DELETE, &tenant, &Value::Null).await;
    let (_, refused) = refresh(&simulator, &app.refresh_token, &more).await;
    assert_eq!(refused["error_codes"], json!([65_001]));
    assert_eq!(
        app.get("/me").await.status,
        StatusCode::OK,
        "tokens live on"
    );
}

#[tokio::test]
async fn a_stricter_policy_leaves_what_was_granted() {
    let simulator = simulator().await;
    let app = App::with(&simulator, &lena(&simulator), CALENDAR, "").await;
    simulator.set_consent_policy(ConsentPolicy::None);
    let (status, _) = refresh(&simulator, &app.refresh_token, &[("scope", CALENDAR)]).await;
    assert_eq!(status, StatusCode::OK);
    after_password(&simulator, CALENDAR).await.code();
    let wider = after_password(&simulator, TEN).await;
    assert!(
        wider.is("Need admin approval"),
        "only new scopes are stopped"
    );
}

#[tokio::test]
async fn a_grant_can_be_made_narrower_or_wider_than_what_was_asked() {
    let simulator = simulator().await;
    let forced =
        json!({ "withheld_scopes": ["Calendars.ReadWrite"], "added_scopes": ["Mail.Read"] });
    change_application(&simulator, forced).await;
    let code = crate::browser::code(&simulator, &lena(&simulator), CALENDAR, &[]).await;
    let (_, body) = redeem(&simulator, &code, &[]).await;
    let scope = body["scope"].as_str().expect("a scope");
    assert!(scope.contains("User.Read") && scope.contains("Mail.Read"));
    assert!(!scope.contains("Calendars.ReadWrite"));
    let odd = json!({ "withheld_scopes": ["Mail.Invented"] });
    let (status, _) = control(&simulator, Method::POST, "application", &odd).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_declined_consent_says_so_and_grants_nothing() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, CALENDAR, &[]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    let page = browser.submit(&page, &[("back", "1")]).await;
    page.returns("access_denied", 65_004);
    assert_eq!(grants(&simulator).await, json!([]));
}

#[tokio::test]
async fn grants_of_nobody_and_of_unknown_scopes_are_refused() {
    let simulator = simulator().await;
    let login = lena(&simulator).login;
    let cases = [
        (
            json!({ "login": "nobody@nordwind.example", "scope": "openid" }),
            404,
        ),
        (json!({ "scope": "openid" }), 404),
        (
            json!({ "login": login, "tenant": HOME, "scope": "openid" }),
            404,
        ),
        (json!({ "login": login, "scope": "Mail.Invented" }), 400),
        (json!({ "login": login }), 400),
    ];
    for (body, expected) in cases {
        let (status, _) = control(&simulator, Method::POST, "grants", &body).await;
        assert_eq!(status, expected, "{body}");
    }
}

async fn grants(simulator: &Simulator) -> Value {
    control(simulator, Method::GET, "grants", &Value::Null)
        .await
        .1
}

/// The id of the request that waits for an answer.
async fn waiting(simulator: &Simulator) -> String {
    let (_, requests) = control(simulator, Method::GET, "consent-requests", &Value::Null).await;
    let requests = requests.as_array().expect("a list");
    let waiting = requests
        .iter()
        .find(|request| request["status"] == "pending");
    let id = waiting.expect("one that waits")["id"].as_str();
    id.expect("an id").to_owned()
}
