//! The people Microsoft finds relevant for the person.

use domain::people::Found;

use super::Graph;
use super::query::Query;
use crate::error::Error;
use crate::wire::Collection;
use crate::wire::people::{PERSON_SELECT, WirePerson, quoted};

impl Graph<'_> {
    /// The most relevant people whose name or address resembles `query`, at most `limit`; without a query, the most
    /// relevant of all. Relies on `People.Read`. The search is fuzzy: `tiler` finds Tyler.
    ///
    /// # Errors
    /// See [`Kind`](crate::Kind).
    pub async fn people(&self, query: &str, limit: u32) -> Result<Vec<Found>, Error> {
        let mut request = Query::path("/me/people")
            .option("$top", &limit.clamp(1, 250).to_string())
            .option("$select", PERSON_SELECT);
        if let Some(text) = quoted(query) {
            request = request.option("$search", &format!("\"{text}\""));
        }
        let page: Collection<WirePerson> = self.get(request).await?;
        Ok(page
            .value
            .into_iter()
            .map(WirePerson::found)
            .take(limit as usize)
            .collect())
    }
}
