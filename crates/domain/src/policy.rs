//! May this call happen? One pure function answers, and it alone makes a [`Permit`].

use jiff::Timestamp;
use serde::Serialize;

use crate::approval::Approval;
use crate::caller::Caller;
use crate::canonical::Digest;
use crate::id::ApprovalId;
use crate::permission::Level;
use crate::tool::{Scope, ToolName};

/// One tool with exact arguments from one caller.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who asks.
    pub caller: Caller,
    /// For which tool.
    pub tool: ToolName,
    /// The digest of the exact, validated arguments.
    pub arguments: Digest,
    /// When.
    pub at: Timestamp,
}

/// Whether the person's connection can carry a tool at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Availability {
    /// Connected, with every scope the tool needs.
    Ready,
    /// There is no connection, or it does not work at the moment.
    NotConnected,
    /// Connected, but Microsoft granted less than the tool needs.
    MissingScopes(Vec<Scope>),
}

/// What was decided, and why.
#[derive(Debug)]
pub enum Decision {
    /// It may happen, once, as this permit says.
    Allow(Permit),
    /// The person must be asked first.
    Ask(AskReason),
    /// It may not happen.
    Deny(DenyReason),
}

/// Why a person is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AskReason {
    /// The administrator set the tool to *Ask for Permission*.
    LevelAsks,
}

/// Why a call may not happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DenyReason {
    /// The level is *Deny*, or nobody has set one. Outside, the tool does not exist.
    LevelDenies,
    /// No working connection.
    NotConnected,
    /// The connection lacks scopes.
    MissingScopes(Vec<Scope>),
    /// An approval was presented that is not for this call, or is too old.
    ApprovalDoesNotFit,
}

impl DenyReason {
    /// The word for the audit log.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::LevelDenies => "level_denies",
            Self::NotConnected => "not_connected",
            Self::MissingScopes(_) => "missing_scopes",
            Self::ApprovalDoesNotFit => "approval_does_not_fit",
        }
    }
}

/// Leave for one call of one caller with exactly these arguments. Without one there is no access token.
///
/// Only [`decide`] makes it, nobody can copy or alter it:
///
/// ```compile_fail
/// # fn forge(caller: domain::caller::Caller, arguments: domain::canonical::Digest) {
/// let forged = domain::policy::Permit { caller, tool: domain::tool::ToolName::new("create_event"), arguments, approval: None };
/// # }
/// ```
#[derive(Debug)]
pub struct Permit {
    caller: Caller,
    tool: ToolName,
    arguments: Digest,
    approval: Option<ApprovalId>,
}

impl Permit {
    /// For whom and to which agent it was given.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// For which tool.
    pub fn tool(&self) -> ToolName {
        self.tool
    }

    /// For which arguments.
    pub fn arguments(&self) -> Digest {
        self.arguments
    }

    /// The approval it rests on, if the person was asked.
    pub fn approval(&self) -> Option<&ApprovalId> {
        self.approval.as_ref()
    }
}

/// Whether agents may know that a tool exists. [`decide`] starts with the same question, so that a list and a call
/// cannot disagree.
///
/// # Errors
/// The reason it is hidden.
pub fn visible(level: Level, availability: &Availability) -> Result<(), DenyReason> {
    match (level, availability) {
        (Level::Deny, _) => Err(DenyReason::LevelDenies),
        (Level::Ask | Level::AlwaysAllow, Availability::NotConnected) => {
            Err(DenyReason::NotConnected)
        }
        (Level::Ask | Level::AlwaysAllow, Availability::MissingScopes(scopes)) => {
            Err(DenyReason::MissingScopes(scopes.clone()))
        }
        (Level::Ask | Level::AlwaysAllow, Availability::Ready) => Ok(()),
    }
}

/// Decides one call.
///
/// An approval turns Ask into Allow if it is the same person's, for the same tool and arguments, and not too old. It
/// never turns Deny into anything.
pub fn decide(
    level: Level,
    availability: &Availability,
    call: &Call,
    approval: Option<&Approval>,
) -> Decision {
    if let Err(reason) = visible(level, availability) {
        return Decision::Deny(reason);
    }
    let fits = |approval: &Approval| {
        approval.person == call.caller.person
            && approval.tool == call.tool.as_str()
            && approval.arguments == call.arguments
            && call.at < approval.expires
    };
    match (level, approval) {
        (_, Some(approval)) if !fits(approval) => Decision::Deny(DenyReason::ApprovalDoesNotFit),
        (Level::Ask, None) => Decision::Ask(AskReason::LevelAsks),
        (Level::Deny, _) => Decision::Deny(DenyReason::LevelDenies),
        (Level::Ask | Level::AlwaysAllow, approval) => Decision::Allow(Permit {
            caller: call.caller.clone(),
            tool: call.tool,
            arguments: call.arguments,
            approval: approval.map(|approval| approval.id.clone()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::caller::Surface;
    use crate::id::{AgentId, OrganisationId, PersonId};
    use crate::random::Random;

    const TOOL: ToolName = ToolName::new("create_event");

    fn call(random: &Random) -> Call {
        let caller = Caller {
            organisation: OrganisationId::random(random),
            person: PersonId::random(random),
            agent: AgentId::random(random),
            surface: Surface::Mcp,
        };
        Call {
            caller,
            tool: TOOL,
            arguments: Digest::of("t", &[b"a"]),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn approval(call: &Call, random: &Random) -> Approval {
        Approval {
            id: ApprovalId::random(random),
            person: call.caller.person.clone(),
            tool: TOOL.as_str().into(),
            arguments: call.arguments,
            expires: call.at + Duration::from_secs(1),
        }
    }

    fn word(decision: &Decision) -> &'static str {
        match decision {
            Decision::Allow(_) => "allow",
            Decision::Ask(_) => "ask",
            Decision::Deny(reason) => reason.as_str(),
        }
    }

    #[test]
    fn every_level_and_availability_decides_as_the_table_says() {
        let random = Random::seeded(1);
        let call = call(&random);
        let yes = approval(&call, &random);
        let lacking = Availability::MissingScopes(vec![Scope::CalendarsReadWrite]);
        let table = [
            (
                Level::Deny,
                Availability::Ready,
                "level_denies",
                "level_denies",
            ),
            (
                Level::Deny,
                Availability::NotConnected,
                "level_denies",
                "level_denies",
            ),
            (Level::Ask, Availability::Ready, "ask", "allow"),
            (
                Level::Ask,
                Availability::NotConnected,
                "not_connected",
                "not_connected",
            ),
            (
                Level::Ask,
                lacking.clone(),
                "missing_scopes",
                "missing_scopes",
            ),
            (Level::AlwaysAllow, Availability::Ready, "allow", "allow"),
            (
                Level::AlwaysAllow,
                Availability::NotConnected,
                "not_connected",
                "not_connected",
            ),
            (
                Level::AlwaysAllow,
                lacking,
                "missing_scopes",
                "missing_scopes",
            ),
        ];
        for (level, availability, without, with) in table {
            assert_eq!(
                word(&decide(level, &availability, &call, None)),
                without,
                "{level} {availability:?}"
            );
            assert_eq!(
                word(&decide(level, &availability, &call, Some(&yes))),
                with,
                "{level} {availability:?} approved"
            );
        }
    }

    #[test]
    fn an_approval_counts_for_its_own_call_only() {
        let random = Random::seeded(2);
        let call = call(&random);
        let yes = approval(&call, &random);
        let others = [
            Approval {
                person: PersonId::random(&random),
                ..yes.clone()
            },
            Approval {
                tool: "cancel_event".into(),
                ..yes.clone()
            },
            Approval {
                arguments: Digest::of("t", &[b"b"]),
                ..yes.clone()
            },
            Approval {
                expires: call.at,
                ..yes.clone()
            },
        ];
        for other in others {
            for level in [Level::Ask, Level::AlwaysAllow] {
                assert_eq!(
                    word(&decide(level, &Availability::Ready, &call, Some(&other))),
                    "approval_does_not_fit",
                    "{other:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_visible_is_never_allowed() {
        let random = Random::seeded(3);
        let call = call(&random);
        for level in Level::ALL {
            for availability in [
                Availability::Ready,
                Availability::NotConnected,
                Availability::MissingScopes(vec![Scope::UserRead]),
            ] {
                let visible = visible(level, &availability).is_ok();
                let denied = matches!(decide(level, &availability, &call, None), Decision::Deny(_));
                assert_eq!(visible, !denied, "{level} {availability:?}");
            }
        }
    }

    #[test]
    fn a_permit_says_exactly_what_was_decided() {
        let random = Random::seeded(4);
        let call = call(&random);
        let yes = approval(&call, &random);
        let Decision::Allow(permit) = decide(Level::Ask, &Availability::Ready, &call, Some(&yes))
        else {
            panic!("approved")
        };
        assert_eq!(
            (
                permit.caller(),
                permit.tool(),
                permit.arguments(),
                permit.approval()
            ),
            (&call.caller, TOOL, call.arguments, Some(&yes.id))
        );
    }
}
