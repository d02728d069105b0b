//! Series: what the answer says of them against the events that Outlook makes of them.

use serde_json::{Value, json};

use super::{Desk, event};

impl Desk {
    /// The local starts of all events of a series, as Outlook has them.
    async fn instances(&self, id: &str, zone: &str) -> Vec<String> {
        let login = &self.pair.login;
        let token = self
            .house
            .sim
            .token_for(login, "Calendars.ReadWrite")
            .expect("a token");
        let mut next = Some(format!(
            "{}/me/events/{id}/instances?startDateTime=2031-01-01T00:00:00Z&endDateTime=2035-12-01T00:00:00Z&$top=200&$select=start",
            self.house.sim.graph()
        ));
        let mut starts = Vec::new();
        while let Some(url) = next.take() {
            #[expect(clippy::disallowed_methods, reason = "another client than ours")]
            let client = reqwest::Client::new();
            let request = client.get(&url).bearer_auth(&token);
            let request = request.header("Prefer", format!("outlook.timezone=\"{zone}\""));
            let page: Value = request
                .send()
                .await
                .expect("answers")
                .json()
                .await
                .expect("JSON");
            let events = page["value"]
                .as_array()
                .unwrap_or_else(|| panic!("{page}"))
                .iter();
            starts.extend(events.map(|event| {
                event["start"]["dateTime"].as_str().expect("a time")[..16].to_owned()
            }));
            next = page["@odata.nextLink"].as_str().map(str::to_owned);
        }
        starts
    }
}

/// Every pattern, in zones whose clocks change in spring and autumn and in one whose do not: as many events as told, first
/// and last on the days told, all at the same wall time.
#[tokio::test]
async fn a_series_has_the_events_that_the_answer_says() {
    let desk = Desk::open().await;
    let patterns = [
        ("2031-03-04", "daily, 40 times", "every day, 40 times"),
        (
            "2031-03-04",
            "every 3 days until 2031-12-01",
            "every 3 days, until 2031-12-01",
        ),
        (
            "2031-03-04",
            "werktags, 45 Mal",
            "every weekday (Monday to Friday), 45 times",
        ),
        (
            "2031-03-04",
            "jeden Dienstag bis 31.12.2031",
            "every Tuesday, until 2031-12-31",
        ),
        (
            "2031-03-03",
            "weekly on Monday and Wednesday, 70 times",
            "every week on Monday and Wednesday, 70 times",
        ),
        (
            "2031-03-03",
            "alle zwei Wochen montags, 10 Mal",
            "every 2 weeks on Monday, 10 times",
        ),
        (
            "2031-03-02",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,WE;WKST=SU;COUNT=31",
            "every 2 weeks on Wednesday and Sunday (weeks from Sunday), 31 times",
        ),
        (
            "2031-03-15",
            "monthly on the 15th, 12 times",
            "every month on the 15th, 12 times",
        ),
        (
            "2031-01-31",
            "on the last day of every month, 13 times",
            "every month on the last day, 13 times",
        ),
        (
            "2031-01-30",
            "FREQ=MONTHLY;BYMONTHDAY=30;COUNT=13",
            "every month on the 30th (in shorter months the last day), 13 times",
        ),
        (
            "2031-03-11",
            "every second Tuesday of the month until 2032-03-09",
            "every month on the second Tuesday, until 2032-03-09",
        ),
        (
            "2031-04-07",
            "am ersten Montag im Monat, 10 Mal",
            "every month on the first Monday, 10 times",
        ),
        (
            "2031-03-31",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=14",
            "every month on the last Monday, Tuesday, Wednesday, Thursday or Friday, 14 times",
        ),
        (
            "2032-02-29",
            "yearly, 3 times",
            "every year on 29 February, 3 times",
        ),
        (
            "2031-10-26",
            "the last Sunday of October, 4 times",
            "every year on the last Sunday of October, 4 times",
        ),
        (
            "2031-03-04",
            "every 2 years, 2 times",
            "every 2 years on 4 March, 2 times",
        ),
    ];
    for zone in ["Europe/Berlin", "America/New_York", "America/Sao_Paulo"] {
        for (day, said, told) in patterns {
            let title = format!("{said} {zone}");
            let start = format!("{day}T09:30");
            let answer = desk
                .check(
                    event(&title, json!({"start": start, "zone": zone, "recurrence": said})),
                    json!({"status": "done", "event": {"series": true}, "series": {"repeats": told}}),
                    json!({"type": "seriesMaster"}),
                )
                .await;
            let held = &desk.held(&title)[0];
            let starts = desk
                .instances(held["id"].as_str().expect("an id"), zone)
                .await;
            let series = &answer["series"];
            let day_of = |name: &str| series[name].as_str().expect("a day")[4..].to_owned();
            assert_eq!(series["events"], json!(starts.len()), "{title}");
            assert_eq!(
                starts.first(),
                Some(&format!("{}T09:30", day_of("first"))),
                "{title}"
            );
            assert_eq!(
                starts.last(),
                Some(&format!("{}T09:30", day_of("last"))),
                "{title}"
            );
            assert!(
                starts.iter().all(|start| start.ends_with("T09:30")),
                "{title}: {starts:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_series_of_whole_days_and_one_without_end_are_told_as_such() {
    let desk = Desk::open().await;
    desk.check(
        json!({"title": "Fair", "start": "2031-05-02", "end": "2031-05-03", "recurrence": "yearly, 5 times"}),
        json!({"event": {"all_day": "2031-05-02/2031-05-03"}, "series": {"events": 5, "first": "Fri 2031-05-02", "last": "Wed 2035-05-02"}}),
        json!({"isAllDay": true}),
    )
    .await;
    let answer = desk
        .check(
            event("Endless", json!({"recurrence": "every Tuesday"})),
            json!({"series": {"repeats": "every Tuesday", "first": "Tue 2031-03-04", "last": "no end"}}),
            json!({"recurrence": {"range": {"type": "noEnd", "recurrenceTimeZone": "W. Europe Standard Time"}}}),
        )
        .await;
    assert_eq!(answer["series"].get("events"), None);
}

/// The id of a series leads to its first event, as any other id leads to its own.
#[tokio::test]
async fn the_id_of_a_new_series_is_good_for_the_tools_that_act_on_events() {
    let desk = Desk::open().await;
    let weekly = event("Weekly", json!({"recurrence": "weekly, 3 times"}));
    let made = desk.create(&weekly).await;
    let id = json!({"id": made["event"]["id"]});
    let read = desk
        .house
        .call(&desk.pair, "read_event", id)
        .await
        .expect("found");
    assert_eq!(
        (&read.body["status"], &read.body["title"]),
        (&json!("done"), &json!("Weekly")),
        "{}",
        read.body
    );
    let again = desk.create(&event("Weekly", json!({}))).await;
    assert_eq!(again["status"], "already_exists");
    assert_eq!(again["event"]["start"], made["event"]["start"]);
}
