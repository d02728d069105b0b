//! `attache docs`: the documents that are made from the program.

mod permissions;
mod simulator;
mod tools;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use crate::{settings, terminal};

/// Write the documents that are made from the program
#[derive(Debug, Args)]
#[command(hide = true, after_help = "Example:\n  attache docs --root . --check")]
pub(crate) struct Docs {
    /// The folder of the project
    #[arg(long, default_value = ".", value_name = "DIR")]
    root: PathBuf,
    /// Write nothing; end with code 1 when one is not up to date
    #[arg(long)]
    check: bool,
}

impl Docs {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let mut stale = false;
        for (name, text) in documents() {
            let file = self.root.join(name);
            if fs::read_to_string(&file).is_ok_and(|found| found == text) {
                continue;
            }
            stale = true;
            if self.check {
                terminal::answer(&format!(
                    "{name} is not up to date; run `cargo xtask regen`"
                ))?;
                continue;
            }
            fs::write(&file, text).with_context(|| format!("{name} cannot be written"))?;
            terminal::answer(&format!("wrote {name}"))?;
        }
        Ok(ExitCode::from(u8::from(stale && self.check)))
    }
}

/// Every generated document: its path in the project, and its text.
fn documents() -> Vec<(&'static str, String)> {
    let openapi = web::openapi();
    let openapi = serde_json::to_string_pretty(&openapi).expect("a JSON value has a text form");
    vec![
        ("attache.example.toml", settings::example()),
        ("docs/config.md", settings::reference()),
        ("docs/tools.md", tools::document()),
        ("docs/permissions.txt", permissions::document()),
        ("docs/openapi.json", openapi + "\n"),
        ("docs/simulator.md", simulator::document()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_documents_are_up_to_date() {
        for (name, text) in documents() {
            let file = format!("{}/../../{name}", env!("CARGO_MANIFEST_DIR"));
            let found = fs::read_to_string(&file).unwrap_or_default();
            assert!(
                found == text,
                "{name} is not up to date; run `cargo xtask regen`"
            );
        }
    }
}
