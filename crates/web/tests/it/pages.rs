//! Forms and pages of somebody who is signed in.

use axum::http::Method;

use crate::app::App;
use crate::stack::Stack;

const TOOLS: &str = "/administration/tools";
const OUTLOOK: &str = "/integrations/outlook-calendar";

#[tokio::test]
async fn a_page_that_is_out_of_date_takes_nothing_back() {
    let app = App::of_administrator().await;
    let token = app.form_token().await;
    let save = async |fields: &[(&str, &str)]| {
        let asked = app.ask(Method::POST, TOOLS).form(&token, fields);
        let answer = asked.send().await;
        (answer.status, answer.body)
    };
    let unset = ("was.search_events", "unset");
    let (status, _) = save(&[unset, ("level.search_events", "deny")]).await;
    assert_eq!(status, 303);

    let (status, page) = save(&[unset, ("level.search_events", "always_allow")]).await;
    assert_eq!(status, 409);
    assert!(page.contains("Somebody changed these levels meanwhile; nothing was saved."));
    let shown = "name=\"was.search_events\" value=\"deny\"";
    assert!(page.contains(shown), "the page shows what holds now");

    // A page that shows an old level of a tool, but changes another tool only, is welcome.
    let old = [
        unset,
        ("was.create_event", "unset"),
        ("level.create_event", "ask"),
    ];
    assert_eq!(save(&old).await.0, 303);
    let page = app.ask(Method::GET, TOOLS).signed_in().send().await.body;
    assert!(page.contains(shown));
    assert!(page.contains("name=\"was.create_event\" value=\"ask\""));
}

#[tokio::test]
async fn a_level_is_not_set_without_the_level_that_was_shown() {
    let app = App::of_administrator().await;
    let token = app.form_token().await;
    let fields = [("level.search_events", "always_allow")];
    let asked = app.ask(Method::POST, TOOLS).form(&token, &fields);
    assert_eq!(asked.send().await.status, 400);
    let page = app.ask(Method::GET, TOOLS).signed_in().send().await.body;
    for level in ["always_allow", "ask", "deny"] {
        assert!(!page.contains(&format!("value=\"{level}\" checked")));
    }
}

#[tokio::test]
async fn a_key_ends_by_itself_even_when_the_form_names_no_time() {
    let app = App::new().await;
    let token = app.form_token().await;
    let fields = [("name", "a marked agent")];
    let made = app.ask(Method::POST, "/keys").form(&token, &fields);
    let page = made.send().await.body;
    let (_, row) = page.split_once("a marked agent</bdi>").expect("a row");
    let row = row.split("</tr>").next().unwrap_or_default();
    assert!(!row.contains("Never"), "{row}");
}

#[tokio::test]
async fn a_failure_keeps_the_navigation_of_who_is_signed_in_and_the_simulators_banner() {
    let app = App::new().await;
    let check = async |method: Method, path: &str, signed_in: bool| {
        let asked = app.ask(method, path);
        let asked = if signed_in { asked.signed_in() } else { asked };
        let answer = asked.send().await;
        assert!(answer.status >= 400, "{path}");
        assert!(answer.body.contains("class=\"simulator\""), "{path}");
        let navigation = answer.body.contains("href=\"/approvals\"");
        assert_eq!(navigation, signed_in, "{path}");
        assert!(!answer.body.contains("marked"), "{path}");
    };
    check(Method::GET, "/nothing", false).await;
    check(Method::GET, "/nothing", true).await;
    check(Method::GET, TOOLS, true).await;
    check(Method::POST, "/keys", true).await;
    check(Method::GET, "/auth/microsoft/callback?code=marked", true).await;
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_refused_in_our_own_form() {
    let app = App::new().await;
    let check = async |path: &str, expected: u16| {
        let answer = app.ask(Method::GET, path).signed_in().send().await;
        assert_eq!(answer.status, expected, "{path}");
        let id = answer.header("x-request-id").expect("an id");
        assert!(answer.body.contains("<html lang="), "{path}");
        assert!(answer.body.contains(id), "{path}");
        assert!(!answer.body.contains("deserialize"), "{path}");
    };
    check("/approvals/%FF", 404).await;
    check("/static/%FF/x", 404).await;
    check("/?return_to=%2Fa&return_to=%2Fb", 400).await;
    check("/approvals?state=all&state=pending", 400).await;
    check("/activity?tool=a&tool=b", 400).await;
    check("/auth/microsoft/callback?state=a&state=b&code=c", 400).await;
    let answer = app
        .ask(Method::GET, "/api/v1/approvals/%FF")
        .with_key()
        .send()
        .await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json()["error"]["code"], "not_found");
}

#[tokio::test]
async fn an_administrators_consent_is_thanked_for_and_believed_by_nobody() {
    let app = App::new().await;
    let callback = "/auth/microsoft/callback?state=admin-consent&admin_consent=True";
    let forged = format!("{callback}&tenant=11111111-1111-4111-8111-111111111111");
    let thanked = app.ask(Method::GET, &forged).send().await;
    assert_eq!(thanked.status, 200);
    assert!(thanked.body.contains("Thank you, that is all"));
    assert!(thanked.header("set-cookie").is_none());

    let page = app.ask(Method::GET, OUTLOOK).signed_in().send().await.body;
    assert!(page.contains("Not connected"), "{page}");

    let declined = format!("{callback}&error=consent_required&error_description=marked");
    let refused = app.ask(Method::GET, &declined).send().await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("The consent was not given"));
    assert!(!refused.body.contains("marked"));
}

#[tokio::test]
async fn who_is_not_connected_finds_what_to_send_to_an_administrator() {
    let app = App::new().await;
    let page = app.ask(Method::GET, OUTLOOK).signed_in().send().await.body;
    let link = "http://127.0.0.1:9/11111111-1111-4111-8111-111111111111/v2.0/adminconsent?client_id=33333333-3333-4333-8333-333333333333";
    assert!(page.contains(&format!("href=\"{link}&#38;redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fauth%2Fmicrosoft%2Fcallback")), "{page}");
    assert!(page.contains(
        "scope=openid+offline_access+email+profile+https%3A%2F%2Fgraph.microsoft.com%2FUser.Read+"
    ));
}

#[tokio::test]
async fn attempts_in_two_tabs_have_a_cookie_each_and_both_come_back() {
    let stack = Stack::new().await;
    let seat = stack
        .person(
            "00000000-0000-4000-8000-00000000000d",
            "anna@nordwind.example",
            false,
        )
        .await;
    let token = seat.app.form_token().await;
    let mut tabs = Vec::new();
    for _ in 0..2 {
        let form = seat
            .app
            .ask(Method::POST, "/integrations/outlook-calendar/connect")
            .form(&token, &[]);
        let answer = form.header("sec-fetch-site", "same-origin").send().await;
        let cookie = answer
            .header("set-cookie")
            .expect("a cookie")
            .split(';')
            .next()
            .unwrap_or_default()
            .to_owned();
        let location =
            url::Url::parse(answer.header("location").expect("a place")).expect("an address");
        let state = location
            .query_pairs()
            .find(|(name, _)| name == "state")
            .expect("a state")
            .1
            .into_owned();
        tabs.push((cookie, state));
    }
    assert_ne!(tabs[0].0.split('=').next(), tabs[1].0.split('=').next());
    let jar = format!("{}; {}", tabs[0].0, tabs[1].0);
    for (_, state) in &tabs {
        let path = format!(
            "/auth/microsoft/callback?error=access_denied&error_subcode=cancel&state={state}"
        );
        let page = seat
            .app
            .ask(Method::GET, &path)
            .signed_in_with(&jar)
            .send()
            .await
            .body;
        assert!(page.contains("You stopped at Microsoft"), "{page}");
    }
}
