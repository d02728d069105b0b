//! Checks the chains of an export.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context as _, bail};
use domain::audit::{Broken, Entry, Head, Verifier};

use super::super::Line;
use super::known::{Known, Statements};
use super::{Checked, counted};

pub(super) fn check(file: &Path, known: &mut Known) -> anyhow::Result<Vec<Checked>> {
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
    let mut checked = Vec::new();
    while let Some(line) = lines.next() {
        let Line::Chain(chain) = line? else {
            bail!("{name} does not begin with an organisation and the end of its chain");
        };
        let mut beside = Vec::new();
        while let Some(Ok(Line::Checkpoint(line))) =
            lines.next_if(|line| matches!(line, Ok(Line::Checkpoint(_))))
        {
            beside.push(line.checkpoint);
        }
        let is_entry = |line: &anyhow::Result<Line>| matches!(line, Ok(Line::Entry(_)));
        let entries = std::iter::from_fn(|| match lines.next_if(is_entry) {
            Some(Ok(Line::Entry(entry))) => Some(entry),
            Some(_) | None => None,
        });
        let removed = chain.beginning.sequence;
        let beside = beside.iter().map(String::as_str);
        let mut statements = known.checkpoints(&chain.organisation, removed, beside)?;
        let checkpoints = std::mem::take(&mut statements.checkpoints);
        let head = chain.head();
        let verifier = Verifier::new(&chain.organisation, chain.beginning, checkpoints);
        let found =
            verifier.and_then(|verifier| read(verifier, &mut statements, counted(entries), head));
        // A broken chain was not read to its end.
        while lines.next_if(is_entry).is_some() {}
        checked.push(Checked {
            organisation: chain.organisation,
            first: removed + 1,
            found,
            seen: statements.seen,
        });
    }
    Ok(checked)
}

fn read(
    mut verifier: Verifier<'_>,
    statements: &mut Statements,
    mut entries: impl Iterator<Item = Entry>,
    head: Head,
) -> Result<Head, Broken> {
    entries.try_for_each(|entry| {
        statements.read(&entry.text);
        verifier.add(&entry)
    })?;
    statements.finish(verifier, head)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use domain::audit::{Beginning, Kind, Record};
    use domain::id::OrganisationId;
    use domain::random::Random;
    use jiff::Timestamp;

    use super::super::super::ChainLine;
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
                beginning: Beginning::default(),
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
        let checked = super::check(&file, &mut Known::new(&[]).expect("no key")).expect("readable");
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
        let mut known = Known::new(&[]).expect("no key");
        assert!(super::check(&file, &mut known).is_err());
    }
}
