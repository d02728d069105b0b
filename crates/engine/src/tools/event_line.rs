//! One event as agents read it in answers: few characters, nothing but what the tools promise.

use domain::calendar::{Answer, Event, EventHandle, Series, ShowAs, Span};
use domain::people::{Address, Mailbox};
use domain::text::one_line;
use domain::time::{Zone, local_text, weekday};
use serde::Serialize;

use crate::taint::Foreigns;

/// When an event is, as answers say it.
#[derive(Serialize)]
pub(crate) struct Times {
    day: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    all_day: Option<String>,
}

/// When an event is, on the clocks of a zone.
pub(crate) fn times(span: &Span, zone: &Zone) -> Times {
    let (day, start, end, all_day) = match span {
        Span::Timed { start, end } => {
            let (start, end) = (zone.at(*start), zone.at(*end));
            (
                weekday(start.date()),
                Some(local_text(&start)),
                Some(local_text(&end)),
                None,
            )
        }
        Span::Days { first, last } if first == last => {
            (weekday(*first), None, None, Some(first.to_string()))
        }
        Span::Days { first, last } => {
            (weekday(*first), None, None, Some(format!("{first}/{last}")))
        }
    };
    Times {
        day,
        start,
        end,
        all_day,
    }
}

/// One event. Titles, places and names may have been written by anybody.
#[derive(Serialize)]
pub(crate) struct EventLine {
    id: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    all_day: Option<String>,
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organizer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attendees: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Answer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shows_as: Option<ShowAs>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    series: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    online: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    private: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cancelled: bool,
    /// The organiser is outside the organisation, and the person has not accepted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unknown_sender: bool,
}

impl EventLine {
    /// An event as seen from a zone. What of it others wrote is noted.
    pub(crate) fn of(event: &Event, zone: &Zone, foreign: &Foreigns) -> Self {
        let Times {
            day,
            start,
            end,
            all_day,
        } = times(&event.span, zone);
        let others = event.attendees.len();
        let title = one_line(&event.title, 80);
        let place = event.location.as_deref().map(|place| one_line(place, 40));
        let organizer = event.organizer.as_ref().map(name_of);
        let told = [Some(&title), place.as_ref(), organizer.as_ref()];
        foreign.event(event, told.into_iter().flatten().map(String::as_str));
        Self {
            id: EventHandle::of(&event.id, event.span.anchor()).to_string(),
            title,
            day: Some(day),
            start,
            end,
            all_day,
            place: place.filter(|place| !place.is_empty()),
            organizer: organizer.filter(|_| !event.is_organizer),
            attendees: (others > 0).then_some(others),
            answer: (!event.is_organizer && event.answer != Answer::None).then_some(event.answer),
            shows_as: Some(event.show_as).filter(|shows| *shows != ShowAs::Busy),
            series: event.series != Series::Single,
            online: event.online,
            private: event.private,
            cancelled: event.cancelled,
            unknown_sender: false,
        }
    }

    /// Of an invitation from outside that was not accepted, nothing but title and time, and from which domain it came:
    /// whoever wants more reads that event.
    pub(crate) fn guarded(mut self, event: &Event, home: &[String]) -> Self {
        let accepted = matches!(event.answer, Answer::Accepted | Answer::Organizer);
        let domain = event
            .organizer
            .as_ref()
            .filter(|_| !event.is_organizer && !accepted)
            .and_then(|organizer| organizer.address.as_ref())
            .map(Address::domain);
        if let Some(domain) = domain.filter(|domain| !home.contains(domain)) {
            self.place = None;
            self.organizer = Some(one_line(&domain, 60));
            self.unknown_sender = true;
        }
        self
    }
}

fn name_of(mailbox: &Mailbox) -> String {
    let name = one_line(&mailbox.name, 40);
    match &mailbox.address {
        Some(address) if name.is_empty() => address.to_string(),
        Some(_) | None => name,
    }
}
