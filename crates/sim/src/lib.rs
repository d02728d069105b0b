//! A stand-in for Microsoft: Entra's sign-in and Graph's calendars, with a made-up company.
//!
//! It exists so that the whole program can be tested, shown and tried without Microsoft and without a network. It answers as
//! Microsoft documents it, or as it was seen to answer, and misbehaves on request: it throttles, expires, revokes, breaks off.
//!
//! It must never share a type with the client it tests, because a mistake on both sides would cancel itself out. It must never
//! be mistaken for Microsoft: every page and every answer says what it is. It keeps nothing but what is in memory.
//!
//! Start reading at [`start`], which takes [`Options`] and gives a [`Simulator`]. The way of one request is in `way.rs`,
//! what exists is in `state.rs`, sign-in is under `entra`, Graph's answers are under `graph`, and calendars under `mailbox`.

mod access;
mod application;
mod clock;
mod company;
mod connection;
mod control;
mod door;
mod entra;
mod exchange;
mod faults;
#[cfg(any(test, feature = "fuzz"))]
pub mod fuzz;
mod graph;
mod log;
mod mailbox;
mod notifications;
mod options;
mod random;
mod scenario;
#[cfg(feature = "schemas")]
mod schemas;
mod server;
mod simulator;
mod state;
mod tenant;
mod tls;
mod way;
mod zones;

pub use application::Audience;
pub use company::{Company, NotACompany, Person};
pub use entra::certificate::{Certificate, NotACertificate};
pub use entra::documented::{DocumentedError, documented_errors};
pub use faults::{Fault, FaultAnswer, Framing, Surface, When};
pub use graph::{ChallengeForm, GraphErrorRow, Permission, graph_errors, permissions};
pub use log::{LogEntry, LogFilter, StatusFilter};
pub use options::{Options, Rotation, Tls};
pub use scenario::{NotAScenario, Scenario, Step};
pub use server::start;
pub use simulator::Simulator;
pub use tenant::ConsentPolicy;
