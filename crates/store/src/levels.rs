//! Levels, and the one question the way of every call asks: what does the administrator say, and is there a connection?

use domain::id::{OrganisationId, PersonId};
use domain::permission::Level;
use jiff::Timestamp;

use crate::Store;
use crate::approvals::{self, Pending};
use crate::connections::{Connection, connection_columns};
use crate::error::Error;
use crate::row::Row;

/// What an administrator has set for one tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolLevel {
    /// The tool.
    pub tool: String,
    /// The level.
    pub level: Level,
    /// How many times it has been set.
    pub version: i64,
    /// By whom, last.
    pub set_by: PersonId,
    /// When, last.
    pub set_at: Timestamp,
}

impl ToolLevel {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            tool: row.text("tool")?,
            level: Level::from_stored(Some(&row.text("level")?)),
            version: row.number("version")?,
            set_by: row.id("set_by")?,
            set_at: row.moment("set_ms")?,
        })
    }
}

/// How one person stands to one tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The level; *Deny* when nobody has set one.
    pub level: Level,
    /// The person's connection, if there is one.
    pub connection: Option<Connection>,
}

impl Store {
    /// The level of a tool; *Deny* when nobody has set one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn level(&self, organisation: &OrganisationId, tool: &str) -> Result<Level, Error> {
        let query = sqlx::query("SELECT level FROM levels WHERE organisation = $1 AND tool = $2");
        let query = query.bind(organisation.as_str()).bind(tool);
        let row = self.database().optional("read a level", query).await?;
        let stored = row.map(|row| row.text("level")).transpose()?;
        Ok(Level::from_stored(stored.as_deref()))
    }

    /// Every level that has been set.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn levels(&self, organisation: &OrganisationId) -> Result<Vec<ToolLevel>, Error> {
        let query = sqlx::query(
            "SELECT tool, level, version, set_by, set_ms FROM levels WHERE organisation = $1 ORDER BY tool",
        );
        let query = query.bind(organisation.as_str());
        let rows = self.database().rows("read levels", query).await?;
        rows.iter().map(ToolLevel::from_row).collect()
    }

    /// Sets a level and answers the one before. A change voids what waits for approval under the old one.
    ///
    /// # Errors
    /// [`Error::NoOrganisation`], or when the database fails.
    pub async fn set_level(
        &self,
        organisation: &OrganisationId,
        tool: &str,
        level: Level,
        by: &PersonId,
    ) -> Result<Level, Error> {
        let doing = "set a level";
        let mut write = self.database().write().await?;
        let lock = sqlx::query(
            "UPDATE organisations SET levels_version = levels_version + 1 WHERE id = $1",
        );
        let lock = lock.bind(organisation.as_str());
        if write.execute(doing, lock).await? == 0 {
            return Err(Error::NoOrganisation(organisation.clone()));
        }
        let before = sqlx::query("SELECT level FROM levels WHERE organisation = $1 AND tool = $2");
        let before = before.bind(organisation.as_str()).bind(tool);
        let before = write.optional(doing, before).await?;
        let before = before.map(|row| row.text("level")).transpose()?;
        let before = Level::from_stored(before.as_deref());
        let set = sqlx::query(
            "INSERT INTO levels (organisation, tool, level, version, set_by, set_ms)
             VALUES ($1, $2, $3, 1, $4, $5)
             ON CONFLICT (organisation, tool) DO UPDATE
             SET level = excluded.level, version = levels.version + 1, set_by = excluded.set_by,
                set_ms = excluded.set_ms",
        );
        let set = set
            .bind(organisation.as_str())
            .bind(tool)
            .bind(level.as_str())
            .bind(by.as_str())
            .bind(self.now_ms());
        write.execute(doing, set).await?;
        if before != level {
            approvals::void(
                &mut write,
                Pending::ForTool(organisation, tool),
                self.now_ms(),
            )
            .await?;
        }
        write.commit(doing).await?;
        Ok(before)
    }

    /// Level and connection of one person for one tool, in one query.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn standing(&self, person: &PersonId, tool: &str) -> Result<Standing, Error> {
        let query = sqlx::query(concat!(
            "SELECT l.level, ",
            connection_columns!("c."),
            " FROM persons p
             LEFT JOIN levels l ON l.organisation = p.organisation AND l.tool = $2
             LEFT JOIN connections c ON c.person = p.id AND c.integration = 'outlook_calendar'
             WHERE p.id = $1"
        ));
        let query = query.bind(person.as_str()).bind(tool);
        match self.database().optional("read a standing", query).await? {
            Some(row) => Ok(Standing {
                level: Level::from_stored(row.maybe_text("level")?.as_deref()),
                connection: Connection::maybe_from_row(&row)?,
            }),
            None => Ok(Standing {
                level: Level::Deny,
                connection: None,
            }),
        }
    }

    /// All levels that are set for a person's organisation, and the connection, in one query.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn standings(
        &self,
        person: &PersonId,
    ) -> Result<(Vec<ToolLevel>, Option<Connection>), Error> {
        let query = sqlx::query(concat!(
            "SELECT l.tool, l.level, l.version, l.set_by, l.set_ms, ",
            connection_columns!("c."),
            " FROM persons p
             LEFT JOIN levels l ON l.organisation = p.organisation
             LEFT JOIN connections c ON c.person = p.id AND c.integration = 'outlook_calendar'
             WHERE p.id = $1 ORDER BY l.tool"
        ));
        let query = query.bind(person.as_str());
        let rows = self.database().rows("read standings", query).await?;
        let connection = match rows.first() {
            Some(row) => Connection::maybe_from_row(row)?,
            None => None,
        };
        let mut levels = Vec::with_capacity(rows.len());
        for row in &rows {
            if row.maybe_text("tool")?.is_some() {
                levels.push(ToolLevel::from_row(row)?);
            }
        }
        Ok((levels, connection))
    }
}
