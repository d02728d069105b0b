//! What of a request may be read later: everything but secrets.

use serde_json::Value;
use url::Url;

use super::Kept;

/// Names of form fields, query values, hidden inputs and members whose values are secrets.
const SECRET: &[&str] = &[
    "access_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "ctx",
    "id_token",
    "id_token_hint",
    "passwd",
    "password",
    "refresh_token",
];
const REPLACED: &str = "[secret]";

/// The pairs of a form, secrets included; none for another body.
pub(super) fn form(content_type: Option<&str>, body: &[u8]) -> Vec<(String, String)> {
    if is(content_type, "application/x-www-form-urlencoded") {
        url::form_urlencoded::parse(body).into_owned().collect()
    } else {
        Vec::new()
    }
}

/// A query without its secrets.
pub(super) fn query(raw: &str) -> String {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(raw.as_bytes())
        .into_owned()
        .collect();
    if pairs.iter().any(|(name, _)| is_secret(name)) {
        without_secrets(&pairs)
    } else {
        raw.to_owned()
    }
}

/// An address without the secrets in its query and its fragment.
pub(super) fn address(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else {
        return text.split(['?', '#']).next().unwrap_or_default().to_owned();
    };
    if let Some(raw) = url.query().map(query) {
        url.set_query(Some(&raw));
    }
    if let Some(raw) = url.fragment().map(query) {
        url.set_fragment(Some(&raw));
    }
    url.into()
}

/// A body as text without its secrets; none if there is none. Graph's bodies hold none: there, `code` names an error.
pub(super) fn body(surface: &str, kept: &Kept) -> Option<String> {
    if kept.body.is_empty() {
        return None;
    }
    let content_type = kept.header("content-type");
    let pairs = form(content_type, &kept.body);
    if !pairs.is_empty() {
        return Some(without_secrets(&pairs));
    }
    let text = String::from_utf8_lossy(&kept.body);
    if surface == "graph" {
        return Some(text.into_owned());
    }
    if is(content_type, "application/json") {
        return Some(match serde_json::from_str(&text) {
            Ok(Value::Object(mut members)) => {
                for (_, value) in members.iter_mut().filter(|(name, _)| is_secret(name)) {
                    *value = Value::from(REPLACED);
                }
                Value::Object(members).to_string()
            }
            // Broken on request; what it holds cannot be told, so only its form is shown.
            Ok(_) | Err(_) => format!("[{} bytes that are not a JSON object]", kept.body.len()),
        });
    }
    Some(without_hidden(&text))
}

fn is(content_type: Option<&str>, kind: &str) -> bool {
    content_type.is_some_and(|value| value.to_ascii_lowercase().starts_with(kind))
}

fn is_secret(name: &str) -> bool {
    SECRET
        .iter()
        .any(|secret| name.eq_ignore_ascii_case(secret))
}

fn without_secrets(pairs: &[(String, String)]) -> String {
    let shown = pairs.iter().map(|(name, value)| {
        let value = if is_secret(name) {
            REPLACED
        } else {
            value.as_str()
        };
        (name.as_str(), value)
    });
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(shown)
        .finish()
}

/// A page without the values of its secret inputs.
fn without_hidden(html: &str) -> String {
    let mut shown = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("<input") {
        let (before, tag_on) = rest.split_at(at);
        let end = tag_on.find('>').unwrap_or(tag_on.len());
        let (tag, after) = tag_on.split_at(end);
        shown.push_str(before);
        match (attribute(tag, "name"), attribute(tag, "value")) {
            (Some(name), Some(value)) if is_secret(name) && !value.is_empty() => {
                shown.push_str(&tag.replace(value, REPLACED));
            }
            _ => shown.push_str(tag),
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = tag.split_once(&format!(" {name}=\""))?;
    after.split_once('"').map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_replaced_in_pages_and_addresses() {
        let page = "<form><input type=\"hidden\" name=\"code\" value=\"1.AQsecret\"><input name=\"state\" value=\"s\"></form>";
        assert_eq!(
            without_hidden(page),
            "<form><input type=\"hidden\" name=\"code\" value=\"[secret]\"><input name=\"state\" value=\"s\"></form>"
        );
        assert_eq!(
            address("http://localhost/back?state=s&code=1.AQsecret"),
            "http://localhost/back?state=s&code=%5Bsecret%5D"
        );
        let fragment = address("http://localhost/back#id_token=eyJ0&state=s");
        assert!(!fragment.contains("eyJ0"), "{fragment}");
    }
}
