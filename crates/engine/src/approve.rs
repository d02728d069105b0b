//! Ask for Permission: storing a call, showing it to its person, deciding it, and telling the agent.

mod told;

use domain::approval::ApprovalState;
use domain::audit::{Kind, Record};
use domain::caller::{Caller, Client, Surface};
use domain::canonical::Digest;
use domain::connection::Integration;
use domain::id::{ApprovalId, RequestId};
use domain::policy::AskReason;
use domain::time::Zone;
use domain::tool::{Definition, Effect};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::approvals::{ApprovalFilter, Earlier, NewApproval, StoredApproval};
use store::people::Person;

use crate::call::{Answer, Claimed, Passage};
use crate::look::{can_be_approved, shown_digest};
use crate::reconcile::looked_after;
use crate::tools::Resolved;
use crate::{
    AgentCaller, Card, CardSpan, Engine, Error, ErrorKind, Listed, LookTrouble, PersonCaller, tools,
};

/// How long the answer to one exact call is remembered for the agent that repeats it.
pub(crate) const REMEMBERED: SignedDuration = SignedDuration::from_mins(10);

/// One approval as its person's page shows it.
#[derive(Debug, Clone)]
pub struct ApprovalView {
    /// Its id.
    pub id: ApprovalId,
    /// The tool that waits.
    pub definition: &'static Definition,
    /// Where it stands.
    pub state: ApprovalState,
    /// Which agent asked.
    pub agent_name: String,
    /// Since when.
    pub asked: Timestamp,
    /// Until when.
    pub expires: Timestamp,
    /// When it was decided.
    pub decided: Option<Timestamp>,
    /// One line.
    pub summary: String,
    /// What will happen.
    pub card: Card,
    /// The reader's own zone.
    pub zone: Zone,
    /// What came of it: the answer the agent gets.
    pub outcome: Option<Value>,
    /// Names exactly this card and what it will do; a yes is for one digest.
    pub digest: Digest,
    /// When attache looked at her calendar for the card, if it did.
    pub looked: Option<Timestamp>,
    /// Why it could not, if she has just opened the card and it could not.
    pub trouble: Option<LookTrouble>,
    /// Whether a yes is possible: not to a change of an event that was not looked at.
    pub can_approve: bool,
    /// The request that was made anew for the same call, when the event changed before this one could run.
    pub replaced_by: Option<ApprovalId>,
}

impl Engine {
    /// A resolved call, ready to be stored.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when it cannot be known what of it its agent has copied.
    pub(crate) async fn storable(
        &self,
        passage: &Passage,
        mut resolved: Resolved,
    ) -> Result<NewApproval, Error> {
        let caller = &passage.agent.caller;
        self.name_people(&caller.person, &mut resolved.card).await?;
        self.mark_copied(&passage.agent, &mut resolved.card).await?;
        let lifetime = SignedDuration::try_from(self.0.settings.approval_lifetime)
            .unwrap_or(SignedDuration::from_mins(15))
            .min(SignedDuration::from_hours(24));
        Ok(NewApproval {
            organisation: caller.organisation.clone(),
            person: caller.person.clone(),
            connection: passage.connection.id.clone(),
            life: passage.connection.life,
            agent: caller.agent.clone(),
            surface: caller.surface,
            tool: passage.tool.definition().name.as_str().to_owned(),
            digest: Digest::of_json("attache arguments", &resolved.arguments),
            arguments: resolved.arguments,
            card: serde_json::to_value(&resolved.card).unwrap_or_default(),
            expires: expires(passage, &resolved.card, lifetime),
            summary: resolved.summary,
            call: passage.id.clone(),
        })
    }

    /// Stores the resolved call and answers where its person can decide it.
    pub(crate) async fn ask(&self, passage: Passage, reason: AskReason) -> Result<Answer, Error> {
        let setting = self.setting(&passage.agent, &passage.connection);
        let resolved = passage.tool.resolve(passage.arguments.clone(), &setting)?;
        let digest = Digest::of_json("attache arguments", &resolved.arguments);
        let caller = &passage.agent.caller;
        let since = passage
            .began
            .checked_sub(REMEMBERED)
            .unwrap_or(Timestamp::MIN);
        let (connection, tool) = (&passage.connection, passage.tool.definition().name.as_str());
        let (agent, which) = (&caller.agent, Earlier::Any);
        let before = self
            .0
            .store
            .earlier_call(agent, connection, tool, &digest, which, since);
        if let Some(before) = before.await? {
            let settled = matches!(
                before.state,
                ApprovalState::Executing
                    | ApprovalState::Parked
                    | ApprovalState::Done
                    | ApprovalState::Unknown
                    | ApprovalState::Declined
            );
            if settled {
                return Ok(self.told(&before));
            }
        }
        let new = self.storable(&passage, resolved).await?;
        let stored = match self.0.store.ask(&new).await {
            Ok(stored) => stored,
            // It ended after the call had begun.
            Err(store::Error::NoGrant { .. }) => return Err(self.changed_meanwhile()),
            Err(error) => return Err(error.into()),
        };
        if stored.call == passage.id {
            let mut record = self.entry(&passage, Kind::ApprovalRequested);
            record.arguments = Some(digest);
            record.approval = Some(stored.id.clone());
            record.reason = Some(reason.as_str().to_owned());
            if let Err(error) = self.0.store.record(record).await {
                // What is not on record does not wait for anybody.
                self.0
                    .store
                    .void_approval(&caller.person, &stored.id)
                    .await?;
                return Err(error.into());
            }
        }
        let mut answer = self.told(&stored);
        answer.body["reason"] = reason.as_str().into();
        Ok(answer)
    }

    /// A person's approvals, newest first.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a cursor that is not ours; [`ErrorKind::Unavailable`].
    pub async fn approvals(
        &self,
        person: &PersonCaller,
        filter: &ApprovalFilter,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Listed<ApprovalView>, Error> {
        self.approvals_of(&person.person, filter, before, limit)
            .await
    }

    pub(crate) async fn approvals_of(
        &self,
        person: &Person,
        filter: &ApprovalFilter,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Listed<ApprovalView>, Error> {
        let before = before.map(cursor).transpose()?;
        let stored = self
            .0
            .store
            .approvals(&person.id, filter, before, limit + 1)
            .await?;
        let (zone, names) = (
            self.reader_zone(person).await?,
            self.names_of(&person.id).await?,
        );
        let more = stored.len() > limit as usize;
        let stored = &stored[..stored.len().min(limit as usize)];
        let next = stored
            .last()
            .filter(|_| more)
            .map(|last| format!("{}.{}", last.created.as_millisecond(), last.id));
        let items = stored
            .iter()
            .filter_map(|approval| view(approval, &names, &zone))
            .collect();
        Ok(Listed { items, next })
    }

    /// How many approvals wait for a person.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when the store cannot be reached.
    pub async fn pending_count(&self, person: &PersonCaller) -> Result<usize, Error> {
        let now = self.0.clock.now();
        let waiting = ApprovalFilter::in_state(ApprovalState::Pending);
        let pending = self
            .0
            .store
            .approvals(person.id(), &waiting, None, 50)
            .await?;
        Ok(pending
            .iter()
            .filter(|approval| approval.expires > now)
            .count())
    }

    /// One approval of a person.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when it is not hers.
    pub async fn approval(
        &self,
        person: &PersonCaller,
        id: &ApprovalId,
    ) -> Result<ApprovalView, Error> {
        let stored = self.hers(person, id).await?;
        self.view_of(&person.person, &stored).await
    }

    pub(crate) async fn view_of(
        &self,
        person: &Person,
        stored: &StoredApproval,
    ) -> Result<ApprovalView, Error> {
        let (zone, names) = (
            self.reader_zone(person).await?,
            self.names_of(&person.id).await?,
        );
        view(stored, &names, &zone).ok_or_else(Error::not_found)
    }

    /// The owner's yes to the card of this digest: the stored call runs at once, through the same door as every call.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when it is not hers, [`ErrorKind::Conflict`] when it is decided or expired already, when it
    /// has another card by now (`card_changed`), or when the event was not looked at (`not_looked_at`): then nothing runs.
    /// How the call itself ended is in the view's `outcome`.
    pub async fn approve(
        &self,
        person: &PersonCaller,
        id: &ApprovalId,
        shown: &Digest,
        request: &RequestId,
    ) -> Result<ApprovalView, Error> {
        let stored = self.hers(person, id).await?;
        if stored.state != ApprovalState::Pending {
            return Err(already_decided());
        }
        if shown_digest(&stored) != *shown {
            return Err(card_changed());
        }
        if !tools::find(&stored.tool).is_some_and(|tool| can_be_approved(tool, &stored)) {
            return Err(not_looked_at());
        }
        let decided = self.decision(person, &stored, "approved", request);
        let (engine, owner, request) = (self.clone(), person.person.clone(), request.clone());
        self.to_the_end(async move { engine.execute(owner, stored, decided, request).await })
            .await??;
        self.approval(person, id).await
    }

    async fn execute(
        &self,
        person: Person,
        stored: StoredApproval,
        decided: Record,
        request: RequestId,
    ) -> Result<(), Error> {
        let store = &self.0.store;
        // Everything that can fail without a trace comes before the claim.
        let agent = self.still_valid(&person, &stored).await?;
        // Whoever comes second finds it claimed: one yes, one execution. And it is a yes to this card, or none.
        let claim = store.claim_approval(&person.id, &stored.id, stored.looks);
        let Some(approval) = claim.await? else {
            let now = store.approval(&person.id, &stored.id).await?;
            let waits = now.is_some_and(|now| now.state == ApprovalState::Pending);
            return Err(if waits {
                card_changed()
            } else {
                already_decided()
            });
        };
        if let Err(error) = store.record(decided).await {
            store.release_approval(&person.id, &stored.id).await?;
            return Err(error.into());
        }
        let claimed = Claimed {
            id: stored.id.clone(),
            approval: Some(approval),
            call: stored.call.clone(),
            shown: stored.etag.clone(),
        };
        match self.run(&stored, agent, claimed, &request).await? {
            Some(error) => {
                // The yes stays possible: an administrator acts, or attache is well again, and she decides once more.
                store.release_approval(&person.id, &stored.id).await?;
                Err(waits(error))
            }
            None => Ok(()),
        }
    }

    /// The agent that asked for a stored call, if it may still act and the connection is the one it asked for.
    pub(crate) async fn still_valid(
        &self,
        person: &Person,
        stored: &StoredApproval,
    ) -> Result<Option<AgentCaller>, Error> {
        let agents = self.0.store.agents(&person.id).await?;
        let connection = self
            .0
            .store
            .connection(&person.id, Integration::OutlookCalendar)
            .await?;
        let now = self.0.clock.now();
        let live = |agent: &store::agents::Agent| {
            agent.revoked.is_none() && agent.expires.is_none_or(|end| end > now)
        };
        let agent = agents
            .into_iter()
            .find(|agent| agent.id == stored.agent && live(agent));
        let unchanged = connection.is_some_and(|connection| connection.id == stored.connection);
        Ok(agent.filter(|_| unchanged).map(|agent| AgentCaller {
            caller: Caller {
                organisation: stored.organisation.clone(),
                person: person.id.clone(),
                agent: stored.agent.clone(),
                surface: stored.surface,
            },
            person: person.clone(),
            agent_name: agent.name,
            client: Client::default(),
        }))
    }

    /// Runs a claimed call through the one door and keeps what came of it: its outcome, that it waits for a sign-in, or
    /// that its person must be asked by now. An error is given back when nothing was sent and nothing was kept.
    pub(crate) async fn run(
        &self,
        stored: &StoredApproval,
        agent: Option<AgentCaller>,
        claimed: Claimed,
        request: &RequestId,
    ) -> Result<Option<Error>, Error> {
        let store = &self.0.store;
        let (state, outcome) = match agent {
            Some(agent) => {
                let arguments = stored.arguments.clone();
                let result = self
                    .enter(&agent, request, &stored.tool, arguments, Some(claimed))
                    .await;
                match result {
                    Ok(answer) if answer.pending => return Ok(None),
                    Err(error) if error.code == "needs_sign_in" => {
                        if self.park_again(&agent, stored, request).await? {
                            return Ok(None);
                        }
                        (ApprovalState::Failed, failed(&error))
                    }
                    Err(error) if stored.etag.is_some() && error.is_event_changed() => {
                        let tool = tools::find(&stored.tool).ok_or_else(Error::unknown_tool)?;
                        if self
                            .ask_afresh(&agent, tool, stored, request)
                            .await?
                            .is_some()
                        {
                            return Ok(None);
                        }
                        (ApprovalState::Void, failed(&error))
                    }
                    Err(error) if nothing_was_sent(&error) || waits_on(stored, &error) => {
                        return Ok(Some(error));
                    }
                    result => outcome_of(result),
                }
            }
            None => (ApprovalState::Void, json!({"code": "changed_meanwhile"})),
        };
        store
            .finish_approval(&stored.person, &stored.id, state, &outcome)
            .await?;
        Ok(None)
    }

    /// The owner's no.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when it is not hers, [`ErrorKind::Conflict`] when it is decided or expired already.
    pub async fn decline(
        &self,
        person: &PersonCaller,
        id: &ApprovalId,
        request: &RequestId,
    ) -> Result<ApprovalView, Error> {
        let stored = self.hers(person, id).await?;
        // Also what only waits for her sign-in can be stopped.
        if !self.0.store.decline_approval(person.id(), id).await? {
            return Err(already_decided());
        }
        let decided = self.decision(person, &stored, "declined", request);
        if let Err(error) = self.0.store.record(decided).await {
            // What is not on record was not decided.
            let (store, before) = (&self.0.store, stored.state);
            store.take_back_decline(person.id(), id, before).await?;
            return Err(error.into());
        }
        self.approval(person, id).await
    }

    /// A stored approval, for its owner only.
    pub(crate) async fn hers(
        &self,
        person: &PersonCaller,
        id: &ApprovalId,
    ) -> Result<StoredApproval, Error> {
        let stored = self.0.store.approval(person.id(), id).await?;
        stored.ok_or_else(Error::not_found)
    }

    fn decision(
        &self,
        person: &PersonCaller,
        stored: &StoredApproval,
        outcome: &str,
        request: &RequestId,
    ) -> Record {
        let mut record = self.about(&person.person, Kind::ApprovalDecided);
        record.agent = Some(stored.agent.clone());
        record.surface = Some(Surface::Page);
        record.request = Some(request.clone());
        record.call = Some(stored.call.clone());
        record.tool = Some(stored.tool.clone());
        record.approval = Some(stored.id.clone());
        record.arguments = Some(stored.digest);
        record.outcome = Some(outcome.to_owned());
        record.target = Some(shown_digest(stored));
        record
    }

    async fn reader_zone(&self, person: &Person) -> Result<Zone, Error> {
        let integration = Integration::OutlookCalendar;
        let connection = self.0.store.connection(&person.id, integration).await?;
        let name = connection
            .and_then(|connection| connection.mailbox_zone)
            .or_else(|| person.browser_zone.clone());
        Ok(name
            .and_then(|name| Zone::named(&name).ok())
            .unwrap_or_else(Zone::utc))
    }
}

fn outcome_of(result: Result<Answer, Error>) -> (ApprovalState, Value) {
    match result {
        Ok(answer) => (ApprovalState::Done, answer.body),
        Err(error) => {
            let state = match error.kind {
                ErrorKind::OutcomeUnknown => ApprovalState::Unknown,
                ErrorKind::UnknownTool | ErrorKind::NotConnected => ApprovalState::Void,
                _ => ApprovalState::Failed,
            };
            (state, failed(&error))
        }
    }
}

fn failed(error: &Error) -> Value {
    looked_after(error)
}

/// The call was approved, but could not begin, for a reason that may pass.
pub(crate) fn nothing_was_sent(error: &Error) -> bool {
    error.code == "needs_admin" || matches!(error.kind, ErrorKind::Unavailable | ErrorKind::Limited)
}

/// What goes on by itself can also wait until Microsoft has time for it.
fn waits_on(stored: &StoredApproval, error: &Error) -> bool {
    stored.state == ApprovalState::Parked
        && matches!(error.kind, ErrorKind::Throttled | ErrorKind::Unreachable)
}

fn waits(error: Error) -> Error {
    if matches!(error.kind, ErrorKind::Unavailable | ErrorKind::Limited) {
        return error;
    }
    let words = "An administrator at Microsoft must act first. Nothing was done, and the request still waits for your decision.";
    let waiting = Error::new(
        ErrorKind::NotConnected,
        "approval_waits_for_administrator",
        words,
    );
    let link = error.link.as_deref().unwrap_or_default().to_owned();
    waiting.with_link(link).caused_by(error)
}

/// An approval ends with its lifetime, and never after the event it would make has begun.
pub(crate) fn expires(passage: &Passage, card: &Card, lifetime: SignedDuration) -> Timestamp {
    let latest = passage
        .began
        .checked_add(lifetime)
        .unwrap_or(Timestamp::MAX);
    let writes = passage.tool.definition().effect != Effect::Read;
    let begins = card.span.as_ref().and_then(CardSpan::begins);
    match begins.filter(|start| writes && *start > passage.began) {
        Some(start) => latest.min(start),
        None => latest,
    }
}

fn already_decided() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "already_decided",
        "This was already decided, or nobody decided in time.",
    )
}

fn card_changed() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "card_changed",
        "The request is not as it was shown any more. Nothing was done. Read it again and decide then.",
    )
}

fn not_looked_at() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "not_looked_at",
        "The event could not be looked at, so nobody can know what a yes would do to it. Open the request again.",
    )
}

fn view(
    stored: &StoredApproval,
    names: &[(domain::id::AgentId, String)],
    zone: &Zone,
) -> Option<ApprovalView> {
    let tool = tools::find(&stored.tool)?;
    let definition = tool.definition();
    Some(ApprovalView {
        id: stored.id.clone(),
        definition,
        state: stored.state,
        agent_name: names
            .iter()
            .find(|(id, _)| *id == stored.agent)
            .map(|(_, name)| name.clone())
            .unwrap_or_default(),
        asked: stored.created,
        expires: stored.expires,
        decided: stored.decided,
        summary: stored.summary.clone(),
        card: serde_json::from_value(stored.card.clone()).unwrap_or_default(),
        zone: zone.clone(),
        outcome: stored.outcome.clone(),
        digest: shown_digest(stored),
        looked: stored.looked,
        trouble: None,
        can_approve: stored.state == ApprovalState::Pending && can_be_approved(tool, stored),
        replaced_by: replaced_by(stored),
    })
}

/// The request that was made anew in its place.
pub(crate) fn replaced_by(stored: &StoredApproval) -> Option<ApprovalId> {
    let outcome = stored.outcome.as_ref()?;
    ApprovalId::parse(outcome.get("replaced_by")?.as_str()?).ok()
}

fn cursor(text: &str) -> Result<(Timestamp, ApprovalId), Error> {
    let parts = text.split_once('.').and_then(|(ms, id)| {
        Some((
            Timestamp::from_millisecond(ms.parse().ok()?).ok()?,
            ApprovalId::parse(id).ok()?,
        ))
    });
    parts.ok_or_else(|| {
        Error::invalid(
            "invalid_cursor",
            "before",
            "This is not a cursor of this list. Start again without one.",
        )
    })
}
