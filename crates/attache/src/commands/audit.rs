//! `attache audit`

mod checkpoint;
mod export;
mod key;
mod verify;

use std::process::ExitCode;

use clap::Subcommand;
use domain::audit::{Beginning, Entry, Head};
use serde::{Deserialize, Serialize};

/// Verify, sign and export the audit log
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    Verify(verify::Verify),
    Export(export::Export),
    Checkpoint(checkpoint::Checkpoint),
    GenerateKey(key::GenerateKey),
    Key(key::Key),
}

impl Audit {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Verify(verify) => verify.run().await,
            Self::Export(export) => export.run().await,
            Self::Checkpoint(checkpoint) => checkpoint.run().await,
            Self::GenerateKey(generate) => generate.run(),
            Self::Key(key) => key.run(),
        }
    }
}

pub(super) use self::key::generate as generate_key;

/// How many entries are read at a time.
const PAGE: u32 = 1_000;

/// The first line of an organisation's chain in an export; its checkpoints and its entries follow, one per line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChainLine {
    organisation: domain::id::OrganisationId,
    sequence: i64,
    hash: domain::canonical::Digest,
    /// Where it begins, if older entries were removed.
    #[serde(default, skip_serializing_if = "is_whole")]
    beginning: Beginning,
}

fn is_whole(beginning: &Beginning) -> bool {
    beginning.sequence == 0
}

/// A checkpoint in an export.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckpointLine {
    checkpoint: String,
}

/// One line of an export.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Chain(ChainLine),
    Checkpoint(CheckpointLine),
    Entry(Entry),
}

impl ChainLine {
    fn head(&self) -> Head {
        Head {
            sequence: self.sequence,
            hash: self.hash,
        }
    }
}
