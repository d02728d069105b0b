//! Graph, for one permitted call of one person. One file per resource, one function per operation.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::audit::UpstreamRequest;
use domain::clock::Clock;
use domain::people::Found;
use domain::random::Random;
use http::{HeaderValue, Method};
use serde::de::DeserializeOwned;
use url::Url;

mod calendar_view;
mod calendars;
mod cancel;
mod challenge;
mod change;
mod contacts;
mod directory;
mod events;
mod link;
mod me;
mod people;
mod query;
mod respond;
mod schedule;
mod settle;

pub use calendar_view::{View, Whose};
pub use contacts::ContactFolder;
pub use link::NextLink;
pub use me::Me;
pub use schedule::{BusyTime, OwnSchedule, OwnTimes, Seen, Unseen, WorkingHours};

use crate::entra::AccessToken;
use crate::error::{Error, GraphRefusal};
use crate::retry::{OPERATION, Patience};
use crate::settings::Places;
use crate::transport::{Answer, Lost, Transport};
use crate::wire::refusal::Refusal;
use query::Query;

/// Graph's answers may be this long, in bytes.
const CAP: usize = 4 * 1024 * 1024;
/// How many requests are remembered for the audit entry.
const REMEMBERED: usize = 64;

/// One person's mailbox and directory, for the operation that the token is for.
pub struct Graph<'a> {
    transport: &'a Transport,
    places: &'a Places,
    clock: &'a Clock,
    random: &'a Random,
    token: &'a AccessToken,
    /// The permit is for looking: nothing is written.
    reads_only: bool,
    sent: Mutex<Vec<UpstreamRequest>>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next one is; `None` on the last.
    pub next: Option<NextLink>,
}

/// What a search for people gave.
#[derive(Clone, Default)]
pub struct Finds {
    /// Whom.
    pub found: Vec<Found>,
    /// Whether there are more than were looked at.
    pub more: bool,
}

/// What is to be sent.
struct Call<'c> {
    method: Method,
    url: Url,
    body: Option<&'c serde_json::Value>,
    effect: Effect,
    advanced: bool,
    /// The version that is meant to be changed; another one is refused with 412.
    if_match: Option<&'c str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    Read,
    /// Repeating it is harmless, but an answer that does not come leaves the outcome open.
    RepeatableWrite,
    /// Sent again only where it cannot have arrived; else somebody has to look first what became of it.
    Once,
}

impl<'a> Graph<'a> {
    pub(crate) fn new(
        transport: &'a Transport,
        places: &'a Places,
        clock: &'a Clock,
        random: &'a Random,
        token: &'a AccessToken,
        reads_only: bool,
    ) -> Self {
        Self {
            transport,
            places,
            clock,
            random,
            token,
            reads_only,
            sent: Mutex::default(),
        }
    }

    /// The requests sent so far, for the audit entry; at most 64. They are given once.
    pub fn take_upstream(&self) -> Vec<UpstreamRequest> {
        std::mem::take(&mut *self.sent.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn get<T: DeserializeOwned>(&self, query: Query) -> Result<T, Error> {
        let call = Call {
            method: Method::GET,
            url: query.on(&self.places.graph),
            body: None,
            effect: Effect::Read,
            advanced: query.is_advanced(),
            if_match: None,
        };
        self.read(&self.send(&call).await?)
    }

    async fn follow<T: DeserializeOwned>(&self, link: &NextLink) -> Result<T, Error> {
        let call = Call {
            method: Method::GET,
            url: link.url(self.places)?,
            body: None,
            effect: Effect::Read,
            advanced: false,
            if_match: None,
        };
        self.read(&self.send(&call).await?)
    }

    /// A question that Graph takes as a POST.
    async fn ask<T: DeserializeOwned>(
        &self,
        query: Query,
        body: &serde_json::Value,
    ) -> Result<T, Error> {
        let call = Call {
            method: Method::POST,
            url: query.on(&self.places.graph),
            body: Some(body),
            effect: Effect::Read,
            advanced: false,
            if_match: None,
        };
        self.read(&self.send(&call).await?)
    }

    /// A change that may be repeated as it is. A success that cannot be read is an unknown outcome: it happened, perhaps.
    async fn write<T: DeserializeOwned>(
        &self,
        query: Query,
        body: &serde_json::Value,
    ) -> Result<T, Error> {
        let call = Call {
            method: Method::POST,
            url: query.on(&self.places.graph),
            body: Some(body),
            effect: Effect::RepeatableWrite,
            advanced: false,
            if_match: None,
        };
        let answer = self.send(&call).await?;
        serde_json::from_slice(&answer.body).map_err(|_| Error::UnknownOutcome {
            upstream: answer.upstream,
        })
    }

    fn read<T: DeserializeOwned>(&self, answer: &Answer) -> Result<T, Error> {
        serde_json::from_slice(&answer.body).map_err(|_| Error::Garbage {
            upstream: answer.upstream.clone(),
        })
    }

    /// The link to the next page, checked before anybody can follow it.
    fn next(&self, link: Option<String>) -> Result<Option<NextLink>, Error> {
        link.map(|link| NextLink::parse(&link, self.places))
            .transpose()
    }

    /// Sends a call and, where that is harmless, sends it again; gives a success or says why there is none.
    async fn send(&self, call: &Call<'_>) -> Result<Answer, Error> {
        if self.reads_only && call.effect != Effect::Read {
            return Err(Error::PermitDoesNotFit);
        }
        let _lane = self
            .token
            .lanes()
            .acquire()
            .await
            .expect("the semaphore is never closed");
        let mut patience = Patience::new(OPERATION, self.random);
        // Once a write may have arrived, only a success says what became of it.
        let mut doubt = false;
        loop {
            let result = self.once(call, patience.left()).await;
            let (again, asked) = match &result {
                Ok(answer) if answer.is_success() => (false, None),
                Ok(answer) => (
                    answer.status == 429 || answer.status >= 500,
                    answer.retry_after(),
                ),
                Err(_) => (true, None),
            };
            doubt |= call.effect != Effect::Read && leaves_open(&result);
            let again = again && !(call.effect == Effect::Once && doubt);
            if again && patience.again(asked).await {
                continue;
            }
            return match result {
                Ok(answer) if answer.is_success() => Ok(answer),
                // Graph knows this transaction id: an earlier attempt, or an earlier call, did it.
                Ok(answer) if doubt && !Refusal::read(&answer.body).is_duplicate() => {
                    Err(Error::UnknownOutcome {
                        upstream: answer.upstream,
                    })
                }
                Ok(answer) => Err(refused(answer)),
                Err(lost) if doubt => Err(Error::UnknownOutcome {
                    upstream: lost.upstream,
                }),
                Err(lost) => Err((*lost).into()),
            };
        }
    }

    async fn once(&self, call: &Call<'_>, limit: Duration) -> Result<Answer, Box<Lost>> {
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", self.token.bearer()))
            .unwrap_or(HeaderValue::from_static("Bearer"));
        bearer.set_sensitive(true);
        let mut request = self
            .transport
            .request(call.method.clone(), call.url.clone())
            .header(http::header::AUTHORIZATION, bearer)
            .header("Prefer", "outlook.timezone=\"UTC\"");
        if call.advanced {
            request = request.header("ConsistencyLevel", "eventual");
        }
        if let Some(version) = call.if_match {
            request = request.header(http::header::IF_MATCH, version);
        }
        if let Some(body) = call.body {
            request = request.json(body);
        }
        let result = self.transport.send(request, CAP, limit).await;
        let upstream = match &result {
            Ok(answer) => &answer.upstream,
            Err(lost) => &lost.upstream,
        };
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.len() < REMEMBERED {
            sent.push(upstream.clone());
        }
        result
    }
}

/// Whether a write may have happened although nobody said so.
fn leaves_open(result: &Result<Answer, Box<Lost>>) -> bool {
    match result {
        Ok(answer) => answer.status >= 500,
        Err(lost) => lost.sent,
    }
}

fn refused(answer: Answer) -> Error {
    let claims = match answer.status {
        401 | 403 => challenge::claims(&answer.headers),
        _ => None,
    };
    let refusal = Refusal::read(&answer.body);
    let retry_after = answer.retry_after();
    Error::Graph(Box::new(GraphRefusal {
        status: answer.status,
        code: refusal.code,
        retry_after,
        claims,
        existing_event: refusal.existing_event,
        upstream: answer.upstream,
    }))
}
