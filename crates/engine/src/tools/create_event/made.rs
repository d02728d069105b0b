//! Making the event once: not if it is there already, and not twice when an answer is lost.

use super::beside::{self, Beside};
use crate::call::Failure;
use crate::tools::{Context, sent};
use domain::calendar::{Event, NewEvent};

/// So many events of the same title, time and people are asked whether they are this call's own.
const MOST_ASKED: usize = 5;

/// The event, or the one that was there before.
pub(super) struct Made {
    pub(super) event: Event,
    /// Whether somebody else's or another call's event is in the way, and nothing was made.
    pub(super) before: bool,
}

/// Makes the event, unless the same is there. What this very call has made before counts as made by it.
pub(super) async fn once(
    context: &Context<'_>,
    new: &NewEvent,
    beside: &Beside,
    even_if_exists: bool,
) -> Result<Made, Failure> {
    if let Some(event) = own(context, new, beside).await? {
        return Ok(Made {
            event,
            before: false,
        });
    }
    if let Some(event) = beside.same.first().filter(|_| !even_if_exists) {
        return Ok(Made {
            event: event.clone(),
            before: true,
        });
    }
    let event = make(context, new).await?;
    Ok(Made {
        event,
        before: false,
    })
}

/// Sends it. If no answer says what became of it, the calendar is looked at before anything is repeated.
async fn make(context: &Context<'_>, new: &NewEvent) -> Result<Event, Failure> {
    let send = || context.graph.create_event(new);
    let look = || async move {
        let beside = beside::look(context, new).await?;
        own(context, new, &beside).await
    };
    Ok(sent::once(send, look).await?)
}

/// Which of the same events this call made, if any. Asked only if there is one, so rarely.
pub(super) async fn own(
    context: &Context<'_>,
    new: &NewEvent,
    beside: &Beside,
) -> Result<Option<Event>, microsoft::Error> {
    for event in beside.same.iter().take(MOST_ASKED) {
        // Of a series, the first event carries it.
        let id = event.master.as_ref().unwrap_or(&event.id);
        let transaction = context.graph.transaction_id(id).await?;
        if transaction.as_deref() == Some(new.transaction_id.as_str()) {
            return Ok(Some(Event {
                id: id.clone(),
                ..event.clone()
            }));
        }
    }
    Ok(None)
}
