//! The project's chores: `cargo xtask check` is the whole of CI, `cargo xtask regen` writes what is generated.

#[cfg(test)]
mod arrows;
mod check;
mod kill;
#[cfg(test)]
mod requirements;
mod tidy;
mod zones;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};

/// The project's chores
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Run everything that CI runs, in the same order
    Check,
    /// Write the documents that are made from the program
    Regen,
    /// Write the tables of Windows time zones from Unicode's data (needs the network)
    Zones {
        /// Write both tables to this folder instead of their places
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Kill the release binary again and again, and look whether everything that must hold does
    Kill(kill::Kill),
    /// Look for files that are too long, and for what the house style forbids
    Tidy,
}

fn main() -> ExitCode {
    let done = match Cli::parse().chore {
        Chore::Check => check::check(),
        Chore::Regen => run(
            "cargo",
            &["run", "--quiet", "--package", "attache", "--", "docs"],
        ),
        Chore::Zones { out } => zones::write(out.as_deref()),
        Chore::Kill(kill) => kill::kill(&kill),
        Chore::Tidy => tidy::tidy(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// The folder of the project.
fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().expect("xtask lies in the project")
}

/// Says something to the person who waits.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Runs a program in the folder of the project.
fn run(program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new(program);
    command.current_dir(root()).args(arguments);
    let status = command
        .status()
        .with_context(|| format!("{program} cannot be run"))?;
    if !status.success() {
        bail!("`{program} {}` failed ({status})", arguments.join(" "));
    }
    Ok(())
}

/// What a program prints when run in the folder of the project.
fn output(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let mut command = Command::new(program);
    command.current_dir(root()).args(arguments);
    let output = command
        .output()
        .with_context(|| format!("{program} cannot be run"))?;
    if !output.status.success() {
        bail!(
            "`{program} {}` failed ({})",
            arguments.join(" "),
            output.status
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("{program} did not print text"))
}
