//! Finding out what became of a change whose answer was lost: looking, never guessing, and repeating only after a look.

use domain::calendar::EventId;
use domain::change::{Settled, Whole};
use http::Method;
use jiff::Timestamp;
use tokio::time::Instant;

use super::{Call, Graph};
use crate::error::{Error, Kind};
use crate::retry::{LATE, OPERATION, Patience};
use crate::transport::Answer;

/// By what it is seen that a change happened.
pub(super) enum Sign<'s> {
    /// The event has another change key than before.
    Moved {
        id: &'s EventId,
        etag: Option<&'s str>,
    },
    /// The event is gone, or marked as cancelled.
    Gone(&'s EventId),
    /// The person's answer has another time than before.
    Answered {
        id: &'s EventId,
        before: Option<Timestamp>,
        /// Declining takes the event out of the calendar.
        or_gone: bool,
    },
}

impl Graph<'_> {
    /// Sends a change until it is confirmed, or seen to have happened. It is sent again only when a look showed that it
    /// had not happened.
    ///
    /// # Errors
    /// [`Error::UnknownOutcome`] when looking failed too; [`Error::NotDone`] when it was seen not to have happened;
    /// else what Graph refused.
    pub(super) async fn settle(&self, call: &Call<'_>, sign: Sign<'_>) -> Result<Settled, Error> {
        let begun = Instant::now();
        let mut patience = Patience::new(OPERATION, self.random);
        let mut doubt = false;
        loop {
            let error = match self.send(call).await {
                Ok(answer) if says_so(call, &answer) => return Ok(Settled::Confirmed),
                Ok(answer) => Error::UnknownOutcome {
                    upstream: answer.upstream,
                },
                Err(error) => error,
            };
            let open = matches!(error, Error::UnknownOutcome { .. });
            doubt |= open;
            if !doubt {
                return Err(error);
            }
            if self.happened(&sign).await? {
                return Ok(Settled::Seen);
            }
            // An earlier attempt may have been what this one was refused for; the look says that it was not.
            if !open {
                return Err(error);
            }
            if begun.elapsed() >= OPERATION || !patience.again(None).await {
                tokio::time::sleep(LATE).await;
                if self.happened(&sign).await? {
                    return Ok(Settled::Seen);
                }
                return Err(Error::NotDone {
                    upstream: self.last(),
                });
            }
        }
    }

    /// Whether the sign is there. A look that fails leaves the outcome open.
    async fn happened(&self, sign: &Sign<'_>) -> Result<bool, Error> {
        let unknown = |_| Error::UnknownOutcome {
            upstream: self.last(),
        };
        match *sign {
            Sign::Moved { id, etag } => {
                let now = self.event(id).await.map_err(unknown)?;
                Ok(now.etag.as_deref() != etag)
            }
            Sign::Gone(id) => match self.event(id).await {
                Ok(now) => Ok(now.cancelled),
                Err(error) if error.kind() == Kind::NotFound => Ok(true),
                Err(error) => Err(unknown(error)),
            },
            Sign::Answered {
                id,
                before,
                or_gone,
            } => match self.whole_event(id).await {
                Ok(Whole { answered, .. }) => Ok(answered != before),
                Err(error) if error.kind() == Kind::NotFound && or_gone => Ok(true),
                Err(error) => Err(unknown(error)),
            },
        }
    }
}

/// Whether a success looks like one of Graph's: the changed event, or nothing at all. Whatever else stands between may answer
/// a success too.
fn says_so(call: &Call<'_>, answer: &Answer) -> bool {
    if call.method == Method::PATCH {
        let event = serde_json::from_slice::<serde_json::Value>(&answer.body);
        return event.is_ok_and(|event| event["id"].is_string());
    }
    answer.body.iter().all(u8::is_ascii_whitespace)
}
