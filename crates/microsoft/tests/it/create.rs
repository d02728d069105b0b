//! Making events: once, whatever happens on the way.

use domain::calendar::{NewEvent, Span};
use domain::people::Address;
use domain::random::Random;
use domain::recurrence::Recurrence;
use domain::time::{Zone, local_text};
use jiff::ToSpan as _;
use jiff::civil::DateTime;
use microsoft::Kind;
use microsoft::graph::{Graph, View};
use serde_json::Value;
use sim::{FaultAnswer, When};

use crate::office::{Office, status};

fn visit(office: &Office) -> NewEvent {
    let time = |text: &str| text.parse().expect("a time");
    NewEvent {
        title: "Visit of the harbour".into(),
        span: Span::Timed {
            start: time("2026-03-30T08:00:00Z"),
            end: time("2026-03-30T09:30:00Z"),
        },
        zone: Zone::named("Europe/Berlin").expect("bundled"),
        recurrence: None,
        location: Some("Pier 3".into()),
        body: Some("See you <there>.".into()),
        required: vec![Address::parse(&office.sim.people()[2].login).expect("an address")],
        optional: vec![Address::parse("kim@outside.example").expect("an address")],
        online: true,
        show_as: None,
        sensitivity: None,
        reminder: None,
        categories: vec![],
        transaction_id: Random::operating_system().uuid(),
    }
}

fn stored(office: &Office, title: &str) -> Vec<Value> {
    office
        .sim
        .events_of(&office.lena().login)
        .into_iter()
        .filter(|event| event["subject"] == title)
        .collect()
}

/// Made in Outlook, a series is read back as the same and has its events on the days that we say: across both changes of
/// the clocks, at the same wall time.
#[tokio::test]
async fn a_series_of_each_kind_is_held_as_it_was_meant() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    for (text, zone, start) in [
        ("every 11 days, 30 times", "Europe/Berlin", "2026-10-20"),
        ("weekly until 2027-04-15", "America/New_York", "2026-10-25"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,WE;WKST=SU;COUNT=12",
            "Europe/Berlin",
            "2026-10-18",
        ),
        ("every weekday, 30 times", "America/Sao_Paulo", "2026-10-20"),
        (
            "on the last day of every month, 14 times",
            "Europe/Berlin",
            "2026-10-31",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=30;COUNT=6",
            "Europe/Berlin",
            "2026-10-30",
        ),
        (
            "every second Tuesday of the month, 8 times",
            "America/New_York",
            "2026-10-13",
        ),
        (
            "the first working day of every 2nd month",
            "Europe/Berlin",
            "2026-12-01",
        ),
        (
            "every year on 29 February, 2 times",
            "Europe/Berlin",
            "2028-02-29",
        ),
        (
            "the last Sunday of October, 3 times",
            "Europe/Berlin",
            "2026-10-25",
        ),
    ] {
        let zone = Zone::named(zone).expect("bundled");
        let start: DateTime = format!("{start}T09:30").parse().expect("a time");
        let series = Recurrence::parse(text, start, &zone).expect("a series");
        let first = start
            .to_zoned(zone.zone().clone())
            .expect("exists")
            .timestamp();
        let new = NewEvent {
            title: text.into(),
            span: Span::Timed {
                start: first,
                end: first + 45.minutes(),
            },
            zone: zone.clone(),
            recurrence: Some(series),
            required: vec![],
            optional: vec![],
            ..visit(&office)
        };
        let made = graph.create_event(&new).await.expect("made");
        assert!(
            made.span == new.span && made.series == domain::calendar::Series::Master,
            "{text}"
        );
        let held = graph
            .series(&made.id)
            .await
            .expect("there")
            .expect("a series");
        assert_eq!(
            (held.recurrence, held.zone.as_ref()),
            (series, Some(&zone)),
            "{text}"
        );

        let view = View {
            from: first - 24.hours(),
            to: first + (24 * 1_500).hours(),
            top: 200,
            next: None,
        };
        let page = graph.calendar_view(view).await.expect("readable");
        let outlook: Vec<_> = page
            .items
            .iter()
            .filter(|event| event.master.as_ref() == Some(&made.id))
            .map(|event| local_text(&zone.at(event.span.anchor())))
            .collect();
        let ours = series.starts_from(start.date(), start.time(), &zone);
        let ours: Vec<_> = ours
            .map(|start| local_text(&start))
            .take(outlook.len())
            .collect();
        assert_eq!(outlook, ours, "{text}");
        assert!(
            outlook.len() > 1
                && series
                    .count()
                    .is_none_or(|count| count == i64::try_from(outlook.len()).expect("few")),
            "{text}"
        );
        assert!(
            outlook.iter().all(|start| start.contains("T09:30")),
            "{text}"
        );
    }
    let single = graph.create_event(&visit(&office)).await.expect("made");
    assert!(graph.series(&single.id).await.expect("there").is_none());
}

async fn kind_of(graph: &Graph<'_>, new: &NewEvent) -> Kind {
    graph
        .create_event(new)
        .await
        .err()
        .expect("no success")
        .kind()
}

#[tokio::test]
async fn an_event_is_made_as_it_was_meant_and_people_are_invited() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    let new = visit(&office);
    let made = graph.create_event(&new).await.expect("made");
    assert!(made.span == new.span && made.title == new.title && made.location == new.location);
    assert!(made.is_organizer && made.online && made.join_url.is_some());
    let invited: Vec<_> = made
        .attendees
        .iter()
        .map(|attendee| {
            (
                attendee.mailbox.address.clone().expect("SMTP"),
                attendee.optional,
            )
        })
        .collect();
    assert_eq!(
        invited,
        [
            (new.required[0].clone(), false),
            (new.optional[0].clone(), true)
        ]
    );
    assert!(graph.event(&made.id).await.expect("there") == made);
    let stored = stored(&office, &new.title);
    assert_eq!(
        (stored.len(), &stored[0]["originalStartTimeZone"]),
        (1, &Value::from("W. Europe Standard Time"))
    );
    let theirs = office.sim.events_of(&office.sim.people()[2].login);
    assert!(
        theirs
            .iter()
            .any(|event| event["subject"] == new.title.as_str())
    );
}

#[tokio::test]
async fn whole_days_and_zones_without_a_windows_name_are_accepted() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    let date = |text: &str| text.parse().expect("a date");
    let days = NewEvent {
        span: Span::Days {
            first: date("2026-03-28"),
            last: date("2026-03-30"),
        },
        online: false,
        ..visit(&office)
    };
    assert!(graph.create_event(&days).await.expect("made").span == days.span);
    let vienna = NewEvent {
        zone: Zone::named("Europe/Vienna").expect("bundled"),
        ..visit(&office)
    };
    assert!(graph.create_event(&vienna).await.expect("made").span == vienna.span);
}

#[tokio::test]
async fn one_transaction_makes_one_event() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    let new = visit(&office);
    let first = graph.create_event(&new).await.expect("made");
    assert!(graph.create_event(&new).await.expect("the same").id == first.id);
    let changed = NewEvent {
        title: "Something else".into(),
        ..new.clone()
    };
    let existing = graph
        .create_event(&changed)
        .await
        .expect("the existing one");
    assert!(existing.id == first.id && existing.title == new.title);
    assert_eq!(
        (
            stored(&office, &new.title).len(),
            stored(&office, "Something else").len()
        ),
        (1, 0)
    );
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_makes_no_second_event() {
    for answer in [FaultAnswer::Drop, FaultAnswer::Html, status(503, "")] {
        let office = Office::open().await;
        let lena = office.lena_connected().await;
        let token = lena.token().await;
        let graph = office
            .microsoft
            .graph(&lena.permit(), &token)
            .expect("fits");
        let new = visit(&office);
        office.graph_fault("/me/events", Some(1), When::After, answer);
        let made = graph.create_event(&new).await.expect("made after all");
        assert!(made.title == new.title && stored(&office, &new.title).len() == 1);
        assert_eq!(graph.take_upstream().len(), 2);
    }
}

#[tokio::test]
async fn without_any_answer_the_outcome_is_said_to_be_unknown() {
    for answer in [FaultAnswer::Drop, FaultAnswer::Html, FaultAnswer::Garbage] {
        let office = Office::open().await;
        let lena = office.lena_connected().await;
        let token = lena.token().await;
        let graph = office
            .microsoft
            .graph(&lena.permit(), &token)
            .expect("fits");
        let new = visit(&office);
        office.graph_fault("/me/events", None, When::After, answer);
        assert_eq!(kind_of(&graph, &new).await, Kind::UnknownOutcome);
        assert_eq!(stored(&office, &new.title).len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_after_a_lost_answer_does_not_sound_as_if_nothing_happened() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    office.graph_fault("/me/events", Some(1), When::After, FaultAnswer::Drop);
    office.graph_fault(
        "/me/events",
        Some(1),
        When::Before,
        status(
            403,
            r#"{"error":{"code":"ErrorAccessDenied","message":"m"}}"#,
        ),
    );
    assert_eq!(kind_of(&graph, &visit(&office)).await, Kind::UnknownOutcome);
}

#[tokio::test]
async fn what_was_never_sent_is_known_not_to_have_happened() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let new = visit(&office);
    let Office { sim, microsoft, .. } = &office;
    let graph = microsoft.graph(&lena.permit(), &token).expect("fits");
    sim.fault(sim::Fault {
        surface: sim::Surface::Graph,
        answer: FaultAnswer::Throttle { retry_after: 600 },
        ..sim::Fault::default()
    });
    assert_eq!(
        kind_of(&graph, &new).await,
        Kind::Throttled {
            retry_after: std::time::Duration::from_secs(600)
        }
    );
    assert!(stored(&office, &new.title).is_empty());
}

#[tokio::test]
async fn a_refused_event_is_not_sent_again() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    let mut new = visit(&office);
    let time = |text: &str| text.parse().expect("a time");
    new.span = Span::Timed {
        start: time("2026-03-30T09:00:00Z"),
        end: time("2026-03-30T08:00:00Z"),
    };
    assert_eq!(
        kind_of(&graph, &new).await,
        Kind::Invalid {
            code: "ErrorPropertyValidationFailure".into()
        }
    );
    assert_eq!(graph.take_upstream().len(), 1);
}

#[tokio::test]
async fn both_statuses_of_a_used_transaction_lead_to_the_existing_event() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    let made = graph.create_event(&visit(&office)).await.expect("made");
    for code in [400, 409] {
        let body = format!(
            r#"{{"error":{{"code":"ErrorDuplicateTransactionId","message":"m","@event.existingEventId":"{}"}}}}"#,
            made.id.as_str()
        );
        office.graph_fault("/me/events", Some(1), When::Before, status(code, &body));
        assert!(
            graph
                .create_event(&visit(&office))
                .await
                .expect("the existing one")
                == made
        );
        office.graph_fault(
            "/me/events",
            Some(1),
            When::Before,
            status(code, r#"{"error":{"code":"ErrorDuplicateTransactionId"}}"#),
        );
        assert_eq!(kind_of(&graph, &visit(&office)).await, Kind::Conflict);
    }
}
