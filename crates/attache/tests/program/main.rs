//! The whole program: the demo as a child process, people at its pages, agents at its interfaces.

mod agent;
mod browser;
mod house;
mod ticking;

mod bounds;
mod canary;
mod permissions;
mod refusals;
mod rest;
