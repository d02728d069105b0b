//! Pages of calendar views that were answered before, as long as the mailbox that they show has not changed.
//!
//! Load asks for the same page again and again, and writing one out costs a hundred times what sending it does.

use std::collections::HashMap;

use axum::http::{Method, StatusCode};

use crate::company::PersonId;
use crate::exchange::{Answer, Ask};
use crate::state::World;

/// How many bytes of pages are remembered; with more, all are forgotten.
const BUDGET: usize = 32 * 1_024 * 1_024;

/// Everything on which a page of one's own calendar depends. The token stands for the caller and what she may.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    caller: PersonId,
    token: String,
    /// The front of its links, which is the one that was asked.
    base: String,
    path: String,
    query: String,
    preferences: Vec<u8>,
}

impl Key {
    /// The key of a request for one's own default calendar; none for any other request.
    pub(super) fn of(world: &World, ask: &Ask, caller: PersonId) -> Option<Self> {
        world.mailbox(caller)?;
        let own = match ask.segments.as_slice() {
            [version, me, view] => version == "v1.0" && me == "me" && view == "calendarView",
            _ => false,
        };
        if !own || ask.method != Method::GET || !ask.body.is_empty() {
            return None;
        }
        let mut preferences = Vec::new();
        for value in ask.headers.get_all("prefer") {
            preferences.extend_from_slice(value.as_bytes());
            preferences.push(b'\n');
        }
        Some(Self {
            caller,
            token: ask.header("authorization")?.to_owned(),
            base: ask.base.clone()?,
            path: ask.path.clone(),
            query: ask.raw_query.clone(),
            preferences,
        })
    }
}

/// The remembered pages.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    kept: HashMap<Key, (u64, Answer)>,
    bytes: usize,
}

impl World {
    /// The page as it was answered before, if nothing it shows can have changed since.
    pub(super) fn remembered(&self, key: &Key) -> Option<Answer> {
        let (changes, answer) = self.pages.kept.get(key)?;
        (*changes == self.changes(key.caller)).then(|| answer.clone())
    }

    /// Remembers a page.
    pub(super) fn remember_page(&mut self, key: Key, answer: &Answer) {
        if answer.status != StatusCode::OK {
            return;
        }
        let changes = self.changes(key.caller);
        let pages = &mut self.pages;
        pages.bytes += answer.body.len() + key.token.len() + key.query.len();
        if pages.bytes > BUDGET {
            pages.kept.clear();
            pages.bytes = answer.body.len();
        }
        pages.kept.insert(key, (changes, answer.clone()));
    }
}
