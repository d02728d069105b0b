//! May the owner of a calendar be shown what is in it, for the card of a call that waits for her?

use jiff::Timestamp;

use super::{Availability, DenyReason, Levels, Permit, Purpose, visible};
use crate::approval::{ApprovalState, Waiting};
use crate::caller::{Caller, Surface};
use crate::tool::{Definition, Effect};

/// Decides one look, and makes the permit for it: it reads and cannot write.
///
/// Only the owner looks, on attache's own page, at a write that waits for her and is not too late, with a tool that is not
/// denied and a connection that works. A read is never looked at: what it would find is what she is asked about.
///
/// # Errors
/// The reason why not.
pub fn look(
    levels: Levels,
    availability: &Availability,
    definition: &Definition,
    caller: &Caller,
    waiting: &Waiting,
    at: Timestamp,
) -> Result<Permit, DenyReason> {
    visible(levels, availability)?;
    let fits = caller.surface == Surface::Page
        && caller.person == waiting.person
        && definition.name.as_str() == waiting.tool
        && definition.effect != Effect::Read
        && waiting.state == ApprovalState::Pending
        && at < waiting.expires;
    if !fits {
        return Err(DenyReason::ApprovalDoesNotFit);
    }
    Ok(Permit {
        caller: caller.clone(),
        tool: definition.name,
        arguments: waiting.arguments,
        approval: Some(waiting.id.clone()),
        purpose: Purpose::Look,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::canonical::Digest;
    use crate::id::{AgentId, ApprovalId, OrganisationId, PersonId};
    use crate::permission::Level;
    use crate::random::Random;
    use crate::tool::{Object, Operation, Scope, ToolName};

    const fn tool(effect: Effect) -> Definition {
        Definition {
            name: ToolName::new("update_event"),
            operation: Operation::Update,
            object: Object::Event,
            effect,
            scopes: &[Scope::CalendarsReadWrite],
            people: &[],
            description: "",
        }
    }

    const WRITES: Definition = tool(Effect::Write);

    fn caller(random: &Random, surface: Surface) -> Caller {
        Caller {
            organisation: OrganisationId::random(random),
            person: PersonId::random(random),
            agent: AgentId::random(random),
            surface,
        }
    }

    fn waiting(caller: &Caller, random: &Random) -> Waiting {
        Waiting {
            id: ApprovalId::random(random),
            person: caller.person.clone(),
            tool: "update_event".into(),
            arguments: Digest::of("t", &[b"a"]),
            state: ApprovalState::Pending,
            expires: Timestamp::UNIX_EPOCH + Duration::from_secs(1),
        }
    }

    fn word(
        level: Level,
        availability: &Availability,
        definition: &Definition,
        caller: &Caller,
        waiting: &Waiting,
        at: Timestamp,
    ) -> &'static str {
        let levels = Levels::of_organisation(level);
        match look(levels, availability, definition, caller, waiting, at) {
            Ok(permit) => {
                assert_eq!(permit.purpose(), Purpose::Look);
                assert_eq!(permit.caller(), caller);
                assert_eq!(permit.approval(), Some(&waiting.id));
                "look"
            }
            Err(reason) => reason.as_str(),
        }
    }

    #[test]
    fn the_owner_looks_on_her_page_at_a_write_that_waits_for_her_and_nobody_else_at_anything() {
        let random = Random::seeded(7);
        let hers = caller(&random, Surface::Page);
        let waits = waiting(&hers, &random);
        let (ready, now) = (Availability::Ready, Timestamp::UNIX_EPOCH);
        let no = "approval_does_not_fit";
        let check = |level, availability: &Availability, expected| {
            let got = word(level, availability, &WRITES, &hers, &waits, now);
            assert_eq!(got, expected, "{level} {availability:?}");
        };
        check(Level::Ask, &ready, "look");
        // An approval can outlive a level that became milder; it still waits for her.
        check(Level::AlwaysAllow, &ready, "look");
        check(Level::Deny, &ready, "level_denies");
        check(Level::Ask, &Availability::NotConnected, "not_connected");
        let lacking = Availability::MissingScopes(vec![Scope::CalendarsReadWrite]);
        check(Level::Ask, &lacking, "missing_scopes");

        let ask = |definition: &Definition, caller: &Caller, waiting: &Waiting, at| {
            word(Level::Ask, &ready, definition, caller, waiting, at)
        };
        assert_eq!(ask(&tool(Effect::Read), &hers, &waits, now), no);
        for surface in Surface::FOR_AGENTS {
            let agent = Caller {
                surface,
                ..hers.clone()
            };
            assert_eq!(ask(&WRITES, &agent, &waits, now), no, "{surface:?}");
        }
        let stranger = caller(&random, Surface::Page);
        assert_eq!(ask(&WRITES, &stranger, &waits, now), no);
        assert_eq!(ask(&WRITES, &hers, &waits, waits.expires), no);
        for state in ApprovalState::ALL {
            let other = Waiting {
                state,
                ..waits.clone()
            };
            let expected = if state == ApprovalState::Pending {
                "look"
            } else {
                no
            };
            assert_eq!(ask(&WRITES, &hers, &other, now), expected, "{state:?}");
        }
        let another = Waiting {
            tool: "cancel_event".into(),
            ..waits.clone()
        };
        assert_eq!(ask(&WRITES, &hers, &another, now), no);
    }

    #[test]
    fn a_person_who_denies_the_tool_herself_is_not_looked_for() {
        let random = Random::seeded(8);
        let hers = caller(&random, Surface::Page);
        let waits = waiting(&hers, &random);
        let levels = Levels {
            person: Level::Deny,
            ..Levels::of_organisation(Level::Ask)
        };
        let got = look(
            levels,
            &Availability::Ready,
            &WRITES,
            &hers,
            &waits,
            Timestamp::UNIX_EPOCH,
        );
        assert_eq!(
            got.map(|_| ()).map_err(|reason| reason.as_str()),
            Err("person_denies")
        );
    }
}
