//! `$search` over the directory: clauses in quotes, names by their words, everything else by its beginning.

use serde_json::Value;

use super::super::error::GraphError;
use super::super::odata::Item;

/// What `$search` may name.
const SEARCHABLE: &[&str] = &[
    "displayName",
    "givenName",
    "surname",
    "mail",
    "mailNickname",
    "userPrincipalName",
    "otherMails",
    "proxyAddresses",
];
const MOST_CLAUSES: usize = 50;

/// A whole search: one of these groups must fit, with all of its clauses.
#[derive(Debug)]
pub(super) struct Search {
    groups: Vec<Vec<Clause>>,
}

#[derive(Debug)]
struct Clause {
    property: &'static str,
    /// In lower case.
    text: String,
    words: Vec<String>,
}

impl Search {
    /// Reads `"displayName:anna" OR "mail:anna"`. AND binds closer than OR; both are in upper case.
    pub(super) fn parse(text: &str) -> Result<Self, GraphError> {
        let mut groups = vec![Vec::new()];
        let mut rest = text.trim();
        for _ in 0..MOST_CLAUSES {
            let inner = rest.strip_prefix('"').ok_or_else(invalid)?;
            let (clause, after) = inner.split_once('"').ok_or_else(invalid)?;
            if let Some(group) = groups.last_mut() {
                group.push(Clause::read(clause)?);
            }
            rest = after.trim_start();
            if rest.is_empty() {
                return Ok(Self { groups });
            } else if let Some(after) = rest.strip_prefix("AND ") {
                rest = after.trim_start();
            } else {
                rest = rest.strip_prefix("OR ").ok_or_else(invalid)?.trim_start();
                groups.push(Vec::new());
            }
        }
        Err(invalid())
    }

    pub(super) fn finds(&self, item: &Item) -> bool {
        // Once for all clauses: there may be dozens.
        let name = item.get("displayName").and_then(Value::as_str);
        let name = name.map(words).unwrap_or_default();
        self.groups
            .iter()
            .any(|group| group.iter().all(|clause| clause.fits(item, &name)))
    }
}

impl Clause {
    fn read(clause: &str) -> Result<Self, GraphError> {
        let (property, text) = clause.split_once(':').ok_or_else(invalid)?;
        let property = SEARCHABLE
            .iter()
            .find(|known| known.eq_ignore_ascii_case(property.trim()))
            .ok_or_else(|| unsupported(property))?;
        Ok(Self {
            property,
            text: text.trim().to_lowercase(),
            words: words(text),
        })
    }

    fn fits(&self, item: &Item, name: &[String]) -> bool {
        if self.property == "displayName" {
            let is_there = |wanted: &String| name.iter().any(|word| word.starts_with(wanted));
            return !self.words.is_empty() && self.words.iter().all(is_there);
        }
        let begins = |held: &str| held.to_lowercase().starts_with(&self.text);
        match item.get(self.property) {
            Some(Value::String(held)) => begins(held),
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).any(begins),
            _ => false,
        }
    }
}

/// The words of a name: at spaces and symbols, where lower case turns to upper, and where digits begin or end.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before: Option<char> = None;
    for character in text.chars() {
        if character.is_alphanumeric() {
            let breaks = before.is_none_or(|before| {
                !before.is_alphanumeric()
                    || (before.is_lowercase() && character.is_uppercase())
                    || before.is_numeric() != character.is_numeric()
            });
            if breaks {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
        before = Some(character);
    }
    words
}

fn invalid() -> GraphError {
    let message = "Syntax error in the $search query parameter: each clause stands in double quotes, joined by AND or OR.";
    GraphError::new(400, "Request_BadRequest", message)
}

fn unsupported(property: &str) -> GraphError {
    let message =
        format!("The property '{property}' is not supported in the $search query parameter.");
    GraphError::new(400, "Request_UnsupportedQuery", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(search: &str, name: &str, expected: bool) {
        let item = json!({ "displayName": name, "mail": "anna.berger@x.example" });
        let search = Search::parse(search).expect("a search");
        assert_eq!(search.finds(item.as_object().expect("an object")), expected);
    }

    #[test]
    fn names_are_searched_by_their_words_in_any_order() {
        check("\"displayName:berger anna\"", "Anna Berger", true);
        check("\"displayName:ann\"", "Anna Berger", true);
        check("\"displayName:erger\"", "Anna Berger", false);
        check("\"displayName:video\"", "OneVideo2go", true);
        check("\"displayName:2\"", "OneVideo2go", true);
    }

    #[test]
    fn everything_else_is_searched_by_its_beginning() {
        check("\"mail:anna.b\"", "x", true);
        check("\"mail:berger\"", "x", false);
        check(
            "\"mail:berger\" OR \"mail:anna\" AND \"displayName:x\"",
            "x",
            true,
        );
    }

    #[test]
    fn a_clause_outside_quotes_is_refused() {
        for text in [
            "displayName:anna",
            "\"displayName:a\" or \"mail:b\"",
            "\"",
            "",
            "\"nonsense:a\"",
        ] {
            assert!(Search::parse(text).is_err(), "{text}");
        }
    }
}
