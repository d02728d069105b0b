//! A company whose calendars are known to the minute.

use std::fmt::Write as _;
use std::time::Duration;

use domain::clock::Clock;
use sim::{Company, Options};

use crate::house::{Database, House};

pub(super) const LENA: usize = 1;
pub(super) const ADA: &str = "ada@slots.example";
pub(super) const JONAS: &str = "jonas@slots.example";
pub(super) const MIKE: &str = "mike@slots.example";
pub(super) const SOFIA: &str = "sofia@slots.example";
pub(super) const PRIYA: &str = "priya@slots.example";
pub(super) const ABSENT: &str = "absent@slots.example";
pub(super) const CUSTOM: &str = "custom@slots.example";
pub(super) const FULL: &str = "full@slots.example";
/// With the person herself, 45.
pub(super) const CROWD: usize = 44;

/// Who there is, in order: name, zone, how working hours are told.
pub(super) const PEOPLE: [(&str, &str, &str); 9] = [
    ("ada", "Europe/Berlin", "named"),
    ("lena", "Europe/Berlin", "named"),
    ("jonas", "Europe/Berlin", "named"),
    ("mike", "America/New_York", "named"),
    ("sofia", "America/Sao_Paulo", "named"),
    ("priya", "Asia/Calcutta", "named"),
    ("absent", "Europe/Berlin", "absent"),
    ("custom", "America/New_York", "customized"),
    ("full", "Europe/Berlin", "named"),
];

/// Whose, on which day from the Monday of the start, when, how long in minutes (or whole days), and how it shows.
const EVENTS: [(&str, u32, Option<&str>, u32, &str); 16] = [
    ("lena", 0, Some("10:00"), 60, "busy"),
    ("lena", 1, None, 1, "workingElsewhere"),
    ("lena", 2, Some("13:00"), 60, "tentative"),
    ("lena", 4, Some("08:00"), 540, "free"),
    ("lena", 9, Some("09:10"), 35, "busy"),
    ("jonas", 1, Some("09:00"), 180, "busy"),
    ("jonas", 3, Some("15:30"), 45, "tentative"),
    ("jonas", 9, None, 2, "oof"),
    ("mike", 7, Some("09:00"), 120, "busy"),
    ("mike", 8, None, 1, "oof"),
    ("mike", 10, Some("10:30"), 90, "tentative"),
    ("sofia", 2, Some("09:45"), 130, "busy"),
    ("sofia", 9, Some("15:00"), 60, "workingElsewhere"),
    ("priya", 8, Some("11:20"), 100, "busy"),
    ("absent", 7, Some("08:00"), 240, "busy"),
    ("custom", 9, Some("13:00"), 60, "oof"),
];

pub(super) fn of_crowd(number: usize) -> String {
    format!("p{number:02}@slots.example")
}

/// A house whose clock stands at a moment, which the company's calendars begin around.
pub(super) async fn house(now: &str) -> House {
    let options = Options {
        company: Company::parse(&text(now)).expect("a company"),
        ..Options::default()
    };
    let clock = Clock::manual(now.parse().expect("a moment"));
    let linger = Duration::from_secs(60);
    House::one_of_several(options, Database::sqlite(), clock, linger).await
}

fn text(now: &str) -> String {
    let mut text =
        format!("[company]\nname = \"Slots\"\ndomain = \"slots.example\"\nstart = \"{now}\"\n");
    let crowd: Vec<String> = (0..CROWD).map(|number| format!("p{number:02}")).collect();
    let crowd = crowd
        .iter()
        .map(|name| (name.as_str(), "Europe/Berlin", "named"));
    for (name, zone, hours) in PEOPLE.into_iter().chain(crowd) {
        let administrator = name == "ada";
        writeln!(text, "[[person]]\nlogin = \"{name}@slots.example\"\npassword = \"slots-{name}\"\ngiven_name = \"{name}\"\nsurname = \"S\"\nzone = \"{zone}\"\nworking_hours = \"{hours}\"\nadministrator = {administrator}").expect("a text");
    }
    for (of, day, at, length, shows) in EVENTS {
        let when = match at {
            Some(at) => format!("at = \"{at}\"\nminutes = {length}"),
            None => format!("days = {length}"),
        };
        writeln!(text, "[[event]]\nof = \"{of}@slots.example\"\nsubject = \"E\"\nday = {day}\n{when}\ngraph = {{ showAs = \"{shows}\" }}").expect("a text");
    }
    let series = |of: &str, at: &str, minutes: u32, pattern: &str| {
        format!(
            "[[event]]\nof = \"{of}@slots.example\"\nsubject = \"S\"\nday = 0\nat = \"{at}\"\nminutes = {minutes}\ngraph = {{ recurrence = {{ pattern = {{ {pattern} }}, range = {{ type = \"noEnd\" }} }} }}\n"
        )
    };
    text += &series(
        "ada",
        "09:00",
        15,
        "type = \"weekly\", interval = 1, daysOfWeek = [\"monday\"]",
    );
    // Twenty a day, every quarter of an hour from eight o'clock on.
    for quarter in 0..20 {
        let at = format!("{:02}:{:02}", 8 + quarter / 4, quarter % 4 * 15);
        text += &series("full", &at, 5, "type = \"daily\", interval = 1");
    }
    text
}
