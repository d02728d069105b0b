//! Everything of one event as Graph gives it.

use domain::calendar::details::{Body, Details};
use jiff::Timestamp;
use serde::Deserialize;

use super::event::{WireEvent, is_any, line, sensitivity};
use super::zones;

/// What is asked for, and all of it is used. The beginning is what listings ask for.
pub(crate) const DETAILS: &str = "id,subject,start,end,isAllDay,location,organizer,isOrganizer,attendees,responseStatus,showAs,sensitivity,isCancelled,type,seriesMasterId,isOnlineMeeting,onlineMeeting,body,originalStartTimeZone,originalStart,categories,isReminderOn,reminderMinutesBeforeStart,hasAttachments,importance,allowNewTimeProposals";

/// So many categories are kept.
const CATEGORIES: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireDetails {
    body: Option<WireBody>,
    original_start_time_zone: Option<String>,
    original_start: Option<String>,
    categories: Option<Vec<String>>,
    is_reminder_on: Option<bool>,
    reminder_minutes_before_start: Option<i64>,
    has_attachments: Option<bool>,
    importance: Option<String>,
    allow_new_time_proposals: Option<bool>,
    #[serde(flatten)]
    event: WireEvent,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireBody {
    content_type: Option<String>,
    content: Option<String>,
}

impl WireDetails {
    /// The event in our words; `None` when it has no id or no readable times.
    pub(crate) fn understood(self) -> Option<Details> {
        let sensitivity = sensitivity(self.event.sensitivity.as_deref());
        let categories = self.categories.unwrap_or_default().into_iter();
        Some(Details {
            body: self.body.and_then(WireBody::body),
            zone: self
                .original_start_time_zone
                .as_deref()
                .and_then(zones::zone),
            sensitivity,
            categories: categories
                .filter_map(|category| line(Some(category)))
                .take(CATEGORIES)
                .collect(),
            reminder: self
                .reminder_minutes_before_start
                .filter(|_| self.is_reminder_on.unwrap_or(false)),
            attachments: self.has_attachments.unwrap_or(false),
            important: is_any(self.importance.as_deref(), &["high"]),
            takes_proposals: self.allow_new_time_proposals.unwrap_or(true),
            original_start: self
                .original_start
                .and_then(|start| start.parse::<Timestamp>().ok()),
            event: self.event.understood()?,
        })
    }
}

impl WireBody {
    fn body(self) -> Option<Body> {
        let content = self.content.filter(|content| !content.trim().is_empty())?;
        Some(Body {
            html: !is_any(self.content_type.as_deref(), &["text"]),
            content,
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::calendar::details::Sensitivity;
    use serde_json::{Value, json};

    use super::*;

    fn read(event: Value) -> Details {
        serde_json::from_value::<WireDetails>(event)
            .expect("an event")
            .understood()
            .expect("readable")
    }

    fn event() -> Value {
        json!({
            "id": "AAMk=", "subject": "Plan", "sensitivity": "confidential", "importance": "high", "hasAttachments": true,
            "start": { "dateTime": "2026-11-24T09:00:00.0000000", "timeZone": "UTC" },
            "end": { "dateTime": "2026-11-24T10:00:00.0000000", "timeZone": "UTC" },
            "originalStartTimeZone": "Eastern Standard Time", "originalStart": "2026-11-23T09:00:00Z",
            "categories": ["Travel", "a\u{200b}b"], "isReminderOn": true, "reminderMinutesBeforeStart": 15,
            "allowNewTimeProposals": false, "body": { "contentType": "html", "content": "<p>x</p>" },
        })
    }

    #[test]
    fn everything_asked_for_is_read() {
        let details = read(event());
        assert_eq!(details.event.title, "Plan");
        assert!(details.event.private && details.attachments && details.important);
        assert!(!details.takes_proposals);
        assert_eq!(details.sensitivity, Sensitivity::Confidential);
        assert_eq!(details.zone.expect("known").name(), "America/New_York");
        assert_eq!(details.categories, ["Travel", "ab"]);
        assert_eq!(details.reminder, Some(15));
        assert_eq!(
            details.original_start,
            Some("2026-11-23T09:00:00Z".parse().expect("a time"))
        );
        assert!(
            details
                .body
                .is_some_and(|body| body.html && body.content == "<p>x</p>")
        );
    }

    #[test]
    fn unknown_and_absent_values_are_survived() {
        let mut event = event();
        event["originalStartTimeZone"] = json!("tzone://Microsoft/Custom");
        event["isReminderOn"] = json!(false);
        event["body"] = json!({ "contentType": "text", "content": " \r\n" });
        event["sensitivity"] = json!("newWord");
        for name in [
            "categories",
            "hasAttachments",
            "importance",
            "originalStart",
            "allowNewTimeProposals",
        ] {
            event[name] = Value::Null;
        }
        let details = read(event);
        assert!(details.zone.is_none() && details.reminder.is_none() && details.body.is_none());
        assert!(details.takes_proposals && details.categories.is_empty() && !details.attachments);
        assert_eq!(details.sensitivity, Sensitivity::Normal);
    }
}
