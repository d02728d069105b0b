//! The commands, run as a person or a script would run them.

mod approvals;
mod audit;
mod changes;
mod config;
mod connections;
mod db;
mod demo;
mod doctor;
mod inventory;
mod keys;
#[path = "../../../store/tests/it/postgres.rs"]
mod postgres;
mod program;
mod serve;
mod transit;
mod vault;
