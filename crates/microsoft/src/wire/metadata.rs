//! Discovery document, keys and ID token claims.

use serde::Deserialize;

/// The discovery document, as far as it is used.
#[derive(Deserialize)]
pub(crate) struct Document {
    pub(crate) issuer: String,
    pub(crate) authorization_endpoint: String,
    pub(crate) token_endpoint: String,
    pub(crate) jwks_uri: String,
}

/// The published keys.
#[derive(Deserialize)]
pub(crate) struct KeySet {
    pub(crate) keys: Vec<Key>,
}

/// One published key.
#[derive(Deserialize, Debug)]
pub(crate) struct Key {
    #[serde(default)]
    pub(crate) kty: String,
    #[serde(default, rename = "use")]
    pub(crate) purpose: Option<String>,
    #[serde(default)]
    pub(crate) kid: String,
    #[serde(default)]
    pub(crate) n: String,
    #[serde(default)]
    pub(crate) e: String,
    /// May hold `{tenantid}`.
    #[serde(default)]
    pub(crate) issuer: Option<String>,
}

impl Key {
    /// Whether ID tokens may be signed with it.
    pub(crate) fn is_for_signing(&self) -> bool {
        self.kty == "RSA"
            && self
                .purpose
                .as_deref()
                .is_none_or(|purpose| purpose == "sig")
            && !self.kid.is_empty()
    }
}

/// The claims of an ID token, as far as they are used.
#[derive(Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) aud: String,
    pub(crate) exp: i64,
    pub(crate) nbf: i64,
    pub(crate) ver: Option<String>,
    pub(crate) tid: Option<String>,
    pub(crate) oid: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) preferred_username: Option<String>,
    pub(crate) auth_time: Option<i64>,
    pub(crate) sid: Option<String>,
    pub(crate) uti: Option<String>,
}
