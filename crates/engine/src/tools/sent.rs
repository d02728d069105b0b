//! Making something once although answers are lost: looking before anything is sent again, and before anything is said.

use std::time::Duration;

use microsoft::{Error, Kind};
use tokio::time::Instant;

/// So often it is sent; each time is up to three attempts where repeating is harmless.
const ROUNDS: u32 = 3;
/// After this long nothing is sent again.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends until an answer says that it was made, or a look finds it. What is sent each time carries the same transaction id, so
/// that it can only ever make this one.
///
/// # Errors
/// [`Kind::UnknownOutcome`] only when looking failed: somebody has to look later. A look that follows the last attempt after
/// [`microsoft::LATE`] and finds nothing means that nothing was done, and the error says so. Else what was refused.
pub(crate) async fn once<T, S, L>(send: impl Fn() -> S, look: impl Fn() -> L) -> Result<T, Error>
where
    S: Future<Output = Result<T, Error>>,
    L: Future<Output = Result<Option<T>, Error>>,
{
    let begun = Instant::now();
    let (mut lost, mut round) = (None, 0);
    loop {
        round += 1;
        let error = match send().await {
            Ok(made) => return Ok(made),
            Err(error) => error,
        };
        let (unknown, refusal) = match (error.kind(), lost.take()) {
            (Kind::UnknownOutcome, _) => (error, None),
            // An earlier attempt may have been what this one was refused for.
            (_, Some(lost)) => (lost, Some(error)),
            (_, None) => return Err(error),
        };
        let last = refusal.is_some() || round == ROUNDS || begun.elapsed() >= PATIENCE;
        if last {
            tokio::time::sleep(microsoft::LATE).await;
        }
        match look().await {
            Ok(Some(made)) => return Ok(made),
            Ok(None) if last => return Err(refusal.unwrap_or_else(|| unknown.not_done())),
            Ok(None) => lost = Some(unknown),
            Err(_) => return Err(unknown),
        }
    }
}
