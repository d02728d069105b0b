//! The way of one request through the simulator: the faults it meets, the ordinary answer, its line in the log.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};

use crate::company::PersonId;
use crate::entra::errors::EntraError;
use crate::exchange::{Answer, Ask, Reply};
use crate::faults::{Asker, Fault, Surface, When, mailbox_of};
use crate::log::Outcome;
use crate::simulator::{Shared, lock};
use crate::state::World;
use crate::{control, entra, graph, notifications, scenario};

/// How many requests to one mailbox may be under way; Exchange refuses the next.
const MOST_AT_ONCE: usize = 4;

/// How far a request came without waiting.
pub(crate) enum Begun {
    Done(Reply),
    Waits(Box<Waiting>),
}

/// A request whose answer was asked to wait.
pub(crate) struct Waiting {
    exchange: Exchange,
    flight: Option<Flight>,
}

/// A request with what is known before it is answered.
struct Exchange {
    ask: Ask,
    part: Part,
    fault: Option<Fault>,
    at: jiff::Timestamp,
    began: Instant,
}

/// A request under way to a mailbox, counted as long as this lives.
struct Flight {
    world: Shared,
    mailbox: PersonId,
}

impl Drop for Flight {
    fn drop(&mut self) {
        lock(&self.world).flights.end(self.mailbox);
    }
}

/// Takes a request as far as it goes at once. The lock is held for that time and no longer.
pub(crate) fn begin(world: &Shared, ask: Ask, began: Instant) -> Begun {
    let mut held = lock(world);
    held.turn_to(&ask);
    let part = Part::of(&ask);
    if part != Part::Control {
        scenario::play(&mut held);
        held.scenario.count();
    }
    let fault = fault_for(&mut held, &ask, part);
    let exchange = Exchange {
        at: held.clock.now(),
        ask,
        part,
        fault,
        began,
    };
    let mailbox = exchange.mailbox(&held);
    if mailbox.is_some_and(|mailbox| held.flights.of(mailbox) >= MOST_AT_ONCE) {
        let refused = graph::throttled(&held, &exchange.ask).header("retry-after", "1");
        return Begun::Done(exchange.note(&mut held, Reply::Answer(refused), None));
    }
    if !exchange.waits() {
        return Begun::Done(exchange.finish(&mut held));
    }
    let flight = mailbox.map(|mailbox| {
        held.flights.begin(mailbox);
        Flight {
            world: Arc::clone(world),
            mailbox,
        }
    });
    Begun::Waits(Box::new(Waiting { exchange, flight }))
}

/// One request without a connection: what would wait is answered at once.
#[cfg(any(test, feature = "fuzz"))]
pub(crate) fn at_once(world: &mut World, ask: Ask) -> Reply {
    let part = Part::of(&ask);
    let fault = fault_for(world, &ask, part);
    let exchange = Exchange {
        at: world.clock.now(),
        ask,
        part,
        fault,
        began: Instant::now(),
    };
    exchange.finish(world)
}

impl Waiting {
    /// Waits as long as was asked for, before or after the request takes effect, and answers.
    pub(crate) async fn end(self, world: &Shared) -> Reply {
        let Self { exchange, flight } = self;
        let mut exchange = exchange;
        if exchange.part == Part::Graph && notifications::needs_handshake(&exchange.ask) {
            exchange.ask.endpoints_answered = Some(notifications::handshake(&exchange.ask).await);
        }
        let (delay, when) = exchange.delay();
        if when == When::Before {
            tokio::time::sleep(delay).await;
        }
        let reply = exchange.finish(&mut lock(world));
        if when == When::After {
            tokio::time::sleep(delay).await;
        }
        if matches!(reply, Reply::Stall) {
            std::future::pending::<()>().await;
        }
        drop(flight);
        reply
    }
}

impl Exchange {
    /// The mailbox whose limit counts this request. Nobody asks while nothing waits.
    fn mailbox(&self, world: &World) -> Option<PersonId> {
        let matters = self.part == Part::Graph && (self.waits() || world.flights.any());
        matters.then(|| mailbox_of(world, &self.ask)).flatten()
    }

    fn waits(&self) -> bool {
        let faulty = self
            .fault
            .as_ref()
            .is_some_and(|fault| fault.delay_ms > 0 || fault.stalls());
        faulty || (self.part == Part::Graph && notifications::needs_handshake(&self.ask))
    }

    fn delay(&self) -> (Duration, When) {
        let fault = self.fault.as_ref();
        fault.map_or((Duration::ZERO, When::Before), |fault| {
            (fault.delay(), fault.when)
        })
    }

    /// Answers, and notes it in the log.
    fn finish(self, world: &mut World) -> Reply {
        let (ask, part) = (&self.ask, self.part);
        // While this one waited, others were answered.
        world.turn_to(ask);
        let mut person = None;
        let mut ordinary = |world: &mut World| {
            let (answer, whose) = serve(world, ask, part);
            person = whose;
            answer
        };
        let reply = match &self.fault {
            Some(fault) => match fault.reply(world, ask, part.surface(), ordinary) {
                Reply::Answer(answer) if part == Part::Graph && !fault.is_alien() => {
                    Reply::Answer(held(world, ask, answer))
                }
                reply => reply,
            },
            None => Reply::Answer(ordinary(world)),
        };
        if part == Part::Graph && self.ask.method != Method::GET {
            world.notice_changes();
        }
        self.note(world, reply, person)
    }

    fn note(self, world: &mut World, reply: Reply, person: Option<String>) -> Reply {
        if self.part == Part::Control {
            return reply;
        }
        let (delay, when) = self.delay();
        let still = if when == When::After {
            delay
        } else {
            Duration::ZERO
        };
        let outcome = Outcome {
            at: self.at,
            surface: self.part.name(),
            took: self.began.elapsed() + still,
            person,
            fault: self.fault.as_ref().map(|fault| fault.answer.name()),
            answer: match &reply {
                Reply::Answer(answer) | Reply::Cut(answer, ..) => Some(answer),
                Reply::Drop | Reply::Reset | Reply::Stall => None,
            },
        };
        world.log.add(self.ask, outcome);
        reply
    }
}

fn fault_for(world: &mut World, ask: &Ask, part: Part) -> Option<Fault> {
    if part == Part::Control {
        return None;
    }
    let surface = part.surface();
    let asker = if world.faults.ask_who() {
        Asker::of(world, ask, surface)
    } else {
        Asker::default()
    };
    world.faults.take(ask, surface, &asker)
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

/// The refusal of a body that nobody reads, in the shape of the part it was for.
pub(crate) fn too_large(world: &Shared, ask: &Ask) -> Answer {
    let world = &mut *lock(world);
    world.turn_to(ask);
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
