//! Every shape of event with every change: the whole answer, who is mailed, and that nothing else changes.

use serde_json::{Value, json};

use super::super::desk::{ANNA, Desk, LENA};
use super::super::seeded::Run;
use super::super::stage::{DAYS, SINGLES, turn};

/// Changes of every kind, each with a place of its own.
fn changes(desk: &Desk, whole_day: bool) -> Vec<Value> {
    let anna = desk.login(ANNA);
    let mut changes = vec![
        json!({"title": desk.title()}),
        json!({"move_days": 7}),
        json!({"move_days": -1}),
        json!({"add_attendees": [anna]}),
        json!({"add_optional": [anna]}),
        json!({"add_attendees": [anna], "add_optional": ["bo@outside.example"]}),
        json!({"remove_attendees": ["kim@outside.example"]}),
        json!({"remove_attendees": ["kim@outside.example"], "add_attendees": [anna]}),
        json!({"reminder_minutes": 45}),
        json!({"reminder_minutes": 0}),
        json!({"show_as": "free"}),
        json!({"show_as": "out_of_office"}),
        json!({"show_as": "working_elsewhere"}),
        json!({"sensitivity": "private"}),
        json!({"sensitivity": "personal"}),
        json!({"categories": ["Red", "Trip"]}),
        json!({"body": "New words."}),
        json!({"online": true}),
        json!({"title": desk.title(), "sensitivity": "confidential", "categories": ["Red"], "show_as": "tentative"}),
        json!({"move_days": 7, "body": "Later.", "add_attendees": [anna]}),
    ];
    if !whole_day {
        changes.extend([
            json!({"move_minutes": -45}),
            json!({"move_minutes": 1_440}),
            json!({"duration_minutes": 20}),
            json!({"duration_minutes": 600, "title": desk.title()}),
        ]);
    }
    changes
}

#[tokio::test]
async fn single_events_of_every_shape_take_every_change_and_keep_the_rest() {
    let desk = Desk::new().await;
    let mut run = Run::calm(&desk);
    let mut number = 0;
    for shape in SINGLES {
        for (place, mut change) in (0..).zip(changes(&desk, shape.whole_days())) {
            // Days on which no clock changes between before and after; the others are in the tables of times.
            let day = if change["move_days"].is_null() && change["move_minutes"].is_null() {
                turn(&DAYS, number)
            } else {
                "2031-06-10"
            };
            let kim = json!({"type": "required", "emailAddress": {"name": "Kim", "address": "kim@outside.example"}});
            let mut event = shape.body(day);
            event["attendees"] = json!([kim]);
            event["location"] = json!({"displayName": turn(&["", "Pier 3"], number)});
            change["location"] = format!("Room {place}").into();
            run.update_one("2031-01-01T00:00:00", &event, change).await;
            for copy in desk.house.sim.events_of(&desk.login(LENA)) {
                let title = copy["subject"].as_str().unwrap_or_default();
                if title.starts_with("Case ") {
                    let path = format!("/me/events/{}", copy["id"].as_str().expect("an id"));
                    desk.graph(LENA, reqwest::Method::DELETE, &path, None).await;
                }
            }
            number += 1;
        }
    }
    assert_eq!(number, 160);
}
