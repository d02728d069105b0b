//! The commands, run as a person or a script would run them.

mod audit;
mod config;
mod demo;
mod program;
mod serve;
