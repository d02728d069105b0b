//! ID tokens, version 2.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::keys::SigningKey;
use crate::company::PersonId;
use crate::random;
use crate::state::World;

/// How long an ID token lives; two public samples live this long.
const LIFE_SECONDS: i64 = 3_900;

/// What a sign-in puts into the token beside the person.
#[derive(Debug)]
pub(crate) struct SignIn<'a> {
    pub(crate) nonce: Option<&'a str>,
    pub(crate) sid: &'a str,
    pub(crate) profile: bool,
    pub(crate) email: bool,
    /// When the person signed in.
    pub(crate) at: Timestamp,
    /// The code that travels with the token.
    pub(crate) code: Option<&'a str>,
}

/// Signs an ID token for a person.
pub(crate) fn sign(world: &World, person: PersonId, sign_in: &SignIn<'_>) -> String {
    let account = world.person(person);
    let tenant = world.tenant(account.tenant);
    let now = world.clock.now().as_second();
    let mut claims = json!({
        "aud": world.application.client_id,
        "iss": format!("{}/{}/v2.0", world.base, tenant.id),
        "iat": now,
        "nbf": now,
        "exp": now + LIFE_SECONDS,
        "aio": random::secret("A", 48),
        "rh": random::secret("1.A", 24),
        "sid": sign_in.sid,
        "sub": subject(world, person),
        "tid": tenant.id,
        "uti": random::secret("", 16),
        "ver": "2.0",
        "login_hint": world.opaque_hint(person),
        "acct": u8::from(account.guest),
        "auth_time": sign_in.at.as_second(),
    });
    if let Some(code) = sign_in.code {
        let hash = digest(&SHA256, code.as_bytes());
        let (left, _) = hash.as_ref().split_at(16);
        claims["c_hash"] = json!(URL_SAFE_NO_PAD.encode(left));
    }
    if account.guest {
        claims["idp"] = json!(identity_provider(world, person));
    }
    if let Some(nonce) = sign_in.nonce {
        claims["nonce"] = json!(nonce);
    }
    if sign_in.profile {
        claims["name"] = json!(account.name());
        claims["oid"] = json!(account.object_id);
        claims["preferred_username"] = json!(account.login);
    }
    if sign_in.email {
        claims["email"] = json!(account.mail);
    }
    jwt(&world.entra.keys.signer(), &claims)
}

/// Where a guest is at home.
fn identity_provider(world: &World, person: PersonId) -> String {
    let home = world.home_account(person).unwrap_or(person);
    format!("{}/{}/", world.base, world.tenant_of(home).id)
}

/// The pairwise subject: stable for this person and this application.
pub(crate) fn subject(world: &World, person: PersonId) -> String {
    let text = format!(
        "{}/{}",
        world.application.client_id,
        world.person(person).object_id
    );
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

fn jwt(key: &SigningKey, claims: &Value) -> String {
    let header = json!({ "typ": "JWT", "alg": "RS256", "kid": key.kid() });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes()));
    format!("{message}.{signature}")
}
