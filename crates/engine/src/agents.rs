//! Personal keys: what an agent shows to act for a person.

use domain::audit::Kind;
use domain::connection::{ConnectionState, Integration, missing};
use domain::id::{AgentId, PersonId, RequestId};
use domain::permission::Level;
use domain::secret::AgentKey;
use domain::text;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::connections::Connection;
use store::levels::Standings;

use crate::connect::lacking;
use crate::{AgentCaller, Engine, Error, PersonCaller, tools};

/// A key as its person's page shows it; the key itself is never shown again.
#[derive(Debug, Clone)]
pub struct KeyView {
    /// Its id.
    pub id: AgentId,
    /// What the person called it.
    pub name: String,
    /// Its last four characters.
    pub hint: String,
    /// Since when.
    pub created: Timestamp,
    /// When it was last used, to the minute.
    pub last_used: Option<Timestamp>,
    /// Until when.
    pub expires: Option<Timestamp>,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
    /// In how many tools its agent may do less than its person's others.
    pub narrowed: usize,
}

impl From<store::agents::Agent> for KeyView {
    fn from(agent: store::agents::Agent) -> Self {
        let store::agents::Agent {
            id,
            name,
            hint,
            created,
            last_used,
            expires,
            revoked,
            ..
        } = agent;
        Self {
            id,
            name,
            hint,
            created,
            last_used,
            expires,
            revoked,
            narrowed: 0,
        }
    }
}

impl Engine {
    /// A person's keys, newest first.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unavailable`] when the store cannot be reached.
    pub async fn keys(&self, person: &PersonCaller) -> Result<Vec<KeyView>, Error> {
        let store = &self.0.store;
        let agents = store.agents(person.id()).await?;
        let narrowed = store.narrowed(person.id()).await?;
        let view = |agent: store::agents::Agent| KeyView {
            narrowed: narrowed.iter().filter(|of| **of == agent.id).count(),
            ..KeyView::from(agent)
        };
        Ok(agents.into_iter().map(view).collect())
    }

    /// Makes a key. It is returned once and stored as its hash.
    ///
    /// # Errors
    /// `invalid_name` unless the name has 1 to 60 visible characters; `invalid_lifetime` unless it is 1 to 365 days.
    pub async fn create_key(
        &self,
        person: &PersonCaller,
        name: &str,
        days: Option<u32>,
        request: &RequestId,
    ) -> Result<(AgentKey, KeyView), Error> {
        let name = text::one_line(name, 60);
        if name.is_empty() {
            return Err(Error::invalid(
                "invalid_name",
                "name",
                "Give the key a name, so that you recognise it later.",
            ));
        }
        let expires = match days {
            Some(days @ 1..=365) => self
                .0
                .clock
                .now()
                .checked_add(SignedDuration::from_hours(24 * i64::from(days)))
                .ok(),
            Some(_) => {
                return Err(Error::invalid(
                    "invalid_lifetime",
                    "days",
                    "A key lives for 1 to 365 days.",
                ));
            }
            None => None,
        };
        let key = AgentKey::random(&self.0.random);
        let mut record = self.about(&person.person, Kind::KeyCreated);
        record.request = Some(request.clone());
        self.0.store.record(record).await?;
        let agent = self
            .0
            .store
            .create_agent(person.id(), &name, &key, expires)
            .await?;
        Ok((key, agent.into()))
    }

    /// Revokes a key; the next call with it is refused.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when it is not the person's.
    pub async fn revoke_key(
        &self,
        person: &PersonCaller,
        id: &AgentId,
        request: &RequestId,
    ) -> Result<(), Error> {
        if !self.0.store.revoke_agent(person.id(), id).await? {
            return Err(Error::not_found());
        }
        let mut record = self.about(&person.person, Kind::KeyRevoked);
        record.agent = Some(id.clone());
        record.request = Some(request.clone());
        self.0.store.record(record).await?;
        Ok(())
    }

    /// Who an agent acts for and whether it can, for the REST resource `/me`.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unavailable`] when the store cannot be reached.
    pub async fn me(&self, agent: &AgentCaller) -> Result<Value, Error> {
        Ok(json!({
            "name": agent.person.name,
            "organisation": agent.caller.organisation,
            "agent": {"id": agent.caller.agent, "name": agent.agent_name},
            "connection": self.agent_connection(agent).await?["connections"][0]["state"],
        }))
    }

    /// The connections of an agent's person, with what can be done next.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unavailable`] when the store cannot be reached.
    pub async fn agent_connection(&self, agent: &AgentCaller) -> Result<Value, Error> {
        let (person, this) = (&agent.caller.person, &agent.caller.agent);
        let standings = self.0.store.standings(person, Some(this)).await?;
        let connection = &standings.connection;
        let state = connection
            .as_ref()
            .map_or("not_connected", |connection| connection.state.as_str());
        let link = format!("{}/integrations/outlook-calendar", self.0.settings.base_url);
        let mut shown = json!({"integration": Integration::OutlookCalendar.as_str(), "state": state, "link": link});
        if let Some(connection) = connection.as_ref().filter(|known| !known.state.is_over()) {
            shown["since"] = connection.connected_at.to_string().into();
            let missing = lacking(connection);
            shown["missing_scopes"] = missing.iter().map(|scope| scope.as_str()).collect();
            shown["tools_without_scopes"] = without_scopes(&standings, connection);
        }
        match connection.as_ref().map(|connection| &connection.state) {
            Some(ConnectionState::Connected) => {}
            state => {
                // The same code and sentence as a call would be answered with.
                let told = self.not_working(state);
                shown["code"] = told.code.into();
                shown["message"] = told.message.into();
                shown["why"] = state.and_then(ConnectionState::why).into();
            }
        }
        shown["next"] = next_step(connection.as_ref()).into();
        Ok(json!({ "connections": [shown] }))
    }

    /// What an agent is told that asks to end a connection: who may, and where.
    pub fn only_the_person_ends_it(&self) -> Error {
        let words = "Only the person herself, or an administrator, ends a connection, signed in at attache. Give her the link.";
        Error::new(crate::ErrorKind::Forbidden, "only_the_person", words).with_link(format!(
            "{}/integrations/outlook-calendar/disconnect",
            self.0.settings.base_url
        ))
    }

    /// A person's agents, also those whose key has ended, by the names of their keys.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unavailable`].
    pub async fn agent_names(
        &self,
        person: &PersonCaller,
    ) -> Result<Vec<(AgentId, String)>, Error> {
        self.names_of(person.id()).await
    }

    pub(crate) async fn names_of(
        &self,
        person: &PersonId,
    ) -> Result<Vec<(AgentId, String)>, Error> {
        let agents = self.0.store.agents(person).await?.into_iter();
        Ok(agents.map(|agent| (agent.id, agent.name)).collect())
    }
}

/// The tools that an agent could use but for a scope, each with what it lacks. A denied tool is not among them: for an
/// agent it does not exist.
fn without_scopes(standings: &Standings, connection: &Connection) -> Value {
    let lacks = tools::DEFINITIONS.iter().filter_map(|definition| {
        let name = definition.name.as_str();
        let level = standings.levels(name).effective();
        let scopes = missing(definition.scopes, &connection.scopes);
        let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        let told = level != Level::Deny && !scopes.is_empty();
        told.then(|| json!({"name": name, "scopes": scopes}))
    });
    lacks.collect()
}

/// What the person does next, in one word.
fn next_step(connection: Option<&Connection>) -> &'static str {
    match connection.map(|connection| (connection, &connection.state)) {
        Some((connection, ConnectionState::Connected)) if lacking(connection).is_empty() => {
            "nothing"
        }
        Some((_, ConnectionState::NeedsSignIn { .. })) => "sign_in",
        Some((_, ConnectionState::NeedsAdmin { .. })) => "ask_administrator",
        Some((
            _,
            ConnectionState::Connected
            | ConnectionState::Revoked { .. }
            | ConnectionState::Damaged
            | ConnectionState::Disconnected,
        ))
        | None => "connect",
    }
}
