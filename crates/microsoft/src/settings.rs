//! Where Microsoft is and who we are there.

use std::time::Duration;

use domain::id::TenantId;
use url::Url;

use crate::entra::Credential;
use crate::error::Error;

/// What the crate needs to be told. Read from the environment by `attache`, nowhere else.
#[derive(Debug)]
pub struct Settings {
    /// The tenant's authority without a trailing slash: `https://login.microsoftonline.com/` and the tenant's GUID, or
    /// `organizations` when several tenants are served.
    pub authority: String,
    /// Graph's base with its version: `https://graph.microsoft.com/v1.0`.
    pub graph: String,
    /// The application (client) id.
    pub client_id: String,
    /// How we prove to be that application.
    pub credential: Credential,
    /// Where Microsoft sends the browser back to; exactly as registered.
    pub redirect_uri: String,
    /// Whose accounts may sign in. Nobody else's, whatever the authority says; personal accounts only if listed.
    pub allowed_tenants: Vec<TenantId>,
    /// How long one request may take.
    pub timeout: Duration,
}

/// The two addresses, read once.
#[derive(Debug)]
pub(crate) struct Places {
    /// The authority; its path is one segment.
    pub(crate) authority: Url,
    /// The tenant segment of the authority.
    pub(crate) tenant: String,
    /// Graph's base; its path ends without a slash.
    pub(crate) graph: Url,
    /// Whether either is on this machine (the simulator).
    pub(crate) loopback: bool,
}

impl Places {
    pub(crate) fn of(settings: &Settings) -> Result<Self, Error> {
        let authority = address(&settings.authority)
            .ok_or(Error::Settings("the authority is no usable address"))?;
        let graph =
            address(&settings.graph).ok_or(Error::Settings("Graph's base is no usable address"))?;
        let segments: Vec<&str> = authority
            .path_segments()
            .map(Iterator::collect)
            .unwrap_or_default();
        let [tenant] = segments[..] else {
            return Err(Error::Settings(
                "the authority must end in one tenant segment",
            ));
        };
        if tenant.is_empty() {
            return Err(Error::Settings(
                "the authority must end in one tenant segment",
            ));
        }
        let tenant = tenant.to_owned();
        let loopback = is_loopback(&authority) || is_loopback(&graph);
        Ok(Self {
            authority,
            tenant,
            graph,
            loopback,
        })
    }
}

/// An address a secret may be sent to: `https`, or `http` on this machine.
fn address(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim_end_matches('/')).ok()?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    (plain && safe && url.host().is_some()).then_some(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(authority: &str, graph: &str) -> Result<Places, Error> {
        Places::of(&Settings {
            authority: authority.into(),
            graph: graph.into(),
            client_id: "c".into(),
            credential: Credential::Secret(domain::secret::ClientSecret::new("s".into())),
            redirect_uri: "https://a.example/cb".into(),
            allowed_tenants: Vec::new(),
            timeout: Duration::from_secs(15),
        })
    }

    #[test]
    fn a_token_is_never_sent_in_clear_over_a_network() {
        let graph = "https://graph.microsoft.com/v1.0";
        for bad in [
            "http://login.example/t",
            "ftp://login.example/t",
            "https://login.example",
            "https://a:b@login.example/t",
            "https://login.example/t?x=1",
            "https://login.example/a/b",
            "t",
        ] {
            assert!(places(bad, graph).is_err(), "{bad}");
        }
        for good in [
            "https://login.microsoftonline.com/organizations",
            "http://127.0.0.1:8080/t",
            "http://localhost:1/t",
            "http://[::1]:1/t/",
        ] {
            assert!(places(good, graph).is_ok(), "{good}");
        }
        assert!(places("https://login.example/t", "http://graph.example/v1.0").is_err());
    }
}
