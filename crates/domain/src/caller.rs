//! Who asks.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, OrganisationId, PersonId};

/// Where a call came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// The Model Context Protocol endpoint.
    Mcp,
    /// The REST interface.
    Rest,
    /// attache's own pages, used by the person herself.
    Page,
}

impl Surface {
    /// Every surface an agent can call tools over.
    pub const FOR_AGENTS: [Self; 2] = [Self::Mcp, Self::Rest];

    /// The word that is stored and that machines read.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mcp => "mcp",
            Self::Rest => "rest",
            Self::Page => "page",
        }
    }

    /// Reads a stored word back.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Mcp, Self::Rest, Self::Page]
            .into_iter()
            .find(|surface| surface.as_str() == text)
    }
}

/// From where and by what program a call came, as far as is known. Anybody can claim a program; behind a proxy the address is
/// the proxy's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// The address that connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// What it says it is (RFC 9110, `User-Agent`): one line of printable ASCII, 120 characters at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
}

impl Client {
    /// What connected from here and sent this as its `User-Agent`.
    pub fn new(address: Option<IpAddr>, program: Option<&str>) -> Self {
        let plain = |text: &str| -> String {
            let plain = text.chars().filter(|c| matches!(c, ' '..='~'));
            plain.take(120).collect()
        };
        Self {
            address,
            program: program.map(plain).filter(|text| !text.trim().is_empty()),
        }
    }

    /// Whether nothing is known of it.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// The person for whom a call is made, and the agent that makes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Caller {
    /// Whose organisation's levels count.
    pub organisation: OrganisationId,
    /// Whose calendar it is.
    pub person: PersonId,
    /// The agent, by the personal key or client it used.
    pub agent: AgentId,
    /// Where the call came in.
    pub surface: Surface,
}
