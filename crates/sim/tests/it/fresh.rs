//! Pages are put together from what was written before; nobody may ever notice.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sim::Simulator;

use crate::browser::{App, lena, simulator};

const ANNA: &str = "anna.brandt@nordwind.example";
const NILS: &str = "nils.petersen@nordwind.example";
const SCOPES: &str = "Calendars.ReadWrite Calendars.ReadWrite.Shared";

/// A meeting of Lena's on a Sunday, and everybody who looks at it.
struct Scene {
    simulator: Simulator,
    lena: App,
    anna: App,
    reader: App,
    id: String,
    uid: Value,
    windows: std::cell::Cell<u32>,
}

impl Scene {
    async fn new(more: Value) -> Self {
        let simulator = simulator().await;
        let reader = simulator
            .people()
            .into_iter()
            .find(|person| person.login.starts_with("nils"))
            .map_or(NILS.to_owned(), |person| person.login);
        let lena = App::holding(&simulator, &lena(&simulator).login, SCOPES);
        let mut body = json!({
            "subject": "Planung",
            "start": { "dateTime": "2026-03-29T12:00:00", "timeZone": "Europe/Berlin" },
            "end": { "dateTime": "2026-03-29T13:00:00", "timeZone": "Europe/Berlin" },
            "attendees": [{ "emailAddress": { "address": ANNA }, "type": "required" }],
        });
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let created = lena.post("/me/events", &body).await;
        assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
        let scene = Self {
            anna: App::holding(&simulator, ANNA, SCOPES),
            reader: App::holding(&simulator, &reader, SCOPES),
            id: created.body["id"].as_str().expect("an id").to_owned(),
            uid: created.body["iCalUId"].clone(),
            windows: std::cell::Cell::default(),
            simulator,
            lena,
        };
        let permission = json!({ "emailAddress": { "address": reader }, "role": "read" });
        let path = "/me/calendar/calendarPermissions";
        let permitted = scene.lena.post(path, &permission).await;
        assert_eq!(permitted.status, StatusCode::CREATED, "{}", permitted.body);
        scene
    }

    /// The meeting in a calendar, in a window that was never asked for before.
    async fn seen(&self, app: &App, whose: &str) -> Option<Value> {
        let number = self.windows.get() + 1;
        self.windows.set(number);
        let window = format!(
            "startDateTime=2026-03-29T00:00:00.{number:03}Z&endDateTime=2026-03-30T00:00:00Z"
        );
        let path = format!("{whose}/calendarView?{window}&$top=50&$orderby=start/dateTime");
        let page = app.get(&path).await;
        let mut items = page.body["value"].as_array()?.iter();
        let uid = self.uid.as_str().expect("a uid").get(..32);
        items
            .find(|item| {
                item["iCalUId"].as_str().and_then(|own| own.get(..32)) == uid
                    && item["start"]["dateTime"] == "2026-03-29T10:00:00.0000000"
            })
            .cloned()
    }

    /// What Lena, Anna and the reader of Lena's calendar see of a property, all of them twice.
    async fn all_see(&self, property: &str) -> [Option<Value>; 3] {
        let theirs = format!("/users/{}", lena(&self.simulator).login);
        let mut seen = [None, None, None];
        for _ in 0..2 {
            let views = [
                self.seen(&self.lena, "/me").await,
                self.seen(&self.anna, "/me").await,
                self.seen(&self.reader, &theirs).await,
            ];
            seen = views.map(|item| item.map(|item| item[property].clone()));
        }
        seen
    }

    async fn patch(&self, path: &str, body: Value) {
        let answer = self.lena.call(Method::PATCH, path, &[], Some(&body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    }

    async fn patch_meeting(&self, body: Value) {
        self.patch(&format!("/me/events/{}", self.id), body).await;
    }
}

fn all(one: &str, two: &str, three: &str) -> [Option<Value>; 3] {
    [one, two, three].map(|text| Some(json!(text)))
}

#[tokio::test]
async fn a_change_is_in_everybodys_next_page_however_it_was_made() {
    let scene = Scene::new(json!({})).await;
    let same = |text| all(text, text, text);
    assert_eq!(scene.all_see("subject").await, same("Planung"));
    scene
        .patch_meeting(json!({ "subject": "Planung neu" }))
        .await;
    assert_eq!(scene.all_see("subject").await, same("Planung neu"));

    let copy = scene.seen(&scene.anna, "/me").await.expect("a copy");
    let accept = format!("/me/events/{}/accept", copy["id"].as_str().expect("an id"));
    scene
        .anna
        .post(&accept, &json!({ "sendResponse": true }))
        .await;
    let answers = scene.all_see("attendees").await;
    let answer = |item: &Option<Value>| {
        let item = item.as_ref().expect("seen");
        item[0]["status"]["response"].clone()
    };
    assert_eq!(
        (answer(&answers[0]), answer(&answers[2])),
        (json!("accepted"), json!("accepted"))
    );
    let own = scene.seen(&scene.anna, "/me").await.expect("a copy");
    assert_eq!(own["responseStatus"]["response"], "accepted");

    scene
        .patch_meeting(json!({ "sensitivity": "private" }))
        .await;
    let hidden = all("Planung neu", "Planung neu", "Private Appointment");
    assert_eq!(scene.all_see("subject").await, hidden);
    scene
        .patch_meeting(json!({ "sensitivity": "normal" }))
        .await;
    assert_eq!(scene.all_see("subject").await, same("Planung neu"));

    let cancel = format!("/me/events/{}/cancel", scene.id);
    let cancelled = scene.lena.post(&cancel, &json!({ "comment": "x" })).await;
    assert_eq!(cancelled.status, StatusCode::ACCEPTED, "{}", cancelled.body);
    let gone = [None, Some(json!("Canceled: Planung neu")), None];
    assert_eq!(scene.all_see("subject").await, gone);
}

#[tokio::test]
async fn another_share_level_counts_from_the_next_page_on() {
    let scene = Scene::new(json!({})).await;
    let list = "/me/calendar/calendarPermissions";
    let entries = scene.lena.get(list).await;
    let entry = entries.items().last().expect("the reader's").clone();
    let one = format!("{list}/{}", entry["id"].as_str().expect("an id"));
    let reader = || async { scene.all_see("subject").await[2].clone() };
    assert_eq!(reader().await, Some(json!("Planung")));
    scene.patch(&one, json!({ "role": "freeBusyRead" })).await;
    assert_eq!(reader().await, None);
    scene.patch(&one, json!({ "role": "read" })).await;
    assert_eq!(reader().await, Some(json!("Planung")));
    let gone = scene.lena.call(Method::DELETE, &one, &[], None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(reader().await, None);
}

#[tokio::test]
async fn a_changed_day_a_cancelled_day_and_a_reset_are_in_the_next_page() {
    let recurrence = json!({
        "pattern": { "type": "daily", "interval": 1 },
        "range": { "type": "numbered", "startDate": "2026-03-28", "numberOfOccurrences": 5 },
    });
    let times = |hour| {
        let time = format!("2026-03-28T{hour}:00:00");
        json!({ "dateTime": time, "timeZone": "Europe/Berlin" })
    };
    let series = json!({ "recurrence": recurrence, "start": times(12), "end": times(13) });
    let scene = Scene::new(series).await;
    let same = |text| all(text, text, text);
    assert_eq!(scene.all_see("subject").await, same("Planung"));
    let day = scene.seen(&scene.lena, "/me").await.expect("the day");
    let path = format!("/me/events/{}", day["id"].as_str().expect("an id"));
    scene.patch(&path, json!({ "subject": "Nur heute" })).await;
    assert_eq!(scene.all_see("subject").await, same("Nur heute"));
    scene.lena.post(&format!("{path}/cancel"), &json!({})).await;
    assert_eq!(scene.all_see("subject").await[0], None);
    scene.simulator.reset();
    let lena = App::holding(&scene.simulator, &lena(&scene.simulator).login, SCOPES);
    assert_eq!(scene.seen(&lena, "/me").await, None);
}

#[tokio::test]
async fn a_page_is_the_same_whether_it_is_put_together_or_worked_out() {
    let simulator = simulator().await;
    let app = App::holding(&simulator, &lena(&simulator).login, SCOPES);
    // A filter that everything passes has every event written anew.
    let anew = "&$filter=isCancelled%20eq%20true%20or%20isCancelled%20eq%20false";
    let windows = [
        ("2026-03-23T00:00:00Z", "2026-04-06T00:00:00Z"),
        ("2026-03-29T00:59:59.5Z", "2026-03-29T01:30:00Z"),
        ("2026-03-24T09:30:00Z", "2026-03-24T09:30:00Z"),
        ("2026-03-25T22:30:00Z", "2026-03-25T23:30:00Z"),
        ("2024-01-01T00:00:00Z", "2028-06-01T00:00:00Z"),
        ("2026-10-24T00:00:00Z", "2026-10-27T00:00:00Z"),
        ("2026-03-26T00:00:00Z", "2026-03-27T00:00:00Z"),
        ("2031-03-26T00:00:00Z", "2031-03-27T00:00:00Z"),
        ("2026-04-01T00:00:00Z", "2026-07-27T00:00:00Z"),
    ];
    let options = [
        "&$top=1000",
        "&$top=7&$skip=3&$count=true",
        "&$top=1000&$orderby=start/dateTime",
        "&$top=1000&$orderby=start/dateTime%20desc",
        "&$top=5&$select=subject,start,onlineMeeting,createdDateTime&$orderby=start/dateTime",
        "&$top=1000&$select=subject,isOnlineMeeting,onlineMeeting",
    ];
    let prefers = [
        "outlook.timezone=\"UTC\"",
        "outlook.timezone=\"Pacific Standard Time\", IdType=\"ImmutableId\"",
        "outlook.timezone=\"Europe/Berlin\", outlook.body-content-type=\"text\"",
    ];
    let mut seen = 0;
    for (from, until) in windows {
        for option in options {
            for prefer in prefers {
                let path =
                    format!("/me/calendarView?startDateTime={from}&endDateTime={until}{option}");
                let headers = [("prefer", prefer)];
                let page = app.get_with(&path, &headers).await;
                let checked = app.get_with(&format!("{path}{anew}"), &headers).await;
                assert_eq!(page.items(), checked.items(), "{path} {prefer}");
                for name in ["@odata.count", "@odata.context"] {
                    assert_eq!(page.body[name], checked.body[name], "{path}");
                }
                let more = |body: &Value| body["@odata.nextLink"].is_string();
                assert_eq!(more(&page.body), more(&checked.body), "{path}");
                seen += page.items().len();
            }
        }
    }
    assert!(seen > 1_000, "{seen}");
}
