//! Changing events that exist.

use domain::calendar::EventId;
use domain::change::{Change, Settled, Whole};
use http::Method;
use serde_json::Value;

use super::query::Query;
use super::settle::Sign;
use super::{Call, Effect, Graph};
use crate::error::Error;
use crate::wire::change;
use crate::wire::event::WireEvent;
use crate::wire::whole::{WireWhole, select};

impl Graph<'_> {
    /// One event of the person's own mailbox with everything that a change can touch. Relies on `Calendars.ReadWrite`.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::Kind::NotFound) when it is gone; see [`Kind`](crate::Kind).
    pub async fn whole_event(&self, id: &EventId) -> Result<Whole, Error> {
        self.with_html(id).await.map(|read| read.whole)
    }

    async fn with_html(&self, id: &EventId) -> Result<WireWhole, Error> {
        let query = Query::path("/me/events").segment(id.as_str());
        let event: Value = self.get(query.option("$select", &select())).await?;
        WireWhole::understood(event).ok_or_else(|| Error::Garbage {
            upstream: self.last(),
        })
    }

    /// Changes an event that is still as it was read: `before` gives the version. The organiser's changes are mailed by
    /// Exchange. Relies on `Calendars.ReadWrite`.
    ///
    /// A lost answer is looked after: the same version is sent again, which the version makes harmless; another one may be
    /// ours or somebody else's, so compare when it is [`Settled::Seen`].
    ///
    /// # Errors
    /// [`Kind::Conflict`](crate::Kind::Conflict) when somebody changed it meanwhile;
    /// [`Kind::UnknownOutcome`](crate::Kind::UnknownOutcome) when it was sent and looking failed; see [`Kind`](crate::Kind).
    pub async fn change_event(&self, before: &Whole, change: &Change) -> Result<Settled, Error> {
        let id = &before.event.id;
        // The text is read only to be kept; it is of the version that is changed, or the version refuses the change.
        let html = match (&change.text, &before.event.join_url) {
            (Some(_), Some(_)) => self.with_html(id).await?.html,
            _ => String::new(),
        };
        let body = change::body(change, before, &html);
        let etag = before.event.etag.as_deref();
        let call = Call {
            method: Method::PATCH,
            url: Query::path("/me/events")
                .segment(id.as_str())
                .on(&self.places.graph),
            body: Some(&body),
            effect: Effect::Once,
            advanced: false,
            if_match: etag,
        };
        self.settle(&call, Sign::Moved { id, etag }).await
    }

    /// Makes an event like another of the person's own, with its text and with these changes; Exchange mails whoever is
    /// invited. Relies on `Calendars.ReadWrite`. One transaction id makes one event, however often this is called.
    ///
    /// # Errors
    /// As for [`Graph::create_event`].
    pub async fn create_like(
        &self,
        present: &Whole,
        change: &Change,
        transaction_id: &str,
    ) -> Result<EventId, Error> {
        let html = self.with_html(&present.event.id).await?.html;
        let body = change::like(change, present, &html, transaction_id);
        let unknown = || Error::UnknownOutcome {
            upstream: self.last(),
        };
        match self
            .write::<WireEvent>(Query::path("/me/events"), &body)
            .await
        {
            Ok(event) => event.understood().map(|event| event.id).ok_or_else(unknown),
            Err(Error::Graph(refusal)) if refusal.existing_event.is_some() => {
                Ok(EventId::new(refusal.existing_event.unwrap_or_default()))
            }
            Err(error) => Err(error),
        }
    }
}
