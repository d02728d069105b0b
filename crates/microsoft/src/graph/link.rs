//! The link to a next page: opaque, and only ever to the Graph it came from.

use url::Url;

use crate::error::Error;
use crate::settings::Places;

/// Where the next page is. Made only from a link below the configured Graph, so the token cannot be sent elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextLink(String);

impl NextLink {
    /// The text to keep; [`Microsoft::next_link`](crate::Microsoft::next_link) reads it back.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn parse(text: &str, places: &Places) -> Result<Self, Error> {
        read(text, places).ok_or(Error::ForeignLink)?;
        Ok(Self(text.to_owned()))
    }

    /// The address, checked again: a link may have been kept while the settings changed.
    pub(crate) fn url(&self, places: &Places) -> Result<Url, Error> {
        read(&self.0, places).ok_or(Error::ForeignLink)
    }
}

fn read(text: &str, places: &Places) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let below = url
        .path()
        .strip_prefix(places.graph.path())?
        .starts_with('/');
    let own = url.origin() == places.graph.origin()
        && url.username().is_empty()
        && url.password().is_none();
    (own && below).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_anywhere_else_is_refused() {
        let places = Places {
            authority: Url::parse("https://login.example/t").expect("an address"),
            tenant: "t".into(),
            graph: Url::parse("https://graph.example/v1.0").expect("an address"),
            loopback: false,
        };
        let good = "https://graph.example/v1.0/me/calendarView?startDateTime=x&$skip=10";
        assert_eq!(NextLink::parse(good, &places).expect("ours").as_str(), good);
        for bad in [
            "https://evil.example/v1.0/me/calendarView",
            "https://graph.example.evil/v1.0/me",
            "https://graph.example@evil.example/v1.0/me",
            "https://user@graph.example/v1.0/me",
            "http://graph.example/v1.0/me",
            "https://graph.example:444/v1.0/me",
            "https://graph.example/beta/me",
            "https://graph.example/v1.0",
            "https://graph.example/v1.0evil/me",
            "https://graph.example/v1.0/../beta/me",
            "/v1.0/me",
            "",
        ] {
            assert!(
                matches!(NextLink::parse(bad, &places), Err(Error::ForeignLink)),
                "{bad}"
            );
        }
    }
}
