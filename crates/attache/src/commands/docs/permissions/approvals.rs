//! Table 4: what an approval makes of a call, if one could be handed in.

use std::time::Duration;

use domain::approval::Approval;
use domain::caller::Surface;
use domain::canonical::Digest;
use domain::id::{ApprovalId, PersonId};
use domain::permission::Level;
use domain::policy::{Availability, Call, Decision, Levels, decide};
use domain::random::Random;
use domain::tool::{Scope, ToolName};

use super::call;
use super::table::Table;

/// What comes with a call, beside the call itself.
#[derive(Clone, Copy)]
enum Proof {
    None,
    Fits,
    OfAnotherPerson,
    ForAnotherTool,
    ForOtherArguments,
    TooOld,
}

const PROOFS: [(&str, Proof); 6] = [
    ("none", Proof::None),
    ("for this call", Proof::Fits),
    ("of another person", Proof::OfAnotherPerson),
    ("for another tool", Proof::ForAnotherTool),
    ("for other arguments", Proof::ForOtherArguments),
    ("too old", Proof::TooOld),
];

pub(super) fn text() -> String {
    let availabilities = [
        ("connected", Availability::Ready),
        ("none", Availability::NotConnected),
        (
            "lacks scopes",
            Availability::MissingScopes(vec![Scope::CalendarsReadWrite]),
        ),
    ];
    let mut table = Table::new(["level that counts", "connection", "approval", "decision"]);
    for level in Level::ALL {
        for (connection, availability) in &availabilities {
            for (approval, proof) in PROOFS {
                let decision = decision(level, availability, proof);
                table.add([level.as_str(), connection, approval, &decision]);
            }
        }
    }
    format!(
        "4. What the policy makes of an approval, for every tool over MCP and REST alike. No surface takes an approval from \
         an agent: only a person's yes on attache's own page brings one, and it is made of the stored call.\n\n{}",
        table.text()
    )
}

/// What is decided, for whichever tool and over whichever surface.
fn decision(level: Level, availability: &Availability, proof: Proof) -> String {
    let mut answers = Vec::new();
    for definition in engine::tools::DEFINITIONS {
        for surface in Surface::FOR_AGENTS {
            let call = call(definition.name, surface);
            let approval = approval(&call, proof);
            let levels = Levels::of_organisation(level);
            let decided = decide(levels, None, availability, &call, approval.as_ref());
            answers.push(match decided {
                Decision::Allow(_) => "allow".to_owned(),
                Decision::Ask(reason) => format!("ask ({})", reason.as_str()),
                Decision::Deny(reason) => format!("deny ({})", reason.as_str()),
            });
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "tools or surfaces differ: {answers:?}");
    answers.remove(0)
}

fn approval(call: &Call, proof: Proof) -> Option<Approval> {
    const NONE: ToolName = ToolName::new("no_tool");
    let random = Random::seeded(2);
    let fits = Approval {
        id: ApprovalId::random(&random),
        person: call.caller.person.clone(),
        tool: call.tool.as_str().to_owned(),
        arguments: call.arguments,
        expires: call.at + Duration::from_secs(1),
    };
    match proof {
        Proof::None => None,
        Proof::Fits => Some(fits),
        Proof::OfAnotherPerson => Some(Approval {
            person: PersonId::random(&random),
            ..fits
        }),
        Proof::ForAnotherTool => Some(Approval {
            tool: NONE.as_str().to_owned(),
            ..fits
        }),
        Proof::ForOtherArguments => Some(Approval {
            arguments: Digest::of("document", &[b"others"]),
            ..fits
        }),
        Proof::TooOld => Some(Approval {
            expires: call.at,
            ..fits
        }),
    }
}
