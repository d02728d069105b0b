//! The keys that ID tokens are signed with: from the pinned address only, kept for a day.

use std::sync::Arc;
use std::time::Duration;

use domain::clock::Clock;
use jiff::Timestamp;
use tokio::sync::Mutex;
use url::Url;

use super::CAP;
use crate::error::Error;
use crate::transport::Transport;
use crate::wire::metadata::{Key, KeySet};

const KEPT: Duration = Duration::from_secs(24 * 3600);
/// An unknown key id is asked for at most this often, so that forged tokens cannot make us ask on and on.
const AT_MOST_EVERY: Duration = Duration::from_secs(300);

/// The published keys.
pub(crate) struct Keys {
    transport: Transport,
    clock: Clock,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    keys: Vec<Arc<Key>>,
    fresh_until: Option<Timestamp>,
    asked: Option<Timestamp>,
}

impl Keys {
    pub(crate) fn new(transport: Transport, clock: Clock) -> Self {
        Self {
            transport,
            clock,
            kept: Mutex::default(),
        }
    }

    /// The key with this id, if the issuer publishes it. A new one is looked for once in a while.
    ///
    /// # Errors
    /// When there is no key set at all yet and none can be had.
    pub(crate) async fn find(&self, address: &Url, kid: &str) -> Result<Option<Arc<Key>>, Error> {
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        let known = |kept: &Kept| kept.keys.iter().find(|key| key.kid == kid).cloned();
        let stale = kept.fresh_until.is_none_or(|until| now >= until);
        let found = known(&kept);
        let may_ask = kept.asked.is_none_or(|asked| now >= asked + AT_MOST_EVERY);
        if kept.keys.is_empty() || ((stale || found.is_none()) && may_ask) {
            kept.asked = Some(now);
            match self.fetch(address).await {
                Ok(keys) => {
                    kept.keys = keys;
                    kept.fresh_until = Some(now + KEPT);
                }
                // The last good set stays: keys are rolled rarely, networks fail often.
                Err(error) if kept.keys.is_empty() => return Err(error),
                Err(_) => {}
            }
        }
        Ok(known(&kept))
    }

    async fn fetch(&self, address: &Url) -> Result<Vec<Arc<Key>>, Error> {
        let request = self.transport.request(http::Method::GET, address.clone());
        let answer = self
            .transport
            .send(request, CAP, Duration::MAX)
            .await
            .map_err(|lost| Error::from(*lost))?;
        if !answer.is_success() {
            return Err(Error::Metadata("the keys were refused"));
        }
        let set: KeySet = serde_json::from_slice(&answer.body)
            .map_err(|_| Error::Metadata("the keys cannot be read"))?;
        let keys: Vec<Arc<Key>> = set
            .keys
            .into_iter()
            .filter(Key::is_for_signing)
            .map(Arc::new)
            .collect();
        if keys.is_empty() {
            return Err(Error::Metadata("there are no keys"));
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use domain::random::Random;
    use sim::{Fault, FaultAnswer, Simulator, Surface};

    use super::*;

    async fn published() -> (Simulator, Clock, Keys, Url) {
        crate::install_crypto();
        let sim = sim::start(sim::Options::default())
            .await
            .expect("a free port");
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let random = Random::operating_system();
        let transport = Transport::new(true, Duration::from_secs(15), random).expect("a client");
        let keys = Keys::new(transport, clock.clone());
        let address = format!("{}/discovery/v2.0/keys", sim.authority());
        let address = Url::parse(&address).expect("an address");
        (sim, clock, keys, address)
    }

    async fn kid(keys: &Keys) -> String {
        keys.kept.lock().await.keys[0].kid.clone()
    }

    #[tokio::test]
    async fn an_unknown_key_is_looked_for_once_in_five_minutes() {
        let (sim, clock, keys, address) = published().await;
        for (seconds, requests) in [(0, 1), (0, 1), (299, 1), (1, 2), (10, 2), (300, 3)] {
            clock.advance(Duration::from_secs(seconds));
            assert!(keys.find(&address, "forged").await.expect("keys").is_none());
            assert_eq!(sim.log().len(), requests, "after {seconds} more seconds");
        }
        let kid = kid(&keys).await;
        assert!(keys.find(&address, &kid).await.expect("keys").is_some());
        assert_eq!(sim.log().len(), 3);
    }

    #[tokio::test]
    async fn known_keys_are_kept_for_a_day_and_the_last_good_ones_longer() {
        let (sim, clock, keys, address) = published().await;
        assert!(keys.find(&address, "none").await.is_ok());
        let kid = kid(&keys).await;
        clock.advance(KEPT - Duration::from_secs(1));
        assert!(keys.find(&address, &kid).await.expect("keys").is_some());
        assert_eq!(sim.log().len(), 1);
        sim.fault(Fault {
            surface: Surface::Any,
            answer: FaultAnswer::Html,
            ..Fault::default()
        });
        clock.advance(Duration::from_secs(1));
        assert!(keys.find(&address, &kid).await.expect("kept").is_some());
        assert_eq!(sim.log().len(), 2);
    }

    #[tokio::test]
    async fn without_any_keys_there_is_an_error_and_no_answer() {
        let (sim, _, keys, mut address) = published().await;
        address.set_path("/nowhere");
        assert!(keys.find(&address, "k").await.is_err());
        drop(sim);
    }
}
