//! `docs/permissions.txt`: what is decided for every tool, by everybody who has a say, for every kind of call. Written by
//! asking the policy; the lines of the first three tables are claims about the program, which a test holds it to.

mod alone;
mod approvals;
mod single;
mod table;
mod together;

use domain::caller::{Caller, Surface};
use domain::canonical::Digest;
use domain::id::{AgentId, OrganisationId, PersonId};
use domain::permission::Level;
use domain::policy::{Availability, Call, Decision, DenyReason, Levels, Raised, decide, visible};
use domain::random::Random;
use domain::tool::ToolName;
use jiff::Timestamp;

/// The document.
pub(super) fn document() -> String {
    let parts = [
        include_str!("permissions/head.txt").to_owned(),
        alone::text(),
        together::text(),
        single::text(),
        approvals::text(),
    ];
    parts.join("\n")
}

/// What an administrator can have done about a tool, and the level that counts then.
const LEVELS: [(&str, Level); 4] = [
    ("not set", Level::Deny),
    ("deny", Level::Deny),
    ("ask", Level::Ask),
    ("always_allow", Level::AlwaysAllow),
];

/// What an agent meets outside.
struct Met {
    /// Whether the tool is in its list.
    listed: &'static str,
    /// The code of the refusal, the question with its reason, or that it runs.
    answer: String,
    /// Whether Microsoft is asked for anything, be it a token.
    asked: &'static str,
}

/// What an agent meets that calls a tool without anybody's yes, over whichever surface.
fn met(
    tool: ToolName,
    levels: Levels,
    raised: Option<Raised>,
    availability: &Availability,
    surface: Surface,
) -> Met {
    let decision = decide(levels, raised, availability, &call(tool, surface), None);
    let (answer, asked) = match decision {
        Decision::Allow(_) => ("runs".to_owned(), "yes"),
        Decision::Ask(reason) => (format!("approval_required ({})", reason.as_str()), "no"),
        Decision::Deny(DenyReason::LevelDenies | DenyReason::PersonDenies) => {
            ("unknown_tool".to_owned(), "no")
        }
        Decision::Deny(DenyReason::MissingScopes(_)) => ("scopes_missing".to_owned(), "no"),
        Decision::Deny(reason) => (reason.as_str().to_owned(), "no"),
    };
    let listed = yes_or_no(visible(levels, availability).is_ok());
    Met {
        listed,
        answer,
        asked,
    }
}

fn yes_or_no(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

fn call(tool: ToolName, surface: Surface) -> Call {
    let random = Random::seeded(1);
    Call {
        caller: Caller {
            organisation: OrganisationId::random(&random),
            person: PersonId::random(&random),
            agent: AgentId::random(&random),
            surface,
        },
        tool,
        arguments: Digest::of("document", &[b"these"]),
        at: Timestamp::UNIX_EPOCH,
    }
}

/// What agents meet over each of their surfaces, which is the same.
///
/// # Panics
/// When it is not.
fn met_everywhere(tool: ToolName, levels: Levels, raised: Option<Raised>) -> Met {
    let each =
        Surface::FOR_AGENTS.map(|surface| met(tool, levels, raised, &Availability::Ready, surface));
    let [first, others @ ..] = each;
    for other in others {
        assert_eq!(first.answer, other.answer, "the surfaces differ");
    }
    first
}
