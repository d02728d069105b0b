//! What a person tightens for herself, for all her agents or for one. She can only add to what her administrator says, never
//! take away.

use domain::audit::Kind;
use domain::id::{AgentId, RequestId};
use domain::permission::Level;

use crate::connect::tool_views;
use crate::{Engine, Error, KeyView, PersonCaller, ToolView, tools};

/// One agent of a person's, and how it stands to every tool.
#[derive(Debug, Clone)]
pub struct AgentView {
    /// Its key, as the list of keys shows it.
    pub key: KeyView,
    /// Every tool, with what counts for this agent.
    pub tools: Vec<ToolView>,
}

impl Engine {
    /// Sets what a person adds to the administrator's level of tools, for all her agents or for the one that is named.
    /// [`Level::AlwaysAllow`] adds nothing. It counts for every call that starts after this returns. Answers how many
    /// changed.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when a name is no tool, or the agent is not hers or can do nothing
    /// any more; then none is set.
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) when a change cannot be recorded; then it and those after
    /// it are not made.
    pub async fn set_own_levels(
        &self,
        person: &PersonCaller,
        agent: Option<&AgentId>,
        changes: &[(String, Level)],
        request: &RequestId,
    ) -> Result<usize, Error> {
        if changes.iter().any(|(tool, _)| tools::find(tool).is_none()) {
            return Err(Error::not_found());
        }
        if let Some(agent) = agent {
            let key = self.key(person, agent).await?;
            if key.revoked.is_some() {
                return Err(Error::not_found());
            }
        }
        let store = &self.0.store;
        let before = store.own_levels(person.id(), agent).await?;
        let mut changed = 0;
        for (tool, to) in changes {
            let was = before.iter().find(|(name, _)| name == tool);
            let was = was.map_or(Level::AlwaysAllow, |(_, level)| *level);
            if was == *to {
                continue;
            }
            let mut record = self.about(&person.person, Kind::OwnLevelChanged);
            record.agent = agent.cloned();
            record.request = Some(request.clone());
            record.tool = Some(tool.clone());
            record.outcome = Some(to.as_str().to_owned());
            record.reason = Some(format!("was_{was}"));
            store.record(record).await?;
            store.set_own_level(person.id(), agent, tool, *to).await?;
            changed += 1;
        }
        Ok(changed)
    }

    /// One of a person's agents, with what counts for it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when it is not hers.
    pub async fn agent(&self, person: &PersonCaller, id: &AgentId) -> Result<AgentView, Error> {
        let key = self.key(person, id).await?;
        let standings = self.0.store.standings(person.id(), Some(id)).await?;
        let tools = tool_views(&standings);
        Ok(AgentView { key, tools })
    }

    async fn key(&self, person: &PersonCaller, id: &AgentId) -> Result<KeyView, Error> {
        let keys = self.keys(person).await?;
        let key = keys.into_iter().find(|key| key.id == *id);
        key.ok_or_else(Error::not_found)
    }
}
