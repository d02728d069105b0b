//! Reading JSON strictly: one value for each name, and no deeper than anybody needs.
//!
//! Two readers that resolve a doubled name differently can be told different things in one text; so it is refused.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// How deep arrays and objects may be nested.
const DEEPEST: usize = 64;

/// Reads one JSON value and nothing after it.
///
/// # Errors
/// A sentence for the sender, without anything of what was sent.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, String> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let place =
        |error: &serde_json::Error| format!("line {}, column {}", error.line(), error.column());
    let value = Strict { depth: 0 }
        .deserialize(&mut reader)
        .map_err(|error| {
            let what = match error.to_string() {
                text if text.starts_with(DOUBLED) => DOUBLED,
                text if text.starts_with(TOO_DEEP) => TOO_DEEP,
                _ => "The body is not JSON",
            };
            format!("{what} ({}).", place(&error))
        })?;
    reader
        .end()
        .map_err(|error| format!("Something follows after the JSON ({}).", place(&error)))?;
    Ok(value)
}

const DOUBLED: &str = "An object has the same name twice";
const TOO_DEEP: &str = "The JSON is nested deeper than 64 levels";

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == DEEPEST {
            return Err(E::custom(TOO_DEEP));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inner)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom(DOUBLED));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_reads_as_serde_json_reads_it() {
        for text in [
            r#"{"a":[1,-2,3.5,true,null,"x\ud83d\ude00"],"b":{"a":{}}}"#,
            "[]",
            " 0 ",
            "18446744073709551615",
        ] {
            let usual: Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(parse(text.as_bytes()), Ok(usual), "{text}");
        }
    }

    #[test]
    fn a_doubled_name_is_refused_at_any_depth_and_not_repeated_in_the_answer() {
        for text in [
            r#"{"secret":1,"secret":1}"#,
            r#"[{"a":{"secret":1,"\u0073ecret":2}}]"#,
        ] {
            let error = parse(text.as_bytes()).expect_err("a doubled name");
            assert!(
                error.starts_with(DOUBLED) && !error.contains("secret"),
                "{error}"
            );
        }
        assert_eq!(
            parse(br#"{"a":{"b":1},"b":{"b":1}}"#),
            Ok(json!({"a": {"b": 1}, "b": {"b": 1}}))
        );
    }

    #[test]
    fn what_is_too_deep_or_no_json_or_goes_on_is_refused() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(DEEPEST).as_bytes()).is_ok());
        for text in [
            nested(DEEPEST + 1),
            "{".into(),
            "{} {}".into(),
            "nan".into(),
            String::new(),
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(b"\"\xff\"").is_err());
    }
}
