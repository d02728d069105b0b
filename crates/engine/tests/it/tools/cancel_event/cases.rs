//! Every shape of event, everybody's role in it, every scope: what is said, what is sent, and what both calendars hold.

use serde_json::{Value, json};

use super::super::desk::{ANNA, Desk, LENA, handle};
use super::super::said;
use super::super::stage::{DAYS, FIVE, SERIES, SINGLES, Shape, staged, turn, writes};

/// Lena's part in an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Hers, nobody else's.
    Alone,
    /// She has invited this many: Anna, and people outside.
    Hosts(usize),
    /// Anna has invited her.
    Invited,
    Accepted,
    /// Anna has called it off.
    CalledOff,
}

#[derive(Debug, Clone, Copy)]
struct Case {
    shape: Shape,
    day: &'static str,
    role: Role,
    /// Which one of a series, and whether that one was changed before.
    which: (usize, bool),
    scope: &'static str,
    own_copy: bool,
    comment: bool,
    online: bool,
}

/// How a call must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Refused(&'static str),
    /// So much of it is gone; what that is called.
    One(&'static str),
    All(&'static str),
    /// The series ends before the one that was named.
    Before,
}

impl Case {
    fn hers(&self) -> bool {
        matches!(self.role, Role::Alone | Role::Hosts(_))
    }

    /// The rule, in the words of the promise: the organiser cancels and everybody hears of it, what nobody was invited to
    /// is removed, and of others' meetings only the own copy goes, if that is said.
    fn end(&self) -> End {
        let series = self.shape.is_series();
        let what = match self.role {
            Role::Alone => "removed",
            Role::Hosts(_) => "cancelled",
            Role::Invited | Role::Accepted | Role::CalledOff => "own_copy_removed",
        };
        let rest = series && self.scope == "following" && self.which.0 > 0;
        match (self.hers(), self.own_copy) {
            (_, true) if self.comment => End::Refused("comment_not_sent"),
            (true, true) => End::Refused("is_organizer"),
            (false, false) if self.role == Role::CalledOff => End::Refused("already_cancelled"),
            (false, false) => End::Refused("not_organizer"),
            (false, true) if rest => End::Refused("not_organizer"),
            (true, false) if rest && self.comment => End::Refused("comment_not_sent"),
            (true, false) if rest => End::Before,
            (_, _) if series && self.scope != "this" => End::All(what),
            (_, _) => End::One(what),
        }
    }

    fn arguments(&self, id: &str) -> Value {
        let mut arguments = json!({"id": id, "scope": self.scope});
        if self.own_copy {
            arguments["own_copy"] = true.into();
        }
        if self.comment {
            arguments["comment"] = "Not this time.".into();
        }
        arguments
    }
}

fn addresses(desk: &Desk, role: Role) -> Vec<String> {
    let Role::Hosts(count) = role else {
        return vec![];
    };
    let others = (1..count).map(|n| format!("guest{n}@outside.example"));
    std::iter::once(desk.login(ANNA)).chain(others).collect()
}

async fn check(desk: &Desk, case: Case) {
    let (organizer, invited) = match case.role {
        Role::Alone | Role::Hosts(_) => (LENA, addresses(desk, case.role)),
        Role::Invited | Role::Accepted | Role::CalledOff => (ANNA, vec![desk.login(LENA)]),
    };
    let guests: Vec<&str> = invited.iter().map(String::as_str).collect();
    let extra = json!({
        "attendees": desk.guests(&guests), "isOnlineMeeting": case.online, "onlineMeetingProvider": "teamsForBusiness",
    });
    let mut event = staged(desk, organizer, &case.shape, case.day, &extra).await;
    match case.role {
        Role::Accepted => event.act(desk, LENA, "accept").await,
        Role::CalledOff => event.act(desk, ANNA, "cancel").await,
        Role::Alone | Role::Hosts(_) | Role::Invited => {}
    }
    let (which, changed) = case.which;
    if changed {
        event
            .change_one(
                desk,
                which,
                &json!({"location": {"displayName": "Elsewhere"}}),
            )
            .await;
    }
    let named = event.days[which].clone();
    let theirs = event.seen(desk, ANNA).await;
    desk.house.sim.clear_log();
    let answer = desk
        .call("cancel_event", case.arguments(&handle(&named)))
        .await;
    let end = case.end();
    told(desk, &case, &named, &answer);
    sent(desk, &case, &answer);
    let (mine_after, theirs_after) = (event.seen(desk, LENA).await, event.seen(desk, ANNA).await);
    let left: Vec<Value> = match end {
        End::Refused(_) => event.days.clone(),
        End::One(_) => without(&event.days, which),
        End::All(_) => vec![],
        End::Before => event.days[..which].to_vec(),
    };
    assert_eq!(ids(&mine_after), ids(&left), "Lena's: {case:?}: {answer}");
    // What is called off stays in the calendars of those invited, marked; of what ends early, nothing is left.
    let off = |day: &Value| day["isCancelled"] == true;
    let (mut count, mut called) = (theirs.len(), theirs.iter().filter(|day| off(day)).count());
    if case.role == Role::Hosts(invited.len()) {
        match end {
            End::Refused(_) => {}
            End::One(_) => called += 1,
            End::All(_) => called = count,
            End::Before => count = which,
        }
    }
    let held = (
        theirs_after.len(),
        theirs_after.iter().filter(|day| off(day)).count(),
    );
    assert_eq!(held, (count, called), "Anna's: {case:?}: {answer}");
    let heard = theirs_after.iter().any(|day| {
        let text = day["body"]["content"].as_str().unwrap_or_default();
        text.contains("Not this time.")
    });
    let sent = case.comment
        && matches!(
            (case.role, end),
            (Role::Hosts(_), End::One(_) | End::All(_))
        );
    assert_eq!(heard, sent, "the comment: {case:?}: {answer}");
    event.clear(desk).await;
}

fn ids(days: &[Value]) -> Vec<&str> {
    days.iter().filter_map(|day| day["id"].as_str()).collect()
}

fn without(days: &[Value], which: usize) -> Vec<Value> {
    let mut days = days.to_vec();
    days.remove(which);
    days
}

/// The answer, whole: nothing in it that the rule does not know.
fn told(desk: &Desk, case: &Case, named: &Value, answer: &Value) {
    let end = case.end();
    if let End::Refused(code) = end {
        assert_eq!(answer["status"], code, "{case:?}: {answer}");
        return;
    }
    let what = match end {
        End::One(what) | End::All(what) => what,
        End::Before | End::Refused(_) if case.role == Role::Alone => "removed",
        End::Before | End::Refused(_) => "cancelled",
    };
    let mut expected = json!({
        "status": "done", "what": what, "zone": "Europe/Berlin", "verified": true,
        "event": said::line_of_gone(named, "Europe/Berlin"),
    });
    if case.shape.is_series() {
        expected["scope"] = match end {
            End::All(_) => "all",
            End::Before => "following",
            End::One(_) | End::Refused(_) => "this",
        }
        .into();
    }
    said::mailed(&mut expected, &addresses(desk, case.role));
    if end == End::Before {
        let day = if case.shape.whole_days() {
            said::date(said::moment(named, "start"), "UTC")
        } else {
            said::date(said::moment(named, "start"), case.shape.zone.1)
        };
        expected["series_ends_before"] = day.to_string().into();
    }
    if what == "own_copy_removed" {
        expected["note"] = "Only this calendar's copy is gone: the meeting still takes place and the organiser was not told.".into();
    }
    assert_eq!(*answer, expected, "{case:?}");
}

/// One request that writes, or none; what is deleted or changed is of the version that was read.
fn sent(desk: &Desk, case: &Case, answer: &Value) {
    let writes = writes(desk);
    let shown: Vec<(&str, &str, bool)> = writes
        .iter()
        .map(|(method, action, version)| (method.as_str(), action.as_str(), version.is_some()))
        .collect();
    let expected: &[_] = match case.end() {
        End::Refused(_) => &[],
        End::One("cancelled") | End::All("cancelled") => &[("POST", "cancel", false)],
        End::One(_) | End::All(_) => &[("DELETE", "", true)],
        End::Before => &[("PATCH", "", true)],
    };
    assert_eq!(shown, expected, "{case:?}: {answer}");
}

const SCOPES: [&str; 3] = ["this", "following", "all"];

#[tokio::test]
async fn single_events_of_every_shape_go_as_the_role_allows() {
    let desk = Desk::new().await;
    let roles = [
        Role::Alone,
        Role::Hosts(1),
        Role::Hosts(3),
        Role::Hosts(25),
        Role::Invited,
        Role::Accepted,
        Role::CalledOff,
    ];
    let mut number = 0;
    for shape in SINGLES {
        for role in roles {
            for (own_copy, comment) in [(false, false), (false, true), (true, false), (true, true)]
            {
                let case = Case {
                    shape,
                    day: turn(&DAYS, number),
                    role,
                    which: (0, false),
                    scope: turn(&SCOPES, number / 2),
                    own_copy,
                    comment,
                    online: number % 3 == 0,
                };
                check(&desk, case).await;
                number += 1;
            }
        }
    }
    assert_eq!(number, 196);
}

#[tokio::test]
async fn of_series_of_every_shape_goes_what_the_scope_says() {
    let desk = Desk::new().await;
    let mut number = 0;
    for shape in SERIES {
        for which in [(0, false), (2, false), (2, true), (FIVE - 1, false)] {
            for scope in SCOPES {
                for (role, own_copy) in [
                    (Role::Alone, false),
                    (Role::Hosts(2), false),
                    (Role::Invited, false),
                    (Role::Accepted, true),
                ] {
                    let case = Case {
                        shape,
                        day: turn(&DAYS, number),
                        role,
                        which,
                        scope,
                        own_copy,
                        comment: number % 5 == 1,
                        online: number % 7 == 0,
                    };
                    check(&desk, case).await;
                    number += 1;
                }
            }
        }
    }
    assert_eq!(number, 240);
}
