//! A company in which names are no good: several hundred people, German and English, many of them with one name or nearly.

use std::fmt::Write as _;

use sim::{Company, Options};

const DOMAIN: &str = "nordlicht.example";
/// The first is the administrator, the second searches.
const PEOPLE: &str = include_str!("people.tsv");
const CONTACTS: &str = include_str!("contacts.tsv");
/// Everybody else: each of these given names with each of these family names.
const GIVEN: &[&str] = &[
    "Lukas",
    "Leonie",
    "Jan",
    "Tim",
    "Sarah",
    "Laura",
    "Nina",
    "Oliver",
    "Emma",
    "Emily",
    "George",
    "Henry",
    "Charlotte",
    "Jack",
    "Grace",
];
const FAMILY: &[&str] = &[
    "Fischer", "Schulz", "Koch", "Bauer", "Wolf", "Braun", "Krause", "Lehmann", "Walker", "Hall",
    "Young", "King", "Scott", "Baker", "Evans",
];
const DEPARTMENTS: &[&str] = &[
    "Vertrieb",
    "Sales",
    "Support",
    "Entwicklung",
    "Engineering",
    "Finanzen",
    "Logistik",
];

/// The company, with its contacts in the mailbox of the second person.
pub(super) fn options() -> Options {
    let mut text = format!("[company]\nname = \"Nordlicht AG\"\ndomain = \"{DOMAIN}\"\n");
    for (at, line) in lines(PEOPLE).enumerate() {
        let [given, surname, local, department, title] = columns(line);
        person(&mut text, at, [given, surname, local, department, title]);
    }
    let mut at = lines(PEOPLE).count();
    for given in GIVEN {
        for family in FAMILY {
            let local = format!("{given}.{family}").to_lowercase();
            let department = DEPARTMENTS[at % DEPARTMENTS.len()];
            person(&mut text, at, [given, family, &local, department, ""]);
            at += 1;
        }
    }
    for line in lines(CONTACTS) {
        contact(&mut text, columns(line));
    }
    let members = "[\"katrin.vogel@nordlicht.example\", \"lena.hoffmann@nordlicht.example\"]";
    for (name, local) in [
        ("Projekt Leuchtturm", "leuchtturm"),
        ("Sales Team Nord", "sales-nord"),
    ] {
        let _ = write!(
            text,
            "[[list]]\nname = \"{name}\"\naddress = \"{local}@{DOMAIN}\"\nmembers = {members}\n"
        );
    }
    Options {
        company: Company::parse(&text).unwrap_or_else(|problem| panic!("{problem}")),
        ..Options::default()
    }
}

/// The complete address of somebody who is written down by the part before the `@`.
pub(super) fn address(short: &str) -> String {
    match short.contains('@') {
        true => short.to_owned(),
        false => format!("{short}@{DOMAIN}"),
    }
}

pub(super) fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

pub(super) fn columns<const N: usize>(line: &'static str) -> [&'static str; N] {
    let mut columns = line.split('\t');
    std::array::from_fn(|_| columns.next().unwrap_or_default())
}

fn person(text: &mut String, at: usize, [given, surname, local, department, title]: [&str; 5]) {
    let (login, guest) = (address(local), local.contains('@'));
    let _ = write!(
        text,
        "[[person]]\nlogin = \"{login}\"\ngiven_name = \"{given}\"\nsurname = \"{surname}\"\ndepartment = \"{department}\"\njob_title = \"{title}\"\nadministrator = {}\nguest = {guest}\n",
        at == 0,
    );
    if !guest {
        let _ = writeln!(text, "password = \"nordlicht-{at}\"");
    }
}

fn contact(
    text: &mut String,
    [
        given,
        surname,
        address,
        company,
        title,
        also,
        nickname,
        folder,
    ]: [&str; 8],
) {
    let _ = write!(
        text,
        "[[contact]]\nof = \"lena.hoffmann@{DOMAIN}\"\ngiven_name = \"{given}\"\nsurname = \"{surname}\"\naddress = \"{address}\"\ncompany = \"{company}\"\njob_title = \"{title}\"\n",
    );
    for (key, value) in [("nickname", nickname), ("folder", folder)] {
        if !value.is_empty() {
            let _ = writeln!(text, "{key} = \"{value}\"");
        }
    }
    if !also.is_empty() {
        let _ = writeln!(text, "also = [\"{also}\"]");
    }
}
