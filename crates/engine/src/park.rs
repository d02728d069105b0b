//! Calls that Microsoft interrupts: a write that meets a claims challenge waits for its person's sign-in, as an approval
//! waits for her decision, and then goes on by itself, once.
//!
//! A read is not stored for that: it left no trace, its agent repeats it, and what it would find is not kept at rest.

use std::time::Duration;

use domain::approval::ApprovalState;
use domain::audit::Kind;
use domain::canonical::Digest;
use domain::id::{ApprovalId, PersonId, RequestId};
use domain::policy::Permit;
use domain::tool::Effect;
use jiff::Timestamp;
use serde_json::Value;
use store::approvals::{Earlier, StoredApproval, WhyParked};
use store::connections::Connection;

use crate::approve::REMEMBERED;
use crate::call::{Answer, Claimed, Passage};
use crate::tools::Tool;
use crate::{AgentCaller, Engine, Error, ErrorKind};

/// How often parked calls are looked for whose connection works again: those of an instance that died meanwhile.
const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// How many are taken at once.
const AT_ONCE: u32 = 20;

impl Engine {
    /// Performs a call that came just now. A write that Microsoft interrupts is parked, and repeating it is answered with
    /// what became of the first.
    pub(crate) async fn perform_or_park(
        &self,
        permit: &Permit,
        passage: &Passage,
    ) -> Result<Answer, Error> {
        if passage.tool.definition().effect == Effect::Read {
            return self.perform(permit, passage).await;
        }
        let (agent, arguments) = (&passage.agent, &passage.arguments);
        let before = self.parked(agent, passage.tool, arguments, &passage.connection);
        if let Some(answer) = before.await? {
            if answer.pending {
                self.go_on(&agent.caller.person);
            }
            return Ok(answer);
        }
        match self.perform(permit, passage).await {
            Err(error) if error.code == "needs_sign_in" => self.park(passage, error).await,
            Err(error) if error.kind == ErrorKind::OutcomeUnknown => {
                Err(self.lost(passage, error).await)
            }
            result => result,
        }
    }

    /// What became of the same call, if it was interrupted a while ago, or if nobody knows yet.
    pub(crate) async fn parked(
        &self,
        agent: &AgentCaller,
        tool: &'static dyn Tool,
        arguments: &Value,
        connection: &Connection,
    ) -> Result<Option<Answer>, Error> {
        if tool.definition().effect == Effect::Read || connection.state.is_over() {
            return Ok(None);
        }
        let setting = self.setting(agent, connection);
        let Ok(resolved) = tool.resolve(arguments.clone(), &setting) else {
            return Ok(None);
        };
        let digest = Digest::of_json("attache arguments", &resolved.arguments);
        let now = self.0.clock.now();
        let since = now.checked_sub(REMEMBERED).unwrap_or(Timestamp::MIN);
        let tool = tool.definition().name.as_str();
        let (by, which, store) = (&agent.caller.agent, Earlier::Interrupted, &self.0.store);
        if let Some(open) = store.open_write(by, connection, tool, &digest).await? {
            let told = self.told_of_open(agent, &open, ApprovalState::Executing);
            if let Some(told) = told.await? {
                return Ok(Some(told));
            }
        }
        let parked = store.earlier_call(by, connection, tool, &digest, which, since);
        Ok(parked.await?.and_then(|parked| {
            use ApprovalState::{Done, Executing, Parked, Pending, Unknown};
            let counts = matches!(parked.state, Done | Executing | Parked | Pending | Unknown);
            counts.then(|| self.told(&parked))
        }))
    }

    async fn park(&self, passage: &Passage, error: Error) -> Result<Answer, Error> {
        let caller = &passage.agent.caller;
        let setting = self.setting(&passage.agent, &passage.connection);
        let resolved = passage.tool.resolve(passage.arguments.clone(), &setting)?;
        let new = self.storable(passage, resolved).await?;
        let Ok(stored) = self.0.store.park(&new).await else {
            // Too many wait already, or nothing can be stored: the agent is told what it would be told without.
            return Err(error);
        };
        if stored.call == passage.id
            && let Err(unrecorded) = self.note_parked(passage, &stored).await
        {
            // What is not on record does not wait for anybody.
            let store = &self.0.store;
            store.void_approval(&caller.person, &stored.id).await?;
            return Err(unrecorded);
        }
        Ok(self.told(&stored))
    }

    async fn note_parked(&self, passage: &Passage, stored: &StoredApproval) -> Result<(), Error> {
        let mut record = self.entry(passage, Kind::CallParked);
        record.arguments = Some(stored.digest);
        record.approval = Some(stored.id.clone());
        self.0.store.record(record).await?;
        Ok(())
    }

    /// A stored call was interrupted while it ran. `false` when that happened too often.
    pub(crate) async fn park_again(
        &self,
        agent: &AgentCaller,
        stored: &StoredApproval,
        request: &RequestId,
    ) -> Result<bool, Error> {
        let store = &self.0.store;
        let why = WhyParked::Interrupted;
        if !store.park_again(&stored.person, &stored.id, why).await? {
            return Ok(false);
        }
        let mut record = self.about(&agent.person, Kind::CallParked);
        record.agent = Some(stored.agent.clone());
        record.surface = Some(stored.surface);
        record.request = Some(request.clone());
        record.call = Some(stored.call.clone());
        record.tool = Some(stored.tool.clone());
        record.approval = Some(stored.id.clone());
        record.arguments = Some(stored.digest);
        self.0.store.record(record).await?;
        Ok(true)
    }

    /// The level asks by now: the stored call becomes an approval under the same id.
    pub(crate) async fn ask_instead(
        &self,
        passage: &Passage,
        stored: &ApprovalId,
    ) -> Result<Answer, Error> {
        let setting = self.setting(&passage.agent, &passage.connection);
        let resolved = passage.tool.resolve(passage.arguments.clone(), &setting)?;
        let new = self.storable(passage, resolved).await?;
        let mut record = self.entry(passage, Kind::ApprovalRequested);
        record.approval = Some(stored.clone());
        self.0.store.record(record).await?;
        let person = &passage.agent.caller.person;
        let store = &self.0.store;
        store.ask_instead(person, stored, new.expires).await?;
        let asked = store.approval(person, stored).await?;
        asked
            .map(|asked| self.told(&asked))
            .ok_or_else(Error::not_found)
    }

    /// Runs the parked calls whose connection works again: of one person who has just signed in, or of everybody.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unavailable`] when the store cannot be reached; what was not run stays parked.
    pub async fn resume_parked(&self, person: Option<&PersonId>) -> Result<(), Error> {
        for stored in self.0.store.parked(person, AT_ONCE).await? {
            self.resume(&stored).await?;
        }
        Ok(())
    }

    async fn resume(&self, stored: &StoredApproval) -> Result<(), Error> {
        let store = &self.0.store;
        let Some(person) = store.person(&stored.person).await? else {
            return Ok(());
        };
        let agent = self.still_valid(&person, stored).await?;
        // Of all instances that see it waiting, one takes it.
        let Some(resumed) = store.claim_parked(&stored.person, &stored.id).await? else {
            return Ok(());
        };
        let claimed = Claimed {
            id: stored.id.clone(),
            approval: resumed.approval,
            call: stored.call.clone(),
            shown: stored.etag.clone(),
        };
        let request = RequestId::random(&self.0.random);
        if let Some(error) = self.run(stored, agent, claimed, &request).await? {
            // Nothing was sent: it waits on, and the sweep comes by again.
            tracing::warn!(approval.id = %stored.id, error.code = error.code, "A parked call could not go on");
            let why = WhyParked::NotBegun;
            store.park_again(&stored.person, &stored.id, why).await?;
        }
        Ok(())
    }

    /// Looks now and then, until it is told to stop, for what another instance has left that died: parked calls that can go
    /// on, as it took the sign-in and did not run them, changes whose end nobody knows, and tokens that it asked others for
    /// and did not fetch.
    pub fn keep_resuming(&self) {
        self.keep_signing();
        let engine = self.clone();
        self.0.tasks.spawn(async move {
            loop {
                // At the start too: who died may have been started again at once.
                engine.clear_up().await;
                tokio::select! {
                    () = engine.0.stopping.cancelled() => return,
                    () = tokio::time::sleep(SWEEP_EVERY) => {}
                }
            }
        });
    }

    /// One such look.
    pub async fn clear_up(&self) {
        if self.0.instance.is_some()
            && let Err(error) = self.0.store.forget_old_asks().await
        {
            tracing::warn!(error = %error, "Tokens on their way that nobody waits for could not be deleted");
        }
        if let Err(error) = self.resume_parked(None).await {
            tracing::warn!(error = %error, "Parked calls could not be looked for");
        }
        if let Err(error) = self.reconcile().await {
            tracing::warn!(error = %error, "Changes whose end is not known could not be looked after");
        }
        if let Err(error) = self.record_undecided().await {
            tracing::warn!(error = %error, "What nobody decided could not be put on record; it is tried again");
        }
    }

    /// Lets what waited for this person's sign-in go on, without keeping her waiting for it.
    pub(crate) fn go_on(&self, person: &PersonId) {
        let (engine, person) = (self.clone(), person.clone());
        self.0.tasks.spawn(async move {
            if let Err(error) = engine.resume_parked(Some(&person)).await {
                tracing::warn!(error = %error, "Parked calls wait for the next look");
            }
        });
    }
}
