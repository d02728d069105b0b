//! What can be chosen when a simulator starts.

use std::net::{Ipv4Addr, SocketAddr};

use crate::company::Company;

/// How a simulator starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The company whose people, mailboxes and application exist.
    pub company: Company,
    /// What happens to a refresh token that was used.
    pub rotation: Rotation,
    /// How many requests the log keeps; 0 switches it off.
    pub log: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            company: Company::default(),
            rotation: Rotation::default(),
            log: crate::log::MOST,
        }
    }
}

/// What happens to a refresh token that was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rotation {
    /// It stays valid beside the new one, as at Microsoft.
    #[default]
    Lenient,
    /// It is dead at once; using it again is refused.
    Strict,
}
