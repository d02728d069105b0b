//! The outermost layer: gives a request its id, a failure its body, and every answer its security headers.

use axum::extract::{Request, State as With};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use domain::id::RequestId;

use crate::State;
use crate::error::Failure;
use crate::router::is_for_programs;

/// The header that tells the caller our id of the request. One that comes in is ignored.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What never changes while the program runs.
#[derive(Clone)]
pub(crate) struct Outermost {
    state: State,
    content_security_policy: HeaderValue,
}

impl Outermost {
    pub(crate) fn new(state: State, authority_origin: &str) -> Self {
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
             form-action 'self' {authority_origin}; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
        );
        Self {
            state,
            content_security_policy: HeaderValue::try_from(policy)
                .expect("settings accept only an origin, which fits into a header"),
        }
    }

    fn add_headers(&self, request: &RequestId, headers: &mut HeaderMap) {
        let fixed = [
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (REFERRER_POLICY, "no-referrer"),
            (
                HeaderName::from_static("cross-origin-opener-policy"),
                "same-origin",
            ),
            (
                HeaderName::from_static("cross-origin-resource-policy"),
                "same-origin",
            ),
        ];
        for (name, value) in fixed {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert(
            CONTENT_SECURITY_POLICY,
            self.content_security_policy.clone(),
        );
        if self.state.secure {
            headers.insert(
                STRICT_TRANSPORT_SECURITY,
                HeaderValue::from_static("max-age=31536000"),
            );
        }
        // Only static files, whose names change with their content, say otherwise.
        headers
            .entry(CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
        if let Ok(id) = HeaderValue::from_str(request.as_str()) {
            headers.insert(REQUEST_ID, id);
        }
    }
}

/// Runs the rest of the program for one request, and finishes what it answers.
pub(crate) async fn finish(
    With(outermost): With<Outermost>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId::random(&outermost.state.random);
    request.extensions_mut().insert(id.clone());
    let for_programs = is_for_programs(request.uri().path());
    let headers = request.headers().clone();

    let mut response = crate::trace::traced(&id, request, next).await;
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        response = if for_programs {
            failure.json_response(&id)
        } else {
            crate::pages::error_page(&crate::words::Words::of(None, &headers), &failure, &id)
        };
        failure.add_headers(&mut response);
    }
    outermost.add_headers(&id, response.headers_mut());
    response
}
