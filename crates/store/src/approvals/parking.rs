//! Calls that Microsoft interrupted: they wait until their person has signed in there again, and then run once.

use domain::approval::ApprovalState;
use domain::connection::ConnectionState;
use domain::id::{ApprovalId, PersonId};
use jiff::Timestamp;

use super::deciding::lock_connection;
use super::{
    StoredApproval, approval_columns, lives_on, not_under_way, shown_outcome, shown_state,
};
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

impl Store {
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
                    WHEN ",
            lives_on!(),
            " THEN 'parked' ELSE 'void' END
             WHERE person = $2 AND id = $3 AND parked + $5 <= $4 AND ",
            shown_state!(),
            " = 'executing' AND ",
            not_under_way!(),
            " RETURNING state"
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
        let query = sqlx::query(concat!(
            "UPDATE approvals SET state = 'pending', decided_ms = NULL, expires_ms = $3
             WHERE person = $1 AND id = $2 AND state = 'executing' AND approved = 0 AND ",
            not_under_way!()
        ));
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
}
