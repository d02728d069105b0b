//! Checkpoints of the record: grown from the last one, signed, kept before anybody sees them.
//!
//! Whoever makes one reads every entry since the last one and checks that they follow from it. So no two contradict each
//! other, and a record that was altered meanwhile gets none.

use std::time::Duration;

use domain::audit::{Beginning, Broken, Checkpoint, Head, Kind, Note, Tree, Verifier};
use domain::canonical::Digest;
use domain::id::OrganisationId;
use jiff::Timestamp;

use super::signers::named;
use super::{AuditFilter, Signers, SigningKey, VerifyingKey};
use crate::Store;
use crate::error::Error;
use crate::row::Row;

/// How many entries are read at a time.
const PAGE: u32 = 1_000;
/// How many namings of keys are read. A record names a key again only when it changed or an old naming went.
const NAMINGS: u32 = 1_000;

/// A checkpoint as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Whose record.
    pub organisation: OrganisationId,
    /// How many entries it is about.
    pub size: i64,
    /// When it was made.
    pub at: Timestamp,
    /// The signed note.
    pub note: String,
    hash: Digest,
    peaks: Vec<Digest>,
}

/// What became of making a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// This one was made.
    Checkpoint(Kept),
    /// There is nothing new to sign, or another instance has signed it.
    Nothing,
    /// The record does not follow from what was signed last: nothing was signed.
    Refused(Broken),
}

impl Kept {
    pub(super) fn from_row(row: &Row) -> Result<Self, Error> {
        let peaks = |text: &str| serde_json::from_str(text).ok();
        Ok(Self {
            organisation: row.id("organisation")?,
            size: row.number("size")?,
            at: row.moment("at_ms")?,
            note: row.text("note")?,
            hash: row.parsed("hash", Digest::parse)?,
            peaks: row.parsed("peaks", peaks)?,
        })
    }

    /// Whether what is kept beside the note is what was signed.
    pub fn is_consistent(&self) -> bool {
        self.consistent().is_some()
    }

    /// Where the chain stood when it was made.
    pub fn head(&self) -> Head {
        Head {
            sequence: self.size,
            hash: self.hash,
        }
    }

    /// What it says, if what is kept beside the note is what was signed.
    fn consistent(&self) -> Option<(Checkpoint, Note)> {
        let note = Note::parse(&self.note)?;
        let said = Checkpoint::parse(&note.text)?;
        let tree = Tree::of_parts(self.size, self.peaks.clone())?;
        let organisation = said.organisation();
        let fits = said.size == self.size
            && said.root == tree.root()
            && organisation.as_ref() == Some(&self.organisation);
        fits.then_some((said, note))
    }

    /// Where a chain begins of which all entries that this is about are gone.
    pub(super) fn beginning(self) -> Beginning {
        Beginning {
            sequence: self.size,
            hash: self.hash,
            peaks: self.peaks,
        }
    }
}

impl Store {
    /// The organisations that have `entries` entries or more since their last checkpoint, or any since longer than `age`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn checkpoints_due(
        &self,
        entries: i64,
        age: Duration,
    ) -> Result<Vec<OrganisationId>, Error> {
        let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        let query = sqlx::query(
            "SELECT organisation FROM (
                 SELECT h.organisation AS organisation, h.sequence AS sequence,
                        COALESCE(MAX(c.size), 0) AS size, COALESCE(MAX(c.at_ms), 0) AS at_ms
                 FROM audit_heads h LEFT JOIN audit_checkpoints c ON c.organisation = h.organisation
                 GROUP BY h.organisation, h.sequence
             ) AS latest
             WHERE sequence - size >= $1 OR (sequence <> size AND at_ms <= $2)
             ORDER BY organisation",
        );
        let query = query.bind(entries).bind(self.now_ms().saturating_sub(age));
        let rows = self.database().rows("find due checkpoints", query).await?;
        rows.iter().map(|row| row.id("organisation")).collect()
    }

    /// Signs how the record of an organisation stands now, if that is not signed yet. It is kept before this returns.
    ///
    /// `outside` is what is known from elsewhere to have been signed: what contradicts it is not signed, so that no older
    /// copy of the database that was put back gets a second history.
    ///
    /// # Errors
    /// [`Error::NoOrganisation`], or when the database fails.
    pub async fn make_checkpoint(
        &self,
        organisation: &OrganisationId,
        key: &SigningKey,
        outside: Option<&Checkpoint>,
    ) -> Result<Made, Error> {
        let head = self.head(organisation).await?;
        let last = self.last_checkpoint(organisation, i64::MAX).await?;
        if let Some(last) = &last
            && let Err(broken) = self.still_signed(last, key).await?
        {
            return Ok(Made::Refused(broken));
        }
        let beginning = last.map(Kept::beginning).unwrap_or_default();
        let ahead = outside.filter(|outside| outside.size > beginning.sequence);
        if head.sequence == beginning.sequence && head.hash == beginning.hash && ahead.is_none() {
            return Ok(Made::Nothing);
        }
        let outside = ahead.cloned().into_iter().collect();
        let tree = match self.grown(organisation, beginning, head, outside).await? {
            Ok(tree) => tree,
            Err(broken) => return Ok(Made::Refused(broken)),
        };
        let checkpoint = Checkpoint {
            origin: Checkpoint::origin(key.name(), organisation),
            size: tree.size(),
            root: tree.root(),
        };
        let kept = Kept {
            organisation: organisation.clone(),
            size: tree.size(),
            at: self.0.clock.now(),
            note: key.sign(&checkpoint).to_text(),
            hash: head.hash,
            peaks: tree.peaks().to_vec(),
        };
        let made = self.keep_checkpoint(&kept).await?;
        Ok(if made {
            Made::Checkpoint(kept)
        } else {
            Made::Nothing
        })
    }

    /// Whether the last checkpoint is as it was signed, by this key or one that the record names: what follows from it is
    /// only as true as it is itself.
    async fn still_signed(
        &self,
        last: &Kept,
        key: &SigningKey,
    ) -> Result<Result<(), Broken>, Error> {
        let Some((_, note)) = last.consistent() else {
            return Ok(Err(Broken::Checkpoint(last.size)));
        };
        if key.public().has_signed(&note) {
            return Ok(Ok(()));
        }
        let mut signers = self.signers(&last.organisation).await?;
        signers.beside(last.size, note);
        Ok(signers
            .unsigned()
            .map_or(Ok(()), |size| Err(Broken::Signature(size))))
    }

    /// The keys that the record of an organisation names, ready to be asked about checkpoints.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signers(&self, organisation: &OrganisationId) -> Result<Signers, Error> {
        let mut signers = Signers::default();
        for (_, key) in self.named_keys(organisation).await? {
            signers.name(key);
        }
        Ok(signers)
    }

    /// The keys that the record of an organisation names, each with the number of the entry that does; the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn named_keys(
        &self,
        organisation: &OrganisationId,
    ) -> Result<Vec<(i64, VerifyingKey)>, Error> {
        let filter = AuditFilter {
            kinds: vec![Kind::CheckpointKeyUsed],
            limit: NAMINGS,
            ..AuditFilter::default()
        };
        let entries = self.entries(organisation, &filter).await?;
        let keys = entries.into_iter();
        Ok(keys
            .filter_map(|logged| Some((logged.sequence, named(&logged.record)?)))
            .collect())
    }

    /// The tree of what stands at `beginning`, grown to `head`, or how the entries between them do not fit.
    async fn grown(
        &self,
        organisation: &OrganisationId,
        beginning: Beginning,
        head: Head,
        outside: Vec<Checkpoint>,
    ) -> Result<Result<Tree, Broken>, Error> {
        let mut from = beginning.sequence + 1;
        let mut verifier = match Verifier::new(organisation, beginning, outside) {
            Ok(verifier) => verifier,
            Err(broken) => return Ok(Err(broken)),
        };
        while from <= head.sequence {
            let page = self.chain(organisation, from, PAGE).await?;
            let upto = page
                .iter()
                .take_while(|entry| entry.sequence <= head.sequence);
            for entry in upto {
                if let Err(broken) = verifier.add(entry) {
                    return Ok(Err(broken));
                }
                from = entry.sequence + 1;
            }
            if page.len() < PAGE as usize {
                break;
            }
        }
        let tree = verifier.tree().clone();
        Ok(verifier.finish(Some(head)).map(|_| tree))
    }

    /// Whether it was kept; not, when another instance kept one of just as many entries first.
    async fn keep_checkpoint(&self, kept: &Kept) -> Result<bool, Error> {
        let doing = "keep a checkpoint";
        let query = sqlx::query(
            "INSERT INTO audit_checkpoints (organisation, size, at_ms, hash, peaks, note, published)
             VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT (organisation, size) DO NOTHING",
        );
        let peaks = serde_json::to_string(&kept.peaks).expect("hashes have a JSON form");
        let query = query
            .bind(kept.organisation.as_str())
            .bind(kept.size)
            .bind(kept.at.as_millisecond())
            .bind(kept.hash.to_string())
            .bind(peaks)
            .bind(&kept.note);
        let mut write = self.database().write().await?;
        let rows = write.execute(doing, query).await?;
        write.commit(doing).await?;
        Ok(rows == 1)
    }

    /// The largest checkpoint of at most so many entries.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_checkpoint(
        &self,
        organisation: &OrganisationId,
        upto: i64,
    ) -> Result<Option<Kept>, Error> {
        let query = sqlx::query(
            "SELECT organisation, size, at_ms, hash, peaks, note FROM audit_checkpoints
             WHERE organisation = $1 AND size <= $2 ORDER BY size DESC LIMIT 1",
        );
        let query = query.bind(organisation.as_str()).bind(upto);
        let row = self.database().optional("find a checkpoint", query).await?;
        row.as_ref().map(Kept::from_row).transpose()
    }

    /// Checkpoints of more than `after` entries, the smallest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn checkpoints(
        &self,
        organisation: &OrganisationId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Kept>, Error> {
        let query = sqlx::query(
            "SELECT organisation, size, at_ms, hash, peaks, note FROM audit_checkpoints
             WHERE organisation = $1 AND size > $2 ORDER BY size LIMIT $3",
        );
        let query = query
            .bind(organisation.as_str())
            .bind(after)
            .bind(i64::from(limit));
        let rows = self.database().rows("list checkpoints", query).await?;
        rows.iter().map(Kept::from_row).collect()
    }

    /// Checkpoints that have not been handed on everywhere, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn checkpoints_to_publish(&self, limit: u32) -> Result<Vec<Kept>, Error> {
        let query = sqlx::query(
            "SELECT organisation, size, at_ms, hash, peaks, note FROM audit_checkpoints
             WHERE published = 0 ORDER BY at_ms, organisation, size LIMIT $1",
        );
        let query = query.bind(i64::from(limit));
        let rows = self.database().rows("list checkpoints", query).await?;
        rows.iter().map(Kept::from_row).collect()
    }

    /// Notes that a checkpoint has been handed on everywhere.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn checkpoint_published(&self, kept: &Kept) -> Result<(), Error> {
        let doing = "note a published checkpoint";
        let query = sqlx::query(
            "UPDATE audit_checkpoints SET published = 1 WHERE organisation = $1 AND size = $2",
        );
        let query = query.bind(kept.organisation.as_str()).bind(kept.size);
        let mut write = self.database().write().await?;
        write.execute(doing, query).await?;
        write.commit(doing).await
    }
}
