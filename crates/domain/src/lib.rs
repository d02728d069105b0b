//! The words and the rules of attache.
//!
//! **For:** what the other crates speak about (ids, levels, calls, permits, events, audit entries) and the decisions
//! that must be provable: [`policy::decide`], [`audit::Verifier`], [`canonical`] JSON.
//! **Never:** no input or output. Nothing here opens a file, a socket or a database, reads the environment, or sleeps;
//! a rule cannot fail because a machine did.
//! **Start reading** at [`policy`], then [`tool`], then [`connection`].

pub mod policy;

pub mod permission;
pub mod tool;

pub mod approval;
pub mod audit;
pub mod caller;
pub mod connection;
pub mod keep_alive;
pub mod limit;

pub mod calendar;
pub mod change;
pub mod handle;
pub mod people;
pub mod recurrence;
pub mod slots;
pub mod taint;
pub mod text;
pub mod time;

pub mod canonical;
pub mod clock;
pub mod id;
pub mod random;
pub mod secret;
