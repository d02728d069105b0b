//! The signing keys, and the set that is published.

use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::Authority;
use crate::exchange::Answer;
use crate::state::World;

/// Two keys, made once per process: making RSA keys is slow, and these protect nothing.
static KEYS: OnceLock<[SigningKey; 2]> = OnceLock::new();

/// One RSA key with the names it is published under.
pub(crate) struct SigningKey {
    pair: KeyPair,
    kid: String,
    certificate: Vec<u8>,
}

impl SigningKey {
    /// The key that signs now.
    pub(crate) fn current() -> &'static Self {
        &all()[0]
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// An RS256 signature.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .expect("a 2048-bit key can sign with SHA-256");
        signature
    }

    fn generate() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("the machine can make an RSA key");
        let certificate = certificate(&pair);
        let thumbprint = digest(&SHA1_FOR_LEGACY_USE_ONLY, &certificate);
        Self {
            pair,
            kid: URL_SAFE_NO_PAD.encode(thumbprint),
            certificate,
        }
    }

    fn jwk(&self, issuer: &str) -> Value {
        let (modulus, exponent) = numbers(self.pair.public_key().as_ref());
        json!({
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.kid,
            "n": URL_SAFE_NO_PAD.encode(modulus),
            "e": URL_SAFE_NO_PAD.encode(exponent),
            "x5c": [STANDARD.encode(&self.certificate)],
            "issuer": issuer,
        })
    }
}

/// The published key set of a tenant path.
pub(crate) fn answer(world: &World, authority: Authority) -> Answer {
    let issuer = super::discovery::issuer(world, authority);
    let keys: Vec<Value> = all().iter().map(|key| key.jwk(&issuer)).collect();
    Answer::json(StatusCode::OK, &json!({ "keys": keys }))
        .header("cache-control", "max-age=86400, private")
        .header("access-control-allow-origin", "*")
}

fn all() -> &'static [SigningKey; 2] {
    KEYS.get_or_init(|| [SigningKey::generate(), SigningKey::generate()])
}

/// Modulus and exponent of an `RSAPublicKey`, without their sign bytes.
fn numbers(public_key: &[u8]) -> (&[u8], &[u8]) {
    let (sequence, _) = element(public_key);
    let (modulus, rest) = element(sequence);
    let (exponent, _) = element(rest);
    (modulus.strip_prefix(&[0]).unwrap_or(modulus), exponent)
}

/// The content of the first DER element, and what follows it.
fn element(der: &[u8]) -> (&[u8], &[u8]) {
    let length = usize::from(der[1]);
    let (start, length) = if length < 0x80 {
        (2, length)
    } else {
        let count = length - 0x80;
        let length = der[2..2 + count]
            .iter()
            .fold(0, |length, byte| length << 8 | usize::from(*byte));
        (2 + count, length)
    };
    der[start..].split_at(length)
}

/// A self-signed certificate around the key, because published sets carry one.
fn certificate(pair: &KeyPair) -> Vec<u8> {
    const RSA_ENCRYPTION: &[u8] = &[
        0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    const SHA256_WITH_RSA: &[u8] = &[
        0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B, 0x05, 0x00,
    ];
    const COMMON_NAME: &[u8] = &[0x06, 0x03, 0x55, 0x04, 0x03];
    let algorithm = der(0x30, &[SHA256_WITH_RSA]);
    let common_name = der(0x30, &[COMMON_NAME, &der(0x0C, &[b"attache simulator"])]);
    let name = der(0x30, &[&der(0x31, &[&common_name])]);
    let validity = der(
        0x30,
        &[
            &der(0x17, &[b"200101000000Z"]),
            &der(0x17, &[b"491231235959Z"]),
        ],
    );
    let key_bits = der(0x03, &[&[0], pair.public_key().as_ref()]);
    let key_info = der(0x30, &[&der(0x30, &[RSA_ENCRYPTION]), &key_bits]);
    let body = der(
        0x30,
        &[
            &der(0x02, &[&[1]]),
            &algorithm,
            &name,
            &validity,
            &name,
            &key_info,
        ],
    );
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        &body,
        &mut signature,
    )
    .expect("a 2048-bit key can sign with SHA-256");
    der(0x30, &[&body, &algorithm, &der(0x03, &[&[0], &signature])])
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len().to_be_bytes();
    let significant: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![tag];
    if content.len() < 0x80 {
        out.push(u8::try_from(content.len()).unwrap_or_default());
    } else {
        out.push(0x80 | u8::try_from(significant.len()).unwrap_or_default());
        out.extend(significant);
    }
    out.extend(content);
    out
}
