//! What an administrator demands before there are tokens, and what becomes of tokens that are already out.
//! Long because the demands of one tenant and the life of its tokens share one set-up.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sim::{ChallengeForm, Fault, FaultAnswer, Simulator, Surface};

use crate::browser::{App, Browser, TEN, authorize_url, client, lena, redeem, refresh, simulator};
use crate::walk::change;

const CP1: &str = r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#;

async fn person(simulator: &Simulator, new: Value) {
    let login = lena(simulator).login;
    change(simulator, &format!("people/{login}"), &new).await;
}

async fn tenant(simulator: &Simulator, new: Value) {
    change(simulator, "tenants/nordwind.example", &new).await;
}

/// What a silent refresh is refused with: number, error, suberror.
async fn refusal(simulator: &Simulator, app: &App) -> (u64, String, String) {
    let (status, body) = refresh(simulator, &app.refresh_token, &[("scope", TEN)]).await;
    assert_ne!(status, StatusCode::OK, "{body}");
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let code = body["error_codes"][0].as_u64().expect("a number");
    (code, text("error"), text("suberror"))
}

async fn refused(simulator: &Simulator, app: &App, code: u64, error: &str, suberror: &str) {
    let expected = (code, error.to_owned(), suberror.to_owned());
    assert_eq!(refusal(simulator, app).await, expected);
}

async fn renewed(simulator: &Simulator, app: &App) {
    let (status, body) = refresh(simulator, &app.refresh_token, &[("scope", TEN)]).await;
    assert_eq!(status, StatusCode::OK, "{body}");
}

/// The reason and the claims of Graph's challenge; nothing when it answers.
async fn challenge(app: &App) -> Option<(String, Value)> {
    let answer = app.get("/me").await;
    if answer.status == StatusCode::OK {
        return None;
    }
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.code(), "InvalidAuthenticationToken");
    let message = answer.body["error"]["message"].as_str().expect("text");
    let (_, reason) = message.rsplit_once("code: ").expect("a reason");
    let header = answer.headers["www-authenticate"].to_str().expect("text");
    assert!(header.starts_with("Bearer realm=\"\", authorization_uri=\""));
    let (_, claims) = header
        .split_once("error=\"insufficient_claims\", claims=\"")
        .expect("a claims challenge");
    let claims = STANDARD
        .decode(claims.trim_end_matches('"'))
        .expect("base64");
    Some((
        reason.to_owned(),
        serde_json::from_slice(&claims).expect("JSON"),
    ))
}

/// A simulator with Lena's application, which understands challenges.
async fn capable() -> (Simulator, App) {
    let simulator = simulator().await;
    let app = App::with(&simulator, &lena(&simulator), TEN, CP1).await;
    (simulator, app)
}

#[tokio::test]
async fn an_account_that_is_disabled_deleted_locked_or_at_risk_gets_no_tokens() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    person(&simulator, json!({ "risk": "password_change" })).await;
    refused(&simulator, &app, 50_135, "interaction_required", "").await;
    person(&simulator, json!({ "risk": "blocked" })).await;
    refused(&simulator, &app, 53_011, "invalid_grant", "").await;
    person(&simulator, json!({ "risk": null, "locked": true })).await;
    refused(&simulator, &app, 50_053, "invalid_grant", "").await;
    person(&simulator, json!({ "disabled": true })).await;
    refused(&simulator, &app, 50_057, "invalid_grant", "").await;
    person(&simulator, json!({ "deleted": true })).await;
    refused(&simulator, &app, 50_034, "invalid_grant", "bad_token").await;
    assert_eq!(challenge(&app).await, None, "a token that is out lives on");
    person(
        &simulator,
        json!({ "deleted": false, "disabled": false, "locked": false }),
    )
    .await;
    renewed(&simulator, &app).await;
}

#[tokio::test]
async fn an_expired_or_changed_password_ends_a_public_clients_tokens_and_not_a_servers() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let public = async || {
        let form = [("scope", TEN), ("client_secret", "")];
        let (_, body) = refresh(&simulator, &app.refresh_token, &form).await;
        (body["error_codes"][0].as_u64(), body["suberror"].clone())
    };
    person(&simulator, json!({ "password_expired": true })).await;
    renewed(&simulator, &app).await;
    change(&simulator, "application", &json!({ "public": true })).await;
    assert_eq!(
        public().await,
        (Some(50_055), json!("user_password_expired"))
    );
    person(&simulator, json!({ "password": "a new one" })).await;
    assert_eq!(public().await, (Some(50_173), json!("bad_token")));
    change(&simulator, "application", &json!({ "public": false })).await;
    renewed(&simulator, &app).await;
    person(
        &simulator,
        json!({ "password_reset": "an administrator's" }),
    )
    .await;
    refused(&simulator, &app, 50_173, "invalid_grant", "bad_token").await;
}

#[tokio::test]
async fn a_missing_second_factor_is_a_silent_refusal_with_a_claims_challenge() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    for (mfa, code) in [
        ("required", 50_076),
        ("enrolment", 50_079),
        ("expired", 50_078),
        ("external", 50_158),
    ] {
        person(&simulator, json!({ "mfa": mfa })).await;
        refused(
            &simulator,
            &app,
            code,
            "interaction_required",
            "basic_action",
        )
        .await;
        person(&simulator, json!({ "mfa": "off" })).await;
        renewed(&simulator, &app).await;
    }
    tenant(&simulator, json!({ "mfa": "required" })).await;
    let (_, body) = refresh(&simulator, &app.refresh_token, &[]).await;
    let claims = body["claims"].as_str().expect("JSON as text");
    let claims: Value = serde_json::from_str(claims).expect("JSON");
    assert_eq!(claims["access_token"]["acrs"]["essential"], true);
}

#[tokio::test]
async fn both_spellings_of_an_error_can_be_had() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    for spelling in ["invalid_grant", "interaction_required"] {
        tenant(
            &simulator,
            json!({ "error_spelling": spelling, "mfa": "required" }),
        )
        .await;
        refused(&simulator, &app, 50_076, spelling, "basic_action").await;
        tenant(&simulator, json!({ "mfa": "off", "allowed_networks": [] })).await;
        refused(&simulator, &app, 53_003, spelling, "message_only").await;
        tenant(&simulator, json!({ "allowed_networks": null })).await;
        simulator.fault(Fault {
            surface: Surface::Token,
            times: Some(1),
            answer: FaultAnswer::Aadsts(53_000),
            ..Fault::default()
        });
        refused(&simulator, &app, 53_000, spelling, "message_only").await;
    }
}

#[tokio::test]
async fn a_place_outside_the_allowed_networks_is_blocked_wherever_it_was_said() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let app = App::connected(&simulator, &person).await;
    let late = crate::browser::code(&simulator, &person, TEN, &[]).await;
    tenant(
        &simulator,
        json!({ "allowed_networks": ["192.0.2.0/28", "2001:db8::/32"] }),
    )
    .await;
    let (status, body) = refresh(&simulator, &app.refresh_token, &[]).await;
    assert_eq!(
        (status, &body["error_codes"]),
        (StatusCode::BAD_REQUEST, &json!([53_003]))
    );
    let claims = body["claims"].as_str().expect("JSON as text");
    let claims: Value = serde_json::from_str(claims).expect("JSON");
    let policies = claims["access_token"]["capolids"]["values"].as_array();
    assert_eq!(policies.map(Vec::len), Some(1));
    let (_, body) = redeem(&simulator, &late, &[]).await;
    assert_eq!(
        body["error_codes"],
        json!([53_003]),
        "a code is no way around it"
    );
    let form = [
        ("client_id", simulator.client_id()),
        ("client_secret", simulator.client_secret()),
        ("grant_type", "refresh_token"),
        ("refresh_token", &app.refresh_token),
    ];
    let from = async |address: &str| {
        let url = format!("{}/oauth2/v2.0/token", simulator.authority());
        let request = client()
            .post(url)
            .form(&form)
            .header("x-forwarded-for", address);
        request.send().await.expect("an answer").status()
    };
    assert_eq!(from("192.0.2.15, 10.0.0.1").await, StatusCode::OK);
    assert_eq!(from("2001:db8::7").await, StatusCode::OK);
    assert_eq!(from("192.0.2.16").await, StatusCode::BAD_REQUEST);
    change(&simulator, "addresses", &json!({ "server": "192.0.2.1" })).await;
    renewed(&simulator, &app).await;
    let (_, body) = redeem(&simulator, &late, &[]).await;
    assert_eq!(
        body["error_codes"],
        json!([54_005]),
        "the refusal used it up"
    );
    let wrong = client()
        .post(format!(
            "{}/_sim/tenants/nordwind.example",
            simulator.base()
        ))
        .json(&json!({ "allowed_networks": ["192.0.2.0/33"] }));
    assert_eq!(
        wrong.send().await.expect("an answer").status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_server_is_none_of_the_devices_that_a_policy_demands() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    for (device, code) in [
        ("compliant", 53_000),
        ("joined", 53_001),
        ("approved_application", 53_002),
    ] {
        tenant(&simulator, json!({ "device": device })).await;
        refused(
            &simulator,
            &app,
            code,
            "interaction_required",
            "message_only",
        )
        .await;
    }
    tenant(&simulator, json!({ "device": null })).await;
    renewed(&simulator, &app).await;
}

#[tokio::test]
async fn the_sign_in_frequency_waits_for_the_next_sign_in_unless_it_is_told_not_to() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    tenant(
        &simulator,
        json!({ "sign_in_frequency": { "seconds": 3600 } }),
    )
    .await;
    simulator.advance(Duration::from_secs(3_700));
    renewed(&simulator, &app).await;
    let strict = json!({ "sign_in_frequency": { "seconds": 3600, "on_refresh": true } });
    tenant(&simulator, strict).await;
    refused(&simulator, &app, 70_043, "invalid_grant", "token_expired").await;
}

#[tokio::test]
async fn an_application_that_is_not_assigned_disabled_removed_or_not_consented_gets_no_tokens() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    tenant(
        &simulator,
        json!({ "application": { "assignment_required": true } }),
    )
    .await;
    refused(&simulator, &app, 50_105, "interaction_required", "").await;
    person(&simulator, json!({ "assigned": true })).await;
    renewed(&simulator, &app).await;
    tenant(&simulator, json!({ "application": { "enabled": false } })).await;
    refused(&simulator, &app, 7_000_112, "unauthorized_client", "").await;
    tenant(&simulator, json!({ "application": { "enabled": true } })).await;
    person(&simulator, json!({ "consent": "withdrawn" })).await;
    refused(
        &simulator,
        &app,
        65_001,
        "invalid_grant",
        "consent_required",
    )
    .await;
    tenant(&simulator, json!({ "application": { "installed": false } })).await;
    refused(&simulator, &app, 700_016, "unauthorized_client", "").await;
}

#[tokio::test]
async fn a_token_that_can_be_challenged_is_when_something_critical_happens() {
    for change in [
        json!({ "disabled": true }),
        json!({ "deleted": true }),
        json!({ "password": "her own choice" }),
        json!({ "password_reset": "an administrator's" }),
        json!({ "mfa": "required" }),
        json!({ "risk": "blocked" }),
    ] {
        let (simulator, app) = capable().await;
        let plain = App::connected(&simulator, &lena(&simulator)).await;
        assert_eq!(challenge(&app).await, None);
        person(&simulator, change.clone()).await;
        let (reason, claims) = challenge(&app).await.expect("a challenge");
        assert_eq!(reason, "TokenIssuedBeforeRevocationTimestamp", "{change}");
        assert_eq!(claims["access_token"]["nbf"]["essential"], true);
        assert_eq!(
            challenge(&plain).await,
            None,
            "{change}: not one without cp1"
        );
    }
}

#[tokio::test]
async fn a_changed_password_is_a_challenge_that_a_refresh_with_its_claims_meets() {
    let (simulator, mut app) = capable().await;
    person(&simulator, json!({ "password": "her own choice" })).await;
    let (_, mut claims) = challenge(&app).await.expect("a challenge");
    simulator.advance(Duration::from_secs(1));
    claims["access_token"]["xms_cc"] = json!({ "values": ["cp1"] });
    let merged = claims.to_string();
    let form = [("scope", TEN), ("claims", &*merged)];
    let (status, body) = refresh(&simulator, &app.refresh_token, &form).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body["access_token"]
        .as_str()
        .expect("a token")
        .clone_into(&mut app.access_token);
    assert_eq!(challenge(&app).await, None);
    let seconds = body["expires_in"].as_u64().expect("a number");
    assert!((72_000..=100_800).contains(&seconds), "{seconds}");
    assert_eq!(body["refresh_in"].as_u64(), Some(seconds / 2));
}

#[tokio::test]
async fn a_move_to_a_place_that_is_not_allowed_is_a_challenge_at_once() {
    let (simulator, app) = capable().await;
    let plain = App::connected(&simulator, &lena(&simulator)).await;
    tenant(
        &simulator,
        json!({ "allowed_networks": ["203.0.113.0/24"] }),
    )
    .await;
    assert_eq!(challenge(&app).await, None);
    change(&simulator, "addresses", &json!({ "server": "192.0.2.77" })).await;
    let (reason, claims) = challenge(&app).await.expect("a challenge");
    assert_eq!(reason, "LocationConditionEvaluationSatisfied");
    assert_eq!(
        claims["access_token"]["xms_rp_ipaddr"]["value"],
        "192.0.2.77"
    );
    assert_eq!(challenge(&plain).await, None, "not one without cp1");
    refused(
        &simulator,
        &app,
        53_003,
        "interaction_required",
        "message_only",
    )
    .await;
    change(
        &simulator,
        "addresses",
        &json!({ "server": "203.0.113.10" }),
    )
    .await;
    assert_eq!(challenge(&app).await, None, "back again");
}

#[tokio::test]
async fn an_organisation_without_continuous_evaluation_challenges_nobody() {
    let simulator = simulator().await;
    let change = json!({ "continuous_evaluation": false, "access_token_seconds": 600 });
    tenant(&simulator, change).await;
    let app = App::with(&simulator, &lena(&simulator), TEN, CP1).await;
    let (_, body) = refresh(&simulator, &app.refresh_token, &[("claims", CP1)]).await;
    assert_eq!(body["expires_in"], 600);
    assert_eq!(body["ext_expires_in"], 600);
    assert!(body.get("refresh_in").is_none());
    person(&simulator, json!({ "password": "her own choice" })).await;
    assert_eq!(challenge(&app).await, None);
}

#[tokio::test]
async fn a_context_or_a_policy_that_is_demanded_needs_a_sign_in_that_saw_the_demand() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    for demand in [
        json!({ "acrs": { "essential": true, "values": ["c9"] } }),
        json!({ "capolids": { "essential": true, "values": ["a policy"] } }),
    ] {
        let mut merged = json!({ "access_token": demand });
        let expected = merged.to_string();
        merged["access_token"]["xms_cc"] = json!({ "values": ["cp1"] });
        let merged = merged.to_string();
        let (_, body) = refresh(&simulator, &app.refresh_token, &[("claims", &merged)]).await;
        assert_eq!(body["error_codes"], json!([50_076]), "{merged}");
        assert_eq!(body["claims"], expected);
    }
}

#[tokio::test]
async fn a_sign_in_that_saw_the_challenge_meets_it_for_every_later_refresh() {
    let simulator = simulator().await;
    let before = App::connected(&simulator, &lena(&simulator)).await;
    tenant(&simulator, json!({ "mfa": "required" })).await;
    let (_, body) = refresh(&simulator, &before.refresh_token, &[]).await;
    let demanded = body["claims"].as_str().expect("JSON as text").to_owned();
    let mut browser = Browser::new(&simulator);
    let url = authorize_url(&simulator, TEN, &[("claims", &demanded)]);
    let page = browser.enter(&url, &lena(&simulator)).await;
    let shown = page.html.split("id=\"idRichContext_DisplaySign\">").nth(1);
    let number = shown
        .and_then(|rest| rest.split('<').next())
        .expect("a number");
    let code = browser.submit(&page, &[("otc", number)]).await.code();
    let claims = [("claims", &*demanded)];
    let (status, body) = redeem(&simulator, &code, &claims).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let mut newest = body["refresh_token"].as_str().expect("a token").to_owned();
    for _ in 0..2 {
        let (status, body) = refresh(&simulator, &newest, &claims).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["refresh_token"]
            .as_str()
            .expect("a token")
            .clone_into(&mut newest);
    }
    refused(
        &simulator,
        &before,
        50_076,
        "interaction_required",
        "basic_action",
    )
    .await;
    tenant(&simulator, json!({ "mfa": "expired" })).await;
    let (_, body) = refresh(&simulator, &newest, &[]).await;
    assert_eq!(
        body["error_codes"],
        json!([50_078]),
        "it has to be presented again"
    );
}

/// The lines of the header with which Graph answers a challenge of that form.
async fn formed(simulator: &Simulator, app: &App, form: ChallengeForm) -> Vec<String> {
    simulator.fault(Fault {
        surface: Surface::Graph,
        times: Some(1),
        answer: FaultAnswer::Challenge {
            form,
            claims: Some(DEMAND.to_owned()),
        },
        ..Fault::default()
    });
    let answer = app.get("/me").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let lines = answer.headers.get_all("www-authenticate").iter();
    let text = |line: &reqwest::header::HeaderValue| line.to_str().expect("text").to_owned();
    lines.map(text).collect()
}

/// Its base64 needs padding, and letters that base64url does not have.
const DEMAND: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"???>>>"}}}"#;

#[tokio::test]
async fn a_challenge_can_have_every_form_in_which_its_header_was_seen() {
    let (simulator, app) = capable().await;
    let standard = format!("claims=\"{}\"", STANDARD.encode(DEMAND));
    assert!(
        standard.contains('/') && standard.ends_with("=\""),
        "{standard}"
    );
    let url_safe = format!("claims=\"{}\"", URL_SAFE_NO_PAD.encode(DEMAND));
    let bearer = "Bearer realm=\"\", authorization_uri=\"http://";
    let error = "error=\"insufficient_claims\"";
    for (form, count, start, parts) in [
        (ChallengeForm::Plain, 1, bearer, [error, &standard]),
        (
            ChallengeForm::SeveralInOneLine,
            1,
            "PoP realm=",
            [bearer, &standard],
        ),
        (ChallengeForm::SeveralLines, 2, bearer, [error, &standard]),
        (
            ChallengeForm::UnquotedUri,
            1,
            "Bearer realm=\"\", authorization_uri=http://",
            [error, &standard],
        ),
        (
            ChallengeForm::OtherOrder,
            1,
            "Bearer claims=\"",
            ["error_description=\"", &standard],
        ),
        (
            ChallengeForm::OtherCase,
            1,
            "bearer Realm=\"",
            ["Error=\"insufficient_claims\"", "Claims=\""],
        ),
        (ChallengeForm::UrlSafe, 1, bearer, [error, &url_safe]),
        (
            ChallengeForm::EmptyClaims,
            1,
            bearer,
            [error, "claims=\"\""],
        ),
        (
            ChallengeForm::OtherError,
            1,
            bearer,
            ["error=\"invalid_token\"", &standard],
        ),
    ] {
        let lines = formed(&simulator, &app, form).await;
        assert_eq!(lines.len(), count, "{form:?}");
        let last = lines.last().expect("a line");
        assert!(last.starts_with(start), "{form:?}: {last}");
        assert!(
            parts.iter().all(|part| last.contains(part)),
            "{form:?}: {last}"
        );
    }
    assert_eq!(challenge(&app).await, None, "once each");
}

#[tokio::test]
async fn an_error_can_be_asked_for_for_one_person() {
    let simulator = simulator().await;
    let people = simulator.people();
    let lena = App::connected(&simulator, &people[1]).await;
    let anna = App::connected(&simulator, &people[2]).await;
    let fault =
        json!({ "surface": "token", "login": people[2].login, "answer": { "aadsts": 50_057 } });
    let url = format!("{}/_sim/faults", simulator.base());
    let set = client()
        .post(url)
        .json(&fault)
        .send()
        .await
        .expect("an answer");
    assert!(set.status().is_success());
    renewed(&simulator, &lena).await;
    refused(&simulator, &anna, 50_057, "invalid_grant", "").await;
    refused(&simulator, &anna, 50_057, "invalid_grant", "").await;
    simulator.clear_faults();
    renewed(&simulator, &anna).await;
}

#[tokio::test]
async fn a_narrow_token_holds_what_was_asked_for_and_no_more() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    change(&simulator, "application", &json!({ "narrow_tokens": true })).await;
    let form = [("scope", "User.Read Calendars.ReadWrite offline_access")];
    let (_, body) = refresh(&simulator, &app.refresh_token, &form).await;
    let mut words: Vec<&str> = body["scope"].as_str().expect("text").split(' ').collect();
    words.sort_unstable();
    assert_eq!(words, ["Calendars.ReadWrite", "User.Read"]);
}

#[tokio::test]
async fn the_names_and_values_of_a_change_are_checked() {
    let simulator = simulator().await;
    let login = lena(&simulator).login;
    let answer = async |path: &str, body: Value| {
        let url = format!("{}/_sim/{path}", simulator.base());
        let response = client().post(url).json(&body).send().await;
        response.expect("an answer").status().as_u16()
    };
    let people = format!("people/{login}");
    assert_eq!(answer(&people, json!({ "disable": true })).await, 400);
    assert_eq!(answer(&people, json!({ "mfa": "sometimes" })).await, 400);
    assert_eq!(
        answer("people/nobody@nordwind.example", json!({})).await,
        404
    );
    assert_eq!(answer("tenants/contoso.example", json!({})).await, 404);
    assert_eq!(answer("addresses", json!({ "server": "here" })).await, 400);
    for seconds in [599, 86_401] {
        let body = json!({ "access_token_seconds": seconds });
        assert_eq!(answer("tenants/nordwind.example", body).await, 400);
    }
    person(&simulator, json!({ "mfa": "expired", "disabled": true })).await;
    let url = format!("{}/_sim/{people}", simulator.base());
    let shown: Value = client()
        .get(url)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(
        (&shown["mfa"], &shown["disabled"], &shown["deleted"]),
        (&json!("expired"), &json!(true), &json!(false))
    );
}
