//! Approvals: stored calls that wait for their person.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::canonical::Digest;
use crate::id::{ApprovalId, PersonId};

/// Where a stored call stands. Transitions go one way: pending, then one of the ends, by way of executing when approved. A
/// call that Microsoft interrupts is parked on its way, and goes on when the person has signed in there again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalState {
    /// Waits for the person.
    Pending,
    /// The person approved; the stored call runs.
    Executing,
    /// Microsoft wants to see the person before the stored call may run, or run on.
    Parked,
    /// The stored call ran and succeeded.
    Done,
    /// The stored call ran and failed, or could not run.
    Failed,
    /// The stored call was sent and its effect is not known.
    Unknown,
    /// The person declined.
    Declined,
    /// Nobody decided in time.
    Expired,
    /// Level, connection or agent changed before it could run.
    Void,
}

impl ApprovalState {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Pending,
        Self::Executing,
        Self::Parked,
        Self::Done,
        Self::Failed,
        Self::Unknown,
        Self::Declined,
        Self::Expired,
        Self::Void,
    ];

    /// The word that is stored and that machines read.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Executing => "executing",
            Self::Parked => "parked",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Void => "void",
        }
    }

    /// Reads a stored word back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A stored call that waits for its person, as far as looking at her calendar for its card asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Which approval.
    pub id: ApprovalId,
    /// Whose it is to decide.
    pub person: PersonId,
    /// For which tool.
    pub tool: String,
    /// The digest of the arguments that are shown.
    pub arguments: Digest,
    /// Where it stands.
    pub state: ApprovalState,
    /// Until when it can be decided.
    pub expires: Timestamp,
}

/// A person's yes to exactly one call, claimed for its one execution. What [`crate::policy::decide`] accepts as proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Which approval.
    pub id: ApprovalId,
    /// Who said yes: the owner of the calendar.
    pub person: PersonId,
    /// The name of the tool that was shown.
    pub tool: String,
    /// The digest of the arguments that were shown.
    pub arguments: Digest,
    /// When the yes is too old to count.
    pub expires: Timestamp,
}
