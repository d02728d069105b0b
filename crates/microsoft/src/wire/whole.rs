//! An event with everything that a change can touch, as Graph gives it.

use domain::change::{Guest, Role, Whole};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::event::{SELECT, WireEvent, sensitivity};
use super::recurrence::WireRecurrence;
use super::{meeting_text, zones};

/// What is asked for beside [`SELECT`]. The attendees are read a second time, as they are to be sent back.
pub(crate) fn select() -> String {
    format!(
        "{SELECT},originalStartTimeZone,isReminderOn,reminderMinutesBeforeStart,categories,allowNewTimeProposals,body,recurrence"
    )
}

/// An event, and the HTML of its text, which never leaves this crate.
pub(crate) struct WireWhole {
    pub(crate) whole: Whole,
    pub(crate) html: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rest {
    original_start_time_zone: Option<String>,
    sensitivity: Option<String>,
    is_reminder_on: Option<bool>,
    reminder_minutes_before_start: Option<i64>,
    categories: Option<Vec<String>>,
    allow_new_time_proposals: Option<bool>,
    response_status: Option<Answered>,
    attendees: Option<Vec<Invited>>,
    body: Option<Text>,
    recurrence: Option<WireRecurrence>,
}

#[derive(Deserialize)]
struct Answered {
    time: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invited {
    r#type: Option<String>,
    email_address: Option<Email>,
}

#[derive(Deserialize)]
struct Email {
    name: Option<String>,
    address: Option<String>,
}

#[derive(Deserialize)]
struct Text {
    content: Option<String>,
}

impl WireWhole {
    /// The event in our words; `None` when it cannot be read.
    pub(crate) fn understood(event: Value) -> Option<Self> {
        let rest: Rest = serde_json::from_value(event.clone()).ok()?;
        let event = serde_json::from_value::<WireEvent>(event)
            .ok()?
            .understood()?;
        let html = rest.body.and_then(|body| body.content).unwrap_or_default();
        let joinable_text = event
            .join_url
            .as_deref()
            .is_some_and(|link| meeting_text::mentions(&html, link));
        // Nobody's answer has the year 1.
        let answered = rest
            .response_status
            .and_then(|status| status.time?.parse::<Timestamp>().ok())
            .filter(|at| *at > Timestamp::UNIX_EPOCH);
        let whole = Whole {
            zone: rest
                .original_start_time_zone
                .as_deref()
                .and_then(zones::zone),
            guests: rest
                .attendees
                .unwrap_or_default()
                .into_iter()
                .filter_map(Invited::guest)
                .collect(),
            sensitivity: sensitivity(rest.sensitivity.as_deref()),
            reminder: rest
                .reminder_minutes_before_start
                .filter(|_| rest.is_reminder_on.unwrap_or(false))
                .map(|minutes| u32::try_from(minutes).unwrap_or(0)),
            categories: rest.categories.unwrap_or_default(),
            series: rest
                .recurrence
                .as_ref()
                .and_then(WireRecurrence::understood),
            proposals: rest.allow_new_time_proposals.unwrap_or(true),
            answered,
            words: meeting_text::words(&html),
            joinable_text,
            event,
        };
        Some(Self { whole, html })
    }
}

impl Invited {
    fn guest(self) -> Option<Guest> {
        let role = match self
            .r#type
            .unwrap_or_default()
            .to_ascii_lowercase()
            .as_str()
        {
            "optional" => Role::Optional,
            "resource" => Role::Resource,
            _ => Role::Required,
        };
        let email = self.email_address?;
        Some(Guest {
            name: email.name.unwrap_or_default(),
            address: email.address.filter(|address| !address.is_empty())?,
            role,
        })
    }
}
