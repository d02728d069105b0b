//! What stands between somebody who has signed in and what she came for.

use std::collections::BTreeSet;

use super::authority::Foreign;
use super::authorize::{Flow, Purpose};
use super::conditional::{self, Obstacle};
use super::consent::{self, Need};
use super::errors::EntraError;
use super::sessions::SignedIn;
use crate::company::PersonId;
use crate::exchange::Ask;
use crate::state::World;
use crate::tenant::TenantId;

/// What keeps somebody who has signed in from what she came for.
#[derive(Debug)]
pub(super) enum Hindrance {
    /// She has no account in the organisation that was asked for.
    Foreign(TenantId),
    /// Something about the account, the way she signed in, or the place.
    Obstacle(Obstacle),
    /// She has not accepted the terms of use.
    Terms(PersonId, EntraError),
    /// Her consent is missing.
    Consent(PersonId, BTreeSet<&'static str>),
    /// An administrator's consent is missing.
    Administrator(PersonId, BTreeSet<&'static str>),
    /// She is an administrator, and is asked to consent for everybody.
    ForEverybody(BTreeSet<&'static str>),
}

/// The entry that somebody who has signed in acts as, once nothing stands in her way.
pub(super) fn cleared(
    world: &World,
    ask: &Ask,
    flow: &Flow,
    signed_in: &SignedIn,
) -> Result<PersonId, Hindrance> {
    let member = admitted(world, ask, flow, signed_in)?;
    if world.tenant_of(member).is_personal() && flow.asked.names.iter().any(is_for_organizations) {
        return Err(blocked(EntraError::of(70_011)));
    }
    let administrator = world.person(member).administrator;
    match flow.purpose {
        Purpose::Review if administrator => Ok(member),
        Purpose::Review => Err(blocked(EntraError::of(90_093))),
        Purpose::AdminConsent(_) => {
            let scopes = flow.asked.needed(&BTreeSet::new());
            Err(if administrator {
                Hindrance::ForEverybody(scopes)
            } else {
                Hindrance::Administrator(member, scopes)
            })
        }
        Purpose::Code => match consent::need(world, flow, member) {
            Need::Nothing => Ok(member),
            Need::Consent(scopes) => Err(Hindrance::Consent(member, scopes)),
            Need::Administrator(scopes) => Err(Hindrance::Administrator(member, scopes)),
        },
    }
}

/// The entry that somebody acts as, consent aside.
pub(super) fn admitted(
    world: &World,
    ask: &Ask,
    flow: &Flow,
    signed_in: &SignedIn,
) -> Result<PersonId, Hindrance> {
    let member = match world.member(flow.authority, signed_in.person) {
        Ok(member) => member,
        Err(Foreign::NotInTenant(tenant)) => return Err(Hindrance::Foreign(tenant)),
        // An account of the wrong kind cannot get here: its name is refused as soon as it is typed.
        Err(Foreign::Personal | Foreign::Work) => {
            return Err(blocked(EntraError::of(50_020)));
        }
    };
    conditional::account(world, signed_in.person).map_err(blocked)?;
    let as_member = SignedIn {
        person: member,
        ..signed_in.clone()
    };
    conditional::at_sign_in(world, ask, &as_member, &flow.claims).map_err(Hindrance::Obstacle)?;
    conditional::terms(world, member).map_err(|refused| Hindrance::Terms(member, refused))?;
    if flow.purpose == Purpose::Code {
        world.would_admit(member).map_err(blocked)?;
    }
    Ok(member)
}

/// Whether a permission reaches beyond one's own data, which a personal account has no organisation for.
fn is_for_organizations(scope: &&'static str) -> bool {
    scope.ends_with(".All")
}

fn blocked(refused: EntraError) -> Hindrance {
    Hindrance::Obstacle(Obstacle::Blocked(refused))
}
