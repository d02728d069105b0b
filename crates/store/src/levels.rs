//! Levels, and the one question the way of every call asks: what do the administrator and the person say, and is there a
//! connection?

mod own;
mod rules;

use domain::id::{AgentId, OrganisationId, PersonId};
use domain::permission::Level;
use domain::policy::{AskRule, Levels};
use jiff::Timestamp;

use crate::Store;
use crate::approvals::{self, Pending};
use crate::connections::{Connection, connection_columns};
use crate::error::Error;
use crate::row::Row;

pub use self::rules::OrganisationRules;

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

/// How one person's agent stands to one tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What everybody who has a say has set; *Deny* when no administrator has set a level.
    pub levels: Levels,
    /// How often an administrator has set it; 0 when none has.
    pub version: i64,
    /// When *Always Allow* becomes *Ask*.
    pub rules: Vec<AskRule>,
    /// Whether what the agent has read of others makes a difference to this tool.
    pub taint_counts: bool,
    /// The person's connection, if there is one.
    pub connection: Option<Connection>,
}

/// How one person's agent stands to every tool that has a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standings {
    /// Tools by name.
    pub tools: Vec<(String, Levels)>,
    /// The person's connection, if there is one.
    pub connection: Option<Connection>,
}

impl Standings {
    /// What counts for a tool; *Deny* when no administrator has set a level.
    pub fn levels(&self, tool: &str) -> Levels {
        let found = self.tools.iter().find(|(name, _)| name == tool);
        found.map_or(Levels::of_organisation(Level::Deny), |(_, levels)| *levels)
    }
}

/// Levels of a row with the administrator's, the person's, and the person's for the agent. What nobody has tightened adds
/// nothing; what cannot be read is *Deny*.
fn levels_of(row: &Row) -> Result<Levels, Error> {
    let own = |level: Option<String>| match level {
        None => Level::AlwaysAllow,
        Some(word) => Level::from_stored(Some(&word)),
    };
    Ok(Levels {
        organisation: Level::from_stored(row.maybe_text("level")?.as_deref()),
        person: own(row.maybe_text("own_level")?),
        agent: own(row.maybe_text("agent_level")?),
    })
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

    /// Levels, rules and connection of one person for one tool of one agent, in one query.
    ///
    /// # Errors
    /// When the database fails, or holds rules that this release does not know: then nothing can be decided.
    pub async fn standing(
        &self,
        person: &PersonId,
        agent: &AgentId,
        tool: &str,
    ) -> Result<Standing, Error> {
        let query = sqlx::query(concat!(
            "SELECT l.level, COALESCE(l.version, 0) AS version, o.level AS own_level, a.level AS agent_level, g.ask_rules, g.taint_off, ",
            connection_columns!("c."),
            " FROM persons p
             JOIN organisations g ON g.id = p.organisation
             LEFT JOIN levels l ON l.organisation = p.organisation AND l.tool = $3
             LEFT JOIN own_levels o ON o.person = p.id AND o.agent = '' AND o.tool = $3
             LEFT JOIN own_levels a ON a.person = p.id AND a.agent = $2 AND a.tool = $3
             LEFT JOIN connections c ON c.person = p.id AND c.integration = 'outlook_calendar'
             WHERE p.id = $1"
        ));
        let query = query.bind(person.as_str()).bind(agent.as_str()).bind(tool);
        match self.database().optional("read a standing", query).await? {
            Some(row) => Ok(Standing {
                levels: levels_of(&row)?,
                version: row.number("version")?,
                rules: rules::of(&row)?,
                taint_counts: !rules::taint_off(&row)?.iter().any(|name| name == tool),
                connection: Connection::maybe_from_row(&row)?,
            }),
            None => Ok(Standing {
                levels: Levels::of_organisation(Level::Deny),
                version: 0,
                rules: Vec::new(),
                taint_counts: true,
                connection: None,
            }),
        }
    }

    /// All levels that count for a person and, if one is named, her agent, and the connection, in one query.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn standings(
        &self,
        person: &PersonId,
        agent: Option<&AgentId>,
    ) -> Result<Standings, Error> {
        let query = sqlx::query(concat!(
            "SELECT l.tool, l.level, o.level AS own_level, a.level AS agent_level, ",
            connection_columns!("c."),
            " FROM persons p
             LEFT JOIN levels l ON l.organisation = p.organisation
             LEFT JOIN own_levels o ON o.person = p.id AND o.agent = '' AND o.tool = l.tool
             LEFT JOIN own_levels a ON a.person = p.id AND a.agent = $2 AND a.tool = l.tool
             LEFT JOIN connections c ON c.person = p.id AND c.integration = 'outlook_calendar'
             WHERE p.id = $1 ORDER BY l.tool"
        ));
        // No agent has this id; the person's own are under an empty one, which is asked for beside it.
        let agent = agent.map_or("none", AgentId::as_str);
        let query = query.bind(person.as_str()).bind(agent);
        let rows = self.database().rows("read standings", query).await?;
        let connection = match rows.first() {
            Some(row) => Connection::maybe_from_row(row)?,
            None => None,
        };
        let mut tools = Vec::with_capacity(rows.len());
        for row in &rows {
            if let Some(tool) = row.maybe_text("tool")? {
                tools.push((tool, levels_of(row)?));
            }
        }
        Ok(Standings { tools, connection })
    }
}
