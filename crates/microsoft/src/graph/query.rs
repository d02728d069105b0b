//! The path and the query of a request, with every value percent-encoded.

use std::fmt::Write as _;

use url::Url;

/// A request's path below Graph's base, and its options.
pub(crate) struct Query {
    path: String,
    options: String,
    advanced: bool,
}

impl Query {
    /// A path of constant words, such as `/me/events`.
    pub(crate) fn path(path: &'static str) -> Self {
        Self {
            path: path.into(),
            options: String::new(),
            advanced: false,
        }
    }

    /// One more segment, an id. Ids of other programs may hold `/`, `+` and `=`.
    pub(crate) fn segment(mut self, id: &str) -> Self {
        self.path.push('/');
        // However they are encoded, dots alone would be taken for a way up. No id is made of them.
        match id {
            "" | "." | ".." => self.path.push('_'),
            id => encode(id, &mut self.path),
        }
        self
    }

    /// Constant words after an id, such as `/cancel`.
    pub(crate) fn then(mut self, words: &'static str) -> Self {
        self.path.push_str(words);
        self
    }

    /// One option; its name is a constant.
    pub(crate) fn option(mut self, name: &'static str, value: &str) -> Self {
        self.options
            .push(if self.options.is_empty() { '?' } else { '&' });
        self.options.push_str(name);
        self.options.push('=');
        encode(value, &mut self.options);
        self
    }

    /// Says that it is one of the directory's advanced queries.
    pub(crate) fn advanced(mut self) -> Self {
        self.advanced = true;
        self
    }

    pub(crate) fn is_advanced(&self) -> bool {
        self.advanced
    }

    /// The whole address.
    pub(crate) fn on(&self, base: &Url) -> Url {
        let base = base.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}{}{}", self.path, self.options))
            .expect("a base, constant words and encoded values make an address")
    }
}

/// How long a value will be when it is encoded.
pub(crate) fn encoded_length(value: &str) -> usize {
    let mut encoded = String::new();
    encode(value, &mut encoded);
    encoded.len()
}

fn encode(value: &str, into: &mut String) {
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                into.push(char::from(byte));
            }
            _ => {
                let _ = write!(into, "%{byte:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_dots_does_not_lead_up() {
        let base = Url::parse("https://graph.example/v1.0").expect("an address");
        for id in ["..", ".", ""] {
            let url = Query::path("/me/events").segment(id).on(&base);
            assert_eq!(url.path(), "/v1.0/me/events/_", "{id}");
        }
    }

    #[test]
    fn no_value_can_leave_its_place() {
        let base = Url::parse("https://graph.example/v1.0").expect("an address");
        let query = Query::path("/me/events")
            .segment("../a/b+c==")
            .option("$top", "10")
            .option("$search", "\"x\"&$select=*#?ü");
        assert_eq!(
            query.on(&base).as_str(),
            "https://graph.example/v1.0/me/events/..%2Fa%2Fb%2Bc%3D%3D?$top=10&$search=%22x%22%26%24select%3D%2A%23%3F%C3%BC"
        );
    }
}
