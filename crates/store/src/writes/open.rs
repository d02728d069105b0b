//! Changes whose end is not known: finding them, each for one who looks, and where their agents can ask.

use std::time::Duration;

use domain::approval::ApprovalState;
use domain::canonical::Digest;
use domain::id::{AgentId, ApprovalId, PersonId};
use serde_json::Value;

use super::{LEASE, LONGEST, OpenWrite, write_columns};
use crate::Store;
use crate::approvals::not_under_way;
use crate::connections::{Connection, InstanceId};
use crate::error::Error;

/// How long a yes may be on its way to the begun entry of its call.
const BEGINS_WITHIN: Duration = Duration::from_secs(20);

/// What the person and the agent are shown of a change that was never asked about.
#[derive(Clone, PartialEq)]
pub struct Told {
    /// What was to happen.
    pub card: Value,
    /// The same in one line.
    pub summary: String,
    /// Where it stands: *executing* or *unknown*.
    pub state: ApprovalState,
    /// The answer so far.
    pub outcome: Value,
}

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Told")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// A sign of life of whoever executes changes: nobody else looks after them for a while.
    ///
    /// # Errors
    /// When the database fails; others may look too early then, which changes nothing at Microsoft.
    pub async fn keep_writes(&self, instance: &InstanceId) -> Result<(), Error> {
        let now = self.now_ms();
        let query = sqlx::query(
            "UPDATE writes SET until_ms = $2 WHERE instance = $1 AND looks = 0 AND begun_ms > $3",
        );
        let query = query
            .bind(instance.as_str())
            .bind(self.after(LEASE))
            .bind(now - i64::try_from(LONGEST.as_millis()).unwrap_or(i64::MAX));
        self.change("keep changes", query).await.map(drop)
    }

    /// Takes changes that nobody executes or looks after any more, the longest waiting first. Of all who try, one has each
    /// for the next twenty seconds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn overdue_writes(&self, limit: u32) -> Result<Vec<OpenWrite>, Error> {
        let mut taken = Vec::new();
        let find = sqlx::query(
            "SELECT call, looks FROM writes WHERE until_ms <= $1 ORDER BY until_ms, call LIMIT $2",
        );
        let find = find.bind(self.now_ms()).bind(i64::from(limit));
        for row in self.database().rows("find open changes", find).await? {
            let query = sqlx::query(concat!(
                "UPDATE writes SET looks = looks + 1, until_ms = $3 WHERE call = $1 AND looks = $2 AND until_ms <= $4
                 RETURNING ",
                write_columns!()
            ));
            let query = query
                .bind(row.text("call")?)
                .bind(row.number("looks")?)
                .bind(self.after(LEASE))
                .bind(self.now_ms());
            let doing = "take an open change";
            let mut write = self.database().write().await?;
            let mine = write.optional(doing, query).await?;
            write.commit(doing).await?;
            if let Some(mine) = mine {
                taken.push(OpenWrite::from_row(&mine)?);
            }
        }
        Ok(taken)
    }

    /// A look showed nothing certain: there is another one after a while.
    ///
    /// # Errors
    /// When the database fails; then there is another one sooner.
    pub async fn postpone_write(&self, open: &OpenWrite, wait: Duration) -> Result<(), Error> {
        let query = sqlx::query("UPDATE writes SET until_ms = $3 WHERE call = $1 AND looks = $2");
        let query = query
            .bind(open.write.call.as_str())
            .bind(open.looks)
            .bind(self.after(wait));
        self.change("postpone a look", query).await.map(drop)
    }

    /// The open change of an agent with this tool and these exact arguments, in this life of the connection.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_write(
        &self,
        agent: &AgentId,
        connection: &Connection,
        tool: &str,
        digest: &Digest,
    ) -> Result<Option<OpenWrite>, Error> {
        let query = sqlx::query(concat!(
            "SELECT ",
            write_columns!(),
            " FROM writes WHERE agent = $1 AND digest = $2 AND tool = $3 AND connection = $4 AND life = $5
             ORDER BY begun_ms DESC LIMIT 1"
        ));
        let query = query
            .bind(agent.as_str())
            .bind(digest.to_string())
            .bind(tool)
            .bind(connection.id.as_str())
            .bind(connection.life);
        let row = self.database().optional("find an open change", query);
        row.await?.as_ref().map(OpenWrite::from_row).transpose()
    }

    /// Stores a change that was never asked about as a call that its person and agent can see. Answers under which id; `None`
    /// when it is not open any more. Asked again, it is the same.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tell_of_write(
        &self,
        open: &OpenWrite,
        told: &Told,
    ) -> Result<Option<ApprovalId>, Error> {
        let doing = "store an open change";
        let new = &open.write;
        let mut write = self.database().write().await?;
        let lock =
            sqlx::query("UPDATE writes SET looks = looks WHERE call = $1 RETURNING approval");
        let Some(row) = write.optional(doing, lock.bind(new.call.as_str())).await? else {
            return Ok(None);
        };
        if let Some(before) = row.maybe_id::<ApprovalId>("approval")? {
            return Ok(Some(before));
        }
        let id = ApprovalId::random(self.random());
        let insert = sqlx::query(
            "INSERT INTO approvals (id, organisation, person, connection, agent, surface, tool, arguments, digest, card,
                summary, state, created_ms, expires_ms, decided_ms, call, life, outcome, lost)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, $16, $17, 1)",
        );
        let insert = insert
            .bind(id.as_str())
            .bind(new.organisation.as_str())
            .bind(new.person.as_str())
            .bind(new.connection.as_str())
            .bind(new.agent.as_str())
            .bind(new.surface.as_str())
            .bind(new.tool.as_str())
            .bind(new.arguments.to_string())
            .bind(new.digest.to_string())
            .bind(told.card.to_string())
            .bind(told.summary.as_str())
            .bind(told.state.as_str())
            .bind(open.begun.as_millisecond())
            .bind(self.now_ms())
            .bind(new.call.as_str())
            .bind(new.life)
            .bind(told.outcome.to_string());
        write.execute(doing, insert).await?;
        let name = sqlx::query("UPDATE writes SET approval = $2 WHERE call = $1");
        let name = name.bind(new.call.as_str()).bind(id.as_str());
        write.execute(doing, name).await?;
        write.commit(doing).await?;
        Ok(Some(id))
    }

    /// Gives back what somebody took to execute and died with before anything was on its way: stored calls that execute and
    /// for which no call has begun. Each waits again, for its person or for her sign-in, or ends if it cannot.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn give_back_unbegun(&self, limit: u32) -> Result<usize, Error> {
        let query = sqlx::query(concat!(
            "SELECT id, person FROM approvals WHERE state = 'executing' AND decided_ms <= $1 AND ",
            not_under_way!(),
            " ORDER BY decided_ms LIMIT $2"
        ));
        let before = self.now_ms() - i64::try_from(BEGINS_WITHIN.as_millis()).unwrap_or(0);
        let query = query.bind(before).bind(i64::from(limit));
        let rows = self.database().rows("find calls that did not begin", query);
        let rows = rows.await?;
        let mut given = 0;
        for row in rows {
            let (person, id): (PersonId, ApprovalId) = (row.id("person")?, row.id("id")?);
            given += usize::from(self.give_back(&person, &id).await?);
        }
        Ok(given)
    }

    async fn give_back(&self, person: &PersonId, id: &ApprovalId) -> Result<bool, Error> {
        let doing = "give a stored call back";
        let mut write = self.database().write().await?;
        crate::approvals::lock_connection(&mut write, person, id).await?;
        // As `release_approval` and `park_again` do, while nothing has begun.
        let query = sqlx::query(concat!(
            "UPDATE approvals SET
                state = CASE WHEN expires_ms <= $1 THEN 'expired'
                    WHEN NOT EXISTS (SELECT 1 FROM grants g JOIN connections c ON c.id = g.connection
                        WHERE c.id = approvals.connection AND c.life = approvals.life) THEN 'void'
                    WHEN parked > 0 THEN 'parked' ELSE 'pending' END,
                decided_ms = CASE WHEN parked > 0 AND approved = 1 THEN decided_ms END,
                approved = CASE WHEN parked > 0 THEN approved ELSE 0 END
             WHERE person = $2 AND id = $3 AND state = 'executing' AND ",
            not_under_way!()
        ));
        let query = query
            .bind(self.now_ms())
            .bind(person.as_str())
            .bind(id.as_str());
        let given = write.execute(doing, query).await?;
        write.commit(doing).await?;
        Ok(given > 0)
    }
}
