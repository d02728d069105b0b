//! The person herself, the directory, relevant people and contacts.

use reqwest::StatusCode;
use serde_json::Value;

use crate::browser::{App, lena, simulator};

#[tokio::test]
async fn the_person_sees_herself_completely_and_others_only_basically() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let me = app.get("/me").await.body;
    assert_eq!(
        (me["displayName"].as_str(), me["jobTitle"].as_str()),
        (Some("Lena Hoffmann"), Some("Key Account Managerin"))
    );
    let anna = app
        .get("/users/anna.berger@nordwind.example?$select=displayName,department,businessPhones,id")
        .await
        .body;
    assert_eq!(
        (anna["displayName"].as_str(), &anna["department"]),
        (Some("Anna Berger"), &Value::Null)
    );
    let by_id = app
        .get(&format!("/users/{}", anna["id"].as_str().expect("an id")))
        .await
        .body;
    assert_eq!(by_id["mail"], "anna.berger@nordwind.example");
    let unknown = app.get("/users/nobody@nordwind.example").await;
    assert_eq!(
        (unknown.status, unknown.code()),
        (StatusCode::NOT_FOUND, "Request_ResourceNotFound")
    );
}

#[tokio::test]
async fn two_annas_are_found_by_search_with_the_header_only() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let path = "/users?$search=%22displayName:anna%22%20OR%20%22mail:anna%22&$count=true";
    let refused = app.get(path).await;
    assert_eq!(
        (refused.status, refused.code()),
        (StatusCode::BAD_REQUEST, "Request_UnsupportedQuery")
    );
    let found = app
        .get_with(path, &[("ConsistencyLevel", "eventual")])
        .await;
    assert_eq!(found.texts("displayName"), ["Anna Berger", "Anna Brandt"]);
    assert_eq!(found.body["@odata.count"], 2);
    let filtered = app
        .get("/users?$filter=startswith(displayName,'Anna%20B')")
        .await;
    assert_eq!(filtered.items().len(), 2);
}

#[tokio::test]
async fn the_directory_pages_by_a_token_and_knows_the_guest() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let mut names = Vec::new();
    let mut next = Some("/users?$top=5".to_owned());
    while let Some(path) = next {
        let page = app.get(&path).await;
        names.extend(
            page.texts("userPrincipalName")
                .into_iter()
                .map(str::to_owned),
        );
        next = page.body["@odata.nextLink"].as_str().map(str::to_owned);
        assert!(
            next.as_ref().is_none_or(
                |next| next.starts_with(&simulator.graph()) && next.contains("$skiptoken")
            )
        );
    }
    assert_eq!(names.len(), 13);
    assert!(names.iter().any(|name| name.contains("#EXT#")));
    assert_eq!(
        app.get("/users?$skip=5").await.status,
        StatusCode::BAD_REQUEST
    );
    let guest = "paul.schneider_hafenbau.example%23EXT%23@nordwind.example";
    let window = "startDateTime=2026-03-23T00:00:00Z&endDateTime=2026-03-24T00:00:00Z";
    let none = app
        .get(&format!("/users/{guest}/calendarView?{window}"))
        .await;
    assert_eq!(
        (none.status, none.code()),
        (StatusCode::NOT_FOUND, "MailboxNotEnabledForRESTAPI")
    );
}

#[tokio::test]
async fn people_are_found_although_misspelt() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let found = app.get("/me/people?$search=%22Bergar%22").await;
    assert_eq!(found.texts("displayName"), ["Anna Berger"]);
    assert_eq!(found.items()[0]["department"], "Marketing");
    let annas = app.get("/me/people?$search=anna").await;
    assert_eq!(annas.items().len(), 3, "two colleagues and a customer");
    let page = app.get("/me/people").await;
    assert_eq!(page.items().len(), 10);
    assert!(page.body["@odata.nextLink"].is_string());
    let colleagues = app
        .get("/me/people?$top=50&$filter=personType/subclass%20eq%20'OrganizationUser'")
        .await;
    assert_eq!(colleagues.items().len(), 11);
}

#[tokio::test]
async fn contacts_can_be_read_and_filtered_by_address_only() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let all = app
        .get("/me/contacts?$count=true&$orderby=displayName")
        .await;
    assert_eq!(all.body["@odata.count"], 10);
    let found = app
        .get("/me/contacts?$filter=emailAddresses/any(a:a/address%20eq%20'c.meier@elbtal.example')")
        .await;
    assert_eq!(found.texts("companyName"), ["Elbtal Logistik AG"]);
    let id = found.items()[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        app.get(&format!("/me/contacts/{id}?$select=displayName"))
            .await
            .body["displayName"],
        "Claudia Meier"
    );
    let refused = app
        .get("/me/contacts?$filter=emailAddresses/all(a:a/address%20eq%20'x')")
        .await;
    assert_eq!(refused.code(), "ErrorInvalidUrlQueryFilter");
}

#[tokio::test]
async fn what_no_scope_covers_is_refused_in_the_words_of_its_service() {
    let simulator = simulator().await;
    let person = lena(&simulator);
    let app = App::connected(&simulator, &person).await;
    for path in [
        "/me/mailboxSettings",
        "/me/mailboxSettings/timeZone",
        "/me?$select=mailboxSettings",
    ] {
        let answer = app.get(path).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::FORBIDDEN, "ErrorAccessDenied"),
            "{path}"
        );
    }
    assert_eq!(
        app.get("/me/manager").await.code(),
        "Authorization_RequestDenied"
    );
    let little = App::with(
        &simulator,
        &simulator.people()[2],
        "openid profile User.Read",
        "",
    )
    .await;
    for path in ["/me/calendars", "/me/events", "/me/contacts", "/me/people"] {
        assert_eq!(little.get(path).await.code(), "ErrorAccessDenied", "{path}");
    }
    assert_eq!(
        little.get("/users").await.code(),
        "Authorization_RequestDenied"
    );
}

#[tokio::test]
async fn errors_have_microsofts_shape_and_ids() {
    let simulator = simulator().await;
    let mut app = App::connected(&simulator, &lena(&simulator)).await;
    let unknown = app
        .get_with("/me/mailfolderz", &[("client-request-id", "mine-1")])
        .await;
    assert_eq!(
        (unknown.status, unknown.code()),
        (StatusCode::BAD_REQUEST, "BadRequest")
    );
    assert_eq!(
        unknown.body["error"]["message"],
        "Resource not found for the segment 'mailfolderz'."
    );
    assert_eq!(
        unknown.body["error"]["innerError"]["client-request-id"],
        "mine-1"
    );
    assert_eq!(unknown.headers["client-request-id"], "mine-1");
    assert_eq!(
        unknown.body["error"]["innerError"]["request-id"],
        unknown.headers["request-id"].to_str().expect("text")
    );
    assert_eq!(
        app.get("/me/events?$select=nonsense").await.code(),
        "BadRequest"
    );
    app.access_token = "garbled".to_owned();
    let refused = app.get("/me").await;
    assert_eq!(
        (refused.status, refused.code()),
        (StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken")
    );
}

#[tokio::test]
async fn the_zones_come_by_either_name() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let windows = app.get("/me/outlook/supportedTimeZones").await;
    assert!(windows.texts("alias").contains(&"W. Europe Standard Time"));
    let iana = app.get("/me/outlook/supportedTimeZones(TimeZoneStandard=microsoft.graph.timeZoneStandard'Iana')").await;
    assert!(iana.texts("alias").contains(&"Europe/Berlin"));
}
