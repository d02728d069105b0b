//! The simulator's own clock: it runs with the machine's from wherever it was set, or stands still.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A clock that can be set, moved and stopped.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    offset: SignedDuration,
    /// Where it stands, while it does.
    stopped: Option<Timestamp>,
}

impl Clock {
    /// A clock that shows `start` now, or the machine's time.
    pub(crate) fn starting_at(start: Option<Timestamp>) -> Self {
        let mut clock = Self {
            offset: SignedDuration::ZERO,
            stopped: None,
        };
        if let Some(start) = start {
            clock.set(start);
        }
        clock
    }

    /// The simulated instant.
    pub(crate) fn now(&self) -> Timestamp {
        self.stopped.unwrap_or_else(|| {
            machine()
                .saturating_add(self.offset)
                .unwrap_or(Timestamp::MAX)
        })
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&mut self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.offset = self.offset.saturating_add(by);
        self.stopped = self
            .stopped
            .map(|at| at.saturating_add(by).unwrap_or(Timestamp::MAX));
    }

    /// Makes the clock show an instant, earlier or later; it runs on from there, if it runs.
    pub(crate) fn set(&mut self, now: Timestamp) {
        self.offset = now.duration_since(machine());
        self.stopped = self.stopped.map(|_| now);
    }

    /// Stops the clock where it is, or lets it run on from there.
    pub(crate) fn freeze(&mut self, still: bool) {
        let now = self.now();
        self.offset = now.duration_since(machine());
        self.stopped = still.then_some(now);
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.stopped.is_some()
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

    #[test]
    fn a_clock_that_stands_moves_only_when_told_and_runs_on_from_there() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a valid instant");
        let mut clock = Clock::starting_at(None);
        clock.freeze(true);
        clock.set(at("2026-03-02T08:00:00Z"));
        assert_eq!(clock.now(), at("2026-03-02T08:00:00Z"));
        clock.advance(Duration::from_secs(60));
        assert_eq!(clock.now(), at("2026-03-02T08:01:00Z"));
        clock.freeze(false);
        assert!(!clock.is_frozen() && clock.now() >= at("2026-03-02T08:01:00Z"));
        assert!(clock.now() < at("2026-03-02T09:00:00Z"));
    }
}
