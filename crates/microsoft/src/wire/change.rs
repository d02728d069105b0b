//! A change to an event as Graph wants it.

use domain::calendar::{Series, ShowAs};
use domain::change::{Change, Guest, Reply, Role, Whole};
use serde_json::{Map, Value, json};

use super::new_event::times;
use super::{meeting_text, recurrence};

/// The body of a PATCH: only what changes. `html` is the present text, whose way into the meeting is kept.
pub(crate) fn body(change: &Change, present: &Whole, html: &str) -> Value {
    let mut body = Map::new();
    let mut set = |name: &str, value: Value| {
        body.insert(name.to_owned(), value);
    };
    if let Some(title) = &change.title {
        set("subject", json!(title));
    }
    if let Some((span, zone)) = &change.span {
        let (start, end, all_day) = times(
            span,
            zone,
            change.recurrence.is_some() || present.event.series == Series::Master,
        );
        set("start", start);
        set("end", end);
        set("isAllDay", json!(all_day));
    }
    if let Some(location) = &change.location {
        set("location", json!({ "displayName": location }));
    }
    if let Some(text) = &change.text {
        let content = match &present.event.join_url {
            Some(link) => {
                json!({ "contentType": "html", "content": meeting_text::with_text(html, text, link) })
            }
            None => json!({ "contentType": "text", "content": text }),
        };
        set("body", content);
    }
    if let Some(guests) = &change.guests {
        set("attendees", guests.iter().map(attendee).collect());
    }
    if let Some(show_as) = change.show_as {
        set("showAs", json!(show_as_word(show_as)));
    }
    if let Some(sensitivity) = change.sensitivity {
        set("sensitivity", json!(sensitivity.as_str()));
    }
    if let Some(reminder) = change.reminder {
        set("isReminderOn", json!(reminder.is_some()));
        if let Some(minutes) = reminder {
            set("reminderMinutesBeforeStart", json!(minutes));
        }
    }
    if let Some(categories) = &change.categories {
        set("categories", json!(categories));
    }
    if let Some((series, zone)) = &change.recurrence {
        set("recurrence", recurrence::body(series, zone));
    }
    if change.online {
        set("isOnlineMeeting", json!(true));
        set("onlineMeetingProvider", json!("teamsForBusiness"));
    }
    Value::Object(body)
}

/// The body of a POST that makes an event like `present` with these changes, text and all; the way into its meeting is its
/// own. `change` says everything that the new one is to have, but for the text.
pub(crate) fn like(change: &Change, present: &Whole, html: &str, transaction_id: &str) -> Value {
    let alone = Change {
        text: None,
        ..change.clone()
    };
    let mut body = body(&alone, present, "");
    body["transactionId"] = json!(transaction_id);
    body["allowNewTimeProposals"] = json!(present.proposals);
    body["body"] = match &change.text {
        Some(text) => json!({ "contentType": "text", "content": text }),
        None => {
            let content = meeting_text::without_block(html, present.event.join_url.as_deref());
            json!({ "contentType": "html", "content": content })
        }
    };
    body
}

/// The parameters of accept, tentativelyAccept and decline.
pub(crate) fn reply(reply: &Reply) -> Value {
    let mut body = json!({ "sendResponse": reply.notify });
    if let Some(comment) = &reply.comment {
        body["comment"] = json!(comment);
    }
    if let Some((span, zone)) = &reply.proposed {
        let (start, end, _) = times(span, zone, false);
        body["proposedNewTime"] = json!({ "start": start, "end": end });
    }
    body
}

fn attendee(guest: &Guest) -> Value {
    let kind = match guest.role {
        Role::Required => "required",
        Role::Optional => "optional",
        Role::Resource => "resource",
    };
    let mut email = json!({ "address": guest.address });
    if !guest.name.is_empty() {
        email["name"] = json!(guest.name);
    }
    json!({ "type": kind, "emailAddress": email })
}

/// Graph's word for how an event shows.
pub(crate) fn show_as_word(show_as: ShowAs) -> &'static str {
    match show_as {
        ShowAs::Free => "free",
        ShowAs::Tentative => "tentative",
        ShowAs::Busy => "busy",
        ShowAs::OutOfOffice => "oof",
        ShowAs::WorkingElsewhere => "workingElsewhere",
        ShowAs::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use domain::calendar::Span;
    use domain::time::Zone;

    use super::*;

    fn present() -> Whole {
        let event = json!({
            "id": "AAMk=", "start": { "dateTime": "2026-11-24T09:00:00" }, "end": { "dateTime": "2026-11-24T10:00:00" },
        });
        crate::wire::whole::WireWhole::understood(event)
            .expect("readable")
            .whole
    }

    #[test]
    fn only_what_changes_is_sent() {
        assert_eq!(body(&Change::default(), &present(), ""), json!({}));
        let change = Change {
            title: Some("Plan".into()),
            location: Some(String::new()),
            reminder: Some(None),
            ..Change::default()
        };
        assert_eq!(
            body(&change, &present(), ""),
            json!({ "subject": "Plan", "location": { "displayName": "" }, "isReminderOn": false })
        );
    }

    #[test]
    fn everybody_is_sent_back_as_outlook_named_them() {
        let guest = |name: &str, address: &str, role| Guest {
            name: name.into(),
            address: address.into(),
            role,
        };
        let change = Change {
            guests: Some(vec![
                guest("Room 1", "room@x.example", Role::Resource),
                guest("", "/o=Ex/cn=1", Role::Optional),
            ]),
            ..Change::default()
        };
        assert_eq!(
            body(&change, &present(), "")["attendees"],
            json!([
                { "type": "resource", "emailAddress": { "name": "Room 1", "address": "room@x.example" } },
                { "type": "optional", "emailAddress": { "address": "/o=Ex/cn=1" } },
            ])
        );
    }

    #[test]
    fn an_answer_says_whether_the_organiser_hears_of_it_and_which_time_would_do() {
        let time = |text: &str| text.parse().expect("a time");
        let answer = Reply {
            word: domain::change::ReplyWord::Tentative,
            comment: Some("Later?".into()),
            proposed: Some((
                Span::Timed {
                    start: time("2026-11-24T09:00:00Z"),
                    end: time("2026-11-24T10:00:00Z"),
                },
                Zone::named("Europe/Berlin").expect("bundled"),
            )),
            notify: true,
        };
        let sent = reply(&answer);
        assert_eq!(
            (&sent["sendResponse"], &sent["comment"]),
            (&json!(true), &json!("Later?"))
        );
        assert_eq!(
            sent["proposedNewTime"]["start"],
            json!({ "dateTime": "2026-11-24T10:00:00", "timeZone": "W. Europe Standard Time" })
        );
    }
}
