//! Calls that Microsoft interrupted: they wait until their person has signed in there again, and then run once.

use domain::approval::{Approval, ApprovalState};
use domain::canonical::Digest;
use domain::connection::ConnectionState;
use domain::id::{AgentId, ApprovalId, PersonId};
use jiff::Timestamp;

use super::deciding::lock_connection;
use super::{StoredApproval, approval_columns, shown_outcome, shown_state};
use crate::Store;
use crate::connections::state_text;
use crate::error::Error;

/// How often one stored call may be interrupted: at first, and once more on its way after a sign-in.
const INTERRUPTIONS: i64 = 2;

/// Why a call that was taken for its run waits again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyParked {
    /// Microsoft interrupted it. That counts, and is borne twice at most.
    Interrupted,
    /// It could not begin, and nothing was sent.
    NotBegun,
}

/// A parked call that was taken for its one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resumed {
    /// The person's yes, if the call was one that she had approved.
    pub approval: Option<Approval>,
}

impl Store {
    /// Takes a parked call for its one run, if its connection works again. `None` when somebody else has it, or when it
    /// does not wait any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_parked(
        &self,
        person: &PersonId,
        id: &ApprovalId,
    ) -> Result<Option<Resumed>, Error> {
        let doing = "claim a parked call";
        let mut write = self.database().write().await?;
        let query = sqlx::query(
            "UPDATE approvals SET state = 'executing', decided_ms = $1
             WHERE person = $2 AND id = $3 AND state = 'parked' AND expires_ms > $1
                AND EXISTS (SELECT 1 FROM connections c WHERE c.id = approvals.connection AND c.state = $4)
             RETURNING tool, digest, expires_ms, approved",
        );
        let query = query
            .bind(self.now_ms())
            .bind(person.as_str())
            .bind(id.as_str())
            .bind(state_text(&ConnectionState::Connected));
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
        Ok(Some(Resumed {
            approval: approved.then_some(approval),
        }))
    }

    /// Parks a call that is being executed. Answers whether it waits now.
    ///
    /// Where it cannot wait, it ends here: *expired* when its time is over, *void* when its connection has ended. One that
    /// was interrupted too often stays as it is, and whoever executes it ends it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn park_again(
        &self,
        person: &PersonId,
        id: &ApprovalId,
        why: WhyParked,
    ) -> Result<bool, Error> {
        let doing = "park a call";
        let mut write = self.database().write().await?;
        lock_connection(&mut write, person, id).await?;
        let query = sqlx::query(concat!(
            "UPDATE approvals SET parked = parked + $5, decided_ms = CASE WHEN approved = 1 THEN decided_ms END,
                state = CASE WHEN expires_ms <= $1 THEN 'expired'
                    WHEN EXISTS (SELECT 1 FROM grants g WHERE g.connection = approvals.connection) THEN 'parked'
                    ELSE 'void' END
             WHERE person = $2 AND id = $3 AND parked + $5 <= $4 AND ",
            shown_state!(),
            " = 'executing' RETURNING state"
        ));
        let query = query
            .bind(self.now_ms())
            .bind(person.as_str())
            .bind(id.as_str())
            .bind(INTERRUPTIONS)
            .bind(i64::from(why == WhyParked::Interrupted));
        let state = match write.optional(doing, query).await? {
            Some(row) => Some(row.parsed("state", ApprovalState::parse)?),
            None => None,
        };
        write.commit(doing).await?;
        Ok(state == Some(ApprovalState::Parked))
    }

    /// Makes an approval of a call that went on without one, because its person must be asked by now. Answers whether
    /// it was being executed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ask_instead(
        &self,
        person: &PersonId,
        id: &ApprovalId,
        expires: Timestamp,
    ) -> Result<bool, Error> {
        let query = sqlx::query(
            "UPDATE approvals SET state = 'pending', decided_ms = NULL, expires_ms = $3
             WHERE person = $1 AND id = $2 AND state = 'executing' AND approved = 0",
        );
        let query = query
            .bind(person.as_str())
            .bind(id.as_str())
            .bind(expires.as_millisecond());
        self.change("ask about a parked call", query).await
    }

    /// Parked calls whose connection works again, of one person or of everybody, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn parked(
        &self,
        person: Option<&PersonId>,
        limit: u32,
    ) -> Result<Vec<StoredApproval>, Error> {
        let query = sqlx::query(concat!(
            "SELECT ",
            approval_columns!(),
            " FROM approvals
             WHERE state = 'parked' AND expires_ms > $1 AND ($2 IS NULL OR person = $2)
                AND EXISTS (SELECT 1 FROM connections c WHERE c.id = approvals.connection AND c.state = $3)
             ORDER BY created_ms, id LIMIT $4"
        ));
        let query = query
            .bind(self.now_ms())
            .bind(person.map(PersonId::as_str))
            .bind(state_text(&ConnectionState::Connected))
            .bind(i64::from(limit));
        let rows = self.database().rows("list parked calls", query).await?;
        rows.iter().map(StoredApproval::from_row).collect()
    }

    /// The newest call of an agent with these exact arguments that was interrupted, asked or run since then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recently_parked(
        &self,
        agent: &AgentId,
        digest: &Digest,
        since: Timestamp,
    ) -> Result<Option<StoredApproval>, Error> {
        let query = sqlx::query(concat!(
            "SELECT ",
            approval_columns!(),
            " FROM approvals
             WHERE agent = $2 AND digest = $3 AND parked > 0
                AND (state = 'parked' OR COALESCE(decided_ms, created_ms) >= $4)
             ORDER BY created_ms DESC, id DESC LIMIT 1"
        ));
        let query = query
            .bind(self.now_ms())
            .bind(agent.as_str())
            .bind(digest.to_string())
            .bind(since.as_millisecond());
        let row = self
            .database()
            .optional("find a parked call", query)
            .await?;
        row.as_ref().map(StoredApproval::from_row).transpose()
    }
}
