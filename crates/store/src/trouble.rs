//! What Microsoft has against the installation: noted by whichever instance hears it, known to all of them and to the
//! operator's commands, and forgotten when any of them has been given a token again.

use jiff::Timestamp;

use crate::Store;
use crate::error::Error;

/// Trouble of the installation, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What sort, in a word of the caller's own.
    pub what: String,
    /// The number after `AADSTS`, if Microsoft said one.
    pub code: Option<u32>,
    /// Since when this has been so without a success in between.
    pub since: Timestamp,
    /// When it was last so.
    pub last: Timestamp,
}

impl Store {
    /// What Microsoft has against the installation; `None` when it was given a token since.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trouble(&self) -> Result<Option<Trouble>, Error> {
        let query = sqlx::query(
            "SELECT what, code, since_ms, last_ms FROM installation_trouble WHERE slot = 1",
        );
        let row = self.database().optional("read trouble", query).await?;
        row.map(|row| {
            let code = row.number("code")?;
            Ok(Trouble {
                what: row.text("what")?,
                code: u32::try_from(code).ok().filter(|code| *code > 0),
                since: row.moment("since_ms")?,
                last: row.moment("last_ms")?,
            })
        })
        .transpose()
    }

    /// Notes trouble. Answers whether it is another than the one that was known.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_trouble(&self, what: &str, code: Option<u32>) -> Result<bool, Error> {
        let doing = "note trouble";
        let code = i64::from(code.unwrap_or(0));
        let mut write = self.database().write().await?;
        let known = sqlx::query(
            "SELECT slot FROM installation_trouble WHERE slot = 1 AND what = $1 AND code = $2",
        );
        let known = write.optional(doing, known.bind(what).bind(code)).await?;
        // Another sort does not begin anew: it has been wrong for as long as nothing has worked.
        let query = sqlx::query(
            "INSERT INTO installation_trouble (slot, what, code, since_ms, last_ms) VALUES (1, $1, $2, $3, $3)
             ON CONFLICT (slot) DO UPDATE
             SET what = excluded.what, code = excluded.code, last_ms = excluded.last_ms",
        );
        let query = query.bind(what).bind(code).bind(self.now_ms());
        write.execute(doing, query).await?;
        write.commit(doing).await?;
        Ok(known.is_none())
    }

    /// Forgets it. Answers whether there was any.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_trouble(&self) -> Result<bool, Error> {
        let query = sqlx::query("DELETE FROM installation_trouble WHERE slot = 1");
        self.change("forget trouble", query).await
    }
}
