//! A6: a thousand presses of one button, from several browsers of its owner at once, are one event.

use futures_util::stream::{self, StreamExt as _};
use reqwest::header::LOCATION;
use serde_json::{Value, json};
use sim::Rotation;

use crate::database::Database;
use crate::house::House;
use crate::tries::SESSION;

const PRESSES: usize = 1_000;
/// So many are under way at any moment.
const AT_ONCE: usize = 200;
const BROWSERS: usize = 5;

#[tokio::test(flavor = "multi_thread")]
async fn a6_a_thousand_presses_of_one_button_in_five_browsers_make_one_event() {
    let levels = [("level.create_event", "ask")];
    let house = House::built(Database::sqlite(), Rotation::Lenient, 1, &levels).await;
    let event = json!({"title": "Pressed", "start": "2031-03-04T10:00", "duration_minutes": 30});
    let asked = house
        .client
        .post(format!("{}/api/v1/tools/create_event", house.base))
        .bearer_auth(&house.people[0].key)
        .json(&event);
    let asked: Value = asked
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let card = format!(
        "/approvals/{}",
        asked["approval_id"].as_str().expect("an id")
    );

    let mut browsers = Vec::new();
    for _ in 0..BROWSERS {
        let mut browser = house.signed_in(&house.people[0].who).await;
        assert_eq!(browser.open(&format!("{}{card}", house.base)).await, 200);
        browsers.push(browser);
    }
    #[expect(clippy::disallowed_methods, reason = "a browser that follows nothing")]
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let presses = (0..PRESSES).map(|number| {
        let browser = &browsers[number % BROWSERS];
        let field = |name: &str| {
            let found = browser
                .html
                .split(&format!("name=\"{name}\" value=\""))
                .nth(1);
            found
                .and_then(|rest| rest.split('"').next())
                .expect("a form")
                .to_owned()
        };
        let form = [("form_token", field("form_token")), ("card", field("card"))];
        let request = client
            .post(format!("{}{card}/approve", house.base))
            .header("cookie", format!("{SESSION}={}", browser.cookies[SESSION]))
            .form(&form);
        async move {
            let answer = request.send().await.expect("an answer");
            let to = answer
                .headers()
                .get(LOCATION)
                .map(|to| to.to_str().expect("text").to_owned());
            (answer.status().as_u16(), to)
        }
    });
    let answers: Vec<_> = stream::iter(presses)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    assert_eq!(answers.len(), PRESSES);
    let strange = answers
        .iter()
        .find(|answer| **answer != (303, Some(card.clone())));
    assert_eq!(
        strange,
        None,
        "everybody is led back to the card: {}",
        house.remarks()
    );

    let login = house.people[0].who["login"].as_str().expect("a login");
    let made = house.sim.events_of(login).into_iter();
    assert_eq!(
        made.filter(|event| event["subject"] == "Pressed").count(),
        1
    );
    let sent = house.sim.log().into_iter();
    let sent = sent.filter(|entry| entry.method == "POST" && entry.path.ends_with("/events"));
    assert_eq!(sent.count(), 1);
    for browser in &mut browsers {
        assert_eq!(browser.open(&format!("{}{card}", house.base)).await, 200);
        assert!(
            browser.html.contains("note outcome good"),
            "{}",
            browser.html
        );
    }
}
