//! The token of a call: the burst's, or a new one from the sealed grant; and what a refused grant means for the
//! connection.

use std::sync::Arc;
use std::time::Duration;

use domain::audit::{Kind, Severity, UpstreamRequest};
use domain::connection::{AdminWhy, ConnectionState, RevokedWhy};
use domain::id::ConnectionId;
use domain::policy::Permit;
use microsoft::RefreshProblem;
use microsoft::entra::AccessToken;

use crate::call::Passage;
use crate::operation::{Burst, Slot};
use crate::{Engine, Error, ErrorKind};

/// A refresher that died leaves its lease behind, and everybody waits for its end: so it is short, and kept while a
/// refresh is under way.
const LEASE: Duration = Duration::from_secs(3);

impl Engine {
    /// The burst's token, or a new one. Callers of one connection wait for each other here, others do not.
    pub(crate) async fn token(
        &self,
        permit: &Permit,
        passage: &Passage,
        slot: &Arc<Slot>,
        claims: Option<&str>,
        upstream: &mut Vec<UpstreamRequest>,
    ) -> Result<Arc<AccessToken>, Error> {
        let mut burst = slot.token.lock().await;
        let (now, linger) = (self.0.clock.now(), self.0.operations.linger());
        if let Some(token) = burst.current(now, linger) {
            burst.started();
            return Ok(token);
        }
        if let Some(wait) = burst.must_wait(now) {
            let error = Error::new(
                ErrorKind::Throttled,
                "microsoft_throttled",
                "Too many tokens were asked for this connection. Wait as long as it says.",
            );
            return Err(error.after(Some(wait)));
        }
        let claims = claims.filter(|claims| !claims.is_empty());
        let token = Arc::new(
            self.redeem(permit, passage, claims, &mut burst, upstream)
                .await?,
        );
        burst.begin(Arc::clone(&token), self.0.clock.now());
        burst.started();
        if burst.needs_reaper() {
            self.watch(slot, passage.connection.id.clone());
        }
        Ok(token)
    }

    /// Drops the token when its burst is over, and the slot when nothing is left of it.
    fn watch(&self, slot: &Arc<Slot>, connection: ConnectionId) {
        let (engine, slot) = (self.clone(), Arc::downgrade(slot));
        self.0.tasks.spawn(async move {
            loop {
                let wait = match slot.upgrade() {
                    Some(slot) => slot
                        .token
                        .lock()
                        .await
                        .reap(engine.0.clock.now(), engine.0.operations.linger()),
                    None => None,
                };
                let Some(wait) = wait else { break };
                tokio::select! {
                    () = engine.0.stopping.cancelled() => break,
                    () = tokio::time::sleep(wait) => {}
                }
            }
            engine.0.operations.retire(&connection);
        });
    }

    /// Opens the sealed grant and redeems it, alone among all instances.
    async fn redeem(
        &self,
        permit: &Permit,
        passage: &Passage,
        claims: Option<&str>,
        burst: &mut Burst,
        upstream: &mut Vec<UpstreamRequest>,
    ) -> Result<AccessToken, Error> {
        let (store, person, connection) = (
            &self.0.store,
            &passage.agent.caller.person,
            &passage.connection.id,
        );
        let fence = self.lease(passage).await?;
        let result = tokio::select! {
            result = self.redeem_leased(permit, passage, claims, burst, upstream) => result,
            never = self.keep_lease(passage, fence) => match never {},
        };
        if let Err(error) = store.release_refresh(person, connection, fence).await {
            tracing::warn!(connection.id = %connection, error = %error, "A refresh lease could not be released; it ends by itself");
        }
        result
    }

    async fn lease(&self, passage: &Passage) -> Result<i64, Error> {
        const TRIES: u32 = 150;
        for _ in 0..TRIES {
            let lease = self
                .0
                .store
                .lease_refresh(&passage.agent.caller.person, &passage.connection.id, LEASE)
                .await?;
            match lease {
                Some(fence) => return Ok(fence),
                None => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
        Err(Error::new(
            ErrorKind::Unavailable,
            "unavailable",
            "Another part of attache is renewing this connection and does not finish. Try again shortly.",
        ))
    }

    /// Renews the lease as long as it is waited for. One that is lost all the same does no harm: what is committed is
    /// decided by the version.
    async fn keep_lease(&self, passage: &Passage, fence: i64) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(LEASE / 3).await;
            let (person, connection) = (&passage.agent.caller.person, &passage.connection.id);
            let renewed = self.0.store.renew_refresh(person, connection, fence, LEASE);
            if !matches!(renewed.await, Ok(true)) {
                tracing::warn!(connection.id = %connection, "A refresh lease could not be renewed");
            }
        }
    }

    async fn redeem_leased(
        &self,
        permit: &Permit,
        passage: &Passage,
        claims: Option<&str>,
        burst: &mut Burst,
        upstream: &mut Vec<UpstreamRequest>,
    ) -> Result<AccessToken, Error> {
        let (store, person, connection) = (
            &self.0.store,
            &passage.agent.caller.person,
            &passage.connection.id,
        );
        // Whoever waited here while another call was refused learns it without asking Entra once more.
        let now = store.connection(person, passage.connection.integration);
        let now = now.await?.map(|connection| connection.state);
        if now != Some(ConnectionState::Connected) {
            return Err(self.not_working(now.as_ref()));
        }
        let (grant, version) = match store.open_grant(person, connection).await {
            Ok(opened) => opened,
            Err(error) => return Err(self.closed(passage, error).await?),
        };
        burst.asked(self.0.clock.now());
        match self.0.microsoft.entra().redeem(permit, grant, claims).await {
            Ok(redeemed) => {
                self.forget_trouble();
                // The new grant is durable before the new token is used.
                let (grant, scopes) = (redeemed.grant.as_ref(), &redeemed.scopes);
                let committed = store.commit_grant(person, connection, version, grant, scopes);
                if !committed.await? {
                    // Disconnected or connected anew while Entra answered: this token belongs to nothing any more.
                    return Err(self.reconnect(
                        "not_connected",
                        "The connection was changed meanwhile. Try again, or connect.",
                    ));
                }
                upstream.push(redeemed.upstream);
                let mut record = self.entry(passage, Kind::TokenRefreshed);
                record.tool = None;
                store.record(record).await?;
                Ok(redeemed.access)
            }
            Err(error) => Err(self.refused(passage, error, version, claims).await?),
        }
    }

    /// The grant could not be opened.
    async fn closed(&self, passage: &Passage, error: store::Error) -> Result<Error, Error> {
        match error.kind() {
            store::Kind::Damaged => {
                let mut record = self.entry(passage, Kind::ConnectionStateChanged);
                record.outcome = Some(ConnectionState::Damaged.as_str().into());
                record.severity = Some(Severity::High);
                self.0.store.record(record).await?;
                tracing::error!(connection.id = %passage.connection.id, "A stored grant does not open: its row was altered, moved or put back");
                Ok(self
                    .reconnect(
                        "connection_damaged",
                        "The stored connection cannot be opened. The person must connect again.",
                    )
                    .caused_by(error))
            }
            store::Kind::NoGrant => Ok(self
                .reconnect("not_connected", "Outlook Calendar is not connected.")
                .caused_by(error)),
            store::Kind::Setup => {
                // Another instance has a newer key than this one. The connection is whole and the call can be repeated.
                tracing::error!(connection.id = %passage.connection.id, error = %error, "This instance cannot open a grant that others can");
                Ok(error.into())
            }
            _ => Ok(error.into()),
        }
    }

    /// Entra refused the grant: what that means for the connection is decided by `microsoft`, kept here.
    async fn refused(
        &self,
        passage: &Passage,
        error: microsoft::Error,
        version: i64,
        challenge: Option<&str>,
    ) -> Result<Error, Error> {
        let microsoft::Kind::Refresh(problem) = error.kind() else {
            return Ok(error.into());
        };
        let mut record = self.entry(passage, Kind::TokenRefreshFailed);
        record.reason = error.code().map(|code| format!("AADSTS{code}"));
        self.0.store.record(record).await?;
        self.note_trouble(&error);
        let code = error.code();
        let state = match problem {
            RefreshProblem::Retry { after: Some(after) } => {
                let words = "Microsoft asks to wait before the next request. Nothing was changed.";
                let throttled = Error::new(ErrorKind::Throttled, "microsoft_throttled", words);
                return Ok(throttled.after(Some(after)).caused_by(error));
            }
            RefreshProblem::Retry { after: None } => {
                let words = "Microsoft did not answer. Nothing was changed; try again shortly.";
                let unreachable =
                    Error::new(ErrorKind::Unreachable, "microsoft_unreachable", words);
                return Ok(unreachable.caused_by(error));
            }
            RefreshProblem::Loop => {
                let words = "Microsoft asks to wait five minutes. Nothing was changed.";
                let throttled = Error::new(ErrorKind::Throttled, "microsoft_throttled", words);
                return Ok(throttled
                    .after(Some(Duration::from_secs(300)))
                    .caused_by(error));
            }
            RefreshProblem::Bug | RefreshProblem::Installation => {
                return Ok(Error::new(ErrorKind::Microsoft, "installation_refused", "Microsoft refuses attache itself, whoever asks. Its operator must act; nobody else can.").caused_by(error));
            }
            RefreshProblem::NeedsConsent => ConnectionState::NeedsAdmin {
                why: AdminWhy::ConsentMissing,
                claims: None,
                code,
            },
            RefreshProblem::BlockedByPolicy { claims } => ConnectionState::NeedsAdmin {
                why: AdminWhy::BlockedByPolicy,
                claims,
                code,
            },
            RefreshProblem::AppUnavailable => ConnectionState::NeedsAdmin {
                why: AdminWhy::AppUnavailable,
                claims: None,
                code,
            },
            // What Graph asked for stays asked for, unless Entra asks for something newer.
            RefreshProblem::SignInAgain { claims, .. } => ConnectionState::NeedsSignIn {
                claims: claims.or_else(|| challenge.map(str::to_owned)),
                code,
            },
            RefreshProblem::AccountDisabled => ConnectionState::Revoked {
                why: RevokedWhy::AccountDisabled,
            },
            RefreshProblem::Expired => ConnectionState::Revoked {
                why: RevokedWhy::Expired,
            },
            RefreshProblem::EndedAtMicrosoft => ConnectionState::Revoked {
                why: RevokedWhy::EndedAtMicrosoft,
            },
        };
        self.change_state_at(passage, &state, version).await?;
        Ok(self.not_working(Some(&state)).caused_by(error))
    }

    pub(crate) async fn change_state(
        &self,
        passage: &Passage,
        state: &ConnectionState,
    ) -> Result<(), Error> {
        let current = self
            .0
            .store
            .connection(&passage.agent.caller.person, passage.connection.integration)
            .await?;
        self.change_state_at(
            passage,
            state,
            current.map_or(passage.connection.version, |connection| connection.version),
        )
        .await
    }

    async fn change_state_at(
        &self,
        passage: &Passage,
        state: &ConnectionState,
        version: i64,
    ) -> Result<(), Error> {
        let (person, connection) = (&passage.agent.caller.person, &passage.connection.id);
        if self
            .0
            .store
            .set_connection_state(person, connection, state, version)
            .await?
        {
            let mut record = self.entry(passage, Kind::ConnectionStateChanged);
            record.outcome = Some(state.as_str().into());
            self.0.store.record(record).await?;
        }
        Ok(())
    }
}
