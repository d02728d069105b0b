//! May attache look what became of a change whose answer was lost?

use super::{Availability, Call, DenyReason, Levels, Permit, Purpose, visible};

/// Decides one look after a change that was sent, and makes the permit for it. What was allowed or approved when it began is
/// not decided again: nothing is sent a second time. But a tool that is denied by now reads nothing, nor does a connection
/// that does not work.
///
/// # Errors
/// The reason why not.
pub fn look_after(
    levels: Levels,
    availability: &Availability,
    call: &Call,
) -> Result<Permit, DenyReason> {
    visible(levels, availability)?;
    Ok(Permit {
        caller: call.caller.clone(),
        tool: call.tool,
        arguments: call.arguments,
        approval: None,
        purpose: Purpose::Look,
    })
}
