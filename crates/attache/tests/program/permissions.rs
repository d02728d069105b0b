//! `docs/permissions.txt` is what the program does: every line of its first three tables is tried over the real interfaces,
//! and in the simulated Microsoft's log nothing is found wherever nothing may be asked.

mod alone;
pub(crate) mod calls;
mod single;
mod together;

use std::collections::BTreeSet;

use crate::agent::Agent;
use crate::browser::Browser;
use crate::house::House;

/// Counting is not what these tests are about.
const UNLIMITED: [(&str, &str); 5] = [
    ("ATTACHE_LIMITS__WRITES_PER_MINUTE", "1000000"),
    ("ATTACHE_LIMITS__INVITATIONS_PER_DAY", "1000000"),
    ("ATTACHE_LIMITS__CALLS_PER_MINUTE", "1000000"),
    ("ATTACHE_LIMITS__ORGANISATION_WRITES_PER_MINUTE", "1000000"),
    (
        "ATTACHE_LIMITS__ORGANISATION_INVITATIONS_PER_DAY",
        "1000000",
    ),
];

/// The lines of one table, each as its cells.
fn table<const N: usize>(number: usize) -> Vec<[&'static str; N]> {
    let document = include_str!("../../../../docs/permissions.txt");
    let from = document
        .split_once(&format!("\n{number}. "))
        .expect("the table is there")
        .1;
    let until = format!("\n{}. ", number + 1);
    let text = from.split(&until).next().unwrap_or_default();
    let cells = |line: &'static str| {
        let cells = line
            .split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty());
        <[&str; N]>::try_from(cells.collect::<Vec<_>>()).ok()
    };
    // The first line that has so many cells is the head.
    text.lines().filter_map(cells).skip(1).collect()
}

fn tools() -> Vec<&'static str> {
    let tools: BTreeSet<&str> = table::<7>(1).iter().map(|line| line[0]).collect();
    assert_eq!(tools.len(), engine::tools::DEFINITIONS.len(), "{tools:?}");
    tools.into_iter().collect()
}

/// The administrator sets one level for these tools. Whatever waits because of another is void then.
async fn set(house: &House, administrator: &mut Browser, tools: &[&str], level: &str) {
    let levels: Vec<_> = tools.iter().map(|tool| (*tool, level)).collect();
    house.set(administrator, &levels).await;
}

/// The administrator sets exactly these rules, by name and number.
async fn set_rules(administrator: &mut Browser, rules: &[(&str, Option<&str>)]) {
    let mut fields = Vec::new();
    for (rule, amount) in rules {
        fields.push((format!("rule.{rule}"), "on".to_owned()));
        fields.extend(amount.map(|amount| (format!("amount.{rule}"), amount.to_owned())));
    }
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    administrator.open("/administration/tools").await;
    assert_eq!(administrator.tick("/tools/rules", &fields).await, 200);
}

/// Whether it matters to any tool what an agent has read.
async fn watch(administrator: &mut Browser, tools: &[&str]) {
    let fields: Vec<_> = tools.iter().map(|tool| format!("taint.{tool}")).collect();
    let fields: Vec<_> = fields.iter().map(|name| (name.as_str(), "on")).collect();
    administrator.open("/administration/tools").await;
    assert_eq!(administrator.tick("/tools/taint", &fields).await, 200);
}

/// The person sets what she adds for all tools, on the page that has this form.
async fn tighten(person: &mut Browser, page: &str, form: &str, level: &str) {
    let fields: Vec<_> = tools().iter().map(|tool| format!("own.{tool}")).collect();
    let fields: Vec<_> = fields.iter().map(|name| (name.as_str(), level)).collect();
    assert_eq!(person.open(page).await, 200);
    assert_eq!(person.submit(form, &fields).await, 200);
}

/// Holds one line of the document against what an agent meets, over one surface.
async fn check(
    agent: &Agent<'_>,
    surface: &str,
    shown: &str,
    (tool, arguments): (&str, &serde_json::Value),
    [listed, answer, asked]: [&str; 3],
) {
    let before = agent.house.asked_of_microsoft().await;
    let names = agent.list(surface).await;
    let met = agent.call(surface, tool, arguments).await;
    let requests = agent.house.asked_of_microsoft().await - before;
    let is_listed = names.iter().any(|name| name == tool);
    assert_eq!(is_listed, listed == "yes", "listed: {surface} {shown}");
    assert_eq!(met, answer, "answered: {surface} {shown} {arguments}");
    match asked {
        "no" => assert_eq!(requests, 0, "asked of Microsoft: {surface} {shown}"),
        "yes" => assert!(requests > 0, "nothing was asked: {surface} {shown}"),
        other => panic!("{other} is neither yes nor no"),
    }
}
