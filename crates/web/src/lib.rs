//! HTTP in, HTTP out: attache's pages, its REST interface and its MCP endpoint.
//!
//! **For:** reading a request, calling one method of the engine, and rendering what came back: as a page for people,
//! as JSON for programs, as MCP for agents.
//! **Never:** no rule lives here. This crate cannot reach Microsoft or the database, holds no key, decides no
//! permission, and never writes a body, a query, a header or a cookie into a log.
//! **Start reading** at [`ROUTES`] in `router.rs` (every address, and who may call it), then `caller.rs` (who is
//! calling), then `error.rs` (what a failure looks like outside).

mod router;

mod address;
mod caller;
mod cookies;
mod error;
mod state;

mod api;
mod health;
mod mcp;

mod assets;
mod pages;
mod words;

mod guard;
mod headers;
mod trace;

pub use api::openapi::openapi;
pub use caller::Peer;
pub use mcp::tool_sizes;
pub use pages::{card_text, render_samples};
pub use router::{ROUTES, Route, Who, router};
pub use state::Settings;

pub(crate) use state::State;
