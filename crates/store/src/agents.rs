//! Agents: personal keys a person has made. A key is shown once and stored as its hash.

use std::fmt;

use domain::id::{AgentId, PersonId};
use domain::secret::{AgentKey, SecretHash};
use jiff::Timestamp;

use crate::Store;
use crate::approvals::{self, Pending};
use crate::error::Error;
use crate::people::Person;
use crate::row::Row;
use crate::sessions::NOTED_EVERY_MS;

/// One personal key.
#[derive(Clone, PartialEq, Eq)]
pub struct Agent {
    /// Our id.
    pub id: AgentId,
    /// Whose key.
    pub person: PersonId,
    /// What the person calls it.
    pub name: String,
    /// The last four characters of the key, to tell keys apart.
    pub hint: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used, to the minute.
    pub last_used: Option<Timestamp>,
    /// When it stops working by itself.
    pub expires: Option<Timestamp>,
    /// When the person revoked it.
    pub revoked: Option<Timestamp>,
}

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent")
            .field("id", &self.id)
            .field("person", &self.person)
            .field("revoked", &self.revoked)
            .finish_non_exhaustive()
    }
}

impl Agent {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id("agent")?,
            person: row.id("person")?,
            name: row.text("agent_name")?,
            hint: row.text("hint")?,
            created: row.moment("created_ms")?,
            last_used: row.maybe_moment("last_used_ms")?,
            expires: row.maybe_moment("expires_ms")?,
            revoked: row.maybe_moment("revoked_ms")?,
        })
    }
}

impl Store {
    /// Keeps a new key by its hash.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn create_agent(
        &self,
        person: &PersonId,
        name: &str,
        key: &AgentKey,
        expires: Option<Timestamp>,
    ) -> Result<Agent, Error> {
        let hint: Vec<char> = key.expose().chars().rev().take(4).collect();
        let agent = Agent {
            id: AgentId::random(self.random()),
            person: person.clone(),
            name: name.to_owned(),
            hint: hint.into_iter().rev().collect(),
            created: domain::clock::from_ms(self.now_ms()),
            last_used: None,
            expires,
            revoked: None,
        };
        let query = sqlx::query(
            "INSERT INTO agents (id, person, name, hint, key_hash, created_ms, expires_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        );
        let query = query
            .bind(agent.id.as_str())
            .bind(person.as_str())
            .bind(name)
            .bind(agent.hint.as_str())
            .bind(key.hash().as_str())
            .bind(agent.created.as_millisecond())
            .bind(expires.map(Timestamp::as_millisecond));
        self.change("keep a key", query).await?;
        Ok(agent)
    }

    /// The agent with this key and its person, if the key still works. Notes its use, at most once a minute.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn agent_by_key(&self, hash: &SecretHash) -> Result<Option<(Agent, Person)>, Error> {
        let now = self.now_ms();
        let query = sqlx::query(
            "SELECT a.id AS agent, a.name AS agent_name, a.hint, a.created_ms, a.last_used_ms, a.expires_ms, a.revoked_ms,
                p.id AS person, p.organisation, p.tenant, p.object, p.name AS person_name, p.login, p.administrator,
                p.language, p.browser_zone
             FROM agents a JOIN persons p ON p.id = a.person
             WHERE a.key_hash = $1 AND a.revoked_ms IS NULL AND (a.expires_ms IS NULL OR a.expires_ms > $2)",
        );
        let query = query.bind(hash.as_str()).bind(now);
        let Some(row) = self.database().optional("find a key", query).await? else {
            return Ok(None);
        };
        let (agent, person) = (Agent::from_row(&row)?, Person::from_row(&row)?);
        let noted = agent.last_used.map_or(i64::MIN, Timestamp::as_millisecond);
        if now.saturating_sub(noted) >= NOTED_EVERY_MS {
            let note = sqlx::query("UPDATE agents SET last_used_ms = $2 WHERE id = $1");
            let note = note.bind(agent.id.as_str()).bind(now);
            self.change("note the use of a key", note).await?;
        }
        Ok(Some((agent, person)))
    }

    /// All keys of a person, the newest first, revoked and expired ones too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn agents(&self, person: &PersonId) -> Result<Vec<Agent>, Error> {
        let query = sqlx::query(
            "SELECT id AS agent, person, name AS agent_name, hint, created_ms, last_used_ms, expires_ms, revoked_ms
             FROM agents WHERE person = $1 ORDER BY created_ms DESC, id DESC",
        );
        let rows = self
            .database()
            .rows("list keys", query.bind(person.as_str()))
            .await?;
        rows.iter().map(Agent::from_row).collect()
    }

    /// Revokes a key for good and voids what its agent has asked for. Answers whether it was working until now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_agent(&self, person: &PersonId, id: &AgentId) -> Result<bool, Error> {
        let doing = "revoke a key";
        let mut write = self.database().write().await?;
        let query = sqlx::query(
            "UPDATE agents SET revoked_ms = $3 WHERE id = $1 AND person = $2 AND revoked_ms IS NULL",
        );
        let query = query
            .bind(id.as_str())
            .bind(person.as_str())
            .bind(self.now_ms());
        if write.execute(doing, query).await? == 0 {
            return Ok(false);
        }
        approvals::void(&mut write, Pending::OfAgent(id), self.now_ms()).await?;
        write.commit(doing).await?;
        Ok(true)
    }
}
