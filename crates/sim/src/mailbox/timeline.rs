//! What happens in a calendar over a stretch of time, in one order, each entry with its text once somebody has read it.
//!
//! Clients ask for windows that begin at the moment of the call, so hardly any window comes twice, but nearly all of them lie
//! in the same weeks and show the same events. A timeline holds for one state of its mailbox, and whoever keeps it has to
//! throw it away with the first change.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use super::event::{Event, Seen, overlap};
use super::{Mailbox, Place};
use crate::mailbox::calendar::CalendarId;
use crate::zones::Zone;

/// So much is known before and after what was asked for, because the next window will be a little later.
const MARGIN: SignedDuration = SignedDuration::from_hours(24 * 31);
/// No timeline grows longer than this by windows that are added to it.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366);

/// A stretch of time.
pub(crate) type Window = (Timestamp, Timestamp);

/// In which order entries come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Order {
    /// By their instants, as a calendar has them.
    Time,
    /// By the reader's clock at their start.
    Start,
    /// The same, the last first.
    StartDescending,
}

impl Order {
    /// Sorts what is in order of time.
    pub(crate) fn sort<T>(self, items: &mut [T], wall: impl Fn(&T) -> DateTime) {
        match self {
            Self::Time => {}
            Self::Start => items.sort_by_cached_key(wall),
            Self::StartDescending => items.sort_by_cached_key(|item| Reverse(wall(item))),
        }
    }
}

/// The entries of a calendar that touch a stretch of time.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    covers: Option<Window>,
    entries: Vec<Entry>,
    /// The bytes of all texts.
    texts: usize,
}

#[derive(Debug)]
struct Entry {
    span: Window,
    place: Place,
    text: Option<Arc<str>>,
}

/// Some of the entries of a window.
#[derive(Debug)]
pub(crate) struct Page {
    /// How many entries the window has.
    pub(crate) total: usize,
    /// The texts of those that were asked for.
    pub(crate) texts: Vec<Arc<str>>,
}

impl Timeline {
    /// Makes sure that the timeline knows a window.
    pub(crate) fn cover(
        &mut self,
        mailbox: &Mailbox,
        calendar: &CalendarId,
        (order, zone): (Order, &Zone),
        window: Window,
    ) {
        if self.covers.is_some_and(|covers| holds(covers, window)) {
            return;
        }
        let covers = grown(self.covers, window);
        let mut seen: Vec<(Place, Seen<'_>)> = mailbox.places(calendar, covers.0, covers.1);
        order.sort(&mut seen, |(_, seen)| seen.wall(zone));
        let known = self.entries.drain(..);
        let mut known: HashMap<Place, Arc<str>> = known
            .filter_map(|entry| Some((entry.place, entry.text?)))
            .collect();
        let entries = seen.into_iter().map(|(place, seen)| Entry {
            span: seen.span(),
            place,
            text: known.remove(&place),
        });
        self.entries = entries.collect();
        self.texts = self.entries.iter().filter_map(text_length).sum();
        self.covers = Some(covers);
    }

    /// The entries of a window that it knows; `range` says which of so many are wanted, `text` what one looks like.
    pub(crate) fn page(
        &mut self,
        mailbox: &Mailbox,
        (from, until): Window,
        range: impl FnOnce(usize) -> Range<usize>,
        text: impl Fn(&Event) -> String,
    ) -> Page {
        let entries = self.entries.iter().enumerate();
        let found: Vec<usize> = entries
            .filter(|(_, entry)| overlap(entry.span, (from, until)))
            .map(|(index, _)| index)
            .collect();
        let wanted = found.get(range(found.len())).unwrap_or_default();
        let mut texts = Vec::with_capacity(wanted.len());
        for index in wanted {
            let entry = &mut self.entries[*index];
            if entry.text.is_none()
                && let Some(event) = mailbox.at(entry.place)
            {
                let text: Arc<str> = text(&event).into();
                self.texts += text.len();
                entry.text = Some(text);
            }
            texts.extend(entry.text.clone());
        }
        Page {
            total: found.len(),
            texts,
        }
    }

    /// How much memory it takes, about.
    pub(crate) fn bytes(&self) -> usize {
        self.texts + self.entries.len() * size_of::<Entry>()
    }
}

fn text_length(entry: &Entry) -> Option<usize> {
    entry.text.as_ref().map(|text| text.len())
}

fn holds(covers: Window, window: Window) -> bool {
    covers.0 <= window.0 && window.1 <= covers.1
}

/// What to know when a window is asked for beside what is known already.
fn grown(known: Option<Window>, (from, until): Window) -> Window {
    let from = from.saturating_sub(MARGIN).unwrap_or(Timestamp::MIN);
    let until = until.saturating_add(MARGIN).unwrap_or(Timestamp::MAX);
    let both = known.map(|known| (known.0.min(from), known.1.max(until)));
    both.filter(|both| both.1.duration_since(both.0) <= LONGEST)
        .unwrap_or((from, until))
}
