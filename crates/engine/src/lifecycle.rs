//! What happens to the program itself is on record of every organisation: that it starts, as what and with which settings;
//! that it stops; and that its clock was set.

use std::time::Duration;

use domain::audit::{Kind, Record};
use domain::canonical::Digest;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::{Engine, Error};

/// How often the clock is compared with the time that has passed.
const COMPARE_EVERY: Duration = Duration::from_secs(30);
/// Clocks are corrected by seconds all the time; more than this, one was set.
const JUMP: SignedDuration = SignedDuration::from_secs(60);

/// What runs.
#[derive(Debug, Clone, Copy)]
pub struct Build {
    /// Its version.
    pub version: &'static str,
    /// The digest of its file.
    pub program: Digest,
    /// The digest of what is set, defaults included, without secrets.
    pub settings: Digest,
}

impl Engine {
    /// Puts on record that this program serves from now on.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) when store or record cannot be reached.
    pub async fn record_start(&self, build: &Build) -> Result<(), Error> {
        self.everywhere(|record| {
            record.kind = Kind::Started;
            record.reason = Some(build.version.to_owned());
            record.target = Some(build.program);
            record.arguments = Some(build.settings);
        })
        .await
    }

    /// Puts on record that it has stopped serving.
    ///
    /// # Errors
    /// As [`Engine::record_start`].
    pub async fn record_stop(&self) -> Result<(), Error> {
        self.everywhere(|record| record.kind = Kind::Stopped).await
    }

    /// Watches the clock in the background until the engine stops.
    pub fn keep_watching_the_clock(&self) {
        let engine = self.clone();
        self.0.tasks.spawn(async move {
            let mut last = (engine.0.clock.now(), Instant::now());
            loop {
                tokio::select! {
                    () = engine.0.stopping.cancelled() => return,
                    () = tokio::time::sleep(COMPARE_EVERY) => {}
                }
                let now = (engine.0.clock.now(), Instant::now());
                let jump = jump(last, now);
                last = now;
                if let Some(by) = jump
                    && let Err(error) = engine.record_jump(by).await
                {
                    tracing::warn!(error = %error, "The clock was set, and that could not be put on record");
                }
            }
        });
    }

    /// Puts on record that the clock was set by so much.
    ///
    /// # Errors
    /// As [`Engine::record_start`].
    pub async fn record_jump(&self, by: SignedDuration) -> Result<(), Error> {
        let ahead = by.is_positive();
        let way = if ahead { "forward" } else { "back" };
        tracing::warn!(seconds = by.as_secs(), "The clock was set");
        self.everywhere(|record| {
            record.kind = Kind::ClockJumped;
            record.reason = Some(way.to_owned());
            let ms = by.abs().as_millis();
            record.duration_ms = Some(i64::try_from(ms).unwrap_or(i64::MAX));
        })
        .await
    }

    async fn everywhere(&self, fill: impl Fn(&mut Record)) -> Result<(), Error> {
        let now = self.0.clock.now();
        for (organisation, _) in self.0.store.organisations().await? {
            let mut record = Record::new(now, Kind::Started, organisation);
            fill(&mut record);
            self.0.store.record(record).await?;
        }
        Ok(())
    }
}

/// By how much the clock went another way than time did.
fn jump(last: (Timestamp, Instant), now: (Timestamp, Instant)) -> Option<SignedDuration> {
    let passed = SignedDuration::try_from(now.1.duration_since(last.1)).ok()?;
    let by = now.0.duration_since(last.0) - passed;
    (by.abs() > JUMP).then_some(by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_clock_that_was_set_is_told_from_one_that_was_corrected() {
        let (then, start) = (Timestamp::UNIX_EPOCH, Instant::now());
        let check = |clock: i64, time: u64, expected: Option<i64>| {
            let now = (
                then + SignedDuration::from_secs(clock),
                start + Duration::from_secs(time),
            );
            let found = jump((then, start), now).map(|by| by.as_secs());
            assert_eq!(found, expected, "{clock} in {time}");
        };
        check(30, 30, None);
        check(85, 30, None);
        check(-25, 30, None);
        check(3630, 30, Some(3600));
        check(-3570, 30, Some(-3600));
    }
}
