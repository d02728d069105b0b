//! Free and busy times of several people, and slots for them.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::browser::{App, lena, simulator};

fn person(address: &str) -> Value {
    json!({ "type": "Required", "emailAddress": { "address": address } })
}

fn slot(from: &str, until: &str) -> Value {
    json!([{
        "start": { "dateTime": from, "timeZone": "Europe/Berlin" },
        "end": { "dateTime": until, "timeZone": "Europe/Berlin" },
    }])
}

#[tokio::test]
async fn slots_are_ordered_by_confidence_and_keep_to_working_hours() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let body = json!({
        "attendees": [person("jonas.weber@nordwind.example"), person("somebody@elsewhere.example")],
        "timeConstraint": { "activityDomain": "Work", "timeslots": slot("2026-03-23T00:00:00", "2026-03-29T00:00:00") },
        "meetingDuration": "PT1H", "maxCandidates": "5", "minimumAttendeePercentage": 50,
        "returnSuggestionReasons": "true", "isOrganizerOptional": "false",
    });
    let headers = [("Prefer", "outlook.timezone=\"Europe/Berlin\"")];
    let answer = app
        .call(
            reqwest::Method::POST,
            "/me/findMeetingTimes",
            &headers,
            Some(&body),
        )
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let suggestions = answer.body["meetingTimeSuggestions"]
        .as_array()
        .expect("suggestions");
    assert!((1..=5).contains(&suggestions.len()));
    for suggestion in suggestions {
        assert_eq!(suggestion["confidence"], 74.5, "one free, one unknown");
        assert!(suggestion["suggestionReason"].is_string());
        let start = suggestion["meetingTimeSlot"]["start"]["dateTime"]
            .as_str()
            .expect("a time");
        assert!(("08:00"..="16:00").contains(&&start[11..16]), "{start}");
    }
    assert_eq!(answer.body["emptySuggestionsReason"], "");
}

#[tokio::test]
async fn no_slot_is_found_for_a_reason() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let reason = async |more: Value| {
        let mut body = json!({
            "attendees": [person("somebody@elsewhere.example")],
            "timeConstraint": { "activityDomain": "unrestricted", "timeSlots": slot("2026-03-28T01:00:00", "2026-03-28T05:00:00") },
        });
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let answer = app.post("/me/findMeetingTimes", &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body["emptySuggestionsReason"]
            .as_str()
            .expect("text")
            .to_owned()
    };
    assert_eq!(
        reason(json!({ "minimumAttendeePercentage": 100 })).await,
        "attendeesUnavailableOrUnknown"
    );
    assert_eq!(reason(json!({ "minimumAttendeePercentage": 49 })).await, "");
    assert_eq!(
        reason(
            json!({ "minimumAttendeePercentage": 0, "locationConstraint": { "isRequired": true } })
        )
        .await,
        "locationsUnavailable"
    );
    // A Saturday night is nobody's working time.
    let work = json!({ "timeConstraint": { "timeSlots": slot("2026-03-28T01:00:00", "2026-03-28T05:00:00") } });
    assert_eq!(reason(work).await, "unknown");
}

#[tokio::test]
async fn schedules_know_lists_missing_mailboxes_and_mailboxes_without_working_hours() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let body = json!({
        "schedules": [
            "vertrieb@nordwind.example", "nils.petersen@nordwind.example", "paul.schneider@hafenbau.example",
            "nobody@nordwind.example", "x@nowhere.example",
        ],
        "startTime": { "dateTime": "2026-03-24T00:00:00", "timeZone": "Europe/Berlin" },
        "endTime": { "dateTime": "2026-03-25T00:00:00", "timeZone": "Europe/Berlin" },
        "availabilityViewInterval": null,
    });
    let answer = app.post("/me/calendar/getSchedule", &body).await;
    let [list, nils, guest, nobody, stranger] = answer.items() else {
        panic!("five schedules: {}", answer.body)
    };
    assert!(
        list["availabilityView"]
            .as_str()
            .is_some_and(|view| view.len() == 48 && view.contains('2'))
    );
    assert!(list["scheduleItems"][0].get("subject").is_none());
    assert!(nils["scheduleItems"].is_array() && nils.get("workingHours").is_none());
    for missing in [guest, nobody] {
        assert_eq!(missing["error"]["responseCode"], "5016");
        assert!(missing["scheduleItems"].is_null());
    }
    assert_eq!(stranger["error"]["responseCode"], "5009");
    let mut many = body.clone();
    many["schedules"] = json!(vec!["vertrieb@nordwind.example"; 51]);
    let many = app.post("/me/calendar/getSchedule", &many).await;
    assert_eq!(many.code(), "ErrorMailboxDataArrayTooBig");
}
