//! The crate against the simulator, over real HTTP on loopback.

mod at_once;
mod calendar;
mod certificate;
mod change;
mod connect;
mod create;
mod documented;
mod fences;
mod office;
mod people;
mod refusals;
mod renew;
