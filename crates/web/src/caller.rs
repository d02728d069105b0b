//! Who is calling: read from the request here, decided by the engine.
//!
//! A handler that names one of these in its signature does not run without it; the engine's methods take what is inside.

use std::net::IpAddr;

use axum::extract::{FromRequest, FromRequestParts};
use axum::http::header::{AUTHORIZATION, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use domain::caller::{Client, Surface};
use domain::id::RequestId;
use domain::secret::AgentKey;
use engine::{AdministratorCaller, AgentCaller, ErrorKind, PersonCaller};
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use crate::error::Failure;
use crate::{State, cookies};

/// The id of this request, made by us; what errors, logs and the audit log show.
pub(crate) struct Request(pub(crate) RequestId);

/// The person of a live session, if there is one.
pub(crate) struct MaybePerson(pub(crate) Option<PersonCaller>);

/// The person of a live session; without one the browser is sent to sign in and comes back.
pub(crate) struct SignedIn(pub(crate) PersonCaller);

/// A signed-in administrator; other people are refused.
pub(crate) struct Administrator(pub(crate) AdministratorCaller);

/// The agent whose personal key the request carries in `Authorization`.
pub(crate) struct Agent(pub(crate) AgentCaller);

/// The address that a request's connection comes from, which the listener puts into the request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// The fields of a form.
pub(crate) struct Form<T>(pub(crate) T);

/// Finds the agent of a request to `surface`.
///
/// # Errors
/// When the key is missing, unknown, revoked or expired, or travels in the address, where logs and histories keep it.
pub(crate) async fn agent(
    state: &State,
    uri: &Uri,
    headers: &HeaderMap,
    peer: Option<&Peer>,
    surface: Surface,
) -> Result<AgentCaller, Failure> {
    if carries_token(uri) {
        return Err(Failure::token_in_url());
    }
    let key = bearer(headers).ok_or_else(Failure::no_key)?;
    let program = headers.get(USER_AGENT).and_then(|text| text.to_str().ok());
    let client = Client::new(peer.map(|peer| peer.0), program);
    Ok(state.engine.agent_caller(&key, surface).await?.from(client))
}

fn carries_token(uri: &Uri) -> bool {
    form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .any(|(name, value)| name == "access_token" || value.contains(AgentKey::PREFIX))
}

fn bearer(headers: &HeaderMap) -> Option<AgentKey> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let only = sent.next().filter(|_| sent.next().is_none())?;
    let (scheme, token) = only.to_str().ok()?.split_once(' ')?;
    let plausible = scheme.eq_ignore_ascii_case("bearer")
        && token.starts_with(AgentKey::PREFIX)
        && token.len() <= 128;
    plausible.then(|| AgentKey::new(token.to_owned()))
}

/// Finds the person whose live session these headers carry, if there is one.
///
/// # Errors
/// When the records cannot be read.
pub(crate) async fn person(
    state: &State,
    headers: &HeaderMap,
) -> Result<Option<PersonCaller>, Failure> {
    let Some(secret) = cookies::read_session(state, headers) else {
        return Ok(None);
    };
    match state.engine.person_caller(&secret).await {
        Ok(person) => Ok(Some(person)),
        Err(error) if error.kind == ErrorKind::Unauthenticated => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Where somebody who is not signed in goes. Only a page that can be fetched again is worth coming back to.
fn to_sign_in(parts: &Parts) -> Response {
    let back = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    if parts.method != Method::GET || back == "/" {
        return Redirect::to("/").into_response();
    }
    let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
    Redirect::to(&format!("/?return_to={back}")).into_response()
}

impl FromRequestParts<State> for Request {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Failure> {
        let id = parts.extensions.get::<RequestId>().cloned();
        id.map(Self).ok_or_else(Failure::internal)
    }
}

impl FromRequestParts<State> for MaybePerson {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        person(state, &parts.headers).await.map(Self)
    }
}

impl FromRequestParts<State> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Response> {
        match person(state, &parts.headers).await {
            Ok(Some(person)) => Ok(Self(person)),
            Ok(None) => Err(to_sign_in(parts)),
            Err(failure) => Err(failure.into_response()),
        }
    }
}

impl FromRequestParts<State> for Administrator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Response> {
        let SignedIn(person) = SignedIn::from_request_parts(parts, state).await?;
        let administrator = state.engine.administrator_caller(person);
        administrator
            .map(Self)
            .map_err(|error| Failure::from(error).into_response())
    }
}

impl FromRequestParts<State> for Agent {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        let peer = parts.extensions.get::<Peer>();
        let agent = agent(state, &parts.uri, &parts.headers, peer, Surface::Rest);
        agent.await.map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<State> for Form<T> {
    type Rejection = Failure;

    async fn from_request(request: axum::extract::Request, state: &State) -> Result<Self, Failure> {
        match axum::extract::Form::<T>::from_request(request, state).await {
            Ok(axum::extract::Form(fields)) => Ok(Self(fields)),
            Err(rejection) => Err(Failure::unreadable_form(rejection.status())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_counts_only_as_one_bearer_token_of_ours() {
        let check = |sent: &[&str], expected: bool| {
            let mut headers = HeaderMap::new();
            for value in sent {
                headers.append(AUTHORIZATION, value.parse().expect("a header"));
            }
            assert_eq!(bearer(&headers).is_some(), expected, "{sent:?}");
        };
        check(&["Bearer attache_key_abc"], true);
        check(&["bearer attache_key_abc"], true);
        check(&[], false);
        check(&["attache_key_abc"], false);
        check(&["Basic attache_key_abc"], false);
        check(&["Bearer eyJhbGciOi"], false);
        check(&["Bearer attache_key_a", "Bearer attache_key_b"], false);
    }

    #[test]
    fn a_key_in_the_address_is_seen_however_it_is_spelled() {
        for (uri, expected) in [
            ("/api/v1/me", false),
            ("/api/v1/me?wait_seconds=5", false),
            ("/api/v1/me?access_token=x", true),
            ("/api/v1/me?k=attache_key_abc", true),
            ("/api/v1/me?k=%61ttache_key_abc", true),
        ] {
            assert_eq!(
                carries_token(&uri.parse().expect("a URI")),
                expected,
                "{uri}"
            );
        }
    }
}
