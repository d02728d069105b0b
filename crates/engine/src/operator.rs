//! What the operator does at the machine itself, in an emergency or when nobody can sign in: look at connections and end
//! them. It is the same ending as an administrator's, and is on record as the operator's.

use domain::id::{OrganisationId, PersonId, RequestId};

use crate::people::Ender;
use crate::{Engine, Error, Listed, PeopleFilter, PersonView};

/// Whoever runs a command of this program with its settings and keys. Nothing that comes over the network makes one.
#[derive(Debug)]
pub struct Operator(());

impl Operator {
    /// For the program's own commands.
    pub fn at_this_machine() -> Self {
        Self(())
    }
}

impl Engine {
    /// People of an organisation, with their connections, as [`Engine::people`] lists them.
    ///
    /// # Errors
    /// As there.
    pub async fn operator_people(
        &self,
        _: &Operator,
        organisation: &OrganisationId,
        filter: &PeopleFilter,
    ) -> Result<Listed<PersonView>, Error> {
        self.people_of(organisation, filter).await
    }

    /// One person of an organisation.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is none with this id; [`crate::ErrorKind::Unavailable`].
    pub async fn operator_person(
        &self,
        _: &Operator,
        organisation: &OrganisationId,
        id: &PersonId,
    ) -> Result<PersonView, Error> {
        self.person_of(organisation, id).await
    }

    /// How many connections of an organisation can be ended.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unavailable`] when the store cannot be reached.
    pub async fn operator_live(
        &self,
        _: &Operator,
        organisation: &OrganisationId,
    ) -> Result<usize, Error> {
        self.live_of(organisation).await
    }

    /// Ends one person's connection. Answers whether there was one.
    ///
    /// # Errors
    /// As [`Engine::disconnect_person`].
    pub async fn operator_disconnect(
        &self,
        _: &Operator,
        organisation: &OrganisationId,
        id: &PersonId,
    ) -> Result<bool, Error> {
        let person = self.colleague(organisation, id).await?;
        let request = RequestId::random(&self.0.random);
        self.end_connection(&person, Ender::Operator, &request)
            .await
    }

    /// Ends the connections of everybody in an organisation, as [`Engine::disconnect_everybody`] does.
    ///
    /// # Errors
    /// As there.
    pub async fn operator_disconnect_everybody(
        &self,
        _: &Operator,
        organisation: &OrganisationId,
    ) -> Result<usize, Error> {
        let request = RequestId::random(&self.0.random);
        self.end_everybody(organisation, Ender::Operator, &request)
            .await
    }
}
