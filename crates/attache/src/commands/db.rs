//! `attache db`

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use store::{Error, Store};

use super::{ConfigFile, Misuse};
use crate::terminal::{self, Progress};

const KIB: u64 = 1_024;
/// How often is looked how large a copy has become.
const LOOK: Duration = Duration::from_millis(200);

/// Look after the database
#[derive(Debug, Subcommand)]
pub(crate) enum Db {
    Migrate(Migrate),
    Backup(Backup),
}

/// Make the database, or bring it up to date
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  attache db migrate --config /etc/attache/attache.toml")]
pub(crate) struct Migrate {
    #[command(flatten)]
    config: ConfigFile,
}

/// Copy a SQLite database, while attache may be working, into a new file that only its owner can read
///
/// The copy is one moment's state, is checked, and holds nothing that was deleted before. Keys are not in it: keep copies
/// of them elsewhere (docs/keys.md). PostgreSQL has pg_dump for this.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  attache db backup /var/backups/attache-monday.db --config /etc/attache/attache.toml"
)]
pub(crate) struct Backup {
    /// The file to write; it must not exist
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    config: ConfigFile,
}

impl Db {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Migrate(migrate) => migrate.run().await,
            Self::Backup(backup) => backup.run().await,
        }
    }
}

impl Migrate {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.config.load()?.database.for_store();
        if let Some(copy) = Store::back_up_before_migrating(&settings).await? {
            terminal::note(&format!(
                "the database as it was is in {}; remove it when all is well",
                copy.display()
            ));
        }
        let applied = Store::migrate(&settings).await?;
        for name in &applied {
            terminal::answer(&format!("applied {name}"))?;
        }
        if applied.is_empty() {
            terminal::answer("the database is up to date")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Backup {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.config.load()?.database.for_store();
        let total = Store::size(&settings).await?;
        let mut progress = Progress::new("KiB copied", total / KIB);
        let mut seen = 0;
        let mut looking = tokio::time::interval(LOOK);
        let copying = Store::back_up(&settings, &self.file);
        tokio::pin!(copying);
        loop {
            tokio::select! {
                copied = &mut copying => break explained(copied)?,
                _ = looking.tick() => {
                    let size = std::fs::metadata(&self.file).map_or(0, |file| file.len() / KIB);
                    progress.advance(usize::try_from(size.saturating_sub(seen)).unwrap_or_default());
                    seen = seen.max(size);
                }
            }
        }
        drop(progress);
        terminal::answer(&format!(
            "{} is a whole copy; the keys are not in it",
            self.file.display()
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn explained(copied: Result<(), Error>) -> anyhow::Result<()> {
    match copied {
        Ok(()) => Ok(()),
        Err(error @ Error::NotSqlite) => Err(Misuse::new(&error.to_string()).into()),
        Err(error) => Err(error.into()),
    }
}
