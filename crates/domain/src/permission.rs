//! Levels: what an administrator has allowed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an administrator has decided about one tool for the organisation. Nothing set is [`Level::Deny`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The tool does not exist for any agent.
    #[default]
    Deny,
    /// Every call waits for the person's decision on attache's own page.
    Ask,
    /// Calls run without asking.
    AlwaysAllow,
}

impl Level {
    /// Every level, from the strictest to the most permissive.
    pub const ALL: [Self; 3] = [Self::Deny, Self::Ask, Self::AlwaysAllow];

    /// The word that is stored and that machines read.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Ask => "ask",
            Self::AlwaysAllow => "always_allow",
        }
    }

    /// Reads a word back; only the three exact words count.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }

    /// What a stored word means: absent or unreadable is [`Level::Deny`].
    pub fn from_stored(text: Option<&str>) -> Self {
        text.and_then(Self::parse).unwrap_or(Self::Deny)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_set_and_nonsense_are_deny() {
        for stored in [
            None,
            Some(""),
            Some("allow"),
            Some("ALWAYS_ALLOW"),
            Some("always_allow "),
            Some("1"),
        ] {
            assert_eq!(Level::from_stored(stored), Level::Deny, "{stored:?}");
        }
        assert_eq!(Level::from_stored(Some("ask")), Level::Ask);
    }
}
