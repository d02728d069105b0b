//! The connection to SQLite or PostgreSQL, and the little in which the two differ.

mod backup;
mod migrations;
mod open;

use std::sync::Arc;

use sqlx::any::AnyArguments;
use sqlx::{Any, AnyPool, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::error::Error;
use crate::row::Row;

/// A statement with its values.
pub(crate) type Query<'q> = sqlx::query::Query<'q, Any, AnyArguments>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Product {
    Sqlite,
    Postgres,
}

/// The pool, and the turn that writers of this process take.
#[derive(Clone)]
pub(crate) struct Database {
    pool: AnyPool,
    product: Product,
    /// SQLite lets one writer in at a time and makes the others poll; queueing here is fair and costs nothing.
    turn: Arc<Mutex<()>>,
}

impl Database {
    /// The first row of an answer.
    pub(crate) async fn optional(
        &self,
        doing: &'static str,
        query: Query<'_>,
    ) -> Result<Option<Row>, Error> {
        let row = query.fetch_optional(&self.pool).await;
        Ok(row
            .map_err(|error| Error::database(doing, &error))?
            .map(Row::from))
    }

    /// All rows of an answer.
    pub(crate) async fn rows(
        &self,
        doing: &'static str,
        query: Query<'_>,
    ) -> Result<Vec<Row>, Error> {
        let rows = query.fetch_all(&self.pool).await;
        let rows = rows.map_err(|error| Error::database(doing, &error))?;
        Ok(rows.into_iter().map(Row::from).collect())
    }

    /// Begins a transaction that writes. Dropped without [`Write::commit`], it leaves nothing.
    pub(crate) async fn write(&self) -> Result<Write, Error> {
        let (turn, begin) = match self.product {
            // IMMEDIATE takes the write lock first: a transaction that reads, then writes, cannot be overtaken in between.
            Product::Sqlite => (
                Some(Arc::clone(&self.turn).lock_owned().await),
                "BEGIN IMMEDIATE",
            ),
            Product::Postgres => (None, "BEGIN"),
        };
        let transaction = self.pool.begin_with(begin).await;
        let transaction =
            transaction.map_err(|error| Error::database("begin a transaction", &error))?;
        Ok(Write { transaction, turn })
    }

    /// Removes what was overwritten from SQLite's log, where it would otherwise stay until the log is reused.
    ///
    /// PostgreSQL has no such command: dead rows stay until vacuum, archived logs until they expire.
    pub(crate) async fn wipe_log(&self) -> Result<(), Error> {
        if self.product == Product::Postgres {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        let query = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)");
        // The busy time-out applies here: readers of older pages are waited for.
        let row = self.optional("wipe the log", query).await?;
        match row.map(|row| row.number("busy")).transpose()? {
            Some(0) => Ok(()),
            Some(_) | None => Err(Error::NotWiped),
        }
    }

    /// Closes every connection. On SQLite everything is in the one file afterwards, so that the file alone is a backup.
    pub(crate) async fn close(&self) {
        if let Err(error) = self.wipe_log().await {
            tracing::warn!(%error, "the database was closed with something left in its log; both files belong together");
        }
        self.pool.close().await;
    }
}

/// A transaction that writes.
pub(crate) struct Write {
    // Dropped before the turn is given on.
    transaction: Transaction<'static, Any>,
    #[expect(dead_code, reason = "held until the transaction has ended")]
    turn: Option<OwnedMutexGuard<()>>,
}

impl Write {
    /// How many rows a statement changed.
    pub(crate) async fn execute(
        &mut self,
        doing: &'static str,
        query: Query<'_>,
    ) -> Result<u64, Error> {
        let result = query.execute(&mut *self.transaction).await;
        Ok(result
            .map_err(|error| Error::database(doing, &error))?
            .rows_affected())
    }

    /// The first row of an answer.
    pub(crate) async fn optional(
        &mut self,
        doing: &'static str,
        query: Query<'_>,
    ) -> Result<Option<Row>, Error> {
        let row = query.fetch_optional(&mut *self.transaction).await;
        Ok(row
            .map_err(|error| Error::database(doing, &error))?
            .map(Row::from))
    }

    /// Makes everything durable.
    pub(crate) async fn commit(self, doing: &'static str) -> Result<(), Error> {
        let committed = self.transaction.commit().await;
        committed.map_err(|error| Error::database(doing, &error))
    }
}

/// Text for a LIKE that finds `filter` anywhere, with its own wildcards taken literally; goes with `ESCAPE '!'`.
pub(crate) fn containing(filter: &str) -> String {
    let mut pattern = String::with_capacity(filter.len() + 2);
    pattern.push('%');
    for character in filter.trim().to_lowercase().chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_a_filter_mean_themselves() {
        assert_eq!(containing(" 50%_A! "), "%50!%!_a!!%");
    }
}
