//! The timelines of the mailboxes that were asked for last, each as long as its mailbox has not changed.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use crate::company::PersonId;
use crate::mailbox::calendar::CalendarId;
use crate::mailbox::event::{Event, View};
use crate::mailbox::timeline::{Order, Page, Timeline, Window};
use crate::state::World;

/// How many bytes of them are kept; with more, those of the mailbox that came first are forgotten.
const BUDGET: usize = 96 * 1_024 * 1_024;

/// One way of showing a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Look {
    pub(super) calendar: CalendarId,
    pub(super) order: Order,
    pub(super) view: View,
}

/// The kept timelines.
#[derive(Debug, Default)]
pub(crate) struct Timelines {
    kept: HashMap<PersonId, Kept>,
    /// Whose they are, in the order in which they came.
    order: VecDeque<PersonId>,
    bytes: usize,
}

/// Those of one mailbox.
#[derive(Debug, Default)]
struct Kept {
    /// The state of the mailbox for which they hold.
    changes: u64,
    looks: HashMap<Look, Timeline>,
    bytes: usize,
}

impl World {
    /// The asked part of a window of somebody's calendar; `text` makes the text of an event that nobody has read yet. None
    /// without a mailbox.
    pub(super) fn page_of(
        &mut self,
        owner: PersonId,
        look: Look,
        window: Window,
        range: impl FnOnce(usize) -> Range<usize>,
        text: impl Fn(&Event) -> String,
    ) -> Option<Page> {
        // Outside the world for the while in which both are needed.
        let mut timelines = std::mem::take(&mut self.timelines);
        let changes = self.changes(owner);
        let page = self.mailbox(owner).map(|mailbox| {
            let kept = timelines.of(owner, changes);
            let way = (look.order, look.view.zone.clone());
            let calendar = look.calendar.clone();
            let timeline = kept.looks.entry(look).or_default();
            let before = timeline.bytes();
            timeline.cover(mailbox, &calendar, (way.0, &way.1), window);
            let page = timeline.page(mailbox, window, range, text);
            let after = timeline.bytes();
            kept.bytes = kept.bytes + after - before;
            timelines.bytes = timelines.bytes + after - before;
            timelines.keep_within_budget();
            page
        });
        self.timelines = timelines;
        page
    }
}

impl Timelines {
    /// Those of a mailbox in this state; of another state there are none.
    fn of(&mut self, owner: PersonId, changes: u64) -> &mut Kept {
        let kept = self.kept.entry(owner).or_insert_with(|| {
            self.order.push_back(owner);
            Kept::default()
        });
        if kept.changes != changes {
            self.bytes -= kept.bytes;
            *kept = Kept {
                changes,
                ..Kept::default()
            };
        }
        kept
    }

    fn keep_within_budget(&mut self) {
        while self.bytes > BUDGET {
            let oldest = self.order.pop_front();
            let Some(kept) = oldest.and_then(|owner| self.kept.remove(&owner)) else {
                break;
            };
            self.bytes -= kept.bytes;
        }
    }
}
