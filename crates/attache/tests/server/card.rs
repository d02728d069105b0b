//! A11, A14: what the owner of a calendar reads before she decides, item by item, on the page of the real program.

use serde_json::{Value, json};
use sim::{Company, Rotation};

use crate::database::Database;
use crate::house::House;

const COMPANY: &str = r#"
[company]
name = "Nordwind GmbH"
domain = "nordwind.example"
[[person]]
login = "ada@nordwind.example"
given_name = "Ada"
surname = "Adler"
password = "Winter-2031!"
administrator = true
[[person]]
login = "bea@nordwind.example"
given_name = "Bea"
surname = "Brandt"
password = "Winter-2031!"
[[person]]
login = "vera@nordwind.example"
given_name = "Vera"
surname = "Vogel"
password = "Winter-2031!"
zone = "Europe/Berlin"
[[list]]
name = "Projekt Leuchtturm"
address = "leuchtturm@nordwind.example"
members = ["vera@nordwind.example", "bea@nordwind.example"]
[[contact]]
of = "vera@nordwind.example"
given_name = "Kim"
surname = "Larsen"
address = "kim@other.example"
[[event]]
of = "vera@nordwind.example"
subject = "Planning"
day = 9
at = "15:00"
minutes = 45
place = "Room 1"
text = "The words that were there before."
attendees = ["bea@nordwind.example", "kim@other.example"]
"#;

async fn house() -> House {
    let levels = [
        ("level.search_contacts", "always_allow"),
        ("level.search_events", "always_allow"),
        ("level.create_event", "ask"),
        ("level.update_event", "ask"),
    ];
    let company = Company::parse(COMPANY).unwrap_or_else(|problem| panic!("{problem}"));
    House::in_company(Database::sqlite(), Rotation::Lenient, company, 1, &levels).await
}

async fn call(house: &House, tool: &str, arguments: &Value) -> Value {
    let request = house
        .client
        .post(format!("{}/api/v1/tools/{tool}", house.base))
        .bearer_auth(&house.people[0].key)
        .json(arguments);
    request
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON")
}

/// The handle of the one who is found.
async fn handle(house: &House, name: &str) -> Value {
    let found = call(house, "search_contacts", &json!({"query": name})).await;
    assert_eq!(found["status"], "done", "{found}");
    found["people"][0]["handle"].clone()
}

/// The card of a call that waits, as its owner reads it.
async fn card(house: &House, tool: &str, arguments: &Value) -> String {
    let asked = call(house, tool, arguments).await;
    let link = asked["link"]
        .as_str()
        .unwrap_or_else(|| panic!("it waits: {asked}"));
    let mut browser = house.people[0].browser.clone();
    assert_eq!(browser.open(link).await, 200);
    browser.html
}

/// Each item is there, in this order of the list's own.
fn says(page: &str, items: &[(&str, &str)]) {
    for (item, expected) in items {
        assert!(
            page.contains(expected),
            "{item}: {expected} is not in {page}"
        );
    }
    for hidden in ['\u{202e}', '\u{200b}', '\u{430}', '\u{43e}'] {
        assert!(!page.contains(hidden), "{hidden:?} is on the page as it is");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a11_the_card_of_a_new_event_says_everything_that_will_be_so() {
    let house = house().await;
    let (bea, team) = (
        handle(&house, "Bea Brandt").await,
        handle(&house, "Projekt Leuchtturm").await,
    );
    handle(&house, "Kim Larsen").await;
    let long = "All of this text is there. ".repeat(250);
    let event = json!({
        "title": "Visit <b>Hafenwerk</b>",
        "start": "2031-03-04T10:00",
        "duration_minutes": 90,
        "zone": "America/New_York",
        "recurrence": "FREQ=WEEKLY;COUNT=3",
        "attendees": [bea, team, "kim@other.example"],
        "optional_attendees": ["eve@n\u{43e}rdwind.example"],
        "location": "Quay\u{202e} 5",
        "online": true,
        "body": format!("{long}Pay\u{200b}ment \u{202e}today. The end."),
    });
    let page = card(&house, "create_event", &event).await;
    says(
        &page,
        &[
            ("verb and object", "<h1 id=\"what\">Create this event?</h1>"),
            ("title, as text", "Visit &#60;b&#62;Hafenwerk&#60;/b&#62;"),
            (
                "date, weekday and zone",
                "Tue 4 Mar 2031, 10:00–11:30 (America/New_York)",
            ),
            (
                "in her own zone too",
                "Your time: Tue 4 Mar 2031, 16:00–17:30 (Europe/Berlin)",
            ),
            ("recurrence in words", "every Tuesday"),
            (
                "how many, from when to when",
                "3 events, from Tue 4 Mar 2031 to Tue 18 Mar 2031",
            ),
            (
                "name and address",
                "<bdi class=\"name\">Bea Brandt</bdi><bdi>bea@nordwind.example</bdi>",
            ),
            (
                "name and address of somebody outside",
                "<bdi class=\"name\">Kim Larsen</bdi><bdi>kim@other.example</bdi> <span class=\"badge warn\">outside</span>",
            ),
            (
                "a group as a group",
                "<bdi class=\"name\">Projekt Leuchtturm</bdi><bdi>leuchtturm@nordwind.example</bdi> <span class=\"badge warn\">group</span>",
            ),
            (
                "who need not come",
                "<span class=\"badge plain\">optional</span>",
            ),
            ("a look-alike domain as on the wire", "<bdi>eve@xn--n"),
            (
                "and a warning",
                "written with look-alike or foreign letters",
            ),
            ("who gets mail", "4 people get an e-mail"),
            (
                "that a group is many",
                "One of them is a group: everybody in it gets the e-mail.",
            ),
            (
                "how many are outside",
                "2 of them are outside your organisation.",
            ),
            ("place, with what hides in it", "Quay[U+202E] 5"),
            (
                "online meeting",
                "An online meeting with a link to join is created.",
            ),
            ("the whole text", &long),
            (
                "to its end, with what hides in it",
                "Pay[U+200B]ment [U+202E]today. The end.",
            ),
            ("and a warning", "This text contains invisible characters."),
            ("which agent asks", "<bdi>Agent</bdi>"),
            ("since when", "<dt>Asked</dt><dd>"),
            ("until when", "<dt>Expires</dt><dd>"),
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a11_the_card_of_a_change_says_what_is_and_what_will_be() {
    let house = house().await;
    let found = call(&house, "search_events", &json!({"text": "Planning"})).await;
    let event = &found["events"][0];
    assert!(event.is_object(), "{found}");
    let start: jiff::Timestamp = event["start"]
        .as_str()
        .expect("a start")
        .parse()
        .expect("a moment");
    let berlin = start.in_tz("Europe/Berlin").expect("bundled");
    handle(&house, "Kim Larsen").await;
    let team = handle(&house, "Projekt Leuchtturm").await;
    let change = json!({
        "id": event["id"],
        "title": "Planning, again",
        "move_days": 1,
        "location": "Room 2",
        "body": "The words\u{202e} that come instead.",
        "add_attendees": [team, "mara@hafen.example"],
        "remove_attendees": ["bea@nordwind.example"],
    });
    let page = card(&house, "update_event", &change).await;
    let when = |day: jiff::Zoned| {
        day.strftime("%a %-d %b %Y, 15:00–15:45 (Europe/Berlin)")
            .to_string()
    };
    let (was, is) = (
        when(berlin.clone()),
        when(berlin.tomorrow().expect("a day")),
    );
    says(
        &page,
        &[
            ("verb and object", "<h1 id=\"what\">Change this event?</h1>"),
            ("which one", "<bdi>Planning</bdi>"),
            (
                "old and new title",
                "Title: <del><bdi>Planning</bdi></del><span class=\"arrow\" aria-hidden=\"true\">→</span><bdi>Planning, again</bdi>",
            ),
            (
                "old and new place",
                "<del><bdi>Room 1</bdi></del><span class=\"arrow\" aria-hidden=\"true\">→</span><bdi>Room 2</bdi>",
            ),
            (
                "old and new time",
                &format!("<del>{was}</del><span class=\"to\">{is}</span>"),
            ),
            (
                "the text that goes",
                "<del>The words that were there before.</del>",
            ),
            (
                "the text that comes",
                "The words[U+202E] that come instead.",
            ),
            ("who stays", "Stay invited"),
            (
                "with name, address and answer",
                "<bdi class=\"name\">Kim Larsen</bdi><bdi>kim@other.example</bdi> <span class=\"quiet small\">no answer yet</span>",
            ),
            (
                "who comes, a group",
                "<bdi class=\"name\">Projekt Leuchtturm</bdi><bdi>leuchtturm@nordwind.example</bdi> <span class=\"badge warn\">group</span>",
            ),
            (
                "who comes, from outside",
                "<bdi>mara@hafen.example</bdi> <span class=\"badge warn\">outside</span>",
            ),
            ("who goes", "No longer invited"),
            (
                "with name and address",
                "<bdi class=\"name\">Bea Brandt</bdi><bdi>bea@nordwind.example</bdi>",
            ),
            ("who gets mail", "4 people get an e-mail"),
            (
                "how many are outside",
                "2 of them are outside your organisation.",
            ),
            ("which agent asks", "<bdi>Agent</bdi>"),
            ("since when", "<dt>Asked</dt><dd>"),
        ],
    );
}
