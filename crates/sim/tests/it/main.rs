//! The simulator over real HTTP. Every Graph answer is held against Microsoft's own schemas where these are present:
//! the feature `schemas` does it in the simulator itself, for these tests and for those of every other crate.

mod browser;
mod walk;

mod aadsts;
mod admin_consent;
mod agreement;
mod arranging;
mod authorize;
mod batches;
mod calendars;
mod client_auth;
mod conditional;
mod consent;
mod control;
mod crowd;
mod delta;
mod directory;
mod documented;
mod events;
mod faults;
mod fresh;
mod graph_errors;
mod invariants;
mod keys;
mod limits;
mod log;
mod meeting_times;
mod meetings;
mod permissions;
mod prompts;
mod reminders;
mod scenario;
mod second_factor;
mod seed;
mod sign_out;
mod subscriptions;
mod tenants;
mod tls;
mod tokens;
mod weather;
