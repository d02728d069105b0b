//! Reads values out of file and environment, and collects every problem instead of stopping at the first.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use std::time::Duration;

use super::table::{Default, Key, Section};

/// What is wrong with one setting. It never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Which setting, section or file.
    pub(crate) key: String,
    /// Where it stands: the file or the variable.
    pub(crate) place: String,
    /// What was found there.
    pub(crate) found: String,
    /// What is accepted.
    pub(crate) accepted: String,
}

impl Problem {
    /// A file that cannot be read.
    pub(crate) fn unreadable(file: &Path, error: &io::Error) -> Self {
        Self {
            key: file.display().to_string(),
            place: "the file system".into(),
            found: format!("it cannot be read ({})", error.kind()),
            accepted: "a readable file".into(),
        }
    }

    /// A setting that is needed and was not given.
    pub(crate) fn missing(key: &str, accepted: &str) -> Self {
        Self {
            key: key.into(),
            place: "the settings".into(),
            found: "it is not set".into(),
            accepted: accepted.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            key,
            place,
            found,
            accepted,
        } = self;
        write!(f, "{key} in {place}: {found}; accepted: {accepted}")
    }
}

/// One setting as it may be shown.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    /// `section.key`.
    pub(crate) key: String,
    /// Its value as TOML; `set` or `unset` for secrets and for what has no default.
    pub(crate) value: String,
    /// Where it came from.
    pub(crate) place: String,
}

/// A value and where it was given.
#[derive(Debug, Clone)]
struct Given {
    value: toml::Value,
    place: String,
}

/// All given values, and what has been said about them so far.
pub(crate) struct Reader {
    sections: &'static [&'static Section],
    given: BTreeMap<(String, String), Given>,
    shown: Vec<Shown>,
    problems: Vec<Problem>,
}

impl Reader {
    /// Nothing given yet.
    pub(super) fn new(sections: &'static [&'static Section]) -> Self {
        Self {
            sections,
            given: BTreeMap::new(),
            shown: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Notes a problem.
    pub(crate) fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Adds the text of a file.
    pub(super) fn add_file(&mut self, place: &str, text: &str) {
        let table: toml::Table = match toml::from_str(text) {
            Ok(table) => table,
            Err(error) => return self.problem(not_toml(place, text, &error)),
        };
        for (name, value) in table {
            let known = self.sections.iter().any(|section| section.name == name);
            match value {
                toml::Value::Table(keys) if known => {
                    for (key, value) in keys {
                        self.add(&name, &key, value, place);
                    }
                }
                _ => {
                    let sections: Vec<&str> = self.sections.iter().map(|s| s.name).collect();
                    self.problem(Problem {
                        key: format!("[{name}]"),
                        place: place.into(),
                        found: "there is no such section".into(),
                        accepted: sections.join(", "),
                    });
                }
            }
        }
    }

    /// Adds the variables that begin with `ATTACHE_`; they win over the file.
    pub(super) fn add_environment(&mut self, variables: Vec<(String, String)>) {
        for (variable, text) in variables {
            // The name of the file itself is an option of the commands; the tests have variables of their own.
            if variable == "ATTACHE_CONFIG" || variable.starts_with("ATTACHE_TEST_") {
                continue;
            }
            let name = variable.trim_start_matches("ATTACHE_").to_lowercase();
            match name.split_once("__") {
                Some((section, key)) => {
                    let value = self.typed(section, key, &text);
                    let place = format!("the variable {variable}");
                    self.add(section, key, value, &place);
                }
                None => self.problem(Problem {
                    key: variable,
                    place: "the environment".into(),
                    found: "there is no such setting".into(),
                    accepted: "variables named ATTACHE_SECTION__KEY".into(),
                }),
            }
        }
    }

    fn add(&mut self, section: &str, key: &str, value: toml::Value, place: &str) {
        if self.find(section, key).is_some() {
            let place = place.into();
            // A secret given in the environment replaces one given in the file in either form.
            self.given
                .retain(|(s, k), given| s != section || !twins(k, key) || given.place == place);
            self.given
                .insert((section.into(), key.into()), Given { value, place });
            return;
        }
        let keys: Vec<String> = self
            .sections
            .iter()
            .filter(|known| known.name == section)
            .flat_map(|known| known.keys)
            .map(|key| format!("{section}.{}", key.name))
            .collect();
        self.problem(Problem {
            key: format!("{section}.{key}"),
            place: place.into(),
            found: "there is no such setting".into(),
            accepted: match keys.is_empty() {
                true => "variables named ATTACHE_SECTION__KEY".into(),
                false => keys.join(", "),
            },
        });
    }

    fn find(&self, section: &str, name: &str) -> Option<&'static Key> {
        let section = self.sections.iter().find(|known| known.name == section)?;
        section.keys.iter().find(|key| {
            key.name == name
                || matches!(key.default, Default::Secret(_))
                    && name.strip_suffix("_file") == Some(key.name)
        })
    }

    /// A variable has no type, so the default's type decides how it is read.
    fn typed(&self, section: &str, key: &str, text: &str) -> toml::Value {
        let literal = match self.find(section, key).map(|key| key.default) {
            Some(Default::Is(literal) | Default::Unset(literal)) => literal,
            Some(Default::Secret(_)) | None => "\"\"",
        };
        let text_value = || toml::Value::String(text.to_owned());
        match literal_value(literal) {
            toml::Value::Array(_) => toml::Value::Array(
                text.split(',')
                    .map(str::trim)
                    .filter(|part| !part.is_empty())
                    .map(|part| toml::Value::String(part.to_owned()))
                    .collect(),
            ),
            toml::Value::Boolean(_) => text
                .parse()
                .map_or_else(|_| text_value(), toml::Value::Boolean),
            toml::Value::Integer(_) => text
                .parse()
                .map_or_else(|_| text_value(), toml::Value::Integer),
            _ => text_value(),
        }
    }

    /// The value of a setting with a default. A value that `parse` refuses is noted, and the default stands in.
    pub(super) fn value<T>(
        &mut self,
        section: &Section,
        name: &str,
        parse: impl Fn(&toml::Value) -> Option<T>,
    ) -> T {
        let found = self.optional(section, name, &parse);
        found.unwrap_or_else(|| {
            let Default::Is(literal) = key(section, name).default else {
                panic!("{}.{name} is read as if it had a default", section.name)
            };
            parse(&literal_value(literal)).expect("a default is accepted, as a test shows")
        })
    }

    /// The value of a setting, if it was given and is accepted.
    pub(super) fn optional<T>(
        &mut self,
        section: &Section,
        name: &str,
        parse: impl Fn(&toml::Value) -> Option<T>,
    ) -> Option<T> {
        let key = key(section, name);
        let given = self.given.get(&(section.name.into(), name.into())).cloned();
        let (value, place) = match (&given, key.default) {
            (Some(given), _) => (given.value.to_string(), given.place.clone()),
            (None, Default::Is(literal)) => (literal.into(), "default".into()),
            (None, Default::Unset(_) | Default::Secret(_)) => ("unset".into(), "default".into()),
        };
        self.shown.push(Shown {
            key: format!("{}.{name}", section.name),
            value,
            place,
        });
        let given = given?;
        let parsed = parse(&given.value);
        if parsed.is_none() {
            self.refuse(section, key, &given.place, &given.value.to_string());
        }
        parsed
    }

    /// A secret, from the value or from the file that `<name>_file` names, without the line end of the file.
    pub(super) fn secret(&mut self, section: &Section, name: &str) -> Option<String> {
        let value = self.given.remove(&(section.name.into(), name.into()));
        let file = self
            .given
            .remove(&(section.name.into(), format!("{name}_file")));
        self.shown.push(Shown {
            key: format!("{}.{name}", section.name),
            value: if value.is_some() || file.is_some() {
                "set"
            } else {
                "unset"
            }
            .into(),
            place: match (&value, &file) {
                (Some(given), _) | (None, Some(given)) => given.place.clone(),
                (None, None) => "default".into(),
            },
        });
        let (given, from_file) = match (value, file) {
            (Some(_), Some(file)) => {
                self.problem(Problem {
                    key: format!("{}.{name}", section.name),
                    place: file.place,
                    found: format!("both {name} and {name}_file are given"),
                    accepted: "one of the two".into(),
                });
                return None;
            }
            (Some(given), None) => (given, None),
            (None, Some(given)) => {
                let path = given.value.as_str().map(str::to_owned);
                (given, path)
            }
            (None, None) => return None,
        };
        let text = match from_file {
            Some(path) => match std::fs::read(&path) {
                // What is no text (a PFX file) is handed on as the text that carries it elsewhere.
                Ok(bytes) => match String::from_utf8(bytes) {
                    Ok(text) => text.trim_end_matches(['\r', '\n']).to_owned(),
                    Err(error) => STANDARD.encode(error.as_bytes()),
                },
                Err(error) => {
                    self.problem(Problem::unreadable(Path::new(&path), &error));
                    return None;
                }
            },
            None => given.value.as_str().unwrap_or_default().to_owned(),
        };
        if text.is_empty() {
            self.refuse(section, key(section, name), &given.place, "");
            return None;
        }
        Some(text)
    }

    /// Notes that a secret is not of an accepted form.
    pub(super) fn refuse_secret(&mut self, section: &Section, name: &str) {
        self.refuse(section, key(section, name), "the settings", "");
    }

    fn refuse(&mut self, section: &Section, key: &Key, place: &str, found: &str) {
        let found = match key.default {
            Default::Secret(_) => "a value that is not shown",
            Default::Is(_) | Default::Unset(_) => found,
        };
        self.problem(Problem {
            key: format!("{}.{}", section.name, key.name),
            place: place.into(),
            found: format!("found {found}"),
            accepted: key.accepts.into(),
        });
    }

    /// What was read, and what was wrong.
    pub(super) fn finish(self) -> (Vec<Shown>, Vec<Problem>) {
        (self.shown, self.problems)
    }
}

fn key(section: &Section, name: &str) -> &'static Key {
    let found = section.keys.iter().find(|key| key.name == name);
    found.unwrap_or_else(|| panic!("{}.{name} is not in its table", section.name))
}

/// Whether two names are the two forms of one secret.
fn twins(one: &str, other: &str) -> bool {
    one.strip_suffix("_file") == Some(other) || other.strip_suffix("_file") == Some(one)
}

/// Broken TOML by its line; the parser's own message quotes the line, which may hold a secret.
fn not_toml(place: &str, text: &str, error: &toml::de::Error) -> Problem {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = text.as_bytes()[..at]
        .iter()
        .filter(|b| **b == b'\n')
        .count()
        + 1;
    Problem {
        key: format!("line {line}"),
        place: place.into(),
        found: format!("not TOML ({})", error.message()),
        accepted: "sections in brackets with `key = value` lines".into(),
    }
}

fn literal_value(literal: &str) -> toml::Value {
    let table: toml::Table =
        toml::from_str(&format!("v = {literal}")).expect("a default is TOML, as a test shows");
    table["v"].clone()
}

/// Text that is not empty.
pub(super) fn text(value: &toml::Value) -> Option<String> {
    let text = value.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `true` or `false`.
pub(super) fn boolean(value: &toml::Value) -> Option<bool> {
    value.as_bool()
}

/// A list of texts, none of them empty.
pub(super) fn texts(value: &toml::Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(text).collect()
}

/// A whole number of a range.
pub(super) fn number(range: std::ops::RangeInclusive<u32>) -> impl Fn(&toml::Value) -> Option<u32> {
    move |value| {
        let number = u32::try_from(value.as_integer()?).ok()?;
        range.contains(&number).then_some(number)
    }
}

/// A time such as `90s`, `15m` or `8h 30m`, of a range in seconds.
pub(super) fn duration(
    seconds: std::ops::RangeInclusive<u64>,
) -> impl Fn(&toml::Value) -> Option<Duration> {
    move |value| {
        let parsed: SignedDuration = value.as_str()?.parse().ok()?;
        let duration = Duration::try_from(parsed).ok()?;
        seconds.contains(&duration.as_secs()).then_some(duration)
    }
}
