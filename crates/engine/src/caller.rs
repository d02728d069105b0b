//! Who is calling. Only the engine makes these, from a session or key it has checked.

use std::ops::Deref;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::caller::{Caller, Client, Surface};
use domain::canonical::Digest;
use domain::id::{AgentId, OrganisationId, PersonId, SessionId};
use domain::secret::{AgentKey, FormToken, SessionSecret};
use jiff::Timestamp;

use crate::{Engine, Error, ErrorKind};

/// A person in a signed-in browser session.
pub struct PersonCaller {
    pub(crate) person: store::people::Person,
    pub(crate) session: SessionId,
    /// When she last proved at Microsoft who she is.
    pub(crate) authenticated_at: Timestamp,
    form_token: FormToken,
}

impl PersonCaller {
    /// Who.
    pub fn id(&self) -> &PersonId {
        &self.person.id
    }

    /// Her display name, as Microsoft has it.
    pub fn name(&self) -> &str {
        &self.person.name
    }

    /// The name she signs in with; for display only.
    pub fn login(&self) -> &str {
        &self.person.login
    }

    /// Whether she may set levels.
    pub fn is_administrator(&self) -> bool {
        self.person.administrator
    }

    /// The language she chose, `en` or `de`.
    pub fn language(&self) -> Option<&str> {
        self.person.language.as_deref()
    }

    /// Her organisation.
    pub fn organisation(&self) -> &OrganisationId {
        &self.person.organisation
    }

    /// What every form of this session carries in its field `form_token`.
    pub fn form_token(&self) -> &FormToken {
        &self.form_token
    }

    /// Whether a form came from a page of this session.
    pub fn form_token_is(&self, given: &str) -> bool {
        self.form_token.hash() == FormToken::new(given.to_owned()).hash()
    }
}

/// A person who may set levels for her organisation.
pub struct AdministratorCaller(PersonCaller);

impl Deref for AdministratorCaller {
    type Target = PersonCaller;
    fn deref(&self) -> &PersonCaller {
        &self.0
    }
}

/// An agent that acts for a person with a personal key.
#[derive(Clone)]
pub struct AgentCaller {
    pub(crate) caller: Caller,
    pub(crate) person: store::people::Person,
    pub(crate) agent_name: String,
    pub(crate) client: Client,
}

impl AgentCaller {
    /// The same, on record with where it calls from.
    #[must_use]
    pub fn from(self, client: Client) -> Self {
        Self { client, ..self }
    }

    /// What the person called this agent.
    pub fn name(&self) -> &str {
        &self.agent_name
    }

    /// For whom it acts.
    pub fn person_name(&self) -> &str {
        &self.person.name
    }

    /// Its id.
    pub fn agent(&self) -> &AgentId {
        &self.caller.agent
    }

    /// Names it and its person: what it is given to carry is good for it only.
    pub(crate) fn digest(&self) -> Digest {
        let Caller {
            organisation,
            person,
            agent,
            ..
        } = &self.caller;
        let parts = [organisation.as_str(), person.as_str(), agent.as_str()];
        Digest::of("attache agent", &parts.map(str::as_bytes))
    }
}

impl Engine {
    /// The person whose session this is.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthenticated`] when the session does not exist, was ended, or is too old.
    pub async fn person_caller(&self, session: &SessionSecret) -> Result<PersonCaller, Error> {
        let (stored, person) = self
            .0
            .store
            .session(&session.hash())
            .await?
            .ok_or_else(Error::unauthenticated)?;
        let form_token = Digest::of("attache form token", &[session.expose().as_bytes()]);
        let form_token = FormToken::new(URL_SAFE_NO_PAD.encode(form_token.as_bytes()));
        Ok(PersonCaller {
            person,
            session: stored.id,
            authenticated_at: stored.authenticated_at,
            form_token,
        })
    }

    /// The same person, as an administrator.
    ///
    /// # Errors
    /// [`ErrorKind::Forbidden`] when she is none.
    pub fn administrator_caller(&self, person: PersonCaller) -> Result<AdministratorCaller, Error> {
        if person.is_administrator() {
            Ok(AdministratorCaller(person))
        } else {
            Err(Error::new(
                ErrorKind::Forbidden,
                "administrators_only",
                "Only administrators may see this page.",
            ))
        }
    }

    /// The agent whose key this is.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthenticated`] when there is no such key, or it was revoked or is too old.
    pub async fn agent_caller(
        &self,
        key: &AgentKey,
        surface: Surface,
    ) -> Result<AgentCaller, Error> {
        let (agent, person) = self
            .0
            .store
            .agent_by_key(&key.hash())
            .await?
            .ok_or_else(Error::unauthenticated)?;
        let caller = Caller {
            organisation: person.organisation.clone(),
            person: person.id.clone(),
            agent: agent.id,
            surface,
        };
        Ok(AgentCaller {
            caller,
            person,
            agent_name: agent.name,
            client: Client::default(),
        })
    }
}
