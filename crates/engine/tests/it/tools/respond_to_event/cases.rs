//! Every answer to every shape of invitation, told or not, with words or another time: what is said, what is sent, and what
//! both calendars hold.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Value, json};

use super::super::desk::{ANNA, Desk, LENA, handle};
use super::super::said;
use super::super::stage::{DAYS, FIVE, SERIES, SINGLES, Shape, Staged, staged, turn, writes};

const BERLIN: &str = "Europe/Berlin";

/// What the event is to Lena before she answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    New,
    Accepted,
    Tentative,
    CalledOff,
    /// Her own.
    Hers,
}

/// Another time, as it is proposed: on the day after that of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proposal {
    None,
    /// A start on the person's clocks.
    Local,
    /// With an offset of elsewhere.
    Offset,
    Both,
    EndOnly,
    Backwards,
    DateOnly,
    /// In the hour that Berlin skips.
    Gap,
    NoTime,
}

#[derive(Debug, Clone, Copy)]
struct Case {
    shape: Shape,
    day: &'static str,
    before: Before,
    which: usize,
    word: (&'static str, &'static str, &'static str),
    all: bool,
    notify: bool,
    comment: bool,
    proposal: Proposal,
    allowed: bool,
    /// What else is in Lena's calendar at that time, by how it shows.
    beside: Option<&'static str>,
}

/// The argument, the tools' word, Graph's word.
const WORDS: [(&str, &str, &str); 3] = [
    ("accept", "accepted", "accepted"),
    ("tentative", "tentative", "tentativelyAccepted"),
    ("decline", "declined", "declined"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Refused(&'static str),
    Unchanged,
    Done,
}

impl Case {
    fn proposes(&self) -> bool {
        !matches!(self.proposal, Proposal::None | Proposal::EndOnly)
    }

    /// The rule: what cannot reach anybody or is not possible is refused by name, in the order in which it can be known.
    fn end(&self) -> End {
        let (word, proposes) = (self.word.0, self.proposes());
        let refused = [
            (self.proposal == Proposal::EndOnly, "invalid_arguments"),
            (proposes && word == "accept", "proposal_with_accept"),
            (proposes && !self.notify, "proposal_not_sent"),
            (proposes && self.all, "proposal_for_series"),
            (!self.notify && self.comment, "comment_not_sent"),
            (
                matches!(self.proposal, Proposal::DateOnly | Proposal::NoTime),
                "invalid_time",
            ),
            (self.proposal == Proposal::Backwards, "ends_before_start"),
            (self.proposal == Proposal::Gap, "time_does_not_exist"),
            (self.before == Before::Hers, "is_organizer"),
            (self.before == Before::CalledOff, "already_cancelled"),
            (proposes && !self.allowed, "proposals_not_allowed"),
        ];
        if let Some((_, code)) = refused.into_iter().find(|(wrong, _)| *wrong) {
            return End::Refused(code);
        }
        let same = matches!(
            (self.before, word),
            (Before::Accepted, "accept") | (Before::Tentative, "tentative")
        );
        if same && !self.comment && !proposes {
            End::Unchanged
        } else {
            End::Done
        }
    }

    /// What is proposed, as arguments, and from when to when that is.
    fn proposed(&self, named: &Value) -> (Value, Option<(Timestamp, Timestamp)>) {
        let day: Date = self.day.parse().expect("a day");
        let day = day + 1.day();
        let moment = |text: &str| -> Timestamp {
            let text = format!("{day}T{text}");
            let at: jiff::civil::DateTime = text.parse().expect("a time");
            at.in_tz(BERLIN).expect("a time there").timestamp()
        };
        let length = if self.shape.whole_days() {
            SignedDuration::from_hours(1)
        } else {
            said::moment(named, "end").duration_since(said::moment(named, "start"))
        };
        let afternoon = moment("14:00");
        match self.proposal {
            Proposal::None => (json!({}), None),
            Proposal::Local => (
                json!({"propose_start": format!("{day}T14:00")}),
                Some((afternoon, afternoon + length)),
            ),
            Proposal::Offset => {
                let start: Timestamp = format!("{day}T11:00-03:00").parse().expect("a time");
                (
                    json!({"propose_start": format!("{day}T11:00-03:00")}),
                    Some((start, start + length)),
                )
            }
            Proposal::Both => (
                json!({"propose_start": format!("{day}T14:00"), "propose_end": format!("{day}T14:25")}),
                Some((afternoon, moment("14:25"))),
            ),
            Proposal::EndOnly => (json!({"propose_end": format!("{day}T14:00")}), None),
            Proposal::Backwards => (
                json!({"propose_start": format!("{day}T14:00"), "propose_end": format!("{day}T13:00")}),
                None,
            ),
            Proposal::DateOnly => (json!({"propose_start": day.to_string()}), None),
            Proposal::Gap => (json!({"propose_start": "2031-03-30T02:30"}), None),
            Proposal::NoTime => (json!({"propose_start": "tomorrow at two"}), None),
        }
    }
}

/// What there is before the call.
struct Scene {
    event: Staged,
    beside: Option<String>,
    named: Value,
    heard: Vec<Value>,
}

async fn scene(desk: &Desk, case: &Case) -> Scene {
    let hers = case.before == Before::Hers;
    let (organizer, guest) = if hers { (LENA, ANNA) } else { (ANNA, LENA) };
    let extra = json!({
        "attendees": desk.guests(&[&desk.login(guest)]), "allowNewTimeProposals": case.allowed,
    });
    let mut event = staged(desk, organizer, &case.shape, case.day, &extra).await;
    match case.before {
        Before::Accepted => event.act(desk, LENA, "accept").await,
        Before::Tentative => event.act(desk, LENA, "tentativelyAccept").await,
        Before::CalledOff => event.act(desk, ANNA, "cancel").await,
        Before::New | Before::Hers => {}
    }
    let named = event.days[case.which].clone();
    let mut beside = None;
    if let Some(shows) = case.beside {
        let times = json!({"start": named["start"], "end": named["end"], "isAllDay": named["isAllDay"], "showAs": shows});
        let made = desk.made(LENA, "2031-01-01T00:00:00", &times).await;
        beside = Some(made["subject"].as_str().expect("a title").to_owned());
    }
    let heard = heard(&event, desk).await;
    Scene {
        event,
        beside,
        named,
        heard,
    }
}

/// What Anna has been told for each day: Lena's answer and the time she proposes.
async fn heard(event: &Staged, desk: &Desk) -> Vec<Value> {
    let days = event.seen(desk, ANNA).await;
    let told = |day: &Value| {
        let lena = &day["attendees"][0];
        let time = |end: &str| lena["proposedNewTime"][end]["dateTime"].clone();
        json!([lena["status"]["response"], time("start"), time("end")])
    };
    days.iter().map(told).collect()
}

async fn check(desk: &Desk, case: Case) {
    let scene = scene(desk, &case).await;
    let (mut arguments, proposed) = case.proposed(&scene.named);
    arguments["id"] = handle(&scene.named).into();
    arguments["answer"] = case.word.0.into();
    arguments["notify"] = case.notify.into();
    if case.all {
        arguments["scope"] = "all".into();
    }
    if case.comment {
        arguments["comment"] = "Gladly, or not.".into();
    }
    let overlaps = said::conflicts(desk, &scene.named, BERLIN).await;
    desk.house.sim.clear_log();
    let answer = desk.call("respond_to_event", arguments).await;
    let wrote = writes(desk);
    let after = scene.event.seen(desk, LENA).await;
    told(desk, &case, &scene, (proposed, overlaps), &after, &answer);
    sent(&case, &wrote, &answer);
    held(&case, &scene, &after, &answer);
    // The organiser hears what was answered, of what it was answered for, and nothing that was not to be sent.
    let mut expected = scene.heard.clone();
    if case.end() == End::Done && case.notify {
        let wire = |at: Timestamp| json!(at.strftime("%Y-%m-%dT%H:%M:%S.0000000").to_string());
        let (start, end) = proposed.map_or((Value::Null, Value::Null), |(start, end)| {
            (wire(start), wire(end))
        });
        for (number, day) in expected.iter_mut().enumerate() {
            if case.all || number == case.which {
                *day = json!([case.word.2, start, end]);
            }
        }
    }
    assert_eq!(
        heard(&scene.event, desk).await,
        expected,
        "Anna's: {case:?}: {answer}"
    );
    scene.event.clear(desk).await;
    for copy in scene
        .beside
        .iter()
        .flat_map(|title| desk.copies(LENA, title))
    {
        let path = format!("/me/events/{}", copy["id"].as_str().expect("an id"));
        desk.graph(LENA, reqwest::Method::DELETE, &path, None).await;
    }
}

/// Lena's answer on each day that is left in her calendar.
fn held(case: &Case, scene: &Scene, after: &[Value], answer: &Value) {
    let word = |day: &Value| {
        day["responseStatus"]["response"]
            .as_str()
            .map(str::to_owned)
    };
    let mut expected: Vec<Option<String>> = scene.event.days.iter().map(word).collect();
    if case.end() == End::Done {
        for (number, day) in expected.iter_mut().enumerate() {
            if case.all || number == case.which {
                *day = (case.word.0 != "decline").then(|| case.word.2.to_owned());
            }
        }
        expected.retain(Option::is_some);
    }
    let got: Vec<_> = after.iter().map(word).collect();
    assert_eq!(got, expected, "Lena's: {case:?}: {answer}");
}

/// The answer, whole.
fn told(
    desk: &Desk,
    case: &Case,
    scene: &Scene,
    (proposed, overlaps): (Option<(Timestamp, Timestamp)>, Option<Value>),
    after: &[Value],
    answer: &Value,
) {
    let end = case.end();
    if let End::Refused(code) = end {
        assert_eq!(answer["status"], code, "{case:?}: {answer}");
        return;
    }
    let declined = case.word.0 == "decline";
    let line = if declined {
        said::line_of_gone(&scene.named, BERLIN)
    } else {
        let now = after.iter().find(|day| day["id"] == scene.named["id"]);
        said::line(now.expect("still there"), BERLIN)
    };
    let unchanged = end == End::Unchanged;
    let mut expected = json!({
        "status": if unchanged { "unchanged" } else { "done" }, "answer": case.word.1, "zone": BERLIN, "event": line,
        "verified": true, "mailed": if case.notify && !unchanged { json!([desk.login(ANNA)]) } else { json!([]) },
    });
    if case.shape.is_series() {
        expected["scope"] = if case.all { "all" } else { "this" }.into();
    }
    if declined {
        expected["note"] = "Outlook takes what is declined out of the calendar.".into();
    }
    if let Some((start, end)) = proposed {
        expected["proposed"] = json!({
            "day": said::weekday(said::date(start, BERLIN)), "start": said::local(start, BERLIN), "end": said::local(end, BERLIN),
        });
    }
    if let Some(overlaps) = overlaps.filter(|_| !declined && !unchanged) {
        expected["conflicts"] = overlaps;
    }
    assert_eq!(*answer, expected, "{case:?}");
}

fn sent(case: &Case, wrote: &[(String, String, Option<String>)], answer: &Value) {
    let action = match case.word.0 {
        "accept" => "accept",
        "tentative" => "tentativelyAccept",
        _ => "decline",
    };
    let shown: Vec<_> = wrote
        .iter()
        .map(|(method, action, _)| (method.as_str(), action.as_str()))
        .collect();
    let expected: &[_] = match case.end() {
        End::Done => &[("POST", action)],
        End::Refused(_) | End::Unchanged => &[],
    };
    assert_eq!(shown, expected, "{case:?}: {answer}");
}

const BEFORE: [Before; 7] = [
    Before::New,
    Before::Accepted,
    Before::New,
    Before::Tentative,
    Before::Hers,
    Before::New,
    Before::CalledOff,
];
const BESIDE: [Option<&str>; 5] = [None, Some("busy"), None, Some("free"), Some("tentative")];

#[tokio::test]
async fn single_invitations_of_every_shape_are_answered_or_refused_by_name() {
    let desk = Desk::new().await;
    let proposals = [
        Proposal::None,
        Proposal::Local,
        Proposal::Offset,
        Proposal::Both,
        Proposal::None,
        Proposal::EndOnly,
        Proposal::Backwards,
        Proposal::DateOnly,
        Proposal::Gap,
        Proposal::NoTime,
    ];
    let mut number = 0;
    for shape in SINGLES {
        for word in WORDS {
            for proposal in proposals {
                // A proposal is sent; most others are told as well.
                let plain = proposal == Proposal::None;
                let case = Case {
                    shape,
                    day: turn(&DAYS, number),
                    before: turn(&BEFORE, number / 3),
                    which: 0,
                    word,
                    all: number % 23 == 5,
                    notify: if plain {
                        number % 4 != 0
                    } else {
                        number % 6 != 1
                    },
                    comment: number % 3 == 2,
                    proposal,
                    allowed: number % 4 != 3,
                    beside: turn(&BESIDE, number / 11),
                };
                check(&desk, case).await;
                number += 1;
            }
        }
    }
    assert_eq!(number, 210);
}

#[tokio::test]
async fn of_series_of_every_shape_one_day_is_answered_or_all() {
    let desk = Desk::new().await;
    let before = [
        Before::New,
        Before::Accepted,
        Before::Tentative,
        Before::New,
        Before::Hers,
    ];
    let mut number = 0;
    for shape in SERIES {
        for word in WORDS {
            for all in [false, true] {
                for which in [0, 2, FIVE - 1] {
                    let case = Case {
                        shape,
                        day: turn(&DAYS, number),
                        before: turn(&before, number),
                        which,
                        word,
                        all,
                        notify: number % 3 != 1,
                        comment: number % 6 == 2,
                        proposal: if number % 4 == 3 {
                            Proposal::Local
                        } else {
                            Proposal::None
                        },
                        allowed: true,
                        beside: turn(&BESIDE, number / 3),
                    };
                    check(&desk, case).await;
                    number += 1;
                }
            }
        }
    }
    assert_eq!(number, 90);
}
