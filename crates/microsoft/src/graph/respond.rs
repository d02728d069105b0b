//! Answering invitations.

use domain::change::{Reply, ReplyWord, Settled, Whole};
use http::Method;

use super::query::Query;
use super::settle::Sign;
use super::{Call, Effect, Graph};
use crate::error::Error;
use crate::wire::change;

impl Graph<'_> {
    /// Answers an invitation; Exchange mails the organiser unless told not to. Declining takes the event out of the
    /// calendar. Relies on `Calendars.ReadWrite`.
    ///
    /// An answer has a time, by which it is seen whether one whose confirmation was lost arrived.
    ///
    /// # Errors
    /// [`Kind::Invalid`](crate::Kind::Invalid) for the person's own meeting, or a proposal where none is allowed;
    /// [`Kind::NotFound`](crate::Kind::NotFound) when it is gone;
    /// [`Kind::UnknownOutcome`](crate::Kind::UnknownOutcome) when it was sent and looking failed; see [`Kind`](crate::Kind).
    pub async fn respond_to_event(&self, before: &Whole, reply: &Reply) -> Result<Settled, Error> {
        let id = &before.event.id;
        let action = match reply.word {
            ReplyWord::Accept => "/accept",
            ReplyWord::Tentative => "/tentativelyAccept",
            ReplyWord::Decline => "/decline",
        };
        let body = change::reply(reply);
        let call = Call {
            method: Method::POST,
            url: Query::path("/me/events")
                .segment(id.as_str())
                .then(action)
                .on(&self.places.graph),
            body: Some(&body),
            effect: Effect::Once,
            advanced: false,
            if_match: None,
        };
        let sign = Sign::Answered {
            id,
            before: before.answered,
            or_gone: reply.word == ReplyWord::Decline,
        };
        self.settle(&call, sign).await
    }
}
