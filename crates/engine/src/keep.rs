//! Keeping idle connections alive: a background round renews grants long before Microsoft forgets them.
//!
//! It takes the same turn as calls do, so that one instance renews a connection at a time and failures are waited out. No
//! permit exists here, hence no token and no calendar: see `domain::keep_alive`.

use std::time::Duration;

use domain::audit::Kind;
use domain::connection::Integration;
use domain::keep_alive::{self, KeepAlive};
use store::connections::{Connection, Mine, Outcome, Turn};

use crate::operation::GUARD_REQUESTS;
use crate::token::Whose;
use crate::turn::LEASE;
use crate::{Engine, Error};

/// How often idle connections are looked for.
const EVERY: Duration = Duration::from_secs(10 * 60);
/// How long after a round that did not find all of them.
const SOON: Duration = Duration::from_secs(60);
/// How many are renewed in one round, one after the other.
const IN_A_ROUND: usize = 100;
/// How many are read at a time.
const PAGE: u32 = 500;

/// What this way of renewing is the way of. Another integration brings its own.
const INTEGRATION: Integration = Integration::OutlookCalendar;

impl Engine {
    /// Keeps idle connections alive in the background until the engine stops.
    pub fn keep_connections_alive(&self) {
        let engine = self.clone();
        self.0.tasks.spawn(async move {
            let mut wait = SOON;
            loop {
                tokio::select! {
                    () = engine.0.stopping.cancelled() => break,
                    () = tokio::time::sleep(wait) => {}
                }
                wait = match engine.keep_alive_round().await {
                    Ok(tried) if tried >= IN_A_ROUND => SOON,
                    Ok(_) => EVERY,
                    Err(error) => {
                        tracing::warn!(error = %error, "Idle connections could not be looked for; it is tried again");
                        EVERY
                    }
                };
            }
        });
    }

    /// Renews the grants that are due, a bounded number of them. Answers how many it tried.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) when the store cannot be reached.
    pub async fn keep_alive_round(&self) -> Result<usize, Error> {
        let now = self.0.clock.now();
        let idle = self
            .0
            .store
            .idle_connections(INTEGRATION, keep_alive::earliest(now), PAGE);
        let mut tried = 0;
        for connection in idle.await? {
            let (state, used) = (&connection.state, connection.refreshed_at);
            let Some(right) = keep_alive::due(&connection.id, state, used, now) else {
                continue;
            };
            if tried == IN_A_ROUND || self.0.stopping.is_cancelled() {
                break;
            }
            tried += 1;
            if let Err(error) = self.keep_alive(&right, &connection).await {
                tracing::warn!(connection.id = %connection.id, error = %error, "An idle connection could not be kept alive");
            }
        }
        Ok(tried)
    }

    async fn keep_alive(&self, right: &KeepAlive, connection: &Connection) -> Result<(), Error> {
        let (person, id, since) = (&connection.person, &connection.id, connection.connected_at);
        let others = self.heeding(0);
        let turn = self
            .0
            .store
            .refresh_turn(person, id, since, others, GUARD_REQUESTS, LEASE);
        // Whoever else has the turn or a token keeps it alive just as well.
        let Turn::Mine(mine) = turn.await? else {
            return Ok(());
        };
        let mut outcome = Outcome::Dropped;
        let result = tokio::select! {
            result = self.renew(right, connection, &mine, &mut outcome) => result,
            never = self.keep_turn(connection, mine.fence) => match never {},
        };
        // There is no token here that could be shared.
        let ended = self
            .0
            .store
            .end_turn(person, id, self.passing_over(), mine.fence, &outcome);
        ended.await?;
        self.let_go(id).await?;
        result
    }

    async fn renew(
        &self,
        right: &KeepAlive,
        connection: &Connection,
        mine: &Mine,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        // Somebody renewed it after it was found to be idle.
        if mine.version != connection.version {
            return Ok(());
        }
        let (store, person, id) = (&self.0.store, &connection.person, &connection.id);
        let whose = Whose {
            connection,
            passage: None,
        };
        let (grant, version) = match store.open_grant(person, id).await {
            Ok(opened) => opened,
            Err(error) => return Err(self.closed(whose, error).await?),
        };
        match self.0.microsoft.entra().keep_alive(right, grant).await {
            Ok(kept) => {
                self.forget_trouble().await;
                let committed =
                    store.commit_grant(person, id, version, kept.grant.as_ref(), &kept.scopes);
                if !committed.await? {
                    return Err(self.changed_meanwhile());
                }
                let version = version + 1;
                *outcome = Outcome::Done {
                    version,
                    requests: kept.requests,
                };
                let mut record = self.entry_of(whose, Kind::TokenRefreshed);
                record.reason = Some("idle".to_owned());
                record.upstream = vec![kept.upstream];
                store.record(record).await?;
                Ok(())
            }
            Err(error) => {
                *outcome = Outcome::Failed(self.failure(&error, mine.failures));
                Err(self.refused(whose, error, version, None).await?)
            }
        }
    }
}
