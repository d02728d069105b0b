//! The whole program: the demo as a child process, people at its pages, agents at its interfaces.

mod browser;
mod house;

mod canary;
mod permissions;
mod rest;
