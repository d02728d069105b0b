//! How an instance comes by a token: by its turn to ask Entra, or from another instance that has one.
//!
//! All instances together ask Entra once for a burst, never two at a time, and never more often than it bears. What
//! makes that so is in the database (`store::connections::refresh`); the token is not.

use std::convert::Infallible;
use std::time::Duration;

use domain::audit::{Kind, UpstreamRequest};
use domain::connection::ConnectionState;
use domain::policy::Permit;
use jiff::{SignedDuration, Timestamp};
use microsoft::RefreshProblem;
use microsoft::entra::{AccessToken, Asking};
use store::connections::{Ask, Connection, Failure, Mine, Others, Outcome, Turn};

use crate::call::Passage;
use crate::operation::GUARD_REQUESTS;
use crate::{Engine, Error, ErrorKind};

/// A refresher that died leaves its turn behind, and everybody waits for its end: so it is short, and kept while a
/// refresh is under way.
pub(crate) const LEASE: Duration = Duration::from_secs(3);
/// How often whoever waits looks again.
const LOOK: Duration = Duration::from_millis(25);
/// How long to wait for a refresh that another has begun.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long to wait for the token of an instance that has one. Longer means that it hangs.
const SHARING: Duration = Duration::from_secs(2);
/// The shortest and the longest time between two attempts after a failure.
const SHORTEST: SignedDuration = SignedDuration::from_secs(30);
const LONGEST: SignedDuration = SignedDuration::from_mins(5);

/// A token, and what it belongs to.
pub(crate) struct Got {
    pub(crate) token: AccessToken,
    pub(crate) began: Timestamp,
    /// The version of the connection it belongs to.
    pub(crate) version: i64,
    /// When any instance asked Entra lately.
    pub(crate) asked: Vec<Timestamp>,
}

/// A request to the other instances.
struct Waiting {
    asking: Asking,
    ask: Ask,
}

impl Engine {
    /// Gets a token for a connection as the call knows it, of a version above the one Microsoft rejected.
    pub(crate) async fn obtain(
        &self,
        permit: &Permit,
        passage: &Passage,
        claims: Option<&str>,
        above: i64,
        upstream: &mut Vec<UpstreamRequest>,
    ) -> Result<Got, Error> {
        let mut waiting = None;
        let got = self
            .obtain_waiting(permit, passage, claims, above, upstream, &mut waiting)
            .await;
        if let Some(Waiting { ask, .. }) = waiting
            && let Err(error) = self.0.store.take_back(&ask).await
        {
            tracing::warn!(error = %error, "A request to other instances could not be taken back; it ends by itself");
        }
        got
    }

    async fn obtain_waiting(
        &self,
        permit: &Permit,
        passage: &Passage,
        claims: Option<&str>,
        above: i64,
        upstream: &mut Vec<UpstreamRequest>,
        waiting: &mut Option<Waiting>,
    ) -> Result<Got, Error> {
        let connection = &passage.connection;
        let (began, mut held_since) = (tokio::time::Instant::now(), None);
        loop {
            // Whoever was challenged must answer the challenge, whatever others have.
            let hangs =
                held_since.is_some_and(|since: tokio::time::Instant| since.elapsed() >= SHARING);
            let others = if claims.is_some() || hangs {
                self.passing_over()
            } else {
                self.heeding(above)
            };
            let turn = self.0.store.refresh_turn(
                &passage.agent.caller.person,
                &connection.id,
                connection.connected_at,
                others,
                GUARD_REQUESTS,
                LEASE,
            );
            match turn.await? {
                Turn::Mine(mine) => {
                    return self
                        .ask_entra(permit, passage, claims, mine, upstream)
                        .await;
                }
                Turn::Guarded { until } => return Err(self.later("microsoft_throttled", until)),
                Turn::Failed(failure) => return Err(self.later(&failure.why, failure.until)),
                Turn::Gone => return Err(self.not_working(None)),
                Turn::Changed(ConnectionState::Connected, _) => {
                    return Err(self.changed_meanwhile());
                }
                Turn::Changed(state, _) => return Err(self.not_working(Some(&state))),
                Turn::Busy => held_since = None,
                Turn::Held => {
                    held_since.get_or_insert_with(tokio::time::Instant::now);
                }
            }
            if began.elapsed() >= PATIENCE {
                return Err(Error::new(
                    ErrorKind::Unavailable,
                    "unavailable",
                    "Another part of attache is renewing this connection and does not finish. Try again shortly.",
                ));
            }
            if let Some(got) = self.ask_another(permit, passage, above, waiting).await? {
                return Ok(got);
            }
        }
    }

    /// Asks the other instances, or looks once more whether one has answered.
    async fn ask_another(
        &self,
        permit: &Permit,
        passage: &Passage,
        above: i64,
        waiting: &mut Option<Waiting>,
    ) -> Result<Option<Got>, Error> {
        let (store, id) = (&self.0.store, &passage.connection.id);
        let Some(instance) = &self.0.instance else {
            tokio::time::sleep(LOOK).await;
            return Ok(None);
        };
        if waiting.is_none() {
            let Some(asking) = Asking::new() else {
                return Err(Error::internal());
            };
            let ask = store.ask_others(id, instance, asking.public_key()).await?;
            *waiting = Some(Waiting { asking, ask });
        }
        for _ in 0..4 {
            tokio::time::sleep(LOOK).await;
            let Some(Waiting { ask, .. }) = waiting.as_ref() else {
                break;
            };
            let Some(answer) = store.answer_to(ask).await? else {
                continue;
            };
            let Some(Waiting { asking, ask }) = waiting.take() else {
                break;
            };
            store.take_back(&ask).await?;
            let Some(given) = asking.read(permit, id.as_str(), &answer) else {
                break;
            };
            if given.version >= passage.connection.version
                && given.version > above
                && store.hold_token(id, instance, given.version).await?
            {
                self.serve_others();
                return Ok(Some(Got {
                    token: given.access,
                    began: given.began,
                    version: given.version,
                    asked: Vec::new(),
                }));
            }
            break;
        }
        Ok(None)
    }

    /// Opens the sealed grant and redeems it, alone among all instances.
    async fn ask_entra(
        &self,
        permit: &Permit,
        passage: &Passage,
        claims: Option<&str>,
        mine: Mine,
        upstream: &mut Vec<UpstreamRequest>,
    ) -> Result<Got, Error> {
        if self.0.instance.is_some() {
            self.serve_others();
        }
        let mut outcome = Outcome::Dropped;
        let result = tokio::select! {
            result = self.redeem_in_turn(permit, passage, claims, &mine, &mut outcome, upstream) => result,
            never = self.keep_turn(&passage.connection, mine.fence) => match never {},
        };
        let (person, id) = (&passage.agent.caller.person, &passage.connection.id);
        let ended = self
            .0
            .store
            .end_turn(person, id, self.passing_over(), mine.fence, &outcome);
        if let Err(error) = ended.await {
            tracing::warn!(connection.id = %id, error = %error, "The turn to refresh could not be given back; it ends by itself");
        }
        let (token, version) = result?;
        Ok(Got {
            token,
            began: self.0.clock.now(),
            version,
            asked: mine.asked,
        })
    }

    async fn redeem_in_turn(
        &self,
        permit: &Permit,
        passage: &Passage,
        claims: Option<&str>,
        mine: &Mine,
        outcome: &mut Outcome,
        upstream: &mut Vec<UpstreamRequest>,
    ) -> Result<(AccessToken, i64), Error> {
        let (store, person, connection) = (
            &self.0.store,
            &passage.agent.caller.person,
            &passage.connection.id,
        );
        let (grant, version) = match store.open_grant(person, connection).await {
            Ok(opened) => opened,
            Err(error) => return Err(self.closed(passage.into(), error).await?),
        };
        match self.0.microsoft.entra().redeem(permit, grant, claims).await {
            Ok(redeemed) => {
                self.forget_trouble().await;
                // The new grant is durable before the new token is used.
                let (grant, scopes) = (redeemed.grant.as_ref(), &redeemed.scopes);
                let committed = store.commit_grant(person, connection, version, grant, scopes);
                if !committed.await? {
                    // Disconnected or connected anew while Entra answered: this token belongs to nothing any more.
                    return Err(self.changed_meanwhile());
                }
                upstream.push(redeemed.upstream);
                let mut record = self.entry(passage, Kind::TokenRefreshed);
                record.tool = None;
                store.record(record).await?;
                let version = version + 1;
                *outcome = Outcome::Done {
                    version,
                    requests: redeemed.requests,
                };
                Ok((redeemed.access, version))
            }
            Err(error) => {
                let failure = self.failure(&error, mine.failures);
                let wait = failure.until.duration_since(self.0.clock.now());
                *outcome = Outcome::Failed(failure);
                let error = self.refused(passage.into(), error, version, claims).await?;
                // Whoever must do something first is not told to wait.
                let wait = Duration::try_from(wait).ok();
                let wait = wait.filter(|_| error.kind != ErrorKind::NotConnected);
                Err(error.after(wait))
            }
        }
    }

    /// What is kept of a failure, so that nobody tries again too early.
    pub(crate) fn failure(&self, error: &microsoft::Error, failures: u32) -> Failure {
        let (why, asked) = trouble(error);
        Failure {
            why: why.to_owned(),
            until: self.0.clock.now() + pause(failures, asked),
        }
    }

    /// Renews the turn as long as it is waited for. One that is lost all the same does no harm: what is committed is
    /// decided by the version.
    pub(crate) async fn keep_turn(&self, connection: &Connection, fence: i64) -> Infallible {
        loop {
            tokio::time::sleep(LEASE / 3).await;
            let (person, connection) = (&connection.person, &connection.id);
            let renewed = self.0.store.renew_turn(person, connection, fence, LEASE);
            if !matches!(renewed.await, Ok(true)) {
                tracing::warn!(connection.id = %connection, "The turn to refresh could not be renewed");
            }
        }
    }

    pub(crate) fn passing_over(&self) -> Others<'_> {
        self.0
            .instance
            .as_ref()
            .map_or(Others::None, Others::PassOver)
    }

    pub(crate) fn heeding(&self, above: i64) -> Others<'_> {
        match &self.0.instance {
            Some(instance) => Others::Heed(instance, above),
            None => Others::None,
        }
    }

    pub(crate) fn changed_meanwhile(&self) -> Error {
        self.reconnect(
            "not_connected",
            "The connection was changed meanwhile. Try again, or connect.",
        )
    }

    /// What whoever comes too early is told: what failed, and how long to wait.
    fn later(&self, why: &str, until: Timestamp) -> Error {
        let wait = until.duration_since(self.0.clock.now());
        let wait = Duration::try_from(wait).unwrap_or_default();
        // Whole seconds, rounded up: whoever waits so long is not too early.
        let wait = Duration::from_secs(wait.as_secs() + 1);
        let (kind, code, words) = match why {
            "installation_refused" => (
                ErrorKind::Microsoft,
                "installation_refused",
                "Microsoft refuses attache itself, whoever asks. Its operator must act; nobody else can.",
            ),
            "microsoft_throttled" => (
                ErrorKind::Throttled,
                "microsoft_throttled",
                "Too many tokens were asked for this connection. Wait as long as it says; nothing was changed.",
            ),
            "microsoft_trouble" => (
                ErrorKind::Microsoft,
                "microsoft_trouble",
                "Microsoft has trouble answering at the moment. Wait as long as it says; nothing was changed.",
            ),
            _ => (
                ErrorKind::Unreachable,
                "microsoft_unreachable",
                "Microsoft did not answer a moment ago. Wait as long as it says; nothing was changed.",
            ),
        };
        Error::new(kind, code, words).after(Some(wait))
    }
}

/// Why Entra gave no token, in the word that callers get, and how long it asks to wait.
fn trouble(error: &microsoft::Error) -> (&'static str, Option<Duration>) {
    match error.kind() {
        microsoft::Kind::Refresh(RefreshProblem::Loop) => {
            ("microsoft_throttled", Some(Duration::from_secs(300)))
        }
        microsoft::Kind::Refresh(RefreshProblem::Bug | RefreshProblem::Installation)
        | microsoft::Kind::Installation => ("installation_refused", None),
        microsoft::Kind::Refresh(RefreshProblem::Retry { after: Some(after) })
        | microsoft::Kind::Throttled { retry_after: after } => ("microsoft_throttled", Some(after)),
        microsoft::Kind::Trouble => ("microsoft_trouble", None),
        _ => ("microsoft_unreachable", None),
    }
}

/// How long to wait after a failure: twice as long each time, and never shorter than Microsoft says.
fn pause(failures: u32, asked: Option<Duration>) -> SignedDuration {
    let doubled = SHORTEST
        .checked_mul(1 << failures.min(8))
        .unwrap_or(LONGEST)
        .min(LONGEST);
    let asked = asked.and_then(|asked| SignedDuration::try_from(asked).ok());
    doubled.max(asked.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_doubles_the_pause_and_microsofts_word_counts() {
        let seconds = |failures, asked: Option<u64>| {
            pause(failures, asked.map(Duration::from_secs)).as_secs()
        };
        assert_eq!(seconds(0, None), 30);
        assert_eq!(seconds(1, None), 60);
        assert_eq!(seconds(40, None), 300);
        assert_eq!(seconds(0, Some(7)), 30);
        assert_eq!(seconds(0, Some(3600)), 3600);
    }
}
