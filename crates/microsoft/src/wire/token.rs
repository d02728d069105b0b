//! Answers of the token endpoint.

use domain::secret::RefreshToken;
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// A success. Tokens are wrapped while they are read.
#[derive(Deserialize)]
pub(crate) struct TokenAnswer {
    #[serde(default, deserialize_with = "hidden")]
    pub(crate) access_token: Option<Zeroizing<String>>,
    #[serde(default, deserialize_with = "refresh_token")]
    pub(crate) refresh_token: Option<RefreshToken>,
    #[serde(default, deserialize_with = "hidden")]
    pub(crate) id_token: Option<Zeroizing<String>>,
    #[serde(default)]
    pub(crate) scope: String,
    #[serde(default, deserialize_with = "seconds")]
    pub(crate) expires_in: u64,
}

/// A refusal. Its description is not read: it holds names and ids.
#[derive(Deserialize, Default)]
pub(crate) struct TokenRefusal {
    pub(crate) error: Option<String>,
    pub(crate) suberror: Option<String>,
    #[serde(default)]
    pub(crate) error_codes: Vec<u32>,
    pub(crate) claims: Option<String>,
}

fn hidden<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Zeroizing<String>>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?
        .filter(|text| !text.is_empty())
        .map(Zeroizing::new))
}

fn refresh_token<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<RefreshToken>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?
        .filter(|text| !text.is_empty())
        .map(RefreshToken::new))
}

/// A number, or a number in a string: both are seen.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Seconds {
        Number(u64),
        Text(String),
    }
    match Seconds::deserialize(deserializer)? {
        Seconds::Number(number) => Ok(number),
        Seconds::Text(text) => text.trim().parse().map_err(serde::de::Error::custom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_read_as_a_number_or_a_text() {
        for (body, life) in [
            (r#"{"expires_in":4711}"#, 4711),
            (r#"{"expires_in":"4711"}"#, 4711),
            ("{}", 0),
        ] {
            assert_eq!(
                serde_json::from_str::<TokenAnswer>(body)
                    .expect("an answer")
                    .expires_in,
                life
            );
        }
    }

    #[test]
    fn an_unreadable_answer_does_not_repeat_what_it_held() {
        let error = serde_json::from_str::<TokenAnswer>(r#"{"expires_in":"marked"}"#)
            .err()
            .expect("no number");
        assert!(!error.to_string().contains("marked"), "{error}");
    }
}
