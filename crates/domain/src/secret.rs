//! Secrets, one type for each kind. They cannot be printed, cloned or serialised, and are overwritten when dropped.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::random::Random;

macro_rules! secrets {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        pub struct $name(Zeroizing<String>);

        impl $name {
            /// Takes a secret that came from outside.
            pub fn new(text: String) -> Self {
                Self(Zeroizing::new(text))
            }

            /// The secret itself. Only for the wire and the seal.
            pub fn expose(&self) -> &str {
                &self.0
            }

            /// What may be stored in its place: the SHA-256 of the secret.
            pub fn hash(&self) -> SecretHash {
                SecretHash::of(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(hidden)"))
            }
        }
    )*};
}

secrets! {
    /// Microsoft's refresh token: sealed at rest, sent to Entra and nowhere else.
    RefreshToken;
    /// The password of our application at Entra.
    ClientSecret;
    /// The value of a session cookie.
    SessionSecret;
    /// The cookie that ties a sign-in or connect attempt to the browser that began it.
    BrowserSecret;
    /// The `state` of one sign-in or connect attempt.
    StateSecret;
    /// The PKCE code verifier (RFC 7636) of one attempt.
    CodeVerifier;
    /// An authorization code on its way from the redirect to the token endpoint.
    AuthorizationCode;
    /// A personal key of an agent: shown once, stored as its hash.
    AgentKey;
    /// The one-time secret that makes somebody the first administrator.
    BootstrapSecret;
    /// The token that ties a form to the session it was rendered for.
    FormToken;
}

impl AgentKey {
    /// What every personal key begins with, so that scanners recognise a leaked one.
    pub const PREFIX: &'static str = "attache_key_";

    /// A new personal key with 256 random bits.
    pub fn random(random: &Random) -> Self {
        Self::new(format!("{}{}", Self::PREFIX, random.token()))
    }
}

macro_rules! random_secrets {
    ($($name:ident)*) => {$(
        impl $name {
            /// A new secret with 256 random bits.
            pub fn random(random: &Random) -> Self {
                Self::new(random.token())
            }
        }
    )*};
}

random_secrets! { SessionSecret BrowserSecret StateSecret BootstrapSecret }

/// The SHA-256 of a secret with at least 128 random bits, as 64 hexadecimal digits. Compared in constant time.
#[derive(Clone, Serialize, Deserialize)]
pub struct SecretHash(String);

impl SecretHash {
    fn of(secret: &str) -> Self {
        Self(hex(&Sha256::digest(secret.as_bytes())))
    }

    /// A hash as it was stored.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text to store and to look up by.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for SecretHash {}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(hidden)")
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            text.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
            text.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_its_kind_and_nothing_of_itself() {
        let printed = format!(
            "{:?} {:?}",
            RefreshToken::new("marked".into()),
            RefreshToken::new("marked".into()).hash()
        );
        assert_eq!(printed, "RefreshToken(hidden) SecretHash(hidden)");
    }

    #[test]
    fn a_key_is_recognisable_and_its_hash_is_what_sha256_says() {
        let key = AgentKey::random(&Random::seeded(3));
        assert!(key.expose().starts_with("attache_key_"));
        assert_eq!(
            AgentKey::new("abc".into()).hash().as_str(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
