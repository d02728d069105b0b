//! The person's own contacts.

use domain::people::Found;

use super::Graph;
use super::query::Query;
use crate::error::Error;
use crate::wire::Collection;
use crate::wire::people::{CONTACT_SELECT, WireContact};

/// How many on one page.
const PAGE: u32 = 250;

impl Graph<'_> {
    /// The contacts of the default folder, at most `limit`. Relies on `Contacts.Read`. Graph cannot search them by name,
    /// so whoever asks does.
    ///
    /// # Errors
    /// See [`Kind`](crate::Kind).
    pub async fn contacts(&self, limit: u32) -> Result<Vec<Found>, Error> {
        let limit = limit as usize;
        let query = Query::path("/me/contacts")
            .option(
                "$top",
                &(limit as u64).clamp(1, u64::from(PAGE)).to_string(),
            )
            .option("$select", CONTACT_SELECT);
        let mut page: Collection<WireContact> = self.get(query).await?;
        let mut found: Vec<Found> = Vec::new();
        loop {
            let empty = page.value.is_empty();
            found.extend(page.value.into_iter().map(WireContact::found));
            let next = self.next(page.next_link)?;
            match next {
                // A page without anything could lead on for ever.
                Some(next) if found.len() < limit && !empty => page = self.follow(&next).await?,
                Some(_) | None => break,
            }
        }
        found.truncate(limit);
        Ok(found)
    }
}
