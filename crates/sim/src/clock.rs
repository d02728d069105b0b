//! The simulator's own clock: it runs with the machine's, from wherever it was set.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A clock that can be set at the start and moved forward.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    offset: SignedDuration,
}

impl Clock {
    /// A clock that shows `start` now, or the machine's time.
    pub(crate) fn starting_at(start: Option<Timestamp>) -> Self {
        let offset = start.map_or(SignedDuration::ZERO, |start| {
            start.duration_since(machine())
        });
        Self { offset }
    }

    /// The simulated instant.
    pub(crate) fn now(&self) -> Timestamp {
        machine()
            .saturating_add(self.offset)
            .unwrap_or(Timestamp::MAX)
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&mut self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.offset = self.offset.saturating_add(by);
    }
}

/// The machine's time, by which certificates are dated: whoever checks them has no other clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the simulator's clock starts from the machine's"
)]
pub(crate) fn machine() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_starts_where_it_is_set_and_moves_when_told() {
        let start: Timestamp = "2026-03-02T08:00:00Z".parse().expect("a valid instant");
        let mut clock = Clock::starting_at(Some(start));
        assert!(clock.now().duration_since(start) < SignedDuration::from_secs(60));
        clock.advance(Duration::from_secs(3600));
        assert!(clock.now().duration_since(start) >= SignedDuration::from_secs(3600));
    }
}
