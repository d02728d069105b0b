//! `attache audit verify`

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use domain::audit::{self, Broken, Entry, Head};
use domain::id::OrganisationId;
use serde::Deserialize;
use serde_json::json;
use store::Store;
use tokio::sync::mpsc;

use super::{ChainLine, PAGE};
use crate::commands::ConfigFile;
use crate::{terminal, wiring};

/// After how many entries a remark says how far it is.
const PROGRESS: u64 = 100_000;

/// Check that no entry of the audit log was changed, removed, added or moved
///
/// Ends with code 1 and names the place when a chain is broken. Somebody who can write to the database could replace a
/// whole chain together with its end: keep the printed ends elsewhere and compare.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  attache audit verify --config /etc/attache/attache.toml\n  attache audit verify --file audit.jsonl --json"
)]
pub(crate) struct Verify {
    #[command(flatten)]
    config: ConfigFile,
    /// Check an export instead of the database; needs no settings
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// What was found out about one chain.
struct Checked {
    organisation: OrganisationId,
    found: Result<Head, Broken>,
}

impl Verify {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let checked = match &self.file {
            Some(file) => check_file(file)?,
            None => {
                let settings = self.config.load()?;
                let (store, _recorder) = wiring::open_store(&settings).await?;
                let mut checked = Vec::new();
                for (organisation, _) in store.organisations().await? {
                    let found = check_stored(&store, &organisation).await?;
                    checked.push(Checked {
                        organisation,
                        found,
                    });
                }
                checked
            }
        };
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
                "entries": head.sequence,
                "end": head.hash,
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
            Ok(head) => {
                let end = serde_json::to_value(head.hash).unwrap_or_default();
                let end = end.as_str().unwrap_or_default();
                format!(
                    "{organisation}: {} entries, whole, end {end}",
                    head.sequence
                )
            }
            Err(broken) => {
                let (what, at) = words(broken);
                let what = match what {
                    "sequence" => "the entry is missing, doubled or out of order",
                    "hash" => "the entry or its hash was changed",
                    _ => "the chain does not end where it should",
                };
                format!("{organisation}: BROKEN at entry {at}: {what}")
            }
        }
    }
}

fn words(broken: &Broken) -> (&'static str, i64) {
    match broken {
        Broken::Sequence(at) => ("sequence", *at),
        Broken::Hash(at) => ("hash", *at),
        Broken::Head(at) => ("end", *at),
    }
}

/// Checks one chain of the database while it may be growing: as far as its head was at the beginning, and that nothing
/// stands behind its head.
async fn check_stored(
    store: &Store,
    organisation: &OrganisationId,
) -> anyhow::Result<Result<Head, Broken>> {
    let head = store.head(organisation).await?;
    let (pages, mut arriving) = mpsc::channel::<Vec<Entry>>(2);
    let checked = organisation.clone();
    let checking = tokio::task::spawn_blocking(move || {
        let entries = std::iter::from_fn(|| arriving.blocking_recv()).flatten();
        audit::verify(&checked, counted(entries), Some(head))
    });
    let mut from = i64::MIN;
    let mut behind = None;
    loop {
        let mut page = store.chain(organisation, from, PAGE).await?;
        let Some(last) = page.last().map(|entry| entry.sequence) else {
            break;
        };
        page.retain(|entry| entry.sequence <= head.sequence);
        // A closed channel means that the chain is already found to be broken.
        if pages.send(page).await.is_err() {
            break;
        }
        if last > head.sequence {
            behind = Some(last);
            break;
        }
        from = last + 1;
    }
    drop(pages);
    let found = checking.await.context("the check did not end")?;
    match (found, behind) {
        // Entry and head are written together, so an entry that can be read has a head that is at least as far.
        (Ok(_), Some(last)) if store.head(organisation).await?.sequence < last => {
            Ok(Err(Broken::Head(last)))
        }
        (found, _) => Ok(found),
    }
}

/// One line of an export.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Chain(ChainLine),
    Entry(Entry),
}

fn check_file(file: &Path) -> anyhow::Result<Vec<Checked>> {
    let name = file.display();
    let opened = File::open(file).with_context(|| format!("{name} cannot be read"))?;
    let parse = |(line, number): (std::io::Result<String>, u64)| -> anyhow::Result<Line> {
        let parsed = serde_json::from_str(&line?).ok();
        parsed.with_context(|| format!("line {number} of {name} is no line of an export"))
    };
    let mut lines = BufReader::new(opened)
        .lines()
        .zip(1..)
        .map(parse)
        .peekable();
    let is_entry = |line: &anyhow::Result<Line>| matches!(line, Ok(Line::Entry(_)));
    let mut checked = Vec::new();
    while let Some(line) = lines.next() {
        let Line::Chain(chain) = line? else {
            bail!(
                "{name} begins with an entry; expected an organisation with the end of its chain"
            );
        };
        let entries = std::iter::from_fn(|| match lines.next_if(is_entry) {
            Some(Ok(Line::Entry(entry))) => Some(entry),
            Some(_) | None => None,
        });
        let found = audit::verify(&chain.organisation, counted(entries), Some(chain.head()));
        // A broken chain was not read to its end.
        while lines.next_if(is_entry).is_some() {}
        checked.push(Checked {
            organisation: chain.organisation,
            found,
        });
    }
    Ok(checked)
}

/// Passes entries on and, at a terminal, says how far it is.
fn counted(entries: impl Iterator<Item = Entry>) -> impl Iterator<Item = Entry> {
    let terminal = std::io::stderr().is_terminal();
    entries.zip(1..).map(move |(entry, number)| {
        if terminal && number % PROGRESS == 0 {
            terminal::note(&format!("{number} entries checked"));
        }
        entry
    })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use domain::audit::{Kind, Record};
    use domain::random::Random;
    use jiff::Timestamp;

    use super::*;

    fn export(lengths: [usize; 2]) -> String {
        let random = Random::seeded(11);
        let mut text = String::new();
        for length in lengths {
            let organisation = OrganisationId::random(&random);
            let mut head = Head::START;
            let mut lines = String::new();
            for _ in 0..length {
                let record =
                    Record::new(Timestamp::UNIX_EPOCH, Kind::SignedIn, organisation.clone());
                let text = record.to_text();
                head = head.after(&organisation, &text);
                let entry = Entry {
                    sequence: head.sequence,
                    text,
                    hash: head.hash,
                };
                let line = serde_json::to_string(&entry).expect("an entry has a JSON form");
                writeln!(lines, "{line}").expect("written");
            }
            let chain = ChainLine {
                organisation,
                sequence: head.sequence,
                hash: head.hash,
            };
            let first = serde_json::to_string(&chain).expect("a head has a JSON form");
            write!(text, "{first}\n{lines}").expect("written");
        }
        text
    }

    fn check(text: &str) -> Vec<Result<i64, Broken>> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("export.jsonl");
        std::fs::write(&file, text).expect("written");
        let checked = check_file(&file).expect("readable");
        let found = checked.into_iter().map(|checked| checked.found);
        found.map(|found| found.map(|head| head.sequence)).collect()
    }

    #[test]
    fn an_untouched_export_is_whole() {
        assert_eq!(check(&export([3, 2])), [Ok(3), Ok(2)]);
        assert_eq!(check(&export([0, 1])), [Ok(0), Ok(1)]);
        assert_eq!(check(""), []);
    }

    #[test]
    fn a_change_a_removal_and_a_cut_are_found_in_the_chain_they_are_in() {
        let whole = export([3, 2]);
        let lines: Vec<&str> = whole.lines().collect();
        let changed = whole.replacen("signed_in", "signed_out", 1);
        assert_eq!(check(&changed), [Err(Broken::Hash(1)), Ok(2)]);
        let removed = [&lines[..2], &lines[3..]].concat().join("\n");
        assert_eq!(check(&removed), [Err(Broken::Sequence(2)), Ok(2)]);
        let cut = lines[..lines.len() - 1].join("\n");
        assert_eq!(check(&cut), [Ok(3), Err(Broken::Head(1))]);
    }

    #[test]
    fn what_is_no_export_is_told_by_its_line() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("x");
        std::fs::write(&file, export([1, 1]).replacen("\"hash\"", "\"hsah\"", 3)).expect("written");
        assert!(check_file(&file).is_err());
    }
}
