//! Table 3: every rule by itself, with calls that touch it and calls that do not.

use domain::permission::Level;
use domain::policy::{AskRule, Facts, Levels, Raised};
use domain::tool::ToolName;
use jiff::{SignedDuration, Timestamp};

use super::met_everywhere;
use super::table::Table;

/// What a call does that matters to a rule, in words that the test knows too, and what is known of it beforehand.
type Matter = (&'static str, fn(&mut Facts));

/// One tool under one rule.
type Case = (&'static str, &'static [Matter]);

/// Nothing that a rule asks about: inside, alone, once, in years, at ten on a Tuesday.
fn harmless() -> Facts {
    let now = Timestamp::UNIX_EPOCH;
    Facts {
        attendees: Some(0),
        outside: Some(0),
        series: Some(false),
        start: Some(now + SignedDuration::from_hours(24 * 365)),
        outside_hours: Some(false),
        now,
    }
}

fn whoever(facts: &mut Facts) {
    (facts.attendees, facts.outside) = (None, None);
}

fn of_series(facts: &mut Facts) {
    facts.series = Some(true);
}

fn soon(facts: &mut Facts) {
    facts.start = Some(facts.now + SignedDuration::from_mins(30));
}

fn whenever(facts: &mut Facts) {
    facts.outside_hours = None;
}

fn outside_hours(facts: &mut Facts) {
    facts.outside_hours = Some(true);
}

/// Whom a change of an event that exists reaches: nobody can say, or nobody but its owner.
const EXISTING: [Case; 3] = [
    (
        "update_event",
        &[
            ("changes the title for whoever is invited", whoever),
            ("changes only her own reminder", |_| {}),
        ],
    ),
    (
        "cancel_event",
        &[
            ("cancels it for whoever is invited", whoever),
            ("removes only her own copy", |_| {}),
        ],
    ),
    (
        "respond_to_event",
        &[
            ("answers whoever invited her", whoever),
            ("answers and tells nobody", |_| {}),
        ],
    ),
];

const INVITES_OUTSIDE: Case = (
    "create_event",
    &[
        ("invites somebody outside", |facts| {
            (facts.attendees, facts.outside) = (Some(1), Some(1));
        }),
        ("invites a colleague", |facts| facts.attendees = Some(1)),
    ],
);

const INVITES_MANY: Case = (
    "create_event",
    &[
        ("invites three people", |facts| facts.attendees = Some(3)),
        ("invites two people", |facts| facts.attendees = Some(2)),
    ],
);

const SERIES: [Case; 4] = [
    (
        "create_event",
        &[("makes a series", of_series), ("makes one event", |_| {})],
    ),
    (
        "update_event",
        &[
            ("changes a whole series", of_series),
            ("changes one event", |_| {}),
        ],
    ),
    (
        "cancel_event",
        &[
            ("cancels a whole series", of_series),
            ("cancels one event", |_| {}),
        ],
    ),
    (
        "respond_to_event",
        &[
            ("answers for a whole series", of_series),
            ("answers for one event", |_| {}),
        ],
    ),
];

const SOON: [Case; 4] = [
    (
        "create_event",
        &[
            ("starts in half an hour", soon),
            ("starts in years", |_| {}),
        ],
    ),
    (
        "update_event",
        &[
            ("moves it to half an hour from now", soon),
            ("moves it back by years", soon),
            ("changes a series, whenever it is next", |facts| {
                facts.start = None;
            }),
            ("changes what starts in half an hour", soon),
            ("changes what starts in years", |_| {}),
        ],
    ),
    (
        "cancel_event",
        &[
            ("cancels what starts in half an hour", soon),
            ("cancels what starts in years", |_| {}),
        ],
    ),
    (
        "respond_to_event",
        &[
            ("answers for what starts in half an hour", soon),
            ("answers for what starts in years", |_| {}),
        ],
    ),
];

const HOURS: [Case; 4] = [
    (
        "create_event",
        &[
            ("is on a Sunday", outside_hours),
            ("is a whole day", outside_hours),
            ("is at ten on a Tuesday", |_| {}),
        ],
    ),
    (
        "update_event",
        &[
            ("moves it to a Sunday", outside_hours),
            ("leaves it at a time that is not known", whenever),
            ("moves it to ten on a Tuesday", |_| {}),
        ],
    ),
    (
        "cancel_event",
        &[("cancels what is at a time that is not known", whenever)],
    ),
    (
        "respond_to_event",
        &[("answers for what is at a time that is not known", whenever)],
    ),
];

/// What an agent that has read others' words does with them: tool, what it does, and what that is to attache.
const READ: [(&str, &str, Option<Raised>); 10] = [
    (
        "create_event",
        "invites somebody outside",
        Some(Raised::TaintOutside),
    ),
    (
        "create_event",
        "passes on to a colleague what it read",
        Some(Raised::TaintCopied),
    ),
    (
        "create_event",
        "keeps what it read in her own calendar",
        None,
    ),
    ("create_event", "invites a colleague", None),
    (
        "update_event",
        "changes the title for whoever is invited",
        Some(Raised::TaintOutside),
    ),
    ("update_event", "changes only her own reminder", None),
    (
        "cancel_event",
        "cancels it for whoever is invited",
        Some(Raised::TaintOutside),
    ),
    ("cancel_event", "removes only her own copy", None),
    (
        "respond_to_event",
        "answers whoever invited her",
        Some(Raised::TaintOutside),
    ),
    ("respond_to_event", "answers and tells nobody", None),
];

/// The same with the watch on it switched off for the tool, and by an agent that has read nothing.
const UNWATCHED: [(&str, &str); 4] = [
    ("create_event", "invites somebody outside"),
    ("update_event", "changes the title for whoever is invited"),
    ("cancel_event", "cancels it for whoever is invited"),
    ("respond_to_event", "answers whoever invited her"),
];

pub(super) fn text() -> String {
    let mut table = Table::new([
        "rule",
        "tool",
        "the call",
        "administrator",
        "listed",
        "a call answers",
        "Microsoft is asked",
    ]);
    let with = |first: Case| [&[first][..], &EXISTING].concat();
    for (rule, cases) in [
        (AskRule::OutsideAttendee, with(INVITES_OUTSIDE)),
        (AskRule::MoreAttendeesThan(2), with(INVITES_MANY)),
        (AskRule::Series, SERIES.to_vec()),
        (AskRule::StartsWithinMinutes(60), SOON.to_vec()),
        (AskRule::OutsideWorkingHours, HOURS.to_vec()),
    ] {
        let name = match rule.amount() {
            Some(amount) => format!("{} {amount}", rule.as_str()),
            None => rule.as_str().to_owned(),
        };
        for (tool, matters) in cases {
            for (words, change) in matters {
                let mut facts = harmless();
                change(&mut facts);
                let raised = rule.applies(&facts).then_some(Raised::Rule(rule));
                add(&mut table, &name, tool, words, raised);
            }
        }
    }
    for (tool, words, raised) in READ {
        add(&mut table, "has read others' words", tool, words, raised);
    }
    for (tool, words) in UNWATCHED {
        add(&mut table, "has read, is not watched", tool, words, None);
    }
    for (tool, words) in UNWATCHED {
        add(&mut table, "has read nothing", tool, words, None);
    }
    format!(
        "3. Every rule by itself, over a working connection, over MCP and REST alike, where nobody has tightened anything. \
         What cannot be known of a call beforehand counts as if the rule applied.\n\n{}",
        table.text()
    )
}

/// A call under every level; one that touches no rule under Always Allow only: tables 1 and 2 say the rest.
fn add(table: &mut Table<7>, rule: &str, tool: &'static str, words: &str, raised: Option<Raised>) {
    for level in Level::ALL {
        if raised.is_none() && level != Level::AlwaysAllow {
            continue;
        }
        let levels = Levels::of_organisation(level);
        let met = met_everywhere(ToolName::new(tool), levels, raised);
        table.add([
            rule,
            tool,
            words,
            level.as_str(),
            met.listed,
            &met.answer,
            met.asked,
        ]);
    }
}
