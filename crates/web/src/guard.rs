//! What a request must pass before a handler sees it: a known host, a listed address, our own site, an end in time.

use std::any::Any;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State as With};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use crate::State;
use crate::error::Failure;
use crate::router::{ROUTES, is_for_programs, is_probe};

/// Lets a request through or says why not.
pub(crate) async fn admit(With(state): With<State>, request: Request, next: Next) -> Response {
    if let Some(path) = to_our_host(&state, &request) {
        return Redirect::temporary(&format!("{}{path}", state.base_url)).into_response();
    }
    let admitted = check_host(&state, &request)
        .and_then(|()| check_listed(&request))
        .and_then(|()| check_site(&state, &request));
    match admitted {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// Refuses a program at once when as many of them are served as may be, so that people can still decide, disconnect and
/// administrate. Its connection is closed, which makes room for one of theirs.
pub(crate) async fn shed(With(state): With<State>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !is_for_programs(path) || is_probe(path) {
        return next.run(request).await;
    }
    match state.agents.try_acquire() {
        Ok(_place) => next.run(request).await,
        Err(_) => Failure::overloaded().into_response(),
    }
}

/// Lets what a page's request has begun come to its end: a browser that goes away stops no disconnecting half-way.
pub(crate) async fn to_the_end(With(state): With<State>, request: Request, next: Next) -> Response {
    let work = async move { next.run(request).await };
    match state.engine.to_the_end(work).await {
        Ok(response) => response,
        Err(panicked) => Failure::from(panicked).into_response(),
    }
}

/// Gives up on a request that takes longer than any client waits.
pub(crate) async fn patience(request: Request, next: Next) -> Response {
    // A call, or a question for an approval, may wait 50 seconds for a person and then run.
    let waits = matches!(
        matched(&request),
        Some("/mcp" | "/api/v1/tools/{name}" | "/api/v1/approvals/{id}")
    );
    let limit = Duration::from_secs(if waits { 120 } else { 60 });
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::took_too_long().into_response(),
    }
}

/// What a panic becomes. Its message may hold anything, so it goes nowhere.
pub(crate) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    Failure::internal().into_response()
}

fn matched(request: &Request) -> Option<&str> {
    request
        .extensions()
        .get::<MatchedPath>()
        .map(MatchedPath::as_str)
}

/// Cookies belong to a host name, so who typed 127.0.0.1 for localhost is taken to where they are set: to this path.
fn to_our_host<'r>(state: &State, request: &'r Request) -> Option<&'r str> {
    let host = host(request.uri(), request.headers())?;
    let page = request.method() == Method::GET && !is_for_programs(request.uri().path());
    let elsewhere = host != *state.host && is_loopback(&host) && is_loopback(&state.host);
    let path = request.uri().path_and_query();
    (page && elsewhere).then(|| path.map_or("/", |path| path.as_str()))
}

fn check_host(state: &State, request: &Request) -> Result<(), Failure> {
    if is_probe(request.uri().path()) {
        return Ok(());
    }
    let host = host(request.uri(), request.headers()).ok_or_else(Failure::unknown_host)?;
    let allowed = |known: &String| *known == host || *known == without_port(&host);
    if host == *state.host || state.allowed_hosts.iter().any(allowed) {
        return Ok(());
    }
    Err(Failure::unknown_host())
}

/// The one host the request names, in lower case: in its target (HTTP/2) or in its only `Host` header.
fn host(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    if let Some(authority) = uri.authority() {
        return Some(authority.as_str().to_ascii_lowercase());
    }
    let mut sent = headers.get_all(HOST).iter();
    let only = sent.next().filter(|_| sent.next().is_none())?;
    Some(only.to_str().ok()?.to_ascii_lowercase())
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        Some(_) | None => host,
    }
}

fn is_loopback(host: &str) -> bool {
    matches!(without_port(host), "localhost" | "127.0.0.1" | "[::1]")
}

fn check_listed(request: &Request) -> Result<(), Failure> {
    let path = matched(request).ok_or_else(Failure::not_found)?;
    let methods: Vec<&Method> = ROUTES
        .iter()
        .filter(|route| route.path == path)
        .map(|route| &route.method)
        .collect();
    let wanted = match *request.method() {
        Method::HEAD => &Method::GET,
        ref method => method,
    };
    if methods.contains(&wanted) {
        return Ok(());
    }
    if methods.is_empty() {
        return Err(Failure::not_found());
    }
    let names: Vec<&str> = methods.into_iter().map(Method::as_str).collect();
    Err(Failure::method_not_allowed(&names.join(", ")))
}

/// Refuses a form that another site sent, by what the browser says of the request's site, else by its origin; and a page
/// that is not opened but loaded by something else: ahead of time, in a frame, or as a part of another page.
/// Programs are not asked: they send a key, which no browser adds by itself.
fn check_site(state: &State, request: &Request) -> Result<(), Failure> {
    if is_for_programs(request.uri().path()) {
        return Ok(());
    }
    let headers = request.headers();
    if is_ahead_of_time(headers) || is_framed(headers) {
        return Err(Failure::not_opened());
    }
    let said = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
    let site = said("sec-fetch-site");
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        let own = matches!(site, None | Some(b"same-origin" | b"none"));
        // A link may lead here from anywhere; but nothing elsewhere has a page of ours as its picture or script.
        let opened = own || said("sec-fetch-mode") == Some(b"navigate");
        return opened.then_some(()).ok_or_else(Failure::not_opened);
    }
    let ours = match (site, headers.get(ORIGIN)) {
        (Some(site), _) => site == b"same-origin",
        (None, Some(origin)) => origin == state.base_url.as_str(),
        (None, None) => true,
    };
    ours.then_some(()).ok_or_else(Failure::cross_site)
}

/// Whether a browser asks before its person has: it may never show what it gets.
fn is_ahead_of_time(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .any(|why| why.starts_with("prefetch") || why.starts_with("preview"))
}

/// Whether what comes is shown inside something else, where its person may not see what she presses.
fn is_framed(headers: &HeaderMap) -> bool {
    let dest = headers.get("sec-fetch-dest").map(HeaderValue::as_bytes);
    matches!(
        dest,
        Some(b"iframe" | b"frame" | b"fencedframe" | b"embed" | b"object")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_told_from_an_address() {
        for (host, name) in [
            ("localhost:8080", "localhost"),
            ("attache.example", "attache.example"),
            ("[::1]:8080", "[::1]"),
            ("[::1]", "[::1]"),
        ] {
            assert_eq!(without_port(host), name);
        }
    }
}
