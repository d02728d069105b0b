//! More people for load, and pages that are remembered.

use serde_json::json;
use sim::{Company, Options, Simulator};

use crate::browser::{App, START, lena};

async fn crowded(more_people: usize) -> Simulator {
    let company = Company {
        more_people,
        start: Some(START.parse().expect("an instant")),
        ..Company::default()
    };
    let options = Options {
        company,
        ..Options::default()
    };
    sim::start(options).await.expect("started")
}

#[tokio::test]
async fn more_people_come_with_two_hundred_events_each_and_leave_the_company_as_it_is() {
    let (plain, crowded) = (crowded(0).await, crowded(25).await);
    let (few, many) = (plain.people(), crowded.people());
    assert_eq!(many.len(), few.len() + 25);
    assert_eq!(many[..few.len()], few);
    let main = &lena(&plain).login;
    let ids = |simulator: &Simulator| -> Vec<_> {
        let events = simulator.events_of(main);
        events.iter().map(|event| event["id"].clone()).collect()
    };
    assert_eq!(ids(&plain), ids(&crowded));
    for person in &many[few.len()..] {
        let events = crowded.events_of(&person.login);
        assert_eq!(events.len(), 200, "{}", person.login);
        let invited = events.iter().filter(|event| event["isOrganizer"] == false);
        assert!(invited.count() >= 90, "{}", person.login);
        let first = &events[0];
        assert!(
            first["subject"]
                .as_str()
                .is_some_and(|subject| !subject.is_empty())
        );
    }
    let mut logins: Vec<_> = many.iter().map(|person| &person.login).collect();
    logins.sort();
    logins.dedup();
    assert_eq!(logins.len(), many.len());
    let one = many.last().expect("somebody");
    let app = App::connected(&crowded, one).await;
    let window = "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-05-01T00:00:00Z";
    let page = app.get(&format!("/me/calendarView?{window}&$top=25")).await;
    assert_eq!(page.items().len(), 25);
}

#[tokio::test]
async fn a_page_that_is_asked_for_again_shows_what_changed_in_between() {
    let simulator = crowded(10).await;
    let people = simulator.people();
    let (one, other) = (&people[people.len() - 1], &people[people.len() - 2]);
    let app = App::connected(&simulator, one).await;
    let window = "startDateTime=2026-03-29T00:00:00Z&endDateTime=2026-03-30T00:00:00Z";
    let path = format!("/me/calendarView?{window}&$top=100");
    let before = app.get(&path).await;
    let again = app.get(&path).await;
    assert_eq!(before.body, again.body);
    assert_ne!(before.headers["request-id"], again.headers["request-id"]);
    // A Sunday has nothing yet, and the invitation comes from somebody else's request.
    assert_eq!(before.items().len(), 0);
    let organizer = App::connected(&simulator, other).await;
    let body = json!({
        "subject": "On a Sunday",
        "start": { "dateTime": "2026-03-29T12:00:00", "timeZone": "UTC" },
        "end": { "dateTime": "2026-03-29T13:00:00", "timeZone": "UTC" },
        "attendees": [{ "emailAddress": { "address": one.login }, "type": "required" }],
    });
    organizer.post("/me/events", &body).await;
    assert_eq!(app.get(&path).await.texts("subject"), ["On a Sunday"]);
    let berlin = [("prefer", "outlook.timezone=\"Europe/Berlin\"")];
    let there = app.get_with(&path, &berlin).await;
    assert_eq!(there.items()[0]["start"]["timeZone"], "Europe/Berlin");
    assert_eq!(app.get(&path).await.items()[0]["start"]["timeZone"], "UTC");
}
