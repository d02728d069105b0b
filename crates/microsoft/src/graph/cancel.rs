//! Taking events out of the calendar.

use domain::calendar::{Event, EventId};
use domain::change::Settled;
use http::Method;
use serde_json::json;

use super::query::Query;
use super::settle::Sign;
use super::{Call, Effect, Graph};
use crate::error::Error;

impl Graph<'_> {
    /// Cancels a meeting that the person organises; Exchange mails everybody who is invited, with the comment. An id of an
    /// occurrence cancels that one. Relies on `Calendars.ReadWrite`.
    ///
    /// Cancelling what is cancelled finds nothing, so a lost answer is looked after and then sent again.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::Kind::NotFound) when it is gone already; [`Kind::Invalid`](crate::Kind::Invalid) when the
    /// person is not the organiser; [`Kind::UnknownOutcome`](crate::Kind::UnknownOutcome) when it was sent and looking
    /// failed; see [`Kind`](crate::Kind).
    pub async fn cancel_event(&self, id: &EventId, comment: &str) -> Result<Settled, Error> {
        let body = json!({ "comment": comment });
        let call = Call {
            method: Method::POST,
            url: Query::path("/me/events")
                .segment(id.as_str())
                .then("/cancel")
                .on(&self.places.graph),
            body: Some(&body),
            effect: Effect::Once,
            advanced: false,
            if_match: None,
        };
        self.settle(&call, Sign::Gone(id)).await
    }

    /// Deletes an event that is still as it was read. Of somebody else's meeting this is only the person's own copy, and
    /// nobody is told; of her own meeting Exchange mails cancellations without a comment: use
    /// [`Graph::cancel_event`] for those. Relies on `Calendars.ReadWrite`.
    ///
    /// # Errors
    /// [`Kind::Conflict`](crate::Kind::Conflict) when it was changed meanwhile; else as for [`Graph::cancel_event`].
    pub async fn delete_event(&self, event: &Event) -> Result<Settled, Error> {
        let call = Call {
            method: Method::DELETE,
            url: Query::path("/me/events")
                .segment(event.id.as_str())
                .on(&self.places.graph),
            body: None,
            effect: Effect::Once,
            advanced: false,
            if_match: event.etag.as_deref(),
        };
        self.settle(&call, Sign::Gone(&event.id)).await
    }
}
