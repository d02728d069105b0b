//! `attache audit checkpoint`

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use crate::commands::ConfigFile;
use crate::wiring::Notary;
use crate::{terminal, wiring};

/// Sign how the audit log stands now, hand it on, and print the newest checkpoint of each organisation
///
/// A running server does this by itself; this is for the moment before something is to be proved.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  attache audit checkpoint --config /etc/attache/attache.toml")]
pub(crate) struct Checkpoint {
    #[command(flatten)]
    config: ConfigFile,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Checkpoint {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.config.load()?;
        let (store, _recorder) = wiring::open_store(&settings).await?;
        let notary = Notary::new(&settings.audit, store.clone())?;
        let mut notary = notary.context("audit.signing_key_file is not set; nothing is signed")?;
        let mut checkpoints = Vec::new();
        let organisations = store.organisations().await?;
        for (organisation, _) in &organisations {
            notary.sign(organisation).await?;
            checkpoints.extend(store.last_checkpoint(organisation, i64::MAX).await?);
        }
        notary.hand_on().await?;
        let broken = notary.found_broken();
        if self.json {
            let all: Vec<_> = checkpoints
                .iter()
                .map(|kept| json!({"organisation": kept.organisation, "size": kept.size, "at": kept.at, "checkpoint": kept.note}))
                .collect();
            terminal::answer(&json!({"checkpoints": all, "refused": broken}).to_string())?;
        } else {
            for kept in &checkpoints {
                terminal::answer(&kept.note)?;
            }
            for organisation in &broken {
                terminal::note(&format!(
                    "{organisation}: its record does not follow from what was signed last; run `attache audit verify`"
                ));
            }
        }
        Ok(ExitCode::from(u8::from(!broken.is_empty())))
    }
}
