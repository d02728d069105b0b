//! How often and how long a request is tried again. What may be tried again at all is said where it is sent.

use std::time::Duration;

use domain::random::Random;
use tokio::time::Instant;

/// How long one operation may take with everything it waits for.
pub(crate) const OPERATION: Duration = Duration::from_secs(20);

/// So long after a write without a clear answer is looked for the last time before it is said that nothing was done.
///
/// A connection that breaks does not stop what was sent on it: the request may still be on its way through Microsoft's front
/// doors while we look. Nothing published says for how long; requests on single events take tenths of a second, so two
/// seconds are many times that. Exchange keeps a mailbox in one place, so a read after a write sees it. Whatever came later still
/// could only be a write that was sent once: a repeat carries the version or the transaction id of the first.
pub const LATE: Duration = Duration::from_secs(2);

/// Three attempts in all: two retries, as MSAL and Graph's own clients do at most for calls somebody waits for.
const ATTEMPTS: u32 = 3;

/// The patience left for one operation.
pub(crate) struct Patience {
    ends: Instant,
    used: u32,
    random: Random,
}

impl Patience {
    pub(crate) fn new(limit: Duration, random: &Random) -> Self {
        Self {
            ends: Instant::now() + limit,
            used: 0,
            random: random.clone(),
        }
    }

    /// How long the next attempt may take.
    pub(crate) fn left(&self) -> Duration {
        self.ends.saturating_duration_since(Instant::now())
    }

    /// Waits before another attempt: exactly as long as Microsoft asked, else a growing, jittered moment.
    /// `false`, at once, when there is no attempt left or the wait does not fit.
    pub(crate) async fn again(&mut self, asked: Option<Duration>) -> bool {
        self.used += 1;
        let wait = asked.unwrap_or_else(|| self.backoff());
        if self.used >= ATTEMPTS || wait >= self.left() {
            return false;
        }
        tokio::time::sleep(wait).await;
        true
    }

    /// 100 ms, 400 ms, plus up to as much again, so that many callers do not come back together.
    fn backoff(&self) -> Duration {
        let base = 100 * 4_u64.pow(self.used.saturating_sub(1).min(4));
        let [jitter] = self.random.bytes::<1>();
        Duration::from_millis(base + base * u64::from(jitter) / 255)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn there_are_three_attempts_and_the_waits_grow() {
        let begun = Instant::now();
        let mut patience = Patience::new(OPERATION, &Random::seeded(1));
        assert!(patience.again(None).await);
        let first = begun.elapsed();
        assert!((100..=201).contains(&first.as_millis()), "{first:?}");
        assert!(patience.again(None).await);
        let second = begun.elapsed() - first;
        assert!((400..=801).contains(&second.as_millis()), "{second:?}");
        assert!(!patience.again(None).await);
    }

    #[tokio::test(start_paused = true)]
    async fn what_microsoft_asks_is_waited_exactly_if_it_fits() {
        let begun = Instant::now();
        let mut patience = Patience::new(OPERATION, &Random::seeded(1));
        assert!(patience.again(Some(Duration::from_secs(15))).await);
        assert_eq!(begun.elapsed().as_secs(), 15);
        assert!(!patience.again(Some(Duration::from_secs(6))).await);
        assert_eq!(begun.elapsed().as_secs(), 15);
    }
}
