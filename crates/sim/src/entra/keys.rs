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

use super::{Authority, der};
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
        let (modulus, exponent) = der::rsa_numbers(self.pair.public_key().as_ref())
            .expect("a key that was made here is written whole");
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

/// A self-signed certificate around the key, because published sets carry one.
fn certificate(pair: &KeyPair) -> Vec<u8> {
    const RSA_ENCRYPTION: &[u8] = &[
        0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    const SHA256_WITH_RSA: &[u8] = &[
        0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B, 0x05, 0x00,
    ];
    const COMMON_NAME: &[u8] = &[0x06, 0x03, 0x55, 0x04, 0x03];
    let algorithm = der::write(der::SEQUENCE, &[SHA256_WITH_RSA]);
    let common_name = der::write(
        der::SEQUENCE,
        &[
            COMMON_NAME,
            &der::write(der::UTF8_STRING, &[b"attache simulator"]),
        ],
    );
    let name = der::write(der::SEQUENCE, &[&der::write(der::SET, &[&common_name])]);
    let validity = der::write(
        der::SEQUENCE,
        &[
            &der::write(der::UTC_TIME, &[b"200101000000Z"]),
            &der::write(der::UTC_TIME, &[b"491231235959Z"]),
        ],
    );
    let key_bits = der::write(der::BIT_STRING, &[&[0], pair.public_key().as_ref()]);
    let key_info = der::write(
        der::SEQUENCE,
        &[&der::write(der::SEQUENCE, &[RSA_ENCRYPTION]), &key_bits],
    );
    let body = der::write(
        der::SEQUENCE,
        &[
            &der::write(der::INTEGER, &[&[1]]),
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
    der::write(
        der::SEQUENCE,
        &[
            &body,
            &algorithm,
            &der::write(der::BIT_STRING, &[&[0], &signature]),
        ],
    )
}
