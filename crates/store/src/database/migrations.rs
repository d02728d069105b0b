//! The migrations, built into the program: forward only, never edited, workable for the previous release.

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::Database;
use crate::error::{Cause, Error};
use crate::row::Row;

/// Every migration, oldest first: number, name, text.
const MIGRATIONS: [(i64, &str, &str); 16] = [
    (1, "start", include_str!("../../migrations/0001_start.sql")),
    (
        2,
        "sealed_version",
        include_str!("../../migrations/0002_sealed_version.sql"),
    ),
    (
        3,
        "parked",
        include_str!("../../migrations/0003_parked.sql"),
    ),
    (
        4,
        "refresh_turns",
        include_str!("../../migrations/0004_refresh_turns.sql"),
    ),
    (
        5,
        "person_handles",
        include_str!("../../migrations/0005_person_handles.sql"),
    ),
    (6, "lives", include_str!("../../migrations/0006_lives.sql")),
    (
        7,
        "checkpoints",
        include_str!("../../migrations/0007_checkpoints.sql"),
    ),
    (
        8,
        "refused",
        include_str!("../../migrations/0008_refused.sql"),
    ),
    (9, "rules", include_str!("../../migrations/0009_rules.sql")),
    (
        10,
        "looked",
        include_str!("../../migrations/0010_looked.sql"),
    ),
    (11, "taint", include_str!("../../migrations/0011_taint.sql")),
    (
        12,
        "limits",
        include_str!("../../migrations/0012_limits.sql"),
    ),
    (
        13,
        "writes",
        include_str!("../../migrations/0013_writes.sql"),
    ),
    (14, "shown", include_str!("../../migrations/0014_shown.sql")),
    (16, "sid", include_str!("../../migrations/0016_sid.sql")),
    (17, "ended", include_str!("../../migrations/0017_ended.sql")),
];

fn name(version: i64, description: &str) -> String {
    format!("{version:04}_{description}")
}

/// The names of all migrations, oldest first.
pub(super) fn names() -> Vec<String> {
    MIGRATIONS
        .iter()
        .map(|&(version, description, _)| name(version, description))
        .collect()
}

impl Database {
    /// Applies what is pending and answers the names.
    pub(crate) async fn migrate(&self) -> Result<Vec<String>, Error> {
        let pending = self.pending_migrations().await?;
        let migrations = MIGRATIONS.iter().map(|&(version, description, text)| {
            Migration::new(
                version,
                description.into(),
                MigrationType::Simple,
                text.into_sql_str(),
                false,
            )
        });
        let mut migrator = Migrator::with_migrations(migrations.collect());
        // A newer release may have run here before; its migrations are workable for us.
        migrator.set_ignore_missing(true);
        let done = migrator.run(&self.pool).await;
        done.map_err(|error| Error::migration(&error))?;
        Ok(pending)
    }

    /// The names of the migrations that have not been applied, oldest first.
    pub(crate) async fn pending_migrations(&self) -> Result<Vec<String>, Error> {
        let query = sqlx::query("SELECT version FROM _sqlx_migrations WHERE success");
        let applied = match query.fetch_all(&self.pool).await {
            Ok(rows) => rows
                .into_iter()
                .map(|row| Row::from(row).number("version"))
                .collect::<Result<Vec<i64>, Error>>()?,
            Err(error) if Cause::is_missing_table(&error) => Vec::new(),
            Err(error) => return Err(Error::database("read which migrations it has", &error)),
        };
        let pending = MIGRATIONS
            .iter()
            .filter(|(version, ..)| !applied.contains(version));
        Ok(pending
            .map(|&(version, description, _)| name(version, description))
            .collect())
    }
}
