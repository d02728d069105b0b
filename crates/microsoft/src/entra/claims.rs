//! The `claims` parameter: that we can handle revoked tokens, and what a challenge asked for.

use serde_json::{Map, Value, json};

use crate::error::Error;

/// Longer challenges are not Microsoft's.
const LONGEST: usize = 8 * 1024;

/// The claims to send: client capability `cp1`, together with a challenge if there is one. Everything the challenge
/// says is kept.
///
/// # Errors
/// [`Error::Claims`] when the challenge is no JSON object.
pub(crate) fn with_capability(challenge: Option<&str>) -> Result<String, Error> {
    let mut claims = match challenge {
        Some(text) => object(text).ok_or(Error::Claims)?,
        None => Map::new(),
    };
    let access_token = claims.entry("access_token").or_insert_with(|| json!({}));
    if !access_token.is_object() {
        *access_token = json!({});
    }
    access_token["xms_cc"] = json!({ "values": ["cp1"] });
    Ok(Value::Object(claims).to_string())
}

/// A challenge worth keeping: a JSON object of a sensible size. Anything else is dropped.
pub(crate) fn readable(text: &str) -> Option<String> {
    object(text).map(|_| text.to_owned())
}

fn object(text: &str) -> Option<Map<String, Value>> {
    if text.len() > LONGEST {
        return None;
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Some(object),
        Ok(_) | Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(challenge: Option<&str>) -> Value {
        serde_json::from_str(&with_capability(challenge).expect("an object")).expect("JSON")
    }

    #[test]
    fn every_request_declares_the_capability() {
        assert_eq!(
            merged(None),
            json!({"access_token": {"xms_cc": {"values": ["cp1"]}}})
        );
    }

    #[test]
    fn a_challenge_is_passed_on_whole() {
        assert_eq!(
            merged(Some(
                r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}},"id_token":{"x":null}}"#
            )),
            json!({"access_token": {"nbf": {"essential": true, "value": "1604106651"}, "xms_cc": {"values": ["cp1"]}}, "id_token": {"x": null}})
        );
        assert_eq!(
            merged(Some(r#"{"userinfo":{}}"#)),
            json!({"userinfo": {}, "access_token": {"xms_cc": {"values": ["cp1"]}}})
        );
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for not in [
            "",
            "[]",
            "1",
            "{",
            "\"x\"",
            &format!("{{\"a\":\"{}\"}}", "x".repeat(LONGEST)),
        ] {
            assert!(matches!(with_capability(Some(not)), Err(Error::Claims)));
            assert_eq!(readable(not), None);
        }
    }
}
