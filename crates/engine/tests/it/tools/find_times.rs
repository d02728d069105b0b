//! *Find Meeting Times* against Microsoft's stand-in: by example, and against what the mailboxes hold.

mod cases;
mod company;
mod held;

use domain::permission::Level;
use serde_json::{Value, json};
use sim::{Fault, FaultAnswer, Surface};

use crate::house::{House, Pair};
use company::{ABSENT, CROWD, JONAS, LENA, MIKE, SOFIA, house};
use held::Held;

const ALLOWED: [(&str, Level); 1] = [("find_times", Level::AlwaysAllow)];

async fn ask(house: &House, pair: &Pair, arguments: &Value) -> Value {
    match house.call(pair, "find_times", arguments.clone()).await {
        Ok(answer) => answer.body,
        Err(error) => panic!("{arguments}: {}: {}", error.code, error.message),
    }
}

/// The starts of an answer, such as `Mon 26 14:00`, or its status.
fn starts(answer: &Value) -> String {
    let slots = answer["slots"].as_array().into_iter().flatten();
    let starts: Vec<String> = slots
        .map(|slot| {
            let (day, start) = (slot["day"].as_str(), slot["start"].as_str());
            let (day, start) = (day.unwrap_or("?"), start.expect("a start"));
            format!("{day} {} {}", &start[8..10], &start[11..16])
        })
        .collect();
    if starts.is_empty() {
        answer["status"].as_str().unwrap_or("?").to_owned()
    } else {
        starts.join(", ")
    }
}

/// 250 made-up questions; every answer is held against the mailboxes themselves, start by start.
#[tokio::test]
async fn every_time_is_free_in_the_mailboxes_and_where_none_is_said_there_is_none() {
    let house = house("2026-10-19T06:00:00Z").await;
    let lena = house.connected(LENA, &ALLOWED).await;
    let held = Held::of(&house.sim);
    let (mut slots, mut none) = (0, 0);
    for seed in 0..250 {
        let case = held::Case::of(seed);
        let answer = ask(&house, &lena, &case.arguments()).await;
        match answer["status"].as_str() {
            Some("done") => slots += held.check(&case, &answer),
            Some("no_slot") => {
                let free = held.first_free(&case);
                assert!(free.is_none(), "{}: {free:?}\n{answer}", case.arguments());
                none += 1;
            }
            other => panic!("{other:?}: {answer}"),
        }
    }
    assert!(slots > 300 && none > 10, "{slots} slots, {none} times none");
}

#[tokio::test]
async fn one_bad_address_stays_its_own() {
    let house = house("2026-10-19T06:00:00Z").await;
    let lena = house.connected(LENA, &ALLOWED).await;
    let day = json!({"duration_minutes": 60, "from": "2026-10-22", "to": "2026-10-22"});
    let with = |people: Value| {
        let mut arguments = day.clone();
        arguments["attendees"] = people;
        arguments
    };
    let (nobody, elsewhere) = ("nobody@slots.example", "x@elsewhere.example");
    let answer = ask(
        &house,
        &lena,
        &with(json!([nobody, MIKE, elsewhere, ABSENT])),
    )
    .await;
    assert_eq!(answer["slots"][0]["start"], "2026-10-22T14:00+02:00");
    assert_eq!(
        answer["slots"][0]["local"],
        json!({"America/New_York": "Thu 08:00"})
    );
    assert_eq!(answer["zones"], json!({"America/New_York": [MIKE]}));
    assert_eq!(answer["slots"][0]["reason"], "All 3 are free.");
    assert_eq!(answer["not_found"], json!([nobody, elsewhere]));
    assert_eq!(answer["unknown_working_hours"], json!([ABSENT]));
    assert!(
        answer["note"]
            .as_str()
            .expect("a note")
            .starts_with("Whether those")
    );
    let answer = ask(&house, &lena, &with(json!([nobody]))).await;
    assert_eq!(answer["status"], "done");
    assert_eq!(answer["slots"][0]["reason"], "The person is free.");
    assert!(
        answer["note"]
            .as_str()
            .expect("a note")
            .starts_with("No calendar but the person's own")
    );
}

#[tokio::test]
async fn facts_about_a_time_and_what_would_free_one_are_said() {
    let house = house("2026-10-19T06:00:00Z").await;
    let lena = house.connected(LENA, &ALLOWED).await;
    let tentative = json!({"duration_minutes": 60, "from": "2026-10-21", "to": "2026-10-21", "between": "13:00-14:00", "optional_attendees": [MIKE]});
    let answer = ask(&house, &lena, &tentative).await;
    let slot = &answer["slots"][0];
    assert_eq!(slot["tentative"], json!(["lena@slots.example"]));
    assert_eq!(slot["outside_hours"], json!([MIKE]));
    assert_eq!(
        slot["reason"],
        "Of 2: 1 tentative, 1 optional tentative or outside working hours."
    );
    let away = json!({"duration_minutes": 60, "from": "2026-10-28", "to": "2026-10-28", "attendees": [JONAS, SOFIA]});
    let answer = ask(&house, &lena, &away).await;
    assert_eq!(answer["status"], "no_slot");
    assert_eq!(answer["blockers"][0]["who"], JONAS);
    // Without him, what Berlin and São Paulo share: 12:00 to 17:00, seventeen starts of an hour.
    assert_eq!(answer["blockers"][0]["free_without"], 17);
    let long = json!({"duration_minutes": 300, "from": "2026-10-22", "to": "2026-10-22", "attendees": [MIKE]});
    let answer = ask(&house, &lena, &long).await;
    assert_eq!(answer["status"], "no_slot");
    assert_eq!(answer["would_free"]["duration_minutes"], 150);
    assert!(
        answer["would_free"]["outside_hours"]
            .as_u64()
            .expect("some")
            > 0
    );
}

#[tokio::test]
async fn forty_five_people_are_three_requests_and_never_more_than_four_are_under_way() {
    let house = house("2026-10-19T06:00:00Z").await;
    let lena = house.connected(LENA, &ALLOWED).await;
    let crowd: Vec<String> = (0..CROWD).map(company::of_crowd).collect();
    let week = json!({"duration_minutes": 30, "attendees": crowd, "from": "2026-10-26", "to": "2026-10-30"});
    // The first call learns who she is; what counts is the second.
    ask(&house, &lena, &week).await;
    house.sim.clear_log();
    house.sim.fault(Fault {
        surface: Surface::Graph,
        path_contains: Some("/me/calendar".into()),
        delay_ms: 60,
        ..Fault::default()
    });
    let answer = ask(&house, &lena, &week).await;
    let sent = schedules(&house);
    assert_eq!(sent, [20, 20, 5]);
    assert_eq!(answer["slots"].as_array().map(Vec::len), Some(5));
    let size = answer.to_string().len();
    assert!(size < 1_000, "{size} characters: {answer}");
    // A hundred days are two parts: six requests and her own calendar, seven in all that could go at once.
    house.sim.clear_log();
    let mut hundred = week.clone();
    hundred["to"] = "2027-02-02".into();
    assert_eq!(ask(&house, &lena, &hundred).await["status"], "done");
    assert_eq!(schedules(&house).len(), 6);
    // The simulator refuses the fifth at a time.
    assert!(
        house
            .graph_requests()
            .iter()
            .all(|entry| entry.status == 200)
    );
}

/// How many people each request for schedules was about.
fn schedules(house: &House) -> Vec<usize> {
    let requests = house.graph_requests().into_iter();
    let asked =
        requests.filter(|entry| entry.path.ends_with("/getSchedule") && entry.status == 200);
    let mut sizes: Vec<usize> = asked
        .map(|entry| {
            let body: Value =
                serde_json::from_str(&entry.request_body.expect("kept")).expect("JSON");
            body["schedules"].as_array().expect("addresses").len()
        })
        .collect();
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    sizes
}

#[tokio::test]
async fn throttling_in_the_middle_is_waited_out_and_a_refused_batch_is_asked_in_halves() {
    let house = house("2026-10-19T06:00:00Z").await;
    let lena = house.connected(LENA, &ALLOWED).await;
    let crowd: Vec<String> = (0..CROWD).map(company::of_crowd).collect();
    let week = json!({"duration_minutes": 30, "attendees": crowd, "from": "2026-10-26", "to": "2026-10-30"});
    let plain = ask(&house, &lena, &week).await;
    let fault = |skip: u32, times: u32, answer: FaultAnswer| Fault {
        surface: Surface::Graph,
        path_contains: Some("/getSchedule".into()),
        skip,
        times: Some(times),
        answer,
        ..Fault::default()
    };
    house
        .sim
        .fault(fault(1, 1, FaultAnswer::Throttle { retry_after: 0 }));
    assert_eq!(ask(&house, &lena, &week).await, plain);
    let too_many = r#"{"error":{"code":"ErrorMailboxDataArrayTooBig","message":"There are too many target users."}}"#;
    let refused = FaultAnswer::Status {
        status: 400,
        headers: vec![("content-type".into(), "application/json".into())],
        body: too_many.into(),
    };
    house.sim.fault(fault(0, 1, refused.clone()));
    house.sim.clear_log();
    assert_eq!(ask(&house, &lena, &week).await, plain);
    assert_eq!(schedules(&house), [20, 10, 10, 5]);
    // Throttled to the end is said, and nothing is made up.
    house
        .sim
        .fault(fault(0, 9, FaultAnswer::Throttle { retry_after: 0 }));
    assert_eq!(
        house.word(&lena, "find_times", week.clone()).await,
        "microsoft_throttled"
    );
    house.sim.clear_faults();
    // Refused whatever is asked: everybody is said not to be seen.
    house.sim.fault(fault(0, 999, refused));
    let answer = ask(&house, &lena, &week).await;
    assert_eq!(answer["no_access"].as_array().map(Vec::len), Some(CROWD));
}

#[tokio::test]
async fn what_was_declined_cancelled_or_is_free_is_not_in_the_way() {
    let house = house("2026-10-19T06:00:00Z").await;
    let lena = house.connected(LENA, &ALLOWED).await;
    let event = |hour: u32, shows: &str, cancelled: bool, response: &str| {
        json!({
            "id": format!("AAMk{hour}"), "isAllDay": false, "isCancelled": cancelled, "showAs": shows, "responseStatus": { "response": response },
            "start": { "dateTime": format!("2026-10-22T{hour:02}:00:00.0000000"), "timeZone": "UTC" },
            "end": { "dateTime": format!("2026-10-22T{:02}:00:00.0000000", hour + 1), "timeZone": "UTC" },
        })
    };
    let page = json!({"value": [
        event(6, "busy", false, "declined"), event(8, "busy", true, "accepted"), event(10, "free", false, "organizer"),
        event(12, "busy", false, "accepted"), event(14, "unknown", false, "none"),
    ]});
    house.sim.fault(Fault {
        surface: Surface::Graph,
        path_contains: Some("/me/calendarView".into()),
        answer: FaultAnswer::Status {
            status: 200,
            headers: vec![("content-type".into(), "application/json".into())],
            body: page.to_string(),
        },
        ..Fault::default()
    });
    let day =
        json!({"duration_minutes": 60, "from": "2026-10-22", "to": "2026-10-22", "limit": 20});
    let answer = ask(&house, &lena, &day).await;
    assert_eq!(
        starts(&answer),
        "Thu 22 08:00, Thu 22 09:00, Thu 22 10:00, Thu 22 11:00, Thu 22 12:00, Thu 22 13:00, Thu 22 15:00"
    );
}

#[tokio::test]
async fn a_calendar_without_end_is_read_so_far_and_nothing_is_said_of_the_rest() {
    let house = house("2026-10-19T06:00:00Z").await;
    let lena = house.connected(LENA, &ALLOWED).await;
    let page = json!({
        "@odata.nextLink": format!("{}/me/calendarView?$skip=1", house.sim.graph()),
        "value": [{
            "id": "AAMk1", "isAllDay": false, "isCancelled": false, "showAs": "busy", "responseStatus": { "response": "none" },
            "start": { "dateTime": "2026-10-20T14:00:00.0000000", "timeZone": "UTC" },
            "end": { "dateTime": "2026-10-20T15:00:00.0000000", "timeZone": "UTC" },
        }],
    });
    house.sim.fault(Fault {
        surface: Surface::Graph,
        path_contains: Some("/me/calendarView".into()),
        answer: FaultAnswer::Status {
            status: 200,
            headers: vec![("content-type".into(), "application/json".into())],
            body: page.to_string(),
        },
        ..Fault::default()
    });
    let week =
        json!({"duration_minutes": 60, "from": "2026-10-20", "to": "2026-10-24", "limit": 20});
    let answer = ask(&house, &lena, &week).await;
    assert_eq!(
        starts(&answer),
        "Tue 20 08:00, Tue 20 09:00, Tue 20 10:00, Tue 20 11:00, Tue 20 12:00, Tue 20 13:00, Tue 20 14:00, Tue 20 15:00"
    );
    let note = answer["note"].as_str().expect("a note");
    assert!(note.contains("too many events"), "{note}");
}

#[tokio::test]
async fn a_person_of_whom_little_is_known_is_told_what_was_assumed() {
    let house = house("2026-10-19T06:00:00Z").await;
    let day = json!({"duration_minutes": 60, "from": "2026-10-22", "to": "2026-10-22", "limit": 1});
    let absent = house.connected(6, &ALLOWED).await;
    let answer = ask(&house, &absent, &day).await;
    assert_eq!(starts(&answer), "Thu 22 08:00");
    assert!(
        answer["note"]
            .as_str()
            .expect("a note")
            .contains("was assumed")
    );
    // Her zone has rules and no name: the browser's zone is hers, and her hours are known all the same.
    let custom = house.connected(7, &ALLOWED).await;
    let answer = ask(&house, &custom, &day).await;
    assert_eq!(
        (starts(&answer).as_str(), &answer["note"]),
        ("Thu 22 14:00", &Value::Null)
    );
    assert_eq!(answer["slots"][0]["local"], json!({"custom": "Thu 08:00"}));
}

#[tokio::test]
async fn arguments_that_cannot_be_meant_are_refused_with_a_reason() {
    let house = house("2026-10-19T06:00:00Z").await;
    let lena = house.connected(LENA, &ALLOWED).await;
    let many: Vec<String> = (0..201).map(company::of_crowd).collect();
    for (more, expected) in [
        (json!({"duration_minutes": 4}), "invalid_arguments"),
        (json!({"duration_minutes": 1441}), "invalid_arguments"),
        (json!({"limit": 0}), "invalid_arguments"),
        (json!({"buffer_minutes": 241}), "invalid_arguments"),
        (json!({"attendees": ["Anna"]}), "not_an_address"),
        (json!({"attendees": many}), "too_many_attendees"),
        (json!({"zone": "Europe/Atlantis"}), "unknown_time_zone"),
        (json!({"from": "tomorrow"}), "invalid_time"),
        (
            json!({"from": "2026-10-25T12:00", "to": "2026-10-24"}),
            "ends_before_start",
        ),
        (
            json!({"from": "2026-09-01", "to": "2026-09-02"}),
            "window_in_the_past",
        ),
        (json!({"to": "2027-12-01"}), "window_too_long"),
        (json!({"between": "evening-ish"}), "invalid_arguments"),
        (json!({"between": "09:00-09:00"}), "invalid_arguments"),
        (json!({"days": ["Caturday"]}), "invalid_arguments"),
        (json!({"also_busy": ["free"]}), "invalid_arguments"),
        (json!({"step": 5}), "invalid_arguments"),
    ] {
        let mut arguments = json!({"duration_minutes": 30});
        arguments
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        assert_eq!(
            house.word(&lena, "find_times", arguments).await,
            expected,
            "{more}"
        );
    }
    assert!(
        house
            .graph_requests()
            .iter()
            .all(|entry| !entry.path.contains("calendarView")),
        "no calendar was read"
    );
    house.set(&[("find_times", Level::Ask)]).await;
    let asked = house
        .call(
            &lena,
            "find_times",
            json!({"duration_minutes": 30, "attendees": [MIKE]}),
        )
        .await;
    let asked = asked.expect("an answer").body;
    assert_eq!(asked["status"], "approval_required");
    assert_eq!(asked["summary"], "Find times for 30 minutes, with 1 other");
}
