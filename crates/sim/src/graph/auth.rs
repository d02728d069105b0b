//! Who calls Graph, and what the token allows.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::error::GraphError;
use crate::entra::conditional;
use crate::entra::tokens::AccessToken;
use crate::exchange::Ask;
use crate::state::World;

/// Which of Graph's two ways to refuse applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Mailbox,
    Directory,
}

/// What a token allows.
#[derive(Debug)]
pub(super) struct Scopes {
    held: Arc<BTreeSet<&'static str>>,
}

impl Scopes {
    pub(super) fn new(held: Arc<BTreeSet<&'static str>>) -> Self {
        Self { held }
    }

    pub(super) fn has(&self, scope: &str) -> bool {
        self.held.contains(scope)
    }
}

/// The refusal of somebody known who may not.
pub(super) fn refused(refusal: Refusal) -> GraphError {
    match refusal {
        Refusal::Mailbox => GraphError::new(
            403,
            "ErrorAccessDenied",
            "Access is denied. Check credentials and try again.",
        ),
        Refusal::Directory => GraphError::new(
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        ),
    }
}

/// The access token of a request, if it is good.
pub(super) fn bearer(world: &World, ask: &Ask) -> Result<AccessToken, GraphError> {
    let invalid = |message: &str| GraphError::new(401, "InvalidAuthenticationToken", message);
    let header = ask
        .header("authorization")
        .ok_or_else(|| invalid("Access token is empty."))?;
    let token = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => return Err(invalid("Access token is empty.")),
    };
    let Some(token) = world.entra.tokens.access(token) else {
        return Err(invalid(
            "CompactToken parsing failed with error code: 80049217",
        ));
    };
    if world.clock.now() >= token.expires {
        return Err(invalid("Access token has expired or is not yet valid."));
    }
    if token.capable
        && let Some((reason, claims)) =
            conditional::challenge(world, ask, token.person, token.issued)
    {
        let message = format!(
            "Continuous access evaluation resulted in claims challenge with result: InteractionRequired and code: {reason}"
        );
        return Err(invalid(&message).with_claims(&claims.to_string()));
    }
    Ok(token.clone())
}
