//! Changes whose end is not known, because Microsoft's answer was lost or the process that sent them died: somebody looks in
//! the calendar what became of them, and that is put on record and told. Nothing is sent a second time.
//!
//! A change is looked after some twenty seconds after it began or its process gave its last sign of life. What is found there
//! is its end. What is not found twice was not done. What no look can tell, or cannot be looked for within three days, stays
//! unknown, and its person is told to look herself.

use std::sync::atomic::Ordering;
use std::time::Duration;

use domain::approval::ApprovalState;
use domain::audit::{Kind, Record, UpstreamRequest};
use domain::caller::{Caller, Client};
use domain::canonical::Digest;
use domain::connection::Integration;
use domain::id::RequestId;
use domain::policy::{Call, look_after};
use domain::tool::Effect;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::approvals::StoredApproval;
use store::levels::Standing;
use store::writes::{NewWrite, OpenWrite, Told};

use crate::call::{Answer, Passage};
use crate::connect::availability;
use crate::taint::Foreigns;
use crate::tools::{Seen, Tool, verify};
use crate::{AgentCaller, Engine, Error, ErrorKind, tools};

/// How often a process says that it still executes what it executes. Twice and more in what others wait for that.
const SIGN_EVERY: Duration = Duration::from_secs(5);
/// How many are looked after at once.
const AT_ONCE: u32 = 20;
/// What was not found may be on its way within Microsoft; so long after it began, and seen twice, it is not.
const SETTLED: SignedDuration = SignedDuration::from_secs(20);
/// Until the second look.
const SECOND_LOOK: Duration = Duration::from_secs(8);
/// The longest wait between two looks that fail.
const LONGEST_WAIT: Duration = Duration::from_secs(900);
/// When it is given up: a weekend and a day.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(72);

/// What an agent is told while it is looked after.
pub(crate) const LOOKING: &str = "The change was sent to Microsoft and no answer came. attache looks in the calendar what became of it, usually within a minute; nothing is sent twice. Use check_approval, or repeat exactly the same call.";
const FOUND: &str = "Microsoft's answer was lost. attache has looked: it was done.";
const NOT_DONE: &str = "Microsoft's answer was lost, or attache was interrupted. attache has looked in the calendar: it was not done. Call again if it is still wanted.";
const NOBODY_KNOWS: &str = "The change was sent to Microsoft and no answer came, and the calendar does not tell what became of it. The person must look in her calendar before it is tried again.";
const INTERRUPTED: &str =
    "attache was interrupted before it could answer. Nothing was changed; call again.";

/// What is known of a change after a look.
enum Verdict {
    Ended {
        state: ApprovalState,
        outcome: Value,
        reason: &'static str,
        target: Option<Digest>,
    },
    /// There is another look after a while.
    Later {
        why: &'static str,
        wait: Option<Duration>,
    },
}

impl Verdict {
    fn unknown(reason: &'static str) -> Self {
        Self::Ended {
            state: ApprovalState::Unknown,
            outcome: json!({"code": "outcome_unknown", "message": NOBODY_KNOWS}),
            reason,
            target: None,
        }
    }

    fn failed(code: &'static str, message: &str) -> Self {
        Self::Ended {
            state: ApprovalState::Failed,
            outcome: json!({"code": code, "message": message}),
            reason: code,
            target: None,
        }
    }
}

impl Engine {
    /// What is stored of a call before anything of it is sent.
    pub(crate) fn new_write(&self, passage: &Passage) -> NewWrite {
        let setting = self.setting(&passage.agent, &passage.connection);
        // Where the zone is not known yet, it is read again with what is known when it is looked after.
        let (arguments, digest) = match passage.tool.resolve(passage.arguments.clone(), &setting) {
            Ok(resolved) => {
                let digest = Digest::of_json("attache arguments", &resolved.arguments);
                (resolved.arguments, digest)
            }
            Err(_) => (passage.arguments.clone(), passage.digest),
        };
        let caller = &passage.agent.caller;
        NewWrite {
            organisation: caller.organisation.clone(),
            person: caller.person.clone(),
            connection: passage.connection.id.clone(),
            life: passage.connection.life,
            agent: caller.agent.clone(),
            surface: caller.surface,
            tool: passage.tool.definition().name.as_str().to_owned(),
            arguments,
            digest,
            approval: passage.stored.clone(),
            call: passage.id.clone(),
        }
    }

    /// The same call is under way or its end is not known: where its agent can ask.
    pub(crate) async fn told_of_open(
        &self,
        agent: &AgentCaller,
        open: &OpenWrite,
        state: ApprovalState,
    ) -> Result<Option<Answer>, Error> {
        let stored = self.stored_for(agent, open, state).await?;
        Ok(stored.map(|stored| self.told(&stored)))
    }

    /// A write was sent and its answer is lost: the error with the page that is going to say what became of it. Where there is
    /// none, it is looked after all the same.
    pub(crate) async fn lost(&self, passage: &Passage, error: Error) -> Error {
        let new = self.new_write(passage);
        let (agent, connection) = (&passage.agent, &passage.connection);
        let store = &self.0.store;
        let open = store.open_write(&agent.caller.agent, connection, &new.tool, &new.digest);
        let Ok(Some(open)) = open.await else {
            return error;
        };
        let stored = self.stored_for(agent, &open, ApprovalState::Unknown);
        match stored.await {
            Ok(Some(stored)) => {
                let page = format!("{}/approvals/{}", self.0.settings.base_url, stored.id);
                error.with_link(page)
            }
            Ok(None) | Err(_) => error,
        }
    }

    /// The stored call of an open change; made, if nobody was ever asked about it.
    async fn stored_for(
        &self,
        agent: &AgentCaller,
        open: &OpenWrite,
        state: ApprovalState,
    ) -> Result<Option<StoredApproval>, Error> {
        let store = &self.0.store;
        let write = &open.write;
        let id = match &write.approval {
            Some(id) => Some(id.clone()),
            None => {
                let connection = store.connection(&write.person, Integration::OutlookCalendar);
                let connection = connection.await?;
                let resolved =
                    connection
                        .zip(tools::find(&write.tool))
                        .and_then(|(connection, tool)| {
                            let setting = self.setting(agent, &connection);
                            tool.resolve(write.arguments.clone(), &setting).ok()
                        });
                let (card, summary) = match resolved {
                    Some(resolved) => (
                        serde_json::to_value(&resolved.card).unwrap_or_default(),
                        resolved.summary,
                    ),
                    None => (json!({}), String::new()),
                };
                let told = Told {
                    card,
                    summary,
                    state,
                    outcome: json!({"code": "outcome_unknown", "message": LOOKING, "looking": true}),
                };
                store.tell_of_write(open, &told).await?
            }
        };
        match id {
            Some(id) => Ok(store.approval(&write.person, &id).await?),
            None => Ok(None),
        }
    }

    /// Gives back what was claimed and never began, and looks after changes whose end is not known.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when the store cannot be reached; then whoever comes next does it.
    pub async fn reconcile(&self) -> Result<(), Error> {
        let given = self.0.store.give_back_unbegun(AT_ONCE).await?;
        if given > 0 {
            tracing::warn!(
                calls = given,
                "Stored calls were taken and never begun; they wait again"
            );
        }
        let overdue = self.0.store.overdue_writes(AT_ONCE).await?;
        let looks: Vec<_> = overdue
            .into_iter()
            .map(|open| {
                let engine = self.clone();
                self.0.tasks.spawn(async move {
                    if let Err(error) = engine.look_after(&open).await {
                        tracing::warn!(call.id = %open.write.call, error = %error, "A change could not be looked after; there is another look");
                    }
                })
            })
            .collect();
        for look in looks {
            look.await
                .map_err(|panic| Error::internal().caused_by(panic))?;
        }
        Ok(())
    }

    async fn look_after(&self, open: &OpenWrite) -> Result<(), Error> {
        let store = &self.0.store;
        let Some(person) = store.person(&open.write.person).await? else {
            return Ok(());
        };
        let agent = AgentCaller {
            caller: Caller {
                organisation: open.write.organisation.clone(),
                person: person.id.clone(),
                agent: open.write.agent.clone(),
                surface: open.write.surface,
            },
            person,
            agent_name: String::new(),
            client: Client::default(),
        };
        let mut upstream = Vec::new();
        let verdict = self.verdict(&agent, open, &mut upstream).await?;
        let age = self.0.clock.now().duration_since(open.begun);
        let verdict = match verdict {
            Verdict::Later { why, .. } if age >= GIVE_UP => Verdict::unknown(why),
            verdict => verdict,
        };
        match verdict {
            Verdict::Later { why, wait } => {
                tracing::info!(call.id = %open.write.call, looks = open.looks, reason = why, "The end of a change is not known yet");
                let wait = wait.unwrap_or_else(|| back_off(open.looks));
                Ok(store.postpone_write(open, wait).await?)
            }
            Verdict::Ended {
                state,
                outcome,
                reason,
                target,
            } => {
                self.stored_for(&agent, open, ApprovalState::Unknown)
                    .await?;
                let mut record = self.reconciled(open, &agent);
                record.outcome = Some(state.as_str().to_owned());
                record.reason = Some(reason.to_owned());
                record.target = target;
                record.upstream = upstream;
                let concluded = store.conclude_write(record, open, state, &outcome).await?;
                if concluded {
                    tracing::info!(call.id = %open.write.call, outcome = state.as_str(), reason, "A change was looked after");
                }
                Ok(())
            }
        }
    }

    fn reconciled(&self, open: &OpenWrite, agent: &AgentCaller) -> Record {
        let write = &open.write;
        let mut record = self.about(&agent.person, Kind::CallReconciled);
        record.agent = Some(write.agent.clone());
        record.surface = Some(write.surface);
        record.call = Some(write.call.clone());
        record.tool = Some(write.tool.clone());
        record.approval = write.approval.clone();
        record.arguments = Some(write.digest);
        record
    }

    async fn verdict(
        &self,
        agent: &AgentCaller,
        open: &OpenWrite,
        upstream: &mut Vec<UpstreamRequest>,
    ) -> Result<Verdict, Error> {
        let write = &open.write;
        let Some(tool) = tools::find(&write.tool) else {
            return Ok(Verdict::unknown("unknown_tool"));
        };
        let standing = self
            .0
            .store
            .standing(&write.person, &write.agent, &write.tool);
        let Standing {
            levels, connection, ..
        } = standing.await?;
        let same = connection.filter(|connection| {
            connection.id == write.connection
                && connection.life == write.life
                && !connection.state.is_over()
        });
        let Some(connection) = same else {
            return Ok(Verdict::unknown("connection_ended"));
        };
        if tool.definition().effect == Effect::Read {
            return Ok(Verdict::failed("interrupted", INTERRUPTED));
        }
        let now = self.0.clock.now();
        let call = Call {
            caller: agent.caller.clone(),
            tool: tool.definition().name,
            arguments: write.digest,
            at: now,
        };
        let available = availability(Some(&connection), tool.definition());
        let permit = match look_after(levels, &available, &call) {
            Ok(permit) => permit,
            Err(reason) => {
                return Ok(Verdict::Later {
                    why: reason.as_str(),
                    wait: None,
                });
            }
        };
        let passage = Passage {
            agent: agent.clone(),
            request: RequestId::random(&self.0.random),
            id: write.call.clone(),
            tool,
            arguments: write.arguments.clone(),
            digest: write.digest,
            connection,
            began: open.begun,
            stored: write.approval.clone(),
            level: None,
            foreign: Foreigns::default(),
            shown: None,
        };
        let slot = self.0.operations.slot(&passage.connection.id);
        let inside = slot.enter().await;
        let seen = self
            .act(
                &permit,
                &passage,
                &slot,
                upstream,
                |tool, context, resolved| tool.look(context, resolved.arguments),
            )
            .await;
        drop(inside);
        // Its agent is told what the look has found.
        self.note_foreign(agent, &passage.foreign.take()).await?;
        Ok(self.judged(tool, open, seen))
    }

    fn judged(
        &self,
        tool: &'static dyn Tool,
        open: &OpenWrite,
        seen: Result<Seen, Error>,
    ) -> Verdict {
        let age = self.0.clock.now().duration_since(open.begun);
        let first = open.looks < 2;
        match seen {
            Ok(Seen::Done(done)) => {
                let mut outcome = done.body;
                verify::note(&mut outcome, FOUND);
                outcome["looked"] = true.into();
                Verdict::Ended {
                    state: ApprovalState::Done,
                    outcome,
                    reason: "found",
                    target: done.target,
                }
            }
            Ok(Seen::NotDone | Seen::Unclear) if first || age < SETTLED => Verdict::Later {
                why: "not_found_yet",
                wait: Some(SECOND_LOOK),
            },
            Ok(Seen::NotDone) => Verdict::failed("not_done", NOT_DONE),
            Ok(Seen::Unclear) => Verdict::unknown("unclear"),
            Err(error) => {
                tracing::debug!(tool.name = %tool.definition().name, error.code = error.code, "A look failed");
                Verdict::Later {
                    why: error.code,
                    wait: None,
                }
            }
        }
    }

    /// Says every few seconds, until it is told to stop, that this process still executes what it executes.
    pub(crate) fn keep_signing(&self) {
        let engine = self.clone();
        self.0.tasks.spawn(async move {
            loop {
                tokio::select! {
                    () = engine.0.stopping.cancelled() => return,
                    () = tokio::time::sleep(SIGN_EVERY) => {}
                }
                engine.sign().await;
            }
        });
    }

    /// One such sign, if anything is being executed.
    async fn sign(&self) {
        if self.0.executing.load(Ordering::Relaxed) == 0 {
            return;
        }
        if let Err(error) = self.0.store.keep_writes(&self.0.process).await {
            tracing::warn!(error = %error, "It could not be said that calls still run; they may be looked after too early");
        }
    }

    /// Counts what this process executes, until it is dropped.
    pub(crate) fn executing(&self) -> Executing<'_> {
        self.0.executing.fetch_add(1, Ordering::Relaxed);
        Executing(self)
    }
}

/// Something is being executed.
pub(crate) struct Executing<'a>(&'a Engine);

impl Drop for Executing<'_> {
    fn drop(&mut self) {
        self.0.0.executing.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Ten seconds, then twice as long each time, a quarter of an hour at most.
fn back_off(looks: i64) -> Duration {
    let doubled = u32::try_from(looks.clamp(1, 10) - 1).unwrap_or(0);
    (Duration::from_secs(10) * 2_u32.pow(doubled)).min(LONGEST_WAIT)
}

/// Whether an outcome is still being looked for.
pub(crate) fn is_looked_after(stored: &StoredApproval) -> bool {
    stored.state == ApprovalState::Unknown
        && stored
            .outcome
            .as_ref()
            .is_some_and(|outcome| outcome["looking"] == true)
}

/// What a stored call has come to whose answer was lost, until somebody has looked.
pub(crate) fn looked_after(error: &Error) -> Value {
    let mut outcome = json!({"code": error.code, "message": error.message});
    if error.kind == ErrorKind::OutcomeUnknown {
        outcome["message"] = LOOKING.into();
        outcome["looking"] = true.into();
    }
    outcome
}
