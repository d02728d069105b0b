//! Meetings of several people: invitations, answers, cancellations, and what each sees of the other's doing.
//! Long because one meeting is followed through everything its people do to it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sim::{Person, Simulator};

use crate::browser::{Answer, App, lena, simulator};

const ANNA: &str = "anna.brandt@nordwind.example";
const JONAS: &str = "jonas.weber@nordwind.example";

fn person(simulator: &Simulator, login: &str) -> Person {
    let mut people = simulator.people().into_iter();
    people
        .find(|person| person.login == login)
        .expect("a person")
}

/// Lena and Anna, and a meeting that Lena organises.
struct Scene {
    simulator: Simulator,
    lena: App,
    anna: App,
    id: String,
    uid: Value,
}

impl Scene {
    async fn new(more: Value) -> Self {
        let simulator = simulator().await;
        let lena = App::connected(&simulator, &lena(&simulator)).await;
        let anna = App::connected(&simulator, &person(&simulator, ANNA)).await;
        let mut body = json!({
            "subject": "Planung",
            "start": { "dateTime": "2026-03-30T12:00:00", "timeZone": "Europe/Berlin" },
            "end": { "dateTime": "2026-03-30T13:00:00", "timeZone": "Europe/Berlin" },
            "attendees": [{ "emailAddress": { "address": ANNA }, "type": "required" }],
        });
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let created = lena.post("/me/events", &body).await;
        assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
        Self {
            simulator,
            lena,
            anna,
            id: text(&created.body["id"]),
            uid: created.body["iCalUId"].clone(),
        }
    }

    /// A daily series of five from Monday.
    async fn series() -> Self {
        let recurrence = json!({
            "pattern": { "type": "daily", "interval": 1 },
            "range": { "type": "numbered", "startDate": "2026-03-30", "numberOfOccurrences": 5 },
        });
        Self::new(json!({ "recurrence": recurrence })).await
    }

    /// Somebody's copy of the meeting.
    fn copy(&self, login: &str) -> Option<Value> {
        let mut events = self.simulator.events_of(login).into_iter();
        events.find(|event| event["iCalUId"] == self.uid)
    }

    fn copy_id(&self, login: &str) -> String {
        text(&self.copy(login).expect("a copy")["id"])
    }

    /// The days of somebody's copy of the series.
    async fn days(&self, app: &App, id: &str) -> Vec<Value> {
        let path = format!(
            "/me/events/{id}/instances?startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-05-01T00:00:00Z"
        );
        app.get(&path).await.items().to_vec()
    }

    async fn act(&self, app: &App, id: &str, action: &str, body: Value) -> Answer {
        app.post(&format!("/me/events/{id}/{action}"), &body).await
    }

    async fn status_of_anna(&self) -> Value {
        let event = self.lena.get(&format!("/me/events/{}", self.id)).await;
        event.body["attendees"][0]["status"].clone()
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

#[tokio::test]
async fn an_answer_comes_back_to_the_organiser_with_its_time() {
    let scene = Scene::new(json!({})).await;
    let before = scene.status_of_anna().await;
    assert_eq!(
        before,
        json!({ "response": "none", "time": "0001-01-01T00:00:00Z" })
    );
    let copy = scene.copy_id(ANNA);
    for (action, word, shown) in [
        ("accept", "accepted", "busy"),
        (
            "microsoft.graph.tentativelyAccept",
            "tentativelyAccepted",
            "tentative",
        ),
    ] {
        let body = json!({ "Comment": "gern", "SendResponse": true });
        let answer = scene.act(&scene.anna, &copy, action, body).await;
        assert_eq!(
            (answer.status, answer.body),
            (StatusCode::ACCEPTED, Value::Null)
        );
        let status = scene.status_of_anna().await;
        assert_eq!(status["response"], word);
        assert!(
            text(&status["time"]).starts_with("2026-03-25T09:"),
            "{status}"
        );
        let own = scene.copy(ANNA).expect("a copy");
        assert_eq!(
            (&own["responseStatus"]["response"], &own["showAs"]),
            (&json!(word), &json!(shown))
        );
    }
}

#[tokio::test]
async fn an_answer_that_is_not_sent_stays_with_whoever_gave_it() {
    let scene = Scene::new(json!({})).await;
    let copy = scene.copy_id(ANNA);
    let body = json!({ "sendResponse": "false" });
    assert_eq!(
        scene.act(&scene.anna, &copy, "accept", body).await.status,
        StatusCode::ACCEPTED
    );
    assert_eq!(scene.status_of_anna().await["response"], "none");
    assert_eq!(
        scene.copy(ANNA).expect("a copy")["responseStatus"]["response"],
        "accepted"
    );
}

#[tokio::test]
async fn declining_takes_the_meeting_out_of_ones_own_calendar_only() {
    let scene = Scene::new(json!({})).await;
    let copy = scene.copy_id(ANNA);
    let url = format!("/me/events/{copy}/decline");
    let answer = scene.anna.call(Method::POST, &url, &[], None).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert!(scene.copy(ANNA).is_none());
    assert_eq!(
        scene.anna.get(&format!("/me/events/{copy}")).await.code(),
        "ErrorItemNotFound"
    );
    assert_eq!(scene.status_of_anna().await["response"], "declined");
}

#[tokio::test]
async fn a_proposed_time_arrives_with_the_organiser_in_the_zone_that_is_asked_for() {
    let scene = Scene::new(json!({})).await;
    let copy = scene.copy_id(ANNA);
    let time = |hour: u8| json!({ "dateTime": format!("2026-03-31T{hour}:00:00"), "timeZone": "W. Europe Standard Time" });
    let slot = json!({ "start": time(15), "end": time(16) });
    let body = json!({ "ProposedNewTime": slot, "comment": "lieber so" });
    assert_eq!(
        scene
            .act(&scene.anna, &copy, "tentativelyAccept", body)
            .await
            .status,
        StatusCode::ACCEPTED
    );
    let path = format!("/me/events/{}", scene.id);
    let event = scene
        .lena
        .get_with(&path, &[("Prefer", "outlook.timezone=\"Europe/London\"")])
        .await;
    assert_eq!(
        event.body["attendees"][0]["proposedNewTime"]["start"],
        json!({ "dateTime": "2026-03-31T14:00:00.0000000", "timeZone": "Europe/London" })
    );
    let moved = json!({ "start": time(15), "end": time(16) });
    let moved = scene
        .lena
        .call(Method::PATCH, &path, &[], Some(&moved))
        .await;
    assert_eq!(moved.body["attendees"][0].get("proposedNewTime"), None);
    assert_eq!(
        moved.body["attendees"][0]["status"]["response"],
        "notResponded"
    );
    let copy = scene.copy(ANNA).expect("a copy");
    assert_eq!(
        (
            &copy["start"]["dateTime"],
            &copy["responseStatus"]["response"]
        ),
        (
            &json!("2026-03-31T13:00:00.0000000"),
            &json!("notResponded")
        )
    );
}

#[tokio::test]
async fn a_time_can_be_proposed_only_where_that_is_allowed() {
    let time =
        |day: u8| json!({ "dateTime": format!("2026-03-{day}T15:00:00"), "timeZone": "UTC" });
    let slot = json!({ "start": time(30), "end": time(31) });
    let scene = Scene::new(json!({})).await;
    let copy = scene.copy_id(ANNA);
    let silent = json!({ "proposedNewTime": slot, "sendResponse": false });
    let backwards = json!({ "proposedNewTime": { "start": time(31), "end": time(30) } });
    for (action, body, code) in [
        ("decline", silent, "ErrorInvalidParameter"),
        ("decline", backwards, "ErrorPropertyValidationFailure"),
        (
            "accept",
            json!({ "proposedNewTime": slot }),
            "RequestBodyRead",
        ),
        ("accept", json!({ "sendResponse": "maybe" }), "BadRequest"),
    ] {
        let answer = scene.act(&scene.anna, &copy, action, body).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, code),
            "{action}"
        );
    }
    assert_eq!(scene.status_of_anna().await["response"], "none");
    let firm = Scene::new(json!({ "allowNewTimeProposals": false })).await;
    let body = json!({ "proposedNewTime": slot });
    let refused = firm
        .act(&firm.anna, &firm.copy_id(ANNA), "decline", body)
        .await;
    assert_eq!(refused.code(), "ErrorInvalidParameter");
    let series = Scene::series().await;
    let body = json!({ "proposedNewTime": slot });
    let refused = series
        .act(&series.anna, &series.copy_id(ANNA), "decline", body)
        .await;
    assert_eq!(refused.code(), "ErrorInvalidParameter");
}

#[tokio::test]
async fn nobody_answers_the_own_or_a_cancelled_meeting() {
    let scene = Scene::new(json!({})).await;
    let own = scene.act(&scene.lena, &scene.id, "accept", json!({})).await;
    assert_eq!(
        (own.status, own.code()),
        (StatusCode::BAD_REQUEST, "ErrorInvalidRequest")
    );
    let copy = scene.copy_id(ANNA);
    let attendee = scene.act(&scene.anna, &copy, "cancel", json!({})).await;
    assert_eq!(
        (attendee.status, attendee.code()),
        (StatusCode::BAD_REQUEST, "ErrorInvalidRequest")
    );
    assert_eq!(
        attendee.body["error"]["message"],
        "Your request can't be completed. You need to be an organizer to cancel a meeting."
    );
    scene.act(&scene.lena, &scene.id, "cancel", json!({})).await;
    let late = scene.act(&scene.anna, &copy, "accept", json!({})).await;
    assert_eq!(late.code(), "ErrorInvalidRequest");
}

#[tokio::test]
async fn cancelling_says_why_and_leaves_a_cancelled_copy_with_those_invited() {
    let scene = Scene::new(json!({})).await;
    let body = json!({ "Comment": "Der <Raum> fehlt" });
    let answer = scene
        .act(&scene.lena, &scene.id, "cancel", body.clone())
        .await;
    assert_eq!(
        (answer.status, answer.body),
        (StatusCode::ACCEPTED, Value::Null)
    );
    assert_eq!(
        scene
            .lena
            .get(&format!("/me/events/{}", scene.id))
            .await
            .code(),
        "ErrorItemNotFound"
    );
    let copy = scene.copy(ANNA).expect("a copy");
    assert_eq!(
        (&copy["isCancelled"], &copy["subject"], &copy["showAs"]),
        (&json!(true), &json!("Canceled: Planung"), &json!("free"))
    );
    assert_eq!(copy["bodyPreview"], "Der <Raum> fehlt");
    let again = scene.act(&scene.lena, &scene.id, "cancel", body).await;
    assert_eq!(
        (again.status, again.code()),
        (StatusCode::NOT_FOUND, "ErrorItemNotFound")
    );
}

#[tokio::test]
async fn one_day_of_a_series_is_cancelled_alone() {
    let scene = Scene::series().await;
    let days = scene.days(&scene.lena, &scene.id).await;
    let second = text(&days[1]["id"]);
    let answer = scene
        .act(
            &scene.lena,
            &second,
            "cancel",
            json!({ "comment": "Feiertag" }),
        )
        .await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(scene.days(&scene.lena, &scene.id).await.len(), 4);
    let theirs = scene.days(&scene.anna, &scene.copy_id(ANNA)).await;
    let cancelled: Vec<&Value> = theirs.iter().map(|day| &day["isCancelled"]).collect();
    assert_eq!(theirs.len(), 5);
    assert_eq!(cancelled.iter().filter(|flag| **flag == true).count(), 1);
    let gone = scene.act(&scene.lena, &second, "cancel", json!({})).await;
    assert_eq!(gone.code(), "ErrorItemNotFound");
    let master = scene.act(&scene.lena, &scene.id, "cancel", json!({})).await;
    assert_eq!(master.status, StatusCode::ACCEPTED);
    let theirs = scene.days(&scene.anna, &scene.copy_id(ANNA)).await;
    assert!(theirs.iter().all(|day| day["isCancelled"] == true));
}

#[tokio::test]
async fn one_day_of_a_series_is_answered_alone_and_an_update_of_the_series_keeps_that() {
    let scene = Scene::series().await;
    let copy = scene.copy_id(ANNA);
    scene.act(&scene.anna, &copy, "accept", json!({})).await;
    let days = scene.days(&scene.anna, &copy).await;
    scene
        .act(
            &scene.anna,
            &text(&days[1]["id"]),
            "tentativelyAccept",
            json!({}),
        )
        .await;
    scene
        .act(&scene.anna, &text(&days[2]["id"]), "decline", json!({}))
        .await;
    let words = |days: &[Value]| -> Vec<String> {
        days.iter()
            .map(|day| text(&day["responseStatus"]["response"]))
            .collect()
    };
    let expected = ["accepted", "tentativelyAccepted", "accepted", "accepted"];
    let mut days = scene.days(&scene.anna, &copy).await;
    days.sort_by_key(|day| text(&day["start"]["dateTime"]));
    assert_eq!(words(&days), expected);
    let organised = scene.days(&scene.lena, &scene.id).await;
    let status: Vec<&Value> = organised
        .iter()
        .map(|day| &day["attendees"][0]["status"]["response"])
        .collect();
    assert_eq!(
        status,
        [
            "accepted",
            "tentativelyAccepted",
            "declined",
            "accepted",
            "accepted"
        ]
    );
    let path = format!("/me/events/{}", scene.id);
    scene
        .lena
        .call(
            Method::PATCH,
            &path,
            &[],
            Some(&json!({ "subject": "Planung II" })),
        )
        .await;
    let days = scene.days(&scene.anna, &copy).await;
    assert_eq!(words(&days), expected);
    assert!(
        days.iter().all(|day| day["subject"] == "Planung II"),
        "{days:#?}"
    );
}

#[tokio::test]
async fn only_new_attendees_hear_of_a_change_of_the_attendees_and_the_others_keep_their_answers() {
    let scene = Scene::new(json!({})).await;
    scene
        .act(&scene.anna, &scene.copy_id(ANNA), "accept", json!({}))
        .await;
    let etag = scene.copy(ANNA).expect("a copy")["changeKey"].clone();
    let path = format!("/me/events/{}", scene.id);
    let both = json!({ "attendees": [
        { "emailAddress": { "address": ANNA } },
        { "emailAddress": { "address": JONAS }, "type": "optional" },
    ] });
    let changed = scene
        .lena
        .call(Method::PATCH, &path, &[], Some(&both))
        .await;
    let words: Vec<&Value> = changed.body["attendees"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|attendee| &attendee["status"]["response"])
        .collect();
    assert_eq!(words, ["accepted", "none"]);
    assert_eq!(scene.copy(ANNA).expect("a copy")["changeKey"], etag);
    assert_eq!(
        scene.copy(JONAS).expect("a copy")["responseStatus"]["response"],
        "notResponded"
    );
    let one = json!({ "attendees": [{ "emailAddress": { "address": JONAS } }] });
    scene.lena.call(Method::PATCH, &path, &[], Some(&one)).await;
    assert_eq!(scene.copy(ANNA).expect("a copy")["isCancelled"], true);
    assert_eq!(scene.copy(JONAS).expect("a copy")["isCancelled"], false);
}

#[tokio::test]
async fn what_an_attendee_changes_lasts_until_the_organisers_next_update() {
    let scene = Scene::new(json!({})).await;
    let copy = scene.copy_id(ANNA);
    let mine = json!({ "subject": "Meins", "categories": ["Rot"] });
    let changed = scene
        .anna
        .call(
            Method::PATCH,
            &format!("/me/events/{copy}"),
            &[],
            Some(&mine),
        )
        .await;
    assert_eq!(changed.body["subject"], "Meins");
    let path = format!("/me/events/{}", scene.id);
    let own = scene
        .lena
        .call(
            Method::PATCH,
            &path,
            &[],
            Some(&json!({ "categories": ["Blau"] })),
        )
        .await;
    assert_eq!(own.body["subject"], "Planung");
    assert_eq!(scene.copy(ANNA).expect("a copy")["subject"], "Meins");
    scene
        .lena
        .call(
            Method::PATCH,
            &path,
            &[],
            Some(&json!({ "importance": "high" })),
        )
        .await;
    let after = scene.copy(ANNA).expect("a copy");
    assert_eq!(
        (
            &after["subject"],
            &after["importance"],
            &after["categories"]
        ),
        (&json!("Planung"), &json!("high"), &json!(["Rot"]))
    );
}

#[tokio::test]
async fn whoever_gets_a_forwarded_meeting_is_invited_and_the_organiser_sees_it() {
    let scene = Scene::new(json!({})).await;
    let copy = scene.copy_id(ANNA);
    let to = json!({ "ToRecipients": [{ "EmailAddress": { "Address": JONAS, "Name": "Jonas" } }], "Comment": "für dich" });
    let answer = scene.act(&scene.anna, &copy, "forward", to).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    let theirs = scene.copy(JONAS).expect("a copy");
    assert_eq!(
        (
            &theirs["organizer"]["emailAddress"]["address"],
            &theirs["isOrganizer"]
        ),
        (&json!("lena.hoffmann@nordwind.example"), &json!(false))
    );
    let organised = scene.lena.get(&format!("/me/events/{}", scene.id)).await;
    assert_eq!(
        organised.body["attendees"][1]["emailAddress"]["address"],
        JONAS
    );
    let nobody = scene
        .act(&scene.anna, &copy, "forward", json!({ "comment": "?" }))
        .await;
    assert_eq!(
        (nobody.status, nobody.code()),
        (StatusCode::BAD_REQUEST, "ErrorInvalidRecipients")
    );
}

#[tokio::test]
async fn in_somebody_elses_mailbox_nothing_is_done() {
    let scene = Scene::new(json!({})).await;
    let copy = scene.copy_id(ANNA);
    for action in ["accept", "decline", "cancel"] {
        let path = format!("/users/{ANNA}/events/{copy}/{action}");
        let answer = scene.lena.post(&path, &json!({})).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::FORBIDDEN, "ErrorAccessDenied"),
            "{action}"
        );
    }
    let own = format!("/users/{ANNA}/events/{copy}/accept");
    assert_eq!(
        scene.anna.post(&own, &json!({})).await.status,
        StatusCode::ACCEPTED
    );
}

#[tokio::test]
async fn an_occurrence_stays_between_its_neighbours() {
    let scene = Scene::series().await;
    let days = scene.days(&scene.lena, &scene.id).await;
    let path = format!("/me/events/{}", text(&days[1]["id"]));
    let at = |day: &str, hour: u8| json!({ "dateTime": format!("2026-{day}T{hour:02}:00:00"), "timeZone": "Europe/Berlin" });
    for day in ["03-30", "04-01"] {
        let body = json!({ "start": at(day, 8), "end": at(day, 9) });
        let refused = scene
            .lena
            .call(Method::PATCH, &path, &[], Some(&body))
            .await;
        assert_eq!(
            (refused.status, refused.code()),
            (StatusCode::BAD_REQUEST, "ErrorOccurrenceCrossingBoundary"),
            "{day}"
        );
    }
    let body = json!({ "start": at("03-31", 23), "end": at("04-01", 1) });
    let moved = scene
        .lena
        .call(Method::PATCH, &path, &[], Some(&body))
        .await;
    assert_eq!(
        (moved.status, &moved.body["type"]),
        (StatusCode::OK, &json!("exception")),
        "{}",
        moved.body
    );
    assert_eq!(moved.body["originalStart"], "2026-03-31T10:00:00.0000000Z");
    let theirs = scene.days(&scene.anna, &scene.copy_id(ANNA)).await;
    let moved = theirs
        .iter()
        .find(|day| day["type"] == "exception")
        .expect("the moved day");
    assert_eq!(
        (
            &moved["start"]["dateTime"],
            &moved["responseStatus"]["response"]
        ),
        (
            &json!("2026-03-31T21:00:00.0000000"),
            &json!("notResponded")
        )
    );
}

#[tokio::test]
async fn a_provider_that_the_calendar_does_not_allow_is_ignored_without_a_word() {
    let wish =
        |provider: &str| json!({ "isOnlineMeeting": true, "onlineMeetingProvider": provider });
    for (provider, online) in [
        ("skypeForBusiness", false),
        ("TeamsForBusiness", true),
        ("unknown", true),
    ] {
        let scene = Scene::new(wish(provider)).await;
        let event = scene.lena.get(&format!("/me/events/{}", scene.id)).await;
        assert_eq!(event.body["isOnlineMeeting"], online, "{provider}");
        assert_eq!(event.body["onlineMeeting"]["joinUrl"].is_string(), online);
    }
}

#[tokio::test]
async fn a_series_whose_first_day_moves_starts_there() {
    let scene = Scene::series().await;
    let path = format!("/me/events/{}", scene.id);
    let at = |hour: u8| json!({ "dateTime": format!("2026-04-01T{hour}:00:00"), "timeZone": "Europe/Berlin" });
    let later = json!({ "start": at(12), "end": at(13) });
    let changed = scene
        .lena
        .call(Method::PATCH, &path, &[], Some(&later))
        .await;
    assert_eq!(
        changed.body["recurrence"]["range"]["startDate"], "2026-04-01",
        "{}",
        changed.body
    );
    let days = scene.days(&scene.anna, &scene.copy_id(ANNA)).await;
    assert_eq!(days.len(), 5);
    assert_eq!(days[0]["start"]["dateTime"], "2026-04-01T10:00:00.0000000");
}

#[tokio::test]
async fn a_series_is_split_by_ending_it_and_starting_another() {
    let scene = Scene::series().await;
    let path = format!("/me/events/{}", scene.id);
    let shorter = json!({ "recurrence": {
        "pattern": { "type": "daily", "interval": 1 },
        "range": { "type": "endDate", "startDate": "2026-03-30", "endDate": "2026-03-31" },
    } });
    let changed = scene
        .lena
        .call(Method::PATCH, &path, &[], Some(&shorter))
        .await;
    assert_eq!(
        changed.body["recurrence"]["range"]["type"], "endDate",
        "{}",
        changed.body
    );
    assert_eq!(scene.days(&scene.lena, &scene.id).await.len(), 2);
    assert_eq!(scene.days(&scene.anna, &scene.copy_id(ANNA)).await.len(), 2);
    let time = |hour: u8| json!({ "dateTime": format!("2026-04-01T{hour}:00:00"), "timeZone": "Europe/Berlin" });
    let following = json!({
        "subject": "Planung", "start": time(15), "end": time(16),
        "attendees": [{ "emailAddress": { "address": ANNA } }],
        "recurrence": { "pattern": { "type": "daily", "interval": 1 },
            "range": { "type": "numbered", "startDate": "2026-04-01", "numberOfOccurrences": 3 } },
    });
    scene.lena.post("/me/events", &following).await;
    let window = "startDateTime=2026-03-30T00:00:00Z&endDateTime=2026-04-10T00:00:00Z";
    let path = format!(
        "/me/calendarView?{window}&$top=100&$filter=subject%20eq%20'Planung'&$orderby=start/dateTime"
    );
    for app in [&scene.lena, &scene.anna] {
        let starts: Vec<String> = app
            .get(&path)
            .await
            .items()
            .iter()
            .map(|day| text(&day["start"]["dateTime"])[8..13].to_owned())
            .collect();
        assert_eq!(starts, ["30T10", "31T10", "01T13", "02T13", "03T13"]);
    }
}

#[tokio::test]
async fn a_body_without_the_place_to_join_takes_a_meeting_offline() {
    let scene =
        Scene::new(json!({ "isOnlineMeeting": true, "onlineMeetingProvider": "teamsForBusiness" }))
            .await;
    let path = format!("/me/events/{}", scene.id);
    let event = scene.lena.get(&path).await;
    let join = text(&event.body["onlineMeeting"]["joinUrl"]);
    let content = text(&event.body["body"]["content"]);
    assert!(content.contains(&join), "{content}");
    let patch = |body: Value| {
        let path = path.clone();
        let lena = &scene.lena;
        async move { lena.call(Method::PATCH, &path, &[], Some(&body)).await.body }
    };
    let kept = patch(json!({ "isOnlineMeeting": false, "body": { "contentType": "html", "content": format!("<p>Neu</p>{content}") } })).await;
    assert_eq!(
        (&kept["isOnlineMeeting"], &kept["onlineMeeting"]["joinUrl"]),
        (&json!(true), &json!(join))
    );
    let off = patch(json!({ "body": { "contentType": "text", "content": "Doch nicht" } })).await;
    assert_eq!(
        (&off["isOnlineMeeting"], &off["onlineMeeting"]),
        (&json!(false), &Value::Null)
    );
}

#[tokio::test]
async fn a_room_answers_by_itself_where_it_is_free_and_where_it_is_not() {
    let room = json!([{ "emailAddress": { "address": JONAS }, "type": "resource" }]);
    let start = json!({ "dateTime": "2026-05-04T18:00:00", "timeZone": "Europe/Berlin" });
    let end = json!({ "dateTime": "2026-05-04T19:00:00", "timeZone": "Europe/Berlin" });
    let times = json!({ "attendees": room, "start": start, "end": end });
    let scene = Scene::new(times.clone()).await;
    assert_eq!(scene.status_of_anna().await["response"], "accepted");
    let mut series = times;
    series["subject"] = json!("Noch einmal");
    series["start"]["dateTime"] = json!("2026-05-01T18:30:00");
    series["end"]["dateTime"] = json!("2026-05-01T19:30:00");
    series["recurrence"] = json!({
        "pattern": { "type": "daily", "interval": 1 },
        "range": { "type": "numbered", "startDate": "2026-05-01", "numberOfOccurrences": 9 },
    });
    let created = scene.lena.post("/me/events", &series).await;
    let path = format!("/me/events/{}", text(&created.body["id"]));
    let second = scene.lena.get(&path).await;
    assert_eq!(
        second.body["attendees"][0]["status"]["response"],
        "declined"
    );
    let earlier = json!({
        "start": { "dateTime": "2026-05-01T20:00:00", "timeZone": "Europe/Berlin" },
        "end": { "dateTime": "2026-05-01T21:00:00", "timeZone": "Europe/Berlin" },
    });
    scene
        .lena
        .call(Method::PATCH, &path, &[], Some(&earlier))
        .await;
    let moved = scene.lena.get(&path).await;
    assert_eq!(moved.body["attendees"][0]["status"]["response"], "accepted");
}

#[tokio::test]
async fn a_list_invites_everybody_on_it_and_whoever_answers_becomes_an_attendee() {
    let list = "vertrieb@nordwind.example";
    let scene = Scene::new(json!({ "attendees": [{ "emailAddress": { "address": list } }] })).await;
    let member = scene.simulator.people().swap_remove(7).login;
    let copy = scene.copy_id(&member);
    assert!(scene.copy(ANNA).is_none());
    let app = App::holding(&scene.simulator, &member, "Calendars.ReadWrite");
    scene.act(&app, &copy, "accept", json!({})).await;
    let event = scene.lena.get(&format!("/me/events/{}", scene.id)).await;
    let attendees = event.body["attendees"].as_array().expect("a list");
    assert_eq!(attendees[0]["emailAddress"]["address"], list);
    assert_eq!(
        (
            &attendees[1]["emailAddress"]["address"],
            &attendees[1]["status"]["response"]
        ),
        (&json!(member), &json!("accepted"))
    );
    let body = json!({ "subject": "Neu" });
    let path = format!("/me/events/{}", scene.id);
    scene
        .lena
        .call(Method::PATCH, &path, &[], Some(&body))
        .await;
    assert_eq!(scene.copy(&member).expect("a copy")["subject"], "Neu");
}
