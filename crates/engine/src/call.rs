//! One tool call: the straight line every call takes, whoever makes it. The only place that asks the policy.

use std::sync::Arc;

use domain::approval::Approval;
use domain::audit::{Kind, Record, UpstreamRequest};
use domain::canonical::Digest;
use domain::connection::ConnectionState;
use domain::id::{ApprovalId, CallId, RequestId};
use domain::people::Address;
use domain::permission::Level;
use domain::policy::{Call, Decision, DenyReason, Permit, decide};
use domain::slots::Hours;
use domain::taint::Foreign;
use domain::time::Zone;
use domain::tool::Effect;
use jiff::Timestamp;
use microsoft::entra::AccessToken;
use microsoft::graph::OwnSchedule;
use serde_json::Value;
use store::connections::Connection;
use store::writes::Ended;

use crate::connect::availability;
use crate::handles::Handles;
use crate::operation::Slot;
use crate::reconcile::looked_after;
use crate::taint::Foreigns;
use crate::tools::{Context, Done, Resolved, Running, Setting, Tool};
use crate::{AgentCaller, Engine, Error, ErrorKind, tools};

/// What an agent is told.
#[derive(Debug, Clone)]
pub struct Answer {
    /// An object whose `status` says how it ended; the rest is as the tool's output schema says.
    pub body: Value,
    /// Whether the person has yet to decide or to sign in, or the call still runs.
    pub pending: bool,
}

/// A stored call that was taken for its one run: its place, the person's yes if it needed one, and the call's own id.
pub(crate) struct Claimed {
    pub(crate) id: ApprovalId,
    pub(crate) approval: Option<Approval>,
    pub(crate) call: CallId,
    /// The version of the event that its person was shown.
    pub(crate) shown: Option<String>,
}

/// One call on its way: what every step needs to know of it.
pub(crate) struct Passage {
    pub(crate) agent: AgentCaller,
    pub(crate) request: RequestId,
    pub(crate) id: CallId,
    pub(crate) tool: &'static dyn Tool,
    pub(crate) arguments: Value,
    pub(crate) digest: Digest,
    pub(crate) connection: Connection,
    pub(crate) began: Timestamp,
    /// The stored call that it runs, if it is one.
    pub(crate) stored: Option<ApprovalId>,
    /// By which level it was decided, and how often that had been set; a look has none.
    pub(crate) level: Option<(Level, i64)>,
    /// What its answer holds of others' words.
    pub(crate) foreign: Foreigns,
    /// The version of the event that its person was shown: it changes no other.
    pub(crate) shown: Option<String>,
}

/// What a tool does with a permit.
pub(crate) type Step<T> =
    for<'a> fn(&'static dyn Tool, &'a Context<'a>, Resolved) -> Running<'a, T>;

impl Engine {
    /// Makes one call. What has begun runs to its end even if the caller goes away.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownTool`] for a tool that does not exist or is denied, [`ErrorKind::Invalid`] for arguments that
    /// do not fit, [`ErrorKind::Limited`], [`ErrorKind::NotConnected`], what Microsoft refused, or [`ErrorKind::Unavailable`] when the call could
    /// not be decided or recorded; then nothing was done.
    pub async fn call(
        &self,
        agent: &AgentCaller,
        request: &RequestId,
        name: &str,
        arguments: Value,
    ) -> Result<Answer, Error> {
        self.within_rates(agent, request).await?;
        if name == tools::check_approval::NAME.as_str() {
            return self.check_approval(agent, &arguments).await;
        }
        self.enter(agent, request, name, arguments, None).await
    }

    /// The same door for a call an agent makes, for one its person has approved, and for one that goes on.
    pub(crate) async fn enter(
        &self,
        agent: &AgentCaller,
        request: &RequestId,
        name: &str,
        arguments: Value,
        claimed: Option<Claimed>,
    ) -> Result<Answer, Error> {
        if self.0.stopping.is_cancelled() {
            return Err(Error::stopping());
        }
        let (engine, agent, request, name) = (
            self.clone(),
            agent.clone(),
            request.clone(),
            name.to_owned(),
        );
        self.to_the_end(async move { engine.pass(agent, request, &name, arguments, claimed).await })
            .await?
    }

    async fn pass(
        &self,
        agent: AgentCaller,
        request: RequestId,
        name: &str,
        arguments: Value,
        claimed: Option<Claimed>,
    ) -> Result<Answer, Error> {
        let began = self.0.clock.now();
        let Some(tool) = tools::find(name) else {
            self.note_denied(&agent, &request, None, "unknown_tool")
                .await?;
            return Err(Error::unknown_tool());
        };
        let definition = tool.definition();
        let caller = &agent.caller;
        let standing =
            self.0
                .store
                .standing(&caller.person, &caller.agent, definition.name.as_str());
        let standing = standing.await?;
        let (levels, connection) = (standing.levels, standing.connection.as_ref());
        let available = availability(connection, definition);
        // A wrong argument is reported only after the decision: a denied tool has no arguments to be wrong.
        let checked = self.checked(&agent, tool, &arguments).await;
        let exact = checked.as_ref().unwrap_or(&arguments);
        let digest = Digest::of_json("attache arguments", exact);
        let call = Call {
            caller: agent.caller.clone(),
            tool: definition.name,
            arguments: digest,
            at: began,
        };
        let (stored, approval, id, shown) = match claimed {
            Some(claimed) => (
                Some(claimed.id),
                claimed.approval,
                claimed.call,
                claimed.shown,
            ),
            None => (None, None, CallId::random(&self.0.random), None),
        };
        let raised = match (&checked, connection) {
            (Ok(arguments), Some(connection)) if approval.is_none() => {
                self.raised(&standing, &agent, tool, arguments, connection)
                    .await?
            }
            _ => None,
        };
        let decision = decide(levels, raised, &available, &call, approval.as_ref());
        if let Decision::Deny(reason) = &decision {
            self.note_denied(&agent, &request, Some(tool), reason.as_str())
                .await?;
            let waits = match (reason, &stored, &checked, connection) {
                (DenyReason::NotConnected, None, Ok(arguments), Some(connection)) => {
                    self.parked(&agent, tool, arguments, connection).await?
                }
                _ => None,
            };
            return waits.ok_or_else(|| self.denied(reason, connection));
        }
        let arguments = match checked {
            Ok(arguments) => arguments,
            Err(error) => {
                self.note_denied(&agent, &request, Some(tool), error.code)
                    .await?;
                return Err(error);
            }
        };
        let Some(connection) = standing.connection else {
            return Err(self.denied(&DenyReason::NotConnected, None));
        };
        let passage = Passage {
            agent,
            request,
            id,
            tool,
            arguments,
            digest,
            connection,
            began,
            stored: stored.clone(),
            level: Some((levels.effective(), standing.version)),
            foreign: Foreigns::default(),
            shown,
        };
        match (decision, stored) {
            (Decision::Allow(permit), Some(_)) => self.perform(&permit, &passage).await,
            (Decision::Allow(permit), None) => {
                self.refuse_unresolvable(&passage).await?;
                self.perform_or_park(&permit, &passage).await
            }
            (Decision::Ask(_), Some(stored)) => self.ask_instead(&passage, &stored).await,
            (Decision::Ask(reason), None) => {
                self.would_fit(&passage).await?;
                let (agent, request) = (passage.agent.clone(), passage.request.clone());
                let asked = self.ask(passage, reason).await;
                if let Err(error) = &asked
                    && error.kind == ErrorKind::Invalid
                {
                    self.note_denied(&agent, &request, Some(tool), error.code)
                        .await?;
                }
                asked
            }
            (Decision::Deny(reason), _) => Err(self.denied(&reason, None)),
        }
    }

    /// Begins the entry, acts, finishes the entry. No entry, no act.
    pub(crate) async fn perform(
        &self,
        permit: &Permit,
        passage: &Passage,
    ) -> Result<Answer, Error> {
        self.spend(passage).await?;
        let mut begun = self.entry(passage, Kind::CallBegun);
        begun.approval = permit.approval().cloned();
        let _executing = self.executing();
        // Whatever is left of it when this process dies is looked after; of a read that nobody waits for, nothing is.
        let kept = passage.stored.is_some() || passage.tool.definition().effect != Effect::Read;
        if kept {
            let write = self.new_write(passage);
            let process = &self.0.process;
            self.0.store.begin_write(begun, &write, process).await?;
        } else {
            self.0.store.record(begun).await?;
        }

        let mut upstream = Vec::new();
        let slot = self.0.operations.slot(&passage.connection.id);
        let inside = slot.enter().await;
        let result = self
            .act(
                permit,
                passage,
                &slot,
                &mut upstream,
                |tool, context, resolved| tool.run(context, resolved.arguments),
            )
            .await;
        drop(inside);
        let result = match result {
            Ok(done) => self.watched(passage, done, &passage.foreign.take()).await,
            Err(error) => Err(error),
        };

        let mut finished = self.entry(passage, Kind::CallFinished);
        finished.approval = permit.approval().cloned();
        finished.upstream = upstream;
        finished.duration_ms = Some(
            self.0
                .clock
                .now()
                .duration_since(passage.began)
                .as_millis()
                .try_into()
                .unwrap_or(i64::MAX),
        );
        match &result {
            Ok(done) => {
                finished.outcome = Some("done".into());
                finished.target = done.target;
            }
            Err(error) => {
                finished.outcome = Some(
                    if error.kind == ErrorKind::OutcomeUnknown {
                        "unknown"
                    } else {
                        "failed"
                    }
                    .into(),
                );
                finished.reason = Some(error.code.to_owned());
            }
        }
        let ended = kept.then(|| match &result {
            Ok(done) => Ended::Done(done.body.clone()),
            Err(error) if error.kind == ErrorKind::OutcomeUnknown => Ended::Open,
            Err(error) => Ended::NotDone(looked_after(error)),
        });
        self.conclude(finished, ended).await;
        let done = result?;
        Ok(Answer {
            body: done.body,
            pending: false,
        })
    }

    /// The answer, once it is kept that its agent is about to read what others wrote. If that cannot be kept, a read is
    /// not answered; what was changed is told without anybody's words.
    async fn watched(
        &self,
        passage: &Passage,
        mut done: Done,
        foreign: &[Foreign],
    ) -> Result<Done, Error> {
        let Err(error) = self.note_foreign(&passage.agent, foreign).await else {
            return Ok(done);
        };
        if passage.tool.definition().effect == Effect::Read {
            return Err(error);
        }
        tracing::error!(call.id = %passage.id, error = %error, "A call was done and is answered without what it found");
        done.body = serde_json::json!({
            "status": done.body["status"],
            "note": "It was done. What Outlook now holds cannot be told, because attache cannot keep that it was told. Read it later.",
        });
        Ok(done)
    }

    /// Writes the entry of what has happened. It cannot be undone by failing to write it down, so the caller is told the
    /// truth either way; what is left of it is looked after.
    pub(crate) async fn conclude(&self, finished: Record, ended: Option<Ended>) {
        const TRIES: u32 = 3;
        for attempt in 1..=TRIES {
            let (store, record) = (&self.0.store, finished.clone());
            let recorded = match (&ended, &finished.call) {
                (Some(ended), Some(call)) => store.end_write(record, call, ended.clone()).await,
                (_, _) => store.record(record).await,
            };
            match recorded {
                Ok(_) => return,
                Err(error) if attempt == TRIES => {
                    tracing::error!(call.id = ?finished.call, error = %error, "A call ended and its end could not be recorded");
                }
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(200)).await,
            }
        }
    }

    /// Takes the step; once more if Microsoft rejected the token before doing anything.
    pub(crate) async fn act<T>(
        &self,
        permit: &Permit,
        passage: &Passage,
        slot: &Arc<Slot>,
        upstream: &mut Vec<UpstreamRequest>,
        step: Step<T>,
    ) -> Result<T, Error> {
        let mut challenge: Option<String> = None;
        loop {
            let token = self
                .token(permit, passage, slot, challenge.as_deref(), upstream)
                .await?;
            let result = self.take(permit, passage, &token, upstream, step).await;
            slot.token
                .lock()
                .await
                .finished(self.0.clock.now(), self.0.operations.linger());
            let error = match result {
                Err(Failure::Microsoft(error)) => error,
                Err(Failure::Ours(error)) => return Err(error),
                Ok(seen) => return Ok(seen),
            };
            let claims = match error.kind() {
                microsoft::Kind::Challenge { claims } => claims,
                microsoft::Kind::TokenRejected => String::new(),
                _ => return Err(error.into()),
            };
            slot.token.lock().await.reject(&token);
            if challenge.is_some() {
                let state = ConnectionState::NeedsSignIn {
                    claims: Some(claims).filter(|claims| !claims.is_empty()),
                    code: None,
                };
                self.change_state(passage, &state).await?;
                return Err(self.not_working(Some(&state)).caused_by(error));
            }
            challenge = Some(claims);
        }
    }

    async fn take<T>(
        &self,
        permit: &Permit,
        passage: &Passage,
        token: &AccessToken,
        upstream: &mut Vec<UpstreamRequest>,
        step: Step<T>,
    ) -> Result<T, Failure> {
        let graph = self.0.microsoft.graph(permit, token)?;
        let result = async {
            let setting = self.learn(passage, &graph).await?;
            let resolved = passage
                .tool
                .resolve(passage.arguments.clone(), &setting)
                .map_err(Failure::Ours)?;
            let context = Context {
                graph: &graph,
                setting: &setting,
                call: &passage.id,
                began: passage.began,
                foreign: &passage.foreign,
                handles: Handles {
                    store: &self.0.store,
                    person: &passage.agent.caller.person,
                    connection: &passage.connection.id,
                },
                shown: passage.shown.as_deref(),
            };
            step(passage.tool, &context, resolved).await
        }
        .await;
        upstream.extend(graph.take_upstream());
        result
    }

    /// The zone and address of the mailbox: learned from Microsoft once per connection, then stored.
    async fn learn(
        &self,
        passage: &Passage,
        graph: &microsoft::graph::Graph<'_>,
    ) -> Result<Setting, Failure> {
        let mut setting = self.setting(&passage.agent, &passage.connection);
        if passage.connection.mailbox_address.is_some() {
            return Ok(setting);
        }
        let me = unless_refused(graph.me().await)?;
        let address = me.and_then(|me| me.mail);
        let schedule = match &address {
            Some(address) => unless_refused(graph.own_schedule(address).await)?,
            None => None,
        };
        let hours = schedule.as_ref().and_then(hours_of);
        let zone = schedule.and_then(|schedule| schedule.zone);
        // An empty address says that Microsoft was asked and did not tell: it is not asked at every call.
        let known = address.as_ref().map_or("", Address::as_str);
        let connection = &passage.connection;
        let name = zone.as_ref().map(Zone::name);
        let learned = self.0.store.set_mailbox(connection, Some(known), name);
        learned.await.map_err(|error| Failure::Ours(error.into()))?;
        if let Some(hours) = hours.and_then(|hours| hours.to_stored()) {
            let kept = self.0.store.set_mailbox_hours(connection, &hours).await;
            kept.map_err(|error| Failure::Ours(error.into()))?;
        }
        setting.zone = zone.or(setting.zone);
        setting.home.extend(address.as_ref().map(Address::domain));
        setting.address = address;
        Ok(setting)
    }

    /// What is known of the person's mailbox without asking Microsoft.
    pub(crate) fn setting(&self, agent: &AgentCaller, connection: &Connection) -> Setting {
        let stored = connection
            .mailbox_zone
            .as_deref()
            .or(agent.person.browser_zone.as_deref());
        let address = connection
            .mailbox_address
            .as_deref()
            .and_then(|text| Address::parse(text).ok());
        let login = Address::parse(&agent.person.login).ok();
        let mut home = self.0.settings.home_domains.clone();
        home.extend(address.iter().chain(login.iter()).map(Address::domain));
        Setting {
            zone: stored.and_then(|name| Zone::named(name).ok()),
            address,
            home,
            asker: agent.digest(),
            now: self.0.clock.now(),
        }
    }

    /// A record of this call, now.
    pub(crate) fn entry(&self, passage: &Passage, kind: Kind) -> Record {
        let caller = &passage.agent.caller;
        let mut record = Record::new(self.0.clock.now(), kind, caller.organisation.clone());
        record.person = Some(caller.person.clone());
        record.agent = Some(caller.agent.clone());
        record.surface = Some(caller.surface);
        record.request = Some(passage.request.clone());
        record.call = Some(passage.id.clone());
        record.tool = Some(passage.tool.definition().name.as_str().to_owned());
        record.arguments = Some(passage.digest);
        record.level = passage.level.map(|(level, _)| level);
        record.level_version = passage.level.map(|(_, version)| version);
        record.fields = passage
            .arguments
            .as_object()
            .map_or_else(Vec::new, |arguments| arguments.keys().cloned().collect());
        record.client = passage.agent.client.clone();
        record.sid.clone_from(&passage.connection.sid);
        record
    }
}

/// When somebody works, if her mailbox says so and on whose clocks.
fn hours_of(schedule: &OwnSchedule) -> Option<Hours> {
    let hours = schedule.working_hours.as_ref()?;
    Some(Hours {
        days: hours.days.clone(),
        start: hours.start,
        end: hours.end,
        zone: schedule.zone.as_ref()?.zone().clone(),
    })
}

/// What is only nice to know must not make a call fail: a refusal by Microsoft is `None`, bad weather stays an error.
fn unless_refused<T>(result: Result<T, microsoft::Error>) -> Result<Option<T>, microsoft::Error> {
    use microsoft::Kind;
    match result {
        Ok(known) => Ok(Some(known)),
        Err(error) => match error.kind() {
            Kind::Forbidden | Kind::NotFound | Kind::Gone | Kind::Invalid { .. } => Ok(None),
            _ => Err(error),
        },
    }
}

/// Why a tool did not finish: Microsoft, whose answer may be worth one more try, or we.
pub(crate) enum Failure {
    Microsoft(microsoft::Error),
    Ours(Error),
}

impl From<microsoft::Error> for Failure {
    fn from(error: microsoft::Error) -> Self {
        Self::Microsoft(error)
    }
}
