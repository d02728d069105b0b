//! How often an organisation's people were asked, what they decided, and how long that took them.

use std::time::Duration;

use domain::id::OrganisationId;
use jiff::Timestamp;

use crate::Store;
use crate::error::Error;

/// So many are looked at, the newest: more would tell nothing else.
const MOST: i64 = 10_000;

/// One request to a person, without what it was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// For which tool.
    pub tool: String,
    /// Whether it was approved; `None` when nobody has decided it.
    pub approved: Option<bool>,
    /// How long its owner took from opening it to deciding it, where she did both.
    pub took: Option<Duration>,
}

impl Store {
    /// The requests to the people of an organisation since then, at most the newest ten thousand. What only waited for a
    /// sign-in at Microsoft was a question to nobody.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn decisions(
        &self,
        organisation: &OrganisationId,
        since: Timestamp,
    ) -> Result<Vec<Decision>, Error> {
        let query = sqlx::query(
            "SELECT tool, approved, state, parked, opened_ms, decided_ms FROM approvals
             WHERE organisation = $1 AND created_ms >= $2 AND (parked = 0 OR approved = 1)
             ORDER BY created_ms DESC LIMIT $3",
        );
        let query = query
            .bind(organisation.as_str())
            .bind(since.as_millisecond())
            .bind(MOST);
        let rows = self.database().rows("count decisions", query).await?;
        let decisions = rows.iter().map(|row| {
            let approved = if row.yes("approved")? {
                Some(true)
            } else {
                (row.text("state")? == "declined").then_some(false)
            };
            let times = (
                row.maybe_moment("opened_ms")?,
                row.maybe_moment("decided_ms")?,
            );
            // What waited for a sign-in after the yes has the time of that.
            let took = match times {
                (Some(opened), Some(decided)) if !row.yes("parked")? => {
                    Duration::try_from(decided.duration_since(opened)).ok()
                }
                _ => None,
            };
            Ok(Decision {
                tool: row.text("tool")?,
                approved,
                took: took.filter(|_| approved.is_some()),
            })
        });
        decisions.collect()
    }
}
