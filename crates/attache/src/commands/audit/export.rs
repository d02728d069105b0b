//! `attache audit export`

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use domain::audit::{Entry, ocsf};
use domain::id::OrganisationId;
use store::Store;

use super::verify::kept;
use super::{ChainLine, CheckpointLine, PAGE};
use crate::commands::{ConfigFile, Misuse};
use crate::{terminal, wiring};

/// Write the audit log to a file of JSON lines
///
/// As JSON Lines, which `attache audit verify --file` can check anywhere, each organisation begins with a line of its id and
/// the end of its chain; its checkpoints and then its entries follow, one per line. As OCSF, each entry is one event.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  attache audit export --out audit.jsonl\n  attache audit export --format ocsf --out events.jsonl"
)]
pub(crate) struct Export {
    #[command(flatten)]
    config: ConfigFile,
    /// Only this organisation
    #[arg(long, value_name = "ID")]
    organisation: Option<String>,
    /// What to write: every line that `attache audit verify --file` needs, or OCSF events for a security system
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The file to write; it must not exist
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// How an export is written.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// JSON Lines, which can be verified
    #[default]
    Jsonl,
    /// OCSF events, one per line
    Ocsf,
}

impl Export {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.config.load()?;
        let (store, _recorder) = wiring::open_store(&settings).await?;
        let wanted = |id: &OrganisationId| {
            let only = self.organisation.as_deref();
            only.is_none_or(|only| only == id.as_str())
        };
        let mut organisations = store.organisations().await?;
        organisations.retain(|(id, _)| wanted(id));
        if organisations.is_empty() && self.organisation.is_some() {
            return Err(Misuse::new("there is no such organisation").into());
        }
        let doing = || format!("{} cannot be written", self.out.display());
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let file = options.open(&self.out).with_context(doing)?;
        let mut out = BufWriter::new(file);
        let mut entries = 0;
        for (id, _) in &organisations {
            entries += match self.format {
                Format::Jsonl => export(&store, id, &mut out).await?,
                Format::Ocsf => export_events(&store, id, &mut out).await?,
            };
        }
        let file = out.into_inner().context("the export is not complete")?;
        file.sync_all().with_context(doing)?;
        terminal::answer(&format!(
            "{entries} entries of {} organisations are in {}",
            organisations.len(),
            self.out.display()
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes one chain as far as its head is now, so that entries written meanwhile do not matter. Answers how many entries.
async fn export(
    store: &Store,
    organisation: &OrganisationId,
    out: &mut impl Write,
) -> anyhow::Result<i64> {
    let beginning = store.beginning(organisation).await?;
    let head = store.head(organisation).await?;
    let from = beginning.sequence + 1;
    let kept = kept(store, organisation, beginning.sequence, head.sequence).await?;
    let first = ChainLine {
        organisation: organisation.clone(),
        sequence: head.sequence,
        hash: head.hash,
        beginning,
    };
    writeln!(out, "{}", serde_json::to_string(&first)?)?;
    for kept in kept {
        let checkpoint = kept.note;
        let line = CheckpointLine { checkpoint };
        writeln!(out, "{}", serde_json::to_string(&line)?)?;
    }
    from_to(store, organisation, (from, head.sequence), |entry| {
        writeln!(out, "{}", serde_json::to_string(entry)?)?;
        Ok(())
    })
    .await
}

/// Writes one chain as events, as far as its head is now.
async fn export_events(
    store: &Store,
    organisation: &OrganisationId,
    out: &mut impl Write,
) -> anyhow::Result<i64> {
    let from = store.beginning(organisation).await?.sequence + 1;
    let head = store.head(organisation).await?;
    from_to(store, organisation, (from, head.sequence), |entry| {
        let event = ocsf::event(entry).with_context(|| {
            format!(
                "entry {} cannot be read; run `attache audit verify`",
                entry.sequence
            )
        })?;
        writeln!(out, "{event}")?;
        Ok(())
    })
    .await
}

/// Passes the entries with these numbers on, in their order. Answers how many.
async fn from_to(
    store: &Store,
    organisation: &OrganisationId,
    (mut from, to): (i64, i64),
    mut take: impl FnMut(&Entry) -> anyhow::Result<()>,
) -> anyhow::Result<i64> {
    let mut taken = 0;
    loop {
        let page = store.chain(organisation, from, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(taken);
        };
        from = last.sequence + 1;
        for entry in page.iter().filter(|entry| entry.sequence <= to) {
            take(entry)?;
            taken += 1;
        }
    }
}
