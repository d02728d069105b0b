//! `attache db`

use std::process::ExitCode;

use clap::{Args, Subcommand};
use store::Store;

use super::ConfigFile;
use crate::terminal;

/// Look after the database
#[derive(Debug, Subcommand)]
pub(crate) enum Db {
    Migrate(Migrate),
}

/// Make the database, or bring it up to date
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  attache db migrate --config /etc/attache/attache.toml")]
pub(crate) struct Migrate {
    #[command(flatten)]
    config: ConfigFile,
}

impl Db {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let Self::Migrate(Migrate { config }) = self;
        let settings = config.load()?;
        let applied = Store::migrate(&settings.database.for_store()).await?;
        for name in &applied {
            terminal::answer(&format!("applied {name}"))?;
        }
        if applied.is_empty() {
            terminal::answer("the database is up to date")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
