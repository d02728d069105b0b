//! Claims by which Microsoft refused an attempt to connect. The next attempt carries them, whether there is a connection or
//! not; what Microsoft asks of a connection later, in its state, takes their place.

use domain::connection::Integration;
use domain::id::PersonId;

use crate::Store;
use crate::database::Write;
use crate::error::Error;

impl Store {
    /// Keeps the claims of a refused attempt, in place of earlier ones.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_refused_claims(
        &self,
        person: &PersonId,
        integration: Integration,
        claims: &str,
    ) -> Result<(), Error> {
        let query = sqlx::query(
            "INSERT INTO refused_claims (person, integration, claims) VALUES ($1, $2, $3)
             ON CONFLICT (person, integration) DO UPDATE SET claims = excluded.claims",
        );
        let query = query
            .bind(person.as_str())
            .bind(integration.as_str())
            .bind(claims);
        self.change("keep claims", query).await.map(drop)
    }

    /// The claims that a refused attempt left, until one succeeds or something newer is asked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refused_claims(
        &self,
        person: &PersonId,
        integration: Integration,
    ) -> Result<Option<String>, Error> {
        let query =
            sqlx::query("SELECT claims FROM refused_claims WHERE person = $1 AND integration = $2");
        let query = query.bind(person.as_str()).bind(integration.as_str());
        let row = self.database().optional("read claims", query).await?;
        row.map(|row| row.text("claims")).transpose()
    }
}

/// Forgets them, in the same transaction as what makes them void.
pub(super) async fn forget(
    write: &mut Write,
    person: &PersonId,
    integration: Integration,
) -> Result<(), Error> {
    let query = sqlx::query("DELETE FROM refused_claims WHERE person = $1 AND integration = $2");
    let query = query.bind(person.as_str()).bind(integration.as_str());
    write.execute("forget claims", query).await?;
    Ok(())
}
