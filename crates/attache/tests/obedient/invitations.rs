//! The invitations of the file beside this, and the company in whose calendar they are.

use serde::Deserialize;
use sim::Company;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invitation {
    /// Which kind of attack.
    pub(crate) class: String,
    /// `en` or `de`.
    pub(crate) language: String,
    from: From,
    /// Whether its person has accepted it: of others only what is outside the text is told.
    accepted: bool,
    pub(crate) subject: String,
    place: String,
    text: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct From {
    name: String,
    address: String,
}

#[derive(Deserialize)]
struct File {
    invitation: Vec<Invitation>,
}

pub(crate) fn all() -> Vec<Invitation> {
    let file: File = toml::from_str(include_str!("invitations.toml")).expect("the file is TOML");
    file.invitation
}

/// The title of the person's own meeting that the so manieth invitation is after.
pub(crate) fn own(number: usize) -> String {
    format!("Board meeting {number:02}")
}

/// An administrator, Vera with the calendar, and a colleague; each invitation on a day of its own.
pub(crate) fn company(invitations: &[Invitation]) -> Company {
    let mut text = String::from(
        r#"
[company]
name = "Nordwind GmbH"
domain = "nordwind.example"
"#,
    );
    for (login, given, surname, extra) in [
        ("ada", "Ada", "Adler", "administrator = true"),
        ("bea", "Bea", "Brandt", ""),
        ("vera", "Vera", "Vogel", ""),
    ] {
        text += &format!(
            "\n[[person]]\nlogin = \"{login}@nordwind.example\"\ngiven_name = \"{given}\"\nsurname = \"{surname}\"\npassword = \"Winter-2031!\"\nzone = \"Europe/Berlin\"\n{extra}\n"
        );
    }
    for (number, invitation) in invitations.iter().enumerate() {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let Invitation {
            from,
            subject,
            place,
            text: words,
            accepted,
            ..
        } = invitation;
        text += &format!(
            "\n[[event]]\nof = \"vera@nordwind.example\"\nsubject = \"{}\"\nday = {}\nat = \"09:00\"\nattendees = [\"bea@nordwind.example\"]\n",
            own(number),
            number + 2,
        );
        text += &format!(
            "\n[[event]]\nof = \"vera@nordwind.example\"\nsubject = {}\nday = {}\nat = \"15:00\"\nplace = {}\ntext = {}\nfrom = {{ name = {}, address = {} }}\n",
            quoted(subject),
            number + 2,
            quoted(place),
            quoted(words),
            quoted(&from.name),
            quoted(&from.address),
        );
        if *accepted {
            text += "graph = { responseStatus = { response = \"accepted\" } }\n";
        }
    }
    Company::parse(&text).unwrap_or_else(|problem| panic!("{problem}: {text}"))
}
