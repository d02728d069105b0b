//! What the operator does at the machine itself, in an emergency or when nobody can sign in: look at connections and end
//! them, which is the same ending as an administrator's; and see what waits for whom. All of it is on record as the
//! operator's, and a person sees that her card was read. Nothing here decides.

use domain::audit::Kind;
use domain::id::{ApprovalId, OrganisationId, PersonId, RequestId};
use store::approvals::ApprovalFilter;

use crate::people::Ender;
use crate::{ApprovalView, Engine, Error, Listed, PeopleFilter, PersonView};

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

    /// What waits for a person and what became of it, newest first, as [`Engine::approvals`] lists it. For what it is about
    /// there is [`Engine::operator_card`].
    ///
    /// # Errors
    /// As there; [`crate::ErrorKind::NotFound`] when there is no such person in the organisation.
    pub async fn operator_approvals(
        &self,
        _: &Operator,
        organisation: &OrganisationId,
        id: &PersonId,
        filter: &ApprovalFilter,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Listed<ApprovalView>, Error> {
        let person = self.colleague(organisation, id).await?;
        self.approvals_of(&person, filter, before, limit).await
    }

    /// One card of a person, as it stands: it is looked up nowhere. That it was read is on record, and she sees it.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is no such person or card; [`crate::ErrorKind::Unavailable`], also when it
    /// cannot be put on record: then it is not shown.
    pub async fn operator_card(
        &self,
        _: &Operator,
        organisation: &OrganisationId,
        id: &PersonId,
        approval: &ApprovalId,
    ) -> Result<ApprovalView, Error> {
        let person = self.colleague(organisation, id).await?;
        let stored = self.0.store.approval(&person.id, approval).await?;
        let stored = stored.ok_or_else(Error::not_found)?;
        let view = self.view_of(&person, &stored).await?;
        let mut record = self.about(&person, Kind::CardRead);
        Ender::Operator.sign(&mut record);
        record.tool = Some(stored.tool);
        record.approval = Some(stored.id);
        self.0.store.record(record).await?;
        Ok(view)
    }
}
