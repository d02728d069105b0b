//! The lease on refreshing: of all requests and instances, one at a time talks to Entra about a connection.
//!
//! The lease spares Entra and the person double work; what keeps a late refresher from doing harm is the version in
//! [`Store::commit_grant`].

use std::time::Duration;

use domain::id::{ConnectionId, PersonId};

use crate::Store;
use crate::error::Error;
use crate::sessions::whole_ms;

impl Store {
    /// Takes the lease for a while. `None` when somebody else has it. The fence is higher than any before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lease_refresh(
        &self,
        person: &PersonId,
        connection: &ConnectionId,
        for_: Duration,
    ) -> Result<Option<i64>, Error> {
        let doing = "lease a refresh";
        let now = self.now_ms();
        let mut write = self.database().write().await?;
        let query = sqlx::query(
            "UPDATE connections SET lease_fence = lease_fence + 1, lease_until_ms = $4
             WHERE id = $1 AND person = $2 AND lease_until_ms <= $3 RETURNING lease_fence",
        );
        let query = query
            .bind(connection.as_str())
            .bind(person.as_str())
            .bind(now)
            .bind(now.saturating_add(whole_ms(for_)));
        let fence = match write.optional(doing, query).await? {
            Some(row) => Some(row.number("lease_fence")?),
            None => None,
        };
        write.commit(doing).await?;
        Ok(fence)
    }

    /// Keeps the lease for another while, if it is still the one with this fence. Answers whether it was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew_refresh(
        &self,
        person: &PersonId,
        connection: &ConnectionId,
        fence: i64,
        for_: Duration,
    ) -> Result<bool, Error> {
        let query = sqlx::query(
            "UPDATE connections SET lease_until_ms = $4
             WHERE id = $1 AND person = $2 AND lease_fence = $3 AND lease_until_ms > 0",
        );
        let query = query
            .bind(connection.as_str())
            .bind(person.as_str())
            .bind(fence)
            .bind(self.now_ms().saturating_add(whole_ms(for_)));
        self.change("renew the lease of a refresh", query).await
    }

    /// Gives the lease back, if it is still the one with this fence. Answers whether it was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_refresh(
        &self,
        person: &PersonId,
        connection: &ConnectionId,
        fence: i64,
    ) -> Result<bool, Error> {
        let query = sqlx::query(
            "UPDATE connections SET lease_until_ms = 0 WHERE id = $1 AND person = $2 AND lease_fence = $3",
        );
        let query = query
            .bind(connection.as_str())
            .bind(person.as_str())
            .bind(fence);
        self.change("release a refresh", query).await
    }
}
