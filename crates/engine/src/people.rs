//! Who is connected, for administrators; and ending the connections of others.
//!
//! An administrator sees that somebody is connected and whether it works. She never sees anything of a calendar.

use domain::audit::{Kind, Record};
use domain::connection::{ConnectionState, Integration};
use domain::id::{OrganisationId, PersonId, RequestId};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use store::audit::AuditFilter;
use store::connections::Connection;
use store::connections::overview::Standing;
use store::people::Person;

use crate::{AdministratorCaller, Engine, Error, Listed};

/// Where an administrator ends everybody's connections.
const EVERYBODY: &str = "/administration/people/disconnect";

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

/// How far the last ending of everybody's connections has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndingView {
    /// When it began.
    pub began: Timestamp,
    /// How many connections there were then.
    pub of: u64,
    /// How many there are now, those made since included.
    pub left: u64,
    /// Whether it has stopped before all were ended; `false` while it goes on, as far as is known.
    pub stopped: bool,
}

/// On whose word a connection is ended.
#[derive(Clone, Copy)]
pub(crate) enum Ender<'a> {
    /// Hers, whose it is.
    Herself,
    /// An administrator's.
    Administrator(&'a PersonId),
    /// The operator's, at the machine itself.
    Operator,
}

impl Ender<'_> {
    /// Says in an entry who it was.
    pub(crate) fn sign(self, record: &mut Record) {
        match self {
            Self::Herself => {}
            Self::Administrator(administrator) => {
                record.actor = Some(administrator.clone());
                record.reason = Some("by_administrator".into());
            }
            Self::Operator => record.reason = Some("by_operator".into()),
        }
    }
}

impl Engine {
    /// People of the administrator's organisation, with their connections.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] for a cursor that is not ours or a state that there is not;
    /// [`crate::ErrorKind::Unavailable`].
    pub async fn people(
        &self,
        administrator: &AdministratorCaller,
        filter: &PeopleFilter,
    ) -> Result<Listed<PersonView>, Error> {
        self.people_of(administrator.organisation(), filter).await
    }

    pub(crate) async fn people_of(
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
        let standing = standing(filter.state.as_deref())?;
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
        self.person_of(administrator.organisation(), id).await
    }

    pub(crate) async fn person_of(
        &self,
        organisation: &OrganisationId,
        id: &PersonId,
    ) -> Result<PersonView, Error> {
        let person = self.colleague(organisation, id).await?;
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
        self.live_of(administrator.organisation()).await
    }

    pub(crate) async fn live_of(&self, organisation: &OrganisationId) -> Result<usize, Error> {
        let integration = Integration::OutlookCalendar;
        let live = self.0.store.live_connections(organisation, integration);
        Ok(live.await?.try_into().unwrap_or(0))
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
        let person = self.colleague(administrator.organisation(), id).await?;
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
        self.if_fresh(administrator, EVERYBODY)?;
        let by = Ender::Administrator(administrator.id());
        self.end_everybody(administrator.organisation(), by, request)
            .await
    }

    pub(crate) async fn end_everybody(
        &self,
        organisation: &OrganisationId,
        by: Ender<'_>,
        request: &RequestId,
    ) -> Result<usize, Error> {
        let before = self.live_of(organisation).await?;
        self.note_everybody(organisation, by, "begun", before, request)
            .await?;
        let ended = self.end_all(organisation, by, request).await;
        // What is left after a failure is what the next time begins with.
        let (outcome, number) = match &ended {
            Ok(number) => ("done", *number),
            Err(_) => ("stopped", self.live_of(organisation).await?),
        };
        self.note_everybody(organisation, by, outcome, number, request)
            .await?;
        ended
    }

    /// How far ending everybody's connections has come, if it was begun and not everybody's was ended.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unavailable`] when the store cannot be reached.
    pub async fn ending(
        &self,
        administrator: &AdministratorCaller,
    ) -> Result<Option<EndingView>, Error> {
        let filter = AuditFilter {
            kinds: vec![Kind::EverybodyDisconnected],
            limit: 2,
            ..AuditFilter::default()
        };
        let organisation = administrator.organisation();
        let entries = self.0.store.entries(organisation, &filter).await?;
        let outcome = |at: usize| entries.get(at)?.record.outcome.as_deref();
        let begun = match (outcome(0), outcome(1)) {
            (Some("begun"), _) => &entries[0].record,
            (Some("stopped"), Some("begun")) => &entries[1].record,
            _ => return Ok(None),
        };
        let left = self.live_connections(administrator).await?;
        let left = u64::try_from(left).unwrap_or(u64::MAX);
        Ok((left > 0).then(|| EndingView {
            began: begun.at,
            of: begun.count.unwrap_or(left).max(left),
            left,
            stopped: outcome(0) == Some("stopped"),
        }))
    }

    async fn note_everybody(
        &self,
        organisation: &OrganisationId,
        by: Ender<'_>,
        outcome: &str,
        number: usize,
        request: &RequestId,
    ) -> Result<(), Error> {
        let kind = Kind::EverybodyDisconnected;
        let mut record = Record::new(self.0.clock.now(), kind, organisation.clone());
        by.sign(&mut record);
        record.request = Some(request.clone());
        record.outcome = Some(outcome.to_owned());
        record.count = u64::try_from(number).ok();
        self.0.store.record(record).await?;
        Ok(())
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
        self.if_fresh(&administrator, EVERYBODY)?;
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

    async fn end_all(
        &self,
        organisation: &OrganisationId,
        by: Ender<'_>,
        request: &RequestId,
    ) -> Result<usize, Error> {
        let (mut number, mut of_pass, mut after, mut failed) = (0, 0, None, None);
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
            let Some((last, _)) = found.last() else {
                // Whoever was renamed meanwhile may have moved behind the cursor: gone through again until nobody is left.
                if of_pass == 0 {
                    break;
                }
                number += of_pass;
                (of_pass, after) = (0, None);
                continue;
            };
            after = Some(last.id.clone());
            let each = found
                .into_iter()
                .map(async |(person, _)| self.end_connection(&person, by, request).await);
            let mut ending = futures_util::stream::iter(each).buffer_unordered(AT_ONCE);
            while let Some(result) = ending.next().await {
                match result {
                    Ok(was) => of_pass += usize::from(was),
                    Err(error) => failed = Some(error),
                }
            }
        }
        failed.map_or(Ok(number), Err)
    }

    /// Ends a person's connection: waits for her running calls, destroys the grant and its key, and cancels what waits. That
    /// it begins is on record before anything happens, so that whoever dies in between leaves a trace. Answers whether
    /// there was a connection.
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
        let mut record = self.about(person, Kind::Disconnected);
        record.request = Some(request.clone());
        by.sign(&mut record);
        if connection.state != ConnectionState::Disconnected {
            record.outcome = Some("begun".into());
            store.record(record.clone()).await?;
        }
        // Holding the slot keeps every call of this connection out until the grant is gone.
        let slot = self.0.operations.slot(&connection.id);
        let _alone = slot.end().await;
        self.let_go(&connection.id).await?;
        let ended = store.disconnect(&person.id, integration).await;
        let was = match &ended {
            Ok(connection) => connection.is_some(),
            // It is ended; only its former bytes are not wiped yet.
            Err(error) => matches!(error, store::Error::NotWiped),
        };
        // Calls that run on other instances end before anybody is told that this is done.
        self.end_elsewhere(&connection.id).await?;
        if was {
            record.at = self.0.clock.now();
            record.outcome = Some("done".into());
            store.record(record).await?;
        }
        ended?;
        Ok(was)
    }

    pub(crate) async fn colleague(
        &self,
        organisation: &OrganisationId,
        id: &PersonId,
    ) -> Result<Person, Error> {
        let person = self.0.store.person(id).await?;
        let theirs = |person: &Person| person.organisation == *organisation;
        person.filter(theirs).ok_or_else(Error::not_found)
    }
}

/// Which connections a filter's word means.
fn standing(word: Option<&str>) -> Result<Standing<'_>, Error> {
    match word {
        None => Ok(Standing::Any),
        Some("never") => Ok(Standing::Never),
        Some(word) if ConnectionState::WORDS.contains(&word) => Ok(Standing::Named(word)),
        Some(_) => Err(Error::invalid(
            "unknown_state",
            "state",
            "There is no such state. Use connected, needs_sign_in, needs_admin, revoked, damaged, disconnected or never.",
        )),
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
