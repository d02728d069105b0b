//! *Search Contacts* against the stand-in: four hundred names in a company where names are no good, and every way in which a
//! source can fail.

mod world;

use domain::permission::Level;
use serde_json::{Value, json};

use crate::house::{House, Pair};

const TOOL: &str = "search_contacts";
/// A query and who is meant by it: see the first line of the file.
const QUERIES: &str = include_str!("search_contacts/queries.tsv");

/// Somebody of the company of bad names, connected.
async fn nordlicht() -> (House, Pair) {
    let house = House::with(world::options(), std::time::Duration::from_secs(60)).await;
    let pair = house.connected(1, &[(TOOL, Level::AlwaysAllow)]).await;
    (house, pair)
}

async fn search(house: &House, pair: &Pair, query: &str) -> Value {
    let answer = house.call(pair, TOOL, json!({"query": query})).await;
    answer
        .unwrap_or_else(|error| panic!("{query}: {error}"))
        .body
}

fn addresses(body: &Value) -> Vec<&str> {
    let people = body["people"].as_array().into_iter().flatten();
    people
        .filter_map(|person| person["address"].as_str())
        .collect()
}

/// How an answer does for a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// The one who is meant, and nobody else.
    Right,
    /// A question, the one who is meant first.
    First,
    /// A question that has all who are meant.
    Among,
    /// A question where nobody or somebody else is meant, or not found where nobody is meant.
    Nobody,
    /// Who is meant is not in the answer.
    Missed,
    /// An answer that is somebody else, or one of several: what must never be.
    Wrong,
}

fn outcome(meant: &str, body: &Value) -> Outcome {
    let found = addresses(body);
    let done = body["status"] == "done";
    let meant: Vec<String> = match meant {
        "-" => {
            return if done {
                Outcome::Wrong
            } else {
                Outcome::Nobody
            };
        }
        "?" if done => return Outcome::Wrong,
        "?" if found.len() > 1 => return Outcome::Among,
        "?" => return Outcome::Missed,
        several => several.split(", ").map(world::address).collect(),
    };
    let has = |who: &String| {
        found
            .iter()
            .any(|address| address.eq_ignore_ascii_case(who))
    };
    match (done, meant.as_slice()) {
        (true, [only]) if has(only) => Outcome::Right,
        (true, _) => Outcome::Wrong,
        (false, [only])
            if found
                .first()
                .is_some_and(|first| first.eq_ignore_ascii_case(only)) =>
        {
            Outcome::First
        }
        (false, all) if all.iter().all(has) => Outcome::Among,
        (false, _) => Outcome::Missed,
    }
}

#[tokio::test]
async fn of_four_hundred_names_none_leads_to_somebody_else_and_nearly_all_to_who_is_meant() {
    let (house, pair) = nordlicht().await;
    let (mut outcomes, mut most) = (Vec::new(), 0);
    for line in world::lines(QUERIES) {
        let [query, meant] = world::columns(line);
        house.sim.clear_log();
        let body = search(&house, &pair, query).await;
        most = most.max(house.graph_requests().len());
        let outcome = outcome(meant, &body);
        if matches!(outcome, Outcome::Missed | Outcome::Wrong) {
            println!(
                "{outcome:?}: {query} ({meant}): {} {:?}",
                body["status"],
                addresses(&body)
            );
        }
        outcomes.push(outcome);
    }
    let count = |wanted: Outcome| {
        outcomes
            .iter()
            .filter(|outcome| **outcome == wanted)
            .count()
    };
    let (all, right, first, among) = (
        outcomes.len(),
        count(Outcome::Right),
        count(Outcome::First),
        count(Outcome::Among),
    );
    let (nobody, missed, wrong) = (
        count(Outcome::Nobody),
        count(Outcome::Missed),
        count(Outcome::Wrong),
    );
    println!(
        "{all} queries: {right} right, {first} asked with the right one first, {among} asked with all who are meant, {nobody} of nobody, {missed} missed, {wrong} wrong; at most {most} requests each"
    );
    assert!(all >= 300);
    assert_eq!(wrong, 0, "never a wrong single answer");
    assert!(missed <= 4, "{missed} missed");
    assert!(right >= 180, "{right} right");
    assert!(right + first >= 300, "{right} right, {first} first");
}
