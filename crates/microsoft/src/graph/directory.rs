//! The organisation's directory.

use domain::people::Found;

use super::Graph;
use super::query::Query;
use crate::error::Error;
use crate::wire::Collection;
use crate::wire::people::{USER_SELECT, WireUser, quoted};

impl Graph<'_> {
    /// The people of the organisation whose name holds, or whose address begins with, `query`; at most `limit`, nobody
    /// without a query. Relies on `User.ReadBasic.All`, so job title and department are not known here.
    ///
    /// # Errors
    /// See [`Kind`](crate::Kind).
    pub async fn directory(&self, query: &str, limit: u32) -> Result<Vec<Found>, Error> {
        let Some(text) = quoted(query) else {
            return Ok(Vec::new());
        };
        let request = Query::path("/users")
            .option(
                "$search",
                &format!("\"displayName:{text}\" OR \"mail:{text}\""),
            )
            .option("$top", &limit.clamp(1, 999).to_string())
            .option("$select", USER_SELECT)
            .advanced();
        let page: Collection<WireUser> = self.get(request).await?;
        Ok(page
            .value
            .into_iter()
            .map(WireUser::found)
            .take(limit as usize)
            .collect())
    }
}
