//! What agents are told of approvals.

use std::time::Duration;

use domain::approval::ApprovalState;
use domain::id::ApprovalId;
use domain::policy::visible;
use domain::time::{Zone, local_text};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::approvals::StoredApproval;
use store::levels::Standing;

use crate::approve::replaced_by;
use crate::call::Answer;
use crate::connect::availability;
use crate::reconcile::is_looked_after;
use crate::{AgentCaller, Engine, Error, tools};

const DECIDE: &str = "The person must decide this on attache's own page. Give her the link; then use check_approval, or repeat the same call.";
const SIGN_IN: &str = "Microsoft wants to see the person before this can go on. Give her the link; once she has signed in there, it runs by itself. Then use check_approval, or repeat the same call.";
const NOT_TOLD: &str = "This has ended. What it answered is not told any more; call again if it is still wanted, or read the calendar.";
/// How often a waiting agent's approval is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// So often a question that was asked anew is followed to the next one.
const MOST_ANEW: usize = 20;

impl Engine {
    /// What an agent is told of an approval: where it stands, and the stored outcome once there is one.
    pub(crate) fn told(&self, approval: &StoredApproval) -> Answer {
        let status = match approval.state {
            ApprovalState::Pending => "approval_required",
            ApprovalState::Executing => "running",
            ApprovalState::Parked => "sign_in_required",
            ApprovalState::Done => "done",
            ApprovalState::Failed => "failed",
            ApprovalState::Unknown => "outcome_unknown",
            ApprovalState::Declined => "declined",
            ApprovalState::Expired => "expired",
            ApprovalState::Void => "void",
        };
        let pending = matches!(
            approval.state,
            ApprovalState::Pending | ApprovalState::Executing | ApprovalState::Parked
        );
        let looking = is_looked_after(approval);
        let mut body = match (&approval.outcome, pending) {
            (Some(Value::Object(outcome)), false) => Value::Object(outcome.clone()),
            (Some(_) | None, _) => json!({}),
        };
        body["status"] = status.into();
        body["approval_id"] = approval.id.as_str().into();
        match approval.state {
            ApprovalState::Pending | ApprovalState::Parked => {
                body["summary"] = approval.summary.as_str().into();
                let zone = approval.card["zone"].as_str().and_then(|name| Zone::named(name).ok());
                let zone = zone.unwrap_or_else(Zone::utc);
                body["expires"] = local_text(&zone.at(approval.expires)).into();
                let base = &self.0.settings.base_url;
                let (link, message) = match approval.state {
                    ApprovalState::Parked => (format!("{base}/integrations/outlook-calendar"), SIGN_IN),
                    _ => (format!("{base}/approvals/{}", approval.id), DECIDE),
                };
                body["link"] = link.into();
                body["message"] = message.into();
            }
            ApprovalState::Declined => body["message"] = "The person declined. Do not repeat this call; ask her what she would like instead.".into(),
            ApprovalState::Expired => body["message"] = "Nobody decided in time and nothing was done. Repeat the call to ask again.".into(),
            ApprovalState::Void => body["message"] = "Something changed before it could run and nothing was done. Repeat the call to ask again.".into(),
            ApprovalState::Done | ApprovalState::Failed if approval.outcome.is_none() => body["message"] = NOT_TOLD.into(),
            ApprovalState::Executing | ApprovalState::Done | ApprovalState::Failed | ApprovalState::Unknown => {}
        }
        if let Some(body) = body.as_object_mut() {
            body.remove("looking");
        }
        let pending = pending || looking;
        Answer { body, pending }
    }

    /// What an agent is told about one of its own approvals, by id.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when it is not this agent's.
    pub async fn agent_approval(&self, agent: &AgentCaller, id: &str) -> Result<Answer, Error> {
        let id = ApprovalId::parse(id).map_err(|_| Error::not_found())?;
        let approval = self
            .0
            .store
            .approval(&agent.caller.person, &id)
            .await?
            .filter(|approval| approval.agent == agent.caller.agent);
        let mut approval = approval.ok_or_else(Error::not_found)?;
        // What was asked anew is what it is about now. Each of them took a yes of the person's, so the way is short.
        for _ in 0..MOST_ANEW {
            let Some(next) = replaced_by(&approval) else {
                break;
            };
            let next = self.0.store.approval(&agent.caller.person, &next).await?;
            approval = next.ok_or_else(Error::not_found)?;
        }
        let tool = tools::find(&approval.tool)
            .ok_or_else(Error::not_found)?
            .definition();
        let (person, agent) = (&agent.caller.person, &agent.caller.agent);
        let standing = self.0.store.standing(person, agent, &approval.tool);
        let Standing {
            levels, connection, ..
        } = standing.await?;
        // What a tool once read is not told by a tool that is denied or disconnected now, and not after a day.
        let hidden = visible(levels, &availability(connection.as_ref(), tool)).is_err();
        let since = self.outcomes_since();
        let over = approval.decided.is_some_and(|decided| decided < since);
        if approval.state == ApprovalState::Done && (hidden || over) {
            approval.outcome = None;
        }
        Ok(self.told(&approval))
    }

    /// The tool `check_approval`: waits for a decision as long as the agent wants, at most fifty seconds.
    pub(crate) async fn check_approval(
        &self,
        agent: &AgentCaller,
        arguments: &Value,
    ) -> Result<Answer, Error> {
        let input = tools::check_approval::parse(arguments)?;
        let deadline = self
            .0
            .clock
            .now()
            .checked_add(SignedDuration::from_secs(i64::from(input.wait_seconds)))
            .unwrap_or(Timestamp::MAX);
        loop {
            let answer = self.agent_approval(agent, &input.approval_id).await?;
            if !answer.pending || self.0.clock.now() >= deadline || self.0.stopping.is_cancelled() {
                return Ok(answer);
            }
            tokio::select! {
                () = self.0.stopping.cancelled() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }
}
