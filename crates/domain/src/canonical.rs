//! One byte string for one value: canonical JSON after RFC 8785, and digests over it.
//!
//! What is digested here is always a value that our own types wrote. Their numbers are integers; a fraction is written
//! in Rust's shortest form, which equals RFC 8785 for magnitudes from 1e-6 to 1e21.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::secret::hex;

/// The canonical text of a JSON value: members sorted by their UTF-16 code units, no white space.
pub fn to_text(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value);
    text
}

fn write(text: &mut String, value: &Value) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
            text.push('{');
            for (at, (name, member)) in members.into_iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write(text, &Value::String(name.clone()));
                text.push(':');
                write(text, member);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write(text, item);
            }
            text.push(']');
        }
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => text.push_str(&float.to_string()),
            Some(_) | None => text.push_str(&number.to_string()),
        },
        Value::Null | Value::Bool(_) | Value::String(_) => text.push_str(&value.to_string()),
    }
}

/// A SHA-256 over a purpose and the bytes that belong to it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of nothing: what the first link of a chain points back to.
    pub const ZERO: Self = Self([0; 32]);

    /// Digests `parts` under a `purpose`; digests of different purposes never meet.
    pub fn of(purpose: &str, parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in [purpose.as_bytes()].iter().chain(parts) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// Digests a JSON value in its canonical form.
    pub fn of_json(purpose: &str, value: &Value) -> Self {
        Self::of(purpose, &[to_text(value).as_bytes()])
    }

    /// A digest that was made elsewhere.
    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 hexadecimal digits back, in the one form they are written in.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        // `from_str_radix` alone would take a sign and capitals too.
        let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 64 || !text.bytes().all(digit) {
            return None;
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Digest {
    type Error = crate::id::NotAnId;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or(crate::id::NotAnId)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".*".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(".*", inner, 0..6)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn members_are_sorted_by_utf16_as_in_the_example_of_rfc_8785() {
        let value = json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
        let order: Vec<char> = to_text(&value)
            .chars()
            .filter(|c| "1234567".contains(*c))
            .collect();
        assert_eq!(order, ['2', '1', '4', '6', '7', '1', '5', '3']);
    }

    proptest! {
        #[test]
        fn digests_are_equal_exactly_when_values_are(a in any_json(), b in any_json()) {
            prop_assert_eq!(Digest::of_json("t", &a) == Digest::of_json("t", &b), a == b);
            prop_assert_eq!(serde_json::from_str::<Value>(&to_text(&a)).expect("canonical text is JSON"), a);
        }
    }

    #[test]
    fn a_digest_is_read_back_from_the_one_form_it_is_written_in() {
        let digest = Digest::of("t", &[b"a"]);
        let text = digest.to_string();
        assert_eq!(Digest::parse(&text), Some(digest));
        let short = &text[1..];
        let others = [
            short.to_owned(),
            format!("{text}0"),
            format!("+{short}"),
            format!("-{short}"),
            format!("g{short}"),
            format!("\u{e9}{}", &text[2..]),
            text.to_uppercase(),
            String::new(),
        ];
        for other in others {
            assert_eq!(Digest::parse(&other), None, "{other}");
        }
    }

    #[test]
    fn numbers_are_written_in_their_shortest_form() {
        let numbers = json!([0, -1, 9_007_199_254_740_991_i64, 1.0, 0.5, -2.25, 1e-6]);
        assert_eq!(
            to_text(&numbers),
            "[0,-1,9007199254740991,1,0.5,-2.25,0.000001]"
        );
    }

    #[test]
    fn a_purpose_separates_equal_values() {
        assert_ne!(
            Digest::of_json("a", &json!(1)),
            Digest::of_json("b", &json!(1))
        );
        assert_ne!(Digest::of("a", &[b"bc"]), Digest::of("ab", &[b"c"]));
    }
}
