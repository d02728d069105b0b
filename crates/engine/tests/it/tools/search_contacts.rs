//! *Search Contacts* against the stand-in: four hundred names in a company where names are no good, and every way in which a
//! source can fail.

mod world;

use domain::permission::Level;
use serde_json::{Value, json};
use sim::{Company, Fault, FaultAnswer, Options, Surface};

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
    assert!(missed <= 1, "{missed} missed");
    assert!(right >= 215, "{right} right");
    assert!(right + first >= 320, "{right} right, {first} first");
}

/// A fault at every request whose path holds this.
fn fault(path: &str, answer: FaultAnswer) -> Fault {
    Fault {
        surface: Surface::Graph,
        path_contains: Some(path.into()),
        answer,
        ..Fault::default()
    }
}

fn answers(status: u16, body: &str) -> FaultAnswer {
    FaultAnswer::Status {
        status,
        headers: vec![("content-type".into(), "application/json".into())],
        body: body.into(),
    }
}

fn denied() -> FaultAnswer {
    answers(
        403,
        r#"{"error":{"code":"ErrorAccessDenied","message":"x"}}"#,
    )
}

/// Status, addresses before the @, and the sources that were not searched.
fn told(body: &Value) -> String {
    let people: Vec<&str> = addresses(body)
        .into_iter()
        .filter_map(|address| address.split('@').next())
        .collect();
    let silent = body["not_searched"].as_array().into_iter().flatten();
    let silent: Vec<&str> = silent.filter_map(Value::as_str).collect();
    let told = format!(
        "{} {} -{}",
        body["status"].as_str().unwrap_or_default(),
        people.join(" "),
        silent.join(" ")
    );
    told.trim_end_matches(" -").to_owned()
}

#[tokio::test]
async fn one_silent_source_neither_hides_the_others_nor_is_hidden() {
    let house = House::new().await;
    let pair = house.connected(1, &[(TOOL, Level::AlwaysAllow)]).await;
    let throttled = || FaultAnswer::Throttle { retry_after: 600 };
    let foreign = r#"{"value":[],"@odata.nextLink":"https://graph.elsewhere.example/v1.0/me/contacts?$skip=10"}"#;
    let cases = [
        // Without the people nobody else of a name is missed: the organisation may have switched them off.
        (
            "/me/people",
            denied(),
            "Anna Berger",
            "done anna.berger -people",
        ),
        (
            "/me/people",
            throttled(),
            "Anna Berger",
            "done anna.berger -people",
        ),
        (
            "/me/people",
            FaultAnswer::Garbage,
            "Bergr",
            "ambiguous anna.berger -people",
        ),
        // Without directory or contacts somebody else of the name may exist.
        (
            "/users",
            throttled(),
            "Anna Berger",
            "ambiguous anna.berger -directory",
        ),
        (
            "/users",
            denied(),
            "Paul Schneider",
            "ambiguous paul.schneider -directory",
        ),
        (
            "/me/contacts",
            denied(),
            "Anna Berger",
            "ambiguous anna.berger -contacts",
        ),
        (
            "/me/contacts",
            FaultAnswer::ErrorInside,
            "Anna Berger",
            "ambiguous anna.berger -contacts",
        ),
        (
            "/me/contacts",
            answers(200, foreign),
            "Anna Berger",
            "ambiguous anna.berger -contacts",
        ),
        (
            "/me/contactFolders",
            throttled(),
            "Anna Berger",
            "ambiguous anna.berger -contacts",
        ),
        // An address is an address, whoever else there is.
        (
            "/users",
            throttled(),
            "giulia.rossi@portotrade.example",
            "done giulia.rossi -directory",
        ),
        // Nobody found is not nobody there.
        ("/users", denied(), "Zebulon", "not_found  -directory"),
    ];
    for (path, answer, query, expected) in cases {
        house.sim.clear_faults();
        house.sim.fault(fault(path, answer));
        assert_eq!(
            told(&search(&house, &pair, query).await),
            expected,
            "{path} {query}"
        );
    }
    house.sim.clear_faults();
    assert_eq!(
        told(&search(&house, &pair, "Anna Berger").await),
        "done anna.berger"
    );
    house.sim.fault(fault("", denied()));
    assert_eq!(
        house
            .word(&pair, TOOL, json!({"query": "Anna Berger"}))
            .await,
        "microsoft_forbidden"
    );
}

#[tokio::test]
async fn a_mailbox_nobody_has_written_to_yet_has_nobody_relevant_and_is_searched_all_the_same() {
    let house = House::new().await;
    let pair = house.connected(1, &[(TOOL, Level::AlwaysAllow)]).await;
    house
        .sim
        .fault(fault("/me/people", answers(200, r#"{"value":[]}"#)));
    for (query, expected) in [
        ("Anna Berger", "done anna.berger"),
        ("Anna", "ambiguous anna.berger anna.brandt anna.schmidt"),
        ("Giulia Rossi", "done giulia.rossi"),
        ("Maier", "ambiguous c.meier t.meyer"),
    ] {
        assert_eq!(
            told(&search(&house, &pair, query).await),
            expected,
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_challenge_to_one_source_is_met_and_not_taken_for_silence() {
    let house = House::new().await;
    let pair = house.connected(1, &[(TOOL, Level::AlwaysAllow)]).await;
    let once = |path| Fault {
        times: Some(1),
        ..fault(path, FaultAnswer::ClaimsChallenge)
    };
    for path in ["/me/people", "/users", "/me/contacts"] {
        house.sim.fault(once(path));
        assert_eq!(
            told(&search(&house, &pair, "Anna Berger").await),
            "done anna.berger",
            "{path}"
        );
    }
}

#[tokio::test]
async fn contacts_in_folders_and_beyond_the_thousandth_are_found() {
    let house = House::new().await;
    let pair = house.connected(1, &[(TOOL, Level::AlwaysAllow)]).await;
    let body = search(&house, &pair, "Ole Sievers").await;
    assert_eq!(told(&body), "done o.sievers");
    assert!(
        body["people"][0]["from"]
            .as_array()
            .is_some_and(|from| from.contains(&json!("contacts")))
    );

    let mut text = "[company]\nname = \"N\"\ndomain = \"n.example\"\n".to_owned();
    for (login, administrator) in [("ada", true), ("ben", false)] {
        text += &format!(
            "[[person]]\nlogin = \"{login}@n.example\"\npassword = \"pw-{login}\"\ngiven_name = \"{login}\"\nsurname = \"Obi\"\nadministrator = {administrator}\n"
        );
    }
    for number in 0..1_300 {
        text += &format!(
            "[[contact]]\nof = \"ben@n.example\"\ngiven_name = \"Kim\"\nsurname = \"Number{number}\"\naddress = \"kim{number}@k.example\"\n"
        );
    }
    let company = Company::parse(&text).expect("a company");
    let options = Options {
        company,
        ..Options::default()
    };
    let house = House::with(options, std::time::Duration::from_secs(60)).await;
    let pair = house.connected(1, &[(TOOL, Level::AlwaysAllow)]).await;
    for number in [0, 499, 500, 999, 1_000, 1_299] {
        let body = search(&house, &pair, &format!("Kim Number{number}")).await;
        assert_eq!(told(&body), format!("done kim{number}"));
    }
    let body = search(&house, &pair, "Kim").await;
    assert_eq!(
        (&body["status"], &body["more"]),
        (&json!("ambiguous"), &json!(1_295))
    );
}

#[tokio::test]
async fn u9_a_name_in_an_invitation_is_never_a_source_of_an_address() {
    let house = House::new().await;
    let pair = house.connected(1, &[(TOOL, Level::AlwaysAllow)]).await;
    let events = house.sim.events_of(&pair.login);
    let mut parties: Vec<(String, String)> = Vec::new();
    for event in &events {
        let attendees = event["attendees"].as_array().into_iter().flatten();
        for party in attendees.chain([&event["organizer"]]) {
            let text = |field: &str| {
                party["emailAddress"][field]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            };
            parties.push((text("name"), text("address")));
        }
    }
    parties.sort();
    parties.dedup();
    let mut strangers = 0;
    for (name, address) in &parties {
        for query in [name, address] {
            if !(2..=100).contains(&query.chars().count()) {
                continue;
            }
            let body = search(&house, &pair, query).await;
            let found = addresses(&body);
            let known = found
                .iter()
                .any(|found| found.eq_ignore_ascii_case(address));
            strangers += usize::from(!known);
            let from = body["people"]
                .as_array()
                .into_iter()
                .flatten()
                .flat_map(|person| person["from"].as_array().into_iter().flatten());
            assert!(from.clone().all(|source| {
                ["contacts", "people", "directory"]
                    .iter()
                    .any(|one| source == one)
            }));
        }
    }
    assert!(
        strangers >= 2,
        "somebody is in an invitation and nowhere else"
    );
    let may = [
        "/me",
        "/me/contacts",
        "/me/people",
        "/users",
        "/me/calendar/getSchedule",
    ];
    for request in house.graph_requests() {
        let path = request.path.trim_start_matches("/v1.0");
        assert!(
            may.contains(&path) || path.starts_with("/me/contactFolders"),
            "{path} was asked"
        );
    }
}

#[tokio::test]
async fn candidates_are_told_apart_and_groups_and_guests_are_marked() {
    let (house, pair) = nordlicht().await;
    let fact = |body: &Value, address: &str, field: &str| {
        let people = body["people"].as_array().expect("a list");
        let person = people
            .iter()
            .find(|person| person["address"] == world::address(address));
        person.unwrap_or_else(|| panic!("{address} is not in {body}"))[field].clone()
    };
    let body = search(&house, &pair, "Eva Lang").await;
    assert_eq!(fact(&body, "eva.lang", "department"), "Marketing");
    assert_eq!(fact(&body, "eva.lang2", "department"), "Einkauf");
    let body = search(&house, &pair, "Bernd Adler").await;
    assert_eq!(fact(&body, "bernd.adler", "company"), "Nordlicht AG");
    assert_eq!(
        fact(&body, "bernd.adler@adler.example", "company"),
        "Adler Optik"
    );
    let body = search(&house, &pair, "Projekt Leuchtturm").await;
    assert_eq!(fact(&body, "leuchtturm", "group"), true);
    let body = search(&house, &pair, "Paul Schneider").await;
    let paul = &body["people"][0];
    assert_eq!(
        (&paul["guest"], &paul["from"]),
        (&json!(true), &json!(["contacts", "people", "directory"]))
    );
    assert_eq!(paul["other_addresses"], json!(["paul@schneider.example"]));
    for (query, expected) in [
        ("Anna Berger", "name"),
        ("Harper", "part_of_name"),
        ("E. Harper", "initials"),
        ("Elizabeth Har", "beginning"),
        ("Liz Harper", "nickname"),
        ("Elizabeth Haprer", "similar"),
        ("anna.berger@nordlicht.example", "address"),
    ] {
        let body = search(&house, &pair, query).await;
        assert_eq!(body["people"][0]["match"], expected, "{query}");
    }
    let body = search(&house, &pair, "Mayr").await;
    let heard = body["people"].as_array().into_iter().flatten();
    assert!(
        heard
            .into_iter()
            .any(|person| person["match"] == "sounds_like"),
        "{body}"
    );
}

#[tokio::test]
async fn answers_and_requests_are_few_and_everybody_listed_has_a_handle() {
    let (house, pair) = nordlicht().await;
    let paul = house.connected(4, &[]).await;
    for (query, most) in [
        ("Anna Berger", 4),
        ("anna.berger@nordlicht.example", 4),
        ("Anna", 5),
        ("Maier", 5),
        ("Zebulon", 6),
    ] {
        house.sim.clear_log();
        search(&house, &paul, query).await;
        // Who and in which zone she is, is asked once.
        let asked = house
            .graph_requests()
            .iter()
            .filter(|request| request.path != "/v1.0/me" && !request.path.ends_with("getSchedule"))
            .count();
        assert!(asked <= most, "{query}: {asked} requests");
    }
    let delay = Fault {
        surface: Surface::Graph,
        delay_ms: 30,
        ..Fault::default()
    };
    house.sim.fault(delay);
    house.sim.clear_log();
    search(&house, &pair, "Maier").await;
    assert!(
        house
            .graph_requests()
            .iter()
            .all(|request| request.status != 429),
        "more than four at a time"
    );
    house.sim.clear_faults();

    let body = search(&house, &pair, "Fischer").await;
    assert!(
        body["people"]
            .as_array()
            .is_some_and(|people| people.len() == 5)
            && body["more"].as_u64() > Some(5)
    );
    assert!(
        body.to_string().len() <= 1_700,
        "{} characters",
        body.to_string().len()
    );
    let body = search(&house, &pair, "Anna Berger").await;
    assert!(
        body.to_string().len() <= 350,
        "{} characters: {body}",
        body.to_string().len()
    );
    for limit in [1, 20] {
        let body = house
            .call(&pair, TOOL, json!({"query": "Fischer", "limit": limit}))
            .await
            .expect("an answer")
            .body;
        let people = body["people"].as_array().expect("a list");
        assert!(
            people.len() <= limit
                && people.iter().all(|person| person["handle"]
                    .as_str()
                    .is_some_and(|handle| handle.starts_with("p_")))
        );
    }
    for (arguments, code) in [
        (json!({"query": "A"}), "invalid_arguments"),
        (json!({"query": "x".repeat(101)}), "invalid_arguments"),
        (json!({"query": " \u{200b} "}), "invalid_arguments"),
        (json!({"query": "Anna", "limit": 21}), "invalid_arguments"),
        (json!({"query": "()"}), "not_found"),
        (json!({"query": "..."}), "not_found"),
    ] {
        assert_eq!(
            house.word(&pair, TOOL, arguments.clone()).await,
            code,
            "{arguments}"
        );
    }
}
