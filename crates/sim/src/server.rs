//! Listening, and the way of one request through the simulator.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower::Service;

use crate::entra::errors::EntraError;
use crate::entra::redirects;
use crate::exchange::{Answer, Ask, Reply};
use crate::faults::{Surface, When};
use crate::log::LogEntry;
use crate::options::Options;
use crate::simulator::{Shared, Simulator, lock};
use crate::state::World;
use crate::{control, entra, graph};

const LONGEST_BODY: usize = 4 * 1_024 * 1_024;

/// Starts a simulator, which serves in the background until it is stopped or dropped.
///
/// # Errors
/// When the address cannot be listened on, or a redirect URI of the company could not be registered with Microsoft.
pub async fn start(options: Options) -> std::io::Result<Simulator> {
    redirects::check(&options.company)?;
    let listener = TcpListener::bind(options.listen).await?;
    let base = format!("http://{}", listener.local_addr()?);
    let world: Shared = Arc::new(Mutex::new(World::new(
        base,
        &options.company,
        options.rotation,
    )));
    let router = Router::new()
        .fallback(answer)
        .with_state(Arc::clone(&world));
    #[expect(
        clippy::disallowed_methods,
        reason = "the handle stops the task, at the latest when it is dropped"
    )]
    let server = tokio::spawn(accept(listener, router));
    Ok(Simulator::new(world, server))
}

/// Serves connections until the task is aborted, which closes them all.
async fn accept(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let service = TowerToHyperService::new(Droppable { inner: router.clone() });
                connections.spawn(async move {
                    // A connection that ends badly, by a fault or by the other side, is not worth a word.
                    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn answer(State(world): State<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let read = axum::body::to_bytes(body, LONGEST_BODY).await;
    let whole = read.is_ok();
    let body = read.unwrap_or_default();
    let ask = Ask::new(parts.method, &parts.uri, parts.headers, body);
    if !whole {
        return respond(too_large(&mut lock(&world), &ask));
    }
    let reply = exchange(&mut lock(&world), &ask);
    match reply {
        Reply::Answer(answer) => respond(answer),
        Reply::Drop => {
            let mut response = Response::new(Body::empty());
            response.extensions_mut().insert(Dropped);
            response
        }
        Reply::Stall => std::future::pending().await,
    }
}

/// The refusal of a body that nobody reads, in the shape of the part it was for.
fn too_large(world: &mut World, ask: &Ask) -> Answer {
    match Part::of(ask) {
        Part::Graph => {
            let answer = graph::too_large(world, ask);
            held(world, ask, answer)
        }
        Part::Authorize | Part::Token | Part::Entra => {
            let mut answer = EntraError::of(9_002_313).answer(world, ask);
            answer.status = StatusCode::PAYLOAD_TOO_LARGE;
            answer
        }
        Part::Control => Answer::empty(StatusCode::PAYLOAD_TOO_LARGE),
    }
}

/// One request from its faults to its line in the log.
pub(crate) fn exchange(world: &mut World, ask: &Ask) -> Reply {
    let part = Part::of(ask);
    let mut entry = LogEntry::of(ask, part.name(), world.clock.now());
    let fault = if part == Part::Control {
        None
    } else {
        world.faults.take(ask, part.surface())
    };
    let reply = match fault {
        Some(fault) => {
            if fault.when == When::After {
                let (_, person) = serve(world, ask, part);
                entry.person = person;
            }
            match fault.reply(world, ask, part.surface()) {
                Reply::Answer(answer) if part == Part::Graph && !fault.is_alien() => {
                    Reply::Answer(held(world, ask, answer))
                }
                reply => reply,
            }
        }
        None => {
            let (answer, person) = serve(world, ask, part);
            entry.person = person;
            Reply::Answer(answer)
        }
    };
    if let Reply::Answer(answer) = &reply {
        entry.status = answer.status.as_u16();
    }
    if part != Part::Control {
        world.log.add(entry);
    }
    reply
}

/// The ordinary answer, and whose token it concerned.
fn serve(world: &mut World, ask: &Ask, part: Part) -> (Answer, Option<String>) {
    match part {
        Part::Control => (control::answer(world, ask), None),
        Part::Graph => {
            let (answer, person) = graph::answer(world, ask);
            (held(world, ask, answer), person)
        }
        Part::Authorize | Part::Token | Part::Entra => {
            let answer = entra::answer(world, ask);
            let person = if part == Part::Token {
                entra::subject_of(world, &answer)
            } else {
                None
            };
            (answer, person)
        }
    }
}

/// Holds an answer of Graph against Microsoft's types, in the builds that tests use.
#[cfg(feature = "schemas")]
fn held(world: &mut World, ask: &Ask, answer: Answer) -> Answer {
    world.violations.held(ask, answer)
}

#[cfg(not(feature = "schemas"))]
fn held(_world: &mut World, _ask: &Ask, answer: Answer) -> Answer {
    answer
}

/// Which part of the simulator a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Control,
    Graph,
    Authorize,
    Token,
    Entra,
}

impl Part {
    fn of(ask: &Ask) -> Self {
        let first = ask.segments.first().map(String::as_str);
        match (first, ask.segments.last().map(String::as_str)) {
            (Some("_sim"), _) => Self::Control,
            (Some("v1.0" | "beta" | "oidc"), _) => Self::Graph,
            (_, Some("token")) => Self::Token,
            (_, Some("authorize" | "login")) => Self::Authorize,
            _ => Self::Entra,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Graph => "graph",
            Self::Authorize | Self::Token | Self::Entra => "entra",
        }
    }

    fn surface(self) -> Option<Surface> {
        match self {
            Self::Graph => Some(Surface::Graph),
            Self::Authorize => Some(Surface::Authorize),
            Self::Token => Some(Surface::Token),
            Self::Control | Self::Entra => None,
        }
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

/// Marks a response that must not be sent.
#[derive(Debug, Clone, Copy)]
struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the connection was dropped on request")
    }
}

impl std::error::Error for Dropped {}

/// Turns a marked response into a failed service, upon which the connection closes without an answer.
#[derive(Debug, Clone)]
struct Droppable<S> {
    inner: S,
}

impl<S, R> Service<R> for Droppable<S>
where
    S: Service<R, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Dropped;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Dropped>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner
            .poll_ready(context)
            .map_err(|never| match never {})
    }

    fn call(&mut self, request: R) -> Self::Future {
        let answer = self.inner.call(request);
        Box::pin(async move {
            let response = answer.await.unwrap_or_else(|never| match never {});
            if response.extensions().get::<Dropped>().is_some() {
                Err(Dropped)
            } else {
                Ok(response)
            }
        })
    }
}
