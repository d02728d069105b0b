//! The token endpoint.

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::Authority;
use super::authorize::{client_info, declares_capability};
use super::errors::{EntraError, token_answer};
use super::id_token::{self, SignIn};
use super::scopes::{self, Asked};
use super::sessions::SignedIn;
use super::tokens::{AccessToken, RefreshToken};
use crate::company::PersonId;
use crate::exchange::{Answer, Ask, value_of};
use crate::options::Rotation;
use crate::random;
use crate::state::World;

const CODE_LIFE_SECONDS: i64 = 600;
const REFRESH_IDLE_SECONDS: i64 = 90 * 24 * 3_600;
/// This many equal refreshes in five minutes are a client loop.
const LOOP: usize = 15;

/// A grant that was accepted.
struct Accepted {
    person: PersonId,
    asked: Asked,
    nonce: Option<String>,
    sid: String,
    authenticated: Timestamp,
    capable: bool,
}

/// Answers `POST /{t}/oauth2/v2.0/token`.
pub(crate) fn answer(world: &mut World, ask: &Ask, authority: Authority) -> Answer {
    let form = ask.form();
    let accepted =
        authenticate(world, ask, &form).and_then(|()| match value_of(&form, "grant_type") {
            Some("authorization_code") => redeem_code(world, &form, authority),
            Some("refresh_token") => redeem_refresh(world, &form),
            Some(_) => Err(EntraError::new(
                70_003,
                "unsupported_grant_type",
                "The app requested an unsupported grant type.",
            )),
            None => Err(missing("grant_type")),
        });
    match accepted.and_then(|accepted| issue(world, &form, &accepted)) {
        Ok(answer) => {
            spend(world, &form);
            answer
        }
        Err(refused) => refused.answer(world, ask),
    }
}

/// Checks the client's own credential. A certificate's `client_assertion` has its place here.
fn authenticate(world: &World, ask: &Ask, form: &[(String, String)]) -> Result<(), EntraError> {
    let (client_id, secret) = match basic(ask) {
        Some((id, secret)) => (Some(id), Some(secret)),
        None => (
            value_of(form, "client_id").map(str::to_owned),
            value_of(form, "client_secret").map(str::to_owned),
        ),
    };
    let client_id = client_id.ok_or_else(|| missing("client_id"))?;
    if !client_id.eq_ignore_ascii_case(&world.application.client_id) {
        let text = "The application was not found in the directory.";
        return Err(EntraError::new(700_016, "unauthorized_client", text));
    }
    match secret {
        Some(secret) if secret == world.application.client_secret => Ok(()),
        Some(_) => {
            let text = "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.";
            Err(EntraError::new(7_000_215, "invalid_client", text))
        }
        None => {
            let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
            Err(EntraError::new(7_000_218, "invalid_client", text))
        }
    }
}

fn redeem_code(
    world: &mut World,
    form: &[(String, String)],
    authority: Authority,
) -> Result<Accepted, EntraError> {
    let now = world.clock.now();
    let value = value_of(form, "code").ok_or_else(|| missing("code"))?;
    let redirect_uri = value_of(form, "redirect_uri").ok_or_else(|| missing("redirect_uri"))?;
    let verifier = value_of(form, "code_verifier");
    let Some(code) = world.entra.tokens.code(value) else {
        return Err(EntraError::new(
            9_002_313,
            "invalid_grant",
            "Invalid request. Request is malformed or invalid.",
        ));
    };
    if code.redeemed {
        let text = "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.";
        return Err(EntraError::new(54_005, "invalid_grant", text));
    }
    if now.duration_since(code.issued).as_secs() >= CODE_LIFE_SECONDS {
        let text = "The provided authorization code has expired due to inactivity. Send a new interactive authorization request.";
        return Err(EntraError::new(70_008, "invalid_grant", text));
    }
    if code.authority != authority {
        let text = "The provided authorization code is intended to use against another tenant, thus rejected.";
        return Err(EntraError::new(700_005, "invalid_grant", text));
    }
    if code.redirect_uri != redirect_uri {
        let text = "The reply URL specified in the request does not match the one the code was issued for.";
        return Err(EntraError::new(50_011, "invalid_grant", text));
    }
    // A wrong verifier does not burn the code.
    if !verified(code.challenge.as_ref(), verifier) {
        let text = "The code_verifier does not match the code_challenge supplied in the authorization request.";
        return Err(EntraError::new(501_481, "invalid_grant", text));
    }
    code.redeemed = true;
    let code = code.clone();
    still_valid(world, code.person, code.authenticated)?;
    Ok(Accepted {
        person: code.person,
        asked: asked(form)?.unwrap_or(code.asked),
        nonce: code.nonce,
        sid: code.sid,
        authenticated: code.authenticated,
        capable: code.capable,
    })
}

fn redeem_refresh(world: &mut World, form: &[(String, String)]) -> Result<Accepted, EntraError> {
    let now = world.clock.now();
    let value = value_of(form, "refresh_token").ok_or_else(|| missing("refresh_token"))?;
    let Some(token) = world.entra.tokens.refresh(value).cloned() else {
        return Err(EntraError::new(
            70_000,
            "invalid_grant",
            "The provided grant is not valid or is malformed.",
        ));
    };
    let scope = value_of(form, "scope").unwrap_or_default();
    let claims = value_of(form, "claims").unwrap_or_default();
    let key = format!("{}|{scope}|{claims}", token.person.0);
    if world.entra.tokens.count_refresh(&key, now) >= LOOP {
        let text = "The server terminated an operation because it encountered a client request loop. Please contact your app vendor.";
        return Err(EntraError::new(50_196, "invalid_grant", text));
    }
    if token.spent {
        return Err(EntraError::new(
            70_000,
            "invalid_grant",
            "The provided grant is not valid or is malformed.",
        ));
    }
    still_valid(world, token.person, token.authenticated)?;
    if now.duration_since(token.issued).as_secs() >= REFRESH_IDLE_SECONDS {
        let text = format!(
            "The refresh token has expired due to inactivity. The token was issued on {} and was inactive for 90.00:00:00.",
            token.issued
        );
        return Err(EntraError::new(700_082, "invalid_grant", &text));
    }
    Ok(Accepted {
        person: token.person,
        asked: asked(form)?.unwrap_or(token.asked),
        nonce: None,
        sid: token.sid,
        authenticated: token.authenticated,
        capable: false,
    })
}

/// Writes the tokens of an accepted grant.
fn issue(
    world: &mut World,
    form: &[(String, String)],
    accepted: &Accepted,
) -> Result<Answer, EntraError> {
    world.admits(accepted.person)?;
    let granted = world.granted(accepted.person);
    let needed = accepted.asked.needed(&granted);
    if needed.iter().any(|name| !granted.contains(name)) {
        let text = "The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource.";
        return Err(
            EntraError::new(65_001, "invalid_grant", text).with_suberror("consent_required")
        );
    }
    let now = world.clock.now();
    let capable = accepted.capable || value_of(form, "claims").is_some_and(declares_capability);
    let seconds = if capable {
        86_400 + random::below(14_400)
    } else {
        3_600 + random::below(1_800)
    };
    let access_token = world.entra.tokens.new_access(AccessToken {
        person: accepted.person,
        scopes: granted
            .iter()
            .copied()
            .filter(|name| *name != "offline_access")
            .collect(),
        issued: now,
        expires: now
            .saturating_add(SignedDuration::from_secs(i64::from(seconds)))
            .unwrap_or(Timestamp::MAX),
        capable,
    });
    let mut body = json!({
        "token_type": "Bearer",
        "scope": scopes::echo(&granted),
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": access_token,
    });
    if capable {
        body["refresh_in"] = json!(seconds / 2);
    }
    add_companions(world, form, accepted, &mut body);
    Ok(token_answer(StatusCode::OK, &body, &random::guid()).header("x-ms-clitelem", "1,0,0,,"))
}

/// Under strict rotation a refresh token that was answered is dead.
fn spend(world: &mut World, form: &[(String, String)]) {
    if world.rotation == Rotation::Strict
        && let Some(token) =
            value_of(form, "refresh_token").and_then(|value| world.entra.tokens.refresh(value))
    {
        token.spent = true;
    }
}

/// The refresh token, the ID token and the client info, each only where it was asked for.
fn add_companions(
    world: &mut World,
    form: &[(String, String)],
    accepted: &Accepted,
    body: &mut serde_json::Value,
) {
    let names: &BTreeSet<&'static str> = &accepted.asked.names;
    if names.contains("offline_access") {
        let issued = world.clock.now();
        let refresh_token = world.entra.tokens.new_refresh(RefreshToken {
            person: accepted.person,
            asked: accepted.asked.clone(),
            sid: accepted.sid.clone(),
            authenticated: accepted.authenticated,
            issued,
            spent: false,
        });
        body["refresh_token"] = json!(refresh_token);
    }
    if names.contains("openid") {
        let sign_in = SignIn {
            nonce: accepted.nonce.as_deref(),
            sid: &accepted.sid,
            profile: names.contains("profile"),
            email: names.contains("email"),
        };
        let id_token = id_token::sign(world, accepted.person, &sign_in);
        body["id_token"] = json!(world.entra.tokens.remember(id_token));
    }
    if value_of(form, "client_info") == Some("1") {
        let signed_in = SignedIn {
            person: accepted.person,
            at: accepted.authenticated,
            sid: accepted.sid.clone(),
        };
        body["client_info"] = json!(client_info(world, &signed_in));
    }
}

fn still_valid(
    world: &World,
    person: PersonId,
    authenticated: Timestamp,
) -> Result<(), EntraError> {
    match world.person(person).tokens_valid_from {
        Some(valid_from) if authenticated <= valid_from => {
            let text = format!(
                "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '{authenticated}' and the TokensValidFrom date (before which tokens are not valid) for this user is '{valid_from}'."
            );
            Err(EntraError::new(50_173, "invalid_grant", &text).with_suberror("bad_token"))
        }
        _ => Ok(()),
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

fn asked(form: &[(String, String)]) -> Result<Option<Asked>, EntraError> {
    value_of(form, "scope")
        .filter(|scope| !scope.trim().is_empty())
        .map(Asked::parse)
        .transpose()
}

/// The client's id and secret from an `Authorization: Basic` header, each form-encoded inside.
fn basic(ask: &Ask) -> Option<(String, String)> {
    let (scheme, encoded) = ask.header("authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let form_decode = |text: &str| {
        let pair = format!("v={text}");
        url::form_urlencoded::parse(pair.as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
    };
    Some((form_decode(id)?, form_decode(secret)?))
}

fn missing(name: &str) -> EntraError {
    let text = format!("The request body must contain the following parameter: '{name}'.");
    EntraError::new(900_144, "invalid_request", &text)
}
