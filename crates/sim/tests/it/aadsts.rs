//! The AADSTS numbers: each on request, each as Microsoft writes it, and the document of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use reqwest::header::HeaderMap;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use sim::{DocumentedError, Simulator, documented_errors};

use crate::browser::{
    App, Browser, CHALLENGE, REDIRECT, TEN, authorize_url, client, code, lena, redeem, refresh,
    simulator, token,
};

async fn ask_for(client: &Client, simulator: &Simulator, surface: &str, code: u32) -> StatusCode {
    let url = format!("{}/_sim/faults", simulator.base());
    let fault = json!({ "surface": surface, "times": 1, "answer": { "aadsts": code } });
    let response = client.post(url).json(&fault).send().await;
    response.expect("an answer").status()
}

#[tokio::test]
async fn every_number_is_written_at_the_token_endpoint_as_the_table_says() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let form = [
        ("client_id", simulator.client_id()),
        ("client_secret", simulator.client_secret()),
        ("grant_type", "refresh_token"),
        ("refresh_token", &app.refresh_token),
    ];
    let url = format!("{}/oauth2/v2.0/token", simulator.authority());
    let client = client();
    for row in documented_errors() {
        let code = row.code;
        assert!(
            ask_for(&client, &simulator, "token", code)
                .await
                .is_success(),
            "{code}"
        );
        let request = client.post(&url).form(&form);
        let request = request.header("client-request-id", "5d1a3c52-0000-4000-8000-1d8e3f6b9a01");
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), row.status, "{code}");
        let headers = response.headers().clone();
        let body: Value = response.json().await.expect("JSON");
        check_body(&simulator, &row, &headers, &body);
    }
    let (status, body) = refresh(&simulator, &app.refresh_token, &[]).await;
    assert_eq!(status, StatusCode::OK, "none of them did anything: {body}");
}

fn check_body(simulator: &Simulator, row: &DocumentedError, headers: &HeaderMap, body: &Value) {
    let code = row.code;
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(text("error"), row.error, "{code}");
    let codes: Vec<u32> = std::iter::once(code).chain(row.beneath).collect();
    assert_eq!(body["error_codes"], json!(codes));
    assert_eq!(
        body.get("suberror"),
        row.suberror.map(Value::from).as_ref(),
        "{code}"
    );
    let (trace, correlation) = (text("trace_id"), text("correlation_id"));
    let lines = text("error_description");
    let lines: Vec<&str> = lines.split("\r\n").collect();
    let [first, trace_line, correlation_line, stamp] = lines[..] else {
        panic!("{code}: {lines:?}");
    };
    assert!(
        first.starts_with(&format!("AADSTS{code}: {}", row.meaning)),
        "{first}"
    );
    assert_eq!(trace_line, format!("Trace ID: {trace}"));
    assert_eq!(correlation_line, format!("Correlation ID: {correlation}"));
    assert_eq!(stamp, format!("Timestamp: {}", text("timestamp")));
    assert_eq!(correlation, "5d1a3c52-0000-4000-8000-1d8e3f6b9a01");
    assert_eq!(
        text("error_uri"),
        format!("{}/error?code={code}", simulator.base())
    );
    assert_eq!(headers["x-ms-request-id"], trace.as_str());
    assert_eq!(headers["cache-control"], "no-store, no-cache");
    let telemetry = headers["x-ms-clitelem"].to_str().expect("text");
    assert!(telemetry.starts_with(&format!("1,{code},")), "{telemetry}");
    let claims = body.get("claims").map(|claims| {
        let claims = claims.as_str().expect("JSON as text, not an object");
        serde_json::from_str::<Value>(claims).expect("JSON")
    });
    assert_eq!(claims.is_some(), row.challenges, "{code}");
    assert!(claims.is_none_or(|claims| claims["access_token"].is_object()));
}

#[tokio::test]
async fn every_number_stays_on_the_page_or_comes_back_from_the_authorization_endpoint_as_the_table_says()
 {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let client = client();
    for row in documented_errors() {
        for (prompt, redirect) in [("", row.redirect), ("none", row.redirect_when_silent)] {
            assert!(
                ask_for(&client, &simulator, "authorize", row.code)
                    .await
                    .is_success()
            );
            let url = authorize_url(&simulator, TEN, &[("prompt", prompt)]);
            let page = browser.open(&url).await;
            let number = format!("AADSTS{}: ", row.code);
            let Some(error) = redirect else {
                assert!(page.status.is_client_error(), "{} {prompt}", row.code);
                assert!(page.html.contains(&number) && !page.html.contains(REDIRECT));
                assert!(!page.headers.contains_key("location"));
                continue;
            };
            assert_eq!(
                page.answer("error").as_deref(),
                Some(error),
                "{} {prompt}",
                row.code
            );
            assert_eq!(page.answer("state").as_deref(), Some("s t&a"));
            let text = page.answer("error_description").unwrap_or_default();
            assert!(text.starts_with(&number), "{text}");
            assert_eq!(
                page.answer("claims").is_some(),
                row.challenges,
                "{}",
                row.code
            );
        }
    }
}

#[tokio::test]
async fn a_number_that_nobody_knows_cannot_be_asked_for() {
    let (simulator, client) = (simulator().await, client());
    for code in [0, 1, 50_000_000] {
        assert_eq!(
            ask_for(&client, &simulator, "token", code).await,
            StatusCode::BAD_REQUEST
        );
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_refused_with_its_number() {
    let simulator = simulator().await;
    let codes = |answer: &(StatusCode, Value)| answer.1["error_codes"][0].as_u64();
    let missing = token(&simulator, &[("grant_type", "refresh_token")]).await;
    assert_eq!(
        (missing.0, codes(&missing)),
        (StatusCode::BAD_REQUEST, Some(900_144))
    );
    let unknown = redeem(&simulator, "nobody's code", &[]).await;
    assert_eq!(
        (unknown.0, codes(&unknown)),
        (StatusCode::BAD_REQUEST, Some(9_002_313))
    );
    let fresh = code(
        &simulator,
        &lena(&simulator),
        TEN,
        &[("code_challenge", CHALLENGE)],
    )
    .await;
    let two = [("scope", "User.Read https://outlook.office.com/Mail.Read")];
    let several = redeem(&simulator, &fresh, &two).await;
    assert_eq!(
        (several.0, codes(&several)),
        (StatusCode::BAD_REQUEST, Some(700_022))
    );
    let get = async |path: &str| {
        let url = format!("{}/{path}", simulator.base());
        let response = client().get(url).send().await.expect("an answer");
        let status = response.status();
        (status, response.json::<Value>().await.expect("JSON"))
    };
    let instance =
        get("common/discovery/instance?authorization_endpoint=https://evil.example/x").await;
    assert_eq!(
        (instance.0, codes(&instance)),
        (StatusCode::BAD_REQUEST, Some(50_049))
    );
    let read = get("organizations/oauth2/v2.0/token").await;
    assert_eq!(codes(&read), Some(900_561));
    let tenant = get("contoso.example/v2.0/.well-known/openid-configuration").await;
    assert_eq!(
        (tenant.0, codes(&tenant)),
        (StatusCode::BAD_REQUEST, Some(90_002))
    );
    let throttle = json!({ "surface": "token", "answer": { "throttle": { "retry_after": 60 } } });
    let url = format!("{}/_sim/faults", simulator.base());
    client()
        .post(url)
        .json(&throttle)
        .send()
        .await
        .expect("set");
    let throttled = token(&simulator, &[]).await;
    assert_eq!(
        (throttled.0, codes(&throttled)),
        (StatusCode::TOO_MANY_REQUESTS, Some(90_055))
    );
}

#[test]
fn every_cause_names_a_test_that_is_there_and_knows_the_number() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    for row in documented_errors() {
        let (file, name) = row.test.split_once("::").expect("file and name");
        let text = std::fs::read_to_string(folder.join(format!("{file}.rs"))).expect("the file");
        assert!(
            text.contains(&format!("fn {name}(")),
            "{}: {}",
            row.code,
            row.test
        );
        if row.cause.is_some() {
            let digits = row.code.to_string();
            let (front, back) = digits.split_at(digits.len() - 3);
            let spelled = match front.len() {
                4 => format!("{}_{}_{back}", &front[..1], &front[1..]),
                _ => format!("{front}_{back}"),
            };
            let known = text.contains(&spelled) || text.contains(&digits);
            assert!(known, "{} is not in {file}.rs", row.code);
        }
    }
}

/// Numbers that the sheet does not list and the simulator has all the same.
const BEYOND: [u32; 3] = [900_561, 9_002_326, 9_002_327];

/// Errors that OAuth and OpenID name, or Entra does.
const ERRORS: [&str; 15] = [
    "interaction_required",
    "invalid_grant",
    "invalid_client",
    "invalid_request",
    "invalid_resource",
    "invalid_scope",
    "invalid_instance",
    "login_required",
    "consent_required",
    "access_denied",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
];

#[test]
fn the_table_has_every_number_of_the_fact_sheet_with_its_error_and_its_finer_reason() {
    let sheet = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/facts/entra.md");
    let Ok(text) = std::fs::read_to_string(sheet) else {
        println!("skipped: the fact sheet is not on this machine");
        return;
    };
    let rows: BTreeMap<u32, DocumentedError> = documented_errors()
        .into_iter()
        .map(|row| (row.code, row))
        .collect();
    let section = text
        .split("## 5. ")
        .nth(1)
        .and_then(|rest| rest.split("\n## ").next());
    let mut seen = BTreeSet::new();
    for line in section
        .expect("the section")
        .lines()
        .filter(|line| line.starts_with("| "))
    {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, codes, _, error, suberror, ..] = cells[..] else {
            continue;
        };
        for code in codes
            .split(|letter: char| !letter.is_ascii_digit())
            .filter(|code| code.len() > 4)
        {
            let code: u32 = code.parse().expect("a number");
            let row = rows
                .get(&code)
                .unwrap_or_else(|| panic!("{code} is missing"));
            seen.insert(code);
            let named: Vec<&str> = ERRORS
                .into_iter()
                .filter(|name| error.contains(name))
                .collect();
            assert!(
                named.is_empty() || named.contains(&row.error),
                "{code}: {error}"
            );
            if error.starts_with("page") && !error.contains("silent") {
                assert_eq!(row.redirect, None, "{code}");
            }
            match row.suberror {
                Some(reason) => assert!(
                    suberror.contains(reason) || suberror == "same",
                    "{code}: {suberror}"
                ),
                None => assert!(
                    suberror.is_empty()
                        || suberror == "none seen"
                        || suberror.contains("sometimes"),
                    "{code}: {suberror}"
                ),
            }
        }
    }
    let ours: BTreeSet<u32> = rows.into_keys().collect();
    let beyond: Vec<u32> = ours.difference(&seen).copied().collect();
    assert_eq!(beyond, BEYOND, "{} numbers of the sheet", seen.len());
}
