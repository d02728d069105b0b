//! A set of moments, as stretches that neither touch nor overlap, in order.

use jiff::Timestamp;

/// Some of all time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lane(Vec<(Timestamp, Timestamp)>);

impl Lane {
    /// The union of stretches in any order; those without length are nothing.
    pub(super) fn of(stretches: impl IntoIterator<Item = (Timestamp, Timestamp)>) -> Self {
        let mut sorted: Vec<_> = stretches
            .into_iter()
            .filter(|(start, end)| start < end)
            .collect();
        sorted.sort_unstable();
        let mut merged: Vec<(Timestamp, Timestamp)> = Vec::with_capacity(sorted.len());
        for (start, end) in sorted {
            match merged.last_mut() {
                Some((_, until)) if start <= *until => *until = end.max(*until),
                Some(_) | None => merged.push((start, end)),
            }
        }
        Self(merged)
    }

    /// Whether any moment of `[start, end)` is in it.
    pub(super) fn touches(&self, start: Timestamp, end: Timestamp) -> bool {
        let first = self.0.partition_point(|(_, until)| *until <= start);
        self.0.get(first).is_some_and(|(from, _)| *from < end)
    }

    /// Whether every moment of `[start, end)` is in it.
    pub(super) fn covers(&self, start: Timestamp, end: Timestamp) -> bool {
        let first = self.0.partition_point(|(_, until)| *until < end);
        self.0.get(first).is_some_and(|(from, _)| *from <= start)
    }

    /// Its stretches.
    pub(super) fn stretches(&self) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        self.0.iter().copied()
    }
}
