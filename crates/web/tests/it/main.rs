//! The whole web side against a real engine, without a network or with the simulated Microsoft on this machine.

mod app;
mod stack;

mod aadsts;
mod activity;
mod api;
mod audit;
mod changes;
mod health;
pub(crate) mod mcp;
mod overload;
mod pages;
mod people;
mod quiet;
mod routes;
mod states;
mod waiting;
