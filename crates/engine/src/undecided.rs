//! Stored calls that nobody decided: that their time was over, or that something changed first, is put on record too.

use domain::audit::Kind;

use crate::look::shown_digest;
use crate::{Engine, Error};

/// How many are put on record in one go.
const AT_ONCE: u32 = 100;

impl Engine {
    /// Puts on record, once among all instances, what has ended without a decision.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) when store or record cannot be reached; then whoever comes next
    /// does it.
    pub async fn record_undecided(&self) -> Result<(), Error> {
        let store = &self.0.store;
        for stored in store.undecided(AT_ONCE).await? {
            let Some(person) = store.person(&stored.person).await? else {
                continue;
            };
            let mut record = self.about(&person, Kind::ApprovalEnded);
            record.agent = Some(stored.agent.clone());
            record.surface = Some(stored.surface);
            record.call = Some(stored.call.clone());
            record.tool = Some(stored.tool.clone());
            record.approval = Some(stored.id.clone());
            record.arguments = Some(stored.digest);
            record.outcome = Some(stored.state.as_str().to_owned());
            record.target = Some(shown_digest(&stored));
            store.record_undecided(record, &stored.id).await?;
        }
        Ok(())
    }
}
