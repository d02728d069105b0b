//! What raises *Always Allow* to *Ask for Permission*: rules about a single call, set by an administrator.
//!
//! A rule never lowers anything. What it would have to know and does not, counts as if it applied.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// One rule: ask about a change when this is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "rule", content = "amount", rename_all = "snake_case")]
pub enum AskRule {
    /// Somebody outside the organisation takes part.
    OutsideAttendee,
    /// More people than this take part.
    MoreAttendeesThan(u32),
    /// It is about a series, or more than one event of it.
    Series,
    /// It starts within so many minutes.
    StartsWithinMinutes(u32),
    /// Some of it is outside the person's working hours.
    OutsideWorkingHours,
}

impl AskRule {
    /// The word for machines, without the amount.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OutsideAttendee => "outside_attendee",
            Self::MoreAttendeesThan(_) => "more_attendees_than",
            Self::Series => "series",
            Self::StartsWithinMinutes(_) => "starts_within_minutes",
            Self::OutsideWorkingHours => "outside_working_hours",
        }
    }

    /// Its number, if it has one.
    pub fn amount(self) -> Option<u32> {
        match self {
            Self::MoreAttendeesThan(amount) | Self::StartsWithinMinutes(amount) => Some(amount),
            Self::OutsideAttendee | Self::Series | Self::OutsideWorkingHours => None,
        }
    }

    /// Whether the person must be asked about a call of which this is known.
    pub fn applies(self, facts: &Facts) -> bool {
        match self {
            Self::OutsideAttendee => facts.outside != Some(0),
            Self::MoreAttendeesThan(most) => {
                facts.attendees.is_none_or(|number| number > most as usize)
            }
            Self::Series => facts.series != Some(false),
            Self::StartsWithinMinutes(minutes) => facts.start.is_none_or(|start| {
                let soon = SignedDuration::from_mins(i64::from(minutes));
                start.duration_since(facts.now) < soon
            }),
            Self::OutsideWorkingHours => facts.outside_hours != Some(false),
        }
    }
}

/// What is known of a change before it is made. `None` is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// How many people it involves, besides the calendar's owner.
    pub attendees: Option<usize>,
    /// How many of them are outside the organisation.
    pub outside: Option<usize>,
    /// Whether it is about more than one event of a series.
    pub series: Option<bool>,
    /// When it starts, or when what it changes starts, whichever is earlier.
    pub start: Option<Timestamp>,
    /// Whether some of it is outside the person's working hours. A whole day is.
    pub outside_hours: Option<bool>,
    /// The present moment.
    pub now: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        let now: Timestamp = "2026-11-24T09:00:00Z".parse().expect("a time");
        Facts {
            attendees: Some(3),
            outside: Some(0),
            series: Some(false),
            start: Some(now + SignedDuration::from_hours(2)),
            outside_hours: Some(false),
            now,
        }
    }

    const ALL: [AskRule; 5] = [
        AskRule::OutsideAttendee,
        AskRule::MoreAttendeesThan(3),
        AskRule::Series,
        AskRule::StartsWithinMinutes(120),
        AskRule::OutsideWorkingHours,
    ];

    fn check(facts: &Facts, expected: &[AskRule]) {
        let applying: Vec<AskRule> = ALL.into_iter().filter(|rule| rule.applies(facts)).collect();
        assert_eq!(applying, expected, "{facts:?}");
    }

    #[test]
    fn each_rule_asks_about_its_own_matter_only() {
        check(&facts(), &[]);
        check(
            &Facts {
                outside: Some(1),
                ..facts()
            },
            &[AskRule::OutsideAttendee],
        );
        check(
            &Facts {
                attendees: Some(4),
                ..facts()
            },
            &[AskRule::MoreAttendeesThan(3)],
        );
        check(
            &Facts {
                series: Some(true),
                ..facts()
            },
            &[AskRule::Series],
        );
        let soon = facts().now + SignedDuration::from_mins(119);
        check(
            &Facts {
                start: Some(soon),
                ..facts()
            },
            &[AskRule::StartsWithinMinutes(120)],
        );
        check(
            &Facts {
                outside_hours: Some(true),
                ..facts()
            },
            &[AskRule::OutsideWorkingHours],
        );
        let past = facts().now - SignedDuration::from_hours(1);
        check(
            &Facts {
                start: Some(past),
                ..facts()
            },
            &[AskRule::StartsWithinMinutes(120)],
        );
    }

    #[test]
    fn what_is_not_known_asks() {
        let nothing = Facts {
            attendees: None,
            outside: None,
            series: None,
            start: None,
            outside_hours: None,
            ..facts()
        };
        check(&nothing, &ALL);
    }

    #[test]
    fn rules_read_back() {
        let text = serde_json::to_string(&ALL).expect("JSON");
        assert_eq!(
            serde_json::from_str::<Vec<AskRule>>(&text).expect("our own form"),
            ALL
        );
        assert!(serde_json::from_str::<AskRule>(r#"{"rule":"never_ask"}"#).is_err());
    }
}
