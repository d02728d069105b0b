//! The simulator over real HTTP. Every Graph answer is held against Microsoft's own schemas where these are present.

mod browser;
mod schema;

mod authorize;
mod calendars;
mod control;
mod directory;
mod events;
mod faults;
mod tokens;
