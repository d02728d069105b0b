//! What changes in the transaction of an entry, so that an entry and what it says are never apart.

use domain::approval::ApprovalState;
use domain::id::{ApprovalId, CallId, ConnectionId};
use serde_json::Value;

use super::{Ended, NewWrite};
use crate::connections::InstanceId;
use crate::database::Write;
use crate::error::Error;

const DOING: &str = "keep a change beside its entry";

/// A change of `writes` that belongs to an entry.
pub(crate) enum Beside {
    Begin {
        write: Box<NewWrite>,
        instance: InstanceId,
        now_ms: i64,
        until_ms: i64,
    },
    End {
        call: CallId,
        ended: Ended,
        until_ms: i64,
    },
    Conclude {
        call: CallId,
        looks: i64,
        state: ApprovalState,
        outcome: Value,
    },
    /// Nobody decided a stored call: its time is over, or something changed first.
    Undecided { approval: ApprovalId, now_ms: i64 },
}

impl Beside {
    /// Makes the change. `false` when the entry would not be true, and must not be written.
    pub(crate) async fn apply(&self, tx: &mut Write) -> Result<bool, Error> {
        match self {
            Self::Begin {
                write,
                instance,
                now_ms,
                until_ms,
            } => begin(tx, write, instance, *now_ms, *until_ms).await,
            Self::End {
                call,
                ended,
                until_ms,
            } => end(tx, call, ended, *until_ms).await.map(|()| true),
            Self::Conclude {
                call,
                looks,
                state,
                outcome,
            } => conclude(tx, call, *looks, *state, outcome).await,
            Self::Undecided { approval, now_ms } => undecided(tx, approval, *now_ms).await,
        }
    }
}

/// A call that runs a stored one begins only while that executes: the lock of its row puts this before or after whoever takes
/// it back. And it begins once until it ends: of two who took it, as one was slow and it was given back meanwhile, one does.
async fn begin(
    tx: &mut Write,
    new: &NewWrite,
    instance: &InstanceId,
    now_ms: i64,
    until_ms: i64,
) -> Result<bool, Error> {
    if let Some(approval) = &new.approval {
        let executes =
            sqlx::query("UPDATE approvals SET state = state WHERE id = $1 AND state = 'executing'");
        if tx.execute(DOING, executes.bind(approval.as_str())).await? == 0 {
            return Ok(false);
        }
    }
    let query = sqlx::query(
        "INSERT INTO writes (call, organisation, person, connection, life, agent, surface, tool, arguments, digest, approval,
            instance, begun_ms, until_ms, looks)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0)
         ON CONFLICT (call) DO NOTHING",
    );
    let query = query
        .bind(new.call.as_str())
        .bind(new.organisation.as_str())
        .bind(new.person.as_str())
        .bind(new.connection.as_str())
        .bind(new.life)
        .bind(new.agent.as_str())
        .bind(new.surface.as_str())
        .bind(new.tool.as_str())
        .bind(new.arguments.to_string())
        .bind(new.digest.to_string())
        .bind(new.approval.as_ref().map(ApprovalId::as_str))
        .bind(instance.as_str())
        .bind(now_ms)
        .bind(until_ms);
    Ok(tx.execute(DOING, query).await? > 0)
}

/// Whoever executed it knows best: its entry is written even if somebody has looked meanwhile.
async fn end(tx: &mut Write, call: &CallId, ended: &Ended, until_ms: i64) -> Result<(), Error> {
    let (state, outcome) = match ended {
        Ended::Done(outcome) => (ApprovalState::Done, outcome),
        Ended::NotDone(outcome) => (ApprovalState::Failed, outcome),
        Ended::Open => {
            let query = sqlx::query(
                "UPDATE writes SET instance = '', until_ms = $2 WHERE call = $1 AND looks = 0",
            );
            let query = query.bind(call.as_str()).bind(until_ms);
            return tx.execute(DOING, query).await.map(drop);
        }
    };
    let gone = sqlx::query("DELETE FROM writes WHERE call = $1 RETURNING approval");
    let row = tx.optional(DOING, gone.bind(call.as_str())).await?;
    let Some(approval) = row
        .map(|row| row.maybe_id::<ApprovalId>("approval"))
        .transpose()?
        .flatten()
    else {
        return Ok(());
    };
    // Why a stored call was not done, and whether it waits on, is decided by whoever took it.
    let whose = match ended {
        Ended::NotDone(_) => Whose::Lost,
        Ended::Done(_) | Ended::Open => Whose::Any,
    };
    settle(tx, &approval, state, outcome, whose).await
}

async fn conclude(
    tx: &mut Write,
    call: &CallId,
    looks: i64,
    state: ApprovalState,
    outcome: &Value,
) -> Result<bool, Error> {
    let gone = sqlx::query("DELETE FROM writes WHERE call = $1 AND looks = $2 RETURNING approval");
    let gone = gone.bind(call.as_str()).bind(looks);
    let Some(row) = tx.optional(DOING, gone).await? else {
        return Ok(false);
    };
    if let Some(approval) = row.maybe_id::<ApprovalId>("approval")? {
        settle(tx, &approval, state, outcome, Whose::Any).await?;
    }
    Ok(true)
}

/// Of those who put it on record at the same time, one does.
async fn undecided(tx: &mut Write, approval: &ApprovalId, now_ms: i64) -> Result<bool, Error> {
    let query = sqlx::query(
        "UPDATE approvals SET end_recorded = 1,
             state = CASE WHEN state IN ('pending', 'parked') THEN 'expired' ELSE state END
         WHERE id = $1 AND end_recorded = 0
             AND (state IN ('void', 'expired') OR (state IN ('pending', 'parked') AND expires_ms <= $2))",
    );
    let query = query.bind(approval.as_str()).bind(now_ms);
    Ok(tx.execute(DOING, query).await? > 0)
}

/// Which stored calls an end counts for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Any,
    /// Those that are stored only because their end was not known.
    Lost,
}

/// Ends a stored call. What is in a calendar is kept only while the life of the connection goes on.
async fn settle(
    tx: &mut Write,
    approval: &ApprovalId,
    state: ApprovalState,
    outcome: &Value,
    whose: Whose,
) -> Result<(), Error> {
    let lock = sqlx::query(
        "UPDATE connections SET version = version WHERE id = (SELECT connection FROM approvals WHERE id = $1)",
    );
    tx.execute(DOING, lock.bind(approval.as_str())).await?;
    let query = sqlx::query(
        "UPDATE approvals SET state = $2, outcome = CASE WHEN EXISTS (SELECT 1 FROM grants g
                JOIN connections c ON c.id = g.connection
                WHERE c.id = approvals.connection AND c.life = approvals.life) THEN $3 END
         WHERE id = $1 AND state IN ('executing', 'unknown') AND ($4 = 0 OR lost = 1)",
    );
    let query = query
        .bind(approval.as_str())
        .bind(state.as_str())
        .bind(outcome.to_string())
        .bind(i64::from(whose == Whose::Lost));
    tx.execute(DOING, query).await?;
    Ok(())
}

/// Forgets what the open changes of a connection say about a calendar, in the same transaction as the end of the connection.
/// That there was one stays, so that its end can be recorded.
pub(crate) async fn forget(tx: &mut Write, connection: &ConnectionId) -> Result<(), Error> {
    let query = sqlx::query("UPDATE writes SET arguments = '{}' WHERE connection = $1");
    tx.execute("forget open changes", query.bind(connection.as_str()))
        .await?;
    Ok(())
}
