//! Who is connected: what an administrator looks at, and goes through when everybody is disconnected.

use domain::connection::{ConnectionState, Integration};
use domain::id::{OrganisationId, PersonId};
use jiff::Timestamp;

use super::{Connection, connection_columns, state_text};
use crate::Store;
use crate::database::containing;
use crate::error::Error;
use crate::people::Person;

/// Which connections to look at, by their state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing<'a> {
    /// All people, connected or not.
    #[default]
    Any,
    /// Those that can still be ended: everything but *never connected* and *disconnected*.
    Live,
    /// Those who never connected.
    Never,
    /// Those in the state of this name ([`ConnectionState::as_str`]).
    Named(&'a str),
}

impl Standing<'_> {
    /// A pattern for the stored text of a state, whatever else it says. Nothing matches *never*: that has no row.
    fn pattern(self) -> Option<String> {
        match self {
            Self::Any | Self::Live | Self::Never => None,
            Self::Named(name) => Some(format!(r#"{{"state":"{name}"%"#)),
        }
    }
}

impl Store {
    /// People whose name or login contains `filter`, in the order of [`Store::people`], from the one after `after`, each
    /// with her connection to the integration if she ever had one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people_and_connections(
        &self,
        organisation: &OrganisationId,
        integration: Integration,
        filter: &str,
        standing: Standing<'_>,
        after: Option<&PersonId>,
        limit: u32,
    ) -> Result<Vec<(Person, Option<Connection>)>, Error> {
        let query = sqlx::query(concat!(
            "SELECT p.id AS person, p.organisation, p.tenant, p.object, p.name AS person_name, p.login, p.administrator,
                p.language, p.browser_zone, ",
            connection_columns!("c."),
            " FROM persons p LEFT JOIN connections c ON c.person = p.id AND c.integration = $2
             WHERE p.organisation = $1 AND p.search LIKE $3 ESCAPE '!'
                AND ($4 IS NULL OR (p.search, p.id) > (SELECT q.search, q.id FROM persons q WHERE q.id = $4))
                AND ($5 IS NULL OR c.state LIKE $5)
                AND ($6 = 0 OR c.state <> $7)
                AND ($8 = 0 OR c.id IS NULL)
             ORDER BY p.search, p.id LIMIT $9"
        ));
        let query = query
            .bind(organisation.as_str())
            .bind(integration.as_str())
            .bind(containing(filter))
            .bind(after.map(PersonId::as_str))
            .bind(standing.pattern())
            .bind(i64::from(standing == Standing::Live))
            .bind(state_text(&ConnectionState::Disconnected))
            .bind(i64::from(standing == Standing::Never))
            .bind(i64::from(limit));
        let rows = self.database().rows("list who is connected", query).await?;
        let both = |row| Ok((Person::from_row(row)?, Connection::maybe_from_row(row)?));
        rows.iter().map(both).collect()
    }

    /// How many working connections of an organisation were used last before a moment.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn idle_since(
        &self,
        organisation: &OrganisationId,
        integration: Integration,
        before: Timestamp,
    ) -> Result<u64, Error> {
        let query = sqlx::query(
            "SELECT COUNT(*) AS number FROM connections
             WHERE organisation = $1 AND integration = $2 AND state = $3 AND refreshed_ms <= $4",
        );
        let query = query
            .bind(organisation.as_str())
            .bind(integration.as_str())
            .bind(state_text(&ConnectionState::Connected))
            .bind(before.as_millisecond());
        let row = self.database().optional("count idle connections", query);
        row.await?
            .map_or(Ok(0), |row| Ok(row.number("number")?.unsigned_abs()))
    }

    /// How many connections of an organisation can still be ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn live_connections(
        &self,
        organisation: &OrganisationId,
        integration: Integration,
    ) -> Result<i64, Error> {
        let query = sqlx::query(
            "SELECT COUNT(*) AS number FROM connections WHERE organisation = $1 AND integration = $2 AND state <> $3",
        );
        let query = query
            .bind(organisation.as_str())
            .bind(integration.as_str())
            .bind(state_text(&ConnectionState::Disconnected));
        let row = self.database().optional("count connections", query).await?;
        row.map_or(Ok(0), |row| row.number("number"))
    }
}
