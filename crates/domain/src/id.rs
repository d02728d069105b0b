//! Ids: one type for each thing, so that one cannot be passed for another.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// A text that is not an id of the expected kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id of the expected kind")
    }
}

impl std::error::Error for NotAnId {}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// Text form: a fixed prefix and 130 random bits in lower-case Crockford base 32.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// A new id that nobody has seen before.
            pub fn random(random: &Random) -> Self {
                Self(format!(concat!($prefix, "_{}"), crockford(random)).into())
            }

            /// Reads an id back.
            ///
            /// # Errors
            /// When the text lacks this kind's prefix or holds anything but 26 letters and digits after it.
            pub fn parse(text: &str) -> Result<Self, NotAnId> {
                let rest = text.strip_prefix(concat!($prefix, "_")).ok_or(NotAnId)?;
                let well_formed = rest.len() == 26 && rest.bytes().all(|b| CROCKFORD.contains(&b));
                if well_formed { Ok(Self(text.into())) } else { Err(NotAnId) }
            }

            /// The text form, as stored and shown.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.into()
            }
        }
    )*};
}

ids! {
    /// One customer organisation of this deployment.
    OrganisationId = "org";
    /// One person of an organisation.
    PersonId = "per";
    /// One person's connection to one integration.
    ConnectionId = "con";
    /// One agent (a personal key, later an OAuth client a person authorised).
    AgentId = "agt";
    /// One signed-in browser session (not its secret).
    SessionId = "ses";
    /// One stored call that waits for its person.
    ApprovalId = "apr";
    /// One call of one tool.
    CallId = "cal";
    /// One HTTP request to attache, as shown in every error.
    RequestId = "req";
}

pub(crate) const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

fn crockford(random: &Random) -> String {
    let bytes: [u8; 26] = random.bytes();
    bytes
        .iter()
        .map(|b| char::from(CROCKFORD[usize::from(b & 31)]))
        .collect()
}

macro_rules! guids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Reads a GUID in its 8-4-4-4-12 form; upper case becomes lower case.
            ///
            /// # Errors
            /// When the text is anything else, a domain name or `common` included.
            pub fn parse(text: &str) -> Result<Self, NotAnId> {
                let hyphens = [8, 13, 18, 23];
                let well_formed = text.len() == 36
                    && text.bytes().enumerate().all(|(at, b)| if hyphens.contains(&at) { b == b'-' } else { b.is_ascii_hexdigit() });
                if well_formed { Ok(Self(text.to_ascii_lowercase().into())) } else { Err(NotAnId) }
            }

            /// The lower-case text form.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.into()
            }
        }
    )*};
}

guids! {
    /// An Entra tenant (`tid`).
    TenantId;
    /// A user object inside one Entra tenant (`oid`).
    ObjectId;
}

/// Who somebody is: `tid` and `oid` together. Nothing else identifies a person, in particular no e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// The tenant the account lives in.
    pub tenant: TenantId,
    /// The account inside that tenant.
    pub object: ObjectId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_itself_and_as_nothing_else() {
        let id = PersonId::random(&Random::seeded(7));
        assert_eq!(PersonId::parse(id.as_str()), Ok(id.clone()));
        assert_eq!(CallId::parse(id.as_str()), Err(NotAnId));
        assert_eq!(PersonId::parse("per_short"), Err(NotAnId));
        assert_eq!(PersonId::parse(&id.as_str().to_uppercase()), Err(NotAnId));
    }

    #[test]
    fn a_tenant_is_a_guid_and_never_a_name() {
        assert!(
            TenantId::parse("8EAEF023-2b34-4da1-9baa-8bc8c9d6a490")
                .is_ok_and(|t| t.as_str().starts_with("8eaef023"))
        );
        for not in [
            "common",
            "organizations",
            "nordwind.example",
            "8eaef0232b344da19baa8bc8c9d6a490",
            "",
        ] {
            assert_eq!(TenantId::parse(not), Err(NotAnId), "{not}");
        }
    }
}
