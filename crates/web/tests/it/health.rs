//! Health: what administrators see of the installation, and nobody else.

use axum::http::Method;
use serde_json::json;
use sim::{FaultAnswer, Surface};

use crate::stack::{Seat, Stack};

const PLACE: &str = "/administration/health";

async fn page(seat: &Seat, language: &str) -> (u16, String) {
    let asked = seat.app.ask(Method::GET, PLACE).signed_in();
    let answer = asked.header("accept-language", language).send().await;
    (answer.status, answer.body)
}

async fn call(seat: &Seat) -> u16 {
    let asked = seat.app.ask(Method::POST, "/api/v1/tools/search_events");
    asked.with_key().json(&json!({})).send().await.status
}

#[tokio::test]
async fn administrators_see_how_the_installation_is_and_nobody_else_does() {
    let stack = Stack::new().await;
    let chief = stack.administrator_who_allows("search_events").await;
    let anna = stack.connected(1).await;
    let (status, good) = page(&chief, "en").await;
    assert_eq!(status, 200);
    for words in [
        "It can be written.",
        "It is being written.",
        "Nothing is wrong with this installation.",
        "attache proves itself with a secret.",
        "None is about to end.",
        "There is one, as the database is SQLite.",
        env!("CARGO_PKG_VERSION"),
        stack.store.active_key(),
    ] {
        assert!(good.contains(words), "{words}: {good}");
    }
    assert_eq!(good.matches("It answers.").count(), 2, "{good}");
    assert!(!good.contains("badge bad"));
    assert_eq!(good.matches("badge warn").count(), 1, "{good}");
    assert!(good.contains("Nobody has signed it yet."), "{good}");
    assert_eq!(page(&anna, "en").await.0, 403);

    stack.answers(Surface::Token, FaultAnswer::Aadsts(7_000_222));
    call(&anna).await;
    let (_, bad) = page(&chief, "en").await;
    assert!(
        bad.contains("AADSTS7000222") && bad.contains("Last heard"),
        "{bad}"
    );
    let (_, bad) = page(&chief, "de").await;
    assert!(bad.contains("Microsoft weist attache selbst ab"), "{bad}");
    let ready = anna.app.ask(Method::GET, "/readyz").send().await;
    assert_eq!(
        (ready.status, ready.body.as_str()),
        (200, "ok\n"),
        "strangers are told nothing"
    );
}

#[tokio::test]
async fn trouble_is_known_to_every_instance_until_any_is_given_a_token() {
    let stack = Stack::new().await;
    let chief = stack.administrator_who_allows("search_events").await;
    // Another instance heard it, which has died since.
    assert!(
        stack
            .store
            .note_trouble("refused", Some(7_000_215))
            .await
            .expect("noted")
    );
    assert!(
        !stack
            .store
            .note_trouble("refused", Some(7_000_215))
            .await
            .expect("noted")
    );
    assert!(page(&chief, "en").await.1.contains("AADSTS7000215"));
    assert!(stack.store.forget_trouble().await.expect("forgotten"));
    assert!(
        page(&chief, "en")
            .await
            .1
            .contains("Nothing is wrong with this installation.")
    );
}
