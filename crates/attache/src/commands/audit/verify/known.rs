//! What whoever verifies knows besides the record: public keys, and checkpoints from outside that they have signed.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use domain::audit::{Checkpoint, Note};
use domain::id::OrganisationId;
use store::audit::VerifyingKey;

use crate::commands::Misuse;

/// Keys and outside checkpoints.
pub(super) struct Known {
    keys: Vec<VerifyingKey>,
    outside: BTreeMap<OrganisationId, Vec<Checkpoint>>,
}

/// Which checkpoints a chain was compared with.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// So many.
    pub(super) compared: usize,
    /// So many of them are signed by a key that was given.
    pub(super) signed: usize,
    /// Up to this entry: 0 when none is signed.
    pub(super) upto: i64,
}

impl Known {
    pub(super) fn new(keys: &[String]) -> anyhow::Result<Self> {
        let keys = keys.iter().map(|key| VerifyingKey::parse(key)).collect();
        let keys: Result<Vec<_>, _> = keys;
        Ok(Self {
            keys: keys.map_err(|error| Misuse::new(&format!("--key: {error}")))?,
            outside: BTreeMap::new(),
        })
    }

    /// One more key to believe.
    pub(super) fn trust(&mut self, key: VerifyingKey) {
        self.keys.push(key);
    }

    /// Reads checkpoints from outside. Each must be signed: a statement that anybody could have written proves nothing.
    pub(super) fn read(&mut self, paths: &[impl AsRef<Path>]) -> anyhow::Result<()> {
        if !paths.is_empty() && self.keys.is_empty() {
            return Err(Misuse::new("--checkpoint needs --key, to see who has signed it").into());
        }
        for path in paths {
            self.read_path(path.as_ref())?;
        }
        Ok(())
    }

    fn read_path(&mut self, path: &Path) -> anyhow::Result<()> {
        let name = path.display();
        let doing = || format!("{name} cannot be read");
        if path.is_dir() {
            for entry in fs::read_dir(path).with_context(doing)? {
                let entry = entry.with_context(doing)?.path();
                let is_checkpoint = entry.extension().is_some_and(|is| is == "checkpoint");
                let hidden = entry
                    .file_name()
                    .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
                if (is_checkpoint && !hidden) || entry.is_dir() {
                    self.read_path(&entry)?;
                }
            }
            return Ok(());
        }
        let text = fs::read_to_string(path).with_context(doing)?;
        let notes = Note::all(&text).with_context(|| format!("{name} holds no checkpoint"))?;
        for note in notes {
            let checkpoint = Checkpoint::parse(&note.text);
            let known =
                checkpoint.and_then(|checkpoint| Some((checkpoint.organisation()?, checkpoint)));
            let Some((organisation, checkpoint)) = known else {
                bail!("{name} holds something else than checkpoints of attache");
            };
            if !self.is_signed(&note) {
                bail!(
                    "the checkpoint of {} entries in {name} is not signed by a key that was given",
                    checkpoint.size
                );
            }
            self.outside
                .entry(organisation)
                .or_default()
                .push(checkpoint);
        }
        Ok(())
    }

    fn is_signed(&self, note: &Note) -> bool {
        self.keys.iter().any(|key| key.has_signed(note))
    }

    /// What to compare a chain with: what stands beside it, and what is known from outside, which is then used up.
    pub(super) fn checkpoints(
        &mut self,
        organisation: &OrganisationId,
        beside: &[String],
    ) -> anyhow::Result<(Vec<Checkpoint>, Seen)> {
        let mut checkpoints = self.outside.remove(organisation).unwrap_or_default();
        let mut signed: Vec<i64> = checkpoints.iter().map(|one| one.size).collect();
        let mut last = -1;
        for text in beside {
            let note = Note::parse(text);
            let read = note.and_then(|note| Some((Checkpoint::parse(&note.text)?, note)));
            let Some((checkpoint, note)) = read else {
                bail!("a checkpoint of {organisation} cannot be read");
            };
            if checkpoint.size <= last {
                bail!("the checkpoints of {organisation} are not in order");
            }
            last = checkpoint.size;
            if self.is_signed(&note) {
                signed.push(checkpoint.size);
            }
            checkpoints.push(checkpoint);
        }
        let seen = Seen {
            compared: checkpoints.len(),
            signed: signed.len(),
            upto: signed.into_iter().max().unwrap_or(0),
        };
        Ok((checkpoints, seen))
    }

    /// Outside checkpoints that no chain was compared with: organisation and the most entries.
    pub(super) fn left(self) -> impl Iterator<Item = (OrganisationId, i64)> {
        self.outside.into_iter().map(|(organisation, checkpoints)| {
            let sizes = checkpoints.iter().map(|checkpoint| checkpoint.size);
            (organisation, sizes.max().unwrap_or(0))
        })
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { compared: 0, .. } => f.write_str("no checkpoint to compare with"),
            Self {
                compared,
                signed: 0,
                ..
            } => {
                write!(
                    f,
                    "{compared} checkpoints, none signed by a key that was given"
                )
            }
            Self {
                compared,
                signed,
                upto,
            } => write!(
                f,
                "{compared} checkpoints, {signed} signed by a given key, the last of {upto} entries"
            ),
        }
    }
}
