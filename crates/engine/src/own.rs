//! What a person tightens for herself. She can only add to what her administrator says, never take away.

use domain::audit::Kind;
use domain::id::RequestId;
use domain::permission::Level;

use crate::{Engine, Error, PersonCaller, tools};

impl Engine {
    /// Sets what a person adds to the administrator's level of tools, for all her agents. [`Level::AlwaysAllow`] adds
    /// nothing. It counts for every call that starts after this returns. Answers how many changed.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when a name is no tool; then none is set.
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) when a change cannot be recorded; then it and those after
    /// it are not made.
    pub async fn set_own_levels(
        &self,
        person: &PersonCaller,
        changes: &[(String, Level)],
        request: &RequestId,
    ) -> Result<usize, Error> {
        if changes.iter().any(|(tool, _)| tools::find(tool).is_none()) {
            return Err(Error::not_found());
        }
        let store = &self.0.store;
        let before = store.own_levels(person.id(), None).await?;
        let mut changed = 0;
        for (tool, to) in changes {
            let was = before.iter().find(|(name, _)| name == tool);
            let was = was.map_or(Level::AlwaysAllow, |(_, level)| *level);
            if was == *to {
                continue;
            }
            let mut record = self.about(&person.person, Kind::OwnLevelChanged);
            record.request = Some(request.clone());
            record.tool = Some(tool.clone());
            record.outcome = Some(to.as_str().to_owned());
            record.reason = Some(format!("was_{was}"));
            store.record(record).await?;
            store.set_own_level(person.id(), None, tool, *to).await?;
            changed += 1;
        }
        Ok(changed)
    }
}
