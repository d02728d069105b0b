//! `attache serve`

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Args;

use super::ConfigFile;
use crate::settings::Settings;
use crate::wiring::{self, Parts};
use crate::{telemetry, terminal};

/// Serve people and agents
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  attache serve --config /etc/attache/attache.toml")]
pub(crate) struct Serve {
    #[command(flatten)]
    config: ConfigFile,
}

impl Serve {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.config.load()?;
        telemetry::start(&settings.log);
        for weakness in settings.weaknesses(domain::clock::Clock::system().now()) {
            tracing::warn!("{weakness}");
        }
        let stop = wiring::stop_on_signal()?;
        let parts = wiring::join(&settings).await?;
        let listener = wiring::bind(settings.server.listen, "server.listen").await?;
        terminal::note(&format!(
            "attache is ready: open {}",
            settings.server.base_url
        ));
        tell_how_to_begin(&settings, &parts).await?;
        tracing::info!(listen = %settings.server.listen, "ready");
        parts.serve(&settings, listener, stop).await?;
        tracing::info!("stopped");
        Ok(ExitCode::SUCCESS)
    }
}

/// While nobody is an administrator, a person at the terminal gets the one-time secret. Where the error stream is
/// collected instead, it would end up in a log, so only the way to it is told.
async fn tell_how_to_begin(settings: &Settings, parts: &Parts) -> anyhow::Result<()> {
    let base = &settings.server.base_url;
    if std::io::stderr().is_terminal() {
        if let Some(secret) = parts.engine.issue_bootstrap().await? {
            terminal::note(&format!(
                "There is no administrator yet. Sign in, open {base}/setup and enter this one-time secret:\n\n    {}\n",
                secret.expose()
            ));
        }
        return Ok(());
    }
    for (organisation, _) in parts.store.organisations().await? {
        if parts.store.has_administrator(&organisation).await? {
            return Ok(());
        }
    }
    tracing::warn!(
        "there is no administrator yet; `attache admin bootstrap` prints a one-time secret for /setup"
    );
    Ok(())
}
