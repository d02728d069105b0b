//! Every address: who is let in, and what each must carry.

use axum::http::Method;
use serde_json::json;
use web::{ROUTES, Route, Who};

use crate::app::App;

/// An address with its parameters filled in.
fn filled(route: &Route) -> String {
    route
        .path
        .replace("{name}", "search_events")
        .replace("{id}", "apr_00000000000000000000000000")
        .replace("{hash}", "0000")
        .replace("{sequence}", "1")
}

#[tokio::test]
async fn every_listed_address_exists_and_answers_no_other_method() {
    let app = App::new().await;
    for route in ROUTES {
        let listed = |method: &Method| {
            ROUTES
                .iter()
                .any(|other| other.path == route.path && other.method == *method)
        };
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            let expected = listed(&method);
            let answer = app.ask(method.clone(), &filled(route)).send().await;
            assert_eq!(answer.status != 405, expected, "{method} {}", route.path);
            let unknown = answer.body.contains("There is nothing at this address");
            assert!(!unknown, "{method} {} is listed but missing", route.path);
        }
    }
}

#[tokio::test]
async fn a_stranger_is_sent_to_sign_in_or_asked_for_a_key_everywhere() {
    let app = App::new().await;
    for route in ROUTES {
        let answer = app.ask(route.method.clone(), &filled(route)).send().await;
        match route.who {
            Who::Anyone => assert_ne!(answer.status, 401, "{}", route.path),
            Who::Agent => {
                assert_eq!(answer.status, 401, "{}", route.path);
                assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
                assert_eq!(answer.json()["error"]["code"], "unauthenticated");
            }
            Who::Person | Who::Administrator => {
                assert_eq!(answer.status, 303, "{} {}", route.method, route.path);
                let to = answer.header("location").expect("a place to go");
                assert!(to == "/" || to.starts_with("/?return_to=%2F"), "{to}");
            }
        }
    }
}

#[tokio::test]
async fn a_session_opens_nothing_that_is_for_agents_or_administrators() {
    let app = App::new().await;
    for route in ROUTES {
        let asked = app.ask(route.method.clone(), &filled(route)).signed_in();
        let answer = asked.send().await;
        match route.who {
            Who::Agent => assert_eq!(answer.status, 401, "{}", route.path),
            Who::Administrator => assert_eq!(answer.status, 403, "{}", route.path),
            Who::Person | Who::Anyone => assert_ne!(answer.status, 401, "{}", route.path),
        }
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let app = App::new().await;
    let unknown = [
        (Method::GET, "/nothing".to_owned()),
        (Method::DELETE, "/".to_owned()),
    ];
    let listed = ROUTES
        .iter()
        .map(|route| (route.method.clone(), filled(route)));
    for (method, path) in listed.chain(unknown) {
        let answer = app.ask(method, &path).send().await;
        for name in [
            "content-security-policy",
            "x-content-type-options",
            "referrer-policy",
            "cross-origin-opener-policy",
            "cross-origin-resource-policy",
            "cache-control",
            "x-request-id",
        ] {
            assert!(answer.header(name).is_some(), "{path} lacks {name}");
        }
    }
}

#[tokio::test]
async fn files_are_compressed_and_pages_are_not() {
    let app = App::new().await;
    let compressed = async |path: &str| {
        let asked = app.ask(Method::GET, path).signed_in();
        let answer = asked.header("accept-encoding", "gzip").send().await;
        assert_eq!(answer.status, 200, "{path}");
        (
            answer.header("content-encoding") == Some("gzip"),
            answer.body,
        )
    };
    for path in ["/keys", "/integrations", "/activity?tool=reflected"] {
        let (compressed, page) = compressed(path).await;
        assert!(!compressed && page.contains("form_token"), "{path}");
    }
    let (_, page) = compressed("/keys").await;
    let (_, rest) = page
        .split_once("rel=\"stylesheet\" href=\"")
        .expect("a style");
    let style = rest.split('"').next().unwrap_or_default();
    assert!(compressed(style).await.0, "{style}");
}

#[tokio::test]
async fn browsers_find_a_picture_where_they_look_for_one() {
    let app = App::new().await;
    let answer = app.ask(Method::GET, "/favicon.ico").send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("image/svg+xml"));
}

#[tokio::test]
async fn only_known_host_names_are_answered_and_pages_move_to_the_right_one() {
    let app = App::new().await;
    let check = async |host: &str, path: &str, expected: u16| {
        let answer = app.ask(Method::GET, path).header("host", host).send().await;
        assert_eq!(answer.status, expected, "{host} {path}");
        answer
    };
    check("localhost:8080", "/", 200).await;
    check("LOCALHOST:8080", "/", 200).await;
    check("evil.example", "/", 421).await;
    check("evil.example", "/api/v1/openapi.json", 421).await;
    check("localhost:8080.evil.example", "/", 421).await;
    check("10.0.0.7", "/livez", 200).await;
    check("also.example", "/api/v1/openapi.json", 200).await;
    check("127.0.0.1:8080", "/api/v1/openapi.json", 421).await;
    let moved = check("127.0.0.1:8080", "/integrations?a=b", 307).await;
    assert_eq!(
        moved.header("location"),
        Some("http://localhost:8080/integrations?a=b")
    );
}

#[tokio::test]
async fn a_form_that_another_site_sends_is_refused() {
    let app = App::new().await;
    let check = async |name: &str, value: &str, refused: bool| {
        let asked = app.ask(Method::POST, "/sign-out").header(name, value);
        let answer = asked.send().await;
        assert_eq!(answer.status == 403, refused, "{name}: {value}");
    };
    check("sec-fetch-site", "cross-site", true).await;
    check("sec-fetch-site", "same-site", true).await;
    check("sec-fetch-site", "same-origin", false).await;
    check("sec-fetch-site", "none", true).await;
    check("origin", "https://evil.example", true).await;
    check("origin", "null", true).await;
    check("origin", "http://localhost:8080", false).await;
    let disguised = app
        .ask(Method::POST, "/sign-out")
        .header("origin", "http://localhost:8080")
        .header("sec-fetch-site", "cross-site");
    assert_eq!(disguised.send().await.status, 403);
}

#[tokio::test]
async fn a_page_is_shown_to_who_opens_it_and_to_nothing_that_only_loads_it() {
    let app = App::new().await;
    let check = async |headers: &[(&str, &str)], shown: bool| {
        let mut asked = app.ask(Method::GET, "/approvals").signed_in();
        for (name, value) in headers {
            asked = asked.header(name, value);
        }
        let answer = asked.send().await;
        assert_eq!(answer.status == 200, shown, "{headers:?}");
        assert_eq!(answer.status == 403, !shown, "{headers:?}");
    };
    check(&[], true).await;
    check(&[("sec-fetch-site", "none")], true).await;
    check(&[("sec-fetch-site", "same-origin")], true).await;
    let link = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    check(&link, true).await;
    for site in ["cross-site", "same-site"] {
        check(
            &[("sec-fetch-site", site), ("sec-fetch-mode", "no-cors")],
            false,
        )
        .await;
        check(&[("sec-fetch-site", site)], false).await;
    }
    for dest in ["iframe", "frame", "fencedframe", "embed", "object"] {
        let framed = [("sec-fetch-site", "same-origin"), ("sec-fetch-dest", dest)];
        check(&framed, false).await;
    }
    for (name, value) in [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("x-purpose", "preview"),
        ("x-moz", "prefetch"),
    ] {
        check(&[(name, value)], false).await;
    }
}

#[tokio::test]
async fn a16_no_address_and_no_form_decides_more_than_one_call() {
    let decides: Vec<_> = ROUTES
        .iter()
        .filter(|route| route.method != Method::GET && route.path.contains("approval"))
        .map(|route| (route.path, route.who))
        .collect();
    let expected = [
        ("/approvals/{id}/approve", Who::Person),
        ("/approvals/{id}/decline", Who::Person),
    ];
    assert_eq!(decides, expected);
    // The list leads to the cards; nothing is decided there.
    let app = App::new().await;
    let page = app.ask(Method::GET, "/approvals?state=all").signed_in();
    let page = page.send().await.body;
    let main = page.split("<main").nth(1).expect("a page");
    assert!(!main.contains("method=\"post\""), "{main}");
}

#[tokio::test]
async fn a_request_id_that_comes_in_is_ignored() {
    let app = App::new().await;
    let asked = app
        .ask(Method::GET, "/nothing")
        .header("x-request-id", "req_mine");
    let answer = asked.send().await;
    let id = answer.header("x-request-id").expect("an id");
    assert!(id.starts_with("req_") && id != "req_mine");
    assert!(answer.body.contains(id), "the page names the id");
    let answer = app.ask(Method::GET, "/api/nothing").send().await;
    let id = answer.header("x-request-id").expect("an id").to_owned();
    assert_eq!(
        answer.json(),
        json!({"error": {"code": "not_found", "message": "There is nothing at this address.", "request_id": id}})
    );
}
