//! Connections: one person's grant for one integration, and what state it is in.

use serde::{Deserialize, Serialize};

use crate::tool::Scope;

/// A product attache connects to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Integration {
    /// Outlook Calendar by Microsoft Graph.
    OutlookCalendar,
    /// A second one that no release has. In tests it proves that each is connected and ended on its own.
    #[cfg(feature = "second-integration")]
    Second,
}

impl Integration {
    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OutlookCalendar => "outlook_calendar",
            #[cfg(feature = "second-integration")]
            Self::Second => "second",
        }
    }

    /// Reads the stored word back.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [
            Self::OutlookCalendar,
            #[cfg(feature = "second-integration")]
            Self::Second,
        ];
        all.into_iter().find(|known| known.as_str() == text)
    }
}

/// Why a connection no longer works for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokedWhy {
    /// An administrator or the person ended the grant or its sessions at Microsoft.
    EndedAtMicrosoft,
    /// The grant was not used for too long.
    Expired,
    /// The account is disabled or gone.
    AccountDisabled,
}

/// Why only an administrator at Microsoft can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdminWhy {
    /// Consent is missing or was withdrawn.
    ConsentMissing,
    /// A policy of the organisation blocks the sign-in.
    BlockedByPolicy,
    /// The application is disabled in or absent from the tenant.
    AppUnavailable,
}

impl RevokedWhy {
    /// The word for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EndedAtMicrosoft => "ended_at_microsoft",
            Self::Expired => "expired",
            Self::AccountDisabled => "account_disabled",
        }
    }
}

impl AdminWhy {
    /// The word for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConsentMissing => "consent_missing",
            Self::BlockedByPolicy => "blocked_by_policy",
            Self::AppUnavailable => "app_unavailable",
        }
    }
}

/// The state of a connection. Each state has one next step for its person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ConnectionState {
    /// Works.
    Connected,
    /// The person must sign in at Microsoft again, with these claims if there are any (a JSON text).
    NeedsSignIn {
        /// Microsoft's claims challenge, to be passed on unchanged.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claims: Option<String>,
        /// The number after `AADSTS` by which Microsoft said so. It chooses words and decides nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<u32>,
    },
    /// An administrator at Microsoft must act.
    NeedsAdmin {
        /// What is missing.
        why: AdminWhy,
        /// As with [`ConnectionState::NeedsSignIn`]: a policy's refusal may carry claims for the next sign-in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claims: Option<String>,
        /// The number after `AADSTS` by which Microsoft said so. It chooses words and decides nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<u32>,
    },
    /// Over; connecting again makes a new grant.
    Revoked {
        /// What ended it.
        why: RevokedWhy,
    },
    /// The stored grant cannot be opened (wrong key, altered row). Kept for diagnosis.
    Damaged,
    /// The person or an administrator disconnected; nothing is left of the grant.
    Disconnected,
}

impl ConnectionState {
    /// The word for machines and for the audit log.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::NeedsSignIn { .. } => "needs_sign_in",
            Self::NeedsAdmin { .. } => "needs_admin",
            Self::Revoked { .. } => "revoked",
            Self::Damaged => "damaged",
            Self::Disconnected => "disconnected",
        }
    }

    /// Every word of [`ConnectionState::as_str`].
    pub const WORDS: [&str; 6] = [
        "connected",
        "needs_sign_in",
        "needs_admin",
        "revoked",
        "damaged",
        "disconnected",
    ];

    /// The word for its finer reason, where there is one.
    pub fn why(&self) -> Option<&'static str> {
        match self {
            Self::NeedsAdmin { why, .. } => Some(why.as_str()),
            Self::Revoked { why } => Some(why.as_str()),
            Self::Connected | Self::NeedsSignIn { .. } | Self::Damaged | Self::Disconnected => None,
        }
    }

    /// Whether nothing goes on over it: what waits is void, and connecting again begins from nothing.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Revoked { .. } | Self::Damaged | Self::Disconnected => true,
            Self::Connected | Self::NeedsSignIn { .. } | Self::NeedsAdmin { .. } => false,
        }
    }

    /// What the next sign-in must carry to Microsoft, a JSON text.
    pub fn claims(&self) -> Option<&str> {
        match self {
            Self::NeedsSignIn { claims, .. } | Self::NeedsAdmin { claims, .. } => claims.as_deref(),
            Self::Connected | Self::Revoked { .. } | Self::Damaged | Self::Disconnected => None,
        }
    }

    /// The number after `AADSTS` by which Microsoft brought the connection here, while that is known.
    pub fn code(&self) -> Option<u32> {
        match self {
            Self::NeedsSignIn { code, .. } | Self::NeedsAdmin { code, .. } => *code,
            Self::Connected | Self::Revoked { .. } | Self::Damaged | Self::Disconnected => None,
        }
    }
}

/// The granted scopes that a set lacks, in the order of `wanted`.
pub fn missing(wanted: &[Scope], granted: &[Scope]) -> Vec<Scope> {
    wanted
        .iter()
        .copied()
        .filter(|scope| !granted.contains(scope))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_word_in_the_list_and_those_that_end_something_are_over() {
        let (claims, code) = (None, None);
        let states = [
            (ConnectionState::Connected, false),
            (ConnectionState::NeedsSignIn { claims: None, code }, false),
            (
                ConnectionState::NeedsAdmin {
                    why: AdminWhy::ConsentMissing,
                    claims,
                    code,
                },
                false,
            ),
            (
                ConnectionState::Revoked {
                    why: RevokedWhy::Expired,
                },
                true,
            ),
            (ConnectionState::Damaged, true),
            (ConnectionState::Disconnected, true),
        ];
        let words = states.clone().map(|(state, _)| state.as_str());
        assert_eq!(words, ConnectionState::WORDS);
        for (state, over) in states {
            assert_eq!(state.is_over(), over, "{}", state.as_str());
        }
    }
}
