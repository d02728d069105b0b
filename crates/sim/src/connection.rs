//! One connection, and how it can end badly: closed or reset without an answer, or in the middle of one.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_LENGTH;
use axum::response::Response;
use futures_util::stream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tower::Service;

use crate::exchange::Cut;

/// Marks a response that must not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The connection closes.
    Dropped,
    /// The connection is reset.
    Reset,
}

impl Broken {
    /// A response that ends its connection instead of being sent.
    pub(crate) fn response(self) -> Response {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(self);
        response
    }
}

impl std::fmt::Display for Broken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the connection was broken on request")
    }
}

impl std::error::Error for Broken {}

/// Replaces a response's body by its first `keep` bytes and what `cut` says follows.
pub(crate) fn cut(mut response: Response, body: &Bytes, keep: usize, cut: Cut) -> Response {
    let kept = body.slice(..keep.min(body.len()));
    if cut != Cut::ShortChunks {
        response
            .headers_mut()
            .insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    let parts = stream::unfold(Some(kept), move |kept| async move {
        match kept {
            Some(kept) => Some((Ok(kept), None)),
            None if cut == Cut::Stalled => std::future::pending().await,
            None => {
                // What was sent must have left before the connection ends.
                tokio::task::yield_now().await;
                Some((Err(Broken::Dropped), None))
            }
        }
    });
    *response.body_mut() = Body::from_stream(parts);
    response
}

/// A connection's stream, which can be told to end by a reset.
#[derive(Debug)]
pub(crate) struct Resettable {
    inner: TcpStream,
    reset: Arc<AtomicBool>,
}

impl Resettable {
    /// The stream, and the switch that makes its end a reset.
    pub(crate) fn new(inner: TcpStream) -> (Self, Arc<AtomicBool>) {
        let reset = Arc::new(AtomicBool::new(false));
        let switch = Arc::clone(&reset);
        (Self { inner, reset }, switch)
    }
}

impl Drop for Resettable {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Relaxed) {
            // A socket that is gone already cannot be reset, and need not be.
            let _ = self.inner.set_zero_linger();
        }
    }
}

impl AsyncRead for Resettable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl AsyncWrite for Resettable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.reset.load(Ordering::Relaxed) {
            // An orderly end would come before the reset.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

/// Turns a marked response into a failed service, upon which the connection ends without an answer.
#[derive(Debug, Clone)]
pub(crate) struct Breakable<S> {
    pub(crate) inner: S,
    pub(crate) reset: Arc<AtomicBool>,
}

impl<S, R> Service<R> for Breakable<S>
where
    S: Service<R, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Broken;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Broken>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner
            .poll_ready(context)
            .map_err(|never| match never {})
    }

    fn call(&mut self, request: R) -> Self::Future {
        let answer = self.inner.call(request);
        let reset = Arc::clone(&self.reset);
        Box::pin(async move {
            let response = answer.await.unwrap_or_else(|never| match never {});
            match response.extensions().get::<Broken>() {
                None => Ok(response),
                Some(broken) => {
                    reset.store(*broken == Broken::Reset, Ordering::Relaxed);
                    Err(*broken)
                }
            }
        })
    }
}
