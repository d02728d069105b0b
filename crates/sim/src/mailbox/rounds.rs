//! Rounds of synchronisation: what each has told its client, behind tokens that mean nothing outside.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use crate::company::PersonId;
use crate::mailbox::calendar::CalendarId;
use crate::random;

/// So many tokens a mailbox remembers; the oldest dies for a new one.
const MOST_TOKENS: usize = 200;

/// What a round is about. A token is good for nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) owner: PersonId,
    pub(crate) calendar: CalendarId,
    /// Occurrences, as a view has them, or series and single events.
    pub(crate) expanded: bool,
    pub(crate) window: Option<(Timestamp, Timestamp)>,
}

/// The state of every item that a client knows of: its id and a mark that changes with it.
pub(crate) type Known = BTreeMap<String, String>;

/// One round: what is new since the one before.
#[derive(Debug)]
pub(crate) struct Round {
    pub(crate) target: Target,
    /// The ids of what was added, changed or removed.
    pub(crate) changed: Vec<String>,
    /// What the client knows when it has read all of it.
    pub(crate) known: Known,
}

impl Round {
    /// The round that brings a client from what it knows to what there is.
    pub(crate) fn new(target: Target, before: &Known, now: Known) -> Self {
        let news = now
            .iter()
            .filter(|(id, mark)| before.get(*id) != Some(mark));
        let gone = before.keys().filter(|id| !now.contains_key(*id));
        let changed = news.map(|(id, _)| id).chain(gone).cloned().collect();
        Self {
            target,
            changed,
            known: now,
        }
    }
}

/// A place in a round.
#[derive(Debug, Clone)]
pub(crate) struct Bookmark {
    pub(crate) round: Arc<Round>,
    /// How much of it was told.
    pub(crate) told: usize,
}

/// The tokens of a mailbox.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rounds {
    tokens: VecDeque<(String, Bookmark)>,
}

impl Rounds {
    /// A token for a place in a round. It can be used more than once.
    pub(crate) fn keep(&mut self, bookmark: Bookmark) -> String {
        let token = random::secret("R0usmc", 24);
        self.tokens.push_back((token.clone(), bookmark));
        if self.tokens.len() > MOST_TOKENS {
            self.tokens.pop_front();
        }
        token
    }

    /// What a token stands for, unless it is forgotten.
    pub(crate) fn find(&self, token: &str) -> Option<&Bookmark> {
        let mut tokens = self.tokens.iter();
        tokens
            .find(|(known, _)| known == token)
            .map(|(_, bookmark)| bookmark)
    }
}
