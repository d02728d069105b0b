//! The organisation's directory.

use super::query::Query;
use super::{Finds, Graph};
use crate::error::Error;
use crate::wire::Collection;
use crate::wire::people::{USER_SELECT, WireUser, quoted};

impl Graph<'_> {
    /// The people of the organisation in whose name every word of one of `names` begins a word, or whose address begins with
    /// one of `mails`; at most `limit`, nobody without any. Relies on `User.ReadBasic.All`, so job title and department are
    /// not known here.
    ///
    /// # Errors
    /// See [`Kind`](crate::Kind).
    pub async fn directory(
        &self,
        names: &[String],
        mails: &[String],
        limit: u32,
    ) -> Result<Finds, Error> {
        let names = names.iter().map(|text| ("displayName", text));
        let clauses: Vec<String> = names
            .chain(mails.iter().map(|text| ("mail", text)))
            .filter_map(|(property, text)| Some(format!("\"{property}:{}\"", quoted(text)?)))
            .collect();
        if clauses.is_empty() {
            return Ok(Finds::default());
        }
        let limit = limit.clamp(1, 999);
        let request = Query::path("/users")
            .option("$search", &clauses.join(" OR "))
            .option("$top", &limit.to_string())
            .option("$select", USER_SELECT)
            .advanced();
        let page: Collection<WireUser> = self.get(request).await?;
        let more = page.next_link.is_some() || page.value.len() > limit as usize;
        let users = page.value.into_iter().take(limit as usize);
        let found = users.map(WireUser::found).collect();
        Ok(Finds { found, more })
    }
}
