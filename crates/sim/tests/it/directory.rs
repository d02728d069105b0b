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
    assert_eq!(names.len(), 15, "twelve people, a guest and two rooms");
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

#[tokio::test]
async fn contacts_are_in_folders_and_followed_by_delta() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let folders = app.get("/me/contactFolders").await;
    assert_eq!(folders.texts("displayName"), ["Messekontakte"]);
    let folder = format!("/me/contactFolders/{}", folders.texts("id")[0]);
    let children = app.get(&format!("{folder}/childFolders")).await;
    assert_eq!(children.texts("displayName"), ["Aussteller"]);
    let inside = app.get(&format!("{folder}/contacts")).await;
    assert_eq!(inside.texts("displayName"), ["Ole Sievers"]);
    assert_eq!(inside.texts("parentFolderId"), folders.texts("id"));

    let size = [("Prefer", "odata.maxpagesize=4")];
    let mut link = "/me/contacts/delta?$select=displayName".to_owned();
    let mut names = Vec::new();
    let mut pages = 0;
    let last = loop {
        let page = app.get_with(&link, &size).await;
        pages += 1;
        names.extend(page.texts("displayName").into_iter().map(str::to_owned));
        assert!(
            page.items()
                .iter()
                .all(|item| item.get("surname").is_none())
        );
        match page.body["@odata.nextLink"].as_str() {
            Some(next) => link = next.to_owned(),
            None => {
                break page.body["@odata.deltaLink"]
                    .as_str()
                    .expect("a link")
                    .to_owned();
            }
        }
    };
    assert_eq!((names.len(), pages), (10, 3));
    assert!(
        app.get(&last).await.items().is_empty(),
        "nothing has changed"
    );
    let lost = app.get("/me/contacts/delta?$deltatoken=x").await;
    assert_eq!(
        (lost.status, lost.code()),
        (StatusCode::GONE, "SyncStateNotFound")
    );
    let other = last.replace("/me/contacts/", &format!("{}/contacts/", &folder));
    assert_eq!(app.get(&other).await.code(), "SyncStateInvalid");
    let refused = app.get("/me/contacts/delta?$top=2").await;
    assert_eq!(refused.code(), "ErrorInvalidUrlQuery");
}

#[tokio::test]
async fn the_directory_counts_and_sorts_under_its_advanced_rules_only() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let eventual = [("ConsistencyLevel", "eventual")];
    let plain = app.get("/users/$count").await;
    assert_eq!(
        (plain.status, plain.code()),
        (StatusCode::BAD_REQUEST, "Request_BadRequest")
    );
    let silent = app.get("/users?$count=true&$Top=1").await;
    assert!(silent.body.get("@odata.count").is_none());
    assert_eq!(silent.items().len(), 1);
    for path in [
        "/users?$filter=endswith(mail,'berger@nordwind.example')&$count=true",
        "/users?$filter=not%20startswith(displayName,'A')&$count=true",
        "/users?$filter=startswith(displayName,'A')&$orderby=displayName&$count=true",
    ] {
        let refused = app.get(path).await;
        assert_eq!(refused.code(), "Request_UnsupportedQuery", "{path}");
        let found = app.get_with(path, &eventual).await;
        assert_eq!(found.status, StatusCode::OK, "{path}: {}", found.body);
        assert_eq!(found.body["@odata.count"], found.items().len(), "{path}");
    }
    for (path, code) in [
        (
            "/users?$filter=contains(displayName,'nna')",
            "Request_UnsupportedQuery",
        ),
        ("/users?$top=1000", "Request_UnsupportedQuery"),
        ("/users?$skiptoken=5", "Directory_ExpiredPageToken"),
        ("/users?$filter=nonsense%20eq%20'x'", "BadRequest"),
        ("/users?$expand=manager", "ExpandNotSupported"),
    ] {
        let refused = app.get_with(path, &eventual).await;
        assert_eq!(
            (refused.status, refused.code()),
            (StatusCode::BAD_REQUEST, code),
            "{path}"
        );
    }
}

#[tokio::test]
async fn rooms_and_strangers_are_refused_each_by_a_code_of_their_own() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    let check = async |who: &str, status: StatusCode, code: &str| {
        let answer = app.get(&format!("/users/{who}/calendar")).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{who}");
    };
    let forbidden = StatusCode::FORBIDDEN;
    check(
        "raum.alster@nordwind.example",
        forbidden,
        "DelegatedCalendarAccessDenied",
    )
    .await;
    let missing = StatusCode::NOT_FOUND;
    check("nobody@nordwind.example", missing, "ErrorInvalidUser").await;
    let stranger = "00000000-1111-4222-8333-444444444444";
    check(stranger, missing, "ResourceNotFound").await;
}
