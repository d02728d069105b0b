//! Each AADSTS number that Entra can say: what it does to a connection, what the person reads, what the agent is told,
//! what goes on record, and that nothing asks Microsoft again and again.
//!
//! The rows follow the documented meaning of each number and the documented order of deciding: the state follows
//! `error`, `suberror` and `claims`, the numbers choose words, and what only the operator can put right changes no
//! connection. A number of the simulator that is not here makes the test fail.

use std::collections::BTreeSet;

use axum::http::Method;
use domain::audit::Kind;
use serde_json::{Value, json};
use sim::{DocumentedError, FaultAnswer, Surface, documented_errors};

use crate::app::App;
use crate::stack::{Seat, Stack};

/// What a number means where a grant is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// R: trouble that passes.
    Later,
    /// T: wait for so many seconds.
    Wait(u64),
    /// O and B: the operator, or we, must put it right.
    Operator,
    /// U: the person signs in again; the grant is kept.
    SignIn,
    /// C.
    Consent,
    /// A: a policy stands in the way.
    Blocked,
    /// A: the application is not there.
    AppGone,
    /// U: the grant was ended.
    Ended,
    /// U: the grant is too old.
    Expired,
    /// A: the account is disabled or gone.
    Disabled,
}

use Meaning::{AppGone, Blocked, Consent, Disabled, Ended, Expired, Later, Operator, SignIn, Wait};

impl Meaning {
    /// Status, code and state of the connection.
    fn told(self) -> (u16, &'static str, &'static str) {
        match self {
            Later => (504, "microsoft_unreachable", "connected"),
            Wait(_) => (503, "microsoft_throttled", "connected"),
            Operator => (502, "installation_refused", "connected"),
            SignIn => (409, "needs_sign_in", "needs_sign_in"),
            Consent | Blocked | AppGone => (409, "needs_admin", "needs_admin"),
            Ended | Expired | Disabled => (409, "connection_revoked", "revoked"),
        }
    }

    /// What the person's page says, in English and in German.
    fn page(self) -> (&'static str, &'static str) {
        match self {
            Later | Wait(_) | Operator => (
                "Agents can use the tools below. There is nothing you need to do.",
                "Agenten können die unten genannten Werkzeuge nutzen. Sie müssen nichts weiter tun.",
            ),
            SignIn => (
                "Microsoft wants to see you again before attache may go on. Sign in once",
                "Microsoft möchte, dass Sie sich erneut anmelden, bevor attache weitermachen darf.",
            ),
            Consent => (
                "An administrator at Microsoft must consent to attache for your organisation.",
                "Bei Microsoft muss die Administration Ihrer Organisation attache zustimmen.",
            ),
            Blocked => (
                "A policy of your organisation blocks the sign-in.",
                "Eine Richtlinie Ihrer Organisation verhindert die Anmeldung.",
            ),
            AppGone => (
                "attache is disabled in your organisation",
                "attache ist im Microsoft-Verzeichnis Ihrer Organisation deaktiviert.",
            ),
            Ended => (
                "The permission was withdrawn at Microsoft.",
                "Die Erlaubnis wurde bei Microsoft zurückgezogen.",
            ),
            Expired => (
                "The permission was not used for too long and has expired.",
                "Die Erlaubnis wurde zu lange nicht genutzt und ist abgelaufen.",
            ),
            Disabled => (
                "Microsoft reports your account as disabled.",
                "Microsoft meldet Ihr Konto als deaktiviert.",
            ),
        }
    }

    /// What somebody reads whose authorization code is refused with this number: nothing is connected.
    fn of_code(self) -> &'static str {
        match self {
            Later => "microsoft_trouble",
            Wait(_) => "microsoft_throttled",
            Operator => "installation_refused",
            SignIn | Ended | Expired => "sign_in_rejected",
            Consent => "admin_must_consent",
            Blocked => "blocked_by_policy",
            AppGone => "app_unavailable",
            Disabled => "account_disabled",
        }
    }
}

/// Numbers, who must act, what they mean at a refresh, and by which code of ours a person comes back from the sign-in
/// page with them; `None` is Microsoft's own page, from which nobody comes back.
#[rustfmt::skip]
const ROWS: &[(&[u32], &str, Meaning, Option<&str>)] = &[
    (&[16_000, 16_001, 50_020], "U", SignIn, None),
    (&[50_000], "R", Later, Some("microsoft_trouble")),
    (&[50_001, 500_011, 650_054], "A", AppGone, Some("installation_refused")),
    (&[50_011, 50_012], "O", Operator, None),
    (&[50_014, 51_004], "A", SignIn, None),
    (&[50_033, 50_087, 50_088, 90_012, 90_033], "R", Later, Some("microsoft_trouble")),
    (&[90_006, 90_024, 90_090, 90_091], "R", Later, Some("microsoft_trouble")),
    (&[50_034, 50_057], "U A", Disabled, None),
    (&[50_049], "O", Operator, Some("installation_refused")),
    (&[50_053, 50_105, 53_004, 53_010, 53_011, 530_035], "A", SignIn, None),
    (&[50_055], "U", SignIn, None),
    (&[50_058], "U", SignIn, Some("microsoft_trouble")),
    (&[50_059], "B", Operator, Some("installation_refused")),
    (&[50_072, 50_074, 50_076, 50_078, 50_079, 50_158], "U with claims", SignIn, None),
    (&[50_085, 50_089, 50_097, 50_129, 50_131, 50_135, 50_155, 50_197], "U", SignIn, None),
    (&[50_126, 50_140], "none", SignIn, None),
    (&[50_132, 50_133, 70_043], "U, stop using the grant", SignIn, None),
    (&[50_146, 50_194, 90_008], "O", Operator, Some("installation_refused")),
    (&[50_147, 501_491, 70_007, 90_009, 90_014, 90_015, 90_023, 90_100, 900_144], "B", Operator, Some("installation_refused")),
    (&[501_481, 54_005, 700_005], "B", SignIn, None),
    (&[50_173], "U", Ended, None),
    (&[50_196], "T", Wait(300), None),
    (&[500_021, 500_022, 500_212, 500_213], "A", SignIn, None),
    (&[500_133, 65_005, 70_002, 70_021, 700_025, 700_027, 7_000_215, 7_000_218, 7_000_222], "O", Operator, None),
    (&[53_000, 53_001, 53_002, 53_003, 530_032], "A", Blocked, None),
    (&[530_036, 700_003, 700_020, 90_072], "U", SignIn, None),
    (&[65_001], "C", Consent, None),
    // The token endpoint never says these; whatever is not understood there changes nothing.
    (&[65_004], "tell the person", Later, Some("consent_declined")),
    (&[650_052, 700_011, 700_016, 1_000_031], "A", AppGone, None),
    (&[650_056, 650_057], "O", Operator, Some("installation_refused")),
    (&[70_000], "U", SignIn, None),
    (&[70_001, 7_000_112], "A", AppGone, Some("app_unavailable")),
    (&[70_003, 70_011, 700_022, 700_023], "B", Operator, Some("installation_refused")),
    (&[70_008, 700_082], "U", Expired, None),
    (&[700_054], "O", Operator, Some("installation_refused")),
    (&[700_084], "O, and U", SignIn, None),
    (&[90_002, 900_439, 900_561, 900_971, 9_002_326, 9_002_327, 9_002_332], "O", Operator, None),
    (&[90_055], "T", Wait(60), Some("microsoft_trouble")),
    (&[90_093, 90_094, 90_095], "A, C", Later, None),
    (&[9_002_313], "B", Operator, Some("installation_refused")),
];

/// The same conditions in Entra's other spelling, or with another finer reason.
#[rustfmt::skip]
const SPELT: &[(u32, &str, &str, Meaning)] = &[
    (50_072, "invalid_grant", "basic_action", SignIn),
    (50_074, "invalid_grant", "basic_action", SignIn),
    (50_076, "invalid_grant", "basic_action", SignIn),
    (50_078, "invalid_grant", "basic_action", SignIn),
    (50_079, "invalid_grant", "basic_action", SignIn),
    (50_158, "invalid_grant", "basic_action", SignIn),
    (53_000, "invalid_grant", "message_only", Blocked),
    (53_000, "invalid_grant", "additional_action", SignIn),
    (53_001, "invalid_grant", "message_only", Blocked),
    (53_001, "interaction_required", "additional_action", SignIn),
    (53_002, "invalid_grant", "message_only", Blocked),
    (53_003, "invalid_grant", "message_only", Blocked),
    (65_001, "consent_required", "", Consent),
    (65_001, "interaction_required", "consent_required", Consent),
    (500_133, "invalid_grant", "", Operator),
    (65_005, "unauthorized_client", "", Operator),
    (650_056, "invalid_client", "", Operator),
    (650_057, "invalid_client", "", Operator),
    (650_052, "invalid_grant", "", SignIn),
    (700_082, "invalid_grant", "bad_token", Expired),
    (70_002, "invalid_grant", "", Operator),
    (9_002_313, "invalid_grant", "bad_token", Operator),
    (700_084, "invalid_grant", "bad_token", SignIn),
    (50_053, "invalid_grant", "", SignIn),
];

fn documented(code: u32) -> DocumentedError {
    let row = documented_errors().into_iter().find(|row| row.code == code);
    row.unwrap_or_else(|| panic!("the simulator does not know {code}"))
}

async fn call(seat: &Seat) -> (u16, Value, Option<String>) {
    let asked = seat
        .app
        .ask(Method::POST, "/api/v1/tools/search_events")
        .with_key();
    let answer = asked.json(&json!({})).send().await;
    let wait = answer.header("retry-after").map(str::to_owned);
    (answer.status, answer.json()["error"].take(), wait)
}

async fn page(app: &App, language: &str) -> String {
    let asked = app
        .ask(Method::GET, "/integrations/outlook-calendar")
        .signed_in();
    asked.header("accept-language", language).send().await.body
}

/// What is true of a connection whose renewal is refused, whatever the number. The fault is set already.
async fn check(stack: &Stack, seat: &Seat, code: u32, meaning: Meaning, spelt: &str) {
    let (status, word, state) = meaning.told();
    let row = documented(code);
    let (told, error, wait) = call(seat).await;
    assert_eq!(
        (told, error["code"].as_str()),
        (status, Some(word)),
        "{code} {spelt}: {error}"
    );
    let waits = match meaning {
        Wait(seconds) => Some(seconds.to_string()),
        // Nobody asks for this connection for so long.
        Later | Operator => Some("30".to_owned()),
        _ => None,
    };
    assert_eq!(wait, waits, "{code} {spelt}");
    let helps = error["link"]
        .as_str()
        .map(|link| link.ends_with("/integrations/outlook-calendar"));
    assert_eq!(
        helps,
        (state != "connected").then_some(true),
        "{code} {spelt}"
    );
    let message = error["message"].as_str().expect("a sentence");
    assert!(
        !message.contains(row.meaning) && !message.contains("Trace"),
        "{code}: {message}"
    );

    let asked = stack.token_requests("refresh_token");
    for _ in 0..10 {
        let (_, error, _) = call(seat).await;
        let again = error["code"].as_str();
        // Where the number leaves the connection as it is, attache stops asking by itself after a while.
        let held = state == "connected" && again == Some("microsoft_throttled");
        assert!(held || again == Some(word), "{code} {spelt}: {error}");
    }
    let again = stack.token_requests("refresh_token");
    match state {
        // Trouble is tried twice at once, and then not for a while.
        "connected" => assert!(again <= 2, "{code} {spelt}: {again} token requests"),
        _ => assert_eq!((asked, again), (1, 1), "{code} {spelt}"),
    }

    let connection = stack.connection(seat).await.expect("it is still there");
    assert_eq!(connection.state.as_str(), state, "{code} {spelt}");
    for (language, sentence) in [("en", meaning.page().0), ("de", meaning.page().1)] {
        let page = page(&seat.app, language).await;
        assert!(page.contains(sentence), "{code} {spelt} {language}: {page}");
        assert!(
            !page.contains(row.meaning),
            "{code}: Microsoft's own text is shown"
        );
        let number = page.contains(&format!("AADSTS{code}"));
        assert_eq!(
            number,
            matches!(meaning, SignIn | Consent | Blocked | AppGone),
            "{code}"
        );
    }
    recorded(stack, seat, code, state).await;
    let trouble = stack.engine.installation_trouble().await.expect("known");
    if meaning == Operator || code == 700_084 {
        assert_eq!(
            trouble.and_then(|trouble| trouble.code),
            Some(code),
            "{code} {spelt}"
        );
    } else {
        assert_ne!(
            trouble.and_then(|trouble| trouble.code),
            Some(code),
            "{code} {spelt}"
        );
    }
}

/// The entries: each refusal with its number, and the change of state once.
async fn recorded(stack: &Stack, seat: &Seat, code: u32, state: &str) {
    let failed = stack.entries(seat, &[Kind::TokenRefreshFailed]).await;
    let number = format!("AADSTS{code}");
    assert!(!failed.is_empty(), "{code}");
    let named = |logged: &&store::audit::Logged| logged.record.reason.as_deref() == Some(&*number);
    assert_eq!(failed.iter().filter(named).count(), failed.len(), "{code}");
    let changed = stack.entries(seat, &[Kind::ConnectionStateChanged]).await;
    let changed: Vec<_> = changed
        .iter()
        .filter_map(|logged| logged.record.outcome.as_deref())
        .collect();
    let expected = if state == "connected" {
        vec![]
    } else {
        vec![state]
    };
    assert_eq!(changed, expected, "{code}");
}

/// An attache with an administrator, the tool allowed, and people as they are asked for.
async fn stack() -> Stack {
    let stack = Stack::new().await;
    stack.administrator_who_allows("search_events").await;
    stack
}

#[tokio::test]
async fn every_number_at_a_refresh_leaves_the_state_text_answer_and_entry_that_the_table_says() {
    let stack = stack().await;
    let mut seen = BTreeSet::new();
    for (number, (code, meaning)) in codes().enumerate() {
        let seat = stack.connected(number).await;
        stack.answers(Surface::Token, FaultAnswer::Aadsts(code));
        check(&stack, &seat, code, meaning, "").await;
        let connection = stack.connection(&seat).await.expect("it is still there");
        let asks = documented(code).challenges;
        assert_eq!(
            connection.state.claims().is_some(),
            asks,
            "{code}: claims are kept"
        );
        assert!(seen.insert(code), "{code} is there twice");
    }
    let known: BTreeSet<u32> = documented_errors().iter().map(|row| row.code).collect();
    assert_eq!(seen, known, "every number of the simulator has its row");
}

fn codes() -> impl Iterator<Item = (u32, Meaning)> {
    ROWS.iter()
        .flat_map(|(codes, _, meaning, _)| codes.iter().map(move |code| (*code, *meaning)))
}

#[tokio::test]
async fn a_condition_means_the_same_in_either_spelling() {
    let stack = stack().await;
    for (number, (code, error, suberror, meaning)) in SPELT.iter().enumerate() {
        let seat = stack.connected(number).await;
        let claims = documented(*code)
            .challenges
            .then(|| r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#.to_owned());
        let answer = FaultAnswer::EntraError {
            code: *code,
            error: (*error).to_owned(),
            suberror: Some((*suberror).to_owned()).filter(|text| !text.is_empty()),
            claims: claims.clone(),
        };
        stack.answers(Surface::Token, answer);
        check(&stack, &seat, *code, *meaning, error).await;
        let connection = stack.connection(&seat).await.expect("still there");
        assert_eq!(
            connection.state.claims(),
            claims.as_deref(),
            "{code} {error}"
        );
    }
}

/// Begins connecting; answers Microsoft's address and the cookie of the attempt.
async fn begin(app: &App) -> (String, String) {
    let token = app.form_token().await;
    let form = app
        .ask(Method::POST, "/integrations/outlook-calendar/connect")
        .form(&token, &[]);
    let answer = form.header("sec-fetch-site", "same-origin").send().await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let cookie = answer
        .header("set-cookie")
        .expect("a cookie")
        .split(';')
        .next()
        .unwrap_or_default();
    (
        answer.header("location").expect("a place").to_owned(),
        cookie.to_owned(),
    )
}

async fn come_back(app: &App, callback: &str, cookie: &str, language: &str) -> crate::app::Answer {
    let path = callback
        .strip_prefix(crate::stack::BASE)
        .expect("our own address");
    let asked = app.ask(Method::GET, path).signed_in_with(cookie);
    asked.header("accept-language", language).send().await
}

/// The page for a code of ours, recognised by its title.
fn is_about(page: &str, code: &str, language: &str) -> bool {
    let files = [
        ("en", include_str!("../../i18n/en.ftl")),
        ("de", include_str!("../../i18n/de.ftl")),
    ];
    let words = files
        .iter()
        .find(|(known, _)| *known == language)
        .expect("a language")
        .1;
    // Throttling has the words of its status.
    let about = if code == "microsoft_throttled" {
        "throttled"
    } else {
        code
    };
    let id = format!("error-{about}-title = ");
    let title = words
        .lines()
        .find_map(|line| line.strip_prefix(&id))
        .expect("words of its own");
    page.contains(title)
}

#[tokio::test]
async fn every_number_at_the_sign_in_page_stays_there_or_comes_back_as_words_of_ours_and_stores_nothing()
 {
    let stack = stack().await;
    let seat = stack
        .person(
            "00000000-0000-4000-8000-00000000000a",
            "anna@nordwind.example",
            false,
        )
        .await;
    #[expect(clippy::disallowed_methods, reason = "a browser of the test's own")]
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let mut left = 0;
    for (codes, _, _, expected) in ROWS {
        for code in *codes {
            stack.answers(Surface::Authorize, FaultAnswer::Aadsts(*code));
            let (location, cookie) = begin(&seat.app).await;
            let answer = browser
                .get(&location)
                .send()
                .await
                .expect("the simulator answers");
            let back = answer
                .headers()
                .get("location")
                .and_then(|to| to.to_str().ok())
                .map(str::to_owned);
            assert_eq!(back.is_some(), expected.is_some(), "{code}: {back:?}");
            let (Some(back), Some(expected)) = (back, expected) else {
                continue;
            };
            left += 1;
            let language = if left % 2 == 0 { "en" } else { "de" };
            let page = come_back(&seat.app, &back, &cookie, language).await;
            assert!(
                is_about(&page.body, expected, language),
                "{code} {expected}: {}",
                page.body
            );
            assert!(!page.body.contains(documented(*code).meaning), "{code}");
            let failed = stack.entries(&seat, &[Kind::ConnectFailed]).await;
            assert_eq!(
                failed[0].record.reason.as_deref(),
                Some(*expected),
                "{code}"
            );
            assert_eq!(failed[0].record.outcome, Some(format!("AADSTS{code}")));
            assert_eq!(stack.token_requests("authorization_code"), 0, "{code}");
        }
    }
    assert!(stack.connection(&seat).await.is_none(), "nothing is stored");
}

#[tokio::test]
async fn every_number_at_the_code_ends_the_attempt_with_words_of_ours_and_keeps_the_connection_there_is()
 {
    let stack = stack().await;
    let (seat, kept) = (
        stack
            .person(
                "00000000-0000-4000-8000-00000000000b",
                "anna@nordwind.example",
                false,
            )
            .await,
        stack.connected(900).await,
    );
    for (number, (code, meaning)) in codes().enumerate() {
        let seat = if number % 2 == 0 { &seat } else { &kept };
        stack.answers(Surface::Token, FaultAnswer::Aadsts(code));
        let (location, cookie) = begin(&seat.app).await;
        let state = url::Url::parse(&location).expect("an address");
        let state = state
            .query_pairs()
            .find(|(name, _)| name == "state")
            .expect("a state")
            .1;
        let back = format!(
            "{}/auth/microsoft/callback?code=made-up&state={state}",
            crate::stack::BASE
        );
        let language = if number % 3 == 0 { "de" } else { "en" };
        let page = come_back(&seat.app, &back, &cookie, language).await;
        let expected = meaning.of_code();
        assert!(
            is_about(&page.body, expected, language),
            "{code} {expected}: {}",
            page.body
        );
        assert!(!page.body.contains(documented(code).meaning), "{code}");
        assert_eq!(
            stack.token_requests("authorization_code"),
            1,
            "{code}: a code is sent once"
        );
        let failed = stack.entries(seat, &[Kind::ConnectFailed]).await;
        assert_eq!(failed[0].record.reason.as_deref(), Some(expected), "{code}");
        assert_eq!(failed[0].record.outcome, Some(format!("AADSTS{code}")));
    }
    assert!(stack.connection(&seat).await.is_none(), "nothing is stored");
    let connection = stack.connection(&kept).await.expect("kept");
    assert_eq!(
        connection.state.as_str(),
        "connected",
        "a failed attempt ends nothing"
    );
}

#[tokio::test]
async fn administrators_are_told_since_when_microsoft_refuses_attache_itself_and_nobody_else() {
    let stack = stack().await;
    let administrator = stack
        .person(
            "ffffffff-0000-4000-8000-000000000000",
            "admin@nordwind.example",
            true,
        )
        .await;
    let seat = stack.connected(1).await;
    stack.answers(Surface::Token, FaultAnswer::Aadsts(7_000_222));
    let ready = || async { seat.app.ask(Method::GET, "/readyz").send().await };
    assert_eq!(ready().await.body, "ok\n");
    call(&seat).await;
    let (mine, hers) = (
        page(&seat.app, "en").await,
        page(&administrator.app, "en").await,
    );
    assert!(
        hers.contains("Microsoft has refused attache itself since")
            && hers.contains("AADSTS7000222"),
        "{hers}"
    );
    assert!(
        !mine.contains("AADSTS7000222"),
        "it is nothing that she could do anything about"
    );
    assert!(
        page(&administrator.app, "de")
            .await
            .contains("Microsoft weist attache selbst ab")
    );
    let said = ready().await;
    assert_eq!((said.status, said.body.as_str()), (200, "ok\n"));
}
