//! Arguments that are nearly the same.

use domain::random::Random;
use serde_json::{Map, Value, json};

fn below(random: &Random, limit: usize) -> usize {
    let number = u64::from_le_bytes(random.bytes());
    usize::try_from(number % limit as u64).expect("less than the limit")
}

fn one_of<'a, T>(random: &Random, all: &'a [T]) -> &'a T {
    &all[below(random, all.len())]
}

/// The same fields in another order, also within.
pub(super) fn in_another_order(original: &Value, random: &Random) -> Value {
    let mut fields: Vec<_> = original
        .as_object()
        .expect("an object")
        .clone()
        .into_iter()
        .collect();
    let mut shuffled = Map::new();
    while !fields.is_empty() {
        let (name, value) = fields.swap_remove(below(random, fields.len()));
        shuffled.insert(name, value);
    }
    shuffled.into()
}

/// Changed in one to three places.
pub(super) fn mutant(original: &Value, random: &Random) -> Value {
    let mut mutant = in_another_order(original, random);
    while mutant == *original {
        for _ in 0..=below(random, 3) {
            mutate(&mut mutant, random);
        }
    }
    mutant
}

fn mutate(arguments: &mut Value, random: &Random) {
    let fields = arguments.as_object_mut().expect("an object");
    let names: Vec<String> = fields.keys().cloned().collect();
    let name = match names.as_slice() {
        [] => return,
        names => one_of(random, names).clone(),
    };
    match below(random, 12) {
        0 => drop(fields.remove(&name)),
        1 => add(fields, random),
        2 => {
            // The value under another name.
            let value = fields.remove(&name).unwrap_or_default();
            fields.insert(changed(&name, random), value);
        }
        3 => {
            let others = [
                json!(null),
                json!([]),
                json!({}),
                json!(0),
                json!(false),
                json!(""),
            ];
            let other = one_of(random, &others);
            fields.insert(name, other.clone());
        }
        _ => {
            let value = fields.get_mut(&name).expect("it is one of them");
            *value = other(value, random);
        }
    }
}

fn add(fields: &mut Map<String, Value>, random: &Random) {
    let (name, value) = one_of(
        random,
        &[
            ("even_if_exists", json!(true)),
            ("even_if_exists", json!(false)),
            ("recurrence", json!("FREQ=WEEKLY;COUNT=3")),
            ("zone", json!("America/New_York")),
            ("zone", json!("Europe/Berlin")),
            ("zone", json!("Europe/Paris")),
            ("end", json!("2031-03-04T10:30")),
            ("end", json!("2031-03-04T10:31")),
            ("approved", json!(true)),
            ("approval_id", json!("apr_00000000000000000000000000")),
            ("approval", json!({"state": "approved"})),
            ("__proto__", json!({"approved": true})),
            ("Title", json!("Another")),
        ],
    )
    .clone();
    if matches!(name, "end") {
        fields.remove("duration_minutes");
    }
    fields.insert(name.to_owned(), value);
}

/// Another value, near this one.
fn other(value: &Value, random: &Random) -> Value {
    match value {
        Value::String(text) => changed(text, random).into(),
        Value::Number(number) => {
            let number = number.as_i64().unwrap_or_default();
            one_of(
                random,
                &[
                    json!(number.wrapping_add(1)),
                    json!(number.wrapping_sub(1)),
                    json!(number.wrapping_mul(10)),
                    json!(number.wrapping_neg()),
                    json!(number as f64),
                    json!(number as f64 + 0.5),
                    json!(number.to_string()),
                    json!([number]),
                    json!(i64::MAX),
                ],
            )
            .clone()
        }
        Value::Bool(yes) => one_of(
            random,
            &[json!(!yes), json!(yes.to_string()), json!(i32::from(*yes))],
        )
        .clone(),
        Value::Array(items) => {
            let mut items = items.clone();
            match below(random, 5) {
                0 => items.reverse(),
                1 => items.push(json!("eve@evil.example")),
                2 => items.extend(items.first().cloned()),
                3 => drop(items.pop()),
                _ => {
                    if let Some(item) = items.first_mut() {
                        *item = other(item, random);
                    }
                }
            }
            items.into()
        }
        Value::Null | Value::Object(_) => json!("something"),
    }
}

/// Letters that look like others, and what nobody sees.
const ALIKE: [(char, char); 12] = [
    ('a', 'а'),
    ('e', 'е'),
    ('o', 'о'),
    ('i', 'і'),
    ('p', 'р'),
    ('c', 'с'),
    ('x', 'х'),
    ('y', 'у'),
    ('1', '１'),
    ('0', '０'),
    ('-', '‐'),
    (' ', '\u{a0}'),
];
const UNSEEN: [char; 6] = [
    '\u{200b}', '\u{200d}', '\u{2060}', '\u{202e}', '\u{feff}', '\u{ad}',
];

/// Another text that differs by a character.
fn changed(text: &str, random: &Random) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let at = below(random, chars.len() + 1);
    let letter = *one_of(
        random,
        &[
            'a', 'Z', '0', '1', '9', '.', '@', '-', ':', 'T', ' ', '\n', 'ä', '\u{301}',
        ],
    );
    match below(random, 8) {
        0 => chars.insert(at, letter),
        1 => chars.insert(at, *one_of(random, &UNSEEN)),
        2 if at < chars.len() => drop(chars.remove(at)),
        3 if at < chars.len() => chars[at] = letter,
        4 if at < chars.len() => chars.insert(at, chars[at]),
        5 if at < chars.len() => {
            let flipped = if chars[at].is_uppercase() {
                chars[at].to_ascii_lowercase()
            } else {
                chars[at].to_ascii_uppercase()
            };
            chars[at] = flipped;
        }
        6 if at + 1 < chars.len() => chars.swap(at, at + 1),
        _ => {
            let found = chars
                .iter()
                .position(|c| ALIKE.iter().any(|(plain, _)| plain == c));
            match found {
                Some(at) => {
                    let alike = ALIKE.iter().find(|(plain, _)| *plain == chars[at]);
                    chars[at] = alike.map_or(letter, |(_, other)| *other);
                }
                None => chars.push(letter),
            }
        }
    }
    chars.into_iter().collect()
}

/// The id of nothing, near that of something.
pub(super) fn mutated_id(id: &str, random: &Random) -> String {
    loop {
        let other = match below(random, 6) {
            0 => id.to_uppercase(),
            1 => format!("{id} "),
            2 => format!("{id}\0"),
            3 => id.replace("apr_", "cal_"),
            _ => changed(id, random),
        };
        if other != id {
            return other;
        }
    }
}
