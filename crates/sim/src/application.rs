//! The registered application: what it is called, how it proves itself, where it may send people back to.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::company::Company;
use crate::entra::certificate::Certificate;

/// The registered application.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    pub(crate) name: String,
    pub(crate) client_id: String,
    /// The one that was given at the start comes first. Several are valid at a time, so that they can be replaced.
    pub(crate) secrets: Vec<Secret>,
    /// Several are valid at a time, so that they can be replaced.
    pub(crate) certificates: Vec<Certificate>,
    /// Has no credential and must not send one.
    pub(crate) public: bool,
    /// Only for accounts of its own organisation, which `/common` cannot promise.
    pub(crate) single_tenant: bool,
    /// Tokens hold what was asked for and no more; else also whatever was granted before, as at Microsoft.
    pub(crate) narrow_tokens: bool,
    pub(crate) redirect_uris: Vec<String>,
    /// Those of the redirect URIs that are registered for single-page apps.
    pub(crate) single_page_uris: BTreeSet<String>,
}

/// A client secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Secret {
    pub(crate) value: String,
    /// From when on it is refused.
    pub(crate) expires: Option<Timestamp>,
}

/// What kind of client a redirect URI is registered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientKind {
    /// A server with a credential.
    Web,
    /// A script in a browser: no credential, an `Origin` header, refresh tokens for a day.
    SinglePage,
}

impl Application {
    /// What kind of client a registered redirect URI is for.
    pub(crate) fn kind_of(&self, registered: &str) -> ClientKind {
        if self.single_page_uris.contains(registered) {
            ClientKind::SinglePage
        } else {
            ClientKind::Web
        }
    }

    pub(crate) fn of(company: &Company) -> Self {
        let loopback = [
            "http://localhost/auth/microsoft/callback",
            "http://127.0.0.1/auth/microsoft/callback",
        ];
        let secret = Secret {
            value: company.client_secret.clone(),
            expires: None,
        };
        Self {
            name: "attache".to_owned(),
            client_id: company.client_id.clone(),
            secrets: vec![secret],
            certificates: company.client_certificates.clone(),
            public: false,
            single_tenant: false,
            narrow_tokens: false,
            redirect_uris: loopback
                .into_iter()
                .map(str::to_owned)
                .chain(company.redirect_uris.iter().cloned())
                .collect(),
            single_page_uris: BTreeSet::new(),
        }
    }
}
