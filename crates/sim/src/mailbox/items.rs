//! The events of a mailbox, found by their id or by the uid of their meeting without looking at each.

use std::collections::HashMap;
use std::slice::{Iter, IterMut};

use crate::mailbox::event::Event;
use crate::mailbox::ids::split;

/// Every stored event of a mailbox, in no particular order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Items {
    events: Vec<Event>,
    by_item: HashMap<String, usize>,
    by_uid: HashMap<String, usize>,
}

impl Items {
    pub(crate) fn iter(&self) -> Iter<'_, Event> {
        self.events.iter()
    }

    /// Every event, to be changed in anything but its id and its uid.
    pub(crate) fn iter_mut(&mut self) -> IterMut<'_, Event> {
        self.events.iter_mut()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Event> {
        self.events.get(index)
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut Event> {
        self.events.get_mut(index)
    }

    /// Where the event with that id is, an id of one of its days included.
    pub(super) fn position(&self, item: &str) -> Option<usize> {
        self.by_item.get(item).copied()
    }

    /// Where this mailbox's copy of a meeting is.
    pub(crate) fn position_of_meeting(&self, uid: &str) -> Option<usize> {
        self.by_uid.get(uid).copied()
    }

    /// This mailbox's copy of a meeting.
    pub(crate) fn meeting(&self, uid: &str) -> Option<&Event> {
        self.get(self.position_of_meeting(uid)?)
    }

    /// The same, to be changed.
    pub(crate) fn meeting_mut(&mut self, uid: &str) -> Option<&mut Event> {
        let index = self.position_of_meeting(uid)?;
        self.events.get_mut(index)
    }

    pub(crate) fn push(&mut self, event: Event) {
        self.point(&event, self.events.len());
        self.events.push(event);
    }

    /// Puts an event in the place of an older state of it.
    pub(crate) fn replace(&mut self, index: usize, event: Event) {
        if let Some(old) = self.events.get(index).cloned() {
            self.forget(&old);
            self.point(&event, index);
            self.events[index] = event;
        }
    }

    /// Takes an event out; another one may get its place.
    pub(crate) fn remove(&mut self, index: usize) -> Option<Event> {
        if index >= self.events.len() {
            return None;
        }
        let removed = self.events.swap_remove(index);
        self.forget(&removed);
        if let Some(moved) = self.events.get(index).cloned() {
            self.point(&moved, index);
        }
        Some(removed)
    }

    /// Takes out everything that does not fit.
    pub(crate) fn retain(&mut self, fits: impl Fn(&Event) -> bool) {
        let kept = std::mem::take(self).events.into_iter().filter(fits);
        for event in kept {
            self.push(event);
        }
    }

    fn point(&mut self, event: &Event, index: usize) {
        if let Some((item, _)) = split(&event.id) {
            self.by_item.insert(item.to_owned(), index);
        }
        self.by_uid.insert(event.uid.clone(), index);
    }

    fn forget(&mut self, event: &Event) {
        if let Some((item, _)) = split(&event.id) {
            self.by_item.remove(item);
        }
        self.by_uid.remove(&event.uid);
    }
}
