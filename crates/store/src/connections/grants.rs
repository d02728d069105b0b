//! Grants: the sealed refresh token of a connection. The only place where one is sealed or opened.

use domain::connection::{ConnectionState, Integration};
use domain::id::{ConnectionId, ObjectId, OrganisationId, PersonId};
use domain::secret::RefreshToken;
use domain::tool::Scope;

use super::{Connection, connection_columns, parse_integration, scopes_text, state_text};
use crate::Store;
use crate::approvals::{self, Pending};
use crate::database::Write;
use crate::error::Error;
use crate::row::Row;
use crate::seal::{self, Place, Sealed, Shut};

impl Store {
    /// Keeps a new grant, in place of an earlier one if there was one. The connection is *connected* afterwards.
    ///
    /// Connecting the same account again keeps its approvals; another account voids those that wait and forgets what all
    /// of them say.
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
        let doing = "keep a connection";
        let mut write = self.database().write().await?;
        let before = sqlx::query(
            "SELECT id, account FROM connections WHERE person = $1 AND integration = $2",
        );
        let before = before.bind(person.as_str()).bind(integration.as_str());
        if let Some(row) = write.optional(doing, before).await?
            && row.text("account")? != account.as_str()
        {
            let connection: ConnectionId = row.id("id")?;
            approvals::void(
                &mut write,
                Pending::OfConnection(&connection),
                self.now_ms(),
            )
            .await?;
            approvals::forget(&mut write, &connection).await?;
        }
        let query = sqlx::query(concat!(
            "INSERT INTO connections
                (id, organisation, person, integration, state, scopes, account, connected_ms, refreshed_ms, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 1)
             ON CONFLICT (person, integration) DO UPDATE
             SET state = excluded.state, scopes = excluded.scopes, account = excluded.account,
                connected_ms = excluded.connected_ms, refreshed_ms = excluded.refreshed_ms,
                version = connections.version + 1, lease_until_ms = 0,
                mailbox_address = CASE WHEN connections.account = excluded.account THEN connections.mailbox_address END,
                mailbox_zone = CASE WHEN connections.account = excluded.account THEN connections.mailbox_zone END
             RETURNING ",
            connection_columns!("")
        ));
        let query = query
            .bind(ConnectionId::random(self.random()).as_str())
            .bind(organisation.as_str())
            .bind(person.as_str())
            .bind(integration.as_str())
            .bind(state_text(&ConnectionState::Connected))
            .bind(scopes_text(scopes))
            .bind(account.as_str())
            .bind(self.now_ms());
        let row = write.optional(doing, query).await?;
        let row = row.ok_or(Error::Unreadable {
            column: "connection",
        })?;
        let connection = Connection::from_row(&row)?;
        let place = place(&connection, connection.version);
        self.write_sealed(&mut write, &place, grant).await?;
        write.commit(doing).await?;
        Ok(connection)
    }

    /// Opens the grant of a connection and tells the version it belongs to.
    ///
    /// # Errors
    /// [`Error::NoGrant`] when there is none, [`Error::Damaged`] when it does not open (the connection is *damaged* from
    /// then on and its row is kept), [`Error::KeyMissing`] when another instance sealed it with a newer key, or when the
    /// database fails.
    pub async fn open_grant(
        &self,
        person: &PersonId,
        connection: &ConnectionId,
    ) -> Result<(RefreshToken, i64), Error> {
        let no_grant = || Error::NoGrant {
            connection: connection.clone(),
        };
        let query = sqlx::query(
            "SELECT c.organisation, c.integration, c.version, c.state, g.record_version, g.key_id, g.wrapped_key, g.sealed
             FROM connections c JOIN grants g ON g.connection = c.id
             WHERE c.id = $1 AND c.person = $2",
        );
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
        match self.unseal(&row, person, connection) {
            Ok(Ok(grant)) => Ok((grant, version)),
            Ok(Err(Shut::KeyMissing(key_id))) => Err(Error::KeyMissing { key_id }),
            Ok(Err(Shut::Damaged)) | Err(_) => {
                if state != ConnectionState::Damaged {
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
        let mut write = self.database().write().await?;
        let query = sqlx::query(concat!(
            "UPDATE connections SET state = $4, scopes = $5, refreshed_ms = $6, version = version + 1
             WHERE id = $1 AND person = $2 AND version = $3
                AND EXISTS (SELECT 1 FROM grants WHERE grants.connection = connections.id)
             RETURNING ",
            connection_columns!("")
        ));
        let query = query
            .bind(connection.as_str())
            .bind(person.as_str())
            .bind(expected_version)
            .bind(state_text(&ConnectionState::Connected))
            .bind(scopes_text(scopes))
            .bind(self.now_ms());
        let Some(row) = write.optional(doing, query).await? else {
            return Ok(false);
        };
        if let Some(grant) = grant {
            let connection = Connection::from_row(&row)?;
            let place = place(&connection, connection.version);
            self.write_sealed(&mut write, &place, grant).await?;
        }
        write.commit(doing).await?;
        Ok(true)
    }

    async fn write_sealed(
        &self,
        write: &mut Write,
        place: &Place<'_>,
        grant: &RefreshToken,
    ) -> Result<(), Error> {
        let sealed = seal::seal(self.keys(), self.random(), place, grant);
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
            .bind(sealed.key_id)
            .bind(sealed.wrapped_key)
            .bind(sealed.sealed);
        write.execute("keep a sealed grant", query).await?;
        Ok(())
    }

    /// The outer error is a row that cannot be read, the inner one a grant that does not open.
    fn unseal(
        &self,
        row: &Row,
        person: &PersonId,
        connection: &ConnectionId,
    ) -> Result<Result<RefreshToken, Shut>, Error> {
        let organisation = row.id("organisation")?;
        let place = Place {
            organisation: &organisation,
            person,
            connection,
            integration: row.parsed("integration", parse_integration)?,
            record_version: row.number("record_version")?,
        };
        let sealed = Sealed {
            key_id: row.text("key_id")?,
            wrapped_key: row.text("wrapped_key")?,
            sealed: row.text("sealed")?,
        };
        Ok(seal::open(self.keys(), &place, &sealed))
    }
}

fn place(connection: &Connection, record_version: i64) -> Place<'_> {
    Place {
        organisation: &connection.organisation,
        person: &connection.person,
        connection: &connection.id,
        integration: connection.integration,
        record_version,
    }
}
