//! People outside attache: attendees, organisers, and candidates of a search.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An e-mail address as somebody would type it. It addresses mail; it never identifies a person of attache.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(String);

/// A text that is not an e-mail address; a bare name, for example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnAddress;

impl fmt::Display for NotAnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an e-mail address")
    }
}

impl std::error::Error for NotAnAddress {}

impl Address {
    /// Reads `local@domain`. Stricter than RFC 5322: no quotes, comments or display names.
    ///
    /// # Errors
    /// When it is not of that form, or longer than 254 bytes.
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(NotAnAddress)?;
        let forbidden = |c: char| {
            c.is_whitespace() || crate::text::invisible(c) || "\"(),:;<>[]\\@".contains(c)
        };
        let label = |l: &str| {
            !l.is_empty()
                && !l.starts_with('-')
                && !l.ends_with('-')
                && l.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        let well_formed = text.len() <= 254
            && !local.is_empty()
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && !local.chars().any(forbidden)
            && domain.contains('.')
            && domain.split('.').all(label);
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAnAddress)
        }
    }

    /// The address as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the `@`, in lower case.
    pub fn domain(&self) -> String {
        self.0.rsplit('@').next().unwrap_or_default().to_lowercase()
    }

    /// What two spellings of one address share.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Address {}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An address is content: it prints in answers, never in a debug line.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(hidden)")
    }
}

impl TryFrom<String> for Address {
    type Error = NotAnAddress;
    fn try_from(text: String) -> Result<Self, NotAnAddress> {
        Self::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.0
    }
}

/// A name with its address.
#[derive(Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// As somebody else wrote it: untrusted.
    pub name: String,
    /// Where mail goes; `None` when Microsoft gives something that is no SMTP address.
    pub address: Option<Address>,
}

/// Where a candidate was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The person's own contacts.
    Contacts,
    /// The people Microsoft finds relevant for the person.
    People,
    /// The organisation's directory.
    Directory,
}

/// Somebody found by a search, from one source.
#[derive(Clone, PartialEq, Eq)]
pub struct Found {
    /// Full name.
    pub name: String,
    /// Given name, if the source has it.
    pub given_name: Option<String>,
    /// Family name, if the source has it.
    pub surname: Option<String>,
    /// Other names (nickname).
    pub nickname: Option<String>,
    /// Every address the source has.
    pub addresses: Vec<Address>,
    /// Job title, if known.
    pub job_title: Option<String>,
    /// Department, if known.
    pub department: Option<String>,
    /// Company, if known.
    pub company: Option<String>,
    /// Office, if known.
    pub office: Option<String>,
    /// Whether it is a group rather than a person.
    pub group: bool,
    /// Whether it is a guest of the organisation's directory.
    pub guest: bool,
    /// Where it was found.
    pub source: Source,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_is_not_an_address() {
        for not in [
            "Anna",
            "Anna Berger",
            "anna@",
            "@x.example",
            "anna@localhost",
            "Anna <anna@x.example>",
            "a b@x.example",
            "a@x..example",
            "a@-x.example",
            "a\u{200b}@x.example",
            "a@b@c.example",
            "",
        ] {
            assert_eq!(
                Address::parse(not).map(String::from),
                Err(NotAnAddress),
                "{not}"
            );
        }
        for address in [
            "anna@x.example",
            "Anna.Berger+tag@sub.x.example",
            "müller@bücher.example",
            " a@x.example ",
        ] {
            assert!(Address::parse(address).is_ok(), "{address}");
        }
    }

    #[test]
    fn case_does_not_make_two_of_one_address() {
        assert!(Address::parse("Anna@X.example") == Address::parse("anna@x.EXAMPLE"));
        assert_eq!(
            format!("{:?}", Address::parse("anna@x.example")),
            "Ok(Address(hidden))"
        );
    }
}
