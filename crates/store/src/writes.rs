//! Changes on their way to Microsoft. Each is stored before it is sent, in the transaction of its begun entry, and gone with
//! the entry of its end; what stays has an end that nobody knows, and is looked after.

mod beside;
mod open;

use std::fmt;
use std::time::Duration;

use domain::approval::ApprovalState;
use domain::audit::Record;
use domain::caller::Surface;
use domain::canonical::Digest;
use domain::id::{AgentId, ApprovalId, CallId, ConnectionId, OrganisationId, PersonId};
use jiff::Timestamp;
use serde_json::Value;

pub use self::open::Told;

pub(crate) use self::beside::{Beside, forget};

use crate::Store;
use crate::connections::InstanceId;
use crate::error::Error;
use crate::row::Row;

/// How long a change is the business of whoever executes it, without a sign of life. Twice what passes between two signs, and
/// a little.
pub const LEASE: Duration = Duration::from_secs(20);
/// How long after a lost answer the first look is: Microsoft may still be at it.
const SETTLES: Duration = Duration::from_secs(3);
/// A call takes less than this. One that seems to take longer has lost its task, and is looked after like any other.
const LONGEST: Duration = Duration::from_secs(300);

/// A change that is about to be sent.
#[derive(Clone, PartialEq)]
pub struct NewWrite {
    /// Whose organisation.
    pub organisation: OrganisationId,
    /// Whose calendar.
    pub person: PersonId,
    /// Over which connection.
    pub connection: ConnectionId,
    /// In which life of it.
    pub life: i64,
    /// For which agent.
    pub agent: AgentId,
    /// Over which surface.
    pub surface: Surface,
    /// With which tool.
    pub tool: String,
    /// The exact, resolved arguments.
    pub arguments: Value,
    /// The digest of the arguments.
    pub digest: Digest,
    /// The stored call that it runs, if it is one; it must be executing.
    pub approval: Option<ApprovalId>,
    /// Which call.
    pub call: CallId,
}

/// A change whose end is not known yet.
#[derive(Clone, PartialEq)]
pub struct OpenWrite {
    /// What was to be sent.
    pub write: NewWrite,
    /// When it began.
    pub begun: Timestamp,
    /// How often it has been looked after.
    pub looks: i64,
}

/// How a change ended, as far as whoever executed it can say.
#[derive(Clone, PartialEq)]
pub enum Ended {
    /// It was made; what the agent is told of it.
    Done(Value),
    /// Nothing was changed; what the agent is told.
    NotDone(Value),
    /// Nobody can say. It is going to be looked after.
    Open,
}

impl fmt::Debug for NewWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewWrite")
            .field("person", &self.person)
            .field("tool", &self.tool)
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for OpenWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenWrite")
            .field("write", &self.write)
            .field("looks", &self.looks)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Done(_) => "Done",
            Self::NotDone(_) => "NotDone",
            Self::Open => "Open",
        })
    }
}

/// The columns [`OpenWrite::from_row`] reads.
macro_rules! write_columns {
    () => {
        "call, organisation, person, connection, life, agent, surface, tool, arguments, digest, approval, begun_ms, looks"
    };
}
use write_columns;

impl OpenWrite {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            write: NewWrite {
                organisation: row.id("organisation")?,
                person: row.id("person")?,
                connection: row.id("connection")?,
                life: row.number("life")?,
                agent: row.id("agent")?,
                surface: row.parsed("surface", Surface::parse)?,
                tool: row.text("tool")?,
                arguments: row.json("arguments")?,
                digest: row.parsed("digest", Digest::parse)?,
                approval: row.maybe_id("approval")?,
                call: row.id("call")?,
            },
            begun: row.moment("begun_ms")?,
            looks: row.number("looks")?,
        })
    }
}

impl Store {
    /// Puts on record that a call has begun, together with what it is about to send. Both are durable when this returns.
    ///
    /// # Errors
    /// [`Error::NotRecorded`] when they could not be made durable; [`Error::NotExecuting`] when it runs a stored call that
    /// was taken back meanwhile. Then nothing may be sent.
    pub async fn begin_write(
        &self,
        begun: Record,
        write: &NewWrite,
        instance: &InstanceId,
    ) -> Result<i64, Error> {
        let beside = Beside::Begin {
            write: Box::new(write.clone()),
            instance: instance.clone(),
            now_ms: self.now_ms(),
            until_ms: self.after(LEASE),
        };
        self.record_beside(begun, Some(beside)).await
    }

    /// Puts on record how a call ended, and lets go of what was stored of it, or leaves it to be looked after. A stored call
    /// that is done is done with the same stroke.
    ///
    /// # Errors
    /// [`Error::NotRecorded`]; then it is looked after as if its process had died.
    pub async fn end_write(
        &self,
        finished: Record,
        call: &CallId,
        ended: Ended,
    ) -> Result<i64, Error> {
        let beside = Beside::End {
            call: call.clone(),
            ended,
            until_ms: self.after(SETTLES),
        };
        self.record_beside(finished, Some(beside)).await
    }

    /// Puts on record what a look showed, and with it the end of the stored call. `false`, and nothing is recorded, when
    /// somebody else has concluded or looks by now.
    ///
    /// # Errors
    /// [`Error::NotRecorded`].
    pub async fn conclude_write(
        &self,
        reconciled: Record,
        open: &OpenWrite,
        state: ApprovalState,
        outcome: &Value,
    ) -> Result<bool, Error> {
        let beside = Beside::Conclude {
            call: open.write.call.clone(),
            looks: open.looks,
            state,
            outcome: outcome.clone(),
        };
        match self.record_beside(reconciled, Some(beside)).await {
            Ok(_) => Ok(true),
            Err(Error::NotExecuting) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// This moment and so much, in ms.
    fn after(&self, wait: Duration) -> i64 {
        let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        self.now_ms().saturating_add(wait)
    }
}
