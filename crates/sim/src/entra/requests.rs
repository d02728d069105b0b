//! What people who may not consent have asked an administrator for, and the page on which one answers.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};

use super::authorize::{Flow, Purpose};
use super::pages::{self, review};
use super::{Authority, sign_in};
use crate::company::PersonId;
use crate::exchange::{Answer, Ask, value_of};
use crate::state::World;
use crate::tenant::TenantId;

/// How many requests are kept, answered ones included.
const MOST: usize = 1_000;
/// How long a reason may be.
const LONGEST_REASON: usize = 1_000;

/// One request for an administrator's consent.
#[derive(Debug, Clone)]
pub(crate) struct ConsentRequest {
    pub(crate) id: String,
    pub(crate) person: PersonId,
    pub(crate) scopes: BTreeSet<&'static str>,
    pub(crate) reason: String,
    pub(crate) at: Timestamp,
    pub(crate) expires: Timestamp,
    /// Whether it was approved, once somebody has answered.
    pub(crate) approved: Option<bool>,
}

/// How a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Pending,
    Approved,
    Denied,
    Expired,
}

impl Standing {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Expired => "expired",
        }
    }
}

impl ConsentRequest {
    pub(crate) fn standing(&self, now: Timestamp) -> Standing {
        match self.approved {
            Some(true) => Standing::Approved,
            Some(false) => Standing::Denied,
            None if now >= self.expires => Standing::Expired,
            None => Standing::Pending,
        }
    }
}

impl World {
    /// Notes what a person asks an administrator for.
    pub(crate) fn request_consent(
        &mut self,
        person: PersonId,
        scopes: BTreeSet<&'static str>,
        reason: &str,
    ) {
        let now = self.clock.now();
        let days = self.tenant_of(person).consent.request_days;
        let wait = SignedDuration::from_hours(i64::from(days) * 24);
        let request = ConsentRequest {
            id: self.ids.guid(),
            person,
            scopes,
            reason: reason.chars().take(LONGEST_REASON).collect(),
            at: now,
            expires: now.saturating_add(wait).unwrap_or(Timestamp::MAX),
            approved: None,
        };
        let requests = &mut self.entra.requests;
        requests.push(request);
        if requests.len() > MOST {
            requests.remove(0);
        }
    }

    /// Whether a person waits for an administrator's answer.
    pub(crate) fn awaits_consent(&self, person: PersonId) -> bool {
        let now = self.clock.now();
        let mut requests = self.entra.requests.iter();
        requests
            .any(|request| request.person == person && request.standing(now) == Standing::Pending)
    }

    /// The requests of an organisation's people, oldest first.
    pub(crate) fn consent_requests(
        &self,
        tenant: TenantId,
    ) -> impl Iterator<Item = &ConsentRequest> {
        let requests = self.entra.requests.iter();
        requests.filter(move |request| self.person(request.person).tenant == tenant)
    }

    /// Answers a request that is still pending; an approval is a consent for the whole organisation.
    pub(crate) fn answer_request(&mut self, id: &str, approve: bool) -> bool {
        let now = self.clock.now();
        let mut requests = self.entra.requests.iter_mut();
        let Some(request) =
            requests.find(|request| request.id == id && request.standing(now) == Standing::Pending)
        else {
            return false;
        };
        request.approved = Some(approve);
        let (person, scopes) = (request.person, request.scopes.clone());
        if approve {
            self.grant_everybody(self.person(person).tenant, scopes);
        }
        true
    }
}

/// The review page of an organisation: for administrators who have signed in.
pub(crate) fn answer(world: &mut World, ask: &Ask, authority: Authority) -> Answer {
    let Some(tenant) = reviewed_by(world, ask, authority) else {
        let mut flow = Flow::to("", ask);
        flow.authority = authority;
        flow.purpose = Purpose::Review;
        return sign_in::decide(world, ask, flow);
    };
    if ask.method == Method::POST {
        let form = ask.form();
        let id = value_of(&form, "request").unwrap_or_default();
        let approve = match value_of(&form, "decision") {
            Some("approve") => true,
            Some("deny") => false,
            _ => return not_understood(),
        };
        let of_this_tenant = world
            .consent_requests(tenant)
            .any(|request| request.id == id);
        if !of_this_tenant || !world.answer_request(id, approve) {
            return not_understood();
        }
    }
    review::page_of(world, tenant, authority)
}

/// Whose requests the asking browser may answer: those of the organisation that it is an administrator's of.
fn reviewed_by(world: &World, ask: &Ask, authority: Authority) -> Option<TenantId> {
    let sessions = world.entra.sessions.of(ask).iter();
    let mut administrators = sessions
        .filter_map(|session| world.member(authority, session.person).ok())
        .filter(|person| world.person(*person).administrator);
    administrators
        .next()
        .map(|person| world.person(person).tenant)
}

fn not_understood() -> Answer {
    let text = "There is no such request that waits for an answer.";
    pages::message(StatusCode::BAD_REQUEST, "Not understood", text)
}
