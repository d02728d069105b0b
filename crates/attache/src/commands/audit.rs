//! `attache audit`

mod export;
mod verify;

use std::process::ExitCode;

use clap::Subcommand;
use domain::audit::Head;
use serde::{Deserialize, Serialize};

/// Verify and export the audit log
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    Verify(verify::Verify),
    Export(export::Export),
}

impl Audit {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Verify(verify) => verify.run().await,
            Self::Export(export) => export.run().await,
        }
    }
}

/// How many entries are read at a time.
const PAGE: u32 = 1_000;

/// The first line of an organisation's chain in an export; its entries follow, one per line.
#[derive(Debug, Serialize, Deserialize)]
struct ChainLine {
    organisation: domain::id::OrganisationId,
    sequence: i64,
    hash: domain::canonical::Digest,
}

impl ChainLine {
    fn head(&self) -> Head {
        Head {
            sequence: self.sequence,
            hash: self.hash,
        }
    }
}
