//! By which name a request came in, which every link in its answer then carries.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use axum::http::Uri;
use axum::http::header::HOST;
use axum::http::uri::Authority;

/// One listener, and the names under which it answers.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    scheme: &'static str,
    /// The base for a request that names no name of ours.
    own: String,
    listen: IpAddr,
    names: Vec<String>,
}

impl Door {
    /// Plain HTTP, by its address.
    pub(crate) fn plain(at: SocketAddr, names: &[String]) -> Self {
        Self {
            scheme: "http",
            own: format!("http://{at}"),
            listen: at.ip(),
            names: names.to_vec(),
        }
    }

    /// HTTPS, by name, because a few clients accept no address there.
    pub(crate) fn secure(at: SocketAddr, names: &[String]) -> Self {
        Self {
            scheme: "https",
            own: format!("https://localhost:{}", at.port()),
            listen: at.ip(),
            names: names.to_vec(),
        }
    }

    /// The base for a request that names no name of ours.
    pub(crate) fn own(&self) -> &str {
        &self.own
    }

    /// The front of every link in the answer to a request: the name that was asked, where it is one of this machine's.
    /// The port is the one that was asked too, since something in between may forward another one to here.
    pub(crate) fn base_of(&self, uri: &Uri, headers: &HeaderMap) -> String {
        // HTTP/2 puts the name into the address, HTTP/1.1 into a header.
        let named = match uri.authority() {
            Some(authority) => Some(authority.clone()),
            None => headers
                .get(HOST)
                .and_then(|host| Authority::try_from(host.as_bytes()).ok()),
        };
        match named {
            Some(named) if self.knows(&named) => {
                format!("{}://{}", self.scheme, named.as_str().to_ascii_lowercase())
            }
            Some(_) | None => self.own.clone(),
        }
    }

    fn knows(&self, named: &Authority) -> bool {
        if named.as_str().contains('@') {
            return false;
        }
        let host = named.host();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        match address.parse::<IpAddr>() {
            Ok(address) => address.is_loopback() || address == self.listen,
            Err(_) => {
                host.eq_ignore_ascii_case("localhost")
                    || self
                        .names
                        .iter()
                        .any(|name| name.eq_ignore_ascii_case(host))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn check(uri: &str, host: &str, expected: &str) {
        let at = SocketAddr::from(([127, 0, 0, 1], 8443));
        let door = Door::secure(at, &["login.sim.example".to_owned()]);
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_str(host).expect("a value"));
        let uri = uri.parse().expect("a URI");
        assert_eq!(door.base_of(&uri, &headers), expected, "{uri} {host}");
    }

    #[test]
    fn a_link_carries_the_name_that_was_asked_among_those_of_this_machine() {
        check("/v1.0/me", "localhost:8443", "https://localhost:8443");
        check("/v1.0/me", "LocalHost:9443", "https://localhost:9443");
        check("/v1.0/me", "127.0.0.1:8443", "https://127.0.0.1:8443");
        check("/v1.0/me", "[::1]:8443", "https://[::1]:8443");
        check("/v1.0/me", "login.sim.example", "https://login.sim.example");
        check(
            "https://127.0.0.1:8443/v1.0/me",
            "localhost:1",
            "https://127.0.0.1:8443",
        );
    }

    #[test]
    fn a_foreign_name_never_gets_into_a_link() {
        for host in [
            "evil.example",
            "localhost.evil.example:8443",
            "a@localhost:8443",
            "10.0.0.1:8443",
            "localhost:8443/evil",
            "",
        ] {
            check("/v1.0/me", host, "https://localhost:8443");
        }
    }
}
