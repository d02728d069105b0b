//! Whether a person may have tokens now: the account's standing, the organisation's word on the application, its policies.
//!
//! Asked each time tokens are issued, and at sign-in. What a sign-in can put right is an [`Obstacle`] there, and a refusal with
//! a claims challenge when nobody is there to sign in.

use std::collections::BTreeSet;
use std::net::IpAddr;

use jiff::Timestamp;

use super::claims::Claims;
use super::errors::EntraError;
use super::sessions::SignedIn;
use crate::access::{Device, Lack, Risk, SecondFactor, Spelling};
use crate::company::PersonId;
use crate::exchange::Ask;
use crate::state::World;
use crate::tenant::Tenant;

/// How a person has shown who she is; sign-ins hand it on to codes, and these to refresh tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proof {
    pub(crate) at: Timestamp,
    pub(crate) second_factor: Option<Timestamp>,
    /// Which demands of a claims challenge were there at that sign-in, and are met by it.
    pub(crate) met: BTreeSet<String>,
}

impl Proof {
    /// What a sign-in proves to an application that asked with these claims.
    pub(crate) fn of(signed_in: &SignedIn, claims: &Claims) -> Self {
        Self {
            at: signed_in.at,
            second_factor: signed_in.second_factor,
            met: claims.demands().cloned().collect(),
        }
    }
}

/// What stands between a person at the sign-in page and her tokens.
#[derive(Debug)]
pub(crate) enum Obstacle {
    /// A second factor has to be presented: show the page for it.
    SecondFactor(EntraError),
    /// The sign-in is too old: ask for the password again.
    Password(EntraError),
    /// Nothing helps: the page says why, and never leads back.
    Blocked(EntraError),
}

impl Obstacle {
    /// The refusal, for `prompt=none`, where no page can be shown.
    pub(crate) fn refusal(&self) -> &EntraError {
        match self {
            Self::SecondFactor(refusal) | Self::Password(refusal) | Self::Blocked(refusal) => {
                refusal
            }
        }
    }
}

/// At a sign-in page, once the person has signed in or chosen a session.
pub(crate) fn at_sign_in(
    world: &World,
    ask: &Ask,
    signed_in: &SignedIn,
    claims: &Claims,
) -> Result<(), Obstacle> {
    let (person, tenant) = (signed_in.person, world.tenant_of(signed_in.person));
    let address = address(ask, world.addresses.browser);
    account(world, person)
        .and_then(|()| password(world, person))
        .and_then(|()| place_and_device(tenant, address))
        .map_err(Obstacle::Blocked)?;
    let age = world.clock.now().duration_since(signed_in.at);
    if tenant
        .policies
        .sign_in_frequency
        .is_some_and(|frequency| age >= frequency.every)
    {
        return Err(Obstacle::Password(EntraError::of(70_043)));
    }
    let proof = Proof::of(signed_in, &Claims::default());
    second_factor(world, person, &proof).map_err(Obstacle::SecondFactor)?;
    if !claims.contexts.is_empty() && signed_in.second_factor.is_none() {
        return Err(Obstacle::SecondFactor(EntraError::of(50_076)));
    }
    Ok(())
}

/// At the token endpoint, when a code or a refresh token is good in itself.
pub(crate) fn at_token(
    world: &World,
    ask: &Ask,
    person: PersonId,
    proof: &Proof,
    client: Client,
) -> Result<(), EntraError> {
    let tenant = world.tenant_of(person);
    account(world, person)?;
    if client == Client::Public {
        password(world, person)?;
    }
    world.admits(person)?;
    place_and_device(tenant, address(ask, world.addresses.server))?;
    second_factor(world, person, proof)?;
    terms(world, person)?;
    let age = world.clock.now().duration_since(proof.at);
    match tenant.policies.sign_in_frequency {
        Some(frequency)
            if age >= frequency.every && (frequency.on_refresh || client == Client::Public) =>
        {
            Err(EntraError::of(70_043))
        }
        _ => Ok(()),
    }
}

/// Whether a client has a credential, which makes Microsoft trust it for longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Client {
    Confidential,
    Public,
}

/// What a token request's own claims demand, which nothing but a sign-in that saw them can meet.
pub(crate) fn demanded(claims: &Claims, proof: &Proof) -> Result<(), EntraError> {
    if claims.demands().all(|demand| proof.met.contains(demand)) {
        return Ok(());
    }
    let mut refused = EntraError::of(50_076);
    refused.claims = Some(claims.challenge());
    Err(refused)
}

/// Why an access token that can be challenged is, at Graph: the reason's name, and the claims to demand.
pub(crate) fn challenge(
    world: &World,
    ask: &Ask,
    person: PersonId,
    issued: Timestamp,
) -> Option<(&'static str, serde_json::Value)> {
    let not_before = |at: Timestamp| serde_json::json!({ "essential": true, "value": at.as_second().to_string() });
    let account = world.person(person);
    let last = account
        .tokens_valid_from
        .max(account.standing.challenged_up_to);
    if let Some(last) = last.filter(|last| issued <= *last) {
        let claims = serde_json::json!({ "access_token": { "nbf": not_before(last) } });
        return Some(("TokenIssuedBeforeRevocationTimestamp", claims));
    }
    let address = address(ask, world.addresses.server);
    if !allowed(world.tenant_of(person), address) {
        let claims = serde_json::json!({ "access_token": {
            "nbf": not_before(world.clock.now()),
            "xms_rp_ipaddr": { "value": address.to_string() },
        } });
        return Some(("LocationConditionEvaluationSatisfied", claims));
    }
    None
}

/// Terms of use are a challenge outside the sign-in itself, as a stranger's second factor is.
pub(super) fn terms(world: &World, person: PersonId) -> Result<(), EntraError> {
    let accepted = world.entra.terms_accepted.contains(&person);
    if world.tenant_of(person).terms_of_use && !accepted {
        Err(EntraError::of(50_158))
    } else {
        Ok(())
    }
}

/// What was done to an account.
pub(super) fn account(world: &World, person: PersonId) -> Result<(), EntraError> {
    let standing = &world.person(person).standing;
    let code = if standing.deleted {
        50_034
    } else if standing.disabled {
        50_057
    } else if standing.locked {
        50_053
    } else {
        match standing.risk {
            Some(Risk::Blocked) => 53_011,
            Some(Risk::PasswordMustChange) => 50_135,
            None => return Ok(()),
        }
    };
    Err(EntraError::of(code))
}

fn password(world: &World, person: PersonId) -> Result<(), EntraError> {
    if world.person(person).standing.password_expired {
        Err(EntraError::of(50_055))
    } else {
        Ok(())
    }
}

fn place_and_device(tenant: &Tenant, address: IpAddr) -> Result<(), EntraError> {
    if !allowed(tenant, address) {
        return Err(spelled(tenant, 53_003));
    }
    match tenant.policies.device {
        None => Ok(()),
        Some(Device::Compliant) => Err(spelled(tenant, 53_000)),
        Some(Device::Joined) => Err(spelled(tenant, 53_001)),
        Some(Device::ApprovedApplication) => Err(spelled(tenant, 53_002)),
    }
}

fn allowed(tenant: &Tenant, address: IpAddr) -> bool {
    let networks = tenant.policies.allowed_networks.as_ref();
    networks.is_none_or(|networks| networks.iter().any(|network| network.contains(address)))
}

fn second_factor(world: &World, person: PersonId, proof: &Proof) -> Result<(), EntraError> {
    let tenant = world.tenant_of(person);
    let demands = [
        world.person(person).standing.second_factor,
        tenant.policies.second_factor,
    ];
    let missing = |demand: &SecondFactor| proof.second_factor.is_none_or(|at| at < demand.since);
    let Some(demand) = demands.into_iter().flatten().find(missing) else {
        return Ok(());
    };
    let code = match demand.lack {
        Lack::NotPresented => 50_076,
        Lack::NotEnrolled => 50_079,
        Lack::Expired => 50_078,
        Lack::External => 50_158,
    };
    Err(spelled(tenant, code))
}

/// A number's error in the organisation's spelling.
pub(crate) fn spelled(tenant: &Tenant, code: u32) -> EntraError {
    let mut refused = EntraError::of(code);
    let both = super::catalogue::find(code).is_some_and(super::catalogue::Row::has_two_spellings);
    if both && tenant.policies.spelling == Spelling::InvalidGrant {
        "invalid_grant".clone_into(&mut refused.error);
    }
    refused
}

/// Where a request seems to come from: as a proxy would say it, else as the simulator was told.
fn address(ask: &Ask, otherwise: IpAddr) -> IpAddr {
    ask.header("x-forwarded-for")
        .and_then(|list| list.split(',').next())
        .and_then(|first| first.trim().parse().ok())
        .unwrap_or(otherwise)
}
