//! Free and busy: the person's own working hours and times, and those of others.

mod many;

use std::time::Duration;

use domain::calendar::{Answer, ShowAs, Span};
use domain::people::Address;
use domain::slots::Hours;
use domain::time::Zone;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::query::Query;
use super::{Graph, NextLink};
use crate::error::Error;
use crate::wire::Collection;
use crate::wire::event::WireEvent;
use crate::wire::schedule::WireSchedule;

/// What is asked of one's own events when only their times matter.
const TIMES: &str = "id,start,end,isAllDay,showAs,isCancelled,responseStatus";
/// Events on a page of one's own times, and how many pages are read at most.
const PAGE: usize = 250;
const MOST_PAGES: usize = 40;

/// What a schedule says about its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSchedule {
    /// The zone of the working hours, normally the mailbox's. `None` when it is a custom zone, or not known by name.
    pub zone: Option<Zone>,
    /// `None` when the mailbox does not say.
    pub working_hours: Option<WorkingHours>,
}

/// When somebody works, on the clocks of [`OwnSchedule::zone`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingHours {
    /// On which days.
    pub days: Vec<Weekday>,
    /// From.
    pub start: Time,
    /// To.
    pub end: Time,
}

/// A stretch of somebody's calendar, and how it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusyTime {
    /// When. Whole days are dates: on the clocks of whose calendar it is.
    pub span: Span,
    /// How.
    pub shows: ShowAs,
}

/// What there is to see of one person's calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What is in it, in no order; what reaches over the edge of a request may be there twice.
    pub times: Vec<BusyTime>,
    /// `None` when the mailbox does not say, or not in which zone.
    pub hours: Option<Hours>,
    /// The zone of the working hours, by name or by its rules.
    pub zone: Option<TimeZone>,
}

/// Why somebody's calendar cannot be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen {
    /// Microsoft knows no mailbox of this address.
    NotFound,
    /// There is one, or may be, and it does not tell.
    NoAccess,
    /// It holds more than Microsoft tells, even day by day.
    TooMuch,
}

/// One's own times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnTimes {
    /// What is in the way: nothing declined, cancelled or shown as free.
    pub times: Vec<BusyTime>,
    /// Up to when they are known, if the calendar holds more than is read.
    pub until: Option<Timestamp>,
}

impl Graph<'_> {
    /// The person's own working hours and their zone, asked as her free/busy of today. Relies on `Calendars.ReadWrite`.
    /// A mailbox that does not answer for this address gives an empty schedule, not an error.
    ///
    /// # Errors
    /// See [`Kind`](crate::Kind).
    pub async fn own_schedule(&self, address: &Address) -> Result<OwnSchedule, Error> {
        let today = self.clock.now().to_zoned(TimeZone::UTC).date();
        let from = today.at(0, 0, 0, 0);
        let to = from
            .checked_add(Duration::from_secs(86_400))
            .unwrap_or(from);
        let time = |moment: jiff::civil::DateTime| json!({ "dateTime": moment.strftime("%Y-%m-%dT%H:%M:%S").to_string(), "timeZone": "UTC" });
        let body = json!({ "schedules": [address.as_str()], "startTime": time(from), "endTime": time(to), "availabilityViewInterval": 60 });
        let answer: Collection<WireSchedule> = self
            .ask(Query::path("/me/calendar/getSchedule"), &body)
            .await?;
        Ok(answer.value.into_iter().next().map_or(
            OwnSchedule {
                zone: None,
                working_hours: None,
            },
            WireSchedule::understood,
        ))
    }

    /// What is in the way in the person's own calendar. Relies on `Calendars.ReadWrite`.
    ///
    /// Read as a calendar view, because only that tells what she declined and what was cancelled; a schedule shows both as
    /// busy if that is how they were sent.
    ///
    /// # Errors
    /// See [`Kind`](crate::Kind).
    pub async fn own_times(&self, from: Timestamp, to: Timestamp) -> Result<OwnTimes, Error> {
        // Whole days are matched as days of UTC.
        let day = SignedDuration::from_hours(24);
        let (from, to) = (
            from.saturating_sub(day).unwrap_or(from),
            to.saturating_add(day).unwrap_or(to),
        );
        let (mut times, mut next): (Vec<BusyTime>, Option<NextLink>) = (Vec::new(), None);
        let mut latest = from;
        for _ in 0..MOST_PAGES {
            let page: Collection<WireEvent> = match &next {
                Some(link) => self.follow(link).await?,
                None => self.get(own_view(from, to)).await?,
            };
            for event in page.value {
                let event = self.understood(event)?;
                latest = latest.max(event.span.anchor());
                let blocks = !event.cancelled
                    && event.answer != Answer::Declined
                    && event.show_as != ShowAs::Free;
                if blocks {
                    times.push(BusyTime {
                        span: event.span,
                        shows: event.show_as,
                    });
                }
            }
            next = self.next(page.next_link)?;
            if next.is_none() {
                return Ok(OwnTimes { times, until: None });
            }
        }
        Ok(OwnTimes {
            times,
            until: Some(latest),
        })
    }
}

fn own_view(from: Timestamp, to: Timestamp) -> Query {
    Query::path("/me/calendarView")
        .option("startDateTime", &from.to_string())
        .option("endDateTime", &to.to_string())
        .option("$top", &PAGE.to_string())
        .option("$select", TIMES)
        .option("$orderby", "start/dateTime")
}
