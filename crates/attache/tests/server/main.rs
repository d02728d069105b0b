//! Servers of the real program, and their Microsoft in this process, so that nothing of it is in theirs.

#[path = "../program/browser.rs"]
mod browser;
#[path = "../kill/database.rs"]
#[expect(
    dead_code,
    reason = "the tests that kill the program look deeper into its database"
)]
mod database;
#[path = "../kill/house.rs"]
#[expect(dead_code, reason = "the tests that kill the program do more in it")]
mod house;

mod another;
mod at_once;
mod card;
mod client;
mod credentials;
mod instances;
mod memory;
mod tries;
mod unavailable;
