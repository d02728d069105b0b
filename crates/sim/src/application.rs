//! The registered application: what it is called, how it proves itself, where it may send people back to.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
    /// Whose accounts it is for.
    pub(crate) audience: Audience,
    /// Whether Microsoft has verified who publishes it.
    pub(crate) publisher_verified: bool,
    /// Tokens hold what was asked for and no more; else also whatever was granted before, as at Microsoft.
    pub(crate) narrow_tokens: bool,
    /// Permissions that tokens never hold, consented to or not: a grant narrower than what was asked.
    pub(crate) withheld: BTreeSet<&'static str>,
    /// Permissions that tokens always hold, asked for or not: a grant wider than what was asked.
    pub(crate) added: BTreeSet<&'static str>,
    pub(crate) redirect_uris: Vec<String>,
    /// Those of the redirect URIs that are registered for single-page apps.
    pub(crate) single_page_uris: BTreeSet<String>,
    /// The authorization endpoint may answer with an ID token beside the code.
    pub(crate) id_tokens: bool,
    /// Where the front channel announces a sign-out.
    pub(crate) logout_url: Option<String>,
}

/// Whose accounts the application is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Audience {
    /// Its own organisation's, which `common` and `organizations` cannot promise.
    #[serde(rename = "AzureADMyOrg")]
    OneOrganization,
    /// Any organisation's.
    #[serde(rename = "AzureADMultipleOrgs")]
    Organizations,
    /// Any organisation's, and personal ones.
    #[serde(rename = "AzureADandPersonalMicrosoftAccount")]
    Everybody,
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
            audience: Audience::Organizations,
            publisher_verified: false,
            narrow_tokens: false,
            withheld: BTreeSet::new(),
            added: BTreeSet::new(),
            redirect_uris: loopback
                .into_iter()
                .map(str::to_owned)
                .chain(company.redirect_uris.iter().cloned())
                .collect(),
            single_page_uris: BTreeSet::new(),
            id_tokens: false,
            logout_url: None,
        }
    }
}
