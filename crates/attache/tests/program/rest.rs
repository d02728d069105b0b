//! `docs/rest.md` is true: its `curl` lines are run as they stand there, in the order they stand there.

use std::process::Command;

use serde_json::Value;

use crate::house::House;

/// Runs a named block of the document with these variables; the JSON bodies it prints.
fn run(block: &str, variables: &[(&str, &str)]) -> Vec<Value> {
    let document = include_str!("../../../../docs/rest.md");
    let script = document
        .split(&format!("```sh {block}\n"))
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("the block is in the document");
    let output = Command::new("bash")
        .args(["-euc", script])
        .envs(variables.iter().copied())
        .output()
        .expect("bash runs");
    assert!(
        output.status.success(),
        "{block}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::Deserializer::from_slice(&output.stdout)
        .into_iter()
        .map(|body| body.expect("JSON"))
        .collect()
}

#[tokio::test]
async fn the_story_over_rest_is_what_the_document_says() {
    let house = House::new(&[]);
    let (base, key) = (house.base().to_owned(), house.token().to_owned());
    let variables = [("BASE", base.as_str()), ("KEY", key.as_str())];
    assert_eq!(run("before", &variables)[0]["tools"], Value::Array(vec![]));

    let mut administrator = house.signed_in(house.administrator()).await;
    house
        .set(
            &mut administrator,
            &[("search_events", "always_allow"), ("create_event", "ask")],
        )
        .await;
    let mut member = house.signed_in(house.member()).await;
    house.connect(&mut member).await;

    let [tools, found, asked] = run("ask", &variables).try_into().expect("three answers");
    assert_eq!(tools["tools"].as_array().map(Vec::len), Some(3));
    assert_eq!(found["status"], "done");
    assert_eq!(asked["status"], "approval_required");
    let approval = asked["approval_id"].as_str().expect("an id");
    assert_eq!(stored(&house).await, 0);
    member.open(asked["link"].as_str().expect("a link")).await;
    member.submit("/approve", &[]).await;

    let with_approval = [variables[0], variables[1], ("APPROVAL", approval)];
    let done = &run("wait", &with_approval)[0];
    assert_eq!(
        (done["status"].as_str(), done["verified"].as_bool()),
        (Some("done"), Some(true))
    );
    assert_eq!(
        run("ask", &variables)[2]["status"],
        "done",
        "the same call again is the same answer"
    );
    assert_eq!(stored(&house).await, 1);

    member
        .open("/integrations/outlook-calendar/disconnect")
        .await;
    member.submit("/disconnect", &[]).await;
    assert_eq!(
        run("after", &variables)[0]["error"]["code"],
        "not_connected"
    );
}

async fn stored(house: &House) -> usize {
    let login = house.member()["login"].as_str().expect("a login");
    let url = format!("{}/_sim/events?login={login}", house.simulator());
    let events: Value = house
        .client
        .get(url)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let events = events
        .as_array()
        .or_else(|| events["value"].as_array())
        .or_else(|| events["events"].as_array())
        .expect("events")
        .clone();
    events
        .iter()
        .filter(|event| event["subject"] == "Site visit")
        .count()
}
