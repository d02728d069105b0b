//! Which accounts may sign in at which address, and who they are there.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sim::Simulator;

use crate::browser::{
    App, Browser, REDIRECT, TEN, VERIFIER, authorize_url, client, lena, redeem, simulator,
};
use crate::walk::{
    authorize_at, change_application, change_tenant, claims, control, greta, mia, paul,
};

const NEIGHBOUR: &str = "hafenbau.example";
const SIGN_IN: &str = "openid profile offline_access User.Read";

#[tokio::test]
async fn an_account_signs_in_by_guid_by_domain_at_organizations_and_at_common() {
    let simulator = simulator().await;
    let tenant = simulator.tenant_id().to_owned();
    for authority in [
        tenant.as_str(),
        "NORDWIND.example",
        "organizations",
        "common",
    ] {
        let mut browser = Browser::new(&simulator);
        let url = authorize_at(&simulator, authority, SIGN_IN, &[("prompt", "consent")]);
        let page = browser.enter(&url, &lena(&simulator)).await;
        let page = browser.submit(&page, &[]).await;
        assert!(page.code().len() > 500, "{authority}");
    }
    let mut browser = Browser::new(&simulator);
    let url = authorize_at(&simulator, "nowhere.example", SIGN_IN, &[]);
    browser.open(&url).await.stops_with(90_002);
}

#[tokio::test]
async fn an_account_of_another_organisation_stays_on_the_page_and_may_use_another() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[]);
    let page = browser.enter(&url, &greta()).await;
    page.stops_with(50_020);
    let again = browser.submit(&page, &[]).await;
    let page = browser.past_password(&again, &lena(&simulator)).await;
    assert!(page.is("Permissions requested"));

    let mut browser = Browser::new(&simulator);
    browser.enter(&url, &greta()).await;
    browser.open(&url).await.stops_with(50_020);
    let silent = authorize_url(&simulator, SIGN_IN, &[("prompt", "none")]);
    let page = browser.open(&silent).await;
    page.returns("interaction_required", 16_000);
}

#[tokio::test]
async fn a_guest_signs_in_with_the_account_at_home_and_gets_the_tokens_of_the_other_organisation() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, SIGN_IN, &[("client_info", "1")]);
    let page = browser.enter(&url, &paul()).await;
    let page = browser.submit(&page, &[]).await;
    let (status, body) = redeem(&simulator, &page.code(), &[("client_info", "1")]).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let claims = claims(&body["id_token"]);
    assert_eq!(claims["tid"], simulator.tenant_id());
    let issuer = format!("{}/{}/v2.0", simulator.base(), simulator.tenant_id());
    assert_eq!(claims["iss"], issuer.as_str());
    assert_eq!(claims["acct"], 1);
    let home = tenant_id(&simulator, NEIGHBOUR).await;
    assert_eq!(claims["idp"], format!("{}/{home}/", simulator.base()));
    let info = client_info(&body);
    assert_eq!(info["utid"], home.as_str());
    assert_ne!(info["uid"], claims["oid"], "the guest is another object");

    let me = graph(&simulator, &body, "/me").await;
    assert_eq!(me.1["id"], claims["oid"]);
    let (status, calendar) = graph(&simulator, &body, "/me/calendar").await;
    assert_ne!(status, StatusCode::OK, "a guest has no mailbox: {calendar}");
}

#[tokio::test]
async fn a_member_is_no_guest_and_has_no_other_identity_provider() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let page = browser
        .enter(&authorize_url(&simulator, SIGN_IN, &[]), &lena(&simulator))
        .await;
    let code = browser.submit(&page, &[]).await.code();
    let (_, body) = redeem(&simulator, &code, &[]).await;
    let claims = claims(&body["id_token"]);
    assert_eq!(claims["acct"], 0);
    assert!(claims.get("idp").is_none());
    assert_eq!(claims["oid"], lena(&simulator).object_id.as_str());
}

#[tokio::test]
async fn one_browser_holds_accounts_of_several_organisations() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let here = authorize_url(&simulator, SIGN_IN, &[]);
    let page = browser.enter(&here, &lena(&simulator)).await;
    browser.submit(&page, &[]).await.code();
    let select = authorize_url(&simulator, SIGN_IN, &[("prompt", "select_account")]);
    let chooser = browser.open(&select).await;
    let page = browser.submit(&chooser, &[("tile", "")]).await;
    let page = browser.past_password(&page, &paul()).await;
    browser.submit(&page, &[]).await.code();

    let chooser = browser.open(&here).await;
    for person in [lena(&simulator), paul()] {
        let tile = format!("data-test-id=\"{}\"", person.login);
        assert!(chooser.html.contains(&tile), "{tile}");
    }
    let page = browser.submit(&chooser, &[("tile", &paul().login)]).await;
    page.code();
}

#[tokio::test]
async fn an_application_for_one_organisation_is_refused_everywhere_else() {
    let simulator = simulator().await;
    change_application(&simulator, json!({ "audience": "AzureADMyOrg" })).await;
    let mut browser = Browser::new(&simulator);
    for authority in ["common", "organizations"] {
        let url = authorize_at(&simulator, authority, SIGN_IN, &[]);
        let page = browser.open(&url).await;
        page.returns("invalid_request", 50_194);
    }
    let url = authorize_at(&simulator, NEIGHBOUR, SIGN_IN, &[]);
    browser.open(&url).await.stops_with(700_016);
    let url = authorize_at(&simulator, "nordwind.example", SIGN_IN, &[]);
    assert!(browser.open(&url).await.is("Sign in"));
}

#[tokio::test]
async fn an_application_is_not_in_another_organisation_before_somebody_consents_there() {
    let simulator = simulator().await;
    change_tenant(
        &simulator,
        NEIGHBOUR,
        json!({ "consent": { "policy": "allow_all", "step_up": false } }),
    )
    .await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_at(&simulator, NEIGHBOUR, SIGN_IN, &[]);
    let page = browser.enter(&url, &paul()).await;
    let (_, tenant) = control(
        &simulator,
        Method::GET,
        &format!("tenants/{NEIGHBOUR}"),
        &Value::Null,
    )
    .await;
    assert!(tenant["application"].is_null());
    let code = browser.submit(&page, &[]).await.code();
    let (_, tenant) = control(
        &simulator,
        Method::GET,
        &format!("tenants/{NEIGHBOUR}"),
        &Value::Null,
    )
    .await;
    assert_eq!(tenant["application"]["enabled"], true);

    let body = redeem_at(&simulator, NEIGHBOUR, &code).await;
    assert_eq!(claims(&body["id_token"])["tid"], tenant["id"]);
    change_tenant(
        &simulator,
        NEIGHBOUR,
        json!({ "application": { "installed": false } }),
    )
    .await;
    let refresh = body["refresh_token"].as_str().expect("a token");
    let (_, refused) = refresh_at(&simulator, NEIGHBOUR, refresh).await;
    assert_eq!(refused["error_codes"], json!([700_016]));
    let page = browser.open(&url).await;
    assert!(page.is("Permissions requested"), "its grants went with it");
}

#[tokio::test]
async fn a_personal_account_is_refused_unless_the_application_is_for_it() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    for authority in ["organizations", "common"] {
        let page = browser
            .open(&authorize_at(&simulator, authority, SIGN_IN, &[]))
            .await;
        let page = browser.submit(&page, &[("loginfmt", &mia().login)]).await;
        assert!(
            page.html.contains("personal account") && page.html.contains("id=\"usernameError\"")
        );
    }
    let consumers = authorize_at(&simulator, "consumers", SIGN_IN, &[]);
    browser.open(&consumers).await.stops_with(9_002_332);

    change_application(
        &simulator,
        json!({ "audience": "AzureADandPersonalMicrosoftAccount" }),
    )
    .await;
    let page = browser.open(&consumers).await;
    let page = browser
        .submit(&page, &[("loginfmt", &lena(&simulator).login)])
        .await;
    assert!(page.html.contains("work or school account"));
    let page = browser.past_password(&page, &mia()).await;
    let code = browser.submit(&page, &[]).await.code();
    let body = redeem_at(&simulator, "consumers", &code).await;
    assert_eq!(
        claims(&body["id_token"])["tid"],
        "9188040d-6c67-4c5b-b112-36a304b66dad"
    );
}

#[tokio::test]
async fn a_personal_account_cannot_be_asked_about_other_peoples_data() {
    let simulator = simulator().await;
    simulator.set_audience(sim::Audience::Everybody);
    let mut browser = Browser::new(&simulator);
    let scope = "openid User.Read User.ReadBasic.All";
    let url = authorize_at(&simulator, "common", scope, &[]);
    let page = browser.enter(&url, &mia()).await;
    page.returns("invalid_scope", 70_011);
}

#[tokio::test]
async fn the_documents_for_personal_accounts_name_their_directory() {
    let simulator = simulator().await;
    let url = format!(
        "{}/consumers/v2.0/.well-known/openid-configuration",
        simulator.base()
    );
    let response = client().get(url).send().await.expect("an answer");
    let body: Value = response.json().await.expect("JSON");
    let issuer = format!(
        "{}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
        simulator.base()
    );
    assert_eq!(body["issuer"], issuer.as_str());
    let token = format!("{}/consumers/oauth2/v2.0/token", simulator.base());
    assert_eq!(body["token_endpoint"], token.as_str());
}

#[tokio::test]
async fn a_guests_token_is_an_ordinary_one_although_challenges_are_understood() {
    let simulator = simulator().await;
    let capable = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
    for (person, long) in [(lena(&simulator), true), (paul(), false)] {
        let more = [("claims", capable)];
        let code = crate::browser::code(&simulator, &person, SIGN_IN, &more).await;
        let (_, body) = redeem(&simulator, &code, &more).await;
        let seconds = body["expires_in"].as_i64().expect("a number");
        assert_eq!(seconds > 6_000, long, "{}: {seconds}", person.login);
    }
}

#[tokio::test]
async fn the_domain_hint_says_whose_accounts_are_meant_and_completes_a_name() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let at = |hint: &str| {
        let more = [("domain_hint", hint)];
        authorize_at(&simulator, "organizations", SIGN_IN, &more)
    };
    let page = browser.open(&at("nordwind.example")).await;
    let page = browser
        .submit(&page, &[("loginfmt", "lena.hoffmann")])
        .await;
    let person = lena(&simulator);
    let fields = [
        ("login", person.login.as_str()),
        ("passwd", person.password.as_str()),
    ];
    let page = browser.submit(&page, &fields).await;
    browser.submit(&page, &[]).await.code();
    browser.open(&at("nordwind.example")).await.code();
    browser.open(&at("organizations")).await.code();
    assert!(browser.open(&at("hafenbau.example")).await.is("Sign in"));
    assert!(browser.open(&at("consumers")).await.is("Sign in"));
}

#[tokio::test]
async fn a_refresh_token_serves_every_organisation_where_its_owner_is_and_consent_exists() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let url = authorize_at(&simulator, "organizations", SIGN_IN, &[]);
    let page = browser.enter(&url, &paul()).await;
    let code = browser.submit(&page, &[]).await.code();
    let body = redeem_at(&simulator, "organizations", &code).await;
    let home = tenant_id(&simulator, NEIGHBOUR).await;
    assert_eq!(claims(&body["id_token"])["tid"], home.as_str());
    assert_eq!(claims(&body["id_token"])["acct"], 0);

    let token = body["refresh_token"].as_str().expect("a token").to_owned();
    let here = simulator.tenant_id();
    let (_, refused) = refresh_at(&simulator, here, &token).await;
    assert_eq!(
        refused["error_codes"],
        json!([65_001]),
        "no consent there yet"
    );
    simulator.grant_everybody(SIGN_IN);
    let (status, there) = refresh_at(&simulator, here, &token).await;
    assert_eq!(status, StatusCode::OK, "{there}");
    let guest = claims(&there["id_token"]);
    assert_eq!(guest["tid"], simulator.tenant_id());
    assert_eq!(guest["acct"], 1);

    let mut browser = Browser::new(&simulator);
    let page = browser.enter(&url, &greta()).await;
    let code = browser.submit(&page, &[]).await.code();
    let body = redeem_at(&simulator, "organizations", &code).await;
    let token = body["refresh_token"].as_str().expect("a token").to_owned();
    let (_, refused) = refresh_at(&simulator, here, &token).await;
    assert_eq!(refused["error_codes"], json!([50_020]));
}

#[tokio::test]
async fn ending_the_sessions_at_home_ends_them_where_one_is_a_guest() {
    let simulator = simulator().await;
    let app = App::with(&simulator, &paul(), SIGN_IN, "").await;
    simulator.revoke_sessions("paul.schneider_hafenbau.example#EXT#@nordwind.example");
    let more = [("scope", SIGN_IN)];
    let (status, _) = crate::browser::refresh(&simulator, &app.refresh_token, &more).await;
    assert_eq!(
        status,
        StatusCode::OK,
        "a guest is not revoked where she is one"
    );
    simulator.revoke_sessions(&paul().login);
    let (_, refused) = crate::browser::refresh(&simulator, &app.refresh_token, &more).await;
    assert_eq!(refused["error_codes"], json!([50_173]));
}

async fn tenant_id(simulator: &Simulator, name: &str) -> String {
    let (_, tenant) = control(
        simulator,
        Method::GET,
        &format!("tenants/{name}"),
        &Value::Null,
    )
    .await;
    tenant["id"].as_str().expect("a GUID").to_owned()
}

async fn redeem_at(simulator: &Simulator, authority: &str, code: &str) -> Value {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let (status, body) = token_at(simulator, authority, &form).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}

async fn refresh_at(simulator: &Simulator, authority: &str, token: &str) -> (StatusCode, Value) {
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("scope", SIGN_IN),
    ];
    token_at(simulator, authority, &form).await
}

async fn token_at(
    simulator: &Simulator,
    authority: &str,
    fields: &[(&str, &str)],
) -> (StatusCode, Value) {
    let mut form = fields.to_vec();
    form.push(("client_id", simulator.client_id()));
    form.push(("client_secret", simulator.client_secret()));
    let url = format!("{}/{authority}/oauth2/v2.0/token", simulator.base());
    let request = client().post(url).form(&form);
    let response = request.send().await.expect("an answer");
    (response.status(), response.json().await.expect("JSON"))
}

async fn graph(simulator: &Simulator, tokens: &Value, path: &str) -> (StatusCode, Value) {
    let response = client()
        .get(format!("{}{path}", simulator.graph()))
        .bearer_auth(tokens["access_token"].as_str().expect("a token"))
        .send()
        .await
        .expect("an answer");
    (response.status(), response.json().await.expect("JSON"))
}

fn client_info(body: &Value) -> Value {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let text = body["client_info"].as_str().expect("client_info");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).expect("base64")).expect("JSON")
}

#[tokio::test]
async fn the_ten_scopes_of_a_guest_still_need_a_mailbox_for_calendars() {
    let simulator = simulator().await;
    let app = App::with(&simulator, &paul(), TEN, "").await;
    let answer = app.get("/me/events").await;
    assert!(!answer.status.is_success(), "{}", answer.body);
    assert!(!answer.code().is_empty());
}
