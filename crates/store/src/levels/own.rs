//! What people have tightened for themselves.

use domain::id::{AgentId, PersonId};
use domain::permission::Level;

use crate::Store;
use crate::error::Error;

impl Store {
    /// What a person has tightened: tool and level, for all her agents or for one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn own_levels(
        &self,
        person: &PersonId,
        agent: Option<&AgentId>,
    ) -> Result<Vec<(String, Level)>, Error> {
        let query = sqlx::query(
            "SELECT tool, level FROM own_levels WHERE person = $1 AND agent = $2 ORDER BY tool",
        );
        let agent = agent.map_or("", AgentId::as_str);
        let query = query.bind(person.as_str()).bind(agent);
        let rows = self.database().rows("read own levels", query).await?;
        let one = |row: &crate::row::Row| {
            Ok((
                row.text("tool")?,
                Level::from_stored(Some(&row.text("level")?)),
            ))
        };
        rows.iter().map(one).collect()
    }

    /// The agents for which a person has tightened something, each once for every tool.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn narrowed(&self, person: &PersonId) -> Result<Vec<AgentId>, Error> {
        let query = sqlx::query(
            "SELECT agent FROM own_levels WHERE person = $1 AND agent <> '' AND level <> $2",
        );
        let query = query.bind(person.as_str());
        let query = query.bind(Level::AlwaysAllow.as_str());
        let rows = self.database().rows("count own levels", query).await?;
        rows.iter().map(|row| row.id("agent")).collect()
    }

    /// Sets what a person adds to the administrator's level; [`Level::AlwaysAllow`] adds nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_own_level(
        &self,
        person: &PersonId,
        agent: Option<&AgentId>,
        tool: &str,
        level: Level,
    ) -> Result<(), Error> {
        let doing = "set an own level";
        let query = sqlx::query(
            "INSERT INTO own_levels (person, agent, tool, level, set_ms) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (person, agent, tool) DO UPDATE SET level = excluded.level, set_ms = excluded.set_ms",
        );
        let query = query
            .bind(person.as_str())
            .bind(agent.map_or("", AgentId::as_str))
            .bind(tool)
            .bind(level.as_str())
            .bind(self.now_ms());
        let mut write = self.database().write().await?;
        write.execute(doing, query).await?;
        write.commit(doing).await
    }
}
