//! The calendar, as single events and occurrences in a window.

use domain::calendar::Event;
use domain::calendar::details::{CalendarId, Details};
use domain::people::Address;
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::query::Query;
use super::{Graph, NextLink, Page};
use crate::error::Error;
use crate::wire::Collection;
use crate::wire::event::{SELECT, WireEvent};
use crate::wire::event_details::{DETAILS, WireDetails};

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

/// Which calendar.
#[derive(Debug, Clone, Copy)]
pub enum Whose<'v> {
    /// The person's own, the one that invitations come to.
    Mine,
    /// One of the person's list.
    Listed(&'v CalendarId),
    /// A colleague's, straight from her mailbox.
    Of(&'v Address),
}

impl Graph<'_> {
    /// Events and occurrences that touch the window, by start. Relies on `Calendars.ReadWrite`.
    ///
    /// Graph matches whole-day events as UTC midnights; whoever asks widens the window by a day each side and filters.
    ///
    /// # Errors
    /// See [`Kind`](crate::Kind); a window of more than 1,825 days is [`Kind::Invalid`](crate::Kind::Invalid).
    pub async fn calendar_view(&self, view: View<'_>) -> Result<Page<Event>, Error> {
        self.calendar_view_of(Whose::Mine, view).await
    }

    /// The same for any calendar that can be read. Relies on `Calendars.ReadWrite`, for a colleague's calendar on
    /// `Calendars.Read.Shared` and her sharing it.
    ///
    /// # Errors
    /// As for one's own; [`Kind::Forbidden`](crate::Kind::Forbidden) or [`Kind::NotFound`](crate::Kind::NotFound) when it is
    /// not shared.
    pub async fn calendar_view_of(
        &self,
        whose: Whose<'_>,
        view: View<'_>,
    ) -> Result<Page<Event>, Error> {
        let page = self.viewed::<WireEvent>(whose, view, SELECT).await?;
        let next = self.next(page.next_link)?;
        let items = page
            .value
            .into_iter()
            .map(|event| self.understood(event))
            .collect::<Result<_, _>>()?;
        Ok(Page { items, next })
    }

    /// The same with everything of each event. For few events: their texts are long.
    ///
    /// # Errors
    /// As for the events without their texts.
    pub async fn details_in_view(
        &self,
        whose: Whose<'_>,
        view: View<'_>,
    ) -> Result<Page<Details>, Error> {
        let page = self.viewed::<WireDetails>(whose, view, DETAILS).await?;
        let next = self.next(page.next_link)?;
        let items = page.value.into_iter().map(WireDetails::understood);
        let items: Option<_> = items.collect();
        Ok(Page {
            items: items.ok_or_else(|| Error::Garbage {
                upstream: self.last(),
            })?,
            next,
        })
    }

    async fn viewed<T: DeserializeOwned>(
        &self,
        whose: Whose<'_>,
        view: View<'_>,
        select: &str,
    ) -> Result<Collection<T>, Error> {
        if let Some(link) = view.next {
            return self.follow(link).await;
        }
        let path = match whose {
            Whose::Mine => Query::path("/me/calendarView"),
            Whose::Listed(id) => Query::path("/me/calendars")
                .segment(id.as_str())
                .then("/calendarView"),
            Whose::Of(address) => Query::path("/users")
                .segment(address.as_str())
                .then("/calendarView"),
        };
        let query = path
            .option("startDateTime", &view.from.to_string())
            .option("endDateTime", &view.to.to_string())
            .option("$top", &view.top.clamp(1, 999).to_string())
            .option("$select", select)
            .option("$orderby", "start/dateTime");
        self.get(query).await
    }
}
