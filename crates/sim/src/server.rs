//! Listening, and HTTP around what `way.rs` decides.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method};
use axum::response::Response;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::connection::{Breakable, Broken, Resettable, cut};
use crate::door::Door;
use crate::entra::redirects;
use crate::exchange::{Answer, Ask, Reply};
use crate::log::Log;
use crate::notifications;
use crate::options::Options;
use crate::scenario::Running;
use crate::simulator::{Https, Shared, Simulator};
use crate::state::World;
use crate::tls::{Acceptor, Identity};
use crate::way::{self, Begun};

const LONGEST_BODY: usize = 4 * 1_024 * 1_024;

/// Starts a simulator, which serves in the background until it is stopped or dropped.
///
/// # Errors
/// When the address cannot be listened on, or a redirect URI of the company could not be registered with Microsoft.
pub async fn start(options: Options) -> std::io::Result<Simulator> {
    redirects::check(&options.company)?;
    let listener = TcpListener::bind(options.listen).await?;
    let door = Door::plain(listener.local_addr()?, &options.names);
    let secure = match &options.tls {
        Some(tls) => {
            let identity = Identity::new(&options, tls.folder.as_deref())?;
            let listener = TcpListener::bind(tls.listen).await?;
            let door = Door::secure(listener.local_addr()?, &options.names);
            Some((listener, door, identity))
        }
        None => None,
    };
    let mut world = World::new(door.own().to_owned(), &options.company, options.rotation);
    world.log = Log::of(options.log);
    world.scenario = Running::begin(options.scenario, world.clock.now());
    let world: Shared = Arc::new(Mutex::new(world));
    let https = secure.as_ref().map(|(_, door, identity)| Https {
        base: door.own().to_owned(),
        ca_pem: identity.ca_pem.clone(),
    });
    let plain = accept(listener, router(&world, door), None);
    let secure = secure.map(|(listener, door, identity)| {
        accept(listener, router(&world, door), Some(identity.acceptor()))
    });
    #[expect(
        clippy::disallowed_methods,
        reason = "the handle stops the task, at the latest when it is dropped"
    )]
    let server = tokio::spawn(async move {
        match secure {
            Some(secure) => {
                tokio::join!(plain, secure);
            }
            None => plain.await,
        }
    });
    Ok(Simulator::new(world, https, server))
}

/// The world as one listener shows it.
#[derive(Clone)]
struct Front {
    world: Shared,
    door: Arc<Door>,
}

fn router(world: &Shared, door: Door) -> Router {
    Router::new().fallback(answer).with_state(Front {
        world: Arc::clone(world),
        door: Arc::new(door),
    })
}

/// Serves connections until the task is aborted, which closes them all.
async fn accept(listener: TcpListener, router: Router, tls: Option<Acceptor>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                // Answers are small and whole; waiting to fill a packet only slows them.
                let _ = stream.set_nodelay(true);
                let (stream, reset) = Resettable::new(stream);
                let service = Breakable { inner: router.clone(), reset };
                let tls = tls.clone();
                connections.spawn(async move {
                    match tls {
                        None => serve(stream, service).await,
                        Some(tls) => if let Some(stream) = tls.accept(stream).await {
                            serve(stream, service).await;
                        },
                    }
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Serves one connection to its end.
async fn serve<I>(stream: I, service: Breakable<Router>)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = TowerToHyperService::new(service);
    // A connection that ends badly, by a fault or by the other side, is not worth a word.
    let _ = Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(State(front): State<Front>, request: Request) -> Response {
    let began = Instant::now();
    let Front { world, door } = front;
    let (parts, body) = request.into_parts();
    let base = door.base_of(&parts.uri, &parts.headers);
    let read = axum::body::to_bytes(body, LONGEST_BODY).await;
    let whole = read.is_ok();
    let body = read.unwrap_or_default();
    let ask = Ask::new(parts.method, &parts.uri, parts.headers, body).at(base);
    if !whole {
        return respond(way::too_large(&world, &ask));
    }
    // Only what may have changed something can have made a notification due; reads need not look.
    let may_change = ask.method != Method::GET;
    let reply = match way::begin(&world, ask, began) {
        Begun::Done(reply) => reply,
        Begun::Waits(waiting) => waiting.end(&world).await,
    };
    if may_change && notifications::is_due(&world) {
        #[expect(
            clippy::disallowed_methods,
            reason = "it ends by itself when nothing is due any more; nobody waits for a notification"
        )]
        tokio::spawn(notifications::deliver(world));
    }
    match reply {
        Reply::Answer(answer) => respond(answer),
        Reply::Cut(answer, keep, how) => {
            let body = answer.body.clone();
            cut(respond(answer), &body, keep, how)
        }
        Reply::Drop => Broken::Dropped.response(),
        Reply::Reset => Broken::Reset.response(),
        Reply::Stall => std::future::pending().await,
    }
}

fn respond(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
        .headers_mut()
        .insert("x-simulator", HeaderValue::from_static("attache"));
    response
}
