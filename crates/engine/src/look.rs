//! Cards that look: when the owner opens the card of a write that waits for her, attache looks at her calendar for her, and
//! the card says what there is now and what will be.
//!
//! Only she causes a look, by opening her own page. What an agent asked for causes none, and what is seen is told to nobody
//! but her.

use std::time::Duration;

use domain::approval::{ApprovalState, Waiting};
use domain::audit::Kind;
use domain::caller::{Caller, Surface};
use domain::canonical::Digest;
use domain::connection::Integration;
use domain::id::{ApprovalId, RequestId};
use domain::policy::{self, Permit};
use domain::tool::Effect;
use jiff::SignedDuration;
use serde_json::json;
use store::approvals::StoredApproval;
use store::levels::Standing;

use crate::call::Passage;
use crate::connect::availability;
use crate::taint::Foreigns;
use crate::tools::{Looked, Tool};
use crate::{ApprovalView, Card, Engine, Error, ErrorKind, PersonCaller, tools};

/// What was seen so lately is not looked at again.
const FRESH: SignedDuration = SignedDuration::from_mins(1);
/// So long the page waits for a look. One that takes longer goes on, and is there at the next opening.
const PATIENCE: Duration = Duration::from_secs(12);

/// Why a card could not be completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookTrouble {
    /// The stable code of what was in the way.
    pub code: &'static str,
    /// Whether opening the card again may help. If not, the call could not run either.
    pub may_pass: bool,
}

impl LookTrouble {
    fn of(error: &Error) -> Self {
        let may_pass = matches!(
            error.kind,
            ErrorKind::Unreachable
                | ErrorKind::Throttled
                | ErrorKind::Microsoft
                | ErrorKind::Unavailable
                | ErrorKind::NotConnected
        );
        Self {
            code: error.code,
            may_pass,
        }
    }
}

impl Engine {
    /// One approval of a person as she opens its page. Of a write that waits for her the card is completed with what is in
    /// her calendar, unless that was done within the last minute.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when it is not hers. A look that fails is no error: the view's `trouble` says so.
    pub async fn open_approval(
        &self,
        person: &PersonCaller,
        id: &ApprovalId,
        request: &RequestId,
    ) -> Result<ApprovalView, Error> {
        let stored = self.hers(person, id).await?;
        let mut trouble = None;
        if stored.opened.is_none() {
            self.0.store.note_opened(person.id(), id).await?;
        }
        if self.wants_look(&stored) {
            let (engine, owner, request) = (self.clone(), person.person.clone(), request.clone());
            let work = async move { engine.look(&owner, &stored, &request).await };
            let looked = tokio::time::timeout(PATIENCE, self.to_the_end(work)).await;
            let looked = looked.unwrap_or_else(|_| Ok(Err(slow())))?;
            if let Err(error) = looked {
                tracing::warn!(approval.id = %id, error.code = error.code, "A card could not be completed");
                trouble = Some(LookTrouble::of(&error));
            }
        }
        let mut view = self.approval(person, id).await?;
        view.trouble = trouble.filter(|_| view.state == ApprovalState::Pending);
        Ok(view)
    }

    fn wants_look(&self, stored: &StoredApproval) -> bool {
        let now = self.0.clock.now();
        let writes =
            tools::find(&stored.tool).is_some_and(|tool| tool.definition().effect != Effect::Read);
        let fresh = stored
            .looked
            .is_some_and(|looked| now.duration_since(looked) < FRESH);
        writes && stored.state == ApprovalState::Pending && !fresh
    }

    /// Looks, on record, and keeps what was seen with the approval.
    async fn look(
        &self,
        owner: &store::people::Person,
        stored: &StoredApproval,
        request: &RequestId,
    ) -> Result<(), Error> {
        let began = self.0.clock.now();
        let tool = tools::find(&stored.tool).ok_or_else(Error::unknown_tool)?;
        let store = &self.0.store;
        let standing = store.standing(&owner.id, &stored.agent, &stored.tool);
        let Standing {
            levels, connection, ..
        } = standing.await?;
        let available = availability(connection.as_ref(), tool.definition());
        let caller = Caller {
            organisation: stored.organisation.clone(),
            person: owner.id.clone(),
            agent: stored.agent.clone(),
            surface: Surface::Page,
        };
        let waiting = waiting(stored);
        let permit = policy::look(
            levels,
            &available,
            tool.definition(),
            &caller,
            &waiting,
            began,
        );
        let permit = permit.map_err(|reason| self.denied(&reason, connection.as_ref()))?;
        let (Some(mut agent), Some(connection)) =
            (self.still_valid(owner, stored).await?, connection)
        else {
            return Err(self.not_working(None));
        };
        agent.caller = caller;
        let passage = Passage {
            agent,
            request: request.clone(),
            id: stored.call.clone(),
            tool,
            arguments: stored.arguments.clone(),
            digest: stored.digest,
            connection,
            began,
            stored: Some(stored.id.clone()),
            shown: None,
            level: None,
            foreign: Foreigns::default(),
        };
        if let Some(Looked { mut card, etag, .. }) = self.show(&permit, &passage).await? {
            // What its agent has copied stands in the call, not in what was seen now.
            let asked: Card = serde_json::from_value(stored.card.clone()).unwrap_or_default();
            card.copied = asked.copied;
            self.name_people(&owner.id, &mut card).await?;
            let card = serde_json::to_value(&card).unwrap_or_default();
            store
                .keep_look(&owner.id, &stored.id, &card, etag.as_deref())
                .await?;
        }
        Ok(())
    }

    /// Begins the entry, looks, finishes the entry. No entry, no look.
    async fn show(&self, permit: &Permit, passage: &Passage) -> Result<Option<Looked>, Error> {
        let mut begun = self.entry(passage, Kind::LookBegun);
        begun.approval = permit.approval().cloned();
        self.0.store.record(begun).await?;

        let mut upstream = Vec::new();
        let slot = self.0.operations.slot(&passage.connection.id);
        let inside = slot.enter().await;
        let result = self
            .act(
                permit,
                passage,
                &slot,
                &mut upstream,
                |tool, context, resolved| tool.show(context, resolved),
            )
            .await;
        drop(inside);

        let mut finished = self.entry(passage, Kind::LookFinished);
        finished.approval = permit.approval().cloned();
        finished.upstream = upstream;
        let took = self.0.clock.now().duration_since(passage.began);
        finished.duration_ms = Some(took.as_millis().try_into().unwrap_or(i64::MAX));
        match &result {
            Ok(looked) => {
                finished.outcome = Some("done".into());
                finished.target = looked.as_ref().and_then(|looked| looked.target);
            }
            Err(error) => {
                finished.outcome = Some("failed".into());
                finished.reason = Some(error.code.to_owned());
            }
        }
        self.conclude(finished, None).await;
        result
    }

    /// Asks anew about a call whose event is not as it was shown: that yes was for something else. `None` when too many wait
    /// already, or when it cannot wait any more.
    pub(crate) async fn ask_afresh(
        &self,
        agent: &crate::AgentCaller,
        tool: &'static dyn Tool,
        stored: &StoredApproval,
        request: &RequestId,
    ) -> Result<Option<ApprovalId>, Error> {
        let store = &self.0.store;
        let connection = store
            .connection(&stored.person, Integration::OutlookCalendar)
            .await?;
        let Some(connection) = connection else {
            return Ok(None);
        };
        let passage = Passage {
            agent: agent.clone(),
            request: request.clone(),
            id: domain::id::CallId::random(&self.0.random),
            tool,
            arguments: stored.arguments.clone(),
            digest: stored.digest,
            connection,
            began: self.0.clock.now(),
            stored: None,
            shown: None,
            level: None,
            foreign: Foreigns::default(),
        };
        let setting = self.setting(&passage.agent, &passage.connection);
        let resolved = tool.resolve(passage.arguments.clone(), &setting)?;
        let new = self.storable(&passage, resolved).await?;
        let reason = Error::event_changed().code;
        let outcome = json!({"code": reason});
        let asked = match store.ask_afresh(&new, &stored.id, &outcome).await {
            Ok(asked) => asked,
            Err(error) => {
                tracing::warn!(approval.id = %stored.id, error = %error, "A call whose event changed could not be asked anew");
                None
            }
        };
        let Some(asked) = asked else { return Ok(None) };
        let mut record = self.entry(&passage, Kind::ApprovalRequested);
        record.arguments = Some(asked.digest);
        record.approval = Some(asked.id.clone());
        record.reason = Some(reason.to_owned());
        if let Err(error) = store.record(record).await {
            // What is not on record does not wait for anybody.
            store.void_approval(&asked.person, &asked.id).await?;
            return Err(error.into());
        }
        Ok(Some(asked.id))
    }
}

/// What the yes is bound to: everything that is shown, what it will do, for whom and by what, and the tools as they are now.
/// A new field must be put on one side or the other.
pub(crate) fn shown_digest(stored: &StoredApproval) -> Digest {
    let StoredApproval {
        id,
        organisation,
        person,
        connection,
        agent,
        surface,
        tool,
        digest,
        card,
        etag,
        created,
        expires,
        call,
        // They have a digest.
        arguments: _,
        // Made of the card.
        summary: _,
        // What happens to it, not what it is.
        opened: _,
        looked: _,
        looks: _,
        state: _,
        decided: _,
        outcome: _,
    } = stored;
    let shown = json!({
        "approval": id.as_str(),
        "organisation": organisation.as_str(),
        "person": person.as_str(),
        "connection": connection.as_str(),
        "agent": agent.as_str(),
        "surface": surface.as_str(),
        "tool": tool,
        "tools": tools::digest().to_string(),
        "arguments": digest.to_string(),
        "card": card,
        "etag": etag,
        "asked": created.as_millisecond(),
        "expires": expires.as_millisecond(),
        "call": call.as_str(),
    });
    Digest::of_json("attache card", &shown)
}

/// Whether a yes is possible: nobody approves what happens to an event that attache could not look at.
pub(crate) fn can_be_approved(tool: &'static dyn Tool, stored: &StoredApproval) -> bool {
    !tool.changes_what_exists() || stored.etag.is_some()
}

fn waiting(stored: &StoredApproval) -> Waiting {
    Waiting {
        id: stored.id.clone(),
        person: stored.person.clone(),
        tool: stored.tool.clone(),
        arguments: stored.digest,
        state: stored.state,
        expires: stored.expires,
    }
}

fn slow() -> Error {
    Error::new(
        ErrorKind::Unreachable,
        "microsoft_unreachable",
        "Microsoft did not answer in time.",
    )
}

#[cfg(test)]
mod tests {
    use domain::id::{AgentId, CallId, ConnectionId, OrganisationId, PersonId};
    use domain::random::Random;
    use jiff::Timestamp;
    use serde_json::Value;

    use super::*;

    fn stored(random: &Random) -> StoredApproval {
        StoredApproval {
            id: ApprovalId::random(random),
            organisation: OrganisationId::random(random),
            person: PersonId::random(random),
            connection: ConnectionId::random(random),
            agent: AgentId::random(random),
            surface: Surface::Mcp,
            tool: "update_event".to_owned(),
            arguments: json!({"id": "ev_1"}),
            digest: Digest::of_json("attache arguments", &json!({"id": "ev_1"})),
            card: json!({"title": "Harbour"}),
            etag: Some("W/\"1\"".to_owned()),
            opened: None,
            looked: None,
            looks: 1,
            summary: "Update".to_owned(),
            state: ApprovalState::Pending,
            created: Timestamp::UNIX_EPOCH,
            expires: Timestamp::UNIX_EPOCH + SignedDuration::from_mins(15),
            decided: None,
            call: CallId::random(random),
            outcome: None,
        }
    }

    #[test]
    fn a1_a_yes_is_for_one_call_of_one_agent_over_one_connection_as_it_was_stored_and_shown() {
        let random = Random::seeded(1);
        let base = stored(&random);
        let other = stored(&random);
        let changes: [fn(&mut StoredApproval, &StoredApproval); 13] = [
            |it, other| it.id = other.id.clone(),
            |it, other| it.organisation = other.organisation.clone(),
            |it, other| it.person = other.person.clone(),
            |it, other| it.connection = other.connection.clone(),
            |it, other| it.agent = other.agent.clone(),
            |it, other| it.call = other.call.clone(),
            |it, _| it.surface = Surface::Rest,
            |it, _| it.tool = "cancel_event".to_owned(),
            |it, _| it.digest = Digest::of_json("attache arguments", &Value::Null),
            |it, _| it.card = json!({"title": "Harbour", "comment": ""}),
            |it, _| it.etag = Some("W/\"2\"".to_owned()),
            |it, _| it.created += SignedDuration::from_millis(1),
            |it, _| it.expires += SignedDuration::from_millis(1),
        ];
        for (change, number) in changes.into_iter().zip(1..) {
            let mut changed = base.clone();
            change(&mut changed, &other);
            assert_ne!(
                shown_digest(&changed),
                shown_digest(&base),
                "change {number}"
            );
        }
        let mut seen = base.clone();
        (seen.looks, seen.opened) = (2, Some(Timestamp::UNIX_EPOCH));
        assert_eq!(
            shown_digest(&seen),
            shown_digest(&base),
            "a second look that saw the same"
        );
    }
}
