//! `docs/permissions.txt` is what the program does: every line of its first table is tried over the real interfaces.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::house::House;

#[tokio::test]
async fn every_line_of_permissions_txt_is_what_an_agent_meets() {
    let document = include_str!("../../../../docs/permissions.txt");
    let table = document.split("\n2. ").next().expect("a first table");
    let lines: Vec<Vec<&str>> = table
        .lines()
        .map(columns)
        .filter(|cells| cells.len() == 6 && cells[0] != "tool")
        .collect();
    assert!(lines.len() >= 64, "{} lines", lines.len());

    let house = House::new(&[]);
    let mut administrator = house.signed_in(house.administrator()).await;
    let mut member = house.signed_in(house.member()).await;
    for connection in ["none", "connected"] {
        if connection == "connected" {
            house.connect(&mut member).await;
        }
        for level in ["not set", "deny", "ask", "always_allow"] {
            // Once set, a level cannot be unset; the fresh house of "none" is where nothing is set.
            let rows: Vec<_> = lines
                .iter()
                .filter(|cells| cells[1] == level && cells[2] == connection)
                .collect();
            if level == "not set" && connection == "connected" {
                continue;
            }
            if level != "not set" {
                let tools: BTreeSet<&str> = lines.iter().map(|cells| cells[0]).collect();
                assert!(tools.len() >= 9, "{tools:?}");
                let all: Vec<_> = tools.into_iter().map(|tool| (tool, level)).collect();
                house.set(&mut administrator, &all).await;
            }
            for of_one in rows.chunk_by(|one, other| one[0] == other[0]) {
                for cells in of_one {
                    check(&house, cells).await;
                }
                if level == "ask" {
                    // What waits is void now: an agent may have only so many questions open.
                    house
                        .set(&mut administrator, &[(of_one[0][0], "deny")])
                        .await;
                }
            }
        }
    }
    let fresh = House::new(&[]);
    let mut member = fresh.signed_in(fresh.member()).await;
    fresh.connect(&mut member).await;
    for cells in lines
        .iter()
        .filter(|cells| cells[1] == "not set" && cells[2] == "connected")
    {
        check(&fresh, cells).await;
    }
}

fn columns(line: &str) -> Vec<&str> {
    line.split("  ")
        .flat_map(|part| {
            if part.trim().is_empty() {
                None
            } else {
                Some(part.trim())
            }
        })
        .collect::<Vec<_>>()
        .into_iter()
        .flat_map(split_known)
        .collect()
}

/// Two cells that happen to be separated by one space only.
fn split_known(cell: &str) -> Vec<&str> {
    match cell {
        "not set" => vec![cell],
        _ => cell.split(' ').filter(|part| !part.is_empty()).collect(),
    }
}

const NOBODYS: &str = "ev_0123456789abcdef";

async fn check(house: &House, cells: &[&str]) {
    let [tool, level, connection, surface, listed, expected] = cells else {
        panic!("six cells")
    };
    let arguments = match *tool {
        "create_event" => {
            json!({"title": format!("By {surface}"), "start": "2031-03-04T10:00", "duration_minutes": 15})
        }
        "search_contacts" => json!({"query": "Anna Berger"}),
        "find_times" => json!({"duration_minutes": 30}),
        // An event that nobody has: that it was looked for shows that the tool ran.
        // The writes reach nobody, so that what the agent has read in other rows makes no difference.
        "read_event" => json!({"id": NOBODYS}),
        "cancel_event" => json!({"id": NOBODYS, "own_copy": true}),
        "update_event" => json!({"id": NOBODYS, "reminder_minutes": 5}),
        "respond_to_event" => json!({"id": NOBODYS, "answer": "accept", "notify": false}),
        _ => json!({}),
    };
    let (names, answered) = match *surface {
        "mcp" => over_mcp(house, tool, &arguments).await,
        _ => over_rest(house, tool, &arguments).await,
    };
    let shown = format!("{tool} {level} {connection} {surface}");
    assert_eq!(
        names.iter().any(|name| name == tool),
        *listed == "yes",
        "{shown} listed"
    );
    let answered = match answered.as_str() {
        "event_not_found" => "runs",
        other => other,
    };
    assert_eq!(answered, *expected, "{shown}");
}

async fn over_mcp(house: &House, tool: &str, arguments: &Value) -> (Vec<String>, String) {
    let list = house.mcp("tools/list", json!({})).await;
    let answer = house
        .mcp("tools/call", json!({"name": tool, "arguments": arguments}))
        .await;
    let word = match (
        &answer["error"]["code"],
        &answer["result"]["structuredContent"],
    ) {
        (code, _) if code == -32602 => "unknown_tool".to_owned(),
        (_, body) if body["status"] == "failed" => body["code"].as_str().unwrap_or("?").to_owned(),
        (_, body) => ran(body),
    };
    (names(&list["result"]["tools"]), word)
}

async fn over_rest(house: &House, tool: &str, arguments: &Value) -> (Vec<String>, String) {
    let list = house
        .client
        .get(format!("{}/api/v1/tools", house.base()))
        .bearer_auth(house.token())
        .send()
        .await
        .expect("an answer");
    let list: Value = list.json().await.expect("JSON");
    let (status, body) = house.rest(tool, arguments).await;
    let word = if status >= 400 {
        body["error"]["code"].as_str().unwrap_or("?").to_owned()
    } else {
        ran(&body)
    };
    (names(&list["tools"]), word)
}

fn ran(body: &Value) -> String {
    match body["status"].as_str().unwrap_or("?") {
        "done" | "ambiguous" | "not_found" => "runs".to_owned(),
        other => other.to_owned(),
    }
}

fn names(tools: &Value) -> Vec<String> {
    tools
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|tool| Some(tool["name"].as_str()?.to_owned()))
        .collect()
}
