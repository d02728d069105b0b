//! The whole web side against a real engine, without a network.

mod app;

mod api;
mod mcp;
mod pages;
mod routes;
