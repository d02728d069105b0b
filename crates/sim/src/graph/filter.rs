//! The part of `$filter` that Graph's calendars, people and users understand.

mod parser;

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
    Not(Box<Filter>),
    /// `path in ('a', 'b')`.
    In {
        path: String,
        values: Vec<Literal>,
    },
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
        parser::parse(text)
    }

    /// Whether an item passes. `moments` gives start and end in UTC for events, whatever zone is shown.
    pub(super) fn passes(&self, item: &Item, moments: Option<&(String, String)>) -> bool {
        match self {
            Self::And(left, right) => left.passes(item, moments) && right.passes(item, moments),
            Self::Or(left, right) => left.passes(item, moments) || right.passes(item, moments),
            Self::Not(inner) => !inner.passes(item, moments),
            Self::In { path, values } => values
                .iter()
                .any(|value| compare(item, moments, path, "eq", value)),
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
            Self::Not(inner) => word == "not" || inner.uses(word),
            Self::In { .. } => word == "in",
            Self::Compare { operator, .. } => operator == word,
            Self::Text { function, .. } => function == word,
            Self::AnyAddress { .. } => false,
        }
    }

    /// The paths whose ends are compared.
    pub(super) fn ends_compared(&self) -> Vec<&str> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                let right = right.ends_compared();
                left.ends_compared().into_iter().chain(right).collect()
            }
            Self::Not(inner) => inner.ends_compared(),
            Self::Text { function, path, .. } if function == "endswith" => vec![path],
            Self::Text { .. }
            | Self::In { .. }
            | Self::Compare { .. }
            | Self::AnyAddress { .. } => Vec::new(),
        }
    }

    /// The paths that the filter looks at.
    pub(super) fn paths(&self) -> Vec<&str> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                left.paths().into_iter().chain(right.paths()).collect()
            }
            Self::Not(inner) => inner.paths(),
            Self::In { path, .. } | Self::Compare { path, .. } | Self::Text { path, .. } => {
                vec![path]
            }
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

fn too_long() -> GraphError {
    let message = "The node count limit of '100' has been exceeded.";
    GraphError::new(400, "ErrorInvalidUrlQueryFilter", message)
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
        check("not startswith(displayName,'Anna')", &item, true);
        check("displayName in ('x', 'David O''Neill')", &item, true);
    }

    #[test]
    fn a_filter_that_is_nested_or_chained_without_end_is_refused() {
        let nested = "(".repeat(50_000);
        let chained = vec!["a eq 1"; 50_000].join(" and ");
        for filter in [nested, chained] {
            assert!(Filter::parse(&filter).is_err());
        }
        let long = vec!["startsWith(a,'x')"; 40].join(" or ");
        assert!(Filter::parse(&long).is_ok());
    }
}
