//! The people Microsoft finds relevant for the person.

use super::query::Query;
use super::{Finds, Graph};
use crate::error::Error;
use crate::wire::Collection;
use crate::wire::people::{PERSON_SELECT, WirePerson, quoted};

impl Graph<'_> {
    /// The most relevant people whose name or address resembles `query`, at most `limit`; without a query, the most
    /// relevant of all. Relies on `People.Read`. The search is fuzzy: `tiler` finds Tyler.
    ///
    /// # Errors
    /// See [`Kind`](crate::Kind).
    pub async fn people(&self, query: &str, limit: u32) -> Result<Finds, Error> {
        let mut request = Query::path("/me/people")
            .option("$top", &limit.clamp(1, 250).to_string())
            .option("$select", PERSON_SELECT);
        if let Some(text) = quoted(query) {
            request = request.option("$search", &format!("\"{text}\""));
        }
        let page: Collection<WirePerson> = self.get(request).await?;
        let more = page.next_link.is_some() || page.value.len() > limit as usize;
        let people = page.value.into_iter().take(limit as usize);
        let found = people.map(WirePerson::found).collect();
        Ok(Finds { found, more })
    }
}
