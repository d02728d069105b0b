//! `cargo xtask check`: every step of CI. All steps run, so that one failure does not hide another.

use anyhow::bail;

use crate::{output, run, say, tidy};

type Step = (&'static str, fn() -> anyhow::Result<()>);

const STEPS: [Step; 7] = [
    ("fmt", || cargo("fmt --all --check")),
    ("clippy", || {
        cargo("clippy --workspace --all-targets --locked -- -D warnings")
    }),
    ("test", || cargo("test --workspace --locked")),
    ("doc", doc),
    ("deny", deny),
    ("regen leaves no difference", || {
        cargo("run --quiet --locked --package attache -- docs --check")
    }),
    ("tidy", tidy::tidy),
];

/// Runs all steps.
///
/// # Errors
/// The names of those that failed.
pub(crate) fn check() -> anyhow::Result<()> {
    let mut failed = Vec::new();
    for (name, step) in STEPS {
        say(&format!("== {name}"));
        if let Err(error) = step() {
            say(&format!("{name}: {error:#}"));
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    say("all checks passed");
    Ok(())
}

fn cargo(arguments: &str) -> anyhow::Result<()> {
    let arguments: Vec<&str> = arguments.split(' ').collect();
    run("cargo", &arguments)
}

fn doc() -> anyhow::Result<()> {
    // `env` sets the flag for this one program, which keeps the other steps' build alive.
    run(
        "env",
        &[
            "RUSTDOCFLAGS=-D warnings",
            "cargo",
            "doc",
            "--workspace",
            "--no-deps",
            "--locked",
        ],
    )
}

/// Licences, bans and sources always; known vulnerabilities where their list has been fetched before, because a check
/// must work without the network.
fn deny() -> anyhow::Result<()> {
    if output("cargo", &["deny", "--version"]).is_err() {
        say("cargo-deny is not installed: skipped; `cargo install cargo-deny --locked` brings it");
        return Ok(());
    }
    cargo("deny --offline check licenses bans sources")?;
    let list = "ls \"${CARGO_HOME:-$HOME/.cargo}/advisory-dbs\"/*/crates";
    match output("sh", &["-c", list]) {
        Ok(_) => cargo("deny --offline check --disable-fetch advisories"),
        Err(_) => {
            say(
                "the list of vulnerabilities is not here: skipped; `cargo deny fetch db` brings it",
            );
            Ok(())
        }
    }
}
