//! When a card was opened, and what was seen in the calendar for it, kept with the approval.

use domain::id::{ApprovalId, PersonId};
use serde_json::Value;

use super::lives_on;
use crate::Store;
use crate::error::Error;

/// So many looks are kept for one approval: each is a person who opens her card.
const MOST_LOOKS: i64 = 100;

impl Store {
    /// Notes that the owner has opened the card of a call that waits; only the first time counts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_opened(&self, person: &PersonId, id: &ApprovalId) -> Result<(), Error> {
        let query = sqlx::query(
            "UPDATE approvals SET opened_ms = $1
             WHERE person = $2 AND id = $3 AND state = 'pending' AND opened_ms IS NULL",
        );
        let query = query
            .bind(self.now_ms())
            .bind(person.as_str())
            .bind(id.as_str());
        self.change("note that a card was opened", query).await?;
        Ok(())
    }

    /// Keeps the card as it is after a look, and the version of the event that it tells of. Answers whether it is kept: only
    /// while the approval waits, in the life of its connection, and not after a hundred looks.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_look(
        &self,
        person: &PersonId,
        id: &ApprovalId,
        card: &Value,
        etag: Option<&str>,
    ) -> Result<bool, Error> {
        let query = sqlx::query(concat!(
            "UPDATE approvals SET looked = $4, etag = $5, looked_ms = $1, looks = looks + 1
             WHERE person = $2 AND id = $3 AND state = 'pending' AND expires_ms > $1 AND looks < $6 AND ",
            lives_on!(),
        ));
        let query = query
            .bind(self.now_ms())
            .bind(person.as_str())
            .bind(id.as_str())
            .bind(card.to_string())
            .bind(etag)
            .bind(MOST_LOOKS);
        self.change("keep what was seen for a card", query).await
    }
}
