//! Whose signature counts under a checkpoint: that of a key that somebody gave, and that of a key that the record names.
//!
//! The record names every key that signs it, so that what an old one has signed still holds when there is a new one. A
//! name in the record is worth what the record is worth: against whoever can rewrite all of it, only a given key helps.

use domain::audit::{Kind, Note, Record};

use super::VerifyingKey;

/// The mark of an entry that names a key, in its canonical text.
const NAMES_A_KEY: &str = "\"kind\":\"checkpoint_key_used\"";

/// Keys, and the checkpoints that none of them has signed so far.
#[derive(Debug, Clone, Default)]
pub struct Signers {
    given: Vec<VerifyingKey>,
    named: Vec<VerifyingKey>,
    open: Vec<(i64, Note)>,
}

impl Signers {
    /// Whoever checks believes these keys.
    pub fn new(given: Vec<VerifyingKey>) -> Self {
        Self {
            given,
            ..Self::default()
        }
    }

    /// A checkpoint of so many entries that stands beside the record. Whether a given key has signed it; if none has, the
    /// record has to name the key that did.
    pub fn beside(&mut self, size: i64, note: Note) -> bool {
        let vouched = self.given.iter().any(|key| key.has_signed(&note));
        if !vouched {
            self.open.push((size, note));
        }
        vouched
    }

    /// The canonical text of an entry, which may name a key.
    pub fn read(&mut self, text: &str) {
        if text.contains(NAMES_A_KEY)
            && let Ok(record) = serde_json::from_str::<Record>(text)
            && let Some(key) = named(&record)
        {
            self.name(key);
        }
    }

    /// A key that the record names.
    pub(super) fn name(&mut self, key: VerifyingKey) {
        if !self.named.contains(&key) {
            self.named.push(key);
        }
    }

    /// Of the checkpoints beside the record, the size of the first that no key has signed, neither a given nor a named one.
    pub fn unsigned(&self) -> Option<i64> {
        let signed = |note| self.named.iter().any(|key| key.has_signed(note));
        let unsigned = self.open.iter().find(|(_, note)| !signed(note));
        unsigned.map(|(size, _)| *size)
    }
}

/// The key that an entry names, if it does.
pub(super) fn named(record: &Record) -> Option<VerifyingKey> {
    let key = record.outcome.as_deref()?;
    let key = (record.kind == Kind::CheckpointKeyUsed).then(|| VerifyingKey::parse(key).ok());
    key.flatten()
}
