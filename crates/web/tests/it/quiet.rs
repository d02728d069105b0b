//! Words of others on a page are words: nothing in them makes a browser fetch or lead anywhere.

use axum::http::Method;
use domain::permission::Level;
use serde_json::json;

use crate::stack::Stack;

const WORDS: [&str; 8] = [
    "![x](https://evil.example/a.png)",
    "<img src=https://evil.example/b.png>",
    "<link rel=prefetch href=https://evil.example/c>",
    "[here](https://evil.example/d)",
    "https://evil.example/e",
    "//evil.example/f",
    "\"><script src=https://evil.example/g></script>",
    "url(https://evil.example/h)",
];

/// What the attributes of a page that a browser fetches from, or leads to, say.
fn addresses(page: &str) -> Vec<&str> {
    [
        "src=", "href=", "action=", "srcset=", "data=", "poster=", "content=", "style=",
    ]
    .into_iter()
    .flat_map(|name| page.match_indices(name).map(move |(at, _)| (at, name)))
    // Within a tag: words have no `<` of their own left.
    .filter(|(at, _)| page[..*at].rfind('<') > page[..*at].rfind('>'))
    .filter_map(|(at, name)| {
        let value = page[at + name.len()..].trim_start_matches(['"', '\'']);
        value.split(['"', '\'', ' ', '>']).next()
    })
    .collect()
}

#[tokio::test]
async fn u4_no_words_of_an_agent_or_an_event_make_a_browser_fetch_or_lead_anywhere() {
    let stack = Stack::new().await;
    let administrator = stack.administrator_who_allows("search_events").await;
    stack.set("create_event", Level::Ask, &administrator).await;
    let seat = stack.connected(1).await;
    let words = WORDS.join(" ");
    let taken_as_html = addresses(&words);
    assert_eq!(taken_as_html.len(), 3, "{taken_as_html:?}");
    let event = json!({
        "title": WORDS[..4].join(" "), "location": WORDS[4..].join(" "), "body": words,
        "start": "2031-03-04T10:00:00+01:00", "duration_minutes": 30,
    });
    let asked = seat
        .app
        .ask(Method::POST, "/api/v1/tools/create_event")
        .with_key();
    let waits = asked.json(&event).send().await.json();
    let id = waits["approval_id"].as_str().expect("an id");
    let token = seat.app.form_token().await;
    for (path, with_words) in [
        (format!("/approvals/{id}"), true),
        ("/approvals".to_owned(), true),
        ("/activity".to_owned(), false),
    ] {
        let page = seat.app.ask(Method::GET, &path).signed_in().send().await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.body.contains("evil.example"), with_words, "{path}");
        let found = addresses(&page.body);
        assert!(found.len() > 5, "{path}: {found:?}");
        for address in found {
            assert!(!address.contains("evil.example"), "{path}: {address}");
        }
        let policy = page.header("content-security-policy").expect("a policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        // A form may go on to Microsoft's sign-in; nothing is loaded from anywhere else.
        let loads = |directive: &&str| !directive.trim().starts_with("form-action");
        for directive in policy.split(';').filter(loads) {
            assert!(
                !directive.contains("//") && !directive.contains('*'),
                "{directive}"
            );
        }
    }
    let path = format!("/approvals/{id}/decline");
    let declined = seat.app.ask(Method::POST, &path).form(&token, &[]);
    let declined = declined.header("sec-fetch-site", "same-origin");
    assert_eq!(declined.send().await.status, 303);
}
