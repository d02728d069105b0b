//! Grants: the sealed refresh token of a connection. The only place where one is sealed or opened.
//!
//! Sealing is done before a transaction begins, for the version the connection is going to have, and the transaction keeps
//! it only if that is the version the connection gets.

use domain::connection::{ConnectionState, Integration};
use domain::id::{ConnectionId, ObjectId, OrganisationId, PersonId};
use domain::secret::RefreshToken;
use domain::tool::Scope;

use super::{Connection, claims, connection_columns, end_life, scopes_text, state_text};
use crate::Store;
use crate::database::Write;
use crate::error::Error;
use crate::row::Row;
use crate::seal::{self, Place, Sealed, Shut};

/// How often connecting is tried anew when somebody else changed the connection in between.
const TRIES: usize = 8;

/// The columns [`Kept::from_row`] reads, of `connections c` and `grants g`.
macro_rules! kept_columns {
    () => {
        "c.id, c.organisation, c.person, c.integration, c.sealed_version, c.state, c.version, \
         g.record_version, g.key_id, g.wrapped_key, g.sealed"
    };
}
pub(super) use kept_columns;

/// A grant as it lies in its row, with all that says where it belongs.
pub(super) struct Kept {
    pub(super) organisation: OrganisationId,
    pub(super) person: PersonId,
    pub(super) connection: ConnectionId,
    integration: Integration,
    /// The version the connection says its grant was sealed at.
    sealed_version: i64,
    /// The version the grant says it was sealed at.
    record_version: i64,
    pub(super) sealed: Sealed,
}

impl Kept {
    pub(super) fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            organisation: row.id("organisation")?,
            person: row.id("person")?,
            connection: row.id("id")?,
            integration: row.parsed("integration", Integration::parse)?,
            sealed_version: row.number("sealed_version")?,
            record_version: row.number("record_version")?,
            sealed: Sealed {
                key_id: row.text("key_id")?,
                wrapped_key: row.text("wrapped_key")?,
                sealed: row.text("sealed")?,
            },
        })
    }

    /// Where it belongs.
    pub(super) fn place(&self) -> Place<'_> {
        Place {
            organisation: &self.organisation,
            person: &self.person,
            connection: &self.connection,
            integration: self.integration,
            record_version: self.record_version,
        }
    }
}

impl Store {
    /// Keeps a new grant, in place of an earlier one if there was one. The connection is *connected* afterwards.
    ///
    /// Connecting the same account while the connection is not over renews it: what waits goes on. After its end, and with
    /// another account, another life begins: nothing of the one before is left, and nothing of it counts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn store_grant(
        &self,
        organisation: &OrganisationId,
        person: &PersonId,
        integration: Integration,
        scopes: &[Scope],
        account: &ObjectId,
        grant: &RefreshToken,
    ) -> Result<Connection, Error> {
        for _ in 0..TRIES {
            let (connection, version) = self.next_version(person, integration).await?;
            let place = Place {
                organisation,
                person,
                connection: &connection,
                integration,
                record_version: version,
            };
            let sealed = self.seal(&place, grant).await?;
            let kept = self
                .keep_connection(&place, scopes, account, &sealed)
                .await?;
            if let Some(connection) = kept {
                return Ok(connection);
            }
        }
        Err(Error::Overtaken)
    }

    /// The id and the version a connection will have when it is connected next.
    async fn next_version(
        &self,
        person: &PersonId,
        integration: Integration,
    ) -> Result<(ConnectionId, i64), Error> {
        let query = sqlx::query(
            "SELECT id, version FROM connections WHERE person = $1 AND integration = $2",
        );
        let query = query.bind(person.as_str()).bind(integration.as_str());
        match self.database().optional("find a connection", query).await? {
            Some(row) => Ok((row.id("id")?, row.number("version")? + 1)),
            None => Ok((ConnectionId::random(self.random()), 1)),
        }
    }

    /// Keeps what was sealed for a place. `None`, and nothing is kept, when the connection is not at that version.
    async fn keep_connection(
        &self,
        place: &Place<'_>,
        scopes: &[Scope],
        account: &ObjectId,
        sealed: &Sealed,
    ) -> Result<Option<Connection>, Error> {
        let doing = "keep a connection";
        let mut write = self.database().write().await?;
        let begins = begins_a_life(&mut write, place, account).await?;
        if begins {
            end_life(&mut write, place.connection, self.now_ms()).await?;
        }
        let query = sqlx::query(concat!(
            "INSERT INTO connections
                (id, organisation, person, integration, state, scopes, account, connected_ms, refreshed_ms, version,
                 sealed_version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 1, 1)
             ON CONFLICT (person, integration) DO UPDATE
             SET state = excluded.state, scopes = excluded.scopes, account = excluded.account,
                connected_ms = excluded.connected_ms, refreshed_ms = excluded.refreshed_ms,
                version = connections.version + 1, sealed_version = connections.version + 1,
                lease_fence = connections.lease_fence + 1, lease_until_ms = 0,
                failures = 0, failure = NULL, retry_ms = 0, life = connections.life + $9,
                mailbox_address = CASE WHEN $9 = 0 THEN connections.mailbox_address END,
                mailbox_zone = CASE WHEN $9 = 0 THEN connections.mailbox_zone END,
                mailbox_hours = CASE WHEN $9 = 0 THEN connections.mailbox_hours END
             RETURNING ",
            connection_columns!("")
        ));
        let query = query
            .bind(place.connection.as_str())
            .bind(place.organisation.as_str())
            .bind(place.person.as_str())
            .bind(place.integration.as_str())
            .bind(state_text(&ConnectionState::Connected))
            .bind(scopes_text(scopes))
            .bind(account.as_str())
            .bind(self.now_ms())
            .bind(i64::from(begins));
        let row = write.optional(doing, query).await?;
        let row = row.ok_or(Error::Unreadable {
            column: "connection",
        })?;
        let connection = Connection::from_row(&row)?;
        if connection.id != *place.connection || connection.version != place.record_version {
            return Ok(None);
        }
        claims::forget(&mut write, place.person, place.integration).await?;
        write_sealed(&mut write, place, sealed).await?;
        write.commit(doing).await?;
        Ok(Some(connection))
    }

    /// Opens the grant of a connection and tells the version it belongs to.
    ///
    /// # Errors
    /// [`Error::NoGrant`] when there is none, [`Error::Damaged`] when it does not open (the connection is *damaged* from
    /// then on and its row is kept), [`Error::KeyMissing`] when another instance sealed it with a newer key,
    /// [`Error::KeyService`] when the service with its key cannot be used, or when the database fails.
    pub async fn open_grant(
        &self,
        person: &PersonId,
        connection: &ConnectionId,
    ) -> Result<(RefreshToken, i64), Error> {
        let no_grant = || Error::NoGrant {
            connection: connection.clone(),
        };
        let query = sqlx::query(concat!(
            "SELECT ",
            kept_columns!(),
            " FROM connections c JOIN grants g ON g.connection = c.id WHERE c.id = $1 AND c.person = $2"
        ));
        let query = query.bind(connection.as_str()).bind(person.as_str());
        let row = self.database().optional("read a grant", query).await?;
        let row = row.ok_or_else(no_grant)?;
        let state: ConnectionState = row.parsed("state", |text| serde_json::from_str(text).ok())?;
        match state {
            ConnectionState::Disconnected | ConnectionState::Revoked { .. } => {
                return Err(no_grant());
            }
            ConnectionState::Connected
            | ConnectionState::NeedsSignIn { .. }
            | ConnectionState::NeedsAdmin { .. }
            | ConnectionState::Damaged => {}
        }
        let version = row.number("version")?;
        let damaged = state == ConnectionState::Damaged;
        let opened = match Kept::from_row(&row) {
            Ok(kept) => self.unseal(&kept).await,
            Err(_) => Err(Shut::Damaged),
        };
        match opened {
            Ok(grant) => Ok((grant, version)),
            Err(shut @ Shut::Unavailable(_)) => Err(Error::key(shut)),
            // The key of a damaged grant need not be kept for ever.
            Err(shut @ Shut::KeyMissing(_)) if !damaged => Err(Error::key(shut)),
            Err(Shut::KeyMissing(_) | Shut::Damaged) => {
                if !damaged {
                    let damaged = ConnectionState::Damaged;
                    self.set_connection_state(person, connection, &damaged, version)
                        .await?;
                }
                Err(Error::Damaged {
                    connection: connection.clone(),
                })
            }
        }
    }

    /// Keeps what a refresh brought, if nobody changed the connection since `expected_version` and it has a grant.
    /// Answers whether it did. The connection is *connected* afterwards.
    ///
    /// Without a new grant only scopes and time are kept, and the sealed one stays as it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn commit_grant(
        &self,
        person: &PersonId,
        connection: &ConnectionId,
        expected_version: i64,
        grant: Option<&RefreshToken>,
        scopes: &[Scope],
    ) -> Result<bool, Error> {
        let doing = "keep a refreshed grant";
        let owner = match grant {
            Some(_) => self.owner(person, connection).await?,
            None => None,
        };
        let sealed = match (grant, &owner) {
            (Some(grant), Some(owner)) => {
                let place = owner.place(person, connection, expected_version + 1);
                let sealed = self.seal(&place, grant).await?;
                Some((place, sealed))
            }
            (Some(_), None) => return Ok(false),
            (None, _) => None,
        };
        let mut write = self.database().write().await?;
        let query = sqlx::query(
            "UPDATE connections SET state = $4, scopes = $5, refreshed_ms = $6, version = version + 1,
                sealed_version = CASE WHEN $7 = 1 THEN version + 1 ELSE sealed_version END
             WHERE id = $1 AND person = $2 AND version = $3
                AND EXISTS (SELECT 1 FROM grants WHERE grants.connection = connections.id)",
        );
        let query = query
            .bind(connection.as_str())
            .bind(person.as_str())
            .bind(expected_version)
            .bind(state_text(&ConnectionState::Connected))
            .bind(scopes_text(scopes))
            .bind(self.now_ms())
            .bind(i64::from(sealed.is_some()));
        if write.execute(doing, query).await? == 0 {
            return Ok(false);
        }
        if let Some((place, sealed)) = &sealed {
            write_sealed(&mut write, place, sealed).await?;
        }
        write.commit(doing).await?;
        Ok(true)
    }

    /// Whose a connection is and to what; neither ever changes.
    async fn owner(
        &self,
        person: &PersonId,
        connection: &ConnectionId,
    ) -> Result<Option<Owner>, Error> {
        let query = sqlx::query(
            "SELECT organisation, integration FROM connections WHERE id = $1 AND person = $2",
        );
        let query = query.bind(connection.as_str()).bind(person.as_str());
        let row = self.database().optional("find a connection", query).await?;
        row.map(|row| {
            Ok(Owner {
                organisation: row.id("organisation")?,
                integration: row.parsed("integration", Integration::parse)?,
            })
        })
        .transpose()
    }

    /// The token, if the grant is whole, in its place and the newest one the connection had.
    pub(super) async fn unseal(&self, kept: &Kept) -> Result<RefreshToken, Shut> {
        // A later one comes from a process of a release that did not know of this column yet.
        if kept.record_version < kept.sealed_version {
            return Err(Shut::Damaged);
        }
        seal::open(self.keys(), &kept.place(), &kept.sealed).await
    }

    async fn seal(&self, place: &Place<'_>, grant: &RefreshToken) -> Result<Sealed, Error> {
        let sealed = seal::seal(self.keys(), self.random(), place, grant).await;
        sealed.map_err(Error::key)
    }
}

/// Whether connecting this account begins another life: the one before is over, or was another account's. A first
/// connection begins none, as there is none before it.
async fn begins_a_life(
    write: &mut Write,
    place: &Place<'_>,
    account: &ObjectId,
) -> Result<bool, Error> {
    let query = sqlx::query("SELECT account, state FROM connections WHERE id = $1");
    let query = query.bind(place.connection.as_str());
    let Some(row) = write.optional("find a connection", query).await? else {
        return Ok(false);
    };
    let state: ConnectionState = row.parsed("state", |text| serde_json::from_str(text).ok())?;
    Ok(state.is_over() || row.text("account")? != account.as_str())
}

struct Owner {
    organisation: OrganisationId,
    integration: Integration,
}

impl Owner {
    fn place<'a>(
        &'a self,
        person: &'a PersonId,
        connection: &'a ConnectionId,
        record_version: i64,
    ) -> Place<'a> {
        Place {
            organisation: &self.organisation,
            person,
            connection,
            integration: self.integration,
            record_version,
        }
    }
}

async fn write_sealed(write: &mut Write, place: &Place<'_>, sealed: &Sealed) -> Result<(), Error> {
    let query = sqlx::query(
        "INSERT INTO grants (connection, record_version, key_id, wrapped_key, sealed)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (connection) DO UPDATE
         SET record_version = excluded.record_version, key_id = excluded.key_id,
            wrapped_key = excluded.wrapped_key, sealed = excluded.sealed",
    );
    let query = query
        .bind(place.connection.as_str())
        .bind(place.record_version)
        .bind(sealed.key_id.as_str())
        .bind(sealed.wrapped_key.as_str())
        .bind(sealed.sealed.as_str());
    write.execute("keep a sealed grant", query).await?;
    Ok(())
}
