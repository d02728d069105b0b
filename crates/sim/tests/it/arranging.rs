//! Arranging calendars: making, grouping, sharing.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::{Answer, App, lena, simulator};

const SCOPES: &str = "User.Read Calendars.ReadWrite Calendars.Read.Shared";

async fn patch(app: &App, path: &str, body: Value) -> Answer {
    app.call(Method::PATCH, path, &[], Some(&body)).await
}

async fn delete(app: &App, path: &str) -> Answer {
    app.call(Method::DELETE, path, &[], None).await
}

#[tokio::test]
async fn a_calendar_is_made_renamed_filled_and_removed_with_what_is_in_it() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let made = app
        .post(
            "/me/calendars",
            &json!({ "Name": "Volunteer", "color": "LightBlue" }),
        )
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert_eq!(
        (&made.body["color"], &made.body["isDefaultCalendar"]),
        (&json!("lightBlue"), &json!(false))
    );
    let id = made.body["id"].as_str().expect("an id");
    let again = app
        .post("/me/calendars", &json!({ "name": "Volunteer" }))
        .await;
    assert_eq!(
        (again.status, again.code()),
        (StatusCode::CONFLICT, "ErrorFolderExists")
    );
    let event = json!({
        "subject": "Kitchen",
        "start": { "dateTime": "2026-03-26T10:00:00", "timeZone": "UTC" },
        "end": { "dateTime": "2026-03-26T11:00:00", "timeZone": "UTC" },
    });
    let path = format!("/me/calendars/{id}");
    let event = app.post(&format!("{path}/events"), &event).await;
    let event = event.body["id"].as_str().expect("an id").to_owned();
    let renamed = patch(&app, &path, json!({ "name": "Kitchen duty" })).await;
    assert_eq!(renamed.body["name"], "Kitchen duty");
    assert_ne!(renamed.body["changeKey"], made.body["changeKey"]);
    assert_eq!(delete(&app, &path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.get(&path).await.code(), "ErrorItemNotFound");
    assert_eq!(
        app.get(&format!("/me/events/{event}")).await.code(),
        "ErrorItemNotFound"
    );
}

#[tokio::test]
async fn the_default_calendar_can_be_renamed_and_never_removed() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let renamed = patch(&app, "/me/calendar", json!({ "name": "Social events" })).await;
    assert_eq!(renamed.body["name"], "Social events");
    let id = renamed.body["id"].as_str().expect("an id");
    let refused = delete(&app, &format!("/me/calendars/{id}")).await;
    assert_eq!(refused.code(), "ErrorDeleteDistinguishedFolder");
    for body in [
        json!({ "name": "" }),
        json!({ "name": 7 }),
        json!({ "color": "mauve" }),
        json!([]),
    ] {
        assert_eq!(
            patch(&app, "/me/calendar", body.clone()).await.status,
            StatusCode::BAD_REQUEST,
            "{body}"
        );
    }
}

#[tokio::test]
async fn calendars_are_listed_under_the_group_they_were_made_in() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let given = app.get("/me/calendarGroups").await;
    assert_eq!(
        given.texts("name"),
        ["My Calendars", "Other Calendars", "People's Calendars"]
    );
    let group = app
        .post("/me/calendarGroups", &json!({ "name": "Personal events" }))
        .await;
    assert_eq!(group.status, StatusCode::CREATED);
    let group = format!(
        "/me/calendarGroups/{}",
        group.body["id"].as_str().expect("an id")
    );
    let made = app
        .post(&format!("{group}/calendars"), &json!({ "name": "Garden" }))
        .await;
    let calendar = made.body["id"].as_str().expect("an id");
    assert_eq!(
        app.get(&format!("{group}/calendars")).await.texts("name"),
        ["Garden"]
    );
    let first = app
        .get(&format!(
            "/me/calendarGroups/{}/calendars",
            given.texts("id")[0]
        ))
        .await;
    assert!(!first.texts("name").contains(&"Garden"));
    let inside = format!("{group}/calendars/{calendar}");
    assert_eq!(app.get(&inside).await.body["name"], "Garden");
    assert_eq!(
        app.get(&format!("{inside}/events")).await.status,
        StatusCode::OK
    );
    // A group that holds something stays, and so do Outlook's own.
    assert_eq!(delete(&app, &group).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(delete(&app, &inside).await.status, StatusCode::NO_CONTENT);
    assert_eq!(delete(&app, &group).await.status, StatusCode::NO_CONTENT);
    let own = format!("/me/calendarGroups/{}", given.texts("id")[0]);
    assert_eq!(delete(&app, &own).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_permission_lets_a_colleague_see_until_it_is_taken_back() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let colleague = simulator
        .people()
        .into_iter()
        .find(|person| person.login.starts_with("nils"))
        .expect("Nils");
    let theirs = App::holding(&simulator, &colleague.login, SCOPES);
    let calendar = format!("/users/{}/calendar", lena(&simulator).login);
    assert_eq!(theirs.get(&calendar).await.code(), "ErrorItemNotFound");
    let list = "/me/calendar/calendarPermissions";
    let everybody = &app.get(list).await.body["value"][0];
    assert_eq!(
        (&everybody["role"], &everybody["isRemovable"]),
        (&json!("freeBusyRead"), &json!(false))
    );
    let body = json!({ "emailAddress": { "name": "Nils", "address": colleague.login }, "isInsideOrganization": true, "isRemovable": true, "role": "Read" });
    let made = app.post(list, &body).await;
    assert_eq!(
        (made.status, &made.body["role"]),
        (StatusCode::CREATED, &json!("read")),
        "{}",
        made.body
    );
    assert_eq!(theirs.get(&calendar).await.status, StatusCode::OK);
    let one = format!("{list}/{}", made.body["id"].as_str().expect("an id"));
    assert_eq!(app.post(list, &body).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        patch(&app, &one, json!({ "role": "freeBusyRead" }))
            .await
            .body["role"],
        "freeBusyRead"
    );
    assert_eq!(theirs.get(&calendar).await.code(), "ErrorItemNotFound");
    assert_eq!(
        patch(&app, &one, json!({ "role": "write" })).await.body["role"],
        "write"
    );
    assert_eq!(delete(&app, &one).await.status, StatusCode::NO_CONTENT);
    assert_eq!(theirs.get(&calendar).await.code(), "ErrorItemNotFound");
    assert_eq!(app.get(&one).await.code(), "ErrorItemNotFound");
    // Somebody outside gets less, and nobody arranges what is not hers.
    let outside = json!({ "emailAddress": { "address": "x@elsewhere.example" }, "role": "write" });
    assert_eq!(
        app.post(list, &outside).await.status,
        StatusCode::BAD_REQUEST
    );
    let foreign = format!("{calendar}/calendarPermissions");
    assert_eq!(theirs.get(&foreign).await.code(), "ErrorAccessDenied");
}
