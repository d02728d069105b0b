//! What stands between an account and its tokens: what was done to the account, and what its organisation demands.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::{SignedDuration, Timestamp};

/// What was done to an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Standing {
    pub(crate) disabled: bool,
    pub(crate) deleted: bool,
    /// Too many wrong passwords.
    pub(crate) locked: bool,
    pub(crate) password_expired: bool,
    pub(crate) second_factor: Option<SecondFactor>,
    pub(crate) risk: Option<Risk>,
    /// The person's own change of password: servers' refresh tokens survive it, those of public clients do not.
    pub(crate) password_changed: Option<Timestamp>,
    /// Access tokens that can be challenged, and were issued up to this instant, are.
    pub(crate) challenged_up_to: Option<Timestamp>,
}

/// A second factor that is demanded. It is there when it was presented at this instant or later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SecondFactor {
    pub(crate) lack: Lack,
    pub(crate) since: Timestamp,
}

/// Why a second factor is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lack {
    NotPresented,
    NotEnrolled,
    Expired,
    /// A challenge of somebody else's.
    External,
}

/// What was found out about an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Risk {
    Blocked,
    PasswordMustChange,
}

/// What an organisation demands of everybody.
#[derive(Debug, Clone)]
pub(crate) struct Policies {
    pub(crate) second_factor: Option<SecondFactor>,
    /// From where people and servers may ask for tokens; `None` is from everywhere.
    pub(crate) allowed_networks: Option<Vec<Network>>,
    pub(crate) device: Option<Device>,
    pub(crate) sign_in_frequency: Option<SignInFrequency>,
    /// Off: nobody's access tokens are challenged, and none lives long.
    pub(crate) continuous_evaluation: bool,
    /// How long access tokens live that cannot be challenged; `None` is 60 to 90 minutes.
    pub(crate) access_token_life: Option<SignedDuration>,
    /// How errors are spelled that Microsoft spells both ways.
    pub(crate) spelling: Spelling,
}

impl Default for Policies {
    fn default() -> Self {
        Self {
            second_factor: None,
            allowed_networks: None,
            device: None,
            sign_in_frequency: None,
            continuous_evaluation: true,
            access_token_life: None,
            spelling: Spelling::InteractionRequired,
        }
    }
}

/// What the device must be. Neither a browser of ours nor a server is any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Device {
    Compliant,
    Joined,
    ApprovedApplication,
}

/// How old a sign-in may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SignInFrequency {
    pub(crate) every: SignedDuration,
    /// Microsoft lets a server's refresh wait for the next sign-in; on, it is refused at once.
    pub(crate) on_refresh: bool,
}

/// One of two spellings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    InteractionRequired,
    InvalidGrant,
}

/// Addresses from which requests seem to come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addresses {
    /// The browser, at the sign-in pages.
    pub(crate) browser: IpAddr,
    /// The application's server, at the token endpoint and at Graph.
    pub(crate) server: IpAddr,
}

impl Default for Addresses {
    fn default() -> Self {
        Self {
            browser: IpAddr::V4(Ipv4Addr::new(198, 51, 100, 23)),
            server: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10)),
        }
    }
}

/// A range of addresses, written `203.0.113.0/24` or as one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    address: u128,
    /// How many bits of the address in its IPv6 form count.
    prefix: u32,
}

impl Network {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(bits);
        (prefix <= bits).then_some(Self {
            address: number(address),
            prefix: 128 - bits + prefix,
        })
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let differing = self.address ^ number(address);
        differing.checked_shr(128 - self.prefix).unwrap_or(0) == 0
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let address = Ipv6Addr::from_bits(self.address);
        match address.to_ipv4_mapped() {
            Some(address) if self.prefix >= 96 => {
                write!(formatter, "{address}/{}", self.prefix - 96)
            }
            _ => write!(formatter, "{address}/{}", self.prefix),
        }
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_addresses_and_no_other() {
        let check = |network: &str, address: &str, held: bool| {
            let network = Network::parse(network).expect("a network");
            let address = address.parse().expect("an address");
            assert_eq!(network.contains(address), held, "{network:?} {address}");
        };
        check("203.0.113.0/24", "203.0.113.255", true);
        check("203.0.113.0/24", "203.0.114.0", false);
        check("203.0.113.7", "203.0.113.7", true);
        check("203.0.113.7", "203.0.113.6", false);
        check("0.0.0.0/0", "198.51.100.1", true);
        check("0.0.0.0/0", "2001:db8::1", false);
        check("::/0", "2001:db8::1", true);
        check("2001:db8::/32", "2001:db8:ffff::1", true);
        check("2001:db8::/32", "2001:db9::1", false);
        for text in ["203.0.113.0/24", "2001:db8::/32", "0.0.0.0/0"] {
            assert_eq!(Network::parse(text).expect("a network").to_string(), text);
        }
        for wrong in ["", "203.0.113.0/33", "203.0.113", "::/129", "a/8", "::1/"] {
            assert!(Network::parse(wrong).is_none(), "{wrong}");
        }
    }
}
