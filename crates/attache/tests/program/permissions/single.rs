//! Table 3: every rule by itself.

use serde_json::{Value, json};

use super::{UNLIMITED, calls, check, set, set_rules, table, tools, watch};
use crate::agent::{Agent, SURFACES};
use crate::browser::Browser;
use crate::house::House;

const WRITES: [&str; 4] = [
    "create_event",
    "update_event",
    "cancel_event",
    "respond_to_event",
];

/// Who takes part beside the agent.
struct People {
    administrator: Browser,
    member: Browser,
    colleague: String,
}

/// What somebody else has written, long enough to be recognised, as this agent has just read it.
async fn reads(agent: &Agent<'_>) -> String {
    // The invitation from outside is in this week.
    let (from, to) = (calls::days_from_now(-7), calls::days_from_now(7));
    let window = json!({"from": from, "to": to, "limit": 50});
    let found = agent.answer("mcp", "search_events", &window).await;
    let events = found["events"].as_array().expect("events");
    for event in events.iter().filter(|event| event["organizer"].is_string()) {
        let read = agent
            .answer("mcp", "read_event", &json!({"id": event["id"]}))
            .await;
        let text = read["body"]["text"].as_str().unwrap_or_default();
        if text.chars().count() > 60 {
            return text.to_owned();
        }
    }
    panic!("nobody has invited her with so many words: {found}")
}

/// Sets up one rule, and the agent that meets it.
async fn under<'a>(house: &'a House, people: &mut People, rule: &str) -> (Agent<'a>, String) {
    let mut words = rule.split(' ');
    let (name, amount) = (words.next().unwrap_or_default(), words.next());
    let administrator = &mut people.administrator;
    let is_rule = !name.starts_with("has");
    let rules: &[_] = if is_rule { &[(name, amount)] } else { &[] };
    set_rules(administrator, rules).await;
    let watched: &[&str] = match rule {
        "has read others' words" | "has read nothing" => &WRITES,
        _ => &[],
    };
    watch(administrator, watched).await;
    let agent = Agent::another(house, &mut people.member).await;
    let mut read = String::new();
    if rule.starts_with("has read") && rule != "has read nothing" {
        set(
            house,
            administrator,
            &["search_events", "read_event"],
            "always_allow",
        )
        .await;
        read = reads(&agent).await;
    }
    (agent, read)
}

#[tokio::test]
async fn p1_every_rule_raises_exactly_the_calls_that_permissions_txt_says() {
    let house = House::new(&UNLIMITED);
    let colleague = house.said["people"].as_array().into_iter().flatten();
    let login = |person: &Value| person["login"].as_str().expect("a login").to_owned();
    let member = login(house.member());
    let colleague = colleague.map(login).find(|login| *login != member);
    let mut people = People {
        administrator: house.signed_in(house.administrator()).await,
        member: house.signed_in(house.member()).await,
        colleague: colleague.expect("somebody else"),
    };
    house.connect(&mut people.member).await;
    set(&house, &mut people.administrator, &tools(), "always_allow").await;
    // From here on it is known when she works.
    let first = Agent::first(&house);
    assert_eq!(first.call("mcp", "read_profile", &json!({})).await, "runs");

    let (lines, mut number, mut walked) = (table::<7>(3), 0, 0);
    for under_one in lines.chunk_by(|one, other| one[0] == other[0]) {
        let (mut agent, read) = under(&house, &mut people, under_one[0][0]).await;
        for line in under_one {
            let [rule, tool, words, administrator, listed, answer, asked] = *line;
            if rule == "has read nothing" {
                // What the line before was answered may have held others' words.
                agent = Agent::another(&house, &mut people.member).await;
            }
            set(&house, &mut people.administrator, &[tool], administrator).await;
            for surface in SURFACES {
                number += 1;
                let arguments = calls::named(words, number, &people.colleague, &read);
                let expected = [listed, answer, asked];
                check(
                    &agent,
                    surface,
                    &format!("{line:?}"),
                    (tool, &arguments),
                    expected,
                )
                .await;
            }
            if answer.starts_with("approval_required") {
                set(&house, &mut people.administrator, &[tool], "deny").await;
            }
            walked += 1;
        }
    }
    assert_eq!(walked, lines.len());
    assert!(walked > 100, "{walked}");
}
