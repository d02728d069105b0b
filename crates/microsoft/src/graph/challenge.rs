//! Claims challenges in `WWW-Authenticate`, in every shape they have been seen in.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderMap;

use crate::entra::readable_claims;

/// Longer values are not Microsoft's.
const LONGEST: usize = 16 * 1024;

const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The claims (a JSON text) that a bearer challenge asks for; `None` for any other challenge. Addresses in it are not
/// read: the configured authority is the only one.
pub(crate) fn claims(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(http::header::WWW_AUTHENTICATE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .filter(|value| value.len() <= LONGEST)
        .flat_map(challenges)
        .filter(|challenge| challenge.scheme.eq_ignore_ascii_case("bearer"))
        .filter(|challenge| challenge.parameter("error") == Some("insufficient_claims"))
        .find_map(|challenge| decoded(challenge.parameter("claims")?))
}

fn decoded(claims: &str) -> Option<String> {
    let standard = claims.trim().replace('-', "+").replace('_', "/");
    let bytes = FORGIVING.decode(standard).ok()?;
    let text = readable_claims(std::str::from_utf8(&bytes).ok()?)?;
    let json: serde_json::Value = serde_json::from_str(&text).ok()?;
    json.get("access_token")?.is_object().then_some(text)
}

/// One challenge: a scheme and its parameters.
struct Challenge {
    scheme: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Reads one header value. A word that is not followed by `=` begins a new challenge.
fn challenges(value: &str) -> Vec<Challenge> {
    let mut found: Vec<Challenge> = Vec::new();
    let mut rest = value;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return found;
        }
        let end = rest.find([' ', '\t', ',', '=']).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        match after.trim_start_matches([' ', '\t']).strip_prefix('=') {
            Some(value) if !word.is_empty() => {
                let (value, after) = parameter_value(value.trim_start_matches([' ', '\t']));
                if let Some(challenge) = found.last_mut() {
                    challenge.parameters.push((word.to_owned(), value));
                }
                rest = after;
            }
            // Padding of a token68 credential, or a stray sign.
            Some(after) => rest = after,
            None => {
                found.push(Challenge {
                    scheme: word.to_owned(),
                    parameters: Vec::new(),
                });
                rest = after;
            }
        }
    }
}

/// A quoted string with its escapes undone, or everything up to a comma or a blank.
fn parameter_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => value.push(character),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const CLAIMS: &str = r#"{"access_token":{"nbf":{"essential":true, "value":"1635527790"}}}"#;
    const PADDED: &str =
        "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwgInZhbHVlIjoiMTYzNTUyNzc5MCJ9fX0=";

    fn read(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(
                http::header::WWW_AUTHENTICATE,
                HeaderValue::from_str(value).expect("a header value"),
            );
        }
        claims(&headers)
    }

    fn check(value: &str) {
        assert_eq!(read(&[value]).as_deref(), Some(CLAIMS), "{value}");
    }

    #[test]
    fn the_recorded_challenge_is_understood() {
        check(&format!(
            "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\", error=\"insufficient_claims\", claims=\"{PADDED}\""
        ));
    }

    #[test]
    fn parameters_may_come_in_any_order_case_and_quoting() {
        check(&format!(
            "bearer CLAIMS=\"{PADDED}\", Error=\"insufficient_claims\""
        ));
        check(&format!(
            "BEARER claims=\"{PADDED}\" , error = insufficient_claims, authorization_uri=https://login.example/common/oauth2/authorize?a=b"
        ));
        check(&format!(
            "Bearer error_description=\"a, b=c; \\\"quoted\\\", error=none\", error=\"insufficient_claims\", claims=\"{PADDED}\""
        ));
        check(&format!(
            "Bearer error=\"insufficient_claims\", claims=\"{PADDED}\", error_description=\"after\""
        ));
        check(&format!(
            "Bearer error=insufficient_claims, claims={PADDED}"
        ));
    }

    #[test]
    fn one_header_may_hold_several_challenges_and_there_may_be_several_headers() {
        check(&format!(
            "PoP realm=\"\", nonce=\"x\", error=\"insufficient_claims\", claims=\"e30=\", Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{PADDED}\""
        ));
        check(&format!(
            "Negotiate, Basic realm=\"x\", Bearer error=\"insufficient_claims\", claims=\"{PADDED}\""
        ));
        let bearer = format!("Bearer error=\"insufficient_claims\", claims=\"{PADDED}\"");
        assert_eq!(read(&["PoP realm=\"x\"", &bearer]).as_deref(), Some(CLAIMS));
        assert_eq!(read(&["Negotiate YII==", &bearer]).as_deref(), Some(CLAIMS));
    }

    #[test]
    fn base64_may_lack_padding_or_be_for_addresses() {
        check(&format!(
            "Bearer error=\"insufficient_claims\", claims=\"{}\"",
            PADDED.trim_end_matches('=')
        ));
        let claims = r#"{"access_token":{"x":"~~~???"}}"#;
        for form in [
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims),
            base64::engine::general_purpose::STANDARD.encode(claims),
        ] {
            assert_eq!(
                read(&[&format!(
                    "Bearer error=\"insufficient_claims\", claims=\"{form}\""
                )])
                .as_deref(),
                Some(claims)
            );
        }
    }

    #[test]
    fn what_is_no_claims_challenge_is_not_taken_for_one() {
        let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        for value in [
            "Bearer realm=\"\"".to_owned(),
            "Bearer error=\"insufficient_claims\"".to_owned(),
            "Bearer error=\"insufficient_claims\", claims=\"\"".to_owned(),
            format!("Bearer error=\"invalid_token\", claims=\"{PADDED}\""),
            format!("Bearer claims=\"{PADDED}\""),
            format!("PoP error=\"insufficient_claims\", claims=\"{PADDED}\""),
            "Bearer error=\"insufficient_claims\", claims=\"!!!\"".to_owned(),
            format!(
                "Bearer error=\"insufficient_claims\", claims=\"{}\"",
                encode("[1]")
            ),
            format!(
                "Bearer error=\"insufficient_claims\", claims=\"{}\"",
                encode("{\"id_token\":{}}")
            ),
            format!(
                "Bearer error=\"insufficient_claims\", claims=\"{}\"",
                encode("{\"access_token\":1}")
            ),
            format!(
                "Bearer error=\"insufficient_claims\", claims=\"{}\"",
                encode(&format!(
                    "{{\"access_token\":{{\"x\":\"{}\"}}}}",
                    "x".repeat(9_000)
                ))
            ),
            String::new(),
        ] {
            assert_eq!(read(&[&value]), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic_or_loop(value in "[ -~]{0,200}") {
            let _ = read(&[&value]);
        }
    }
}
