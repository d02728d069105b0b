//! Redirect URIs: which may be registered, and which of a request matches one that is.

use std::io;

use url::Url;

use crate::application::{Application, Audience, ClientKind};
use crate::company::Company;

/// How long a registered URI may be.
const LONGEST: usize = 256;
/// Characters that may not be in one.
const FORBIDDEN: &[char] = &['!', '$', '\'', '(', ')', ',', ';'];

impl Application {
    /// For what kind of client a redirect URI is registered, if it is. On loopback the port does not count; everything
    /// else does, letter by letter.
    pub(crate) fn redirect(&self, asked: &str) -> Option<ClientKind> {
        let asked = without_loopback_port(asked);
        let same = |registered: &String| without_loopback_port(registered) == asked;
        if self.single_page_uris.iter().any(same) {
            Some(ClientKind::SinglePage)
        } else if self.redirect_uris.iter().any(same) {
            Some(ClientKind::Web)
        } else {
            None
        }
    }

    /// How many redirect URIs may be registered.
    pub(crate) fn most_redirects(&self) -> usize {
        match self.audience {
            Audience::Everybody => 100,
            Audience::OneOrganization | Audience::Organizations => 256,
        }
    }
}

/// Why a URI may not be registered.
///
/// # Errors
/// When Microsoft's rules for redirect URIs forbid it.
pub(crate) fn may_be_registered(uri: &str, audience: Audience) -> Result<(), &'static str> {
    if uri.len() > LONGEST {
        return Err("is longer than 256 characters");
    }
    if uri.contains(FORBIDDEN) {
        return Err("holds one of the characters ! $ ' ( ) , ;");
    }
    if uri.contains('*') {
        return Err("holds a wildcard");
    }
    let Ok(url) = Url::parse(uri) else {
        return Err("is not an absolute URI");
    };
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
    match url.scheme() {
        "https" if url.host_str().is_some() => {}
        "http" if loopback => {}
        _ => return Err("is neither https nor http on localhost or 127.0.0.1"),
    }
    if url.host_str() == Some("[::1]") {
        return Err("is on the IPv6 loopback address");
    }
    if url.fragment().is_some() {
        return Err("has a fragment");
    }
    if audience == Audience::Everybody && url.query().is_some() {
        return Err("has a query, which is not allowed where personal accounts are");
    }
    Ok(())
}

/// Whether a company's redirect URIs may all be registered.
///
/// # Errors
/// When one of them may not, in words that name it.
pub(crate) fn check(company: &Company) -> io::Result<()> {
    let audience = Application::of(company).audience;
    company.redirect_uris.iter().try_for_each(|uri| {
        may_be_registered(uri, audience).map_err(|problem| {
            let text = format!("the redirect URI {uri:?} {problem}");
            io::Error::new(io::ErrorKind::InvalidInput, text)
        })
    })
}

/// The origin of a URI, as a content security policy names it.
pub(crate) fn origin(uri: &str) -> String {
    Url::parse(uri)
        .map(|url| url.origin().ascii_serialization())
        .unwrap_or_default()
}

/// A URI, without the port if it is on loopback.
fn without_loopback_port(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once("://") else {
        return uri.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, after) = rest.split_at(end);
    match host.split_once(':') {
        Some((name @ ("localhost" | "127.0.0.1"), port))
            if port.bytes().all(|digit| digit.is_ascii_digit()) =>
        {
            format!("{scheme}://{name}{after}")
        }
        _ => uri.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_loopback_the_port_does_not_count_and_elsewhere_everything_does() {
        let check = |registered: &str, asked: &str, expected: bool| {
            let same = without_loopback_port(registered) == without_loopback_port(asked);
            assert_eq!(same, expected, "{registered} {asked}");
        };
        check("http://localhost/a", "http://localhost:8080/a", true);
        check("http://127.0.0.1:1/a?b=1", "http://127.0.0.1:2/a?b=1", true);
        check("http://localhost/a", "http://localhost/A", false);
        check("http://localhost/a", "https://localhost/a", false);
        check("http://localhost/a", "http://localhost/b/../a", false);
        check("http://localhost/a", "http://localhost:80x/a", false);
        check(
            "http://localhost/a",
            "http://localhost@evil.example/a",
            false,
        );
        check("http://localhost/a", "http://127.0.0.1/a", false);
        check("https://a.example/b", "https://a.example:443/b", false);
        check("https://a.example/b", "https://a.example/b?c", false);
    }

    #[test]
    fn what_microsoft_forbids_cannot_be_registered() {
        let check = |uri: &str, audience: Audience, allowed: bool| {
            assert_eq!(may_be_registered(uri, audience).is_ok(), allowed, "{uri}");
        };
        let work = Audience::Organizations;
        check("https://calendar.example/callback?a=1", work, true);
        check("http://localhost/callback", work, true);
        check("http://127.0.0.1:8080/callback", work, true);
        check("http://calendar.example/callback", work, false);
        check("http://[::1]/callback", work, false);
        check("https://*.calendar.example/callback", work, false);
        for forbidden in FORBIDDEN {
            check(
                &format!("https://calendar.example/{forbidden}"),
                work,
                false,
            );
        }
        check(
            &format!("https://calendar.example/{}", "a".repeat(256)),
            work,
            false,
        );
        check("https://calendar.example/callback#a", work, false);
        check("/callback", work, false);
        check(
            "https://calendar.example/callback?a=1",
            Audience::Everybody,
            false,
        );
    }
}
