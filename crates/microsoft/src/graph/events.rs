//! Single events: read one, make one.

use domain::audit::UpstreamRequest;
use domain::calendar::{Event, EventId, NewEvent};
use domain::recurrence::Series;

use super::Graph;
use super::query::Query;
use crate::error::Error;
use crate::wire::event::{SELECT, WireEvent};
use crate::wire::new_event::{self, WireTransaction};
use crate::wire::recurrence::WireMaster;

impl Graph<'_> {
    /// One event of the person's own mailbox. Relies on `Calendars.ReadWrite`.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::Kind::NotFound) when it is gone; see [`Kind`](crate::Kind).
    pub async fn event(&self, id: &EventId) -> Result<Event, Error> {
        let event: WireEvent = self
            .get(
                Query::path("/me/events")
                    .segment(id.as_str())
                    .option("$select", SELECT),
            )
            .await?;
        self.understood(event)
    }

    /// With which transaction id an event was made, if with any. Relies on `Calendars.ReadWrite`.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::Kind::NotFound) when it is gone; see [`Kind`](crate::Kind).
    pub async fn transaction_id(&self, id: &EventId) -> Result<Option<String>, Error> {
        let event: WireTransaction = self
            .get(
                Query::path("/me/events")
                    .segment(id.as_str())
                    .option("$select", "transactionId"),
            )
            .await?;
        Ok(event.transaction_id)
    }

    /// How the series of this first event repeats; `None` when it is of no series, or of one that nobody knows how to
    /// read. Relies on `Calendars.ReadWrite`.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::Kind::NotFound) when it is gone; see [`Kind`](crate::Kind).
    pub async fn series(&self, master: &EventId) -> Result<Option<Series>, Error> {
        let event: WireMaster = self
            .get(
                Query::path("/me/events")
                    .segment(master.as_str())
                    .option("$select", "recurrence"),
            )
            .await?;
        Ok(event.series())
    }

    /// Makes an event in the person's own calendar; Exchange mails whoever is invited at once. Relies on
    /// `Calendars.ReadWrite`.
    ///
    /// One transaction id makes one event, so a lost answer is asked for again. When Graph says that the id was used, the
    /// event that was made with it is given: it can differ from `new` if somebody reused the id, so compare.
    ///
    /// # Errors
    /// [`Kind::UnknownOutcome`](crate::Kind::UnknownOutcome) when it was sent and nobody says what became of it;
    /// [`Kind::Invalid`](crate::Kind::Invalid) for content Graph refuses; see [`Kind`](crate::Kind).
    pub async fn create_event(&self, new: &NewEvent) -> Result<Event, Error> {
        let body = new_event::body(new);
        match self
            .write::<WireEvent>(Query::path("/me/events"), &body)
            .await
        {
            Ok(event) => {
                // It exists, whatever the answer looks like: an unreadable one must not sound like a refusal.
                event.understood().ok_or_else(|| Error::UnknownOutcome {
                    upstream: self.last(),
                })
            }
            Err(Error::Graph(refusal)) if refusal.existing_event.is_some() => {
                let id = EventId::new(refusal.existing_event.unwrap_or_default());
                // It exists; that it cannot be read now must not sound as if nothing had happened.
                self.event(&id).await.map_err(|_| Error::UnknownOutcome {
                    upstream: self.last(),
                })
            }
            Err(error) => Err(error),
        }
    }

    /// An event in our words, or the news that it cannot be read.
    pub(super) fn understood(&self, event: WireEvent) -> Result<Event, Error> {
        event.understood().ok_or_else(|| Error::Garbage {
            upstream: self.last(),
        })
    }

    /// The request that was answered last.
    pub(super) fn last(&self) -> UpstreamRequest {
        let sent = self
            .sent
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        sent.last().cloned().unwrap_or(UpstreamRequest {
            client_request_id: String::new(),
            request_id: None,
            status: None,
        })
    }
}
