//! Who is signed in in which browser.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::company::PersonId;
use crate::exchange::Ask;
use crate::random;

/// The cookie's name. Cookies ignore ports, so it must not meet one of the application's.
pub(crate) const COOKIE: &str = "sim_entra_session";
const MOST: usize = 1_000;

/// One sign-in of one person in one browser.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    pub(crate) person: PersonId,
    pub(crate) at: Timestamp,
    /// When a second factor was presented.
    pub(crate) second_factor: Option<Timestamp>,
    /// The session id that tokens carry.
    pub(crate) sid: String,
}

/// All browser sessions, by cookie value.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    browsers: BTreeMap<String, Vec<SignedIn>>,
    order: Vec<String>,
}

impl Sessions {
    /// The accounts signed in in the browser that asks.
    pub(crate) fn of(&self, ask: &Ask) -> &[SignedIn] {
        ask.cookie(COOKIE)
            .and_then(|cookie| self.browsers.get(cookie))
            .map_or(&[], Vec::as_slice)
    }

    /// Adds a sign-in to the asking browser, and says what its cookie must be.
    pub(crate) fn add(&mut self, ask: &Ask, person: PersonId, at: Timestamp) -> (String, SignedIn) {
        let cookie = match ask.cookie(COOKIE) {
            Some(cookie) if self.browsers.contains_key(cookie) => cookie.to_owned(),
            _ => self.open(),
        };
        let signed_in = SignedIn {
            person,
            at,
            second_factor: None,
            sid: random::guid(),
        };
        let accounts = self.browsers.entry(cookie.clone()).or_default();
        accounts.retain(|account| account.person != person);
        accounts.push(signed_in.clone());
        (cookie, signed_in)
    }

    /// Notes that a person has presented a second factor in the asking browser.
    pub(crate) fn step_up(
        &mut self,
        ask: &Ask,
        person: PersonId,
        at: Timestamp,
    ) -> Option<SignedIn> {
        let accounts = self.browsers.get_mut(ask.cookie(COOKIE)?)?;
        let account = accounts.iter_mut().find(|one| one.person == person)?;
        account.second_factor = Some(at);
        Some(account.clone())
    }

    /// Signs a person out everywhere.
    pub(crate) fn forget(&mut self, person: PersonId) {
        for accounts in self.browsers.values_mut() {
            accounts.retain(|account| account.person != person);
        }
    }

    fn open(&mut self) -> String {
        let cookie = random::secret("", 24);
        self.order.push(cookie.clone());
        if self.order.len() > MOST {
            let oldest = self.order.remove(0);
            self.browsers.remove(&oldest);
        }
        cookie
    }

    /// Signs one account, or all of them, out of the asking browser, and says which those were.
    pub(crate) fn close(&mut self, ask: &Ask, only: Option<PersonId>) -> Vec<SignedIn> {
        let Some(accounts) = ask
            .cookie(COOKIE)
            .and_then(|cookie| self.browsers.get_mut(cookie))
        else {
            return Vec::new();
        };
        let (closed, kept) = std::mem::take(accounts)
            .into_iter()
            .partition(|account| only.is_none_or(|only| account.person == only));
        *accounts = kept;
        closed
    }
}
