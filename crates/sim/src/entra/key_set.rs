//! Which keys are published, and which one signs: they are rolled over, in order or in an emergency.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::keys::SigningKey;
use super::{Authority, discovery};
use crate::exchange::Answer;
use crate::state::World;

/// More keys than anybody publishes; beyond it the oldest goes.
const MOST: usize = 16;

/// The keys of one simulator.
#[derive(Debug)]
pub(crate) struct KeySet {
    entries: Vec<Entry>,
    /// The number of the key that signs.
    signer: usize,
    next: usize,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    number: usize,
    published: bool,
}

impl Default for KeySet {
    /// Two keys, as more than one is always published. The first one signs.
    fn default() -> Self {
        let entry = |number| Entry {
            number,
            published: true,
        };
        Self {
            entries: vec![entry(0), entry(1)],
            signer: 0,
            next: 2,
        }
    }
}

impl KeySet {
    pub(crate) fn signer(&self) -> Arc<SigningKey> {
        SigningKey::numbered(self.signer)
    }

    /// Signs with a new key from now on, which is published or not yet.
    pub(crate) fn roll(&mut self, published: bool) {
        let number = self.next;
        self.entries.push(Entry { number, published });
        if self.entries.len() > MOST {
            self.entries.remove(0);
        }
        self.signer = number;
        self.next += 1;
    }

    /// Publishes every key that signs or has signed.
    pub(crate) fn publish(&mut self) {
        for entry in &mut self.entries {
            entry.published = true;
        }
    }

    /// Takes a key out; one that signs is replaced by a new one. Whether there was one of that name.
    pub(crate) fn remove(&mut self, kid: &str) -> bool {
        let named = |entry: &Entry| SigningKey::numbered(entry.number).kid() == kid;
        let Some(place) = self.entries.iter().position(named) else {
            return false;
        };
        let gone = self.entries.remove(place);
        if gone.number == self.signer {
            self.roll(true);
        }
        true
    }

    /// Every key, for the control surface.
    pub(crate) fn list(&self) -> Value {
        let keys = self.entries.iter().map(|entry| {
            json!({
                "kid": SigningKey::numbered(entry.number).kid(),
                "signs": entry.number == self.signer,
                "published": entry.published,
            })
        });
        json!({ "keys": keys.collect::<Vec<_>>() })
    }
}

/// The published key set of a path. Every second key is good for every tenant and says so by the template.
pub(crate) fn answer(world: &World, authority: Authority) -> Answer {
    let own = discovery::issuer(world, authority);
    let any = discovery::issuer(world, Authority::Common);
    let published = world
        .entra
        .keys
        .entries
        .iter()
        .filter(|entry| entry.published);
    let keys: Vec<Value> = published
        .map(|entry| {
            let issuer = if entry.number % 2 == 0 { &own } else { &any };
            SigningKey::numbered(entry.number).jwk(issuer)
        })
        .collect();
    Answer::json(StatusCode::OK, &json!({ "keys": keys }))
        .header("cache-control", "max-age=86400, private")
        .header("access-control-allow-origin", "*")
}
