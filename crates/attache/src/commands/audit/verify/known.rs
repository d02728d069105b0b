//! What whoever verifies knows besides the record: public keys, and checkpoints from outside that they have signed.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use domain::audit::{Broken, Checkpoint, Head, Kind, Note, Record, Verifier};
use domain::id::OrganisationId;
use store::audit::{Signers, VerifyingKey};

use crate::commands::Misuse;

/// The mark of an entry that says that older ones were removed, in its canonical text.
const SAYS_REMOVED: &str = "\"kind\":\"entries_removed\"";

/// Keys and outside checkpoints.
pub(super) struct Known {
    keys: Vec<VerifyingKey>,
    outside: BTreeMap<OrganisationId, Vec<Checkpoint>>,
}

/// What one chain is held against.
pub(super) struct Statements {
    /// What was signed, by whomever.
    pub(super) checkpoints: Vec<Checkpoint>,
    /// How many of them, and by whom.
    pub(super) seen: Seen,
    /// Who may have signed what stands beside the chain; known when the chain is read.
    signers: Signers,
    /// Up to which number entries are gone, and whether the record says that they went because their time was over.
    removed: (i64, bool),
    /// How many entries those were about that came from outside and do not stand beside the chain.
    missing: Vec<i64>,
}

impl Statements {
    /// The canonical text of an entry, which may say something about the record itself.
    pub(super) fn read(&mut self, text: &str) {
        self.signers.read(text);
        if !self.removed.1
            && text.contains(SAYS_REMOVED)
            && let Ok(record) = serde_json::from_str::<Record>(text)
        {
            let upto = record.count.and_then(|count| i64::try_from(count).ok());
            self.removed.1 = record.kind == Kind::EntriesRemoved && upto == Some(self.removed.0);
        }
    }

    /// The end of a chain that has been read: it is where it should be, and what stands beside it is signed and complete.
    pub(super) fn finish(&self, verifier: Verifier<'_>, head: Head) -> Result<Head, Broken> {
        let head = verifier.finish(Some(head))?;
        let (removed, said) = self.removed;
        if removed > 0 && !said {
            return Err(Broken::Beginning(removed));
        }
        match (self.signers.unsigned(), self.missing.first()) {
            (Some(size), _) => Err(Broken::Signature(size)),
            (None, Some(size)) => Err(Broken::Missing(*size)),
            (None, None) => Ok(head),
        }
    }
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

    /// What to hold a chain against that begins after so many entries: what stands beside it, and what is known from outside,
    /// which is then used up.
    pub(super) fn checkpoints<'a>(
        &mut self,
        organisation: &OrganisationId,
        removed: i64,
        beside: impl Iterator<Item = &'a str>,
    ) -> anyhow::Result<Statements> {
        let mut signers = Signers::new(self.keys.clone());
        let mut checkpoints = self.outside.remove(organisation).unwrap_or_default();
        let mut signed: Vec<i64> = checkpoints.iter().map(|one| one.size).collect();
        let mut missing = signed.clone();
        missing.retain(|size| *size > removed);
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
            missing.retain(|size| *size != last);
            if signers.beside(checkpoint.size, note) {
                signed.push(checkpoint.size);
            }
            checkpoints.push(checkpoint);
        }
        let seen = Seen {
            compared: checkpoints.len(),
            signed: signed.len(),
            upto: signed.into_iter().max().unwrap_or(0),
        };
        Ok(Statements {
            checkpoints,
            seen,
            signers,
            removed: (removed, false),
            missing,
        })
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
