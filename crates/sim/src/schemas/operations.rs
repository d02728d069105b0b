//! Which type belongs to which address, from the published description of the operations.

use axum::http::Method;
use serde_json::{Value, json};

use super::unpublished::UNPUBLISHED;

/// What Microsoft says about one operation's answer.
#[derive(Debug)]
pub(super) struct Expected {
    /// The statuses that are documented; empty when any success is.
    pub(super) statuses: Vec<u16>,
    pub(super) content: Content,
}

/// What a body holds.
#[derive(Debug)]
pub(super) enum Content {
    /// JSON that fits this schema.
    Type(Value),
    /// There is none.
    Nothing,
    /// A count.
    Number,
    /// Something that no schema describes.
    Unknown,
}

/// All operations, those with fewer placeholders first.
#[derive(Debug)]
pub(super) struct Operations {
    known: Vec<(String, Vec<Part>, Expected)>,
}

/// One part of an address's template.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Word(String),
    /// Begins with this; a function with its parameters.
    Function(String),
    Any,
}

impl Operations {
    /// Reads the description. Types that only the description has are added to `types`.
    pub(super) fn read(description: &Value, types: &mut Value) -> Self {
        let schemas = description["components"]["schemas"].as_object();
        for (name, schema) in schemas.into_iter().flatten() {
            let name = short(name);
            if types["$defs"].get(name).is_none() {
                types["$defs"][name] = local(schema);
            }
        }
        let paths = description["paths"].as_object();
        let published = paths.into_iter().flatten().flat_map(|(path, operations)| {
            let operations = operations.as_object().into_iter().flatten();
            operations.filter_map(move |(method, operation)| {
                let success = operation.get("responses")?.get("2XX")?;
                let expected = Expected {
                    statuses: statuses(&operation["x-documented-status"]),
                    content: content(success),
                };
                Some((method.to_ascii_uppercase(), template(path), expected))
            })
        });
        let unpublished = UNPUBLISHED.iter().map(|one| {
            let expected = Expected {
                statuses: vec![one.status],
                content: one.content(),
            };
            (one.method.to_owned(), template(one.path), expected)
        });
        let mut known: Vec<_> = published.chain(unpublished).collect();
        known.sort_by_key(|(_, parts, _)| parts.iter().filter(|part| **part == Part::Any).count());
        Self { known }
    }

    /// The operation at that address, below the version.
    pub(super) fn find(&self, method: &Method, segments: &[String]) -> Option<&Expected> {
        let below = match segments.split_first() {
            Some((version, below)) if version == "v1.0" => below,
            _ => segments,
        };
        // The shortest address first: an operation of ours that is not published has only that one.
        let whole: Vec<String> = below.iter().flat_map(|segment| words(segment)).collect();
        let forms: Vec<_> = std::iter::successors(Some(whole), |words| same(words)).collect();
        forms.iter().rev().find_map(|words| self.at(method, words))
    }

    fn at(&self, method: &Method, words: &[String]) -> Option<&Expected> {
        let found = self.known.iter().find(|(known, parts, _)| {
            known == method.as_str()
                && parts.len() == words.len()
                && parts.iter().zip(words).all(|(part, word)| part.fits(word))
        });
        found.map(|(_, _, expected)| expected)
    }
}

impl Part {
    fn fits(&self, word: &str) -> bool {
        match self {
            Self::Word(own) => own == word,
            Self::Function(start) => word.starts_with(start),
            Self::Any => true,
        }
    }
}

/// A schema that is one of Microsoft's types.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn template(path: &str) -> Vec<Part> {
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    let parts = segments.flat_map(|segment| match segment.split_once('{') {
        Some(("", _)) => vec![Part::Any],
        // Parameters of a function have no fixed order or case; its name is enough.
        Some((start, _)) => {
            let name = start.split('(').next().unwrap_or(start);
            vec![Part::Function(format!("{}(", name.to_ascii_lowercase()))]
        }
        None => words(segment).into_iter().map(Part::Word).collect(),
    });
    parts.collect()
}

/// A segment in lower case, without namespace and empty brackets; `users('key')` is two.
fn words(segment: &str) -> Vec<String> {
    let lower = segment.to_ascii_lowercase();
    let short = lower.strip_prefix("microsoft.graph.").unwrap_or(&lower);
    let short = short.strip_suffix("()").unwrap_or(short);
    match short
        .split_once("('")
        .and_then(|(name, rest)| Some((name, rest.strip_suffix("')")?)))
    {
        Some((name, key)) if !name.contains('=') => vec![name.to_owned(), key.to_owned()],
        _ => vec![short.to_owned()],
    }
}

/// The shorter address of the same thing: whatever exists for the caller exists for any person, and an item is reached through
/// whatever contains it.
fn same(words: &[String]) -> Option<Vec<String>> {
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    let rest = match texts.as_slice() {
        ["users", _, rest @ ..] if !rest.is_empty() => rest,
        ["me", "calendargroups", _, "calendars", _, ..] => &texts[3..],
        ["me", "calendars", _, "events", _, _, ..] => &texts[3..],
        ["me", "calendar", "events", _, _, ..] => &texts[2..],
        _ => return None,
    };
    let shorter = std::iter::once("me").chain(rest.iter().copied());
    Some(shorter.map(str::to_owned).collect())
}

fn statuses(documented: &Value) -> Vec<u16> {
    let documented = documented.as_array().into_iter().flatten();
    let texts = documented.filter_map(Value::as_str);
    // "2XX" is no number, and means any.
    texts.filter_map(|text| text.parse().ok()).collect()
}

fn content(success: &Value) -> Content {
    match success.pointer("/content/application~1json/schema") {
        Some(schema) => Content::Type(local(schema)),
        None => Content::Nothing,
    }
}

/// The schema with references to the strict types instead of the description's own.
fn local(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let members = members.iter().map(|(name, member)| match member.as_str() {
                Some(target) if name == "$ref" => {
                    let target = target.rsplit('/').next().unwrap_or(target);
                    (name.clone(), json!(format!("#/$defs/{}", short(target))))
                }
                _ => (name.clone(), local(member)),
            });
            Value::Object(members.collect())
        }
        Value::Array(items) => items.iter().map(local).collect(),
        other => other.clone(),
    }
}

fn short(name: &str) -> &str {
    name.strip_prefix("microsoft.graph.").unwrap_or(name)
}
