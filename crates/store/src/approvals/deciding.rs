//! Deciding: every step is taken by one of all who try, because it names the state it starts from.

use domain::approval::{Approval, ApprovalState};
use domain::canonical::Digest;
use domain::connection::ConnectionState;
use domain::id::{ApprovalId, PersonId};
use serde_json::Value;

use super::{lives_on, not_under_way, shown_state};
use crate::Store;
use crate::connections::state_text;
use crate::database::Write;
use crate::error::Error;

/// A stored call that was taken for its one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The person's yes, if the call needed one and has it.
    pub approval: Option<Approval>,
}

/// What a stored call waits for that is about to be taken.
enum Waits {
    /// Her yes to the card as it was after so many looks.
    ForYes {
        looks: i64,
    },
    ForSignIn,
}

impl Store {
    /// The person's yes to the card of the `looks`th look ([`StoredApproval::looks`](super::StoredApproval::looks)): takes
    /// the stored call for its one execution. `None` when it does not wait any more, or when another card is shown by now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_approval(
        &self,
        person: &PersonId,
        id: &ApprovalId,
        looks: i64,
    ) -> Result<Option<Approval>, Error> {
        let taken = self.take(person, id, Waits::ForYes { looks }).await?;
        Ok(taken.and_then(|taken| taken.approval))
    }

    /// Takes a parked call for its one run, if its connection works again. `None` when somebody else has it, or when it
    /// does not wait any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_parked(
        &self,
        person: &PersonId,
        id: &ApprovalId,
    ) -> Result<Option<Taken>, Error> {
        self.take(person, id, Waits::ForSignIn).await
    }

    /// Takes a stored call that waits in a state, in the life of the connection it belongs to. Of all who try, one does.
    async fn take(
        &self,
        person: &PersonId,
        id: &ApprovalId,
        waits: Waits,
    ) -> Result<Option<Taken>, Error> {
        let doing = "take a stored call";
        let (state, looks) = match waits {
            Waits::ForYes { looks } => (ApprovalState::Pending, looks),
            Waits::ForSignIn => (ApprovalState::Parked, 0),
        };
        let mut write = self.database().write().await?;
        let query = sqlx::query(concat!(
            "UPDATE approvals SET state = 'executing', decided_ms = $1,
                approved = CASE WHEN $4 = 'pending' THEN 1 ELSE approved END
             WHERE person = $2 AND id = $3 AND state = $4 AND expires_ms > $1 AND ",
            lives_on!(),
            " AND (($4 = 'pending' AND looks = $6) OR ($4 = 'parked' AND EXISTS
                (SELECT 1 FROM connections c WHERE c.id = approvals.connection AND c.state = $5)))
             RETURNING tool, digest, expires_ms, approved",
        ));
        let query = query
            .bind(self.now_ms())
            .bind(person.as_str())
            .bind(id.as_str())
            .bind(state.as_str())
            .bind(state_text(&ConnectionState::Connected))
            .bind(looks);
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
        let approved = row.number("approved")? == 1;
        write.commit(doing).await?;
        Ok(Some(Taken {
            approval: approved.then_some(approval),
        }))
    }

    /// The person's no, also to a call that waits for her sign-in. Answers whether it was still waiting.
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
             WHERE person = $2 AND id = $3 AND state IN ('pending', 'parked') AND expires_ms > $1",
        );
        let query = query
            .bind(self.now_ms())
            .bind(person.as_str())
            .bind(id.as_str());
        self.change("decline an approval", query).await
    }

    /// Takes a no back that could not be put on record: the call waits again as it did before, *pending* or *parked*.
    /// Answers whether it does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_back_decline(
        &self,
        person: &PersonId,
        id: &ApprovalId,
        before: ApprovalState,
    ) -> Result<bool, Error> {
        let query = sqlx::query(concat!(
            "UPDATE approvals SET state = $4, decided_ms = NULL
             WHERE person = $2 AND id = $3 AND state = 'declined' AND expires_ms > $1
                AND $4 IN ('pending', 'parked') AND ",
            lives_on!(),
        ));
        let query = query
            .bind(self.now_ms())
            .bind(person.as_str())
            .bind(id.as_str())
            .bind(before.as_str());
        self.change("take a no back", query).await
    }

    /// Takes a claim back because the call could not be sent: the approval waits again. Answers whether it does.
    ///
    /// Where it cannot wait, it ends here: *expired* when its time is over, *void* when the life of the connection it
    /// belongs to is over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_approval(
        &self,
        person: &PersonId,
        id: &ApprovalId,
    ) -> Result<bool, Error> {
        let doing = "release an approval";
        let mut write = self.database().write().await?;
        lock_connection(&mut write, person, id).await?;
        let query = sqlx::query(concat!(
            "UPDATE approvals SET decided_ms = NULL, approved = 0,
                state = CASE WHEN expires_ms <= $1 THEN 'expired'
                    WHEN ",
            lives_on!(),
            " THEN 'pending' ELSE 'void' END
             WHERE person = $2 AND id = $3 AND ",
            shown_state!(),
            " = 'executing' AND ",
            not_under_way!(),
            " RETURNING state"
        ));
        let query = query
            .bind(self.now_ms())
            .bind(person.as_str())
            .bind(id.as_str());
        let state = match write.optional(doing, query).await? {
            Some(row) => Some(row.parsed("state", ApprovalState::parse)?),
            None => None,
        };
        write.commit(doing).await?;
        Ok(state == Some(ApprovalState::Pending))
    }

    /// Keeps what came of the execution: *done*, *failed*, *unknown* or *void*. Answers whether it was executing; any
    /// other state is no end of an execution and changes nothing.
    ///
    /// When the connection has ended meanwhile, the outcome is not kept, except why it is *void*.
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
            | ApprovalState::Parked
            | ApprovalState::Declined
            | ApprovalState::Expired => return Ok(false),
        }
        let doing = "finish an approval";
        let mut write = self.database().write().await?;
        lock_connection(&mut write, person, id).await?;
        let query = sqlx::query(concat!(
            "UPDATE approvals SET state = $3, outcome = CASE WHEN $3 = 'void' OR ",
            lives_on!(),
            " THEN $4 END
             WHERE person = $1 AND id = $2 AND state = 'executing' AND ($3 NOT IN ('failed', 'void') OR ",
            not_under_way!(),
            ")"
        ));
        let query = query
            .bind(person.as_str())
            .bind(id.as_str())
            .bind(state.as_str())
            .bind(outcome.to_string());
        let finished = write.execute(doing, query).await?;
        write.commit(doing).await?;
        Ok(finished > 0)
    }
}

/// An update that changes nothing locks the row on both databases: the connection does not end in between.
pub(crate) async fn lock_connection(
    write: &mut Write,
    person: &PersonId,
    id: &ApprovalId,
) -> Result<(), Error> {
    let query = sqlx::query(
        "UPDATE connections SET version = version
         WHERE id = (SELECT connection FROM approvals WHERE person = $1 AND id = $2)",
    );
    let query = query.bind(person.as_str()).bind(id.as_str());
    write.execute("lock a connection", query).await?;
    Ok(())
}
