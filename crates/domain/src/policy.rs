//! May this call happen? One pure function answers, and it alone makes a [`Permit`].

mod after;
mod looking;
mod rules;

use jiff::Timestamp;
use serde::Serialize;

use crate::approval::Approval;
use crate::caller::Caller;
use crate::canonical::Digest;
use crate::id::ApprovalId;
use crate::permission::Level;
use crate::tool::{Scope, ToolName};

pub use self::after::look_after;
pub use self::looking::look;
pub use self::rules::{AskRule, Facts};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskReason {
    /// The administrator set the tool to *Ask for Permission*.
    LevelAsks,
    /// The person wants to be asked herself.
    PersonAsks,
    /// Something about this call raised *Always Allow*.
    Raised(Raised),
}

/// What raises *Always Allow* to *Ask for Permission* for one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raised {
    /// A rule of the administrator's.
    Rule(AskRule),
    /// The agent has read others' words, and this may reach somebody outside the organisation.
    TaintOutside,
    /// The agent has read others' words, and this passes some of them on.
    TaintCopied,
}

impl Raised {
    /// The word for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rule(rule) => rule.as_str(),
            Self::TaintOutside => "taint_outside",
            Self::TaintCopied => "taint_copied",
        }
    }
}

impl AskReason {
    /// The word for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LevelAsks => "level_asks",
            Self::PersonAsks => "person_asks",
            Self::Raised(raised) => raised.as_str(),
        }
    }
}

/// What everybody who has a say has set for one tool. Each can only tighten what stands before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels {
    /// The administrator's, for the organisation; [`Level::Deny`] when nobody has set one.
    pub organisation: Level,
    /// The person's own, for every agent of hers; [`Level::AlwaysAllow`] adds nothing.
    pub person: Level,
    /// The person's own, for this agent; [`Level::AlwaysAllow`] adds nothing.
    pub agent: Level,
}

impl Levels {
    /// What the administrator has set, and nobody has tightened.
    pub const fn of_organisation(level: Level) -> Self {
        Self {
            organisation: level,
            person: Level::AlwaysAllow,
            agent: Level::AlwaysAllow,
        }
    }

    /// The strictest of them: the one that counts.
    pub fn effective(self) -> Level {
        self.organisation.min(self.person).min(self.agent)
    }
}

/// Why a call may not happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DenyReason {
    /// The level is *Deny*, or nobody has set one. Outside, the tool does not exist.
    LevelDenies,
    /// The person has denied it herself. Outside, the tool does not exist.
    PersonDenies,
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
            Self::PersonDenies => "person_denies",
            Self::NotConnected => "not_connected",
            Self::MissingScopes(_) => "missing_scopes",
            Self::ApprovalDoesNotFit => "approval_does_not_fit",
        }
    }
}

/// Leave for one call of one caller with exactly these arguments. Without one there is no access token.
///
/// Only [`decide`] makes it, and [`look`] one that is good for looking only; nobody can copy or alter it:
///
/// ```compile_fail
/// # fn forge(caller: domain::caller::Caller, arguments: domain::canonical::Digest) {
/// let forged = domain::policy::Permit { caller, tool: domain::tool::ToolName::new("create_event"), arguments, approval: None, purpose: domain::policy::Purpose::Act };
/// # }
/// ```
#[derive(Debug)]
pub struct Permit {
    caller: Caller,
    tool: ToolName,
    arguments: Digest,
    approval: Option<ApprovalId>,
    purpose: Purpose,
}

/// What a [`Permit`] is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The call itself.
    Act,
    /// Reading what its owner needs to see before she decides. Nothing can be written with it.
    Look,
}

impl Permit {
    /// What it is good for.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

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
pub fn visible(levels: Levels, availability: &Availability) -> Result<(), DenyReason> {
    if levels.organisation == Level::Deny {
        return Err(DenyReason::LevelDenies);
    }
    if levels.effective() == Level::Deny {
        return Err(DenyReason::PersonDenies);
    }
    match availability {
        Availability::Ready => Ok(()),
        Availability::NotConnected => Err(DenyReason::NotConnected),
        Availability::MissingScopes(scopes) => Err(DenyReason::MissingScopes(scopes.clone())),
    }
}

/// Why the person must be asked about a call that may happen, if she must.
fn asks(levels: Levels, raised: Option<Raised>) -> Option<AskReason> {
    match (levels.organisation, levels.effective()) {
        (Level::AlwaysAllow, Level::AlwaysAllow) => raised.map(AskReason::Raised),
        (Level::AlwaysAllow, _) => Some(AskReason::PersonAsks),
        (Level::Ask | Level::Deny, _) => Some(AskReason::LevelAsks),
    }
}

/// Decides one call.
///
/// `raised` is what raises it to *Ask*, if anything does. An approval turns Ask into Allow if
/// it is the same person's, for the same tool and arguments, and not too old. It never turns Deny into anything.
pub fn decide(
    levels: Levels,
    raised: Option<Raised>,
    availability: &Availability,
    call: &Call,
    approval: Option<&Approval>,
) -> Decision {
    if let Err(reason) = visible(levels, availability) {
        return Decision::Deny(reason);
    }
    let fits = |approval: &Approval| {
        approval.person == call.caller.person
            && approval.tool == call.tool.as_str()
            && approval.arguments == call.arguments
            && call.at < approval.expires
    };
    match (asks(levels, raised), approval) {
        (_, Some(approval)) if !fits(approval) => Decision::Deny(DenyReason::ApprovalDoesNotFit),
        (Some(reason), None) => Decision::Ask(reason),
        (Some(_) | None, approval) => Decision::Allow(Permit {
            caller: call.caller.clone(),
            tool: call.tool,
            arguments: call.arguments,
            approval: approval.map(|approval| approval.id.clone()),
            purpose: Purpose::Act,
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
                word(&decide(
                    Levels::of_organisation(level),
                    None,
                    &availability,
                    &call,
                    None
                )),
                without,
                "{level} {availability:?}"
            );
            assert_eq!(
                word(&decide(
                    Levels::of_organisation(level),
                    None,
                    &availability,
                    &call,
                    Some(&yes)
                )),
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
                    word(&decide(
                        Levels::of_organisation(level),
                        None,
                        &Availability::Ready,
                        &call,
                        Some(&other)
                    )),
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
                let visible = visible(Levels::of_organisation(level), &availability).is_ok();
                let denied = matches!(
                    decide(
                        Levels::of_organisation(level),
                        None,
                        &availability,
                        &call,
                        None
                    ),
                    Decision::Deny(_)
                );
                assert_eq!(visible, !denied, "{level} {availability:?}");
            }
        }
    }

    #[test]
    fn whoever_has_a_say_can_only_tighten_and_a_rule_only_raises() {
        let random = Random::seeded(5);
        let call = call(&random);
        let rule = Raised::Rule(AskRule::Series);
        for organisation in Level::ALL {
            for person in Level::ALL {
                for agent in Level::ALL {
                    for raised in [None, Some(rule)] {
                        let levels = Levels {
                            organisation,
                            person,
                            agent,
                        };
                        let ready = Availability::Ready;
                        let decided = decide(levels, raised, &ready, &call, None);
                        let expected = match (organisation, person.min(agent)) {
                            (Level::Deny, _) => "level_denies",
                            (_, Level::Deny) => "person_denies",
                            (Level::AlwaysAllow, Level::AlwaysAllow) if raised.is_none() => "allow",
                            _ => "ask",
                        };
                        assert_eq!(word(&decided), expected, "{levels:?} {raised:?}");
                        if let Decision::Ask(reason) = decided {
                            let expected = match (organisation, person.min(agent)) {
                                (Level::Ask, _) => AskReason::LevelAsks,
                                (_, Level::Ask) => AskReason::PersonAsks,
                                _ => AskReason::Raised(rule),
                            };
                            assert_eq!(reason, expected, "{levels:?} {raised:?}");
                        }
                        let hidden = visible(levels, &ready).is_err();
                        assert_eq!(hidden, expected.ends_with("denies"));
                    }
                }
            }
        }
    }

    #[test]
    fn an_approval_is_a_yes_whoever_or_whatever_asked_for_it() {
        let random = Random::seeded(6);
        let call = call(&random);
        let yes = approval(&call, &random);
        let asked = [
            (Levels::of_organisation(Level::Ask), None),
            (
                Levels {
                    person: Level::Ask,
                    ..Levels::of_organisation(Level::AlwaysAllow)
                },
                None,
            ),
            (
                Levels {
                    agent: Level::Ask,
                    ..Levels::of_organisation(Level::AlwaysAllow)
                },
                None,
            ),
            (
                Levels::of_organisation(Level::AlwaysAllow),
                Some(Raised::Rule(AskRule::Series)),
            ),
        ];
        for (levels, raised) in asked {
            let ready = Availability::Ready;
            assert_eq!(word(&decide(levels, raised, &ready, &call, None)), "ask");
            assert_eq!(
                word(&decide(levels, raised, &ready, &call, Some(&yes))),
                "allow"
            );
        }
    }

    #[test]
    fn a_permit_says_exactly_what_was_decided() {
        let random = Random::seeded(4);
        let call = call(&random);
        let yes = approval(&call, &random);
        let Decision::Allow(permit) = decide(
            Levels::of_organisation(Level::Ask),
            None,
            &Availability::Ready,
            &call,
            Some(&yes),
        ) else {
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
