//! Who is connected, for administrators; and ending the connections of others.
//!
//! An administrator sees that somebody is connected and whether it works. She never sees anything of a calendar.

use domain::audit::Kind;
use domain::connection::{ConnectionState, Integration};
use domain::id::{OrganisationId, PersonId, RequestId};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use store::connections::Connection;
use store::connections::overview::Standing;
use store::people::Person;

use crate::{AdministratorCaller, Engine, Error, Listed, PersonCaller};

/// So many connections are ended at a time: each may have to wait for its running calls.
const AT_ONCE: usize = 16;
/// So many are looked up at a time.
const STEP: u32 = 200;

/// Which people to list.
#[derive(Debug, Clone, Default)]
pub struct PeopleFilter {
    /// Only those whose name or login contains this.
    pub text: String,
    /// Only those in the state of this name ([`ConnectionState::as_str`]), or `never`.
    pub state: Option<String>,
    /// Only those after this one: the `next` of the page before.
    pub after: Option<String>,
    /// How many, at most 200.
    pub limit: u32,
}

/// One person as an administrator sees her.
#[derive(Debug, Clone)]
pub struct PersonView {
    /// Who.
    pub id: PersonId,
    /// Her name, as Microsoft has it.
    pub name: String,
    /// The name she signs in with.
    pub login: String,
    /// Whether she may set levels.
    pub administrator: bool,
    /// The state of her connection; `None` when she never connected.
    pub state: Option<ConnectionState>,
    /// Since when she is connected.
    pub connected_at: Option<Timestamp>,
    /// When her connection last worked.
    pub refreshed_at: Option<Timestamp>,
}

/// On whose word a connection is ended.
#[derive(Clone, Copy)]
pub(crate) enum Ender<'a> {
    /// Hers, whose it is.
    Herself,
    /// An administrator's.
    Administrator(&'a PersonId),
    /// Somebody's who works at the machine that attache runs on.
    Operator,
}

impl Engine {
    /// People of the administrator's organisation, with their connections.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] for a cursor that is not ours; [`crate::ErrorKind::Unavailable`].
    pub async fn people(
        &self,
        administrator: &AdministratorCaller,
        filter: &PeopleFilter,
    ) -> Result<Listed<PersonView>, Error> {
        self.people_of(administrator.organisation(), filter).await
    }

    /// People of an organisation, for whoever works at the machine.
    ///
    /// # Errors
    /// As [`Engine::people`].
    pub async fn people_of(
        &self,
        organisation: &OrganisationId,
        filter: &PeopleFilter,
    ) -> Result<Listed<PersonView>, Error> {
        let after = match filter.after.as_deref().map(PersonId::parse) {
            Some(Ok(after)) => Some(after),
            Some(Err(_)) => {
                return Err(Error::invalid(
                    "invalid_cursor",
                    "after",
                    "This is not a cursor of this list. Start again without one.",
                ));
            }
            None => None,
        };
        let standing = match filter.state.as_deref() {
            None => Standing::Any,
            Some("never") => Standing::Never,
            Some(name) => Standing::Named(name),
        };
        let limit = filter.limit.clamp(1, 200);
        let integration = Integration::OutlookCalendar;
        let found = self.0.store.people_and_connections(
            organisation,
            integration,
            &filter.text,
            standing,
            after.as_ref(),
            limit + 1,
        );
        let mut items: Vec<PersonView> = found.await?.into_iter().map(view).collect();
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next = items
            .last()
            .filter(|_| more)
            .map(|last| last.id.to_string());
        Ok(Listed { items, next })
    }

    /// One person of the administrator's organisation.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is none with this id; [`crate::ErrorKind::Unavailable`].
    pub async fn person(
        &self,
        administrator: &AdministratorCaller,
        id: &PersonId,
    ) -> Result<PersonView, Error> {
        let person = self.colleague(administrator, id).await?;
        let connection = self
            .0
            .store
            .connection(id, Integration::OutlookCalendar)
            .await?;
        Ok(view((person, connection)))
    }

    /// How many connections of the administrator's organisation can be ended.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unavailable`] when the store cannot be reached.
    pub async fn live_connections(
        &self,
        administrator: &AdministratorCaller,
    ) -> Result<usize, Error> {
        let (organisation, integration) =
            (administrator.organisation(), Integration::OutlookCalendar);
        let live = self
            .0
            .store
            .live_connections(organisation, integration)
            .await?;
        Ok(live.try_into().unwrap_or(0))
    }

    /// Ends one person's connection, as [`Engine::disconnect`] does for herself.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when she is not of the administrator's organisation;
    /// [`crate::ErrorKind::Unavailable`], and then it may still be there.
    pub async fn disconnect_person(
        &self,
        administrator: &AdministratorCaller,
        id: &PersonId,
        request: &RequestId,
    ) -> Result<(), Error> {
        let person = self.colleague(administrator, id).await?;
        let by = Ender::Administrator(administrator.id());
        self.end_connection(&person, by, request).await?;
        Ok(())
    }

    /// Ends the connections of everybody in the administrator's organisation, some at a time. Whoever is interrupted does
    /// it again: those that are ended are ended. Answers how many it ended.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unavailable`] when one could not be ended; the others are tried all the same.
    pub async fn disconnect_everybody(
        &self,
        administrator: &AdministratorCaller,
        request: &RequestId,
    ) -> Result<usize, Error> {
        let by = Ender::Administrator(administrator.id());
        self.end_all(administrator.organisation(), by, request, &|_| ())
            .await
    }

    /// Begins what [`Engine::disconnect_everybody`] does and answers at once; how many are left, [`Engine::live_connections`]
    /// tells.
    ///
    /// # Errors
    /// When attache is about to stop; then nothing was begun.
    pub fn begin_to_disconnect_everybody(
        &self,
        administrator: AdministratorCaller,
        request: RequestId,
    ) -> Result<(), Error> {
        if self.0.stopping.is_cancelled() {
            return Err(Error::stopping());
        }
        let engine = self.clone();
        self.0.tasks.spawn(async move {
            match engine.disconnect_everybody(&administrator, &request).await {
                Ok(number) => tracing::info!(number, request.id = %request, "everybody is disconnected"),
                Err(error) => {
                    tracing::error!(request.id = %request, error = %error, "not everybody could be disconnected");
                }
            }
        });
        Ok(())
    }

    /// Ends the connections of everybody in an organisation, for whoever works at the machine; `ended` hears of the
    /// number from time to time.
    ///
    /// # Errors
    /// As [`Engine::disconnect_everybody`].
    pub async fn end_all_connections(
        &self,
        organisation: &OrganisationId,
        request: &RequestId,
        ended: &(dyn Fn(usize) + Sync),
    ) -> Result<usize, Error> {
        self.end_all(organisation, Ender::Operator, request, ended)
            .await
    }

    /// Ends the connection of the one person with this login or id, for whoever works at the machine.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when nobody or more than one has it; [`crate::ErrorKind::Unavailable`].
    pub async fn end_connection_of(
        &self,
        organisation: &OrganisationId,
        who: &str,
        request: &RequestId,
    ) -> Result<bool, Error> {
        let person = match PersonId::parse(who) {
            Ok(id) => self.0.store.person(&id).await?,
            Err(_) => {
                let found = self.0.store.people(organisation, who, None, STEP).await?;
                let mut named = found
                    .into_iter()
                    .filter(|it| it.login.eq_ignore_ascii_case(who));
                named.next().filter(|_| named.next().is_none())
            }
        };
        let person = person.filter(|person| person.organisation == *organisation);
        let person = person.ok_or_else(Error::not_found)?;
        self.end_connection(&person, Ender::Operator, request).await
    }

    async fn end_all(
        &self,
        organisation: &OrganisationId,
        by: Ender<'_>,
        request: &RequestId,
        ended: &(dyn Fn(usize) + Sync),
    ) -> Result<usize, Error> {
        let (mut number, mut after, mut failed) = (0, None, None);
        loop {
            let found = self.0.store.people_and_connections(
                organisation,
                Integration::OutlookCalendar,
                "",
                Standing::Live,
                after.as_ref(),
                STEP,
            );
            let found = found.await?;
            let Some((last, _)) = found.last() else { break };
            after = Some(last.id.clone());
            let each = found
                .into_iter()
                .map(async |(person, _)| self.end_connection(&person, by, request).await);
            let mut ending = futures_util::stream::iter(each).buffer_unordered(AT_ONCE);
            while let Some(result) = ending.next().await {
                match result {
                    Ok(was) => number += usize::from(was),
                    Err(error) => failed = Some(error),
                }
            }
            ended(number);
        }
        failed.map_or(Ok(number), Err)
    }

    /// Ends a person's connection: waits for her running calls, destroys the grant and its key, cancels what waits, and
    /// only then puts it on record. Answers whether there was one.
    pub(crate) async fn end_connection(
        &self,
        person: &Person,
        by: Ender<'_>,
        request: &RequestId,
    ) -> Result<bool, Error> {
        let (store, integration) = (&self.0.store, Integration::OutlookCalendar);
        let Some(connection) = store.connection(&person.id, integration).await? else {
            return Ok(false);
        };
        // Holding the slot keeps every call of this connection out until the grant is gone.
        let slot = self.0.operations.slot(&connection.id);
        let _alone = slot.end().await;
        self.let_go(&connection.id).await?;
        let was = store.disconnect(&person.id, integration).await?.is_some();
        // Calls that run on other instances end before anybody is told that this is done.
        self.end_elsewhere(&connection.id).await?;
        let mut record = self.about(person, Kind::Disconnected);
        record.request = Some(request.clone());
        match by {
            Ender::Herself => {}
            Ender::Administrator(administrator) => {
                record.actor = Some(administrator.clone());
                record.reason = Some("by_administrator".into());
            }
            Ender::Operator => {
                record.actor = None;
                record.reason = Some("by_operator".into());
            }
        }
        store.record(record).await?;
        Ok(was)
    }

    async fn colleague(
        &self,
        administrator: &PersonCaller,
        id: &PersonId,
    ) -> Result<Person, Error> {
        let person = self.0.store.person(id).await?;
        let theirs = |person: &Person| person.organisation == *administrator.organisation();
        person.filter(theirs).ok_or_else(Error::not_found)
    }
}

fn view((person, connection): (Person, Option<Connection>)) -> PersonView {
    let live = connection
        .as_ref()
        .filter(|connection| connection.state != ConnectionState::Disconnected);
    PersonView {
        connected_at: live.map(|connection| connection.connected_at),
        refreshed_at: live.map(|connection| connection.refreshed_at),
        state: connection.map(|connection| connection.state),
        id: person.id,
        name: person.name,
        login: person.login,
        administrator: person.administrator,
    }
}
