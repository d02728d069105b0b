//! Marked secrets and marked content: they may come out where they were asked for, and nowhere else.

use serde_json::json;

use crate::house::House;

const MARK: &str = "Zebrafink";

#[tokio::test]
async fn no_marked_secret_or_content_comes_out() {
    let house = House::new(&[("ATTACHE_LOG__LEVEL", "trace")]);
    let mut administrator = house.signed_in(house.administrator()).await;
    let mut member = house.signed_in(house.member()).await;
    house.connect(&mut member).await;
    house
        .set(
            &mut administrator,
            &[
                ("search_events", "always_allow"),
                ("create_event", "ask"),
                ("search_contacts", "always_allow"),
                ("read_profile", "always_allow"),
            ],
        )
        .await;

    let attendee = "zebrafink@kanarienvogel.example";
    let event = json!({"title": format!("{MARK} title"), "start": "2031-03-04T10:00", "duration_minutes": 15, "location": format!("{MARK} place"), "body": format!("{MARK} text"), "attendees": [attendee]});
    let (status, asked) = house.rest("create_event", &event).await;
    assert_eq!(
        (status, asked["status"].as_str()),
        (202, Some("approval_required"))
    );
    let link = asked["link"].as_str().expect("a link").to_owned();
    assert!(!link.contains(MARK), "the link says nothing of the content");
    member.open(&link).await;
    assert!(member.html.contains(MARK), "the card shows what was asked");
    member.submit("/approve", &[]).await;

    // Every kind of failure, with marked content in it.
    for wrong in [
        json!({"title": MARK, "start": MARK}),
        json!({"title": MARK, "start": "2031-03-04T10:00", "end": "2031-03-04T09:00"}),
        json!({"title": MARK, "start": "2031-03-04T10:00", "duration_minutes": 5, "attendees": [MARK]}),
        json!({(MARK): MARK}),
    ] {
        assert_eq!(house.rest("create_event", &wrong).await.0, 400);
    }
    for fault in [
        json!("garbage"),
        json!("html"),
        json!("drop"),
        json!({"status": {"status": 500, "body": MARK}}),
        json!({"status": {"status": 403, "body": format!("{{\"error\":{{\"code\":\"{MARK} says\",\"message\":\"{MARK}\"}}}}")}}),
    ] {
        let fault = json!({"surface": "graph", "answer": fault});
        let faults = format!("{}/_sim/faults", house.simulator());
        assert!(
            house
                .client
                .post(&faults)
                .json(&fault)
                .send()
                .await
                .expect("set")
                .status()
                .is_success()
        );
        let (status, _) = house.rest("search_events", &json!({"text": MARK})).await;
        assert!(status >= 500, "{fault}: {status}");
        house.client.delete(&faults).send().await.expect("cleared");
    }
    let (_, found) = house
        .rest(
            "search_events",
            &json!({"from": "2031-03-01", "to": "2031-03-10", "text": MARK}),
        )
        .await;
    assert_eq!(
        found["events"].as_array().map(Vec::len),
        Some(1),
        "where it was asked for it comes out"
    );
    house.rest("search_contacts", &json!({"query": MARK})).await;
    house
        .mcp(
            "tools/call",
            json!({"name": "search_events", "arguments": {"text": MARK}}),
        )
        .await;
    house
        .mcp("tools/call", json!({"name": MARK, "arguments": {}}))
        .await;
    house
        .client
        .get(format!(
            "{}/api/v1/me?access_token={}",
            house.base(),
            house.token()
        ))
        .send()
        .await
        .expect("an answer");

    // What Microsoft was asked: content belongs into bodies, not into addresses.
    let log = house
        .client
        .get(format!("{}/_sim/log", house.simulator()))
        .send()
        .await
        .expect("the log")
        .text()
        .await
        .expect("text");
    for line in log.split("\"path\":").skip(1) {
        let path = line.split('"').nth(1).unwrap_or_default();
        assert!(!path.contains(MARK), "{path}");
    }

    let secrets = [
        house.token().to_owned(),
        password(&house),
        attendee.to_owned(),
        house.member()["login"]
            .as_str()
            .expect("a login")
            .to_owned(),
    ];
    let log = house.end();
    let answered = log.lines().filter(|line| line.contains("DEBUG")).count();
    assert!(
        answered > 20,
        "the log really tells of every request: {answered} lines"
    );
    assert!(
        !log.to_lowercase().contains(&MARK.to_lowercase()),
        "{:?}",
        log.lines()
            .find(|line| line.to_lowercase().contains(&MARK.to_lowercase()))
    );
    for secret in &secrets {
        assert!(
            !log.contains(secret.as_str()),
            "{:?}",
            log.lines().find(|line| line.contains(secret.as_str()))
        );
    }
    // The shapes of secrets: our keys, the simulator's tokens and codes, JSON Web Tokens, bearer headers, cookies.
    for shape in [
        "attache_key_",
        "eyJ",
        "Bearer ",
        "refresh_token=",
        "&code=",
        "?code=",
        "attache-session=",
        "code_verifier",
    ] {
        assert!(
            !log.contains(shape),
            "{shape}: {:?}",
            log.lines().find(|line| line.contains(shape))
        );
    }
}

fn password(house: &House) -> String {
    house.member()["password"]
        .as_str()
        .expect("a password")
        .to_owned()
}
