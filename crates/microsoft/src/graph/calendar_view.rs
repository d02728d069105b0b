//! The calendar, as single events and occurrences in a window.

use domain::calendar::Event;
use jiff::Timestamp;

use super::query::Query;
use super::{Graph, NextLink, Page};
use crate::error::Error;
use crate::wire::Collection;
use crate::wire::event::{SELECT, WireEvent};

/// Which part of the calendar, and which page of it.
#[derive(Debug, Clone, Copy)]
pub struct View<'v> {
    /// From this moment on.
    pub from: Timestamp,
    /// Up to this moment.
    pub to: Timestamp,
    /// How many events on a page.
    pub top: u32,
    /// A page after the first: then only the link counts.
    pub next: Option<&'v NextLink>,
}

impl Graph<'_> {
    /// Events and occurrences that touch the window, by start. Relies on `Calendars.ReadWrite`.
    ///
    /// Graph matches whole-day events as UTC midnights; whoever asks widens the window by a day each side and filters.
    ///
    /// # Errors
    /// See [`Kind`](crate::Kind); a window of more than 1,825 days is [`Kind::Invalid`](crate::Kind::Invalid).
    pub async fn calendar_view(&self, view: View<'_>) -> Result<Page<Event>, Error> {
        let page: Collection<WireEvent> = match view.next {
            Some(link) => self.follow(link).await?,
            None => {
                let query = Query::path("/me/calendarView")
                    .option("startDateTime", &view.from.to_string())
                    .option("endDateTime", &view.to.to_string())
                    .option("$top", &view.top.clamp(1, 999).to_string())
                    .option("$select", SELECT)
                    .option("$orderby", "start/dateTime");
                self.get(query).await?
            }
        };
        let next = self.next(page.next_link)?;
        let items = page
            .value
            .into_iter()
            .map(|event| self.understood(event))
            .collect::<Result<_, _>>()?;
        Ok(Page { items, next })
    }
}
