//! What `attache demo` puts in before anybody signs in. Nothing else calls this.

use domain::id::{Identity, PersonId};
use domain::secret::AgentKey;

use crate::{Engine, Error};

impl Engine {
    /// Makes a person known before her first sign-in.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unavailable`] when the store cannot be reached.
    pub async fn seed_person(
        &self,
        identity: &Identity,
        name: &str,
        login: &str,
        administrator: bool,
    ) -> Result<PersonId, Error> {
        let person = self.0.store.sign_in_person(identity, name, login).await?;
        if administrator && !person.administrator {
            self.appoint(&person.id, None).await?;
        }
        Ok(person.id)
    }

    /// Makes a personal key for a person.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unavailable`] when the store cannot be reached.
    pub async fn seed_key(&self, person: &PersonId, name: &str) -> Result<AgentKey, Error> {
        let key = AgentKey::random(&self.0.random);
        self.0.store.create_agent(person, name, &key, None).await?;
        Ok(key)
    }
}
