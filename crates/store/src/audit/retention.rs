//! The end of old entries: whole segments between checkpoints, and only what a published checkpoint stands for.

use domain::audit::Beginning;
use domain::id::OrganisationId;
use jiff::Timestamp;

use super::checkpoints::Kept;
use crate::Store;
use crate::error::Error;

/// How many entries one transaction removes, so that nobody waits long for the database.
const TOGETHER: i64 = 5_000;

impl Store {
    /// Where the chain of an organisation begins now.
    ///
    /// # Errors
    /// [`Error::NoOrganisation`], or when the database fails.
    pub async fn beginning(&self, organisation: &OrganisationId) -> Result<Beginning, Error> {
        let removed = self.removed(organisation).await?;
        if removed == 0 {
            return Ok(Beginning::default());
        }
        let kept = self.last_checkpoint(organisation, removed).await?;
        let kept = kept.filter(|kept| kept.size == removed);
        let kept = kept.ok_or(Error::Unreadable { column: "removed" })?;
        Ok(kept.beginning())
    }

    /// Where the chain of an organisation stands that can be checked from there, before the entry with this number: at its
    /// last checkpoint, else where it begins.
    ///
    /// # Errors
    /// [`Error::NoOrganisation`], or when the database fails.
    pub async fn beginning_before(
        &self,
        organisation: &OrganisationId,
        sequence: i64,
    ) -> Result<Beginning, Error> {
        let beginning = self.beginning(organisation).await?;
        let last = self.last_checkpoint(organisation, sequence).await?;
        match last.filter(|last| last.size > beginning.sequence) {
            Some(last) => Ok(last.beginning()),
            None => Ok(beginning),
        }
    }

    /// The checkpoint up to which an organisation's entries are all older than this moment and can go: the largest that
    /// was made before it and has been handed on. `None` when there is nothing that could go.
    ///
    /// # Errors
    /// [`Error::NoOrganisation`], or when the database fails.
    pub async fn removable(
        &self,
        organisation: &OrganisationId,
        before: Timestamp,
    ) -> Result<Option<Kept>, Error> {
        let removed = self.removed(organisation).await?;
        let query = sqlx::query(
            "SELECT organisation, size, at_ms, hash, peaks, note FROM audit_checkpoints
             WHERE organisation = $1 AND size > $2 AND at_ms < $3 AND published = 1
             ORDER BY size DESC LIMIT 1",
        );
        let query = query
            .bind(organisation.as_str())
            .bind(removed)
            .bind(before.as_millisecond());
        let row = self.database().optional("find old entries", query).await?;
        row.as_ref().map(Kept::from_row).transpose()
    }

    /// Removes every entry that a checkpoint is about. Put it on record first. What was interrupted is finished by the
    /// next removal.
    ///
    /// # Errors
    /// When the database fails; then some of them may be gone already.
    pub async fn remove_entries(&self, upto: &Kept) -> Result<(), Error> {
        let doing = "remove old entries";
        let organisation = upto.organisation.as_str();
        let mut write = self.database().write().await?;
        let query = sqlx::query(
            "UPDATE audit_heads SET removed = $2
             WHERE organisation = $1 AND removed < $2 AND sequence >= $2",
        );
        let query = query.bind(organisation).bind(upto.size);
        write.execute(doing, query).await?;
        write.commit(doing).await?;
        loop {
            let mut write = self.database().write().await?;
            let query = sqlx::query(
                "DELETE FROM audit_entries WHERE organisation = $1 AND sequence <= $2 AND sequence <
                     (SELECT MIN(sequence) FROM audit_entries WHERE organisation = $1) + $3",
            );
            let query = query.bind(organisation).bind(upto.size).bind(TOGETHER);
            let gone = write.execute(doing, query).await?;
            write.commit(doing).await?;
            if gone == 0 {
                return Ok(());
            }
        }
    }

    async fn removed(&self, organisation: &OrganisationId) -> Result<i64, Error> {
        let query = sqlx::query("SELECT removed FROM audit_heads WHERE organisation = $1");
        let query = query.bind(organisation.as_str());
        match self.database().optional("read a head", query).await? {
            Some(row) => row.number("removed"),
            None => Err(Error::NoOrganisation(organisation.clone())),
        }
    }
}
