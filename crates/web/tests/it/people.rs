//! People & connections: what an administrator sees and ends, and what nobody else does.

use axum::http::Method;
use domain::audit::Kind;
use domain::connection::ConnectionState;

use crate::stack::{Seat, Stack};

const PLACE: &str = "/administration/people";

async fn administrator(stack: &Stack) -> Seat {
    let object = "00000000-0000-4000-8000-999999999999";
    stack.person(object, "chief@nordwind.example", true).await
}

async fn page(seat: &Seat, path: &str) -> (u16, String) {
    let answer = seat.app.ask(Method::GET, path).signed_in().send().await;
    (answer.status, answer.body)
}

/// Sends a form; the place a redirect leads to, or the page.
async fn send(seat: &Seat, path: &str, number: &str) -> (u16, String) {
    let token = seat.app.form_token().await;
    let asked = seat.app.ask(Method::POST, path);
    let answer = asked.form(&token, &[("number", number)]).send().await;
    let to = answer.header("location").map(str::to_owned);
    (answer.status, to.unwrap_or(answer.body))
}

async fn state(stack: &Stack, seat: &Seat) -> Option<ConnectionState> {
    stack.connection(seat).await.map(|it| it.state)
}

#[tokio::test]
async fn an_administrator_ends_one_connection_and_the_record_names_her() {
    let stack = Stack::new().await;
    let chief = administrator(&stack).await;
    let (anna, bert) = (stack.connected(1).await, stack.connected(2).await);

    let (status, list) = page(&chief, PLACE).await;
    assert_eq!(status, 200);
    assert!(list.contains("2 connections can be ended."), "{list}");
    let path = format!("{PLACE}/{}/disconnect", anna.person);
    assert!(list.contains(&path));
    let (_, asked) = page(&chief, &path).await;
    assert!(asked.contains("End this connection?"));
    let still = state(&stack, &anna).await;
    assert_eq!(
        still,
        Some(ConnectionState::Connected),
        "looking ends nothing"
    );

    let (status, to) = send(&chief, &path, "").await;
    assert_eq!(
        (status, to.as_str()),
        (303, "/administration/people?ended=one")
    );
    assert_eq!(
        state(&stack, &anna).await,
        Some(ConnectionState::Disconnected)
    );
    assert_eq!(state(&stack, &bert).await, Some(ConnectionState::Connected));
    let entries = stack.entries(&anna, &[Kind::Disconnected]).await;
    let outcomes: Vec<_> = entries
        .iter()
        .map(|it| it.record.outcome.as_deref())
        .collect();
    assert_eq!(outcomes, [Some("done"), Some("begun")], "newest first");
    for entry in &entries {
        assert_eq!(entry.record.actor, Some(chief.person.clone()));
        assert_eq!(entry.record.reason.as_deref(), Some("by_administrator"));
    }
    let (status, _) = send(&chief, &path, "").await;
    let again = stack.entries(&anna, &[Kind::Disconnected]).await;
    assert_eq!(
        (status, again.len()),
        (303, 2),
        "once more ends nothing and says nothing"
    );
    let (_, activity) = page(&anna, "/activity").await;
    assert!(activity.contains("by an administrator"), "she is told");
}

#[tokio::test]
async fn everybody_is_disconnected_after_the_number_was_typed_and_not_before() {
    let stack = Stack::new().await;
    let chief = administrator(&stack).await;
    let mut people = Vec::new();
    for number in 0..40 {
        people.push(stack.connected(number).await);
    }
    let path = format!("{PLACE}/disconnect");
    for wrong in ["", "39", "40x"] {
        let (status, body) = send(&chief, &path, wrong).await;
        assert_eq!(status, 200);
        assert!(body.contains("Type 40 to confirm"), "{wrong}: {body}");
    }
    for seat in &people {
        assert_eq!(state(&stack, seat).await, Some(ConnectionState::Connected));
    }

    let (status, to) = send(&chief, &path, "40").await;
    assert_eq!(
        (status, to.as_str()),
        (303, "/administration/people?ended=all")
    );
    while !page(&chief, &to)
        .await
        .1
        .contains("Everybody is disconnected.")
    {
        tokio::task::yield_now().await;
    }
    for seat in &people {
        assert_eq!(
            state(&stack, seat).await,
            Some(ConnectionState::Disconnected)
        );
    }
    // The entry of the last may still be on its way: it is written when the connection is gone.
    stack.engine.drain(std::time::Duration::from_secs(30)).await;
    for seat in &people {
        assert_eq!(stack.entries(seat, &[Kind::Disconnected]).await.len(), 2);
    }
    let (_, body) = page(&chief, &path).await;
    assert!(body.contains("Nobody is connected."), "{body}");
}

#[tokio::test]
async fn the_list_is_filtered_and_paged() {
    let stack = Stack::new().await;
    let chief = administrator(&stack).await;
    for number in 0..60 {
        stack.connected(number).await;
    }
    let rows = |html: &str| html.matches("scope=\"row\"").count();
    let (_, first) = page(&chief, PLACE).await;
    assert_eq!(rows(&first), 50);
    let (_, next) = first.split_once("class=\"paging\"").expect("a next page");
    let next = next.split('"').find(|part| part.starts_with(PLACE));
    let next = next.expect("its address").replace("&#38;", "&");
    assert_eq!(rows(&page(&chief, &next).await.1), 11);
    for (query, expected) in [
        ("?text=chief", 1),
        ("?text=CHIEF%40", 1),
        ("?text=nobody-is-called-so", 0),
        ("?state=never", 1),
        ("?state=connected", 50),
        ("?state=revoked", 0),
        ("?state=connected&text=chief", 0),
        ("?state=nonsense", 50),
    ] {
        let (status, body) = page(&chief, &format!("{PLACE}{query}")).await;
        assert_eq!((status, rows(&body)), (200, expected), "{query}");
    }
    assert_eq!(
        page(&chief, &format!("{PLACE}?after=nonsense")).await.0,
        400
    );
}

#[tokio::test]
async fn nobody_but_an_administrator_of_the_organisation_ends_a_connection_of_others() {
    let stack = Stack::new().await;
    let chief = administrator(&stack).await;
    let (anna, bert) = (stack.connected(1).await, stack.connected(2).await);
    let path = format!("{PLACE}/{}/disconnect", bert.person);
    for path in [path.as_str(), "/administration/people/disconnect"] {
        assert_eq!(page(&anna, path).await.0, 403);
        assert_eq!(send(&anna, path, "2").await.0, 403);
        let forged = chief.app.ask(Method::POST, path);
        let forged = forged.form("forged", &[("number", "2")]).send().await;
        assert_eq!(forged.status, 403);
        let agent = chief.app.ask(Method::POST, path).with_key();
        let agent = agent.body("number=2".to_owned()).send().await;
        assert_eq!(agent.status, 303, "an agent is sent to sign in");
    }
    assert_eq!(state(&stack, &bert).await, Some(ConnectionState::Connected));

    // Somebody of another organisation does not exist for her.
    let other = stack.of_another_organisation().await;
    let path = format!("{PLACE}/{other}/disconnect");
    assert_eq!(page(&chief, &path).await.0, 404);
    assert_eq!(send(&chief, &path, "").await.0, 404);
    let (_, list) = page(&chief, PLACE).await;
    assert!(!list.contains(other.as_str()));
}

#[tokio::test]
async fn a_thousand_people_are_found_page_by_page_and_by_filters() {
    let stack = Stack::new().await;
    let chief = administrator(&stack).await;
    stack.many(1_000).await;
    let walk = async |query: &str| {
        let (mut found, mut path) = (Vec::new(), format!("{PLACE}?{query}"));
        loop {
            let (status, body) = page(&chief, &path).await;
            assert_eq!(status, 200, "{path}");
            let logins = body.split("<span class=\"quiet small\"><bdi>").skip(1);
            found.extend(logins.map(|rest| rest.split('<').next().expect("a login").to_owned()));
            let Some((_, paging)) = body.split_once("class=\"paging\"") else {
                return found;
            };
            let next = paging.split('"').find(|part| part.starts_with(PLACE));
            path = next.expect("its address").replace("&#38;", "&");
        }
    };
    let all = walk("").await;
    assert_eq!(all.len(), 1_001, "and the administrator");
    assert!(all[1..].is_sorted(), "in order, and so each once");
    for (query, expected) in [
        ("state=connected", 500),
        ("state=never", 501),
        ("text=person-01", 100),
        ("text=person-01&state=connected", 50),
        ("text=%25", 0),
        ("text=person_", 0),
    ] {
        assert_eq!(walk(query).await.len(), expected, "{query}");
    }
}
