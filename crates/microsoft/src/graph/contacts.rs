//! The person's own contacts.

use domain::people::Found;

use super::query::Query;
use super::{Finds, Graph};
use crate::error::Error;
use crate::wire::Collection;
use crate::wire::people::{CONTACT_SELECT, WireContact, WireFolder};

/// How many on one page.
const PAGE: u32 = 500;
/// How many folders are asked for at once; nobody has more.
const FOLDERS: u32 = 100;

/// A folder of contacts beside the default one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactFolder(String);

impl Graph<'_> {
    /// The contacts of the default folder, at most `limit`. Relies on `Contacts.Read`. Graph cannot search them by name,
    /// so whoever asks does.
    ///
    /// # Errors
    /// See [`Kind`](crate::Kind).
    pub async fn contacts(&self, limit: u32) -> Result<Finds, Error> {
        self.contacts_at(Query::path("/me/contacts"), limit).await
    }

    /// The contacts of another folder, at most `limit`, without those of the folders inside it. Relies on `Contacts.Read`.
    ///
    /// # Errors
    /// See [`Kind`](crate::Kind).
    pub async fn contacts_of(&self, folder: &ContactFolder, limit: u32) -> Result<Finds, Error> {
        let path = Query::path("/me/contactFolders").segment(&folder.0);
        self.contacts_at(path.segment("contacts"), limit).await
    }

    /// The folders inside another one; without one, those inside the default folder. Relies on `Contacts.Read`.
    ///
    /// # Errors
    /// See [`Kind`](crate::Kind).
    pub async fn contact_folders(
        &self,
        inside: Option<&ContactFolder>,
    ) -> Result<Vec<ContactFolder>, Error> {
        let path = Query::path("/me/contactFolders");
        let path = match inside {
            Some(folder) => path.segment(&folder.0).segment("childFolders"),
            None => path,
        };
        let query = path
            .option("$top", &FOLDERS.to_string())
            .option("$select", "id");
        let page: Collection<WireFolder> = self.get(query).await?;
        let folders = page.value.into_iter().take(FOLDERS as usize);
        Ok(folders.map(|folder| ContactFolder(folder.id)).collect())
    }

    async fn contacts_at(&self, path: Query, limit: u32) -> Result<Finds, Error> {
        let limit = limit as usize;
        let top = (limit as u64).clamp(1, u64::from(PAGE)).to_string();
        let query = path.option("$top", &top).option("$select", CONTACT_SELECT);
        let mut page: Collection<WireContact> = self.get(query).await?;
        let mut found: Vec<Found> = Vec::new();
        loop {
            let empty = page.value.is_empty();
            found.extend(page.value.into_iter().map(WireContact::found));
            let next = self.next(page.next_link)?;
            match next {
                // A page without anything could lead on for ever.
                Some(next) if found.len() < limit && !empty => page = self.follow(&next).await?,
                next => {
                    let more = next.is_some() || found.len() > limit;
                    found.truncate(limit);
                    return Ok(Finds { found, more });
                }
            }
        }
    }
}
