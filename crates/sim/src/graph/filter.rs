//! The part of `$filter` that Graph's calendars, people and users understand.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::Value;

use super::error::GraphError;
use super::odata::{Item, at_path};
use crate::zones::{Zone, wall_text};

/// A parsed filter.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Compare {
        path: String,
        operator: String,
        value: Literal,
    },
    Text {
        function: String,
        path: String,
        value: String,
    },
    /// `emailAddresses/any(a:a/address eq 'x')`.
    AnyAddress {
        address: String,
    },
}

/// A literal.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Text(String),
    Bool(bool),
    Null,
}

impl Filter {
    pub(super) fn parse(text: &str) -> Result<Self, GraphError> {
        let tokens = tokens(text)?;
        let mut parser = Parser {
            tokens: &tokens,
            at: 0,
        };
        let filter = parser.either()?;
        if parser.at < tokens.len() {
            Err(invalid())
        } else {
            Ok(filter)
        }
    }

    /// Whether an item passes. `moments` gives start and end in UTC for events, whatever zone is shown.
    pub(super) fn passes(&self, item: &Item, moments: Option<&(String, String)>) -> bool {
        match self {
            Self::And(left, right) => left.passes(item, moments) && right.passes(item, moments),
            Self::Or(left, right) => left.passes(item, moments) || right.passes(item, moments),
            Self::Compare {
                path,
                operator,
                value,
            } => compare(item, moments, path, operator, value),
            Self::Text {
                function,
                path,
                value,
            } => {
                let held = at_path(item, path)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_lowercase();
                let value = value.to_lowercase();
                match function.as_str() {
                    "startswith" => held.starts_with(&value),
                    "endswith" => held.ends_with(&value),
                    _ => held.contains(&value),
                }
            }
            Self::AnyAddress { address } => {
                let addresses = item.get("emailAddresses").and_then(Value::as_array);
                let fits = |entry: &Value| {
                    entry["address"]
                        .as_str()
                        .is_some_and(|held| held.eq_ignore_ascii_case(address))
                };
                addresses.is_some_and(|addresses| addresses.iter().any(fits))
            }
        }
    }

    /// Whether the filter is only about one contact's address.
    pub(super) fn is_any_address(&self) -> bool {
        matches!(self, Self::AnyAddress { .. })
    }

    /// Whether any part uses this operator or function.
    pub(super) fn uses(&self, word: &str) -> bool {
        match self {
            Self::And(left, right) | Self::Or(left, right) => left.uses(word) || right.uses(word),
            Self::Compare { operator, .. } => operator == word,
            Self::Text { function, .. } => function == word,
            Self::AnyAddress { .. } => false,
        }
    }

    /// The paths that the filter looks at.
    pub(super) fn paths(&self) -> Vec<&str> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                left.paths().into_iter().chain(right.paths()).collect()
            }
            Self::Compare { path, .. } | Self::Text { path, .. } => vec![path],
            Self::AnyAddress { .. } => vec!["emailAddresses"],
        }
    }
}

fn compare(
    item: &Item,
    moments: Option<&(String, String)>,
    path: &str,
    operator: &str,
    value: &Literal,
) -> bool {
    let moment = match (path, moments) {
        ("start/dateTime", Some((start, _))) => Some(start.clone()),
        ("end/dateTime", Some((_, end))) => Some(end.clone()),
        _ => None,
    };
    match value {
        Literal::Text(text) => {
            let (held, wanted) = match moment {
                Some(held) => (held, utc_wall(text)),
                None => {
                    let held = at_path(item, path)
                        .and_then(Value::as_str)
                        .unwrap_or_default();
                    (held.to_lowercase(), text.to_lowercase())
                }
            };
            match operator {
                "eq" => held == wanted,
                "ne" => held != wanted,
                "gt" => held > wanted,
                "ge" => held >= wanted,
                "lt" => held < wanted,
                _ => held <= wanted,
            }
        }
        Literal::Bool(wanted) => {
            let same = at_path(item, path).and_then(Value::as_bool) == Some(*wanted);
            if operator == "ne" { !same } else { same }
        }
        Literal::Null => {
            let none = at_path(item, path).is_none_or(Value::is_null);
            if operator == "ne" { !none } else { none }
        }
    }
}

/// A time literal as UTC wall time, so that texts compare as times.
fn utc_wall(text: &str) -> String {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return wall_text(Zone::utc().wall(instant));
    }
    text.parse::<DateTime>()
        .map_or_else(|_| text.to_owned(), wall_text)
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Quoted(String),
    Open,
    Close,
    Comma,
}

fn tokens(text: &str) -> Result<Vec<Token>, GraphError> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            ' ' => {}
            '(' => tokens.push(Token::Open),
            ')' => tokens.push(Token::Close),
            ',' => tokens.push(Token::Comma),
            '\'' => {
                let mut quoted = String::new();
                loop {
                    match characters.next() {
                        Some('\'') if characters.peek() == Some(&'\'') => {
                            characters.next();
                            quoted.push('\'');
                        }
                        Some('\'') => break,
                        Some(inner) => quoted.push(inner),
                        None => return Err(invalid()),
                    }
                }
                tokens.push(Token::Quoted(quoted));
            }
            first => {
                let mut word = String::from(first);
                while let Some(next) = characters.peek().filter(|next| !" (),'".contains(**next)) {
                    word.push(*next);
                    characters.next();
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl Parser<'_> {
    fn either(&mut self) -> Result<Filter, GraphError> {
        let mut left = self.both()?;
        while self.takes_word("or") {
            left = Filter::Or(Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Filter, GraphError> {
        let mut left = self.term()?;
        while self.takes_word("and") {
            left = Filter::And(Box::new(left), Box::new(self.term()?));
        }
        Ok(left)
    }

    fn term(&mut self) -> Result<Filter, GraphError> {
        match self.next()? {
            Token::Open => {
                let inner = self.either()?;
                self.expect(&Token::Close)?;
                Ok(inner)
            }
            Token::Word(word) if self.tokens.get(self.at) == Some(&Token::Open) => {
                self.function(&word)
            }
            Token::Word(path) => {
                let operator = self.word()?.to_ascii_lowercase();
                if !["eq", "ne", "gt", "ge", "lt", "le"].contains(&operator.as_str()) {
                    return Err(invalid());
                }
                Ok(Filter::Compare {
                    path,
                    operator,
                    value: self.literal()?,
                })
            }
            Token::Quoted(_) | Token::Close | Token::Comma => Err(invalid()),
        }
    }

    fn function(&mut self, name: &str) -> Result<Filter, GraphError> {
        self.expect(&Token::Open)?;
        let name = name.to_ascii_lowercase();
        if name == "emailaddresses/any" {
            // The part between the colon and the operator is the variable's path: `a:a/address`.
            let path = self.word()?;
            let operator = self.word()?;
            let Literal::Text(address) = self.literal()? else {
                return Err(invalid());
            };
            self.expect(&Token::Close)?;
            if !path.ends_with("/address") || operator != "eq" {
                return Err(invalid());
            }
            return Ok(Filter::AnyAddress { address });
        }
        if !["startswith", "endswith", "contains"].contains(&name.as_str()) {
            return Err(invalid());
        }
        let path = self.word()?;
        self.expect(&Token::Comma)?;
        let Literal::Text(value) = self.literal()? else {
            return Err(invalid());
        };
        self.expect(&Token::Close)?;
        Ok(Filter::Text {
            function: name,
            path,
            value,
        })
    }

    fn literal(&mut self) -> Result<Literal, GraphError> {
        match self.next()? {
            Token::Quoted(text) => Ok(Literal::Text(text)),
            Token::Word(word) => Ok(match word.as_str() {
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                "null" => Literal::Null,
                _ => Literal::Text(word),
            }),
            Token::Open | Token::Close | Token::Comma => Err(invalid()),
        }
    }

    fn word(&mut self) -> Result<String, GraphError> {
        match self.next()? {
            Token::Word(word) => Ok(word),
            _ => Err(invalid()),
        }
    }

    fn takes_word(&mut self, wanted: &str) -> bool {
        let is = matches!(self.tokens.get(self.at), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted));
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, wanted: &Token) -> Result<(), GraphError> {
        if self.next()? == *wanted {
            Ok(())
        } else {
            Err(invalid())
        }
    }

    fn next(&mut self) -> Result<Token, GraphError> {
        let token = self.tokens.get(self.at).cloned().ok_or_else(invalid)?;
        self.at += 1;
        Ok(token)
    }
}

fn invalid() -> GraphError {
    GraphError::new(
        400,
        "ErrorInvalidUrlQueryFilter",
        "The query filter contains one or more invalid nodes.",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(filter: &str, item: &Value, expected: bool) {
        let filter = Filter::parse(filter).expect("a filter");
        let item = item.as_object().expect("an object");
        assert_eq!(filter.passes(item, None), expected);
    }

    #[test]
    fn filters_compare_combine_and_quote() {
        let item = json!({ "displayName": "David O'Neill", "emailAddresses": [{ "address": "d@x.example" }], "on": true });
        check("startswith(displayName,'David O''N')", &item, true);
        check(
            "emailAddresses/any(a:a/address eq 'D@x.example')",
            &item,
            true,
        );
        check(
            "(on eq false or contains(displayName,'neill')) and displayName ne 'x'",
            &item,
            true,
        );
        check("displayName eq 'Anna' or on eq false", &item, false);
    }
}
