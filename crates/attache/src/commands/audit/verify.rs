//! `attache audit verify`

mod file;
mod known;
mod stored;
#[cfg(test)]
mod tampering;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use domain::audit::{Broken, Head};
use domain::id::OrganisationId;
use serde_json::json;

use self::known::{Known, Seen};
pub(super) use self::stored::kept;
use crate::commands::ConfigFile;
use crate::{terminal, wiring};

/// After how many entries a remark says how far it is.
const PROGRESS: u64 = 100_000;

/// Check that no entry of the audit log was changed, removed, added or moved
///
/// Ends with code 1 and names the place when a chain is broken. Somebody who can write to the database could replace a
/// whole chain together with its end and its checkpoints: give the checkpoints that were handed on, and the public key
/// that signed them, and that is found too.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  attache audit verify --config /etc/attache/attache.toml\n  attache audit verify --file audit.jsonl --key \"$(cat audit.pub)\" --checkpoint /mnt/elsewhere/checkpoints --json"
)]
pub(crate) struct Verify {
    #[command(flatten)]
    config: ConfigFile,
    /// Check an export instead of the database; needs no settings
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Checkpoints that were handed on: a file with one or more, or the folder they were put into; may be repeated
    #[arg(long, value_name = "PATH")]
    checkpoint: Vec<PathBuf>,
    /// A public key that has signed checkpoints, as `attache audit key` prints it; may be repeated
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// What was found out about one chain.
struct Checked {
    organisation: OrganisationId,
    /// The number of the first entry that is there.
    first: i64,
    found: Result<Head, Broken>,
    seen: Seen,
}

impl Verify {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let mut known = Known::new(&self.key)?;
        let mut checked = match &self.file {
            Some(file) => {
                known.read(&self.checkpoint)?;
                file::check(file, &mut known)?
            }
            None => {
                let settings = self.config.load()?;
                if let Some(key) = settings.audit.signing_key()? {
                    known.trust(key.public().clone());
                }
                known.read(&self.checkpoint)?;
                let (store, _recorder) = wiring::open_store(&settings).await?;
                stored::check(&store, &mut known).await?
            }
        };
        // A checkpoint of a record that is not there at all.
        checked.extend(known.left().map(|(organisation, size)| Checked {
            organisation,
            first: 1,
            found: Err(Broken::Checkpoint(size)),
            seen: Seen::default(),
        }));
        self.tell(&checked)?;
        let broken = checked.iter().any(|checked| checked.found.is_err());
        Ok(ExitCode::from(u8::from(broken)))
    }

    fn tell(&self, checked: &[Checked]) -> anyhow::Result<()> {
        if self.json {
            let chains: Vec<_> = checked.iter().map(Checked::as_json).collect();
            let whole = checked.iter().all(|checked| checked.found.is_ok());
            terminal::answer(&json!({ "whole": whole, "organisations": chains }).to_string())?;
            return Ok(());
        }
        for checked in checked {
            terminal::answer(&checked.as_text())?;
        }
        if checked.is_empty() {
            terminal::answer("there is no organisation, and so no entry")?;
        }
        Ok(())
    }
}

impl Checked {
    fn as_json(&self) -> serde_json::Value {
        match &self.found {
            Ok(head) => json!({
                "organisation": self.organisation,
                "first": self.first,
                "entries": head.sequence,
                "end": head.hash,
                "checkpoints": self.seen.compared,
                "signed_checkpoints": self.seen.signed,
                "signed_up_to": self.seen.upto,
            }),
            Err(broken) => json!({
                "organisation": self.organisation,
                "broken": words(broken).0,
                "at": words(broken).1,
            }),
        }
    }

    fn as_text(&self) -> String {
        let organisation = &self.organisation;
        match &self.found {
            Ok(Head { sequence: 0, .. }) => format!("{organisation}: no entries"),
            Ok(head) => format!(
                "{organisation}: entries {} to {}, whole, end {}; {}",
                self.first, head.sequence, head.hash, self.seen
            ),
            Err(broken) => {
                let (_, at, what) = words(broken);
                format!("{organisation}: BROKEN at entry {at}: {what}")
            }
        }
    }
}

/// How a chain is broken: for machines, where, for people.
fn words(broken: &Broken) -> (&'static str, i64, &'static str) {
    match broken {
        Broken::Sequence(at) => (
            "sequence",
            *at,
            "the entry is missing, doubled or out of order",
        ),
        Broken::Hash(at) => ("hash", *at, "the entry or its hash was changed"),
        Broken::Head(at) => ("end", *at, "the chain does not end where it should"),
        Broken::Beginning(at) => (
            "beginning",
            *at,
            "what is kept of the removed entries contradicts itself, or the record does not say that they went",
        ),
        Broken::Checkpoint(at) => (
            "checkpoint",
            *at,
            "a checkpoint was made of other entries, or of more than there are",
        ),
        Broken::Signature(at) => (
            "signature",
            *at,
            "the checkpoint is signed by no key that was given or that the record names",
        ),
        Broken::Missing(at) => (
            "missing",
            *at,
            "a checkpoint that was handed on is not kept any more",
        ),
    }
}

/// Passes entries on and, at a terminal, says how far it is.
fn counted<T>(entries: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
    let terminal = std::io::stderr().is_terminal();
    entries.zip(1..).map(move |(entry, number)| {
        if terminal && number % PROGRESS == 0 {
            terminal::note(&format!("{number} entries checked"));
        }
        entry
    })
}
