//! The request line in the log: method, route, status, duration. Never a query, a header or a body.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use domain::id::RequestId;
use tracing::Instrument as _;

use crate::error::Failure;
use crate::router::is_probe;

/// Runs the rest inside a span that carries the request's id, and writes one line when it is over.
pub(crate) async fn traced(id: &RequestId, request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unknown".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    let span =
        tracing::info_span!("request", request.id = %id, http.method = %method, http.route = route);
    async {
        let begun = Instant::now();
        let response = next.run(request).await;
        if let Some(failure) = response.extensions().get::<Failure>() {
            failure.log();
        }
        let duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let status = response.status().as_u16();
        // Probes come every few seconds and say nothing while all is well.
        if is_probe(&route) && response.status().is_success() {
            tracing::debug!(http.status = status, duration_ms, "request answered");
        } else {
            tracing::info!(http.status = status, duration_ms, "request answered");
        }
        response
    }
    .instrument(span)
    .await
}
