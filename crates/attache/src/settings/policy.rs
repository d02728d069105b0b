//! `[policy]`: approvals and access tokens.

use std::time::Duration;

use super::reader::{Reader, duration, texts};
use super::table::{Default, Key, Section};

pub(super) const SECTION: Section = Section {
    name: "policy",
    about: "How long approvals wait, how long access tokens live, and who counts as inside.",
    keys: &[
        Key {
            name: "approval_lifetime",
            default: Default::Is("\"1h\""),
            accepts: "a time from 1m to 24h",
            about: "How long a person may take to decide about a call that was marked *Ask for Permission*.",
        },
        Key {
            name: "token_linger",
            default: Default::Is("\"60s\""),
            accepts: "a time from 0s to 10m",
            about: "How long an access token stays in memory after the last call of a burst; `0s` ends it with the last \
                    running call.",
        },
        Key {
            name: "home_domains",
            default: Default::Is("[]"),
            accepts: "a list of domain names",
            about: "Mail domains that count as inside the organisation, besides each person's own.",
        },
    ],
};

/// The values of `[policy]`.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    /// How long an approval can be decided.
    pub(crate) approval_lifetime: Duration,
    /// How long an access token outlives the last call.
    pub(crate) token_linger: Duration,
    /// Domains that count as inside, in lower case.
    pub(crate) home_domains: Vec<String>,
}

impl Policy {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            approval_lifetime: reader.value(&SECTION, "approval_lifetime", duration(60..=86_400)),
            token_linger: reader.value(&SECTION, "token_linger", duration(0..=600)),
            home_domains: reader.value(&SECTION, "home_domains", |value| {
                let domain = |name: &String| name.contains('.') && !name.contains(['@', '/', ' ']);
                let names = texts(value)?;
                names
                    .iter()
                    .all(domain)
                    .then(|| names.iter().map(|name| name.to_lowercase()).collect())
            }),
        }
    }
}
