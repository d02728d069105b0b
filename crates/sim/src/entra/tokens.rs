//! Codes, refresh tokens and access tokens: opaque strings with what is known about them.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use super::Authority;
use super::conditional::Proof;
use super::scopes::Asked;
use crate::application::ClientKind;
use crate::company::PersonId;
use crate::random;

/// How many of each kind are remembered.
const MOST: usize = 20_000;

/// An authorization code.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) person: PersonId,
    pub(crate) authority: Authority,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<(String, bool)>,
    pub(crate) asked: Asked,
    pub(crate) nonce: Option<String>,
    pub(crate) sid: String,
    pub(crate) proof: Proof,
    pub(crate) kind: ClientKind,
    pub(crate) issued: Timestamp,
    pub(crate) capable: bool,
    pub(crate) redeemed: bool,
}

/// A refresh token.
#[derive(Debug, Clone)]
pub(crate) struct RefreshToken {
    pub(crate) person: PersonId,
    pub(crate) asked: Asked,
    pub(crate) sid: String,
    pub(crate) proof: Proof,
    pub(crate) kind: ClientKind,
    /// When the first of its line was issued.
    pub(crate) first_issued: Timestamp,
    pub(crate) issued: Timestamp,
    /// Used, under strict rotation.
    pub(crate) spent: bool,
}

/// An access token for Graph.
#[derive(Debug, Clone)]
pub(crate) struct AccessToken {
    pub(crate) person: PersonId,
    pub(crate) scopes: Arc<BTreeSet<&'static str>>,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Timestamp,
    /// May be rejected with a claims challenge before it expires.
    pub(crate) capable: bool,
}

/// Everything issued.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    codes: Kept<Code>,
    refresh: Kept<RefreshToken>,
    access: Kept<AccessToken>,
    issued: VecDeque<String>,
    /// When the same refresh was asked for, newest last.
    refreshes: HashMap<String, VecDeque<Timestamp>>,
}

impl Tokens {
    pub(crate) fn new_code(&mut self, code: Code) -> String {
        let value = self.remember(random::secret("1.AQ", 640));
        self.codes.insert(value.clone(), code);
        value
    }

    pub(crate) fn new_refresh(&mut self, token: RefreshToken) -> String {
        let value = self.remember(random::secret("1.AR", 900));
        self.refresh.insert(value.clone(), token);
        value
    }

    pub(crate) fn new_access(&mut self, token: AccessToken) -> String {
        let value = self.remember(random::secret("EwB", 1_200));
        self.access.insert(value.clone(), token);
        value
    }

    /// Notes a secret, for those who look for leaks, and gives it back.
    pub(crate) fn remember(&mut self, secret: String) -> String {
        self.issued.push_back(secret.clone());
        if self.issued.len() > MOST {
            self.issued.pop_front();
        }
        secret
    }

    pub(crate) fn code(&self, value: &str) -> Option<&Code> {
        self.codes.by_value.get(value)
    }

    pub(crate) fn code_mut(&mut self, value: &str) -> Option<&mut Code> {
        self.codes.by_value.get_mut(value)
    }

    pub(crate) fn refresh(&self, value: &str) -> Option<&RefreshToken> {
        self.refresh.by_value.get(value)
    }

    pub(crate) fn refresh_mut(&mut self, value: &str) -> Option<&mut RefreshToken> {
        self.refresh.by_value.get_mut(value)
    }

    pub(crate) fn access(&self, value: &str) -> Option<&AccessToken> {
        self.access.by_value.get(value)
    }

    pub(crate) fn issued(&self) -> Vec<String> {
        self.issued.iter().cloned().collect()
    }

    /// Counts a refresh, and says how many equal ones the last five minutes saw, this one included.
    pub(crate) fn count_refresh(&mut self, key: &str, now: Timestamp) -> usize {
        if self.refreshes.len() > MOST {
            self.refreshes.clear();
        }
        let seen = self.refreshes.entry(key.to_owned()).or_default();
        while seen
            .front()
            .is_some_and(|first| now.duration_since(*first).as_secs() >= 300)
        {
            seen.pop_front();
        }
        seen.push_back(now);
        seen.len()
    }
}

/// A map that forgets its oldest entry when it is full.
#[derive(Debug)]
struct Kept<T> {
    by_value: HashMap<String, T>,
    order: VecDeque<String>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self {
            by_value: HashMap::new(),
            order: VecDeque::new(),
        }
    }
}

impl<T> Kept<T> {
    fn insert(&mut self, value: String, entry: T) {
        self.order.push_back(value.clone());
        self.by_value.insert(value, entry);
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_value.remove(&oldest);
        }
    }
}
