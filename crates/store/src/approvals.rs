//! Approvals: stored calls that wait for their person. What runs later is what was stored, once.

mod asking;
mod deciding;
mod ending;
mod figures;
mod looking;
mod parking;

use std::fmt;

use domain::approval::ApprovalState;
use domain::caller::Surface;
use domain::canonical::Digest;
use domain::id::{AgentId, ApprovalId, CallId, ConnectionId, OrganisationId, PersonId};
use jiff::Timestamp;
use serde_json::Value;

pub use self::deciding::Taken;
pub use self::figures::Decision;
pub use self::parking::WhyParked;

pub(crate) use self::deciding::lock_connection;
pub(crate) use self::ending::{Pending, forget, void};

use crate::Store;
use crate::connections::Connection;
use crate::error::Error;
use crate::row::Row;

/// A call to be stored.
#[derive(Clone, PartialEq)]
pub struct NewApproval {
    /// Whose organisation.
    pub organisation: OrganisationId,
    /// Whose calendar, and who decides.
    pub person: PersonId,
    /// Over which connection it will run.
    pub connection: ConnectionId,
    /// In which life of it ([`Connection::life`]); it can run in no other.
    pub life: i64,
    /// Which agent asks.
    pub agent: AgentId,
    /// Over which surface.
    pub surface: Surface,
    /// For which tool.
    pub tool: String,
    /// The exact, validated arguments.
    pub arguments: Value,
    /// The digest of the arguments.
    pub digest: Digest,
    /// What the person will be shown.
    pub card: Value,
    /// The same in one line.
    pub summary: String,
    /// Until when the person can decide, and the decision counts.
    pub expires: Timestamp,
    /// The call that asks.
    pub call: CallId,
}

/// A stored call.
#[derive(Clone, PartialEq)]
pub struct StoredApproval {
    /// Our id.
    pub id: ApprovalId,
    /// Whose organisation.
    pub organisation: OrganisationId,
    /// Whose calendar, and who decides.
    pub person: PersonId,
    /// Over which connection it will run.
    pub connection: ConnectionId,
    /// Which agent asked.
    pub agent: AgentId,
    /// Over which surface.
    pub surface: Surface,
    /// For which tool.
    pub tool: String,
    /// The exact, validated arguments.
    pub arguments: Value,
    /// The digest of the arguments.
    pub digest: Digest,
    /// What the person is shown: made from the call, and completed by a look at her calendar if there was one.
    pub card: Value,
    /// The version of the event that the card tells of, if it was looked at.
    pub etag: Option<String>,
    /// When its owner first opened it.
    pub opened: Option<Timestamp>,
    /// When it was looked at last.
    pub looked: Option<Timestamp>,
    /// How often it was looked at. A yes is for the card of one of these looks.
    pub looks: i64,
    /// The same in one line.
    pub summary: String,
    /// Where it stands; *expired* as soon as its time is over, *unknown* five minutes after a decision without an end.
    pub state: ApprovalState,
    /// When it was asked.
    pub created: Timestamp,
    /// Until when the person can decide.
    pub expires: Timestamp,
    /// When the person decided.
    pub decided: Option<Timestamp>,
    /// The call that asked.
    pub call: CallId,
    /// What came of it.
    pub outcome: Option<Value>,
}

/// The state of an approval at the moment `$1`. One nobody decided in time is expired. One that has been executing for
/// more than five minutes since its call began lost its executor, as no call takes that long, and so nobody knows what became
/// of it. One whose call never began is given back.
macro_rules! shown_state {
    () => {
        "CASE WHEN state IN ('pending', 'parked') AND expires_ms <= $1 THEN 'expired'
            WHEN state = 'executing' AND EXISTS (SELECT 1 FROM writes
                WHERE writes.approval = approvals.id AND begun_ms + 300000 < $1) THEN 'unknown'
            ELSE state END"
    };
}
use shown_state;

/// The outcome that goes with [`shown_state`].
macro_rules! shown_outcome {
    () => {
        r#"CASE WHEN state = 'executing' AND EXISTS (SELECT 1 FROM writes
                WHERE writes.approval = approvals.id AND begun_ms + 300000 < $1) THEN '{"code":"outcome_unknown"}'
            ELSE outcome END"#
    };
}

use shown_outcome;

/// Whether the life of the connection that an approval belongs to goes on.
macro_rules! lives_on {
    () => {
        "EXISTS (SELECT 1 FROM grants g JOIN connections c ON c.id = g.connection
            WHERE c.id = approvals.connection AND c.life = approvals.life)"
    };
}
use lives_on;

/// Whether nothing of a stored call is on its way: of two who have taken it, as one was slow and it was given back meanwhile,
/// the other may be sending.
macro_rules! not_under_way {
    () => {
        "NOT EXISTS (SELECT 1 FROM writes WHERE writes.approval = approvals.id)"
    };
}
pub(crate) use not_under_way;

/// Which approvals a list holds. What is `None` does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApprovalFilter {
    /// In this state.
    pub state: Option<ApprovalState>,
    /// For this tool.
    pub tool: Option<String>,
    /// Asked for by this agent.
    pub agent: Option<AgentId>,
}

impl ApprovalFilter {
    /// All that are in this state.
    pub fn in_state(state: ApprovalState) -> Self {
        Self {
            state: Some(state),
            ..Self::default()
        }
    }
}

/// Which earlier calls answer one that is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earlier {
    /// Any that was stored.
    Any,
    /// One that nobody was asked about, or whose end was or is not known: Microsoft has interrupted it, or its answer was
    /// lost.
    Interrupted,
}

/// The columns [`StoredApproval::from_row`] reads, as they are at the moment `$1`.
macro_rules! approval_columns {
    () => {
        concat!(
            "id AS approval, organisation, person, connection, agent, surface, tool, arguments, digest,
            COALESCE(looked, card) AS shown_card, etag, opened_ms, looked_ms, looks, summary, created_ms, expires_ms, decided_ms, call, ",
            shown_state!(),
            " AS shown_state, ",
            shown_outcome!(),
            " AS shown_outcome"
        )
    };
}
use approval_columns;

impl StoredApproval {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id("approval")?,
            organisation: row.id("organisation")?,
            person: row.id("person")?,
            connection: row.id("connection")?,
            agent: row.id("agent")?,
            surface: row.parsed("surface", Surface::parse)?,
            tool: row.text("tool")?,
            arguments: row.json("arguments")?,
            digest: row.parsed("digest", Digest::parse)?,
            card: row.json("shown_card")?,
            etag: row.maybe_text("etag")?,
            opened: row.maybe_moment("opened_ms")?,
            looked: row.maybe_moment("looked_ms")?,
            looks: row.number("looks")?,
            summary: row.text("summary")?,
            state: row.parsed("shown_state", ApprovalState::parse)?,
            created: row.moment("created_ms")?,
            expires: row.moment("expires_ms")?,
            decided: row.maybe_moment("decided_ms")?,
            call: row.id("call")?,
            outcome: row.maybe_json("shown_outcome")?,
        })
    }
}

impl fmt::Debug for NewApproval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewApproval")
            .field("person", &self.person)
            .field("agent", &self.agent)
            .field("tool", &self.tool)
            .field("digest", &self.digest)
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for StoredApproval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredApproval")
            .field("id", &self.id)
            .field("person", &self.person)
            .field("agent", &self.agent)
            .field("tool", &self.tool)
            .field("digest", &self.digest)
            .field("state", &self.state)
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// One approval of a person. One that is *expired* or *unknown* because of the time is stored so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn approval(
        &self,
        person: &PersonId,
        id: &ApprovalId,
    ) -> Result<Option<StoredApproval>, Error> {
        let now = self.now_ms();
        loop {
            let query = sqlx::query(concat!(
                "SELECT ",
                approval_columns!(),
                ", state AS stored_state FROM approvals WHERE person = $2 AND id = $3"
            ));
            let query = query.bind(now).bind(person.as_str()).bind(id.as_str());
            let Some(row) = self.database().optional("read an approval", query).await? else {
                return Ok(None);
            };
            let approval = StoredApproval::from_row(&row)?;
            if approval.state.as_str() == row.text("stored_state")? {
                return Ok(Some(approval));
            }
            // Read again afterwards: somebody may have ended it in between.
            self.settle(&approval, now).await?;
        }
    }

    /// Stores the state that an approval has come to by the time alone.
    async fn settle(&self, approval: &StoredApproval, now_ms: i64) -> Result<bool, Error> {
        let query = sqlx::query(concat!(
            "UPDATE approvals SET state = $4, outcome = ",
            shown_outcome!(),
            " WHERE person = $2 AND id = $3 AND state <> $4 AND ",
            shown_state!(),
            " = $4"
        ));
        let query = query
            .bind(now_ms)
            .bind(approval.person.as_str())
            .bind(approval.id.as_str())
            .bind(approval.state.as_str());
        self.change("settle an approval", query).await
    }

    /// Approvals of a person, the newest first, from the one before `before`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn approvals(
        &self,
        person: &PersonId,
        filter: &ApprovalFilter,
        before: Option<(Timestamp, ApprovalId)>,
        limit: u32,
    ) -> Result<Vec<StoredApproval>, Error> {
        let query = sqlx::query(concat!(
            "SELECT ",
            approval_columns!(),
            " FROM approvals
             WHERE person = $2
                AND ($3 IS NULL OR ",
            shown_state!(),
            " = $3)
                AND ($4 IS NULL OR (created_ms, id) < ($4, $5))
                AND ($7 IS NULL OR tool = $7) AND ($8 IS NULL OR agent = $8)
             ORDER BY created_ms DESC, id DESC LIMIT $6"
        ));
        let (before_ms, before_id) = match &before {
            Some((created, id)) => (Some(created.as_millisecond()), Some(id.as_str())),
            None => (None, None),
        };
        let query = query
            .bind(self.now_ms())
            .bind(person.as_str())
            .bind(filter.state.map(ApprovalState::as_str))
            .bind(before_ms)
            .bind(before_id)
            .bind(i64::from(limit))
            .bind(filter.tool.as_deref())
            .bind(filter.agent.as_ref().map(AgentId::as_str));
        let rows = self.database().rows("list approvals", query).await?;
        rows.iter().map(StoredApproval::from_row).collect()
    }

    /// The newest stored call of an agent with this tool and these exact arguments, in any state: one that was asked or
    /// decided since then, or waits for a sign-in. Only this life of the connection counts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn earlier_call(
        &self,
        agent: &AgentId,
        connection: &Connection,
        tool: &str,
        digest: &Digest,
        which: Earlier,
        since: Timestamp,
    ) -> Result<Option<StoredApproval>, Error> {
        let query = sqlx::query(concat!(
            "SELECT ",
            approval_columns!(),
            " FROM approvals
             WHERE agent = $2 AND digest = $3 AND tool = $4 AND connection = $5 AND life = $6
                AND ($7 = 0 OR parked > 0 OR lost > 0 OR state IN ('executing', 'unknown')) AND (state = 'parked' OR COALESCE(decided_ms, created_ms) >= $8)
             ORDER BY created_ms DESC, id DESC LIMIT 1"
        ));
        let query = query
            .bind(self.now_ms())
            .bind(agent.as_str())
            .bind(digest.to_string())
            .bind(tool)
            .bind(connection.id.as_str())
            .bind(connection.life)
            .bind(i64::from(which == Earlier::Interrupted))
            .bind(since.as_millisecond());
        let row = self.database().optional("find an earlier call", query);
        let row = row.await?;
        row.as_ref().map(StoredApproval::from_row).transpose()
    }
}
