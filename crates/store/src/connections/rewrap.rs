//! Moving every grant to the active key while everybody works on.
//!
//! A grant is opened and sealed anew for the same place and version, and the new text replaces exactly the text that was
//! read: a grant that somebody committed in between stays as it is. Nothing has to be remembered between two steps, so
//! that stopping anywhere and beginning again is the same as going on.

use domain::connection::ConnectionState;
use domain::id::{ConnectionId, OrganisationId, PersonId};

use super::grants::{Kept, kept_columns};
use crate::Store;
use crate::database::Write;
use crate::error::Error;
use crate::row::Row;
use crate::seal::{self, Sealed, Shut};

/// How many grants of an organisation are sealed under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// Whose grants.
    pub organisation: OrganisationId,
    /// The id of the key.
    pub key_id: String,
    /// How many there are.
    pub grants: u64,
    /// How many of them are known to be damaged. They do not open, and their key need not be kept for them.
    pub damaged: u64,
}

/// What one step of [`Store::rewrap`] did.
#[derive(Debug, Default)]
pub struct Rewrapped {
    /// The grants that are under the active key now: whose, and under which key they were.
    pub moved: Vec<(OrganisationId, String)>,
    /// The connections found to be damaged in this step, and of whom.
    pub damaged: Vec<(OrganisationId, PersonId, ConnectionId)>,
    /// Where the next step begins; `None` when nothing is left behind this one.
    pub next: Option<ConnectionId>,
}

/// A grant that was read, and the same one under the active key.
struct Pair {
    before: Kept,
    after: Sealed,
}

impl Store {
    /// The id of the key that seals what is new.
    pub fn active_key(&self) -> &str {
        self.keys().active_id()
    }

    /// How many grants are under which key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keys_in_use(&self) -> Result<Vec<KeyUse>, Error> {
        let query = sqlx::query(
            "SELECT c.organisation, g.key_id, COUNT(*) AS grants,
                CAST(SUM(CASE WHEN c.state = $1 THEN 1 ELSE 0 END) AS BIGINT) AS damaged
             FROM grants g JOIN connections c ON c.id = g.connection
             GROUP BY c.organisation, g.key_id ORDER BY c.organisation, g.key_id",
        );
        let query = query.bind(super::state_text(&ConnectionState::Damaged));
        let rows = self.database().rows("count keys in use", query).await?;
        let count = |row: &Row, column| row.number(column).map(i64::unsigned_abs);
        rows.iter()
            .map(|row| {
                Ok(KeyUse {
                    organisation: row.id("organisation")?,
                    key_id: row.text("key_id")?,
                    grants: count(row, "grants")?,
                    damaged: count(row, "damaged")?,
                })
            })
            .collect()
    }

    /// Moves up to `limit` grants behind `after` that are under another key to the active one, in one transaction.
    ///
    /// Each is proved to open before it replaces anything, and read back before the transaction ends. A grant that does not
    /// open stays where it is, and its connection is *damaged* from then on.
    ///
    /// # Errors
    /// [`Error::KeyMissing`] when a grant is under a key that is not given, [`Error::NotKept`] when the database does not
    /// answer with what was written, or when the database fails. The grants of this step are then as they were.
    pub async fn rewrap(
        &self,
        after: Option<&ConnectionId>,
        limit: u32,
    ) -> Result<Rewrapped, Error> {
        let query = sqlx::query(concat!(
            "SELECT ",
            kept_columns!(),
            " FROM grants g JOIN connections c ON c.id = g.connection
             WHERE g.key_id <> $1 AND ($2 IS NULL OR g.connection > $2) ORDER BY g.connection LIMIT $3"
        ));
        let query = query
            .bind(self.active_key())
            .bind(after.map(ConnectionId::as_str))
            .bind(i64::from(limit));
        let rows = self.database().rows("read grants", query).await?;
        let mut step = Rewrapped::default();
        if rows.len() == usize::try_from(limit).unwrap_or(usize::MAX) {
            let last = rows.last().map(|row| row.id("id"));
            step.next = last.transpose()?;
        }
        let mut pairs = Vec::with_capacity(rows.len());
        for row in &rows {
            match self.under_active_key(row).await? {
                Some(pair) => pairs.push(pair),
                None => step.damaged.extend(self.mark_damaged(row).await?),
            }
        }
        step.moved = self.replace(pairs).await?;
        Ok(step)
    }

    /// `None` when it does not open.
    async fn under_active_key(&self, row: &Row) -> Result<Option<Pair>, Error> {
        let Ok(before) = Kept::from_row(row) else {
            return Ok(None);
        };
        let state: ConnectionState = row.parsed("state", |text| serde_json::from_str(text).ok())?;
        let grant = match self.unseal(&before).await {
            Ok(grant) => grant,
            Err(shut @ Shut::Unavailable(_)) => return Err(Error::key(shut)),
            Err(shut @ Shut::KeyMissing(_)) if state != ConnectionState::Damaged => {
                return Err(Error::key(shut));
            }
            Err(Shut::KeyMissing(_) | Shut::Damaged) => return Ok(None),
        };
        let (keys, place) = (self.keys(), before.place());
        let after = seal::seal(keys, self.random(), &place, &grant).await;
        let after = after.map_err(Error::key)?;
        match seal::open(keys, &place, &after).await {
            Ok(again) if again.expose() == grant.expose() => Ok(Some(Pair { before, after })),
            Err(shut @ (Shut::Unavailable(_) | Shut::KeyMissing(_))) => Err(Error::key(shut)),
            Ok(_) | Err(Shut::Damaged) => Err(Error::NotKept),
        }
    }

    /// Whose connection is found to be damaged; `None` when that was known, or the connection has changed meanwhile.
    async fn mark_damaged(
        &self,
        row: &Row,
    ) -> Result<Option<(OrganisationId, PersonId, ConnectionId)>, Error> {
        let (person, connection) = (row.id("person")?, row.id("id")?);
        let state: ConnectionState = row.parsed("state", |text| serde_json::from_str(text).ok())?;
        let (damaged, version) = (ConnectionState::Damaged, row.number("version")?);
        if state == damaged
            || !self
                .set_connection_state(&person, &connection, &damaged, version)
                .await?
        {
            return Ok(None);
        }
        Ok(Some((row.id("organisation")?, person, connection)))
    }

    async fn replace(&self, pairs: Vec<Pair>) -> Result<Vec<(OrganisationId, String)>, Error> {
        let doing = "keep rewrapped grants";
        let mut moved = Vec::with_capacity(pairs.len());
        if pairs.is_empty() {
            return Ok(moved);
        }
        let mut write = self.database().write().await?;
        for Pair { before, after } in pairs {
            if replace_one(&mut write, &before, &after).await? {
                moved.push((before.organisation, before.sealed.key_id));
            }
        }
        write.commit(doing).await?;
        Ok(moved)
    }
}

/// Answers whether the grant still was the one that was read.
async fn replace_one(write: &mut Write, before: &Kept, after: &Sealed) -> Result<bool, Error> {
    let query = sqlx::query(
        "UPDATE grants SET key_id = $5, wrapped_key = $6, sealed = $7
         WHERE connection = $1 AND record_version = $2 AND wrapped_key = $3 AND sealed = $4
         RETURNING key_id, wrapped_key, sealed",
    );
    let query = query
        .bind(before.connection.as_str())
        .bind(before.place().record_version)
        .bind(before.sealed.wrapped_key.as_str())
        .bind(before.sealed.sealed.as_str())
        .bind(after.key_id.as_str())
        .bind(after.wrapped_key.as_str())
        .bind(after.sealed.as_str());
    let Some(row) = write.optional("rewrap a grant", query).await? else {
        return Ok(false);
    };
    let kept = Sealed {
        key_id: row.text("key_id")?,
        wrapped_key: row.text("wrapped_key")?,
        sealed: row.text("sealed")?,
    };
    match kept == *after {
        true => Ok(true),
        false => Err(Error::NotKept),
    }
}
