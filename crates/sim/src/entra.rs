//! The stand-in for Entra: which address leads where, and what Entra remembers.

mod accounts;
mod admin_consent;
mod authority;
pub(crate) mod authorize;
pub(crate) mod catalogue;
mod causes;
pub(crate) mod certificate;
mod claims;
mod client_auth;
pub(crate) mod conditional;
mod consent;
mod der;
mod discovery;
pub(crate) mod documented;
pub(crate) mod errors;
mod factor;
mod grants;
mod hindrance;
mod id_token;
pub(crate) mod key_set;
mod keys;
pub(crate) mod pages;
pub(crate) mod permissions;
mod policy;
pub(crate) mod redirects;
pub(crate) mod requests;
pub(crate) mod respond;
pub(crate) mod scopes;
mod sessions;
mod sign_in;
mod sign_out;
mod token;
pub(crate) mod tokens;

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{Method, StatusCode};

use crate::company::PersonId;
use crate::exchange::{Answer, Ask};
use crate::state::World;
use admin_consent::Form;
use authorize::Flow;
use errors::EntraError;
use key_set::KeySet;
use requests::ConsentRequest;
use sessions::Sessions;
use tokens::Tokens;

pub(crate) use authority::Authority;
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
    /// Who has accepted her organisation's terms of use.
    pub(crate) terms_accepted: BTreeSet<PersonId>,
    /// What people have asked administrators for, oldest first.
    requests: Vec<ConsentRequest>,
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

/// Answers a request outside Graph and the control pages.
pub(crate) fn answer(world: &mut World, ask: &Ask) -> Answer {
    let segments: Vec<&str> = ask.segments.iter().map(String::as_str).collect();
    let (Some((first, rest)), method) = (segments.split_first(), &ask.method) else {
        return Answer::redirect("/_sim/");
    };
    if rest == ["discovery", "instance"] {
        return discovery::instance(world, ask);
    }
    if segments == ["error"] {
        return explanation(ask);
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
        ["v2.0", "adminconsent"] => admin_consent::begin(world, ask, authority, Form::Current),
        ["adminconsent"] => admin_consent::begin(world, ask, authority, Form::Older),
        ["consent-requests"] => requests::answer(world, ask, authority),
        ["oauth2", "v2.0", "logout"] => sign_out::answer(world, ask, authority),
        _ => pages::message(
            StatusCode::NOT_FOUND,
            "Not here",
            "The simulator has no page at this address.",
        ),
    }
}

/// What `error_uri` leads to: the number in words.
fn explanation(ask: &Ask) -> Answer {
    let code = ask.query_value("code").unwrap_or_default();
    let number = code.strip_prefix("AADSTS").unwrap_or(code).parse().ok();
    match number.and_then(catalogue::find) {
        Some(row) => {
            let text = format!("AADSTS{}: {}", row.code, row.text);
            pages::message(StatusCode::OK, "Error details", &text)
        }
        None => pages::message(
            StatusCode::NOT_FOUND,
            "Error details",
            "The simulator does not know this error.",
        ),
    }
}

fn unknown_tenant(world: &World, ask: &Ask, rest: &[&str]) -> Answer {
    let refused = EntraError::of(90_002);
    if matches!(
        rest,
        ["oauth2", "v2.0", "authorize"] | ["v2.0", "adminconsent"] | ["adminconsent"]
    ) {
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
