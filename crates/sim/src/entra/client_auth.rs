//! How the application proves itself at the token endpoint: by a secret, or by a JWT that its certificate's key has signed.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD};
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::Authority;
use super::certificate::Signature;
use super::errors::EntraError;
use crate::application::ClientKind;
use crate::exchange::{Ask, value_of};
use crate::state::World;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far the clocks of the application and of the simulator may be apart.
const LEEWAY: SignedDuration = SignedDuration::from_mins(5);
/// Some libraries pad their thumbprints, some do not.
const URL_SAFE_ANY: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a request presents.
enum Credential {
    Nothing,
    Secret(String),
    Assertion(String),
}

/// Checks that the request comes from the application, in the way the grant's redirect URI is registered for.
pub(crate) fn authenticate(
    world: &World,
    ask: &Ask,
    form: &[(String, String)],
    authority: Authority,
    kind: ClientKind,
) -> Result<(), EntraError> {
    let (client_id, credential) = presented(ask, form)?;
    let client_id = client_id.ok_or_else(|| super::token::missing("client_id"))?;
    if !client_id.eq_ignore_ascii_case(&world.application.client_id) {
        return Err(EntraError::of(700_016));
    }
    let cross_origin = ask.header("origin").is_some();
    match (kind, cross_origin) {
        (ClientKind::SinglePage, false) => return Err(EntraError::of(9_002_327)),
        (ClientKind::Web, true) => return Err(EntraError::of(9_002_326)),
        (ClientKind::SinglePage, true) | (ClientKind::Web, false) => {}
    }
    let public = world.application.public || kind == ClientKind::SinglePage;
    match credential {
        Credential::Nothing if public => Ok(()),
        Credential::Nothing => Err(EntraError::of(7_000_218)),
        Credential::Secret(_) | Credential::Assertion(_) if public => Err(EntraError::of(700_025)),
        Credential::Secret(secret) => by_secret(world, &secret),
        Credential::Assertion(assertion) => by_assertion(world, ask, &assertion, authority),
    }
}

/// The client's id and secret from an `Authorization: Basic` header, each form-encoded inside.
pub(crate) fn basic(ask: &Ask) -> Option<(String, String)> {
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

fn presented(
    ask: &Ask,
    form: &[(String, String)],
) -> Result<(Option<String>, Credential), EntraError> {
    if let Some((id, secret)) = basic(ask) {
        return Ok((Some(id), Credential::Secret(secret)));
    }
    let id = value_of(form, "client_id").map(str::to_owned);
    let credential = match (
        value_of(form, "client_assertion"),
        value_of(form, "client_secret"),
    ) {
        (Some(assertion), _) => {
            if value_of(form, "client_assertion_type") != Some(ASSERTION_TYPE) {
                return Err(super::token::missing("client_assertion_type"));
            }
            Credential::Assertion(assertion.to_owned())
        }
        (None, Some(secret)) => Credential::Secret(secret.to_owned()),
        (None, None) => Credential::Nothing,
    };
    Ok((id, credential))
}

fn by_secret(world: &World, sent: &str) -> Result<(), EntraError> {
    let now = world.clock.now();
    let secrets = &world.application.secrets;
    let Some(secret) = secrets.iter().find(|secret| secret.value == sent) else {
        return Err(EntraError::of(7_000_215));
    };
    match secret.expires {
        Some(expires) if expires <= now => Err(EntraError::of(7_000_222)),
        _ => Ok(()),
    }
}

/// The header of a client assertion.
#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(rename = "x5t#S256")]
    sha256: Option<String>,
    #[serde(rename = "x5t")]
    sha1: Option<String>,
}

fn by_assertion(
    world: &World,
    ask: &Ask,
    assertion: &str,
    authority: Authority,
) -> Result<(), EntraError> {
    let not_accepted = |why: &str| {
        EntraError::of(50_012).saying(format!("The client assertion was not accepted: {why}."))
    };
    let (message, header, claims, signature) =
        parts(assertion).ok_or_else(|| not_accepted("it is not a signed JWT"))?;
    let claim = |name: &str| claims.get(name).and_then(Value::as_str);
    let client_id = &world.application.client_id;
    if !claim("iss").is_some_and(|issuer| issuer.eq_ignore_ascii_case(client_id)) {
        // Somebody else vouches for the application, which needs a federated credential. There is none.
        return Err(EntraError::of(70_021));
    }
    if !claim("sub").is_some_and(|subject| subject.eq_ignore_ascii_case(client_id)) {
        return Err(not_accepted("its subject is not the application"));
    }
    if !names_token_endpoint(world, ask, claims.get("aud"), authority) {
        return Err(not_accepted(
            "its audience is not the token endpoint that was addressed",
        ));
    }
    let how = match header.alg.as_str() {
        "RS256" => Signature::Rs256,
        "PS256" => Signature::Ps256,
        _ => return Err(not_accepted("its algorithm is not supported")),
    };
    let thumbprint = header
        .sha256
        .or(header.sha1)
        .and_then(|text| URL_SAFE_ANY.decode(text).ok())
        .ok_or_else(|| not_accepted("its header has no thumbprint of a certificate"))?;
    let now = world.clock.now();
    let certificate = world
        .application
        .certificates
        .iter()
        .find(|certificate| certificate.has_thumbprint(&thumbprint))
        .ok_or_else(|| {
            EntraError::of(700_027).saying(
                "The certificate with the identifier used to sign the client assertion is not registered on the application.",
            )
        })?;
    if !certificate.is_valid_at(now) {
        return Err(EntraError::of(700_027).saying(
            "The certificate used to sign the client assertion is expired or not valid yet.",
        ));
    }
    if !certificate.verifies(how, message.as_bytes(), &signature) {
        return Err(EntraError::of(700_027));
    }
    within_its_time(&claims, now)
}

fn parts(assertion: &str) -> Option<(&str, Header, Value, Vec<u8>)> {
    let (message, signature) = assertion.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    let header = serde_json::from_slice(&URL_SAFE_ANY.decode(header).ok()?).ok()?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_ANY.decode(claims).ok()?).ok()?;
    let signature = URL_SAFE_ANY.decode(signature).ok()?;
    claims
        .is_object()
        .then_some((message, header, claims, signature))
}

/// Whether an audience is the address of this token endpoint, by whichever name of the tenant, at whichever name of the host.
fn names_token_endpoint(
    world: &World,
    ask: &Ask,
    audience: Option<&Value>,
    authority: Authority,
) -> bool {
    let Some(url) = audience
        .and_then(Value::as_str)
        .and_then(|audience| Url::parse(audience).ok())
    else {
        return false;
    };
    // A client can believe that it talks to Microsoft, when something between rewrites the host.
    let named = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let host_is_right = named == "login.microsoftonline.com"
        || ask.header("host") == Some(named)
        || world.base.ends_with(&format!("://{named}"));
    let path: Vec<&str> = url.path().split('/').skip(1).collect();
    host_is_right
        && matches!(&path[..], [tenant, "oauth2", "v2.0", "token"]
            if Authority::of(world, tenant) == Some(authority))
}

/// Numbers of dates may have a fraction; `nbf` and `iat` may be missing, `exp` may not.
fn within_its_time(claims: &Value, now: Timestamp) -> Result<(), EntraError> {
    let at = |name: &str| {
        let seconds = claims.get(name)?.as_f64()?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a cast to an integer keeps the nearest that there is, which is no valid time either"
        )]
        Timestamp::from_second(seconds as i64).ok()
    };
    let late = |limit: Timestamp| now.duration_since(limit) >= LEEWAY;
    let early = |limit: Timestamp| limit.duration_since(now) > LEEWAY;
    let expired = at("exp").is_none_or(late);
    if expired || at("nbf").is_some_and(early) || at("iat").is_some_and(early) {
        return Err(EntraError::of(500_133));
    }
    Ok(())
}
