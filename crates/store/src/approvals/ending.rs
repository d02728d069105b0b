//! Ending: what a change makes void, and what is forgotten when a connection ends.

use domain::audit::Record;
use domain::id::{AgentId, ApprovalId, ConnectionId, OrganisationId, PersonId};
use jiff::Timestamp;

use super::{StoredApproval, approval_columns, shown_outcome, shown_state};
use crate::Store;
use crate::database::Write;
use crate::error::Error;
use crate::writes::Beside;

/// Which waiting calls a change makes void. What waits for a sign-in is decided again when it goes on, so a change of
/// level is seen then.
pub(crate) enum Pending<'a> {
    OfConnection(&'a ConnectionId),
    OfAgent(&'a AgentId),
    ForTool(&'a OrganisationId, &'a str),
}

/// Voids what waits for approval, in the same transaction as the change that makes it void.
pub(crate) async fn void(write: &mut Write, which: Pending<'_>, now_ms: i64) -> Result<(), Error> {
    let query = match which {
        Pending::OfConnection(connection) => sqlx::query(
            "UPDATE approvals SET state = 'void', decided_ms = $1 WHERE state IN ('pending', 'parked') AND connection = $2",
        )
        .bind(now_ms)
        .bind(connection.as_str()),
        Pending::OfAgent(agent) => sqlx::query(
            "UPDATE approvals SET state = 'void', decided_ms = $1 WHERE state IN ('pending', 'parked') AND agent = $2",
        )
        .bind(now_ms)
        .bind(agent.as_str()),
        Pending::ForTool(organisation, tool) => sqlx::query(
            "UPDATE approvals SET state = 'void', decided_ms = $1
             WHERE state = 'pending' AND organisation = $2 AND tool = $3",
        )
        .bind(now_ms)
        .bind(organisation.as_str())
        .bind(tool),
    };
    write.execute("void approvals", query).await?;
    Ok(())
}

/// Forgets what the approvals of a connection say about a calendar, in the same transaction as the end of the connection.
/// That they were, and how they ended, stays.
///
/// One that is being executed is forgotten too: who executes it has read it already, and a crash must not keep it.
pub(crate) async fn forget(write: &mut Write, connection: &ConnectionId) -> Result<(), Error> {
    // The person is named for the index.
    let query = sqlx::query(
        "UPDATE approvals SET outcome = NULL, arguments = '{}', card = '{}', looked = NULL, etag = NULL,
             summary = ''
         WHERE connection = $1 AND person = (SELECT person FROM connections WHERE id = $1)",
    );
    let query = query.bind(connection.as_str());
    write.execute("forget approvals", query).await?;
    Ok(())
}

impl Store {
    /// Stored calls that ended without a decision, and whose end is not on record yet: the oldest, so many at most.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn undecided(&self, most: u32) -> Result<Vec<StoredApproval>, Error> {
        let query = sqlx::query(concat!(
            "SELECT ",
            approval_columns!(),
            " FROM approvals
             WHERE end_recorded = 0 AND state IN ('pending', 'parked', 'void', 'expired')
                AND (state IN ('void', 'expired') OR (state IN ('pending', 'parked') AND expires_ms <= $1))
             ORDER BY created_ms LIMIT $2"
        ));
        let query = query.bind(self.now_ms()).bind(i64::from(most));
        let rows = self.database().rows("read what ended", query).await?;
        rows.iter().map(StoredApproval::from_row).collect()
    }

    /// Puts the end of such a call on record, in one transaction with that it is there. `false` when somebody else did.
    ///
    /// # Errors
    /// [`Error::NotRecorded`].
    pub async fn record_undecided(&self, record: Record, id: &ApprovalId) -> Result<bool, Error> {
        let beside = Beside::Undecided {
            approval: id.clone(),
            now_ms: self.now_ms(),
        };
        match self.record_beside(record, Some(beside)).await {
            Ok(_) => Ok(true),
            Err(Error::NotExecuting) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Forgets what calls answered that were decided before a moment; of those whose end is still looked for, nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_outcomes(&self, before: Timestamp) -> Result<(), Error> {
        let query = sqlx::query(
            "UPDATE approvals SET outcome = NULL
             WHERE outcome IS NOT NULL AND state IN ('done', 'failed') AND decided_ms < $1",
        );
        let query = query.bind(before.as_millisecond());
        self.change("forget outcomes", query).await.map(|_| ())
    }

    /// Voids an approval that must not be decided. Answers whether it was still waiting.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn void_approval(&self, person: &PersonId, id: &ApprovalId) -> Result<bool, Error> {
        let query = sqlx::query(
            "UPDATE approvals SET state = 'void', decided_ms = $1
             WHERE person = $2 AND id = $3 AND state IN ('pending', 'parked') AND expires_ms > $1",
        );
        let query = query
            .bind(self.now_ms())
            .bind(person.as_str())
            .bind(id.as_str());
        self.change("void an approval", query).await
    }
}
