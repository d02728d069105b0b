//! Handles: which addresses a person's agents have been shown by a search, for a day after they last were or were used.

use domain::clock::from_ms;
use domain::handle::Handle;
use domain::id::{ConnectionId, PersonId};
use domain::people::Address;
use jiff::Timestamp;

use crate::Store;
use crate::database::Write;
use crate::error::Error;

/// How long a handle may be used after it was last shown or used.
const LIFE_MS: i64 = 24 * 60 * 60 * 1_000;
/// How long it is remembered after that, so that whoever uses it hears that it has expired.
const REMEMBERED_MS: i64 = LIFE_MS;
/// A use is noted only when so much of its life is over, so that using does not mean writing.
const NOTED_AFTER_MS: i64 = 60 * 60 * 1_000;
/// So many handles a person has at once; the one that expires first makes room.
const MOST: i64 = 500;

/// Somebody whom a search shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    /// The address that gets a handle.
    pub address: Address,
    /// What she is called there, if anything.
    pub name: Option<String>,
    /// Whether it is a group, whose members are many.
    pub group: bool,
}

/// What a handle stands for.
#[derive(Clone, PartialEq, Eq)]
pub struct Held {
    /// The handle.
    pub handle: Handle,
    /// The address.
    pub address: Address,
    /// What the search called her that showed her last.
    pub name: Option<String>,
    /// Whether that search knew her as a group.
    pub group: bool,
    /// Until when it may be used.
    pub expires: Timestamp,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held")
            .field("handle", &self.handle)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Gives people their handles for a day from now, in the same order. A handle that exists keeps the address as it
    /// was first written, so that what it stands for never changes. Nothing is kept for a connection without a grant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_handles(
        &self,
        person: &PersonId,
        connection: &ConnectionId,
        shown: &[Shown],
    ) -> Result<Vec<Handle>, Error> {
        let doing = "keep handles";
        let handles: Vec<Handle> = shown
            .iter()
            .map(|one| Handle::of(person, &one.address))
            .collect();
        if handles.is_empty() {
            return Ok(handles);
        }
        let now = self.now_ms();
        let mut write = self.database().write().await?;
        let over = sqlx::query("DELETE FROM person_handles WHERE expires_ms <= $1");
        write.execute(doing, over.bind(now - REMEMBERED_MS)).await?;
        for (handle, one) in handles.iter().zip(shown) {
            let query = sqlx::query(
                "INSERT INTO person_handles (person, handle, connection, address, expires_ms, name, is_group)
                 SELECT $1, $2, $3, $4, $5, $6, $7 FROM connections WHERE id = $3 AND person = $1
                    AND EXISTS (SELECT 1 FROM grants WHERE grants.connection = $3)
                 ON CONFLICT (person, handle) DO UPDATE SET
                    connection = excluded.connection, expires_ms = excluded.expires_ms,
                    name = excluded.name, is_group = excluded.is_group",
            );
            let query = query
                .bind(person.as_str())
                .bind(handle.as_str())
                .bind(connection.as_str())
                .bind(one.address.as_str())
                .bind(now + LIFE_MS)
                .bind(one.name.as_deref())
                .bind(i64::from(one.group));
            write.execute(doing, query).await?;
        }
        let beyond = sqlx::query(
            "DELETE FROM person_handles WHERE person = $1 AND handle NOT IN
                (SELECT handle FROM person_handles WHERE person = $1 ORDER BY expires_ms DESC, handle LIMIT $2)",
        );
        let beyond = beyond.bind(person.as_str()).bind(MOST);
        write.execute(doing, beyond).await?;
        write.commit(doing).await?;
        Ok(handles)
    }

    /// Every handle a person has, those included that have expired a short while ago. There are at most 500.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn handles(&self, person: &PersonId) -> Result<Vec<Held>, Error> {
        let query = sqlx::query(
            "SELECT handle, address, expires_ms, name, is_group FROM person_handles WHERE person = $1 ORDER BY handle",
        );
        let query = query.bind(person.as_str());
        let rows = self.database().rows("read handles", query).await?;
        let held = rows.iter().map(|row| {
            Ok(Held {
                handle: row.id("handle")?,
                address: row.id("address")?,
                name: row.maybe_text("name")?,
                group: row.yes("is_group")?,
                expires: row.moment("expires_ms")?,
            })
        });
        held.collect()
    }

    /// Notes that handles which had not expired were used: they live for a day from now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn use_handles(&self, person: &PersonId, used: &[Held]) -> Result<(), Error> {
        let now = self.now_ms();
        let noted = from_ms(now + LIFE_MS - NOTED_AFTER_MS);
        let mut due: Vec<&Handle> = Vec::new();
        for held in used {
            if held.expires <= noted && held.expires.as_millisecond() > now {
                due.push(&held.handle);
            }
        }
        if due.is_empty() {
            return Ok(());
        }
        let doing = "note the use of handles";
        let mut write = self.database().write().await?;
        for handle in due {
            let query = sqlx::query(
                "UPDATE person_handles SET expires_ms = $3 WHERE person = $1 AND handle = $2 AND expires_ms < $3",
            );
            let query = query
                .bind(person.as_str())
                .bind(handle.as_str())
                .bind(now + LIFE_MS);
            write.execute(doing, query).await?;
        }
        write.commit(doing).await
    }
}

/// Forgets the handles that were found through a connection.
pub(crate) async fn forget(write: &mut Write, connection: &ConnectionId) -> Result<(), Error> {
    let query = sqlx::query("DELETE FROM person_handles WHERE connection = $1");
    write
        .execute("forget handles", query.bind(connection.as_str()))
        .await?;
    Ok(())
}
