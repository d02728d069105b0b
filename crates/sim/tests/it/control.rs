//! The control surface, and starting and stopping.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::browser::{App, client, lena, refresh, simulator};

#[tokio::test]
async fn everything_but_the_secrets_can_be_had_over_http() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let app = App::connected(&simulator, &person).await;
    let at = |path: &str| format!("{}/_sim{path}", simulator.base());
    let page = client().get(at("/")).send().await.expect("an answer");
    assert_eq!(page.headers()["x-simulator"], "attache");
    let page = page.text().await.expect("a page");
    assert!(page.contains(&person.login) && page.contains(&person.password));
    let people: Value = client()
        .get(at("/people"))
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(people[1]["login"], person.login);
    let events = client()
        .get(at(&format!("/events?login={}", person.login)))
        .send()
        .await
        .expect("an answer");
    assert!(events.json::<Vec<Value>>().await.expect("JSON").len() > 20);
    let fault =
        json!({ "surface": "graph", "times": 1, "answer": { "throttle": { "retry_after": 3 } } });
    let set = client()
        .post(at("/faults"))
        .json(&fault)
        .send()
        .await
        .expect("an answer");
    assert_eq!(set.status(), StatusCode::NO_CONTENT);
    assert_eq!(app.get("/me").await.status, StatusCode::TOO_MANY_REQUESTS);
    let wrong = client()
        .post(at("/faults"))
        .json(&json!({ "surface": "moon" }))
        .send()
        .await
        .expect("an answer");
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    let log: Vec<Value> = client()
        .get(at("/log"))
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(log.last().map(|entry| &entry["status"]), Some(&json!(429)));
    client().delete(at("/log")).send().await.expect("an answer");
    assert!(simulator.log().is_empty());
    client()
        .post(at("/revoke"))
        .json(&json!({ "login": person.login }))
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        refresh(&simulator, &app.refresh_token, &[]).await.1["error_codes"],
        json!([50173])
    );
    client()
        .post(at("/clock"))
        .json(&json!({ "advance_seconds": 7200 }))
        .send()
        .await
        .expect("an answer");
    let expired = app.get("/me").await;
    assert_eq!(
        (expired.status, expired.code()),
        (StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken")
    );
    assert_eq!(
        client()
            .get(at("/secrets"))
            .send()
            .await
            .expect("an answer")
            .status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_stopped_simulator_answers_nobody() {
    let simulator = simulator().await;
    let page = format!("{}/_sim/", simulator.base());
    assert!(client().get(&page).send().await.is_ok());
    simulator.stop().await;
    assert!(client().get(&page).send().await.is_err());
}

#[tokio::test]
async fn the_same_start_gives_the_same_company() {
    let (one, other) = (simulator().await, simulator().await);
    assert_eq!(one.people(), other.people());
    let ids = |simulator: &sim::Simulator| -> Vec<Value> {
        simulator
            .events_of(&lena(simulator).login)
            .iter()
            .map(|event| event["id"].clone())
            .collect()
    };
    assert_eq!(ids(&one), ids(&other));
}

#[tokio::test]
async fn each_button_of_the_page_does_what_it_says_and_comes_back() {
    let simulator = simulator().await;
    let page = format!("{}/_sim/", simulator.base());
    let shown = async || {
        let answer = client().get(&page).send().await.expect("a page");
        answer.text().await.expect("text")
    };
    // What a browser would send for each of them; the last ones put everything back.
    let mut steps = Vec::new();
    for part in shown()
        .await
        .split("<button name=\"step\" value=\"")
        .skip(1)
    {
        let (value, _) = part.split_once('"').expect("an end");
        steps.push(
            value
                .replace("&quot;", "\"")
                .replace("&#34;", "\"")
                .replace("&amp;", "&"),
        );
    }
    assert!(steps.len() > 40, "{}", steps.len());
    for step in &steps {
        let form = [("step", step.as_str())];
        let answer = client()
            .post(&page)
            .form(&form)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{step}");
    }
    simulator.clear_faults();
    let disable = steps
        .iter()
        .find(|step| step.contains("\"disabled\":true"))
        .expect("a button");
    let form = [("step", disable.as_str())];
    client()
        .post(&page)
        .form(&form)
        .send()
        .await
        .expect("an answer");
    assert!(shown().await.contains("(disabled)"));

    for wrong in [
        "{\"path\":\"/_sim/\"}",
        "{\"path\":\"/v1.0/me\"}",
        "nonsense",
    ] {
        let form = [("step", wrong)];
        let answer = client()
            .post(&page)
            .form(&form)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{wrong}");
    }
}
