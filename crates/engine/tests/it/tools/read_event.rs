//! *Read Event*: what is answered of one event, whoever wrote it.

use domain::permission::Level;
use serde_json::json;

use crate::house::House;

const LEVELS: &[(&str, Level)] = &[
    ("read_event", Level::AlwaysAllow),
    ("search_events", Level::AlwaysAllow),
];

#[tokio::test]
async fn print_samples() {
    let house = House::new().await;
    let pair = house.connected(1, LEVELS).await;
    for title in [
        "Kundentermin Elbtal",
        "Partner",
        "Sales Sync",
        "Wochenstart",
        "Zahnarzt",
        "Demo für",
    ] {
        let arguments =
            json!({"from": "2026-01-01", "text": title, "to": "2026-12-31", "limit": 1});
        let answer = house.call(&pair, "search_events", arguments).await;
        let Ok(answer) = answer else {
            eprintln!("{title} {answer:?}");
            continue;
        };
        let answer = house
            .call(
                &pair,
                "read_event",
                json!({"id": answer.body["events"][0]["id"]}),
            )
            .await;
        let body = answer.expect("x").body;
        eprintln!("{} {body}", body.to_string().len());
    }
    for arguments in [
        json!({}),
        json!({"calendar": "anna.berger@nordwind.example"}),
        json!({"calendar": "x@nordwind.example"}),
        json!({"limit": 2}),
    ] {
        match house.call(&pair, "search_events", arguments).await {
            Ok(answer) => eprintln!("{} {}", answer.body.to_string().len(), answer.body),
            Err(error) => eprintln!("{error:?}"),
        }
    }
    for offered in engine::tools::all() {
        eprintln!(
            "{} {}",
            offered.name,
            serde_json::to_string(offered).unwrap().len()
        );
    }
}
