//! Who signed in: every check an ID token must pass before anything in it is believed.

use std::time::Duration;

use domain::id::{Identity, ObjectId, TenantId};
use domain::text::one_line;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::de::IgnoredAny;
use url::Url;

use super::keys::Keys;
use crate::error::{Error, IdTokenFault};
use crate::wire::metadata::{Claims, Key};

/// How far Microsoft's clock and ours may differ.
const SKEW: Duration = Duration::from_secs(300);

/// What a good token says.
#[derive(Debug)]
pub(crate) struct Expected<'a> {
    /// The pinned issuer; may hold `{tenantid}`.
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) allowed_tenants: &'a [TenantId],
    pub(crate) nonce: &'a str,
    pub(crate) now: Timestamp,
}

/// Who signed in.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) identity: Identity,
    pub(crate) name: String,
    pub(crate) login: String,
    pub(crate) authenticated_at: Option<Timestamp>,
    pub(crate) sid: Option<String>,
    pub(crate) uti: Option<String>,
}

/// Checks a token with the issuer's published keys.
pub(crate) async fn check(
    token: &str,
    keys: &Keys,
    address: &Url,
    expected: &Expected<'_>,
) -> Result<Person, Error> {
    let kid = key_id(token).map_err(Error::IdToken)?;
    let key = keys
        .find(address, &kid)
        .await?
        .ok_or(Error::IdToken(IdTokenFault::UnknownKey))?;
    check_with(token, &key, expected).map_err(Error::IdToken)
}

/// The id of the key, from a header that names RS256. Where else the header says keys could be had is not read.
fn key_id(token: &str) -> Result<String, IdTokenFault> {
    // Read by hand first, because an algorithm the library does not know (`none`) is no form error to it and to us.
    let header = jsonwebtoken::decode_header(token).map_err(|_| match algorithm(token) {
        Some(name) if name != "RS256" => IdTokenFault::Algorithm,
        Some(_) | None => IdTokenFault::Form,
    })?;
    if header.alg != Algorithm::RS256 {
        return Err(IdTokenFault::Algorithm);
    }
    header.kid.ok_or(IdTokenFault::UnknownKey)
}

fn algorithm(token: &str) -> Option<String> {
    use base64::Engine as _;
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(token.split('.').next()?)
        .ok()?;
    let header: serde_json::Value = serde_json::from_slice(&header).ok()?;
    header.get("alg")?.as_str().map(str::to_owned)
}

/// All checks but the choice of the key.
fn check_with(token: &str, key: &Key, expected: &Expected<'_>) -> Result<Person, IdTokenFault> {
    let claims = signed_claims(token, key)?;
    if claims.ver.as_deref() != Some("2.0") {
        return Err(IdTokenFault::Version);
    }
    let tenant = claims
        .tid
        .as_deref()
        .and_then(|tid| TenantId::parse(tid).ok())
        .ok_or(IdTokenFault::Tenant)?;
    let object = claims
        .oid
        .as_deref()
        .and_then(|oid| ObjectId::parse(oid).ok())
        .ok_or(IdTokenFault::Tenant)?;
    let issuer = expected.issuer.replace("{tenantid}", tenant.as_str());
    if claims.iss != issuer || !issuer.ends_with(&format!("/{tenant}/v2.0")) {
        return Err(IdTokenFault::Issuer);
    }
    if key
        .issuer
        .as_ref()
        .is_some_and(|of_key| of_key.replace("{tenantid}", tenant.as_str()) != claims.iss)
    {
        return Err(IdTokenFault::KeyOfAnotherIssuer);
    }
    if claims.aud != expected.client_id {
        return Err(IdTokenFault::Audience);
    }
    if moment(claims.exp).is_none_or(|exp| expected.now >= exp + SKEW) {
        return Err(IdTokenFault::Expired);
    }
    if moment(claims.nbf).is_none_or(|nbf| expected.now + SKEW < nbf) {
        return Err(IdTokenFault::NotYetValid);
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(IdTokenFault::Nonce);
    }
    if !expected.allowed_tenants.contains(&tenant) {
        return Err(IdTokenFault::TenantNotAllowed);
    }
    let login = one_line(
        claims.preferred_username.as_deref().unwrap_or_default(),
        255,
    );
    let name = one_line(claims.name.as_deref().unwrap_or_default(), 255);
    Ok(Person {
        identity: Identity { tenant, object },
        name: if name.is_empty() { login.clone() } else { name },
        login,
        authenticated_at: claims.auth_time.and_then(moment),
        sid: claims.sid.filter(|id| is_id(id)),
        uti: claims.uti.filter(|id| is_id(id)),
    })
}

/// Whether it has the form of an id; what has not is not put on record.
fn is_id(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=64).contains(&text.len()) && text.bytes().all(fits)
}

/// The claims, after the signature. Times and names are checked by us, with our clock.
fn signed_claims(token: &str, key: &Key) -> Result<Claims, IdTokenFault> {
    let decoding =
        DecodingKey::from_rsa_components(&key.n, &key.e).map_err(|_| IdTokenFault::UnknownKey)?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    // First any claims at all: only then a wrong shape is told from a wrong signature.
    jsonwebtoken::decode::<IgnoredAny>(token, &decoding, &validation)
        .map_err(|_| IdTokenFault::Signature)?;
    jsonwebtoken::decode::<Claims>(token, &decoding, &validation)
        .map(|data| data.claims)
        .map_err(|_| IdTokenFault::Form)
}

fn moment(seconds: i64) -> Option<Timestamp> {
    // Room is left for the skew, so that adding it cannot overflow.
    Timestamp::from_second(seconds)
        .ok()
        .filter(|moment| *moment < Timestamp::MAX - Duration::from_secs(86_400))
}

#[cfg(test)]
mod tests;
