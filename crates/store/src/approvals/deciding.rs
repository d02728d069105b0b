//! Deciding: every step is taken by one of all who try, because it names the state it starts from.

use domain::approval::{Approval, ApprovalState};
use domain::canonical::Digest;
use domain::id::{ApprovalId, PersonId};
use serde_json::Value;

use crate::Store;
use crate::error::Error;

impl Store {
    /// The person's yes: takes the stored call for its one execution. `None` when it does not wait any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_approval(
        &self,
        person: &PersonId,
        id: &ApprovalId,
    ) -> Result<Option<Approval>, Error> {
        let doing = "claim an approval";
        let mut write = self.database().write().await?;
        let query = sqlx::query(
            "UPDATE approvals SET state = 'executing', decided_ms = $1
             WHERE person = $2 AND id = $3 AND state = 'pending' AND expires_ms > $1
             RETURNING tool, digest, expires_ms",
        );
        let query = query
            .bind(self.now_ms())
            .bind(person.as_str())
            .bind(id.as_str());
        let Some(row) = write.optional(doing, query).await? else {
            return Ok(None);
        };
        let approval = Approval {
            id: id.clone(),
            person: person.clone(),
            tool: row.text("tool")?,
            arguments: row.parsed("digest", Digest::parse)?,
            expires: row.moment("expires_ms")?,
        };
        write.commit(doing).await?;
        Ok(Some(approval))
    }

    /// The person's no. Answers whether it was still waiting.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn decline_approval(
        &self,
        person: &PersonId,
        id: &ApprovalId,
    ) -> Result<bool, Error> {
        let query = sqlx::query(
            "UPDATE approvals SET state = 'declined', decided_ms = $1
             WHERE person = $2 AND id = $3 AND state = 'pending' AND expires_ms > $1",
        );
        let query = query
            .bind(self.now_ms())
            .bind(person.as_str())
            .bind(id.as_str());
        self.change("decline an approval", query).await
    }

    /// Keeps what came of the execution: *done*, *failed*, *unknown* or *void*. Answers whether it was executing; any
    /// other state is no end of an execution and changes nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn finish_approval(
        &self,
        person: &PersonId,
        id: &ApprovalId,
        state: ApprovalState,
        outcome: &Value,
    ) -> Result<bool, Error> {
        match state {
            ApprovalState::Done
            | ApprovalState::Failed
            | ApprovalState::Unknown
            | ApprovalState::Void => {}
            ApprovalState::Pending
            | ApprovalState::Executing
            | ApprovalState::Declined
            | ApprovalState::Expired => return Ok(false),
        }
        let query = sqlx::query(
            "UPDATE approvals SET state = $3, outcome = $4
             WHERE person = $1 AND id = $2 AND state = 'executing'",
        );
        let query = query
            .bind(person.as_str())
            .bind(id.as_str())
            .bind(state.as_str())
            .bind(outcome.to_string());
        self.change("finish an approval", query).await
    }
}
