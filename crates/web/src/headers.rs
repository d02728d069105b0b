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
use domain::random::Random;

use crate::error::Failure;
use crate::pages::Frame;
use crate::router::is_for_programs;
use crate::words::Words;
use crate::{State, pages};

/// The header that tells the caller our id of the request. One that comes in is ignored.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What never changes while the program runs.
#[derive(Clone)]
pub(crate) struct Outermost {
    random: Random,
    secure: bool,
    simulated: bool,
    content_security_policy: HeaderValue,
}

impl Outermost {
    pub(crate) fn new(state: &State, authority_origin: &str) -> Self {
        let simulated = state.engine.is_simulated();
        Self::of(
            state.random.clone(),
            state.secure,
            simulated,
            authority_origin,
        )
    }

    fn of(random: Random, secure: bool, simulated: bool, authority_origin: &str) -> Self {
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
             form-action 'self' {authority_origin}; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; \
             require-trusted-types-for 'script'; trusted-types 'none'"
        );
        Self {
            random,
            secure,
            simulated,
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
        if self.secure {
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
    let id = RequestId::random(&outermost.random);
    request.extensions_mut().insert(id.clone());
    let for_programs = is_for_programs(request.uri().path());
    let headers = request.headers().clone();

    let mut response = crate::trace::traced(&id, request, next).await;
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        response = if for_programs {
            failure.json_response(&id)
        } else {
            let found = response.extensions_mut().remove::<Frame>();
            let words = Words::of(None, &headers);
            let frame = found.unwrap_or_else(|| Frame::anonymous(words, outermost.simulated));
            pages::error_page(frame, &failure, &id)
        };
        failure.add_headers(&mut response);
    }
    outermost.add_headers(&id, response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::StatusCode;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use serde_json::Value;
    use tower::ServiceExt as _;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    async fn answer(path: &str) -> (StatusCode, HeaderMap, String) {
        let panics = get(async || -> &'static str { panic!("a marked secret") });
        let outermost = Outermost::of(Random::seeded(1), true, true, "https://login.example");
        let app = Router::new()
            .route("/", get(async || "fine"))
            .route("/panics", panics.clone())
            .route("/api/v1/panics", panics)
            .fallback(async || Failure::not_found())
            .layer(CatchPanicLayer::custom(crate::guard::panicked))
            .layer(from_fn_with_state(outermost, finish));
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = app.oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        let body = String::from_utf8(body.to_vec()).expect("text");
        (parts.status, parts.headers, body)
    }

    #[tokio::test]
    async fn every_answer_carries_the_security_headers_and_the_request_id() {
        for (path, expected) in [
            ("/", 200),
            ("/nothing", 404),
            ("/panics", 500),
            ("/api/v1/panics", 500),
        ] {
            let (status, headers, _) = answer(path).await;
            assert_eq!(status.as_u16(), expected, "{path}");
            for (name, begins) in [
                (
                    "content-security-policy",
                    "default-src 'none'; script-src 'self';",
                ),
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "no-referrer"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
                ("cache-control", "no-store"),
                ("strict-transport-security", "max-age=31536000"),
                ("x-request-id", "req_"),
            ] {
                let found = headers.get(name).and_then(|value| value.to_str().ok());
                assert!(
                    found.is_some_and(|value| value.starts_with(begins)),
                    "{path} {name}: {found:?}"
                );
            }
        }
    }

    #[tokio::test]
    async fn a_panic_is_an_error_in_our_own_form_and_its_message_goes_nowhere() {
        let (_, headers, body) = answer("/api/v1/panics").await;
        let body: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(body["error"]["code"], "internal");
        assert_eq!(
            body["error"]["request_id"],
            headers["x-request-id"].to_str().expect("text")
        );
        let (_, headers, page) = answer("/panics").await;
        assert!(page.contains(headers["x-request-id"].to_str().expect("text")));
        assert!(!page.contains("marked") && !body.to_string().contains("marked"));
    }
}
