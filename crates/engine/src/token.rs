//! The token of a call: the burst's, or a new one from the sealed grant; and what a refused grant means for the
//! connection.

use std::sync::Arc;
use std::time::Duration;

use domain::audit::{Kind, Record, Severity, UpstreamRequest};
use domain::connection::{AdminWhy, ConnectionState, RevokedWhy};
use domain::id::ConnectionId;
use domain::policy::Permit;
use microsoft::RefreshProblem;
use microsoft::entra::AccessToken;
use store::connections::Connection;

use crate::call::Passage;
use crate::operation::{Current, Slot};
use crate::{Engine, Error, ErrorKind};

/// Whose grant it is, and for which call it was opened, if for one.
#[derive(Clone, Copy)]
pub(crate) struct Whose<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) passage: Option<&'a Passage>,
}

impl<'a> From<&'a Passage> for Whose<'a> {
    fn from(passage: &'a Passage) -> Self {
        Self {
            connection: &passage.connection,
            passage: Some(passage),
        }
    }
}

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
        match burst.current(&passage.connection, now, linger) {
            Current::Token(token) => {
                burst.started();
                return Ok(token);
            }
            Current::OfAnother => return Err(self.changed_meanwhile()),
            Current::None => {}
        }
        let claims = claims.filter(|claims| !claims.is_empty());
        let got = self
            .obtain(permit, passage, claims, burst.rejected(), upstream)
            .await?;
        let connected_at = passage.connection.connected_at;
        let token = burst.begin(got, connected_at, self.0.clock.now());
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
            while let Some(slot) = slot.upgrade() {
                let (now, linger) = (engine.0.clock.now(), engine.0.operations.linger());
                let mut burst = slot.token.lock().await;
                let (gone, wait) = burst.reap(now, linger);
                // The burst is kept locked meanwhile, so that no new one begins before it is said that this one ended.
                if gone
                    && let Err(error) = engine.let_go(&connection).await
                {
                    tracing::warn!(connection.id = %connection, error = %error, "It could not be said that a token is gone");
                }
                drop(burst);
                drop(slot);
                let Some(wait) = wait else { break };
                tokio::select! {
                    () = engine.0.stopping.cancelled() => break,
                    () = tokio::time::sleep(wait) => {}
                }
            }
            engine.0.operations.retire(&connection);
        });
    }

    /// The grant could not be opened.
    pub(crate) async fn closed(
        &self,
        whose: Whose<'_>,
        error: store::Error,
    ) -> Result<Error, Error> {
        match error.kind() {
            store::Kind::Damaged => {
                let mut record = self.entry_of(whose, Kind::ConnectionStateChanged);
                record.outcome = Some(ConnectionState::Damaged.as_str().into());
                record.severity = Some(Severity::High);
                self.0.store.record(record).await?;
                tracing::error!(connection.id = %whose.connection.id, "A stored grant does not open: its row was altered, moved or put back");
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
                tracing::error!(connection.id = %whose.connection.id, error = %error, "This instance cannot open a grant that others can");
                Ok(error.into())
            }
            _ => Ok(error.into()),
        }
    }

    /// Entra refused the grant: what that means for the connection is decided by `microsoft`, kept here.
    pub(crate) async fn refused(
        &self,
        whose: Whose<'_>,
        error: microsoft::Error,
        version: i64,
        challenge: Option<&str>,
    ) -> Result<Error, Error> {
        let microsoft::Kind::Refresh(problem) = error.kind() else {
            return Ok(error.into());
        };
        let mut record = self.entry_of(whose, Kind::TokenRefreshFailed);
        record.reason = error.code().map(|code| format!("AADSTS{code}"));
        self.0.store.record(record).await?;
        self.note_trouble(&error).await;
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
        self.change_state_at(whose, &state, version).await?;
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
            passage.into(),
            state,
            current.map_or(passage.connection.version, |connection| connection.version),
        )
        .await
    }

    async fn change_state_at(
        &self,
        whose: Whose<'_>,
        state: &ConnectionState,
        version: i64,
    ) -> Result<(), Error> {
        let (person, connection) = (&whose.connection.person, &whose.connection.id);
        if self
            .0
            .store
            .set_connection_state(person, connection, state, version)
            .await?
        {
            let mut record = self.entry_of(whose, Kind::ConnectionStateChanged);
            record.outcome = Some(state.as_str().into());
            self.0.store.record(record).await?;
            self.end_elsewhere_soon(connection).await?;
        }
        Ok(())
    }

    /// A record of what happened to a grant, now.
    pub(crate) fn entry_of(&self, whose: Whose<'_>, kind: Kind) -> Record {
        if let Some(passage) = whose.passage {
            return self.entry(passage, kind);
        }
        let connection = whose.connection;
        let mut record = Record::new(self.0.clock.now(), kind, connection.organisation.clone());
        record.person = Some(connection.person.clone());
        record
    }
}
