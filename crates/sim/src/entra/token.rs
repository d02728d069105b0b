//! The token endpoint: who asks, what for, and what goes back.

use std::sync::Arc;

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Authority;
use super::claims::Claims;
use super::client_auth::authenticate;
use super::conditional::{self, Proof};
use super::errors::{EntraError, token_answer};
use super::grants::{self, Grant};
use super::id_token::{self, SignIn};
use super::respond::client_info;
use super::scopes;
use super::sessions::SignedIn;
use super::tokens::{AccessToken, RefreshToken};
use crate::application::ClientKind;
use crate::exchange::{Answer, Ask, value_of};
use crate::options::Rotation;
use crate::random;
use crate::state::World;

/// Answers `POST /{t}/oauth2/v2.0/token`.
pub(crate) fn answer(world: &mut World, ask: &Ask, authority: Authority) -> Answer {
    let form = ask.form();
    let age = refresh_age(world, &form);
    match granted(world, ask, &form, authority) {
        Ok(body) => {
            spend(world, &form);
            token_answer(StatusCode::OK, &body, &random::guid())
                .header("x-ms-clitelem", &format!("1,0,0,{age},"))
        }
        Err(refused) => {
            let telemetry = format!("1,{},0,{age},", refused.code);
            refused
                .answer(world, ask)
                .header("x-ms-clitelem", &telemetry)
        }
    }
}

/// A required parameter that is not there.
pub(super) fn missing(name: &str) -> EntraError {
    let text = format!("The request body must contain the following parameter: '{name}'.");
    EntraError::of(900_144).saying(text)
}

fn granted(
    world: &mut World,
    ask: &Ask,
    form: &[(String, String)],
    authority: Authority,
) -> Result<Value, EntraError> {
    world.serves(authority)?;
    let grant_type = value_of(form, "grant_type");
    authenticate(world, ask, form, authority, kind(world, form))?;
    let grant = match grant_type {
        Some("authorization_code") => grants::redeem_code(world, form, authority)?,
        Some("refresh_token") => grants::redeem_refresh(world, form, authority)?,
        Some(_) => return Err(EntraError::of(70_003)),
        None => return Err(missing("grant_type")),
    };
    conditional::at_token(world, ask, grant.person, &grant.proof, grant.client(world))?;
    let asked = Claims::parse(value_of(form, "claims"));
    conditional::demanded(&asked, &grant.proof)?;
    // Continuous access evaluation does not cover guests.
    let capable = (grant.capable || asked.capable)
        && world.tenant_of(grant.person).policies.continuous_evaluation
        && !world.person(grant.person).guest;
    issue(world, form, &grant, capable)
}

/// For which kind of client the code or the refresh token of a request was issued.
fn kind(world: &World, form: &[(String, String)]) -> ClientKind {
    let tokens = &world.entra.tokens;
    let of_code = value_of(form, "code").and_then(|value| tokens.code(value));
    let of_refresh = value_of(form, "refresh_token").and_then(|value| tokens.refresh(value));
    match (of_code, of_refresh) {
        (Some(code), _) => code.kind,
        (None, Some(token)) => token.kind,
        (None, None) => ClientKind::Web,
    }
}

/// Writes the tokens of an accepted grant.
fn issue(
    world: &mut World,
    form: &[(String, String)],
    grant: &Grant,
    capable: bool,
) -> Result<Value, EntraError> {
    let held = world.to_be_held(grant.person, &grant.asked)?;
    let now = world.clock.now();
    let seconds = life(world, grant, capable);
    let access_token = world.entra.tokens.new_access(AccessToken {
        person: grant.person,
        scopes: Arc::new(
            held.iter()
                .copied()
                .filter(|name| *name != "offline_access")
                .collect(),
        ),
        issued: now,
        expires: now
            .saturating_add(SignedDuration::from_secs(seconds))
            .unwrap_or(Timestamp::MAX),
        capable,
    });
    let mut body = json!({
        "token_type": "Bearer",
        "scope": scopes::echo(&held, grant.asked.short),
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": access_token,
    });
    if capable {
        body["refresh_in"] = json!(seconds / 2);
    }
    add_companions(world, form, grant, &mut body);
    Ok(body)
}

/// How long an access token lives: 20 to 28 hours when it can be challenged, else as the organisation says, else 60 to 90 minutes.
fn life(world: &World, grant: &Grant, capable: bool) -> i64 {
    if capable {
        return 72_000 + i64::from(random::below(28_801));
    }
    match world.tenant_of(grant.person).policies.access_token_life {
        Some(life) => life.as_secs(),
        None => 3_600 + i64::from(random::below(1_801)),
    }
}

/// The refresh token, the ID token and the client info, each only where it was asked for.
fn add_companions(world: &mut World, form: &[(String, String)], grant: &Grant, body: &mut Value) {
    let names = &grant.asked.names;
    if names.contains("offline_access") {
        let issued = world.clock.now();
        let refresh_token = world.entra.tokens.new_refresh(RefreshToken {
            person: grant.person,
            asked: grant.asked.clone(),
            sid: grant.sid.clone(),
            proof: grant.proof.clone(),
            kind: grant.kind,
            first_issued: grant.first_issued.unwrap_or(issued),
            issued,
            spent: false,
        });
        body["refresh_token"] = json!(refresh_token);
    }
    if names.contains("openid") {
        let sign_in = SignIn {
            nonce: grant.nonce.as_deref(),
            sid: &grant.sid,
            profile: names.contains("profile"),
            email: names.contains("email"),
            at: grant.proof.at,
            code: None,
        };
        let id_token = id_token::sign(world, grant.person, &sign_in);
        body["id_token"] = json!(world.entra.tokens.remember(id_token));
    }
    if value_of(form, "client_info") == Some("1") {
        body["client_info"] = json!(client_info(world, &signed_in(grant)));
    }
}

fn signed_in(grant: &Grant) -> SignedIn {
    let Proof {
        at, second_factor, ..
    } = grant.proof;
    SignedIn {
        person: grant.person,
        at,
        second_factor,
        sid: grant.sid.clone(),
    }
}

/// Under strict rotation a refresh token that was answered is dead.
fn spend(world: &mut World, form: &[(String, String)]) {
    if world.rotation == Rotation::Strict
        && let Some(token) =
            value_of(form, "refresh_token").and_then(|value| world.entra.tokens.refresh_mut(value))
    {
        token.spent = true;
    }
}

/// The age of the refresh token in milliseconds, as the telemetry header has it; nothing for other grants.
fn refresh_age(world: &World, form: &[(String, String)]) -> String {
    let token = value_of(form, "refresh_token").and_then(|value| world.entra.tokens.refresh(value));
    token.map_or_else(String::new, |token| {
        let age = world.clock.now().duration_since(token.issued);
        let (whole, rest) = (age.as_millis(), age.subsec_nanos() / 100 % 10_000);
        format!("{whole}.{rest:04}")
    })
}
