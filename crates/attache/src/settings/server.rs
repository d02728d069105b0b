//! `[server]`: the listener, the address people use, sessions.

use std::net::SocketAddr;
use std::time::Duration;

use super::reader::{Reader, boolean, duration, number, text, texts};
use super::table::{Default, Key, Section};

pub(super) const SECTION: Section = Section {
    name: "server",
    about: "The listener, the address people and agents use, and browser sessions.",
    keys: &[
        Key {
            name: "base_url",
            default: Default::Is("\"http://127.0.0.1:8180\""),
            accepts: "an address that begins with https:// or http:// and has no path",
            about: "The address people and agents use. The redirect address at Entra is this one followed by \
                    `/auth/microsoft/callback`. Anything but this machine needs https, which a proxy in front provides.",
        },
        Key {
            name: "listen",
            default: Default::Is("\"127.0.0.1:8180\""),
            accepts: "an IP address and a port",
            about: "Where attache itself listens, without TLS.",
        },
        Key {
            name: "allowed_hosts",
            default: Default::Is("[]"),
            accepts: "a list of host names, each with its port if it has one",
            about: "Further values of the `Host` header to accept beside that of `base_url`. Others are refused.",
        },
        Key {
            name: "max_connections",
            default: Default::Is("1024"),
            accepts: "a whole number from 1 to 65536",
            about: "How many connections may be open at once; further ones wait.",
        },
        Key {
            name: "header_timeout",
            default: Default::Is("\"30s\""),
            accepts: "a time from 1s to 5m",
            about: "How long a connection may take to send the head of a request, waiting for the first one included.",
        },
        Key {
            name: "session_idle",
            default: Default::Is("\"30m\""),
            accepts: "a time from 1m to 24h",
            about: "How long a person stays signed in without doing anything.",
        },
        Key {
            name: "session_absolute",
            default: Default::Is("\"12h\""),
            accepts: "a time from 5m to 720h",
            about: "How long a person stays signed in at most.",
        },
        Key {
            name: "core_dumps",
            default: Default::Is("false"),
            accepts: "true or false",
            about: "Whether the system may keep the memory of this process when it crashes, and whether a debugger of the \
                    same user may look at it. Such an image holds keys and tokens: only for finding a fault, away from \
                    real people.",
        },
    ],
};

/// The values of `[server]`.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    /// `scheme://host[:port]`, without a slash at the end.
    pub(crate) base_url: String,
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// Further accepted hosts.
    pub(crate) allowed_hosts: Vec<String>,
    /// The most connections at once.
    pub(crate) max_connections: u32,
    /// The longest wait for the head of a request.
    pub(crate) header_timeout: Duration,
    /// The longest pause of a session.
    pub(crate) session_idle: Duration,
    /// The longest life of a session.
    pub(crate) session_absolute: Duration,
    /// Whether memory may be dumped.
    pub(crate) core_dumps: bool,
}

impl Server {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            base_url: reader.value(&SECTION, "base_url", |value| origin(&text(value)?)),
            listen: reader.value(&SECTION, "listen", |value| text(value)?.parse().ok()),
            allowed_hosts: reader.value(&SECTION, "allowed_hosts", texts),
            max_connections: reader.value(&SECTION, "max_connections", number(1..=65_536)),
            header_timeout: reader.value(&SECTION, "header_timeout", duration(1..=300)),
            session_idle: reader.value(&SECTION, "session_idle", duration(60..=86_400)),
            session_absolute: reader.value(&SECTION, "session_absolute", duration(300..=2_592_000)),
            core_dumps: reader.value(&SECTION, "core_dumps", boolean),
        }
    }

    /// Whether the base address is this machine's own.
    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.base_url)
    }

    pub(super) fn weaknesses(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.base_url.starts_with("http://") && !self.is_loopback() {
            found.push(
                "server.base_url is http: sessions and keys travel unencrypted, and Entra refuses such a redirect \
                 address; put a proxy with TLS in front and use https"
                    .into(),
            );
        }
        if self.core_dumps {
            found.push(
                "server.core_dumps is true: a crash or a debugger lays open the keys and everybody's tokens".into(),
            );
        }
        if self.session_absolute < self.session_idle {
            found.push(
                "server.session_idle is longer than server.session_absolute and has no effect"
                    .into(),
            );
        }
        found
    }
}

/// An address of scheme, host and port only, without a slash at the end.
pub(super) fn origin(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    plain.then(|| url.origin().ascii_serialization())
}

/// Whether an address names this machine by `localhost` or a loopback IP address.
pub(super) fn is_loopback(address: &str) -> bool {
    match url::Url::parse(address)
        .ok()
        .as_ref()
        .and_then(url::Url::host)
    {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_address_has_no_path_and_no_password() {
        assert_eq!(
            origin("https://attache.example/").as_deref(),
            Some("https://attache.example")
        );
        for not in [
            "attache.example",
            "ftp://attache.example",
            "https://a:b@attache.example",
            "https://attache.example/x",
            "https://attache.example/?x",
        ] {
            assert_eq!(origin(not), None, "{not}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (address, expected) in [
            ("http://127.0.0.1:8180", true),
            ("http://localhost", true),
            ("http://[::1]:1", true),
            ("http://localhost.example", false),
            ("http://127.0.0.1.example", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(is_loopback(address), expected, "{address}");
        }
    }
}
