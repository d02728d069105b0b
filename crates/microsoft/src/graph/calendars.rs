//! The calendars in the person's list: her own, and those of others that she accepted.

use domain::calendar::details::Calendar;

use super::query::Query;
use super::{Graph, Page};
use crate::error::Error;
use crate::wire::Collection;
use crate::wire::calendar::{SELECT, WireCalendar};

/// More calendars than this are nobody's.
const MOST: usize = 200;

impl Graph<'_> {
    /// Every calendar in the person's list, at most 200, in Outlook's order. Relies on `Calendars.ReadWrite`.
    ///
    /// # Errors
    /// See [`Kind`](crate::Kind).
    pub async fn calendars(&self) -> Result<Vec<Calendar>, Error> {
        let query = Query::path("/me/calendars")
            .option("$top", "100")
            .option("$select", SELECT);
        let mut page = self.page_of_calendars(self.get(query).await?)?;
        let mut calendars = page.items;
        while let Some(link) = page.next.filter(|_| calendars.len() < MOST) {
            page = self.page_of_calendars(self.follow(&link).await?)?;
            calendars.append(&mut page.items);
        }
        calendars.truncate(MOST);
        Ok(calendars)
    }

    fn page_of_calendars(&self, page: Collection<WireCalendar>) -> Result<Page<Calendar>, Error> {
        let items = page.value.into_iter().filter_map(WireCalendar::understood);
        Ok(Page {
            items: items.collect(),
            next: self.next(page.next_link)?,
        })
    }
}
