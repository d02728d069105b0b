//! One HTTP exchange in plain data, so that every rule of the simulator is a function without I/O.

use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use serde_json::Value;

/// A request, read completely.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    /// The path as sent, still percent-encoded.
    pub(crate) path: String,
    /// The path's parts, decoded, without empty ones.
    pub(crate) segments: Vec<String>,
    /// The query as sent.
    pub(crate) raw_query: String,
    /// The query's pairs, decoded.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The base at which it came in; none without a connection.
    pub(crate) base: Option<String>,
    /// Whether every address that a subscription names has answered; none when nobody asked them.
    pub(crate) endpoints_answered: Option<bool>,
}

impl Ask {
    pub(crate) fn new(method: Method, uri: &Uri, headers: HeaderMap, body: Bytes) -> Self {
        let raw_query = uri.query().unwrap_or_default().to_owned();
        Self {
            method,
            path: uri.path().to_owned(),
            segments: uri
                .path()
                .split('/')
                .filter(|part| !part.is_empty())
                .map(decode)
                .collect(),
            query: pairs(raw_query.as_bytes()),
            raw_query,
            headers,
            body,
            base: None,
            endpoints_answered: None,
        }
    }

    /// The request as it came in at a base.
    pub(crate) fn at(mut self, base: String) -> Self {
        self.base = Some(base);
        self
    }

    /// The first query value of that name.
    pub(crate) fn query_value(&self, name: &str) -> Option<&str> {
        value_of(&self.query, name)
    }

    /// The body's pairs, when it is a form.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        let form = self.header(CONTENT_TYPE.as_str()).is_some_and(|kind| {
            kind.to_ascii_lowercase()
                .starts_with("application/x-www-form-urlencoded")
        });
        if form { pairs(&self.body) } else { Vec::new() }
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A cookie's value.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }
}

/// What goes back, or what happens instead.
#[derive(Debug)]
pub(crate) enum Reply {
    Answer(Answer),
    /// The first so many bytes of an answer's body, and then not what was announced.
    Cut(Answer, usize, Cut),
    /// The connection closes without an answer.
    Drop,
    /// The connection is reset without an answer.
    Reset,
    /// No answer ever comes.
    Stall,
}

/// What follows the part of an answer that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The end of the connection, although `Content-Length` promised more.
    Short,
    /// The end of the connection, without the last chunk.
    ShortChunks,
    /// Nothing, on a connection that stays.
    Stalled,
}

/// A response.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self::json_text(status, body.to_string())
    }

    /// The same from a text that is JSON already.
    pub(crate) fn json_text(status: StatusCode, body: String) -> Self {
        let mut answer = Self::empty(status);
        answer.body = Bytes::from(body);
        answer.header("content-type", "application/json; charset=utf-8")
    }

    pub(crate) fn html(status: StatusCode, body: String) -> Self {
        let mut answer = Self::empty(status);
        answer.body = Bytes::from(body);
        answer.header("content-type", "text/html; charset=utf-8")
    }

    pub(crate) fn redirect(location: &str) -> Self {
        Self::empty(StatusCode::FOUND)
            .header(LOCATION.as_str(), location)
            .header("cache-control", "no-store")
    }

    /// Sets a header; a name or value that HTTP cannot carry is left out.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.headers.insert(name, value);
        }
        self
    }
}

/// The first value of that name in decoded pairs.
pub(crate) fn value_of<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded).into_owned().collect()
}

/// Percent-decodes one path part; `+` stays `+`.
pub(crate) fn decode(part: &str) -> String {
    let kept = part.replace('+', "%2B");
    let pair = format!("v={}", kept.replace('&', "%26"));
    pairs(pair.as_bytes())
        .into_iter()
        .next()
        .map(|(_, value)| value)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_parts_are_decoded_once_and_keep_their_plus_signs() {
        assert_eq!(decode("AAMk%3D+a%2Fb"), "AAMk=+a/b");
        assert_eq!(decode("a%252B"), "a%2B");
    }
}
