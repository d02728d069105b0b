//! The two grants: a code, once; a refresh token, again and again.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use super::Authority;
use super::conditional::{Client, Proof};
use super::errors::EntraError;
use super::scopes::{Asked, Resources};
use super::token::missing;
use super::tokens::{Code, RefreshToken};
use crate::application::ClientKind;
use crate::company::PersonId;
use crate::exchange::value_of;
use crate::state::World;

const CODE_LIFE_SECONDS: i64 = 600;
const REFRESH_IDLE_SECONDS: i64 = 90 * 24 * 3_600;
const SINGLE_PAGE_LIFE_SECONDS: i64 = 24 * 3_600;
/// This many equal refreshes in five minutes are a client loop.
const LOOP: usize = 15;

/// A grant that was accepted.
pub(super) struct Grant {
    pub(super) person: PersonId,
    pub(super) asked: Asked,
    pub(super) nonce: Option<String>,
    pub(super) sid: String,
    pub(super) proof: Proof,
    pub(super) kind: ClientKind,
    /// When the first refresh token of a single-page app was issued.
    pub(super) first_issued: Option<Timestamp>,
    /// The authorization request said that challenges are understood.
    pub(super) capable: bool,
}

impl Grant {
    pub(super) fn client(&self, world: &World) -> Client {
        client(world, self.kind)
    }
}

/// Redeems a code. Nothing that is refused burns it, unless the person is refused.
pub(super) fn redeem_code(
    world: &mut World,
    form: &[(String, String)],
    authority: Authority,
) -> Result<Grant, EntraError> {
    let now = world.clock.now();
    let value = value_of(form, "code").ok_or_else(|| missing("code"))?;
    let redirect_uri = value_of(form, "redirect_uri").ok_or_else(|| missing("redirect_uri"))?;
    let asked = asked(form, Resources::OnlyOne)?;
    let Some(code) = world.entra.tokens.code_mut(value) else {
        return Err(EntraError::of(9_002_313));
    };
    let age = now.duration_since(code.issued).as_secs();
    let refusal = if code.redeemed {
        54_005
    } else if age >= CODE_LIFE_SECONDS {
        70_008
    } else if code.authority != authority {
        700_005
    } else if code.redirect_uri != redirect_uri {
        50_011
    } else if !verified(code.challenge.as_ref(), value_of(form, "code_verifier")) {
        501_481
    } else {
        0
    };
    if refusal != 0 {
        return Err(EntraError::of(refusal));
    }
    code.redeemed = true;
    let code: Code = code.clone();
    still_valid(world, code.person, code.kind, code.proof.at)?;
    Ok(Grant {
        person: code.person,
        asked: asked.unwrap_or(code.asked),
        nonce: code.nonce,
        sid: code.sid,
        proof: code.proof,
        kind: code.kind,
        first_issued: None,
        capable: code.capable,
    })
}

/// Redeems a refresh token, which lives on.
pub(super) fn redeem_refresh(
    world: &mut World,
    form: &[(String, String)],
    authority: Authority,
) -> Result<Grant, EntraError> {
    let now = world.clock.now();
    let value = value_of(form, "refresh_token").ok_or_else(|| missing("refresh_token"))?;
    let Some(token) = world.entra.tokens.refresh(value).cloned() else {
        return Err(EntraError::of(70_000));
    };
    let scope = value_of(form, "scope").unwrap_or_default();
    let claims = value_of(form, "claims").unwrap_or_default();
    let key = format!("{}|{scope}|{claims}", token.person.0);
    if world.entra.tokens.count_refresh(&key, now) >= LOOP {
        return Err(EntraError::of(50_196));
    }
    if token.spent {
        return Err(EntraError::of(70_000));
    }
    still_valid(world, token.person, token.kind, token.proof.at)?;
    young_enough(&token, now)?;
    Ok(Grant {
        person: entry_at(world, authority, token.person)?,
        asked: asked(form, Resources::FirstWins)?.unwrap_or(token.asked),
        nonce: None,
        sid: token.sid,
        proof: token.proof,
        kind: token.kind,
        first_issued: Some(token.first_issued),
        capable: false,
    })
}

/// Whom a refresh token is for at another tenant's address: it serves every directory where its owner has an entry.
fn entry_at(world: &World, authority: Authority, person: PersonId) -> Result<PersonId, EntraError> {
    match (authority, world.home_account(person)) {
        (Authority::Tenant(tenant), Some(account)) if world.person(person).tenant != tenant => {
            let entry = world.member(authority, account);
            entry.map_err(|_| EntraError::of(50_020))
        }
        _ => Ok(person),
    }
}

fn young_enough(token: &RefreshToken, now: Timestamp) -> Result<(), EntraError> {
    let since = |instant: Timestamp| now.duration_since(instant).as_secs();
    if token.kind == ClientKind::SinglePage && since(token.first_issued) >= SINGLE_PAGE_LIFE_SECONDS
    {
        return Err(EntraError::of(700_084));
    }
    if since(token.issued) >= REFRESH_IDLE_SECONDS {
        return Err(EntraError::of(700_082).saying(format!(
            "The refresh token has expired due to inactivity. The token was issued on {} and was inactive for 90.00:00:00.",
            token.issued
        )));
    }
    Ok(())
}

/// Whether a sign-in still counts. A public client's ends with the person's own change of password, too.
fn still_valid(
    world: &World,
    person: PersonId,
    kind: ClientKind,
    authenticated: Timestamp,
) -> Result<(), EntraError> {
    let account = world.person(person);
    let changed = match client(world, kind) {
        Client::Confidential => None,
        Client::Public => account.standing.password_changed,
    };
    let last = account.tokens_valid_from.max(changed);
    let Some(valid_from) = last.filter(|last| authenticated <= *last) else {
        return Ok(());
    };
    Err(EntraError::of(50_173).saying(format!(
        "The provided grant has expired because it was revoked; a fresh auth token is needed. The user might have changed or reset the password. The grant was issued on '{authenticated}' and the TokensValidFrom date (before which tokens are not valid) for this user is '{valid_from}'."
    )))
}

fn client(world: &World, kind: ClientKind) -> Client {
    if world.application.public || kind == ClientKind::SinglePage {
        Client::Public
    } else {
        Client::Confidential
    }
}

fn verified(challenge: Option<&(String, bool)>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, None) => true,
        (None, Some(_)) | (Some(_), None) => false,
        (Some((challenge, true)), Some(verifier)) => {
            *challenge == URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
        }
        (Some((challenge, false)), Some(verifier)) => challenge == verifier,
    }
}

fn asked(form: &[(String, String)], resources: Resources) -> Result<Option<Asked>, EntraError> {
    value_of(form, "scope")
        .filter(|scope| !scope.trim().is_empty())
        .map(|scope| resources.pick(scope).and_then(|scope| Asked::parse(&scope)))
        .transpose()
}
