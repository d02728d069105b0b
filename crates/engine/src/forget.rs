//! Forgetting what calls that waited have answered: it holds words of a calendar, and an agent that asked fetches it soon.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{Engine, Error};

/// As long as what an agent has read counts (decision 9), so that nothing of others' comes to it later unnoted.
pub(crate) const OUTCOMES_KEPT: SignedDuration = SignedDuration::from_hours(24);
const EVERY: Duration = Duration::from_secs(10 * 60);

impl Engine {
    /// Forgets in the background, until the engine stops, what is over.
    pub fn keep_forgetting(&self) {
        let engine = self.clone();
        self.0.tasks.spawn(async move {
            loop {
                tokio::select! {
                    () = engine.0.stopping.cancelled() => return,
                    () = tokio::time::sleep(EVERY) => {}
                }
                if let Err(error) = engine.forget_outcomes().await {
                    tracing::warn!(error = %error, "What calls have answered could not be forgotten; it is tried again");
                }
            }
        });
    }

    /// Forgets what calls answered that were decided a day ago. That they were, and how they ended, stays.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) when the store cannot be reached; then the next round does it.
    pub async fn forget_outcomes(&self) -> Result<(), Error> {
        Ok(self.0.store.forget_outcomes(self.outcomes_since()).await?)
    }

    /// What was decided before is not told any more.
    pub(crate) fn outcomes_since(&self) -> Timestamp {
        let now = self.0.clock.now();
        now.checked_sub(OUTCOMES_KEPT).unwrap_or(Timestamp::MIN)
    }
}
