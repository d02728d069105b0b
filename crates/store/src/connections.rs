//! Connections: one row for each person and integration, changed only by those who know its version.

mod claims;
mod grants;
mod holds;
pub mod overview;
mod refresh;
mod rewrap;

use std::fmt;

use domain::connection::{ConnectionState, Integration};
use domain::id::{ConnectionId, OrganisationId, PersonId};
use domain::tool::Scope;
use jiff::Timestamp;

use crate::Store;
use crate::approvals::{self, Pending};
use crate::database::{Write, containing};
use crate::error::Error;
use crate::handles;
use crate::row::Row;
use crate::writes;

pub use self::holds::{Ask, Asked, InstanceId};
pub use self::refresh::{Failure, Mine, Others, Outcome, Turn};
pub use self::rewrap::{KeyUse, Rewrapped};

/// A person's connection, without its grant.
#[derive(Clone, PartialEq, Eq)]
pub struct Connection {
    /// Our id.
    pub id: ConnectionId,
    /// Whose organisation.
    pub organisation: OrganisationId,
    /// Whose connection.
    pub person: PersonId,
    /// To what.
    pub integration: Integration,
    /// Whether it works, and what to do if not.
    pub state: ConnectionState,
    /// What Microsoft granted, as far as it is among what we ask for.
    pub scopes: Vec<Scope>,
    /// The address of the mailbox, once learned.
    pub mailbox_address: Option<String>,
    /// The IANA zone of the mailbox, once learned.
    pub mailbox_zone: Option<String>,
    /// The working hours of the mailbox, once learned, as they were stored.
    pub mailbox_hours: Option<String>,
    /// Microsoft's id of the sign-in that its grant comes from, if it was told.
    pub sid: Option<String>,
    /// The object id (`oid`) of the account that was connected.
    pub account: String,
    /// When it was last connected.
    pub connected_at: Timestamp,
    /// When its grant last worked.
    pub refreshed_at: Timestamp,
    /// Counted up by every change of grant or state.
    pub version: i64,
    /// Counted up when it is connected after its end. What belongs to an earlier life counts no more.
    pub life: i64,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("id", &self.id)
            .field("person", &self.person)
            .field("state", &self.state.as_str())
            .field("scopes", &self.scopes)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// The columns [`Connection::from_row`] reads, of the table with this prefix.
macro_rules! connection_columns {
    ($prefix:literal) => {
        concat!(
            $prefix,
            "id AS connection, ",
            $prefix,
            "organisation AS connection_organisation, ",
            $prefix,
            "person AS connection_person, ",
            $prefix,
            "integration, ",
            $prefix,
            "state, ",
            $prefix,
            "scopes, ",
            $prefix,
            "account, ",
            $prefix,
            "mailbox_address, ",
            $prefix,
            "mailbox_zone, ",
            $prefix,
            "mailbox_hours, ",
            $prefix,
            "microsoft_sid, ",
            $prefix,
            "connected_ms, ",
            $prefix,
            "refreshed_ms, ",
            $prefix,
            "version AS connection_version, ",
            $prefix,
            "life"
        )
    };
}
pub(crate) use connection_columns;

impl Connection {
    pub(crate) fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id("connection")?,
            organisation: row.id("connection_organisation")?,
            person: row.id("connection_person")?,
            integration: row.parsed("integration", Integration::parse)?,
            state: row.parsed("state", |text| serde_json::from_str(text).ok())?,
            scopes: row.parsed("scopes", |text| {
                text.split_whitespace().map(Scope::parse).collect()
            })?,
            mailbox_address: row.maybe_text("mailbox_address")?,
            mailbox_zone: row.maybe_text("mailbox_zone")?,
            mailbox_hours: row.maybe_text("mailbox_hours")?,
            sid: row.maybe_text("microsoft_sid")?,
            account: row.text("account")?,
            connected_at: row.moment("connected_ms")?,
            refreshed_at: row.moment("refreshed_ms")?,
            version: row.number("connection_version")?,
            life: row.number("life")?,
        })
    }

    /// The same from an outer join, where there may be none.
    pub(crate) fn maybe_from_row(row: &Row) -> Result<Option<Self>, Error> {
        match row.maybe_text("connection")? {
            Some(_) => Self::from_row(row).map(Some),
            None => Ok(None),
        }
    }
}

fn scopes_text(scopes: &[Scope]) -> String {
    let names: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    names.join(" ")
}

pub(crate) fn state_text(state: &ConnectionState) -> String {
    serde_json::to_string(state).expect("a state has a JSON form")
}

impl Store {
    /// A person's connection to an integration, in whatever state it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn connection(
        &self,
        person: &PersonId,
        integration: Integration,
    ) -> Result<Option<Connection>, Error> {
        let query = sqlx::query(concat!(
            "SELECT ",
            connection_columns!(""),
            " FROM connections WHERE person = $1 AND integration = $2"
        ));
        let query = query.bind(person.as_str()).bind(integration.as_str());
        let row = self.database().optional("find a connection", query).await?;
        row.as_ref().map(Connection::from_row).transpose()
    }

    /// Connections of people whose name or login contains `filter`, in the order of [`Store::people`], from the one
    /// after `after`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn connections(
        &self,
        organisation: &OrganisationId,
        filter: &str,
        after: Option<&ConnectionId>,
        limit: u32,
    ) -> Result<Vec<Connection>, Error> {
        let query = sqlx::query(concat!(
            "SELECT ",
            connection_columns!("c."),
            " FROM connections c JOIN persons p ON p.id = c.person
             WHERE c.organisation = $1 AND p.search LIKE $2 ESCAPE '!'
                AND ($3 IS NULL OR (p.search, p.id, c.id) >
                    (SELECT q.search, q.id, d.id FROM connections d JOIN persons q ON q.id = d.person WHERE d.id = $3))
             ORDER BY p.search, p.id, c.id LIMIT $4"
        ));
        let query = query
            .bind(organisation.as_str())
            .bind(containing(filter))
            .bind(after.map(ConnectionId::as_str))
            .bind(i64::from(limit));
        let rows = self.database().rows("list connections", query).await?;
        rows.iter().map(Connection::from_row).collect()
    }

    /// Working connections to an integration whose grant was used before a moment and may be tried now, the longest idle
    /// first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn idle_connections(
        &self,
        integration: Integration,
        used_before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Connection>, Error> {
        let query = sqlx::query(concat!(
            "SELECT ",
            connection_columns!(""),
            " FROM connections WHERE refreshed_ms <= $1 AND state = $2 AND retry_ms <= $3
                AND integration = $5
             ORDER BY refreshed_ms, id LIMIT $4"
        ));
        let query = query
            .bind(used_before.as_millisecond())
            .bind(state_text(&ConnectionState::Connected))
            .bind(self.now_ms())
            .bind(i64::from(limit))
            .bind(integration.as_str());
        let rows = self.database().rows("list idle connections", query).await?;
        rows.iter().map(Connection::from_row).collect()
    }

    /// Changes the state, if nobody changed the connection since `expected_version`. Answers whether it did.
    ///
    /// Any state that [is over](ConnectionState::is_over) voids what waits;
    /// [`ConnectionState::Revoked`] and [`ConnectionState::Disconnected`] destroy the grant as [`Store::disconnect`] does.
    ///
    /// # Errors
    /// When the database fails; [`Error::NotWiped`] when the state is changed and the grant destroyed, but its former
    /// bytes are still in the log.
    pub async fn set_connection_state(
        &self,
        person: &PersonId,
        connection: &ConnectionId,
        state: &ConnectionState,
        expected_version: i64,
    ) -> Result<bool, Error> {
        let doing = "change the state of a connection";
        // What cannot be opened is kept for a look at it.
        let destroys = state.is_over() && *state != ConnectionState::Damaged;
        let mut write = self.database().write().await?;
        let query = sqlx::query(
            "UPDATE connections SET state = $4, version = version + 1
             WHERE id = $1 AND person = $2 AND version = $3 RETURNING integration",
        );
        let query = query
            .bind(connection.as_str())
            .bind(person.as_str())
            .bind(expected_version)
            .bind(state_text(state));
        let Some(row) = write.optional(doing, query).await? else {
            return Ok(false);
        };
        if state.is_over() || state.claims().is_some() {
            let integration = row.parsed("integration", Integration::parse)?;
            claims::forget(&mut write, person, integration).await?;
        }
        if destroys {
            destroy_grant(&mut write, connection).await?;
        }
        if state.is_over() {
            end_life(&mut write, connection, self.now_ms()).await?;
        }
        write.commit(doing).await?;
        if destroys {
            self.database().wipe_log().await?;
        }
        Ok(true)
    }

    /// Keeps what was learned about the mailbox in this life; what is not given stays. Answers whether it was kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_mailbox(
        &self,
        connection: &Connection,
        address: Option<&str>,
        zone: Option<&str>,
    ) -> Result<bool, Error> {
        let query = sqlx::query(
            "UPDATE connections
             SET mailbox_address = COALESCE($3, mailbox_address), mailbox_zone = COALESCE($4, mailbox_zone)
             WHERE id = $1 AND person = $2 AND life = $5",
        );
        let query = query
            .bind(connection.id.as_str())
            .bind(connection.person.as_str())
            .bind(address)
            .bind(zone)
            .bind(connection.life);
        self.change("keep what is known of a mailbox", query).await
    }

    /// Keeps Microsoft's id of the sign-in that the grant of this version comes from. Answers whether it was kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_sid(&self, connection: &Connection, sid: Option<&str>) -> Result<bool, Error> {
        let query = sqlx::query(
            "UPDATE connections SET microsoft_sid = $3 WHERE id = $1 AND person = $2 AND life = $4",
        );
        let query = query
            .bind(connection.id.as_str())
            .bind(connection.person.as_str())
            .bind(sid)
            .bind(connection.life);
        self.change("keep the id of a sign-in", query).await
    }

    /// Keeps the working hours of the mailbox in this life. Answers whether they were kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_mailbox_hours(
        &self,
        connection: &Connection,
        hours: &str,
    ) -> Result<bool, Error> {
        let query = sqlx::query(
            "UPDATE connections SET mailbox_hours = $3 WHERE id = $1 AND person = $2 AND life = $4",
        );
        let query = query
            .bind(connection.id.as_str())
            .bind(connection.person.as_str())
            .bind(hours)
            .bind(connection.life);
        self.change("keep the hours of a mailbox", query).await
    }

    /// Destroys the grant, voids what waits for approval, forgets what was asked and done, and only then answers; `None` when there was no connection.
    ///
    /// When it has answered, no byte of the sealed grant or of an approval's content is left in SQLite's file or log.
    ///
    /// # Errors
    /// When the database fails; [`Error::NotWiped`] when the grant is destroyed, but its former bytes are still in the
    /// log because somebody is reading an older state: disconnecting once more wipes them.
    pub async fn disconnect(
        &self,
        person: &PersonId,
        integration: Integration,
    ) -> Result<Option<ConnectionId>, Error> {
        let doing = "disconnect";
        let disconnected = state_text(&ConnectionState::Disconnected);
        let mut write = self.database().write().await?;
        let query = sqlx::query(
            "UPDATE connections
             SET state = $3, version = version + 1, scopes = '', mailbox_address = NULL, mailbox_zone = NULL,
                mailbox_hours = NULL, microsoft_sid = NULL
             WHERE person = $1 AND integration = $2 AND state <> $3 RETURNING id",
        );
        let query = query
            .bind(person.as_str())
            .bind(integration.as_str())
            .bind(disconnected);
        let connection = match write.optional(doing, query).await? {
            Some(row) => {
                let connection: ConnectionId = row.id("id")?;
                destroy_grant(&mut write, &connection).await?;
                end_life(&mut write, &connection, self.now_ms()).await?;
                Some(connection)
            }
            None => None,
        };
        claims::forget(&mut write, person, integration).await?;
        write.commit(doing).await?;
        self.database().wipe_log().await?;
        Ok(connection)
    }
}

/// Deleting overwrites here: SQLite runs with `secure_delete`.
async fn destroy_grant(write: &mut Write, connection: &ConnectionId) -> Result<(), Error> {
    let query = sqlx::query("DELETE FROM grants WHERE connection = $1");
    let query = query.bind(connection.as_str());
    write.execute("destroy a grant", query).await?;
    Ok(())
}

/// Ends what belongs to the life of a connection and to nothing after it, in the same transaction as its end: what waits
/// is void, what was asked and done is forgotten, and no token is left on its way between instances. Whoever has the turn
/// loses it when another life begins. When tokens were asked for stays: Entra counts that, whatever becomes of the
/// connection.
async fn end_life(write: &mut Write, connection: &ConnectionId, now_ms: i64) -> Result<(), Error> {
    holds::forget_handovers(write, connection).await?;
    approvals::void(write, Pending::OfConnection(connection), now_ms).await?;
    handles::forget(write, connection).await?;
    writes::forget(write, connection).await?;
    approvals::forget(write, connection).await
}
