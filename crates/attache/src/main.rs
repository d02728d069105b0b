//! The program: settings, commands, telemetry, and the wiring of the other crates.
//!
//! **For:** reading the command line and the environment, joining the parts, starting and stopping them.
//! **Never:** no rule of its own. What may happen is decided in `domain`, what is done in `engine`.
//! **Start reading** at `wiring.rs` (what starts, in what order), then `settings.rs`.

mod commands;
mod settings;
mod telemetry;
mod terminal;
mod transit;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

/// All memory is overwritten when it is freed: our own secrets are anyway, the copies that libraries make of them on the way
/// to the network are not.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    telemetry::install_panic_hook();
    wiring::forbid_core_dumps();
    microsoft::install_crypto();
    match commands::run(commands::Cli::parse()) {
        Ok(code) => code,
        Err(error) if terminal::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::note(&format!("error: {error:#}"));
            let misused = error.is::<commands::Misuse>();
            ExitCode::from(if misused { 2 } else { 1 })
        }
    }
}
