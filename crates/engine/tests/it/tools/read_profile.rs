//! *Read Profile*: who the person is, and what "today" means where she is.

mod cases;

use domain::permission::Level;
use serde_json::json;

use super::reader::Reader;
use crate::house::House;

const LEVELS: &[(&str, Level)] = &[("read_profile", Level::AlwaysAllow)];

#[tokio::test]
async fn a_profile_says_who_where_and_which_calendars() {
    let reader = Reader::new(House::new().await, 1, LEVELS).await;
    let answer = reader.done("read_profile", json!({})).await;
    for (field, expected) in [
        ("name", json!("Lena Hoffmann")),
        ("address", json!("lena.hoffmann@nordwind.example")),
        ("job_title", json!("Key Account Managerin")),
        ("language", json!("de-DE")),
        ("zone", json!("Europe/Berlin")),
        (
            "calendars",
            json!([
                {"name": "Kalender", "can": "change"},
                {"name": "Anna Berger", "can": "read", "owner": "anna.berger@nordwind.example"},
            ]),
        ),
    ] {
        assert_eq!(answer[field], expected, "{field} of {answer}");
    }
    let now: jiff::Timestamp = reader.house.now();
    let said = answer["now"].as_str().expect("a time");
    let said: jiff::Timestamp = said.parse().expect("with its offset");
    assert!(now.duration_since(said).as_secs().abs() <= 61, "{answer}");
    let change = answer["clocks_change"].as_str().expect("Berlin has them");
    assert!(
        change.ends_with("T03:00+02:00") || change.ends_with("T02:00+01:00"),
        "{change}"
    );
    assert!(answer.to_string().len() <= 600, "{answer}");
    assert_eq!(reader.requests().len(), 3);
}

#[tokio::test]
async fn a_mailbox_with_a_zone_of_its_own_has_the_one_of_the_browser() {
    let house = House::new().await;
    let people = house.sim.people();
    let who = people
        .iter()
        .position(|person| person.login.starts_with("michael.carter"));
    let reader = Reader::new(house, who.expect("he is there"), LEVELS).await;
    let answer = reader.done("read_profile", json!({})).await;
    assert!(
        answer["zone"].is_string() && answer["now"].is_string(),
        "{answer}"
    );
}
