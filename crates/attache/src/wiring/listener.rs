//! The listener: HTTP/1.1 with a limit on connections and on how long the head of a request may take.
//!
//! TLS and HTTP/2 are the business of the proxy in front; less is open here.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::commands::Misuse;

/// How much one instance takes on.
pub(crate) struct Limits {
    /// Connections at once.
    pub(crate) connections: u32,
    /// For the head of a request.
    pub(crate) header_timeout: Duration,
}

/// The connections that were open when the listener closed.
pub(crate) struct Open {
    graceful: GracefulShutdown,
    connections: JoinSet<()>,
}

/// Takes an address. `flag` names what to change when it is taken already.
///
/// # Errors
/// A [`Misuse`] when it is taken; anything else that the system says.
pub(crate) async fn bind(address: SocketAddr, flag: &str) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            Err(Misuse::taken(address.port(), flag).into())
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {address}")),
    }
}

/// Serves connections until `stop`. Connections that are still open then are left to [`Open::close`].
pub(crate) async fn accept(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: &CancellationToken,
) -> Open {
    let slots = Arc::new(Semaphore::new(limits.connections as usize));
    // Finding out which version a client speaks has no time-out, so only one version is spoken.
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout);
    let mut open = Open {
        graceful: GracefulShutdown::new(),
        connections: JoinSet::new(),
    };
    loop {
        let (stream, slot) = tokio::select! {
            biased;
            () = stop.cancelled() => return open,
            next = next(&listener, &slots) => next,
        };
        let peer = stream
            .peer_addr()
            .map(|address| web::Peer(address.ip()))
            .ok();
        let service =
            TowerToHyperService::new(router.clone().map_request(move |mut request: Request<_>| {
                if let Some(peer) = peer {
                    request.extensions_mut().insert(peer);
                }
                request
            }));
        let served = builder.serve_connection(TokioIo::new(stream), service);
        let served = open.graceful.watch(served.into_owned());
        open.connections.spawn(async move {
            // What goes wrong on a connection is the client's affair; what goes wrong in a request is logged there.
            let _ = served.await;
            drop(slot);
        });
        while open.connections.try_join_next().is_some() {}
    }
}

impl Open {
    /// Lets running requests end, then closes what is left.
    pub(crate) async fn close(self, limit: Duration) {
        let _ = tokio::time::timeout(limit, self.graceful.shutdown()).await;
        drop(self.connections);
    }
}

async fn next(listener: &TcpListener, slots: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    let slot = Arc::clone(slots).acquire_owned().await;
    let slot = slot.expect("nobody closes this semaphore");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let _ = stream.set_nodelay(true);
                return (stream, slot);
            }
            Err(error) => {
                tracing::warn!(error = %error.kind(), "a connection could not be accepted");
                // Out of descriptors, most likely: a moment later some are free again.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
