//! What is done to a calendar whose events are there already: changed, taken away, answered; and how the answers are compared.

use serde_json::{Value, json};

use super::super::cancel_event::daily;
use super::super::desk::{ANNA, LENA, handle};
use super::super::said;
use super::{Call, Run};

pub(super) const BERLIN: &str = "Europe/Berlin";

impl Run<'_> {
    pub(super) async fn cancel(&mut self) {
        let invited: Vec<String> = match self.chance.below(2) {
            0 => vec![],
            _ => vec![self.desk.login(ANNA)],
        };
        let guests: Vec<&str> = invited.iter().map(String::as_str).collect();
        let local = self.time().strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let extra = json!({"attendees": self.desk.guests(&guests)});
        let event = self.desk.made(LENA, &local, &extra).await;
        let title = event["subject"].as_str().expect("a title").to_owned();
        let mut arguments = json!({"id": handle(&event)});
        if self.chance.one_in(3) {
            arguments["comment"] = "Not today.".into();
        }
        let call = self
            .call(&["POST", "DELETE"], "cancel_event", arguments)
            .await;
        let held = self.copy(&title);
        match call.status() {
            "done" => {
                self.holds(held.is_none(), "it is said to be gone and is there", &call);
                let what = if guests.is_empty() {
                    "removed"
                } else {
                    "cancelled"
                };
                let expected = json!({
                    "status": "done", "what": what, "zone": BERLIN, "verified": true, "mailed": guests,
                    "event": said::line_of_gone(&event, BERLIN),
                });
                self.says(&call, &expected);
                let theirs = self.desk.copies(ANNA, &title);
                let off = theirs.iter().all(|copy| copy["isCancelled"] == true);
                self.holds(off && theirs.len() == guests.len(), "her copy", &call);
            }
            "outcome_unknown" => self.may_be_unknown(&call),
            _ => self.holds(
                held.is_some(),
                "it is gone, and the answer says that it failed",
                &call,
            ),
        }
    }

    pub(super) async fn respond(&mut self) {
        let local = self.time().strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let extra = json!({"attendees": self.desk.guests(&[&self.desk.login(LENA)])});
        let event = self.desk.made(ANNA, &local, &extra).await;
        let title = event["subject"].as_str().expect("a title").to_owned();
        let before = self.copy(&title).expect("invited");
        let (word, told, held) = *self.chance.of(&[
            ("accept", "accepted", Some("accepted")),
            ("tentative", "tentative", Some("tentativelyAccepted")),
            ("decline", "declined", None),
        ]);
        let notify = !self.chance.one_in(4);
        let arguments = json!({"id": handle(&before), "answer": word, "notify": notify});
        let call = self.call(&["POST"], "respond_to_event", arguments).await;
        let copy = self.copy(&title);
        let theirs = &self.desk.copies(ANNA, &title)[0]["attendees"][0]["status"]["response"];
        let mine = copy
            .as_ref()
            .and_then(|copy| copy["responseStatus"]["response"].as_str());
        match call.status() {
            "done" => {
                let heard = match (notify, held) {
                    (false, _) => "none",
                    (true, Some(held)) => held,
                    (true, None) => "declined",
                };
                let done = mine == held && theirs == heard;
                self.holds(done, "it is said to be answered and is not", &call);
                let mailed = if notify {
                    json!([self.desk.login(ANNA)])
                } else {
                    json!([])
                };
                let mut expected = json!({
                    "status": "done", "answer": told, "zone": BERLIN, "verified": true, "mailed": mailed,
                });
                match &copy {
                    Some(copy) => {
                        expected["event"] = said::line(copy, BERLIN);
                        self.conflicts(&mut expected, copy).await;
                    }
                    None => {
                        expected["event"] = said::line_of_gone(&before, BERLIN);
                        expected["note"] =
                            "Outlook takes what is declined out of the calendar.".into();
                    }
                }
                self.says(&call, &expected);
            }
            "outcome_unknown" => self.may_be_unknown(&call),
            _ => self.holds(
                mine == Some("notResponded") && theirs == "none",
                "it is answered, and the answer says that it failed",
                &call,
            ),
        }
    }

    /// This and all later ones: two writes, between which anything can happen, and no occurrence may be lost.
    pub(super) async fn part_of_a_series(&mut self) {
        let series = json!({"recurrence": daily()});
        let event = self.desk.made(LENA, "2031-03-28T10:00:00", &series).await;
        let title = event["subject"].as_str().expect("a title").to_owned();
        let named = self
            .desk
            .occurrences(LENA, &title, "2031-03-30", "2031-03-31")
            .await;
        let arguments = json!({"id": handle(&named[0]), "scope": "following", "location": "Hall"});
        let call = self
            .call(&["POST", "PATCH"], "update_event", arguments)
            .await;
        let held = self
            .desk
            .occurrences(LENA, &title, "2031-03-27", "2031-04-04")
            .await;
        let mut starts: Vec<String> = held.iter().map(begins).collect();
        starts.dedup();
        let all = [
            "2031-03-28T09:00",
            "2031-03-29T09:00",
            "2031-03-30T08:00",
            "2031-03-31T08:00",
            "2031-04-01T08:00",
        ];
        self.holds(starts == all, "an occurrence is lost", &call);
        let moved: Vec<&Value> = held
            .iter()
            .filter(|day| day["location"]["displayName"] == "Hall")
            .collect();
        match call.status() {
            word @ ("done" | "partly_done") => {
                let whole = (held.len(), moved.len());
                let there = whole == (5, 3) || word == "partly_done" && moved.len() == 3;
                self.holds(there, "it is said to be done and is not", &call);
                let mut expected = json!({
                    "status": word, "scope": "following", "series_ends_before": "2031-03-30", "zone": BERLIN,
                    "mailed": [], "series": {"first": "2031-03-30", "last": "2031-04-01"},
                    "changes": {"location": {"before": "", "after": "Hall"}}, "event": said::line(moved[0], BERLIN),
                    "verified": held.len() == 5,
                });
                if held.len() != 5 {
                    expected["differs"] = json!(["series_end"]);
                }
                self.conflicts(&mut expected, moved[0]).await;
                let parted = "Outlook cannot change part of a series: this one now ends earlier and a new one goes on. Everybody is asked anew, and single later occurrences that had been changed or cancelled are not carried over.";
                let both = "The new series was made, but ending the old one failed or cannot be confirmed: from that day on Outlook may hold both. Cancel this and all later occurrences of the old series.";
                expected["note"] = match word {
                    "done" => parted.into(),
                    _ => format!("{both} {parted}").into(),
                };
                self.says(&call, &expected);
            }
            "outcome_unknown" => self.may_be_unknown(&call),
            _ => self.holds(
                (held.len(), moved.len()) == (5, 0),
                "it is changed, and the answer says that it failed",
                &call,
            ),
        }
        for copy in self.desk.copies(LENA, &title) {
            let path = format!("/me/events/{}", copy["id"].as_str().expect("an id"));
            self.desk
                .graph(LENA, reqwest::Method::DELETE, &path, None)
                .await;
        }
    }

    /// What else is in Lena's calendar then, if anything is.
    pub(super) async fn conflicts(&self, expected: &mut Value, held: &Value) {
        if let Some(overlaps) = said::conflicts(self.desk, held, BERLIN).await {
            expected["conflicts"] = overlaps;
        }
    }

    pub(super) fn time(&mut self) -> jiff::civil::DateTime {
        let start: jiff::civil::DateTime = "2031-05-05T08:00".parse().expect("a time");
        let hours = i64::try_from(self.chance.below(24 * 200)).expect("small");
        start + jiff::Span::new().hours(hours)
    }

    /// Nothing was changed, if that is what the call says.
    pub(super) fn failed(&self, call: &Call, before: &Value, after: &Value) {
        self.holds(
            before == after,
            "it is changed, and the answer says that it failed",
            call,
        );
    }
}

/// The start as Outlook holds it, in UTC.
pub(super) fn begins(event: &Value) -> String {
    event["start"]["dateTime"]
        .as_str()
        .map_or_else(String::new, |text| text[..16].to_owned())
}
