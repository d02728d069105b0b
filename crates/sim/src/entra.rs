//! The stand-in for Entra: which address leads where, and what Entra remembers.

pub(crate) mod authorize;
pub(crate) mod catalogue;
pub(crate) mod certificate;
mod claims;
mod client_auth;
pub(crate) mod conditional;
mod der;
mod discovery;
pub(crate) mod errors;
mod grants;
mod id_token;
pub(crate) mod key_set;
mod keys;
pub(crate) mod pages;
pub(crate) mod scopes;
mod sessions;
mod sign_in;
mod token;
pub(crate) mod tokens;

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{Method, StatusCode};

use crate::company::PersonId;
use crate::exchange::{Answer, Ask};
use crate::state::World;
use crate::tenant::TenantId;
use authorize::Flow;
use errors::EntraError;
use key_set::KeySet;
use sessions::Sessions;
use tokens::Tokens;

pub(crate) use id_token::subject;

/// How many sign-ins may be under way before the oldest is forgotten.
const MOST_FLOWS: usize = 1_000;

/// What Entra remembers.
#[derive(Debug, Default)]
pub(crate) struct Entra {
    pub(crate) sessions: Sessions,
    pub(crate) tokens: Tokens,
    pub(crate) keys: KeySet,
    flows: BTreeMap<String, Flow>,
    flow_order: Vec<String>,
    /// What each person has consented to.
    grants: BTreeMap<PersonId, BTreeSet<&'static str>>,
}

impl Entra {
    fn keep_flow(&mut self, flow: Flow) {
        if !self.flows.contains_key(&flow.id) {
            self.flow_order.push(flow.id.clone());
        }
        self.flows.insert(flow.id.clone(), flow);
        if self.flow_order.len() > MOST_FLOWS {
            let oldest = self.flow_order.remove(0);
            self.flows.remove(&oldest);
        }
    }

    fn drop_flow(&mut self, id: &str) {
        self.flows.remove(id);
        self.flow_order.retain(|kept| kept != id);
    }
}

impl World {
    /// What the application may do for a person, by her own consent or the organisation's.
    pub(crate) fn granted(&self, person: PersonId) -> BTreeSet<&'static str> {
        let principal = self.tenant_of(person).principal.as_ref();
        let mut granted =
            principal.map_or_else(BTreeSet::new, |principal| principal.everybody.clone());
        granted.extend(self.entra.grants.get(&person).into_iter().flatten());
        granted
    }

    /// Whether a person's organisation lets her use the application at all.
    pub(crate) fn admits(&self, person: PersonId) -> Result<(), EntraError> {
        match &self.tenant_of(person).principal {
            None => Err(EntraError::of(700_016)),
            Some(principal) if !principal.enabled => Err(EntraError::of(7_000_112)),
            Some(principal)
                if principal.assignment_required && !principal.assigned.contains(&person) =>
            {
                Err(EntraError::of(50_105))
            }
            Some(_) => Ok(()),
        }
    }

    /// Takes back what a person has consented to.
    pub(crate) fn withdraw_consent(&mut self, person: PersonId) {
        self.entra.grants.remove(&person);
    }

    /// Notes a consent; the first one in an organisation installs the application there.
    fn grant(&mut self, person: PersonId, scopes: &BTreeSet<&'static str>, for_everybody: bool) {
        let tenant = self.person(person).tenant;
        let principal = self.tenants[tenant.0].principal.get_or_insert_default();
        if for_everybody {
            // A grant for the organisation replaces the earlier one, as at Microsoft.
            principal.everybody = scopes.clone();
        }
        self.entra.grants.entry(person).or_default().extend(scopes);
    }
}

/// Whom a path is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Authority {
    /// One organisation, named by GUID or by domain.
    Tenant(TenantId),
    Organizations,
    Common,
}

impl Authority {
    fn of(world: &World, segment: &str) -> Option<Self> {
        let is = |name: &str| segment.eq_ignore_ascii_case(name);
        if let Some(index) = world
            .tenants
            .iter()
            .position(|tenant| tenant.is_named(segment))
        {
            Some(Self::Tenant(TenantId(index)))
        } else if is("organizations") {
            Some(Self::Organizations)
        } else if is("common") {
            Some(Self::Common)
        } else {
            None
        }
    }

    /// The word that links use: the GUID, even when the request named the domain.
    pub(crate) fn word(self, world: &World) -> &str {
        match self {
            Self::Tenant(tenant) => &world.tenant(tenant).id,
            Self::Organizations => "organizations",
            Self::Common => "common",
        }
    }
}

/// Answers a request outside Graph and the control pages.
pub(crate) fn answer(world: &mut World, ask: &Ask) -> Answer {
    let segments: Vec<&str> = ask.segments.iter().map(String::as_str).collect();
    let (Some((first, rest)), method) = (segments.split_first(), &ask.method) else {
        return Answer::redirect("/_sim/");
    };
    if rest == ["discovery", "instance"] {
        return discovery::instance(world, ask);
    }
    let Some(authority) = Authority::of(world, first) else {
        return unknown_tenant(world, ask, rest);
    };
    let get = *method == Method::GET || *method == Method::HEAD;
    match rest {
        ["v2.0", ".well-known", "openid-configuration"] if get => {
            discovery::configuration(world, authority)
        }
        ["discovery", "v2.0", "keys"] if get => key_set::answer(world, authority),
        ["oauth2", "v2.0", "authorize"] => authorize::begin(world, ask, authority),
        ["login"] if *method == Method::POST => sign_in::submit(world, ask),
        ["oauth2", "v2.0", "token"] if *method == Method::POST => {
            token::answer(world, ask, authority)
        }
        ["oauth2", "v2.0", "token"] => EntraError::of(900_561).answer(world, ask),
        ["oauth2", "v2.0", "logout"] => sessions::sign_out(world, ask),
        _ => pages::message(
            StatusCode::NOT_FOUND,
            "Not here",
            "The simulator has no page at this address.",
        ),
    }
}

fn unknown_tenant(world: &World, ask: &Ask, rest: &[&str]) -> Answer {
    let refused = EntraError::of(90_002);
    if rest == ["oauth2", "v2.0", "authorize"] {
        return pages::stopped(StatusCode::BAD_REQUEST, refused.code, &refused.text);
    }
    let known = matches!(
        rest,
        ["v2.0", ".well-known", "openid-configuration"]
            | ["discovery", "v2.0", "keys"]
            | ["oauth2", "v2.0", "token"]
    );
    if known {
        refused.answer(world, ask)
    } else {
        pages::message(
            StatusCode::NOT_FOUND,
            "Not here",
            "The simulator has no page at this address.",
        )
    }
}

/// Whose access token a token answer holds.
pub(crate) fn subject_of(world: &World, answer: &Answer) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
    let token = world.entra.tokens.access(body["access_token"].as_str()?)?;
    Some(world.person(token.person).object_id.clone())
}
