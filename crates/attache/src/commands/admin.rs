//! `attache admin`

mod approvals;
mod changes;
mod connections;
mod place;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{ConfigFile, Misuse};
use crate::{terminal, wiring};

/// Appoint the first administrator, see what waits, end connections, and see what administrators have changed
#[derive(Debug, Subcommand)]
pub(crate) enum Admin {
    Bootstrap(Bootstrap),
    #[command(subcommand)]
    Approvals(approvals::Approvals),
    #[command(subcommand)]
    Connections(connections::Connections),
    Changes(changes::Changes),
}

/// Print a one-time secret that makes one person the first administrator
///
/// It replaces a secret that was printed before and not used. The person signs in, opens /setup and enters it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  attache admin bootstrap --config /etc/attache/attache.toml")]
pub(crate) struct Bootstrap {
    #[command(flatten)]
    config: ConfigFile,
}

impl Admin {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Bootstrap(bootstrap) => bootstrap.run().await,
            Self::Approvals(approvals) => approvals.run().await,
            Self::Connections(connections) => connections.run().await,
            Self::Changes(changes) => changes.run().await,
        }
    }
}

impl Bootstrap {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.config.load()?;
        let parts = wiring::join(&settings).await?;
        let Some(secret) = parts.engine.issue_bootstrap().await? else {
            return Err(Misuse::new(
                "every organisation has an administrator already; this command makes only the first",
            )
            .into());
        };
        terminal::answer(secret.expose())?;
        Ok(ExitCode::SUCCESS)
    }
}
