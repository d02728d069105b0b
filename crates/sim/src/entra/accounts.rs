//! Which accounts a sign-in offers, takes from its address field, and turns away at the door.

use super::authority::Foreign;
use super::authorize::Flow;
use super::sessions::SignedIn;
use crate::company::PersonId;
use crate::exchange::Ask;
use crate::state::World;

const UNKNOWN: &str = "This username may be incorrect. Make sure you typed it correctly. Otherwise, contact your admin.";

/// The sessions of the asking browser that a sign-in may go on with. One of another organisation is among them, because
/// its owner is told on a page that she has no account here.
pub(super) fn usable(world: &World, ask: &Ask, flow: &Flow) -> Vec<SignedIn> {
    let sessions = world.entra.sessions.of(ask).iter();
    sessions
        .filter(|session| unwelcome(world, flow, session.person).is_none())
        .filter(|session| is_meant(world, flow, session.person))
        .cloned()
        .collect()
}

/// The account that was typed, or what is wrong with it.
pub(super) fn typed(world: &World, flow: &Flow, entered: &str) -> Result<PersonId, &'static str> {
    let domain = flow
        .domain_hint
        .as_deref()
        .filter(|hint| hint.contains('.'));
    let address = match domain {
        Some(domain) if !entered.is_empty() && !entered.contains('@') => {
            format!("{entered}@{domain}")
        }
        _ => entered.to_owned(),
    };
    if address.is_empty() {
        return Err("Enter a valid email address.");
    }
    let account = world.account_by_hint(&address).ok_or(UNKNOWN)?;
    if world.person(account).standing.deleted {
        return Err(UNKNOWN);
    }
    match unwelcome(world, flow, account) {
        Some(problem) => Err(problem),
        None => Ok(account),
    }
}

/// The account that the request's hint names, if it may sign in here.
pub(super) fn hinted(world: &World, flow: &Flow) -> Option<PersonId> {
    let account = world.account_by_hint(flow.login_hint.as_deref()?)?;
    unwelcome(world, flow, account).is_none().then_some(account)
}

/// Why an account cannot sign in at this address at all, whoever it is.
fn unwelcome(world: &World, flow: &Flow, account: PersonId) -> Option<&'static str> {
    match world.member(flow.authority, account) {
        Err(Foreign::Personal) => Some(
            "You can't sign in here with a personal account. Use your work or school account instead.",
        ),
        Err(Foreign::Work) => Some(
            "You can't sign in here with a work or school account. Use your personal account instead.",
        ),
        Ok(_) | Err(Foreign::NotInTenant(_)) => None,
    }
}

/// Whether the domain hint means an account.
fn is_meant(world: &World, flow: &Flow, account: PersonId) -> bool {
    let tenant = world.tenant_of(account);
    match flow.domain_hint.as_deref() {
        None => true,
        Some("organizations") => !tenant.is_personal(),
        Some("consumers") => tenant.is_personal(),
        Some(domain) => tenant.has_domain(domain),
    }
}
