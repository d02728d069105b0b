//! Copying a SQLite database while it is in use.

use std::fs::File;
use std::path::{Path, PathBuf};

use sqlx::Connection as _;

use super::open::{create_new_file, sqlite_file};
use super::{Database, Product};
use crate::Settings;
use crate::error::Error;

impl Database {
    /// Writes the database as it is at this moment into a new file that only its owner can read, and checks the copy.
    pub(crate) async fn copy_to(&self, file: &Path) -> Result<(), Error> {
        let doing = "copy itself";
        if self.product == Product::Postgres {
            return Err(Error::NotSqlite);
        }
        let failed = |why: String| Error::NotWritable {
            why: format!("{}: {why}", file.display()),
        };
        let name = file.to_str();
        let name = name.ok_or_else(|| failed("its name is not UTF-8".to_owned()))?;
        // Made first, so that its mode is right before anything is in it.
        create_new_file(file)?;
        // This leaves out free pages, and with them whatever they may once have held.
        let copy = sqlx::query("VACUUM INTO $1").bind(name);
        let copied = copy.execute(&self.pool).await;
        copied.map_err(|error| Error::database(doing, &error))?;
        check(file).await?;
        let folder = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        for durable in [file, folder.unwrap_or(Path::new("."))] {
            let synced = File::open(durable).and_then(|opened| opened.sync_all());
            synced.map_err(|error| failed(error.to_string()))?;
        }
        Ok(())
    }

    /// Copies what a migration is going to change. Answers where the copy is.
    pub(crate) async fn copy_before_migrating(
        &self,
        settings: &Settings,
    ) -> Result<Option<PathBuf>, Error> {
        let pending = self.pending_migrations().await?;
        let nothing_to_lose = pending.len() == super::migrations::names().len();
        let (Product::Sqlite, Some(first), false) =
            (self.product, pending.first(), nothing_to_lose)
        else {
            return Ok(None);
        };
        let mut name = sqlite_file(&settings.url)?.into_os_string();
        name.push(format!(".before-{first}"));
        let file = PathBuf::from(name);
        if !file.exists() {
            self.copy_to(&file).await?;
        }
        Ok(Some(file))
    }

    /// How many bytes the database holds, free pages left out; 0 on PostgreSQL.
    pub(crate) async fn size(&self) -> Result<u64, Error> {
        if self.product == Product::Postgres {
            return Ok(0);
        }
        let query = sqlx::query(
            "SELECT (page_count - freelist_count) * page_size AS size
             FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
        );
        let row = self.optional("measure itself", query).await?;
        let size = row.map(|row| row.number("size")).transpose()?;
        Ok(size.unwrap_or_default().unsigned_abs())
    }
}

/// A copy that cannot be read back is none.
async fn check(file: &Path) -> Result<(), Error> {
    let doing = "check its copy";
    let error = |error: sqlx::Error| Error::database(doing, &error);
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(file)
        .read_only(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options)
        .await
        .map_err(error)?;
    let found: String = sqlx::query_scalar("PRAGMA quick_check")
        .fetch_one(&mut connection)
        .await
        .map_err(error)?;
    connection.close().await.map_err(error)?;
    match found.as_str() {
        "ok" => Ok(()),
        _ => Err(Error::NotWritable {
            why: format!("the copy is not whole: {found}"),
        }),
    }
}
