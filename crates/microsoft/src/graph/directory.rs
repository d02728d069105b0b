//! The organisation's directory.

use super::query::{Query, encoded_length};
use super::{Finds, Graph};
use crate::error::Error;
use crate::wire::Collection;
use crate::wire::people::{USER_SELECT, WireUser, quoted};

/// The directory takes addresses of 2,048 characters; so long the search in it may be, encoded.
const LONGEST: usize = 1_800;

impl Graph<'_> {
    /// The people of the organisation in whose name every word of one of `names` begins a word, or whose address begins with
    /// one of `mails`; at most `limit`, nobody without any. What no longer fits into one request, the last names first, is not
    /// looked for. Relies on `User.ReadBasic.All`, so job title and department are
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
        let mut clauses: Vec<String> = Vec::new();
        let mut length = 0;
        for (property, text) in mails.iter().map(|text| ("mail", text)).chain(names) {
            let Some(text) = quoted(text) else { continue };
            let clause = format!("\"{property}:{text}\"");
            length += encoded_length(&format!("{clause} OR "));
            if length > LONGEST {
                break;
            }
            clauses.push(clause);
        }
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
