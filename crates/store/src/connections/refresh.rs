//! The turn to ask Entra for a token: of all requests and instances, one at a time, and none too often.
//!
//! A turn is a lease with a fencing number. It spares Entra and the person double work; what keeps a late refresher from
//! doing harm is the version in [`Store::commit_grant`]. When tokens were asked for, and how it failed, is kept beside
//! the lease, so that all instances count together.

use std::time::Duration;

use domain::clock::from_ms;
use domain::connection::ConnectionState;
use domain::id::{ConnectionId, PersonId};
use jiff::Timestamp;

use super::InstanceId;
use super::holds;
use crate::Store;
use crate::error::Error;
use crate::row::Row;
use crate::sessions::whole_ms;

/// Requests older than this are forgotten: Entra counts within five minutes.
const REMEMBERED_MS: i64 = 5 * 60 * 1000;

/// What other instances there may be.
#[derive(Debug, Clone, Copy)]
pub enum Others<'a> {
    /// None: this process is the only one.
    None,
    /// This instance has no turn while another holds a token of a version above this one, or is asking for one.
    Heed(&'a InstanceId, i64),
    /// This instance has its turn all the same: the others did not share their token.
    PassOver(&'a InstanceId),
}

impl<'a> Others<'a> {
    fn instance(self) -> Option<&'a InstanceId> {
        match self {
            Self::None => None,
            Self::Heed(instance, _) | Self::PassOver(instance) => Some(instance),
        }
    }
}

/// Whether a token may be asked for now.
#[derive(Debug)]
pub enum Turn {
    /// Yes: the request is counted, the lease is taken.
    Mine(Mine),
    /// Another request is asking.
    Busy,
    /// Another instance has a token.
    Held,
    /// Entra was asked as often as it bears.
    Guarded {
        /// When it may be asked again.
        until: Timestamp,
    },
    /// It failed, and it is too early to try again.
    Failed(Failure),
    /// The connection is not as the caller knows it: its state now, and when it was connected.
    Changed(ConnectionState, Timestamp),
    /// There is no such connection.
    Gone,
}

/// A turn that was taken.
#[derive(Debug)]
pub struct Mine {
    /// Higher than that of any turn before.
    pub fence: i64,
    /// The version of the connection.
    pub version: i64,
    /// When tokens were asked for within the last five minutes, this time included.
    pub asked: Vec<Timestamp>,
    /// How often in a row it has failed.
    pub failures: u32,
}

/// Why no token can be had for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// A word of the caller's own.
    pub why: String,
    /// When it may be tried again.
    pub until: Timestamp,
}

/// How a turn ended.
#[derive(Debug)]
pub enum Outcome {
    /// There is a token, and the connection is at this version.
    Done {
        /// The version the token belongs to.
        version: i64,
        /// How often Entra was asked: more than once if an answer was lost.
        requests: usize,
    },
    /// Entra was not reached, or refused: it is not asked again before the time is up.
    Failed(Failure),
    /// Neither: Entra was not asked, or what it answered is of no use any more.
    Dropped,
}

impl Store {
    /// Takes the turn for a connection that was connected at `connected_at`, unless somebody else has it, another
    /// instance holds a token, `at_most` requests were counted in the last five minutes, or it failed lately.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refresh_turn(
        &self,
        person: &PersonId,
        connection: &ConnectionId,
        connected_at: Timestamp,
        others: Others<'_>,
        at_most: usize,
        lease: Duration,
    ) -> Result<Turn, Error> {
        let doing = "take the turn to refresh";
        let now = self.now_ms();
        let mut write = self.database().write().await?;
        let query = sqlx::query(
            "UPDATE connections SET lease_fence = lease_fence + 1, lease_until_ms = $4
             WHERE id = $1 AND person = $2 AND lease_until_ms <= $3
             RETURNING lease_fence, version, state, connected_ms, asked, failures, failure, retry_ms",
        );
        let query = query
            .bind(connection.as_str())
            .bind(person.as_str())
            .bind(now)
            .bind(now.saturating_add(whole_ms(lease)));
        let Some(row) = write.optional(doing, query).await? else {
            drop(write);
            return self.not_mine(person, connection, connected_at).await;
        };
        if let Some(turn) = changed(&row, connected_at)? {
            return Ok(turn);
        }
        if let Some(failure) = failed(&row, now)? {
            return Ok(Turn::Failed(failure));
        }
        if let Others::Heed(instance, above) = others
            && holds::held_by_others(&mut write, connection, instance, above, now).await?
        {
            return Ok(Turn::Held);
        }
        let mut asked = moments(&row.text("asked")?, now);
        if asked.len() >= at_most.max(1) {
            let until = from_ms(asked[0].saturating_add(REMEMBERED_MS));
            return Ok(Turn::Guarded { until });
        }
        asked.push(now);
        let text: Vec<String> = asked.iter().map(ToString::to_string).collect();
        let query = sqlx::query("UPDATE connections SET asked = $2 WHERE id = $1");
        let query = query.bind(connection.as_str()).bind(text.join(" "));
        write.execute(doing, query).await?;
        if let Some(instance) = others.instance() {
            holds::hold(&mut write, connection, instance, now).await?;
        }
        write.commit(doing).await?;
        Ok(Turn::Mine(Mine {
            fence: row.number("lease_fence")?,
            version: row.number("version")?,
            asked: asked.into_iter().map(from_ms).collect(),
            failures: u32::try_from(row.number("failures")?).unwrap_or(u32::MAX),
        }))
    }

    /// Why the lease could not be taken.
    async fn not_mine(
        &self,
        person: &PersonId,
        connection: &ConnectionId,
        connected_at: Timestamp,
    ) -> Result<Turn, Error> {
        let query = sqlx::query(
            "SELECT state, connected_ms FROM connections WHERE id = $1 AND person = $2",
        );
        let query = query.bind(connection.as_str()).bind(person.as_str());
        match self.database().optional("read a turn", query).await? {
            Some(row) => Ok(changed(&row, connected_at)?.unwrap_or(Turn::Busy)),
            None => Ok(Turn::Gone),
        }
    }

    /// Keeps the turn for another while, if it is still the one with this fence. Answers whether it was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew_turn(
        &self,
        person: &PersonId,
        connection: &ConnectionId,
        fence: i64,
        lease: Duration,
    ) -> Result<bool, Error> {
        let query = sqlx::query(
            "UPDATE connections SET lease_until_ms = $4
             WHERE id = $1 AND person = $2 AND lease_fence = $3 AND lease_until_ms > 0",
        );
        let query = query
            .bind(connection.as_str())
            .bind(person.as_str())
            .bind(fence)
            .bind(self.now_ms().saturating_add(whole_ms(lease)));
        self.change("renew the turn to refresh", query).await
    }

    /// Ends a turn, if it is still the one with this fence, and keeps how it went. Answers whether it was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_turn(
        &self,
        person: &PersonId,
        connection: &ConnectionId,
        others: Others<'_>,
        fence: i64,
        outcome: &Outcome,
    ) -> Result<bool, Error> {
        let doing = "end the turn to refresh";
        // The turn itself was counted when it was taken; what failed is tried twice.
        let (failures, failure, more) = match outcome {
            Outcome::Done { requests, .. } => (Some(0), None, requests.saturating_sub(1)),
            Outcome::Failed(failure) => (None, Some(failure), 1),
            Outcome::Dropped => (None, None, 0),
        };
        let more = format!(" {}", self.now_ms()).repeat(more);
        let mut write = self.database().write().await?;
        let query = sqlx::query(
            "UPDATE connections SET lease_until_ms = 0, failures = COALESCE($4, failures + $5), failure = $6, retry_ms = $7,
                asked = asked || $8
             WHERE id = $1 AND person = $2 AND lease_fence = $3",
        );
        let query = query
            .bind(connection.as_str())
            .bind(person.as_str())
            .bind(fence)
            .bind(failures)
            .bind(i64::from(failure.is_some()))
            .bind(failure.map(|failure| failure.why.as_str()))
            .bind(failure.map_or(0, |failure| failure.until.as_millisecond()))
            .bind(more);
        let ended = write.execute(doing, query).await? > 0;
        if let Some(instance) = others.instance() {
            match outcome {
                Outcome::Done { version, .. } => {
                    holds::holds_version(&mut write, connection, instance, *version).await?;
                }
                Outcome::Failed(_) | Outcome::Dropped => {
                    holds::let_go(&mut write, connection, instance).await?;
                }
            }
        }
        write.commit(doing).await?;
        Ok(ended)
    }
}

/// The moments of a list that still count.
fn moments(text: &str, now: i64) -> Vec<i64> {
    text.split(' ')
        .filter_map(|moment| moment.parse().ok())
        .filter(|moment| now.saturating_sub(*moment) < REMEMBERED_MS)
        .collect()
}

fn changed(row: &Row, connected_at: Timestamp) -> Result<Option<Turn>, Error> {
    let state: ConnectionState = row.parsed("state", |text| serde_json::from_str(text).ok())?;
    let connected = row.moment("connected_ms")?;
    let same = state == ConnectionState::Connected
        && connected.as_millisecond() == connected_at.as_millisecond();
    Ok((!same).then_some(Turn::Changed(state, connected)))
}

fn failed(row: &Row, now: i64) -> Result<Option<Failure>, Error> {
    let until = row.number("retry_ms")?;
    if until <= now {
        return Ok(None);
    }
    Ok(Some(Failure {
        why: row.maybe_text("failure")?.unwrap_or_default(),
        until: from_ms(until),
    }))
}
