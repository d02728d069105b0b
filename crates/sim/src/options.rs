//! What can be chosen when a simulator starts.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::company::Company;
use crate::scenario::Scenario;

/// How a simulator starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Listening with TLS too, beside plain HTTP.
    pub tls: Option<Tls>,
    /// Further names by which this machine is asked, beside `localhost` and its loopback addresses.
    pub names: Vec<String>,
    /// The company whose people, mailboxes and application exist.
    pub company: Company,
    /// What happens to a refresh token that was used.
    pub rotation: Rotation,
    /// How many requests the log keeps; 0 switches it off.
    pub log: usize,
    /// What is to happen, and when.
    pub scenario: Scenario,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: None,
            names: Vec::new(),
            company: Company::default(),
            rotation: Rotation::default(),
            log: crate::log::MOST,
            scenario: Scenario::default(),
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

/// How a simulator listens with TLS.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The folder that keeps the certificate authority (`ca.pem`, `ca-key.pem`), so that whoever trusts it still does after
    /// a restart. Without one, every start makes a new authority.
    pub folder: Option<PathBuf>,
}

impl Default for Tls {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            folder: None,
        }
    }
}
