//! Storing a call. Few may wait at once, so that nobody is worn down into approving.

use domain::approval::ApprovalState;
use domain::id::ApprovalId;
use serde_json::Value;

use super::{NewApproval, StoredApproval, approval_columns, shown_outcome, shown_state};
use crate::Store;
use crate::database::Write;
use crate::error::Error;

/// How many approvals may wait for one person.
const PENDING_PER_PERSON: i64 = 10;

/// How many of them one agent may have asked for.
const PENDING_PER_AGENT: i64 = 5;

impl Store {
    /// Stores a call, or answers the one the same agent has already asked for with the same arguments, if it still waits.
    ///
    /// # Errors
    /// [`Error::TooManyPending`] when ten wait for the person or five of the agent; [`Error::NoGrant`] when the life of
    /// the connection it belongs to is over; or when the database fails.
    pub async fn ask(&self, new: &NewApproval) -> Result<StoredApproval, Error> {
        let asked = self.keep(new, ApprovalState::Pending, None).await?;
        asked.ok_or(Error::Unreadable { column: "approval" })
    }

    /// Stores a call anew in place of one that is being executed and can never run, as what its person was shown is not so
    /// any more. That one is void; its outcome names the new one as `replaced_by`. `None` when it was not executing.
    ///
    /// # Errors
    /// As [`Store::ask`]; then the old one is left as it is.
    pub async fn ask_afresh(
        &self,
        new: &NewApproval,
        void: &ApprovalId,
        outcome: &Value,
    ) -> Result<Option<StoredApproval>, Error> {
        self.keep(new, ApprovalState::Pending, Some((void, outcome)))
            .await
    }

    /// Stores a call that Microsoft has interrupted, to go on when the person has signed in there again; or answers the
    /// one the same agent has waiting so with the same arguments.
    ///
    /// # Errors
    /// As [`Store::ask`].
    pub async fn park(&self, new: &NewApproval) -> Result<StoredApproval, Error> {
        let parked = self.keep(new, ApprovalState::Parked, None).await?;
        parked.ok_or(Error::Unreadable { column: "approval" })
    }

    async fn keep(
        &self,
        new: &NewApproval,
        state: ApprovalState,
        instead_of: Option<(&ApprovalId, &Value)>,
    ) -> Result<Option<StoredApproval>, Error> {
        let doing = "store an approval";
        let mut write = self.database().write().await?;
        let lock = sqlx::query("UPDATE persons SET asked_ms = $2 WHERE id = $1");
        let lock = lock.bind(new.person.as_str()).bind(self.now_ms());
        write.execute(doing, lock).await?;
        // The lock of its row: whoever ends the connection either voids what is stored here, or is seen here.
        let lives = sqlx::query(
            "UPDATE connections SET version = version WHERE id = $1 AND person = $2 AND life = $3
                AND EXISTS (SELECT 1 FROM grants WHERE grants.connection = connections.id)",
        );
        let lives = lives
            .bind(new.connection.as_str())
            .bind(new.person.as_str())
            .bind(new.life);
        if write.execute(doing, lives).await? == 0 {
            let connection = new.connection.clone();
            return Err(Error::NoGrant { connection });
        }
        let expire = sqlx::query(
            "UPDATE approvals SET state = 'expired' WHERE person = $1 AND state IN ('pending', 'parked')
                AND expires_ms <= $2",
        );
        let expire = expire.bind(new.person.as_str()).bind(self.now_ms());
        write.execute(doing, expire).await?;
        let approval = match self.find_waiting(&mut write, new, state).await? {
            Some(waiting) => waiting,
            None => {
                refuse_too_many(&mut write, new).await?;
                self.insert(&mut write, new, state).await?
            }
        };
        if let Some((void, outcome)) = instead_of
            && !replaced(&mut write, new, void, outcome, &approval).await?
        {
            return Ok(None);
        }
        write.commit(doing).await?;
        Ok(Some(approval))
    }

    async fn find_waiting(
        &self,
        write: &mut Write,
        new: &NewApproval,
        state: ApprovalState,
    ) -> Result<Option<StoredApproval>, Error> {
        let query = sqlx::query(concat!(
            "SELECT ",
            approval_columns!(),
            " FROM approvals
             WHERE agent = $2 AND digest = $3 AND person = $4 AND connection = $5 AND tool = $6 AND state = $7"
        ));
        let query = query
            .bind(self.now_ms())
            .bind(new.agent.as_str())
            .bind(new.digest.to_string())
            .bind(new.person.as_str())
            .bind(new.connection.as_str())
            .bind(new.tool.as_str())
            .bind(state.as_str());
        let row = write.optional("find an approval", query).await?;
        row.as_ref().map(StoredApproval::from_row).transpose()
    }

    async fn insert(
        &self,
        write: &mut Write,
        new: &NewApproval,
        state: ApprovalState,
    ) -> Result<StoredApproval, Error> {
        let query = sqlx::query(concat!(
            "INSERT INTO approvals
                (id, organisation, person, connection, agent, surface, tool, arguments, digest, card, summary, state,
                created_ms, expires_ms, call, parked, life)
             VALUES ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $15, $1, $13, $14, $16, $17)
             RETURNING ",
            approval_columns!()
        ));
        let query = query
            .bind(self.now_ms())
            .bind(ApprovalId::random(self.random()).as_str())
            .bind(new.organisation.as_str())
            .bind(new.person.as_str())
            .bind(new.connection.as_str())
            .bind(new.agent.as_str())
            .bind(new.surface.as_str())
            .bind(new.tool.as_str())
            .bind(new.arguments.to_string())
            .bind(new.digest.to_string())
            .bind(new.card.to_string())
            .bind(new.summary.as_str())
            .bind(new.expires.as_millisecond())
            .bind(new.call.as_str())
            .bind(state.as_str())
            .bind(i64::from(state == ApprovalState::Parked))
            .bind(new.life);
        let row = write.optional("store an approval", query).await?;
        StoredApproval::from_row(&row.ok_or(Error::Unreadable { column: "approval" })?)
    }
}

/// Ends the one in whose place another waits now.
async fn replaced(
    write: &mut Write,
    new: &NewApproval,
    void: &ApprovalId,
    outcome: &Value,
    by: &StoredApproval,
) -> Result<bool, Error> {
    let mut outcome = outcome.clone();
    outcome["replaced_by"] = by.id.as_str().into();
    let query = sqlx::query(
        "UPDATE approvals SET state = 'void', outcome = $3
         WHERE person = $1 AND id = $2 AND state = 'executing'",
    );
    let query = query
        .bind(new.person.as_str())
        .bind(void.as_str())
        .bind(outcome.to_string());
    Ok(write.execute("replace an approval", query).await? > 0)
}

async fn refuse_too_many(write: &mut Write, new: &NewApproval) -> Result<(), Error> {
    let query = sqlx::query(
        "SELECT COUNT(*) AS of_person, COUNT(CASE WHEN agent = $2 THEN 1 END) AS of_agent
         FROM approvals WHERE person = $1 AND state IN ('pending', 'parked')",
    );
    let query = query.bind(new.person.as_str()).bind(new.agent.as_str());
    let row = write.optional("count approvals", query).await?;
    let row = row.ok_or(Error::Unreadable {
        column: "of_person",
    })?;
    let too_many = row.number("of_person")? >= PENDING_PER_PERSON
        || row.number("of_agent")? >= PENDING_PER_AGENT;
    match too_many {
        true => Err(Error::TooManyPending),
        false => Ok(()),
    }
}
