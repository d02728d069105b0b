//! What came of it, for whoever runs it.

use std::collections::BTreeMap;
use std::io::Write as _;

use crate::cycle::{Cycle, Met};
use crate::points::{Action, Point};

/// The outcomes of a run, counted.
pub(crate) struct Tally {
    name: String,
    of: usize,
    done: usize,
    counts: BTreeMap<(Action, Point, Met), usize>,
}

impl Tally {
    pub(crate) fn new(name: String, of: usize) -> Self {
        Self {
            name,
            of,
            done: 0,
            counts: BTreeMap::new(),
        }
    }

    pub(crate) fn count(&mut self, cycle: Cycle, met: &Met) {
        *self
            .counts
            .entry((cycle.action, cycle.point, *met))
            .or_default() += 1;
        self.done += 1;
        if self.done.is_multiple_of(50) {
            say(&format!("{}: {} of {}", self.name, self.done, self.of));
        }
    }

    /// How many connections had to be made anew.
    pub(crate) fn lost(&self) -> usize {
        let lost = self
            .counts
            .iter()
            .filter(|((.., met), _)| *met == Met::Lost);
        lost.map(|(_, count)| count).sum()
    }

    pub(crate) fn tell(&self) {
        say(&format!("{}: killed {} times", self.name, self.done));
        for ((action, point, met), count) in &self.counts {
            say(&format!("  {action:?} {point:?}: {met:?} {count}"));
        }
    }
}

/// Not by a macro: what those print, the test harness keeps to itself when a test passes.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
